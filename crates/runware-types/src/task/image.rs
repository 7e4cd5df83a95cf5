//! Images.

use serde::Serialize;

use super::parts::{
    ACCELERATOR_OPTIONS, ACE_PLUS_PLUS, CONTROL_NET, EMBEDDING, IP_ADAPTER, LORA, LYCORIS, MEDIA_LIST,
    OUTPAINT, PHOTO_MAKER, PULID, REFERENCE_IMAGE, REFINER, ULTRALYTICS,
};
use super::{Number, RawTask};
use crate::spec::{Kind, Shape};
use crate::{Acceleration, OutputType, PromptWeighting, TaskType};

task! {
    /// A task that makes images.
    ///
    /// Has setters for the fields that are documented for some models; [`param`](Self::param) sets any other.
    ///
    /// ```
    /// use runware_types::{Acceleration, ImageInference, MediaInput, OutputFormat, TaskUuid};
    ///
    /// let task = ImageInference::new("runware:101@1", "a red fox in the snow")
    ///     .width(1024)
    ///     .height(768)
    ///     .steps(28)
    ///     .reference_image(MediaInput::url("https://example.com/fox.png"))
    ///     .output_format(OutputFormat::Png)
    ///     .acceleration(Acceleration::High)
    ///     .param("newThing", 1);
    /// let prepared = task.prepare(TaskUuid::from_key("docs", "fox"))?;
    /// assert_eq!(prepared.model(), Some("runware:101@1"));
    /// # Ok::<(), runware_types::InvalidTask>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ImageInference: "imageInference" [
        ID, MODEL, GENERATION, ROUTING, COUNT, FILES, QUALITY, SAFETY, OWN, PARTS, OLDER
    ]
}

generation! { ImageInference }
routing! { ImageInference }
model! { ImageInference }
number_results! { ImageInference }
media_files! { ImageInference, OutputType::WORDS, &["JPG", "PNG", "WEBP", "TIFF"] }
output_quality! { ImageInference }
safety! { ImageInference }

impl ImageInference {
    /// Asks a model, named by its AIR id, for an image of what the prompt says.
    pub fn new(model: impl AsRef<str>, positive_prompt: impl AsRef<str>) -> Self {
        Self(Self::without_prompt(model).0.set("positivePrompt", positive_prompt.as_ref()))
    }

    /// Asks a model that takes no prompt for an image.
    pub fn without_prompt(model: impl AsRef<str>) -> Self {
        Self(RawTask::new(TaskType::ImageInference).set("model", model.as_ref()))
    }

    /// Adds a LoRA model with its weight.
    #[must_use]
    pub fn lora(self, model: impl AsRef<str>, weight: f64) -> Self {
        Self(self.0.append("lora", Weighted::new(&model, weight)))
    }

    /// Adds a LyCORIS model with its weight.
    #[must_use]
    pub fn lycoris(self, model: impl AsRef<str>, weight: f64) -> Self {
        Self(self.0.append("lycoris", Weighted::new(&model, weight)))
    }

    /// Adds embeddings with their weight.
    #[must_use]
    pub fn embedding(self, model: impl AsRef<str>, weight: f64) -> Self {
        Self(self.0.append("embeddings", Weighted::new(&model, weight)))
    }
}

/// A model that is added to another.
#[derive(Serialize)]
pub(super) struct Weighted<'a> {
    model: &'a str,
    weight: Number,
}

impl<'a> Weighted<'a> {
    pub(super) fn new(model: &'a impl AsRef<str>, weight: f64) -> Self {
        Self { model: model.as_ref(), weight: Number(weight) }
    }
}

