//! Models that a search found.

use crate::spec::Kind;

result! {
    /// One page of the models that a search found.
    ///
    /// ```
    /// use runware_types::{Item, ModelSearchResult, RawJson};
    ///
    /// let item = Item::from_raw(RawJson::parse(r#"{
    ///     "taskType": "modelSearch",
    ///     "taskUUID": "8192a3b4-c5d6-4e7f-9081-92a3b4c5d6e7",
    ///     "totalResults": 40,
    ///     "results": [{"name": "Fox", "air": "civitai:42@7", "tags": ["animals", 2024]}]
    /// }"#)?)?;
    /// let page = ModelSearchResult::from_item(&item)?;
    /// assert_eq!((page.results().len(), page.total_results()), (1, Some(40)));
    /// assert_eq!(page.results()[0].tags(), ["animals", "2024"]);
    /// # Ok::<(), runware_types::DecodeError>(())
    /// ```
    ///
    /// Source: `docs/wire.md`, "Task types".
    ModelSearchResult: "modelSearchResult" [HEAD, OWN] has ["results", "totalResults"]
}

answered! { ModelSearchResult: "modelSearch" }

fields! { read ModelSearchResult::OWN {
    /// How many models the search found, on all pages together.
    total_results(u64) => "totalResults": Kind::integer(0, u64::MAX as i128), required;
    /// The models on this page.
    results(parts FoundModel) => "results": Kind::list(&Kind::Object(&FoundModel::SHAPE)), required;
} }

part! {
    /// A model that a search found.
    ///
    /// Earlier and later pages list different fields, so any of them may be absent.
    FoundModel: "foundModel" [OWN]
}

fields! { read FoundModel::OWN {
    /// The name for people.
    name(text) => "name": Kind::TEXT;
    /// The AIR id, which tasks name as their `model`.
    air(text) => "air": Kind::TEXT;
    /// The version of the model.
    version(text) => "version": Kind::TEXT;
    /// The category: `checkpoint`, `lora`, `lycoris`, `vae` or `embeddings`.
    category(text) => "category": Kind::Word(&["checkpoint", "lora", "lycoris", "vae", "embeddings"]);
    /// The kind of model within its category, such as `base` or `inpainting`.
    model_type(text) => "type": Kind::TEXT;
    /// The architecture, such as `sdxl`.
    architecture(text) => "architecture": Kind::TEXT;
    /// The model that this one is based on.
    base_model(text) => "baseModel": Kind::TEXT;
    /// The tags; one that was sent as a number counts as its digits.
    tags(texts) => "tags": Kind::list(&Kind::OneOf(&[Kind::TEXT, Kind::NUMBER]));
    /// What its owner says about it.
    comment(text) => "comment": Kind::TEXT;
    /// The address of an image that shows what the model makes.
    hero_image(text) => "heroImage": Kind::TEXT;
    /// The address of an image that shows what the model makes: another name of `heroImage`.
    image_url(text) => "imageURL": Kind::TEXT;
    /// The address of a small version of that image.
    thumbnail_url(text) => "thumbnailURL": Kind::TEXT;
    /// Whether only the organization that owns the model may use it.
    is_private(bool) => "private": Kind::Bool;
    /// Whether the model is marked as primary.
    is_primary(bool) => "primary": Kind::Bool;
    /// How adult the model's content is, as a number.
    nsfw_level(u64) => "nsfwLevel": Kind::INTEGER;
    /// The width in pixels that is used if a task sets none.
    default_width(u32) => "defaultWidth": Kind::INTEGER;
    /// The height in pixels that is used if a task sets none.
    default_height(u32) => "defaultHeight": Kind::INTEGER;
    /// The number of steps that is used if a task sets none.
    default_steps(u32) => "defaultSteps": Kind::INTEGER;
    /// The scheduler that is used if a task sets none.
    default_scheduler(text) => "defaultScheduler": Kind::TEXT;
    /// The `CFGScale` that is used if a task sets none.
    default_cfg(f64) => "defaultCFG": Kind::NUMBER;
    /// The `strength` that is used if a task sets none.
    default_strength(f64) => "defaultStrength": Kind::NUMBER;
    /// The weight that is used if a task sets none, for models such as LoRAs.
    default_weight(f64) => "defaultWeight": Kind::NUMBER;
    /// Words in a prompt that bring the model out.
    positive_trigger_words(text) => "positiveTriggerWords": Kind::TEXT;
    /// Words in a negative prompt that bring the model out.
    negative_trigger_words(text) => "negativeTriggerWords": Kind::TEXT;
} }
