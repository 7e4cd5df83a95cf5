use crate::{Delivery, ErrorKind};

use super::*;

fn no_connection(kind: ErrorKind, status: Option<u16>, retry_after: Option<Duration>) -> Loss {
    let mut error = TransportError::new(kind, Delivery::NotSent, "no");
    if let Some(status) = status {
        error = error.with_status(status);
    }
    if let Some(delay) = retry_after {
        error = error.with_retry_after(delay);
    }
    Loss::NoConnection(error)
}

/// A session that was just told to connect, with one check that waits for a minute and more.
fn dialing() -> Bench {
    let mut bench = Bench::new();
    bench.check_within("a", secs(10_000));
    assert_eq!(bench.all(), ["connect", "Connecting 1"]);
    bench
}

#[test]
fn b09_w11_w12_what_was_sent_is_disconnected_and_what_was_not_waits() {
    let losses = [
        Loss::Closed { code: None },
        Loss::Closed { code: Some(1000) },
        Loss::Closed { code: Some(1001) },
        Loss::Closed { code: Some(1006) },
        Loss::Closed { code: Some(1011) },
        Loss::Closed { code: Some(1012) },
        Loss::Closed { code: Some(1014) },
        Loss::Broken("reset".to_owned()),
        Loss::Stalled,
    ];
    for loss in losses {
        let mut bench = Bench::ready();
        bench.submit("a");
        bench.check("b");
        bench.sent();
        bench.submit("c");
        let told = bench.lose(loss.clone());
        assert_eq!(told[..2], ["2 Disconnected, maybe sent", "3 Disconnected, maybe sent"], "{loss:?}");
        assert!(told[2].starts_with("Waiting until 1s: "), "{told:?}");
        assert_eq!(told.len(), 3);
        assert_eq!(bench.pass(secs(1)), ["connect", "Connecting 1"]);
        bench.session.connected(bench.now);
        assert_eq!(bench.sent(), ["authenticate s1"]);
        bench.receive(AUTHENTICATED);
        assert_eq!(bench.sent(), ["videoInference c"]);
    }
}

#[test]
fn w11_a_server_that_says_later_is_left_alone_for_ten_seconds() {
    let mut bench = Bench::ready();
    bench.check("a");
    assert_eq!(
        bench.close_with(1013),
        ["Waiting until 10s: the server closed the connection with code 1013"]
    );
}

#[test]
fn w01_what_does_not_pass_is_refused_at_once() {
    let finals = [
        no_connection(ErrorKind::Connect, Some(401), None),
        no_connection(ErrorKind::Connect, Some(403), None),
        no_connection(ErrorKind::Tls, None, None),
        no_connection(ErrorKind::Configuration, None, None),
        no_connection(ErrorKind::Redirect, Some(302), None),
    ];
    for loss in finals {
        let mut bench = dialing();
        let told = bench.lose(loss.clone());
        assert!(told[0].ends_with(", not sent"), "{told:?}");
        assert_eq!(told[1..], ["Refused until 60s: no"], "{loss:?}");
        // Nothing is tried until the cooldown is over.
        bench.pass(ms(59_999));
        bench.check("b");
        let told = bench.all();
        assert!(told[0].starts_with("2 ") && told[0].ends_with(", not sent"), "{told:?}");
        assert_eq!(told.len(), 1);
        assert_eq!(bench.due_in(), Some(ms(1)));
        bench.now += ms(1);
        bench.check("c");
        assert_eq!(bench.all(), ["connect", "Connecting 2"]);
    }
}

#[test]
fn w02_a_busy_server_is_asked_again_when_it_says() {
    for status in [429, 500, 502, 503, 504] {
        let mut bench = dialing();
        let loss = no_connection(ErrorKind::Connect, Some(status), Some(secs(7)));
        assert_eq!(bench.lose(loss), ["Waiting until 7s: no"]);
        assert_eq!(bench.pass(ms(6_999)), Vec::<String>::new());
        assert_eq!(bench.pass(ms(1)), ["connect", "Connecting 2"]);
        // The schedule's own delay is longer than what the server asks for.
        let loss = no_connection(ErrorKind::Connect, Some(status), Some(ms(1)));
        assert_eq!(bench.lose(loss), ["Waiting until 9s: no"]);
    }
    let mut bench = dialing();
    bench.lose(no_connection(ErrorKind::Connect, Some(503), Some(Duration::MAX)));
    assert_eq!(bench.due_in(), Some(secs(60)), "a minute at most");
}

