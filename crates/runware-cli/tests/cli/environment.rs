//! The environment and the flags that every command takes.

use std::fs;
use std::path::PathBuf;

use runware_emulator::Options;
use tempfile::TempDir;

use crate::program::{KEY, Program};
use crate::server::{Server, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";
const RUN: &str = "run runware:101@1 positivePrompt=fox deliveryMethod=sync";

/// A file that holds a key, readable by its owner only.
fn key_file(content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    (folder, path)
}

/// A server that takes one key only.
async fn locked() -> Server {
    Server::with(quick().api_keys([KEY])).await
}

#[tokio::test]
async fn without_a_key_nothing_is_sent_and_the_way_to_one_is_told() {
    let server = Server::quick().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), r#"{"taskType":"imageInference"}"#).unwrap();
    let batch = format!("batch {}", file.path().display());
    let [wait, status, details] = ["wait", "status", "details"].map(|command| format!("{command} {U}"));
    for (line, waits) in
        [(RUN, true), ("submit m", false), (&wait, true), (&status, false), (&details, false), (&batch, true)]
    {
        let keyless = || Program::without_key().words(line).arg("--http-base-url").arg(server.url());
        let ended = keyless().run().await.expect(4);
        assert_eq!(ended.text(), "");
        for words in ["RUNWARE_API_KEY", "--api-key-file", "https://my.runware.ai", "--emulator"] {
            assert!(ended.stderr.contains(words), "no {words} in {ended:?}");
        }
        let ended = keyless().arg("--json").run().await.expect(4);
        assert_eq!(ended.events(), if waits { vec!["error", "summary"] } else { vec!["error"] });
        assert_eq!(ended.only("error").str("category"), "auth");
        assert!(!ended.only("error").has("taskUUID"));
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn an_empty_or_broken_key_is_no_key() {
    let server = Server::quick().await;
    for key in ["", "  ", "two words", "line\nbreak", "quoted\"\u{1}"] {
        server.program(RUN).env("RUNWARE_API_KEY", key).run().await.expect(4);
    }
    assert_eq!(server.ledger().requests(), 0);
}

#[tokio::test]
async fn a_key_that_the_server_refuses_is_an_error_of_authentication() {
    let server = locked().await;
    for line in [RUN.to_owned(), format!("wait {U}"), format!("status {U}"), format!("details {U}")] {
        let ended = server.program(&line).env("RUNWARE_API_KEY", "an0ther-key").run().await.expect(4);
        assert!(ended.stderr.contains("invalidApiKey"), "{ended:?}");
        assert!(!ended.stderr.contains("an0ther-key"), "{ended:?}");
    }
}

#[tokio::test]
async fn the_key_may_come_from_the_environment_or_from_a_file_and_the_file_wins() {
    let server = locked().await;
    server.program(RUN).run().await.expect(0);
    let (_folder, path) = key_file(&format!("{KEY}\n"));
    let with_file = || server.program(RUN).arg("--api-key-file").arg(&path);
    let ended = with_file().env("RUNWARE_API_KEY", "wrong").run().await.expect(0);
    assert!(!ended.stderr.contains("warning"), "{ended:?}");
    let keyless = Program::without_key().words(RUN).arg("--http-base-url").arg(server.url());
    keyless.arg("--api-key-file").arg(&path).run().await.expect(0);

    let (_folder, wrong) = key_file("wrong");
    server.program(RUN).arg("--api-key-file").arg(wrong).run().await.expect(4);
    let ended = server.program(RUN).words("--api-key-file /no/such/file").run().await.expect(4);
    assert!(ended.stderr.contains("/no/such/file"), "{ended:?}");
}

#[tokio::test]
async fn a_key_file_that_others_may_read_is_warned_of() {
    let server = locked().await;
    let (_folder, path) = key_file(KEY);
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let ended = server.program(RUN).arg("-q").arg("--api-key-file").arg(&path).run().await.expect(0);
    assert!(ended.stderr.contains("chmod 600"), "{ended:?}");
}

#[tokio::test]
async fn the_address_may_come_from_the_environment_or_a_flag_and_the_flag_wins() {
    let (first, second) = (Server::quick().await, Server::quick().await);
    let program = || Program::new().words(RUN).env("RUNWARE_HTTP_BASE_URL", first.url());
    program().run().await.expect(0);
    assert_eq!((first.ledger().accepted(), second.ledger().accepted()), (1, 0));
    program().arg("--http-base-url").arg(second.url()).run().await.expect(0);
    assert_eq!((first.ledger().accepted(), second.ledger().accepted()), (1, 1));
}

#[tokio::test]
async fn global_flags_may_stand_before_or_after_the_command() {
    let server = Server::quick().await;
    let url = server.url();
    let before = format!("--json --deadline 9s -v --transport http --http-base-url {url} {RUN}");
    let after = format!("{RUN} --json --deadline 9s -v --transport http --http-base-url {url}");
    for line in [before, after] {
        let ended = Program::new().words(&line).run().await.expect(0);
        assert_eq!(ended.summary().counts(), [1, 0, 0, 0, 0]);
    }
}

#[tokio::test]
async fn the_emulator_inside_needs_no_key_and_nothing_else() {
    let keyless = |line: &str| Program::without_key().words(line).words("--emulator --json");
    let whole = keyless("run emulator:fast@1 positivePrompt=fox deliveryMethod=sync");
    let part = keyless("run emulator:partial@1 positivePrompt=fox numberResults=2 deliveryMethod=sync");
    let (whole, part) = tokio::join!(whole.run(), part.run());
    assert!(whole.expect(0).only("result").raw("item").contains("http://127.0.0.1:"));
    assert_eq!(part.expect(6).only("settled").str("status"), "partial");
}

#[tokio::test]
async fn plain_http_to_other_machines_needs_a_flag() {
    let others = ["http://192.0.2.1/v1", "http://example.com/v1", "http://[2001:db8::1]/v1"];
    for url in others.into_iter().chain(["ftp://127.0.0.1/v1", "nonsense", "http://me:s3cret@127.0.0.1/v1"]) {
        let program = Program::new().words(RUN).env("RUNWARE_HTTP_BASE_URL", url);
        let ended = program.run().await.expect(2);
        assert!(ended.stderr.contains("--http-base-url"), "{ended:?}");
        assert_eq!(ended.stderr.contains("--insecure-http"), others.contains(&url), "{ended:?}");
        assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    }
    let server = Server::quick().await;
    let localhost = format!("http://localhost:{}/v1", server.port());
    Program::new().words(RUN).env("RUNWARE_HTTP_BASE_URL", localhost).run().await.expect(0);
}

#[tokio::test]
async fn plain_http_to_other_machines_works_with_the_flag() {
    // This machine by an address that does not say so.
    let server = Server::with(Options::new()).await;
    let url = format!("http://0.0.0.0:{}/v1", server.port());
    let run = || Program::new().words("status").arg(U).arg("--http-base-url").arg(&url);
    run().run().await.expect(2);
    assert_eq!(server.ledger().requests(), 0);
    run().arg("--insecure-http").run().await.expect(9);
    assert_eq!(server.ledger().requests(), 1);
}

#[tokio::test]
async fn no_amount_of_talk_shows_the_key() {
    let server = locked().await;
    // Every run of this suite looks for the key; these say as much as they can, with and without success.
    for verbosity in ["-v", "-vv", "-vvv", "-q"] {
        let ended = server.program(RUN).arg(verbosity).arg("--json").run().await.expect(0);
        assert_eq!(ended.summary().number("succeeded"), 1);
        server.program(&format!("details {U}")).arg(verbosity).run().await.expect(9);
    }
    let ended = server.program(RUN).arg("-vv").env("RUNWARE_API_KEY", format!("Bearer {KEY}")).run().await;
    ended.expect(0);
    let wrong = Server::with(quick().api_keys(["another"])).await;
    wrong.program(RUN).arg("-vv").run().await.expect(4);
}

#[tokio::test]
async fn a_quiet_run_says_nothing_beside_its_data() {
    let server = Server::quick().await;
    let quiet = server.program(RUN).arg("-q").run().await.expect(0);
    assert_eq!(quiet.stderr, "");
    assert_eq!(quiet.text().lines().count(), 1);
    let usual = server.program(RUN).run().await.expect(0);
    assert!(usual.stderr.contains("succeeded"), "{usual:?}");
}

#[tokio::test]
async fn files_that_lie_around_configure_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".env", "runware.toml", ".runware", "runware.json"] {
        fs::write(folder.path().join(name), format!("RUNWARE_API_KEY={KEY}\napi_key = \"{KEY}\"\n")).unwrap();
    }
    let server = Server::quick().await;
    let program = Program::without_key().words(RUN).arg("--http-base-url").arg(server.url());
    program.folder(folder.path()).env("HOME", folder.path()).run().await.expect(4);
    assert_eq!(server.ledger().requests(), 0);
}
