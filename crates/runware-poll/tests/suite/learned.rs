//! What is learned of how long tasks take, and when to look by that.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use runware_poll::{
    Cadence, Durations, Forecast, Kind, Limits, Part, Plan, Poll, Scheduler, Seen, Step, Tick,
};

use crate::{at, most_polls, ms, secs};

const WORTH: Duration = Duration::from_millis(400);
const FLOOR: Duration = Duration::from_secs(1);
const CAP: Duration = Duration::from_secs(15);

fn video() -> Kind {
    Kind::new("videoInference").then("klingai:5@3").then("duration=5")
}

/// One task that was looked at `after` and `by` its beginning, and had ended in between.
type Task = (Duration, Duration);

fn any_task() -> impl Strategy<Value = Task> {
    (0_u64..400_000, 1_u64..20_000).prop_map(|(after, span)| (ms(after), ms(after + span)))
}

fn any_tasks() -> impl Strategy<Value = Vec<Task>> {
    prop::collection::vec(any_task(), 0..60)
}

fn learn(durations: &mut Durations, kind: &Kind, tasks: &[Task]) {
    for (after, by) in tasks {
        durations.wait(kind, Part::First, Tick::ZERO, Tick::ZERO, Tick::ZERO + *after);
        durations.finish(kind, Part::First, Tick::ZERO, Tick::ZERO + *after, Tick::ZERO + *by);
    }
}

fn learned(tasks: &[Task]) -> Durations {
    let mut durations = Durations::new();
    learn(&mut durations, &video(), tasks);
    durations
}

fn forecast(durations: &mut Durations) -> Option<Arc<Forecast>> {
    durations.forecast(&video(), Part::First, at(1_000_000))
}

fn gap(forecast: &Forecast, elapsed: Duration) -> Duration {
    forecast.gap(elapsed, WORTH, FLOOR, CAP)
}

/// When a task is looked at that is looked at as soon as it is due, in seconds, without chance.
fn looks(forecast: &Forecast, until: Duration) -> Vec<u64> {
    let mut elapsed = Duration::ZERO;
    std::iter::from_fn(|| {
        elapsed += gap(forecast, elapsed);
        (elapsed <= until).then_some(elapsed.as_secs())
    })
    .collect()
}

/// Fifty tasks that took from 50 to 70 seconds.
fn minutes() -> Vec<Task> {
    (0..50).map(|task| (ms(49_800 + 400 * task), ms(50_200 + 400 * task))).collect()
}

#[test]
fn looks_gather_where_tasks_end() {
    let forecast = forecast(&mut learned(&minutes())).unwrap();
    assert_eq!(looks(&forecast, secs(120)), LOOKS_AROUND_A_MINUTE);
}

/// One look when the first may have ended, many while they end, and then, as nobody took so long before, those of the
/// exponential schedule.
const LOOKS_AROUND_A_MINUTE: &[u64] =
    &[49, 53, 57, 60, 63, 65, 67, 69, 71, 72, 74, 75, 76, 77, 78, 79, 81, 82, 83, 88, 96, 105, 114];

#[test]
fn nothing_is_forecast_from_two_tasks_and_something_from_three() {
    assert!(forecast(&mut learned(&minutes()[..2])).is_none());
    assert!(forecast(&mut learned(&minutes()[..3])).is_some());
}

#[test]
fn a_kind_that_was_never_seen_is_told_by_the_next_coarser_one() {
    let mut durations = learned(&minutes());
    let sibling = Kind::new("videoInference").then("klingai:5@3").then("duration=10");
    let told = durations.forecast(&sibling, Part::First, at(1_000)).unwrap();
    assert!(
        (secs(1)..secs(10)).contains(&gap(&told, Duration::ZERO)),
        "with a doubt: {:?}",
        gap(&told, Duration::ZERO)
    );
    assert!(gap(&told, secs(58)) < secs(4), "{:?}", gap(&told, secs(58)));
}

#[test]
fn results_after_the_first_are_counted_from_the_one_before() {
    let mut durations = learned(&minutes());
    for _ in 0..50 {
        durations.finish(&video(), Part::Further, Tick::ZERO, at(1_000), at(3_000));
    }
    let further = durations.forecast(&video(), Part::Further, at(1_000_000)).unwrap();
    assert!(gap(&further, Duration::ZERO) < secs(3));
    let first = durations.forecast(&video(), Part::First, at(1_000_000)).unwrap();
    assert!(gap(&first, Duration::ZERO) > secs(40));
}

