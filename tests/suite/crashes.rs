//! A process that ends at each of its effects on the world, one after the other, and the processes after it.
//!
//! Each scenario is played once to number its effects: each write and sync of a file, each name that is made or removed,
//! each request that leaves, each answer that arrives, each result that is handed over. What is done to the disk is told
//! by a library that comes before the C library, so that the test runs its own program a second time, with that library.
//!
//! Then a process ends at each effect in three ways, which [`Variant`] tells. The next one has what the disk holds then,
//! and the same server. Some of those processes end too early as well. The last one finishes everything; then what was
//! handed over, what the journal holds and what the server knows are compared. Ends that leave the same files at the same
//! moment of the same story are played once, and counted each.
//!
//! All of that hangs on nothing but the case: played twice, a course of events is the same ([`trace`]).
//!
//! A failure names its case. `RUNWARE_CRASH='a lost answer/7' cargo test -p runware-tests crashes` plays the cases of one
//! effect.

mod at_once;
mod disk;
mod effects;
mod files;
mod judge;
mod model;
mod numbered;
mod play;
mod process;
mod report;
mod scenario;
mod trace;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fastrand::Rng;

use crate::preload;
use effects::{Cut, Variant};
use play::{Aim, MOST_PROCESSES, play};
use report::Report;
use scenario::Scenario;

#[test]
fn whenever_a_process_ends_everything_that_was_paid_for_is_delivered() {
    with_traced_disks("whenever_a_process_ends_everything_that_was_paid_for_is_delivered", end_everywhere);
}

#[test]
fn a_course_of_events_that_is_played_again_is_the_same() {
    with_traced_disks("a_course_of_events_that_is_played_again_is_the_same", play_twice);
}

/// Runs the test of this name in a process of its own, whose disks are looked at; there it does its work, in a folder for
/// the disks.
fn with_traced_disks(test: &str, work: impl FnOnce(&Path)) {
    if let Some(root) = variable("TRACED_DISK_ROOT") {
        return work(Path::new(&root));
    }
    let folder = memory();
    let library = preload::compile("traced_disk", folder.path());
    let root = folder.path().canonicalize().unwrap().join("disks");
    std::fs::create_dir(&root).unwrap();
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args([&*format!("crashes::{test}"), "--exact", "--nocapture"]);
    again.env("LD_PRELOAD", library).env("TRACED_DISK_ROOT", root);
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let figures = said.lines().find(|line| line.starts_with("scenarios="));
    println!("{}", figures.unwrap_or_else(|| panic!("nothing was played: {said}")));
}

/// A folder in memory, where there is one: what a disk would lose is decided here, and not by waiting for it.
fn memory() -> tempfile::TempDir {
    let folder = Path::new("/dev/shm");
    if folder.is_dir() { tempfile::tempdir_in(folder) } else { tempfile::tempdir() }.unwrap()
}

/// One course of events that is played, for so many that cannot be told from it.
struct Course<'s> {
    scenario: &'s Scenario,
    cuts: Vec<Cut>,
    count: usize,
}

fn end_everywhere(root: &Path) {
    let (scenarios, chosen) = (scenario::all(), variable("RUNWARE_CRASH"));
    let mut total = Report { scenarios: scenarios.len(), ..Report::default() };
    let surveys = in_parallel(&scenarios, |scenario| survey(root, scenario));
    let mut courses = Vec::new();
    for (scenario, survey) in scenarios.iter().zip(surveys) {
        let chosen = chosen.as_deref().map_or(Some(0..usize::MAX), |chosen| chosen_effects(chosen, scenario));
        courses.extend(chosen.into_iter().flat_map(|chosen| courses_of(scenario, &survey, chosen)));
        total.add(survey);
    }
    total.states = courses.len();
    let mut reports = in_parallel(&courses, |course| course.play(root));
    if chosen.is_none() {
        let absences = scenarios.iter().filter(|scenario| !scenario.absence.is_zero());
        total.complaints.extend(absences.filter_map(|absence| idle(absence, &courses, &reports)));
    }
    reports.drain(..).for_each(|report| total.add(report));
    println!("{total}");
    assert_eq!(total.effects.len(), 6, "effects of all kinds");
    assert!(total.complaints.is_empty(), "{:#?}", &total.complaints[..total.complaints.len().min(20)]);
}

