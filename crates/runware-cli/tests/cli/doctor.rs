//! `doctor`: how the journal is, and what the configuration comes to, without a network and without a secret.

use std::fs;
use std::path::Path;
use std::time::Duration;

use runware::journal::Fact;
use serde_json::Value;

use crate::ended::Ended;
use crate::kept::{Pen, place, reserve, result, settled, undecided};
use crate::program::{KEY, Program};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const V: &str = "24cd5dff-cb81-4db5-8506-b72a9425f9d1";
const W: &str = "00000000-0000-4000-8000-000000000001";
const ITEM: &str = r#"{"taskType":"imageInference","imageURL":"https://h/i.jpg"}"#;

/// One task at work, one that is paid for and was not delivered, one that is delivered, one to be decided about.
async fn journal(path: &Path) {
    let pen = Pen::new(path, "api.runware.ai");
    pen.begin(U, |intent| intent.reserve = Some(reserve("0.5"))).await;
    let ticket = pen.begin(V, |_| {}).await;
    pen.note(ticket, [result(0, ITEM), settled(Some("0.1"))]).await;
    let ticket = pen.begin(W, |_| {}).await;
    pen.note(ticket, [result(0, ITEM), settled(Some("0.1")), Fact::Confirmed]).await;
    let ticket = pen.begin("00000000-0000-4000-8000-000000000002", |_| {}).await;
    pen.note(ticket, [undecided()]).await;
}

async fn doctor(path: &Path, words: &str) -> Ended {
    Program::without_key().words("doctor").words(words).journal(path).run().await
}

#[tokio::test]
async fn what_could_go_is_told_with_the_command_that_lets_go_of_it() {
    let (_folder, path) = place();
    journal(&path).await;
    let findings = |ended: &Ended| part(ended, "journal")["findings"].clone();
    assert!(findings(&doctor(&path, "--json").await.expect(0)).get("prunable").is_none(), "nothing is old");
    let pen = Pen::earlier(&path, "api.runware.ai", Some(Duration::from_secs(40 * 24 * 60 * 60)));
    let ticket = pen.begin("00000000-0000-4000-8000-000000000003", |_| {}).await;
    pen.note(ticket, [result(0, ITEM), settled(Some("0.1")), Fact::Confirmed]).await;
    drop(pen);
    let prunable = findings(&doctor(&path, "--json").await.expect(0))["prunable"].clone();
    assert_eq!((prunable["tasks"].as_u64(), prunable["requests"].as_u64()), (Some(1), Some(1)), "{prunable}");
    let command = prunable["command"].as_str().unwrap().to_owned();
    assert_eq!(command, format!("runware prune --journal {}", path.display()));
    let people = doctor(&path, "").await.expect(0);
    assert!(people.text().contains("of 1 task that ended more than 30d ago"), "{people:?}");
    Program::pasted(&command).run().await.expect(0);
    assert!(findings(&doctor(&path, "--json").await.expect(0)).get("prunable").is_none());
}

fn part(ended: &Ended, name: &str) -> Value {
    ended.only("doctor").field(name).clone()
}

#[tokio::test]
async fn a_journal_that_is_whole_shows_what_is_open() {
    let (_folder, path) = place();
    journal(&path).await;
    let ended = doctor(&path, "--json").await.expect(0);
    assert_eq!(part(&ended, "healthy"), true);
    let journal = part(&ended, "journal");
    assert_eq!(
        (journal["state"].as_str(), journal["pathFrom"].as_str()),
        (Some("healthy"), Some("--journal"))
    );
    let findings = &journal["findings"];
    for (state, number) in [("open", 1), ("settled", 1), ("confirmed", 1), ("undecided", 1)] {
        assert_eq!(findings["tasks"][state], number, "{state}: {findings}");
    }
    assert_eq!((findings["open"][0].as_str(), findings["undelivered"][0].as_str()), (Some(U), Some(V)));
    assert_eq!(findings["held"], serde_json::json!([]));
    assert!(findings["bytes"].as_u64() > Some(0) && findings["schema"].as_u64() > Some(0), "{findings}");
    assert_eq!(
        (findings["owners"].as_u64(), findings["permissions"].as_str()),
        (Some(0), Some("0600 in a directory with 0700"))
    );
    assert_eq!(findings["budgets"][0]["reserved"].to_string(), "0.5");
    let abandon = findings["undecided"][0]["abandon"].as_str().unwrap();
    assert!(abandon.ends_with(&format!(" abandon --journal {}", path.display())), "{abandon}");
    Program::pasted(abandon).run().await.expect(0);

    let people = doctor(&path, "").await.expect(0);
    for words in
        ["healthy", "1 open", U, V, "runware collect", "spring: $0 spent, $0.5 set aside", "none: neither"]
    {
        assert!(people.text().contains(words), "no {words:?} in {people:?}");
    }
    let collect = format!("    runware collect --journal {}", path.display());
    assert!(people.text().lines().any(|line| line == collect), "{people:?}");
}

