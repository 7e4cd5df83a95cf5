//! The commands, one file each, and what they have in common.

mod advice;
mod batch;
mod collect;
mod decide;
mod demo;
mod details;
mod doctor;
mod emulate;
mod input;
mod list;
mod price;
mod prune;
mod quote;
mod run;
mod status;
mod stream;
mod submit;
mod validate;
mod wait;

use std::collections::HashSet;
use std::io::{self, IsTerminal as _};

use runware::types::TaskUuid;
use tracing_subscriber::EnvFilter;

use crate::args::{Args, Command, GlobalArgs};
use crate::exit::Exit;
use crate::output::Output;
use crate::output::event::{Event, Summary};
use crate::stop::Stop;

/// Does what was asked, and says how it ended.
pub(crate) fn execute(args: Args) -> Exit {
    log(&args.global);
    let mut output = Output::new(&args.global);
    let waits = match &args.command {
        Command::Run(args) => !args.dry_run,
        Command::Wait(_) | Command::Batch(_) | Command::Collect | Command::Demo => true,
        _ => false,
    };
    let ended = run_to_end(args, &mut output);
    ended.unwrap_or_else(|stop| report(&stop, waits, &mut output))
}

fn run_to_end(args: Args, output: &mut Output) -> Result<Exit, Stop> {
    // On one thread, tasks that are submitted in a row are all there when the client looks, and go out together.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::machine(format!("the runtime cannot start: {error}")))?;
    let ended = runtime.block_on(dispatch(args, output));
    // A name that is still being looked up must not keep the process alive.
    runtime.shutdown_background();
    ended
}

async fn dispatch(args: Args, output: &mut Output) -> Result<Exit, Stop> {
    let Args { global, command } = args;
    match command {
        Command::Run(args) => run::run(&args, &global, output).await,
        Command::Submit(args) => submit::run(&args, &global, output).await,
        Command::Wait(args) => wait::run(&args, &global, output).await,
        Command::Status(args) => status::run(&args, &global, output).await,
        Command::Details(args) => details::run(&args, &global, output).await,
        Command::Batch(args) => batch::run(&args, &global, output).await,
        Command::Collect => collect::run(&global, output).await,
        Command::List(args) => list::run(&args, &global, output).await,
        Command::Decide(args) => decide::run(&args, &global, output).await,
        Command::Doctor => doctor::run(&global, output).await,
        Command::Prune(args) => prune::run(&args, &global, output).await,
        Command::Emulate(args) => emulate::run(args, output).await,
        Command::Validate(args) => validate::run(&args, output),
        Command::Demo => demo::run(&global, output).await,
    }
}

/// Says what stopped the command. Commands that wait have the same last line whatever happens.
fn report(stop: &Stop, waits: bool, output: &mut Output) -> Exit {
    if stop.exit() == Exit::OutputClosed {
        return Exit::OutputClosed;
    }
    let told = output.tell(&Event::of_stop(stop));
    if let Some(command) = stop.resume() {
        output.warn(&format!("To go on:\n  {command}"));
    }
    let told =
        if waits { told.and_then(|()| output.tell(&Event::Summary(Summary::default()))) } else { told };
    match told {
        Ok(()) => stop.exit(),
        Err(stop) => stop.exit(),
    }
}

/// Sends what the libraries log to standard error. Of the layers below nothing is shown: they know the key.
fn log(global: &GlobalArgs) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, 2) => "debug",
        (false, _) => "trace",
    };
    let crates = ["runware", "runware_transport", "runware_poll", "runware_emulator", "runware_journal"];
    let filter = crates.map(|name| format!("{name}={level}")).join(",");
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .log_internal_errors(false)
        .init();
}

/// Reads the ids of tasks that exist, each once: asking twice about one task tells nothing new.
///
/// # Errors
///
/// As for [`known_task`].
fn known_tasks(texts: &[String]) -> Result<Vec<TaskUuid>, Stop> {
    let mut seen = HashSet::new();
    let tasks = texts.iter().map(|text| known_task(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(tasks.into_iter().filter(|task| seen.insert(*task)).collect())
}

/// Reads the id of a task that exists.
///
/// # Errors
///
/// Wrong usage: it is no UUID.
fn known_task(text: &str) -> Result<TaskUuid, Stop> {
    TaskUuid::parse_known(text)
        .map_err(|error| Stop::usage(format!("{text:?} is no taskUUID, and nothing was sent: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_version_are_known_once() {
        let texts = [
            "A770F077-F413-47DE-9DAC-BE0B26A35DA6",
            "01890a5d-ac96-774b-bcce-b302099a8057",
            "a770f077-f413-47de-9dac-be0b26a35da6",
        ]
        .map(ToOwned::to_owned);
        let tasks: Vec<String> = known_tasks(&texts).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(tasks, ["a770f077-f413-47de-9dac-be0b26a35da6", "01890a5d-ac96-774b-bcce-b302099a8057"]);
    }

    #[test]
    fn what_is_no_id_is_wrong_usage() {
        for text in [
            "",
            "nonsense",
            "00000000-0000-0000-0000-000000000000",
            "a770f077f41347de9dacbe0b26a35da6",
            "\u{1b}[2J",
        ] {
            let stop = known_tasks(&[text.to_owned()]).unwrap_err();
            assert_eq!(stop.exit().code(), 2, "{text:?}");
            assert!(!stop.message().contains('\u{1b}'));
        }
    }
}
