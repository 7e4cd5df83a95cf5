//! The behaviour of sockets, frame by frame.

mod answers;
mod authentication;
mod ending;
mod faults;
mod sessions;

use std::time::Duration;

use serde_json::{Value, json};

use super::{Outgoing, SocketId};
use crate::choices::SocketChoices;
use crate::core::Core;
use crate::options::Options;

const U: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const V: &str = "b7db282d-2943-4f12-992f-77df3ad3ec71";

/// A core whose results take ten seconds, and the time, which moves when a test says so.
struct Bench {
    core: Core,
    now: Duration,
}

/// A socket that is open, and the session it was given.
struct Opened {
    id: SocketId,
    session: String,
}

impl Bench {
    fn new(options: Options) -> Self {
        Self { core: Core::new(options.duration(seconds(10.0)).files_url("http://files")), now: seconds(0.0) }
    }

    /// A bench with other choices than the usual ones.
    fn choosing(set: impl FnOnce(&mut SocketChoices)) -> Self {
        Self::new(Options::new().choose(|choices| set(&mut choices.socket)))
    }

    fn at(&mut self, time: f64) -> &mut Self {
        self.now = seconds(time);
        self
    }

    fn open(&mut self) -> SocketId {
        self.core.open_socket(self.now)
    }

    /// Opens a socket and authenticates it, with the session of an earlier one.
    fn resumed(&mut self, session: Option<&str>) -> (Opened, Vec<Value>) {
        let id = self.open();
        self.authenticate(id, session)
    }

    fn authenticated(&mut self) -> Opened {
        self.resumed(None).0
    }

    /// Authenticates a socket; what comes on it beside the greeting, too.
    fn authenticate(&mut self, id: SocketId, session: Option<&str>) -> (Opened, Vec<Value>) {
        let mut task = json!({"taskType": "authentication", "apiKey": "key"});
        if let Some(session) = session {
            task["connectionSessionUUID"] = session.into();
        }
        let mut frames = self.exchange(id, json!([task]));
        let greeting = frames.iter().position(|frame| frame["data"][0]["taskType"] == "authentication");
        let greeting = frames.remove(greeting.unwrap_or_else(|| panic!("no greeting: {frames:?}")));
        let session = greeting["data"][0]["connectionSessionUUID"].as_str().unwrap().to_owned();
        (Opened { id, session }, frames)
    }

    fn send(&mut self, id: SocketId, tasks: Value) {
        self.core.take_frame(self.now, id, tasks.to_string().as_bytes());
    }

    /// What is due now.
    fn due(&mut self, id: SocketId) -> Vec<Outgoing> {
        std::iter::from_fn(|| self.core.poll_socket(self.now, id)).collect()
    }

    /// The frames that are due now.
    fn frames(&mut self, id: SocketId) -> Vec<Value> {
        self.due(id).iter().map(frame).collect()
    }

    /// Sends a frame; what comes at once.
    fn exchange(&mut self, id: SocketId, tasks: Value) -> Vec<Value> {
        self.send(id, tasks);
        self.frames(id)
    }

    /// What comes until the socket has nothing to do any more, and when, in seconds.
    fn timeline(&mut self, id: SocketId) -> Vec<(f64, Outgoing)> {
        let mut timeline = Vec::new();
        loop {
            timeline.extend(self.due(id).into_iter().map(|what| (self.now.as_secs_f64(), what)));
            let Some(next) = self.core.socket_timeout(id) else { return timeline };
            assert!(next > self.now, "what is due was given out");
            self.now = next;
        }
    }
}

fn frame(outgoing: &Outgoing) -> Value {
    let Outgoing::Frame(body) = outgoing else { panic!("no frame: {outgoing:?}") };
    serde_json::from_slice(body).unwrap()
}

fn seconds(time: f64) -> Duration {
    Duration::from_secs_f64(time)
}

fn with(mut task: Value, more: Value) -> Value {
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

/// A synchronous task.
fn image(uuid: &str, more: Value) -> Value {
    let task =
        json!({"taskType": "imageInference", "taskUUID": uuid, "model": "m", "positivePrompt": "a cat"});
    with(task, more)
}

/// An asynchronous task.
fn video(uuid: &str) -> Value {
    json!({"taskType": "videoInference", "taskUUID": uuid, "model": "m", "positivePrompt": "waves"})
}

fn acknowledged(uuid: &str) -> Value {
    json!({"data": [{"taskType": "videoInference", "taskUUID": uuid}]})
}

fn check(uuid: &str) -> Value {
    json!({"taskType": "getResponse", "taskUUID": uuid})
}

fn ping() -> Value {
    json!([{"taskType": "ping", "ping": true}])
}

fn pong() -> Value {
    json!({"data": [{"taskType": "ping", "pong": true}]})
}
