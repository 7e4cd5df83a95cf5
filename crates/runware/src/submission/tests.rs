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
    // It was handed over at 0, and may have waited for its connection until just before the answer.
    assert_eq!(submission.refused(at(20), Duration::ZERO, true), Next::Resend(at(1020)));
    submission.sent(at(1020));
    assert_eq!(submission.refused(at(1030), Duration::from_secs(7), true), Next::Resend(at(8030)));
    submission.sent(at(8030));
    assert_eq!(submission.refused(at(8040), SECOND, true), Next::GiveUp);
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
fn what_the_server_was_seen_to_have_is_never_sent_again_whatever_comes() {
    let seen = [sent_at(0), disconnected_at(0), Submission::new(at(0)), {
        let mut weakly = sent_at(0);
        weakly.acknowledged_weakly(true);
        weakly
    }];
    for mut submission in seen {
        assert!(submission.may_be_sent(), "{submission:?}");
        submission.accepted();
        assert!(!submission.may_be_sent());
        for round in 1..10 {
            let now = at(round * 60_000);
            submission.postpone(now);
            submission.hold(now);
            submission.release(now, true);
            assert_eq!(submission.unseen(now, now), None);
            assert!(!matches!(submission.absent(now, true), Absence::Resend(_)));
            submission.accepted();
            assert!(submission.due().is_none() && !submission.may_be_sent());
        }
    }
    assert!(!Submission::resumed().may_be_sent());
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

/// Sent at zero, and the connection was lost at that time.
fn disconnected_at(millis: u64) -> Submission {
    let mut submission = sent_at(0);
    submission.disconnected(at(millis));
    submission
}

#[test]
fn a_lost_connection_is_made_good_by_one_look_a_second_later() {
    let mut submission = disconnected_at(40);
    assert!(submission.is_watched() && submission.may_exist() && submission.is_in_doubt());
    assert_eq!(submission.unseen(at(1039), at(1100)), None, "the look began too soon");
    assert_eq!(submission.unseen(at(1040), at(1100)), Some(at(1100)));
    assert_eq!(submission.due(), Some(at(1100)));
    submission.sent(at(1100));
    assert!(submission.was_sent_before(), "so that a conflict means accepted");
}

#[test]
fn a_submission_that_waited_for_its_connection_is_not_repeated_within_a_second_of_leaving() {
    let mut submission = disconnected_at(4500);
    assert_eq!(submission.unseen(at(2000), at(4600)), None, "started long after the task was handed over");
    assert_eq!(submission.unseen(at(5499), at(5600)), None);
    assert_eq!(submission.unseen(at(5500), at(5600)), Some(at(5600)));
}

#[test]
fn a_task_that_keeps_losing_its_connection_is_sent_six_times_and_then_left_to_the_archive() {
    let mut submission = disconnected_at(0);
    for again in 1..MAX_ATTEMPTS_LOST {
        let time = u64::from(again) * 1100;
        assert_eq!(submission.unseen(at(time), at(time)), Some(at(time)), "{again}");
        submission.sent(at(time));
        submission.disconnected(at(time + 10));
    }
    assert_eq!(submission.unseen(at(9000), at(9010)), None, "six attempts are enough");
    assert_eq!(submission.absent(at(62_000), true), Absence::Inconclusive);
    assert_eq!(submission.absent(at(67_000), true), Absence::Undecided);
}

#[test]
fn six_attempts_are_for_losses_alone() {
    type Other = fn(&mut Submission);
    let others: [Other; 3] = [
        |submission| _ = submission.refused(at(10), SECOND, true),
        |submission| _ = submission.refused(at(10), SECOND, false),
        |submission| {
            submission.maybe_sent(true);
            submission.absent(at(60_000), true);
            assert_eq!(submission.absent(at(65_000), true), Absence::Resend(at(65_000)));
        },
    ];
    for other in others {
        let mut submission = sent_at(0);
        other(&mut submission);
        submission.sent(at(70_000));
        submission.disconnected(at(70_010));
        assert_eq!(submission.unseen(at(72_000), at(72_010)), Some(at(72_010)));
        submission.sent(at(72_010));
        submission.disconnected(at(72_020));
        assert_eq!(submission.unseen(at(75_000), at(75_010)), None, "three attempts are enough");
    }
    // And a refusal after three attempts permits no other.
    let mut lost = disconnected_at(0);
    for time in [1100, 2200, 3300] {
        assert_eq!(lost.unseen(at(time), at(time)), Some(at(time)));
        lost.sent(at(time));
        if time < 3300 {
            lost.disconnected(at(time + 10));
        }
    }
    assert_eq!(lost.refused(at(3310), SECOND, true), Next::GiveUp);
}

#[test]
fn an_attempt_that_never_left_goes_back_to_the_doubt_before_it() {
    let mut lost = disconnected_at(40);
    for again in 1..10 {
        let time = again * 2000;
        assert_eq!(lost.unseen(at(time), at(time)), Some(at(time)), "{again}");
        lost.sent(at(time));
        lost.never_left(at(time + 1500));
        assert!(lost.is_watched() && lost.may_exist() && lost.is_in_doubt());
    }
    assert_eq!(lost.unseen(at(18_100), at(18_100)), Some(at(19_500)), "not before the delay");

    let mut doubtful = sent_at(0);
    doubtful.maybe_sent(true);
    for round in [60_000, 70_000, 80_000, 90_000] {
        assert_eq!(doubtful.absent(at(round), true), Absence::Inconclusive);
        assert_eq!(doubtful.absent(at(round + 5000), true), Absence::Resend(at(round + 5000)));
        doubtful.sent(at(round + 5000));
        doubtful.never_left(at(round + 5000));
        assert_eq!(doubtful.unseen(at(round + 7000), at(round + 7000)), None, "a look was never enough");
    }
}

#[test]
fn before_the_third_attempt_the_archive_permits_a_repetition_as_it_always_does() {
    let mut submission = disconnected_at(0);
    assert_eq!(submission.absent(at(60_000), true), Absence::Inconclusive);
    assert_eq!(submission.absent(at(65_000), true), Absence::Resend(at(65_000)));
}

#[test]
fn after_an_hour_no_look_permits_sending_again() {
    let mut submission = disconnected_at(10);
    assert_eq!(submission.unseen(at(3_600_000), at(3_600_000)), None);
}

#[test]
fn only_a_lost_connection_is_made_good_by_a_look() {
    let mut doubtful = sent_at(0);
    doubtful.maybe_sent(true);
    assert_eq!(doubtful.unseen(at(5000), at(5000)), None);
    let mut weak = sent_at(0);
    weak.acknowledged_weakly(true);
    assert_eq!(weak.unseen(at(5000), at(5000)), None);
    let mut seen = disconnected_at(0);
    seen.accepted();
    assert_eq!(seen.unseen(at(5000), at(5000)), None, "it was there: never send it again");
    assert_eq!(sent_at(0).unseen(at(5000), at(5000)), None, "its answer is still on the way");
    assert_eq!(Submission::resumed().unseen(at(5000), at(5000)), None);
}

fn restored_at(millis: u64, age: Option<u64>) -> Submission {
    Submission::restored(at(millis), age.map(Duration::from_secs), true)
}

#[test]
fn a_restored_task_is_sent_again_only_after_two_absences_and_a_second() {
    let mut submission = restored_at(0, Some(90));
    assert_eq!(submission.due(), None);
    assert!(submission.is_watched() && submission.may_exist() && submission.is_in_doubt());
    assert!(!submission.is_accepted() && submission.may_be_sent());
    assert_eq!(submission.unseen(at(2_000), at(2_100)), None, "a look proves nothing");
    assert_eq!(submission.absent(at(100), true), Absence::Inconclusive);
    assert_eq!(submission.absent(at(5_099), true), Absence::Inconclusive, "too soon after the first");
    assert_eq!(submission.absent(at(5_100), true), Absence::Resend(at(5_100)));
    submission.sent(at(5_100));
    assert!(submission.was_sent_before(), "a conflict is with the earlier process");
    assert!(submission.is_repeated());
    submission.accepted();
    assert!(!submission.may_be_sent());
}

#[test]
fn a_restored_task_is_sent_no_sooner_than_a_second_after_it_was_restored() {
    // The earlier process may have sent it until its end.
    let mut submission = restored_at(7_000, Some(90));
    assert_eq!(submission.not_before_gap(at(7_000)), at(8_000));
    submission.absent(at(7_000), true);
    assert_eq!(submission.absent(at(12_000), true), Absence::Resend(at(12_000)));
}

#[test]
fn the_window_of_a_restored_task_counts_from_its_intent() {
    // The process is younger than the task.
    for (age, until, expected) in [
        (3_594, 5_999, Absence::Resend(at(5_999))),
        (3_594, 6_000, Absence::Undecided),
        (3_598, 5_000, Absence::Undecided),
        (3_600, 5_000, Absence::Undecided),
        (u64::MAX, 5_000, Absence::Undecided),
    ] {
        let mut submission = restored_at(0, Some(age));
        assert_eq!(submission.absent(at(0), true), Absence::Inconclusive);
        assert_eq!(submission.absent(at(until), true), expected, "{age} s old");
    }
}

#[test]
fn a_task_whose_age_nobody_knows_is_never_sent() {
    let mut submission = restored_at(0, None);
    submission.absent(at(0), true);
    assert_eq!(submission.absent(at(5_000), true), Absence::Undecided);
    assert_eq!(submission.due(), None);
}

#[test]
fn a_restored_task_that_may_only_be_looked_for_is_never_sent() {
    let mut submission = Submission::restored(at(0), Some(SECOND), false);
    submission.absent(at(0), true);
    assert_eq!(submission.absent(at(5_000), true), Absence::Undecided);
}

#[test]
fn the_silence_of_the_archive_sends_no_restored_task() {
    let mut submission = restored_at(0, Some(90));
    submission.absent(at(0), false);
    assert_eq!(submission.absent(at(5_000), false), Absence::Undecided);
}

#[test]
fn a_restored_task_is_sent_twice_at_most() {
    let mut submission = restored_at(0, Some(60));
    let mut sent = Vec::new();
    for seconds in 1..2_000 {
        let now = at(seconds * 5_000);
        match submission.absent(now, true) {
            Absence::Inconclusive => {}
            Absence::Resend(due) => {
                submission.sent(due);
                sent.push(due);
                submission.disconnected(due);
            }
            Absence::Undecided => break,
        }
        assert_eq!(submission.unseen(at(0), now), None, "that look began too soon");
    }
    assert_eq!(sent, [at(10_000), at(20_000)], "and once before that, for all that is known");
}

#[test]
fn a_restored_task_that_never_left_goes_back_to_its_doubt() {
    let mut submission = restored_at(0, Some(90));
    submission.absent(at(0), true);
    assert_eq!(submission.absent(at(5_000), true), Absence::Resend(at(5_000)));
    submission.sent(at(5_000));
    submission.never_left(at(6_000));
    assert!(submission.is_watched() && submission.is_in_doubt());
    assert_eq!(submission.absent(at(7_000), true), Absence::Inconclusive, "the archive is asked anew");
    assert_eq!(submission.absent(at(12_000), true), Absence::Resend(at(12_000)));
}

#[test]
fn what_was_permitted_within_the_hour_is_not_sent_after_it() {
    let mut submission = restored_at(0, Some(3_500));
    submission.absent(at(0), true);
    assert_eq!(submission.absent(at(5_000), true), Absence::Resend(at(5_000)));
    assert!(!submission.is_overdue(at(99_999)) && submission.is_overdue(at(100_000)));
    submission.maybe_sent(true);
    assert!(!submission.is_overdue(at(100_000)), "it is not due any more");
    submission.absent(at(100_000), true);
    assert_eq!(submission.absent(at(105_000), true), Absence::Undecided);
    // What was never sent, or certainly not taken, is sent whenever its turn comes.
    let mut submission = sent_at(0);
    submission.refused(at(10), Duration::from_secs(7_200), true);
    assert!(!submission.is_overdue(at(7_200_010)) && !Submission::new(at(0)).is_overdue(at(7_200_000)));
    // Something in front of the service asked for that much time.
    let mut submission = sent_at(0);
    submission.refused(at(10), Duration::from_secs(7_200), false);
    assert!(submission.is_overdue(at(7_200_010)));
}

#[test]
fn what_somebody_has_decided_to_send_is_due_at_once_and_stays_in_doubt() {
    let mut submission = Submission::decided(at(30));
    assert_eq!(submission.due(), Some(at(30)));
    assert!(submission.may_exist(), "of the earlier attempts nothing is known");
    submission.sent(at(30));
    assert!(!submission.was_sent_before(), "whose a conflict is, is asked");
    assert_eq!(submission.refused(at(40), Duration::ZERO, true), Next::Resend(at(1_040)));
    assert!(submission.is_in_doubt(), "what the earlier attempts came to is still not known");
}

#[test]
fn what_somebody_has_decided_to_send_is_offered_for_an_hour() {
    let mut submission = Submission::decided(at(0));
    for second in 0..3_599 {
        assert_eq!(submission.due(), Some(at(second * 1_000)));
        submission.sent(at(second * 1_000));
        assert!(!submission.was_sent_before(), "whose a conflict is, is asked each time");
        submission.refused(at(second * 1_000), Duration::ZERO, true);
    }
    assert!(!submission.is_overdue(at(3_599_999)) && submission.is_overdue(at(3_600_000)));
    submission.sent(at(3_599_000));
    assert_eq!(submission.refused(at(3_599_000), SECOND, true), Next::GiveUp);
}

#[test]
fn what_was_in_doubt_before_it_was_held_back_is_so_afterwards() {
    let lost = || {
        let mut submission = sent_at(0);
        submission.disconnected(at(10));
        assert_eq!(submission.unseen(at(1_010), at(1_020)), Some(at(1_020)));
        submission
    };
    for mut submission in [Submission::decided(at(0)), lost()] {
        submission.hold(at(9_000));
        submission.release(at(2_000), true);
        assert!(submission.is_in_doubt(), "that another attempt never left says nothing about this one");
        assert_eq!(submission.due(), Some(at(2_000)));
    }
    // Not so for one of which nothing else is to be feared, or where the other attempt has left.
    for never_left in [true, false] {
        let mut submission = Submission::new(at(0));
        submission.hold(at(9_000));
        assert!(submission.is_in_doubt());
        submission.release(at(2_000), never_left);
        assert_eq!(submission.is_in_doubt(), !never_left);
    }
}

#[test]
fn what_the_machine_sleeps_through_counts_for_the_hour() {
    for (slept, expected) in [(3_534, Absence::Resend(at(65_000))), (3_536, Absence::Undecided)] {
        let mut submission = sent_at(0);
        submission.maybe_sent(true);
        submission.sleep_through(slept * SECOND);
        assert_eq!(submission.absent(at(60_000), true), Absence::Inconclusive);
        assert_eq!(submission.absent(at(65_000), true), expected, "{slept} s");
    }
    // What was due when the machine fell asleep does not leave when it wakes up.
    let mut submission = sent_at(0);
    submission.maybe_sent(true);
    submission.absent(at(60_000), true);
    submission.absent(at(65_000), true);
    submission.sleep_through(3_600 * SECOND);
    assert!(submission.is_overdue(at(65_000)));
}

#[test]
fn what_is_first_sent_after_a_sleep_is_new() {
    let mut submission = sent_at(0);
    submission.sleep_through(7_200 * SECOND);
    submission.not_sent(at(5), SECOND);
    submission.sleep_through(7_200 * SECOND);
    submission.sent(at(10));
    submission.maybe_sent(true);
    submission.absent(at(60_010), true);
    assert_eq!(submission.absent(at(65_010), true), Absence::Resend(at(65_010)));
}
