//! What goes wrong in a simulation.

mod over_socket;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use runware_emulator::{Action, Answer, CheckError, RequestKind, Rule};
use runware_types::Envelope;

use crate::harness::{Way, millis};

/// The kinds of faults, all of which leave it open to a client to bring every task to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// No connection: not a byte is sent.
    Refused,
    /// The connection breaks before the request is carried out.
    Reset,
    /// The request is carried out, and the connection breaks before the reply.
    LostReply,
    /// The reply breaks off.
    CutReply,
    /// The reply is late.
    Slow,
    /// Nothing is answered, and nothing done.
    Hang,
    /// Nothing is answered, but the request is carried out.
    HangAfterwards,
    /// The reply begins, and stops moving.
    Stall,
    /// Checks show nothing of the task.
    Blind,
    /// `"errors": []` beside the data.
    EmptyErrors,
    /// Every result is in the reply twice.
    Repeated,
    /// The reply has a result of somebody else's task.
    Foreign,
    /// The request is carried out, and answered with 500.
    ErrorAfterwards,
    /// The request is carried out, and answered as though there were no capacity for it, twice at most.
    BusyAfterwards,
    /// The request is carried out, and answered with what is no reply.
    Nonsense,
    /// Something follows the reply.
    Garbage,
    /// A gateway's page in place of the server.
    GatewayPage,
    /// A stranger's page with status 200.
    StrangersPage,
    /// 429 with a wish to be left alone.
    Throttled,
    /// 503 with a wish to be left alone, as a page.
    Unavailable,
    /// 503 to all checks, for as long as it lasts.
    Storm,
    /// No capacity for new tasks.
    NoCapacity,
    /// A reply with status 200 that has an error of the server in it.
    CheckTrouble,
    /// The same, as though the error were the task's.
    CheckTroubleNamed,
    /// An old reply once more.
    Stale,
    /// Nothing is read or written any more, and the socket stays open.
    Muted,
    /// The socket is closed with a code.
    Closed,
    /// The authentication counts no more.
    Expired,
    /// A frame of no use comes before the reply.
    Interjected,
    /// Bytes come that are no frame.
    Violation,
    /// The upgrade is turned away for now.
    BusyUpgrade,
    /// The server cannot authenticate now.
    BusyGreeting,
    /// The answer to the authentication is late, at times too late.
    SlowGreeting,
}

impl Kind {
    const OVER_HTTP: [Self; 25] = [
        Self::Refused,
        Self::Reset,
        Self::LostReply,
        Self::CutReply,
        Self::Slow,
        Self::Hang,
        Self::HangAfterwards,
        Self::Stall,
        Self::Blind,
        Self::EmptyErrors,
        Self::Repeated,
        Self::Foreign,
        Self::ErrorAfterwards,
        Self::BusyAfterwards,
        Self::Nonsense,
        Self::Garbage,
        Self::GatewayPage,
        Self::StrangersPage,
        Self::Throttled,
        Self::Unavailable,
        Self::Storm,
        Self::NoCapacity,
        Self::CheckTrouble,
        Self::CheckTroubleNamed,
        Self::Stale,
    ];

    /// All that can happen on this way.
    pub(super) const fn all(way: Way) -> &'static [Self] {
        match way {
            Way::Http => &Self::OVER_HTTP,
            Way::WebSocket => &Self::OVER_SOCKETS,
        }
    }

    fn action(self, rng: &mut Rng) -> Action {
        let wait = |rng: &mut Rng| rng.u64(1..=20).to_string();
        match self {
            Self::Refused | Self::Reset => Action::Reset,
            Self::LostReply => Action::LoseReply,
            Self::CutReply => Action::Truncate(rng.usize(0..60)),
            Self::Slow => Action::Delay(millis(rng.u64(10..15_000))),
            Self::Hang => Action::Hang,
            Self::HangAfterwards => Action::HandleThenHang,
            Self::Stall => Action::Stall(rng.usize(0..60)),
            Self::Blind => Action::Blind,
            Self::EmptyErrors => Action::EmptyErrors,
            Self::Repeated => Action::rewrite(repeat_results),
            Self::Foreign => Action::rewrite(add_foreign_result),
            Self::ErrorAfterwards => Action::HandleThenAnswer(Answer::error(500, "internalServerError")),
            Self::BusyAfterwards => Action::HandleThenAnswer(Answer::error(503, "noAvailableServer")),
            Self::Nonsense => {
                let body = rng.choice(["", "null", "42", "[null]", "\"ok\""]).unwrap();
                Action::HandleThenAnswer(Answer::body(200, "application/json", body))
            }
            Self::Garbage => Action::rewrite(|body| [&body, &b"}"[..]].concat().into()),
            Self::GatewayPage => Action::Answer(Answer::html(rng.choice([500, 502, 504]).unwrap())),
            Self::StrangersPage => Action::Answer(Answer::html(200)),
            Self::Throttled => Action::Answer(Answer::error(429, "rateLimit").retry_after(wait(rng))),
            Self::Unavailable => Action::Answer(Answer::html(503).retry_after(wait(rng))),
            Self::Storm => Action::Answer(Answer::html(503)),
            Self::NoCapacity => Action::Answer(Answer::error(503, "noAvailableServer")),
            Self::CheckTrouble => Action::CheckError(CheckError::new("serviceUnavailable")),
            Self::CheckTroubleNamed => Action::CheckError(CheckError::new("rateLimitExceeded").names_task()),
            Self::Stale => Action::rewrite(replay()),
            // Sockets alone know these.
            _ => self.on_socket(rng),
        }
    }

    /// The requests that it can strike; `None` for all.
    fn scope(self, rng: &mut Rng) -> Option<RequestKind> {
        match self {
            Self::Blind
            | Self::Repeated
            | Self::Storm
            | Self::CheckTrouble
            | Self::CheckTroubleNamed
            | Self::Stale => Some(RequestKind::Status),
            Self::NoCapacity | Self::BusyAfterwards => Some(RequestKind::Submit),
            _ => rng.choice([None, Some(RequestKind::Submit), Some(RequestKind::Status)]).unwrap(),
        }
    }
}

