//! What must hold for every script of a WebSocket session: the body of the fuzz target, which the corpus replay runs as
//! well.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use runware_transport::session::{Event, ExchangeId, Loss, Session, Settings};
use runware_transport::{ApiKey, Attempt, Call, Delivery, ErrorKind, TransportError};
use runware_types::TaskUuid;

/// Whatever a driver and a server do, every attempt ends once and in time, is sent at most once and only after the key, and
/// hears of its own tasks only.
///
/// The input is a script, a line for each step: `?` opens a status check, `#` a look into the archive, `!` a submission and
/// `=` a task that wants two results, each followed by the letters of its tasks and its seconds; `x` abandons one; `+` the
/// connection is made; `<` a frame comes, in which `$a` stands for the id of a task; `-` the connection is lost, with a
/// close code, an HTTP status or a word; `~` a control frame comes; `.` so many milliseconds pass; `q` closes.
pub fn session(script: &[u8]) {
    let mut driver = Driver::new();
    for line in script.split(|byte| *byte == b'\n').take(400) {
        if let Some((step, rest)) = line.split_first() {
            driver.act(*step, rest);
            driver.drain();
        }
    }
    // The longest time that an attempt may take in a script.
    driver.pass(Duration::from_secs(1_000));
    assert!(driver.open.is_empty(), "some did not end: {:?}", driver.open);
    assert!(!format!("{:?}", driver.session).contains(KEY));
}

const KEY: &str = "fuzz-s3cret";

struct Driver {
    session: Session,
    now: Duration,
    /// Its tasks, and when its time is over.
    open: BTreeMap<ExchangeId, (Vec<TaskUuid>, Duration)>,
    opened: BTreeSet<ExchangeId>,
    sent: BTreeSet<Vec<u8>>,
    bodies: usize,
    is_dialing: bool,
    is_up: bool,
    has_shown_key: bool,
}

impl Driver {
    fn new() -> Self {
        let key = ApiKey::new(KEY).expect("it is a key");
        let delays =
            || -> Box<dyn Iterator<Item = Duration> + Send> { Box::new((1..4).map(Duration::from_secs)) };
        let settings = Settings::default().with_max_exchanges(16).with_patience(Duration::from_secs(20));
        Self {
            session: Session::new(Some(key), settings, Box::new(delays)),
            now: Duration::ZERO,
            open: BTreeMap::new(),
            opened: BTreeSet::new(),
            sent: BTreeSet::new(),
            bodies: 0,
            is_dialing: false,
            is_up: false,
            has_shown_key: false,
        }
    }

