//! What tasks are like, as far as that decides how long they take.
//!
//! A [`Kind`] may be kept for long and shown to others, so it holds nothing that is anybody's own: words of the API,
//! figures, and the name of a model. Prompts, seeds, ids, addresses and media never get into one.

use std::borrow::{Borrow, Cow};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use runware_poll::Kind;
use runware_types::{Acceleration, DeliveryMethod, Prepared, RequestHash, TaskType};
use serde::Deserialize;
use serde_json::value::RawValue;

/// How many kinds are shared at most. Those that were not met for longest are forgotten, half of them at a time; what
/// has one keeps it.
const MOST_KNOWN: usize = 1_024;

/// The longest name of a model that is kept whole.
const LONGEST_MODEL: usize = 128;

/// The kinds that were met lately, so that all tasks of a kind share one.
#[derive(Debug, Default)]
pub(crate) struct Kinds(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    recent: HashSet<Shared>,
    older: HashSet<Shared>,
}

impl Kinds {
    /// What a task is like. None unless it makes something, and is asked for until it is there.
    pub(crate) fn of(&self, prepared: &Prepared) -> Option<Arc<Kind>> {
        let is_asked_for = prepared.delivery() == Some(&DeliveryMethod::Async);
        if !is_asked_for || !prepared.task_type().is_generation() {
            return None;
        }
        let name = name(prepared);
        // A panic while the lock is held leaves sets that are complete up to that change.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(known.share(&name))
    }
}

impl Known {
    fn share(&mut self, name: &str) -> Arc<Kind> {
        if let Some(Shared(kind)) = self.recent.get(name) {
            return Arc::clone(kind);
        }
        let shared = self.older.take(name).unwrap_or_else(|| Shared(Arc::new(kind(name))));
        if self.recent.len() >= MOST_KNOWN / 2 {
            self.older = std::mem::take(&mut self.recent);
        }
        let kind = Arc::clone(&shared.0);
        self.recent.insert(shared);
        kind
    }
}

/// A kind that is found by its name.
#[derive(Debug)]
struct Shared(Arc<Kind>);

impl Borrow<str> for Shared {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Shared {}

fn kind(name: &str) -> Kind {
    let mut levels = name.split(LEVEL);
    let coarsest = Kind::new(levels.next().unwrap_or_default());
    levels.fold(coarsest, |kind, level| kind.then(level))
}

/// What separates the levels of a kind's name.
const LEVEL: char = '\t';

/// The levels of a kind: what is to be done, by which model, how long and large a thing, and whatever else costs time.
fn name(prepared: &Prepared) -> String {
    let drivers: Drivers<'_> = serde_json::from_slice(prepared.bytes()).unwrap_or_default();
    let mut name = String::with_capacity(96);
    name.push_str(prepared.task_type().as_str());
    if let Some(model) = prepared.model().filter(|model| !model.is_empty()) {
        name.push(LEVEL);
        name.push_str(&short(model));
    }
    let mut level = Level::of(&mut name);
    level.add("duration=", amount(drivers.duration).map(Cow::Owned).or_else(|| automatic(drivers.duration)));
    level.add("", size(&drivers));
    let mut level = Level::of(&mut name);
    level.add("results=", Some(prepared.expected()).filter(|results| *results > 1));
    level.add("steps=", amount(drivers.steps));
    level.add("fps=", amount(drivers.fps));
    level.add("upscaleFactor=", amount(drivers.upscale_factor));
    level.add("trainingSteps=", amount(drivers.training_steps));
    level.add("acceleration=", acceleration(drivers.acceleration));
    if *prepared.task_type() == TaskType::TextInference {
        level.add("maxTokens<=", drivers.most_tokens());
    }
    name
}

/// The fields of a task that decide how long it takes, as they were written.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Drivers<'a> {
    #[serde(borrow)]
    duration: Option<&'a RawValue>,
    #[serde(borrow)]
    width: Option<&'a RawValue>,
    #[serde(borrow)]
    height: Option<&'a RawValue>,
    #[serde(borrow)]
    resolution: Option<&'a RawValue>,
    #[serde(borrow)]
    steps: Option<&'a RawValue>,
    #[serde(borrow)]
    fps: Option<&'a RawValue>,
    #[serde(borrow)]
    upscale_factor: Option<&'a RawValue>,
    #[serde(borrow)]
    training_steps: Option<&'a RawValue>,
    #[serde(borrow)]
    acceleration: Option<&'a RawValue>,
    #[serde(borrow)]
    max_tokens: Option<&'a RawValue>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
}

