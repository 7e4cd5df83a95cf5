//! The pieces of a text put together: the result that they make.

use std::collections::BTreeMap;

use runware_types::{CollectedText, Item, RawJson, TaskType, TaskUuid, TextDelta};
use serde::Serialize;

/// What is kept of the pieces beside their texts: each value exactly as it came.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The result itself, where the server did not stream.
    as_it_came: Option<RawJson>,
    finish_reason: Option<RawJson>,
    usage: Option<RawJson>,
    cost: Option<RawJson>,
}

/// The object that a reply to the same task would have.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Together<'a> {
    task_type: &'a str,
    #[serde(rename = "taskUUID")]
    task_uuid: TaskUuid,
    text: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reasoning_content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a RawJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<&'a RawJson>,
}

impl Whole {
    /// Adds the next piece.
    pub(super) fn add(&mut self, delta: &TextDelta) {
        if delta.is_whole {
            self.as_it_came = Some(delta.raw.clone());
        } else if !delta.text.is_empty() || !delta.reasoning_content.is_empty() {
            // The text goes on behind it.
            self.as_it_came = None;
        }
        let keep = |is_there: bool, name: &str| delta.raw.field(name).filter(|_| is_there);
        self.finish_reason =
            keep(delta.finish_reason.is_some(), "finishReason").or(self.finish_reason.take());
        self.usage = keep(delta.usage.is_some(), "usage").or(self.usage.take());
        self.cost = keep(delta.cost.is_some(), "cost").or(self.cost.take());
    }

    /// The result in the shape that it has when it is not streamed.
    pub(super) fn item(&self, task_uuid: TaskUuid, text: &CollectedText) -> Option<Item> {
        let raw = match self.as_it_came.as_ref().and_then(|raw| self.completed(raw)) {
            Some(raw) => raw,
            None => RawJson::from_value(&Together {
                task_type: TaskType::TextInference.as_str(),
                task_uuid,
                text: &text.text,
                reasoning_content: &text.reasoning_content,
                finish_reason: self.finish_reason.as_ref(),
                usage: self.usage.as_ref(),
                cost: self.cost.as_ref(),
            })
            .ok()?,
        };
        Item::from_raw(raw).ok()
    }

    /// A whole result, with what came in other pieces: as it came, if there is nothing else.
    fn completed(&self, raw: &RawJson) -> Option<RawJson> {
        let figures = [("finishReason", &self.finish_reason), ("usage", &self.usage), ("cost", &self.cost)];
        let missing = figures.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        let mut missing = missing.filter(|(name, value)| raw.field(name).as_ref() != Some(value)).peekable();
        if missing.peek().is_none() {
            return Some(raw.clone());
        }
        let mut fields: BTreeMap<String, RawJson> = raw.decode().ok()?;
        fields.extend(missing);
        RawJson::from_value(&fields).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware_types::{TextEvent, TextStreamDecoder};

    fn item(body: &str) -> String {
        let mut decoder = TextStreamDecoder::new();
        decoder.push(body.as_bytes());
        decoder.finish();
        let (mut whole, mut text) = (Whole::default(), CollectedText::default());
        while let Some(event) = decoder.next_event().unwrap() {
            if let TextEvent::Delta(delta) = event {
                whole.add(&delta);
                text.add(&delta);
            }
        }
        whole.item(TaskUuid::from_key("test", "stream"), &text).unwrap().raw().as_str().to_owned()
    }

    #[test]
    fn the_figures_of_a_stream_keep_their_digits() {
        let body = "data: {\"delta\":{\"text\":\"Fo\"},\"usage\":{\"totalTokens\":1}}\n\
                    data: {\"delta\":{\"text\":\"ur\"},\"usage\":{\"totalTokens\":2e0, \"new\":1.10}}\n\
                    data: {\"finishReason\":\"stop\",\"cost\":0.00010}\ndata: [DONE]\n";
        let task_uuid = TaskUuid::from_key("test", "stream");
        assert_eq!(
            item(body),
            format!(
                r#"{{"taskType":"textInference","taskUUID":"{task_uuid}","text":"Four","finishReason":"stop","usage":{{"totalTokens":2e0, "new":1.10}},"cost":0.00010}}"#
            )
        );
    }

    #[test]
    fn a_result_that_was_not_streamed_stays_as_it_came() {
        let result = r#"{"taskType":"textInference", "text":"Four","unheardOf":1.10}"#;
        assert_eq!(item(&format!("{{\"data\":[{result}]}}")), result);
    }

    #[test]
    fn what_comes_behind_a_whole_result_is_in_it() {
        let body = "data: {\"taskType\":\"textInference\",\"text\":\"Four\"}\n\
                    data: {\"finishReason\":\"stop\",\"cost\":0.0020,\"usage\":{\"totalTokens\":2}}\ndata: [DONE]\n";
        let item = item(body);
        assert!(item.contains("0.0020") && item.contains("totalTokens"), "what it cost is lost: {item}");
    }

    #[test]
    fn a_whole_result_keeps_its_own_fields_beside_what_comes_with_others() {
        let whole = r#"{"taskType":"textInference","text":"Four","unheardOf":1.10,"cost":0.10}"#;
        let with =
            |before: &str, behind: &str| item(&format!("{before}data: {whole}\n{behind}data: [DONE]\n"));
        assert_eq!(with("", "data: {\"cost\":0.10}\n"), whole, "nothing new");
        let completed = r#"{"cost":0.20,"finishReason":"stop","taskType":"textInference","text":"Four","unheardOf":1.10}"#;
        assert_eq!(with("", "data: {\"finishReason\":\"stop\",\"cost\":0.20}\n"), completed);
        let before = with("data: {\"delta\":{\"text\":\"Fo\"},\"usage\":{\"totalTokens\":2}}\n", "");
        assert!(before.contains(r#""usage":{"totalTokens":2}"#) && before.contains("0.10"), "{before}");
        let longer = with("", "data: {\"delta\":{\"text\":\" or so\"}}\n");
        assert!(longer.contains(r#""text":"Four or so""#) && longer.contains("0.10"), "{longer}");
    }
}
