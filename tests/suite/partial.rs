//! Tasks with several results, some of which fail, come late, come oddly, or never come.

use runware::types::{DeliveryMethod, TaskType, TextResult};
use runware::{Ending, Outcome, Status, TaskResult};
use runware_emulator::{
    Action, CheckError, Choices, FailureForm, Options, Order, Pending, ResultIndex, Script,
};

use crate::harness::{
    Way, World, codes, exact_plan, id, image, on_check, over_each_transport, secs, text, video,
};

over_each_transport! {
    a_reply_with_a_running_a_good_and_a_failed_result_gives_all_three_in_time,
    results_without_index_or_id_are_told_apart,
    whatever_the_documents_leave_open_the_outcome_is_the_same,
    results_that_learn_their_index_late_are_put_in_order,
    a_task_that_fails_as_a_whole_ends_with_the_reason,
    an_empty_list_of_errors_is_no_error,
    more_results_than_asked_for_are_all_delivered,
    missing_results_leave_the_others_and_a_handle,
    an_error_that_may_be_the_servers_own_counts_when_it_is_repeated,
    progress_is_told_as_it_changes,
    a_synchronous_task_is_answered_in_its_submission,
    a_synchronous_task_brings_its_failures_too,
    a_synchronous_task_that_outlasts_its_request_is_asked_about,
}

/// A world in which the task `a` follows a script, and whose client leaves nothing to chance.
fn scripted(script: Script, choose: impl FnOnce(&mut Choices)) -> World {
    let options = Options::new().script_task(id("a"), script).choose(choose);
    World::with(options, |builder| builder.plan(exact_plan().with_deadline(secs(100))))
}

/// Results that end after 2, 5, 9 and so on seconds.
fn staggered() -> Script {
    Script::new().result_at(0, secs(2)).result_at(1, secs(5)).result_at(2, secs(9)).result_at(3, secs(14))
}

fn texts(outcome: &Outcome) -> Vec<String> {
    let text = |result: &TaskResult| result.decode::<TextResult>().unwrap().text().unwrap().into_owned();
    outcome.results().iter().map(text).collect()
}

async fn a_reply_with_a_running_a_good_and_a_failed_result_gives_all_three_in_time() {
    let script = Script::new()
        .result_at(0, secs(10))
        .result_at(1, secs(2))
        .result_at(2, secs(2))
        .fail(2, "timeoutProvider");
    let world = scripted(script, |_| {});
    let task = world.client.submit(video("a").number_results(3).include_cost(true)).unwrap();
    assert_eq!(
        world.story(&task).await,
        ["0 accepted", "2500 result 0", "2500 failure timeoutProvider", "13188 result 1", "13188 partial",]
    );
    let outcome = task.outcome().await.unwrap();
    assert_eq!((outcome.results().len(), codes(&outcome)), (2, vec!["timeoutProvider"]));
    assert_eq!(outcome.cost().unwrap().to_string(), "0.36");
    assert_eq!(world.account(id("a")).billed, 2);
}

async fn results_without_index_or_id_are_told_apart() {
    for equal in [false, true] {
        for order in [Order::Stable, Order::Shuffled] {
            let world = scripted(staggered(), |choices| {
                (choices.equal_texts, choices.order) = (equal, order);
            });
            let task = world.client.submit(text("a").number_results(3)).unwrap();
            let results =
                ["0 accepted", "2500 result 0", "8125 result 1", "13188 result 2", "13188 succeeded"];
            assert_eq!(world.story(&task).await, results, "{equal} {order:?}");
            let mut texts = texts(&task.outcome().await.unwrap());
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), if equal { 1 } else { 3 });
        }
    }
}

/// Over a socket only every fifth choice, which has all values of each: what comes is read by the same code.
async fn whatever_the_documents_leave_open_the_outcome_is_the_same() {
    let pendings = [Pending::Each, Pending::One, Pending::Hidden];
    let failure_forms = [FailureForm::Error, FailureForm::Nested, FailureForm::Flat];
    let result_indices = [ResultIndex::Never, ResultIndex::Always, ResultIndex::FromCheck(4)];
    for choice in (0..3 * 3 * 3 * 16).step_by(Way::pick(1, 5)) {
        let flags = choice % 16;
        let pending = pendings[choice / 16 % 3];
        let failure_form = failure_forms[choice / (16 * 3) % 3];
        let result_index = result_indices[choice / (16 * 3 * 3)];
        let world = scripted(staggered().fail(1, "inferenceError"), |choices| {
            choices.pending = pending;
            choices.failure_form = failure_form;
            choices.result_index = result_index;
            choices.order = Order::Shuffled;
            choices.index_on_failures = flags & 1 != 0;
            choices.success_status = flags & 2 != 0;
            choices.repeat_failures = flags & 4 != 0;
        });
        let outcome = match flags & 8 {
            0 => world.client.run(image("a").number_results(4)).await.unwrap(),
            _ => world.client.run(text("a").number_results(4)).await.unwrap(),
        };
        let told = format!("{pending:?} {failure_form:?} {result_index:?} {flags}");
        assert_eq!(outcome.status(), Status::Partial, "{told}");
        assert_eq!(outcome.results().len(), 3, "{told}");
        assert_eq!(codes(&outcome), ["inferenceError"], "{told}");
        assert_eq!(world.account(id("a")).billed, 3, "{told}");
    }
}

