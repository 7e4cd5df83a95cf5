//! The behaviour of the core, request by request.

mod details;
mod faults;
mod generation;
mod limits;
mod poll;
mod request;
mod stream;
mod submit;
mod utility;
mod validate;

use std::time::Duration;

use runware_types::TaskUuid;
use serde_json::{Value, json};

use super::{Core, Head, Response};
use crate::options::Options;
use crate::script::Script;

/// An id that looks like one.
const U: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const V: &str = "b7db282d-2943-4f12-992f-77df3ad3ec71";
const W: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// A core, and the time, which moves when a test says so.
struct Bench {
    core: Core,
    now: Duration,
}

impl Bench {
    /// A bench whose results take ten seconds.
    fn new(options: Options) -> Self {
        Self::timed(options.duration(Duration::from_secs(10)))
    }

    /// A bench with the durations of the options.
    fn timed(options: Options) -> Self {
        Self { core: Core::new(options.files_url("http://files")), now: Duration::ZERO }
    }

    fn at(&mut self, seconds: f64) -> &mut Self {
        self.now = Duration::from_secs_f64(seconds);
        self
    }

    fn raw(&mut self, head: &Head, body: &str) -> Response {
        self.core.handle(self.now, head, body.as_bytes())
    }

    /// The status and the body's text.
    fn text(&mut self, tasks: &Value) -> (u16, String) {
        let response = self.raw(&Head::bearer("key"), &tasks.to_string());
        (response.status, String::from_utf8(response.body.to_vec()).unwrap())
    }

    /// The status and the body.
    fn send(&mut self, tasks: Value) -> (u16, Value) {
        let (status, text) = self.text(&tasks);
        (status, serde_json::from_str(&text).unwrap())
    }

    /// The body of a reply that has to be 200.
    fn ok(&mut self, tasks: Value) -> Value {
        let (status, body) = self.send(tasks);
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The only error, of a reply with this status.
    fn error(&mut self, status: u16, tasks: Value) -> Value {
        let (found, mut body) = self.send(tasks);
        assert_eq!(found, status, "{body}");
        let errors = body["errors"].as_array_mut().unwrap();
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors.remove(0)
    }

    fn check(&mut self) -> Value {
        self.ok(check(U))
    }
}

fn image(uuid: &str, more: Value) -> Value {
    with(
        json!({"taskType": "imageInference", "taskUUID": uuid, "model": "m", "positivePrompt": "a cat"}),
        more,
    )
}

fn video(uuid: &str, more: Value) -> Value {
    with(
        json!({"taskType": "videoInference", "taskUUID": uuid, "model": "m", "positivePrompt": "waves"}),
        more,
    )
}

fn with(mut task: Value, more: Value) -> Value {
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn check(uuid: &str) -> Value {
    json!([{"taskType": "getResponse", "taskUUID": uuid}])
}

fn details(uuid: &str) -> Value {
    json!([{"taskType": "getTaskDetails", "taskUUID": uuid}])
}

fn uuid(text: &str) -> TaskUuid {
    text.parse().unwrap()
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Three results: one after a second, one that fails after two, one after ten.
fn mixed() -> Options {
    let script = Script::new().result_at(0, seconds(1)).result_at(1, seconds(2)).fail(1, "timeoutProvider");
    Options::new().script("m", script)
}

#[test]
fn the_same_requests_get_the_same_bytes() {
    let run = || {
        let mut bench = Bench::timed(Options::new().seed(3).failure_rate(0.4));
        let tasks = json!([video(U, json!({"numberResults": 4})), image(V, json!({"numberResults": 3}))]);
        let submitted = bench.text(&tasks);
        bench.at(60.0);
        (submitted, bench.text(&check(U)), bench.text(&details(V)))
    };
    assert_eq!(run(), run());
}

#[test]
fn what_a_task_does_does_not_depend_on_its_neighbours() {
    let run = |tasks: Value| {
        let mut bench = Bench::timed(Options::new().failure_rate(0.4));
        bench.send(tasks);
        bench.at(60.0).text(&check(U))
    };
    let task = video(U, json!({"numberResults": 4}));
    assert_eq!(run(json!([task])), run(json!([video(V, json!({})), task])));
}
