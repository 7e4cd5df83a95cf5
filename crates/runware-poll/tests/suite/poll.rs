//! Exact timelines of one task.

use std::time::Duration;

use runware_poll::{Ending, Fault, Plan, Poll, QUESTION_GAP, Seen, Step, Tick};

use crate::{at, even_plan, millis, most_polls, ms, secs};

/// What a driver did, and when, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Did {
    Query(u64),
    Question(u64),
    Finish(u64, Ending),
}

use Did::{Finish, Query, Question};

/// Drives a poll; `answer` tells it what comes of each query, which it may do later than it was sent.
fn drive(mut poll: Poll, until: Tick, mut answer: impl FnMut(&mut Poll, Tick)) -> Vec<Did> {
    let (mut now, mut did) = (Tick::ZERO, Vec::new());
    while now <= until {
        match poll.step(now) {
            Step::Wait { until } => {
                assert!(until > now, "{until:?} is not after {now:?}");
                now = until;
            }
            Step::Query { .. } => {
                did.push(Query(millis(now)));
                poll.sent(now);
                answer(&mut poll, now);
            }
            Step::Question => {
                did.push(Question(millis(now)));
                poll.answered(now);
            }
            Step::Finished(ending) => {
                did.push(Finish(millis(now), ending));
                return did;
            }
        }
    }
    did
}

fn seen(seen: Seen) -> impl FnMut(&mut Poll, Tick) {
    move |poll, now| poll.observed(now, seen)
}

fn queries(moments: impl IntoIterator<Item = u64>) -> Vec<Did> {
    moments.into_iter().map(Query).collect()
}

#[test]
fn the_default_cadence_without_chance() {
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), at(61_000), seen(Seen::Running));
    assert_eq!(did, queries([1_000, 2_500, 4_750, 8_125, 13_187, 20_781, 30_781, 40_781, 50_781, 60_781]));
}

#[test]
fn the_default_cadence_with_a_fixed_seed() {
    let did = drive(Poll::new(Plan::new(), 42, Tick::ZERO), at(60_000), seen(Seen::Running));
    assert_eq!(did, queries([958, 2_306, 4_468, 7_195, 11_793, 18_561, 28_352, 37_129, 46_570, 55_072]));
}

#[test]
fn asking_as_early_as_allowed_makes_the_published_number_of_polls() {
    let mut poll = Poll::new(Plan::new(), 7, Tick::ZERO);
    for second in 1..1_200 {
        let end = Tick::ZERO + secs(second);
        while poll.earliest() <= end {
            let now = poll.earliest();
            poll.sent(now);
            poll.observed(now, Seen::Running);
        }
        assert_eq!(u64::from(poll.polls()), most_polls(secs(second)), "after {second} s");
    }
}

#[test]
fn a_slow_answer_does_not_stretch_the_gap() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.observed(at(1_900), Seen::Running);
    assert_eq!(poll.step(at(1_900)), Step::Wait { until: at(2_500) });
    poll.sent(at(2_500));
    poll.observed(at(7_000), Seen::Running);
    assert_eq!(poll.step(at(7_000)), Step::Query { timeout_at: at(17_000) }, "2.25 s have passed long ago");
}

#[test]
fn a_resumed_task_is_looked_at_immediately() {
    let did = drive(Poll::resumed(even_plan(), 0, Tick::ZERO), at(5_000), seen(Seen::Running));
    assert_eq!(did, queries([0, 1_000, 2_500, 4_750]));
}

#[test]
fn the_end_is_the_end() {
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), at(60_000), seen(Seen::Settled));
    assert_eq!(did, [Query(1_000), Finish(1_000, Ending::Settled)]);

    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.conclude(Ending::Abandoned);
    poll.sent(at(1));
    poll.observed(at(2), Seen::Settled);
    poll.failed(at(3), Fault::permanent());
    poll.conclude(Ending::Settled);
    for now in [0, 5_000, 9_999_999] {
        assert_eq!(poll.step(at(now)), Step::Finished(Ending::Abandoned));
    }
}

