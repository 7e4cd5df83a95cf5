//! What is learned, and what the cadence does, while things go wrong.

use super::*;
use crate::harness::{Way, on_check, on_submit};
use runware_emulator::Action;

over_each_transport! {
    an_outage_of_a_minute_teaches_nothing_wrong,
    what_is_found_after_a_long_outage_teaches_no_end,
    a_task_whose_answer_is_lost_is_looked_for_at_once_whatever_is_known_of_its_kind,
    a_task_that_never_arrived_is_sent_again_as_soon_as_if_nothing_were_known,
}

/// No check gets through for so many seconds of the next run.
fn outage(world: &World, from: u64, to: u64) {
    let began = world.wire.now();
    let during = began + secs(from)..began + secs(to);
    world.inject(on_check(Action::Reset).when(move |request| during.contains(&request.now)));
}

async fn an_outage_of_a_minute_teaches_nothing_wrong() {
    let mut gaps = Vec::new();
    for is_interrupted in [true, false] {
        let (known, next) = (names("known", 50), names("through", 50));
        let world = World::new(minutes(minutes(Options::new(), &known), &next));
        run_clips(&world.client, &known).await;
        if is_interrupted {
            outage(&world, 30, 90);
        }
        run_clips(&world.client, &next).await;
        let mut durations = world.client.durations().await;
        assert_sound(&durations, 100, 0);
        let forecast = durations.forecast(&clips(), Part::First, Tick::MAX).unwrap();
        let gap = |elapsed| forecast.gap(secs(elapsed), millis(400), secs(1), secs(15));
        gaps.push([gap(0), gap(30), gap(45), gap(60), gap(90)]);
    }
    let [interrupted, undisturbed] = gaps[..] else { unreachable!("there are two") };
    for (interrupted, undisturbed) in interrupted.into_iter().zip(undisturbed) {
        // A few ends are known less exactly; they weigh as what else is known of when such tasks end.
        let differs = interrupted.abs_diff(undisturbed);
        assert!(differs <= undisturbed / 10, "{interrupted:?} and {undisturbed:?} without the outage");
    }
}

async fn what_is_found_after_a_long_outage_teaches_no_end() {
    let world = experienced().await;
    outage(&world, 30, 200);
    run_clips(&world.client, &names("through", 20)).await;
    let durations = world.client.durations().await;
    assert_eq!(counts(&durations, "", "first").0, 50.0, "as many as before");
}

async fn a_task_whose_answer_is_lost_is_looked_for_at_once_whatever_is_known_of_its_kind() {
    let world = experienced().await;
    world.inject(on_submit(Action::LoseReply).nth(1));
    let task = world.client.submit(clip("lost")).unwrap();
    let first_look = first_look(&world, task).await;
    assert!(first_look < secs(2), "{first_look:?}");
    let account = world.account(id("lost"));
    assert_eq!(account.submitted, 1);
    let [.., second_to_last, last] = world.wire.check_times()[..] else { unreachable!("it was looked at") };
    assert!(last - second_to_last < 5_000, "looks are dense where such tasks end");
    let exponential = 11;
    assert!(account.checks <= exponential - 2, "once found it is looked at like others: {}", account.checks);
    assert_sound(&world.client.durations().await, 51, 0);
}

async fn a_task_that_never_arrived_is_sent_again_as_soon_as_if_nothing_were_known() {
    let world = experienced().await;
    world.inject(on_submit(Action::Reset).nth(1));
    let began = world.wire.now();
    run_clips(&world.client, &names("vanished", 1)).await;
    let account = world.account(id("vanished 0"));
    // Over HTTP the archive has to miss it first, after a minute; a socket that was lost takes one look.
    let after = account.submissions[0].at - began;
    assert!(after < Way::pick(secs(70), secs(4)), "{after:?}");
    assert_eq!((account.accepted, account.billed), (1, 1));
    assert_sound(&world.client.durations().await, 51, 0);
}
