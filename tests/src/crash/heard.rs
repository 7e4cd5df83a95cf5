//! What a process has printed: its whole lines.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What one process has printed, in order.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) lines: Vec<Line>,
    /// Whole lines that are no events.
    pub(super) strange: Vec<String>,
}

/// One event; what it does not have is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) event: String,
    #[serde(rename = "taskUUID")]
    pub(super) task: Option<String>,
    pub(super) delivery_id: Option<String>,
    #[serde(default)]
    pub(super) redelivered: bool,
    pub(super) item: Option<Box<RawValue>>,
    pub(super) state: Option<String>,
}

impl Heard {
    /// Reads what was printed. What comes after the last line break was never finished.
    pub(super) fn read(bytes: &[u8]) -> Self {
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
    pub(super) fn all(&self, event: &str) -> impl Iterator<Item = &Line> {
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
