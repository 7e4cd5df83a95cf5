//! Tasks that are picked up again, and tasks that cannot be seen.

use runware::types::TaskType;
use runware::{Ending, ErrorKind, Status, Task, TaskHandle};
use runware_emulator::{Action, Answer, Options, Script, UnknownTask};

use crate::harness::{
    Way, World, codes, exact_plan, id, image, not_found, on_check, on_details, on_submit,
    over_each_transport, revoke_key, secs, video,
};

over_each_transport! {
    a_handle_survives_as_text_and_finds_its_task_from_another_process,
    after_a_deadline_the_handle_delivers,
    empty_answers_right_after_the_submission_cost_nothing,
    an_unknown_id_is_given_up_after_the_grace_period_and_two_denials,
    an_unknown_id_under_a_short_deadline_is_not_called_running,
    an_own_task_that_vanishes_is_not_bought_again,
    what_status_checks_have_forgotten_is_recovered_from_the_archive,
    an_archive_that_shows_only_the_conflict_does_not_overrule_the_result,
    a_task_that_is_watched_already_is_joined,
    a_minute_in_which_no_check_gets_through_changes_nothing,
    a_key_that_dies_ends_the_watching_with_the_handle,
    a_silent_server_cannot_hold_a_call_beyond_its_deadline,
    a_submission_without_an_answer_leaves_a_handle_that_delivers,
}

fn exact_world(options: Options) -> World {
    World::with(options, |builder| builder.plan(exact_plan()))
}

/// Resumes the task `a`, of which only the id is known, in another process.
fn resume_elsewhere(world: &World) -> Task {
    world.other_client().with_plan(exact_plan()).resume(id("a")).unwrap()
}

async fn a_handle_survives_as_text_and_finds_its_task_from_another_process() {
    let world = exact_world(Options::new().duration(secs(30)));
    let client = world.other_client();
    let task = client.submit(video("a").number_results(2)).unwrap();
    assert!(!task.accepted().await.unwrap());
    let text = serde_json::to_string(task.handle()).unwrap();
    drop((task, client));
    world.pass(secs(300)).await;
    assert_eq!(world.wire.check_times(), [], "nobody was left to ask");

    let handle: TaskHandle = serde_json::from_str(&text).unwrap();
    assert_eq!((handle.task_uuid(), handle.expected()), (id("a"), Some(2)));
    let task = world.client.resume(handle).unwrap();
    let story = ["300000 accepted before", "300000 result 0", "300000 result 1", "300000 succeeded"];
    assert_eq!(world.story(&task).await, story);
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.billed, account.checks), (1, 2, 1));
}

async fn after_a_deadline_the_handle_delivers() {
    let world = exact_world(Options::new().duration(secs(30)));
    let client = world.client.with_plan(exact_plan().with_deadline(secs(6)));
    let outcome = client.run(video("a")).await.unwrap();
    assert_eq!(outcome.status(), Status::StillRunning);
    let outcome = world.client.resume(outcome.handle().clone()).unwrap().await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.billed), (1, 1));
}

async fn empty_answers_right_after_the_submission_cost_nothing() {
    let world = exact_world(Options::new().duration(secs(6)).choose(|choices| choices.blind_checks = 3));
    let outcome = world.client.run(video("a")).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    assert_eq!(
        world.wire.check_times(),
        [1000, 2500, 4750, 8125],
        "the fourth sees it, on the usual cadence"
    );
}

async fn an_unknown_id_is_given_up_after_the_grace_period_and_two_denials() {
    for unknown_task in [UnknownTask::Silence, UnknownTask::Error] {
        for status in [200, 404] {
            let world = exact_world(Options::new().choose(|choices| {
                choices.unknown_task = unknown_task;
                choices.details_not_found_status = status;
            }));
            let outcome = resume_elsewhere(&world).await.unwrap();
            assert_eq!(outcome.status(), Status::Unknown);
            assert_eq!(world.wire.now(), secs(65), "and not after 20 minutes");
            assert_eq!(world.wire.times_of(&TaskType::GetTaskDetails), [60_000, 65_000]);
            let Ending::Unknown { handle, evidence, .. } = outcome.ending() else { panic!("{outcome:?}") };
            assert_eq!(handle.task_uuid(), id("a"));
            insta::allow_duplicates! {
                insta::assert_snapshot!(evidence, @"getResponse shows nothing of task 344ce25f-592f-49a4-852d-66048f324be8, and getTaskDetails, asked twice, does not have it either; it may have run and been forgotten, or never have arrived");
            }
        }
    }
}

