//! Objects that tasks hold: which members they are known to have.
//!
//! Many of these are known from the types of older clients only, which say little about what a number may be.

use crate::spec::{Kind, Shape};

pub(super) const LORA: Kind = Kind::Object(&Shape::object("lora", &[LORA_FIELDS]));
pub(super) const LYCORIS: Kind = Kind::Object(&Shape::object("lycoris", &[LYCORIS_FIELDS]));
pub(super) const EMBEDDING: Kind = Kind::Object(&Shape::object("embedding", &[EMBEDDING_FIELDS]));
pub(super) const CONTROL_NET: Kind = Kind::Object(&Shape::object("controlNet", &[CONTROL_NET_FIELDS]));
pub(super) const IP_ADAPTER: Kind = Kind::Object(&Shape::object("ipAdapter", &[IP_ADAPTER_FIELDS]));
pub(super) const REFINER: Kind = Kind::Object(&Shape::object("refiner", &[REFINER_FIELDS]));
pub(super) const OUTPAINT: Kind = Kind::Object(&Shape::object("outpaint", &[OUTPAINT_FIELDS]));
pub(super) const ACCELERATOR_OPTIONS: Kind =
    Kind::Object(&Shape::object("acceleratorOptions", &[ACCELERATOR_FIELDS]));
pub(super) const PULID: Kind = Kind::Object(&Shape::object("pulid", &[PULID_FIELDS]));
pub(super) const PHOTO_MAKER: Kind = Kind::Object(&Shape::object("photoMaker", &[PHOTO_MAKER_FIELDS]));
pub(super) const ULTRALYTICS: Kind = Kind::Object(&Shape::object("ultralytics", &[ULTRALYTICS_FIELDS]));
pub(super) const ACE_PLUS_PLUS: Kind = Kind::Object(&Shape::object("acePlusPlus", &[ACE_FIELDS]));

/// Media, or an object that says more about it.
pub(super) const REFERENCE_IMAGE: Kind =
    Kind::OneOf(&[Kind::Media, Kind::Object(&Shape::object("reference", &[REFERENCE_FIELDS]))]);

/// A list of media.
pub(super) const MEDIA_LIST: Kind = Kind::list(&Kind::Media);

fields! { table LORA_FIELDS {
    /// The model, named by its AIR id.
    _ => "model": Kind::TEXT, required;
    /// How strongly the model counts.
    _ => "weight": Kind::NUMBER;
} }

fields! { table LYCORIS_FIELDS {
    /// The model, named by its AIR id.
    _ => "model": Kind::TEXT, required;
    /// How strongly the model counts.
    _ => "weight": Kind::NUMBER;
} }

fields! { table EMBEDDING_FIELDS {
    /// The embeddings, named by their AIR id.
    _ => "model": Kind::TEXT, required;
    /// How strongly they count.
    _ => "weight": Kind::NUMBER;
} }

fields! { table CONTROL_NET_FIELDS {
    /// The ControlNet model, named by its AIR id.
    _ => "model": Kind::TEXT;
    /// The guide image, such as `controlNetPreprocess` makes.
    _ => "guideImage": Kind::Media;
    /// How strongly the guide counts.
    _ => "weight": Kind::NUMBER;
    /// The step at which the guide begins to count.
    _ => "startStep": Kind::NUMBER;
    /// The step at which the guide ceases to count.
    _ => "endStep": Kind::NUMBER;
    /// When the guide begins to count, in percent of the steps; instead of `startStep`.
    _ => "startStepPercentage": Kind::NUMBER;
    /// When the guide ceases to count, in percent of the steps; instead of `endStep`.
    _ => "endStepPercentage": Kind::NUMBER;
    /// Whether the prompt or the guide comes first.
    _ => "controlMode": Kind::Word(&["balanced", "prompt", "controlnet"]);
} }

fields! { table IP_ADAPTER_FIELDS {
    /// The adapter, named by its AIR id.
    _ => "model": Kind::TEXT;
    /// The image to adapt to.
    _ => "guideImage": Kind::Media;
    /// The images to adapt to.
    _ => "guideImages": MEDIA_LIST;
    /// How strongly the adapter counts.
    _ => "weight": Kind::NUMBER;
    /// How several images are put together.
    _ => "combineMethod": Kind::TEXT;
    /// Where the weight applies.
    _ => "weightType": Kind::TEXT;
    /// How the image's features are scaled.
    _ => "embedScaling": Kind::TEXT;
    /// How strongly the composition counts.
    _ => "weightComposition": Kind::NUMBER;
} }

fields! { table REFINER_FIELDS {
    /// The refining model, named by its AIR id.
    _ => "model": Kind::TEXT;
    /// The step at which the refiner takes over.
    _ => "startStep": Kind::NUMBER;
    /// When the refiner takes over, in percent of the steps; instead of `startStep`.
    _ => "startStepPercentage": Kind::NUMBER;
} }

