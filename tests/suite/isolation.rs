//! What goes wrong with one task, or with nobody's, changes nothing for the others.

use futures_util::future::join_all;
use runware::types::{ImageInference, TaskType};
use runware::{ErrorKind, Status};
use runware_emulator::{Action, Options, RequestKind};

use crate::harness::{
    Way, World, codes, exact_plan, id, image, on_check, on_submit, over_each_transport, replace, secs, text,
    video,
};

over_each_transport! {
    errors_about_nobody_or_others_change_nothing,
    an_item_of_another_task_reaches_nobody,
    an_item_without_an_id_counts_only_where_one_task_was_asked_about,
    an_entry_that_cannot_be_read_hides_none_beside_it,
    a_result_that_cannot_be_decoded_is_delivered_as_it_came,
    one_failing_task_of_fifty_fails_alone,
    a_check_that_is_refused_as_a_whole_is_divided,
    a_task_under_a_short_deadline_leaves_the_others_alone,
    a_rejected_repetition_leaves_the_other_client_alone,
}

fn world(options: Options) -> World {
    World::with(options.duration(secs(10)), |builder| builder.plan(exact_plan()))
}

/// An error entry as a reply may have it besides what belongs there.
fn error(code: &str, rest: &str) -> String {
    format!(r#"{{"code":"{code}","message":"not about you"{rest}}}"#)
}

async fn errors_about_nobody_or_others_change_nothing() {
    let stranger = format!(r#","taskUUID":"{}","status":"error""#, id("stranger"));
    for noise in [
        error("serviceUnavailable", ""),
        error("somethingNew", ""),
        error("internalServerError", r#","taskUUID":null"#),
        error("timeoutProvider", &stranger),
        error("taskNotFound", &stranger),
        error("conflictTaskUUID", &stranger),
        error("invalidApiKey", &stranger),
        error("timeoutProvider", r#","taskUUID":"no id at all","status":"error""#),
        r#""a text""#.to_owned(),
        "null".to_owned(),
    ] {
        let world = world(Options::new());
        let errors = format!(r#""errors":[{noise}],"data":["#);
        world.inject(on_check(replace(r#""data":["#, &errors)));
        world.inject(on_submit(replace(r#""data":["#, &errors)));
        let tasks = ["a", "b"].map(|name| world.client.submit(video(name)).unwrap());
        for task in &tasks {
            let outcome = task.outcome().await.unwrap();
            assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1), "{noise}");
        }
        assert_eq!(world.wire.check_times(), [1000, 2500, 4750, 8125, 13188], "{noise}");
        assert_eq!(world.ledger().billed(), 2);
    }
}

async fn an_item_of_another_task_reaches_nobody() {
    for owner in [format!(r#""{}""#, id("stranger")), r#""no id at all""#.to_owned()] {
        let world = world(Options::new());
        let foreign = format!(
            r#""data":[{{"taskType":"videoInference","taskUUID":{owner},"status":"success","videoUUID":"v","videoURL":"https://example.com/v.mp4"}},"#
        );
        world.inject(on_check(replace(r#""data":["#, &foreign)));
        let task = world.client.submit(video("a")).unwrap();
        let outcome = task.outcome().await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
        assert_eq!(outcome.results()[0].item().task_uuid(), Some(id("a")));
        assert_eq!(world.wire.now().as_millis(), 13188, "it did not end early");
    }
}

async fn an_item_without_an_id_counts_only_where_one_task_was_asked_about() {
    let anonymous = r#"{"taskType":"videoInference","status":"success","videoUUID":"v","videoURL":"https://example.com/v.mp4"}"#;
    let reply = format!(r#"{{"data":[{anonymous}]}}"#);
    let answer = |reply: &str| {
        let reply = reply.to_owned();
        on_check(Action::rewrite(move |_| reply.clone().into())).nth(2)
    };

    let alone = world(Options::new());
    alone.inject(answer(&reply));
    let outcome = alone.client.run(video("a")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    // On a socket that others share, what names nobody is nobody's, and the check ends with its time.
    let is_taken = outcome.results()[0].item().result_uuid() == Some("v");
    assert_eq!(is_taken, Way::pick(true, false));
    assert_eq!(alone.wire.check_times()[1..], Way::pick(vec![2500], vec![2500, 12_500]));

    let together = world(Options::new());
    together.inject(answer(&reply));
    let tasks = ["a", "b"].map(|name| together.client.submit(video(name)).unwrap());
    for task in &tasks {
        let outcome = task.outcome().await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
        assert_ne!(outcome.results()[0].item().result_uuid(), Some("v"));
    }
    let expected = Way::pick(vec![1000, 2500, 4750, 8125, 13_188], vec![1000, 2500, 12_500]);
    assert_eq!(together.wire.check_times(), expected);
}

async fn an_entry_that_cannot_be_read_hides_none_beside_it() {
    for entry in ["null", "42", r#""text""#, "[]", "{}", r#"{"text":"\ud800"}"#, r#"{"taskUUID":7}"#] {
        let world = world(Options::new());
        world.inject(on_check(replace(r#""data":["#, &format!(r#""data":[{entry},"#))));
        let tasks = ["a", "b"].map(|name| world.client.submit(text(name).number_results(2)).unwrap());
        for task in &tasks {
            let outcome = task.outcome().await.unwrap();
            assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 2), "{entry}");
        }
        assert_eq!(world.wire.check_times(), [1000, 2500, 4750, 8125, 13188], "{entry}");
    }
}

async fn a_result_that_cannot_be_decoded_is_delivered_as_it_came() {
    let world = world(Options::new());
    world.inject(on_check(replace(r#""text":"The"#, r#""text":"\ud800 The"#)));
    let outcome = world.client.run(text("a").number_results(2)).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 2));
    assert!(outcome.results()[0].item().raw().as_str().contains(r#""text":"\ud800 The"#));
}

async fn one_failing_task_of_fifty_fails_alone() {
    let world = world(Options::new());
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let model = if n == 17 { "emulator:fail@1" } else { "runware:101@1" };
            let task = ImageInference::new(model, "a cat").task_uuid(id(&n.to_string()));
            world.client.submit(task).unwrap()
        })
        .collect();
    for (n, outcome) in join_all(tasks.iter().map(|task| task.outcome())).await.into_iter().enumerate() {
        let outcome = outcome.unwrap();
        match n {
            17 => assert_eq!((outcome.status(), codes(&outcome)), (Status::Failed, vec!["timeoutProvider"])),
            _ => assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1)),
        }
    }
    let ledger = world.ledger();
    assert_eq!((ledger.billed(), ledger.requests_of(RequestKind::Submit)), (49, 1));
    assert_eq!(ledger.requests_of(RequestKind::Status), 5, "the cadence of one task serves fifty");
}

async fn a_check_that_is_refused_as_a_whole_is_divided() {
    for limit in [1, 3, 10] {
        let world = world(Options::new().choose(|choices| choices.checks_per_request = Some(limit)));
        let tasks: Vec<_> = (0..20).map(|n| world.client.submit(image(&n.to_string())).unwrap()).collect();
        for outcome in join_all(tasks.iter().map(|task| task.outcome())).await {
            assert_eq!(outcome.unwrap().status(), Status::Succeeded, "{limit} to a request");
        }
        assert!(world.wire.now() < secs(30), "{limit}: {:?}", world.wire.now());
        assert_eq!(world.ledger().billed(), 20);
    }
}

async fn a_task_under_a_short_deadline_leaves_the_others_alone() {
    let world = world(Options::new());
    let hasty = world.client.with_plan(exact_plan().with_deadline(secs(4)));
    let first = hasty.submit(video("a")).unwrap();
    let second = world.client.submit(video("b")).unwrap();
    assert_eq!(first.await.unwrap().status(), Status::StillRunning);
    assert_eq!(world.wire.now(), secs(4));
    assert_eq!(second.await.unwrap().status(), Status::Succeeded);
    assert_eq!((world.account(id("a")).checks, world.account(id("b")).checks), (2, 5));
}

async fn a_rejected_repetition_leaves_the_other_client_alone() {
    let world = world(Options::new());
    let first = world.client.submit(video("a")).unwrap();
    world.pass(secs(2)).await;
    let other = world.other_client();
    let error = other.run(video("a").number_results(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused);
    assert_eq!(first.await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0, 2000]);
    assert_eq!(world.account(id("a")).billed, 1);
}
