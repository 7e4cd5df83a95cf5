//! How [`Durations`] are saved: a map from the names of levels to sparse histograms.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lesson::Lesson;
use super::scale::BINS;
use super::sketch::Sketch;
use super::{Durations, Known};

/// What is saved of everything.
#[derive(Serialize, Deserialize)]
struct Saved {
    kinds: BTreeMap<Box<str>, SavedKind>,
}

#[derive(Serialize, Deserialize)]
struct SavedKind {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<SavedSketch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    further: Option<SavedSketch>,
}

#[derive(Serialize, Deserialize)]
struct SavedSketch {
    /// The bins that are not empty: which it is, and how many tasks ended there and passed it, in sixteenths.
    bins: Vec<(usize, u16, u16)>,
    /// How many tasks were seen to end, in sixteenths; no fewer than the bins have.
    #[serde(default)]
    seen: u16,
    #[serde(default)]
    doubt: f32,
}

impl Serialize for Durations {
    /// What was learned; the tasks that are running are not part of it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sketch = |lesson: &Option<Box<Lesson>>| lesson.as_ref().map(|lesson| save(&lesson.sketch));
        let known = self.kinds.iter().filter(|(_, known)| known.is_known);
        let kinds = known.map(|(name, known)| {
            let saved = SavedKind { first: sketch(&known.first), further: sketch(&known.further) };
            (name.clone(), saved)
        });
        Saved { kinds: kinds.collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Durations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Saved { kinds } = Saved::deserialize(deserializer)?;
        if kinds.len() > Self::MOST_KINDS {
            let (found, most) = (kinds.len(), Self::MOST_KINDS);
            return Err(D::Error::custom(format!(
                "`kinds` has {found} entries; it must have at most {most}"
            )));
        }
        let lesson = |saved: Option<SavedSketch>| saved.map(load).transpose();
        let loaded = kinds.into_iter().map(|(name, saved)| {
            let [first, further] = [lesson(saved.first), lesson(saved.further)];
            // Whatever is used from now on is remembered before these, and of these the coarser ones.
            let used = FINEST_LEVEL.saturating_sub(name.matches('\t').count() as u64);
            Ok((name, Known { first: first?, further: further?, used, is_known: true }))
        });
        let kinds = loaded.collect::<Result<HashMap<_, _, _>, String>>().map_err(D::Error::custom)?;
        Ok(Self { known: kinds.len(), kinds, uses: FINEST_LEVEL })
    }
}

/// How many levels are told apart in what is loaded.
const FINEST_LEVEL: u64 = 16;

fn save(sketch: &Sketch) -> SavedSketch {
    let bins = sketch.ended.iter().zip(&sketch.passed).enumerate();
    let full = bins.filter(|(_, (ended, passed))| **ended > 0 || **passed > 0);
    let bins = full.map(|(bin, (ended, passed))| (bin, *ended, *passed)).collect();
    SavedSketch { bins, seen: sketch.seen, doubt: sketch.doubt }
}

fn load(saved: SavedSketch) -> Result<Box<Lesson>, String> {
    if !(0.0..=1.0).contains(&saved.doubt) {
        return Err(format!("`doubt` is {}; it must be 0 to 1", saved.doubt));
    }
    let mut sketch = Sketch { seen: saved.seen, doubt: saved.doubt, ..Sketch::new() };
    for (bin, ended, passed) in saved.bins {
        let places = sketch.ended.get_mut(bin).zip(sketch.passed.get_mut(bin));
        let places =
            places.ok_or_else(|| format!("there is a bin {bin}; there can be {BINS}, counted from 0"))?;
        (*places.0, *places.1) = (ended, passed);
    }
    sketch.see_bins();
    Ok(Box::new(Lesson::new(sketch)))
}
