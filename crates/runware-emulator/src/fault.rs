//! Faults: what goes wrong on the way between client and server.

mod cuts;
mod io;
mod stream;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub(crate) use self::cuts::CutCount;
pub use self::cuts::Cuts;
pub use self::io::{IoFault, IoRule};
pub use self::stream::StreamFault;
use crate::chance::{self, Purpose};
use crate::json::{Object, array};

/// When something goes wrong, and what.
///
/// A rule counts the requests that fit its [`kind`](Self::kind) and [`when`](Self::when), from 1, whether or not
/// another rule strikes them; of those it strikes the ones chosen by [`nth`](Self::nth), [`first`](Self::first) and
/// [`probability`](Self::probability). A rule without any of these strikes every request.
///
/// On a WebSocket each frame of a client is a request. Upgrades, authentications and pings are none: a rule without a
/// kind leaves them alone, and one with the kind [`Upgrade`](RequestKind::Upgrade),
/// [`Authenticate`](RequestKind::Authenticate) or [`Ping`](RequestKind::Ping) strikes them.
///
/// ```
/// use std::time::Duration;
/// use runware_emulator::{Action, Answer, RequestKind, Rule};
///
/// // The first two status checks are told to slow down.
/// let throttled = Answer::error(429, "rateLimitExceeded").retry_after("7");
/// let rule = Rule::new(Action::Answer(throttled)).kind(RequestKind::Status).first(2);
///
/// // Between the tenth and the seventieth second no check gets through.
/// let outage = Rule::new(Action::Answer(Answer::html(503)))
///     .when(|request| (10..70).contains(&request.now.as_secs()));
/// # let _ = (rule, outage);
/// ```
#[derive(Clone)]
pub struct Rule {
    action: Action,
    kind: Option<RequestKind>,
    predicate: Option<Predicate>,
    from: u64,
    until: u64,
    probability: f64,
}

type Predicate = Arc<dyn Fn(&Glance<'_>) -> bool + Send + Sync>;

impl Rule {
    /// A rule that strikes every request.
    pub fn new(action: Action) -> Self {
        Self { action, kind: None, predicate: None, from: 1, until: u64::MAX, probability: 1.0 }
    }

    /// Only requests of this kind.
    pub fn kind(mut self, kind: RequestKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Only requests for which this holds.
    pub fn when(mut self, holds: impl Fn(&Glance<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.predicate = Some(Arc::new(holds));
        self
    }

    /// Only the nth of the fitting requests, counted from 1.
    pub fn nth(mut self, number: u64) -> Self {
        (self.from, self.until) = (number, number);
        self
    }

    /// Only the first `count` of the fitting requests.
    pub fn first(mut self, count: u64) -> Self {
        (self.from, self.until) = (1, count);
        self
    }

    /// Each of the fitting requests with this probability, from 0 to 1, drawn from the seed.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("action", &self.action).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What a request is for.
///
/// A request that holds several tasks is of the first kind below that one of them is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// It holds a task that makes something.
    Submit,
    /// It holds a `getResponse`.
    Status,
    /// It holds a `getTaskDetails`.
    Details,
    /// Anything else, requests that cannot be read among them.
    Other,
    /// The request for a WebSocket. No other request is of this kind.
    Upgrade,
    /// A frame with an authentication and no tasks. Over HTTP, such a request is of the kind [`Other`](Self::Other).
    Authenticate,
    /// A frame with nothing but pings. Over HTTP, such a request is of the kind [`Other`](Self::Other).
    Ping,
}

impl RequestKind {
    /// Whether it carries tasks, as far as anyone can tell.
    pub(crate) fn is_request(self) -> bool {
        !matches!(self, Self::Upgrade | Self::Authenticate | Self::Ping)
    }
}

/// What a rule sees of a request.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Glance<'a> {
    /// How many requests came so far, this one included where it is one: upgrades, authentications and pings on a
    /// WebSocket are not.
    pub number: u64,
    /// When it came, by the emulator's clock.
    pub now: Duration,
    /// What it is for.
    pub kind: RequestKind,
    /// Its body as it was sent, the key included where it is in there.
    pub body: &'a [u8],
}

/// What goes wrong.
///
/// On a WebSocket a frame is answered with frames: where an answer or a reply is spoken of below, its body is the text of
/// a frame, and where the connection is, the socket ends without a close frame. Of an upgrade, only what keeps it from
/// being answered with 101 counts, and a delay.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Nothing is done with the request, and it is answered with this.
    Answer(Answer),
    /// The request is carried out, and answered with this in place of its reply.
    HandleThenAnswer(Answer),
    /// Nothing is done with the request, and the connection is reset.
    Reset,
    /// The request is carried out, and the connection is closed in place of the reply.
    LoseReply,
    /// Nothing is done with the request, and nothing is answered; the connection stays open.
    Hang,
    /// The request is carried out, and nothing is answered; the connection stays open.
    HandleThenHang,
    /// The request is carried out, and the reply comes this much later.
    Delay(Duration),
    /// The request is carried out; of the reply's body only this many bytes come, then the connection closes.
    Truncate(usize),
    /// The request is carried out; of the reply's body only this many bytes come, then nothing more.
    Stall(usize),
    /// Each `getResponse` in the request is answered with nothing, as though its task were not known yet.
    Blind,
    /// Each `getResponse` in the request is answered with this error in place of the task's state.
    CheckError(CheckError),
    /// The reply has `"errors": []` where it has no errors.
    EmptyErrors,
    /// The request is carried out, and the reply's body is what this makes of it; of an event stream, each event is.
    Rewrite(Rewrite),
    /// The request is carried out, and something goes wrong with its event stream. Other replies come unharmed.
    Stream(StreamFault),
    /// Nothing is done with the frame, and the socket is closed with this code. Over HTTP: the connection is closed.
    Close(u16),
    /// The frame is carried out, and before its reply comes a frame with this text. Over HTTP: nothing.
    Interject(String),
    /// The frame is carried out, and before its reply these bytes are written to the connection, below the frames.
    /// Over HTTP: nothing.
    RawBytes(Bytes),
    /// Nothing is done with the frame, and the error `tokenExpired` answers it, which names no task. So it goes with all
    /// tasks on this socket until it authenticates again. Over HTTP: with this request, under 401.
    TokenExpired,
    /// Nothing is done with the frame, and from then on the socket is neither read from nor written to, as though the
    /// other machine were gone. Over HTTP: as [`Hang`](Self::Hang).
    Mute,
}

impl Action {
    /// An [`Action::Rewrite`].
    ///
    /// ```
    /// use runware_emulator::Action;
    ///
    /// let bad_progress = Action::rewrite(|body| {
    ///     String::from_utf8_lossy(&body).replace("\"progress\":", "\"progress\":-").into()
    /// });
    /// # let _ = bad_progress;
    /// ```
    pub fn rewrite(edit: impl Fn(Bytes) -> Bytes + Send + Sync + 'static) -> Self {
        Self::Rewrite(Rewrite(Arc::new(edit)))
    }

    /// What befalls a request about tasks with these ids.
    pub(crate) fn about(self, tasks: &[String]) -> Self {
        match self {
            Self::Answer(answer) => Self::Answer(answer.about(tasks)),
            Self::HandleThenAnswer(answer) => Self::HandleThenAnswer(answer.about(tasks)),
            other => other,
        }
    }
}

/// A change to the body of a reply; see [`Action::rewrite`].
#[derive(Clone)]
pub struct Rewrite(Arc<dyn Fn(Bytes) -> Bytes + Send + Sync>);

impl Rewrite {
    pub(crate) fn apply(&self, body: Bytes) -> Bytes {
        (self.0)(body)
    }
}

impl fmt::Debug for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rewrite")
    }
}

