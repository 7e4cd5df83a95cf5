//! WebSockets without sockets: frames and times go in, frames come out.

mod answer;
mod greeting;
mod outbox;
mod session;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use runware_types::TaskUuid;

use self::outbox::{Outbox, Parcel};
use self::session::Sessions;
use super::request::Request;
use super::{Core, Fate, Response, auth, written_uuids};
use crate::choices::IdleCounts;
use crate::fault::{Action, CutCount, Cuts, Glance, RequestKind};

/// One WebSocket of a [`Core`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(u64);

/// What a WebSocket does next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outgoing {
    /// It sends a message. A fault can make it one that is not UTF-8.
    Frame(Bytes),
    /// It sends the head of a message, and only so many bytes of its payload.
    Part(Bytes, usize),
    /// It sends bytes that are no frame.
    Raw(Bytes),
    /// It sends a close frame with this code; there is nothing after that.
    Close(u16),
    /// The connection ends; there is nothing after that.
    Cut,
    /// The connection is reset; there is nothing after that.
    Reset,
    /// It neither reads nor writes any more, and stays open.
    Mute,
}

/// The open sockets and the sessions.
pub(super) struct Sockets {
    open: HashMap<SocketId, Socket>,
    sessions: Sessions,
    cuts: CutCount,
    opened: u64,
    next_serial: u64,
    /// Whether something became due on another socket than the one that was spoken of.
    disturbed: bool,
}

/// One open socket.
struct Socket {
    standing: Standing,
    session: Option<TaskUuid>,
    outbox: Outbox,
    /// When the last frame came or went.
    last_frame: Duration,
    /// Whether its end waits in the outbox.
    ending: bool,
    muted: bool,
}

/// Whether tasks are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// There was no key yet.
    Stranger,
    Authenticated,
    /// There was a key, and it counts no more.
    Expired,
}

impl Sockets {
    pub(super) fn new(cuts: Option<Cuts>) -> Self {
        Self {
            open: HashMap::new(),
            sessions: Sessions::default(),
            cuts: CutCount::new(cuts),
            opened: 0,
            next_serial: 0,
            disturbed: false,
        }
    }

    fn push(&mut self, id: SocketId, parcel: Parcel) {
        self.next_serial += 1;
        if let Some(socket) = self.open.get_mut(&id) {
            socket.outbox.push(self.next_serial, parcel);
        }
    }

    /// Ends a socket, after what it has to send by then.
    fn end(&mut self, now: Duration, id: SocketId, what: Outgoing) {
        self.push(id, Parcel::transient(now, what));
        if let Some(socket) = self.open.get_mut(&id) {
            socket.ending = true;
        }
    }
}

impl Core {
    /// Answers a request for a WebSocket: 101 where it is to be opened.
    ///
    /// Whatever it is, its [`ready_at`](Response::ready_at) and [`fate`](Response::fate) are to be heeded.
    pub fn upgrade(&mut self, now: Duration) -> Response {
        self.advance(now);
        self.ledger.count_upgrade();
        let glance = Glance { number: self.ledger.requests(), now, kind: RequestKind::Upgrade, body: &[] };
        match self.faults.strike(&glance) {
            Some(Action::Answer(answer) | Action::HandleThenAnswer(answer)) => Response::answer(now, &answer),
            Some(Action::Reset) => Response::none(now, Fate::Reset),
            Some(Action::LoseReply | Action::Close(_)) => Response::none(now, Fate::Cut),
            Some(Action::Hang | Action::HandleThenHang | Action::Mute) => Response::none(now, Fate::Hang),
            Some(Action::TokenExpired) => Response::error(now, &auth::expired()),
            Some(Action::Delay(time)) => Response::switching(now.saturating_add(time)),
            _ => Response::switching(now),
        }
    }

    /// Opens a WebSocket, which has to authenticate before it is given tasks.
    pub fn open_socket(&mut self, now: Duration) -> SocketId {
        self.advance(now);
        self.ledger.opened_socket();
        self.sockets.sessions.expire(now, self.options.choices.socket.replay_window);
        self.sockets.opened += 1;
        let id = SocketId(self.sockets.opened);
        let socket = Socket {
            standing: Standing::Stranger,
            session: None,
            outbox: Outbox::default(),
            last_frame: now,
            ending: false,
            muted: false,
        };
        self.sockets.open.insert(id, socket);
        id
    }

