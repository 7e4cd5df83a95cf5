//! One entry of a reply's `data`.

mod head;
mod index;
mod key;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use core::fmt;

use serde::de::DeserializeOwned;

use crate::envelope::Source;
use crate::json::Span;
use crate::{ApiError, DecodeError, Money, Phase, RawJson, Status, TaskType, TaskUuid};

use head::{Head, Text};
pub(crate) use index::Index;
use key::Key;

/// One entry of a reply's `data`: a result, a result still in the making, or a failure.
///
/// Only what routing needs is decoded at once. Everything else waits in [`raw`](Self::raw) until a
/// [`field`](Self::field) is asked for or the whole is [decoded](Self::decode), so a result stays whole even where this
/// crate cannot read it. Where each field is was noted on the way: looking one up does not read the item again. A known
/// key with an unusable value counts as absent here and is noted in
/// [`Envelope::anomalies`](crate::Envelope::anomalies).
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
#[derive(Clone)]
pub struct Item {
    raw: RawJson,
    index: Index,
    task_type: Option<TaskType>,
    task_uuid: Option<TaskUuid>,
    task_uuid_text: Option<Text>,
    status: Option<Status>,
    progress: Option<u8>,
    result_index: Option<u32>,
    result_uuid: Option<Text>,
    cost: Option<Money>,
    has_output: bool,
    tells_failure: bool,
}

impl Item {
    /// Reads an item that was kept as text, such as [`Item::raw`] of an earlier one.
    ///
    /// # Errors
    ///
    /// The value is not an object, or is one of more than 4 GiB. Missing, unknown and unusable fields are no errors.
    pub fn from_raw(raw: RawJson) -> Result<Self, DecodeError> {
        let index = Index::of(&raw)?;
        let mut source = Source::new(raw.as_bytes());
        Ok(Self::read(raw.as_str(), index, &mut source))
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
        self.task_uuid_text.as_ref().map(|text| text.of(self.raw.as_bytes()))
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
        self.result_uuid.as_ref().map(|text| text.of(self.raw.as_bytes()))
    }

    /// The whole item, exactly as it was sent.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The value of any key, exactly as it was written and sharing the item's memory; of a key written twice, the last
    /// one.
    ///
    /// ```
    /// use runware_types::{Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{"imageURL": "https://h/i.png", "seed": 18446744073709551615}"#)?)?;
    /// assert_eq!(item.field("seed").unwrap().as_str(), "18446744073709551615");
    /// assert_eq!(item.field("cost"), None);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    pub fn field(&self, name: &str) -> Option<RawJson> {
        let place = self.index.find(self.raw.as_bytes(), name)?;
        Some(self.part(place))
    }

    /// Every key with its value, in the order they were sent, repeated keys included.
    ///
    /// A key that holds half a surrogate pair, which no text can, is given as it was written, without its quotes.
    pub fn fields(&self) -> impl Iterator<Item = (Cow<'_, str>, RawJson)> {
        let object = self.raw.as_bytes();
        self.index.members().iter().map(|member| (member.key_text(object), self.part(member.value())))
    }

    /// Whether the item carries something the task was asked to make: a media URL, base64 or data URI, a `text`,
    /// `outputs`, `structuredData` or an `air`.
    ///
    /// A field that only echoes the request, such as `webhookURL`, is no output, and neither is one of the wrong JSON
    /// type: `outputs` and `structuredData` are objects or lists, the others strings.
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

    /// Whether there is a field of this name, with anything but `null` in it.
    pub(crate) fn has(&self, name: &str) -> bool {
        let place = self.index.find(self.raw.as_bytes(), name);
        place.is_some_and(|place| place.bytes_of(self.raw.as_bytes()) != b"null")
    }

    /// The JSON text of a field; a `null` counts as absent.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let place = self.index.find(self.raw.as_bytes(), name)?;
        Some(place.checked_text_of(self.raw.as_bytes())).filter(|value| *value != "null")
    }

    /// Makes an item of the object `text`, which is a part of `source`, and whose index this is.
    pub(crate) fn read(text: &str, index: Index, source: &mut Source<'_>) -> Self {
        let head = Head::find(text, index.members(), source);
        let task_uuid_text = head.string(Key::TaskUuid, source);
        let task_uuid = task_uuid_text.as_deref().and_then(TaskUuid::parse_echo);
        Self {
            raw: source.keep(text),
            task_uuid,
            task_uuid_text: task_uuid_text.map(|text| head.kept(Key::TaskUuid, text)),
            task_type: head.string(Key::TaskType, source).map(|text| TaskType::from(&*text)),
            status: head.string(Key::Status, source).map(|text| Status::from(&*text)),
            progress: head.decode(Key::Progress, source).map(percent),
            result_index: head.decode(Key::ResultIndex, source),
            result_uuid: head.result_uuid(source),
            cost: head.read(Key::Cost, source, Money::from_json),
            has_output: head.has_output(source),
            tells_failure: head.tells_failure(),
            index,
        }
    }

    fn part(&self, place: Span) -> RawJson {
        RawJson::part_of(self.raw.as_bytes(), place.bytes_of(self.raw.as_bytes()))
    }
}

/// Items are equal when their texts are.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Item").field(&self.raw).finish()
    }
}

fn percent(progress: f64) -> u8 {
    // A float-to-integer cast cuts the fraction off; after the clamp nothing else can happen.
    progress.clamp(0.0, 100.0) as u8
}
