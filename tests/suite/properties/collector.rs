//! The collector, fed with what the emulator answers: the outcome is the same in every order of the answers.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use runware_emulator::{Choices, Core, FailureForm, Head, Options, Order, Pending, ResultIndex, Script};
use runware_poll::{Change, Collector, Entry, Verdict};
use runware_types::{Envelope, GetResponse, Phase, RawJson, RawTask, TaskUuid, encode_request};
use serde_json::{Value, json};

use super::cases;
use crate::harness::{id, millis, secs};

/// A task, how it goes, and how the server words its answers.
#[derive(Clone, Debug)]
struct Case {
    task: RawTask,
    results: u32,
    script: Script,
    failing: usize,
    choices: Choices,
    seed: u64,
    /// When the task is looked at, in order; the last look is after its end.
    looks: Vec<Duration>,
    /// The order in which the answers are taken in, some of them several times or not at all.
    order: Vec<Index>,
}

fn any_case() -> impl Strategy<Value = Case> {
    let task = select(vec!["videoInference", "imageInference", "textInference", "3dInference", "upscale"]);
    let plans = vec((0_u64..12_000, prop::bool::weighted(0.25)), 1..=5);
    let looks = vec(0_u64..12_000, 0..8);
    (task, plans, any_choices(), any::<u64>(), looks, vec(any::<Index>(), 0..12)).prop_map(
        |(task, plans, choices, seed, mut looks, order)| {
            let results = u32::try_from(plans.len()).unwrap();
            let script = (0..).zip(&plans).fold(Script::new(), |script, (index, (after, fails))| {
                let script = script.result_at(index, millis(*after));
                if *fails { script.fail(index, "timeoutProvider") } else { script }
            });
            looks.sort_unstable();
            looks.push(12_000);
            Case {
                task: task_of(task, results),
                results,
                script,
                failing: plans.iter().filter(|(_, fails)| *fails).count(),
                choices,
                seed,
                looks: looks.into_iter().map(millis).collect(),
                order,
            }
        },
    )
}

fn any_choices() -> impl Strategy<Value = Choices> {
    let forms = vec![FailureForm::Error, FailureForm::Nested, FailureForm::Flat];
    let indices = prop_oneof![
        Just(ResultIndex::Never),
        Just(ResultIndex::Always),
        (2_u64..6).prop_map(ResultIndex::FromCheck)
    ];
    let pending = vec![Pending::Each, Pending::One, Pending::Hidden];
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (select(forms), indices, select(pending), switches).prop_map(|(form, index, pending, switches)| {
        let (shuffled, success_status, equal_texts, index_on_failures) = switches;
        let mut choices = Choices::default();
        choices.failure_form = form;
        choices.result_index = index;
        choices.pending = pending;
        choices.order = if shuffled { Order::Shuffled } else { Order::Stable };
        choices.success_status = success_status;
        choices.equal_texts = equal_texts;
        choices.index_on_failures = index_on_failures;
        choices
    })
}

fn task_of(task_type: &str, results: u32) -> RawTask {
    RawTask::new(task_type)
        .set("model", "acme:1@1")
        .set("positivePrompt", "waves")
        .set("messages", json!([{"role": "user", "content": "hello"}]))
        .set("inputs", json!({"image": "https://example.com/in.png"}))
        .set("numberResults", results)
        .set("deliveryMethod", "async")
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_order_of_the_answers_gives_each_result_once(case in any_case()) {
        let answers = answers(&case);
        let whole = answers.last().unwrap();
        let expected = contents(whole, Verdict::Succeeded);
        prop_assert_eq!(expected.len(), case.results as usize - case.failing);

        let mut collector = Collector::new(Some(case.results));
        let mut handed_out = (0, 0);
        let in_order = case.order.iter().map(|index| index.get(&answers)).chain([whole]);
        for answer in in_order {
            for change in collector.observe(answer.clone()) {
                match change {
                    Change::Result(_) => handed_out.0 += 1,
                    Change::Failure(_) => handed_out.1 += 1,
                }
            }
            let ended = collector.results().len() + collector.failures().len();
            prop_assert!(!collector.is_settled() || ended == case.results as usize, "settled too early");
        }

        let collected: Vec<Entry<String>> = collector.results().into_iter().cloned().collect();
        prop_assert_eq!(contents(&collected, Verdict::Succeeded), expected);
        prop_assert_eq!(collector.failures().len(), case.failing);
        prop_assert_eq!(handed_out, (collected.len(), case.failing), "each is handed out once");
        prop_assert!(collector.is_settled());
    }
}

/// What the emulator answers to each look, as entries.
fn answers(case: &Case) -> Vec<Vec<Entry<String>>> {
    let uuid = id("collected");
    let options = Options::new().seed(case.seed).script_task(uuid, case.script.clone());
    let mut core = Core::new(options.choose(|choices| *choices = case.choices.clone()));
    let submission = case.task.clone().prepare(uuid).unwrap();
    let accepted = ask(&mut core, Duration::ZERO, submission.bytes());
    assert_eq!((accepted.items.len(), accepted.errors.len()), (1, 0), "{accepted:?}");
    let looks =
        case.looks.iter().map(|at| entries(&ask(&mut core, *at, &GetResponse::new(uuid).encode()), uuid));
    looks.collect()
}

fn ask(core: &mut Core, now: Duration, task: &[u8]) -> Envelope {
    let response = core.handle(now, &Head::bearer("key"), &encode_request([task]));
    assert!(response.ready_at <= now + secs(1));
    Envelope::decode(response.body).unwrap()
}

/// A reply as the collector takes it. What is compared is what was produced: the entry without its index.
fn entries(reply: &Envelope, uuid: TaskUuid) -> Vec<Entry<String>> {
    let items = reply.items.iter().filter(|item| item.task_uuid() == Some(uuid));
    let items = items.map(|item| Entry {
        index: item.result_index(),
        id: item.result_uuid().map(Box::from),
        verdict: match item.phase() {
            Phase::Running => Verdict::Running,
            Phase::Succeeded => Verdict::Succeeded,
            Phase::Failed => Verdict::Failed,
        },
        payload: content(item.raw()),
    });
    let errors = reply.errors.iter().filter(|error| error.task_uuid() == Some(uuid));
    let errors = errors.map(|error| Entry {
        index: error.result_index(),
        id: None,
        verdict: Verdict::Failed,
        payload: content(error.raw()),
    });
    items.chain(errors).collect()
}

fn content(raw: &RawJson) -> String {
    let mut value: Value = raw.decode().unwrap();
    value.as_object_mut().unwrap().remove("resultIndex");
    value.to_string()
}

/// The contents of the entries with this verdict, sorted.
fn contents(entries: &[Entry<String>], verdict: Verdict) -> Vec<String> {
    let entries = entries.iter().filter(|entry| entry.verdict == verdict);
    let mut contents: Vec<String> = entries.map(|entry| entry.payload.clone()).collect();
    contents.sort();
    contents
}
