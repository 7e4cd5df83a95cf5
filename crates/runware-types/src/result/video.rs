//! Videos.

use crate::spec::Kind;

result! {
    /// A video.
    ///
    /// ```
    /// use runware_types::{Item, Media, RawJson, VideoResult};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "videoInference",
    ///     "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1",
    ///     "status": "success",
    ///     "videoUUID": "b7db282d-2943-4f12-992f-77df3ad3ec71",
    ///     "videoURL": "https://im.runware.ai/video/ws/0.5/vi/b7db282d-2943-4f12-992f-77df3ad3ec71.mp4",
    ///     "cost": 0.18
    /// }"#)?)?;
    /// let video = VideoResult::from_item(&item)?;
    /// assert!(matches!(video.media(), Some(Media::Url(url)) if url.ends_with(".mp4")));
    /// assert_eq!(video.cost(), Some("0.18".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: Task Polling page; `docs/wire.md`, "Task types".
    VideoResult: "videoResult" [HEAD, OWN] has ["videoURL", "videoBase64Data", "videoDataURI"]
}

generated! { VideoResult }
with_media! { VideoResult }

fields! { read VideoResult::OWN {
    /// The video's own id.
    uuid(text) => "videoUUID": Kind::Uuid, required;
    /// The address of the video.
    _ => "videoURL": Kind::Url;
    /// The video in base64.
    _ => "videoBase64Data": Kind::TEXT;
    /// The video in a `data:` address.
    _ => "videoDataURI": Kind::TEXT;
    /// The id under which the service stores the same video, if it says.
    media_uuid(text) => "mediaUUID": Kind::Uuid;
    /// The address at which the service stores the same video, if it says.
    media_url(text) => "mediaURL": Kind::Url;
    /// The seed that makes the same video again.
    seed(u64) => "seed": Kind::INTEGER;
    /// Whether a safety check, if one was asked for, found adult content.
    nsfw_content(bool) => "NSFWContent": Kind::Bool;
} }
