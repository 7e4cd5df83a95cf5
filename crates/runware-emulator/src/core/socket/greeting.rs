//! Authentication on a socket, and the session it opens or resumes.

use std::time::Duration;

use runware_types::TaskUuid;

use super::outbox::{Class, Parcel};
use super::{Outgoing, SocketId, Standing};
use crate::chance::{self, Purpose};
use crate::choices::{KeyError, ReplayOrder, SecondSocket, UnknownSession};
use crate::core::error::ErrorBody;
use crate::core::request::Request;
use crate::core::{Core, Head, auth};
use crate::json::Object;

/// The old answer to a key that is not accepted.
const LEGACY_KEY_ERROR: &str =
    r#"{"error":true,"errorId":19,"errorMessage":"Invalid api key","errorMessageContentId":1212}"#;

impl Core {
    /// Authenticates a socket: the greeting, and what was kept for its session and comes after it.
    ///
    /// # Errors
    ///
    /// What a refusal is answered with.
    pub(super) fn greet_socket(
        &mut self,
        now: Duration,
        id: SocketId,
        request: &Request<'_>,
    ) -> Result<(Parcel, Vec<Parcel>), Vec<Parcel>> {
        if let Err(error) = auth::check(&self.options, &Head::new(), Some(request)) {
            self.set_standing(id, Standing::Stranger);
            return Err(self.key_refusal(now, &error));
        }
        self.ledger.count_task("authentication");
        let member = |name: &str| -> Option<String> { request.authentication()?.member(name).ok().flatten() };
        let key = member("apiKey").unwrap_or_default();
        let (session, kept) = self.join_session(now, id, key, member("connectionSessionUUID").as_deref())?;
        self.set_standing(id, Standing::Authenticated);
        self.ledger.authenticated();
        let greeting = Object::new()
            .text("taskType", "authentication")
            .with(Some(session).filter(|_| self.options.choices.socket.names_session), |object, session| {
                object.text("connectionSessionUUID", &session.to_string())
            })
            .end();
        let greeting = Parcel::frame(now, Class::Transient, format!("{{\"data\":[{greeting}]}}"));
        Ok((greeting, self.replay(now, id, kept)))
    }

    fn key_refusal(&self, now: Duration, error: &ErrorBody) -> Vec<Parcel> {
        let choices = &self.options.choices.socket;
        let refusal = match choices.key_error {
            KeyError::Current => Parcel::refusal(now, error),
            KeyError::Legacy => Parcel::frame(now, Class::Transient, LEGACY_KEY_ERROR),
        };
        let close = choices.close_after_refusal.map(|code| Parcel::transient(now, Outgoing::Close(code)));
        [Some(refusal), close].into_iter().flatten().collect()
    }

    /// Finds or opens the session of a socket that has shown its key; what is kept for it comes with it.
    fn join_session(
        &mut self,
        now: Duration,
        id: SocketId,
        key: String,
        wanted: Option<&str>,
    ) -> Result<(TaskUuid, Vec<Parcel>), Vec<Parcel>> {
        let present = self.sockets.open.get(&id).and_then(|socket| socket.session);
        let wanted_id = wanted.and_then(TaskUuid::parse_echo).or(present.filter(|_| wanted.is_none()));
        let known = wanted_id.filter(|wanted| self.sockets.sessions.resumable(*wanted, &key).is_some());
        if known.is_none() && wanted.is_some() {
            match self.options.choices.socket.unknown_session {
                UnknownSession::New => {}
                UnknownSession::Refuse => {
                    let message = "The session is not known, or not any more.";
                    let error = ErrorBody::new("invalidConnectionSessionUUID", message)
                        .about("connectionSessionUUID")
                        .task_type("authentication");
                    return Err(vec![Parcel::refusal(now, &error)]);
                }
            }
        }
        if let Some(before) = present.filter(|present| Some(*present) != known)
            && let Some(before) = self.sockets.sessions.find(before)
        {
            before.leave(now, id);
        }
        let session = known.unwrap_or_else(|| {
            let number = self.sockets.sessions.next_number();
            let session = chance::uuid(chance::draw(self.options.seed, Purpose::Session, &[1, number]));
            self.sockets.sessions.open(session, key, id);
            session
        });
        if let Some(socket) = self.sockets.open.get_mut(&id) {
            socket.session = Some(session);
        }
        Ok((session, self.enter_session(now, id, session)))
    }

    /// Makes a socket one of its session's, if need be in place of the others; what is kept there comes with it.
    fn enter_session(&mut self, now: Duration, id: SocketId, session: TaskUuid) -> Vec<Parcel> {
        if self.options.choices.socket.second_socket == SecondSocket::TakesOver {
            let others = self.sockets.sessions.find(session).map(|session| session.sockets.clone());
            for other in others.into_iter().flatten().filter(|other| *other != id) {
                self.replace(now, other, session);
            }
        }
        let Some(session) = self.sockets.sessions.find(session) else { return Vec::new() };
        session.join(id);
        session.take_kept(now).collect()
    }

    /// Closes a socket whose session another one has resumed.
    fn replace(&mut self, now: Duration, other: SocketId, session: TaskUuid) {
        let choices = &self.options.choices.socket;
        let Some(socket) = self.sockets.open.get_mut(&other) else { return };
        socket.session = None;
        let left: Vec<Parcel> =
            socket.outbox.take_all().filter(|parcel| parcel.is_kept(choices.replay_scope)).collect();
        if let Some(session) = self.sockets.sessions.find(session) {
            session.leave(now, other);
            left.into_iter().for_each(|parcel| session.keep(now, choices.replay_window, parcel));
        }
        self.sockets.end(now, other, Outgoing::Close(1000));
        self.sockets.disturbed = true;
    }

    /// Sends at once what is to come before the greeting; the rest is returned.
    fn replay(&mut self, now: Duration, id: SocketId, kept: Vec<Parcel>) -> Vec<Parcel> {
        let choices = &self.options.choices.socket;
        let times = if choices.replay_twice { 2 } else { 1 };
        let order = choices.replay_order;
        let mut later = Vec::new();
        for parcel in kept {
            for _ in 0..times {
                let parcel = Parcel { replayed: true, ..parcel.clone() };
                match order {
                    ReplayOrder::BeforeGreeting => {
                        self.sockets.push(id, Parcel { ready_at: parcel.ready_at.max(now), ..parcel });
                    }
                    ReplayOrder::AfterGreeting => later.push(parcel),
                }
            }
        }
        later
    }

    fn set_standing(&mut self, id: SocketId, standing: Standing) {
        if let Some(socket) = self.sockets.open.get_mut(&id) {
            socket.standing = standing;
        }
    }

    /// Withdraws the authentication of a socket.
    pub(super) fn expire_standing(&mut self, id: SocketId) {
        self.set_standing(id, Standing::Expired);
    }
}
