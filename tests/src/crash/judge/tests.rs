//! What is noticed, of a task with two results that is bought once and delivered.

use std::collections::HashMap;
use std::time::Duration;

use runware::types::{RequestHash, TaskUuid};
use runware_emulator::{Account, Core, Head, Options};

use super::{Evidence, Heard, Report, WINDOW};

const TASK: &str = "a770f077-f413-47de-9dac-be0b26a35da6";

/// What may have gone wrong.
struct Run {
    account: Account,
    processes: Vec<String>,
    state: Option<&'static str>,
    took: Duration,
}

impl Run {
    /// Nothing went wrong.
    fn good() -> Self {
        let mut core = Core::new(Options::new().duration(Duration::from_secs(2)));
        let body = format!(
            r#"[{{"taskType":"imageInference","taskUUID":"{TASK}","model":"runware:101@1","positivePrompt":"a cat",
                "numberResults":2,"deliveryMethod":"async"}}]"#
        );
        core.handle(Duration::ZERO, &Head::bearer("key"), body.as_bytes());
        core.advance(Duration::from_secs(2));
        Self {
            account: core.ledger().task(&id()).unwrap().clone(),
            processes: vec![result(0, "p", false), result(1, "q", false)],
            state: Some("confirmed"),
            took: Duration::ZERO,
        }
    }

    /// The second submission of the task comes so much later than the first.
    fn submit_again(&mut self, later: Duration) {
        let mut again = self.account.submissions[0].clone();
        again.at += later;
        self.account.submissions.push(again);
    }

    fn judge(self) -> Report {
        let heard: Vec<_> = self.processes.iter().map(|text| Heard::read(text.as_bytes())).collect();
        let states = self.state.map(|state| (TASK.to_owned(), state.to_owned()));
        let evidence = Evidence { took: self.took, ..Evidence::of(&heard, states.into_iter().collect()) };
        let (task, was_sent) = (id(), self.account.submitted > 0);
        let account = was_sent.then_some((&task, &self.account));
        evidence.judge_accounts(1, &account.into_iter().collect::<HashMap<_, _>>())
    }
}

fn id() -> TaskUuid {
    TASK.parse().unwrap()
}

/// The line of a result.
fn result(ordinal: u32, item: &str, redelivered: bool) -> String {
    let name = format!(r#""taskUUID":"{TASK}","deliveryId":"{TASK}/{ordinal}""#);
    format!(r#"{{"event":"result",{name},"redelivered":{redelivered},"item":"{item}"}}"#) + "\n"
}

/// The only complaint about a run says this; none is made if it says nothing.
fn check(expected: &str, change: impl FnOnce(&mut Run)) -> Report {
    let mut run = Run::good();
    change(&mut run);
    let report = run.judge();
    match (expected, &report.complaints[..]) {
        ("", []) => {}
        ("", some) => panic!("{some:?}"),
        (expected, [only]) => assert!(only.contains(expected), "{only}"),
        (expected, other) => panic!("{expected}: {other:?}"),
    }
    report
}

#[test]
fn a_good_run_is_good() {
    let report = check("", |_| {});
    assert_eq!(
        report.to_string(),
        "rounds=1 tasks=1 delivered=2 lost=0 double_billed=0 redelivered=0 recovery_max_ms=0"
    );
}

#[test]
fn a_result_that_nobody_got_is_lost() {
    let report = check("2 results were billed, 1 delivered", |run| drop(run.processes.pop()));
    assert_eq!(report.lost, 1);
    let report = check("2 results were billed, 0 delivered", |run| run.processes.clear());
    assert_eq!(report.lost, 2);
    // Whoever was killed in the middle of a line has not delivered what is in it.
    let report = check("2 results were billed, 1 delivered", |run| {
        run.processes[1].pop();
    });
    assert_eq!(report.lost, 1);
}

#[test]
fn what_is_billed_twice_is_noticed() {
    let report = check("2 times accepted, 2 of 2 results billed", |run| run.account.accepted = 2);
    assert_eq!(report.double_billed, 1);
    let mut run = Run::good();
    run.account.billed = 4;
    let report = run.judge();
    assert_eq!((report.double_billed, report.lost), (1, 2), "{:?}", report.complaints);
}

#[test]
fn what_comes_again_has_to_say_so_and_to_be_the_same() {
    let report = check("", |run| run.processes.push(result(0, "p", true)));
    assert_eq!((report.delivered, report.redelivered), (2, 1));
    // The first one may not have been heard to its end.
    check("", |run| run.processes[0] = result(0, "p", true));
    check("came again, and did not say so", |run| run.processes.push(result(0, "p", false)));
    check("came again as another result", |run| run.processes.push(result(0, "other", true)));
    check("came twice from one process", |run| run.processes[0] += &result(0, "p", true));
    check("2 billed", |run| run.processes.push(result(2, "r", false)));
}

#[test]
fn a_task_is_submitted_with_the_same_bytes_and_not_within_a_second() {
    check("", |run| run.submit_again(Duration::from_secs(1)));
    check("was sent at 0ns and 999ms", |run| run.submit_again(Duration::from_millis(999)));
    check("was sent with other bytes", |run| {
        run.submit_again(Duration::from_secs(1));
        run.account.submissions[1].hash = RequestHash::of(b"other");
    });
}

#[test]
fn nothing_is_left_open() {
    for state in ["open", "settled", "abandoned", "undecided"] {
        check(&format!("is still {state} in the end"), |run| run.state = Some(state));
    }
    check("is not in the journal", |run| run.state = None);
    check("was never sent", |run| (run.account, run.processes) = Default::default());
}

#[test]
fn what_was_never_sent_may_be_refused_or_too_old() {
    let never_sent = |run: &mut Run| (run.account, run.processes) = Default::default();
    for (state, took, expected) in [
        ("refused", Duration::ZERO, ""),
        ("undecided", WINDOW - Duration::from_nanos(1), "is still undecided in the end"),
        ("undecided", WINDOW, ""),
    ] {
        check(expected, |run| {
            never_sent(run);
            (run.state, run.took) = (Some(state), took);
        });
    }
}

#[test]
fn processes_end_in_an_orderly_manner_or_are_killed() {
    let complaints = |code, errors: &str, text: &str| {
        let mut evidence = Evidence::default();
        evidence.add("run", code, Heard::read(text.as_bytes()), errors);
        evidence.complaints.len()
    };
    for code in [None, Some(0), Some(6), Some(8), Some(9)] {
        assert_eq!(complaints(code, "", ""), 0, "{code:?}");
    }
    for code in [Some(1), Some(2), Some(101), Some(-1)] {
        assert_eq!(complaints(code, "", ""), 1, "{code:?}");
    }
    assert_eq!(complaints(None, "thread 'main' panicked at …", ""), 1);
    assert_eq!(complaints(Some(0), "", "nonsense\n"), 1);
}
