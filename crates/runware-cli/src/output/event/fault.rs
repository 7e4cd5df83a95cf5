//! Why something failed.

use runware::types::{ApiError, ErrorCategory};
use runware::{Error, ErrorKind};
use serde::Serialize;

use crate::stop::explain;

/// Why something failed, in the server's words where it has said any.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fault {
    pub(crate) code: String,
    #[serde(serialize_with = "super::by_name")]
    pub(crate) category: ErrorCategory,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Parameters::is_empty")]
    pub(crate) parameter: Parameters,
    pub(crate) retryable: bool,
}

/// The parameters at fault: one as a string, several as a list, as the server has them too.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(untagged)]
pub(crate) enum Parameters {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl From<&ApiError> for Fault {
    fn from(error: &ApiError) -> Self {
        Self {
            code: error.code().to_owned(),
            category: error.category(),
            message: error.message().to_owned(),
            parameter: error.parameters().into(),
            retryable: error.is_retryable(),
        }
    }
}

/// Where the server said nothing, the code is the kind of error.
impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let category = error.category();
        let own = |code: &str| Self {
            code: code.to_owned(),
            category,
            message: explain(error),
            parameter: Parameters::None,
            retryable: category.is_retryable(),
        };
        match (error.api_error(), error.kind()) {
            // The HTTP status speaks where the code is not known.
            (Some(api), _) => {
                let retryable = match api.category() {
                    ErrorCategory::Unknown => category.is_retryable(),
                    _ => api.is_retryable(),
                };
                Self { category, retryable, ..api.into() }
            }
            (None, ErrorKind::Configuration) => own("configuration"),
            (None, ErrorKind::InvalidTask) => own("invalidTask"),
            (None, ErrorKind::UuidReused) => own("uuidReused"),
            (None, ErrorKind::Rejected) => own("rejected"),
            (None, ErrorKind::NotAccepted) => own("notAccepted"),
            (None, ErrorKind::Unconfirmed) => own("unconfirmed"),
            (None, ErrorKind::StreamCut) => own("streamCut"),
            (None, ErrorKind::StreamFailed) => own("streamFailed"),
            (None, ErrorKind::QueryFailed) => own("queryFailed"),
            (None, ErrorKind::Closed) => own("closed"),
            (None, ErrorKind::Journal) => own("journal"),
            (None, ErrorKind::TakenOver) => own("takenOver"),
            (None, ErrorKind::Abandoned) => own("abandoned"),
            (None, ErrorKind::OverBudget) => own("overBudget"),
            (None, ErrorKind::Unpriced) => own("unpriced"),
            (None, _) => own("unknown"),
        }
    }
}

impl Parameters {
    fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl From<&[String]> for Parameters {
    fn from(parameters: &[String]) -> Self {
        match parameters {
            [] => Self::None,
            [one] => Self::One(one.clone()),
            several => Self::Several(several.to_vec()),
        }
    }
}
