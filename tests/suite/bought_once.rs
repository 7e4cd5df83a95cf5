//! A task is bought once, whatever becomes of the request that submits it.

use runware::types::{TaskType, VideoInference};
use runware::{ErrorKind, Event, Status, TaskHandle};
use runware_emulator::{Action, Answer, CheckError, Options};

use crate::harness::{
    Way, World, exact_plan, id, millis, not_found, on_check, on_details, on_submit, over_each_transport,
    secs, trouble, video,
};

over_each_transport! {
    a_task_whose_reply_is_lost_is_found_by_a_status_check,
    a_task_that_is_done_when_its_answer_is_lost_is_not_sent_again,
    a_task_that_never_arrived_is_sent_again_once_the_archive_has_missed_it_twice,
    a_conflict_after_a_repetition_means_accepted,
    a_task_that_was_seen_once_is_never_sent_again,
    trouble_of_the_server_that_names_a_task_does_not_prove_that_it_arrived,
    absences_less_than_5_s_apart_and_faults_of_the_archive_prove_nothing,
    a_busy_server_is_asked_again_after_a_second,
    what_goes_wrong_on_the_way_is_told,
    after_three_refusals_the_caller_has_it_back,
    a_connection_that_was_never_made_is_tried_again_at_once,
    after_three_connections_that_were_never_made_the_caller_has_it_back,
    an_id_that_is_taken_by_the_same_request_is_joined,
    an_id_that_is_taken_by_another_request_is_refused,
    an_id_that_turns_out_to_be_taken_after_a_lost_reply_is_refused,
    whose_an_id_is_is_asked_three_times,
    an_outage_makes_a_bounded_number_of_retries,
}

fn exact_world() -> World {
    World::with(Options::new().duration(secs(10)), |builder| builder.plan(exact_plan()))
}

/// When submissions and questions to the archive were sent, in milliseconds.
fn times(world: &World) -> (Vec<u128>, Vec<u128>) {
    (world.wire.times_of(&TaskType::VideoInference), world.wire.times_of(&TaskType::GetTaskDetails))
}

/// Runs the video `a` to its end, which must be a good one, bought with one acceptance.
async fn succeeds_bought_once(world: &World) {
    let prepared = world.client.prepare(video("a")).unwrap();
    let outcome = world.client.submit_prepared(prepared.clone()).unwrap().await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    let account = world.account(id("a"));
    assert_eq!((account.accepted, account.billed), (1, 1));
    assert!(account.submissions.iter().all(|submission| submission.hash == prepared.hash()));
}

/// Submits the video `a` from another process, two seconds before now.
async fn submit_elsewhere(world: &World) {
    let other = world.other_client();
    assert!(!other.submit(video("a")).unwrap().accepted().await.unwrap());
    world.pass(secs(2)).await;
}

async fn a_task_whose_reply_is_lost_is_found_by_a_status_check() {
    let world = exact_world();
    world.inject(on_submit(Action::LoseReply).nth(1));
    let task = world.client.submit(video("a")).unwrap();
    assert!(!task.accepted().await.unwrap());
    assert_eq!(world.wire.now(), secs(1), "the first check shows it");
    assert_eq!(task.outcome().await.unwrap().status(), Status::Succeeded);
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.accepted, account.billed), (1, 1, 1));
}

