//! Client and emulator in one process and in virtual time, under faults that are drawn from a seed.
//!
//! Each seed is one course of events: tasks of several callers, a server that words its answers in one of
//! the many ways, and faults until a moment after which nothing goes wrong any more. Whatever happens, the
//! callers are told the truth in time, and each task is bought once and brings all of its results.
//!
//! A failure names its seed and prints what was to happen. `RUNWARE_SIM_SEED=17 cargo test -p runware-tests
//! simulation -- --nocapture` plays that seed alone, and `RUNWARE_SIM_SEED=300..30000` many others.

mod attempts;
mod fault;
mod found;
mod judge;
mod plan;
mod recorder;
mod story;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use futures_util::future::join_all;
use runware::transport::Clock;

use crate::harness::{Way, World, over, secs};
use fault::Kind;
use judge::Report;
use plan::Schedule;
use recorder::Recorder;
use story::Story;

/// The courses of events that are played unless others are asked for: as many as it takes to meet each fault.
const USUAL_SEEDS: Range<u64> = 0..300;

#[test]
fn whatever_goes_wrong_every_task_is_bought_once_and_brings_all_of_its_results() {
    play_all(Way::Http);
}

#[test]
fn whatever_goes_wrong_with_sockets_every_task_is_bought_once_and_brings_all_of_its_results() {
    play_all(Way::WebSocket);
}

fn play_all(way: Way) {
    let chosen = chosen_seeds();
    let is_chosen = chosen.is_some();
    let mut total = Report::default();
    let mut struck: HashMap<Kind, u64> = HashMap::new();
    for seed in chosen.unwrap_or(USUAL_SEEDS) {
        let schedule = Schedule::draw(seed, way);
        let _announcement = Announcement(&schedule);
        let report = play(&schedule);
        assert!(report.complaints.is_empty(), "{:#?}", report.complaints);
        total.add(report);
        for fault in &schedule.faults {
            *struck.entry(fault.kind).or_default() += fault.struck();
        }
    }
    println!("{way:?} {total}");
    if !is_chosen {
        let rare = |kind: &&Kind| struck.get(*kind).is_none_or(|times| *times < 10);
        let idle: Vec<_> = Kind::all(way).iter().filter(rare).collect();
        assert!(idle.is_empty(), "hardly ever happened: {idle:?} of {struck:?}");
    }
}

/// One seed, or a range of them such as `300..3000`.
#[expect(clippy::disallowed_methods, reason = "a person chooses the course of events to look at")]
fn chosen_seeds() -> Option<Range<u64>> {
    let text = std::env::var("RUNWARE_SIM_SEED").ok()?;
    let number =
        |text: &str| text.parse::<u64>().expect("RUNWARE_SIM_SEED is a number, or two with `..` between");
    Some(match text.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => number(&text)..number(&text) + 1,
    })
}

fn play(schedule: &Schedule) -> Report {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(over(schedule.way, async {
        let world = World::new(schedule.options());
        let recorder = Arc::new(Recorder::new(&world.wire, &schedule.faults));
        let client = world.wire.client(|builder| {
            builder.transport(Arc::clone(&recorder) as _).plan(schedule.plan()).seed(schedule.seed)
        });
        let begin = |course: &plan::Course| {
            Story::begin(course.clone(), client.clone(), Arc::clone(&world.wire), schedule.deadline)
        };
        let stories = join_all(schedule.tasks.iter().map(begin)).await;
        // A socket that was closed for a lasting reason is not made again for a minute.
        let calm = schedule.calm_at + Way::pick(secs(1), secs(61));
        world.wire.clock().sleep_until(calm).await;
        let go_on = |story: Story| story.go_on(client.clone(), Arc::clone(&world.wire));
        let stories = join_all(stories.into_iter().map(go_on)).await;
        client.close().await;
        Report::of(schedule, &world, &stories, &recorder.log()).await
    }))
}

/// Says which seed it was, if a test fails.
struct Announcement<'a>(&'a Schedule);

impl Drop for Announcement<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{:#?}\nRUNWARE_SIM_SEED={} plays this again.", self.0, self.0.seed);
        }
    }
}
