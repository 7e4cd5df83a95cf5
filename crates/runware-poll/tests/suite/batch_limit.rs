use proptest::prelude::*;
use runware_poll::BatchLimit;

/// Tells of so many requests that were as large as allowed, and all answered.
fn answer_full(limit: &mut BatchLimit, requests: u32) {
    for _ in 0..requests {
        limit.answered(limit.current());
    }
}

#[test]
fn a_task_that_spoils_its_requests_is_found_and_the_limit_restored() {
    let mut limit = BatchLimit::new(100);
    let mut sizes = Vec::new();
    loop {
        let size = limit.current();
        sizes.push(size);
        limit.refused(size);
        if size == 1 {
            break;
        }
        limit.answered(limit.current());
    }
    assert_eq!(sizes, [100, 50, 25, 12, 6, 3, 1]);
    assert_eq!(limit.current(), 100);
}

#[test]
fn tasks_that_are_all_bad_are_not_divided_again_for_each_of_them() {
    let mut limit = BatchLimit::new(100);
    let (mut left, mut refused) = (100_usize, 0);
    while left > 0 {
        let size = limit.current().min(left);
        limit.refused(size);
        refused += 1;
        left -= usize::from(size == 1);
    }
    // 7 to find the first, 7 to find the second; after that every second one stands alone.
    assert!((100..=212).contains(&refused), "{refused}");
}

#[test]
fn what_goes_through_between_two_bad_tasks_restores_the_limit_for_the_second_too() {
    let mut limit = BatchLimit::new(8);
    for _ in 0..2 {
        for size in [8, 4, 2] {
            limit.refused(size);
        }
        limit.answered(2);
        limit.refused(1);
        assert_eq!(limit.current(), 8);
    }
    // And without, it does not.
    for size in [8, 4, 2, 1] {
        limit.refused(size);
    }
    assert_eq!(limit.current(), 2);
}

#[test]
fn a_lone_refusal_changes_nothing_while_nothing_is_divided() {
    let mut limit = BatchLimit::new(100);
    limit.refused(1);
    limit.refused(0);
    assert_eq!(limit, BatchLimit::new(100));
}

#[test]
fn eight_full_requests_double_the_limit_and_smaller_ones_count_for_nothing() {
    let mut limit = BatchLimit::new(100);
    limit.refused(24);
    assert_eq!(limit.current(), 12);
    for _ in 0..100 {
        limit.answered(11);
    }
    answer_full(&mut limit, 7);
    assert_eq!(limit.current(), 12);
    limit.answered(12);
    assert_eq!(limit.current(), 24);
    answer_full(&mut limit, 24);
    assert_eq!(limit.current(), 100, "48, 96 and 100");
}

#[test]
fn refusals_of_what_was_sent_before_the_first_one_count_once() {
    let mut limit = BatchLimit::new(100);
    limit.refused(100);
    answer_full(&mut limit, 8);
    assert_eq!(limit.current(), 100);
    for _ in 0..4 {
        limit.refused(100);
    }
    assert_eq!(limit.current(), 50);
    answer_full(&mut limit, 15);
    assert_eq!(limit.current(), 50, "one try that was refused: 16");
    limit.answered(50);
    assert_eq!(limit.current(), 100);
}

#[test]
fn a_try_that_goes_through_makes_the_next_one_as_cheap_as_the_first() {
    let mut limit = BatchLimit::new(100);
    limit.refused(50);
    for needed in [8, 16, 32] {
        answer_full(&mut limit, needed);
        assert_eq!(limit.current(), 50);
        limit.refused(50);
    }
    answer_full(&mut limit, 64);
    assert_eq!(limit.current(), 50);
    answer_full(&mut limit, 8);
    assert_eq!(limit.current(), 100);
}

#[test]
fn a_passing_trouble_is_over_after_56_answers() {
    let mut limit = BatchLimit::new(100);
    limit.refused(2);
    assert_eq!(limit.current(), 1);
    answer_full(&mut limit, 55);
    assert_eq!(limit.current(), 64);
    answer_full(&mut limit, 1);
    assert_eq!(limit.current(), 100);
}

/// A server that takes at most `limit` tasks, asked with full requests.
fn refused_of(limit: &mut BatchLimit, server: usize, requests: usize) -> usize {
    let mut refused = 0;
    for _ in 0..requests {
        let size = limit.current();
        if size > server {
            limit.refused(size);
            refused += 1;
        } else {
            limit.answered(size);
        }
    }
    refused
}

#[test]
fn a_server_that_takes_sixty_refuses_one_request_in_a_thousand() {
    let mut limit = BatchLimit::new(100);
    assert_eq!(refused_of(&mut limit, 60, 100), 4, "the first, and after 8, 16 and 32 answers");
    refused_of(&mut limit, 60, 3_000);
    assert_eq!(refused_of(&mut limit, 60, 102_500), 100);
    assert!(limit.current() >= 50);
}

proptest! {
    /// Whatever is told, there is a limit, and it is none of its own making.
    #[test]
    fn the_limit_is_between_one_and_the_most(
        most in 0_usize..300, told in prop::collection::vec((any::<bool>(), 0_usize..400), 0..300),
    ) {
        let mut limit = BatchLimit::new(most);
        for (refused, tasks) in told {
            let before = limit.current();
            if refused { limit.refused(tasks) } else { limit.answered(tasks) }
            prop_assert!((1..=most.max(1)).contains(&limit.current()));
            if refused && tasks > 1 {
                prop_assert!(limit.current() <= tasks / 2 && limit.current() <= before);
            } else {
                prop_assert!(limit.current() >= before);
            }
        }
    }

    /// A server that takes fewer than the most refuses ever less, and is never asked for much less than it takes.
    #[test]
    fn a_smaller_server_is_found_and_left_in_peace(most in 1_usize..300, server in 1_usize..300) {
        let mut limit = BatchLimit::new(most);
        let mut steps = 0;
        while limit.current() > server {
            limit.refused(limit.current());
            steps += 1;
        }
        prop_assert!(steps <= 9);
        let mut refused = 0;
        for _ in 0..20_000 {
            prop_assert!(2 * limit.current() + 1 > server.min(most));
            refused += refused_of(&mut limit, server, 1);
        }
        // 8 + 16 + … + 1,024 answers make 8 tries; after that it is one in 1,025.
        prop_assert!(refused <= 8 + 20_000 / 1_025, "{} of 20,000", refused);
        let late = refused_of(&mut limit, server, 10_250);
        prop_assert!(late <= 10, "{} of 10,250", late);
    }

    /// One bad task in any place among any number.
    #[test]
    fn one_bad_task_is_found_by_halving(most in 1_usize..300, count in 1_usize..600, bad in 0_usize..600) {
        let bad = bad % count;
        let mut limit = BatchLimit::new(most);
        let mut waiting: std::collections::VecDeque<usize> = (0..count).collect();
        let (mut refused, mut found) = (0_u32, false);
        while !waiting.is_empty() {
            let size = limit.current().min(waiting.len());
            let batch: Vec<usize> = waiting.drain(..size).collect();
            if !batch.contains(&bad) {
                limit.answered(size);
                continue;
            }
            limit.refused(size);
            refused += 1;
            if size == 1 {
                found = true;
                prop_assert_eq!(limit.current(), most);
            } else {
                for task in batch.into_iter().rev() {
                    waiting.push_front(task);
                }
            }
        }
        prop_assert!(found);
        prop_assert!(refused <= most.next_power_of_two().ilog2() + 1, "{}", refused);
    }
}
