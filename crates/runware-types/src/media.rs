//! The media of a result, whatever kind of task made it.

mod decode;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use serde_json::value::RawValue;

use crate::{Item, Phase, json};

pub use decode::InvalidMedia;
pub(crate) use decode::says_base64;

/// A media file of a result; the task's `outputType` chooses the form.
///
/// `Debug` shows at most 60 characters of data, and addresses in full.
#[derive(Clone, PartialEq, Eq)]
pub enum Media<'a> {
    /// A URL to download from, for as long as the service keeps the file.
    Url(Cow<'a, str>),
    /// The bytes in base64.
    Base64(Cow<'a, str>),
    /// A `data:` URI that holds the bytes.
    DataUri(Cow<'a, str>),
}

impl Item {
    /// The media file of this result, in the form it was delivered in; of several, the first of
    /// [`all_media`](Self::all_media).
    ///
    /// `None` for a result that is text or data, and for one that has not succeeded.
    ///
    /// ```
    /// use runware_types::{Item, Media, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{"videoURL":"https://h/v.mp4"}"#)?)?;
    /// assert_eq!(item.media(), Some(Media::Url("https://h/v.mp4".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn media(&self) -> Option<Media<'_>> {
        if self.phase() != Phase::Succeeded {
            return None;
        }
        self.named_media().next().or_else(|| self.files().next())
    }

    /// Every media file of this result, each in one form: the image, video, audio, mask and guide image, then the
    /// files of `outputs`.
    ///
    /// A stored copy, in keys that begin with `media`, counts if there is nothing else of these. A file that `outputs`
    /// repeats is given once, and one that came in several forms is given as a URL if it can be, else in base64. Empty
    /// for a result that is text or data, and for one that has not succeeded.
    ///
    /// ```
    /// use runware_types::{Item, Media, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(
    ///     r#"{"taskType":"3dInference","outputs":{"files":[{"url":"https://h/fox.glb"},{"url":"https://h/fox.png"}]}}"#,
    /// )?)?;
    /// assert_eq!(item.all_media()[1], Media::Url("https://h/fox.png".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    pub fn all_media(&self) -> Vec<Media<'_>> {
        if self.phase() != Phase::Succeeded {
            return Vec::new();
        }
        let mut all: Vec<_> = self.named_media().collect();
        let named = all.len();
        for file in self.files() {
            if !all.iter().take(named).any(|other| *other == file) {
                all.push(file);
            }
        }
        all
    }

    fn named_media(&self) -> impl Iterator<Item = Media<'_>> {
        let mut made = MADE.iter().filter_map(|forms| self.medium(forms)).peekable();
        let stored = if made.peek().is_none() { self.medium(&STORED) } else { None };
        made.chain(stored)
    }

    /// The file that goes by these keys.
    fn medium(&self, [url, base64, data_uri]: &Forms) -> Option<Media<'_>> {
        let text = |key| json::text(self.value(key)?).filter(|text| !text.is_empty());
        text(url)
            .map(Media::Url)
            .or_else(|| text(base64).map(Media::Base64))
            .or_else(|| text(data_uri).map(Media::DataUri))
    }

    /// The files of `outputs`.
    fn files(&self) -> impl Iterator<Item = Media<'_>> {
        let files = self.value("outputs").and_then(|outputs| json::member(outputs, "files"));
        let files: Vec<&RawValue> =
            files.and_then(|files| serde_json::from_str(files.get()).ok()).unwrap_or_default();
        files
            .into_iter()
            .filter_map(|file| json::text(json::member(file.get(), "url")?.get()))
            .filter(|url| !url.is_empty())
            .map(Media::Url)
    }
}

/// The keys of one file: its URL, base64, data URI.
type Forms = [&'static str; 3];

/// What tasks make.
const MADE: [Forms; 5] = [
    ["imageURL", "imageBase64Data", "imageDataURI"],
    ["videoURL", "videoBase64Data", "videoDataURI"],
    ["audioURL", "audioBase64Data", "audioDataURI"],
    ["maskImageURL", "maskImageBase64Data", "maskImageDataURI"],
    ["guideImageURL", "guideImageBase64Data", "guideImageDataURI"],
];

/// What the service stores; beside something that was made, the same file again.
const STORED: Forms = ["mediaURL", "mediaBase64Data", "mediaDataURI"];

impl Media<'_> {
    /// The text on the wire: the URL, the base64, the `data:` URI.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Url(text) | Self::Base64(text) | Self::DataUri(text) => text,
        }
    }

    /// The media type, such as `image/png`, that a `data:` URI names; `None` if it names none, and for other forms.
    pub fn media_type(&self) -> Option<&str> {
        let Self::DataUri(uri) = self else { return None };
        decode::media_type(uri)
    }

    /// The bytes of a file that was delivered as data.
    ///
    /// ```
    /// use runware_types::Media;
    ///
    /// assert_eq!(Media::Base64("Zm94".into()).decode()?, b"fox");
    /// assert_eq!(Media::DataUri("data:image/svg+xml,%3Csvg/%3E".into()).decode()?, b"<svg/>");
    /// assert!(Media::Url("https://im.runware.ai/fox.png".into()).decode().is_err());
    /// # Ok::<(), runware_types::InvalidMedia>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file was delivered as a URL, from which it has to be downloaded, or the text is no base64 or no `data:` URI.
    /// Missing padding, and the base64 alphabet for URLs, are no errors.
    pub fn decode(&self) -> Result<Vec<u8>, InvalidMedia> {
        match self {
            Self::Url(url) => Err(InvalidMedia::url(url)),
            Self::Base64(data) => decode::base64(data.as_bytes()),
            Self::DataUri(uri) => decode::data_uri(uri),
        }
    }

    /// The same media, independent of the result that it was read from.
    pub fn into_owned(self) -> Media<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Url(text) => Media::Url(owned(text)),
            Self::Base64(text) => Media::Base64(owned(text)),
            Self::DataUri(text) => Media::DataUri(owned(text)),
        }
    }
}

impl fmt::Debug for Media<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
            Self::Base64(data) => f.debug_tuple("Base64").field(&json::shortened(data, 60)).finish(),
            Self::DataUri(uri) => f.debug_tuple("DataUri").field(&json::shortened(uri, 60)).finish(),
        }
    }
}
