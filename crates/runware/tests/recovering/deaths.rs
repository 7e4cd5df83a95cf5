//! Processes that die at any of their effects.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use runware::transport::Attempt;
use runware::transport::testing::{ManualClock, Step};
use runware::types::{Prepared, RawTask, TaskType, TaskUuid};
use runware::{Ending, Event, Task};

use crate::journal::{Death, Disk, Stage};
use crate::world::{Process, image, settle};

/// A server that outlives its clients.
#[derive(Clone, Debug, Default)]
struct Server(Arc<Mutex<Served>>);

#[derive(Debug, Default)]
struct Served {
    /// How many looks each task has had since it was taken.
    tasks: BTreeMap<TaskUuid, (u32, u32)>,
    /// The bytes of each submission that arrived.
    arrived: Vec<(TaskUuid, Vec<u8>)>,
    bills: BTreeMap<TaskUuid, u32>,
}

impl Server {
    /// Answers an attempt: tasks make one result with each look after the first.
    fn answer(&self, attempt: &Attempt) -> Step {
        let mut served = self.0.lock().unwrap();
        let (mut items, mut errors) = (Vec::new(), Vec::new());
        for call in &attempt.calls {
            let task = RawTask::from_json(&call.bytes).unwrap();
            let uuid = task.task_uuid().unwrap().unwrap();
            match (task.task_type(), served.tasks.get_mut(&uuid)) {
                (TaskType::GetResponse, None) => {}
                (TaskType::GetResponse, Some((looks, results))) => {
                    let item =
                        |rest: &str| format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}"{rest}}}"#);
                    let done = (*looks).min(*results);
                    items.extend(
                        (0..done).map(|n| item(&format!(r#","imageUUID":"{n}","imageURL":"u/{n}""#))),
                    );
                    items.extend((done..*results).map(|_| item(r#","status":"processing""#)));
                    *looks += 1;
                }
                (TaskType::GetTaskDetails, None) => {
                    errors.push(format!(r#"{{"code":"taskNotFound","taskUUID":"{uuid}"}}"#));
                }
                (TaskType::GetTaskDetails, Some(_)) => {
                    items.push(format!(
                        r#"{{"taskType":"getTaskDetails","taskUUID":"{uuid}","request":[],"response":{{}}}}"#
                    ));
                }
                (_, known) => {
                    let is_known = known.is_some();
                    served.arrived.push((uuid, call.bytes.to_vec()));
                    if is_known {
                        errors.push(format!(r#"{{"code":"conflictTaskUUID","taskUUID":"{uuid}"}}"#));
                        continue;
                    }
                    *served.bills.entry(uuid).or_default() += 1;
                    served.tasks.insert(uuid, (0, task.expected_results().unwrap()));
                    items.push(format!(r#"{{"taskType":"imageInference","taskUUID":"{uuid}"}}"#));
                }
            }
        }
        Step::body(200, format!(r#"{{"data":[{}],"errors":[{}]}}"#, items.join(","), errors.join(",")))
    }
}

fn tasks() -> [Prepared; 3] {
    [image("a", 1), image("b", 2), image("c", 3)]
}

/// What was handed over: by name, what it is and how often.
type Delivered = Arc<Mutex<BTreeMap<String, Vec<(String, bool)>>>>;

/// Takes what a task brings, and confirms it.
async fn collect(task: Task, delivered: Delivered) -> Option<Ending> {
    let mut events = task.events();
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Result(result)) => {
                let name = result.delivery_id().unwrap().to_string();
                let what = result.item().raw().as_str().to_owned();
                let mut delivered = delivered.lock().unwrap();
                delivered.entry(name).or_default().push((what, result.is_redelivered()));
            }
            Ok(Event::Settled(outcome)) => {
                if outcome.confirm().await.is_ok() {
                    return Some(outcome.ending().clone());
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    None
}

/// One process that submits all tasks, and dies; more that recover, and die; one that recovers and lives.
/// Returns how many have died.
async fn live(deaths: Vec<(u32, bool, u64)>) -> u32 {
    let (disk, server, clock) = (Disk::default(), Server::default(), ManualClock::new());
    let delivered = Delivered::default();
    let (mut is_first, mut died) = (true, 0);
    for death in deaths.into_iter().map(Some).chain([None]) {
        let ((effect, happens), pause) =
            death.map_or(((u32::MAX, true), 0), |(at, happens, pause)| ((at, happens), pause));
        let death = Death::at(effect, happens);
        let journal = disk.open_until(death.clone());
        let (its_server, its_death) = (server.clone(), death.clone());
        let process = Process::new(journal.clone(), clock.clone(), move |_, attempt| {
            let (happens, is_heard) = its_death.strike();
            let step = if happens { its_server.answer(attempt) } else { Step::hang() };
            if is_heard { step } else { Step::hang() }
        });
        let client = process.client.clone();
        let its_delivered = Arc::clone(&delivered);
        let work = tokio::spawn(async move {
            let mut watched: Vec<Task> = match is_first {
                true => tasks().map(|task| client.submit_prepared(task).unwrap()).into(),
                false => client.recover().await.unwrap().tasks,
            };
            // What was never begun is asked for again, as an application would that keeps its own list.
            if !is_first {
                for task in tasks() {
                    if watched.iter().all(|known| known.handle().task_uuid() != task.uuid()) {
                        watched.push(client.submit_prepared(task).unwrap());
                    }
                }
            }
            let mut endings = Vec::new();
            let collecting: Vec<_> = watched
                .into_iter()
                .map(|task| tokio::spawn(collect(task, Arc::clone(&its_delivered))))
                .collect();
            for task in collecting {
                endings.push(task.await.unwrap());
            }
            endings
        });
        let finished = process.run(async {
            loop {
                if death.has_struck() || work.is_finished() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
        finished.await;
        if death.has_struck() {
            // Nothing of the process goes on, and nobody is told.
            died += 1;
            work.abort();
            disk.kill(&journal);
            settle().await;
            let aged = Duration::from_secs(pause);
            disk.age(aged);
            clock.advance(aged);
        } else {
            for ending in work.await.unwrap() {
                assert!(matches!(ending, Some(Ending::Settled)), "{ending:?}");
            }
            break;
        }
        is_first = false;
    }
    let served = server.0.lock().unwrap();
    for prepared in tasks() {
        let uuid = prepared.uuid();
        assert_eq!(served.bills.get(&uuid), Some(&1), "bought once");
        let row = disk.row(uuid);
        assert_eq!((row.stage, row.parts.len()), (Stage::Confirmed, prepared.expected() as usize));
        for (ordinal, part) in row.parts {
            let handed_over = &delivered.lock().unwrap()[&format!("{uuid}/{ordinal}")];
            assert!(handed_over.iter().all(|(what, _)| what == part.raw.as_str()), "{handed_over:?}");
        }
    }
    // Where the server has a task, it is not sent again; and what is sent is what was prepared.
    let mut arrived = served.arrived.clone();
    arrived.sort();
    let mut expected = tasks().map(|task| (task.uuid(), task.bytes().to_vec()));
    expected.sort();
    assert_eq!(arrived, expected);
    // Nothing is handed over as new that was handed over before.
    for handed_over in delivered.lock().unwrap().values() {
        let new = handed_over.iter().filter(|(_, again)| !again).count();
        assert!(new <= 1, "{handed_over:?}");
    }
    died
}

fn run(deaths: Vec<(u32, bool, u64)>) -> u32 {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(live(deaths))
}

#[test]
fn a_process_that_dies_at_any_of_its_effects_loses_nothing_and_buys_nothing_twice() {
    for (happens, pause) in
        [false, true].into_iter().flat_map(|happens| [0, 30, 90].map(|pause| (happens, pause)))
    {
        let all = (0..).take_while(|effect| run(vec![(*effect, happens, pause)]) == 1).count();
        assert!((10..100).contains(&all), "a run has {all} effects");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn processes_that_die_one_after_the_other_lose_nothing_and_buy_nothing_twice(
        deaths in prop::collection::vec((0_u32..20, any::<bool>(), 0_u64..400), 1..5)
    ) {
        run(deaths);
    }
}
