//! Tasks: what a request asks for.

#[macro_use]
mod declare;
mod account;
mod any;
mod audio;
mod caption;
mod control_net;
mod image;
mod invalid;
mod masking;
mod model_search;
mod model_upload;
mod object;
mod output;
mod parts;
mod prepare;
mod prompt_enhance;
mod query;
mod remove_background;
mod session;
mod storage;
#[cfg(test)]
mod tests;
mod text;
mod three_d;
mod tools;
mod training;
mod upscale;
mod vectorize;
mod video;
mod words;

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{DeliveryMethod, RawJson, TaskType, TaskUuid, json};
pub(crate) use declare::{Number, texts};
use object::{Object, ObjectWriter};

pub use account::AccountManagement;
pub use any::TypedTask;
pub use audio::AudioInference;
pub use caption::Caption;
pub use control_net::ControlNetPreprocess;
pub use image::ImageInference;
pub use invalid::InvalidTask;
pub use masking::ImageMasking;
pub use model_search::ModelSearch;
pub use model_upload::{ModelUpload, NewModel};
pub use output::{OutputFormat, OutputType};
pub use prepare::{InvalidRequestHash, Prepared, RequestHash, encode_request};
pub use prompt_enhance::PromptEnhance;
pub use query::{GetResponse, GetTaskDetails};
pub use remove_background::RemoveBackground;
pub use session::{Authentication, Ping};
pub use storage::{ImageUpload, MediaStorage};
pub use text::TextInference;
pub use three_d::ThreeDInference;
pub use tools::Tools;
pub use training::Training;
pub use upscale::Upscale;
pub use vectorize::Vectorize;
pub use video::{FramePosition, VideoInference};
pub use words::{
    Acceleration, AccountOperation, MediaOperation, ModelCategory, ModelSort, ModelSource, ModelType,
    ModelVisibility, Preprocessor, PromptWeighting, SafetyMode,
};

const TASK_TYPE: &str = "taskType";
const TASK_UUID: &str = "taskUUID";

/// A task of any type: its `taskType` and its other fields, in the order and with the text they were written in.
///
/// This is what every typed task becomes, and the way to ask for things that this crate has no type for. A value that
/// cannot be sent (a NaN, for one) is noticed where it is set and reported by [`prepare`](Self::prepare), so that
/// setters can be chained. `Debug` is short and shows no API key.
///
/// ```
/// use runware_types::{RawTask, TaskType, TaskUuid};
///
/// let task = RawTask::new(TaskType::Upscale)
///     .set("model", "runware:501@1")
///     .set("upscaleFactor", 2)
///     .set("inputs", serde_json::json!({"image": "https://example.com/in.png"}));
/// let prepared = task.prepare(TaskUuid::from_key("docs", "upscale"))?;
/// assert_eq!(prepared.expected(), 1);
/// # Ok::<(), runware_types::InvalidTask>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct RawTask {
    task_type: TaskType,
    fields: Object,
    /// What went wrong in setters, in their order.
    mistakes: Vec<InvalidTask>,
}

impl RawTask {
    /// Starts a task without fields.
    pub fn new(task_type: impl Into<TaskType>) -> Self {
        Self { task_type: task_type.into(), fields: Object::default(), mistakes: Vec::new() }
    }

