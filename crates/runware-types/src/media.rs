//! The media of a result, whatever kind of task made it.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::item::Keys;
use crate::{Item, Phase, json};

/// How a media result is delivered; the task's `outputType` chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Media<'a> {
    /// A URL to download from, for as long as the service keeps the file.
    Url(Cow<'a, str>),
    /// The bytes in base64.
    Base64(Cow<'a, str>),
    /// A `data:` URI that holds the bytes.
    DataUri(Cow<'a, str>),
}

impl Item {
    /// The media file of this result, in the form it was delivered in; of several `outputs`, the first.
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
        let first = |keys| self.outputs(keys).find_map(|key| json::text(self.value(key)?));
        first(Keys::URLS)
            .map(Media::Url)
            .or_else(|| first(Keys::BASE64).map(Media::Base64))
            .or_else(|| first(Keys::DATA_URIS).map(Media::DataUri))
            .or_else(|| first_file(self.value("outputs")?).map(Media::Url))
    }
}

fn first_file(outputs: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Outputs<'a> {
        #[serde(borrow)]
        files: Vec<File<'a>>,
    }
    #[derive(Deserialize)]
    struct File<'a> {
        #[serde(borrow)]
        url: Cow<'a, str>,
    }
    let outputs: Outputs<'_> = serde_json::from_str(outputs).ok()?;
    outputs.files.into_iter().next().map(|file| file.url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawJson;

    fn media_of(text: &'static str) -> Option<String> {
        let item = Item::from_raw(RawJson::parse(text).unwrap()).unwrap();
        item.media().map(|media| format!("{media:?}"))
    }

    #[test]
    fn every_kind_of_media_has_one_name_to_ask_for() {
        for (item, expected) in [
            (r#"{"imageURL":"https:\/\/h\/i.png"}"#, r#"Url("https://h/i.png")"#),
            (r#"{"audioBase64Data":"AAAA"}"#, r#"Base64("AAAA")"#),
            (r#"{"maskImageDataURI":"data:,x"}"#, r#"DataUri("data:,x")"#),
            (r#"{"outputs":{"files":[{"url":"https://h/m.glb"},{"url":"b"}]}}"#, r#"Url("https://h/m.glb")"#),
        ] {
            assert_eq!(media_of(item).as_deref(), Some(expected), "{item}");
        }
    }

    #[test]
    fn of_several_media_the_first_usable_one_of_the_best_form_is_taken() {
        for (item, expected) in [
            (r#"{"imageBase64Data":"AAAA","mediaURL":"m","videoURL":"v"}"#, r#"Url("v")"#),
            (r#"{"imageURL":7,"imageDataURI":"data:,x","audioBase64Data":"AAAA"}"#, r#"Base64("AAAA")"#),
            (r#"{"imageURL":"\ud800","imageDataURI":"data:,x"}"#, r#"DataUri("data:,x")"#),
            (r#"{"imageURL":"a","imageURL":"b"}"#, r#"Url("b")"#),
            (r#"{"imageURL":"a","imageURL":null,"mediaURL":"m"}"#, r#"Url("m")"#),
        ] {
            assert_eq!(media_of(item).as_deref(), Some(expected), "{item}");
        }
    }

    #[test]
    fn texts_and_echoes_are_no_media() {
        let preview = r#"{"status":"processing","imageURL":"https://h/preview.png"}"#;
        for item in [
            preview,
            r#"{"text":"hi"}"#,
            r#"{"webhookURL":"https://h"}"#,
            r#"{"imageURL":""}"#,
            r#"{"outputs":{}}"#,
        ] {
            assert_eq!(media_of(item), None, "{item}");
        }
    }
}
