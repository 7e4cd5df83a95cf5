//! The keys of an item that are looked at when a reply is read.

/// Defines the keys, in the order in which the first one that is there is taken.
macro_rules! keys {
    ($($key:ident = $text:literal,)+) => {
        /// A key that is looked at when a reply is read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Key {
            $($key,)+
        }

        impl Key {
            pub(super) const ALL: &'static [Self] = &[$(Self::$key),+];

            pub(super) fn of(text: &[u8]) -> Option<Self> {
                match text {
                    $($text => Some(Self::$key),)+
                    _ => None,
                }
            }

            /// The key on the wire.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$key => const {
                        match core::str::from_utf8($text) {
                            Ok(name) => name,
                            Err(_) => "",
                        }
                    },)+
                }
            }
        }
    };
}

keys! {
    TaskType = b"taskType",
    TaskUuid = b"taskUUID",
    Status = b"status",
    Progress = b"progress",
    ResultIndex = b"resultIndex",
    Cost = b"cost",
    Error = b"error",
    Code = b"code",

    ImageUuid = b"imageUUID",
    VideoUuid = b"videoUUID",
    AudioUuid = b"audioUUID",
    ModelUuid = b"modelUUID",
    MaskImageUuid = b"maskImageUUID",
    GuideImageUuid = b"guideImageUUID",
    MediaUuid = b"mediaUUID",

    ImageUrl = b"imageURL",
    VideoUrl = b"videoURL",
    AudioUrl = b"audioURL",
    MaskImageUrl = b"maskImageURL",
    GuideImageUrl = b"guideImageURL",
    MediaUrl = b"mediaURL",

    ImageBase64 = b"imageBase64Data",
    VideoBase64 = b"videoBase64Data",
    AudioBase64 = b"audioBase64Data",
    MaskImageBase64 = b"maskImageBase64Data",
    GuideImageBase64 = b"guideImageBase64Data",
    MediaBase64 = b"mediaBase64Data",

    ImageDataUri = b"imageDataURI",
    VideoDataUri = b"videoDataURI",
    AudioDataUri = b"audioDataURI",
    MaskImageDataUri = b"maskImageDataURI",
    GuideImageDataUri = b"guideImageDataURI",
    MediaDataUri = b"mediaDataURI",

    Outputs = b"outputs",
    StructuredData = b"structuredData",
    Air = b"air",
    Text = b"text",
}

/// A set of keys, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys(u64);

impl Keys {
    pub(super) const RESULT_UUIDS: Self = Self::between(Key::ImageUuid, Key::MediaUuid);
    /// What a task was asked to make.
    pub(super) const OUTPUTS: Self = Self::between(Key::ImageUrl, Key::Text);

    const fn between(first: Key, last: Key) -> Self {
        Self((2 << last as u64) - (1 << first as u64))
    }

    pub(super) const fn has(self, key: Key) -> bool {
        self.0 & (1 << key as u64) != 0
    }

    pub(super) const fn with(self, key: Key) -> Self {
        Self(self.0 | 1 << key as u64)
    }

    pub(super) const fn that_are_in(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The keys in order.
    pub(super) fn iter(self) -> impl Iterator<Item = Key> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let key = Key::ALL.get(left.trailing_zeros() as usize).copied();
            left &= left.wrapping_sub(1);
            key
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Keys};

    fn names(keys: Keys) -> Vec<&'static str> {
        keys.iter().map(Key::name).collect()
    }

    #[test]
    fn every_key_is_found_by_its_name() {
        for key in Key::ALL {
            assert_eq!(Key::of(key.name().as_bytes()), Some(*key));
        }
        assert_eq!(Key::of(b"imageurl"), None);
        assert_eq!(Key::of(b""), None);
    }

    #[test]
    fn other_sets_hold_what_they_say() {
        let uuids = names(Keys::RESULT_UUIDS);
        assert!(uuids.len() == 7 && uuids.iter().all(|name| name.ends_with("UUID")), "{uuids:?}");
        let kinds = ["image", "video", "audio", "maskImage", "guideImage", "media"];
        let forms = ["URL", "Base64Data", "DataURI"];
        let media = forms.iter().flat_map(|form| kinds.map(|kind| format!("{kind}{form}")));
        let others = ["outputs", "structuredData", "air", "text"].map(ToOwned::to_owned);
        assert_eq!(names(Keys::OUTPUTS), media.chain(others).collect::<Vec<_>>());
        assert_eq!(names(Keys::default()), [""; 0]);
    }
}
