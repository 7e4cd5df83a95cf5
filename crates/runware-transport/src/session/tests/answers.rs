use super::*;

fn image(name: char, number: u32) -> String {
    let item =
        format!(r#""taskType":"imageInference","imageUUID":"i{number}","imageURL":"https://h/{number}.png""#);
    data(&[(name, &item)])
}

#[test]
fn checks_end_when_all_tasks_were_named() {
    let mut bench = Bench::ready();
    bench.check("abc");
    bench.sent();
    assert_eq!(bench.receive(data(&[('a', RUNNING), ('b', DONE)])), ["2 200: a processing, b success"]);
    assert_eq!(
        bench.receive(errors(&[('c', r#""code":"taskFailed","status":"error""#)])),
        ["2 200: c taskFailed", "2 ends"]
    );
}

#[test]
fn a_check_waits_a_moment_for_the_rest_after_each_part() {
    let mut bench = Bench::ready();
    bench.check("abcd");
    bench.sent();
    bench.receive(data(&[('a', RUNNING)]));
    assert_eq!(bench.due_in(), Some(ms(250)));
    assert_eq!(bench.pass(ms(100)), Vec::<String>::new());
    bench.receive(data(&[('b', RUNNING)]));
    assert_eq!(bench.pass(ms(249)), Vec::<String>::new());
    assert_eq!(bench.pass(ms(1)), ["2 ends"]);
}

#[test]
fn a_check_waits_longer_for_the_rest_where_the_server_is_slow() {
    let mut bench = Bench::new();
    bench.check("abcd");
    // The time before it is sent is not the server's.
    bench.now += secs(4);
    bench.connect();
    bench.sent();
    bench.pass(ms(300));
    bench.receive(data(&[('a', RUNNING)]));
    assert_eq!(bench.due_in(), Some(ms(600)));
    assert_eq!(bench.pass(ms(599)), Vec::<String>::new());
    bench.receive(data(&[('b', RUNNING)]));
    assert_eq!(bench.due_in(), Some(ms(1_198)));
    bench.pass(ms(1_197));
    bench.receive(data(&[('c', RUNNING)]));
    assert_eq!(bench.due_in(), Some(secs(2)), "and no longer");
    assert_eq!(bench.pass(secs(2)), ["1 ends"]);
}

#[test]
fn details_are_waited_for_to_the_end() {
    let mut bench = Bench::ready();
    bench.details("ab");
    bench.sent();
    bench.receive(data(&[('a', r#""taskType":"getTaskDetails","request":[],"response":{}"#)]));
    assert_eq!(bench.pass(ms(9_999)), Vec::<String>::new());
    assert_eq!(bench.pass(ms(1)), ["2 Timeout, maybe sent"]);
}

#[test]
fn a_submission_ends_with_the_first_word_about_it() {
    for word in [ACK, RUNNING, DONE] {
        let mut bench = Bench::ready();
        bench.submit("a");
        bench.sent();
        assert_eq!(bench.receive(data(&[('a', word)])).last().unwrap(), "2 ends");
    }
    let mut bench = Bench::ready();
    bench.submit("ab");
    bench.sent();
    assert_eq!(bench.receive(data(&[('a', ACK)])), ["2 200: a+"]);
    assert_eq!(
        bench.receive(errors(&[('b', r#""code":"invalidModel""#)])),
        ["2 200: b invalidModel", "2 ends"]
    );
}

#[test]
fn the_rest_of_a_batch_of_submissions_is_waited_for_two_seconds_after_each_part() {
    let mut bench = Bench::ready();
    let kind = r#""taskType":"videoInference","deliveryMethod":"async""#;
    bench.open_within("abcd", kind, secs(30));
    bench.sent();
    // However long the first takes.
    assert_eq!(bench.pass(secs(20)), Vec::<String>::new());
    bench.receive(data(&[('a', ACK)]));
    assert_eq!(bench.due_in(), Some(secs(2)));
    assert_eq!(bench.pass(ms(1_999)), Vec::<String>::new());
    assert_eq!(bench.receive(data(&[('b', ACK)])), ["2 200: b+"]);
    // What names nobody holds up nothing, and hurries nothing.
    assert_eq!(bench.pass(ms(1_000)), Vec::<String>::new());
    for nameless in ["invalidWidth", "rateLimitExceeded"] {
        assert_eq!(bench.receive(format!(r#"{{"errors":[{{"code":"{nameless}"}}]}}"#)), Vec::<String>::new());
    }
    assert_eq!(bench.pass(ms(999)), Vec::<String>::new());
    bench.session.handle_timeout(bench.now + ms(1));
    let events: Vec<_> = std::iter::from_fn(|| bench.session.poll_event()).collect();
    let [Event::End(_, Err(error))] = &events[..] else { panic!("{events:?}") };
    assert_eq!(error.to_string(), "only 2 of 4 tasks were answered in time");
    assert_eq!(failure(error), "Timeout, maybe sent");
    // A late one is nobody's any more, and is not lost.
    assert_eq!(bench.receive(data(&[('c', ACK)])), ["unclaimed: c+"]);
}

#[test]
fn a_batch_of_submissions_waits_no_longer_than_its_own_time() {
    let mut bench = Bench::ready();
    bench.submit("ab");
    bench.sent();
    bench.pass(secs(9));
    bench.receive(data(&[('a', ACK)]));
    assert_eq!(bench.pass(ms(999)), Vec::<String>::new());
    assert_eq!(bench.pass(ms(1)), ["2 Timeout, maybe sent"]);
}

#[test]
fn other_calls_end_with_the_first_word_about_them() {
    for kind in ["modelSearch", "modelUpload", "accountManagement", "newThing"] {
        let mut bench = Bench::ready();
        bench.open_all("a", &format!(r#""taskType":"{kind}""#));
        bench.sent();
        let told = bench.receive(data(&[('a', &format!(r#""taskType":"{kind}","status":"validated""#))]));
        assert_eq!(told, ["2 200: a validated", "2 ends"]);
    }
    let mut bench = Bench::ready();
    bench.open([('a', "no JSON".to_owned())], secs(1));
    assert_eq!(std::iter::from_fn(|| bench.session.poll_transmit(bench.now)).count(), 1);
    assert_eq!(bench.receive(data(&[('a', ACK)])), ["2 200: a+", "2 ends"]);
}

#[test]
fn results_come_in_one_frame_or_in_several_and_count_once() {
    let mut bench = Bench::ready();
    bench.run("a", 3);
    bench.sent();
    assert_eq!(bench.receive(image('a', 1)), ["2 200: a+"]);
    // W19: one that comes again.
    assert_eq!(bench.receive(image('a', 1)), ["2 200: a+"]);
    assert_eq!(bench.receive(data(&[('a', RUNNING)])), ["2 200: a processing"]);
    assert_eq!(bench.receive(errors(&[('a', r#""code":"nsfw","status":"error""#)])), ["2 200: a nsfw"]);
    assert_eq!(bench.receive(image('a', 2)), ["2 200: a+", "2 ends"]);

    bench.run("b", 2);
    bench.sent();
    let text = r#""taskType":"textInference","text":"same""#;
    assert_eq!(bench.receive(data(&[('b', text), ('b', text)])), ["3 200: b+, b+", "3 ends"]);
}

#[test]
fn w24_what_a_lookup_repeats_is_not_a_further_result() {
    let failed = r#""taskType":"imageInference","code":"timeoutProvider","status":"error""#;
    let mut bench = Bench::ready();
    bench.run("a", 3);
    bench.sent();
    bench.receive(image('a', 1));
    assert_eq!(bench.receive(errors(&[('a', failed)])), ["2 200: a timeoutProvider"]);
    bench.check("a");
    bench.sent();
    let so_far = image('a', 1).replace("]}", &format!(r#"],"errors":[{}]}}"#, objects(&[('a', failed)])));
    assert_eq!(bench.receive(so_far), ["2 200: a+", "3 200: a+, a timeoutProvider", "3 ends"]);
    assert_eq!(bench.receive(image('a', 3)), ["2 200: a+", "2 ends"]);
    // Of one result there is no second one.
    bench.run("b", 1);
    bench.check("b");
    bench.sent();
    let told = bench.receive(errors(&[('b', failed)]));
    assert_eq!(told.iter().filter(|told| told.ends_with("ends")).count(), 2);
}

#[test]
fn w19_a_result_is_known_again_by_its_place_or_by_its_id() {
    let of = |more: &str| {
        data(&[('a', &format!(r#""taskType":"imageInference","imageURL":"https://h/i.png"{more}"#))])
    };
    let mut bench = Bench::ready();
    bench.run("a", 3);
    bench.sent();
    for known in [
        r#","imageUUID":"i1""#,
        r#","imageUUID":"i1","resultIndex":0"#,
        r#","imageUUID":"i1""#,
        r#","resultIndex":0,"imageUUID":"renamed""#,
        r#","imageUUID":"renamed""#,
    ] {
        assert_eq!(bench.receive(of(known)), ["2 200: a+"], "{known}");
    }
    assert_eq!(bench.receive(of(r#","imageUUID":"i2","resultIndex":1"#)), ["2 200: a+"]);
    assert_eq!(bench.receive(of(r#","imageUUID":"i3""#)), ["2 200: a+", "2 ends"]);
}

#[test]
fn an_acknowledgement_or_a_verdict_ends_a_task_that_wants_results() {
    let mut bench = Bench::ready();
    bench.run("a", 4);
    bench.run("b", 4);
    bench.sent();
    assert_eq!(bench.receive(data(&[('a', r#""taskType":"imageInference""#)])), ["2 200: a+", "2 ends"]);
    assert_eq!(
        bench.receive(errors(&[('b', r#""code":"invalidWidth""#)])),
        ["3 200: b invalidWidth", "3 ends"]
    );
}

#[test]
fn further_results_are_waited_for_ten_seconds() {
    let mut bench = Bench::ready();
    let calls = [('a', r#"{"taskType":"imageInference","numberResults":3}"#.to_owned())];
    bench.open(calls, secs(100));
    bench.sent();
    // However long the first takes.
    assert_eq!(bench.receive(data(&[('a', RUNNING)])), ["2 200: a processing"]);
    assert_eq!(bench.pass(secs(29)), Vec::<String>::new());
    bench.receive(image('a', 1));
    assert_eq!(bench.pass(ms(9_999)), Vec::<String>::new());
    bench.receive(image('a', 2));
    bench.pass(ms(9_999));
    bench.session.handle_timeout(bench.now + ms(1));
    let events: Vec<_> = std::iter::from_fn(|| bench.session.poll_event()).collect();
    let Some(Event::End(_, Err(error))) = events.last() else { panic!("{events:?}") };
    assert_eq!(error.to_string(), "only 2 of 3 results came in time");
    assert_eq!(failure(error), "Timeout, maybe sent");
}

#[test]
fn one_that_has_its_results_does_not_hurry_another_that_has_none() {
    let mut bench = Bench::ready();
    let image_of = |name| (name, r#"{"taskType":"imageInference","numberResults":2}"#.to_owned());
    bench.open([image_of('a'), image_of('b')], secs(60));
    bench.sent();
    bench.receive(image('a', 1));
    bench.receive(image('a', 2));
    bench.pass(secs(20));
    assert_eq!(bench.receive(image('b', 3)), ["2 200: b+"]);
    assert_eq!(bench.pass(secs(10)).last().unwrap(), "2 Timeout, maybe sent");
}

#[test]
fn what_prompts_and_default_deliveries_ask_for() {
    let table = [
        (r#""taskType":"promptEnhance","promptVersions":2"#, 2),
        (r#""taskType":"imageInference","numberResults":2,"deliveryMethod":"sync""#, 2),
        (r#""taskType":"imageInference","numberResults":"x""#, 1),
        (r#""taskType":"imageInference","numberResults":0"#, 1),
        (r#""taskType":"imageInference""#, 1),
        (r#""taskType":"newThing","deliveryMethod":"sync""#, 1),
    ];
    for (kind, wanted) in table {
        let mut bench = Bench::ready();
        bench.open_all("a", kind);
        bench.sent();
        for number in 1..wanted {
            assert_eq!(bench.receive(image('a', number)), ["2 200: a+"], "{kind}");
        }
        assert_eq!(bench.receive(image('a', wanted)), ["2 200: a+", "2 ends"], "{kind}");
    }
}

#[test]
fn b08_an_answer_that_comes_before_the_question_is_sent_makes_it_needless() {
    let mut bench = Bench::new();
    bench.submit("a");
    bench.run("b", 1);
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.receive(data(&[('a', DONE)])), ["1 200: a success", "1 ends"]);
    assert_eq!(bench.receive(data(&[('b', DONE)])), ["2 200: b success", "2 ends"]);
    bench.receive(AUTHENTICATED);
    assert_eq!(bench.sent(), Vec::<String>::new());
}
