//! When the client asks: exact times through the real client, on a paused clock.
//!
//! The exact plan looks after 1, 1.5, 2.25, 3.375, 5.0625, 7.59375 and then 10 s; a look goes out at the next whole
//! millisecond, from which the next gap counts.

use futures_util::future::join_all;
use runware::poll::Plan;
use runware::types::TaskType;
use runware::{Ending, Outcome, Status, TaskHandle};
use runware_emulator::{Action, Answer, Options, RequestKind};

use crate::harness::{
    Way, World, exact_plan, id, millis, on_check, over_each_transport, secs, unlearned_plan, video,
};

over_each_transport! {
    the_default_plan_finds_a_30_s_task_with_eight_checks,
    without_spread_the_gaps_are_those_of_the_cadence,
    after_faults_looks_follow_the_recovery_and_then_the_cadence_where_it_was,
    a_silent_check_counts_as_a_fault_after_the_query_timeout,
    a_resumed_task_is_looked_at_at_once,
    a_deadline_in_the_middle_of_a_gap_ends_the_watching_on_time,
    tasks_submitted_together_share_requests,
    an_outage_does_not_multiply_the_checks,
    a_look_waits_up_to_50_ms_for_another_task_to_travel_with,
    tasks_submitted_while_others_run_travel_with_them,
}

/// A world in which every video takes 30 s, and whose client leaves nothing to chance.
fn exact_world() -> World {
    World::with(Options::new().duration(secs(30)), |builder| builder.plan(exact_plan()))
}

async fn run(world: &World) -> Outcome {
    world.client.run(video("a")).await.unwrap()
}

async fn the_default_plan_finds_a_30_s_task_with_eight_checks() {
    let world = World::new(Options::new().duration(secs(30)));
    let outcome = run(&world).await;
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!(world.wire.check_times(), [990, 2477, 4548, 7468, 11592, 18355, 28221, 36913]);
    assert_eq!((outcome.polls(), outcome.elapsed()), (8, millis(36_913)));
}

async fn without_spread_the_gaps_are_those_of_the_cadence() {
    let world = exact_world();
    let outcome = run(&world).await;
    assert_eq!(world.wire.check_times(), [1000, 2500, 4750, 8125, 13188, 20782, 30782]);
    assert_eq!((outcome.polls(), outcome.elapsed()), (7, millis(30_782)));
    assert_eq!(world.client.stats().requests, 8, "one submission and seven checks");
}

// Over HTTP only: a socket does not know how long a server wants to be left alone.

#[tokio::test(start_paused = true)]
async fn after_retry_after_nothing_is_asked_until_then_and_the_run_goes_on() {
    let world = exact_world();
    world.inject(on_check(Action::Answer(Answer::error(429, "rateLimit").retry_after("7"))).nth(2));
    let outcome = run(&world).await;
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!(world.wire.check_times(), [1000, 2500, 9500, 11750, 15125, 20188, 27782, 37782]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_holds_for_every_task_of_the_client() {
    let world = exact_world();
    world.inject(on_check(Action::Answer(Answer::html(503).retry_after("7"))).nth(1));
    let first = world.client.submit(video("a")).unwrap();
    world.pass(secs(2)).await;
    let second = world.client.submit(video("b")).unwrap();
    let _ = first.outcome().await.unwrap();
    let _ = second.outcome().await.unwrap();
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0, 8000], "asked to wait at 1000");
    assert_eq!(world.wire.check_times()[..3], [1000, 8000, 9000], "each counts from its own submission");
}

// Over both again.

async fn after_faults_looks_follow_the_recovery_and_then_the_cadence_where_it_was() {
    let world = exact_world();
    world.inject(on_check(Action::Reset).when(|request| (2..4).contains(&request.now.as_secs())));
    let outcome = run(&world).await;
    assert_eq!(outcome.status(), Status::Succeeded);
    // Looks at 2500, 3500 (1 s is the shortest gap) and 4500 (1 s of recovery); then 2.25 s and so on.
    assert_eq!(world.wire.check_times(), [1000, 2500, 3500, 4500, 6750, 10125, 15188, 22782, 32782]);
}

async fn a_silent_check_counts_as_a_fault_after_the_query_timeout() {
    let world = exact_world();
    world.inject(on_check(Action::Hang).nth(1));
    let _ = run(&world).await;
    assert_eq!(world.wire.check_times()[..3], [1000, 11500, 13000], "10 s of silence, 0.5 s of recovery");
}

async fn a_resumed_task_is_looked_at_at_once() {
    let world = exact_world();
    drop(world.client.submit(video("a")).unwrap());
    world.pass(millis(29_500)).await;
    let task = world.other_client().with_plan(exact_plan()).resume(id("a")).unwrap();
    let outcome = task.outcome().await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!(world.wire.check_times(), [29_500, 30_500]);
    assert_eq!(outcome.elapsed(), secs(1), "counted from the resumption");
}