/// One rule of what goes wrong, and when.
#[derive(Clone)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    pub(super) scope: Option<RequestKind>,
    pub(super) from: Duration,
    pub(super) until: Duration,
    probability: f64,
    action: Action,
    seed: u64,
    struck: Arc<AtomicU64>,
}

impl Fault {
    /// A fault that is over at `calm_at`.
    pub(super) fn draw(rng: &mut Rng, way: Way, calm_at: Duration) -> Self {
        let kind = *rng.choice(Kind::all(way)).unwrap();
        let from = calm_at.mul_f64(rng.f64() * 0.5) * u32::from(rng.bool());
        Self {
            kind,
            scope: match way {
                Way::Http => kind.scope(rng),
                Way::WebSocket => kind.scope_on_socket(rng),
            },
            from,
            until: from + (calm_at - from).mul_f64(0.2 + 0.8 * rng.f64()),
            probability: if kind == Kind::Storm { 1.0 } else { 0.1 + 0.8 * rng.f64() },
            action: match way {
                Way::Http => kind.action(rng),
                Way::WebSocket => kind.on_socket(rng),
            },
            seed: rng.u64(..),
            struck: Arc::default(),
        }
    }

    /// How many requests it was to strike so far.
    pub(super) fn struck(&self) -> u64 {
        self.struck.load(Ordering::Relaxed)
    }

    /// Decides, request by request, whether it strikes.
    pub(super) fn strikes(&self) -> impl Fn(Duration, RequestKind) -> bool + Send + Sync + 'static {
        let Self { scope, from, until, probability, .. } = *self;
        let (chance, struck) = (Mutex::new(Rng::with_seed(self.seed)), Arc::clone(&self.struck));
        let most = if self.kind == Kind::BusyAfterwards { 2 } else { u64::MAX };
        move |now, kind| {
            let fits = (from..until).contains(&now) && scope.is_none_or(|scope| scope == kind);
            let left = struck.load(Ordering::Relaxed) < most;
            let strikes = fits && left && chance.lock().unwrap().f64() < probability;
            struck.fetch_add(u64::from(strikes), Ordering::Relaxed);
            strikes
        }
    }

    /// The fault as the emulator takes it, unless it happens before the emulator is reached.
    pub(super) fn rule(&self) -> Option<Rule> {
        let strikes = self.strikes();
        let rule = Rule::new(self.action.clone()).when(move |request| strikes(request.now, request.kind));
        match self.scope {
            // These are no requests, and only struck by rules that name them.
            Some(scope @ (RequestKind::Upgrade | RequestKind::Authenticate)) => Some(rule.kind(scope)),
            _ => (self.kind != Kind::Refused).then_some(rule),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, scope, from, until, probability, action, .. } = self;
        write!(f, "{kind:?} of {scope:?} from {from:?} until {until:?}, {probability:.2} of them: {action:?}")
    }
}

/// Results that have an id of their own appear twice; of others, two would be two.
fn repeat_results(body: Bytes) -> Bytes {
    let Ok(reply) = Envelope::decode(body.clone()) else { return body };
    let mut repeated = reply.clone();
    repeated.items.extend(reply.items.into_iter().filter(|item| item.result_uuid().is_some()));
    repeated.encode()
}

fn add_foreign_result(body: Bytes) -> Bytes {
    let foreign = br#"{"data":[{"taskType":"imageInference","taskUUID":"0b8a6f0e-92a5-4d0c-8a3e-3f0a5d1c7b11","status":"success","imageUUID":"4c9ad1d4-6cf3-4c7c-9ae2-1d2b4b1a9c55","imageURL":"https://example.com/foreign.png"}]}"#;
    let Ok(mut reply) = Envelope::decode(body.clone()) else { return body };
    reply.items.splice(0..0, Envelope::decode(&foreign[..]).unwrap().items);
    reply.encode()
}

/// Gives the state that was told before in place of the present one.
fn replay() -> impl Fn(Bytes) -> Bytes + Send + Sync + 'static {
    let kept: Mutex<Option<Bytes>> = Mutex::default();
    move |body| {
        let tells = Envelope::decode(body.clone()).is_ok_and(|reply| !reply.items.is_empty());
        if tells { kept.lock().unwrap().replace(body.clone()).unwrap_or(body) } else { body }
    }
}