async fn an_unknown_id_under_a_short_deadline_is_not_called_running() {
    let world = exact_world(Options::new());
    let client = world.client.with_plan(exact_plan().with_deadline(secs(5)));
    let outcome = client.resume(id("a")).unwrap().await.unwrap();
    assert_eq!((outcome.status(), world.wire.now()), (Status::Unknown, secs(5)));
    let Ending::Unknown { evidence, .. } = outcome.ending() else { panic!("{outcome:?}") };
    insta::allow_duplicates! {
        insta::assert_snapshot!(evidence, @"getResponse showed nothing of task 344ce25f-592f-49a4-852d-66048f324be8 until the deadline");
    }
}

async fn an_own_task_that_vanishes_is_not_bought_again() {
    let world = exact_world(Options::new().choose(|choices| choices.registration_lag = secs(3600)));
    world.inject(on_details(not_found("a")));
    let outcome = world.client.run(video("a")).await.unwrap();
    assert_eq!((outcome.status(), world.wire.now()), (Status::Unknown, secs(65)));
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.accepted), (1, 1), "it was accepted: never send it again");
}

async fn what_status_checks_have_forgotten_is_recovered_from_the_archive() {
    let error = "providerError";
    for (script, status, results, failures) in [
        (Script::new(), Status::Succeeded, 2, vec![]),
        (Script::new().fail(1, error), Status::Partial, 1, vec![error]),
        (Script::new().fail_all(error), Status::Failed, 0, vec![error, error]),
        (Script::new().results(1), Status::Partial, 1, vec![]),
    ] {
        let options = Options::new().duration(secs(10)).script_task(id("a"), script);
        let world = exact_world(options.choose(|choices| choices.retention = secs(0)));
        let outcome = world.client.run(image("a").number_results(2)).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len(), codes(&outcome)), (status, results, failures));
        let last_seen = 8125;
        assert_eq!(world.wire.times_of(&TaskType::GetTaskDetails), [last_seen + 60_000]);
    }
}

async fn an_archive_that_shows_only_the_conflict_does_not_overrule_the_result() {
    let options = Options::new().duration(secs(90)).choose(|choices| choices.conflict_hides_result = true);
    let world = exact_world(options);
    let clients = [world.other_client(), world.other_client()];
    assert!(!clients[0].submit(video("a")).unwrap().accepted().await.unwrap());
    assert!(
        clients[1].submit(video("a")).unwrap().accepted().await.unwrap(),
        "the archive holds this conflict"
    );
    world.inject(on_check(Action::Blind).when(|request| request.now < secs(80)));
    let outcome = resume_elsewhere(&world).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    let questions = world.wire.times_of(&TaskType::GetTaskDetails);
    assert_eq!(questions, [0, 60_000], "whose it is; whether it is there, and how many results it has");
    assert_eq!(world.account(id("a")).billed, 1);
}

async fn a_task_that_is_watched_already_is_joined() {
    let world = exact_world(Options::new().duration(secs(10)));
    let first = world.client.submit(video("a")).unwrap();
    world.pass(secs(3)).await;
    let second = world.client.resume(id("a")).unwrap();
    assert_eq!(second.handle(), first.handle(), "the fuller handle is the one of the watch");
    assert_eq!(second.await.unwrap().status(), Status::Succeeded);
    assert_eq!(first.await.unwrap().status(), Status::Succeeded);
    assert_eq!(world.account(id("a")).checks, 5);
}

