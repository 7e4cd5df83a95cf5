//! The id of a task.

#[cfg(test)]
mod tests;

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::{Uuid, Variant};

/// The id of a task: the `taskUUID` of the wire, chosen by the caller before anything is sent.
///
/// It is what makes a task safe to send again: the server takes an id once and refuses it the second time. This crate
/// has no source of random numbers; random ids come from [`TaskUuid::from_random_bytes`], ids for callers who have an
/// idempotency key of their own from [`TaskUuid::from_key`].
///
/// There are three ways to read one, by where the text comes from: `parse::<TaskUuid>()` for the id of a new task,
/// [`TaskUuid::parse_known`] for a task that exists already, [`TaskUuid::parse_echo`] for what a server sent.
///
/// ```
/// use runware_types::TaskUuid;
///
/// let invoice = TaskUuid::from_key("shop.example/orders", "order 1042, picture 3");
/// assert_eq!(invoice, invoice.to_string().parse()?);
/// # Ok::<(), runware_types::InvalidTaskUuid>(())
/// ```
///
/// Source: Task Polling page; `docs/wire.md`, "Requests".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskUuid(Uuid);

impl TaskUuid {
    /// Makes a version 4 id of random bytes; six of the 128 bits are overwritten with version and variant.
    pub const fn from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Derives an id from a key of the caller's: the same two texts give the same id, in every release of this crate.
    ///
    /// The id has the form of version 4, which the service asks for. Its random part is taken from the SHA-256 of both
    /// texts in UTF-8, each after its length in bytes as a 64-bit big-endian number.
    pub fn from_key(namespace: &str, key: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [namespace, key] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(byte, digested)| *byte = digested);
        Self::from_random_bytes(bytes)
    }

    /// Takes a UUID as it is, of any version.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Reads what a server sent back: any case and version, hyphens or none, braces, a `urn:uuid:` prefix.
    pub fn parse_echo(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }

    /// Reads the id of a task that exists, which another client may have given any version.
    ///
    /// # Errors
    ///
    /// The text is not 36 characters of hexadecimal digits in groups of 8-4-4-4-12, or is the nil UUID, which names
    /// nothing. Upper case is no error.
    pub fn parse_known(text: &str) -> Result<Self, InvalidTaskUuid> {
        let uuid = read_hyphenated(text)?;
        if uuid.is_nil() { Err(InvalidTaskUuid(Reason::Nil)) } else { Ok(Self(uuid)) }
    }

    /// The UUID.
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }

    /// Whether a new task may carry this id.
    pub(crate) fn check_new(self) -> Result<Self, InvalidTaskUuid> {
        match (self.0.get_version_num(), self.0.get_variant()) {
            _ if self.0.is_nil() => Err(InvalidTaskUuid(Reason::Nil)),
            (4, Variant::RFC4122) => Ok(self),
            (4, _) => Err(InvalidTaskUuid(Reason::Variant)),
            (version, _) => Err(InvalidTaskUuid(Reason::Version(version))),
        }
    }
}

/// Reads the id of a new task, which must be of version 4.
impl FromStr for TaskUuid {
    type Err = InvalidTaskUuid;

    fn from_str(text: &str) -> Result<Self, InvalidTaskUuid> {
        Self::parse_known(text)?.check_new()
    }
}

impl fmt::Display for TaskUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl Serialize for TaskUuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads what [`TaskUuid::parse_echo`] reads.
impl<'de> Deserialize<'de> for TaskUuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_echo(&text).ok_or_else(|| serde::de::Error::custom("expected a UUID"))
    }
}

/// Text that is not the id of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTaskUuid(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Length(usize),
    NoHyphen { at: usize, found: char },
    NoDigit { at: usize, found: char },
    Nil,
    Version(usize),
    Variant,
}

/// Reads 8-4-4-4-12 hexadecimal digits. The `uuid` crate reads more forms than one and does not tell which it met.
fn read_hyphenated(text: &str) -> Result<Uuid, InvalidTaskUuid> {
    let length = text.chars().count();
    if length != 36 {
        return Err(InvalidTaskUuid(Reason::Length(length)));
    }
    let mut value: u128 = 0;
    for (at, found) in (1..).zip(text.chars()) {
        match (at, found, found.to_digit(16)) {
            (9 | 14 | 19 | 24, '-', _) => {}
            (9 | 14 | 19 | 24, _, _) => return Err(InvalidTaskUuid(Reason::NoHyphen { at, found })),
            (_, _, Some(digit)) => value = value << 4 | u128::from(digit),
            (_, _, None) => return Err(InvalidTaskUuid(Reason::NoDigit { at, found })),
        }
    }
    Ok(Uuid::from_u128(value))
}

impl fmt::Display for InvalidTaskUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Reason::Length(length) => write!(
                f,
                "a task UUID has 36 characters, hexadecimal digits in groups of 8-4-4-4-12; this has {length}"
            ),
            Reason::NoHyphen { at, found } => {
                write!(f, "character {at} of a task UUID is a hyphen; this has {found:?}")
            }
            Reason::NoDigit { at, found } => {
                write!(f, "character {at} of a task UUID is a hexadecimal digit; this has {found:?}")
            }
            Reason::Nil => f.write_str("the nil UUID names no task"),
            Reason::Version(version) => {
                write!(f, "a new task needs a UUID of version 4; this is of version {version}")
            }
            Reason::Variant => {
                f.write_str("a new task needs a UUID of the RFC 9562 variant; this is of another one")
            }
        }
    }
}

impl core::error::Error for InvalidTaskUuid {}
