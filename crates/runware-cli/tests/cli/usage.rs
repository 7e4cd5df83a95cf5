//! Wrong usage: exit code 2, and nothing is sent.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use crate::server::Server;

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// Runs each command line and checks that it is refused before anything is sent.
async fn refused(lines: &[&str]) {
    let server = Server::quick().await;
    for line in lines {
        let ended = server.program(line).run().await.expect(2);
        assert_eq!(ended.text(), "", "{line}");
        assert!(ended.stderr.starts_with("error: "), "{line}: {ended:?}");
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn command_lines_that_make_no_sense_are_refused() {
    refused(&[
        "frobnicate",
        "run",
        "submit",
        "wait",
        "status",
        "details",
        "batch",
        "run m --frobnicate",
        "run m --deadline soon",
        "run m --deadline 5",
        "run m --deadline=-1s",
        "run m --deadline NaN",
        "run m --deadline 400d",
        "run m --deadline 18446744073709551615s",
        "emulate --failure-rate 2",
        "emulate --port 70000",
        "demo again",
        &format!("details {U} --request --response"),
        &format!("run m --api-key {U}"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_announced_but_not_built_is_refused() {
    refused(&[
        "run m --no-download",
        "collect --no-download",
        "submit m --stream",
        "submit m --dry-run",
        "wait 24cd5dff-cb81-4db5-8506-b72a9425f9d1 --dry-run",
        "batch - --stream",
    ])
    .await;
}

#[tokio::test]
async fn values_that_cannot_be_read_are_refused() {
    refused(&[
        "run m lighthouse",
        "run m width:=wide",
        "run m seed:=NaN",
        "run m image=@/no/such/file.png",
        "run m image=@/",
        "run m image=@/dev/zero",
        "run m a..b=c",
        "run m width=1 width=2",
        "run m list.1=a",
        "run m taskType=upscale",
        "submit m lighthouse",
        "run m --task-type getResponse",
        "run m --task-type authentication",
        "batch /no/such/file.jsonl",
    ])
    .await;
}

#[tokio::test]
async fn what_is_no_task_uuid_is_refused() {
    refused(&[
        "wait nonsense",
        "status nonsense",
        "details nonsense",
        &format!("wait {U} nonsense"),
        "wait 00000000-0000-0000-0000-000000000000",
        "wait a770f077f41347de9dacbe0b26a35da6",
        "wait ../../etc/passwd",
    ])
    .await;
}

#[tokio::test]
async fn programs_are_told_as_well() {
    let server = Server::quick().await;
    let ended = server.program("run m lighthouse --json").run().await.expect(2);
    assert_eq!(ended.events(), ["error", "summary"]);
    assert_eq!(ended.only("error").str("category"), "validation");
    assert!(ended.only("error").str("message").contains("`lighthouse`"));
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn a_command_line_without_a_command_shows_the_help() {
    let ended = Server::quick().await.program("").run().await.expect(2);
    assert!(ended.stderr.contains("Usage: runware"), "{ended:?}");
}

#[tokio::test]
async fn what_is_not_text_is_refused_and_paths_need_not_be_text() {
    let server = Server::quick().await;
    let value = OsStr::from_bytes(b"positivePrompt=\xff");
    server.program("run m").arg(value).run().await.expect(2);
    assert_eq!(server.ledger().requests(), 0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"tasks \xff.jsonl"));
    let task = r#"{"taskType":"imageInference","model":"m","positivePrompt":"fox","deliveryMethod":"sync"}"#;
    std::fs::write(&path, task).unwrap();
    server.program("batch").arg(&path).run().await.expect(0);
}
