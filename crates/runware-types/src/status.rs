//! The state of one result.

wire_enum! {
    /// The state of one result of a task: the `status` of the wire.
    ///
    /// Source: Task Polling page.
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
        const FAILED: [&str; 5] = ["error", "failed", "cancelled", "canceled", "expired"];
        let status = self.as_str();
        if status.eq_ignore_ascii_case("success") {
            Phase::Succeeded
        } else if FAILED.iter().any(|failed| status.eq_ignore_ascii_case(failed)) {
            Phase::Failed
        } else {
            Phase::Running
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Phase, Status};

    #[test]
    fn phases() {
        for running in ["processing", "pending", "queued", "", "successful?"] {
            assert_eq!(Status::from(running).phase(), Phase::Running, "{running}");
        }
        for failed in ["error", "ERROR", "failed", "cancelled", "canceled", "expired"] {
            assert_eq!(Status::from(failed).phase(), Phase::Failed, "{failed}");
        }
        for succeeded in ["success", "SUCCESS"] {
            assert_eq!(Status::from(succeeded).phase(), Phase::Succeeded, "{succeeded}");
        }
    }
}
