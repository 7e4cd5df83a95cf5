//! `runware batch`: submit the tasks of a JSON Lines file together, and wait for all of them.

mod lines;

use runware::types::RawTask;

use crate::args::{BatchArgs, GlobalArgs};
use crate::commands::run::{Ready, open};
use crate::commands::{advice, input, price, quote};
use crate::exit::Exit;
use crate::ids::Ids;
use crate::keeping::Keeping;
use crate::output::event::Event;
use crate::output::{Output, human, sanitize};
use crate::session::Session;
use crate::stop::Stop;
use crate::watch::watch;
use lines::{Line, parse, prepare};

/// How many mistakes are listed before the rest is only counted.
const LISTED: usize = 20;

pub(super) async fn run(args: &BatchArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let text = input::read(&args.file).map_err(Stop::usage)?;
    let lines = parse(&text);
    let keeping = if args.dry_run { Keeping::Unneeded } else { Keeping::Required(args.budget.budget()) };
    let mut session = Session::open(global, output, keeping).await?;
    let ended = submit(args, lines, &mut session).await;
    session.close().await;
    ended
}

async fn submit(args: &BatchArgs, lines: Vec<Line>, session: &mut Session<'_>) -> Result<Exit, Stop> {
    let readable = lines.iter().filter_map(|line| line.task.as_ref().ok()).map(|keyed| &keyed.task);
    advice::about_many(readable, session.output);
    let mut ids = Ids::new(&session.service, args.name.as_deref());
    let to_price = args.dry_run.then(|| to_price(&lines));
    // Without a journal nobody knows whether the same line was meant before.
    let tasks = prepare(&session.client, &mut ids, session.kept.is_some(), lines).map_err(|mistakes| {
        list(&mistakes, session.output);
        refusal(&mistakes)
    })?;
    if let Some(lines) = to_price {
        return quote::of_many(lines, session).await;
    }
    let known = session.known()?;
    let tasks = price::of_many(session, tasks, args.price).await?;
    let (old, new): (Vec<&Ready>, Vec<&Ready>) =
        tasks.iter().partition(|task| known.contains(&task.prepared.uuid()));
    let sent = new.iter().filter(|task| task.obstacle.is_none());
    sent.into_iter().try_for_each(|task| session.output.tell(&Event::of_prepared(&task.prepared)))?;
    if !old.is_empty() {
        let (old, all) = (old.len(), human::count(tasks.len(), "task"));
        session
            .output
            .note(&format!("{old} of {all} are in the journal already; they go on where they stood"));
    }
    let opened = tasks.into_iter().map(|task| open(session, task)).collect();
    watch(session, opened).await?.sum_up(session)
}

/// The tasks with their line numbers.
fn to_price(lines: &[Line]) -> Vec<(usize, RawTask)> {
    let tasks = lines.iter().filter_map(|line| Some((line.number, line.task.as_ref().ok()?)));
    tasks.map(|(number, keyed)| (number, keyed.task.clone())).collect()
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
