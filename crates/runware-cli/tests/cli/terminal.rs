//! Text of servers gives no orders to terminals.

use std::borrow::Cow;

use runware_emulator::{Action, Rule};

use crate::ended::Ended;
use crate::server::{Server, answer, on_submit, quick};

const U: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// What a hostile server says, as it stands in a JSON string: escape sequences, a bell, C1 controls raw and escaped,
/// bidirectional controls, and line breaks that could forge a line.
const HOSTILE: &str =
    "\\u001b[2J\\u001b]0;owned\\u0007\u{9b}31m\\u009b1m\u{202e}txt\\u2066\\r\\n\\nerror: forged";

/// Checks that nothing is left of it that a terminal would obey.
#[track_caller]
fn harmless(ended: &Ended) {
    let bidi = [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
        '\u{2066}', '\u{2069}',
    ];
    for said in [ended.text(), &ended.stderr] {
        assert!(!said.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{ended:?}");
        assert!(!said.contains(bidi), "{ended:?}");
    }
    assert!(!ended.stderr.lines().any(|line| line.starts_with("error: forged")), "{ended:?}");
}

/// A server that puts hostile words in place of its own.
async fn hostile(words: &'static [&'static str]) -> Server {
    Server::with(quick().fault(Rule::new(Action::rewrite(move |body| {
        let mut text = String::from_utf8(body.to_vec()).unwrap();
        for word in words {
            let quoted = |word: &str| format!("\"{word}\"");
            text = text.replace(&quoted(word), &quoted(HOSTILE));
        }
        text.into()
    }))))
    .await
}

#[tokio::test]
async fn results_and_failures_are_harmless_to_read() {
    let text = "The quiet";
    let rewrite = Rule::new(Action::rewrite(move |body| {
        let reply = String::from_utf8(body.to_vec()).unwrap();
        reply.replace("\"text\":\"", &format!("\"text\":\"{HOSTILE}{text}")).into()
    }));
    let server = Server::with(quick().fault(rewrite)).await;
    let line = "run openai:1@1 messages.0.role=user messages.0.content=fox deliveryMethod=sync";
    let ended = server.program(line).run().await.expect(0);
    assert!(ended.text().contains("owned") && ended.text().contains(text));
    harmless(&ended);

    let server = hostile(&["timeoutProvider"]).await;
    let line = "run emulator:fail@1 positivePrompt=fox deliveryMethod=sync";
    let ended = server.program(line).run().await.expect(6);
    assert!(ended.stderr.contains("owned"), "{ended:?}");
    harmless(&ended);
}

#[tokio::test]
async fn refusals_are_harmless_to_read() {
    let error = format!(
        r#"{{"code":"{HOSTILE}","message":"{HOSTILE}","parameter":["{HOSTILE}","b"],"taskUUID":"{U}"}}"#
    );
    for (status, body) in [
        (400, format!(r#"{{"errors":[{error}]}}"#)),
        (401, format!(r#"{{"errors":["{HOSTILE}"]}}"#)),
        (400, HOSTILE.to_owned()),
    ] {
        let server = Server::quick().await;
        server.inject(on_submit(answer(status, &body)));
        for command in ["run", "submit"] {
            let line = format!("{command} m positivePrompt=fox taskUUID={U} --deadline 500ms -vv");
            let ended = server.program(&line).run().await;
            assert_ne!(ended.code, Some(0));
            harmless(&ended);
        }
    }
}

#[tokio::test]
async fn details_and_states_are_harmless_to_read() {
    let server = hostile(&["emulator:stuck@1", "processing"]).await;
    server.hold(U, "emulator:stuck@1", 1).await;
    for line in ["status", "details", "wait --deadline 1500ms -vv"] {
        let mut words = line.split_whitespace();
        let (command, flags): (&str, Vec<&str>) = (words.next().unwrap(), words.collect());
        let ended = server.program(&format!("{command} {U} {}", flags.join(" "))).run().await;
        assert!(ended.code.is_some(), "{ended:?}");
        harmless(&ended);
        // No progress is drawn either where there is no terminal.
        assert!(!ended.stderr.contains('\r'), "{ended:?}");
    }
}

#[tokio::test]
async fn what_is_typed_is_harmless_too() {
    let server = Server::quick().await;
    let typed = "\u{1b}[2J\u{9b}\u{202e}";
    for line in
        ["wait", "details", "run", "batch", "run m --task-type", "--transport", "run m --http-base-url"]
    {
        let program = server.program("").words(line).arg(typed);
        let ended = program.run().await;
        assert_ne!(ended.code, Some(0), "{line}: {ended:?}");
        harmless(&ended);
    }
}

#[tokio::test]
async fn programs_get_what_came() {
    let server = hostile(&["timeoutProvider"]).await;
    let line = "run emulator:fail@1 positivePrompt=fox deliveryMethod=sync --json";
    let ended = server.program(line).run().await.expect(6);
    let expected: Cow<'_, str> = serde_json::from_str(&format!("\"{HOSTILE}\"")).unwrap();
    assert_eq!(ended.only("failure").field("error")["code"], expected.as_ref());
}
