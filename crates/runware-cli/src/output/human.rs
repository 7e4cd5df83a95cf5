//! Events for people: results on standard output, everything else on standard error.

pub(crate) mod keeping;

use runware::Status;
use runware::types::{Item, Media, RawJson};

use super::event::{Checked, Decided, Event, Fault, Parameters, Priced, Prices, Summary};
use super::sanitize;
use crate::tree::Tree;

/// What people are told of an event.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Words {
    /// What was asked for.
    pub(crate) data: Option<String>,
    /// What is good to know; a quiet command keeps it to itself.
    pub(crate) note: Option<String>,
    /// What has to be known.
    pub(crate) warning: Option<String>,
}

impl Words {
    fn data(text: String) -> Self {
        Self { data: Some(text), ..Self::default() }
    }

    fn note(text: String) -> Self {
        Self { note: Some(text), ..Self::default() }
    }

    fn warning(text: String) -> Self {
        Self { warning: Some(text), ..Self::default() }
    }
}

/// Puts an event into words; on a terminal, long data is cut short.
pub(crate) fn words(event: &Event, on_terminal: bool) -> Words {
    match event {
        Event::Submitting { task_uuid, task_type, model } => {
            let model =
                model.as_ref().map(|model| format!(" with {}", sanitize::line(model))).unwrap_or_default();
            Words::note(format!("{task_uuid} submitting {}{model}", sanitize::line(task_type.as_str())))
        }
        Event::Accepted { task_uuid, replayed: false, .. } => Words::note(format!("{task_uuid} accepted")),
        Event::Accepted { task_uuid, replayed: true, .. } => {
            Words::note(format!("{task_uuid} found: the server has it already"))
        }
        // The progress line shows it, or the text itself.
        Event::Progress { .. } | Event::Delta { .. } => Words::default(),
        Event::Result { item, .. } => Words::data(result(item, on_terminal)),
        Event::Failure { task_uuid, index, error } => {
            let which = index.map(|index| format!(" result {index}")).unwrap_or_default();
            Words::warning(format!("{task_uuid}{which} failed: {}", fault(error)))
        }
        Event::Settled { task_uuid, status, results, failures, polls, elapsed, .. } => {
            let text = format!(
                "{task_uuid} {}: {}, {} in {:.1} s",
                standing(*status, *results, *failures),
                count(*results, "result"),
                count(*polls as usize, "status check"),
                elapsed.as_secs_f64()
            );
            match status {
                Status::Succeeded => Words::note(text),
                _ => Words::warning(text),
            }
        }
        Event::Details { request, response, .. } => {
            let parts = [("request", request), ("response", response)];
            let shown = parts
                .into_iter()
                .filter_map(|(name, json)| Some(format!("{name}:\n{}", pretty(json.as_ref()?))));
            Words::data(shown.collect::<Vec<_>>().join("\n"))
        }
        // Shown with the source; see `excerpt`.
        Event::Finding(_) => Words::default(),
        Event::Checked(checked) => Words::note(verdict(checked)),
        // A table shows them together.
        Event::Task(_) => Words::default(),
        Event::Total(total) => keeping::total(total),
        Event::Decided(Decided { task_uuid, decision, collect, .. }) => match (*decision, collect) {
            ("abandon", _) => Words::note(format!("{task_uuid} is given up for good")),
            (_, Some(collect)) => {
                Words::note(format!("{task_uuid} may be sent again, as it was. This does it:\n  {collect}"))
            }
            (_, None) => Words::warning(format!(
                "{task_uuid} may be sent again, but the journal keeps no requests and `collect` cannot do it: run the \
                 command or batch that it came from once more, with the same request under the same taskUUID or key, \
                 before any `collect`"
            )),
        },
        Event::Pruned(pruned) => keeping::pruned(pruned),
        Event::Doctor(doctor) => keeping::doctor(doctor),
        Event::Priced(priced) => Words::data(price(priced)),
        Event::Error { message, .. } => Words::warning(format!("error: {}", sanitize::line(message))),
        Event::Summary(Summary { prices: Some(prices), .. }) => Words::data(total_price(prices)),
        Event::Summary(summary) if summary.tasks > 1 => Words::note(total(summary)),
        Event::Summary(_) => Words::default(),
    }
}

