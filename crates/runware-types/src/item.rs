//! One entry of a reply's `data`.

use alloc::boxed::Box;
use core::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::envelope::{Fields, Source};
use crate::{ApiError, DecodeError, Money, Phase, RawJson, Status, TaskType, TaskUuid};

#[cfg(test)]
mod tests;

/// One entry of a reply's `data`: a result, a result still in the making, or a failure.
///
/// Only what routing needs is read at once. Everything else waits in [`raw`](Self::raw) until it is
/// [decoded](Self::decode), so a result stays whole even where this crate cannot read it. A known key with an unusable
/// value counts as absent here and is noted in [`Envelope::anomalies`](crate::Envelope::anomalies).
///
/// ```
/// use runware_types::{Envelope, Phase};
///
/// let reply = Envelope::decode(br#"{"data":[{
///     "taskType": "imageInference",
///     "taskUUID": "a770f077-f413-47de-9dac-be0b26a35da6",
///     "imageUUID": "77da2d99-a6d3-44d9-b8c0-ae9fb06b6200",
///     "imageURL": "https://im.runware.ai/image/ws/0.5/ii/77da2d99-a6d3-44d9-b8c0-ae9fb06b6200.jpg",
///     "cost": 0.0013
/// }]}"#.as_slice())?;
/// let item = &reply.items[0];
/// assert_eq!(item.phase(), Phase::Succeeded);
/// assert_eq!(item.result_uuid(), Some("77da2d99-a6d3-44d9-b8c0-ae9fb06b6200"));
/// assert_eq!(item.cost(), Some("0.0013".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Task Polling page; `docs/wire.md`, "Replies" and "Asynchronous tasks".
#[derive(Clone, PartialEq)]
pub struct Item {
    raw: RawJson,
    task_type: Option<TaskType>,
    task_uuid: Option<TaskUuid>,
    task_uuid_text: Option<Box<str>>,
    status: Option<Status>,
    progress: Option<u8>,
    result_index: Option<u32>,
    result_uuid: Option<Box<str>>,
    cost: Option<Money>,
    has_output: bool,
    tells_failure: bool,
}

impl Item {
    /// Reads an item that was kept as text, such as [`Item::raw`] of an earlier one.
    ///
    /// # Errors
    ///
    /// The value is not an object. Missing, unknown and unusable fields are no errors.
    pub fn from_raw(raw: RawJson) -> Result<Self, DecodeError> {
        let fields = match Self::fields_of(raw.as_str()) {
            Ok(fields) => fields,
            Err(error) => return Err(DecodeError::from_parser(&error, raw.as_bytes())),
        };
        let mut source = Source::new(raw.as_bytes());
        Ok(Self::read(raw.clone(), &fields, &mut source))
    }

    /// The `taskType` of the task this item answers; of the original task even in a `getResponse` reply.
    pub fn task_type(&self) -> Option<&TaskType> {
        self.task_type.as_ref()
    }

    /// The `taskUUID` of the task this item answers, if it is a UUID.
    pub fn task_uuid(&self) -> Option<TaskUuid> {
        self.task_uuid
    }

    /// The `taskUUID` as it was sent, UUID or not.
    pub fn task_uuid_text(&self) -> Option<&str> {
        self.task_uuid_text.as_deref()
    }

    /// The `status`, which finished items may lack; [`phase`](Self::phase) also answers for those.
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// The `progress` in percent, 0 to 100; a number outside is moved to the nearer end, a fraction cut off.
    pub fn progress(&self) -> Option<u8> {
        self.progress
    }

    /// The `resultIndex`: which of the task's results this is.
    pub fn result_index(&self) -> Option<u32> {
        self.result_index
    }

    /// The `cost` of this one result.
    pub fn cost(&self) -> Option<Money> {
        self.cost
    }

    /// The result's own id: the first of `imageUUID`, `videoUUID`, `audioUUID`, `modelUUID`, `maskImageUUID`,
    /// `guideImageUUID` and `mediaUUID` that is there.
    ///
    /// Text, 3D, training, caption and prompt items have none.
    pub fn result_uuid(&self) -> Option<&str> {
        self.result_uuid.as_deref()
    }

