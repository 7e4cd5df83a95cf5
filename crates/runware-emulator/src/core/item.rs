//! What the entries of a task look like in a reply.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use runware_types::TaskUuid;

use super::error::{ERRORS_PAGE, ErrorBody};
use super::request::Task;
use super::store::Accepted;
use crate::catalogue::{Generation, Output, Price};
use crate::chance::{self, Purpose};
use crate::choices::FailureForm;
use crate::files::{Format, Kind};
use crate::json::{Object, array};
use crate::options::Options;
use crate::outcome::{self, Planned};

/// How the results of a task are written, as its request asks for it.
#[derive(Debug)]
pub(super) struct Recipe {
    output: Output,
    encoding: Encoding,
    format: &'static Format,
    seed: Option<u64>,
    with_cost: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Url,
    Base64,
    DataUri,
}

const ENCODINGS: [(&str, Encoding); 3] =
    [("URL", Encoding::Url), ("base64Data", Encoding::Base64), ("dataURI", Encoding::DataUri)];

impl Recipe {
    /// # Errors
    ///
    /// `outputType` is none of those the task can deliver.
    pub(super) fn read(task: &Task<'_>, generation: &Generation) -> Result<Self, ErrorBody> {
        let output = match generation.output {
            Output::ImageOrVideo if takes_video(task) => Output::Video,
            Output::ImageOrVideo => Output::Image,
            other => other,
        };
        let (kind, usual) = match output {
            Output::Video | Output::Files => (Kind::Video, None),
            Output::Audio => (Kind::Audio, None),
            Output::Model | Output::Training => (Kind::Model, None),
            Output::Vector => (Kind::Image, Some("SVG")),
            _ => (Kind::Image, None),
        };
        let wanted: Option<String> = task.member("outputFormat").ok().flatten();
        Ok(Self {
            output,
            encoding: encoding(task, kind)?,
            format: kind.format(wanted.as_deref().or(usual)),
            seed: task.member("seed").ok().flatten(),
            with_cost: task.member("includeCost").ok().flatten().unwrap_or(false),
        })
    }
}

/// Whether `inputs` holds a video.
fn takes_video(task: &Task<'_>) -> bool {
    task.raw("inputs").is_some_and(|inputs| inputs.contains("\"video\""))
}

/// The encoding the task asks for, as a string or as a list of one. Videos and models come as URLs only.
fn encoding(task: &Task<'_>, kind: Kind) -> Result<Encoding, ErrorBody> {
    if task.raw("outputType").is_none() {
        return Ok(Encoding::Url);
    }
    let count = if matches!(kind, Kind::Video | Kind::Model) { 1 } else { ENCODINGS.len() };
    let wanted = match task.member::<Vec<String>>("outputType") {
        Ok(list) => list.and_then(|list| list.into_iter().next()),
        Err(_) => task.member::<String>("outputType").ok().flatten(),
    };
    ENCODINGS
        .into_iter()
        .take(count)
        .find(|(name, _)| wanted.as_deref() == Some(name))
        .map(|(_, found)| found)
        .ok_or_else(|| {
            ErrorBody::new("invalidOutputType", "Invalid value for 'outputType' parameter.")
                .parameter("outputType", "string")
                .allowed(ENCODINGS.into_iter().take(count).map(|(name, _)| format!("\"{name}\"")))
        })
}

/// What a text model makes of a task.
pub(super) struct Completion {
    pub(super) thoughts: Option<String>,
    pub(super) text: String,
    /// A JSON object.
    pub(super) usage: String,
}

/// Why every text ends.
pub(super) const FINISH_REASON: &str = "stop";

/// One task whose entries are written.
pub(super) struct Writer<'a> {
    pub(super) options: &'a Options,
    pub(super) files_url: &'a str,
    pub(super) uuid: TaskUuid,
    pub(super) task: &'a Accepted,
    /// Whether entries say `"status":"success"` where they are done.
    pub(super) says_success: bool,
    pub(super) with_index: bool,
}

