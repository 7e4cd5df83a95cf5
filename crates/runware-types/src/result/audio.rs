//! Audio.

use crate::spec::Kind;

result! {
    /// A piece of audio: speech, music, a sound.
    ///
    /// ```
    /// use runware_types::{AudioResult, Item, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "audioInference",
    ///     "taskUUID": "0d5f7a5e-4b0e-4c53-9d5f-6a8f4f3b7c21",
    ///     "audioUUID": "6f1c9b7e-0a52-4d3e-8c4b-2f9d5e7a1b30",
    ///     "audioDataURI": "data:audio/wav;base64,UklGRg=="
    /// }"#)?)?;
    /// let audio = AudioResult::from_item(&item)?;
    /// let sound = audio.media().unwrap();
    /// assert_eq!(sound.media_type(), Some("audio/wav"));
    /// assert_eq!(sound.decode()?, b"RIFF");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    AudioResult: "audioResult" [HEAD, OWN] has ["audioURL", "audioBase64Data", "audioDataURI", "videoURL"]
}

generated! { AudioResult }
with_media! { AudioResult }

fields! { read AudioResult::OWN {
    /// The audio's own id.
    uuid(text) => "audioUUID": Kind::Uuid, required;
    /// The address of the audio.
    _ => "audioURL": Kind::Url;
    /// The audio in base64.
    _ => "audioBase64Data": Kind::TEXT;
    /// The audio in a `data:` address.
    _ => "audioDataURI": Kind::TEXT;
    /// The id of the video that holds the audio: earlier clients know of such results.
    video_uuid(text) => "videoUUID": Kind::Uuid;
    /// The address of the video that holds the audio: earlier clients know of such results.
    video_url(text) => "videoURL": Kind::Url;
    /// The seed that makes the same audio again.
    seed(u64) => "seed": Kind::INTEGER;
} }