#[test]
fn a_result_found_after_an_outage_says_no_more_than_when_it_was_not_there() {
    let mut durations = learned(&minutes());
    let before = forecast(&mut durations).unwrap();
    for _ in 0..3 {
        durations.finish(&video(), Part::First, Tick::ZERO, at(40_000), at(900_000));
    }
    let after = durations.forecast(&video(), Part::First, at(2_000_000)).unwrap();
    let (before, after) = (gap(&before, secs(55)), gap(&after, secs(55)));
    assert!(after.abs_diff(before) < ms(300), "{before:?}, {after:?}");
}

#[test]
fn only_so_many_kinds_are_remembered() {
    let mut durations = Durations::new();
    let favourite = Kind::new("image").then("favourite");
    for number in 0..3 * Durations::MOST_KINDS {
        let kind = Kind::new("image").then(&number.to_string());
        durations.wait(&kind, Part::First, Tick::ZERO, Tick::ZERO, at(1_000));
        durations.finish(&favourite, Part::First, Tick::ZERO, at(1_000), at(2_000));
        assert!(durations.len() <= Durations::MOST_KINDS);
    }
    assert!(durations.forecast(&favourite, Part::First, at(10_000)).is_some(), "what is used stays");
    // A task whose kind was forgotten ends without harm.
    durations.finish(&Kind::new("image").then("0"), Part::First, Tick::ZERO, at(1_000), at(2_000));
}

/// Facts that come late are no error.
#[test]
fn what_ended_before_it_was_seen_to_run_ended_then() {
    let mut durations = learned(&minutes());
    for late in 1_000..2_000 {
        durations.wait(&video(), Part::First, Tick::ZERO, at(late + 20), at(late));
    }
    durations.finish(&video(), Part::First, Tick::ZERO, at(900), at(300));
    assert!(forecast(&mut durations).is_some());
}

#[test]
fn what_was_only_asked_about_is_not_known() {
    let mut durations = Durations::new();
    assert!(forecast(&mut durations).is_none());
    assert!(durations.is_empty());
    durations.wait(&video(), Part::First, Tick::ZERO, Tick::ZERO, at(1_000));
    assert_eq!(durations.len(), 4, "three levels, and all tasks together");
}

#[test]
fn a_level_without_a_name_is_not_that_of_all_tasks() {
    let mut durations = Durations::new();
    learn(&mut durations, &Kind::new(""), &minutes()[..2]);
    assert!(durations.forecast(&Kind::new(""), Part::First, at(1_000_000)).is_none(), "two tasks are two");
}

/// While nothing is known, the learned cadence is the exponential one, to the tick.
#[test]
fn without_a_forecast_the_exponential_schedule_holds() {
    let exponential = Arc::new(Plan::new().with_cadence(Cadence::exponential()).unwrap());
    let learned = Arc::new(Plan::new().with_cadence(Cadence::learned()).unwrap());
    let timeline = |plan: &Arc<Plan>| {
        let mut poll = Poll::new(Arc::clone(plan), 7, Tick::ZERO).with_kind(Arc::new(video()));
        let mut asked = Vec::new();
        while let Step::Wait { until } = poll.step(asked.last().copied().unwrap_or(Tick::ZERO)) {
            if until >= at(300_000) {
                break;
            }
            poll.sent(until);
            poll.observed(until, Seen::Running);
            asked.push(until);
        }
        asked
    };
    assert_eq!(timeline(&learned), timeline(&exponential));
}

#[test]
fn a_task_that_reports_its_progress_is_looked_at_when_it_should_be_done() {
    let plan = Plan::new().with_cadence(Cadence::learned()).unwrap();
    let mut poll = Poll::new(plan, 7, Tick::ZERO);
    poll.sent(at(10_000));
    poll.observed(at(10_100), Seen::Running);
    poll.reported(at(10_100), 25);
    // Three quarters are left, which take thirty seconds; the look is planned a little sooner.
    assert!((at(35_900)..=at(40_300)).contains(&poll.due()), "{:?}", poll.due());
    poll.sent(at(38_000));
    poll.reported(at(38_000), 90);
    poll.observed(at(38_000), Seen::Running);
    assert!((at(41_800)..=at(42_600)).contains(&poll.due()), "ten of sixty-five in 28 s: {:?}", poll.due());
    for second in 0..8 {
        poll.sent(at(43_000 + second));
        poll.reported(at(43_000 + second), 90);
        poll.observed(at(43_000 + second), Seen::Running);
    }
    assert!((at(57_000)..=at(58_760)).contains(&poll.due()), "it stands still: {:?}", poll.due());
}

