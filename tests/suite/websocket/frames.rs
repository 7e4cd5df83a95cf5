//! Frames that say too much, too little, or nothing that can be understood.

use runware::types::DeliveryMethod;
use runware_emulator::{Action, EmptyChecks, Script};

use super::*;
use crate::harness::{codes, image, text, video};

/// A frame that comes before the answer to the second check.
fn interject(text: impl Into<String>) -> Options {
    usual().fault(on_check(2, Action::Interject(text.into())))
}

/// Runs two tasks under a fault that neither must notice.
async fn assert_unnoticed(options: Options, what: &str) -> Net {
    let net = Net::start(options).await;
    let client = net.client();
    let (one, other) = (client.submit(video("one")).unwrap(), client.submit(video("other")).unwrap());
    for (name, task) in [("one", one), ("other", other)] {
        let outcome = net.within(secs(60), task.outcome()).await.unwrap();
        assert!(outcome.elapsed() < secs(15), "{what}: {outcome:?}");
        net.assert_delivered(name, &outcome);
    }
    assert_eq!(net.ledger().sockets_opened(), 1, "{what}");
    net
}

/// Runs a task under a fault that costs the connection, once.
async fn assert_one_reconnect(bytes: Vec<u8>, what: &str) {
    let net = Net::start(usual().fault(on_check(2, Action::RawBytes(bytes.into())))).await;
    let outcome = net.run(video("broken")).await;
    net.assert_delivered("broken", &outcome);
    assert_eq!(net.dials().len(), 2, "{what}: {:?}", net.dials());
    assert_eq!(net.account("broken").submitted, 1, "{what}");
}

#[tokio::test(start_paused = true)]
async fn w14_a_message_over_the_limit_is_not_asked_for_again_and_again() {
    let net = Net::start(usual()).await;
    let client = net.client_with(|transport| {
        transport.max_message_bytes(400).reconnect(|| std::iter::repeat(millis(500)))
    });
    let large = client.submit(image("w14").output_type(runware::types::OutputType::Base64Data)).unwrap();
    net.pass(secs(50)).await;
    assert!(net.dials().len() <= 2, "refused after the second: {:?}", net.dials());
    // There is no other way here; the result is not lost.
    let handle = large.handle().clone();
    let outcome = net.within(secs(60), net.client().resume(handle).unwrap().outcome()).await.unwrap();
    net.assert_delivered("w14", &outcome);
}

#[tokio::test(start_paused = true)]
async fn w15_a_message_in_endless_pieces_ends_the_connection() {
    let mut pieces = frame(0x01, b"{");
    pieces.extend((0..200_000).flat_map(|_| frame(0x00, b"")));
    assert_one_reconnect(pieces, "empty pieces").await;
    let mut pieces = frame(0x01, b"{");
    pieces.extend((0..1_100).flat_map(|_| frame(0x00, &[b' '; 65_000])));
    assert_one_reconnect(pieces, "more than 64 MiB in pieces").await;
    assert_one_reconnect(frame(0x01, b"{\"data\":"), "no end").await;
}

#[tokio::test(start_paused = true)]
async fn w16_binary_messages_are_read_like_text_and_garbage_costs_nothing() {
    assert_unnoticed(usual().choose(|choices| choices.socket.binary = true), "binary").await;
    let garbage = frame(BINARY, &[0xff, 0x00, 0xc3, 0x28, b'{']);
    assert_unnoticed(usual().fault(on_check(2, Action::RawBytes(garbage.into()))), "garbage").await;
}

#[tokio::test(start_paused = true)]
async fn w16_text_that_is_no_text_ends_the_connection_once() {
    assert_one_reconnect(frame(TEXT, &[b'"', 0xff, 0xfe, b'"']), "not UTF-8").await;
}