async fn a_task_that_is_done_when_its_answer_is_lost_is_not_sent_again() {
    for action in [
        Action::LoseReply,
        Action::HandleThenHang,
        Action::Truncate(10),
        Action::Stall(10),
        Action::HandleThenAnswer(Answer::error(500, "internalServerError")),
        Action::HandleThenAnswer(Answer::error(504, "gatewayTimeout")),
        Action::HandleThenAnswer(Answer::html(502)),
        Action::HandleThenAnswer(Answer::html(200)),
        Action::HandleThenAnswer(Answer::empty(408)),
        Action::HandleThenAnswer(Answer::empty(200)),
        Action::HandleThenAnswer(Answer::body(200, "application/json", "null")),
        Action::HandleThenAnswer(Answer::body(200, "application/json", "{}")),
        Action::HandleThenAnswer(Answer::body(200, "application/json", r#"{"data":[]}"#)),
    ] {
        let world = exact_world();
        world.inject(on_submit(action.clone()).nth(1));
        succeeds_bought_once(&world).await;
        assert_eq!(times(&world), (vec![0], vec![]), "{action:?}");
    }
}

async fn a_task_that_never_arrived_is_sent_again_once_the_archive_has_missed_it_twice() {
    let denied = || (vec![0, 65_000], vec![60_000, 65_000]);
    for (action, expected) in [
        // A lost socket is noticed at once, and the look on the next one is enough.
        (Action::Reset, Way::pick(denied(), (vec![0, 1000], vec![]))),
        (Action::Hang, denied()),
        (Action::Answer(Answer::error(500, "internalServerError")), denied()),
        (Action::Answer(trouble(500, "internalServerError")), denied()),
        (Action::Answer(Answer::html(200)), denied()),
        (Action::Answer(Answer::body(200, "application/json", "[null]")), denied()),
        (Action::Answer(Answer::body(200, "application/json", "42")), denied()),
        (Action::Answer(Answer::body(200, "application/json", "{}")), denied()),
    ] {
        let world = exact_world();
        world.inject(on_submit(action.clone()).nth(1));
        succeeds_bought_once(&world).await;
        assert_eq!(times(&world), expected, "{action:?}");
    }
}

async fn a_conflict_after_a_repetition_means_accepted() {
    // Nothing shows the task until it is sent again, which is sooner where the connection was lost with it.
    let (blind_until, expected) =
        Way::pick((secs(65), (vec![0, 65_000], vec![60_000, 65_000])), (secs(2), (vec![0, 1000], vec![])));
    let world = exact_world();
    world.inject(on_submit(Action::LoseReply).nth(1));
    world.inject(on_check(Action::Blind).when(move |request| request.now < blind_until));
    world.inject(on_details(not_found("a")).first(2));
    let prepared = world.client.prepare(video("a")).unwrap();
    let task = world.client.submit_prepared(prepared.clone()).unwrap();
    assert!(task.accepted().await.unwrap(), "the server knew the id");
    assert_eq!(task.outcome().await.unwrap().status(), Status::Succeeded);
    assert_eq!(times(&world), expected);
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.accepted, account.billed), (2, 1, 1));
    assert_eq!(account.submissions[0].hash, prepared.hash());
    assert_eq!(account.submissions[1].hash, prepared.hash());
}

async fn a_task_that_was_seen_once_is_never_sent_again() {
    for action in [Action::LoseReply, Action::HandleThenAnswer(Answer::body(200, "application/json", "{}"))] {
        let world = exact_world();
        world.inject(on_submit(action.clone()).nth(1));
        world.inject(on_check(Action::Blind).when(|request| request.now > secs(3)));
        world.inject(on_details(not_found("a")));
        let outcome = world.client.run(video("a")).await.unwrap();
        assert_eq!(outcome.status(), Status::Unknown, "{action:?}");
        assert_eq!(times(&world), (vec![0], vec![62_500, 67_500]), "a minute after it was last seen");
    }
}

async fn trouble_of_the_server_that_names_a_task_does_not_prove_that_it_arrived() {
    let world = exact_world();
    world.inject(on_submit(Action::Reset).nth(1));
    world.inject(on_check(Action::CheckError(CheckError::new("serviceUnavailable").names_task())).first(2));
    succeeds_bought_once(&world).await;
    // On a socket that takes the place of a lost one, the third look is the first that says something.
    let expected = Way::pick((vec![0, 65_000], vec![60_000, 65_000]), (vec![0, 4750], vec![]));
    assert_eq!(times(&world), expected);
}

async fn absences_less_than_5_s_apart_and_faults_of_the_archive_prove_nothing() {
    let world = exact_world();
    world.inject(on_submit(Action::Answer(Answer::error(500, "internalServerError"))).nth(1));
    world.inject(on_details(Action::Reset).nth(2));
    succeeds_bought_once(&world).await;
    assert_eq!(times(&world), (vec![0, 75_000], vec![60_000, 65_000, 75_000]), "each gap twice the last");
}

