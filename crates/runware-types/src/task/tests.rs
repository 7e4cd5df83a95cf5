mod prepare;
mod raw;
mod typed;

use super::RawTask;
use crate::TaskUuid;

const ID: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";

fn id() -> TaskUuid {
    ID.parse().unwrap()
}

fn task(text: &str) -> RawTask {
    RawTask::from_json(text.as_bytes()).unwrap()
}

fn text_of(task: impl Into<RawTask>) -> String {
    String::from_utf8(task.into().encode().unwrap().to_vec()).unwrap()
}

fn refusal(task: impl Into<RawTask>) -> String {
    task.into().prepare(id()).unwrap_err().to_string()
}
