//! The values of a task: `key=text`, `key:=json`, `key=@file`, and dotted keys.

use runware::types::RawJson;

use super::file;
use crate::tree::Tree;

/// Reads the values of a command line into one object, in order.
///
/// # Errors
///
/// In words, naming the argument at fault.
pub(crate) fn read(arguments: &[String]) -> Result<Vec<(String, Tree)>, String> {
    let mut object = Tree::Object(Vec::new());
    for argument in arguments {
        let Assignment { key, form, text } = Assignment::split(argument)?;
        let path: Vec<&str> = key.split('.').collect();
        if path.iter().any(|segment| segment.is_empty()) {
            return Err(format!("`{key}` is no key: there is nothing before, after or between its dots"));
        }
        let value = form.value(key, text).map_err(|problem| format!("`{key}` {problem}"))?;
        object.place(&path, value).map_err(|problem| format!("`{key}` {problem}"))?;
    }
    match object {
        Tree::Object(members) => Ok(members),
        _ => Ok(Vec::new()),
    }
}

/// One argument, taken apart.
#[derive(Debug, PartialEq)]
struct Assignment<'a> {
    key: &'a str,
    form: Form,
    text: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Text,
    Json,
    File,
}

impl<'a> Assignment<'a> {
    fn split(argument: &'a str) -> Result<Self, String> {
        let Some((key, text)) = argument.split_once('=') else {
            return Err(format!(
                "`{argument}` is not of the form key=value; a prompt, for example, is given as \
                 positivePrompt='a lighthouse at dawn'"
            ));
        };
        Ok(match (key.strip_suffix(':'), text.strip_prefix('@')) {
            (Some(key), _) => Self { key, form: Form::Json, text },
            (None, Some(path)) => Self { key, form: Form::File, text: path },
            (None, None) => Self { key, form: Form::Text, text },
        })
    }
}

impl Form {
    fn value(self, key: &str, text: &str) -> Result<Tree, String> {
        match self {
            Self::Json => RawJson::parse(text.to_owned())
                .map(|json| Tree::unfold(&json))
                .map_err(|error| format!("is not JSON: {error}; text is given with `=` in place of `:=`")),
            Self::File => file::data_uri(text.as_ref()).map(Tree::Text),
            Self::Text => Ok(typed(key, text).map_or_else(|| Tree::Text(text.to_owned()), Tree::Raw)),
        }
    }
}

/// The number or switch that `text` stands for, where the key is known to take one.
fn typed(key: &str, text: &str) -> Option<RawJson> {
    let name = key.rsplit('.').next()?;
    let is_number = NUMBERS.contains(&name) && text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let is_switch = SWITCHES.contains(&name) && matches!(text, "true" | "false");
    RawJson::parse(text.to_owned()).ok().filter(|_| is_number || is_switch)
}

/// Parameters that are numbers for every model that has them (docs/wire.md, "Task types").
///
/// Some take a word too, such as `duration=auto`; what is no number stays text.
const NUMBERS: &[&str] = &[
    "CFGScale",
    "bitrate",
    "clipSkip",
    "duration",
    "fps",
    "height",
    "highThresholdCanny",
    "learningRate",
    "lowThresholdCanny",
    "maskMargin",
    "maxTokens",
    "numberResults",
    "outputQuality",
    "promptMaxLength",
    "promptVersions",
    "sampleRate",
    "seed",
    "steps",
    "strength",
    "temperature",
    "topK",
    "topP",
    "trainingSteps",
    "trueCFGScale",
    "ttl",
    "upscaleFactor",
    "weight",
    "width",
];

/// Parameters that are `true` or `false`.
const SWITCHES: &[&str] =
    &["checkContent", "checkNSFW", "includeCost", "includeHandsAndFaceOpenPose", "includeUsage"];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn object(arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        read(&arguments).map(|members| serde_json::to_string(&Tree::Object(members)).unwrap())
    }

    #[test]
    fn values_become_what_the_api_expects() {
        for (arguments, expected) in [
            (vec!["positivePrompt=a cat"], r#"{"positivePrompt":"a cat"}"#),
            (vec!["positivePrompt="], r#"{"positivePrompt":""}"#),
            (vec!["positivePrompt=1 = 1, a:=b"], r#"{"positivePrompt":"1 = 1, a:=b"}"#),
            (vec!["positivePrompt=42"], r#"{"positivePrompt":"42"}"#),
            (vec!["positivePrompt=true"], r#"{"positivePrompt":"true"}"#),
            (vec!["width=1024", "CFGScale=7.50"], r#"{"width":1024,"CFGScale":7.50}"#),
            (vec!["seed=-1"], r#"{"seed":-1}"#),
            (vec!["duration=auto"], r#"{"duration":"auto"}"#),
            (vec!["width=0x10", "height=1e3", "steps= 5"], r#"{"width":"0x10","height":1e3,"steps":" 5"}"#),
            (vec!["includeCost=true", "includeUsage=yes"], r#"{"includeCost":true,"includeUsage":"yes"}"#),
            (vec!["width:=\"1024\""], r#"{"width":"1024"}"#),
            (vec!["settings.temperature=0.7"], r#"{"settings":{"temperature":0.7}}"#),
            (
                vec!["messages.0.role=user", "messages.0.content=7"],
                r#"{"messages":[{"role":"user","content":"7"}]}"#,
            ),
            (
                vec!["lora:=[{\"model\":\"a:1@1\"}]", "lora.0.weight=0.5"],
                r#"{"lora":[{"model":"a:1@1","weight":0.5}]}"#,
            ),
            (vec!["inputs:={\"a\":1}", "inputs.b=2"], r#"{"inputs":{"a":1,"b":"2"}}"#),
        ] {
            assert_eq!(object(&arguments).unwrap(), expected, "{arguments:?}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (arguments, expected) in [
            (vec!["a lighthouse"], "`a lighthouse` is not of the form key=value"),
            (vec!["=x"], "`` is no key"),
            (vec!["a..b=x"], "`a..b` is no key"),
            (vec![".a=x"], "`.a` is no key"),
            (vec!["width:=wide"], "`width` is not JSON"),
            (vec!["width:="], "`width` is not JSON"),
            (vec!["seed:=NaN"], "`seed` is not JSON"),
            (vec!["width=1", "width=2"], "`width` is given twice"),
            (vec!["inputs=x", "inputs.a=y"], "`inputs.a` leads into a value"),
            (vec!["list.1=x"], "`list.1` leaves a gap"),
            (vec!["image=@no/such/file.png"], "`image` names the file no/such/file.png"),
        ] {
            let problem = object(&arguments).unwrap_err();
            assert!(problem.starts_with(expected), "{arguments:?}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn no_argument_makes_it_panic(arguments in proptest::collection::vec("\\PC{0,12}", 0..4)) {
            // A file that happens to exist must not be read here.
            prop_assume!(arguments.iter().all(|argument| !argument.contains("=@")));
            let _ = read(&arguments);
        }

        #[test]
        fn text_arrives_as_it_was_typed(text in "[^@]\\PC{0,20}") {
            let members = read(&[format!("positivePrompt={text}")]).unwrap();
            prop_assert_eq!(members, vec![("positivePrompt".to_owned(), Tree::Text(text))]);
        }
    }
}
