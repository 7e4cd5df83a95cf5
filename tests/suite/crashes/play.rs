//! One course of events: processes that come after one another, each with what the one before has left.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use runware::transport::Clock as _;

use super::disk::Disk;
use super::effects::{Cut, Fuse, Remains, Survey};
use super::files::Files;
use super::judge::Case;
use super::numbered::Witness;
use super::process::{Customer, End, Process, Work, World};
use super::report::Report;
use super::scenario::Scenario;
use super::trace::Trace;
use crate::harness::{Wire, over};

/// More processes than this never come after one another.
pub(super) const MOST_PROCESSES: usize = 7;

/// What is to be found out, beside what was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Nothing,
    /// What there would be if the first of the processes ended earlier that live as long as they want to.
    Survey,
    /// All that can be seen.
    Trace,
}

/// Plays a scenario with processes that end at these effects, and with two more that live as long as they want to. Their
/// disks are folders in `root`.
pub(super) fn play(root: &Path, scenario: &Scenario, cuts: &[Cut], aim: Aim) -> Report {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let report = runtime.block_on(over(scenario.way, async {
        let wire = Arc::new(Wire::new(scenario.options()));
        let (witness, customer) = (Arc::new(Witness::new(*wire.clock())), Arc::new(Customer::default()));
        let world = World { wire: &wire, witness: &witness, customer: &customer };
        let trace = (aim == Aim::Trace).then(Trace::default);
        let mut case = Case { scenario, cuts, processes: Vec::new(), boots: 1, trace };
        let (mut remains, mut done) = (Files::default(), 0);
        let (mut survey, mut effects) = (Vec::new(), BTreeMap::new());
        // The first that is not disturbed finishes everything; the one after that has nothing left to do but to be asked again.
        while done < 2 {
            let number = case.processes.len();
            assert!(number < MOST_PROCESSES, "it never ends");
            if number == scenario.before.len() + 1 {
                wire.clock().sleep_until(wire.now() + scenario.absence).await;
            }
            let cut = cuts.get(number).copied();
            let is_surveyed = aim == Aim::Survey && number == cuts.len();
            let of = is_surveyed.then(|| Survey { salt: scenario.salt(), clock: *wire.clock() });
            let works = match (number, done) {
                (0, _) => &[Work::Submit] as &[_],
                (_, 0) => &[Work::Recover],
                _ => &[Work::Recover, Work::Submit],
            };
            let mut disk = Disk::new(next(root));
            disk.settle(&remains);
            let folder = disk.folder().to_owned();
            let fuse = Fuse::new(disk, cut, of);
            let end = live(&mut case, &world, (&fuse, &folder), works).await;
            if is_surveyed {
                (survey, effects) = (fuse.states(), fuse.kinds());
            }
            remains = match end {
                Some(Remains { files, is_power_gone }) => {
                    case.boots += usize::from(is_power_gone);
                    files
                }
                None => {
                    done += usize::from(cut.is_none());
                    fuse.files()
                }
            }
            .with_drafts_of(number);
            if let Some(trace) = &mut case.trace {
                trace.end(number, &fuse, &remains);
            }
            let _ = std::fs::remove_file(folder.with_extension("trace"));
            let _ = std::fs::remove_dir_all(folder);
        }
        let ledger = wire.ledger();
        let trace = case.trace.take().map(|trace| trace.close(wire.sent(), &ledger, &customer));
        Report { survey, effects, trace, ..Report::of(&case, &ledger, &witness, &customer) }
    }));
    runtime.shutdown_background();
    report
}

/// One process, from its beginning to its end: what is left if it was ended.
async fn live(
    case: &mut Case<'_>,
    world: &World<'_>,
    disk: (&Arc<Fuse>, &Path),
    works: &[Work],
) -> Option<Remains> {
    let (scenario, before) = (case.scenario, world.wire.sent().len());
    let sent = || world.wire.sent().split_off(before);
    let number = case.processes.len();
    let Some(process) = Process::start(number, scenario, world, disk, case.boots) else {
        case.died(&sent());
        return disk.0.remains();
    };
    if number > 0 {
        case.remembers(&process, world);
    }
    if let Some(trace) = &mut case.trace {
        trace.begin(&process.journal);
    }
    match process.live(scenario, works).await {
        End::Dead(remains) => {
            case.died(&sent());
            Some(remains)
        }
        End::Done(ends) => {
            case.keeps_within_budget(&process, world);
            case.lived(&process, works, &ends, &sent());
            if let Some(trace) = &mut case.trace {
                trace.done(&process.journal);
            }
            process.close(scenario).await;
            let remains = disk.0.remains();
            case.processes.last_mut().unwrap().has_died = remains.is_some();
            remains
        }
    }
}

/// A new folder for the disk of a process.
fn next(root: &Path) -> std::path::PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    root.join(NEXT.fetch_add(1, Ordering::Relaxed).to_string())
}
