//! The emulator without sockets and without a clock.

mod auth;
mod details;
mod error;
mod item;
mod poll;
mod reply;
mod request;
mod response;
mod socket;
mod store;
mod stream;
mod submit;
#[cfg(test)]
mod tests;
mod utility;
mod validate;

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use runware_types::TaskUuid;

use self::error::ErrorBody;
use self::poll::Checks;
use self::reply::Reply;
use self::request::{Request, Task};
pub use self::response::{Fate, Piece, Response};
use self::socket::Sockets;
pub use self::socket::{Outgoing, SocketId};
use self::store::Store;
use self::submit::Archived;
use crate::catalogue::Generation;
use crate::chance::{self, Purpose};
use crate::choices::Duplicate;
use crate::fault::{Action, Faults, Glance, RequestKind, Rule, StreamFault};
use crate::json::Object;
use crate::ledger::Ledger;
use crate::options::Options;

/// The emulator without sockets and without a clock: requests and times go in, replies come out.
///
/// Times are counted from an origin of the caller's choice and should not run backwards.
///
/// ```
/// use std::time::Duration;
/// use runware_emulator::{Core, Head, Options};
///
/// let mut core = Core::new(Options::new().duration(Duration::from_secs(30)));
/// let submit = br#"[{"taskType":"videoInference","taskUUID":"24cd5dff-cb81-4db5-8506-b72a9425f9d1",
///     "model":"klingai:5@3","positivePrompt":"waves","includeCost":true}]"#;
/// let check = br#"[{"taskType":"getResponse","taskUUID":"24cd5dff-cb81-4db5-8506-b72a9425f9d1"}]"#;
///
/// let head = Head::bearer("any key");
/// let accepted = core.handle(Duration::ZERO, &head, submit);
/// assert_eq!(accepted.status, 200);
///
/// let running = core.handle(Duration::from_secs(29), &head, check);
/// assert!(running.body.ends_with(br#""status":"processing"}]}"#));
///
/// let done = core.handle(Duration::from_secs(30), &head, check);
/// assert!(done.body.ends_with(br#""cost":0.18}]}"#));
/// ```
///
/// A WebSocket is opened, given frames and asked for what it has to send, in the same way:
///
/// ```
/// use std::time::Duration;
/// use runware_emulator::{Core, Options, Outgoing};
///
/// let mut core = Core::new(Options::new());
/// let socket = core.open_socket(Duration::ZERO);
/// core.take_frame(Duration::ZERO, socket, br#"[{"taskType":"authentication","apiKey":"any key"}]"#);
/// let Some(Outgoing::Frame(greeting)) = core.poll_socket(Duration::ZERO, socket) else { panic!("no reply") };
/// assert!(greeting.starts_with(br#"{"data":[{"taskType":"authentication","connectionSessionUUID":""#));
///
/// // The next thing to happen is that it is closed, because it is idle.
/// let idle = Duration::from_secs(120);
/// assert_eq!(core.socket_timeout(socket), Some(idle));
/// assert_eq!(core.poll_socket(idle, socket), Some(Outgoing::Close(1000)));
/// ```
pub struct Core {
    options: Options,
    faults: Faults,
    store: Store,
    ledger: Ledger,
    sockets: Sockets,
}

/// What matters of a request's head.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Head {
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// Whether the header `X-Runware-Dry-Run` is `1`: tasks are checked and priced, and not carried out.
    pub dry_run: bool,
}

impl Head {
    /// A head without any of it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A head with an API key.
    pub fn bearer(key: &str) -> Self {
        Self { authorization: Some(format!("Bearer {key}")), dry_run: false }
    }

    /// Asks for a dry run.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }
}

/// Shows whether there is a key, never the key.
impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authorization = self.authorization.as_ref().map(|_| "…");
        f.debug_struct("Head").field("authorization", &authorization).field("dry_run", &self.dry_run).finish()
    }
}

impl Core {
    /// An emulator in which nothing has happened.
    pub fn new(options: Options) -> Self {
        Self {
            faults: Faults::new(options.seed, options.faults.clone()),
            store: Store::new(options.max_tasks, options.max_archive_bytes),
            ledger: Ledger::default(),
            sockets: Sockets::new(options.cuts),
            options,
        }
    }

