//! [`BatchLimit`]: how many tasks one request may carry.

/// How many tasks one request may carry: fewer after a request was refused as a whole, and as many as before in the end.
///
/// A server may refuse a request without saying which of its tasks is to blame, or that there are too many of them. Both
/// are answered alike: the tasks go again in requests of half the size.
///
/// * **One task spoils every request that it is in.** Sizes are rounded down, so it is refused alone at the latest as
///   number `floor(log2(most)) + 1`: the 7th refusal, for 100 tasks. Then the limit is back at the most, at once. Further
///   ones cost as much each. Where tasks spoil their requests one after the other, and nothing of several tasks goes through
///   in between, the limit only doubles: if all are bad there is no more to gain from dividing them again and again.
/// * **The server takes fewer than the most.** The limit stays at the size that goes through, which is more than half of
///   what the server takes. After 8 full requests were answered it is doubled. If the server refuses that too, twice as many
///   answers are needed before the next try, up to 1,024: in the long run 1 request in 1,025 is refused.
/// * **The server was out of sorts.** From 1 to 100 tasks it takes 7 such steps, 56 answers. Where tries were refused,
///   8 answers suffice again once a try goes through that is at least as large as the last one that was not.
///
/// Where other tasks are sent meanwhile, their answers may raise the limit before the one to blame is found. So a task of a
/// refused request should not travel with as many again: its driver remembers half the size of that request with it.
///
/// ```
/// use runware_poll::BatchLimit;
///
/// let mut limit = BatchLimit::new(100);
/// for size in [100, 50, 25, 12, 6, 3] {
///     assert_eq!(limit.current(), size);
///     limit.refused(size);
/// }
/// limit.refused(1);
/// assert_eq!(limit.current(), 100, "the one that is to blame was found");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchLimit {
    most: usize,
    now: usize,
    /// Full requests that were answered since the limit was last changed.
    full: u32,
    /// So many of them double it.
    needed: u32,
    /// What the limit was before it was raised, until a full request shows that it was right to.
    raised_from: Option<usize>,
    /// The size of the last try that was refused: what goes through below it says nothing about the next one.
    refused_try: usize,
    /// The limit was restored for a task that stood alone, and nothing of several tasks has gone through since.
    is_restored: bool,
}

impl BatchLimit {
    /// At most so many. Zero counts as 1.
    pub const fn new(most: usize) -> Self {
        let most = if most == 0 { 1 } else { most };
        Self {
            most,
            now: most,
            full: 0,
            needed: FEWEST_ANSWERS,
            raised_from: None,
            refused_try: 0,
            is_restored: false,
        }
    }

    /// How many it is at present; at least 1.
    pub const fn current(&self) -> usize {
        self.now
    }

    /// How many it is at most; at least 1.
    pub const fn most(&self) -> usize {
        self.most
    }

    /// A request with so many tasks was refused as a whole: it was too large, or one of its tasks spoiled it.
    ///
    /// With one task in it, that is the one to blame. A refusal of no tasks says nothing.
    pub fn refused(&mut self, tasks: usize) {
        match tasks {
            0 => {}
            1 => self.found(),
            _ => {
                if self.raised_from.take().is_some_and(|before| tasks > before) {
                    self.needed = self.needed.saturating_mul(2).min(MOST_ANSWERS);
                    self.refused_try = tasks;
                }
                self.full = 0;
                self.now = self.now.min(tasks / 2);
            }
        }
    }

    /// A request with so many tasks was answered, and not refused as a whole.
    pub fn answered(&mut self, tasks: usize) {
        self.is_restored = self.is_restored && tasks < 2;
        if tasks < self.now {
            return;
        }
        if self.raised_from.take().is_some() && tasks >= self.refused_try {
            self.needed = FEWEST_ANSWERS;
        }
        self.full = self.full.saturating_add(1);
        if self.full >= self.needed && self.now < self.most {
            self.raise(self.now.saturating_mul(2));
        }
    }

    /// A task that spoils requests stands alone.
    fn found(&mut self) {
        if self.now == self.most {
            return;
        }
        let to = if self.is_restored { self.now.saturating_mul(2) } else { self.most };
        self.is_restored = true;
        self.raise(to);
    }

    fn raise(&mut self, to: usize) {
        self.raised_from = Some(self.now);
        self.full = 0;
        self.now = to.min(self.most);
    }
}

/// So many full requests in a row have to be answered before a larger one is tried.
const FEWEST_ANSWERS: u32 = 8;

/// And so many, once larger ones were refused again and again.
const MOST_ANSWERS: u32 = 1_024;
