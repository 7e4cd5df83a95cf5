//! Authenticating a connection, and doing it again when the server says that it has expired.

use std::time::Duration;

use bytes::Bytes;
use runware_types::{ApiError, Authentication, ErrorCategory, Item, TaskType, encode_request};

use crate::ApiKey;

/// How the authentication of one connection stands.
#[derive(Debug)]
pub(super) struct Auth {
    phase: Phase,
    /// When it was last begun again.
    renewed_at: Option<Duration>,
    /// How many frames were under way when it was begun again, each of which may still be answered with the error that
    /// led to it.
    echoes: usize,
    /// How many frames had come by then.
    renewed_after: u64,
}

#[derive(Debug)]
enum Phase {
    Pending { until: Duration, is_sent: bool },
    Done,
}

/// The errors of a frame that name no task.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// The first that says that the key is not accepted.
    refusal: Option<ApiError>,
    /// The first that says that something is not permitted, which may as well be about one request.
    denial: Option<ApiError>,
    denials: usize,
    /// The first that says that an earlier authentication has expired.
    expiry: Option<ApiError>,
    expiries: usize,
    /// Whether something that was sent since the last authentication is answered by its expiry.
    names_an_expiry: bool,
    /// How many are about something else.
    others: usize,
    /// The first of the others that is not about the authentication.
    trouble: Option<ApiError>,
    /// Whether one of the others does not say that a request was turned away for now.
    is_in_doubt: bool,
    /// Whether one of the others says that a request cannot be taken as it is.
    is_invalid: bool,
    /// Whether one of the others is no passing trouble, so that it may be about the session that was asked for.
    is_lasting: bool,
    /// Whether one of those that are no refusals is about the authentication nevertheless.
    is_about_auth: bool,
}

/// What is said of a key or of an authentication, and not of what somebody may do with it.
const KEY_REFUSED: [&str; 10] = [
    "authenticationFailed",
    "invalidApiKey",
    "invalidAuthentication",
    "invalidCredentials",
    "missingApiKey",
    "missingAuthentication",
    "tokenInvalid",
    "tokenMissing",
    "tokenRevoked",
    "unauthorized",
];

/// What the complaints of a frame mean.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing for the connection.
    Nothing,
    /// Authenticate again.
    Renew,
    /// The server cannot authenticate now.
    Trouble,
    /// The key is not accepted, for this reason.
    Refused(Box<ApiError>),
}

impl Auth {
    /// An authentication that has to be done by then.
    pub(super) fn pending(until: Duration) -> Self {
        Self {
            phase: Phase::Pending { until, is_sent: false },
            renewed_at: None,
            echoes: 0,
            renewed_after: 0,
        }
    }

    /// Where there is no key, there is nothing to do.
    pub(super) fn unneeded() -> Self {
        Self { phase: Phase::Done, renewed_at: None, echoes: 0, renewed_after: 0 }
    }

    /// Begins again, after so many frames and with so many under way that are not answered.
    pub(super) fn renew(&mut self, now: Duration, until: Duration, frames: u64, under_way: usize) {
        self.phase = Phase::Pending { until, is_sent: false };
        self.renewed_at = Some(now);
        self.renewed_after = frames;
        self.echoes = under_way;
    }

