use super::*;

fn patient(patience: Duration) -> Settings {
    Settings::default().with_patience(patience)
}

#[test]
fn w08_a_quiet_connection_is_pinged_every_thirty_seconds() {
    let mut bench = Bench::ready();
    let mut pings = Vec::new();
    while bench.now < secs(3_600) {
        let due = bench.due_in().unwrap();
        assert_eq!(bench.pass(due), Vec::<String>::new());
        assert_eq!(bench.sent(), ["ping"]);
        pings.push(due);
        bench.now += ms(100);
        assert_eq!(bench.receive(PONG), Vec::<String>::new());
    }
    assert!(pings.len() >= 119);
    assert!(pings.iter().all(|due| *due <= secs(30)), "{pings:?}");
    // It is closed nevertheless: nobody waits, so nothing happens until somebody does.
    assert_eq!(bench.close_with(1000), ["Idle"]);
    assert_eq!(bench.due_in(), None);
    bench.now += secs(100);
    bench.check("a");
    assert_eq!(bench.all(), ["connect", "Connecting 1"]);
}

#[test]
fn w08_traffic_in_one_direction_only_does_not_keep_a_connection() {
    // We only hear.
    let mut bench = Bench::ready();
    for _ in 0..29 {
        bench.now += secs(1);
        bench.receive(data(&[('q', RUNNING)]));
    }
    bench.pass(secs(1));
    assert_eq!(bench.sent(), ["ping"]);
    // We only send.
    let mut bench = Bench::ready();
    for _ in 0..29 {
        bench.now += secs(1);
        bench.submit("a");
        assert_eq!(bench.sent(), ["videoInference a"]);
        bench.pass(Duration::ZERO);
    }
    bench.pass(secs(1));
    assert_eq!(bench.sent(), ["ping"]);
}

#[test]
fn w09_a_connection_that_is_dead_is_noticed_45_seconds_after_a_ping() {
    let mut bench = Bench::ready();
    bench.pass(secs(30));
    assert_eq!(bench.sent(), ["ping"]);
    // A check in between hears nothing either; a second ping does not put the end off.
    bench.submit("a");
    assert_eq!(bench.sent(), ["videoInference a"]);
    assert_eq!(bench.pass(secs(10)), ["2 Timeout, maybe sent"]);
    bench.pass(secs(20));
    assert_eq!(bench.sent(), ["ping"]);
    bench.submit("b");
    bench.sent();
    bench.check_within("c", secs(60));
    assert_eq!(bench.pass(ms(9_999)), Vec::<String>::new());
    bench.now += ms(5_000);
    bench.session.handle_timeout(bench.now);
    assert!(bench.events()[0].starts_with("3 Timeout"));
    assert_eq!(bench.pass(ms(1)), ["disconnect", "Waiting until 76s: the connection went silent"]);
}

#[test]
fn w09_any_sign_of_life_will_do() {
    let mut bench = Bench::ready();
    bench.pass(secs(30));
    bench.sent();
    bench.now += secs(44);
    bench.session.heard(bench.now);
    assert_eq!(bench.pass(secs(1)), Vec::<String>::new());
    assert_eq!(bench.sent(), ["ping"]);
    assert_eq!(bench.due_in(), Some(secs(30)));
}

#[test]
fn pings_keep_their_distance_whatever_the_settings_say() {
    let mut bench = Bench::ready_with(Settings::default().with_ping_after(Duration::ZERO));
    assert_eq!(bench.due_in(), Some(secs(1)));
    bench.pass(secs(1));
    assert_eq!(bench.sent(), ["ping"]);
    assert_eq!(bench.due_in(), Some(secs(1)));
}

#[test]
fn w28_silence_about_a_task_means_that_it_is_pending_if_the_server_speaks() {
    let mut bench = Bench::ready();
    bench.check("a");
    bench.sent();
    bench.receive(data(&[('q', DONE)]));
    assert_eq!(bench.pass(secs(10)), ["2 ends"]);
    // A frame that came before the question says nothing.
    bench.check("a");
    bench.sent();
    assert_eq!(bench.pass(secs(10)), ["3 Timeout, maybe sent"]);
    // Neither does one about the question of something else.
    bench.submit("a");
    bench.details("b");
    bench.run("c", 1);
    bench.sent();
    bench.receive(data(&[('q', DONE)]));
    assert_eq!(
        bench.pass(secs(10)),
        ["4 Timeout, maybe sent", "5 Timeout, maybe sent", "6 Timeout, maybe sent"]
    );
}

#[test]
fn what_was_not_sent_in_time_never_is() {
    let mut bench = Bench::new();
    bench.check("a");
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.pass(secs(10)), ["1 Timeout, not sent"]);
    bench.check("b");
    bench.receive(AUTHENTICATED);
    // Its time ends at the moment at which it could be sent.
    bench.now += secs(10);
    assert_eq!(bench.sent(), Vec::<String>::new());
    assert_eq!(bench.events(), ["2 Timeout, not sent"]);
    bench.check_within("c", Duration::ZERO);
    assert_eq!(bench.sent(), Vec::<String>::new());
    assert_eq!(bench.events(), ["3 Timeout, not sent"]);
    let id = bench.check_within("d", Duration::MAX);
    bench.session.abandon(id);
    assert_eq!(bench.all(), Vec::<String>::new(), "and nothing that was given up");
}

