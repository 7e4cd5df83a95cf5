use super::*;

fn glance(kind: RequestKind, number: u64) -> Glance<'static> {
    Glance { number, now: Duration::from_secs(number), kind, body: b"[]" }
}

/// Which of `count` requests of one kind are struck, counted from 1.
fn struck(faults: &mut Faults, kind: RequestKind, count: u64) -> Vec<u64> {
    (1..=count).filter(|number| faults.strike(&glance(kind, *number)).is_some()).collect()
}

#[test]
fn a_rule_strikes_the_chosen_ones_of_the_fitting_requests() {
    use RequestKind::{Details, Status, Submit};
    let rule = || Rule::new(Action::Reset);
    let cases: [(Rule, RequestKind, &[u64]); 7] = [
        (rule(), Submit, &[1, 2, 3, 4]),
        (rule().nth(3), Status, &[3]),
        (rule().first(2), Details, &[1, 2]),
        (rule().kind(Status), Submit, &[]),
        (rule().kind(Status).nth(2), Status, &[2]),
        (rule().when(|request| request.now >= Duration::from_secs(3)).first(1), Submit, &[3]),
        (rule().probability(0.0), Submit, &[]),
    ];
    for (rule, kind, expected) in cases {
        let mut faults = Faults::new(0, vec![rule.clone()]);
        assert_eq!(struck(&mut faults, kind, 4), expected, "{rule:?}");
    }
}

#[test]
fn counts_are_per_rule_and_the_first_rule_that_strikes_wins() {
    let mut faults = Faults::new(
        0,
        vec![
            Rule::new(Action::Hang).kind(RequestKind::Status).nth(1),
            Rule::new(Action::Reset).first(2),
            Rule::new(Action::LoseReply).first(3),
        ],
    );
    let mut strike = |kind| faults.strike(&glance(kind, 1));
    assert!(matches!(strike(RequestKind::Submit), Some(Action::Reset)));
    assert!(matches!(strike(RequestKind::Status), Some(Action::Hang)));
    assert!(matches!(strike(RequestKind::Submit), Some(Action::LoseReply)));
    assert!(strike(RequestKind::Submit).is_none());
}

#[test]
fn probability_is_drawn_from_the_seed() {
    let run = |seed| {
        struck(
            &mut Faults::new(seed, vec![Rule::new(Action::Reset).probability(0.3)]),
            RequestKind::Submit,
            1_000,
        )
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert!((230..370).contains(&run(1).len()), "{} of 1,000", run(1).len());
}

#[test]
fn an_added_rule_counts_from_when_it_was_added() {
    let mut faults = Faults::new(0, Vec::new());
    assert!(faults.strike(&glance(RequestKind::Submit, 1)).is_none());
    faults.push(Rule::new(Action::Reset).nth(1));
    assert!(faults.strike(&glance(RequestKind::Submit, 2)).is_some());
}