    /// Answers one request: the body of a `POST /v1` that came at `now`.
    ///
    /// Whatever the body, there is a response; its [`ready_at`](Response::ready_at) and [`fate`](Response::fate) say
    /// when and how it is to be sent.
    pub fn handle(&mut self, now: Duration, head: &Head, body: &[u8]) -> Response {
        self.advance(now);
        if body.len() > self.options.max_body_bytes {
            return self.refuse_too_large(now);
        }
        let request = Request::read(body, &self.options.choices);
        let kind = request.as_ref().map_or(RequestKind::Other, Request::kind);
        let number = self.ledger.count_request(now, kind);
        let fault = self.faults.strike(&Glance { number, now, kind, body });
        match fault.map(|fault| fault.about(&written_uuids(&request))) {
            Some(Action::Answer(answer)) => Response::answer(now, &answer),
            Some(Action::Reset) => Response::none(now, Fate::Reset),
            Some(Action::Hang | Action::Mute) => Response::none(now, Fate::Hang),
            Some(Action::Close(_)) => Response::none(now, Fate::Cut),
            Some(Action::TokenExpired) => Response::error(now, &auth::expired()),
            fault => {
                let (response, reply) = self.carry_out(now, head, request, fault.as_ref());
                self.suffer(fault, response, reply)
            }
        }
    }

    /// Lets time pass: bills the results that have ended by `now`.
    ///
    /// [`handle`](Self::handle) does so too; call this before reading the ledger.
    pub fn advance(&mut self, now: Duration) {
        while let Some((task, index, generation)) = self.store.next_ended(now) {
            self.ledger.ended(task, index, generation.price);
        }
    }

    /// Adds a fault that counts requests from now on.
    pub fn inject(&mut self, rule: Rule) {
        self.faults.push(rule);
    }

    /// What really happened, up to the last [`handle`](Self::handle) or [`advance`](Self::advance).
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Counts and answers a request whose body is larger than [`Options::max_body_bytes`].
    pub(crate) fn refuse_too_large(&mut self, now: Duration) -> Response {
        self.ledger.count_request(now, RequestKind::Other);
        let message = format!("The request body has more than {} bytes.", self.options.max_body_bytes);
        Response::error(now, &ErrorBody::new("requestTooLarge", message).http_status(413))
    }

    pub(crate) fn max_body_bytes(&self) -> usize {
        self.options.max_body_bytes
    }

    fn files_url(&self) -> &str {
        self.options.files_url.as_deref().unwrap_or("http://127.0.0.1/files")
    }

    /// Carries out a request: the response, and the reply it was made of where it came to that.
    fn carry_out(
        &mut self,
        now: Duration,
        head: &Head,
        request: Result<Request<'_>, ErrorBody>,
        fault: Option<&Action>,
    ) -> (Response, Option<Reply>) {
        if let Err(error) = auth::check(&self.options, head, request.as_ref().ok()) {
            return (Response::error(now, &error), None);
        }
        let request = match request.and_then(|request| self.admit(request)) {
            Ok(request) => request,
            Err(error) => return (Response::error(now, &error), None),
        };
        let mut reply = Reply::new(now);
        reply.may_stream = !matches!(fault, Some(Action::Stream(StreamFault::Whole)));
        if request.authentication().is_some() {
            self.ledger.count_task("authentication");
            self.greet(&request, &mut reply);
        }
        let archived = Archived::new(&request, self.options.choices.archived_key);
        for task in request.work() {
            self.dispatch(now, head, task, &archived, Checks::under(fault), &mut reply);
        }
        if let Some(stream) = reply.stream.take() {
            let (response, tells_outcome) = stream.respond(now, fault);
            return (response, Some(reply).filter(|_| tells_outcome));
        }
        let always_errors = matches!(fault, Some(Action::EmptyErrors));
        let status = reply.status(self.options.choices.mixed_status);
        (Response::json(reply.ready_at, status, reply.body(always_errors)), Some(reply))
    }

