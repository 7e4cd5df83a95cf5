//! Media tools.

use super::RawTask;
use crate::spec::Kind;
use crate::{OutputFormat, TaskType};

task! {
    /// A task that runs a media tool, such as FFmpeg.
    ///
    /// What a tool takes is its own: [`inputs`](Self::inputs), [`settings`](Self::settings) and [`param`](Self::param).
    ///
    /// ```
    /// use runware_types::{OutputFormat, TaskUuid, Tools};
    ///
    /// let task = Tools::new("runware:ffmpeg@0")
    ///     .inputs(serde_json::json!({"video": "https://example.com/fox.mov"}))
    ///     .output_format(OutputFormat::Mp4);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox as mp4"))?;
    /// assert_eq!(prepared.model(), Some("runware:ffmpeg@0"));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    Tools: "tools" [ID, MODEL, GENERATION, OWN]
}

generation! { Tools }
model! { Tools }

impl Tools {
    /// Runs a tool, named by its AIR id.
    pub fn new(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::Tools).set("model", model.as_ref()))
    }
}

fields! { write Tools::OWN {
    /// What the tool works on.
    inputs(json) => "inputs": Kind::OBJECT;
    /// What the tool does.
    settings(json) => "settings": Kind::OBJECT;
    /// The file format of a result.
    output_format(into OutputFormat) => "outputFormat": Kind::Word(FORMATS);
    /// How long the address of a result lives, in seconds, at least 60.
    ttl(u32) => "ttl": Kind::integer(60, u32::MAX as i128);
} }

const FORMATS: &[&str] =
    &["MP4", "WEBM", "MOV", "MKV", "MP3", "WAV", "AAC", "FLAC", "OGG", "PNG", "JPG", "WEBP"];
