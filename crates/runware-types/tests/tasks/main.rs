//! Every type of task: built, written, read back, and written again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the line that failed")]

mod account;
mod editing;
mod inference;
mod round_trip;
mod samples;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use runware_types::{InvalidTask, MediaInput, RawJson, RawTask, TaskType, TaskUuid, TypedTask};
use serde::Serialize;
use serde::de::DeserializeOwned;

use samples::lines;

/// A task that was built with typed methods.
pub(crate) struct Case {
    built: RawTask,
    /// What serde makes of the typed task.
    serialized: String,
    /// Through the same type, both ways.
    through: fn(RawTask) -> Result<RawTask, InvalidTask>,
    /// Through the same type, from its text.
    deserialized: fn(&str) -> RawTask,
}

/// A row of the table.
pub(crate) fn case<T>(task: T) -> Case
where
    T: TryFrom<RawTask, Error = InvalidTask> + Into<RawTask> + Serialize + DeserializeOwned,
{
    Case {
        serialized: serde_json::to_string(&task).unwrap(),
        built: task.into(),
        through: |task| T::try_from(task).map(Into::into),
        deserialized: |text| serde_json::from_str::<T>(text).unwrap().into(),
    }
}

static TABLE: LazyLock<Vec<Case>> = LazyLock::new(|| {
    [inference::table(), editing::table(), account::table()].into_iter().flatten().collect()
});

pub(crate) fn id() -> TaskUuid {
    "24cd5dff-cb81-4db5-8506-b72a9425f9d1".parse().unwrap()
}

pub(crate) fn stored() -> MediaInput {
    MediaInput::uuid("77da2d99-a6d3-44d9-b8c0-ae9fb06b6200")
}

pub(crate) fn png() -> MediaInput {
    MediaInput::from_bytes("image/png", b"\x89PNG\r\n\x1a\n")
}

pub(crate) fn web(name: &str) -> MediaInput {
    MediaInput::url(format!("https://example.com/{name}"))
}

/// JSON as it is written here, with the id of [`stored`] wherever it says `STORED`.
pub(crate) fn json(text: &str) -> RawJson {
    RawJson::parse(text.replace("STORED", stored().as_str())).unwrap()
}

fn text_of(task: &RawTask) -> String {
    String::from_utf8(task.encode().unwrap().to_vec()).unwrap()
}

fn read(text: &str) -> RawTask {
    RawTask::from_json(text.as_bytes()).unwrap()
}

#[test]
fn every_type_is_written_as_in_its_samples() {
    for task_type in TaskType::KNOWN {
        let of_type: Vec<_> = TABLE.iter().filter(|case| case.built.task_type() == task_type).collect();
        let written: Vec<_> = of_type.iter().map(|case| text_of(&case.built)).collect();
        assert_eq!(written, lines(task_type.as_str()), "{task_type}");
        assert!(written.len() >= 2, "{task_type} at its least and in full");
        for (case, line) in of_type.iter().zip(lines(task_type.as_str())) {
            assert_eq!(case.serialized, line);
        }
    }
}

#[test]
fn every_sample_is_read_back_as_the_task_that_was_built() {
    for case in TABLE.iter() {
        let text = text_of(&case.built);
        assert_eq!((case.through)(read(&text)).as_ref(), Ok(&case.built), "{text}");
        assert_eq!((case.deserialized)(&text), case.built);
        assert_eq!(text_of(&(case.deserialized)(&text)), text);
    }
}

#[test]
fn a_type_takes_no_task_of_another_type() {
    for case in TABLE.iter() {
        for other in TABLE.iter().filter(|other| other.built.task_type() != case.built.task_type()) {
            let error = (case.through)(other.built.clone()).unwrap_err();
            let (found, wanted) = (other.built.task_type(), case.built.task_type());
            assert_eq!(error.to_string(), format!("`taskType` is \"{found}\"; it must be \"{wanted}\""));
        }
    }
}

#[test]
fn a_task_of_any_type_finds_its_own_variant() {
    let mut variants = BTreeSet::new();
    for case in TABLE.iter() {
        let task = TypedTask::from(case.built.clone());
        assert!(!matches!(task, TypedTask::Other(_)), "{task:?}");
        variants.insert(format!("{task:?}").split('(').next().unwrap().to_owned());
        assert_eq!((task.as_ref(), RawTask::from(task.clone())), (&case.built, case.built.clone()));
        let text = text_of(&case.built);
        assert_eq!(serde_json::to_string(&task).unwrap(), text);
        assert_eq!(serde_json::from_str::<TypedTask>(&text).unwrap(), task);
    }
    assert_eq!(variants.len(), TaskType::KNOWN.len());
}

#[test]
fn a_task_of_an_unknown_type_stays_as_it_is() {
    let text = r#"{"taskType":"smellInference","notes":["fox"]}"#;
    let TypedTask::Other(task) = serde_json::from_str(text).unwrap() else { panic!("a variant for {text}") };
    assert_eq!(text_of(&task), text);
}

#[test]
fn a_task_that_cannot_be_sent_has_no_type_that_could_forget_it() {
    let mistaken = RawTask::new(TaskType::GetResponse).set("seed", f64::NAN);
    assert_eq!(
        runware_types::GetResponse::try_from(mistaken.clone()).unwrap_err().to_string(),
        "`seed` is NaN; JSON has no such number"
    );
    assert!(matches!(TypedTask::from(mistaken), TypedTask::Other(task) if task.encode().is_err()));
}

#[test]
fn what_is_no_address_or_id_is_refused_with_its_place() {
    use runware_types::{Caption, MediaStorage, ModelCategory, ModelUpload, NewModel, ThreeDInference};

    let upload = ModelUpload::new(NewModel {
        category: ModelCategory::Lora,
        architecture: "flux1d",
        name: "foxes",
        version: "1.0",
        download_url: "foxes.safetensors",
    });
    for (task, field) in [
        (upload.into(), "downloadURL"),
        (MediaStorage::delete("fox.png").into(), "media"),
        (Caption::image("m", MediaInput::url("fox.png")).into(), "inputs.image"),
        (
            ThreeDInference::new("m").add_image(stored()).add_image(MediaInput::base64("fox.png")).into(),
            "inputs.images[1]",
        ),
    ] {
        let task: RawTask = task;
        assert_eq!(task.prepare(id()).unwrap_err().field(), field);
    }
}