async fn results_that_learn_their_index_late_are_put_in_order() {
    let world = scripted(Script::new().result_at(0, secs(9)).result_at(1, secs(2)), |choices| {
        choices.result_index = ResultIndex::FromCheck(3);
    });
    let outcome = world.client.run(image("a").number_results(2)).await.unwrap();
    let indices: Vec<_> = outcome.results().iter().map(|result| result.index()).collect();
    assert_eq!((indices, outcome.status()), (vec![0, 1], Status::Succeeded));
}

async fn a_task_that_fails_as_a_whole_ends_with_the_reason() {
    for (results, checks) in [(3, vec![1000]), (1, vec![1000, 2500])] {
        let script = Script::new().duration(secs(0)).results(results).fail_all("providerError");
        let world = scripted(script, |_| {});
        let outcome = world.client.run(video("a").number_results(3)).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Failed, 0));
        assert_eq!(codes(&outcome), vec!["providerError"; results as usize]);
        assert_eq!(world.wire.check_times(), checks, "fewer failures than results have to be said twice");
    }
}

async fn an_empty_list_of_errors_is_no_error() {
    let world = scripted(staggered(), |_| {});
    world.inject(on_check(Action::EmptyErrors));
    let outcome = world.client.run(image("a").number_results(2)).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 2));
}

async fn more_results_than_asked_for_are_all_delivered() {
    let world = scripted(staggered().results(4), |_| {});
    let outcome = world.client.run(image("a").number_results(2)).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 4));
}

async fn missing_results_leave_the_others_and_a_handle() {
    // One never comes though the server says so no more; one hangs for ever.
    for script in [staggered().results(2), staggered().stick(1)] {
        let world = scripted(script, |_| {});
        let outcome = world.client.run(image("a").number_results(3)).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (Status::StillRunning, 2));
        assert!(matches!(outcome.ending(), Ending::StillRunning { accepted: true, .. }));
        assert_eq!(world.wire.now(), secs(100));

        let client = world.other_client();
        let again = client.resume(outcome.handle().clone()).unwrap();
        let first = world.story(&again).await;
        assert_eq!(first[..3], ["100000 accepted before", "100000 result 0", "100000 result 1"]);
    }
}

async fn an_error_that_may_be_the_servers_own_counts_when_it_is_repeated() {
    let trouble = || on_check(Action::CheckError(CheckError::new("serviceUnavailable").names_task()));
    let fault = "The state of the task could not be read. (serviceUnavailable)";

    let world = scripted(staggered(), |_| {});
    world.inject(trouble().first(2));
    let task = world.client.submit(image("a")).unwrap();
    let [first, second] = [1000, 2500].map(|at| format!("{at} fault {fault}"));
    assert_eq!(world.story(&task).await, ["0 accepted", &first, &second, "4750 result 0", "4750 succeeded"]);

    let world = scripted(staggered(), |_| {});
    world.inject(trouble());
    let task = world.client.submit(image("a")).unwrap();
    let story = world.story(&task).await;
    assert_eq!(story.len(), 10, "seven checks in 30 s are not enough");
    assert_eq!(
        story.last_chunk(),
        Some(&["40782 failure serviceUnavailable", "40782 failed"].map(String::from))
    );
}

async fn progress_is_told_as_it_changes() {
    let world = scripted(Script::new().duration(secs(10)).progress(true), |_| {});
    let task = world.client.submit(video("a")).unwrap();
    assert_eq!(
        world.story(&task).await,
        [
            "0 accepted",
            "1000 10 %",
            "2500 25 %",
            "4750 47 %",
            "8125 81 %",
            "13188 result 0",
            "13188 succeeded"
        ]
    );
}

async fn a_synchronous_task_is_answered_in_its_submission() {
    for (results, expected) in [(3, Status::Succeeded), (2, Status::Partial)] {
        let world = scripted(staggered().results(results), |_| {});
        let task = image("a").number_results(3).delivery_method(DeliveryMethod::Sync);
        let outcome = world.client.run(task).await.unwrap();
        assert_eq!((outcome.status(), outcome.results().len()), (expected, results as usize));
        // Where each result comes by itself, only time tells that there are fewer: the rest is asked for, twice, and then
        // the archive whether there is one.
        let questions = if expected == Status::Partial { Way::pick(0, 3) } else { 0 };
        assert_eq!(world.wire.sent().len(), 1 + questions);
    }
}

async fn a_synchronous_task_brings_its_failures_too() {
    for form in [FailureForm::Error, FailureForm::Nested, FailureForm::Flat] {
        for (script, results, failures) in
            [(staggered().fail(1, "inferenceError"), 2, 1), (staggered().fail_all("inferenceError"), 0, 3)]
        {
            let world = scripted(script, |choices| choices.failure_form = form);
            let task = image("a").number_results(3).delivery_method(DeliveryMethod::Sync);
            let outcome = world.client.run(task).await.unwrap();
            assert_eq!((outcome.results().len(), outcome.failures().len()), (results, failures), "{form:?}");
            assert_eq!(world.wire.sent().len(), 1);
        }
    }
}

async fn a_synchronous_task_that_outlasts_its_request_is_asked_about() {
    let world = scripted(Script::new().duration(secs(90)), |choices| choices.sync_window = secs(30));
    let task = image("a").delivery_method(DeliveryMethod::Sync);
    let outcome = world.client.run(task).await.unwrap();
    assert_eq!((outcome.status(), outcome.results().len()), (Status::Succeeded, 1));
    assert_eq!(world.wire.times_of(&TaskType::ImageInference), [0]);
    assert_eq!(world.wire.check_times()[0], 30_000);
    let account = world.account(id("a"));
    assert_eq!((account.submitted, account.billed), (1, 1));
}
