//! [`Kind`]: what a task is like, as far as it decides how long it takes.

use std::fmt;

/// What a task is like, from the coarse to the fine: tasks of one kind take similar times.
///
/// The coarser levels stand in where too little is known of the finer ones. A tab in a level counts as a space, and an
/// empty level as `-`.
///
/// ```
/// use runware_poll::Kind;
///
/// let kind = Kind::new("videoInference").then("klingai:5@3").then("duration=5, 1920x1080");
/// let levels: Vec<_> = kind.levels().collect();
/// assert_eq!(levels[0], "videoInference");
/// assert_eq!(levels[1], "videoInference\tklingai:5@3");
/// assert_eq!(levels.last(), Some(&kind.as_str()));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(Box<str>);

impl Kind {
    /// The coarsest level, such as a task type.
    pub fn new(level: &str) -> Self {
        Self(plain(level).into())
    }

    /// The same kind, told apart by one more thing.
    #[must_use]
    pub fn then(&self, level: &str) -> Self {
        Self(format!("{}\t{}", self.0, plain(level)).into())
    }

    /// The names of the levels, the coarsest first; each begins with the one before it.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = &str> {
        let ends = self.0.match_indices('\t').map(|(end, _)| end).chain([self.0.len()]);
        ends.filter_map(|end| self.0.get(..end))
    }

    /// The name of the finest level.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({:?})", self.0)
    }
}

/// A level without what separates levels, and not without a name.
fn plain(level: &str) -> String {
    if level.is_empty() { "-".to_owned() } else { level.replace('\t', " ") }
}