#[test]
fn recovery_doubles_and_leaves_the_cadence_where_it_was() {
    let mut outcomes = vec![false, true, false, false, false, false, false, false, true, true].into_iter();
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), at(50_000), |poll, now| {
        if outcomes.next().unwrap_or(true) {
            poll.observed(now, Seen::Running);
        } else {
            poll.failed(now, Fault::transient());
        }
    });
    let expected = [
        1_000,  // fault; the delay of 0.5 s is below the shortest gap of 1 s
        2_000,  // healthy: on to the second gap, 1.5 s
        3_500,  // fault; 0.5 s again, below the shortest gap
        4_500,  // fault; 1 s
        5_500,  // fault; 2 s
        7_500,  // fault; 4 s
        11_500, // fault; 8 s
        19_500, // fault; 10 s
        29_500, // healthy: on to the third gap, 2.25 s
        31_750, // healthy: 3.375 s
        35_125, 40_187, 47_781,
    ];
    assert_eq!(did, queries(expected));
}

#[test]
fn an_unanswered_query_is_a_fault_by_itself() {
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), at(40_000), |_, _| {});
    assert_eq!(did, queries([1_000, 11_500, 22_500, 34_500]), "10 s, and 0.5, 1, 2 s of recovery");

    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.sent(at(1_000));
    assert_eq!(poll.step(at(10_999)), Step::Wait { until: at(11_000) });
    assert_eq!(poll.step(at(11_000)), Step::Wait { until: at(11_500) });
    assert_eq!(poll.step(at(11_500)), Step::Query { timeout_at: at(21_500) });
    assert_eq!((poll.earliest(), poll.due()), (at(11_500), at(11_500)));
}

#[test]
fn recovery_with_a_fixed_seed() {
    let did = drive(Poll::new(Plan::new(), 42, Tick::ZERO), at(60_000), |poll, now| {
        poll.failed(now, Fault::transient());
    });
    assert_eq!(
        did,
        queries([958, 1_758, 2_660, 3_700, 6_784, 12_607, 22_085, 29_027, 37_630, 43_886, 49_943, 59_781])
    );
}

#[test]
fn a_query_that_went_out_early_recovers_from_then_on() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    for now in [1_000, 2_500, 4_750, 8_125] {
        poll.sent(at(now));
        poll.observed(at(now), Seen::Running);
    }
    assert_eq!(poll.due(), at(8_125) + Duration::from_micros(5_062_500));
    poll.sent(at(10_000));
    poll.failed(at(10_100), Fault::transient());
    assert_eq!(poll.due(), at(11_000), "not when the query would have been due");
}

#[test]
fn a_query_sent_again_at_its_timeout_counts_as_a_fault() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    for now in [1_000, 11_000, 20_999] {
        poll.sent(at(now));
    }
    poll.failed(at(22_000), Fault::transient());
    assert_eq!(poll.due(), at(23_000), "the second fault: 1 s; the second query had 1 ms left");
}

#[test]
fn a_late_answer_is_as_good_as_one_in_time() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.sent(at(1_000));
    assert_eq!(poll.step(at(11_200)), Step::Wait { until: at(11_500) });
    poll.observed(at(11_200), Seen::Running);
    assert_eq!(poll.step(at(11_200)), Step::Query { timeout_at: at(21_200) }, "1.5 s after 1 s have passed");

    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.failed(at(11_200), Fault::transient());
    assert_eq!(poll.step(at(11_200)), Step::Wait { until: at(11_700) }, "one fault, not two");
}

#[test]
fn news_from_elsewhere_leave_the_schedule_alone() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.observed(at(300), Seen::Running);
    assert_eq!(poll.step(at(300)), Step::Wait { until: at(1_000) });
    poll.failed(at(400), Fault::transient());
    assert_eq!(poll.step(at(400)), Step::Wait { until: at(1_000) }, "0.9 s is sooner than planned");
    poll.failed(at(900), Fault::transient());
    assert_eq!(poll.step(at(900)), Step::Wait { until: at(1_900) }, "the second fault: 1 s");
}

#[test]
fn retry_after_is_kept_to_the_tick() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.failed(at(1_200), Fault::transient().retry_after(secs(30)));
    assert_eq!(poll.step(at(31_199)), Step::Wait { until: at(31_200) });
    assert_eq!(poll.step(at(31_200)), Step::Query { timeout_at: at(41_200) });

    poll.observed(at(2_000), Seen::Running);
    poll.failed(at(2_100), Fault::transient().retry_after(secs(1)));
    assert_eq!(poll.step(at(2_100)), Step::Wait { until: at(31_200) }, "the longest wish counts");
}

