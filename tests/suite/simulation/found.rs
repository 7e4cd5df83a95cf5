//! Faults that simulations have found, each in the fewest steps that show it.

use std::collections::HashSet;

use runware::Status;
use runware::types::{DeliveryMethod, TaskType};
use runware_emulator::{Action, Answer, Options, ResultIndex, Script, UnknownSession};

use crate::harness::{
    Way, World, exact_plan, id, millis, on_check, on_details, on_submit, over, secs, text, video,
};

#[tokio::test(start_paused = true)]
async fn an_index_that_appears_late_makes_no_second_result() {
    let script = Script::new().result_at(0, secs(1)).result_at(1, secs(20)).fail(1, "timeoutProvider");
    let options = Options::new().script_task(id("a"), script).choose(|choices| {
        choices.result_index = ResultIndex::FromCheck(3);
        choices.index_on_failures = true;
    });
    let outcome = World::new(options).client.run(text("a").number_results(2)).await.unwrap();
    assert_eq!((outcome.results().len(), outcome.failures().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_wait_that_is_over_is_no_verdict_on_the_next_one() {
    let world = World::new(Options::new().fault(on_submit(Action::HandleThenHang).nth(1)));
    world.inject(on_check(Action::Reset).when(|request| request.now < secs(50)));
    let hasty = world.client.with_plan(exact_plan().with_deadline(secs(5)));
    let _companion = world.client.submit(video("companion")).unwrap();
    let outcome = hasty.run(video("a")).await.unwrap();
    assert_eq!(outcome.status(), Status::StillRunning);

    // At 30 s the submission of both ends without an answer.
    let patient = world.client.with_plan(exact_plan().with_deadline(secs(40)));
    let outcome = patient.resume(outcome.handle().clone()).unwrap().await.unwrap();
    assert_eq!(outcome.status(), Status::StillRunning, "and not: nothing was bought");
}

#[tokio::test(start_paused = true)]
async fn the_archive_is_left_alone_when_it_asks_for_it() {
    let world = World::with(Options::new(), |builder| builder.plan(exact_plan()));
    let busy = Answer::error(503, "serviceUnavailable").retry_after("20");
    world.inject(on_details(Action::Answer(busy)).nth(1));
    let outcome = world.client.resume(id("unknown")).unwrap().await.unwrap();
    assert_eq!(outcome.status(), Status::Unknown);
    let asked = world.wire.times_of(&TaskType::GetTaskDetails);
    assert!(asked[0] == 60_000 && asked[1] >= 80_000, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_cannot_be_read_passes() {
    let spoilt = Answer::body(400, "application/json", r#"{"data":[{"taskT"#);
    let world =
        World::new(Options::new().duration(secs(10)).fault(on_check(Action::Answer(spoilt)).first(3)));
    assert_eq!(world.client.run(video("a")).await.unwrap().status(), Status::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_sent_again_is_not_asked_about_at_once() {
    // The second attempt is lost as well, so that the task stays in doubt.
    let world = World::new(Options::new().fault(on_submit(Action::Reset).first(2)));
    assert_eq!(world.client.run(video("a")).await.unwrap().status(), Status::Succeeded);
    let checks = world.wire.check_times();
    let shortest = checks.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap();
    assert!(shortest >= millis(800).as_millis(), "{checks:?}");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_came_by_itself_is_known_again_in_a_status_check() {
    over(Way::WebSocket, async {
        // The last of three texts is ready first. The others come with a status, in the order of the results.
        let script = Script::new().result_at(0, secs(5)).result_at(1, secs(6)).result_at(2, secs(1));
        let world = World::new(Options::new().script_task(id("a"), script).choose(|choices| {
            choices.result_index = ResultIndex::Never;
            choices.socket.names_session = false;
        }));
        world.inject(on_submit(Action::Close(1011)).nth(2));
        let task = text("a").number_results(3).delivery_method(DeliveryMethod::Sync);
        let task = world.client.submit(task).unwrap();
        world.pass(secs(3)).await;
        let _disturbance = world.client.submit(video("b")).unwrap();
        let outcome = task.await.unwrap();
        let texts: HashSet<_> = outcome
            .results()
            .iter()
            .map(|result| result.item().field("text").unwrap().as_str().to_owned())
            .collect();
        assert_eq!((outcome.results().len(), texts.len()), (3, 3), "each of them once");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_forgotten_does_not_keep_anybody_out() {
    over(Way::WebSocket, async {
        let world = World::new(Options::new().duration(secs(10)).choose(|choices| {
            choices.socket.replay_window = secs(0);
            choices.socket.unknown_session = UnknownSession::Refuse;
        }));
        world.inject(on_check(Action::Close(1001)).nth(1));
        assert_eq!(world.client.run(video("a")).await.unwrap().status(), Status::Succeeded);
        assert!(world.wire.now() < secs(20), "{:?}", world.wire.now());
    })
    .await;
}
