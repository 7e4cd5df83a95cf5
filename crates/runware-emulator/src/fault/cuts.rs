//! Sockets that are cut every so many frames.

/// Cuts WebSockets at every nth frame, counted over all sockets: the connection ends without a close frame.
///
/// ```
/// use runware_emulator::{Cuts, Options};
///
/// // Every seventh frame of either direction is the last one of its socket, and is lost.
/// let options = Options::new().cuts(Cuts::every(7).of_both_directions());
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuts {
    every: u64,
    both: bool,
    pub(crate) after_handling: bool,
}

impl Cuts {
    /// Cuts at every nth frame that a client sends, before anything is done with it.
    ///
    /// Authentications and pings count, so that nothing gets through where `frames` is less than 3. 0 never cuts.
    pub fn every(frames: u64) -> Self {
        Self { every: frames, both: false, after_handling: false }
    }

    /// Counts the frames that the emulator sends too; one of these that is chosen is lost.
    pub fn of_both_directions(mut self) -> Self {
        self.both = true;
        self
    }

    /// Cuts after the client's frame was carried out; what would have been answered at once is lost.
    pub fn after_handling(mut self) -> Self {
        self.after_handling = true;
        self
    }
}

/// The frames counted so far.
#[derive(Debug)]
pub(crate) struct CutCount {
    cuts: Option<Cuts>,
    counted: u64,
}

impl CutCount {
    pub(crate) fn new(cuts: Option<Cuts>) -> Self {
        Self { cuts, counted: 0 }
    }

    /// Counts a frame of a client; whether it is cut there, and how.
    pub(crate) fn received(&mut self) -> Option<Cuts> {
        let cuts = self.cuts?;
        self.strikes(cuts).then_some(cuts)
    }

    /// Counts a frame to a client; whether it is cut there.
    pub(crate) fn sent(&mut self) -> bool {
        self.cuts.filter(|cuts| cuts.both).is_some_and(|cuts| self.strikes(cuts))
    }

    fn strikes(&mut self, cuts: Cuts) -> bool {
        self.counted += 1;
        cuts.every != 0 && self.counted.is_multiple_of(cuts.every)
    }
}