/// An error in the reply to a status check that is not the task's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    pub(crate) code: String,
    pub(crate) names_task: bool,
}

impl CheckError {
    /// An error with this code that names no task; `serviceUnavailable`, for example.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), names_task: false }
    }

    /// Makes the error carry the `taskUUID` of the check.
    pub fn names_task(mut self) -> Self {
        self.names_task = true;
        self
    }
}

/// A reply that owes nothing to the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Bytes,
    /// The code of the error to name each task with.
    named_code: Option<String>,
}

impl Answer {
    /// A status without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, content_type: None, retry_after: None, body: Bytes::new(), named_code: None }
    }

    /// A status with `{"errors":[{"code":…,"message":…}]}`.
    pub fn error(status: u16, code: &str) -> Self {
        Self::body(status, "application/json", errors(code, [None]))
    }

    /// A status with `{"errors":[{"code":…,"message":…,"taskUUID":…},…]}`, an error for each task of the request that has
    /// an id: on a WebSocket, only what names a task answers it.
    pub fn error_for_each(status: u16, code: &str) -> Self {
        Self { named_code: Some(code.to_owned()), ..Self::error(status, code) }
    }

    /// A status with the HTML page of a gateway.
    pub fn html(status: u16) -> Self {
        let page =
            format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n");
        Self::body(status, "text/html", page)
    }

    /// A status with this body.
    pub fn body(status: u16, content_type: impl Into<String>, body: impl Into<Bytes>) -> Self {
        let content_type = Some(content_type.into());
        Self { status, content_type, retry_after: None, body: body.into(), named_code: None }
    }

    /// Adds the header `Retry-After`, as it is given: seconds, a date, or what is neither.
    pub fn retry_after(mut self, value: impl Into<String>) -> Self {
        self.retry_after = Some(value.into());
        self
    }

    /// The answer to a request about tasks with these ids.
    fn about(mut self, tasks: &[String]) -> Self {
        if let Some(code) = self.named_code.as_deref().filter(|_| !tasks.is_empty()) {
            self.body = errors(code, tasks.iter().map(|task| Some(task.as_str()))).into();
        }
        self
    }
}

/// A body with an error for each task.
fn errors<'a>(code: &str, tasks: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let error = |task: Option<&str>| {
        let error = Object::new().text("code", code).text("message", "A fault was asked for.");
        error.with(task, |object, task| object.text("taskUUID", task)).end()
    };
    let errors: Vec<String> = tasks.into_iter().map(error).collect();
    format!("{{\"errors\":{}}}", array(&errors))
}

/// The rules and how many fitting requests each has seen.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    rules: Vec<(Rule, u64)>,
}

impl Faults {
    pub(crate) fn new(seed: u64, rules: Vec<Rule>) -> Self {
        Self { seed, rules: rules.into_iter().map(|rule| (rule, 0)).collect() }
    }

    pub(crate) fn push(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    /// Counts a request and says what befalls it.
    pub(crate) fn strike(&mut self, request: &Glance<'_>) -> Option<Action> {
        let mut struck = None;
        for (number, (rule, seen)) in (0..).zip(&mut self.rules) {
            let fits = rule.kind.map_or(request.kind.is_request(), |kind| kind == request.kind)
                && rule.predicate.as_ref().is_none_or(|holds| holds(request));
            if !fits {
                continue;
            }
            *seen += 1;
            let chosen = (rule.from..=rule.until).contains(seen)
                && chance::draw(self.seed, Purpose::Fault, &[number, *seen]).f64() < rule.probability;
            if chosen && struck.is_none() {
                struck = Some(rule.action.clone());
            }
        }
        struck
    }
}
