//! A terminal that a test sits at: what the program says on it can be read, and answers can be typed.

use std::fs::File;
use std::io::{Read as _, Write as _};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// What ends the input of a terminal: Ctrl-D.
pub(crate) const END: &str = "\u{4}";

pub(crate) struct Terminal {
    ours: File,
    said: UnboundedReceiver<Vec<u8>>,
    text: String,
}

impl Terminal {
    /// A terminal, and the program's end of it.
    pub(crate) fn open() -> (Self, File) {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let ours = File::from(ours);
        let mut reader = ours.try_clone().unwrap();
        let (saying, said) = mpsc::unbounded_channel();
        // Reading ends with an error once nobody has the other end open.
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut piece) {
                if saying.send(piece[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        (Self { ours, said, text: String::new() }, File::from(theirs))
    }

    /// Waits until it shows these words.
    pub(crate) async fn shows(&mut self, words: &str) {
        while !self.text.contains(words) {
            self.take().await.unwrap_or_else(|| panic!("no {words:?} in {:?}", self.text));
        }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.ours.write_all(text.as_bytes()).unwrap();
    }

    /// All that was shown until everybody has closed it.
    pub(crate) async fn text(mut self) -> String {
        while self.take().await.is_some() {}
        self.text
    }

    async fn take(&mut self) -> Option<()> {
        self.text.push_str(&String::from_utf8_lossy(&self.said.recv().await?));
        Some(())
    }
}
