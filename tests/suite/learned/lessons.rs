//! What teaches something, and what does not.

use super::*;
use crate::harness::{on_check, on_submit};
use runware::types::DeliveryMethod;
use runware_emulator::{Action, RequestKind};

over_each_transport! {
    each_task_is_counted_once,
    a_task_that_is_resumed_teaches_nothing_and_is_looked_at_at_once,
    nothing_that_is_anybodys_own_is_saved,
    a_task_that_is_given_up_teaches_no_end,
    a_failure_teaches_as_much_as_a_result,
    a_task_whose_answer_was_to_bring_the_results_teaches_nothing,
    the_time_in_a_queue_is_no_part_of_the_work,
}

async fn each_task_is_counted_once() {
    let world = experienced().await;
    assert_sound(&world.client.durations().await, 50, 0);
}

async fn a_task_that_is_resumed_teaches_nothing_and_is_looked_at_at_once() {
    let world = experienced().await;
    let learned = world.client.durations().await;
    let saved = serde_json::to_string(&learned).unwrap();
    let other = world.wire.client(|builder| builder.durations(learned));
    // It has run for a while, so it takes less than others.
    for waited in [0, 10, 45, 100] {
        let name = format!("resumed after {waited}");
        drop(world.client.submit(clip(&name)).unwrap());
        world.pass(secs(waited)).await;
        let task = other.resume(id(&name)).unwrap();
        assert_eq!(first_look(&world, task).await, millis(0), "after {waited} s");
    }
    assert_eq!(serde_json::to_string(&other.durations().await).unwrap(), saved);
}

async fn nothing_that_is_anybodys_own_is_saved() {
    let world = World::new(Options::new().duration(secs(60)));
    let task = VideoInference::new("klingai:5@3", "my lighthouse").task_uuid(id("mine"));
    let task = task.negative_prompt("my neighbour").seed(987_654_321).duration(5.0);
    assert_eq!(world.client.run(task).await.unwrap().status(), Status::Succeeded);
    let saved = serde_json::to_string(&world.client.durations().await).unwrap();
    assert!(saved.contains("klingai:5@3"), "{saved}");
    for own in ["lighthouse", "neighbour", "987654321", "test-key", &id("mine").to_string()] {
        assert!(!saved.contains(own), "{own} is in {saved}");
    }
}

async fn a_task_that_is_given_up_teaches_no_end() {
    let world = World::new(Options::new().duration(secs(60)));
    let dropped: Vec<_> =
        names("dropped", 10).iter().map(|name| world.client.submit(clip(name)).unwrap()).collect();
    world.pass(secs(40)).await;
    drop(dropped);
    let hurried = world.client.with_plan(unlearned_plan().with_deadline(secs(40)));
    let late: Vec<_> = names("late", 10).iter().map(|name| hurried.submit(clip(name)).unwrap()).collect();
    for outcome in join_all(late.iter().map(Task::outcome)).await {
        assert_eq!(outcome.unwrap().status(), Status::StillRunning);
    }
    let mut durations = world.client.durations().await;
    let (ended, came) = counts(&durations, "", "first");
    assert_eq!((ended, came), (0.0, 20.0), "all were seen to run, and none to end");
    assert_eq!(gap(&mut durations, &clips(), Part::First), None);
}

async fn a_failure_teaches_as_much_as_a_result() {
    let script = Script::new().duration(secs(60)).fail_all("timeoutProvider");
    let world = World::new(Options::new().script("klingai:5@3", script));
    let tasks: Vec<_> =
        names("failing", 20).iter().map(|name| world.client.submit(clip(name)).unwrap()).collect();
    for outcome in join_all(tasks.iter().map(Task::outcome)).await {
        assert_eq!(outcome.unwrap().status(), Status::Failed);
    }
    let mut durations = world.client.durations().await;
    assert_sound(&durations, 20, 0);
    let gap = gap(&mut durations, &clips(), Part::First).unwrap();
    assert!((secs(25)..secs(60)).contains(&gap), "{gap:?}");
}

async fn a_task_whose_answer_was_to_bring_the_results_teaches_nothing() {
    let world = World::new(Options::new().duration(secs(5)));
    world.inject(on_submit(Action::LoseReply).nth(1));
    for name in ["lost", "answered"] {
        let task = image(name).delivery_method(DeliveryMethod::Sync);
        assert_eq!(world.client.run(task).await.unwrap().status(), Status::Succeeded);
    }
    assert!(world.account(id("lost")).checks > 0, "it was asked for in the end");
    assert!(world.client.durations().await.is_empty());
}

async fn the_time_in_a_queue_is_no_part_of_the_work() {
    // Each waits for a minute, and then takes ten seconds.
    let world = World::new(Options::new().duration(secs(70)));
    let waiting = Action::rewrite(|body| {
        let text = std::str::from_utf8(&body).unwrap();
        text.replace(r#""status":"processing""#, r#""status":"queued""#).into()
    });
    world.inject(on_check(waiting).when(|request| request.now < secs(60)));
    run_clips(&world.client, &names("queued", 30)).await;
    assert!(world.ledger().requests_of(RequestKind::Status) > 0);
    let mut durations = world.client.durations().await;
    assert_sound(&durations, 30, 0);
    let gap = gap(&mut durations, &clips(), Part::First).unwrap();
    assert!((secs(5)..secs(12)).contains(&gap), "{gap:?}");
}