/// Plays each scenario twice for each way to end, at another of its effects each: everything that can be seen is the same.
fn play_twice(root: &Path) {
    let scenarios = scenario::all();
    let courses = in_parallel(&scenarios, |scenario| {
        let effects: usize = survey(root, scenario).effects.values().sum();
        let cut = |way: usize| {
            let at = effects * (way + 1) / 4;
            Cut { at, variant: Variant::all(scenario.salt(), at)[way] }
        };
        (0..3).map(|way| Course::new(scenario, cut(way)).cuts).collect::<Vec<_>>()
    });
    let courses = scenarios.iter().zip(courses);
    let courses: Vec<_> =
        courses.flat_map(|(scenario, all)| all.into_iter().map(move |cuts| (scenario, cuts))).collect();
    let differing = in_parallel(&courses, |(scenario, cuts)| {
        let [one, other] = [(); 2].map(|()| play(root, scenario, cuts, Aim::Trace));
        assert!(one.complaints.is_empty(), "{:#?}", one.complaints);
        let difference = one.trace.unwrap().difference(&other.trace.unwrap())?;
        Some(format!("{:?} {cuts:?}: {difference}", scenario.name))
    });
    let differing: Vec<_> = differing.into_iter().flatten().collect();
    println!("scenarios={} courses={} differing={}", scenarios.len(), courses.len(), differing.len());
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

/// What an absence should have led to in some course, if it has in none. What it may lead to is judged in each.
///
/// A machine that starts anew leaves tasks undecided whenever that is, so that those courses show nothing.
fn idle(absence: &Scenario, courses: &[Course<'_>], reports: &[Report]) -> Option<String> {
    let of_it = courses.iter().zip(reports).filter(|(course, _)| {
        course.scenario.name == absence.name && !course.cuts.iter().any(|cut| cut.variant.is_power_gone())
    });
    let (undecided, resent) = of_it.fold((0, 0), |(undecided, resent), (_, report)| {
        (undecided + report.undecided, resent + report.resent)
    });
    let (count, what) = match absence.may_miss_the_hour() {
        true => (undecided, "left undecided"),
        false => (resent, "sent again"),
    };
    (count == 0).then(|| format!("{:?}: nothing was {what}", absence.name))
}

#[expect(clippy::disallowed_methods, reason = "a person chooses what to look at")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The effects of a scenario that somebody wants to look at.
fn chosen_effects(chosen: &str, scenario: &Scenario) -> Option<Range<usize>> {
    match chosen.strip_prefix(scenario.name)? {
        "" => Some(0..usize::MAX),
        rest => rest.strip_prefix('/')?.parse().ok().map(|at| at..at + 1),
    }
}

/// Numbers the effects.
fn survey(root: &Path, scenario: &Scenario) -> Report {
    let survey = play(root, scenario, &scenario.before, Aim::Survey);
    Report { crashes: 0, ..survey }
}

/// The ends at these effects, without those that lead to the same as another.
fn courses_of<'s>(scenario: &'s Scenario, survey: &Report, effects: Range<usize>) -> Vec<Course<'s>> {
    let mut courses: Vec<Course<'_>> = Vec::new();
    let mut places = BTreeMap::new();
    for (at, states) in survey.survey.iter().enumerate().filter(|(at, _)| effects.contains(at)) {
        for (variant, state) in Variant::all(scenario.salt(), at).into_iter().zip(states) {
            let place = *places.entry(state).or_insert(courses.len());
            match courses.get_mut(place) {
                Some(course) => course.count += 1,
                None => courses.push(Course::new(scenario, Cut { at, variant })),
            }
        }
    }
    courses
}

impl<'s> Course<'s> {
    /// A process ends there, after those that have to end before it; and in some cases the next ones end early, too.
    fn new(scenario: &'s Scenario, cut: Cut) -> Self {
        let way = Variant::all(scenario.salt(), cut.at).iter().position(|variant| *variant == cut.variant);
        let mut rng = Rng::with_seed(scenario.salt() + (cut.at * 3 + way.unwrap_or_default()) as u64);
        let mut cuts = scenario.before.clone();
        cuts.push(cut);
        while cuts.len() < MOST_PROCESSES - 3 && rng.u32(0..3) == 0 {
            let at = rng.usize(0..30);
            let variants = Variant::all(rng.u64(..), at);
            let variant = rng.choice(variants).unwrap();
            cuts.push(Cut { at, variant });
        }
        Self { scenario, cuts, count: 1 }
    }

    fn play(&self, root: &Path) -> Report {
        let Self { scenario, cuts, count } = self;
        let report = catch_unwind(AssertUnwindSafe(|| play(root, scenario, cuts, Aim::Nothing)))
            .unwrap_or_else(|_| {
                let complaints = vec![format!("{:?} {cuts:?}: it panicked", scenario.name)];
                Report { complaints, ..Report::default() }
            });
        // Those before are there in each course, and the one that it is about counts for others as well.
        let more = report.crashes.saturating_sub(scenario.before.len() + 1);
        Report { crashes: count + more, ..report }
    }
}

/// What comes of each, in order, on all processors.
fn in_parallel<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from).min(8) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(number) else { break };
                    let result = work(one);
                    done.lock().unwrap().insert(number, result);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}
