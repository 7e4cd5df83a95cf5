//! What became known is durable before anybody is told.

use runware::poll::Plan;
use runware::transport::testing::Step;
use runware::types::TaskType;
use runware::{Ending, Error, ErrorKind, Event, Outcome, Status};

use crate::world::{
    FAILED, NOT_FOUND, RUNNING, SECOND, answer, blank, errors, id, image, is_check, is_details, picture,
    reply,
};
use crate::{accepting, cut, keeping, keeping_with};

#[tokio::test]
async fn a_result_is_durable_before_it_is_handed_over() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.record_takes(2 * SECOND);
    let mut events = task.events();
    let mut times = Vec::new();
    while let Some(event) = world.run(events.next()).await {
        let now = world.clock_now().as_millis();
        match event.unwrap() {
            Event::Result(result) => {
                assert!(shelf.words().contains(&"ended 0 Result a".to_owned()));
                assert!(result.is_durable() && !result.is_redelivered());
                assert_eq!(result.delivery_id().unwrap().to_string(), format!("{}/0", id("a")));
                times.push(now);
            }
            Event::Settled(outcome) => {
                assert!(shelf.words().contains(&"settled - a".to_owned()));
                assert!(outcome.is_durable() && outcome.results()[0].is_durable());
                assert_eq!(outcome.results()[0].delivery_id().unwrap().to_string(), format!("{}/0", id("a")));
                times.push(now);
            }
            _ => {}
        }
    }
    let seen = world.times_of(&TaskType::GetResponse)[0];
    // Both were known at once, and went in one group.
    assert_eq!(times, [seen + 2_000, seen + 2_000]);
    assert_eq!(shelf.parts(id("a")).len(), 1);
    assert!(shelf.parts(id("a"))[0].raw.as_str().contains("\"imageUUID\":\"p\""));
}

#[tokio::test]
async fn what_cannot_be_written_down_is_handed_over_all_the_same() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    shelf.fail_record(true);
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert!(!outcome.is_durable() && !outcome.results()[0].is_durable());
    assert!(outcome.results()[0].delivery_id().is_some());
    assert_eq!(shelf.words(), ["begun a"]);
    let error = outcome.confirm().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Journal);
    assert!(error.to_string().contains("confirm it once more"), "{error}");
    shelf.fail_record(false);
    task.confirm().await.unwrap();
    assert_eq!(shelf.words(), ["begun a", "settled - a", "confirmed a"]);
}

