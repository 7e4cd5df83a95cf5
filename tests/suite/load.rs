//! What many tasks cost: requests, status checks, and the time until a result is noticed.
//!
//! Each test prints its figures as one line of JSON; docs/performance.md has those of a release build.

#[cfg(target_os = "linux")]
mod processes;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use runware::transport::{Clock, TokioClock};
use runware::types::TaskType;
use runware::{Client, Status, Task};
use runware_emulator::{Emulator, Ledger, Options, Script};
use serde_json::json;

use crate::harness::{World, id, secs, unlearned_plan, video};
use crate::haste::{self, Haste};

/// How much faster than the machine's the clocks are where connections are real.
const TIMES: u32 = 3;

/// A thousand tasks over HTTP, submitted from a hundred places at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_tasks_share_their_requests() {
    let clock = Haste::new(TIMES);
    let emulator = haste::start(clock, Options::new().seed(1).durations(secs(1)..=secs(4))).await;
    let builder = Client::builder().api_key("test-key").base_url(emulator.http_url());
    let client = builder.clock(Arc::new(clock)).plan(unlearned_plan()).build().unwrap();
    let callers = (0..100).map(|caller| {
        let client = client.clone();
        tokio::spawn(async move {
            let mut tasks = Vec::new();
            for number in 0..10 {
                tasks.push(client.submit(video(&format!("load {caller}.{number}"))).unwrap());
                tokio::task::yield_now().await;
            }
            for task in tasks {
                assert_eq!(task.await.unwrap().status(), Status::Succeeded);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    let figures = Figures::of(&emulator.ledger(), 1_000);
    figures.print("http, 1-4 s", Some(Clock::now(&clock)));
    assert!(figures.requests_per_task() <= 0.25, "{figures:?}");
    emulator.shutdown().await;
}

/// The load that the official clients were measured with, in virtual time: tasks that start together, with
/// durations around 20 s.
#[tokio::test(start_paused = true)]
async fn tasks_that_start_together_are_noticed_as_soon_as_the_cadence_allows() {
    let figures = start_together(1_000, 20.0).await;
    assert!(figures.requests_per_task() <= 0.25, "{figures:?}");
    assert!(figures.lag(1.0) <= Duration::from_millis(10_050), "{figures:?}");
}

#[tokio::test(start_paused = true)]
async fn five_thousand_tasks_that_start_together() {
    let figures = start_together(5_000, 10.0).await;
    assert!(figures.requests_per_task() <= 0.25, "{figures:?}");
}

/// Durations are log-normal, with this median in seconds and a sigma of 0.5.
async fn start_together(count: usize, median: f64) -> Figures {
    let mut rng = Rng::with_seed(1);
    let names: Vec<String> = (0..count).map(|number| format!("together {number}")).collect();
    let options = names.iter().fold(Options::new(), |options, name| {
        let duration = Duration::from_secs_f64(median * (0.5 * normal(&mut rng)).exp());
        options.script_task(id(name), Script::new().duration(duration))
    });
    let world = World::with(options, |builder| builder.plan(unlearned_plan()));
    let tasks: Vec<_> = names.iter().map(|name| world.client.submit(video(name)).unwrap()).collect();
    for outcome in join_all(tasks.iter().map(Task::outcome)).await {
        assert_eq!(outcome.unwrap().status(), Status::Succeeded);
    }
    let figures = Figures::of(&world.ledger(), count);
    figures.print(&format!("virtual, median {median} s"), None);
    figures
}

/// A draw from the standard normal distribution (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let (radius, angle) = ((1.0 - rng.f64()).ln() * -2.0, rng.f64() * std::f64::consts::TAU);
    radius.sqrt() * angle.cos()
}

/// What a number of tasks with one result each cost, by the server's own books.
#[derive(Debug)]
struct Figures {
    tasks: usize,
    requests: u64,
    submissions: u64,
    checks: u64,
    /// How long each result was ready before it was asked for, sorted.
    lags: Vec<Duration>,
}

impl Figures {
    /// Checks that each task was bought once and delivered.
    fn of(ledger: &Ledger, tasks: usize) -> Self {
        assert_eq!((ledger.accepted(), ledger.billed()), (tasks as u64, tasks as u64));
        let results = ledger.tasks().flat_map(|(_, account)| &account.results);
        let lags = results.map(|result| result.first_delivered_at.unwrap() - result.ready_at.unwrap());
        let mut lags: Vec<_> = lags.collect();
        lags.sort();
        Self {
            tasks,
            requests: ledger.requests(),
            submissions: ledger.tasks_of(&TaskType::VideoInference),
            checks: ledger.tasks_of(&TaskType::GetResponse),
            lags,
        }
    }

    fn requests_per_task(&self) -> f64 {
        self.requests as f64 / self.tasks as f64
    }

    /// The lag that this share of the results does not exceed.
    fn lag(&self, share: f64) -> Duration {
        self.lags[((self.lags.len() - 1) as f64 * share).round() as usize]
    }

    fn print(&self, load: &str, elapsed: Option<Duration>) {
        let mean = self.lags.iter().sum::<Duration>() / u32::try_from(self.lags.len()).unwrap();
        let seconds = |time: Duration| (time.as_secs_f64() * 1_000.0).round() / 1_000.0;
        let line = json!({
            "load": load,
            "tasks": self.tasks,
            "requests": self.requests,
            "requests_per_task": self.requests_per_task(),
            "submissions": self.submissions,
            "checks_per_task": self.checks as f64 / self.tasks as f64,
            "lag_mean_s": seconds(mean),
            "lag_p50_s": seconds(self.lag(0.5)),
            "lag_p99_s": seconds(self.lag(0.99)),
            "elapsed_s": elapsed.map(seconds),
        });
        println!("{line}");
    }
}
