//! `list` and `prune`: what the journal has, offline and without a key.

use std::path::Path;

use runware::journal::Fact;

use crate::ended::Ended;
use crate::kept::{Pen, place, reserve, result, settled, undecided};
use crate::line::Line;
use crate::program::Program;
use crate::server::Server;

/// One task for each state, the oldest first.
const TASKS: [&str; 6] = [
    "00000000-0000-4000-8000-000000000000",
    "00000000-0000-4000-8000-000000000001",
    "00000000-0000-4000-8000-000000000002",
    "00000000-0000-4000-8000-000000000003",
    "00000000-0000-4000-8000-000000000004",
    "00000000-0000-4000-8000-000000000005",
];

const ITEM: &str = r#"{"taskType":"imageInference","imageURL":"https://h/i.jpg"}"#;

/// A journal with a task in each state that can be written directly.
async fn journal(path: &Path) {
    let pen = Pen::new(path, "api.runware.ai");
    pen.begin(TASKS[0], |intent| intent.key = Some("order-17".to_owned())).await;
    let tag = || vec![("customer".to_owned(), "4711".to_owned()), ("season".to_owned(), "spring".to_owned())];
    let ticket = pen.begin(TASKS[1], |intent| intent.tags = tag()).await;
    pen.note(ticket, [result(0, ITEM), settled(Some("0.1000"))]).await;
    let ticket = pen.begin(TASKS[2], |intent| intent.tags = tag()).await;
    pen.note(ticket, [result(0, ITEM), settled(Some("0.2003")), Fact::Confirmed]).await;
    let ticket = pen.begin(TASKS[3], |intent| intent.reserve = Some(reserve("0.5"))).await;
    pen.note(ticket, [result(0, ITEM), settled(None), Fact::Confirmed]).await;
    let ticket = pen.begin(TASKS[4], |_| {}).await;
    pen.note(ticket, [Fact::Refused { reason: "invalid\u{1b}[2J model".to_owned() }]).await;
    let ticket = pen.begin(TASKS[5], |intent| intent.scope = "127.0.0.1:9".to_owned()).await;
    pen.note(ticket, [undecided()]).await;
}

async fn list(path: &Path, words: &str) -> Ended {
    Program::without_key().words("list").words(words).journal(path).run().await.expect(0)
}

fn ids(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(Line::task).collect()
}

#[tokio::test]
async fn tasks_come_newest_first_with_all_there_is_to_say() {
    let (_folder, path) = place();
    journal(&path).await;
    let ended = list(&path, "--json").await;
    let tasks = ended.all("task");
    let newest_first: Vec<&str> = TASKS.iter().rev().copied().collect();
    assert_eq!(ids(&tasks), newest_first);
    let states: Vec<&str> = tasks.iter().map(|task| task.str("state")).collect();
    assert_eq!(states, ["undecided", "refused", "confirmed", "confirmed", "settled", "open"]);
    assert_eq!((tasks[0].str("service"), tasks[5].str("service")), ("127.0.0.1:9", "api.runware.ai"));
    assert_eq!((tasks[5].str("key"), tasks[5].str("model")), ("order-17", "runware:101@1"));
    assert_eq!(tasks[4].field("tags")["customer"], "4711");
    assert_eq!((tasks[3].raw("cost"), tasks[3].number("results")), ("0.2003".to_owned(), 1));
    assert!(tasks[2].field("cost").is_null() && tasks[5].field("held") == false);
    let total = ended.only("total");
    assert_eq!(
        (total.number("tasks"), total.raw("cost"), total.number("costUnknown")),
        (6, "0.3003".to_owned(), 3)
    );
}

#[tokio::test]
async fn filters_choose() {
    let (_folder, path) = place();
    journal(&path).await;
    for (words, expected) in [
        ("--open", vec![TASKS[1], TASKS[0]]),
        ("--done", vec![TASKS[4], TASKS[3], TASKS[2]]),
        ("--unknown", vec![TASKS[5]]),
        ("--open --unknown", vec![TASKS[5], TASKS[1], TASKS[0]]),
        ("--tag customer=4711", vec![TASKS[2], TASKS[1]]),
        ("--tag customer=4711 --open", vec![TASKS[1]]),
        ("--tag customer=4712", vec![]),
        ("--limit 2", vec![TASKS[5], TASKS[4]]),
    ] {
        let ended = list(&path, &format!("--json {words}")).await;
        assert_eq!(ids(&ended.all("task")), expected, "{words}");
        assert_eq!(ended.only("total").number("tasks"), expected.len() as u64);
    }
    Program::without_key().words("list --tag customer").journal(&path).run().await.expect(2);
}

