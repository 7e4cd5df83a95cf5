//! `runware details`: the original request and response of a task.

mod kept;

use runware::types::{RawJson, TaskDetails, TaskUuid};

use crate::args::{DetailsArgs, GlobalArgs};
use crate::commands::known_task;
use crate::exit::Exit;
use crate::keeping::Keeping;
use crate::output::Output;
use crate::output::event::Event;
use crate::session::Session;
use crate::stop::Stop;
use crate::tree::Tree;

pub(super) async fn run(args: &DetailsArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let task_uuid = known_task(&args.uuid)?;
    let mut session = Session::open(global, output, Keeping::Unneeded).await?;
    session.warn_of_empty_emulator();
    let (client, mut interrupt) = (session.client.clone(), session.interrupt.clone());
    let found = tokio::select! {
        biased;
        () = interrupt.raised() => {
            let resume = session.resume.command([task_uuid]);
            return Err(Stop::interrupted().about(task_uuid).going_on_with(resume));
        }
        found = session.attend(client.task_details(task_uuid)) => found,
    };
    let (request, response) = match found {
        Ok(Some(details)) => (Some(details.request().clone()), Some(details.response().clone())),
        Ok(None) => kept::find(&mut session, task_uuid, NOTHING).await?.ok_or_else(|| absent(task_uuid))?,
        Err(error) => kept::find(&mut session, task_uuid, UNHEARD).await?.ok_or(error)?,
    };
    let of_journal = || Stop::absent(task_uuid, format!("the journal does not keep that of {task_uuid}"));
    match (args.request, args.response, session.output.is_json()) {
        (true, _, false) => exactly(&request.ok_or_else(of_journal)?, session.output)?,
        (_, true, false) => exactly(&response.ok_or_else(of_journal)?, session.output)?,
        (true, _, true) => tell(task_uuid, request.as_ref(), None, session.output)?,
        (_, true, true) => tell(task_uuid, None, response.as_ref(), session.output)?,
        (false, false, _) => tell(task_uuid, request.as_ref(), response.as_ref(), session.output)?,
    }
    Ok(Exit::Delivered)
}

/// Why the journal speaks.
const NOTHING: &str = "The server's archive has nothing of";
const UNHEARD: &str = "No answer could be had from the server about";

fn absent(task_uuid: TaskUuid) -> Stop {
    Stop::absent(
        task_uuid,
        format!(
            "the server's archive has no task {task_uuid}: it never existed, is forgotten, or belongs to \
             another organisation"
        ),
    )
}

/// Shows request and response.
pub(super) fn show_all(details: &TaskDetails, task_uuid: TaskUuid, output: &mut Output) -> Result<(), Stop> {
    tell(task_uuid, Some(details.request()), Some(details.response()), output)
}

fn tell(
    task_uuid: TaskUuid,
    request: Option<&RawJson>,
    response: Option<&RawJson>,
    output: &mut Output,
) -> Result<(), Stop> {
    let (request, response) = (request.and_then(without_keys), response.and_then(without_keys));
    output.tell(&Event::Details { task_uuid, request, response })
}

/// Byte for byte, and nothing else. A terminal is a place for people, who see no keys and no control characters.
fn exactly(json: &RawJson, output: &mut Output) -> Result<(), Stop> {
    match output.is_on_terminal() {
        true => output.line(without_keys(json).as_ref().map_or("null", RawJson::as_str)),
        false => output.exactly(json.as_str()),
    }
}

/// The same value if it holds no API key, which a client that sends its key in the body leaves there.
fn without_keys(json: &RawJson) -> Option<RawJson> {
    let mut tree = Tree::unfold(json);
    let before = tree.clone();
    tree.hide_keys();
    // What cannot be written without its key is not written.
    if tree == before { Some(json.clone()) } else { RawJson::from_value(&tree).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_keys_keeps_every_byte() {
        for text in [r#"[ {"b":1.10,"a" : 1e2} ]"#, "null", r#"{"apiKeys":[]}"#] {
            let json = RawJson::parse(text).unwrap();
            assert_eq!(without_keys(&json), Some(json));
        }
        let json = RawJson::parse(r#"[{"apiKey":"s3cret"},{"cost": 1.10}]"#).unwrap();
        assert_eq!(without_keys(&json).unwrap().as_str(), r#"[{"apiKey":"(hidden)"},{"cost":1.10}]"#);
    }
}
