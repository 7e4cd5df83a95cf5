//! What a client learns of how long tasks take, and what it does with it, by the server's own books.

mod lessons;
mod troubles;

use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use runware::poll::{Durations, Kind, Part, Tick};
use runware::types::VideoInference;
use runware::{Client, Status, Task};
use runware_emulator::{Options, Script};
use runware_tests::simulate::law::Law;
use serde_json::Value;

use crate::harness::{World, id, image, millis, over_each_transport, secs, unlearned_plan, video};

over_each_transport! {
    after_fifty_tasks_the_next_are_looked_at_less_and_noticed_sooner,
    tasks_of_an_unknown_kind_find_out_for_each_other,
    what_was_saved_counts_from_the_first_task_of_the_next_client,
    the_time_between_results_is_learned,
    a_task_that_reports_its_progress_is_looked_at_less,
    the_clients_own_bound_of_the_lag_is_no_less_than_the_lag,
}

const MINUTE: Law = Law::LogNormal { median: 60.0, sigma: 0.3 };

/// A video of the kind that most tests here are about, as one takes that is given no other.
fn clip(name: &str) -> VideoInference {
    video(name).duration(5.0)
}

fn clips() -> Kind {
    Kind::new("videoInference").then("klingai:5@3")
}

fn names(of: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{of} {number}")).collect()
}

/// Tasks of these names take about a minute.
fn minutes(options: Options, names: &[String]) -> Options {
    let mut rng = Rng::with_seed(3);
    names.iter().fold(options, |options, name| {
        options.script_task(id(name), Script::new().duration(Duration::from_secs_f64(MINUTE.draw(&mut rng))))
    })
}

/// Runs tasks that are submitted together.
async fn run_clips(client: &Client, names: &[String]) {
    let tasks: Vec<_> = names.iter().map(|name| client.submit(clip(name)).unwrap()).collect();
    for outcome in join_all(tasks.iter().map(Task::outcome)).await {
        assert_eq!(outcome.unwrap().status(), Status::Succeeded);
    }
}

/// A client that knows fifty tasks that took a minute, and its world.
async fn experienced() -> World {
    let known = names("known", 50);
    let world = World::new(minutes(Options::new().duration(secs(60)), &known));
    run_clips(&world.client, &known).await;
    world
}

/// What tasks cost, on average.
#[derive(Clone, Copy, Debug)]
struct Cost {
    checks: f64,
    lag: f64,
}

impl Cost {
    fn of(world: &World, names: &[String]) -> Self {
        let accounts: Vec<_> = names.iter().map(|name| world.account(id(name))).collect();
        let checks: u64 = accounts.iter().map(|account| account.checks).sum();
        let results = accounts.iter().flat_map(|account| &account.results);
        let lags: Vec<_> =
            results.map(|one| one.first_delivered_at.unwrap() - one.ready_at.unwrap()).collect();
        let lag = lags.iter().sum::<Duration>().as_secs_f64() / lags.len() as f64;
        Self { checks: checks as f64 / names.len() as f64, lag }
    }
}

async fn after_fifty_tasks_the_next_are_looked_at_less_and_noticed_sooner() {
    let next = names("next", 50);
    let mut costs = Vec::new();
    for learns in [true, false] {
        let known = names("known", 50);
        let options = minutes(minutes(Options::new(), &known), &next);
        let world = World::with(options, |builder| match learns {
            true => builder,
            false => builder.plan(unlearned_plan()),
        });
        run_clips(&world.client, &known).await;
        run_clips(&world.client, &next).await;
        costs.push(Cost::of(&world, &next));
    }
    let [learned, exponential] = costs[..] else { unreachable!("there are two") };
    assert!(learned.checks <= 0.75 * exponential.checks, "{learned:?} and {exponential:?}");
    assert!(learned.lag <= 0.75 * exponential.lag, "{learned:?} and {exponential:?}");
}

async fn tasks_of_an_unknown_kind_find_out_for_each_other() {
    let names = names("first", 300);
    let mut costs = Vec::new();
    for learns in [true, false] {
        let world = World::with(minutes(Options::new(), &names), |builder| match learns {
            true => builder,
            false => builder.plan(unlearned_plan()),
        });
        run_clips(&world.client, &names).await;
        costs.push(Cost::of(&world, &names));
    }
    let [learned, exponential] = costs[..] else { unreachable!("there are two") };
    assert!(learned.checks <= 0.85 * exponential.checks, "{learned:?} and {exponential:?}");
    assert!(learned.lag <= 1.1 * exponential.lag, "{learned:?} and {exponential:?}");
}

async fn what_was_saved_counts_from_the_first_task_of_the_next_client() {
    let world = experienced().await;
    let saved = serde_json::to_string(&world.client.durations().await).unwrap();

    let loaded: Durations = serde_json::from_str(&saved).unwrap();
    let next = world.wire.client(|builder| builder.durations(loaded));
    assert_eq!(serde_json::to_string(&next.durations().await).unwrap(), saved);
    let first_look = first_look(&world, next.submit(clip("first")).unwrap()).await;
    assert!((secs(20)..secs(60)).contains(&first_look), "{first_look:?}");

    // Of an image nobody knows anything, but that it is a task.
    let first_look = self::first_look(&world, next.submit(image("other")).unwrap()).await;
    assert!(first_look < secs(5), "{first_look:?}");
}