    fn act(&mut self, step: u8, rest: &[u8]) {
        match step {
            b'?' => self.open(r#""taskType":"getResponse""#, rest),
            b'#' => self.open(r#""taskType":"getTaskDetails""#, rest),
            b'!' => self.open(r#""taskType":"videoInference","deliveryMethod":"async""#, rest),
            b'=' => self.open(r#""taskType":"imageInference","numberResults":2"#, rest),
            b'x' => {
                if let Some(id) = self.open.keys().nth(number(rest) as usize).copied() {
                    self.session.abandon(id);
                    self.open.remove(&id);
                }
            }
            b'+' => {
                self.session.connected(self.now);
                self.is_up |= std::mem::take(&mut self.is_dialing);
            }
            b'<' => self.session.received(self.now, frame(rest).into()),
            b'-' => {
                self.session.lost(self.now, loss(rest));
                self.hang_up();
            }
            b'~' => self.session.heard(self.now),
            b'.' => self.pass(Duration::from_millis(number(rest).min(100_000))),
            b'q' => self.session.close(self.now),
            _ => self.session.handle_timeout(self.now),
        }
    }

    fn open(&mut self, kind: &str, rest: &[u8]) {
        let names: BTreeSet<u8> = rest.iter().copied().filter(u8::is_ascii_lowercase).take(8).collect();
        let digits: Vec<u8> = rest.iter().copied().filter(u8::is_ascii_digit).collect();
        let timeout = Duration::from_secs(number(&digits).min(900));
        let tasks: Vec<_> = names.into_iter().map(task).collect();
        self.bodies += 1;
        let call = |task: &TaskUuid| {
            Call::new(Some(*task), format!(r#"{{{kind},"taskUUID":"{task}","n":{}}}"#, self.bodies))
        };
        let attempt = Attempt::new(tasks.iter().map(call), timeout);
        match self.session.open(self.now, attempt) {
            Ok(id) => {
                assert!(self.opened.insert(id), "an id was given twice");
                self.open.insert(id, (tasks, self.now + timeout));
            }
            Err(error) => assert_eq!(error.delivery(), Delivery::NotSent, "{error}"),
        }
    }

    /// Does what a driver does after every call.
    fn drain(&mut self) {
        self.listen();
        while let Some(frame) = self.session.poll_transmit(self.now) {
            assert!(self.is_up, "sent without a connection");
            let is_key = frame.windows(KEY.len()).any(|part| part == KEY.as_bytes());
            assert!(is_key || self.has_shown_key, "sent before the key");
            self.has_shown_key |= is_key;
            if frame.windows(4).any(|part| part == b"\"n\":") {
                assert!(self.sent.insert(frame.to_vec()), "sent twice");
            }
            self.listen();
        }
        // Those whose time was over were passed over.
        self.listen();
    }

    fn listen(&mut self) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Connect => {
                    assert!(!self.is_dialing && !self.is_up, "two connections");
                    self.is_dialing = true;
                }
                Event::Disconnect { .. } => self.hang_up(),
                Event::Reply(id, reply) => {
                    let (tasks, _) = self.open.get(&id).expect("a reply to what is not over");
                    let items = reply.envelope.items.iter().map(|item| item.task_uuid());
                    let errors = reply.envelope.errors.iter().map(|error| error.task_uuid());
                    let is_ours = |named: Option<TaskUuid>| named.is_none_or(|named| tasks.contains(&named));
                    assert!(reply.status == 401 || items.chain(errors).all(is_ours), "{reply:?}");
                }
                Event::End(id, end) => {
                    assert!(self.open.remove(&id).is_some(), "ended twice, or never opened");
                    _ = end.map_err(|error| assert!(!format!("{error:?}").contains(KEY)));
                }
                Event::Unclaimed(reply) => {
                    assert!(!reply.envelope.is_blank() && reply.envelope.anomalies.is_empty());
                }
                _ => {}
            }
        }
    }

    fn hang_up(&mut self) {
        (self.is_dialing, self.is_up, self.has_shown_key) = (false, false, false);
    }

    fn pass(&mut self, time: Duration) {
        let target = self.now.saturating_add(time);
        let mut steps = 0;
        while let Some(due) = self.session.poll_timeout().filter(|due| *due <= target) {
            self.now = self.now.max(due);
            self.session.handle_timeout(self.now);
            self.drain();
            steps += 1;
            assert!(steps < 5_000, "a busy loop at {:?}", self.now);
        }
        self.now = target;
        assert!(self.open.values().all(|(_, deadline)| *deadline > target), "some are late: {:?}", self.open);
    }
}

fn task(name: u8) -> TaskUuid {
    TaskUuid::from_random_bytes([name; 16])
}

fn number(digits: &[u8]) -> u64 {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.trim().parse().ok()).unwrap_or_default()
}

/// The text of a frame, with ids in the places of their names.
fn frame(text: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'$' => frame.extend(bytes.next().map(|name| task(name).to_string()).unwrap_or_default().bytes()),
            byte => frame.push(byte),
        }
    }
    frame
}

fn loss(text: &[u8]) -> Loss {
    let no_connection = TransportError::new(ErrorKind::Connect, Delivery::NotSent, "no connection");
    match (text, number(text)) {
        (b"big", _) => Loss::TooLarge,
        (b"bad", _) => Loss::Violation("masked".to_owned()),
        (b"stuck", _) => Loss::Stalled,
        (b"io", _) => Loss::Broken("reset".to_owned()),
        (b"tls", _) => Loss::NoConnection(TransportError::new(ErrorKind::Tls, Delivery::NotSent, "no trust")),
        (b"", _) => Loss::NoConnection(no_connection),
        (_, 0) => Loss::Closed { code: None },
        (_, status @ 100..=999) => {
            let error = no_connection.with_status(status as u16).with_retry_after(Duration::from_secs(7));
            Loss::NoConnection(error)
        }
        (_, code) => Loss::Closed { code: Some(code as u16) },
    }
}
