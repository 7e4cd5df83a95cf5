//! The lines of a batch: which tasks they are, and under which ids.

use std::collections::HashMap;
use std::error::Error as _;

use runware::types::{RawTask, TaskUuid};
use runware::{Client, SubmitOptions};

use crate::args::task::check_type;
use crate::commands::run::Ready;
use crate::ids::Ids;
use crate::origin::Origin;

/// The member of a line that is the caller's own name for its task, and is not sent.
const KEY: &str = "key";

/// One line of the file.
#[derive(Debug)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) task: Result<Keyed, String>,
}

/// A task, and the caller's own name for it.
#[derive(Debug)]
pub(super) struct Keyed {
    pub(super) task: RawTask,
    key: Option<String>,
}

/// The lines that are not blank, or what is wrong with them.
pub(super) fn parse(text: &[u8]) -> Vec<Line> {
    let lines = (1..).zip(text.split(|byte| *byte == b'\n'));
    lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(number, line)| Line { number, task: Keyed::read(line) })
        .collect()
}

impl Keyed {
    fn read(line: &[u8]) -> Result<Self, String> {
        let task = RawTask::from_json(line).map_err(|error| error.to_string())?;
        check_type(task.task_type())?;
        let Some(key) = task.field(KEY) else { return Ok(Self { task, key: None }) };
        let key = match key.decode::<String>() {
            Ok(key) if !key.is_empty() => key,
            _ => return Err(format!("`{KEY}` must be a string that is not empty")),
        };
        let without = RawTask::new(task.task_type().clone());
        let fields = task.fields().filter(|(name, _)| *name != KEY);
        let task = fields.fold(without, |task, (name, value)| task.set_raw(name, value.clone()));
        Ok(Self { task, key: Some(key) })
    }

    /// The caller's own name for the task, if its id belongs to that.
    fn id_key(&self) -> Option<&str> {
        self.key.as_deref().filter(|_| self.task.field("taskUUID").is_none())
    }

    /// The task with the id that belongs to it. Without `derives`, a task that has no name gets a new id each time.
    fn with_id(self, ids: &mut Ids, derives: bool) -> Result<(RawTask, SubmitOptions), String> {
        let Self { task, key } = self;
        let options = key.iter().fold(SubmitOptions::new(), SubmitOptions::key);
        let task_uuid = match (task.field("taskUUID"), &key) {
            (Some(_), _) => None,
            (None, Some(key)) => Some(ids.of_key(key)),
            (None, None) if derives => {
                let content = task.encode().map_err(|error| error.to_string())?;
                Some(ids.of_content(&content))
            }
            (None, None) => None,
        };
        Ok((task_uuid.into_iter().fold(task, |task, task_uuid| task.set("taskUUID", task_uuid)), options))
    }
}

/// Fixes ids and bytes of all tasks, so that none is sent unless all can be.
///
/// # Errors
///
/// Every mistake, with its line.
pub(super) fn prepare(
    client: &Client,
    ids: &mut Ids,
    derives: bool,
    lines: Vec<Line>,
) -> Result<Vec<Ready>, Vec<String>> {
    let mut tasks = Vec::new();
    let mut mistakes = Vec::new();
    let mut seen: HashMap<TaskUuid, usize> = HashMap::new();
    for Line { number, task } in lines {
        let key = task.as_ref().ok().and_then(Keyed::id_key).map(ToOwned::to_owned);
        let is_keyed = key.is_some();
        let ready = task.and_then(|keyed| keyed.with_id(ids, derives)).and_then(|(task, options)| {
            let prepared = client.prepare(task).map_err(|error| problem(&error))?;
            Ok(Ready::new(prepared, options, Origin { line: Some(number), key, in_vain: None }))
        });
        match ready {
            Err(problem) => mistakes.push(format!("line {number}: {problem}")),
            Ok(ready) => match seen.insert(ready.prepared.uuid(), number) {
                Some(first) => {
                    let name = if is_keyed { KEY } else { "taskUUID" };
                    mistakes.push(format!("line {number}: `{name}` is that of line {first} too"));
                }
                None => tasks.push(ready),
            },
        }
    }
    if mistakes.is_empty() { Ok(tasks) } else { Err(mistakes) }
}

/// What is wrong with the task itself, without the words around it.
fn problem(error: &runware::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use runware::types::Prepared;

    fn prepared(text: &str) -> Result<Vec<Prepared>, Vec<String>> {
        prepared_as(text, false)
    }

    fn prepared_as(text: &str, derives: bool) -> Result<Vec<Prepared>, Vec<String>> {
        let client = Client::builder().api_key("key").build().unwrap();
        let tasks = prepare(&client, &mut Ids::new("here", None), derives, parse(text.as_bytes()))?;
        Ok(tasks.into_iter().map(|ready| ready.prepared).collect())
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

    #[tokio::test]
    async fn a_line_is_the_same_task_however_often_it_is_read() {
        let text = concat!(
            "{\"taskType\":\"a\",\"x\":1}\n",
            "{\"taskType\":\"a\",\"x\":1}\n",
            "{\"x\":1,\"taskType\":\"a\",\"key\":\"one\"}\n",
            "{\"taskType\":\"a\",\"x\":2}\n",
        );
        let ids = |text: &str| -> Vec<TaskUuid> {
            prepared_as(text, true).unwrap().iter().map(Prepared::uuid).collect()
        };
        let first = ids(text);
        assert_eq!(first, ids(text));
        assert_eq!(first[2], Ids::new("here", None).of_key("one"));
        let different: std::collections::HashSet<_> = first.iter().collect();
        assert_eq!(different.len(), 4);
        // Another order of the lines, and a line less, change nothing about the others.
        assert_eq!(ids("{\"taskType\":\"a\",\"x\":2}\n{\"taskType\":\"a\", \"x\":1}"), [first[3], first[0]]);
    }

    #[tokio::test]
    async fn the_key_of_a_line_is_not_sent() {
        let tasks = prepared("{\"taskType\":\"a\",\"key\":\"one\",\"x\":1.10}").unwrap();
        let text = std::str::from_utf8(tasks[0].bytes()).unwrap();
        assert!(text.ends_with(r#","x":1.10}"#) && !text.contains("one"), "{text}");
        let line = "{\"taskType\":\"a\",\"key\":\"one\"}";
        let mistakes = prepared(&format!("{line}\n{line}\n{{\"taskType\":\"a\",\"key\":7}}")).unwrap_err();
        assert_eq!(mistakes[0], "line 2: `key` is that of line 1 too");
        assert!(mistakes[1].starts_with("line 3: `key` must be a string"), "{mistakes:?}");
    }
}