async fn a_minute_in_which_no_check_gets_through_changes_nothing() {
    for action in [
        Action::Answer(Answer::error(503, "serviceUnavailable")),
        Action::Answer(Answer::error(500, "internalServerError")),
        Action::Answer(Answer::error(429, "rateLimit")),
        Action::Answer(Answer::html(502)),
        Action::Answer(Answer::html(200)),
        Action::Answer(Answer::empty(504)),
        Action::Answer(Answer::body(200, "application/json", "[null]")),
        Action::Reset,
        Action::Truncate(20),
        Action::Hang,
    ] {
        let world = exact_world(Options::new().duration(secs(30)));
        let storm = on_check(action.clone()).when(|request| (2..62).contains(&request.now.as_secs()));
        world.inject(storm);
        let outcome = world.client.run(video("a")).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1), "{action:?}");
        assert!((secs(62)..secs(82)).contains(&world.wire.now()), "{action:?}: {:?}", world.wire.now());
        assert_eq!(world.account(id("a")).billed, 1);
    }
}

async fn a_key_that_dies_ends_the_watching_with_the_handle() {
    let refusals = match Way::chosen() {
        Way::Http => {
            vec![Answer::error(401, "invalidApiKey"), Answer::html(403), Answer::error(200, "tokenExpired")]
        }
        Way::WebSocket => vec![Answer::error(401, "invalidApiKey")],
    };
    for answer in refusals {
        let world = exact_world(Options::new().duration(secs(30)));
        let task = world.client.submit(video("a")).unwrap();
        world.pass(secs(3)).await;
        match Way::chosen() {
            Way::Http => world.inject(on_check(Action::Answer(answer.clone())).nth(1)),
            Way::WebSocket => revoke_key(&world, 1),
        }
        let error = task.outcome().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.handle()),
            (ErrorKind::QueryFailed, Some(task.handle())),
            "{answer:?}"
        );
        assert!(error.is_auth() && !error.is_safe_to_resubmit());
        assert_eq!(world.wire.check_times(), [1000, 2500, 4750]);

        // A socket does not present a refused key again for a minute.
        world.pass(Way::pick(secs(0), secs(60))).await;
        let outcome = world.client.resume(error.handle().unwrap().clone()).unwrap().await.unwrap();
        assert_eq!(outcome.status(), Status::Succeeded, "with a key that works");
        assert_eq!(world.account(id("a")).billed, 1);
    }
}

async fn a_silent_server_cannot_hold_a_call_beyond_its_deadline() {
    let world = exact_world(Options::new().duration(secs(30)));
    world.inject(on_check(Action::Hang));
    let client = world.client.with_plan(exact_plan().with_deadline(secs(3)));
    let outcome = client.run(video("a")).await.unwrap();
    assert_eq!((outcome.status(), world.wire.now()), (Status::StillRunning, secs(3)));
    assert_eq!((outcome.polls(), outcome.elapsed()), (1, secs(3)));
}

async fn a_submission_without_an_answer_leaves_a_handle_that_delivers() {
    for (action, requests) in [(Action::HandleThenHang, 1), (Action::LoseReply, 2)] {
        let world = exact_world(Options::new().duration(secs(30)));
        world.inject(on_submit(action));
        world.inject(on_check(Action::Hang).when(|request| request.now < secs(5)));
        let client = world.client.with_plan(exact_plan().with_deadline(secs(5)));
        let task = client.submit(video("a")).unwrap();
        let outcome = task.outcome().await.unwrap();
        assert_eq!(world.wire.now(), secs(5));
        let handle = task.handle().clone();
        assert!(
            matches!(outcome.ending(), Ending::StillRunning { handle: own, accepted: false } if *own == handle)
        );
        assert_eq!(task.accepted().await.unwrap_err().kind(), ErrorKind::Unconfirmed);
        assert_eq!(world.wire.sent().len(), requests);

        let outcome = world.other_client().resume(handle).unwrap().await.unwrap();
        assert_eq!(outcome.status(), Status::Succeeded);
        let account = world.account(id("a"));
        assert_eq!((account.submitted, account.billed), (1, 1));
    }
}
