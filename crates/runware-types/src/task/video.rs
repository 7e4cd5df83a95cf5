//! Videos.

use serde::{Serialize, Serializer};

use super::image::Weighted;
use super::parts::{ACCELERATOR_OPTIONS, LORA, MEDIA_LIST};
use super::{AudioInference, RawTask};
use crate::spec::{Kind, Shape};
use crate::{Acceleration, MediaInput, TaskType};

task! {
    /// A task that makes videos.
    ///
    /// Has setters for the fields that are documented for some models; [`param`](Self::param) sets any other. Videos take
    /// minutes: have them delivered with [`DeliveryMethod::Async`](crate::DeliveryMethod::Async).
    ///
    /// ```
    /// use runware_types::{DeliveryMethod, FramePosition, MediaInput, TaskUuid, VideoInference};
    ///
    /// let task = VideoInference::new("klingai:5@3", "a red fox runs through the snow")
    ///     .frame_image_at(FramePosition::Last, MediaInput::url("https://example.com/den.png"))
    ///     .duration(5.0)
    ///     .delivery_method(DeliveryMethod::Async);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "running fox"))?;
    /// assert!(prepared.bytes().ends_with(br#""duration":5,"deliveryMethod":"async"}"#));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    VideoInference: "videoInference" [
        ID, MODEL, GENERATION, ROUTING, COUNT, FILES, QUALITY, SAFETY, OWN, OLDER
    ]
}

generation! { VideoInference }
routing! { VideoInference }
model! { VideoInference }
number_results! { VideoInference }
media_files! { VideoInference, &["URL"], &["MP4", "WEBM", "MOV"] }
output_quality! { VideoInference }
safety! { VideoInference }

/// Where in a video an image belongs.
///
/// Source: `docs/wire.md`, "Task types".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FramePosition {
    /// At its start.
    First,
    /// At its end.
    Last,
    /// At the frame of this number.
    Number(u32),
}

impl Serialize for FramePosition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::First => serializer.serialize_str("first"),
            Self::Last => serializer.serialize_str("last"),
            Self::Number(number) => serializer.serialize_u32(*number),
        }
    }
}

impl VideoInference {
    /// Asks a model, named by its AIR id, for a video of what the prompt says.
    pub fn new(model: impl AsRef<str>, positive_prompt: impl AsRef<str>) -> Self {
        Self(Self::without_prompt(model).0.set("positivePrompt", positive_prompt.as_ref()))
    }

    /// Asks a model that takes no prompt for a video.
    pub fn without_prompt(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::VideoInference).set("model", model.as_ref()))
    }

    /// Leaves the length to the model.
    #[must_use]
    pub fn automatic_duration(self) -> Self {
        Self(self.0.set("duration", "auto"))
    }

    /// Adds a LoRA model with its weight.
    #[must_use]
    pub fn lora(self, model: impl AsRef<str>, weight: f64) -> Self {
        Self(self.0.append("lora", Weighted::new(&model, weight)))
    }

    /// Adds an image that the video is to show at this place.
    #[must_use]
    pub fn frame_image_at(self, frame: FramePosition, image: impl Into<MediaInput>) -> Self {
        #[derive(Serialize)]
        struct FrameImage {
            image: MediaInput,
            frame: FramePosition,
        }
        Self(self.0.append_inside("inputs", "frameImages", FrameImage { image: image.into(), frame }))
    }
}

fields! { write VideoInference::OWN {
    /// What the video is to show.
    _ => "positivePrompt": Kind::TEXT;
    /// What the video must not show.
    negative_prompt(text) => "negativePrompt": Kind::TEXT;
    /// The length in seconds.
    duration(number) => "duration": Kind::OneOf(&[Kind::NUMBER, Kind::Word(&["auto"])]);
    /// The width in pixels.
    width(u32) => "width": Kind::COUNT;
    /// The height in pixels.
    height(u32) => "height": Kind::COUNT;
    /// The size by name, such as `1080p`, for models that take no width and height.
    resolution(text) => "resolution": Kind::TEXT;
    /// Frames per second.
    fps(u32) => "fps": Kind::POSITIVE;
    /// How many steps the model takes.
    steps(u32) => "steps": Kind::COUNT;
    /// How closely the model follows the prompt.
    cfg_scale(number) => "CFGScale": Kind::NUMBER;
    /// The seed of the noise: the same task with the same seed makes the same video.
    seed(u64) => "seed": Kind::INTEGER;
    /// What is said in the video: `{"text": .., "voice": ..}`.
    speech(json) => "speech": Kind::Object(&Shape::object("speech", &[AudioInference::SPEECH]));
    /// How much quality to give up for speed.
    acceleration(into Acceleration) => "acceleration": Kind::Word(Acceleration::WORDS);
    /// What to keep between steps, to be quicker: `{"teaCache": true, ..}`.
    accelerator_options(json) => "acceleratorOptions": ACCELERATOR_OPTIONS;
    /// LoRA models with their weights.
    _ => "lora": Kind::list(&LORA);
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
    /// The media that the video is made from, all of it at once.
    inputs(json) => "inputs": Kind::Object(&Shape::object("videoInputs", &[VideoInference::INPUTS]));
} }