/// What a task would cost, in words.
fn price(priced: &Priced) -> String {
    let task_type = sanitize::line(priced.task_type.as_str());
    let model = priced.model.as_ref().map(|model| format!(" with {}", sanitize::line(model)));
    let model = model.unwrap_or_default();
    match priced.cost {
        Some(cost) => format!("${cost}  {task_type}{model}"),
        None => format!("price unknown  {task_type}{model}"),
    }
}

/// What all tasks would cost, in words.
fn total_price(prices: &Prices) -> String {
    let tasks = count(prices.priced + prices.unpriced + prices.rejected, "task");
    let left_out: Vec<String> = [(prices.unpriced, "of unknown price"), (prices.rejected, "rejected")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!(", {number} {what}"))
        .collect();
    let sum = prices.cost.map_or_else(|| "price unknown".to_owned(), |cost| format!("${cost}"));
    format!("{sum}  in all: {tasks}{}", left_out.concat())
}

/// What the findings come to, in words.
fn verdict(checked: &Checked) -> String {
    let counts: Vec<String> = [(checked.errors, "error"), (checked.warnings, "warning")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| count(number, name))
        .collect();
    let found = if counts.is_empty() { "nothing wrong".to_owned() } else { counts.join(" and ") };
    let unchecked = match checked.unknown {
        0 => "",
        _ => {
            "; not everything could be checked: what a model allows, and types that are newer, the server alone knows"
        }
    };
    let omitted = match checked.omitted {
        0 => String::new(),
        number => format!(", and {number} more that are not shown"),
    };
    format!("{}: {found}{omitted}{unchecked}", count(checked.tasks, "task"))
}

/// How a task stands, in words.
pub(crate) fn standing(status: Status, results: usize, failures: usize) -> String {
    match status {
        Status::Succeeded => "succeeded".to_owned(),
        Status::Partial => format!("succeeded in part ({} of {} failed)", failures, results + failures),
        Status::Failed => "failed".to_owned(),
        Status::StillRunning => "is still running".to_owned(),
        _ => "is in an unknown state".to_owned(),
    }
}

/// A number of things.
pub(crate) fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// A result as data: a URL, a text, or what else it is made of.
pub(crate) fn result(item: &Item, on_terminal: bool) -> String {
    let short = |data: &str| match on_terminal {
        true => format!("({} characters of data; a pipe or --json gets them)", data.len()),
        false => sanitize::line(data),
    };
    match item.media() {
        Some(Media::Url(url)) => sanitize::line(&url),
        Some(Media::Base64(data) | Media::DataUri(data)) => short(&data),
        None => match item.raw().field("text").and_then(|text| text.decode::<String>().ok()) {
            Some(text) => sanitize::text(&text),
            None => sanitize::json(&sanitize::one_line(item.raw().as_str().to_owned())),
        },
    }
}

/// JSON with line breaks, harmless to look at.
pub(crate) fn pretty(json: &RawJson) -> String {
    let mut tree = Tree::unfold(json);
    tree.hide_keys();
    let text = serde_json::to_string_pretty(&tree).unwrap_or_else(|_| json.as_str().to_owned());
    sanitize::json(&text)
}

fn fault(error: &Fault) -> String {
    let message = sanitize::line(&error.message);
    let parameter = match &error.parameter {
        Parameters::None => String::new(),
        Parameters::One(name) => format!(" [{}]", sanitize::line(name)),
        Parameters::Several(names) => format!(" [{}]", sanitize::line(&names.join(", "))),
    };
    let again = if error.retryable { "; may go well another time" } else { "" };
    format!("{message}{parameter} ({}, {}{again})", sanitize::line(&error.code), error.category)
}