#[test]
fn retry_after_does_not_hurry() {
    let mut poll = Poll::new(even_plan(), 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.failed(at(4_000), Fault::transient().retry_after(Duration::ZERO));
    assert_eq!(poll.step(at(4_000)), Step::Wait { until: at(4_500) });
}

#[test]
fn retry_after_beyond_the_deadline_leaves_nothing_to_do() {
    for delay in [secs(1_200), secs(86_400), Duration::MAX] {
        let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), Tick::MAX, |poll, now| {
            poll.failed(now, Fault::transient().retry_after(delay));
        });
        assert_eq!(did, [Query(1_000), Finish(1_200_000, Ending::Deadline)]);
    }
}

#[test]
fn a_permanent_fault_ends_the_task() {
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), Tick::MAX, |poll, now| {
        poll.failed(now, Fault::permanent());
    });
    assert_eq!(did, [Query(1_000), Finish(1_000, Ending::Rejected)]);
}

#[test]
fn the_deadline_is_kept_to_the_tick() {
    let plan = even_plan().with_deadline(ms(4_900));
    let did = drive(Poll::new(plan.clone(), 0, Tick::ZERO), Tick::MAX, seen(Seen::Running));
    assert_eq!(did, [Query(1_000), Query(2_500), Query(4_750), Finish(4_900, Ending::Deadline)]);

    let did = drive(Poll::new(plan.clone(), 0, Tick::ZERO), Tick::MAX, |_, _| {});
    assert_eq!(did, [Query(1_000), Finish(4_900, Ending::Deadline)], "while a query is under way");

    let mut poll = Poll::new(plan, 0, Tick::ZERO);
    assert_eq!(poll.step(at(4_899)), Step::Query { timeout_at: at(4_900) });
    poll.sent(at(4_899));
    assert_eq!(poll.step(at(4_899)), Step::Wait { until: at(4_900) });
    assert_eq!(poll.step(at(4_900)), Step::Finished(Ending::Deadline));
    poll.observed(at(4_901), Seen::Settled);
    assert_eq!(poll.step(at(4_901)), Step::Finished(Ending::Settled), "what has arrived is not given away");
}

#[test]
fn deadlines_of_nothing_and_of_forever() {
    let poll = Poll::new(even_plan().with_deadline(Duration::ZERO), 0, at(500));
    assert_eq!(poll.step(at(500)), Step::Finished(Ending::Deadline));

    let poll = Poll::new(even_plan().with_deadline(Duration::MAX), 0, at(500));
    assert_eq!(poll.deadline(), Tick::MAX);
    assert_eq!(poll.step(at(500)), Step::Wait { until: at(1_500) });
    let century = at(100 * 365 * 86_400_000);
    assert_eq!(poll.step(century), Step::Query { timeout_at: century + secs(10) });
}

#[test]
fn a_task_that_never_shows_is_asked_about_after_the_grace() {
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), at(142_000), seen(Seen::Unknown));
    let questions: Vec<_> = did.iter().filter(|did| matches!(did, Question(_))).collect();
    let expected = [60_000, 65_000, 75_000, 95_000, 135_000].map(Question);
    assert_eq!(questions, expected.iter().collect::<Vec<_>>(), "5, 10, 20, 40 s apart");
    let polls: Vec<_> = did.into_iter().filter(|did| matches!(did, Query(_))).collect();
    let undisturbed = drive(Poll::new(even_plan(), 0, Tick::ZERO), at(142_000), seen(Seen::Running));
    assert_eq!(polls, undisturbed, "looking goes on meanwhile");
}

