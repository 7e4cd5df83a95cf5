//! The key is shown nowhere, whatever a server does with it.

use std::error::Error;

use futures_util::future::join_all;
use runware_emulator::{Action, Answer};

use super::*;
use crate::harness::video;
use crate::haste::{self, Haste};

const CANARY: &str = "canary-Zm9vYmFy-0123456789abcdef";

/// Runs a task with the canary as the key, and looks at everything that can be printed.
async fn assert_secret(rule: Rule) {
    let haste = Haste::new(25);
    let emulator = haste::start(haste, usual().fault(rule)).await;
    let builder = Client::builder().api_key(CANARY).ws_base_url(emulator.ws_url()).clock(Arc::new(haste));
    let mut shown = format!("{builder:?} {builder:#?}");
    let plan = runware::poll::Plan::default().with_deadline(secs(12));
    let client = builder.plan(plan).build().unwrap();
    let task = client.submit(video("secret")).unwrap();
    let mut events = task.events();
    let mut connection = client.connection();
    let watch = async {
        while let Some(state) = connection.changed().await {
            shown.push_str(&format!("{state:?} "));
        }
    };
    let listen = async {
        let mut told = String::new();
        while let Some(event) = events.next().await {
            told.push_str(&match event {
                Ok(event) => format!("{event:?} {event:#?}"),
                Err(error) => describe(&error),
            });
        }
        told
    };
    let told = match select(pin!(watch), pin!(within(&haste, secs(60), listen))).await {
        Either::Left(_) => panic!("the client was not closed"),
        Either::Right((told, _)) => told,
    };
    shown.push_str(&told);
    shown.push_str(&format!("{:?} {client:?} {:?}", task.outcome().await, client.connection()));
    assert!(!shown.to_lowercase().contains(&CANARY.to_lowercase()), "{shown}");
    assert!(!told.is_empty());
}

/// Everything that an error shows of itself and of its causes.
fn describe(error: &(dyn Error + 'static)) -> String {
    let levels = std::iter::successors(Some(error), |&level| level.source());
    levels.map(|level| format!("{level}\n{level:?}\n{level:#?}\n")).collect()
}

#[tokio::test]
async fn no_error_of_a_socket_holds_the_key_even_if_the_server_quotes_it() {
    let page = format!("<pre>Authorization: Bearer {CANARY}</pre>");
    let named = |code: &str| {
        format!(
            r#"{{"errors":[{{"code":"{code}","message":"No such key: {CANARY}.","status":"error","taskUUID":"{}"}}]}}"#,
            id("secret")
        )
    };
    let unnamed = format!(r#"{{"errors":[{{"code":"invalidApiKey","message":"No such key: {CANARY}."}}]}}"#);
    let json = |text: &str| Action::Answer(Answer::body(200, "application/json", text.to_owned()));
    let upgrade = |status| on_upgrade(Action::Answer(Answer::body(status, "text/html", page.clone())));
    let rules = [
        upgrade(401),
        upgrade(404),
        upgrade(301),
        upgrade(503),
        on_authentication(json(&unnamed)),
        on_authentication(json(&unnamed.replace("invalidApiKey", "serviceUnavailable"))),
        Rule::new(json(&named("invalidApiKey"))).kind(RequestKind::Submit),
        Rule::new(json(&named("invalidModel"))).kind(RequestKind::Submit),
        Rule::new(json(&named("timeoutProvider"))).kind(RequestKind::Status),
        Rule::new(json(&page)).kind(RequestKind::Status),
    ];
    join_all(rules.map(assert_secret)).await;
}