async fn a_busy_server_is_asked_again_after_a_second() {
    for (answer, at) in [(trouble(503, "noAvailableServer"), 1000), (trouble(429, "rateLimitExceeded"), 1000)]
    {
        let world = exact_world();
        world.inject(on_submit(Action::Answer(answer.clone())).nth(1));
        succeeds_bought_once(&world).await;
        assert_eq!(times(&world), (vec![0, at], vec![]), "{answer:?}");
    }
}

// Over HTTP only: statuses without an error, and the wishes of a server in a header.

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again_when_it_wants_to_be() {
    for (answer, at) in [
        (Answer::html(503), 1000),
        (Answer::empty(429), 1000),
        (Answer::error(429, "rateLimitExceeded").retry_after("4"), 4000),
        (Answer::html(503).retry_after("9"), 9000),
        (Answer::error(503, "noAvailableServer").retry_after("soon"), 1000),
    ] {
        let world = exact_world();
        world.inject(on_submit(Action::Answer(answer.clone())).nth(1));
        succeeds_bought_once(&world).await;
        assert_eq!(times(&world), (vec![0, at], vec![]), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_to_be_left_alone_beyond_the_deadline_is_believed() {
    let world = exact_world();
    let answer = Answer::error(429, "rateLimitExceeded").retry_after("86400");
    world.inject(on_submit(Action::Answer(answer)).nth(1));
    let error = world.client.run(video("a")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::NotAccepted, Some(secs(86_400))));
    assert_eq!((times(&world).0, world.wire.now()), (vec![0], secs(0)), "there is no point in waiting");
}

// Over both again.

async fn what_goes_wrong_on_the_way_is_told() {
    let world = exact_world();
    world.inject(on_submit(Action::Answer(trouble(503, "noAvailableServer"))).nth(1));
    world.inject(on_submit(Action::LoseReply).nth(2));
    let story = world.story(&world.client.submit(video("a")).unwrap()).await;
    let expected = [
        "0 fault A fault was asked for. (noAvailableServer)",
        Way::pick(
            "1000 fault a fault was asked for",
            "1000 fault the connection was lost before the answer came",
        ),
        "2000 accepted",
        "14188 result 0",
        "14188 succeeded",
    ];
    assert_eq!(story, expected);
}

async fn after_three_refusals_the_caller_has_it_back() {
    let world = exact_world();
    world.inject(on_submit(Action::Answer(trouble(503, "noAvailableServer"))).first(3));
    let prepared = world.client.prepare(video("a")).unwrap();
    let error = world.client.submit_prepared(prepared.clone()).unwrap().await.unwrap_err();
    // A frame has no status; one that comes counts as 200.
    let status = Way::pick(503, 200);
    assert_eq!((error.kind(), error.http_status()), (ErrorKind::NotAccepted, Some(status)));
    assert_eq!(error.api_error().unwrap().code(), "noAvailableServer");
    assert_eq!(error.handle(), Some(&TaskHandle::from(&prepared)));
    assert!(error.is_safe_to_resubmit());
    assert_eq!(times(&world), (vec![0, 1000, 2000], vec![]));

    let outcome = world.client.submit_prepared(prepared).unwrap().await.unwrap();
    assert_eq!(outcome.status(), Status::Succeeded);
    assert_eq!(world.account(id("a")).billed, 1);
}

async fn a_connection_that_was_never_made_is_tried_again_at_once() {
    let world = exact_world();
    world.wire.refuse_connections(2);
    succeeds_bought_once(&world).await;
    // An attempt waits for its socket, which is made as soon as it can be.
    assert_eq!(times(&world), (Way::pick(vec![0, 0, 1000], vec![0]), vec![]));
    let accepted = world.account(id("a")).submissions[0].at;
    assert_eq!(accepted, secs(1), "once there is a connection");
}

async fn after_three_connections_that_were_never_made_the_caller_has_it_back() {
    let world = exact_world();
    // Each attempt waits for a socket until its time is over.
    let (refusals, expected) = Way::pick((3, vec![0, 0, 1000]), (usize::MAX, vec![0, 30_000, 61_000]));
    world.wire.refuse_connections(refusals);
    let error = world.client.run(video("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAccepted);
    assert!(error.is_safe_to_resubmit());
    assert_eq!(times(&world), (expected, vec![]));
    assert_eq!(world.ledger().requests(), 0);
}

async fn an_id_that_is_taken_by_the_same_request_is_joined() {
    let world = exact_world();
    let prepared = world.client.prepare(video("a")).unwrap();
    submit_elsewhere(&world).await;
    let task = world.client.submit_prepared(prepared).unwrap();
    let first = task.events().next().await.unwrap().unwrap();
    assert!(matches!(first, Event::Accepted { replayed: true, .. }), "{first:?}");
    assert_eq!(task.outcome().await.unwrap().status(), Status::Succeeded);
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.accepted, account.billed, account.details), (2, 1, 1, 1));
}

async fn an_id_that_is_taken_by_another_request_is_refused() {
    // Also where an attempt before was never sent: what the server remembers cannot be ours.
    for refusals in [0, 1] {
        let world = exact_world();
        submit_elsewhere(&world).await;
        world.wire.refuse_connections(refusals);
        let other = VideoInference::new("klingai:5@3", "mountains").task_uuid(id("a"));
        let error = world.client.run(other).await.unwrap_err();
        assert_eq!((error.kind(), error.task_uuid()), (ErrorKind::UuidReused, Some(id("a"))));
        assert!(!error.is_safe_to_resubmit());
        // Over a socket, the attempt waits half a second for the next try to connect.
        let answered = 2000 + u128::try_from(refusals).unwrap() * Way::pick(0, 500);
        assert_eq!(times(&world).1, [answered], "the archive is asked whose the id is");
        world.pass(secs(60)).await;
        assert_eq!(world.account(id("a")).billed, 1, "for the first request");
    }
}

async fn an_id_that_turns_out_to_be_taken_after_a_lost_reply_is_refused() {
    let world = exact_world();
    submit_elsewhere(&world).await;
    world.inject(on_check(Action::Blind));
    // On a socket that lives: after a lost one, the conflict with the repetition would be taken for an acceptance.
    world.inject(on_submit(Way::pick(Action::LoseReply, Action::HandleThenHang)).nth(1));
    let other = VideoInference::new("klingai:5@3", "mountains").task_uuid(id("a"));
    let error = world.client.run(other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UuidReused);
    assert_eq!(times(&world), (vec![0, 2000], vec![62_000]));
}

async fn whose_an_id_is_is_asked_three_times() {
    for (faults, is_refused) in [(2, true), (3, false)] {
        let world = exact_world();
        submit_elsewhere(&world).await;
        let answer = Way::pick(Answer::html(503), Answer::error_for_each(503, "serviceUnavailable"));
        world.inject(on_details(Action::Answer(answer)).first(faults));
        let other = VideoInference::new("klingai:5@3", "mountains").task_uuid(id("a"));
        match world.client.run(other).await {
            Err(error) => {
                assert_eq!((error.kind(), error.task_uuid()), (ErrorKind::UuidReused, Some(id("a"))));
                assert!(is_refused);
            }
            Ok(outcome) => assert!(!is_refused && outcome.status() == Status::Succeeded, "{outcome:?}"),
        }
        assert_eq!(times(&world).1, [2000, 2500, 3500]);
        assert_eq!(world.account(id("a")).accepted, 1);
    }
}

async fn an_outage_makes_a_bounded_number_of_retries() {
    for (batch, requests) in [(1, 300), (100, 6)] {
        let world = World::with(Options::new(), |builder| builder.batch_limit(batch));
        world.inject(on_submit(Action::Answer(trouble(503, "noAvailableServer"))));
        let tasks: Vec<_> = (0..200).map(|n| world.client.submit(video(&n.to_string())).unwrap()).collect();
        for task in tasks {
            assert_eq!(task.await.unwrap_err().kind(), ErrorKind::NotAccepted);
        }
        assert_eq!(world.ledger().requests(), requests, "{batch} to a request");
        assert_eq!(world.wire.now(), if batch == 1 { millis(1000) } else { secs(2) });
    }
}
