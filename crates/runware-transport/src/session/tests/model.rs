//! The session against a model that knows no more than what can be seen from outside.

mod open;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use self::open::{CHECK, DETAILS, Entry, Open, SUBMISSION, Sent};
use super::*;
use crate::{Delivery, ErrorKind};

const DELAYS: [u64; 3] = [1, 2, 5];
const MOST: usize = 6;

#[derive(Clone, Debug)]
enum Op {
    Open { kind: usize, names: Vec<char>, timeout: u64 },
    Abandon(usize),
    Connected,
    Frame(Frame),
    Heard,
    Lost(usize),
    Pass(u64),
    Nothing,
    Close,
}

#[derive(Clone, Debug)]
enum Frame {
    /// Items and errors of tasks, an authentication among them, and errors without a task.
    Entries {
        items: Vec<(char, usize)>,
        errors: Vec<(char, usize)>,
        authenticated: bool,
        unnamed: Vec<usize>,
    },
    Blank,
    Garbage,
}

const KINDS: [&str; 5] = [
    r#""taskType":"getResponse""#,
    r#""taskType":"videoInference","deliveryMethod":"async""#,
    r#""taskType":"imageInference","numberResults":2"#,
    r#""taskType":"modelSearch""#,
    r#""taskType":"getTaskDetails""#,
];
const ITEMS: [&str; 4] = [ACK, RUNNING, DONE, r#""taskType":"textInference","text":"t""#];
const ERRORS: [&str; 5] = [
    r#""code":"invalidModel""#,
    r#""code":"taskFailed","status":"error""#,
    r#""code":"tokenExpired""#,
    r#""code":"conflictTaskUUID""#,
    r#""code":"taskNotFound""#,
];
const UNNAMED: [&str; 5] = ["serviceUnavailable", "unheardOf", "tokenExpired", "invalidApiKey", TOO_MANY];
/// The refusal of a whole request.
const TOO_MANY: &str = "maxTasksPerRequestExceeded";

fn losses() -> [Loss; 8] {
    let refused = |status| {
        let error = TransportError::new(ErrorKind::Connect, Delivery::MaybeSent, "no");
        Loss::NoConnection(error.with_status(status).with_retry_after(secs(3)))
    };
    [
        Loss::Closed { code: None },
        Loss::Closed { code: Some(1013) },
        Loss::Closed { code: Some(1008) },
        Loss::Closed { code: Some(4000) },
        Loss::TooLarge,
        Loss::Broken("x".to_owned()),
        refused(503),
        refused(401),
    ]
}

/// What can be known of a session from outside, and must hold.
struct World {
    bench: Bench,
    open: BTreeMap<ExchangeId, Open>,
    ended: BTreeSet<ExchangeId>,
    abandoned: BTreeSet<ExchangeId>,
    bodies: BTreeSet<Bytes>,
    opened: usize,
    is_dialing: bool,
    is_up: bool,
    /// The key was sent on this connection and not answered.
    asked: bool,
    is_authenticated: bool,
    ready_since: Option<Duration>,
    /// How many delays of the schedule are used up.
    used: usize,
    not_before: Duration,
    is_closed: bool,
    /// A check was last met with silence, and not with the word that there is no such task.
    is_silent: bool,
}

/// What the events of one call said.
#[derive(Default)]
struct Said {
    replies: BTreeMap<ExchangeId, String>,
    unclaimed: String,
    events: usize,
    blanks: usize,
    /// Those that were told that they hold too much.
    refused: Vec<ExchangeId>,
    /// Those that were told of trouble which names nobody.
    troubled: Vec<ExchangeId>,
}

impl World {
    fn new(patience: Option<u64>) -> Self {
        let settings = Settings::default().with_max_exchanges(MOST).with_patience(patience.map(secs));
        let schedule =
            || -> Box<dyn Iterator<Item = Duration> + Send> { Box::new(DELAYS.map(secs).into_iter()) };
        let session = Session::new(Some(ApiKey::new("s3cret").unwrap()), settings, Box::new(schedule));
        Self {
            bench: Bench { session, now: Duration::ZERO },
            open: BTreeMap::new(),
            ended: BTreeSet::new(),
            abandoned: BTreeSet::new(),
            bodies: BTreeSet::new(),
            opened: 0,
            is_dialing: false,
            is_up: false,
            asked: false,
            is_authenticated: false,
            ready_since: None,
            used: 0,
            not_before: Duration::ZERO,
            is_closed: false,
            is_silent: false,
        }
    }

    fn act(&mut self, op: &Op) {
        let now = self.bench.now;
        match op {
            Op::Open { kind, names, timeout } => self.open(*kind, names, secs(*timeout)),
            Op::Abandon(nth) => {
                if let Some(id) = self.open.keys().nth(*nth).copied() {
                    self.bench.session.abandon(id);
                    self.open.remove(&id);
                    self.abandoned.insert(id);
                }
            }
            Op::Connected => {
                self.bench.session.connected(now);
                if std::mem::take(&mut self.is_dialing) {
                    self.is_up = true;
                }
            }
            Op::Frame(frame) => self.receive(frame),
            Op::Heard => self.bench.session.heard(now),
            Op::Lost(nth) => self.lose(losses()[*nth].clone()),
            Op::Pass(millis) => self.pass(ms(*millis)),
            Op::Nothing => self.bench.session.handle_timeout(now),
            Op::Close => {
                self.bench.session.close(now);
                self.is_closed = true;
            }
        }
        self.drain();
        self.holds();
    }

    fn open(&mut self, kind: usize, names: &[char], timeout: Duration) {
        let number = self.opened;
        self.opened += 1;
        // No two bodies are the same.
        let calls: Vec<_> = names
            .iter()
            .map(|name| {
                let bytes = format!(r#"{{{},"taskUUID":"{}","n":{number}}}"#, KINDS[kind], task(*name));
                Call::new(Some(task(*name)), bytes)
            })
            .collect();
        let has_room = self.open.len() < MOST && !self.is_closed;
        assert_eq!(self.bench.session.has_room(), has_room);
        match self.bench.session.open(self.bench.now, Attempt::new(calls, timeout)) {
            Ok(id) => {
                assert!(has_room);
                let deadline = self.bench.now + timeout;
                let open = Open {
                    kind,
                    names: names.to_vec(),
                    deadline,
                    is_sent: false,
                    is_heard: false,
                    answered: BTreeSet::new(),
                    results: BTreeMap::new(),
                    has_seen: BTreeSet::new(),
                };
                assert!(self.open.insert(id, open).is_none());
            }
            Err(error) => {
                assert!(!has_room);
                assert_eq!(error.delivery(), Delivery::NotSent);
            }
        }
    }

    fn lose(&mut self, loss: Loss) {
        let is_lost = self.is_dialing || self.is_up;
        self.bench.session.lost(self.bench.now, loss);
        if is_lost {
            self.note_loss();
        }
    }

    /// The least that has to pass before the next try.
    fn note_loss(&mut self) {
        if self.ready_since.is_some_and(|since| since + secs(30) <= self.bench.now) {
            self.used = 0;
        }
        (self.is_dialing, self.is_up, self.asked, self.is_authenticated) = (false, false, false, false);
        self.ready_since = None;
        let delay = DELAYS[self.used.min(DELAYS.len() - 1)];
        self.used += 1;
        self.not_before = self.bench.now + secs(delay);
    }

    fn receive(&mut self, frame: &Frame) {
        let (was_up, was_authenticated, was_asked) = (self.is_up, self.is_authenticated, self.asked);
        let refused = self.refused_by(frame);
        let troubled = self.troubled_by(frame).filter(|_| refused.is_none());
        self.bench.session.received(self.bench.now, text_of(frame).into());
        if was_up
            && was_asked
            && let Frame::Entries { authenticated: true, .. } = frame
        {
            (self.is_authenticated, self.asked) = (true, false);
            self.ready_since.get_or_insert(self.bench.now);
        }
        let expected = self.expected(frame, was_up);
        for id in expected.0.keys() {
            let open = self.open.get_mut(id).expect("only those that are open");
            open.is_heard |= open.is_sent;
        }
        let said = self.listen();
        assert_eq!((said.replies, said.unclaimed), expected, "{frame:?}");
        assert_eq!(said.refused, Vec::from_iter(refused), "{frame:?}");
        assert_eq!(said.troubled, Vec::from_iter(troubled), "{frame:?}");
        let is_useful = said.blanks > 0 || !expected_is_empty(frame, was_up);
        if is_useful && self.ready_since.is_some() {
            self.used = 0;
        }
        match frame {
            Frame::Blank => assert!(said.blanks <= 1 && said.events <= 3),
            Frame::Garbage => assert_eq!(said.events, 0),
            Frame::Entries { items, errors, authenticated: false, unnamed } => {
                let is_harmless = unnamed.iter().all(|code| *code < 2);
                let is_nobodys = items.is_empty() && errors.is_empty() && troubled.is_none();
                if was_authenticated && is_nobodys && is_harmless {
                    assert_eq!(said.events, 0, "an error without a task does nothing");
                }
            }
            Frame::Entries { .. } => {}
        }
    }

    /// The exchange that a frame refuses as a whole: the oldest batch of checks or submissions of which nothing was heard.
    fn refused_by(&self, frame: &Frame) -> Option<ExchangeId> {
        let Frame::Entries { items, errors, unnamed, .. } = frame else { return None };
        let refuses = unnamed.iter().any(|nth| UNNAMED[*nth] == TOO_MANY);
        if !refuses || !self.is_authenticated || !items.is_empty() || !errors.is_empty() {
            return None;
        }
        let waits = |open: &Open| {
            open.is_sent
                && !open.is_heard
                && [CHECK, SUBMISSION, DETAILS].contains(&open.kind)
                && open.names.len() > 1
        };
        self.open.iter().find(|(_, open)| waits(open)).map(|(id, _)| *id)
    }

    /// The exchange that trouble without a name ends: a submission of which nothing was heard, where nothing else is sent.
    fn troubled_by(&self, frame: &Frame) -> Option<ExchangeId> {
        let Frame::Entries { items, errors, unnamed, .. } = frame else { return None };
        let is_trouble =
            unnamed.iter().any(|nth| !["tokenExpired", "invalidApiKey"].contains(&UNNAMED[*nth]));
        if !is_trouble || !self.is_authenticated || !items.is_empty() || !errors.is_empty() {
            return None;
        }
        let mut sent = self.open.iter().filter(|(_, open)| open.is_sent);
        let (id, open) = sent.next().filter(|_| sent.next().is_none())?;
        (open.kind == SUBMISSION && !open.is_heard).then_some(*id)
    }

    /// What each open exchange has to hear of a frame, and what nobody waits for.
    fn expected(&mut self, frame: &Frame, was_up: bool) -> (BTreeMap<ExchangeId, String>, String) {
        let (mut replies, mut unclaimed) =
            (BTreeMap::<ExchangeId, String>::new(), (String::new(), String::new()));
        let Frame::Entries { items, errors, .. } = frame else { return (replies, String::new()) };
        if !was_up {
            return (replies, String::new());
        }
        let sent: BTreeMap<char, Sent> = ('a'..='z').map(|name| (name, self.sent(name))).collect();
        let items = items.iter().map(|(name, nth)| (*name, Entry::Item(*nth)));
        for (name, entry) in items.chain(errors.iter().map(|(name, nth)| (*name, Entry::Error(*nth)))) {
            let mut is_claimed = false;
            for (id, open) in self.open.iter_mut().filter(|(_, open)| open.names.contains(&name)) {
                if open.hears(entry, sent[&name]) {
                    open.hear(name, entry);
                    replies.entry(*id).or_default().push(name);
                    is_claimed = true;
                }
            }
            self.is_silent &= !(matches!(entry, Entry::Error(4)) && is_claimed && !sent[&name].details);
            match entry {
                _ if is_claimed => {}
                Entry::Item(_) => unclaimed.0.push(name),
                Entry::Error(_) => unclaimed.1.push(name),
            }
        }
        (replies, unclaimed.0 + &unclaimed.1)
    }

    fn sent(&self, name: char) -> Sent {
        let mut sent = Sent { is_silent: self.is_silent, ..Sent::default() };
        for open in self.open.values().filter(|open| open.awaits(name)) {
            match open.kind {
                CHECK => sent.checks = true,
                DETAILS => sent.details = true,
                _ => sent.purchases = true,
            }
        }
        sent
    }

    /// Takes the events of one call.
    fn listen(&mut self) -> Said {
        let mut said = Said::default();
        while let Some(event) = self.bench.session.poll_event() {
            said.events += 1;
            match event {
                Event::Connect => {
                    assert!(!self.is_dialing && !self.is_up && !self.is_closed);
                    assert!(
                        self.bench.now >= self.not_before,
                        "{:?} < {:?}",
                        self.bench.now,
                        self.not_before
                    );
                    self.is_dialing = true;
                }
                Event::Disconnect { .. } => {
                    if !self.is_closed {
                        assert!(self.is_up);
                        self.note_loss();
                    }
                }
                Event::Reply(id, reply) => {
                    assert!(self.open.contains_key(&id), "a reply for one that is over");
                    if reply.status == 200 && reply.envelope.is_blank() {
                        said.blanks += 1;
                    } else if reply.status == 200 {
                        said.replies.insert(id, names_in(&reply.envelope));
                    }
                }
                Event::End(id, end) => {
                    let open = self.open.remove(&id).expect("ends once, and only what was opened");
                    self.ended.insert(id);
                    let is_over = open.deadline <= self.bench.now;
                    self.is_silent |=
                        is_over && end.is_ok() && open.kind == CHECK && open.is_sent && !open.is_heard;
                    if let Err(error) = end {
                        if error.to_string().starts_with("the server had trouble") {
                            said.troubled.push(id);
                        }
                        if error.status() == Some(400) {
                            said.refused.push(id);
                        }
                        assert_eq!(error.delivery() == Delivery::NotSent, !open.is_sent, "{error:?}");
                        assert!(
                            !error.is_timeout()
                                || error.delivery() == Delivery::MaybeSent
                                || open.deadline <= self.bench.now
                        );
                    }
                }
                Event::Unclaimed(reply) => said.unclaimed.push_str(&names_in(&reply.envelope)),
                Event::State(ConnectionState::Waiting { until, .. }) => {
                    assert!(until >= self.not_before);
                    self.not_before = until;
                }
                Event::State(ConnectionState::Refused { until, .. }) => {
                    // The cooldown takes the place of the delay.
                    assert_eq!(until, self.bench.now + secs(60));
                    self.not_before = until;
                    self.used -= 1;
                }
                Event::State(state) => assert_eq!(state.is_ready(), self.bench.session.state().is_ready()),
            }
        }
        said
    }

    fn drain(&mut self) {
        self.listen();
        while let Some(frame) = self.bench.session.poll_transmit(self.bench.now) {
            assert!(self.is_up && !self.is_closed, "sent without a connection");
            // Those whose time was over were passed over.
            self.listen();
            match sent(&frame).split(' ').next().unwrap() {
                "authenticate" => {
                    assert!(!self.asked, "asked twice");
                    (self.asked, self.is_authenticated) = (true, false);
                }
                "ping" => assert!(self.is_authenticated),
                _ => {
                    assert!(self.is_authenticated, "sent before the authentication");
                    assert!(self.bodies.insert(frame.clone()), "sent twice");
                    self.note_sent(&frame);
                }
            }
        }
        self.listen();
    }

    fn note_sent(&mut self, frame: &Bytes) {
        let now = self.bench.now;
        // The first of those with these tasks, since they are sent in order.
        let names: BTreeSet<char> = ('a'..='z')
            .filter(|name| String::from_utf8_lossy(frame).contains(&task(*name).to_string()))
            .collect();
        let next = self.open.values_mut().find(|open| !open.is_sent);
        let next = next.expect("nothing is sent that nobody waits for");
        assert_eq!(next.names.iter().copied().collect::<BTreeSet<_>>(), names);
        assert!(next.deadline > now, "sent too late");
        next.is_sent = true;
    }

    /// Lets time pass from one moment at which something is due to the next.
    fn pass(&mut self, time: Duration) {
        let target = self.bench.now + time;
        let mut steps = 0;
        while let Some(due) = self.bench.session.poll_timeout().filter(|due| *due <= target) {
            self.bench.now = self.bench.now.max(due);
            self.bench.session.handle_timeout(self.bench.now);
            self.drain();
            self.holds();
            steps += 1;
            assert!(steps < 200, "a busy loop at {:?}", self.bench.now);
        }
        self.bench.now = target;
    }

    fn holds(&self) {
        let now = self.bench.now;
        let session = &self.bench.session;
        assert!(session.ledger.len() == self.open.len());
        assert!(session.events.is_empty());
        let is_ready = session.state().is_ready();
        assert_eq!(is_ready, self.is_up && self.is_authenticated && !self.is_closed);
        if let Some(due) = session.poll_timeout() {
            // Only a time-out of nothing lies in the past, until it is handled.
            assert!(
                due >= now || self.open.values().any(|open| open.deadline <= now),
                "{due:?} is over at {now:?}"
            );
        } else {
            assert!(self.open.is_empty(), "nothing would end them");
        }
    }
}

fn expected_is_empty(frame: &Frame, was_up: bool) -> bool {
    match frame {
        Frame::Entries { items, errors, .. } => !was_up || (items.is_empty() && errors.is_empty()),
        Frame::Blank | Frame::Garbage => true,
    }
}

fn names_in(envelope: &Envelope) -> String {
    let items = envelope.items.iter().map(|item| name(item.task_uuid()));
    items.chain(envelope.errors.iter().map(|error| name(error.task_uuid()))).collect()
}

fn text_of(frame: &Frame) -> String {
    match frame {
        Frame::Blank => r#"{"data":[]}"#.to_owned(),
        Frame::Garbage => r#"{"data":[{"#.to_owned(),
        Frame::Entries { items, errors, authenticated, unnamed } => {
            let items: Vec<_> = items.iter().map(|(name, nth)| (*name, ITEMS[*nth])).collect();
            let errors: Vec<_> = errors.iter().map(|(name, nth)| (*name, ERRORS[*nth])).collect();
            let auth = authenticated
                .then(|| r#"{"taskType":"authentication","connectionSessionUUID":"s"}"#.to_owned());
            let unnamed = unnamed.iter().map(|nth| format!(r#"{{"code":"{}"}}"#, UNNAMED[*nth]));
            let list = |named: &[(char, &str)], more: Vec<String>| {
                let all: Vec<_> =
                    Some(objects(named)).filter(|text| !text.is_empty()).into_iter().chain(more).collect();
                all.join(",")
            };
            // Never blank: a pong is in it.
            let data = list(
                &items,
                auth.into_iter().chain([r#"{"taskType":"ping","pong":true}"#.to_owned()]).collect(),
            );
            format!(r#"{{"data":[{data}],"errors":[{}]}}"#, list(&errors, unnamed.collect()))
        }
    }
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let names = || prop::sample::select(vec!['a', 'b', 'c', 'd', 'e']);
    let entries = (
        prop::collection::vec((names(), 0..ITEMS.len()), 0..4),
        prop::collection::vec((names(), 0..ERRORS.len()), 0..2),
        prop::bool::weighted(0.4),
        prop::collection::vec(
            prop_oneof![6 => 0_usize..2, 2 => Just(2_usize), 1 => Just(3_usize), 3 => Just(4_usize)],
            0..2,
        ),
    );
    let entries = entries.prop_map(|(items, errors, authenticated, unnamed)| Frame::Entries {
        items,
        errors,
        authenticated,
        unnamed,
    });
    let good = Frame::Entries { items: vec![], errors: vec![], authenticated: true, unnamed: vec![] };
    prop_oneof![10 => entries, 6 => Just(good), 2 => Just(Frame::Blank), 1 => Just(Frame::Garbage)]
}

fn any_op() -> impl Strategy<Value = Op> {
    let names = prop::sample::subsequence(vec!['a', 'b', 'c', 'd'], 1..=3);
    let open = (0..KINDS.len(), names, prop_oneof![0_u64..4, 5_u64..100])
        .prop_map(|(kind, names, timeout)| Op::Open { kind, names, timeout });
    prop_oneof![
        12 => open,
        2 => (0_usize..4).prop_map(Op::Abandon),
        12 => Just(Op::Connected),
        20 => any_frame().prop_map(Op::Frame),
        1 => Just(Op::Heard),
        4 => (0_usize..8).prop_map(Op::Lost),
        6 => prop_oneof![0_u64..300, 500_u64..6_000, 10_000_u64..80_000].prop_map(Op::Pass),
        1 => Just(Op::Nothing),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn agrees_with_the_model(
        patience in prop::option::of(0_u64..20),
        ops in prop::collection::vec(any_op(), 0..60),
        closes: bool,
    ) {
        let mut world = World::new(patience);
        for op in &ops {
            world.act(op);
        }
        if closes {
            world.act(&Op::Close);
            assert!(world.open.is_empty());
            assert_eq!(world.bench.session.poll_timeout(), None);
        }
        for _ in 0..3 {
            world.act(&Op::Pass(40_000));
        }
        assert!(world.open.is_empty(), "everything ends");
        assert_eq!(world.ended.len() + world.abandoned.len(), world.ended.union(&world.abandoned).count());
    }
}
