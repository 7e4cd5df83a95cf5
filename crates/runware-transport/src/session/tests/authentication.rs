use crate::Call;

use super::*;

#[test]
fn w20_a_session_that_is_refused_is_not_asked_for_again() {
    for (code, expected) in [
        ("invalidConnectionSessionUUID", "authenticate"),
        ("sessionNotFound", "authenticate"),
        ("unheardOf", "authenticate"),
        ("serviceUnavailable", "authenticate s1"),
    ] {
        let mut bench = Bench::ready();
        bench.check("a");
        bench.close_with(1001);
        bench.pass(secs(1));
        bench.session.connected(bench.now);
        assert_eq!(bench.sent(), ["authenticate s1"]);
        let told = bench.receive(format!(r#"{{"errors":[{{"code":"{code}","message":"m"}}]}}"#));
        assert_eq!(told[0], "disconnect", "{code}: {told:?}");
        bench.pass(secs(2));
        bench.session.connected(bench.now);
        assert_eq!(bench.sent(), [expected], "{code}");
    }
}

#[test]
fn w20_a_session_that_a_server_never_answers_is_offered_twice() {
    for code in [None, Some(1006), Some(1011), Some(1001)] {
        let mut bench = Bench::ready();
        bench.check_within("a", secs(100));
        bench.close_with(1001);
        for expected in ["authenticate s1", "authenticate s1", "authenticate"] {
            bench.pass(secs(8));
            bench.session.connected(bench.now);
            assert_eq!(bench.sent(), [expected], "{code:?}");
            match code {
                Some(code) => _ = bench.close_with(code),
                None => _ = bench.pass(secs(15)),
            }
        }
    }
    // A good answer in between, and both are had again.
    let mut bench = Bench::ready();
    bench.check_within("a", secs(100));
    for answers in [false, true, false, false] {
        bench.close_with(1006);
        bench.pass(secs(8));
        bench.session.connected(bench.now);
        assert_eq!(bench.sent()[0], "authenticate s1");
        if answers {
            bench.receive(AUTHENTICATED);
        }
    }
}

#[test]
fn w20_a_session_that_a_server_closes_for_is_not_offered_again() {
    for code in [1008, 1002, 4001] {
        let mut bench = Bench::ready();
        bench.check("a");
        bench.close_with(1001);
        bench.pass(secs(1));
        bench.session.connected(bench.now);
        assert_eq!(bench.sent(), ["authenticate s1"]);
        bench.close_with(code);
        bench.pass(secs(2));
        bench.session.connected(bench.now);
        assert_eq!(bench.sent(), ["authenticate"], "{code}");
    }
}

#[test]
fn w20_a_key_is_refused_only_without_an_earlier_session() {
    for code in ["invalidApiKey", "unauthorized", "tokenExpired"] {
        let refusal = format!(r#"{{"errors":[{{"code":"{code}","taskType":"authentication"}}]}}"#);
        let mut bench = Bench::ready();
        bench.submit("a");
        bench.close_with(1001);
        bench.pass(secs(1));
        bench.session.connected(bench.now);
        bench.all();
        assert_eq!(
            bench.receive(refusal.clone()),
            ["disconnect", "Waiting until 3s: the server did not accept the earlier session"]
        );
        assert_eq!(bench.pass(secs(2)), ["connect", "Connecting 2"]);
        bench.session.connected(bench.now);
        assert_eq!(bench.all(), ["> authenticate"]);
        let told = bench.receive(refusal);
        assert_eq!(told[..3], ["disconnect 1000", &format!("2 401: {code}"), "2 ends"], "{told:?}");
    }
}

#[test]
fn a_session_that_was_not_offered_is_kept() {
    let mut bench = Bench::ready();
    bench.check_within("a", secs(100));
    for _ in 0..3 {
        bench.close_with(1006);
        bench.pass(secs(8));
        bench.session.connected(bench.now);
    }
    assert_eq!(bench.sent(), ["authenticate s1"]);
}

#[test]
fn the_key_comes_first_and_nothing_before_the_answer() {
    let mut bench = Bench::new();
    bench.check("a");
    assert_eq!(bench.all(), ["connect", "Connecting 1"]);
    bench.session.connected(bench.now);
    assert_eq!(bench.all(), ["> authenticate"]);
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready"]);
    assert_eq!(bench.all(), ["> getResponse a"]);
    assert_eq!(bench.all(), Vec::<String>::new());
}

#[test]
fn without_a_key_everything_is_sent_at_once() {
    let mut bench = Bench::with_key(None, Settings::default());
    bench.submit("a");
    assert_eq!(bench.all(), ["connect", "Connecting 1"]);
    bench.session.connected(bench.now);
    assert_eq!(bench.all(), ["Ready", "> videoInference a"]);
    bench.check("b");
    assert_eq!(bench.all(), ["> getResponse b"]);
    // Whether the submission was taken is unknown; the question can be answered.
    let refusal = r#"{"errors":[{"code":"missingApiKey"}]}"#;
    let told = bench.receive(refusal);
    assert_eq!(told[..3], ["1 Disconnected, maybe sent", "2 401: missingApiKey", "2 ends"]);
}

#[test]
fn w03_an_answer_that_never_comes_is_waited_for_15_seconds() {
    let mut bench = Bench::new();
    bench.check_within("a", secs(60));
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.due_in(), Some(secs(15)));
    assert_eq!(bench.pass(ms(14_999)), Vec::<String>::new());
    assert_eq!(
        bench.pass(ms(1)),
        ["disconnect", "Waiting until 16s: the server did not authenticate the connection in time"]
    );
    assert_eq!(bench.pass(secs(1)), ["connect", "Connecting 2"]);
}

#[test]
fn w04_b17_trouble_while_authenticating_costs_no_task() {
    let troubles = [
        r#"{"errors":[{"code":"serviceUnavailable"}]}"#,
        r#"{"error":{"message":"Server overloaded"}}"#,
        r#"{"error":[{"code":"internalServerError"}]}"#,
        r#"{"error":true,"errorId":4,"errorMessage":"Try later"}"#,
        r#"{"data":[{"taskType":"authentication","status":"error","code":"serviceUnavailable"}]}"#,
        r#"{"errors":[{"taskType":"authentication","code":"rateLimitExceeded"}]}"#,
    ];
    for trouble in troubles {
        let mut bench = Bench::new();
        bench.submit("a");
        bench.session.connected(bench.now);
        bench.all();
        assert_eq!(
            bench.receive(trouble),
            ["disconnect", "Waiting until 1s: the server could not authenticate the connection"],
            "{trouble}"
        );
        assert_eq!(bench.pass(secs(1)), ["connect", "Connecting 2"]);
        bench.connect();
        assert_eq!(bench.sent(), ["videoInference a"]);
    }
}

#[test]
fn w05_a_session_without_an_id_is_not_resumed() {
    let mut bench = Bench::new();
    bench.check("a");
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.receive(r#"{"data":[{"taskType":"authentication"}]}"#), ["Ready"]);
    bench.sent();
    bench.close_with(1001);
    bench.check("a");
    bench.pass(secs(1));
    bench.session.connected(bench.now);
    assert_eq!(bench.sent(), ["authenticate"]);
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready"]);
}

#[test]
fn w19_w20_the_session_is_offered_again_and_another_one_taken() {
    let mut bench = Bench::ready();
    for (old, new) in [("s1", "s2"), ("s2", "s3")] {
        bench.close_with(1006);
        bench.check("a");
        bench.pass(secs(8));
        bench.session.connected(bench.now);
        assert_eq!(bench.sent(), [format!("authenticate {old}")]);
        bench.events();
        assert_eq!(bench.receive(AUTHENTICATED.replace("s1", new)), ["Ready again"]);
    }
    // What is no id is not kept.
    for odd in [format!("\"{}\"", "x".repeat(200)), "7".to_owned(), "\"\"".to_owned()] {
        let mut bench = Bench::new();
        bench.check("a");
        bench.session.connected(bench.now);
        bench.sent();
        bench.receive(AUTHENTICATED.replace("\"s1\"", &odd));
        assert!(bench.session.state().is_ready());
        assert_eq!(bench.session.resumable, None);
    }
}

#[test]
fn w06_w07_what_comes_before_the_answer_is_routed_and_changes_nothing_else() {
    let mut bench = Bench::new();
    bench.check("ab");
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.receive(data(&[('a', DONE)])), ["1 200: a success"]);
    assert_eq!(bench.receive(data(&[('q', DONE)])), ["unclaimed: q success"]);
    let old = errors(&[('q', r#""code":"invalidApiKey""#), ('a', r#""code":"tokenExpired""#)]);
    assert_eq!(bench.receive(old), ["unclaimed: q invalidApiKey, a tokenExpired"]);
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready"]);
    // Half an answer from before is no reason not to ask.
    assert_eq!(bench.sent(), ["getResponse ab"]);
    assert_eq!(bench.pass(secs(1)), Vec::<String>::new());
    assert_eq!(bench.receive(data(&[('b', RUNNING)])), ["1 200: b processing", "1 ends"]);
}

#[test]
fn w06_the_answer_and_the_replay_share_a_frame() {
    let mut bench = Bench::new();
    bench.check("a");
    bench.check("b");
    bench.session.connected(bench.now);
    bench.all();
    let auth = r#"{"taskType":"authentication","connectionSessionUUID":"s1"}"#;
    let frame = format!(r#"{{"data":[{},{auth},{}]}}"#, objects(&[('q', DONE)]), objects(&[('b', DONE)]));
    assert_eq!(bench.receive(frame), ["2 200: b success", "2 ends", "unclaimed: q success", "Ready"]);
    assert_eq!(bench.sent(), ["getResponse a"]);
}

#[test]
fn b16_a_key_that_is_not_accepted_is_said_at_once_in_every_shape() {
    let shapes = [
        r#"{"errors":[{"code":"invalidApiKey","message":"no","parameter":"apiKey","taskType":"authentication"}]}"#,
        r#"{"error":{"code":"invalidApiKey"}}"#,
        r#"{"error":[{"code":"invalidApiKey"}]}"#,
        r#"{"error":true,"errorId":19,"errorMessage":"Invalid api key","errorMessageContentId":1212}"#,
        r#"{"data":[],"errors":[{"code":"serviceUnavailable"},{"code":"invalidApiKey"}]}"#,
        r#"{"data":[{"taskType":"authentication","status":"error","error":{"code":"invalidApiKey"}}]}"#,
        r#"[{"code":"invalidApiKey"}]"#,
    ];
    for shape in shapes {
        let mut bench = Bench::new();
        bench.submit("a");
        bench.check("b");
        bench.session.connected(bench.now);
        bench.all();
        let rejected = ["1 401: invalidApiKey", "1 ends", "2 401: invalidApiKey", "2 ends"];
        let mut told = bench.receive(shape);
        told.sort();
        let mut expected = rejected.to_vec();
        expected.extend(["disconnect 1000", "Refused until 60s: the server does not accept the API key"]);
        expected.sort_unstable();
        assert_eq!(told, expected, "{shape}");
        // The same to those who come later, without a connection.
        bench.pass(ms(59_999));
        bench.check("c");
        assert_eq!(bench.all(), ["3 401: invalidApiKey", "3 ends"]);
        assert_eq!(bench.pass(ms(1)), ["Idle"]);
        bench.check("d");
        assert_eq!(bench.all(), ["connect", "Connecting 2"]);
    }
}

#[test]
fn p46_an_expired_authentication_is_renewed_once_on_the_same_connection() {
    let mut bench = Bench::ready();
    bench.submit("a");
    assert_eq!(bench.sent(), ["videoInference a"]);
    assert_eq!(bench.receive(r#"{"errors":[{"code":"tokenExpired"}]}"#), ["Connecting 1"]);
    bench.check("b");
    assert_eq!(bench.all(), ["> authenticate s1"], "the rest is held back");
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready again"]);
    assert_eq!(bench.all(), ["> getResponse b"]);
    assert_eq!(bench.receive(data(&[('a', ACK)])), ["2 200: a+", "2 ends"]);
}

#[test]
fn p46_a_key_that_is_dead_ends_what_was_not_sent_and_leaves_open_what_was() {
    for again in ["tokenRevoked", "invalidApiKey"] {
        let mut bench = Bench::ready();
        bench.submit("a");
        bench.sent();
        bench.receive(r#"{"errors":[{"code":"tokenExpired"}]}"#);
        bench.submit("b");
        assert_eq!(bench.all(), ["> authenticate s1"]);
        let told = bench.receive(format!(r#"{{"errors":[{{"code":"{again}"}}]}}"#));
        assert_eq!(
            told,
            [
                // It may have been accepted before the key died.
                "2 Disconnected, maybe sent".to_owned(),
                "disconnect 1000".to_owned(),
                format!("3 401: {again}"),
                "3 ends".to_owned(),
                "Refused until 60s: the server does not accept the API key".to_owned(),
            ]
        );
    }
}

#[test]
fn p46_an_expiry_while_the_key_is_presented_again_is_no_word_about_the_key() {
    for more in ["", r#","taskType":"authentication""#] {
        let mut bench = Bench::ready();
        bench.submit("a");
        bench.sent();
        bench.receive(r#"{"errors":[{"code":"tokenExpired"}]}"#);
        bench.check("b");
        bench.sent();
        let told = bench.receive(format!(r#"{{"errors":[{{"code":"tokenExpired"{more}}}]}}"#));
        assert_eq!(
            told,
            [
                "disconnect",
                "2 Disconnected, maybe sent",
                "Waiting until 1s: the server could not authenticate the connection"
            ]
        );
        bench.pass(secs(1));
        bench.connect();
        assert_eq!(bench.sent(), ["getResponse b"]);
    }
}

#[test]
fn p46_each_frame_under_way_may_meet_the_expiry() {
    let expired = r#"{"errors":[{"code":"tokenExpired"}]}"#;
    let mut bench = Bench::ready();
    for name in ["a", "b", "c"] {
        bench.submit(name);
    }
    bench.sent();
    assert_eq!(bench.receive(expired), ["Connecting 1"]);
    bench.sent();
    // The answers to b and c: no word about the new authentication, before or after its answer.
    assert_eq!(bench.receive(expired), Vec::<String>::new());
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready again"]);
    assert_eq!(bench.receive(expired), Vec::<String>::new());
    // One more than can be explained.
    let told = bench.receive(expired);
    assert_eq!(told[0], "disconnect");
}

#[test]
fn p46_a_server_that_lets_it_expire_again_and_again_is_backed_off_from() {
    let mut bench = Bench::ready();
    let expired = r#"{"errors":[{"code":"tokenExpired"}]}"#;
    bench.receive(expired);
    bench.sent();
    bench.receive(AUTHENTICATED);
    bench.pass(ms(29_999));
    assert_eq!(bench.receive(expired), ["disconnect", "Idle"]);

    let mut bench = Bench::ready();
    bench.receive(expired);
    bench.sent();
    bench.receive(AUTHENTICATED);
    bench.pass(secs(30));
    assert_eq!(bench.receive(expired), ["Connecting 1"], "after a while it may expire again");
}

#[test]
fn other_trouble_while_renewing_is_not_ours_while_others_may_have_caused_it() {
    let overloaded = r#"{"error":{"message":"Server overloaded"}}"#;
    let mut bench = Bench::ready();
    bench.submit("a");
    bench.submit("b");
    bench.sent();
    bench.receive(r#"{"errors":[{"code":"tokenExpired"}]}"#);
    bench.sent();
    assert_eq!(bench.receive(overloaded), Vec::<String>::new());
    let told = bench.receive(overloaded);
    assert_eq!(told, ["disconnect", "2 Disconnected, maybe sent", "3 Disconnected, maybe sent", "Idle"]);
}

#[test]
fn an_answer_nobody_asked_for_is_none() {
    let mut bench = Bench::new();
    bench.check("a");
    bench.session.connected(bench.now);
    bench.events();
    // Before the key was sent.
    assert_eq!(bench.receive(AUTHENTICATED), Vec::<String>::new());
    assert_eq!(bench.sent(), ["authenticate"]);
    bench.receive(AUTHENTICATED);
    bench.sent();
    assert_eq!(bench.receive(AUTHENTICATED.replace("s1", "s2")), Vec::<String>::new());
    assert_eq!(bench.session.resumable.as_deref(), Some("s1"));
}

#[test]
fn the_key_is_in_no_output() {
    let mut bench = Bench::ready();
    bench.submit("a");
    bench.close_with(4401);
    assert!(!format!("{:?}", bench.session).contains("s3cret"));
    let empty = Attempt::new(Vec::<Call>::new(), secs(1));
    assert!(!bench.session.open(bench.now, empty).unwrap_err().to_string().contains("s3cret"));
}

#[test]
fn p46_an_expiry_that_names_a_task_renews_too() {
    let expired = |name| errors(&[(name, r#""code":"tokenExpired""#)]);
    let mut bench = Bench::ready();
    for name in ["a", "b", "c"] {
        bench.submit(name);
    }
    bench.sent();
    assert_eq!(bench.receive(expired('a')), ["2 200: a tokenExpired", "2 ends", "Connecting 1"]);
    bench.submit("d");
    assert_eq!(bench.sent(), ["authenticate s1"]);
    // What was sent before may meet it, too, whenever that is said.
    assert_eq!(bench.receive(expired('b')), ["3 200: b tokenExpired", "3 ends"]);
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready again"]);
    assert_eq!(bench.sent(), ["videoInference d"]);
    assert_eq!(bench.receive(expired('c')), ["4 200: c tokenExpired", "4 ends"]);
    // One that was sent since is told that it has expired again.
    assert_eq!(bench.receive(expired('d'))[..3], ["5 200: d tokenExpired", "5 ends", "disconnect"]);
}

#[test]
fn an_expiry_that_answers_nothing_sent_renews_nothing() {
    let mut bench = Bench::ready();
    assert_eq!(bench.receive(errors(&[('q', r#""code":"tokenExpired""#)])), ["unclaimed: q tokenExpired"]);
    bench.check("a");
    assert_eq!(bench.sent(), ["getResponse a"]);
}

#[test]
fn what_is_not_permitted_is_about_a_request_and_not_about_the_connection() {
    let denied = r#"{"errors":[{"code":"permissionDenied"}]}"#;
    let mut bench = Bench::ready();
    bench.submit("a");
    bench.submit("b");
    bench.sent();
    for _ in 0..3 {
        assert_eq!(bench.receive(denied), Vec::<String>::new());
    }
    // Nor is it while the key is presented again.
    bench.receive(r#"{"errors":[{"code":"tokenExpired"}]}"#);
    assert_eq!(bench.sent(), ["authenticate s1"]);
    assert_eq!(bench.receive(denied), Vec::<String>::new());
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready again"]);
    // The key was accepted just now, so what is refused now is something else.
    assert_eq!(bench.receive(r#"{"errors":[{"code":"invalidApiKey"}]}"#), Vec::<String>::new());
    bench.pass(secs(30));
    assert_eq!(bench.receive(r#"{"errors":[{"code":"invalidApiKey"}]}"#), ["Connecting 1"]);
}
