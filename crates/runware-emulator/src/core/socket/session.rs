//! Sessions: what outlives a socket.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use runware_types::TaskUuid;

use super::SocketId;
use super::outbox::Parcel;

/// How many sessions without a socket are remembered; the one that was left first goes first.
const MAX_LEFT: usize = 10_000;
/// How many frames are kept for one session; the oldest goes first.
const MAX_KEPT: usize = 10_000;

/// The sessions that have a socket, or had one not long ago.
#[derive(Default)]
pub(super) struct Sessions {
    sessions: HashMap<TaskUuid, Session>,
    issued: u64,
}

pub(super) struct Session {
    /// The key it was opened with.
    key: String,
    /// Its open sockets, the newest last.
    pub(super) sockets: Vec<SocketId>,
    kept: VecDeque<Kept>,
    /// When its last socket went.
    left_at: Option<Duration>,
}

struct Kept {
    parcel: Parcel,
    until: Duration,
}

impl Sessions {
    /// The number of the next new session.
    pub(super) fn next_number(&mut self) -> u64 {
        self.issued += 1;
        self.issued
    }

    pub(super) fn open(&mut self, id: TaskUuid, key: String, socket: SocketId) {
        let session = Session { key, sockets: vec![socket], kept: VecDeque::new(), left_at: None };
        self.sessions.insert(id, session);
    }

    /// The session, if it may be resumed with this key.
    pub(super) fn resumable(&mut self, id: TaskUuid, key: &str) -> Option<&mut Session> {
        self.sessions.get_mut(&id).filter(|session| session.key == key)
    }

    pub(super) fn find(&mut self, id: TaskUuid) -> Option<&mut Session> {
        self.sessions.get_mut(&id)
    }

    /// Forgets the sessions that have had no socket for `window` and for which nothing is kept any more.
    pub(super) fn expire(&mut self, now: Duration, window: Duration) {
        self.sessions.retain(|_, session| {
            session.kept.retain(|kept| now < kept.until);
            let left = session.left_at.is_some_and(|left_at| now >= left_at.saturating_add(window));
            !left || !session.kept.is_empty()
        });
        let mut left: Vec<(Duration, TaskUuid)> =
            self.sessions.iter().filter_map(|(id, session)| Some((session.left_at?, *id))).collect();
        if let Some(surplus) = left.len().checked_sub(MAX_LEFT) {
            left.sort_unstable();
            for (_, id) in left.into_iter().take(surplus) {
                self.sessions.remove(&id);
            }
        }
    }
}

impl Session {
    pub(super) fn join(&mut self, socket: SocketId) {
        self.left_at = None;
        if !self.sockets.contains(&socket) {
            self.sockets.push(socket);
        }
    }

    pub(super) fn leave(&mut self, now: Duration, socket: SocketId) {
        self.sockets.retain(|other| *other != socket);
        if self.sockets.is_empty() {
            self.left_at = Some(now);
        }
    }

    /// Keeps a frame for `window` from when it could have been delivered.
    pub(super) fn keep(&mut self, now: Duration, window: Duration, parcel: Parcel) {
        if self.kept.len() >= MAX_KEPT {
            self.kept.pop_front();
        }
        let until = parcel.ready_at.max(now).saturating_add(window);
        self.kept.push_back(Kept { parcel, until });
    }

    /// Takes what is kept and not too old.
    pub(super) fn take_kept(&mut self, now: Duration) -> impl Iterator<Item = Parcel> + use<> {
        let kept = std::mem::take(&mut self.kept);
        kept.into_iter().filter(move |kept| now < kept.until).map(|kept| kept.parcel)
    }
}
