#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod answers;
mod authentication;
mod frames;
mod losses;
mod model;
mod time;

use std::time::Duration;

use bytes::Bytes;
use runware_types::{Envelope, TaskUuid};

use super::{Event, ExchangeId, Loss, Session, Settings};
use crate::{ApiKey, Attempt, Call, ConnectionState, TransportError};

const AUTHENTICATED: &str = r#"{"data":[{"taskType":"authentication","connectionSessionUUID":"s1"}]}"#;
const PONG: &str = r#"{"data":[{"taskType":"ping","pong":true}]}"#;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The id of the task that the tests call by this letter.
fn task(name: char) -> TaskUuid {
    TaskUuid::from_key("tests of the session", &name.to_string())
}

fn name(task_uuid: Option<TaskUuid>) -> char {
    ('a'..='z').find(|name| Some(task(*name)) == task_uuid).unwrap_or('?')
}

/// A session, the time, and short words for everything that goes in and comes out.
struct Bench {
    session: Session,
    now: Duration,
}

impl Bench {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        Self::with_key(Some(ApiKey::new("s3cret").unwrap()), settings)
    }

    fn with_key(key: Option<ApiKey>, settings: Settings) -> Self {
        let schedule =
            || -> Box<dyn Iterator<Item = Duration> + Send> { Box::new([1, 2, 4, 8].map(secs).into_iter()) };
        Self { session: Session::new(key, settings, Box::new(schedule)), now: Duration::ZERO }
    }

    /// One that is connected and authenticated, with nothing open.
    fn ready() -> Self {
        Self::ready_with(Settings::default())
    }

    fn ready_with(settings: Settings) -> Self {
        let mut bench = Self::with(settings);
        let id = bench.check("z");
        bench.session.abandon(id);
        bench.connect();
        assert_eq!(bench.sent(), Vec::<String>::new());
        bench
    }

    fn open(&mut self, calls: impl IntoIterator<Item = (char, String)>, timeout: Duration) -> ExchangeId {
        let calls = calls.into_iter().map(|(name, bytes)| Call::new(Some(task(name)), bytes));
        self.session.open(self.now, Attempt::new(calls, timeout)).unwrap()
    }

    /// Opens one call for each letter, with 10 s.
    fn open_all(&mut self, names: &str, kind: &str) -> ExchangeId {
        self.open_within(names, kind, secs(10))
    }

    fn open_within(&mut self, names: &str, kind: &str, timeout: Duration) -> ExchangeId {
        let calls = names.chars().map(|name| (name, format!(r#"{{{kind},"taskUUID":"{}"}}"#, task(name))));
        self.open(calls.collect::<Vec<_>>(), timeout)
    }

    fn check_within(&mut self, names: &str, timeout: Duration) -> ExchangeId {
        self.open_within(names, r#""taskType":"getResponse""#, timeout)
    }

    fn check(&mut self, names: &str) -> ExchangeId {
        self.open_all(names, r#""taskType":"getResponse""#)
    }

    fn details(&mut self, names: &str) -> ExchangeId {
        self.open_all(names, r#""taskType":"getTaskDetails""#)
    }

    fn submit(&mut self, names: &str) -> ExchangeId {
        self.open_all(names, r#""taskType":"videoInference","deliveryMethod":"async""#)
    }

    fn run(&mut self, names: &str, results: u32) -> ExchangeId {
        self.open_all(names, &format!(r#""taskType":"imageInference","numberResults":{results}"#))
    }

    /// Lets the connection be made and authenticated, and says nothing of it.
    fn connect(&mut self) {
        self.session.connected(self.now);
        assert!(self.sent()[0].starts_with("authenticate"));
        self.session.received(self.now, AUTHENTICATED.into());
        assert!(self.session.state().is_ready());
        self.events();
    }

    fn pass(&mut self, time: Duration) -> Vec<String> {
        self.now += time;
        self.session.handle_timeout(self.now);
        self.events()
    }

    fn receive(&mut self, frame: impl Into<Bytes>) -> Vec<String> {
        self.session.received(self.now, frame.into());
        self.events()
    }

    fn lose(&mut self, loss: Loss) -> Vec<String> {
        self.session.lost(self.now, loss);
        self.events()
    }

    fn close_with(&mut self, code: u16) -> Vec<String> {
        self.lose(Loss::Closed { code: Some(code) })
    }

    fn events(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.session.poll_event()).map(|event| told(&event)).collect()
    }

    /// What is sent now: the task type of the first call, and the tasks.
    fn sent(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.session.poll_transmit(self.now)).map(|frame| sent(&frame)).collect()
    }

    /// Everything that happens and that is sent.
    fn all(&mut self) -> Vec<String> {
        let events = self.events();
        let sent = self.sent().into_iter().map(|sent| format!("> {sent}"));
        let mut all: Vec<_> = events.into_iter().chain(sent).collect();
        all.extend(self.events());
        all
    }

    /// How long until something is due.
    fn due_in(&self) -> Option<Duration> {
        self.session.poll_timeout().map(|due| due.checked_sub(self.now).unwrap())
    }
}

fn sent(frame: &[u8]) -> String {
    let text = std::str::from_utf8(frame).unwrap();
    assert!(text.starts_with('[') && text.ends_with(']'), "{text}");
    if text.contains("\"authentication\"") {
        assert!(text.contains(r#""apiKey":"s3cret""#), "{text}");
        let resumes = text.split_once(r#""connectionSessionUUID":""#);
        return match resumes {
            Some((_, id)) => format!("authenticate {}", id.split('"').next().unwrap()),
            None => "authenticate".to_owned(),
        };
    }
    if text == r#"[{"taskType":"ping","ping":true}]"# {
        return "ping".to_owned();
    }
    let named: String = ('a'..='z').filter(|name| text.contains(&task(*name).to_string())).collect();
    let kind = text.split('"').nth(3).unwrap();
    format!("{kind} {named}")
}

fn told(event: &Event) -> String {
    match event {
        Event::Connect => "connect".to_owned(),
        Event::Disconnect { code: Some(code) } => format!("disconnect {code}"),
        Event::Disconnect { code: None } => "disconnect".to_owned(),
        Event::Reply(id, reply) => format!("{} {}: {}", id.0, reply.status, entries(&reply.envelope)),
        Event::End(id, Ok(())) => format!("{} ends", id.0),
        Event::End(id, Err(error)) => format!("{} {}", id.0, failure(error)),
        Event::Unclaimed(reply) => format!("unclaimed: {}", entries(&reply.envelope)),
        Event::State(state) => state_of(state),
    }
}

fn failure(error: &TransportError) -> String {
    format!("{:?}, {}", error.kind(), error.delivery())
}

fn state_of(state: &ConnectionState) -> String {
    match state {
        ConnectionState::Connecting { attempt } => format!("Connecting {attempt}"),
        ConnectionState::Ready { resumed: false } => "Ready".to_owned(),
        ConnectionState::Ready { resumed: true } => "Ready again".to_owned(),
        ConnectionState::Waiting { until, reason } => format!("Waiting until {until:?}: {reason}"),
        ConnectionState::Refused { until, reason } => format!("Refused until {until:?}: {reason}"),
        other => format!("{other:?}"),
    }
}

/// Items as task and status (`+` without one), errors as task and code.
fn entries(envelope: &Envelope) -> String {
    let items = envelope.items.iter().map(|item| {
        let status = item.status().map_or_else(|| "+".to_owned(), |status| format!(" {status}"));
        format!("{}{status}", name(item.task_uuid()))
    });
    let errors = envelope.errors.iter().map(|error| match error.task_uuid() {
        None => error.code().to_owned(),
        named => format!("{} {}", name(named), error.code()),
    });
    let all: Vec<_> = items.chain(errors).collect();
    if all.is_empty() { "blank".to_owned() } else { all.join(", ") }
}

/// A frame of items: a letter, and what else is in the item.
fn data(items: &[(char, &str)]) -> String {
    format!(r#"{{"data":[{}]}}"#, objects(items))
}

/// A frame of errors.
fn errors(items: &[(char, &str)]) -> String {
    format!(r#"{{"errors":[{}]}}"#, objects(items))
}

fn both(items: &[(char, &str)], failures: &[(char, &str)]) -> String {
    format!(r#"{{"data":[{}],"errors":[{}]}}"#, objects(items), objects(failures))
}

fn objects(items: &[(char, &str)]) -> String {
    let objects = items.iter().map(|(name, rest)| format!(r#"{{"taskUUID":"{}",{rest}}}"#, task(*name)));
    objects.collect::<Vec<_>>().join(",")
}

const ACK: &str = r#""taskType":"videoInference""#;
const RUNNING: &str = r#""taskType":"videoInference","status":"processing""#;
const DONE: &str =
    r#""taskType":"videoInference","status":"success","videoUUID":"v","videoURL":"https://h/v.mp4""#;
