use super::*;

const NOW: Duration = Duration::from_secs(100);

fn settle(options: &Options, key: &str, model: &str, asked: u32) -> Outcome {
    let image = Generation::named("imageInference").unwrap();
    Outcome::settle(options, image, TaskUuid::from_key("test", key), Some(model), asked, NOW)
}

#[test]
fn an_outcome_depends_on_seed_and_task_alone() {
    let options = Options::new().failure_rate(0.5);
    assert_eq!(settle(&options, "a", "m", 4), settle(&options, "a", "m", 4));
    assert_ne!(settle(&options, "a", "m", 4), settle(&options, "b", "m", 4));
    assert_ne!(settle(&options, "a", "m", 4), settle(&options.clone().seed(1), "a", "m", 4));
    assert_eq!(
        settle(&options, "a", "m", 4).results,
        settle(&options, "a", "m", 9).results[..4],
        "a result does not depend on its siblings"
    );
}

#[test]
fn durations_come_from_the_narrowest_setting() {
    let seconds = |options: &Options| {
        settle(options, "a", "m", 50)
            .results
            .iter()
            .map(|result| result.ready_at.unwrap() - NOW)
            .collect::<Vec<_>>()
    };
    let by_type = seconds(&Options::new());
    assert!(by_type.iter().all(|after| (1.0..=4.0).contains(&after.as_secs_f64())), "{by_type:?}");
    assert!(by_type.iter().any(|after| *after != by_type[0]));

    let fixed = Options::new().duration(Duration::from_millis(5));
    assert!(seconds(&fixed).iter().all(|after| *after == Duration::from_millis(5)));

    let minute = Duration::from_secs(60);
    let of_type = fixed.durations_of(runware_types::TaskType::ImageInference, minute..=minute);
    assert!(seconds(&of_type).iter().all(|after| *after == minute));
}

#[test]
fn the_failure_rate_is_met() {
    let failed = |rate| {
        let options = Options::new().failure_rate(rate);
        settle(&options, "a", "m", 1_000).results.iter().filter(|result| result.failure.is_some()).count()
    };
    assert_eq!(failed(0.0), 0);
    assert_eq!(failed(1.0), 1_000);
    assert!((150..250).contains(&failed(0.2)), "{}", failed(0.2));
}

#[test]
fn a_script_goes_before_chance() {
    let script = Script::new()
        .duration(Duration::from_secs(9))
        .result_at(0, Duration::from_secs(2))
        .fail(1, "inferenceError")
        .stick(2)
        .results(4)
        .progress(true)
        .blind_checks(3);
    let options = Options::new().failure_rate(1.0).script("m", script);
    let outcome = settle(&options, "a", "m", 1);
    let ready: Vec<_> =
        outcome.results.iter().map(|result| result.ready_at.map(|at| (at - NOW).as_secs())).collect();
    assert_eq!(ready, [Some(2), Some(9), None, Some(9)]);
    let failures: Vec<_> = outcome.results.iter().map(|result| result.failure.as_deref()).collect();
    assert_eq!(failures, [None, Some("inferenceError"), None, None]);
    assert_eq!((outcome.ends_at, outcome.progress, outcome.blind_checks), (None, true, 3));
    assert!(!outcome.is_over(Duration::MAX));
}

#[test]
fn the_script_of_a_task_goes_before_that_of_its_model() {
    let task = TaskUuid::from_key("test", "a");
    let options = Options::new().script("m", Script::new().fail_all("x")).script_task(task, Script::new());
    assert_eq!(settle(&options, "a", "m", 1).results[0].failure, None);
    assert_eq!(settle(&options, "b", "m", 1).results[0].failure.as_deref(), Some("x"));
}

#[test]
fn an_outcome_is_over_when_its_last_result_is() {
    let script = Script::new().result_at(0, Duration::from_secs(1)).result_at(1, Duration::from_secs(3));
    let outcome = settle(&Options::new().script("m", script), "a", "m", 2);
    assert_eq!(outcome.ends_at, Some(NOW + Duration::from_secs(3)));
    assert!(!outcome.is_over(NOW + Duration::from_secs(2)));
    assert!(outcome.is_over(NOW + Duration::from_secs(3)));
}