impl Writer<'_> {
    /// The entry of a result that is not ready yet.
    pub(super) fn running(&self, index: Option<u32>, progress: Option<u8>) -> String {
        self.head()
            .text("status", &self.options.choices.running_status)
            .with(index.filter(|_| self.with_index), |object, index| object.number("resultIndex", index))
            .with(progress, |object, progress| object.number("progress", progress))
            .end()
    }

    /// The entry of a result that succeeded.
    pub(super) fn success(&self, index: u32) -> String {
        let mut object = self.head();
        if self.says_success {
            object = object.text("status", "success");
        }
        if self.with_index {
            object = object.number("resultIndex", index);
        }
        object = self.output(object, index);
        object.with(self.cost(), |object, cost| object.number("cost", cost)).end()
    }

    /// What a text model makes of a task.
    pub(super) fn completion(&self, index: u32) -> Completion {
        let text = self.sentence(index);
        let thoughts = self.task.outcome.thinks.then(|| self.thoughts(index));
        let tokens =
            text.split(' ').count() + thoughts.as_deref().map_or(0, |thoughts| thoughts.split(' ').count());
        let usage = Object::new()
            .number("promptTokens", 8)
            .number("completionTokens", tokens)
            .number("totalTokens", 8 + tokens)
            .end();
        Completion { thoughts, text, usage }
    }

    /// What a result costs, where the task asks for that.
    pub(super) fn cost(&self) -> Option<Price> {
        self.task.recipe.with_cost.then_some(self.task.generation.price)
    }

    fn failure(&self, index: u32, code: &str) -> String {
        let message = outcome::failure_message(code);
        let index = Some(index).filter(|_| self.options.choices.index_on_failures);
        let indexed =
            |object: Object| object.with(index, |object, index| object.number("resultIndex", index));
        match self.options.choices.failure_form {
            FailureForm::Error => indexed(
                Object::new()
                    .text("code", code)
                    .text("status", "error")
                    .text("message", message)
                    .text("documentation", ERRORS_PAGE)
                    .text("taskUUID", &self.task.written_uuid),
            )
            .end(),
            FailureForm::Nested => {
                let error = Object::new().text("code", code).text("message", message).end();
                indexed(self.head().text("status", "error")).raw("error", &error).end()
            }
            FailureForm::Flat => {
                indexed(self.head().text("status", "error")).text("code", code).text("message", message).end()
            }
        }
    }

    /// Adds the entry of a result that has ended to the list it belongs to.
    pub(super) fn push_ended(
        &self,
        index: u32,
        planned: &Planned,
        data: &mut Vec<String>,
        errors: &mut Vec<String>,
    ) {
        match &planned.failure {
            None => data.push(self.success(index)),
            Some(code) => self.push_failure(index, code, data, errors),
        }
    }

    /// Adds the entry of a result that failed to the list it belongs to.
    pub(super) fn push_failure(
        &self,
        index: u32,
        code: &str,
        data: &mut Vec<String>,
        errors: &mut Vec<String>,
    ) {
        let entry = self.failure(index, code);
        match self.options.choices.failure_form {
            FailureForm::Error => errors.push(entry),
            FailureForm::Nested | FailureForm::Flat => data.push(entry),
        }
    }

    pub(super) fn head(&self) -> Object {
        Object::new().text("taskType", self.task.generation.name).text("taskUUID", &self.task.written_uuid)
    }

    fn output(&self, object: Object, index: u32) -> Object {
        let recipe = &self.task.recipe;
        match recipe.output {
            // A recipe never says `ImageOrVideo`; it says which.
            Output::Image | Output::ImageOrVideo | Output::Vector => {
                self.seeded(self.media(object, "image", index), index)
            }
            Output::Video => self.seeded(self.media(object, "video", index), index),
            Output::Audio => self.seeded(self.media(object, "audio", index), index),
            Output::Mask => self
                .media(object, "maskImage", index)
                .text("inputImageUUID", &self.id(Purpose::InputUuid, 0).to_string())
                .raw("detections", "[]"),
            Output::Guide => self
                .media(object, "guideImage", index)
                .text("inputImageUUID", &self.id(Purpose::InputUuid, 0).to_string()),
            Output::Completion => {
                let Completion { thoughts, text, usage } = self.completion(index);
                object
                    .with(thoughts, |object, thoughts| object.text("reasoningContent", &thoughts))
                    .text("text", &text)
                    .text("finishReason", FINISH_REASON)
                    .raw("usage", &usage)
            }
            Output::Text => object.text("text", &self.sentence(index)),
            Output::Model => self.seeded(self.files(object, index), index),
            Output::Files => self.files(object, index),
            Output::Training => self.files(object.text("air", &self.air(index)), index),
        }
    }

    /// `<thing>UUID` and the medium itself.
    fn media(&self, object: Object, thing: &str, index: u32) -> Object {
        let recipe = &self.task.recipe;
        let id = self.id(Purpose::ResultUuid, index);
        let object = object.text(&format!("{thing}UUID"), &id.to_string());
        let base64 = || BASE64_STANDARD.encode(self.inline_file(id));
        match recipe.encoding {
            Encoding::Url => object.text(&format!("{thing}URL"), &self.url(id)),
            Encoding::Base64 => object.text(&format!("{thing}Base64Data"), &base64()),
            Encoding::DataUri => object.text(
                &format!("{thing}DataURI"),
                &format!("data:{};base64,{}", recipe.format.media_type, base64()),
            ),
        }
    }

    /// A file as it comes inside a reply.
    fn inline_file(&self, id: TaskUuid) -> Vec<u8> {
        let mut file = self.task.recipe.format.file(id).to_vec();
        file.resize(file.len().max(self.options.inline_bytes), 0);
        file
    }

    fn files(&self, object: Object, index: u32) -> Object {
        let url = self.url(self.id(Purpose::ResultUuid, index));
        let file = Object::new().text("url", &url).end();
        object.raw("outputs", &Object::new().raw("files", &array(&[file])).end())
    }

    fn seeded(&self, object: Object, index: u32) -> Object {
        let drawn =
            || chance::draw_for(self.options.seed, Purpose::ResultSeed, self.uuid, index).u64(..1 << 53);
        let seed = self.task.recipe.seed.map_or_else(drawn, |seed| seed.wrapping_add(u64::from(index)));
        object.number("seed", seed)
    }

    fn url(&self, id: TaskUuid) -> String {
        let format = self.task.recipe.format;
        format!("{}/{}/{id}.{}", self.files_url, format.kind.folder(), format.extension)
    }

    fn id(&self, purpose: Purpose, index: u32) -> TaskUuid {
        chance::uuid(chance::draw_for(self.options.seed, purpose, self.uuid, index))
    }

    fn air(&self, index: u32) -> String {
        let number =
            chance::draw_for(self.options.seed, Purpose::ResultUuid, self.uuid, index).u32(1..1_000_000);
        format!("emulator:{number}@1")
    }

    fn sentence(&self, index: u32) -> String {
        let index = if self.options.choices.equal_texts { 0 } else { index };
        let mut rng = chance::draw_for(self.options.seed, Purpose::Text, self.uuid, index);
        let mut word = |words: &[&'static str]| rng.choice(words.iter().copied()).unwrap_or_default();
        format!(
            "The {} {} {} the {} {}.",
            word(&["quiet", "amber", "distant", "patient", "crooked", "snow-white"]),
            word(&["café", "harbour", "fox", "lighthouse", "orchard", "engine"]),
            word(&["remembers", "follows", "outlives", "repairs", "counts", "greets"]),
            word(&["last", "nearest", "smallest", "second", "bluest", "oldest"]),
            word(&["river", "bell", "traveller", "clock", "garden", "letter"]),
        )
    }

    fn thoughts(&self, index: u32) -> String {
        let index = if self.options.choices.equal_texts { 0 } else { index };
        let mut rng = chance::draw_for(self.options.seed, Purpose::Thoughts, self.uuid, index);
        let mut word = |words: &[&'static str]| rng.choice(words.iter().copied()).unwrap_or_default();
        format!(
            "A {} sentence, {} naïve.",
            word(&["short", "calm", "plain"]),
            word(&["never", "slightly", "almost"]),
        )
    }
}
