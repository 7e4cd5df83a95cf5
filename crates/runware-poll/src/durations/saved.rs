//! How [`Durations`] are saved: a map from the names of levels to sparse histograms.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::counts::Counts;
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
    young: SavedCounts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    old: SavedCounts,
    #[serde(default)]
    doubt: f32,
}

/// The bins that are not empty: which it is, and how many tasks ended in it and outlasted it, in sixteenths.
type SavedCounts = Vec<(usize, u16, u16)>;

impl Serialize for Durations {
    /// What was learned; the tasks that are running are not part of it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sketch = |lesson: &Option<Box<Lesson>>| lesson.as_ref().map(|lesson| save(&lesson.sketch));
        let kinds = self.kinds.iter().map(|(name, known)| {
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
        let known = kinds.into_iter().map(|(name, saved)| {
            let [first, further] = [lesson(saved.first), lesson(saved.further)];
            Ok((name, Known { first: first?, further: further?, used: 0 }))
        });
        let kinds = known.collect::<Result<_, String>>().map_err(D::Error::custom)?;
        Ok(Self { kinds, uses: 0 })
    }
}

fn save(sketch: &Sketch) -> SavedSketch {
    let bins = |counts: &Counts| -> SavedCounts {
        let pairs = counts.ended.iter().zip(&counts.outlasted).enumerate();
        let full = pairs.filter(|(_, (ended, outlasted))| **ended > 0 || **outlasted > 0);
        full.map(|(bin, (ended, outlasted))| (bin, *ended, *outlasted)).collect()
    };
    SavedSketch { young: bins(&sketch.young), old: bins(&sketch.old), doubt: sketch.doubt }
}

fn load(saved: SavedSketch) -> Result<Box<Lesson>, String> {
    if !(0.0..=1.0).contains(&saved.doubt) {
        return Err(format!("`doubt` is {}; it must be 0 to 1", saved.doubt));
    }
    let counts = |saved: SavedCounts| {
        let mut counts = Counts::new();
        for (bin, ended, outlasted) in saved {
            let places = counts.ended.get_mut(bin).zip(counts.outlasted.get_mut(bin));
            let (ended_there, outlasted_there) =
                places.ok_or_else(|| format!("there is a bin {bin}; there can be {BINS}, counted from 0"))?;
            (*ended_there, *outlasted_there) = (ended, outlasted);
        }
        Ok::<_, String>(counts)
    };
    let sketch = Sketch { young: counts(saved.young)?, old: counts(saved.old)?, doubt: saved.doubt };
    Ok(Box::new(Lesson::new(sketch)))
}