    /// Takes a message that came at `now`, of either type.
    ///
    /// What comes of it is given out by [`poll_socket`](Self::poll_socket). A socket that is closed or mute takes nothing.
    pub fn take_frame(&mut self, now: Duration, id: SocketId, frame: &[u8]) {
        self.advance(now);
        let Some(socket) = self.sockets.open.get_mut(&id).filter(|socket| !socket.ending && !socket.muted)
        else {
            return;
        };
        socket.last_frame = now;
        if frame.len() > self.options.max_body_bytes {
            return self.sockets.end(now, id, Outgoing::Close(1009));
        }
        let request = Request::read(frame, &self.options.choices);
        let kind = request.as_ref().map_or(RequestKind::Other, Request::frame_kind);
        self.ledger.count_frame(kind);
        let number =
            if kind.is_request() { self.ledger.count_request(now, kind) } else { self.ledger.requests() };
        let fault = self.faults.strike(&Glance { number, now, kind, body: frame });
        let fault = fault.map(|fault| fault.about(&written_uuids(&request)));
        let fault = match self.sockets.cuts.received() {
            Some(cuts) if cuts.after_handling => Some(Action::LoseReply),
            Some(_) => return self.sockets.end(now, id, Outgoing::Cut),
            None => fault,
        };
        self.suffer_frame(now, id, request, fault);
    }

    /// Says what a socket does at `now`; `None` where it waits. Ask until then.
    ///
    /// A socket that is idle for too long is closed. What is given out here counts as sent.
    pub fn poll_socket(&mut self, now: Duration, id: SocketId) -> Option<Outgoing> {
        self.advance(now);
        let choices = &self.options.choices.socket;
        let socket = self.sockets.open.get_mut(&id).filter(|socket| !socket.muted)?;
        let parcel = match socket.outbox.pop_due(now) {
            Some(parcel) => parcel,
            None if socket.idle_at(choices.idle_after).is_some_and(|at| at <= now) => {
                Parcel::transient(now, Outgoing::Close(choices.idle_code))
            }
            None => return None,
        };
        match parcel.what {
            Outgoing::Frame(_) if self.sockets.cuts.sent() => {
                self.socket_closed(now, id);
                return Some(Outgoing::Cut);
            }
            Outgoing::Frame(_) | Outgoing::Part(..) | Outgoing::Raw(_) => {
                if choices.idle_counts == IdleCounts::Both {
                    socket.last_frame = now;
                }
                self.note_sent(now, &parcel);
            }
            Outgoing::Close(_) | Outgoing::Cut | Outgoing::Reset => self.socket_closed(now, id),
            Outgoing::Mute => socket.muted = true,
        }
        Some(parcel.what)
    }

    /// When [`poll_socket`](Self::poll_socket) has something to say next, unless a frame comes before that.
    pub fn socket_timeout(&self, id: SocketId) -> Option<Duration> {
        let socket = self.sockets.open.get(&id).filter(|socket| !socket.muted)?;
        let idle_at = socket.idle_at(self.options.choices.socket.idle_after);
        [socket.outbox.ready_at(), idle_at].into_iter().flatten().min()
    }

    /// Notes that a socket is gone; what it could not deliver is kept for its session.
    pub fn socket_closed(&mut self, now: Duration, id: SocketId) {
        let Some(mut socket) = self.sockets.open.remove(&id) else { return };
        self.ledger.closed_socket();
        if let Some(session) = socket.session {
            self.leave_session(now, id, session, &mut socket.outbox);
        }
    }

    /// Whether, since this was asked last, something became due on another socket than the one that was spoken of.
    pub(crate) fn take_disturbance(&mut self) -> bool {
        std::mem::take(&mut self.sockets.disturbed)
    }

    pub(crate) fn sends_binary(&self) -> bool {
        self.options.choices.socket.binary
    }

    fn note_sent(&mut self, now: Duration, parcel: &Parcel) {
        for (task, index) in &parcel.deliveries {
            self.ledger.delivered(*task, *index, now);
        }
        if parcel.replayed {
            self.ledger.replayed();
        }
    }

    /// Takes a socket out of its session, which keeps what the socket leaves behind, or gives it to another one.
    fn leave_session(&mut self, now: Duration, id: SocketId, session: TaskUuid, outbox: &mut Outbox) {
        let choices = &self.options.choices.socket;
        let Some(session) = self.sockets.sessions.find(session) else { return };
        session.leave(now, id);
        let left = outbox.take_all().filter(|parcel| parcel.is_kept(choices.replay_scope));
        match session.sockets.last().copied() {
            None => left.for_each(|parcel| session.keep(now, choices.replay_window, parcel)),
            Some(heir) => {
                for parcel in left {
                    self.sockets.push(heir, Parcel { replayed: true, ..parcel });
                }
                self.sockets.disturbed = true;
            }
        }
    }
}

impl Socket {
    /// When it has been idle for too long.
    fn idle_at(&self, after: Option<Duration>) -> Option<Duration> {
        after.filter(|_| !self.ending).map(|after| self.last_frame.saturating_add(after))
    }
}
