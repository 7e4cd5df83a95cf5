//! How many requests are sent in a second, and how many are under way.

use futures_util::future::join_all;
use runware::poll::{Cadence, Plan};
use runware::transport::Attempt;
use runware::transport::testing::Step;
use runware::types::{DeliveryMethod, ImageInference, RawTask};
use runware::{Client, ClientBuilder, ErrorKind};

use crate::world::*;

/// A server that takes this many milliseconds for each answer, and has no results before 15 s.
fn slow(takes: u64) -> impl FnMut(u64, &Attempt) -> Step + Send {
    move |now, attempt| after(if now < 15_000 { working(attempt) } else { good(attempt) }, takes)
}

/// A task that waits for its result over an open connection.
fn sync(number: usize) -> RawTask {
    let task = ImageInference::new("runware:101@1", "a lighthouse").delivery_method(DeliveryMethod::Sync);
    RawTask::from(task.task_uuid(id(number)))
}

#[tokio::test]
async fn as_many_requests_are_under_way_as_allowed_and_no_more() {
    // Submissions have a quarter of the slots and checks half; one of each there always is.
    for (most, peak_of_submissions, peak_of_all) in [(1, 1, 1), (2, 1, 2), (3, 1, 2), (8, 2, 6), (40, 10, 30)]
    {
        // So many checks are only due at once where nobody waits for what others find out.
        let plan = Plan::new().with_cadence(Cadence::exponential()).unwrap();
        let configure =
            |builder: ClientBuilder| builder.batch_limit(1).max_requests_in_flight(most).plan(plan);
        let world = World::new(configure, slow(900));
        let tasks = world.submit(0..60);
        let ends = world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
        assert!(ends.iter().all(Result::is_ok));
        let sent = world.sent();
        let submissions: Vec<_> = sent.iter().copied().filter(|sent| sent.kind == Submission).collect();
        assert_eq!(peak(&submissions, 900), peak_of_submissions, "of {most}");
        assert_eq!(peak(&sent, 900), peak_of_all, "of {most}");
    }
}

#[tokio::test]
async fn without_a_word_sixteen_requests_may_be_under_way() {
    let world = World::new(|builder| builder.batch_limit(1), slow(900));
    let tasks = world.submit(0..100);
    world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
    let sent = world.sent();
    assert_eq!(peak(&sent, 900), 12, "four submissions and eight checks; nothing asks the archive");
}

#[tokio::test]
async fn clones_share_what_is_allowed() {
    let world = World::new(|builder| builder.batch_limit(1).max_requests_in_flight(4), slow(500));
    let clones: Vec<Client> = (0..5).map(|_| world.client.clone()).collect();
    let tasks: Vec<_> = (0..25).map(|n| clones[n % 5].submit(image(n)).unwrap()).collect();
    world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
    assert_eq!(peak(&world.sent(), 500), 3, "one submission and two checks");
}

#[tokio::test]
async fn where_one_request_may_be_under_way_submissions_and_checks_take_turns() {
    let world = World::new(
        |builder| builder.batch_limit(1).max_requests_in_flight(1),
        |_, attempt| after(working(attempt), 200),
    );
    let _tasks = world.submit(0..200);
    world.pass(12_000).await;
    let sent = world.sent();
    assert!(sent.len() >= 55, "{}", sent.len());
    // From the time when checks are due, neither has two turns before the other has one.
    let kinds: Vec<Kind> = sent.iter().filter(|sent| sent.at > 2_000).map(|sent| sent.kind).collect();
    assert!(kinds.windows(2).all(|pair| pair[0] != pair[1]), "{kinds:?}");
}

#[tokio::test]
async fn slow_checks_keep_no_submission_from_being_sent_and_slow_submissions_no_check() {
    let hangs = |held: Kind| {
        World::new(
            |builder| builder.batch_limit(1),
            move |_, attempt| match kind(attempt) {
                held_now if held_now == held => Step::hang(),
                _ => working(attempt),
            },
        )
    };
    let world = hangs(Check);
    let _tasks = world.submit(0..40);
    world.pass(5_000).await;
    assert_eq!(world.times(Check).len(), 8);
    let _more = world.submit(100..120);
    world.pass(1).await;
    assert_eq!(world.times(Submission)[40..], [5_000; 20]);

    let world = hangs(Submission);
    let _watched: Vec<_> = (0..3).map(|n| world.client.resume(id(n)).unwrap()).collect();
    let _tasks = world.submit(10..50);
    world.pass(5_000).await;
    assert_eq!(world.times(Submission).len(), 4);
    assert!(world.times(Check).len() >= 9, "{:?}", world.times(Check));
}

#[tokio::test]
async fn no_second_has_more_requests_than_the_rate_and_one_seconds_worth() {
    let world =
        World::new(|builder| builder.batch_limit(1).rate_limit(10.0), |_, attempt| after(good(attempt), 50));
    let tasks = world.submit(0..150);
    let ends = world.run(join_all(tasks.iter().map(|task| task.outcome()))).await;
    assert!(ends.iter().all(Result::is_ok));
    let sent = world.sent();
    assert!(sent.len() >= 300);
    for (first, from) in sent.iter().enumerate() {
        for (last, until) in sent.iter().enumerate().skip(first) {
            // The moments are in whole milliseconds, rounded down.
            let allowed = 10 + (until.at - from.at + 1) / 100;
            assert!((last - first + 1) as u64 <= allowed, "{from:?} {until:?}");
        }
    }
    assert!(world.now() < 31_000, "the rate is used: {}", world.now());
    // Where both wait, they take turns.
    let kinds: Vec<Kind> = sent.iter().filter(|s| (4_000..12_000).contains(&s.at)).map(|s| s.kind).collect();
    assert!(kinds.windows(3).all(|three| three.contains(&Submission) && three.contains(&Check)), "{kinds:?}");
}

#[tokio::test]
async fn tasks_that_wait_for_their_results_hold_no_place_but_count_for_the_rate() {
    let configure = |rate: Option<f64>| {
        let world = World::new(
            |builder| {
                let builder = builder.max_requests_in_flight(1);
                rate.into_iter().fold(builder, |builder, rate| builder.rate_limit(rate))
            },
            |_, _| Step::hang(),
        );
        let tasks: Vec<_> = (0..70).map(|n| world.client.submit(sync(n)).unwrap()).collect();
        (world, tasks)
    };
    let (world, _tasks) = configure(None);
    world.pass(3_000).await;
    assert_eq!(world.times(Submission), [0; 64]);

    let (world, _tasks) = configure(Some(2.0));
    world.pass(2_000).await;
    assert_eq!(world.times(Submission), [0, 0, 500, 1_000, 1_500, 2_000]);
}

#[tokio::test]
async fn a_rate_that_is_none_is_refused() {
    for rate in [0.0, -3.0, f64::NAN, f64::INFINITY] {
        let clock = runware::transport::testing::ManualClock::new();
        let transport = runware::transport::testing::ScriptedTransport::new(std::sync::Arc::new(clock));
        let builder = Client::builder().transport(std::sync::Arc::new(transport)).rate_limit(rate);
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(error.to_string(), format!("`rate_limit` is {rate}; it must be a finite number above 0"));
    }
}
