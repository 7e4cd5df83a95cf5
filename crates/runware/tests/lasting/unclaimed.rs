//! Replies that nobody waits for.

use runware::Status;
use runware::TaskHandle;
use runware::transport::testing::Step;
use runware::transport::{Clock, TokioClock};
use runware::types::{RawTask, TaskType};

use crate::world::*;

/// A task `a` with so many results that was accepted and of which no check shows more than that it runs.
async fn accepted(results: u32) -> (World, runware::Task) {
    let world = World::new(|number, _| if number == 0 { answer(ACK) } else { answer(RUNNING) });
    let task = world.client.submit(image("a", results)).unwrap();
    assert!(!world.run(task.accepted()).await.unwrap());
    (world, task)
}

#[tokio::test]
async fn results_that_come_by_themselves_are_delivered_once_each() {
    let (world, task) = accepted(3).await;
    for uuid in ["p", "q", "p", "q", "r"] {
        world.transport.push_unclaimed(reply(&picture(uuid), ""));
    }
    let story = world.story(&task).await;
    assert_eq!(story, ["0 accepted", "0 p", "0 q", "0 r", "0 succeeded"]);
}

#[tokio::test]
async fn texts_without_an_id_are_never_counted_twice() {
    let world = World::new(|number, _| match number {
        0 => answer(ACK),
        _ if number < 4 => answer(&[text("x"), RUNNING.to_owned()].join(",")),
        _ => answer(&["x", "x", "y"].map(text).join(",")),
    });
    let task = RawTask::new("textInference").set("numberResults", 3).set("taskUUID", id("a").to_string());
    let task = world.client.submit(task).unwrap();
    world.run(task.accepted()).await.unwrap();
    for word in ["x", "x", "y", "x", "y"] {
        world.transport.push_unclaimed(reply(&text(word), ""));
    }
    world.settle().await;
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 3));
    let mut words: Vec<String> = Vec::new();
    for result in outcome.results() {
        words.push(result.item().field("text").unwrap().decode().unwrap());
    }
    words.sort();
    assert_eq!(words, ["x", "x", "y"]);
}

#[tokio::test]
async fn a_failure_counts_if_it_says_that_it_is_one() {
    let (world, task) = accepted(2).await;
    for errors in [
        r#"{"code":"serviceUnavailable","taskUUID":"$a"}"#,
        r#"{"code":"invalidWidth","taskUUID":"$a"}"#,
        NOT_FOUND,
        r#"{"code":"timeoutProvider","status":"error","resultIndex":1,"taskUUID":"$a"}"#,
        r#"{"code":"timeoutProvider","status":"error","resultIndex":1,"taskUUID":"$a"}"#,
    ] {
        world.transport.push_unclaimed(reply("", errors));
    }
    let first =
        r#"{"taskType":"imageInference","taskUUID":"$a","resultIndex":0,"imageUUID":"p","imageURL":"u"}"#;
    world.transport.push_unclaimed(reply(first, ""));
    let story = world.story(&task).await;
    assert_eq!(story, ["0 accepted", "0 p", "0 timeoutProvider", "0 partial"]);
}