    /// Refuses requests that break a rule about the list as a whole.
    fn admit<'a>(&self, request: Request<'a>) -> Result<Request<'a>, ErrorBody> {
        let choices = &self.options.choices;
        if request.work().any(Task::is_authentication) {
            let message = "The authentication task must be the first of the list.";
            return Err(ErrorBody::new("invalidAuthentication", message).task_type("authentication"));
        }
        let checks = request.work().filter(|task| task.name() == Some("getResponse")).count();
        for (count, limit, what) in [
            (request.tasks.len(), choices.tasks_per_request, "tasks"),
            (checks, choices.checks_per_request, "getResponse tasks"),
        ] {
            if let Some(limit) = limit.filter(|limit| count > *limit) {
                let message = format!("The request holds {count} {what}; at most {limit} are allowed.");
                return Err(ErrorBody::new("maxTasksPerRequestExceeded", message));
            }
        }
        if request.work().nth(1).is_some() && request.work().any(Task::wants_stream) {
            let message = "A task with the 'deliveryMethod' 'stream' must be the only one of the request.";
            return Err(ErrorBody::new("invalidDeliveryMethod", message).about("deliveryMethod"));
        }
        if choices.duplicate == Duplicate::RefuseRequest {
            let mut seen = HashSet::new();
            let submissions = request.work().filter(|task| task.name().and_then(Generation::named).is_some());
            for (written, uuid) in submissions.filter_map(|task| task.uuid(choices.strict_uuid).ok()) {
                if !seen.insert(uuid) {
                    let message = format!("The request uses the 'taskUUID' {written} twice.");
                    return Err(ErrorBody::new("conflictTaskUUID", message).about("taskUUID"));
                }
            }
        }
        Ok(request)
    }

    /// Answers the authentication task, which may be all there is.
    fn greet(&self, request: &Request<'_>, reply: &mut Reply) {
        if request.work().next().is_none() || self.options.choices.authentication_item {
            let session =
                chance::uuid(chance::draw(self.options.seed, Purpose::Session, &[self.ledger.requests()]));
            let item = Object::new()
                .text("taskType", "authentication")
                .text("connectionSessionUUID", &session.to_string());
            reply.greeting(item.end());
        }
    }

    fn dispatch(
        &mut self,
        now: Duration,
        head: &Head,
        task: &Task<'_>,
        archived: &Archived,
        checks: Checks<'_>,
        reply: &mut Reply,
    ) {
        let name = match task.name() {
            Some(name) => name,
            None if task.is_object() => {
                let error = ErrorBody::new("missingTaskType", "The 'taskType' parameter is required.")
                    .parameter("taskType", "string");
                return reply.refuse(&error, task.written_uuid().as_deref());
            }
            None => {
                let error =
                    ErrorBody::new("invalidRequestTask", "A member of the request array is no object.");
                return reply.refuse(&error, None);
            }
        };
        if let Some(generation) = Generation::named(name) {
            self.ledger.count_task(generation.name);
            if head.dry_run {
                self.price(task, generation, reply);
            } else {
                self.submit(now, task, generation, archived, reply);
            }
        } else if name == "getResponse" {
            self.ledger.count_task("getResponse");
            self.check(now, task, checks, reply);
        } else if name == "getTaskDetails" {
            self.ledger.count_task("getTaskDetails");
            self.look_up(now, task, reply);
        } else if let Some(name) = utility::named(name) {
            self.ledger.count_task(name);
            self.serve(name, task, reply);
        } else {
            let error = ErrorBody::new("unsupportedTaskType", "Unsupported value for 'taskType' parameter.")
                .parameter("taskType", "string");
            reply.refuse(&error, task.written_uuid().as_deref());
        }
    }

    /// The id of a task, as it was written and as it reads; the reply says what is wrong where there is none.
    fn identify(&self, task: &Task<'_>, reply: &mut Reply) -> Option<(String, TaskUuid)> {
        match task.uuid(self.options.choices.strict_uuid) {
            Ok(id) => Some(id),
            Err(error) => {
                reply.refuse(&error, task.written_uuid().as_deref());
                None
            }
        }
    }

    /// Does to a finished response what the fault says, and notes what of it gets through.
    fn suffer(&mut self, fault: Option<Action>, mut response: Response, reply: Option<Reply>) -> Response {
        match fault {
            Some(Action::HandleThenAnswer(answer)) => return Response::answer(response.ready_at, &answer),
            Some(Action::LoseReply) => return Response::none(response.ready_at, Fate::Cut),
            Some(Action::HandleThenHang) => return Response::none(response.ready_at, Fate::Hang),
            // What is left has been done to a stream while it was written.
            _ if response.pieces.is_some() => {}
            Some(Action::Truncate(bytes)) => response.fate = Fate::Truncate(bytes),
            Some(Action::Stall(bytes)) => response.fate = Fate::Stall(bytes),
            Some(Action::Delay(time)) => response.ready_at = response.ready_at.saturating_add(time),
            Some(Action::Rewrite(edit)) => response.body = edit.apply(std::mem::take(&mut response.body)),
            _ => {}
        }
        if response.fate == Fate::Deliver {
            let at = response.ends_at();
            for (task, index) in reply.into_iter().flat_map(|reply| reply.deliveries) {
                self.ledger.delivered(task, index, at);
            }
        }
        response
    }
}

/// The ids of the tasks of a request, as they were written.
fn written_uuids(request: &Result<Request<'_>, ErrorBody>) -> Vec<String> {
    request.iter().flat_map(Request::work).filter_map(Task::written_uuid).collect()
}

/// Shows how much is in there, not what.
impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("requests", &self.ledger.requests()).finish_non_exhaustive()
    }
}