#[test]
fn the_grace_counts_from_the_last_sight() {
    let plan = even_plan().with_grace(secs(10));
    let mut poll = Poll::new(plan, 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.observed(at(3_000), Seen::Running);
    poll.sent(at(3_000));
    poll.observed(at(3_500), Seen::Unknown);
    poll.sent(at(12_999));
    assert_eq!(poll.step(at(13_000)), Step::Wait { until: at(22_999) }, "the query under way may tell");
    poll.observed(at(13_100), Seen::Unknown);
    assert_eq!(poll.step(at(13_100)), Step::Question);

    poll.observed(at(13_200), Seen::Running);
    assert!(matches!(poll.step(at(13_200)), Step::Wait { .. }), "it was seen after all");
}

#[test]
fn the_grace_of_an_old_task_began_before_it_was_resumed() {
    // In a process that is younger than the task, too.
    for (age, first) in [(secs(0), 60_000), (secs(25), 35_000), (secs(60), 0), (secs(3_000), 0)] {
        let poll = Poll::resumed(even_plan(), 0, Tick::ZERO).with_age(age);
        let did = drive(poll, at(first + 76_000), seen(Seen::Unknown));
        let questions: Vec<_> = did.iter().filter(|did| matches!(did, Question(_))).collect();
        let expected = [first, first + 5_000, first + 15_000, first + 35_000, first + 75_000].map(Question);
        assert_eq!(questions, expected.iter().collect::<Vec<_>>(), "{age:?}");
        assert_eq!(did[0], Query(0), "no question before the first look");
        let polls: Vec<_> = did.into_iter().filter(|did| matches!(did, Query(_))).collect();
        let undisturbed = Poll::resumed(even_plan(), 0, Tick::ZERO);
        assert_eq!(polls, drive(undisturbed, at(first + 76_000), seen(Seen::Running)), "looking is as ever");
    }
}

#[test]
fn an_old_task_that_was_seen_is_like_any_other() {
    let mut poll = Poll::resumed(even_plan(), 0, at(5_000)).with_age(secs(3_000));
    poll.sent(at(5_000));
    assert_eq!(poll.step(at(5_010)), Step::Wait { until: at(15_000) }, "the look may tell");
    poll.observed(at(5_100), Seen::Running);
    poll.observed(at(6_000), Seen::Unknown);
    poll.sent(at(64_000));
    poll.observed(at(64_900), Seen::Unknown);
    assert_eq!(poll.step(at(64_900)), Step::Wait { until: at(65_100) }, "60 s after it was seen");
    assert_eq!(poll.step(at(65_100)), Step::Question);
}

#[test]
fn a_question_is_not_asked_twice_at_once() {
    let mut poll = Poll::new(even_plan().with_grace(Duration::ZERO), 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.observed(at(1_000), Seen::Unknown);
    assert_eq!(poll.step(at(1_000)), Step::Question);
    poll.asked(at(1_000));
    assert_eq!(poll.step(at(1_000)), Step::Wait { until: at(2_500) });
    assert!(matches!(poll.step(at(2_500)), Step::Query { .. }), "looking goes on");
    assert_eq!(poll.step(at(11_000)), Step::Question, "no answer within the query timeout");

    poll.answered(at(3_000));
    poll.sent(at(3_000));
    poll.observed(at(3_000), Seen::Unknown);
    assert_eq!(poll.step(at(3_000)), Step::Wait { until: at(5_250) });
    poll.sent(at(5_250));
    poll.observed(at(5_250), Seen::Unknown);
    assert_eq!(poll.step(at(5_250)), Step::Wait { until: at(3_000) + QUESTION_GAP });
    assert_eq!(poll.step(at(8_000)), Step::Question);
}

#[test]
fn faults_alone_raise_no_question() {
    let did = drive(Poll::new(even_plan(), 0, Tick::ZERO), Tick::MAX, |poll, now| {
        poll.failed(now, Fault::transient());
    });
    assert!(!did.iter().any(|did| matches!(did, Question(_))));
    assert_eq!(did.last(), Some(&Finish(1_200_000, Ending::Deadline)));
}

#[test]
fn a_question_keeps_to_retry_after() {
    let mut poll = Poll::new(even_plan().with_grace(Duration::ZERO), 0, Tick::ZERO);
    poll.sent(at(1_000));
    poll.observed(at(1_000), Seen::Unknown);
    poll.failed(at(1_500), Fault::transient().retry_after(secs(30)));
    assert_eq!(poll.step(at(1_500)), Step::Wait { until: at(31_500) });
    assert_eq!(poll.step(at(31_500)), Step::Question);
}

#[test]
fn reports_on_itself() {
    let mut poll = Poll::new(even_plan(), 0, at(2_000));
    assert_eq!((poll.polls(), poll.elapsed(at(2_500)), poll.deadline()), (0, ms(500), at(1_202_000)));
    assert_eq!((poll.earliest(), poll.due()), (at(3_000), at(3_000)));
    poll.sent(at(3_000));
    assert_eq!(poll.polls(), 1);
    assert_eq!(poll.plan().deadline(), secs(1_200));
}
