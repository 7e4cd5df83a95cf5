//! The key goes to the configured server, and nowhere else.

use std::error::Error;
use std::sync::Arc;

use futures_util::future::join_all;
use runware::transport::{ApiKey, HttpTransport, TokioClock, WebSocketTransport};
use runware::{Client, ErrorKind};
use runware_emulator::{Action, Answer, RequestKind, Rule};

use super::raw::{Raw, reply};
use super::{TIMES, brisk, builder, quick};
use crate::harness::{Way, id, on_check, on_submit, over_each_connection, secs, video};
use crate::haste::{self, Haste};
use crate::websocket::within;

const CANARY: &str = "canary-Zm9vYmFy-0123456789abcdef";

/// Everything that an error shows of itself and of its causes.
fn shown(error: &(dyn Error + 'static)) -> String {
    let levels = std::iter::successors(Some(error), |&level| level.source());
    levels.map(|level| format!("{level}\n{level:?}\n{level:#?}\n")).collect()
}

fn assert_secret(text: &str) {
    assert!(!text.to_lowercase().contains(&CANARY.to_lowercase()), "the key is in: {text}");
}

over_each_connection! {
    nothing_that_can_be_printed_holds_the_key,
    no_error_holds_the_key_even_if_the_server_quotes_it,
    no_error_of_the_server_holds_the_key,
    a_bad_key_is_an_error_at_once_and_is_not_shown,
    no_redirect_is_followed,
}

async fn nothing_that_can_be_printed_holds_the_key() {
    let emulator = haste::start(Haste::new(TIMES), quick().api_keys([CANARY])).await;
    let builder = builder(&emulator, CANARY).plan(brisk());
    assert_secret(&format!("{builder:?} {builder:#?}"));
    let client = builder.build().unwrap();
    assert_transport_is_secret();

    let task = client.submit(video("secret")).unwrap();
    assert_secret(&format!("{client:?} {task:?} {:?} {:?}", task.events(), client.stats()));
    assert_secret(&serde_json::to_string(task.handle()).unwrap());
    let outcome = task.outcome().await.unwrap();
    assert_secret(&format!("{outcome:?} {outcome:#?} {:?} {client:#?}", client.connection()));
    assert_secret(&format!("{:?}", client.task_details(id("secret")).await.unwrap().unwrap()));
    client.close().await;
    assert_secret(&shown(&client.submit(video("closed")).unwrap_err()));
}

fn assert_transport_is_secret() {
    let key = Some(ApiKey::new(CANARY).unwrap());
    match Way::chosen() {
        Way::Http => {
            let transport = HttpTransport::builder(key);
            assert_secret(&format!("{transport:?} {transport:#?}"));
            assert_secret(&format!("{:?}", transport.build().unwrap()));
        }
        Way::WebSocket => {
            let transport = WebSocketTransport::builder(key);
            assert_secret(&format!("{transport:?} {transport:#?}"));
            assert_secret(&format!("{:?}", transport.build().unwrap()));
        }
    }
}

/// Over HTTP. Over a socket, a page is text that cannot be read.
async fn no_error_holds_the_key_even_if_the_server_quotes_it() {
    let quote = format!("<pre>Authorization: Bearer {CANARY}</pre>");
    let answers = [
        Answer::error(401, "invalidApiKey"),
        Answer::body(403, "text/plain", quote.clone()),
        Answer::body(400, "text/html", quote.clone()),
        Answer::body(200, "text/html", quote.clone()),
        Answer::body(502, "text/html", quote),
        Answer::error(503, "noAvailableServer").retry_after("3600"),
    ];
    assert_stories_are_secret(answers).await;
}

async fn no_error_of_the_server_holds_the_key() {
    let error = |about: &str| {
        format!(r#"{{"errors":[{{"code":"invalidApiKey",{about}"message":"No such key: {CANARY}."}}]}}"#)
    };
    let named = error(&format!(r#""status":"error","taskUUID":"{}","#, id("quoted")));
    let said = |status, text: &str| Answer::body(status, "application/json", text.to_owned());
    let unnamed = error("");
    assert_stories_are_secret([
        said(401, &unnamed),
        said(400, &unnamed),
        said(401, &named),
        said(400, &named),
    ])
    .await;
}

/// Runs tasks whose submissions, or whose checks, are answered with these, all at once.
async fn assert_stories_are_secret(answers: impl IntoIterator<Item = Answer>) {
    let rules = answers.into_iter().map(Action::Answer).flat_map(|answer| {
        let mut rules = vec![on_submit(answer.clone()), on_check(answer.clone())];
        if Way::chosen() == Way::WebSocket {
            rules.push(Rule::new(answer).kind(RequestKind::Authenticate));
        }
        rules
    });
    join_all(rules.map(assert_story_is_secret)).await;
}

/// Runs a task under a fault, and looks at everything that comes of it.
async fn assert_story_is_secret(fault: Rule) {
    let emulator = haste::start(Haste::new(TIMES), quick().fault(fault)).await;
    let plan = brisk().with_deadline(secs(1));
    let client = builder(&emulator, CANARY).plan(plan).build().unwrap();
    let task = client.submit(video("quoted")).unwrap();
    let mut connection = client.connection();
    let states = tokio::spawn(async move {
        let mut states = format!("{:?}", connection.state());
        while let Some(state) = connection.changed().await {
            states.push_str(&format!("{state:?} {state:#?}"));
        }
        states
    });
    let mut events = task.events();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => assert_secret(&format!("{event:?} {event:#?}")),
            Err(error) => assert_secret(&shown(&error)),
        }
    }
    assert_secret(&format!("{:?} {client:?}", task.outcome().await));
    client.close().await;
    drop((client, task, events));
    assert_secret(&within(&TokioClock::new(), secs(5), states).await.unwrap());
}

async fn a_bad_key_is_an_error_at_once_and_is_not_shown() {
    let emulator = haste::start(Haste::new(TIMES), quick().api_keys(["another"])).await;
    let client = builder(&emulator, CANARY).plan(brisk()).build().unwrap();
    let error = client.run(video("refused")).await.unwrap_err();
    assert!(error.is_auth() && error.kind() == ErrorKind::Rejected, "{error:?}");
    assert_secret(&shown(&error));
    let ledger = emulator.ledger();
    assert_eq!((ledger.requests(), ledger.frames()), Way::pick((1, 0), (0, 1)));
    assert_secret(&format!("{:?}", client.connection()));

    let malformed = format!("{CANARY}\r\nX-Evil: 1");
    let error = Client::builder().api_key(malformed).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_secret(&shown(&error));
}

async fn no_redirect_is_followed() {
    let statuses = ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 X"];
    let redirects = statuses.map(async |status| {
        let target = Raw::start(vec![reply("HTTP/1.1 200 OK\r\n", r#"{"data":[]}"#)]).await;
        let head = format!("HTTP/1.1 {status}\r\nLocation: {}?key={CANARY}\r\n", target.url());
        let server = Raw::start(vec![reply(&head, "")]).await;
        let builder = Client::builder().api_key(CANARY).plan(brisk()).clock(Arc::new(Haste::new(TIMES)));
        let builder = match Way::chosen() {
            Way::Http => builder.base_url(server.url()),
            Way::WebSocket => builder.ws_base_url(server.url().replace("http:", "ws:")),
        };
        let client = builder.build().unwrap();
        let error = client.run(video("redirected")).await.unwrap_err();
        let kind = Way::pick(ErrorKind::Rejected, ErrorKind::NotAccepted);
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.http_status().is_some_and(|status| (301..=308).contains(&status)), "{error:?}");
        assert_secret(&shown(&error));
        assert_secret(&format!("{:?}", client.connection()));

        let [request] = &server.requests()[..] else { panic!("one request was expected") };
        match Way::chosen() {
            Way::Http => {
                let header = format!("authorization: bearer {}", CANARY.to_lowercase());
                assert!(request.text.to_lowercase().contains(&header));
            }
            // It would go into the first frame.
            Way::WebSocket => assert_secret(&request.text),
        }
        assert!(target.requests().is_empty(), "{status} was followed");
    });
    join_all(redirects).await;
}
