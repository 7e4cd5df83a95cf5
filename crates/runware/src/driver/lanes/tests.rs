use super::*;

const fn at(millis: u64) -> Tick {
    Tick::from_millis(millis)
}

fn lanes(in_flight: usize) -> Lanes {
    Lanes::new(Pacing::new().with_in_flight(in_flight))
}

/// Sends on the first lane that is open, of those that have something to send.
fn send(lanes: &mut Lanes, waiting: &[Lane], now: Tick) -> Option<Lane> {
    let lane = lanes.turns().into_iter().find(|lane| waiting.contains(lane) && lanes.is_open(*lane, now))?;
    lanes.sent(lane, now);
    Some(lane)
}

#[test]
fn each_lane_has_its_share_and_none_is_ever_without_one() {
    for (in_flight, shares) in
        [(1, [1, 1, 1]), (3, [1, 1, 1]), (4, [1, 2, 1]), (16, [4, 8, 4]), (40, [10, 20, 10])]
    {
        for (lane, share) in [Lane::Submit, Lane::Check, Lane::Ask].into_iter().zip(shares) {
            let mut lanes = lanes(in_flight);
            let sent = std::iter::from_fn(|| send(&mut lanes, &[lane], at(0))).count();
            assert_eq!(sent, share, "{lane:?} of {in_flight}");
        }
        let mut lanes = lanes(in_flight);
        let all = [Lane::Submit, Lane::Check, Lane::Ask];
        let sent = std::iter::from_fn(|| send(&mut lanes, &all, at(0))).count();
        assert_eq!(sent, in_flight, "together");
    }
}

#[test]
fn a_submission_goes_first_unless_something_had_to_wait_for_the_one_before() {
    let mut lanes = lanes(1);
    let waiting = [Lane::Submit, Lane::Check, Lane::Ask];
    let mut turns = Vec::new();
    for round in 0..7 {
        turns.extend(send(&mut lanes, &waiting, at(round)));
        lanes.rest(at(round));
        let lane = *turns.last().unwrap();
        lanes.ended(lane, at(round), Load::Bearable, at(round));
    }
    use Lane::{Ask, Check, Submit};
    assert_eq!(turns, [Submit, Check, Ask, Submit, Check, Ask, Submit]);

    // When nothing waits any more, they begin anew.
    lanes.rest(at(8));
    assert_eq!(lanes.turns(), [Lane::Submit, Lane::SubmitAndWait, Lane::Check, Lane::Ask]);
}

#[test]
fn what_waits_for_its_results_takes_no_place_from_others() {
    let mut lanes = lanes(1);
    let sent = std::iter::from_fn(|| send(&mut lanes, &[Lane::SubmitAndWait], at(0))).count();
    assert_eq!(sent, 64);
    assert_eq!(send(&mut lanes, &[Lane::Check], at(0)), Some(Lane::Check));
    lanes.ended(Lane::SubmitAndWait, at(0), Load::Bearable, at(1));
    assert!(!lanes.is_open(Lane::Check, at(1)), "one check is under way");
    assert!(lanes.is_open(Lane::SubmitAndWait, at(1)));
}

#[test]
fn the_wish_of_a_busy_server_holds_every_lane_for_a_minute_at_most() {
    for lane in [Lane::Submit, Lane::SubmitAndWait, Lane::Check, Lane::Ask] {
        for (wish, held) in [(7, 7), (3_600, 60)] {
            let mut lanes = lanes(16);
            lanes.sent(lane, at(0));
            let retry_after = Some(Duration::from_secs(wish));
            lanes.ended(lane, at(0), Load::Busy { retry_after }, at(500));
            let until = at(500 + held * 1_000);
            assert_eq!(lanes.closed_until(at(500)), Some(until));
            for other in lanes.turns() {
                assert!(!lanes.is_open(other, at(499 + held * 1_000)), "{lane:?} holds {other:?}");
                assert!(lanes.is_open(other, until));
            }
            assert_eq!(lanes.closed_until(until), None);
        }
    }
}
