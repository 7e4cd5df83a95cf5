//! Whatever a journal does to the timing, what is told and its order stay the same.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use runware::transport::testing::{ManualClock, Step};
use runware::{Event, Task};

use crate::journal::Shelf;
use crate::world::{World, id, image, is_check, is_details};
use crate::world_on;

/// What the server shows of a task, look by look: how many results, how many failures, and whether it is done.
type Script = Vec<(usize, usize)>;

/// What happens to the submission of a task before it is taken.
#[derive(Clone, Copy, Debug)]
enum Beginning {
    Taken,
    Busy,
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const RESULTS: usize = 3;

fn server(
    scripts: Vec<(Beginning, Script)>,
) -> impl FnMut(usize, &runware::transport::Attempt) -> Step + Send + 'static {
    let mut looks: HashMap<usize, usize> = HashMap::new();
    let mut sends: HashMap<usize, usize> = HashMap::new();
    move |_, attempt| {
        let of = |task_uuid| NAMES.iter().position(|name| id(name) == task_uuid).unwrap();
        let tasks: Vec<usize> = attempt.calls.iter().map(|call| of(call.task_uuid.unwrap())).collect();
        let (mut items, mut errors) = (Vec::new(), Vec::new());
        if is_details(attempt) {
            return Step::body(200, r#"{"data":[]}"#);
        }
        for task in tasks {
            let task_uuid = id(NAMES[task]);
            let (beginning, script) = &scripts[task];
            if !is_check(attempt) {
                let sent = sends.entry(task).or_default();
                *sent += 1;
                match beginning {
                    Beginning::Busy if *sent == 1 => errors.push(format!(
                        r#"{{"code":"serviceUnavailable","message":"later","taskUUID":"{task_uuid}"}}"#
                    )),
                    _ => items.push(format!(r#"{{"taskType":"imageInference","taskUUID":"{task_uuid}"}}"#)),
                }
                continue;
            }
            let look = looks.entry(task).or_default();
            let (results, failures) = script.get(*look).copied().unwrap_or((RESULTS, 0));
            *look += 1;
            for number in 0..results {
                items.push(format!(
                    r#"{{"taskType":"imageInference","taskUUID":"{task_uuid}","imageUUID":"{number}","imageURL":"u","cost":0.1}}"#
                ));
            }
            for number in 0..failures {
                errors.push(format!(
                    r#"{{"code":"failed{number}","status":"error","resultIndex":{},"taskUUID":"{task_uuid}"}}"#,
                    number + 10
                ));
            }
            for _ in results + failures..RESULTS {
                items.push(format!(
                    r#"{{"taskType":"imageInference","taskUUID":"{task_uuid}","status":"processing"}}"#
                ));
            }
        }
        Step::body(200, format!(r#"{{"data":[{}],"errors":[{}]}}"#, items.join(","), errors.join(",")))
    }
}

/// What is told of a task, without what a slow reader may miss.
async fn told(world: &World, task: &Task) -> Vec<String> {
    let mut events = task.events();
    let mut told = Vec::new();
    while let Some(event) = world.run(events.next()).await {
        told.push(match event {
            Ok(Event::Accepted { replayed, .. }) => format!("accepted {replayed}"),
            Ok(Event::Result(result)) => format!("result {}", result.item().result_uuid().unwrap()),
            Ok(Event::Failure(failure)) => failure.error().code().to_owned(),
            Ok(Event::Settled(outcome)) => {
                let results: Vec<_> =
                    outcome.results().iter().map(|result| result.item().result_uuid().unwrap()).collect();
                format!(
                    "{:?} {results:?} {} {:?}",
                    outcome.status(),
                    outcome.failures().len(),
                    outcome.cost()
                )
            }
            Ok(_) => continue,
            Err(error) => format!("{:?}", error.kind()),
        });
    }
    told
}

/// What is told of all tasks, with a journal that takes these times, or without one.
async fn story(scripts: &[(Beginning, Script)], takes: Option<(u64, u64, bool)>) -> Vec<Vec<String>> {
    let clock = ManualClock::new();
    let shelf = Shelf::new(&clock);
    if let Some((begin, record, fails)) = takes {
        shelf.begin_takes(Duration::from_millis(begin));
        shelf.record_takes(Duration::from_millis(record));
        shelf.fail_record(fails);
    }
    let world = world_on(
        clock,
        |builder| if takes.is_some() { builder.journal(shelf.clone()) } else { builder },
        server(scripts.to_vec()),
    );
    let submit = |(name, _): (&&str, _)| world.client.submit(image(name, RESULTS as u32)).unwrap();
    let tasks: Vec<Task> = NAMES.iter().zip(scripts).map(submit).collect();
    let mut stories = Vec::new();
    for task in &tasks {
        stories.push(told(&world, task).await);
    }
    if let Some((.., false)) = takes {
        // What the journal has is what was told.
        for (name, story) in NAMES.iter().zip(&stories) {
            let parts = shelf.parts(id(name));
            let found = story.iter().filter(|line| line.starts_with("result") || line.starts_with("failed"));
            assert_eq!(parts.len(), found.count(), "{story:?}");
            assert!(parts.iter().zip(0..).all(|(part, ordinal)| part.ordinal == ordinal));
        }
    }
    stories
}

/// The results, the failures, and the rest, each in order.
fn sorted(story: &[String]) -> Vec<&String> {
    let is_result = |line: &&String| line.starts_with("result");
    let is_failure = |line: &&String| line.starts_with("failed");
    let results = story.iter().filter(is_result);
    let rest = story.iter().filter(|line| !is_result(line) && !is_failure(line));
    results.chain(story.iter().filter(is_failure)).chain(rest).collect()
}

fn scripts() -> impl Strategy<Value = Vec<(Beginning, Script)>> {
    let beginning = prop_oneof![Just(Beginning::Taken), Just(Beginning::Busy)];
    let steps = prop::collection::vec(0..4_u8, 0..5);
    let script = steps.prop_map(|steps| {
        let (mut results, mut failures) = (0, 0);
        let mut script = Vec::new();
        for step in steps {
            match step {
                1 if results + failures < RESULTS => results += 1,
                2 if results + failures < RESULTS => failures += 1,
                _ => {}
            }
            script.push((results, failures));
        }
        script.push((RESULTS - failures, failures));
        script.push((RESULTS - failures, failures));
        // It stays so.
        let last = *script.last().unwrap();
        script.extend(std::iter::repeat_n(last, 50));
        script
    });
    prop::collection::vec((beginning, script), NAMES.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_journal_changes_nothing_about_what_is_told(
        scripts in scripts(),
        begin in 0..3_000_u64,
        record in 0..5_000_u64,
        fails in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let without = story(&scripts, None).await;
            for takes in [(0, 0, false), (begin, record, false), (begin, record, fails), (0, record, true)] {
                // Where the second attempt can never be written down, there is none.
                let resends = scripts.iter().any(|(beginning, _)| matches!(beginning, Beginning::Busy));
                if takes.2 && resends {
                    continue;
                }
                let with = story(&scripts, Some(takes)).await;
                if takes == (0, 0, false) {
                    assert_eq!(with, without);
                }
                // Who reads slowly sees results before failures, whatever came first.
                assert_eq!(with.iter().map(|story| sorted(story)).collect::<Vec<_>>(), without.iter().map(|story| sorted(story)).collect::<Vec<_>>());
            }
        });
    }
}
