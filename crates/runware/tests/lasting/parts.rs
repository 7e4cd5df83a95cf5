//! Synchronous tasks whose results come one by one.

use runware::Status;
use runware::transport::testing::Step;
use runware::transport::{Delivery, ErrorKind, Reply, TransportError};
use runware::types::{Envelope, RawTask, TaskType};

use crate::world::*;

fn sync(results: u32) -> RawTask {
    image("a", results).set("deliveryMethod", "sync")
}

fn frames(pictures: &[&str]) -> Vec<Result<Reply, TransportError>> {
    pictures.iter().map(|uuid| Ok(reply(&picture(uuid), ""))).collect()
}

#[tokio::test]
async fn each_result_is_handed_over_when_it_comes() {
    let world = World::new(|_, _| Step::replies(frames(&["p", "q", "r"])).after(SECOND).apart(2 * SECOND));
    let task = world.client.submit(sync(3)).unwrap();
    let story = world.story(&task).await;
    assert_eq!(story, ["1000 accepted", "1000 p", "3000 q", "5000 r", "5000 succeeded"]);
    assert_eq!(world.transport.attempts().len(), 1, "nothing has to be asked");
}

#[tokio::test]
async fn equal_texts_in_single_frames_are_as_many_results() {
    let three = || ["x", "x", "y"].map(|word| Ok(reply(&text(word), "")));
    let world = World::new(move |_, _| Step::replies(three()).apart(SECOND));
    let task = RawTask::new("textInference").set("numberResults", 3).set("deliveryMethod", "sync");
    let task = world.client.submit(task.set("taskUUID", id("a").to_string())).unwrap();
    let story = world.story(&task).await;
    assert_eq!(story, ["0 accepted", "0 x", "1000 x", "2000 y", "2000 succeeded"]);
}

#[tokio::test]
async fn failures_among_the_frames_end_nothing_before_the_end() {
    let mut all = frames(&["p"]);
    all.insert(0, Ok(reply("", FAILED)));
    let mut all = Some(all);
    let world = World::new(move |_, _| Step::replies(all.take().unwrap()).apart(SECOND));
    let task = world.client.submit(sync(2)).unwrap();
    let story = world.story(&task).await;
    assert_eq!(story, ["0 accepted", "0 timeoutProvider", "1000 p", "1000 partial"]);
}

#[tokio::test]
async fn a_sync_task_whose_connection_is_lost_half_way_is_asked_about_for_the_rest() {
    let world = World::new(|number, attempt| match number {
        0 => {
            let mut cut = frames(&["p", "q"]);
            cut.push(Err(lost()));
            Step::replies(cut).apart(SECOND)
        }
        _ if number < 3 => answer(&[picture("p"), picture("q"), RUNNING.to_owned()].join(",")),
        _ => {
            assert!(is_check(attempt));
            answer(&["p", "r", "q"].map(picture).join(","))
        }
    });
    let task = world.client.submit(sync(3)).unwrap();
    let story = world.story(&task).await;
    let expected = ["0 accepted", "0 p", "1000 q", "2000 the connection was lost"];
    assert_eq!(story[..4], expected);
    assert!(story[4].ends_with(" r") && story[5].ends_with("succeeded"), "{story:?}");
    assert_eq!(world.times_of(&TaskType::ImageInference), [0], "it is not bought again");
}

#[tokio::test]
async fn failures_before_a_loss_are_no_verdict_on_the_rest() {
    let world = World::new(|number, _| match number {
        0 => Step::replies([Ok(reply("", FAILED)), Err(lost())]),
        _ => Step::reply(reply(&picture("p"), FAILED)),
    });
    let outcome = world.run(world.client.run(sync(2))).await.unwrap();
    assert_eq!(
        (outcome.status(), outcome.results().len(), outcome.failures().len()),
        (Status::Partial, 1, 1)
    );
}

#[tokio::test]
async fn fewer_results_than_asked_for_end_partial_once_the_archive_says_so() {
    let world = World::new(|number, attempt| match number {
        0 => {
            let mut cut = frames(&["p", "q"]);
            let message = "2 of 4 results within 10s";
            cut.push(Err(TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, message)));
            Step::replies(cut)
        }
        _ if is_details(attempt) => {
            let response = format!(r#"{{"data":[{},{}]}}"#, picture("p"), picture("q"));
            answer(&format!(
                r#"{{"taskType":"getTaskDetails","taskUUID":"$a","request":[],"response":{response}}}"#
            ))
        }
        _ => answer(&["p", "q"].map(picture).join(",")),
    });
    let outcome = world.run(world.client.run(sync(4))).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Partial, 2));
    assert!(world.clock_now() < 10 * SECOND, "two looks and a question: {:?}", world.clock_now());
}

#[tokio::test]
async fn fewer_results_than_asked_for_stay_open_while_nobody_says_that_it_is_over() {
    let world = World::new(|number, attempt| match number {
        0 => {
            let mut cut = frames(&["p"]);
            cut.push(Err(lost()));
            Step::replies(cut)
        }
        _ if is_details(attempt) => errors(NOT_FOUND),
        _ if number < 40 => answer(&picture("p")),
        _ => answer(&["p", "q"].map(picture).join(",")),
    });
    let outcome = world.run(world.client.run(sync(2))).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 2));
}

#[tokio::test]
async fn a_deadline_between_two_results_keeps_the_first() {
    let world = World::new(|_, _| Step::replies(frames(&["p", "q"])).apart(100 * SECOND));
    let plan = runware::poll::Plan::default().with_deadline(5 * SECOND);
    let outcome = world.run(world.client.with_plan(plan).run(sync(2))).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::StillRunning, 1));
}

#[tokio::test]
async fn a_server_that_never_stops_is_not_listened_to_for_ever() {
    let world = World::new(|number, _| match number {
        0 => Step::replies((0..3000).map(|_| Ok(reply(RUNNING, "")))),
        _ => answer(&picture("p")),
    });
    let outcome = world.run(world.client.run(sync(1))).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
}

#[tokio::test]
async fn what_is_kept_of_one_answer_is_bounded() {
    // Progress that says nothing new, in messages of 50 MiB of which each is kept as long as its entry.
    let padding = " ".repeat(50 << 20);
    let body = format!(r#"{{"data":[{}]}}{padding}"#, RUNNING.replace("$a", &id("a").to_string()));
    let large = Reply::new(200, Envelope::decode(body).unwrap());
    let world = World::new(move |number, _| match number {
        0 => {
            let rest = std::iter::repeat_n(large.clone(), 100).map(Ok);
            Step::replies([Ok(reply(&picture("p"), ""))].into_iter().chain(rest)).apart(SECOND)
        }
        _ => answer(&["p", "q"].map(picture).join(",")),
    });
    let task = world.client.submit(sync(2)).unwrap();
    let outcome = world.run(task.outcome()).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 2));
    assert!(world.clock_now() < 20 * SECOND, "{:?}", world.clock_now());
}