fields! { write ImageInference::OWN {
    /// What the image is to show; `__BLANK__` where a model wants a prompt and there is none to give.
    _ => "positivePrompt": Kind::Text { min: 2, max: 3000 };
    /// What the image must not show.
    negative_prompt(text) => "negativePrompt": Kind::TEXT;
    /// The width in pixels.
    width(u32) => "width": Kind::COUNT;
    /// The height in pixels.
    height(u32) => "height": Kind::COUNT;
    /// The size by name, such as `2K`, for models that take no width and height.
    resolution(text) => "resolution": Kind::TEXT;
    /// How many steps the model takes.
    steps(u32) => "steps": Kind::COUNT;
    /// How closely the model follows the prompt.
    cfg_scale(number) => "CFGScale": Kind::NUMBER;
    /// How closely a distilled model follows the prompt, measured as for one that is not.
    true_cfg_scale(number) => "trueCFGScale": Kind::NUMBER;
    /// The name of the scheduler.
    scheduler(text) => "scheduler": Kind::TEXT;
    /// The seed of the noise: the same task with the same seed makes the same image.
    seed(u64) => "seed": Kind::INTEGER;
    /// How far the image may move away from the one it starts from, from 0 to 1.
    strength(number) => "strength": Kind::NUMBER;
    /// How many layers of the text encoder to leave out.
    clip_skip(u32) => "clipSkip": Kind::INTEGER;
    /// How many pixels around the mask the model sees, when it paints the masked part enlarged.
    mask_margin(u32) => "maskMargin": Kind::INTEGER;
    /// The notation in which the prompt gives weights to its words.
    prompt_weighting(into PromptWeighting) => "promptWeighting": Kind::Word(PromptWeighting::WORDS);
    /// How much quality to give up for speed.
    acceleration(into Acceleration) => "acceleration": Kind::Word(Acceleration::WORDS);
    /// The variational autoencoder to use, named by its AIR id.
    vae(text) => "vae": Kind::TEXT;
    /// A prompt with a structure, for models that take one.
    structured_prompt(json) => "structuredPrompt": Kind::Any;
    /// Settings of the model, which are its own.
    settings(json) => "settings": Kind::OBJECT;
    /// Settings of the provider, in an object under the provider's name.
    provider_settings(json) => "providerSettings": Kind::OBJECT;
    /// Features that only some models have.
    advanced_features(json) => "advancedFeatures": Kind::OBJECT;
    /// The media that the image is made from, all of it at once.
    inputs(json) => "inputs": Kind::Object(&Shape::object("imageInputs", &[ImageInference::INPUTS]));
} }

fields! { write ImageInference::INPUTS in "inputs" {
    /// The image to start from.
    seed_image(media) => "seedImage": Kind::Media;
    /// The part of the image to paint.
    mask_image(media) => "maskImage": Kind::Media;
    /// Adds an image for the model to look at.
    reference_image(push media) => "referenceImages": Kind::list(&REFERENCE_IMAGE);
    /// The image to work on, for models that want it under this name.
    image(media) => "image": Kind::Media;
    /// The images to work on, for models that want them under this name.
    _ => "images": MEDIA_LIST;
    /// The part of the image to paint, for models that want it under this name.
    mask(media) => "mask": Kind::Media;
    /// Images to take details from when enlarging.
    _ => "superResolutionReferences": MEDIA_LIST;
    /// Fonts for text in the image.
    _ => "fonts": Kind::list(&Kind::OBJECT);
    /// Images for the model to look at: older.
    _ => "references": Kind::list(&REFERENCE_IMAGE);
} }

fields! { write ImageInference::PARTS {
    /// LoRA models with their weights.
    _ => "lora": Kind::list(&LORA);
    /// LyCORIS models with their weights.
    _ => "lycoris": Kind::list(&LYCORIS);
    /// Embeddings with their weights.
    _ => "embeddings": Kind::list(&EMBEDDING);
    /// Adds a ControlNet model with its guide image: `{"model": .., "guideImage": .., "weight": ..}`.
    control_net(push json) => "controlNet": Kind::list(&CONTROL_NET);
    /// Adds an adapter with the image to adapt to: `{"model": .., "guideImage": .., "weight": ..}`.
    ip_adapter(push json) => "ipAdapters": Kind::list(&IP_ADAPTER);
    /// A second model for the last steps: `{"model": .., "startStep": ..}`.
    refiner(json) => "refiner": REFINER;
    /// How many pixels to add on each side: `{"top": .., "right": .., "bottom": .., "left": ..}`.
    outpaint(json) => "outpaint": OUTPAINT;
    /// Whether to make the image small first and then enlarge it: `true`, or an object of settings.
    hires_fix(json) => "hiresFix": Kind::OneOf(&[Kind::Bool, Kind::OBJECT]);
    /// What to keep between steps, to be quicker: `{"teaCache": true, ..}`.
    accelerator_options(json) => "acceleratorOptions": ACCELERATOR_OPTIONS;
    /// Keeps a person's face: `{"inputImages": [..], "idWeight": ..}`.
    pulid(json) => "pulid": PULID;
    /// Keeps a person's looks: `{"images": [..], "style": ..}`.
    photo_maker(json) => "photoMaker": PHOTO_MAKER;
    /// Finds faces and paints them again: `{"confidence": .., "maskPadding": ..}`.
    ultralytics(json) => "ultralytics": ULTRALYTICS;
    /// Edits with ACE++: `{"taskType": "portrait", "inputImages": [..]}`.
    ace_plus_plus(json) => "acePlusPlus": ACE_PLUS_PLUS;
} }

fields! { write ImageInference::OLDER {
    /// The image to start from: older; now a member of `inputs`.
    _ => "seedImage": Kind::Media;
    /// The part of the image to paint: older; now a member of `inputs`.
    _ => "maskImage": Kind::Media;
    /// Images for the model to look at: older; now a member of `inputs`.
    _ => "referenceImages": Kind::list(&REFERENCE_IMAGE);
} }