#[test]
fn timeouts_of_one_moment_all_happen() {
    let mut bench = Bench::with(Settings::default().with_auth_timeout(secs(10)).with_patience(secs(10)));
    bench.check("a");
    bench.check("b");
    bench.session.connected(bench.now);
    bench.all();
    assert_eq!(bench.due_in(), Some(secs(10)));
    assert_eq!(bench.pass(secs(10)), ["1 Timeout, not sent", "2 Timeout, not sent", "disconnect", "Idle"]);
    assert_eq!(bench.due_in(), None);
}

#[test]
fn w02_patience_ends_what_waits_and_what_comes_meanwhile() {
    let mut bench = Bench::with(patient(secs(5)));
    bench.check("a");
    bench.now += secs(2);
    bench.check("b");
    assert_eq!(bench.all(), ["connect", "Connecting 1"]);
    assert_eq!(bench.due_in(), Some(secs(3)));
    assert_eq!(bench.pass(secs(3)), ["1 Connect, not sent", "2 Connect, not sent"]);
    // It has been missing for so long already.
    bench.now += secs(1);
    bench.check("c");
    assert_eq!(bench.events(), ["3 Connect, not sent"]);
    bench.close_with(1006);
    bench.check("d");
    assert_eq!(bench.events(), ["4 Connect, not sent"]);
    // Not for a moment longer than the delay, though, is it not tried.
    bench.now += secs(1);
    bench.check("e");
    assert_eq!(bench.events(), ["connect", "5 Connect, not sent", "Connecting 2"]);
    bench.connect();
    bench.check("f");
    assert_eq!(bench.sent(), ["getResponse f"]);
    // Missing anew, the connection is waited for anew.
    bench.close_with(1006);
    bench.check("g");
    bench.events();
    assert_eq!(bench.due_in(), Some(secs(2)));
}

#[test]
fn patience_is_new_after_a_long_pause() {
    for (pause, is_new) in [(ms(29_999), false), (secs(30), true)] {
        let mut bench = Bench::with(patient(secs(5)));
        bench.check("a");
        bench.pass(secs(5));
        bench.close_with(1006);
        bench.now += pause;
        bench.check("b");
        let told = bench.events();
        assert_eq!(told.contains(&"2 Connect, not sent".to_owned()), !is_new, "{told:?}");
    }
}

#[test]
fn without_patience_everybody_waits_for_their_own_time() {
    let mut bench = Bench::new();
    bench.check_within("a", secs(1_000));
    bench.events();
    for _ in 0..20 {
        bench.close_with(1006);
        let due = bench.due_in().unwrap();
        assert_eq!(bench.pass(due), ["connect", &format!("Connecting {}", bench.session.reconnect.tries())]);
    }
    bench.connect();
    assert_eq!(bench.all(), ["> getResponse a"]);
}

#[test]
fn there_is_room_for_so_many_and_no_more() {
    let mut bench = Bench::ready_with(Settings::default().with_max_exchanges(2));
    let first = bench.check("a");
    bench.check("b");
    assert!(!bench.session.has_room());
    let attempt = Attempt::new([Call::new(Some(task('c')), "{}")], secs(1));
    let error = bench.session.open(bench.now, attempt).unwrap_err();
    assert_eq!(failure(&error), "Connect, not sent");
    bench.session.abandon(first);
    assert!(bench.session.has_room());
    bench.check("c");
    assert_eq!(bench.sent(), ["getResponse b", "getResponse c"]);
}

#[test]
fn a_call_that_no_answer_can_name_is_refused() {
    let mut bench = Bench::ready();
    let attempts = [
        Attempt::new(Vec::<Call>::new(), secs(1)),
        Attempt::new([Call::new(None, r#"{"taskType":"ping"}"#)], secs(1)),
        Attempt::new([Call::new(Some(task('a')), "{}"), Call::new(None, "{}")], secs(1)),
    ];
    for attempt in attempts {
        let error = bench.session.open(bench.now, attempt).unwrap_err();
        assert_eq!(failure(&error), "Configuration, not sent");
    }
    assert_eq!(bench.all(), Vec::<String>::new());
}

#[test]
fn time_that_goes_back_stands_still() {
    let mut bench = Bench::ready();
    bench.now = secs(100);
    bench.receive(PONG);
    bench.session.handle_timeout(Duration::ZERO);
    bench.session.heard(Duration::ZERO);
    let id = bench.session.open(Duration::ZERO, Attempt::new([Call::new(Some(task('a')), "{}")], secs(1)));
    assert!(id.is_ok());
    assert_eq!(bench.session.poll_timeout(), Some(secs(101)));
}
