//! The task that a command line describes.

use runware::types::{RawJson, RawTask, TaskType};

use super::{TaskArgs, value};
use crate::stop::Stop;
use crate::tree::Tree;

impl TaskArgs {
    /// The task.
    ///
    /// # Errors
    ///
    /// Wrong usage: a value cannot be read, or tasks of this type are nothing to wait for.
    pub(crate) fn task(&self) -> Result<RawTask, Stop> {
        let values = value::read(&self.values).map_err(Stop::usage)?;
        let task_type = self.task_type.as_deref().map_or_else(|| guess(&values), TaskType::from);
        check_type(&task_type).map_err(Stop::usage)?;
        let mut task = RawTask::new(task_type);
        if self.model != "-" {
            task = task.set("model", &self.model);
        }
        for (key, value) in values {
            match key.as_str() {
                "taskType" => return Err(Stop::usage("`taskType` is given with --task-type TYPE")),
                "model" => return Err(Stop::usage("`model` is the first argument after the command")),
                _ => {}
            }
            let json = serde_json::to_string(&value).ok().and_then(|text| RawJson::parse(text).ok());
            task = match json {
                Some(json) => task.set_raw(&key, json),
                None => return Err(Stop::usage(format!("`{key}` cannot be written as JSON"))),
            };
        }
        Ok(task)
    }
}

/// Refuses the types that ask about a task, or about nothing at all.
///
/// # Errors
///
/// In words.
pub(crate) fn check_type(task_type: &TaskType) -> Result<(), String> {
    match task_type {
        TaskType::GetResponse => Err("`getResponse` is what `runware status UUID` sends".to_owned()),
        TaskType::GetTaskDetails => Err("`getTaskDetails` is what `runware details UUID` sends".to_owned()),
        TaskType::Authentication | TaskType::Ping => {
            Err(format!("`{task_type}` carries no taskUUID, so there is no task to wait for"))
        }
        _ => Ok(()),
    }
}

/// The task type that the keys speak for.
fn guess(values: &[(String, Tree)]) -> TaskType {
    let has =
        |wanted: &str| values.iter().any(|(key, value)| key == wanted || has_member(key, value, wanted));
    match () {
        () if has("messages") => TaskType::TextInference,
        () if has("audioSettings") => TaskType::AudioInference,
        () if has("upscaleFactor") => TaskType::Upscale,
        () if has("fps") || has("frameImages") => TaskType::VideoInference,
        () if has("speech") => TaskType::AudioInference,
        () if has("duration") => TaskType::VideoInference,
        () => TaskType::ImageInference,
    }
}

/// True of `inputs` with such a member: newer models take their media there.
fn has_member(key: &str, value: &Tree, wanted: &str) -> bool {
    match value {
        Tree::Object(members) => key == "inputs" && members.iter().any(|(name, _)| name == wanted),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(model: &str, task_type: Option<&str>, values: &[&str]) -> Result<RawTask, Stop> {
        TaskArgs {
            model: model.to_owned(),
            values: values.iter().map(ToString::to_string).collect(),
            task_type: task_type.map(ToOwned::to_owned),
        }
        .task()
    }

    #[test]
    fn a_task_has_its_fields_in_the_order_they_were_typed() {
        let task = task("runware:101@1", None, &["width=64", "positivePrompt=a"]).unwrap();
        assert_eq!(
            task.encode().unwrap(),
            r#"{"taskType":"imageInference","model":"runware:101@1","width":64,"positivePrompt":"a"}"#
        );
    }

    #[test]
    fn the_type_is_guessed_from_the_keys() {
        for (values, expected) in [
            (vec!["positivePrompt=a"], TaskType::ImageInference),
            (vec!["messages.0.content=a"], TaskType::TextInference),
            (vec!["duration=5"], TaskType::VideoInference),
            (vec!["inputs.frameImages.0=u"], TaskType::VideoInference),
            (vec!["inputs.seedImage=u"], TaskType::ImageInference),
            (vec!["speech.text=hello", "duration=5"], TaskType::AudioInference),
            (vec!["speech.text=hello", "fps=24"], TaskType::VideoInference),
            (vec!["upscaleFactor=2"], TaskType::Upscale),
        ] {
            assert_eq!(task("m", None, &values).unwrap().task_type(), &expected, "{values:?}");
        }
        assert_eq!(task("m", Some("newThing"), &["fps=1"]).unwrap().task_type().as_str(), "newThing");
    }

    #[test]
    fn some_types_take_no_model() {
        let task = task("-", Some("promptEnhance"), &["prompt=a"]).unwrap();
        assert_eq!(task.encode().unwrap(), r#"{"taskType":"promptEnhance","prompt":"a"}"#);
    }

    #[test]
    fn what_is_given_in_the_wrong_place_is_refused() {
        for (task_type, value, expected) in [
            (None, "taskType=upscale", "--task-type"),
            (None, "model=other", "first argument"),
            (Some("getResponse"), "a=b", "runware status"),
            (Some("ping"), "ping:=true", "no task to wait for"),
        ] {
            let stop = task("m", task_type, &[value]).unwrap_err();
            assert!(stop.message().contains(expected), "{}", stop.message());
        }
    }
}
