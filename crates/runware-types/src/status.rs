//! The state of one result.

use crate::TaskType;

wire_enum! {
    /// The state of one result of a task: the `status` of the wire.
    ///
    /// An older page says `pending` for `processing`, and earlier clients know `queued`, `scheduled` and `waiting`, too.
    /// All of these mean [`Phase::Running`]. The uploads of models have words of their own:
    /// [`UploadStatus`](crate::UploadStatus).
    ///
    /// Source: Task Polling page; `docs/wire.md`, "Status checks".
    pub enum Status {
        /// Still at work.
        Processing = "processing",
        /// Finished; the result is in the same item.
        Success = "success",
        /// Finished without a result.
        Error = "error",
    }
}

/// What a [`Status`] means for someone who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Not finished.
    Running,
    /// Finished with a result.
    Succeeded,
    /// Finished without a result.
    Failed,
}

impl Status {
    /// What this status means for someone who waits.
    ///
    /// Upper and lower case make no difference. A status that no rule names means [`Phase::Running`]: waiting for a
    /// result that has come costs a request, giving up on one that is still coming loses it.
    pub fn phase(&self) -> Phase {
        phase(self.as_str())
    }

    /// What this status means on an item of this type. Items of uploads may come without a type.
    pub(crate) fn phase_of(&self, task_type: Option<&TaskType>) -> Phase {
        match task_type {
            Some(TaskType::ModelUpload) | None => upload_phase(self.as_str()),
            Some(_) => self.phase(),
        }
    }
}

/// What a status of the upload of a model means.
pub(crate) fn upload_phase(status: &str) -> Phase {
    if status.eq_ignore_ascii_case("ready") {
        Phase::Succeeded
    } else if status.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error")) {
        // "error downloading" and the like.
        Phase::Failed
    } else {
        phase(status)
    }
}

fn phase(status: &str) -> Phase {
    const FAILED: [&str; 5] = ["error", "failed", "cancelled", "canceled", "expired"];
    if status.eq_ignore_ascii_case("success") {
        Phase::Succeeded
    } else if FAILED.iter().any(|failed| status.eq_ignore_ascii_case(failed)) {
        Phase::Failed
    } else {
        Phase::Running
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, Status};
    use crate::{TaskType, UploadStatus};

    #[test]
    fn phases() {
        for running in
            ["processing", "pending", "queued", "scheduled", "waiting", "PENDING", "", "successful?", "ready"]
        {
            assert_eq!(Status::from(running).phase(), Phase::Running, "{running}");
        }
        for failed in ["error", "ERROR", "failed", "cancelled", "canceled", "expired"] {
            assert_eq!(Status::from(failed).phase(), Phase::Failed, "{failed}");
        }
        for succeeded in ["success", "SUCCESS"] {
            assert_eq!(Status::from(succeeded).phase(), Phase::Succeeded, "{succeeded}");
        }
    }

    #[test]
    fn uploads_of_models_have_words_of_their_own() {
        let table = [
            ("validated", Phase::Running),
            ("downloaded", Phase::Running),
            ("optimized", Phase::Running),
            ("stored", Phase::Running),
            ("é", Phase::Running),
            ("ready", Phase::Succeeded),
            ("Ready", Phase::Succeeded),
            ("success", Phase::Succeeded),
            ("failed", Phase::Failed),
            ("error", Phase::Failed),
            ("error downloading", Phase::Failed),
            ("Error: no such file", Phase::Failed),
        ];
        for (word, expected) in table {
            assert_eq!(UploadStatus::from(word).phase(), expected, "{word}");
            let status = Status::from(word);
            assert_eq!(status.phase_of(Some(&TaskType::ModelUpload)), expected, "{word}");
            assert_eq!(status.phase_of(None), expected, "{word}");
            assert_eq!(status.phase_of(Some(&TaskType::Training)), status.phase(), "{word}");
        }
    }
}