    /// Reads a task from the text of a JSON object; a byte order mark before it is dropped.
    ///
    /// # Errors
    ///
    /// The text is not a JSON object with a string `taskType`, or a field is written twice: which of two values counts
    /// is not ours to guess when money depends on it. Unknown types and fields are no error.
    pub fn from_json(text: &[u8]) -> Result<Self, InvalidTask> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        match RawJson::parse(Bytes::copy_from_slice(text)) {
            Ok(object) => Self::from_object(&object),
            Err(error) => Err(InvalidTask::whole(format!("cannot be read: {error}"))),
        }
    }

    fn from_object(object: &RawJson) -> Result<Self, InvalidTask> {
        let mut fields = Object::parse(object)?;
        let must_be = "it must be a string such as \"imageInference\"";
        let Some(value) = fields.remove(TASK_TYPE) else {
            return Err(InvalidTask::new(TASK_TYPE, format!("is missing; {must_be}")));
        };
        match value.decode::<TaskType>() {
            Ok(task_type) => Ok(Self { task_type, fields, mistakes: Vec::new() }),
            Err(_) => Err(InvalidTask::new(TASK_TYPE, format!("is {}; {must_be}", value.describe()))),
        }
    }

    /// Sets a field: in its place if it is there already, else at the end.
    ///
    /// The key is taken as it is: a dot in it has no meaning. `None` is written as `null`, which is not the same as
    /// leaving the field out. A value that cannot be written as JSON is reported by [`prepare`](Self::prepare), and so
    /// is the key `taskType`, which [`new`](Self::new) has settled.
    #[must_use]
    pub fn set(mut self, key: &str, value: impl Serialize) -> Self {
        match RawJson::from_value(&value) {
            Ok(value) => return self.set_raw(key, value),
            Err(error) => self.remember(InvalidTask::in_value(key, &error)),
        }
        self
    }

    /// Sets a field to JSON text, as [`set`](Self::set) does.
    #[must_use]
    pub fn set_raw(mut self, key: &str, value: RawJson) -> Self {
        if key == TASK_TYPE {
            self.remember(InvalidTask::new(
                TASK_TYPE,
                "is fixed when a task is made; it cannot be set afterwards",
            ));
        } else {
            self.fields.insert(key, value);
        }
        self
    }

    /// Adds an item to the end of a field that is a list, or starts the list.
    pub(crate) fn append(mut self, key: &str, item: impl Serialize) -> Self {
        match appended(self.field(key), key, &item) {
            Ok(list) => self.fields.insert(key, list),
            Err(mistake) => self.remember(mistake),
        }
        self
    }

    /// Sets a member of a field that is an object, or starts the object.
    pub(crate) fn set_inside(self, key: &str, member: &str, value: impl Serialize) -> Self {
        let value = RawJson::from_value(&value);
        let path = format!("{key}.{member}");
        self.change_inside(key, member, |_| value.map_err(|error| InvalidTask::in_value(&path, &error)))
    }

    /// Adds an item to a list that is a member of a field, or starts them.
    pub(crate) fn append_inside(self, key: &str, member: &str, item: impl Serialize) -> Self {
        let path = format!("{key}.{member}");
        self.change_inside(key, member, |list| appended(list, &path, &item))
    }

    fn change_inside(
        mut self,
        key: &str,
        member: &str,
        change: impl FnOnce(Option<&RawJson>) -> Result<RawJson, InvalidTask>,
    ) -> Self {
        let object = match self.field(key) {
            None => Ok(Object::default()),
            Some(object) => Object::parse(object).map_err(|error| error.inside(key)),
        };
        let changed = object.and_then(|mut object| {
            object.insert(member, change(object.get(member))?);
            RawJson::from_value(&object).map_err(|error| InvalidTask::in_value(key, &error))
        });
        match changed {
            Ok(object) => self.fields.insert(key, object),
            Err(mistake) => self.remember(mistake),
        }
        self
    }

    /// The task itself, if it is of this type and can be sent.
    pub(crate) fn expect_type(self, task_type: &str) -> Result<Self, InvalidTask> {
        self.check()?;
        if self.task_type.as_str() == task_type {
            return Ok(self);
        }
        let problem = format!("is \"{}\"; it must be \"{task_type}\"", self.task_type);
        Err(InvalidTask::new(TASK_TYPE, problem))
    }

    fn remember(&mut self, mistake: InvalidTask) {
        self.mistakes.push(mistake);
    }

    /// What setters could not take, in their order.
    pub(crate) fn mistakes(&self) -> &[InvalidTask] {
        &self.mistakes
    }

    /// What the task asks for.
    pub fn task_type(&self) -> &TaskType {
        &self.task_type
    }

    /// The value of a field other than `taskType`.
    pub fn field(&self, key: &str) -> Option<&RawJson> {
        self.fields.get(key)
    }

    /// The fields other than `taskType`, in order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &RawJson)> {
        self.fields.iter()
    }

    /// The `taskUUID` that the task brings along, if it brings one.
    ///
    /// # Errors
    ///
    /// It is no string, or not a UUID of version 4. Tasks that ask about an earlier task carry the id of that one,
    /// which may be of any version.
    pub fn task_uuid(&self) -> Option<Result<TaskUuid, InvalidTask>> {
        let value = self.field(TASK_UUID)?;
        let Ok(text) = value.decode::<String>() else {
            let problem = format!("is {}; it must be a string that holds a UUID", value.describe());
            return Some(Err(InvalidTask::new(TASK_UUID, problem)));
        };
        let uuid = TaskUuid::parse_known(&text).and_then(|uuid| self.check_version(uuid));
        Some(uuid.map_err(|error| InvalidTask::new(TASK_UUID, format!("is {}: {error}", value.describe()))))
    }

    fn check_version(&self, uuid: TaskUuid) -> Result<TaskUuid, crate::InvalidTaskUuid> {
        if self.task_type.is_query() { Ok(uuid) } else { uuid.check_new() }
    }

    /// The `model`, if it is a string.
    pub fn model(&self) -> Option<String> {
        self.field("model")?.decode().ok()
    }

    /// The `deliveryMethod`, if it is a string.
    pub fn delivery_method(&self) -> Option<DeliveryMethod> {
        self.field("deliveryMethod")?.decode().ok()
    }

    /// How many results the task asks for: its `numberResults` (`promptVersions` for `promptEnhance`), or 1.
    ///
    /// # Errors
    ///
    /// The field is not a JSON integer from 1 to 4294967295. `1.0` and `"4"` are errors: what the server makes of them
    /// decides what is paid.
    pub fn expected_results(&self) -> Result<u32, InvalidTask> {
        let key = match self.task_type {
            TaskType::PromptEnhance => "promptVersions",
            _ => "numberResults",
        };
        let Some(value) = self.field(key) else { return Ok(1) };
        let text = value.as_str();
        let must_be = match text.parse::<u32>() {
            Ok(count) if count >= 1 => return Ok(count),
            Err(error) if *error.kind() == core::num::IntErrorKind::PosOverflow => "at most 4294967295",
            _ => "a whole number of at least 1",
        };
        Err(InvalidTask::new(key, format!("is {}; it must be {must_be}", value.describe())))
    }

    /// Sets `deliveryMethod` if the task has none and is of a type that takes one.
    #[must_use]
    pub fn default_delivery(self, method: DeliveryMethod) -> Self {
        if self.task_type.is_generation() && self.field("deliveryMethod").is_none() {
            self.set("deliveryMethod", method)
        } else {
            self
        }
    }

    /// Fixes the id and the bytes of the task, before anything is sent.
    ///
    /// A `taskUUID` that the task brings along wins over `uuid`.
    ///
    /// # Errors
    ///
    /// A setter was given something that cannot be sent, `numberResults` or the id is not valid, or the task is of a
    /// type that carries no id (`authentication`, `ping`; see [`encode`](Self::encode)). Whether the fields suit the
    /// task type and the model is the server's to judge.
    pub fn prepare(self, uuid: TaskUuid) -> Result<Prepared, InvalidTask> {
        self.check()?;
        if !self.task_type.has_uuid() {
            let problem =
                format!("is \"{}\", which carries no taskUUID and cannot be tracked", self.task_type);
            return Err(InvalidTask::new(TASK_TYPE, problem));
        }
        let uuid = match self.task_uuid() {
            Some(own) => own?,
            None => self
                .check_version(uuid)
                .map_err(|error| InvalidTask::new(TASK_UUID, format!("would be \"{uuid}\": {error}")))?,
        };
        Prepared::new(&self, uuid)
    }

    /// Writes the task as it is, without giving it an id.
    ///
    /// # Errors
    ///
    /// A setter was given something that cannot be sent.
    pub fn encode(&self) -> Result<Bytes, InvalidTask> {
        self.check()?;
        Ok(self.write(None))
    }

    fn check(&self) -> Result<(), InvalidTask> {
        match self.mistakes.first() {
            Some(mistake) => Err(mistake.clone()),
            None if self.task_type.as_str().is_empty() => {
                Err(InvalidTask::new(TASK_TYPE, "is empty; it must be a name such as \"imageInference\""))
            }
            None => Ok(()),
        }
    }

    /// The task as a JSON object without white space between fields. An id goes right behind the type, whatever
    /// `taskUUID` the fields hold.
    fn write(&self, uuid: Option<TaskUuid>) -> Bytes {
        let mut object = ObjectWriter::new();
        object.member(TASK_TYPE, &json::quoted(self.task_type.as_str()));
        if let Some(uuid) = uuid {
            object.member(TASK_UUID, &json::quoted(&uuid.to_string()));
        }
        for (key, value) in self.fields() {
            if key != TASK_UUID || uuid.is_none() {
                object.member(key, value.as_str());
            }
        }
        object.finish()
    }
}