impl Drivers<'_> {
    /// The longest text that may come, to the next power of two: it is a bound, and often an arbitrary one.
    fn most_tokens(&self) -> Option<u64> {
        let inner: Option<Drivers<'_>> =
            self.settings.and_then(|settings| serde_json::from_str(settings.get()).ok());
        let tokens = self.max_tokens.or(inner.and_then(|inner| inner.max_tokens))?;
        let tokens: u32 = tokens.get().parse().ok()?;
        Some(u64::from(tokens).next_power_of_two())
    }
}

/// One level of a name, which is only there if anything is in it.
struct Level<'a> {
    name: &'a mut String,
    is_begun: bool,
}

impl<'a> Level<'a> {
    fn of(name: &'a mut String) -> Self {
        Self { name, is_begun: false }
    }

    fn add(&mut self, what: &str, value: Option<impl std::fmt::Display>) {
        let Some(value) = value else { return };
        match std::mem::replace(&mut self.is_begun, true) {
            true => self.name.push_str(", "),
            false => self.name.push(LEVEL),
        }
        // Writing to a string does not fail.
        let _ = write!(self.name, "{what}{value}");
    }
}

/// A figure, written in one way only: 5 and 5.0 are the same.
fn amount(value: Option<&RawValue>) -> Option<String> {
    number(value).map(|number| number.to_string())
}

/// A figure that can decide how long a task takes, to three decimals.
fn number(value: Option<&RawValue>) -> Option<f64> {
    /// What is larger is no duration, size or number of steps.
    const MOST: f64 = 1e9;
    let number: f64 = value?.get().parse().ok()?;
    // The sum makes zero out of minus zero.
    (0.0..=MOST).contains(&number).then(|| (number * 1e3).round() / 1e3 + 0.0)
}

fn automatic(value: Option<&RawValue>) -> Option<Cow<'static, str>> {
    (value?.get() == r#""auto""#).then_some(Cow::Borrowed("auto"))
}

fn acceleration(value: Option<&RawValue>) -> Option<&'static str> {
    let word = unquoted(value?)?;
    Acceleration::KNOWN.iter().map(Acceleration::as_str).find(|known| *known == word)
}

/// Width and height, or the word that stands for them, such as `1080p`.
fn size(drivers: &Drivers<'_>) -> Option<String> {
    if let (Some(width), Some(height)) = (number(drivers.width), number(drivers.height)) {
        return Some(format!("{width}x{height}"));
    }
    let word = unquoted(drivers.resolution?)?;
    let is_figure = |byte| matches!(byte, b'0'..=b'9' | b'p' | b'k' | b'K' | b'x');
    let is_size = word.len() <= 9
        && word.starts_with(|first: char| first.is_ascii_digit())
        && word.bytes().all(is_figure);
    is_size.then(|| word.to_owned())
}

/// The content of a string without escapes.
fn unquoted(value: &RawValue) -> Option<&str> {
    let content = value.get().strip_prefix('"')?.strip_suffix('"')?;
    (!content.contains('\\')).then_some(content)
}

/// The name of a model; in the place of what is too long or does not look like one, its hash.
fn short(model: &str) -> Cow<'_, str> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b":@._-/+".contains(&byte);
    let looks_like_one = model.bytes().all(is_name) && !model.contains("://");
    if looks_like_one && model.len() <= LONGEST_MODEL {
        return Cow::Borrowed(model);
    }
    let mut hash = RequestHash::of(model.as_bytes()).to_string();
    hash.truncate(16);
    let kept = model.get(..LONGEST_MODEL - 1 - hash.len()).filter(|_| looks_like_one);
    Cow::Owned(format!("{}#{hash}", kept.unwrap_or_default()))
}

#[cfg(test)]
mod tests;