#[tokio::test]
async fn what_names_nobody_or_somebody_else_changes_nothing() {
    let (world, task) = accepted(1).await;
    for (items, errors) in [
        ("", r#"{"code":"serviceUnavailable"}"#),
        ("", r#"{"code":"timeoutProvider","status":"error"}"#),
        ("", r#"{"code":"timeoutProvider","status":"error","taskUUID":"$z"}"#),
        (r#"{"taskType":"imageInference","imageURL":"u"}"#, ""),
        (r#"{"taskType":"imageInference","taskUUID":"$z","imageURL":"u"}"#, ""),
        (r#"{"taskType":"getTaskDetails","taskUUID":"$a","request":[],"response":{}}"#, ""),
    ] {
        world.transport.push_unclaimed(reply(items, errors));
    }
    world.pass(20 * SECOND).await;
    world.client.close().await;
    let story = world.story(&task).await;
    assert_eq!(story, ["20000 accepted", "20000 Closed"], "nothing has come of it");
}

#[tokio::test]
async fn a_frame_with_news_of_two_tasks_reaches_both() {
    let world =
        World::new(
            |number, _| {
                if number == 0 { answer(&format!("{ACK},{}", ACK.replace("$a", "$b"))) } else { blank() }
            },
        );
    let tasks = ["a", "b"].map(|key| world.client.submit(image(key, 1)).unwrap());
    world.run(tasks[1].accepted()).await.unwrap();
    world.transport.push_unclaimed(reply(&picture("p"), &FAILED.replace("$a", "$b")));
    let [a, b] = tasks;
    assert_eq!(world.run(a.outcome()).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.run(b.outcome()).await.unwrap().status(), Status::Failed);
}

#[tokio::test]
async fn a_reply_about_many_strangers_holds_nobody_up() {
    let world = World::new(|number, _| if number == 0 { answer(ACK) } else { blank() });
    let task = world.client.submit(image("a", 1)).unwrap();
    world.run(task.accepted()).await.unwrap();
    let strangers = (0..30_000).map(|n| {
        let stranger = id(&format!("stranger {n}"));
        format!(r#"{{"taskType":"imageInference","taskUUID":"{stranger}"}}"#)
    });
    let items: Vec<String> = strangers.chain([picture("p")]).collect();
    let reply = reply(&items.join(","), "");
    let clock = TokioClock::new();
    let begun = clock.now();
    world.transport.push_unclaimed(reply);
    assert_eq!(world.run(task.outcome()).await.unwrap().status(), Status::Succeeded);
    // One pass takes milliseconds. One for each task that is named takes 30,000 times as long.
    let took = clock.now() - begun;
    assert!(took < 3 * SECOND, "{took:?}");
}

#[tokio::test]
async fn a_replayed_acceptance_makes_sending_again_needless() {
    let world = World::new(|number, _| if number == 0 { Step::error(lost()) } else { blank() });
    let task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    world.transport.push_unclaimed(reply(ACK, ""));
    assert!(!world.run(task.accepted()).await.unwrap());
    world.pass(30 * SECOND).await;
    assert_eq!(world.times_of(&TaskType::ImageInference), [0]);
}

#[tokio::test]
async fn a_late_conflict_after_a_repetition_means_accepted() {
    let world = World::new(|number, attempt| match number {
        _ if is_check(attempt) => blank(),
        _ => Step::error(lost()),
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    world.pass(10 * SECOND).await;
    assert!(world.times_of(&TaskType::ImageInference).len() > 1);
    world.transport.push_unclaimed(reply("", CONFLICT));
    assert!(world.run(task.accepted()).await.unwrap());
    assert_eq!(world.times_of(&TaskType::GetTaskDetails), [0; 0]);
}

#[tokio::test]
async fn a_late_conflict_with_the_only_attempt_asks_whose_the_id_is() {
    let world = World::new(|number, attempt| match number {
        0 => Step::error(lost()),
        _ if is_details(attempt) => answer(&details(THEIRS, "")),
        _ => blank(),
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    world.transport.push_unclaimed(reply("", CONFLICT));
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), runware::ErrorKind::UuidReused);
}

#[tokio::test]
async fn while_it_is_asked_whose_an_id_is_nothing_is_attributed_to_it() {
    let world = World::new(|number, _| match number {
        0 => errors(CONFLICT),
        _ => {
            let theirs = r#"{"taskType":"imageInference","taskUUID":"$a","positivePrompt":"another"}"#;
            let details = format!(
                r#"{{"taskType":"getTaskDetails","taskUUID":"$a","request":[{theirs}],"response":{{"data":[]}}}}"#
            );
            answer(&details).after(SECOND)
        }
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    world.settle().await;
    world.transport.push_unclaimed(reply(&picture("p"), ""));
    let story = world.story(&task).await;
    assert_eq!(story, ["1000 UuidReused"]);
}

#[tokio::test]
async fn of_a_task_with_only_an_id_a_part_is_not_taken_for_the_whole() {
    let world = World::new(|number, attempt| match number {
        _ if is_details(attempt) => errors(NOT_FOUND),
        0..=3 => answer(RUNNING),
        _ => answer(&["p", "q"].map(picture).join(",")),
    });
    let task = world.client.resume(TaskHandle::new(id("a"))).unwrap();
    world.settle().await;
    world.transport.push_unclaimed(reply(&picture("p"), ""));
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!(outcome.results().len(), 2, "{outcome:?}");
}

#[tokio::test]
async fn what_came_before_a_task_was_ever_sent_is_about_an_earlier_life_of_its_id() {
    let world = World::new(|_, _| {
        Step::error(runware::transport::TransportError::new(
            runware::transport::ErrorKind::Connect,
            runware::transport::Delivery::NotSent,
            "no connection",
        ))
        .after(SECOND)
    });
    let task = world.client.submit(image("a", 1)).unwrap();
    // The second attempt failed too, and the third is due later.
    world.pass(SECOND * 2).await;
    world.transport.push_unclaimed(reply(&picture("p"), ""));
    let error = world.run(task.outcome()).await.unwrap_err();
    assert_eq!(error.kind(), runware::ErrorKind::NotAccepted);
}