#[test]
fn w13_the_same_lasting_reason_twice_opens_the_circuit() {
    let reasons = [
        Loss::Closed { code: Some(1002) },
        Loss::Closed { code: Some(1003) },
        Loss::Closed { code: Some(1007) },
        Loss::Closed { code: Some(1008) },
        Loss::Closed { code: Some(1009) },
        Loss::Closed { code: Some(1010) },
        Loss::Closed { code: Some(4000) },
        Loss::Closed { code: Some(4999) },
        Loss::TooLarge,
        Loss::Violation("masked".to_owned()),
        no_connection(ErrorKind::Connect, Some(404), None),
    ];
    for reason in reasons {
        let mut bench = dialing();
        let first = bench.lose(reason.clone());
        assert!(first[0].starts_with("Waiting until 1s: "), "{first:?}");
        // Something else in between changes nothing.
        bench.pass(secs(1));
        bench.lose(Loss::Closed { code: Some(1000) });
        bench.pass(secs(2));
        bench.lose(Loss::Closed { code: Some(4321) });
        bench.pass(secs(4));
        let second = bench.lose(reason.clone());
        assert!(second[0].ends_with(", not sent"), "{second:?}");
        assert!(second[1].starts_with("Refused until 67s: "), "{second:?}");
    }
}

#[test]
fn w13_stability_makes_a_lasting_reason_the_first_again() {
    for (stable, is_first) in [(ms(29_999), false), (secs(30), true)] {
        let mut bench = Bench::ready();
        bench.close_with(1008);
        bench.check("a");
        bench.pass(secs(1));
        bench.connect();
        bench.now += stable;
        bench.receive(PONG);
        bench.check("b");
        let told = bench.close_with(1008);
        assert_eq!(told.iter().any(|told| told.starts_with("Waiting")), is_first, "{told:?}");
        assert_eq!(told.iter().any(|told| told.starts_with("Refused")), !is_first, "{told:?}");
    }
}

#[test]
fn w14_a_message_beyond_the_limit_answered_the_only_question_or_the_one_about_many() {
    let mut bench = Bench::ready();
    bench.check("a");
    bench.sent();
    assert_eq!(bench.lose(Loss::TooLarge)[0], "2 TooLarge, answered");

    let mut bench = Bench::ready();
    bench.check("a");
    bench.check("bc");
    bench.sent();
    assert_eq!(bench.lose(Loss::TooLarge)[..2], ["2 TooLarge, maybe sent", "3 TooLarge, answered"]);
}

#[test]
fn w14_a_message_beyond_the_limit_may_have_been_the_answer_to_any_question() {
    let mut bench = Bench::ready();
    bench.submit("a");
    bench.check("b");
    bench.details("c");
    bench.run("d", 1);
    bench.sent();
    bench.check("e");
    assert_eq!(
        bench.lose(Loss::TooLarge),
        [
            "2 Disconnected, maybe sent",
            "3 TooLarge, maybe sent",
            "4 TooLarge, maybe sent",
            "5 TooLarge, maybe sent",
            "Waiting until 1s: the server sent a message beyond the limit",
        ]
    );
    // At most one more connection for it.
    bench.pass(secs(1));
    bench.session.connected(bench.now);
    bench.sent();
    bench.receive(AUTHENTICATED);
    bench.sent();
    let told = bench.lose(Loss::TooLarge);
    assert_eq!(told[0], "6 TooLarge, answered");
    assert!(told[1].starts_with("Refused until 61s"), "{told:?}");
}

