//! Media that a task reads.

#[cfg(test)]
mod tests;

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};

use crate::media::says_base64;
use crate::{Media, TaskUuid, json};

/// A media file that a task reads: an image, a video, a piece of audio.
///
/// What the text means is said by the variant and never guessed. A text that does not fit its variant, such as the name
/// of a file, is refused when the task is prepared.
///
/// ```
/// use runware_types::{ImageInference, MediaInput, TaskUuid};
///
/// let fox = MediaInput::from_bytes("image/png", b"\x89PNG\r\n\x1a\n");
/// assert_eq!(fox.as_str(), "data:image/png;base64,iVBORw0KGgo=");
///
/// let task = ImageInference::new("runware:101@1", "a fox").seed_image(MediaInput::url("fox.png"));
/// let error = task.prepare(TaskUuid::from_key("docs", "fox")).unwrap_err();
/// assert_eq!(error.field(), "inputs.seedImage");
/// ```
///
/// Source: `docs/wire.md`, "Task types".
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaInput {
    /// A public `http` or `https` address.
    Url(String),
    /// The id of a file that the service stores: one that was uploaded, or a result.
    Uuid(String),
    /// A `data:` address that holds the bytes.
    DataUri(String),
    /// The bytes in base64, with or without padding.
    Base64(String),
}

impl MediaInput {
    /// A file at a public `http` or `https` address.
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url(url.into())
    }

    /// A file that the service stores, by its `mediaUUID`, `imageUUID` or the like.
    pub fn uuid(uuid: impl Into<String>) -> Self {
        Self::Uuid(uuid.into())
    }

    /// A file in a `data:` address.
    pub fn data_uri(uri: impl Into<String>) -> Self {
        Self::DataUri(uri.into())
    }

    /// A file in base64.
    pub fn base64(data: impl Into<String>) -> Self {
        Self::Base64(data.into())
    }

    /// A file of this media type, such as `image/png`, as a `data:` address.
    pub fn from_bytes(media_type: &str, bytes: &[u8]) -> Self {
        Self::DataUri(format!("data:{media_type};base64,{}", STANDARD.encode(bytes)))
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Url(text) | Self::Uuid(text) | Self::DataUri(text) | Self::Base64(text) => text,
        }
    }

    /// What a text of the wire means, if it is any of the forms that the service takes.
    ///
    /// An id has hyphens, so the forms do not overlap. A `data:` address may still be one of [no use](data_uri_flaw).
    pub(crate) fn recognise(text: &str) -> Option<MediaForm> {
        use MediaForm::{Base64, DataUri, Url, Uuid};
        [Url, DataUri, Uuid, Base64].into_iter().find(|form| form.is_form_of(text))
    }

    fn form(&self) -> MediaForm {
        match self {
            Self::Url(_) => MediaForm::Url,
            Self::Uuid(_) => MediaForm::Uuid,
            Self::DataUri(_) => MediaForm::DataUri,
            Self::Base64(_) => MediaForm::Base64,
        }
    }
}

/// The four forms of a [`MediaInput`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaForm {
    Url,
    Uuid,
    DataUri,
    Base64,
}

impl MediaForm {
    fn is_form_of(self, text: &str) -> bool {
        match self {
            Self::Url => is_web_address(text),
            Self::Uuid => TaskUuid::parse_known(text).is_ok(),
            Self::DataUri => starts_with(text, "data:") && text.contains(','),
            Self::Base64 => is_base64(text),
        }
    }
}

/// What is wrong with a text that begins with `data:` and has a comma, if anything is.
pub(crate) fn data_uri_flaw(uri: &str) -> Option<&'static str> {
    let (head, data) = uri.split_once(',')?;
    match data {
        "" => Some("is a data URI without data"),
        _ if says_base64(head) && !is_base64(data) => {
            Some("is a data URI of base64 whose data is not base64")
        }
        _ => None,
    }
}

/// What a text must be to fit, for messages.
impl fmt::Display for MediaForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "an address that begins with http:// or https://",
            Self::Uuid => "a UUID",
            Self::DataUri => "an address that begins with data: and has a comma",
            Self::Base64 => "base64",
        })
    }
}

/// White space to some readers of addresses, and no character of one.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether the text is an address that begins with `http://` or `https://` and goes on without white space.
pub(crate) fn is_web_address(text: &str) -> bool {
    let rest = ["http://", "https://"].iter().find(|scheme| starts_with(text, scheme)).map(|s| s.len());
    rest.and_then(|at| text.get(at..)).is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == BYTE_ORDER_MARK)
    })
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn is_base64(text: &str) -> bool {
    is_like_base64(text) && text.trim_end_matches('=').len() % 4 != 1
}

/// Whether the text is base64 but for its length, which may be one that no bytes have.
pub(crate) fn is_like_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    text.len() - data.len() <= 2 && data.len() >= 2 && data.bytes().all(in_alphabet)
}

/// A result as the input of another task.
impl From<Media<'_>> for MediaInput {
    fn from(media: Media<'_>) -> Self {
        match media {
            Media::Url(url) => Self::Url(url.into_owned()),
            Media::Base64(data) => Self::Base64(data.into_owned()),
            Media::DataUri(uri) => Self::DataUri(uri.into_owned()),
        }
    }
}

/// Fails for a text that does not fit its variant.
impl Serialize for MediaInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (form, text) = (self.form(), self.as_str());
        let problem = match data_uri_flaw(text) {
            _ if !form.is_form_of(text) => format!("{self:?} is not {form}"),
            Some(flaw) if form == MediaForm::DataUri => format!("{self:?} {flaw}"),
            _ => return serializer.serialize_str(text),
        };
        Err(serde::ser::Error::custom(problem))
    }
}

/// Shows at most 60 characters of the text.
impl fmt::Debug for MediaInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&json::shortened(&json::quoted(self.as_str()), 60).to_string())
    }
}
