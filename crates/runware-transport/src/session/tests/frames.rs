use runware_types::Limits;

use super::*;

#[test]
fn b11_w27_data_and_errors_of_one_frame_each_reach_their_own() {
    let mut bench = Bench::ready();
    let (a, b) = (bench.check("a"), bench.check("b"));
    bench.sent();
    let frame = both(&[('a', DONE), ('q', DONE)], &[('b', r#""code":"timeoutProvider","status":"error""#)]);
    assert_eq!(
        bench.receive(frame),
        [
            format!("{} 200: a success", a.0),
            format!("{} ends", a.0),
            format!("{} 200: b timeoutProvider", b.0),
            format!("{} ends", b.0),
            "unclaimed: q success".to_owned(),
        ]
    );
    bench.check("a");
    bench.sent();
    let mixed = both(&[('a', DONE)], &[('a', r#""code":"timeoutProvider","status":"error""#)]);
    assert_eq!(bench.receive(mixed), ["4 200: a success, a timeoutProvider", "4 ends"]);
}

#[test]
fn w22_answers_are_known_by_their_task_and_not_by_their_connection() {
    let mut bench = Bench::ready();
    bench.submit("a");
    bench.sent();
    assert_eq!(bench.close_with(1006), ["2 Disconnected, maybe sent", "Idle"]);
    bench.check("a");
    bench.pass(secs(1));
    bench.session.connected(bench.now);
    bench.sent();
    bench.events();
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready again"]);
    bench.sent();
    assert_eq!(bench.receive(data(&[('a', RUNNING)])), ["3 200: a processing", "3 ends"]);
}

#[test]
fn w23_w24_everybody_who_waits_for_a_task_hears_of_it() {
    let mut bench = Bench::ready();
    let run = bench.run("a", 2);
    let (first, second) = (bench.check("a"), bench.check("ba"));
    bench.sent();
    let told = bench.receive(data(&[('a', DONE)]));
    assert_eq!(
        told,
        [
            format!("{} 200: a success", run.0),
            format!("{} 200: a success", first.0),
            format!("{} ends", first.0),
            format!("{} 200: a success", second.0),
        ]
    );
}

#[test]
fn w24_what_only_one_kind_of_call_brings_about_ends_no_other() {
    let mut bench = Bench::ready();
    let (submission, details, check) = (bench.submit("a"), bench.details("a"), bench.check("a"));
    bench.sent();
    // The archive speaks.
    let archived = data(&[('a', r#""taskType":"getTaskDetails","request":[],"response":{}"#)]);
    assert_eq!(bench.receive(archived), [format!("{} 200: a+", details.0), format!("{} ends", details.0)]);
    let details = bench.details("a");
    bench.sent();
    // The check does: of the archive it says nothing. That the task is there is all a submission waits for.
    let told = bench.receive(data(&[('a', RUNNING)]));
    let of = |id: ExchangeId| [format!("{} 200: a processing", id.0), format!("{} ends", id.0)];
    assert_eq!(told, [of(submission), of(check)].concat());
    // A conflict with an earlier submission is no answer to a question, and no verdict on the task.
    let (asks, looks) = (bench.details("b"), bench.check("b"));
    bench.sent();
    assert_eq!(
        bench.receive(errors(&[('b', r#""code":"conflictTaskUUID""#)])),
        ["unclaimed: b conflictTaskUUID"]
    );
    bench.session.abandon(asks);
    bench.session.abandon(looks);
    // A failed search is no verdict on a submission.
    let submission = bench.submit("a");
    bench.sent();
    let told = bench.receive(errors(&[('a', r#""code":"taskNotFound""#)]));
    assert_eq!(told, [format!("{} 200: a taskNotFound", details.0), format!("{} ends", details.0)]);
    let told = bench.receive(errors(&[('a', r#""code":"taskFailedOrNotFound","status":"error""#)]));
    assert_eq!(told, ["unclaimed: a taskFailedOrNotFound"]);
    let told = bench.receive(errors(&[('a', r#""code":"conflictTaskUUID""#)]));
    assert_eq!(told, [format!("{} 200: a conflictTaskUUID", submission.0), format!("{} ends", submission.0)]);
}

/// Who hears of an error: the calls that are open and sent, the error, and those that it ends.
fn heard(open: &str, error: &str) -> String {
    heard_by("", open, error)
}

/// The same, with calls that are not sent.
fn heard_by(unsent: &str, sent: &str, error: &str) -> String {
    let mut bench = Bench::ready();
    let mut opened = String::new();
    for (calls, is_sent) in [(sent, true), (unsent, false)] {
        for call in calls.chars() {
            _ = match call {
                'c' => bench.check("a"),
                'd' => bench.details("a"),
                's' => bench.submit("a"),
                'r' => bench.run("a", 3),
                _ => bench.open_all("a", r#""taskType":"modelUpload""#),
            };
            opened.push(call);
        }
        if is_sent {
            bench.sent();
        }
    }
    let told = bench.receive(errors(&[('a', error)]));
    let ended = |(nth, _): &(usize, char)| told.contains(&format!("{} ends", nth + 2));
    opened.chars().enumerate().filter(ended).map(|(_, call)| call).collect()
}

#[test]
fn w24_an_id_that_is_known_answers_submissions_only() {
    let conflict = r#""code":"conflictTaskUUID""#;
    assert_eq!(heard("cs", conflict), "s");
    assert_eq!(heard("cdr", conflict), "r");
    assert_eq!(heard("cd", conflict), "");
    assert_eq!(heard_by("c", "s", conflict), "s");
    // It answers an earlier attempt, and says the same.
    assert_eq!(heard_by("s", "c", conflict), "s");
}

#[test]
fn w24_a_refusal_is_the_submissions_only_while_nothing_else_can_have_been_refused() {
    for refusal in ["invalidModel", "insufficientCredits", "internalServerError"] {
        let refusal = format!(r#""code":"{refusal}""#);
        for (open, ended) in [("c", "c"), ("d", "d"), ("s", "s"), ("u", "u"), ("cd", "cd")] {
            assert_eq!(heard(open, &refusal), ended);
        }
        // It may be the question that was refused, and a submission that is called refused is not looked for.
        for (open, ended) in [("cs", "c"), ("sd", ""), ("ru", "ru"), ("cdr", "c")] {
            assert_eq!(heard(open, &refusal), ended);
        }
        // One that is not sent was not refused, unless it was sent before.
        assert_eq!(heard_by("s", "c", &refusal), "c");
        assert_eq!(heard_by("s", "", &refusal), "s");
        assert_eq!(heard_by("cd", "", &refusal), "");
        assert_eq!(heard_by("c", "s", &refusal), "s");
    }
    // Whoever is named by the error's own type or status.
    assert_eq!(heard("cs", r#""code":"invalidWidth","taskType":"getResponse""#), "c");
    assert_eq!(heard("csd", r#""code":"invalidWidth","taskType":"getTaskDetails""#), "d");
    assert_eq!(heard("csd", r#""code":"taskFailed","status":"error""#), "cs");
    assert_eq!(heard_by("c", "", r#""code":"taskFailed","status":"error""#), "c");
}

#[test]
fn an_absence_is_evidence_for_the_one_question_that_it_can_answer() {
    for code in ["taskNotFound", "taskFailedOrNotFound", "taskExpired"] {
        let absent = format!(r#""code":"{code}""#);
        for (open, ended) in [("c", "c"), ("d", "d"), ("s", ""), ("cs", "c"), ("rd", "d")] {
            assert_eq!(heard(open, &absent), ended);
        }
        assert_eq!(heard("cd", &absent), "", "whose it is cannot be known");
        assert_eq!(heard("cd", &format!(r#"{absent},"taskType":"getResponse""#)), "c");
        assert_eq!(heard("cd", &format!(r#"{absent},"taskType":"getTaskDetails""#)), "d");
        assert_eq!(heard("cd", &format!(r#"{absent},"status":"error""#)), "c");
        // What was replayed answers an earlier question.
        for typed in ["", r#","taskType":"getResponse""#, r#","taskType":"getTaskDetails""#] {
            assert_eq!(heard_by("cd", "", &format!("{absent}{typed}")), "");
        }
    }
}

#[test]
fn where_checks_meet_silence_an_absence_is_the_archives_word() {
    let absent = |name| errors(&[(name, r#""code":"taskNotFound""#)]);
    let mut bench = Bench::ready();
    let silent = bench.check("a");
    bench.sent();
    bench.receive(PONG);
    assert_eq!(bench.pass(secs(10)), [format!("{} ends", silent.0)]);
    bench.check("a");
    let asked = bench.details("a");
    bench.sent();
    let told =
        |id: ExchangeId, name| [format!("{} 200: {name} taskNotFound", id.0), format!("{} ends", id.0)];
    assert_eq!(bench.receive(absent('a')), told(asked, 'a'));
    // Once a check is answered so, it may be either's again.
    let denied = bench.check("b");
    bench.sent();
    assert_eq!(bench.receive(absent('b')), told(denied, 'b'));
    bench.check("b");
    bench.details("b");
    bench.sent();
    assert_eq!(bench.receive(absent('b')), ["unclaimed: b taskNotFound"]);
}

#[test]
fn b10_w26_an_error_of_a_forgotten_task_touches_nobody() {
    let mut bench = Bench::ready();
    let gone = bench.submit("a");
    bench.submit("b");
    bench.sent();
    bench.session.abandon(gone);
    assert_eq!(bench.receive(errors(&[('a', r#""code":"invalidModel""#)])), ["unclaimed: a invalidModel"]);
    assert_eq!(bench.receive(data(&[('b', ACK)])), ["3 200: b+", "3 ends"]);
    // What comes late is unclaimed, too.
    assert_eq!(bench.receive(data(&[('b', ACK)])), ["unclaimed: b+"]);
}

#[test]
fn w25_w29_an_error_without_a_task_changes_nothing() {
    let mut bench = Bench::ready();
    bench.check("a");
    bench.run("b", 1);
    bench.submit("c");
    bench.sent();
    let shapes = [
        r#"{"error":{"message":"Server overloaded"}}"#,
        r#"{"error":"text"}"#,
        r#"{"errors":{"code":"internalServerError"}}"#,
        r#"{"errors":["text"]}"#,
        r#"[{"code":"rateLimitExceeded"}]"#,
        r#"{"data":[],"errors":[{"code":"serviceUnavailable"}]}"#,
        r#"{"data":[{"status":"error","error":{"code":"inferenceError"}}]}"#,
        r#"{"errors":[{"code":"inferenceError","taskUUID":"no uuid"}]}"#,
    ];
    for (nth, shape) in shapes.into_iter().enumerate() {
        assert_eq!(bench.receive(shape), Vec::<String>::new(), "{shape}");
        assert_eq!(bench.session.anomalies, nth as u64 + 1, "{shape}");
    }
    assert_eq!(bench.receive(data(&[('b', DONE)])), ["3 200: b success", "3 ends"]);
}

#[test]
fn a_refusal_that_names_nobody_divides_the_oldest_batch_of_which_nothing_was_heard() {
    let refusal = r#"{"errors":[{"code":"maxTasksPerRequestExceeded","message":"m"}]}"#;
    let mut bench = Bench::ready();
    let single = bench.submit("a");
    let (heard, submission, checks) = (bench.check("bc"), bench.submit("de"), bench.check("fg"));
    let (questions, results) = (bench.details("hi"), bench.run("jk", 1));
    assert_eq!(bench.receive(refusal), Vec::<String>::new(), "nothing was sent yet");
    bench.sent();
    let _unsent = bench.check("lm");
    bench.receive(data(&[('b', RUNNING)]));
    // Beside an answer it is about a part of what was asked; and no request is refused for the server's own troubles.
    let beside = both(&[('q', RUNNING)], &[]).replace("[]", r#"[{"code":"invalidModel"}]"#);
    assert_eq!(bench.receive(beside), ["unclaimed: q processing"]);
    for code in ["serviceUnavailable", "rateLimitExceeded", "unheardOf"] {
        assert_eq!(bench.receive(refusal.replace("maxTasksPerRequestExceeded", code)), Vec::<String>::new());
    }
    for batch in [submission, checks, questions] {
        let [told] = &bench.receive(refusal)[..] else { panic!("one batch is ended by one refusal") };
        assert_eq!(*told, format!("{} Undecodable, answered", batch.0));
    }
    // What is left holds one call, was answered in part, or is none of those that can be divided.
    assert_eq!(bench.receive(refusal), Vec::<String>::new());
    for (id, told) in [(single, 'a'), (heard, 'c'), (results, 'j')] {
        let told = bench.receive(data(&[(told, DONE)]));
        assert!(told[0].starts_with(&format!("{} 200", id.0)), "{told:?}");
    }
    // An answer to one that was ended for nothing is not lost.
    assert_eq!(bench.receive(data(&[('d', ACK), ('e', ACK)])), ["unclaimed: d+, e+"]);
}

#[test]
fn trouble_that_names_nobody_ends_the_only_submission_as_one_to_be_offered_again_or_looked_for() {
    let trouble = |code: &str| format!(r#"{{"errors":[{{"code":"{code}","message":"s3cret\u0007"}}]}}"#);
    let again = "2 Undecodable, answered";
    let looked_for = "2 Timeout, maybe sent";
    for (code, expected) in [
        ("rateLimitExceeded", again),
        ("noAvailableServer", again),
        ("serviceUnavailable", looked_for),
        ("internalServerError", looked_for),
        ("unheardOf", looked_for),
        ("insufficientCredits", looked_for),
        ("invalidWidth", looked_for),
        ("inferenceError", looked_for),
    ] {
        let mut bench = Bench::ready();
        bench.submit("a");
        assert_eq!(bench.receive(trouble(code)), Vec::<String>::new(), "nothing was sent yet");
        bench.sent();
        bench.session.received(bench.now, trouble(code).into());
        let Some(Event::End(_, Err(error))) = bench.session.poll_event() else { panic!("{code}") };
        assert_eq!(format!("2 {}", failure(&error)), expected, "{code}");
        assert_eq!(error.status(), (expected == again).then_some(503));
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, format!("{code}: [API key]\\u{{7}}"));
        assert_eq!(bench.receive(data(&[('a', ACK)])), ["unclaimed: a+"]);
    }
    // With two under way, or any other kind, nothing happens.
    for others in ["s", "c", "d", "r"] {
        let mut bench = Bench::ready();
        if others != "s" {
            // By itself, too.
            assert_eq!(heard_nameless(others), Vec::<String>::new());
        }
        bench.submit("a");
        _ = match others {
            "s" => bench.submit("b"),
            "c" => bench.check("b"),
            "d" => bench.details("b"),
            _ => bench.run("b", 1),
        };
        bench.sent();
        for code in ["rateLimitExceeded", "insufficientCredits", "unheardOf"] {
            assert_eq!(bench.receive(trouble(code)), Vec::<String>::new(), "{others}");
        }
    }
    // Nor where something was heard of it.
    let mut bench = Bench::ready();
    bench.submit("ab");
    bench.sent();
    bench.receive(data(&[('a', ACK)]));
    assert_eq!(bench.receive(trouble("rateLimitExceeded")), Vec::<String>::new());
}

/// What happens to a single exchange of this kind when an error comes that names nobody.
fn heard_nameless(kind: &str) -> Vec<String> {
    let mut bench = Bench::ready();
    _ = match kind {
        "c" => bench.check("b"),
        "d" => bench.details("b"),
        _ => bench.run("b", 1),
    };
    bench.sent();
    ["rateLimitExceeded", "insufficientCredits", "invalidWidth"]
        .into_iter()
        .flat_map(|code| bench.receive(format!(r#"{{"errors":[{{"code":"{code}"}}]}}"#)))
        .collect()
}

#[test]
fn a_late_blank_frame_is_that_of_the_check_that_was_given_up() {
    let blank = r#"{"data":[]}"#;
    let said = |id: ExchangeId| [format!("{} 200: blank", id.0), format!("{} ends", id.0)];
    let mut bench = Bench::ready();
    let given_up = bench.check("a");
    bench.check_within("b", secs(2));
    bench.sent();
    bench.session.abandon(given_up);
    bench.pass(secs(2));
    let submission = bench.submit("c");
    bench.sent();
    let check = bench.check("d");
    bench.sent();
    // Whichever it is: the check is made once more.
    assert_eq!(bench.receive(blank), said(check));
    assert_eq!(bench.receive(blank), Vec::<String>::new());
    assert_eq!(bench.receive(blank), Vec::<String>::new());
    assert_eq!(bench.receive(blank), said(submission));
    // It is not waited for for ever, nor over another connection.
    for (pause, is_lost) in [(secs(60), false), (secs(8), true)] {
        let given_up = bench.check("a");
        bench.sent();
        bench.session.abandon(given_up);
        if is_lost {
            bench.close_with(1006);
        }
        let submission =
            bench.open_within("c", r#""taskType":"videoInference","deliveryMethod":"async""#, secs(99));
        bench.pass(pause);
        if is_lost {
            bench.connect();
        }
        bench.sent();
        assert_eq!(bench.receive(blank), said(submission));
    }
}

#[test]
fn a_refusal_without_a_task_says_nothing_while_the_key_is_presented() {
    let refusal = r#"{"errors":[{"code":"maxTasksPerRequestExceeded","message":"m"}]}"#;
    let mut bench = Bench::ready();
    bench.check("ab");
    bench.sent();
    assert_eq!(bench.receive(r#"{"errors":[{"code":"tokenExpired"}]}"#), ["Connecting 1"]);
    assert_eq!(bench.sent(), ["authenticate s1"]);
    let told = bench.receive(refusal);
    assert!(!told.iter().any(|told| told.contains("Undecodable")), "{told:?}");
}

#[test]
fn w16_w31_what_nobody_can_read_costs_nothing() {
    let mut bench =
        Bench::with(Settings::default().with_limits(Limits { max_items: 2, ..Limits::default() }));
    bench.check("a");
    bench.connect();
    bench.sent();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let many = data(&[('a', DONE), ('a', DONE), ('a', DONE)]);
    for frame in ["", "\u{0}", "{", "null", "7", "<html>", &deep, &many] {
        let before = bench.session.anomalies;
        assert_eq!(bench.receive(frame.to_owned()), Vec::<String>::new());
        assert_eq!(bench.session.anomalies, before + 1);
    }
    assert_eq!(bench.receive(&b"\xff\xfe\x00garbage"[..]), Vec::<String>::new());
    // Invalid UTF-8 in a text beside it hides no result.
    let mut frame = data(&[('a', DONE)]).into_bytes();
    let at = frame.len() - 8;
    frame[at] = 0xff;
    assert_eq!(bench.receive(frame), ["1 200: a success", "1 ends"]);
}

#[test]
fn w30_pongs_reach_nobody() {
    let mut bench = Bench::ready();
    bench.check("a");
    bench.sent();
    for _ in 0..10_000 {
        assert_eq!(bench.receive(PONG), Vec::<String>::new());
    }
    let named = data(&[('a', r#""taskType":"ping","pong":true"#)]);
    assert_eq!(bench.receive(named), Vec::<String>::new());
    assert_eq!(bench.sent(), Vec::<String>::new());
}

#[test]
fn b03_w28_a_blank_frame_answers_the_oldest_silent_check() {
    for blank in [r#"{"data":[]}"#, "{}", r#"{"data":[],"errors":[]}"#] {
        let mut bench = Bench::ready();
        let (run, details, submission) = (bench.run("r", 1), bench.details("d"), bench.submit("s"));
        let (first, second) = (bench.check("a"), bench.check("bc"));
        bench.sent();
        bench.receive(data(&[('b', RUNNING)]));
        let said = |id: ExchangeId| [format!("{} 200: blank", id.0), format!("{} ends", id.0)];
        assert_eq!(bench.receive(blank), said(first));
        // The second check was answered in part, and what the archive was asked may be what is answered.
        assert_eq!(bench.receive(blank), Vec::<String>::new());
        bench.session.abandon(details);
        assert_eq!(bench.receive(blank), said(submission));
        assert_eq!(bench.receive(blank), Vec::<String>::new());
        bench.session.abandon(second);
        bench.session.abandon(run);
        assert_eq!(bench.receive(blank), Vec::<String>::new());
    }
}

#[test]
fn a_blank_frame_answers_nothing_that_was_not_sent() {
    let mut bench = Bench::new();
    bench.check("a");
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.receive(r#"{"data":[]}"#), Vec::<String>::new());
    assert_eq!(bench.receive(AUTHENTICATED), ["Ready"]);
    assert_eq!(bench.receive(r#"{"data":[]}"#), Vec::<String>::new());
    assert_eq!(bench.sent(), ["getResponse a"]);
}

#[test]
fn a_reply_holds_its_own_entries_and_no_others() {
    let mut bench = Bench::ready();
    bench.check("a");
    bench.sent();
    let frame = both(&[('q', DONE), ('a', RUNNING)], &[('q', r#""code":"x""#)]);
    bench.session.received(bench.now, frame.into());
    let Some(Event::Reply(_, reply)) = bench.session.poll_event() else { panic!("no reply") };
    assert_eq!((reply.envelope.items.len(), reply.envelope.errors.len()), (1, 0));
    assert_eq!(reply.envelope.items[0].task_uuid(), Some(task('a')));
}