#[tokio::test]
async fn people_get_a_table() {
    let (_folder, path) = place();
    journal(&path).await;
    let ended = list(&path, "").await;
    let lines: Vec<&str> = ended.text().lines().collect();
    assert!(lines[0].starts_with("STATE") && lines.len() == 8, "{ended:?}");
    assert!(lines[6].contains("order-17") && lines[6].contains("0/1"), "{ended:?}");
    assert!(lines[4].contains("$0.2003") && lines[4].contains("1/1"), "{ended:?}");
    assert_eq!(lines[7], "6 tasks, $0.3003 in all; what 3 tasks cost is not known");
    assert!(!ended.text().contains('\u{1b}'));
    // What --unknown lists is called so.
    let unknown = list(&path, "--unknown").await;
    assert!(unknown.text().lines().nth(1).unwrap().starts_with("unknown "), "{unknown:?}");
    let doctor = Program::without_key().words("doctor").journal(&path).run().await.expect(0);
    assert!(doctor.text().contains("1 unknown"), "{doctor:?}");
    assert!(!unknown.text().contains("undecided") && !doctor.text().contains("undecided"));
}

#[tokio::test]
async fn a_cost_that_nobody_knows_is_not_nothing() {
    let (_folder, path) = place();
    let pen = Pen::new(&path, "api.runware.ai");
    for (task, cost) in [(TASKS[0], None), (TASKS[1], Some("0")), (TASKS[2], Some("0.00"))] {
        let ticket = pen.begin(task, |intent| intent.reserve = Some(reserve("0.5"))).await;
        pen.note(ticket, [result(0, ITEM), settled(cost), Fact::Confirmed]).await;
    }
    let ended = list(&path, "--json").await;
    assert!(ended.all("task").iter().all(|task| task.field("cost").is_null()), "{ended:?}");
    let total = ended.only("total");
    assert_eq!((total.field("cost").is_null(), total.number("costUnknown")), (true, 3));
    let people = list(&path, "").await;
    assert!(!people.text().contains('$') && people.text().contains("unknown"), "{people:?}");
    assert!(people.text().ends_with("3 tasks; what 3 tasks cost is not known\n"), "{people:?}");

    let doctor = || Program::without_key().words("doctor").journal(&path);
    let budget =
        doctor().arg("--json").run().await.expect(0).only("doctor").field("journal")["findings"]["budgets"]
            [0]
        .clone();
    assert_eq!((budget["spent"].is_null(), budget["costUnknown"].as_u64()), (true, Some(3)), "{budget}");
    assert!(!doctor().run().await.expect(0).text().contains("$0 spent"));
}

#[tokio::test]
async fn it_tells_what_the_commands_did() {
    let server = Server::quick().await;
    let (_folder, path) = place();
    let run = |words: &str| server.program(words).journal(&path);
    let line =
        "run runware:101@1 positivePrompt=fox includeCost=true --key order-18 --tag customer=1 --tag a=b=c";
    run(line).run().await.expect(0);
    run("run emulator:refuse@1 positivePrompt=fox").run().await.expect(3);
    run("submit emulator:stuck@1 positivePrompt=fox").run().await.expect(0);
    let ended = list(&path, "--json").await;
    let tasks = ended.all("task");
    let states: Vec<&str> = tasks.iter().map(|task| task.str("state")).collect();
    assert_eq!(states, ["open", "refused", "confirmed"]);
    assert_eq!(tasks[0].field("accepted"), true);
    assert!(tasks[1].str("reason").contains("invalidModel"), "{ended:?}");
    assert_eq!((tasks[2].str("key"), tasks[2].field("tags")["a"].as_str()), ("order-18", Some("b=c")));
    assert_eq!(tasks[2].raw("cost"), server.ledger().charged().to_string());
    assert_eq!(tasks[2].str("service"), format!("127.0.0.1:{}", server.port()));

    // The same key is the same task.
    let again = run(&format!("{line} --json")).run().await.expect(0);
    assert_eq!(again.only("settled").task(), tasks[2].task());
    let other = line.replace("fox", "owl");
    let reused = run(&format!("{other} --json")).run().await.expect(3);
    assert_eq!(reused.only("failure").field("error")["code"], "uuidReused");
    let message = reused.only("error").str("message").to_owned();
    assert!(message.contains("the key \"order-18\" was used before, for another request"), "{message}");
    assert!(!message.contains("taskUUID"), "{message}");
    assert_eq!(server.ledger().accepted(), 2);
}

#[tokio::test]
async fn an_absent_journal_is_empty_and_stays_absent() {
    let (folder, path) = place();
    for words in ["list --json", "prune --json", "doctor --json"] {
        Program::without_key().words(words).journal(&path).run().await.expect(0);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn only_what_is_over_is_pruned() {
    let (_folder, path) = place();
    journal(&path).await;
    let prune = |words: &str| Program::without_key().words("prune --json").words(words).journal(&path);
    assert_eq!(prune("").run().await.expect(0).only("pruned").number("tasks"), 0, "nothing is 30 days old");
    let pruned = prune("--older-than 0s --forget-ids").run().await.expect(0);
    assert_eq!(pruned.only("pruned").number("forgotten"), 3);
    assert_eq!(ids(&list(&path, "--json").await.all("task")), [TASKS[5], TASKS[1], TASKS[0]]);
    prune("--older-than soon").run().await.expect(2);
}