fields! { table OUTPAINT_FIELDS {
    /// How many pixels to add above.
    _ => "top": Kind::NUMBER;
    /// How many pixels to add on the right.
    _ => "right": Kind::NUMBER;
    /// How many pixels to add below.
    _ => "bottom": Kind::NUMBER;
    /// How many pixels to add on the left.
    _ => "left": Kind::NUMBER;
    /// How far the edge between old and new is blurred.
    _ => "blur": Kind::NUMBER;
} }

fields! { table ACCELERATOR_FIELDS {
    /// Whether to use the first-block cache.
    _ => "fbcache": Kind::Bool;
    /// How different steps may be to share what is cached.
    _ => "cacheDistance": Kind::NUMBER;
    /// Whether to use TeaCache.
    _ => "teaCache": Kind::Bool;
    /// How different steps may be to share what TeaCache holds.
    _ => "teaCacheDistance": Kind::NUMBER;
    /// Whether to use DeepCache.
    _ => "deepCache": Kind::Bool;
    /// How many steps share what DeepCache holds.
    _ => "deepCacheInterval": Kind::NUMBER;
    /// The part of the network that DeepCache holds.
    _ => "deepCacheBranchId": Kind::NUMBER;
    /// How DeepCache picks the steps to leave out.
    _ => "deepCacheSkipMode": Kind::TEXT;
    /// The step at which caching begins.
    _ => "cacheStartStep": Kind::NUMBER;
    /// The step at which caching ends.
    _ => "cacheStopStep": Kind::NUMBER;
    /// When caching begins, in percent of the steps.
    _ => "cacheStartStepPercentage": Kind::NUMBER;
    /// When caching ends, in percent of the steps.
    _ => "cacheEndStepPercentage": Kind::NUMBER;
    /// How many steps in a row may be taken from the cache.
    _ => "cacheMaxConsecutiveSteps": Kind::NUMBER;
} }

fields! { table PULID_FIELDS {
    /// The images of the person to keep.
    _ => "inputImages": MEDIA_LIST;
    /// How strongly the person counts.
    _ => "idWeight": Kind::NUMBER;
    /// How closely to follow the prompt, measured without distillation.
    _ => "trueCFGScale": Kind::NUMBER;
    /// The step at which that begins.
    _ => "CFGStartStep": Kind::NUMBER;
    /// When that begins, in percent of the steps.
    _ => "CFGStartStepPercentage": Kind::NUMBER;
} }

fields! { table PHOTO_MAKER_FIELDS {
    /// The images of the person to keep.
    _ => "images": MEDIA_LIST;
    /// The images of the person to keep: older.
    _ => "inputImages": MEDIA_LIST;
    /// The style of the image.
    _ => "style": Kind::TEXT;
    /// How strongly the style counts.
    _ => "strength": Kind::NUMBER;
} }

fields! { table ULTRALYTICS_FIELDS {
    /// The size at which a found part is painted again.
    _ => "inpaintSize": Kind::NUMBER;
    /// How far the mask's edge is blurred.
    _ => "maskBlur": Kind::NUMBER;
    /// How far the mask reaches beyond the part.
    _ => "maskPadding": Kind::NUMBER;
    /// How sure the detection must be.
    _ => "confidence": Kind::NUMBER;
    /// What the part is to show.
    _ => "positivePrompt": Kind::TEXT;
    /// What the part must not show.
    _ => "negativePrompt": Kind::TEXT;
    /// How many steps the part takes.
    _ => "steps": Kind::NUMBER;
    /// How closely the part follows its prompt.
    _ => "CFGScale": Kind::NUMBER;
    /// How far the part may move away from what it was.
    _ => "strength": Kind::NUMBER;
} }

fields! { table ACE_FIELDS {
    /// What to do: its own kind of task, not the type of this one.
    _ => "taskType": Kind::Word(&["portrait", "subject", "local_editing"]);
    /// How much is painted again.
    _ => "repaintingScale": Kind::NUMBER;
    /// The images to work from.
    _ => "inputImages": MEDIA_LIST;
    /// The masks that belong to them.
    _ => "inputMasks": MEDIA_LIST;
} }

fields! { table REFERENCE_FIELDS {
    /// The image.
    _ => "image": Kind::Media;
    /// What the image is for.
    _ => "role": Kind::TEXT;
    /// A name by which the prompt can speak of it.
    _ => "tag": Kind::TEXT;
    /// What the image shows.
    _ => "type": Kind::TEXT;
    /// How strongly the image counts.
    _ => "strength": Kind::NUMBER;
} }