/// Waits for the end of a task, and says how long it was left alone at first.
async fn first_look(world: &World, task: Task) -> Duration {
    let (began, looks) = (world.wire.now(), world.wire.check_times().len());
    assert_eq!(task.outcome().await.unwrap().status(), Status::Succeeded);
    let at = world.wire.check_times()[looks];
    millis(u64::try_from(at).unwrap()) - began
}

async fn the_time_between_results_is_learned() {
    // The first one after 60 s, and the others 20 s apart.
    let script = |task: u64| {
        (0..4).fold(Script::new(), |script, index| {
            script.result_at(index, secs(60 + 20 * u64::from(index)) + millis(100 * (task % 7)))
        })
    };
    let (known, next) = (names("known", 30), names("next", 10));
    let mut costs = Vec::new();
    for learns in [true, false] {
        let options = known
            .iter()
            .chain(&next)
            .zip(0..)
            .fold(Options::new(), |options, (name, task)| options.script_task(id(name), script(task)));
        let world = World::with(options, |builder| match learns {
            true => builder,
            false => builder.plan(unlearned_plan()),
        });
        for names in [&known, &next] {
            let tasks = names.iter().map(|name| world.client.submit(image(name).number_results(4)).unwrap());
            for outcome in join_all(tasks.map(|task| async move { task.outcome().await })).await {
                assert_eq!(outcome.unwrap().results().len(), 4);
            }
        }
        costs.push(Cost::of(&world, &next));
        let mut durations = world.client.durations().await;
        assert_sound(&durations, 40, 3 * 40);
        let kind = Kind::new("imageInference").then("runware:101@1");
        let gap = gap(&mut durations, &kind, Part::Further).unwrap();
        assert!((secs(10)..secs(20)).contains(&gap), "{gap:?}");
    }
    let [learned, exponential] = costs[..] else { unreachable!("there are two") };
    // Each of four results is worth looks of its own.
    assert!(learned.checks <= 1.2 * exponential.checks, "{learned:?} and {exponential:?}");
    assert!(learned.lag <= 0.3 * exponential.lag, "{learned:?} and {exponential:?}");
}

async fn a_task_that_reports_its_progress_is_looked_at_less() {
    let mut costs = Vec::new();
    for reports in [true, false] {
        let options = Options::new().duration(secs(120)).choose(|choices| choices.progress = reports);
        let world = World::new(options);
        run_clips(&world.client, &names("only", 1)).await;
        costs.push(Cost::of(&world, &names("only", 1)));
    }
    let [reported, silent] = costs[..] else { unreachable!("there are two") };
    assert!(reported.checks <= 0.75 * silent.checks, "{reported:?} and {silent:?}");
    assert!(reported.lag <= 2.0, "{reported:?} and {silent:?}");
}

async fn the_clients_own_bound_of_the_lag_is_no_less_than_the_lag() {
    let world = experienced().await;
    let bound = world.client.stats().notice_lag_bound;
    let Cost { checks, lag } = Cost::of(&world, &names("known", 50));
    assert_eq!((bound.tasks, checks * 50.0), (50, world.client.stats().status_checks as f64));
    let mean = bound.mean().unwrap().as_secs_f64();
    assert!((lag..3.0 * lag).contains(&mean), "{mean} s for {lag} s");
}

/// How long a task of which nothing was seen yet is left alone, if anything is known of its kind.
fn gap(durations: &mut Durations, kind: &Kind, part: Part) -> Option<Duration> {
    let forecast = durations.forecast(kind, part, Tick::MAX)?;
    Some(forecast.gap(Duration::ZERO, millis(400), secs(1), secs(15)))
}

/// How many tasks are known to have ended, and how many at most came to an age, of a level of kinds.
fn counts(durations: &Durations, level: &str, part: &str) -> (f64, f64) {
    let saved = serde_json::to_value(durations).unwrap();
    let bins = saved["kinds"][level][part]["bins"].as_array().cloned().unwrap_or_default();
    let tasks = |bin: &Value, index: usize| bin[index].as_f64().unwrap() / 16.0;
    let ended = bins.iter().map(|bin| tasks(bin, 1)).sum();
    let came = bins.iter().map(|bin| tasks(bin, 1) + tasks(bin, 2)).fold(0.0, f64::max);
    (ended, came)
}

/// So many tasks have ended, each once, and at no age were seen more than there were. A tenth more may be: one that
/// ends within a step of the scale counts twice for the part of it that it was seen to pass.
fn assert_sound(durations: &Durations, first: u32, further: u32) {
    for (part, tasks) in [("first", f64::from(first)), ("further", f64::from(further))] {
        let (ended, came) = counts(durations, "", part);
        assert!((ended - tasks).abs() < 1e-9, "{ended} of {tasks} have ended");
        assert!(came <= 1.1 * tasks, "{came} of {tasks} came to an age");
    }
}