#[test]
fn work_is_counted_from_when_a_task_had_its_turn() {
    let mut durations = learned(&minutes());
    let forecast = durations.forecast(&video(), Part::First, at(1_000_000)).unwrap();
    let plan = Plan::new().with_cadence(Cadence::learned()).unwrap();
    let mut poll = Poll::new(plan, 7, Tick::ZERO).with_kind(Arc::new(video()));
    poll.sent(at(50_000));
    poll.observed(at(50_000), Seen::Running);
    poll.follow(&forecast);
    assert!(poll.due() < at(55_000), "it may end any moment: {:?}", poll.due());
    poll.queued(at(50_000));
    poll.follow(&forecast);
    assert!(poll.due() > at(90_000), "it has not begun: {:?}", poll.due());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn gaps_keep_to_floor_and_cap(tasks in any_tasks(), elapsed in 0_u64..3_000_000, worth in 1_u64..60_000) {
        let Some(forecast) = forecast(&mut learned(&tasks)) else { return Ok(()) };
        let gap = forecast.gap(ms(elapsed), ms(worth), FLOOR, CAP);
        prop_assert!((FLOOR..=Forecast::LONGEST_QUIET).contains(&gap), "{gap:?}");
        let earliest = tasks.iter().map(|(after, _)| *after).min().unwrap_or_default();
        // Where others have ended before, the task may end any moment.
        let few = tasks.iter().filter(|(_, by)| by.as_millis() < u128::from(elapsed)).count();
        if few * 5 > tasks.len() && ms(elapsed) > earliest {
            prop_assert!(gap <= CAP, "{gap:?} after {elapsed} ms");
        }
    }

    /// The more a look is worth, the fewer there are.
    #[test]
    fn gaps_grow_with_the_price_of_a_look(tasks in any_tasks(), elapsed in 0_u64..3_000_000, worth in 1_u64..60_000, more in 1_u64..60_000) {
        let Some(forecast) = forecast(&mut learned(&tasks)) else { return Ok(()) };
        let gap = |worth| forecast.gap(ms(elapsed), ms(worth), FLOOR, CAP);
        prop_assert!(gap(worth) <= gap(worth + more));
    }

    /// A look that comes later is not followed by one that comes sooner.
    #[test]
    fn looks_keep_their_order(tasks in any_tasks(), elapsed in 0_u64..3_000_000, later in 1_u64..60_000) {
        let Some(forecast) = forecast(&mut learned(&tasks)) else { return Ok(()) };
        let next = |elapsed| ms(elapsed) + gap(&forecast, ms(elapsed));
        // A microsecond for rounding.
        prop_assert!(next(elapsed) <= next(elapsed + later) + Duration::from_micros(1));
    }

    /// Far beyond all that was seen, looks are those of the exponential schedule.
    #[test]
    fn what_takes_far_longer_is_looked_at_as_if_nothing_were_known(
        tasks in prop::collection::vec((30_000_u64..90_000, 1_u64..9_000), 3..60),
    ) {
        let tasks: Vec<Task> = tasks.into_iter().map(|(after, span)| (ms(after), ms(after + span))).collect();
        let forecast = forecast(&mut learned(&tasks)).unwrap();
        let gap = gap(&forecast, secs(7_200));
        prop_assert!((ms(8_900)..=ms(10_000)).contains(&gap), "{gap:?}");
    }

    /// A task that never ends, looked at as soon as it may be.
    #[test]
    fn what_is_known_costs_three_looks_at_most(tasks in any_tasks(), seed: u64, seconds in 17_u64..1_200) {
        let Some(forecast) = forecast(&mut learned(&tasks)) else { return Ok(()) };
        let mut poll = Poll::new(Plan::new().with_cadence(Cadence::learned()).unwrap(), seed, Tick::ZERO);
        poll.follow(&forecast);
        while poll.earliest() <= at(seconds * 1_000) {
            let now = poll.earliest();
            poll.sent(now);
            poll.observed(now, Seen::Running);
            poll.follow(&forecast);
        }
        prop_assert!(u64::from(poll.polls()) <= most_polls(secs(seconds)) + 3, "{}", poll.polls());
    }

    #[test]
    fn the_order_of_merging_makes_no_difference(
        parts in prop::collection::vec(any_tasks(), 2..6), seed: u64,
    ) {
        let parts: Vec<Durations> = parts.iter().map(|tasks| learned(tasks)).collect();
        let mut shuffled: Vec<&Durations> = parts.iter().collect();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        let merge = |parts: &mut dyn Iterator<Item = &Durations>| {
            parts.fold(Durations::new(), |mut all, part| {
                all.merge(part);
                all
            })
        };
        let one_by_one = merge(&mut parts.iter());
        let (front, back) = shuffled.split_at(shuffled.len() / 2);
        let mut in_groups = merge(&mut front.iter().copied());
        in_groups.merge(&merge(&mut back.iter().copied()));
        prop_assert_eq!(forecast(&mut one_by_one.clone()), forecast(&mut in_groups.clone()));
        #[cfg(feature = "serde")]
        prop_assert_eq!(serde_json::to_value(&one_by_one).unwrap(), serde_json::to_value(&in_groups).unwrap());
    }
}

