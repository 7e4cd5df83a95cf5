//! Tasks ready to be sent.

use alloc::string::String;
use alloc::vec;
use core::fmt;
use core::str::FromStr;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{InvalidTask, RawTask};
use crate::{DeliveryMethod, TaskType, TaskUuid};

/// A task with its id and its exact bytes, which every attempt to send it repeats.
///
/// The bytes are one JSON object: `taskType`, `taskUUID`, then the other fields as they were written.
///
/// ```
/// use runware_types::{ImageInference, TaskUuid};
///
/// let uuid = TaskUuid::from_key("docs", "a red fox");
/// let prepared = ImageInference::new("runware:101@1", "a red fox").number_results(2).prepare(uuid)?;
/// assert_eq!(prepared.expected(), 2);
/// assert!(prepared.bytes().starts_with(br#"{"taskType":"imageInference","taskUUID":""#));
/// # Ok::<(), runware_types::InvalidTask>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    uuid: TaskUuid,
    task_type: TaskType,
    bytes: Bytes,
    hash: RequestHash,
    expected: u32,
    delivery: Option<DeliveryMethod>,
    model: Option<String>,
}

impl Prepared {
    pub(super) fn new(task: &RawTask, uuid: TaskUuid) -> Result<Self, InvalidTask> {
        let expected = task.expected_results()?;
        let bytes = task.write(Some(uuid));
        Ok(Self {
            uuid,
            task_type: task.task_type().clone(),
            hash: RequestHash::of(&bytes),
            bytes,
            expected,
            delivery: task.delivery_method(),
            model: task.model(),
        })
    }

    /// The id.
    pub fn uuid(&self) -> TaskUuid {
        self.uuid
    }

    /// What the task asks for.
    pub fn task_type(&self) -> &TaskType {
        &self.task_type
    }

    /// The JSON object to send, as one member of a request's array; see [`encode_request`].
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The fingerprint of the bytes.
    pub fn hash(&self) -> RequestHash {
        self.hash
    }

    /// How many results the task asks for; see [`RawTask::expected_results`].
    pub fn expected(&self) -> u32 {
        self.expected
    }

    /// How the results are to be delivered, if the task says so.
    pub fn delivery(&self) -> Option<&DeliveryMethod> {
        self.delivery.as_ref()
    }

    /// The model, if the task names one.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }
}

impl AsRef<[u8]> for Prepared {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("task_type", &self.task_type)
            .field("uuid", &self.uuid)
            .field("model", &self.model)
            .field("expected", &self.expected)
            .field("delivery", &self.delivery)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Puts tasks into the array that the body of a request is, also for a single task.
///
/// ```
/// use runware_types::{GetResponse, TaskUuid, encode_request};
///
/// let body = encode_request([GetResponse::new(TaskUuid::from_key("docs", "a red fox")).encode()]);
/// assert!(body.starts_with(b"[{") && body.ends_with(b"}]"));
/// ```
///
/// Source: Task Polling page.
pub fn encode_request(tasks: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Bytes {
    let mut body = vec![b'['];
    for task in tasks {
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(task.as_ref());
    }
    body.push(b']');
    body.into()
}

/// The SHA-256 of a prepared task's bytes: tells whether two requests under one id are the same request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestHash([u8; 32]);

impl RequestHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// 64 hexadecimal digits in lower case.
impl fmt::Display for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestHash({self})")
    }
}

/// Reads 64 hexadecimal digits in either case.
impl FromStr for RequestHash {
    type Err = InvalidRequestHash;

    fn from_str(text: &str) -> Result<Self, InvalidRequestHash> {
        if text.len() != 64 {
            return Err(InvalidRequestHash(()));
        }
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let &[high, low] = pair else { return Err(InvalidRequestHash(())) };
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Ok(Self(hash))
    }
}

fn digit(character: u8) -> Result<u8, InvalidRequestHash> {
    let value = char::from(character).to_digit(16).ok_or(InvalidRequestHash(()))?;
    u8::try_from(value).map_err(|_| InvalidRequestHash(()))
}

impl Serialize for RequestHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RequestHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Text that is not a [`RequestHash`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequestHash(());

impl fmt::Display for InvalidRequestHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a request hash has 64 hexadecimal digits")
    }
}

impl core::error::Error for InvalidRequestHash {}
