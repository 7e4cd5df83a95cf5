//! What the client may conclude, and what it may not, when the server says too little or too late.

use runware::types::{DeliveryMethod, RawTask, TaskType};
use runware::{Ending, ErrorKind, Status};
use runware_emulator::{Action, Answer, Options, Pending, RequestKind, Rule, Script};

use crate::harness::{
    Way, World, codes, exact_plan, id, image, not_found, on_check, on_details, on_submit,
    over_each_transport, replace, revoke_key, secs, trouble, video,
};

over_each_transport! {
    a_rejection_after_an_attempt_in_doubt_is_not_called_safe,
    a_gateway_that_turns_a_request_away_proves_nothing,
    an_error_about_nobody_rejects_no_task_of_a_batch,
    grace_counts_from_the_attempt_that_is_in_doubt,
    an_archive_without_a_word_is_no_reason_to_send_again,
    an_archive_that_shows_an_accepted_request_otherwise_does_not_disown_it,
    one_early_failure_is_no_verdict_on_results_that_are_not_shown_yet,
    a_task_of_which_only_the_id_is_known_brings_all_of_its_results,
    a_server_that_takes_one_question_at_a_time_is_asked_one_by_one,
    what_was_collected_survives_the_end_of_the_watching,
    an_upload_that_nobody_confirmed_is_not_repeated,
    a_synchronous_task_on_a_silent_connection_is_asked_about,
    a_task_that_is_resumed_and_then_submitted_is_sent,
    an_answer_to_an_earlier_watching_does_not_end_a_later_one,
    an_id_is_not_sent_twice_within_a_second_by_two_watchings,
    a_submission_that_meets_the_closing_is_told,
}

fn exact_world(options: Options) -> World {
    World::with(options.duration(secs(10)), |builder| builder.plan(exact_plan()))
}

async fn a_rejection_after_an_attempt_in_doubt_is_not_called_safe() {
    // The first attempt was accepted and took the last credit; its answer is lost, and nothing shows it.
    let world = exact_world(Options::new());
    world.inject(on_submit(Action::LoseReply).nth(1));
    world.inject(on_check(Action::Blind));
    world.inject(on_details(not_found("a")));
    world.inject(on_submit(Action::Answer(trouble(402, "insufficientCredits"))).nth(2));
    let outcome = world.client.run(video("a")).await.unwrap();
    let Ending::Unknown { evidence, handle } = outcome.ending() else { panic!("{outcome:?}") };
    assert_eq!(handle.task_uuid(), id("a"));
    assert!(evidence.contains("insufficientCredits") && !evidence.contains("nothing"), "{evidence}");
    assert_eq!(world.account(id("a")).accepted, 1);
}

async fn a_gateway_that_turns_a_request_away_proves_nothing() {
    // Over a socket, nobody can answer in the server's place.
    let gateway = Way::pick(Some((Answer::html(503), false)), None);
    for (answer, is_safe) in [(trouble(503, "noAvailableServer"), true)].into_iter().chain(gateway) {
        let world = exact_world(Options::new());
        world.inject(on_submit(Action::Answer(answer)));
        match world.client.run(video("a")).await {
            Err(error) => assert!(is_safe && error.is_safe_to_resubmit(), "{error:?}"),
            Ok(outcome) => assert!(!is_safe && outcome.status() == Status::Unknown, "{outcome:?}"),
        }
        assert_eq!(world.wire.times_of(&TaskType::VideoInference).len(), 3);
    }
}

