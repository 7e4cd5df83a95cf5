//! What people read, word for word.

use crate::ended::Ended;
use crate::line::is_uuid;
use crate::server::{Server, quick};

/// Both streams of a run, with what differs from run to run replaced.
fn said(ended: &Ended, server: &Server) -> String {
    let text = format!("{}---\n{}", ended.text(), ended.stderr).replace(&server.port().to_string(), "PORT");
    let lines = text.lines().map(|line| line.split(' ').map(redacted).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

fn redacted(word: &str) -> String {
    let is_time = |word: &str| !word.ends_with('.') && word.contains('.') && word.parse::<f64>().is_ok();
    if is_uuid(word) {
        "UUID".to_owned()
    } else if is_time(word) {
        "0.0".to_owned()
    } else if let Some((start, name)) = word.rsplit_once('/')
        && name.split_once('.').is_some_and(|(stem, _)| is_uuid(stem))
    {
        format!("{start}/UUID.{}", name.rsplit('.').next().unwrap_or_default())
    } else {
        word.to_owned()
    }
}

#[tokio::test]
async fn a_run() {
    let server = Server::quick().await;
    let line = "run runware:101@1 positivePrompt=fox numberResults=2 deliveryMethod=sync";
    let ended = server.program(line).run().await.expect(0);
    insta::assert_snapshot!(said(&ended, &server), @r#"
    http://127.0.0.1:PORT/files/image/UUID.png
    http://127.0.0.1:PORT/files/image/UUID.png
    ---
    UUID submitting imageInference with runware:101@1
    UUID accepted
    UUID succeeded: 2 results, 0 status checks in 0.0 s
    "#);
}

#[tokio::test]
async fn a_run_that_fails_in_part() {
    let server = Server::quick().await;
    let line = "run emulator:partial@1 positivePrompt=fox numberResults=2 deliveryMethod=sync";
    let ended = server.program(line).run().await.expect(6);
    insta::assert_snapshot!(said(&ended, &server), @r#"
    http://127.0.0.1:PORT/files/image/UUID.png
    ---
    UUID submitting imageInference with emulator:partial@1
    UUID accepted
    UUID failed: The external provider did not respond within the timeout window. The request was automatically terminated. (timeoutProvider, timeout; may go well another time)
    UUID succeeded in part (1 of 2 failed): 1 result, 0 status checks in 0.0 s
    "#);
}

#[tokio::test]
async fn a_run_that_is_refused() {
    let server = Server::quick().await;
    let ended = server.program("run runware:101@1 positivePrompt=fox width=1").run().await.expect(3);
    insta::assert_snapshot!(said(&ended, &server), @r#"
    ---
    warning: height is missing beside `width`; a size is given by both
    UUID submitting imageInference with runware:101@1
    error: task UUID was rejected, and nothing was bought: Invalid value for 'width' parameter. It must be a whole number from 256 to 16383. (invalidWidth)
    "#);
}

#[tokio::test]
async fn a_run_that_its_deadline_ends() {
    let server = Server::with(quick()).await;
    let ended =
        server.program("run emulator:stuck@1 positivePrompt=fox --deadline 300ms").run().await.expect(8);
    insta::assert_snapshot!(said(&ended, &server), @r#"
    ---
    UUID submitting imageInference with emulator:stuck@1
    UUID accepted
    UUID is still running: 0 results, 0 status checks in 0.0 s
    To go on waiting for it:
      runware wait UUID --http-base-url http://127.0.0.1:PORT/v1 --deadline 300ms
    "#);
}

#[tokio::test]
async fn a_batch() {
    let server = Server::quick().await;
    let task = |model: &str, delivery: &str| {
        format!(
            r#"{{"taskType":"imageInference","model":"{model}","positivePrompt":"fox","deliveryMethod":"{delivery}"}}"#
        )
    };
    let text = [task("emulator:fast@1", "sync"), task("emulator:fail@1", "async")].join("\n");
    let ended = server.program("batch -").stdin(text).run().await.expect(6);
    // The tasks take turns as they like.
    let said = said(&ended, &server);
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ---
    2 tasks: 1 succeeded, 1 failed; 3 requests, 1 status check, 0.0 s
    UUID accepted
    UUID accepted
    UUID failed: 0 results, 1 status check in 0.0 s
    UUID failed: The external provider did not respond within the timeout window. The request was automatically terminated. (timeoutProvider, timeout; may go well another time)
    UUID result 0:
    UUID submitting imageInference with emulator:fail@1
    UUID submitting imageInference with emulator:fast@1
    UUID succeeded: 1 result, 0 status checks in 0.0 s
    http://127.0.0.1:PORT/files/image/UUID.png
    "#);
}

#[tokio::test]
async fn a_missing_key() {
    let server = Server::quick().await;
    let ended = server.program("run m").env("RUNWARE_API_KEY", "").run().await.expect(4);
    insta::assert_snapshot!(said(&ended, &server), @r#"
    ---
    error: there is no API key, and nothing was sent. Sign up at https://my.runware.ai/signup, create a key on the page "API Keys", and set RUNWARE_API_KEY, or give --api-key-file PATH. To try without one, add --emulator: it needs no key and costs nothing
    "#);
}
