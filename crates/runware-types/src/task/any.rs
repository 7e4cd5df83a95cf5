//! A task of whichever type.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    AccountManagement, AudioInference, Authentication, Caption, ControlNetPreprocess, GetResponse,
    GetTaskDetails, ImageInference, ImageMasking, ImageUpload, MediaStorage, ModelSearch, ModelUpload, Ping,
    PromptEnhance, RawTask, RemoveBackground, TextInference, ThreeDInference, Tools, Training, Upscale,
    Vectorize, VideoInference,
};
use crate::TaskType;
use crate::spec::Shape;

/// Defines [`TypedTask`] from the names that task types and typed tasks share.
macro_rules! tasks {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        /// A task of any type, for servers and gateways that do different things with different types.
        ///
        /// ```
        /// use runware_types::{RawTask, TypedTask};
        ///
        /// fn queue(task: &TypedTask) -> &'static str {
        ///     match task {
        ///         TypedTask::ImageInference(_) | TypedTask::Upscale(_) => "pictures",
        ///         TypedTask::VideoInference(_) => "films",
        ///         TypedTask::GetResponse(_) | TypedTask::Ping(_) => "at once",
        ///         _ => "the rest",
        ///     }
        /// }
        ///
        /// let text = br#"{"taskType":"imageInference","model":"runware:101@1","positivePrompt":"a red fox"}"#;
        /// let task = TypedTask::from(RawTask::from_json(text)?);
        /// assert_eq!(queue(&task), "pictures");
        /// assert_eq!(RawTask::from(task).encode()?.as_ref(), text);
        /// # Ok::<(), runware_types::InvalidTask>(())
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum TypedTask {
            $($(#[$meta])* $name($name),)+
            /// A task of a type that this version does not know, or one that cannot be sent; see [`RawTask::encode`].
            Other(RawTask),
        }

        impl TypedTask {
            /// What a task of this type looks like; `None` for a type that this crate does not know.
            pub(crate) fn shape(task_type: &TaskType) -> Option<&'static Shape> {
                match task_type {
                    $(TaskType::$name => Some(&$name::SHAPE),)+
                    TaskType::Other(_) => None,
                }
            }
        }

        impl From<RawTask> for TypedTask {
            fn from(task: RawTask) -> Self {
                match task.task_type() {
                    _ if task.check().is_err() => Self::Other(task),
                    $(TaskType::$name => Self::$name($name(task)),)+
                    TaskType::Other(_) => Self::Other(task),
                }
            }
        }

        $(impl From<$name> for TypedTask {
            fn from(task: $name) -> Self {
                Self::$name(task)
            }
        })+

        impl From<TypedTask> for RawTask {
            fn from(task: TypedTask) -> Self {
                match task {
                    $(TypedTask::$name(task) => task.into(),)+
                    TypedTask::Other(task) => task,
                }
            }
        }

        impl AsRef<RawTask> for TypedTask {
            fn as_ref(&self) -> &RawTask {
                match self {
                    $(Self::$name(task) => task.as_ref(),)+
                    Self::Other(task) => task,
                }
            }
        }
    };
}

tasks! {
    /// Presents the API key.
    Authentication,
    /// Keeps a WebSocket connection alive.
    Ping,
    /// Makes images.
    ImageInference,
    /// Makes videos.
    VideoInference,
    /// Makes audio.
    AudioInference,
    /// Writes text.
    TextInference,
    /// Makes three-dimensional models.
    ThreeDInference,
    /// Runs a media tool.
    Tools,
    /// Describes an image or a video.
    Caption,
    /// Enlarges an image or a video.
    Upscale,
    /// Removes the background of an image or a video.
    RemoveBackground,
    /// Makes masks for what is in an image.
    ImageMasking,
    /// Makes a guide image for ControlNet.
    ControlNetPreprocess,
    /// Rewrites a prompt.
    PromptEnhance,
    /// Makes vector graphics.
    Vectorize,
    /// Trains a model.
    Training,
    /// Searches the model catalogue.
    ModelSearch,
    /// Adds a model to the account.
    ModelUpload,
    /// Stores or deletes a media file.
    MediaStorage,
    /// Stores an image.
    ImageUpload,
    /// Reads account details and usage.
    AccountManagement,
    /// Asks for the state of an earlier task.
    GetResponse,
    /// Asks for the stored request and response of an earlier task.
    GetTaskDetails,
}

/// Writes what [`RawTask`] writes.
impl Serialize for TypedTask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(serializer)
    }
}

/// Reads what [`RawTask::from_json`] reads; from JSON only.
impl<'de> Deserialize<'de> for TypedTask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawTask::deserialize(deserializer).map(Self::from)
    }
}
