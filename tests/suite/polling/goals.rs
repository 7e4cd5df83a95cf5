//! What was promised of the learned cadence, at sizes that take seconds; `cargo xtask simulate` measures all of it.

use runware_tests::simulate::frozen::Effort;
use runware_tests::simulate::goals::{Goal, after_few_tasks, crowd, shifts};
use runware_tests::simulate::workload::PLAIN;

#[test]
fn after_fifty_tasks_the_learned_cadence_beats_the_official_schedule_and_is_near_the_best() {
    let effort = Effort { seeds: 1, observed: 50, measured: 1 };
    let found = after_few_tasks(&[PLAIN[1]], effort, 11);
    hold(found.goals);
}

#[test]
fn a_shift_costs_no_more_than_knowing_nothing() {
    hold(shifts::measure(100, 3, 5).iter().flat_map(shifts::Shift::goals));
}

#[test]
fn many_tasks_at_once_need_few_requests_once_others_were_observed() {
    // As many as it is promised for: two thousand do not fill their requests so well.
    hold(crowd::at_once(10_000, 50, 3).map(|crowd| crowd.goals()[0].clone()));
}

#[test]
fn many_tasks_at_once_are_noticed_in_time_though_nothing_is_known() {
    hold(crowd::at_once(10_000, 0, 3).flat_map(|crowd| crowd.goals()));
}

fn hold(goals: impl IntoIterator<Item = Goal>) {
    let missed: Vec<Goal> = goals.into_iter().filter(|goal| !goal.met()).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