async fn a_deadline_in_the_middle_of_a_gap_ends_the_watching_on_time() {
    let world = exact_world();
    let client = world.client.with_plan(exact_plan().with_deadline(secs(6)));
    let outcome = client.run(video("a")).await.unwrap();
    assert_eq!(world.wire.now(), secs(6));
    assert_eq!(world.wire.check_times(), [1000, 2500, 4750]);
    assert_eq!((outcome.status(), outcome.polls(), outcome.elapsed()), (Status::StillRunning, 3, secs(6)));
    let handle = TaskHandle::from(&client.prepare(video("a")).unwrap());
    assert!(
        matches!(outcome.ending(), Ending::StillRunning { handle: own, accepted: true } if *own == handle)
    );
    world.pass(secs(60)).await;
    assert_eq!(world.wire.check_times().len(), 3, "nobody asks any more");
}

async fn tasks_submitted_together_share_requests() {
    let exponential = [(1, 1, 8), (100, 1, 8), (500, 5, 40)].map(|case| (unlearned_plan(), case));
    // Most of five hundred leave it to the others to find out when the first one ends.
    let learned = [(1, 1, 8), (100, 1, 8), (500, 5, 17)].map(|case| (Plan::default(), case));
    for (plan, (count, submissions, checks)) in exponential.into_iter().chain(learned) {
        let world = World::with(Options::new().duration(secs(30)), |builder| builder.plan(plan));
        let tasks: Vec<_> = (0..count).map(|n| world.client.submit(video(&n.to_string())).unwrap()).collect();
        let outcomes = join_all(tasks.iter().map(|task| task.outcome())).await;
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().status() == Status::Succeeded));
        let ledger = world.ledger();
        assert_eq!((ledger.accepted(), ledger.billed()), (count, count));
        assert_eq!(ledger.requests_of(RequestKind::Submit), submissions);
        assert_eq!(ledger.requests_of(RequestKind::Status), checks, "for {count} tasks");
    }
}

async fn an_outage_does_not_multiply_the_checks() {
    // Under a status that is none, other words could be about the tasks.
    let busy =
        Way::pick(Answer::error(503, "serviceUnavailable"), Answer::error_for_each(429, "rateLimitExceeded"));
    let outage = || on_check(Action::Answer(busy.clone()));
    let mut requests = Vec::new();
    for fault in [None, Some(outage().when(|request| request.now < secs(60)))] {
        let options = Options::new().duration(secs(60));
        let world = World::with(options, |builder| builder.batch_limit(1).plan(unlearned_plan()));
        fault.into_iter().for_each(|rule| world.inject(rule));
        let tasks: Vec<_> = (0..200).map(|n| world.client.submit(video(&n.to_string())).unwrap()).collect();
        for outcome in join_all(tasks.iter().map(|task| task.outcome())).await {
            assert_eq!(outcome.unwrap().status(), Status::Succeeded);
        }
        requests.push(world.ledger().requests_of(RequestKind::Status));
    }
    assert_eq!(requests, [2201, 1500], "without and with the outage");
}

async fn a_look_waits_up_to_50_ms_for_another_task_to_travel_with() {
    let world = exact_world();
    let first = world.client.submit(video("a")).unwrap();
    world.pass(millis(40)).await;
    let second = world.client.submit(video("b")).unwrap();
    let _ = first.outcome().await.unwrap();
    let _ = second.outcome().await.unwrap();
    assert_eq!(world.wire.check_times(), [1040, 2540, 4790, 8165, 13228, 20822, 30822]);
    assert_eq!((world.account(id("a")).checks, world.account(id("b")).checks), (7, 7));
}

async fn tasks_submitted_while_others_run_travel_with_them() {
    let world = World::with(Options::new().duration(secs(30)), |builder| builder.plan(unlearned_plan()));
    let mut tasks = Vec::new();
    for n in 0..100 {
        tasks.push(world.client.submit(video(&n.to_string())).unwrap());
        world.pass(millis(100)).await;
    }
    join_all(tasks.iter().map(|task| task.outcome())).await;
    let ledger = world.ledger();
    assert_eq!(ledger.tasks_of(&TaskType::GetResponse), 800, "checks");
    assert_eq!(ledger.requests_of(RequestKind::Status), 150, "requests that carried them");
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "real time is what is measured")]
async fn ten_minutes_of_a_video_take_no_time_at_all() {
    let started = std::time::Instant::now();
    let world = World::new(Options::new().duration(secs(600)));
    let outcome = run(&world).await;
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!((outcome.polls(), outcome.elapsed()), (71, millis(604_444)));
    assert!(started.elapsed() < secs(1), "{:?}", started.elapsed());
}