#[tokio::test]
async fn a_damaged_journal_is_told_and_nothing_is_made_of_it() {
    for damage in [cut, flip, lose] {
        let (_folder, path) = place();
        journal(&path).await;
        damage(&path);
        let ended = doctor(&path, "--json").await.expect(1);
        assert_eq!(
            (part(&ended, "healthy"), part(&ended, "journal")["state"].clone()),
            (false.into(), "damaged".into()),
            "{ended:?}"
        );
        assert!(part(&ended, "journal")["problem"].is_string(), "{ended:?}");
        Program::without_key().words("list").journal(&path).run().await.expect(1);
    }
    let (folder, _) = place();
    let unusable = doctor(folder.path(), "--json").await.expect(1);
    assert_eq!(part(&unusable, "healthy"), false);
}

fn cut(path: &Path) {
    let length = fs::metadata(path).unwrap().len();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length / 2).unwrap();
}

fn flip(path: &Path) {
    let log = path.with_extension("db-wal");
    let flipped = [path.to_owned(), log].into_iter().any(|path| {
        let Ok(mut content) = fs::read(&path) else { return false };
        let Some(place) = content.windows(7).rposition(|window| window == b"101@1\",") else { return false };
        content[place] ^= 1;
        fs::write(path, content).is_ok()
    });
    assert!(flipped);
}

fn lose(path: &Path) {
    fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn the_configuration_is_shown_without_a_secret() {
    let (_folder, path) = place();
    let plain = part(&doctor(&path, "--json").await.expect(0), "configuration");
    assert_eq!(
        (plain["service"].as_str(), plain["transport"].as_str()),
        (Some("api.runware.ai"), Some("ws"))
    );
    assert_eq!(plain["httpBaseUrl"], "https://api.runware.ai/v1");
    assert_eq!(plain["wsBaseUrl"], "wss://ws-api.runware.ai/v1");
    assert_eq!((plain["hasKey"].as_bool(), plain["deadlineMs"].as_u64()), (Some(false), Some(1_200_000)));

    let line = "doctor --json --http-base-url http://me:s3cret@127.0.0.1:9/v1 --deadline 5s";
    let ended = Program::new().words(line).env("RUNWARE_JOURNAL", &path).run().await.expect(0);
    let full = part(&ended, "configuration");
    assert_eq!((full["hasKey"].as_bool(), full["keyFrom"].as_str()), (Some(true), Some("RUNWARE_API_KEY")));
    assert_eq!((full["service"].as_str(), full["transport"].as_str()), (Some("127.0.0.1:9"), Some("http")));
    assert!(full.get("wsBaseUrl").is_none() && full["deadlineMs"] == 5_000, "{full}");
    assert!(!ended.text().contains("s3cret") && !ended.text().contains(&KEY[..6]), "{ended:?}");
    assert_eq!(part(&ended, "journal")["pathFrom"], "RUNWARE_JOURNAL");

    for (words, state) in [("--no-journal", "off"), ("", "absent")] {
        let ended = Program::without_key().words("doctor --json").words(words).run().await.expect(0);
        assert_eq!(part(&ended, "journal")["state"], state);
    }
    Program::without_key().words("doctor").homeless().run().await.expect(1);
}

/// The name of the service is part of the id of each task and of what the journal finds: with two names for one service,
/// `collect` does not see what is open, and a batch that is repeated buys everything again. The library gives it one name
/// (`a_port_that_goes_without_saying_makes_no_other_service`), and so has the command.
#[tokio::test]
async fn a_port_that_goes_without_saying_makes_no_other_service_here_either() {
    let (_folder, path) = place();
    for (words, expected) in [
        ("--http-base-url https://api.runware.ai:443/v1", "api.runware.ai"),
        ("--http-base-url https://Example.org:443", "example.org"),
        ("--ws-base-url wss://WS-api.runware.ai/v1", "api.runware.ai"),
    ] {
        let ended = doctor(&path, &format!("--json {words}")).await;
        let configuration = part(&ended, "configuration");
        assert_eq!(configuration["service"].as_str(), Some(expected), "{words}");
    }
}