    /// How many frames had come when it was last begun again.
    pub(super) fn renewed_after(&self) -> u64 {
        self.renewed_after
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    /// Whether the server was asked, and has not answered.
    pub(super) fn is_asked(&self) -> bool {
        matches!(self.phase, Phase::Pending { is_sent: true, .. })
    }

    /// When the server's time is over.
    pub(super) fn until(&self) -> Option<Duration> {
        match self.phase {
            Phase::Pending { until, .. } => Some(until),
            Phase::Done => None,
        }
    }

    /// Whether the frame has to be sent, which counts as done.
    pub(super) fn take_frame(&mut self) -> bool {
        match &mut self.phase {
            Phase::Pending { is_sent, .. } => !std::mem::replace(is_sent, true),
            Phase::Done => false,
        }
    }

    /// The server has answered well. Returns whether it was asked.
    pub(super) fn succeeded(&mut self) -> bool {
        let was_asked = self.is_asked();
        if was_asked {
            self.phase = Phase::Done;
        }
        was_asked
    }

    /// What complaints mean now. Another expiry within `stable_after` of the last one is trouble. A refusal then is
    /// not: the key was accepted just now, so it is about a request.
    pub(super) fn judge(&mut self, heard: &Complaints, now: Duration, stable_after: Duration) -> Verdict {
        let refused = |error: &ApiError| Verdict::Refused(Box::new(error.clone()));
        match (&self.phase, self.renewed_at) {
            (Phase::Pending { .. }, None) => match heard.first_of_the_key() {
                Some(error) => refused(error),
                None if heard.others > 0 => Verdict::Trouble,
                None => Verdict::Nothing,
            },
            // It was good before, and whoever answers may have missed that it is presented again.
            (Phase::Pending { .. }, Some(_)) => match &heard.refusal {
                Some(error) => refused(error),
                None if heard.is_about_auth || !self.are_echoes(heard.all_but_refusals()) => Verdict::Trouble,
                None => Verdict::Nothing,
            },
            (Phase::Done, renewed_at) => {
                let is_expired = !self.are_echoes(heard.expiries) || heard.names_an_expiry;
                let is_soon = renewed_at.is_some_and(|at| now < at.saturating_add(stable_after));
                match (is_expired, is_soon) {
                    (true, true) => Verdict::Trouble,
                    (true, false) => Verdict::Renew,
                    (false, false) if heard.refusal.is_some() => Verdict::Renew,
                    (false, _) => Verdict::Nothing,
                }
            }
        }
    }

    /// Whether so many errors can be the answers to frames that were under way.
    fn are_echoes(&mut self, count: usize) -> bool {
        let left = self.echoes.checked_sub(count);
        self.echoes = left.unwrap_or_default();
        left.is_some()
    }
}

impl Complaints {
    /// Adds an error that names no task.
    pub(super) fn add(&mut self, error: &ApiError) {
        let is_about_auth = error.task_type() == Some(&TaskType::Authentication);
        if error.category() != ErrorCategory::Auth {
            self.others = self.others.saturating_add(1);
            self.is_about_auth |= is_about_auth;
            if !is_about_auth {
                self.trouble.get_or_insert_with(|| error.clone());
            }
            // Any other trouble of the server may have come after it had taken the request.
            let is_refused_for_now =
                error.category() == ErrorCategory::RateLimit || error.code() == "noAvailableServer";
            self.is_in_doubt |= !is_refused_for_now;
            self.is_lasting |= matches!(
                error.category(),
                ErrorCategory::Validation | ErrorCategory::NotFound | ErrorCategory::Unknown
            );
            self.is_invalid |= !is_about_auth && error.category() == ErrorCategory::Validation;
        } else if is_expiry(error) {
            self.expiries = self.expiries.saturating_add(1);
            self.is_about_auth |= is_about_auth;
            self.expiry.get_or_insert_with(|| error.clone());
        } else if is_about_auth || KEY_REFUSED.contains(&error.code()) {
            self.refusal.get_or_insert_with(|| error.clone());
        } else {
            self.denials = self.denials.saturating_add(1);
            self.denial.get_or_insert_with(|| error.clone());
        }
    }

    /// Something that was sent since the last authentication is answered by its expiry.
    pub(super) fn add_named_expiry(&mut self) {
        self.names_an_expiry = true;
    }

    /// Whether one of them, without a name, is the answer to something that is under way still.
    pub(super) fn answer_something(&self) -> bool {
        !self.names_an_expiry
    }

    /// The first that speaks against the key.
    fn first_of_the_key(&self) -> Option<&ApiError> {
        self.refusal.as_ref().or(self.expiry.as_ref()).or(self.denial.as_ref())
    }

    /// Whether they refuse a request as a whole.
    pub(super) fn refuse_a_request(&self) -> bool {
        self.is_invalid
    }

    /// What became of some request, if they say nothing of the key; and whether it was turned away for now.
    pub(super) fn trouble(&self) -> Option<(&ApiError, bool)> {
        let says_more = self.is_about_auth || self.first_of_the_key().is_some();
        self.trouble.as_ref().filter(|_| !says_more).map(|error| (error, !self.is_in_doubt))
    }

    /// Whether the session that was asked for may be what the server does not accept.
    pub(super) fn may_refuse_the_session(&self) -> bool {
        self.is_lasting
    }

    /// An error that says so if the key is not accepted.
    pub(super) fn into_refusal(self) -> Option<ApiError> {
        self.refusal.or(self.expiry)
    }

    pub(super) fn count(&self) -> usize {
        self.all_but_refusals().saturating_add(usize::from(self.refusal.is_some()))
    }

    fn all_but_refusals(&self) -> usize {
        self.others.saturating_add(self.expiries).saturating_add(self.denials)
    }
}

/// Whether the error says that an earlier authentication has expired.
pub(super) fn is_expiry(error: &ApiError) -> bool {
    error.code() == "tokenExpired" && error.category() == ErrorCategory::Auth
}

/// The frame that presents the key, and the session to go on with.
pub(super) fn frame(key: &ApiKey, session: Option<&str>) -> Bytes {
    let task = Authentication::new(key.expose());
    let task = match session {
        Some(session) => task.session(session),
        None => task,
    };
    encode_request([task.encode()])
}

/// The id of the session that a good answer names, if it names one that can be kept.
pub(super) fn session_of(item: &Item) -> Option<String> {
    /// More than any id has.
    const MAX_BYTES: usize = 128;
    let id: String =
        item.field("connectionSessionUUID").filter(|id| id.as_bytes().len() <= MAX_BYTES)?.decode().ok()?;
    Some(id).filter(|id| !id.is_empty())
}
