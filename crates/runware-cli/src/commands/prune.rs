//! `runware prune`: let go of tasks that are long over.

use runware_journal::Retention;

use crate::args::GlobalArgs;
use crate::args::keeping::PruneArgs;
use crate::config::journal::Place;
use crate::exit::Exit;
use crate::keeping::{open_existing, unusable};
use crate::output::Output;
use crate::output::event::{Event, Pruned};
use crate::session::listen;
use crate::stop::Stop;

/// What an interruption of the work comes before.
const PRUNED: &str =
    "it was all done; what has gone by now stays gone, and the same command goes on; nothing was sent";

pub(super) async fn run(args: &PruneArgs, global: &GlobalArgs, output: &mut Output) -> Result<Exit, Stop> {
    let retention = Retention::older_than(args.older_than);
    let retention = if args.forget_ids { retention.forget_ids() } else { retention };
    let mut interrupt = listen(Exit::Interrupted)?;
    let pruned = match open_existing(&Place::read_wanted(global)?, &mut interrupt).await? {
        Some(journal) => {
            let pruned = interrupt.unless_raised(PRUNED, move || journal.prune(retention)).await?;
            pruned.map_err(|error| unusable(&error))?
        }
        None => runware_journal::Pruned::default(),
    };
    output.tell(&Event::Pruned(Pruned {
        tasks: pruned.tasks,
        forgotten: pruned.forgotten,
        requests: pruned.requests,
        parts: pruned.parts,
    }))?;
    Ok(Exit::Delivered)
}