fields! { write VideoInference::INPUTS in "inputs" {
    /// Adds an image that the video is to show: one is the first frame, two are first and last, more are spread evenly.
    frame_image(push media) => "frameImages": Kind::list(&FRAME_IMAGE);
    /// Adds an image for the model to look at.
    reference_image(push media) => "referenceImages": Kind::list(&REFERENCE_IMAGES);
    /// Adds a video for the model to look at.
    reference_video(push media) => "referenceVideos": Kind::list(&REFERENCE_VIDEO);
    /// Adds audio for the model to listen to.
    reference_audio(push media) => "referenceAudios": MEDIA_LIST;
    /// The video to work on.
    video(media) => "video": Kind::Media;
    /// The sound of the video.
    audio(media) => "audio": Kind::OneOf(&[Kind::Media, Kind::list(&Kind::OBJECT)]);
    /// The image to start from, for models that want it under this name.
    image(media) => "image": Kind::Media;
    /// The images to start from, for models that want them under this name.
    _ => "images": MEDIA_LIST;
    /// Pieces of audio, for models that take several.
    _ => "audios": MEDIA_LIST;
    /// The part of the video to change.
    mask(media) => "mask": Kind::Media;
    /// Voices to speak with.
    _ => "referenceVoices": Kind::list(&Kind::Any);
    /// What is said, by whom.
    _ => "speech": Kind::list(&Kind::OBJECT);
    /// People and things that appear.
    _ => "elements": Kind::list(&Kind::OBJECT);
    /// The frame that a mask or an edit belongs to.
    _ => "frame": Kind::TEXT;
    /// A draft to go on from.
    _ => "draftId": Kind::TEXT;
    /// A video of the provider's to go on from.
    _ => "videoId": Kind::TEXT;
    /// The person who speaks.
    _ => "avatar": Kind::TEXT;
    /// What is behind the person.
    _ => "background": Kind::TEXT;
    /// Images that the video is to show: older.
    _ => "frames": Kind::list(&FRAME_IMAGE);
    /// Images for the model to look at: older.
    _ => "references": Kind::list(&REFERENCE_IMAGES);
} }

fields! { write VideoInference::OLDER {
    /// Images that the video is to show, each as `{"inputImage": .., "frame": ..}`: older; now a member of `inputs`.
    _ => "frameImages": Kind::list(&FRAME_IMAGE);
    /// Images for the model to look at: older; now a member of `inputs`.
    _ => "referenceImages": Kind::list(&REFERENCE_IMAGES);
    /// Videos for the model to look at: older; now a member of `inputs`.
    _ => "referenceVideos": Kind::list(&Kind::Any);
    /// Pieces of audio: older; now a member of `inputs`.
    _ => "inputAudios": MEDIA_LIST;
} }

const FRAME_IMAGE: Kind =
    Kind::OneOf(&[Kind::Media, Kind::Object(&Shape::object("frameImage", &[FRAME_FIELDS]))]);

const REFERENCE_IMAGES: Kind = Kind::OneOf(&[
    Kind::Media,
    Kind::Object(&Shape::object("videoReferenceImage", &[REFERENCE_IMAGE_FIELDS])),
]);

const REFERENCE_VIDEO: Kind = Kind::OneOf(&[
    Kind::Media,
    Kind::Object(&Shape::object("videoReferenceVideo", &[REFERENCE_VIDEO_FIELDS])),
]);

fields! { table FRAME_FIELDS {
    /// The image.
    _ => "image": Kind::Media;
    /// The image: older; now `image`, as the list is now a member of `inputs`.
    _ => "inputImage": Kind::Media;
    /// Where it belongs: at the start, at the end, or at the frame of a number.
    _ => "frame": Kind::OneOf(&[Kind::INTEGER, Kind::Word(&["first", "last"])]);
    /// Where it belongs, in seconds.
    _ => "timestamp": Kind::NUMBER;
} }

fields! { table REFERENCE_IMAGE_FIELDS {
    /// The image.
    _ => "image": Kind::Media;
    /// The images, several of the same thing.
    _ => "images": MEDIA_LIST;
    /// The sound that belongs to it.
    _ => "audio": Kind::Media;
    /// A name by which the prompt can speak of it.
    _ => "tag": Kind::TEXT;
    /// What it shows.
    _ => "type": Kind::TEXT;
} }

fields! { table REFERENCE_VIDEO_FIELDS {
    /// The video.
    _ => "video": Kind::Media;
    /// A name by which the prompt can speak of it.
    _ => "tag": Kind::TEXT;
    /// What it shows.
    _ => "type": Kind::TEXT;
} }
