//! The events of `--json`: which come, in which order, and what they hold.

use std::time::Duration;

use runware_emulator::{Options, ResultIndex, Script};

use crate::server::{Server, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

#[tokio::test]
async fn a_run_tells_its_whole_story_in_order() {
    let script = Script::new().duration(Duration::from_millis(1_500)).progress(true);
    let server = Server::with(Options::new().script("slow:1@1", script)).await;
    let line = "run slow:1@1 --task-type videoInference positivePrompt=waves numberResults=2 --json";
    let ended = server.program(line).run().await.expect(0);
    let mut names = ended.events();
    names.dedup();
    assert_eq!(names, ["submitting", "accepted", "progress", "result", "settled", "summary"]);

    let submitting = ended.only("submitting");
    assert_eq!(submitting.str("taskType"), "videoInference");
    let task = submitting.task();
    assert!(ended.lines().iter().filter(|line| line.has("taskUUID")).all(|line| line.task() == task));
    assert_eq!(ended.only("accepted").field("replayed"), false);
    assert!(ended.all("progress").iter().all(|line| (1..100).contains(&line.number("progress"))));

    let ledger = server.ledger();
    let settled = ended.only("settled");
    assert_eq!(settled.str("status"), "succeeded");
    assert_eq!((settled.number("results"), settled.number("failures")), (2, 0));
    assert_eq!(settled.number("polls"), ledger.task(&task.parse().unwrap()).unwrap().checks);
    assert!(settled.number("elapsedMs") >= 1_500 && !settled.has("resume"));

    let summary = ended.summary();
    assert_eq!(summary.counts(), [1, 0, 0, 0, 0]);
    assert_eq!(summary.number("requests"), ledger.requests());
    assert_eq!(summary.number("statusChecks"), ledger.status_checks());
    assert!(summary.number("elapsedMs") >= settled.number("elapsedMs"));
}

#[tokio::test]
async fn a_result_is_the_servers_object_byte_for_byte() {
    let server = Server::with(quick().choose(|choices| choices.result_index = ResultIndex::Always)).await;
    let line = "run runware:101@1 positivePrompt=fox numberResults=3 includeCost=true --json";
    let ended = server.program(line).run().await.expect(0);
    let archived = server.archived(ended.only("submitting").task()).await;
    let results = ended.all("result");
    assert_eq!(results.iter().map(|line| line.number("index")).collect::<Vec<_>>(), [0, 1, 2]);
    let items: Vec<String> = results.iter().map(|line| line.raw("item")).collect();
    assert!(archived.contains(&format!(r#""response":{{"data":[{}]}}"#, items.join(","))), "{archived}");
    assert!(items[0].contains(r#""cost":0.0013"#), "the price keeps its digits: {}", items[0]);
}

#[tokio::test]
async fn results_without_an_index_are_counted() {
    let server = Server::quick().await;
    let line = "run runware:101@1 positivePrompt=fox numberResults=3 deliveryMethod=sync --json";
    let ended = server.program(line).run().await.expect(0);
    let indexes: Vec<u64> = ended.all("result").iter().map(|line| line.number("index")).collect();
    assert_eq!(indexes, [0, 1, 2]);
}

#[tokio::test]
async fn a_failure_says_which_result_where_that_is_known() {
    for known in [false, true] {
        let options = quick().choose(|choices| {
            choices.index_on_failures = known;
            choices.result_index = ResultIndex::Always;
        });
        let server = Server::with(options).await;
        let line = "run emulator:partial@1 positivePrompt=fox numberResults=3 deliveryMethod=sync --json";
        let ended = server.program(line).run().await.expect(6);
        let failure = ended.only("failure");
        assert_eq!(failure.has("index"), known);
        if known {
            assert_eq!(failure.number("index"), 1);
        }
        let error = failure.field("error");
        assert_eq!(error["code"], "timeoutProvider");
        assert_eq!(error["category"], "timeout");
        assert_eq!(error["retryable"], true);
        assert!(error["message"].as_str().unwrap().starts_with("The external provider did not respond"));
        assert!(error.get("parameter").is_none());
        let settled = ended.only("settled");
        assert_eq!((settled.number("results"), settled.number("failures")), (2, 1));
        assert_eq!(settled.str("status"), "partial");
    }
}

#[tokio::test]
async fn a_rejection_names_the_parameter_at_fault() {
    let server = Server::quick().await;
    let ended = server.program("run runware:101@1 positivePrompt=fox width=1 --json").run().await.expect(3);
    assert_eq!(ended.events(), ["submitting", "failure", "settled", "error", "summary"]);
    let failure = ended.only("failure");
    assert_eq!(failure.field("error")["code"], "invalidWidth");
    assert_eq!(failure.field("error")["parameter"], "width");
    assert_eq!(failure.field("error")["retryable"], false);
    let error = ended.only("error");
    assert_eq!((error.str("category"), error.task()), ("validation", ended.only("submitting").task()));
    assert_eq!(ended.only("settled").str("status"), "failed");
    assert_eq!(ended.summary().counts(), [0, 0, 1, 0, 0]);
    assert_eq!(server.ledger().billed(), 0);
}

#[tokio::test]
async fn what_is_told_is_told_at_once() {
    let server = Server::with(quick().choose(|choices| choices.progress = true)).await;
    let line = "run emulator:stuck@1 positivePrompt=fox --json";
    let mut running = server.program(line).start().await;
    for name in ["submitting", "accepted", "progress"] {
        assert!(running.line().await.contains(&format!(r#"{{"event":"{name}""#)));
    }
    // The task never ends; dropping the program kills it.
}

#[tokio::test]
async fn every_task_of_many_is_told_of_by_its_id() {
    let server = Server::quick().await;
    let tasks = [
        format!(r#"{{"taskType":"imageInference","taskUUID":"{U}","model":"runware:101@1","positivePrompt":"fox"}}"#),
        r#"{"taskType":"textInference","model":"emulator:fail@1","messages":[{"role":"user","content":"fox"}]}"#
            .to_owned(),
    ];
    let ended = server.program("batch - --json").stdin(tasks.join("\n")).run().await.expect(6);
    let submitting = ended.all("submitting");
    let [first, second] = submitting.as_slice() else { panic!("{ended:?}") };
    assert_eq!(
        (first.task(), first.str("taskType"), second.str("taskType")),
        (U, "imageInference", "textInference")
    );
    for (task, expected) in [
        (first.task(), vec!["submitting", "accepted", "result", "settled"]),
        (second.task(), vec!["submitting", "accepted", "failure", "settled"]),
    ] {
        let lines = ended.lines();
        let own = lines.iter().filter(|line| line.has("taskUUID") && line.task() == task);
        assert_eq!(own.map(|line| line.event()).collect::<Vec<_>>(), expected);
    }
    let summary = ended.summary();
    assert_eq!(summary.counts(), [1, 0, 1, 0, 0]);
    assert_eq!(summary.number("requests"), server.ledger().requests());
    assert_eq!(summary.number("statusChecks"), server.ledger().status_checks());
}