#[test]
fn w21_the_schedule_goes_on_until_a_connection_was_of_use() {
    let mut bench = dialing();
    let mut delays = Vec::new();
    for _ in 0..6 {
        bench.lose(Loss::Closed { code: None });
        let delay = bench.due_in().unwrap();
        delays.push(delay.as_secs());
        bench.pass(delay);
    }
    assert_eq!(delays, [1, 2, 4, 8, 8, 8], "the last one repeats");
    // Ready, and lost before it was of use: a pong is none, and neither is an error without a task.
    bench.connect();
    bench.sent();
    bench.receive(PONG);
    bench.receive(r#"{"error":"x"}"#);
    bench.submit("b");
    bench.close_with(1000);
    assert_eq!(bench.due_in(), Some(secs(8)));
    bench.pass(secs(8));
    // One useful frame is enough.
    bench.session.connected(bench.now);
    bench.sent();
    bench.receive(AUTHENTICATED);
    bench.receive(data(&[('q', DONE)]));
    bench.close_with(1000);
    assert_eq!(bench.due_in(), Some(secs(1)));
}

#[test]
fn w21_a_loop_of_attempts_does_not_get_around_the_schedule() {
    let mut bench = Bench::ready();
    let mut waits = Vec::new();
    for _ in 0..4 {
        // Whoever waited is gone with the connection, so nothing waits, and yet the delay counts.
        bench.submit("a");
        bench.sent();
        assert_eq!(bench.close_with(1001).last().unwrap(), "Idle");
        assert_eq!(bench.due_in(), None);
        bench.submit("b");
        let told = bench.events();
        assert!(told[0].starts_with("Waiting until "), "{told:?}");
        let wait = (0..).map(ms).find(|wait| {
            bench.session.handle_timeout(bench.now + *wait);
            bench.events().contains(&"connect".to_owned())
        });
        waits.push(wait.unwrap());
        bench.now += wait.unwrap();
        bench.session.connected(bench.now);
        bench.sent();
        bench.receive(AUTHENTICATED);
    }
    assert_eq!(waits, [1, 2, 4, 8].map(secs));
}

#[test]
fn a_schedule_without_delays_is_one_of_thirty_seconds() {
    let schedule = || -> Box<dyn Iterator<Item = Duration> + Send> { Box::new(std::iter::empty()) };
    let session = Session::new(None, Settings::default(), Box::new(schedule));
    let mut bench = Bench { session, now: Duration::ZERO };
    bench.check_within("a", secs(100));
    bench.events();
    bench.lose(Loss::Stalled);
    assert_eq!(bench.due_in(), Some(secs(30)));
}

#[test]
fn what_comes_after_we_let_go_changes_nothing() {
    let mut bench = dialing();
    bench.session.connected(bench.now);
    bench.all();
    bench.receive(r#"{"errors":[{"code":"serviceUnavailable"}]}"#);
    assert_eq!(bench.due_in(), Some(secs(1)));
    assert_eq!(bench.close_with(4000), Vec::<String>::new());
    assert_eq!(bench.receive(AUTHENTICATED), Vec::<String>::new());
    bench.session.connected(bench.now);
    bench.session.heard(bench.now);
    assert_eq!(bench.all(), Vec::<String>::new());
    assert_eq!(bench.due_in(), Some(secs(1)));
    assert_eq!(bench.pass(secs(1)), ["connect", "Connecting 2"]);
    bench.connect();
    assert_eq!(bench.sent(), ["getResponse a"]);
}

#[test]
fn facts_that_cannot_be_change_nothing() {
    let mut bench = Bench::new();
    bench.session.connected(bench.now);
    bench.lose(Loss::TooLarge);
    bench.receive(AUTHENTICATED);
    bench.pass(secs(5));
    bench.session.abandon(ExchangeId(77));
    assert_eq!(bench.all(), Vec::<String>::new());
    assert_eq!(bench.due_in(), None);
    bench.check("a");
    assert_eq!(bench.all(), ["connect", "Connecting 1"]);
    // Made twice.
    bench.connect();
    bench.session.connected(bench.now);
    assert_eq!(bench.all(), ["> getResponse a"]);
}

#[test]
fn w32_closing_ends_everything_once() {
    let mut bench = Bench::ready();
    bench.submit("a");
    bench.sent();
    bench.submit("b");
    bench.session.close(bench.now);
    let closed = ["2 Disconnected, maybe sent", "3 Closed, not sent", "disconnect 1000", "Closed"];
    assert_eq!(bench.all(), closed);
    bench.session.close(bench.now);
    bench.receive(data(&[('a', DONE)]));
    bench.lose(Loss::TooLarge);
    assert_eq!(bench.pass(secs(100)), Vec::<String>::new());
    assert_eq!(bench.due_in(), None);
    assert!(!bench.session.has_room());
    let error =
        bench.session.open(bench.now, Attempt::new([Call::new(Some(task('a')), "{}")], secs(1))).unwrap_err();
    assert_eq!(failure(&error), "Closed, not sent");
}

#[test]
fn a_server_is_left_alone_for_a_minute_at_most() {
    for (wish, expected) in [(secs(59), secs(59)), (secs(61), secs(60)), (Duration::MAX, secs(60))] {
        let mut bench = Bench::new();
        bench.check_within("a", secs(100));
        bench.events();
        let error = TransportError::new(ErrorKind::Connect, Delivery::NotSent, "busy").with_status(503);
        bench.lose(Loss::NoConnection(error.with_retry_after(wish)));
        assert_eq!(bench.due_in(), Some(expected));
        assert_eq!(bench.pass(expected), ["connect", "Connecting 2"]);
    }
}

#[test]
fn a_cooldown_of_nothing_is_one_of_a_second() {
    let mut bench = Bench::with(Settings::default().with_cooldown(Duration::ZERO));
    bench.check("a");
    bench.events();
    bench.lose(no_connection(ErrorKind::Connect, Some(401), None));
    bench.check("b");
    assert_eq!(bench.all(), ["2 Connect, not sent"]);
    bench.pass(ms(999));
    bench.check("c");
    assert_eq!(bench.all(), ["3 Connect, not sent"]);
    bench.pass(ms(1));
    bench.check("d");
    assert_eq!(bench.all(), ["connect", "Connecting 2"]);
}

#[test]
fn w14_a_batch_whose_answer_is_too_large_is_to_be_divided_and_opens_no_circuit() {
    let mut bench = Bench::ready();
    for _ in 0..4 {
        bench.check("ab");
        bench.check("c");
        bench.pass(secs(8));
        if !bench.session.state().is_ready() {
            bench.connect();
        }
        bench.sent();
        let told = bench.lose(Loss::TooLarge);
        assert!(!told.iter().any(|told| told.starts_with("Refused")), "{told:?}");
    }
    // Of one task there is nothing left to divide.
    for refused in [false, true] {
        bench.check("c");
        bench.pass(secs(8));
        bench.connect();
        bench.sent();
        let told = bench.lose(Loss::TooLarge);
        assert_eq!(told.iter().any(|told| told.starts_with("Refused")), refused, "{told:?}");
    }
}

#[test]
fn whoever_waited_in_vain_for_a_connection_is_told_why_there_was_none() {
    let refused = || {
        let error = TransportError::new(ErrorKind::Connect, Delivery::NotSent, "no connection to ws://h:1");
        Loss::NoConnection(error.with_causes(["Connection refused"]))
    };
    let told = |error: &TransportError| {
        let levels = std::iter::successors(Some(error as &dyn std::error::Error), |level| level.source());
        levels.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    };
    for (patience, expected) in [
        (None, "no connection in time to send the tasks: no connection to ws://h:1: Connection refused"),
        (Some(secs(2)), "no connection within 2s: no connection to ws://h:1: Connection refused"),
    ] {
        let mut bench = Bench::with(Settings::default().with_patience(patience));
        bench.check_within("a", secs(3));
        bench.events();
        bench.lose(refused());
        bench.now += patience.unwrap_or(secs(3));
        bench.session.handle_timeout(bench.now);
        let ends: Vec<_> = std::iter::from_fn(|| bench.session.poll_event())
            .filter_map(|event| match event {
                Event::End(_, Err(error)) => Some(told(&error)),
                _ => None,
            })
            .collect();
        assert_eq!(ends, [expected]);
    }
}
