//! The key goes to the configured server, and nowhere else.

use std::error::Error;

use runware::ErrorKind;
use runware::transport::{ApiKey, HttpTransport};
use runware_emulator::{Action, Answer, Emulator, Rule};

use super::raw::{Raw, reply};
use super::{brisk, client, quick};
use crate::harness::{id, millis, on_check, on_submit, video};

const CANARY: &str = "canary-Zm9vYmFy-0123456789abcdef";

/// Everything that an error shows of itself and of its causes.
fn shown(error: &(dyn Error + 'static)) -> String {
    let levels = std::iter::successors(Some(error), |&level| level.source());
    levels.map(|level| format!("{level}\n{level:?}\n{level:#?}\n")).collect()
}

fn assert_secret(text: &str) {
    assert!(!text.to_lowercase().contains(&CANARY.to_lowercase()), "the key is in: {text}");
}

#[tokio::test]
async fn nothing_that_can_be_printed_holds_the_key() {
    let emulator = Emulator::start(quick().api_keys([CANARY])).await.unwrap();
    let builder = runware::Client::builder().api_key(CANARY).base_url(emulator.http_url()).plan(brisk());
    assert_secret(&format!("{builder:?} {builder:#?}"));
    let client = builder.build().unwrap();
    let transport = HttpTransport::builder(Some(ApiKey::new(CANARY).unwrap()));
    assert_secret(&format!("{transport:?}"));
    assert_secret(&format!("{:?}", transport.build().unwrap()));

    let task = client.submit(video("secret")).unwrap();
    assert_secret(&format!("{client:?} {task:?} {:?} {:?}", task.events(), client.stats()));
    assert_secret(&serde_json::to_string(task.handle()).unwrap());
    let outcome = task.outcome().await.unwrap();
    assert_secret(&format!("{outcome:?} {outcome:#?}"));
    assert_secret(&format!("{:?}", client.task_details(id("secret")).await.unwrap().unwrap()));
    client.close().await;
    assert_secret(&shown(&client.submit(video("closed")).unwrap_err()));
}

#[tokio::test]
async fn no_error_holds_the_key_even_if_the_server_quotes_it() {
    let quote = format!("<pre>Authorization: Bearer {CANARY}</pre>");
    for answer in [
        Answer::error(401, "invalidApiKey"),
        Answer::body(403, "text/plain", quote.clone()),
        Answer::body(400, "text/html", quote.clone()),
        Answer::body(200, "text/html", quote.clone()),
        Answer::body(502, "text/html", quote),
        Answer::error(503, "noAvailableServer").retry_after("3600"),
    ] {
        for rule in [on_submit(Action::Answer(answer.clone())), on_check(Action::Answer(answer.clone()))] {
            assert_story_is_secret(rule).await;
        }
    }
}

#[tokio::test]
async fn no_error_of_the_server_holds_the_key() {
    let said = format!(r#"{{"errors":[{{"code":"invalidApiKey","message":"No such key: {CANARY}."}}]}}"#);
    for status in [401, 400] {
        let answer = Answer::body(status, "application/json", said.clone());
        assert_story_is_secret(on_submit(Action::Answer(answer.clone()))).await;
        assert_story_is_secret(on_check(Action::Answer(answer))).await;
    }
}

/// Runs a task under a fault, and looks at everything that comes of it.
async fn assert_story_is_secret(fault: Rule) {
    let emulator = Emulator::start(quick().fault(fault)).await.unwrap();
    let client = client(&emulator.http_url(), CANARY, brisk().with_deadline(millis(250)));
    let task = client.submit(video("quoted")).unwrap();
    let mut events = task.events();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => assert_secret(&format!("{event:?}")),
            Err(error) => assert_secret(&shown(&error)),
        }
    }
    assert_secret(&format!("{:?}", task.outcome().await));
}

#[tokio::test]
async fn a_bad_key_is_an_error_at_once_and_is_not_shown() {
    let emulator = Emulator::start(quick().api_keys(["another"])).await.unwrap();
    let client = client(&emulator.http_url(), CANARY, brisk());
    let error = client.run(video("refused")).await.unwrap_err();
    assert!(error.is_auth() && error.kind() == ErrorKind::Rejected, "{error:?}");
    assert_secret(&shown(&error));
    assert_eq!(emulator.ledger().requests(), 1);

    let malformed = format!("{CANARY}\r\nX-Evil: 1");
    let error = runware::Client::builder().api_key(malformed).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_secret(&shown(&error));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 X"] {
        let target = Raw::start(vec![reply("HTTP/1.1 200 OK\r\n", r#"{"data":[]}"#)]).await;
        let head = format!("HTTP/1.1 {status}\r\nLocation: {}?key={CANARY}\r\n", target.url());
        let server = Raw::start(vec![reply(&head, "")]).await;
        let client = client(&server.url(), CANARY, brisk());
        let error = client.run(video("redirected")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected, "{error:?}");
        assert!(error.http_status().is_some_and(|status| (301..=308).contains(&status)), "{error:?}");
        assert_secret(&shown(&error));

        let [request] = &server.requests()[..] else { panic!("one request was expected") };
        assert!(
            request.text.to_lowercase().contains(&format!("authorization: bearer {}", CANARY.to_lowercase()))
        );
        assert!(target.requests().is_empty(), "{status} was followed");
    }
}
