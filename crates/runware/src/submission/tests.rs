//! Each arrow of the diagram, with exact times.

use super::*;

const fn at(millis: u64) -> Tick {
    Tick::from_millis(millis)
}

const SECOND: Duration = Duration::from_secs(1);

fn sent_at(millis: u64) -> Submission {
    let mut submission = Submission::new(at(millis));
    submission.sent(at(millis));
    submission
}

#[test]
fn a_new_task_is_due_at_once_and_accepted_by_an_answer() {
    let mut submission = Submission::new(at(10));
    assert_eq!(submission.due(), Some(at(10)));
    assert!(!submission.may_exist());
    submission.sent(at(10));
    assert_eq!(submission.due(), None);
    assert!(submission.may_exist() && !submission.is_watched());
    submission.accepted();
    assert!(submission.is_accepted() && submission.is_watched());
}

#[test]
fn what_was_never_sent_goes_again_at_once_and_then_after_a_delay() {
    let mut submission = sent_at(0);
    assert_eq!(submission.not_sent(at(5), SECOND), Next::Resend(at(5)));
    assert!(!submission.may_exist(), "no byte of it left");
    submission.sent(at(5));
    assert_eq!(submission.not_sent(at(10), SECOND), Next::Resend(at(1010)));
    assert!(!submission.may_exist(), "nor of the second attempt");
    submission.sent(at(1010));
    assert_eq!(submission.not_sent(at(1020), SECOND), Next::GiveUp, "three attempts are enough");
}

#[test]
fn a_refused_task_is_never_sent_twice_within_a_second() {
    let mut submission = sent_at(0);
    assert_eq!(submission.refused(at(20), Duration::ZERO), Next::Resend(at(1000)));
    submission.sent(at(1000));
    assert_eq!(submission.refused(at(1010), Duration::from_secs(7)), Next::Resend(at(8010)));
    submission.sent(at(8010));
    assert_eq!(submission.refused(at(8020), SECOND), Next::GiveUp);
}

#[test]
fn a_doubtful_task_is_sent_again_only_after_two_absences() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    assert!(submission.is_watched() && !submission.is_accepted());
    assert_eq!(submission.absent(at(60_000)), Absence::Inconclusive);
    assert_eq!(submission.absent(at(64_999)), Absence::Inconclusive, "too soon after the first");
    assert_eq!(submission.absent(at(65_000)), Absence::Resend(at(65_000)));
    assert_eq!(submission.due(), Some(at(65_000)));
}

#[test]
fn what_must_not_be_repeated_is_not() {
    let mut submission = sent_at(0);
    submission.maybe_sent(false);
    submission.absent(at(60_000));
    assert_eq!(submission.absent(at(66_000)), Absence::Undecided);
}

#[test]
fn a_sighting_ends_the_doubt() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    submission.absent(at(60_000));
    submission.accepted();
    assert!(submission.is_accepted());
    assert_eq!(submission.absent(at(120_000)), Absence::Inconclusive, "the count starts anew");
    assert_eq!(submission.absent(at(125_000)), Absence::Undecided, "it was there once: never send it again");
}

#[test]
fn a_weak_acknowledgement_does_not_forbid_sending_again() {
    let mut submission = sent_at(0);
    submission.acknowledged_weakly();
    assert!(submission.is_accepted());
    submission.absent(at(60_000));
    assert_eq!(submission.absent(at(66_000)), Absence::Resend(at(66_000)));
}

#[test]
fn outside_the_window_somebody_has_to_decide() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    submission.absent(at(3_600_000));
    assert_eq!(submission.absent(at(3_605_000)), Absence::Undecided);
}

#[test]
fn a_resumed_task_is_never_sent() {
    let mut submission = Submission::resumed();
    assert_eq!(submission.due(), None);
    submission.absent(at(0));
    assert_eq!(submission.absent(at(5_000)), Absence::Undecided);
}
