//! A process that ends at each of its effects on the world, one after the other, and the processes after it.
//!
//! Each scenario is played once to number its effects: what becomes durable, what is sent and answered, what is handed
//! over. Then it is played again for each of them, and ends there: before the effect, after it and before anybody hears
//! of it, and with the machine, so that what was being written is torn. The next process has what the files hold, and the
//! same server. Some of those processes end too early as well. The last one finishes everything; then what was handed
//! over, what the journal holds and what the server knows are compared.
//!
//! A failure names its case. `RUNWARE_CRASH='a lost answer/7' cargo test -p runware-tests crashes` plays the cases of one
//! effect.

mod effects;
mod files;
mod judge;
mod numbered;
mod process;
mod scenario;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use fastrand::Rng;

use crate::harness::{Wire, over};
use effects::{Cut, Variant};
use judge::{Case, Report};
use numbered::Witness;
use process::{Customer, End, Process, Work, World};
use scenario::Scenario;

/// More processes than this never come after one another.
const MOST_PROCESSES: usize = 6;

#[test]
fn whenever_a_process_ends_everything_that_was_paid_for_is_delivered() {
    let scenarios = scenario::all();
    let chosen = chosen();
    let mut total = Report { scenarios: scenarios.len(), ..Report::default() };
    let mut cases = Vec::new();
    for scenario in &scenarios {
        let report = play(scenario, &[]);
        let effects = report.effects;
        total.add(report);
        for at in 0..effects {
            for (number, variant) in [Variant::Before, Variant::After, torn(at)].into_iter().enumerate() {
                let case = at * 3 + number;
                if chosen.as_deref().is_none_or(|chosen| is_chosen(chosen, scenario, at)) {
                    cases.push((scenario, cuts(scenario, Cut { at, variant }, case)));
                }
            }
        }
    }
    let (next, reports) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from).min(8) {
            scope.spawn(|| {
                while let Some((scenario, cuts)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = play(scenario, cuts);
                    reports.lock().unwrap().push(report);
                }
            });
        }
    });
    for report in reports.into_inner().unwrap() {
        total.add(Report { effects: 0, ..report });
    }
    println!("{total}");
    assert!(total.complaints.is_empty(), "{:#?}", &total.complaints[..total.complaints.len().min(20)]);
}

#[expect(clippy::disallowed_methods, reason = "a person chooses what to look at")]
fn chosen() -> Option<String> {
    std::env::var("RUNWARE_CRASH").ok()
}

fn is_chosen(chosen: &str, scenario: &Scenario, at: usize) -> bool {
    chosen == scenario.name || chosen == format!("{}/{at}", scenario.name)
}

/// A folder in memory, where there is one: what a disk would lose is decided here, and not by waiting for it.
fn memory() -> tempfile::TempDir {
    let folder = Path::new("/dev/shm");
    if folder.is_dir() { tempfile::tempdir_in(folder) } else { tempfile::tempdir() }.unwrap()
}

fn torn(at: usize) -> Variant {
    Variant::Torn([0.0, 0.01, 0.3, 0.5, 0.77, 0.99, 1.0][at % 7])
}

/// Where the processes of a case end: the first at this effect, and in some cases the next ones early, too.
fn cuts(scenario: &Scenario, first: Cut, case: usize) -> Vec<Cut> {
    let mut rng = Rng::with_seed((scenario.name.len() * 1_000 + case) as u64);
    let mut cuts = vec![first];
    while cuts.len() < MOST_PROCESSES - 3 && rng.u32(0..3) == 0 {
        let at = rng.usize(0..12);
        let variant = rng.choice([Variant::Before, Variant::After, torn(at)]).unwrap();
        cuts.push(Cut { at, variant });
    }
    cuts
}

/// Plays a scenario with processes that end at these effects, and with two more that live as long as they want to.
fn play(scenario: &Scenario, cuts: &[Cut]) -> Report {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let report = runtime.block_on(over(scenario.way, async {
        let wire = Arc::new(Wire::new(scenario.options()));
        let (witness, customer) = (Arc::new(Witness::default()), Arc::new(Customer::default()));
        let world = World { wire: &wire, witness: &witness, customer: &customer };
        let folders = memory();
        let mut case = Case { scenario, cuts, processes: Vec::new(), boots: 1 };
        let (mut remains, mut done) = (None::<files::Files>, 0);
        // The first that is not disturbed finishes everything; the one after that has nothing left to do but to be asked again.
        while done < 2 {
            let number = case.processes.len();
            assert!(number < MOST_PROCESSES, "{case:?}: it never ends");
            let folder = folders.path().join(number.to_string());
            std::fs::create_dir(&folder).unwrap();
            if let Some(remains) = &remains {
                remains.write(&folder);
            }
            let cut = cuts.get(number).copied();
            let process = Process::start(number, scenario, &world, folder.clone(), case.boots, cut);
            let works = match (number, done) {
                (0, _) => &[Work::Submit] as &[_],
                (_, 0) => &[Work::Recover],
                _ => &[Work::Recover, Work::Submit],
            };
            let sent_before = wire.sent().len();
            let end = process.live(scenario, works).await;
            remains = Some(match &end {
                End::Dead(remains) => {
                    case.boots += usize::from(remains.is_power_gone);
                    remains.files.clone()
                }
                End::Done(_) => {
                    done += usize::from(cut.is_none());
                    files::Files::read(&folder)
                }
            });
            case.lived(&process, works, end, &wire.sent()[sent_before..]);
        }
        Report::of(&case, &wire.ledger(), &witness, &customer)
    }));
    runtime.shutdown_background();
    report
}
