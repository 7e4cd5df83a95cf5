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
    assert_eq!(submission.refused(at(20), Duration::ZERO, true), Next::Resend(at(1000)));
    submission.sent(at(1000));
    assert_eq!(submission.refused(at(1010), Duration::from_secs(7), true), Next::Resend(at(8010)));
    submission.sent(at(8010));
    assert_eq!(submission.refused(at(8020), SECOND, true), Next::GiveUp);
}

#[test]
fn a_doubtful_task_is_sent_again_only_after_two_absences() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    assert!(submission.is_watched() && !submission.is_accepted());
    assert_eq!(submission.absent(at(60_000), true), Absence::Inconclusive);
    assert_eq!(submission.absent(at(64_999), true), Absence::Inconclusive, "too soon after the first");
    assert_eq!(submission.absent(at(65_000), true), Absence::Resend(at(65_000)));
    assert_eq!(submission.due(), Some(at(65_000)));
}

#[test]
fn what_must_not_be_repeated_is_not() {
    let mut submission = sent_at(0);
    submission.maybe_sent(false);
    submission.absent(at(60_000), true);
    assert_eq!(submission.absent(at(66_000), true), Absence::Undecided);
}

#[test]
fn a_sighting_ends_the_doubt() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    submission.absent(at(60_000), true);
    submission.accepted();
    assert!(submission.is_accepted());
    assert_eq!(submission.absent(at(120_000), true), Absence::Inconclusive, "the count starts anew");
    assert_eq!(
        submission.absent(at(125_000), true),
        Absence::Undecided,
        "it was there once: never send it again"
    );
}

#[test]
fn a_weak_acknowledgement_does_not_forbid_sending_again() {
    let mut submission = sent_at(0);
    submission.acknowledged_weakly(true);
    assert!(submission.is_accepted());
    submission.absent(at(60_000), true);
    assert_eq!(submission.absent(at(66_000), true), Absence::Resend(at(66_000)));
}

#[test]
fn outside_the_window_somebody_has_to_decide() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    submission.absent(at(3_600_000), true);
    assert_eq!(submission.absent(at(3_605_000), true), Absence::Undecided);
}

#[test]
fn a_resumed_task_is_never_sent() {
    let mut submission = Submission::resumed();
    assert_eq!(submission.due(), None);
    submission.absent(at(0), true);
    assert_eq!(submission.absent(at(5_000), true), Absence::Undecided);
}

#[test]
fn silence_of_the_archive_is_no_reason_to_send_again() {
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    submission.absent(at(60_000), false);
    assert_eq!(submission.absent(at(65_000), true), Absence::Inconclusive, "one denial is not two");
    assert_eq!(submission.absent(at(70_000), true), Absence::Resend(at(70_000)));

    let mut silent = sent_at(0);
    silent.maybe_sent(true);
    silent.absent(at(60_000), false);
    assert_eq!(silent.absent(at(65_000), false), Absence::Undecided);
}

#[test]
fn only_a_readable_refusal_proves_that_nothing_arrived() {
    let mut submission = sent_at(0);
    submission.refused(at(10), SECOND, true);
    assert!(!submission.may_exist() && !submission.is_in_doubt());
    assert!(!submission.was_sent_before());
    submission.sent(at(1010));
    submission.refused(at(1020), SECOND, false);
    assert!(submission.may_exist() && submission.is_in_doubt(), "a gateway may have passed it on");
}
