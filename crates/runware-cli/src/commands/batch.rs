//! `runware batch`: submit the tasks of a JSON Lines file together, and wait for all of them.

use std::collections::HashMap;
use std::error::Error as _;

use runware::Client;
use runware::types::{Prepared, RawTask, TaskUuid};

use crate::args::task::check_type;
use crate::args::{BatchArgs, GlobalArgs};
use crate::commands::run::open;
use crate::commands::{advice, input, quote};
use crate::exit::Exit;
use crate::output::event::Event;
use crate::output::{Output, sanitize};
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::watch;

/// How many mistakes are listed before the rest is only counted.
const LISTED: usize = 20;

pub(super) async fn run(args: &BatchArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let text = input::read(&args.file).map_err(Stop::usage)?;
    let lines = parse(&text);
    let mut session = Session::open(global, output).await?;
    let readable = lines.iter().filter_map(|(_, line)| line.as_ref().ok());
    advice::about_many(readable, session.output);
    let numbered = lines.iter().filter_map(|(number, line)| Some((*number, line.as_ref().ok()?.clone())));
    let to_price = args.dry_run.then(|| numbered.collect::<Vec<_>>());
    let tasks = prepare(&session.client, lines).map_err(|mistakes| {
        list(&mistakes, session.output);
        refusal(&mistakes)
    })?;
    if let Some(lines) = to_price {
        return quote::of_many(lines, &mut session).await;
    }
    for task in &tasks {
        session.output.tell(&Event::of_prepared(task))?;
    }
    let opened = tasks.into_iter().map(|task| open(&session, task)).collect();
    watch(&mut session, opened).await?.sum_up(&mut session)
}

/// The tasks with their line numbers, counted from 1, or what is wrong with them.
fn parse(text: &[u8]) -> Vec<(usize, Result<RawTask, String>)> {
    let task = |line: &[u8]| {
        let task = RawTask::from_json(line).map_err(|error| error.to_string())?;
        check_type(task.task_type())?;
        Ok(task)
    };
    let lines = (1..).zip(text.split(|byte| *byte == b'\n'));
    lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(number, line)| (number, task(line)))
        .collect()
}

/// Fixes ids and bytes of all tasks, so that none is sent unless all can be.
///
/// # Errors
///
/// Every mistake, with its line.
fn prepare(
    client: &Client,
    lines: Vec<(usize, Result<RawTask, String>)>,
) -> Result<Vec<Prepared>, Vec<String>> {
    let mut tasks = Vec::new();
    let mut mistakes = Vec::new();
    let mut seen: HashMap<TaskUuid, usize> = HashMap::new();
    for (number, line) in lines {
        match line.and_then(|task| client.prepare(task).map_err(|error| problem(&error))) {
            Err(problem) => mistakes.push(format!("line {number}: {problem}")),
            Ok(task) => match seen.insert(task.uuid(), number) {
                Some(first) => {
                    mistakes.push(format!("line {number}: `taskUUID` is that of line {first} too"))
                }
                None => tasks.push(task),
            },
        }
    }
    if mistakes.is_empty() { Ok(tasks) } else { Err(mistakes) }
}

/// What is wrong with the task itself, without the words around it.
fn problem(error: &runware::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Lists several mistakes; an only one is told by the refusal.
fn list(mistakes: &[String], output: &mut Output) {
    if mistakes.len() > 1 {
        mistakes.iter().take(LISTED).for_each(|mistake| output.warn(&sanitize::line(mistake)));
    }
}

fn refusal(mistakes: &[String]) -> Stop {
    let first = mistakes.first().map(String::as_str).unwrap_or_default();
    Stop::rejected(match mistakes.len() {
        0 | 1 => format!("nothing was sent: {first}"),
        all => format!("nothing was sent: {all} lines are no tasks; the first: {first}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> Result<Vec<Prepared>, Vec<String>> {
        let client = Client::builder().api_key("key").build().unwrap();
        prepare(&client, parse(text.as_bytes()))
    }

    #[tokio::test]
    async fn lines_become_tasks_as_they_are() {
        let tasks = prepared(concat!(
            "\u{feff}{\"taskType\":\"imageInference\",\"unheardOf\":{\"a\":1.10}}\r\n",
            "\n  \n",
            "{\"taskType\":\"newThing\",\"taskUUID\":\"a770f077-f413-47de-9dac-be0b26a35da6\"}",
        ))
        .unwrap();
        let texts: Vec<&str> = tasks.iter().map(|task| std::str::from_utf8(task.bytes()).unwrap()).collect();
        assert!(texts[0].ends_with(r#","unheardOf":{"a":1.10},"deliveryMethod":"async"}"#), "{}", texts[0]);
        assert_eq!(texts[1], r#"{"taskType":"newThing","taskUUID":"a770f077-f413-47de-9dac-be0b26a35da6"}"#);
        assert!(prepared("").unwrap().is_empty());
    }

    #[tokio::test]
    async fn every_mistake_is_named_with_its_line_and_field() {
        let mistakes = prepared(concat!(
            "{\"taskType\":\"imageInference\"}\n",
            "{\"taskType\":\"imageInference\",\n",
            "\n",
            "{\"prompt\":\"x\"}\n",
            "{\"taskType\":\"imageInference\",\"numberResults\":\"4\"}\n",
            "{\"taskType\":\"imageInference\",\"taskUUID\":\"01890a5d-ac96-774b-bcce-b302099a8057\"}\n",
            "{\"taskType\":\"getResponse\",\"taskUUID\":\"a770f077-f413-47de-9dac-be0b26a35da6\"}\n",
            "{\"taskType\":\"a\",\"taskUUID\":\"a770f077-f413-47de-9dac-be0b26a35da6\"}\n",
            "{\"taskType\":\"b\",\"taskUUID\":\"A770F077-F413-47DE-9DAC-BE0B26A35DA6\"}\n",
        ))
        .unwrap_err();
        for (mistake, expected) in mistakes.iter().zip([
            "line 2: the task cannot be read",
            "line 4: `taskType` is missing",
            "line 5: `numberResults` is \"4\"",
            "line 6: `taskUUID` is",
            "line 7: `getResponse`",
            "line 9: `taskUUID` is that of line 8 too",
        ]) {
            assert!(mistake.starts_with(expected), "{mistake}");
        }
        assert_eq!(mistakes.len(), 6);
    }

    #[test]
    fn the_first_mistake_is_told_with_how_many_there_are() {
        let refused =
            |mistakes: &[&str]| refusal(&mistakes.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(refused(&["line 2: x"]).message(), "nothing was sent: line 2: x");
        let stop = refused(&["line 2: x", "line 3: y"]);
        assert_eq!(stop.message(), "nothing was sent: 2 lines are no tasks; the first: line 2: x");
        assert_eq!(stop.exit().code(), 3);
    }
}