fn total(summary: &Summary) -> String {
    let parts = [
        (summary.succeeded, "succeeded"),
        (summary.partial, "in part"),
        (summary.failed, "failed"),
        (summary.running, "running"),
        (summary.unknown, "unknown"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    format!(
        "{}: {}; {}, {}, {:.1} s",
        count(summary.tasks, "task"),
        parts.join(", "),
        count(usize::try_from(summary.requests).unwrap_or(usize::MAX), "request"),
        count(usize::try_from(summary.status_checks).unwrap_or(usize::MAX), "status check"),
        summary.elapsed.as_secs_f64()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware::types::{Envelope, TaskUuid};
    use std::time::Duration;

    fn item(text: &str) -> Item {
        Item::from_raw(RawJson::parse(text.to_owned()).unwrap()).unwrap()
    }

    #[test]
    fn a_result_is_what_one_wants_to_copy() {
        for (text, expected) in [
            (r#"{"imageURL":"https://h/i.jpg","cost":0.1}"#, "https://h/i.jpg"),
            (r#"{"text":"two\nlines","finishReason":"stop"}"#, "two\nlines"),
            (r#"{"outputs":{"files":[{"url":"https://h/m.glb"}]}}"#, "https://h/m.glb"),
            (r#"{"structuredData":{"a":[1, 2]}}"#, r#"{"structuredData":{"a":[1, 2]}}"#),
            (r#"{"imageBase64Data":"AAAA"}"#, "AAAA"),
        ] {
            assert_eq!(result(&item(text), false), expected);
        }
        let short = result(&item(r#"{"imageBase64Data":"AAAA"}"#), true);
        assert!(short.contains("4 characters"), "{short}");
    }

    #[test]
    fn what_servers_say_gives_terminals_no_orders() {
        let hostile = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}";
        let errors = serde_json::json!({"errors": [{"code": hostile, "message": hostile, "parameter": [hostile, hostile]}]});
        let envelope = Envelope::decode(errors.to_string()).unwrap();
        let task_uuid = TaskUuid::from_key("test", "human");
        let failure = Event::Failure { task_uuid, index: Some(1), error: (&envelope.errors[0]).into() };
        let text = serde_json::json!({ "text": hostile });
        let url = serde_json::json!({ "imageURL": hostile });
        let other = format!("{{\"structuredData\":\"{}\"}}", "\u{9b}2J\u{202e}");
        let result =
            |item| Event::Result { task_uuid, index: 0, item, delivery_id: None, redelivered: false };
        for event in [
            failure,
            Event::Submitting { task_uuid, task_type: hostile.into(), model: Some(hostile.to_owned()) },
            result(item(&text.to_string())),
            result(item(&url.to_string())),
            result(item(&other)),
            Event::Details {
                task_uuid,
                request: Some(RawJson::parse(other.clone()).unwrap()),
                response: None,
            },
        ] {
            let said = format!("{:?}", words(&event, true)).replace("\\u{1b}", "");
            let Words { data, note, warning } = words(&event, true);
            let all = [data, note, warning].into_iter().flatten().collect::<String>();
            assert!(!all.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{said}");
        }
    }

    #[test]
    fn details_are_pretty_and_hide_keys() {
        let request = r#"[{"taskType":"authentication","apiKey":"s3cret"},{"cost":1.10}]"#;
        let shown = pretty(&RawJson::parse(request).unwrap());
        assert!(
            shown.contains("\"apiKey\": \"(hidden)\"") && shown.contains("\n    \"cost\": 1.10\n"),
            "{shown}"
        );
    }

    #[test]
    fn an_end_says_what_came_and_what_it_took() {
        let event = Event::Settled {
            task_uuid: "a770f077-f413-47de-9dac-be0b26a35da6".parse().unwrap(),
            status: Status::Partial,
            results: 2,
            failures: 1,
            polls: 1,
            elapsed: Duration::from_millis(4_240),
            durable: true,
            resume: None,
        };
        assert_eq!(
            words(&event, true).warning.unwrap(),
            "a770f077-f413-47de-9dac-be0b26a35da6 succeeded in part (1 of 3 failed): 2 results, 1 status check in 4.2 s"
        );
    }
}