#[tokio::test(start_paused = true)]
async fn w17_frames_that_break_the_protocol_end_the_connection_once() {
    for (what, bytes) in [
        ("masked", vec![0x81, 0x82, 1, 2, 3, 4, b'{' ^ 1, b'}' ^ 2]),
        ("a reserved bit", frame(0xc1, b"{}")),
        ("an unknown opcode", frame(0x83, b"{}")),
        ("an unknown control opcode", frame(0x8b, b"")),
        ("a continuation of nothing", frame(0x80, b"{}")),
        ("a control frame in pieces", frame(0x09, b"")),
        ("a long control frame", frame(0x89, &[0; 126])),
        ("a length that no one can have", vec![0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] {
        assert_one_reconnect(bytes, what).await;
    }
}

#[tokio::test(start_paused = true)]
async fn w25_an_error_that_names_no_task_changes_none() {
    for text in [
        r#"{"errors":[{"code":"serviceUnavailable","message":"Overloaded."}]}"#,
        r#"{"error":{"message":"Server overloaded"}}"#,
        r#"{"errors":[{"code":"invalidModel","message":"Whose?","status":"error"}]}"#,
    ] {
        assert_unnoticed(interject(text), text).await;
    }
}

#[tokio::test(start_paused = true)]
async fn w26_b10_an_error_about_a_task_that_nobody_knows_changes_none() {
    let text =
        format!(r#"{{"errors":[{{"code":"timeoutProvider","status":"error","taskUUID":"{}"}}]}}"#, id("x"));
    assert_unnoticed(interject(text), "another's task").await;
}

#[tokio::test(start_paused = true)]
async fn w26_b10_nor_does_one_about_a_task_that_was_let_go_of() {
    let text = format!(
        r#"{{"errors":[{{"code":"timeoutProvider","status":"error","taskUUID":"{}"}}]}}"#,
        id("forgotten")
    );
    let net = Net::start(usual().duration(secs(20)).fault(on_check(4, Action::Interject(text)))).await;
    let client = net.client();
    let forgotten = client.submit(video("forgotten")).unwrap();
    forgotten.accepted().await.unwrap();
    drop(forgotten);
    let outcome = net.within(secs(60), client.run(video("kept"))).await.unwrap();
    net.assert_delivered("kept", &outcome);
    assert_bought_once(&net.ledger(), "forgotten");
    assert_eq!(net.ledger().sockets_opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn w27_b11_results_and_errors_of_one_frame_all_arrive() {
    let net =
        Net::start(usual().script_task(id("bad"), Script::new().duration(secs(5)).fail(0, "inferenceError")))
            .await;
    let client = net.client();
    let (good, bad) = (client.submit(video("good")).unwrap(), client.submit(video("bad")).unwrap());
    let good = net.within(secs(60), good.outcome()).await.unwrap();
    net.assert_delivered("good", &good);
    let bad = net.within(secs(60), bad.outcome()).await.unwrap();
    assert_eq!((bad.status(), codes(&bad)), (Status::Failed, vec!["inferenceError"]));
    let ledger = net.ledger();
    let frames = ledger.frames_of(RequestKind::Status);
    assert!(ledger.status_checks() > frames, "the two were asked about in one frame: {frames}");
}

#[tokio::test(start_paused = true)]
async fn w27_a_result_and_an_error_of_the_same_task_all_arrive() {
    for delivery in [DeliveryMethod::Async, DeliveryMethod::Sync] {
        let script = Script::new().duration(secs(5)).fail(1, "inferenceError");
        let net = Net::start(usual().script_task(id("w27"), script)).await;
        let outcome = net.run(image("w27").number_results(3).delivery_method(delivery)).await;
        assert_eq!((outcome.status(), outcome.results().len()), (Status::Partial, 2));
        assert_eq!(codes(&outcome), ["inferenceError"]);
        assert_eq!((net.account("w27").accepted, net.account("w27").billed), (1, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn w28_an_empty_answer_to_a_check_means_that_there_is_nothing_yet() {
    for empty in [EmptyChecks::Frame, EmptyChecks::Silence] {
        let script = Script::new().duration(secs(5)).blind_checks(3);
        let options = usual().script_task(id("w28"), script);
        let net = Net::start(options.choose(|choices| choices.socket.empty_checks = empty)).await;
        let outcome = net.run(video("w28")).await;
        net.assert_delivered("w28", &outcome);
        assert!(outcome.elapsed() <= secs(45), "{empty:?}: {:?}", outcome.elapsed());
        let account = net.account("w28");
        assert_eq!((account.submitted, net.dials().len()), (1, 1), "{empty:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn w29_errors_of_any_shape_cost_nothing() {
    for text in [
        r#"{"error":"out of order"}"#,
        r#"{"errors":{"code":"serviceUnavailable","message":"An object."}}"#,
        r#"{"errors":"a text"}"#,
        r#"[{"code":"serviceUnavailable"}]"#,
        r#"[]"#,
        "null",
        "17",
        r#""text""#,
        "",
        "{",
        "<html></html>",
    ] {
        assert_unnoticed(interject(text), text).await;
    }
}

#[tokio::test(start_paused = true)]
async fn w30_pongs_however_many_change_nothing() {
    let pong = frame(TEXT, br#"{"data":[{"taskType":"ping","pong":true}]}"#);
    let control = frame(0x8a, b"pong");
    let ping = frame(0x89, b"ping");
    let flood: Vec<u8> = (0..3_000).flat_map(|_| [&pong[..], &control, &ping].concat()).collect();
    let net = assert_unnoticed(usual().fault(on_check(2, Action::RawBytes(flood.into()))), "a flood").await;
    assert!(net.ledger().frames() < 40);
}

#[tokio::test(start_paused = true)]
async fn w31_a_frame_that_is_nested_deeply_costs_nothing() {
    for depth in [1_000, 100_000] {
        let deep = format!(r#"{{"data":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert_unnoticed(interject(deep), "lists").await;
        let deep = format!(r#"{{"data":[{}1{}]}}"#, r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert_unnoticed(interject(deep), "objects").await;
    }
}

#[tokio::test(start_paused = true)]
async fn b02_an_empty_list_of_errors_is_no_error() {
    assert_unnoticed(usual().fault(Rule::new(Action::EmptyErrors)), "errors: []").await;
}

/// Results of a synchronous task come frame by frame, or all at once.
#[tokio::test(start_paused = true)]
async fn b12_results_of_a_synchronous_task_arrive_in_any_number_of_frames() {
    for frames in [runware_emulator::SyncFrames::Each, runware_emulator::SyncFrames::One] {
        for equal in [false, true] {
            let options = usual().choose(|choices| {
                choices.socket.sync_frames = frames;
                choices.equal_texts = equal;
            });
            let net = Net::start(options).await;
            let task = text("b12").number_results(3).delivery_method(DeliveryMethod::Sync);
            let outcome = net.run(task).await;
            assert_eq!(
                (outcome.status(), outcome.results().len()),
                (Status::Succeeded, 3),
                "{frames:?} {equal}"
            );
            assert_eq!((net.account("b12").accepted, net.account("b12").billed), (1, 3));
        }
    }
}