async fn an_error_about_nobody_rejects_no_task_of_a_batch() {
    let world = exact_world(Options::new());
    let tasks = ["a", "b", "c"].map(|name| world.client.submit(video(name)).unwrap());
    // One of the three is acknowledged, and an error that names none stands beside it.
    let named = format!(r#"{{"taskType":"videoInference","taskUUID":"{}"}}"#, id("a"));
    let body = format!(r#"{{"data":[{named}],"errors":[{{"code":"invalidWidth","message":"m"}}]}}"#);
    world.inject(on_submit(Action::HandleThenAnswer(Answer::body(200, "application/json", body))).nth(1));
    for task in tasks {
        assert_eq!(task.await.unwrap().status(), Status::Succeeded);
    }
    assert_eq!((world.ledger().accepted(), world.ledger().billed()), (3, 3));
}

async fn grace_counts_from_the_attempt_that_is_in_doubt() {
    // Only over HTTP the server can ask for more than the second that passes in any case.
    let (busy, second) = Way::pick(
        (Answer::error(429, "rateLimit").retry_after("60"), 60_000),
        (Answer::error_for_each(429, "rateLimit"), 1000),
    );
    let world = exact_world(Options::new());
    world.inject(on_submit(Action::Answer(busy)).nth(1));
    world.inject(on_submit(Way::pick(Action::Reset, Action::Hang)).nth(2));
    let outcome = world.client.run(video("a")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    let denied = second + 65_000;
    assert_eq!(world.wire.times_of(&TaskType::GetTaskDetails), [denied - 5000, denied]);
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0, second, denied]);
}

async fn an_archive_without_a_word_is_no_reason_to_send_again() {
    let world = exact_world(Options::new());
    world.inject(on_submit(Way::pick(Action::Reset, Action::Hang)));
    world.inject(on_details(Action::Answer(Answer::body(200, "application/json", r#"{"data":[]}"#))));
    let outcome = world.client.run(video("a")).await.unwrap();
    // Over a socket, nobody knows whose an empty answer is: the archive counts as silent to the end.
    assert_eq!(outcome.status(), Way::pick(Status::Unknown, Status::StillRunning));
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0]);
}

async fn an_archive_that_shows_an_accepted_request_otherwise_does_not_disown_it() {
    let world = exact_world(Options::new());
    world.inject(on_check(Action::Blind).when(|request| request.now < secs(70)));
    world.inject(on_details(replace("waves", "********")));
    let outcome = world.client.run(video("a")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
}

async fn one_early_failure_is_no_verdict_on_results_that_are_not_shown_yet() {
    let script = Script::new().result_at(0, secs(2)).fail(0, "providerError").result_at(1, secs(30));
    let options = Options::new().script_task(id("a"), script).choose(|c| c.pending = Pending::Hidden);
    let world = World::with(options, |builder| builder.plan(exact_plan()));
    let outcome = world.client.run(video("a").number_results(2)).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Partial, 1));
    assert_eq!(codes(&outcome), ["providerError"]);
}

async fn a_task_of_which_only_the_id_is_known_brings_all_of_its_results() {
    let script = Script::new().result_at(0, secs(2)).result_at(1, secs(9)).result_at(2, secs(30));
    // The archive cannot be asked at first, or never: then what is there has to do.
    for (faults, questions, results) in [(0, 1, 3), (1, 2, 3), (9, 3, 1)] {
        let options =
            Options::new().script_task(id("a"), script.clone()).choose(|c| c.pending = Pending::Hidden);
        let world = World::with(options, |builder| builder.plan(exact_plan()));
        let bought = world.other_client().submit(video("a").number_results(3)).unwrap();
        assert!(!bought.accepted().await.unwrap());
        drop(bought);
        world.pass(secs(3)).await;
        let answer = Way::pick(Answer::html(502), Answer::error_for_each(502, "serviceUnavailable"));
        world.inject(on_details(Action::Answer(answer)).first(faults));
        let outcome = world.client.resume(id("a")).unwrap().await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, results));
        assert_eq!(world.wire.times_of(&TaskType::GetTaskDetails).len(), questions);
    }
}

async fn a_server_that_takes_one_question_at_a_time_is_asked_one_by_one() {
    // One result is finished, the other not shown yet, and only the ids are known.
    let script = Script::new().result_at(0, secs(1)).result_at(1, secs(20));
    let world = World::with(
        Options::new()
            .script_task(id("a"), script.clone())
            .script_task(id("b"), script)
            .choose(|c| c.pending = Pending::Hidden),
        |builder| builder.plan(exact_plan()),
    );
    let other = world.other_client();
    for name in ["a", "b"] {
        other.submit(video(name).number_results(2)).unwrap().accepted().await.unwrap();
    }
    world.pass(secs(3)).await;
    world.inject(on_details(Action::Answer(Answer::error(400, "arrayTooLarge"))).nth(1));
    let tasks = ["a", "b"].map(|name| world.client.resume(id(name)).unwrap());
    for task in tasks {
        let outcome = task.await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 2));
    }
    assert_eq!(world.wire.times_of(&TaskType::GetTaskDetails).len(), 3, "both at once, then each alone");
}

