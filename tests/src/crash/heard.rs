//! What a process has printed: its whole lines.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What one process has printed, in order.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// The events.
    pub lines: Vec<Line>,
    /// Whole lines that are no events.
    pub strange: Vec<String>,
}

/// One event; what it does not have is empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// Its name.
    pub event: String,
    /// The id of the task that it is about.
    #[serde(rename = "taskUUID")]
    pub task: Option<String>,
    /// The name of the result.
    pub delivery_id: Option<String>,
    /// Whether the result may have been handed over before.
    #[serde(default)]
    pub redelivered: bool,
    /// The result.
    pub item: Option<Box<RawValue>>,
    /// How a task stands.
    pub state: Option<String>,
    /// False if what came of a task is not kept.
    pub durable: Option<bool>,
    /// With which ticket the task was owned.
    pub epoch: Option<u64>,
    /// When the journal was called, in nanoseconds of a clock that all processes share.
    pub since: Option<u64>,
    /// When that call had returned.
    pub until: Option<u64>,
}

impl Heard {
    /// Reads what was printed. What comes after the last line break was never finished.
    pub fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let mut heard = Self::default();
        for line in whole.lines() {
            match serde_json::from_str(line) {
                Ok(line) => heard.lines.push(line),
                Err(_) => heard.strange.push(line.to_owned()),
            }
        }
        heard
    }

    /// The events of a name.
    pub fn all(&self, event: &str) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.event == event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_is_none() {
        let text = concat!(
            r#"{"event":"result","at":"…","taskUUID":"a","index":0,"item":{"b":1.10},"deliveryId":"a/0"}"#,
            "\nnonsense\n",
            r#"{"event":"result","taskUUID":"a","deliveryId":"a/1"}"#,
        );
        let heard = Heard::read(text.as_bytes());
        let deliveries: Vec<_> = heard.all("result").map(|line| line.delivery_id.as_deref()).collect();
        assert_eq!(deliveries, [Some("a/0")]);
        assert_eq!(heard.lines[0].item.as_ref().unwrap().get(), r#"{"b":1.10}"#);
        assert_eq!(heard.strange, ["nonsense"]);
    }
}