    /// The whole item, exactly as it was sent.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// Whether the item carries something the task was asked to make: a media URL, base64 or data URI, a `text`,
    /// `outputs`, `structuredData` or an `air`.
    ///
    /// A field that only echoes the request, such as `webhookURL`, is no output.
    pub fn has_output(&self) -> bool {
        self.has_output
    }

    /// Where this result stands.
    ///
    /// The status decides where there is one. Without one, an item with output has succeeded, an item that tells of a
    /// failure has failed, and any other is still running; so is the acknowledgement of a submit.
    pub fn phase(&self) -> Phase {
        match &self.status {
            Some(status) => status.phase_of(self.task_type.as_ref()),
            None if self.has_output => Phase::Succeeded,
            None if self.tells_failure => Phase::Failed,
            None => Phase::Running,
        }
    }

    /// The failure this item reports; `None` unless its [`phase`](Self::phase) is [`Phase::Failed`].
    ///
    /// Failed results usually come in the reply's `errors`. Some come as an item, with an `error` object (Task Polling
    /// page) or with `code` and `message` of its own.
    pub fn failure(&self) -> Option<ApiError> {
        (self.phase() == Phase::Failed).then(|| ApiError::from_raw(self.raw.clone()))
    }

    /// Reads the item as a `T`, such as [`ImageResult`](crate::ImageResult) or a type of your own.
    ///
    /// # Errors
    ///
    /// The item is not of that type. The result itself is not lost: it is still in [`raw`](Self::raw).
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        self.raw.decode()
    }

    /// The JSON text of a field; a `null` counts as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.raw.value(name).map(RawValue::get).filter(|value| *value != "null")
    }

    /// Looks up the fields that [`read`](Self::read) needs.
    pub(crate) fn fields_of(text: &str) -> serde_json::Result<Fields<'_>> {
        Fields::read(text, &[&HEAD, &RESULT_UUIDS, &OUTPUTS])
    }

    /// Makes an item of the fields that [`fields_of`](Self::fields_of) found in `raw`.
    pub(crate) fn read(raw: RawJson, fields: &Fields<'_>, source: &mut Source<'_>) -> Self {
        fields.note_repeated(source);
        let task_uuid_text = fields.decode::<Box<str>>("taskUUID", source);
        Self {
            raw,
            task_type: fields.decode("taskType", source),
            task_uuid: task_uuid_text.as_deref().and_then(TaskUuid::parse_echo),
            task_uuid_text,
            status: fields.decode("status", source),
            progress: fields.decode("progress", source).map(percent),
            result_index: fields.decode("resultIndex", source),
            result_uuid: RESULT_UUIDS
                .iter()
                .filter_map(|name| fields.decode::<Box<str>>(name, source))
                .find(|uuid| !uuid.is_empty()),
            cost: fields.decode("cost", source),
            has_output: OUTPUTS.iter().any(|name| fields.get_telling(name).is_some())
                || fields.get("text").is_some(),
            tells_failure: fields.tell_failure(),
        }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Item").field(&self.raw).finish()
    }
}

const HEAD: [&str; 9] =
    ["taskType", "taskUUID", "status", "progress", "resultIndex", "cost", "error", "code", "text"];

const RESULT_UUIDS: [&str; 7] =
    ["imageUUID", "videoUUID", "audioUUID", "modelUUID", "maskImageUUID", "guideImageUUID", "mediaUUID"];

/// The outputs that count unless they are empty. `text` is none of them: an empty text can be all a model had to say.
#[rustfmt::skip]
const OUTPUTS: [&str; 21] = [
    "imageURL", "imageBase64Data", "imageDataURI",
    "videoURL", "videoBase64Data", "videoDataURI",
    "audioURL", "audioBase64Data", "audioDataURI",
    "maskImageURL", "maskImageBase64Data", "maskImageDataURI",
    "guideImageURL", "guideImageBase64Data", "guideImageDataURI",
    "mediaURL", "mediaBase64Data", "mediaDataURI",
    "outputs", "structuredData", "air",
];

fn percent(progress: f64) -> u8 {
    // A float-to-integer cast cuts the fraction off; after the clamp nothing else can happen.
    progress.clamp(0.0, 100.0) as u8
}