// Over HTTP only: a socket does not know how long a server wants to be left alone.
#[tokio::test(start_paused = true)]
async fn an_absurd_retry_after_silences_one_task_and_not_the_client() {
    let world = exact_world(Options::new());
    let busy = Answer::error(429, "rateLimit").retry_after("99999999999999");
    world.inject(on_submit(Action::Answer(busy)).nth(1));
    let error = world.client.run(video("a")).await.unwrap_err();
    assert_eq!(
        (error.kind(), world.wire.now()),
        (ErrorKind::NotAccepted, secs(0)),
        "no sleep past the deadline"
    );
    assert!(error.retry_after().unwrap() > secs(1_000_000));
    assert_eq!(world.client.run(video("b")).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0, 60_000], "held for a minute");
}

async fn what_was_collected_survives_the_end_of_the_watching() {
    let script = Script::new().result_at(0, secs(1)).result_at(1, secs(50));
    let world = exact_world(Options::new().script_task(id("a"), script));
    let task = world.client.submit(image("a").number_results(2)).unwrap();
    world.pass(secs(20)).await;
    match Way::chosen() {
        Way::Http => world.inject(on_check(Action::Answer(Answer::error(401, "invalidApiKey")))),
        Way::WebSocket => revoke_key(&world, 1),
    }
    let outcome = task.await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::StillRunning, 1));
    let Ending::Interrupted { handle, error } = outcome.ending() else { panic!("{outcome:?}") };
    assert!(error.is_auth());
    assert_eq!(handle, outcome.handle());
}

async fn an_upload_that_nobody_confirmed_is_not_repeated() {
    for answer in [Answer::body(200, "application/json", "{}"), Answer::html(502)] {
        let world = exact_world(Options::new());
        world.inject(on_submit(Action::Answer(answer.clone())));
        world.inject(Rule::new(Action::Answer(answer)).kind(RequestKind::Other));
        let upload = RawTask::new("mediaStorage").set("operation", "upload").set("media", "https://h/i.png");
        let outcome = world.client.run(upload).await.unwrap();
        assert_eq!(outcome.status(), Status::Unknown);
        assert_eq!(world.wire.times_of(&TaskType::MediaStorage), [0]);
    }
}

async fn a_synchronous_task_on_a_silent_connection_is_asked_about() {
    let world = exact_world(Options::new());
    world.inject(on_submit(Action::HandleThenHang));
    let outcome = world.client.run(image("a").delivery_method(DeliveryMethod::Sync)).await.unwrap();
    assert_eq!((outcome.status(), world.wire.check_times()), (Status::Succeeded, vec![150_000]));
    assert_eq!(world.account(id("a")).billed, 1);
}

async fn a_task_that_is_resumed_and_then_submitted_is_sent() {
    let world = exact_world(Options::new());
    let prepared = world.client.prepare(video("a")).unwrap();
    let resumed = world.client.resume(id("a")).unwrap();
    world.pass(secs(3)).await;
    let submitted = world.client.submit_prepared(prepared).unwrap();
    for task in [resumed, submitted] {
        assert_eq!(task.await.unwrap().status(), Status::Succeeded);
    }
    assert_eq!(world.account(id("a")).submitted, 1);
}

async fn an_answer_to_an_earlier_watching_does_not_end_a_later_one() {
    let world = exact_world(Options::new());
    world.inject(on_check(Action::Delay(secs(2))).nth(1));
    let first = world.client.submit(video("a")).unwrap();
    world.pass(secs(2)).await;
    drop(first);
    tokio::task::yield_now().await;
    // The check of the first watching is still under way when the second begins.
    let outcome = world.client.run(video("a")).await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!((world.account(id("a")).submitted, world.account(id("a")).billed), (2, 1));
}

async fn an_id_is_not_sent_twice_within_a_second_by_two_watchings() {
    let world = exact_world(Options::new());
    let first = world.client.submit(video("a")).unwrap();
    assert!(!first.accepted().await.unwrap());
    drop(first);
    tokio::task::yield_now().await;
    assert_eq!(world.client.run(video("a")).await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.wire.times_of(&TaskType::VideoInference), [0, 1000]);
}

async fn a_submission_that_meets_the_closing_is_told() {
    let world = exact_world(Options::new());
    let (before, after) = (world.client.clone(), world.client.clone());
    let early = before.submit(video("a")).unwrap();
    let closing = tokio::spawn(async move { before.close().await });
    tokio::task::yield_now().await;
    let late = after.submit(image("b").delivery_method(DeliveryMethod::Sync));
    closing.await.unwrap();
    assert_eq!(early.await.unwrap_err().kind(), ErrorKind::Closed);
    let late = match late {
        Ok(task) => task.await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(late.kind(), ErrorKind::Closed);
}