/// The moments of one clock mean nothing to another.
#[test]
fn a_scheduler_makes_its_own_forecasts_of_what_it_is_given() {
    let mut before = learned(&minutes());
    assert!(forecast(&mut before).is_some());
    let mut scheduler = Scheduler::<u32>::new(Limits::default()).with_durations(before);
    let durations = scheduler.durations_mut();
    for _ in 0..300 {
        durations.finish(&video(), Part::First, Tick::ZERO, at(7_000), at(9_000));
    }
    let anew = durations.forecast(&video(), Part::First, at(3_000)).unwrap();
    assert!(gap(&anew, Duration::ZERO) < secs(10), "{:?}", gap(&anew, Duration::ZERO));
}

#[cfg(feature = "serde")]
mod saved {
    use super::*;

    #[test]
    fn what_was_saved_forecasts_the_same() {
        let mut durations = learned(&minutes());
        let text = serde_json::to_string(&durations).unwrap();
        let mut loaded: Durations = serde_json::from_str(&text).unwrap();
        assert_eq!(forecast(&mut loaded), forecast(&mut durations));
        assert_eq!(serde_json::to_string(&loaded).unwrap(), text);
    }

    #[test]
    fn what_was_loaded_is_known_at_once() {
        let text = serde_json::to_string(&learned(&minutes())).unwrap();
        let mut loaded: Durations = serde_json::from_str(&text).unwrap();
        assert!(loaded.forecast(&video(), Part::First, Tick::ZERO).is_some());
    }

    #[test]
    fn what_was_loaded_is_forgotten_from_the_finest_level_on() {
        let mut durations = Durations::new();
        let kind = |number: usize| Kind::new("image").then(&number.to_string());
        for number in 0..Durations::MOST_KINDS - 2 {
            durations.wait(&kind(number), Part::First, Tick::ZERO, Tick::ZERO, at(1_000));
        }
        let text = serde_json::to_string(&durations).unwrap();
        let mut loaded: Durations = serde_json::from_str(&text).unwrap();
        assert_eq!(loaded.len(), Durations::MOST_KINDS);
        for number in 0..60 {
            loaded.wait(&kind(10_000 + number), Part::First, Tick::ZERO, Tick::ZERO, at(1_000));
        }
        let saved = serde_json::to_value(&loaded).unwrap();
        assert!(saved["kinds"][""].is_object() && saved["kinds"]["image"].is_object());
        assert_eq!(loaded.len(), Durations::MOST_KINDS);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (text, problem) in [
            (r#"{"kinds":{"a":{"first":{"bins":[[192,1,0]]}}}}"#, "there is a bin 192"),
            (r#"{"kinds":{"a":{"first":{"bins":[],"doubt":1.5}}}}"#, "`doubt` is 1.5; it must be 0 to 1"),
            (r#"{"kinds":{"a":{"first":{"bins":[[1,-1,0]]}}}}"#, "invalid value: integer `-1`"),
        ] {
            let error = serde_json::from_str::<Durations>(text).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
