//! How far the upload of a model has come.

use crate::spec::Kind;
use crate::{Phase, status};

result! {
    /// How far the upload of a model has come.
    ///
    /// One upload gives a sequence of these, and only the last is a result of the task: see [`UploadStatus::phase`].
    ///
    /// ```
    /// use runware_types::{Item, ModelUploadResult, Phase, RawJson, UploadStatus};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "modelUpload",
    ///     "taskUUID": "92a3b4c5-d6e7-4f80-9192-a3b4c5d6e7f8",
    ///     "status": "downloaded",
    ///     "message": "The model was downloaded."
    /// }"#)?)?;
    /// let upload = ModelUploadResult::from_item(&item)?;
    /// assert_eq!(upload.status(), Some(UploadStatus::Downloaded));
    /// assert_eq!(item.phase(), Phase::Running);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ModelUploadResult: "modelUploadResult" [OWN] has ["status", "message", "air"]
}

fields! { read ModelUploadResult::OWN {
    /// The type of the task that is answered.
    _ => "taskType": Kind::Const("modelUpload");
    /// The id of the task that is answered.
    _ => "taskUUID": Kind::Uuid, required;
    /// How far the upload has come.
    status(UploadStatus) => "status": Kind::Word(UploadStatus::WORDS), required;
    /// The same in words, for people.
    message(text) => "message": Kind::TEXT, required;
    /// The AIR id of the model, which tasks name as their `model`.
    air(text) => "air": Kind::TEXT;
} }

wire_enum! {
    /// How far the upload of a model has come: the `status` of the wire.
    pub enum UploadStatus {
        /// The request is valid.
        Validated = "validated",
        /// The service has the file.
        Downloaded = "downloaded",
        /// The file is prepared for use.
        Optimized = "optimized",
        /// The file is stored.
        Stored = "stored",
        /// The model can be used.
        Ready = "ready",
        /// The upload has failed; the message says why.
        Failed = "failed",
    }
}

impl UploadStatus {
    /// What this status means for someone who waits.
    ///
    /// `ready` is success; `failed`, and what begins with `error`, is failure. Everything else is as for
    /// [`Status::phase`](crate::Status::phase).
    pub fn phase(&self) -> Phase {
        status::upload_phase(self.as_str())
    }
}