/// The list, or none, with one more item.
fn appended(list: Option<&RawJson>, path: &str, item: &impl Serialize) -> Result<RawJson, InvalidTask> {
    let mut items: Vec<RawJson> = match list {
        None => Vec::new(),
        Some(list) => list.decode().map_err(|_| {
            InvalidTask::new(path, format!("is {}; it must be an array to add to it", list.describe()))
        })?,
    };
    let at = format!("{path}[{}]", items.len());
    items.push(RawJson::from_value(item).map_err(|error| InvalidTask::in_value(&at, &error))?);
    RawJson::from_value(&items).map_err(|error| InvalidTask::in_value(path, &error))
}

impl fmt::Debug for RawTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RawTask");
        shown.field(TASK_TYPE, &format_args!("{}", self.task_type));
        for (key, value) in self.fields() {
            if json::is_secret(key) {
                shown.field(key, &format_args!("[hidden]"));
            } else {
                shown.field(key, value);
            }
        }
        match self.mistakes.as_slice() {
            [] => shown.finish(),
            mistakes => shown.field("mistakes", &mistakes).finish(),
        }
    }
}

impl AsRef<RawTask> for RawTask {
    fn as_ref(&self) -> &RawTask {
        self
    }
}

/// Writes the object that [`RawTask::encode`] writes; a mistake in a setter is an error here too.
impl Serialize for RawTask {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.check().map_err(S::Error::custom)?;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry(TASK_TYPE, &self.task_type)?;
        for (key, value) in self.fields() {
            object.serialize_entry(key, value)?;
        }
        object.end()
    }
}

/// Reads what [`RawTask::from_json`] reads; from JSON only.
impl<'de> Deserialize<'de> for RawTask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_object(&RawJson::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