#[tokio::test]
async fn nothing_settles_without_its_parts() {
    let (world, shelf) = keeping(accepting(|check| match check {
        1 => answer(&format!("{},{RUNNING}", picture("p"))),
        _ => answer(&format!("{},{}", picture("p"), picture("q"))),
    }));
    let task = world.client.submit(image("a", 2)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.fail_record(true);
    let mut events = task.events();
    loop {
        if let Event::Result(result) = world.run(events.next()).await.unwrap().unwrap() {
            assert!(!result.is_durable());
            break;
        }
    }
    shelf.fail_record(false);
    let outcome = world.run(task.outcome()).await.unwrap();
    assert!(outcome.is_durable() && outcome.results().iter().all(|result| result.is_durable()));
    assert_eq!(shelf.words()[2..], ["ended 0 Result a", "ended 1 Result a", "settled - a"]);
}

#[tokio::test]
async fn parts_are_numbered_as_they_come_and_costs_add_up() {
    let item = |index: u32, name: &str, cost: &str| {
        picture(name).replace("}", &format!(r#","resultIndex":{index},"cost":{cost}}}"#))
    };
    let (late, early) = (item(1, "q", "0.1"), item(0, "p", "0.2"));
    let (world, shelf) = keeping(accepting(move |check| match check {
        1 => answer(&format!("{late},{RUNNING},{RUNNING}")),
        2 => Step::reply(reply(&format!("{late},{RUNNING}"), FAILED)),
        _ => Step::reply(reply(&format!("{late},{early}"), FAILED)),
    }));
    let task = world.client.submit(image("a", 3)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    let ordinals: Vec<_> =
        outcome.results().iter().map(|result| result.delivery_id().unwrap().to_string()).collect();
    assert_eq!(ordinals, [format!("{}/2", id("a")), format!("{}/0", id("a"))], "by index");
    let words = shelf.words();
    assert_eq!(words[2..], ["ended 0 Result a", "ended 1 Failure a", "ended 2 Result a", "settled 0.3 a"]);
}

#[tokio::test]
async fn a_cost_of_zero_says_nothing() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p").replace("}", r#","cost":0}"#))));
    let task = world.client.submit(image("a", 1)).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(shelf.words().last().unwrap(), "settled - a");
}

#[tokio::test]
async fn every_end_is_written_down_as_what_it_means() {
    let plan = Plan::default().with_deadline(100 * SECOND);
    let rejected = r#"{"code":"invalidModel","message":"no","taskUUID":"$a"}"#;
    let refused = keeping_with(|builder| builder.plan(plan.clone()), move |_, _| errors(rejected));
    let still_running = keeping_with(|builder| builder.plan(plan.clone()), accepting(|_| answer(RUNNING)));
    let undecided = keeping_with(
        |builder| builder.plan(Plan::default()),
        |_, attempt| match (is_check(attempt), is_details(attempt)) {
            (true, _) => blank(),
            (_, true) => errors(NOT_FOUND),
            _ => Step::error(cut()),
        },
    );
    for ((world, shelf), last, kind) in [
        (refused, "refused a", Err(ErrorKind::Rejected)),
        (still_running, "released a", Ok(Status::StillRunning)),
        (undecided, "undecided a", Ok(Status::Unknown)),
    ] {
        let task = world.client.submit(image("a", 1)).unwrap();
        let outcome = world.run(task.outcome()).await;
        assert_eq!(outcome.as_ref().map(|outcome| outcome.status()).map_err(|error| error.kind()), kind);
        assert_eq!(shelf.words().last().unwrap(), last);
        if let Ok(outcome) = outcome {
            assert!(outcome.is_durable());
            outcome.confirm().await.unwrap();
            assert_eq!(shelf.words().last().unwrap(), last, "only what settled can be confirmed");
        }
    }
}

#[tokio::test]
async fn a_task_that_nobody_watches_any_more_is_released() {
    let (world, shelf) = keeping(accepting(|_| answer(RUNNING)));
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    drop(task);
    world.settle().await;
    assert_eq!(shelf.words(), ["begun a", "accepted a", "released a"]);
}

#[tokio::test]
async fn who_lost_the_task_to_another_process_is_told_so_and_sends_nothing() {
    let (world, shelf) = keeping(accepting(|check| match check {
        1..4 => answer(RUNNING),
        4 => answer(&format!("{},{RUNNING}", picture("p"))),
        _ => answer(&format!("{},{}", picture("p"), picture("q"))),
    }));
    let task = world.client.submit(image("a", 2)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.fence(id("a"));
    let mut story = world.story(&task).await;
    story.iter_mut().for_each(|line| *line = line.split_once(' ').unwrap().1.to_owned());
    assert_eq!(story, ["accepted", "p", "running"]);
    let sent = world.transport.attempts().len();
    world.pass(1_000 * SECOND).await;
    assert_eq!(world.transport.attempts().len(), sent);
    let outcome = world.run(task.outcome()).await.unwrap();
    let error = taken_over(&outcome);
    assert!(error.to_string().contains("nothing is lost"), "{error}");
    assert!(!error.is_safe_to_resubmit() && error.handle().is_some());
}

/// The error of an outcome of what belongs to another process.
fn taken_over(outcome: &Outcome) -> &Error {
    match outcome.ending() {
        Ending::Interrupted { error, .. } if error.kind() == ErrorKind::TakenOver => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_came_here_of_a_task_of_another_process_is_handed_over_once_with_that_end() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.fence(id("a"));
    shelf.record_takes(2 * SECOND);
    let mut events = task.events();
    let mut told = Vec::new();
    while let Some(event) = world.run(events.next()).await {
        let now = world.clock_now().as_millis();
        match event.unwrap() {
            Event::Result(result) => {
                assert!(!result.is_durable() && !result.is_redelivered());
                // The one result of a task has one name, whoever hands it over.
                told.push((now, result.delivery_id().unwrap().to_string()));
            }
            Event::Settled(outcome) => {
                taken_over(&outcome);
                let [result] = outcome.results() else { panic!("{outcome:?}") };
                assert!(!outcome.is_durable() && !result.is_durable());
                told.push((now, result.delivery_id().unwrap().to_string()));
                // It is not this process's to confirm.
                outcome.confirm().await.unwrap();
            }
            _ => {}
        }
    }
    let seen = world.times_of(&TaskType::GetResponse)[0] + 2_000;
    assert_eq!(told, [(seen, format!("{}/0", id("a"))), (seen, format!("{}/0", id("a")))]);
    assert_eq!(shelf.words(), ["begun a", "accepted a"], "nothing is written about it");
    assert_eq!(world.client.stats().tasks_open, 0);
}

#[tokio::test]
async fn what_another_process_may_number_otherwise_has_no_name_here() {
    let (world, shelf) = keeping(accepting(|check| match check {
        1 => answer(&format!("{},{RUNNING}", picture("p"))),
        _ => answer(&format!("{},{}", picture("p"), picture("q"))),
    }));
    let task = world.client.submit(image("a", 2)).unwrap();
    let mut events = task.events();
    let mut told = Vec::new();
    while let Some(event) = world.run(events.next()).await {
        match event.unwrap() {
            Event::Result(result) => {
                shelf.fence(id("a"));
                told.push((result.delivery_id().map(|id| id.to_string()), result.is_durable()));
            }
            Event::Settled(outcome) => {
                taken_over(&outcome);
                assert!(!outcome.is_durable());
                let results = outcome.results().iter();
                told.extend(
                    results
                        .map(|result| (result.delivery_id().map(|id| id.to_string()), result.is_durable())),
                );
            }
            _ => {}
        }
    }
    // The journal has the first: it is handed over again under this name.
    let first = (Some(format!("{}/0", id("a"))), true);
    assert_eq!(told, [first.clone(), (None, false), first, (None, false)]);
}

#[tokio::test]
async fn without_a_result_the_end_of_what_was_taken_over_is_an_error() {
    let (world, shelf) = keeping(accepting(|_| answer(RUNNING)));
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    world.settle().await;
    shelf.fence(id("a"));
    world.run(world.client.close()).await;
    assert_eq!(world.run(task.outcome()).await.unwrap_err().kind(), ErrorKind::TakenOver);
}

#[tokio::test]
async fn a_confirmation_of_what_was_taken_over_says_so() {
    let (world, shelf) = keeping(accepting(|_| answer(&picture("p"))));
    let task = world.client.submit(image("a", 1)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    outcome.confirm().await.unwrap();
    outcome.confirm().await.unwrap();
    shelf.fence(id("a"));
    assert_eq!(outcome.confirm().await.unwrap_err().kind(), ErrorKind::TakenOver);
    assert_eq!(shelf.words().iter().filter(|word| *word == "confirmed a").count(), 2);
}

#[tokio::test]
async fn a_cost_that_some_results_do_not_name_is_not_known() {
    let priced = picture("p").replace("}", r#","cost":0.1}"#);
    let (world, shelf) = keeping(accepting(move |_| answer(&format!("{priced},{}", picture("q")))));
    let task = world.client.submit(image("a", 2)).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    // What is settled as the cost of the whole gives back what was set aside for the other one.
    assert_eq!(shelf.words().last().unwrap(), "settled - a");
}

#[tokio::test]
async fn that_nothing_was_bought_is_written_down_once_the_journal_can_be_written_again() {
    let rejected = r#"{"code":"invalidModel","message":"no","taskUUID":"$a"}"#;
    let (world, shelf) = keeping(move |_, _| errors(rejected));
    shelf.fail_record(true);
    let task = world.client.submit(image("a", 1)).unwrap();
    let error = world.run(task.outcome()).await.unwrap_err();
    assert!(error.is_safe_to_resubmit());
    shelf.fail_record(false);
    world.pass(100 * SECOND).await;
    world.run(world.client.close()).await;
    // Else whoever recovers takes it for one that may never have been sent, and buys it.
    assert_eq!(shelf.words(), ["begun a", "refused a"]);
}

#[tokio::test]
async fn a_part_that_came_before_its_task_was_had_is_not_lost_to_a_failed_write() {
    use runware::journal::Begun;
    let (first, shelf) = keeping(accepting(|_| answer(RUNNING)));
    let task = first.client.submit(image("a", 2)).unwrap();
    first.run(task.accepted()).await.unwrap();
    first.run(first.client.close()).await;

    let world = crate::world_on(
        first.clock.clone(),
        |builder| builder.journal(shelf.clone()),
        accepting(|check| match check {
            1..=5 => answer(&format!("{},{RUNNING}", picture("p"))),
            _ => answer(&format!("{},{}", picture("p"), picture("q"))),
        }),
    );
    // Another process has it still.
    shelf.answer(Begun::Held);
    let task = world.client.submit(image("a", 2)).unwrap();
    let mut events = task.events();
    while !matches!(world.run(events.next()).await.unwrap().unwrap(), Event::Result(_)) {}
    // Now it is gone. That the first part came is to be written down, and fails once.
    shelf.fail_record(true);
    let recovered = world.run(world.client.recover()).await.unwrap();
    assert_eq!(recovered.tasks.len(), 1);
    world.settle().await;
    shelf.fail_record(false);
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.results().len(), 2);
    let kept = shelf.parts(id("a")).len();
    assert!(
        kept == 2 || !outcome.is_durable(),
        "{kept} of 2 parts are kept, and it is called durable: {:?}",
        shelf.words()
    );
}

#[tokio::test]
async fn an_end_that_could_not_be_written_down_is_with_the_next_write_or_sign_of_life() {
    let rejected = r#"{"code":"invalidModel","message":"no","taskUUID":"$a"}"#;
    for has_more in [true, false] {
        let (world, shelf) = keeping(move |_, attempt| match attempt.calls[0].task_uuid == Some(id("a")) {
            true => errors(rejected),
            false => answer(&picture("p").replace("$a", "$b")),
        });
        shelf.fail_record(true);
        let task = world.client.submit(image("a", 1)).unwrap();
        world.run(task.outcome()).await.unwrap_err();
        world.settle().await;
        shelf.fail_record(false);
        if has_more {
            let other = world.client.submit(image("b", 1)).unwrap();
            assert_eq!(world.run(other.outcome()).await.unwrap().status(), Status::Succeeded);
            world.settle().await;
        } else {
            world.pass(20 * SECOND).await;
        }
        assert!(shelf.words().contains(&"refused a".to_owned()), "{has_more} {:?}", shelf.words());
        let before = shelf.renewed().len();
        world.pass(100 * SECOND).await;
        assert!(shelf.renewed().len() <= before + 1, "nothing is owed any more");
    }
}

#[tokio::test]
async fn what_was_refused_can_be_submitted_again_though_that_could_not_be_written_down() {
    let rejected = r#"{"code":"invalidModel","message":"no","taskUUID":"$a"}"#;
    let mut is_mended = false;
    let (world, shelf) = keeping(move |_, attempt| match (is_check(attempt), is_mended) {
        (true, _) => answer(&picture("p")),
        (false, true) => answer(crate::world::ACK),
        (false, false) => {
            is_mended = true;
            errors(rejected)
        }
    });
    shelf.fail_record(true);
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.outcome()).await.unwrap_err();
    world.settle().await;
    shelf.fail_record(false);
    let task = world.client.submit(image("a", 1)).unwrap();
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(shelf.words()[..4], ["begun a", "refused a", "begun a", "accepted a"]);
}
