//! Frames: what comes, and what goes.

use bytes::Bytes;
use runware_types::Envelope;

use super::Session;
use super::auth::{self, Complaints, Verdict};
use super::event::{Event, ExchangeId};
use super::exchange::Exchange;
use super::link::{Link, Socket};
use super::routing::{Sorted, sort};
use crate::excerpt::excerpt;
use crate::{Delivery, ErrorKind, Reply, TransportError};

impl Session {
    pub(super) fn take_frame(&mut self, frame: Bytes) {
        let Link::Up(socket) = &mut self.link else { return };
        socket.keepalive.heard(self.now);
        socket.frames = socket.frames.saturating_add(1);
        let frame = match Envelope::decode_with(frame, &self.settings.limits) {
            Ok(frame) => frame,
            Err(error) => {
                // One text nobody can read must not cost the answers that come after it.
                tracing::debug!(kind = ?error.kind(), "unreadable message");
                return self.count_anomalies(1);
            }
        };
        let is_useful = if frame.is_blank() { self.take_blank(frame) } else { self.take_entries(&frame) };
        if let Link::Up(Socket { ready_since: Some(_), .. }) = &self.link
            && is_useful
        {
            self.reconnect.restart();
        }
    }

    /// Takes a frame that says nothing at all, which is how some servers acknowledge a submission, and how they say that
    /// a task is not to be seen yet. Returns whether it was of use.
    ///
    /// Whose it is cannot be known. If it ends the wrong exchange, the answer that then comes late is handed over as
    /// unclaimed.
    fn take_blank(&mut self, frame: Envelope) -> bool {
        // The answer to a check that was given up acknowledges no submission.
        let is_late = match &mut self.link {
            Link::Up(socket) => !self.ledger.has_silent_check() && socket.owed.take(self.now),
            _ => false,
        };
        let Some(id) = self.ledger.next_silent().filter(|_| !is_late) else { return false };
        self.events.push_back(Event::Reply(id, Reply::new(200, frame)));
        self.end(id, Ok(()));
        true
    }

    /// Returns whether the frame was of use.
    fn take_entries(&mut self, frame: &Envelope) -> bool {
        let renewed_after = match &self.link {
            Link::Up(socket) => socket.auth.renewed_after(),
            _ => 0,
        };
        let sorted = sort(frame, &mut self.ledger, renewed_after);
        let Sorted { replies, unclaimed, authenticated, complaints, odd, .. } = sorted;
        let is_useful = !replies.is_empty() || unclaimed.is_some();
        self.count_anomalies(odd.saturating_add(complaints.count()));
        for (id, envelope) in replies {
            self.events.push_back(Event::Reply(id, Reply::new(200, envelope)));
            self.move_on(id);
        }
        if let Some(envelope) = unclaimed {
            tracing::debug!(entries = envelope.items.len() + envelope.errors.len(), "answer to nobody");
            self.events.push_back(Event::Unclaimed(Reply::new(200, envelope)));
        }
        let is_taken = !is_useful && complaints.refuse_a_request() && self.take_refusal();
        if !is_useful && !is_taken {
            self.take_trouble(&complaints);
        }
        let Link::Up(socket) = &mut self.link else { return is_useful };
        if let Some(resumable) = authenticated
            && socket.auth.succeeded()
        {
            self.resumable = resumable;
            self.fruitless_offers = 0;
            self.note_ready();
            return is_useful;
        }
        match socket.auth.judge(&complaints, self.now, self.settings.stable_after) {
            Verdict::Nothing => {}
            Verdict::Renew if self.key.is_some() => {
                let until = self.now.saturating_add(self.settings.auth_timeout);
                // One that was answered without its name is still open.
                let answered = usize::from(complaints.answer_something());
                let under_way = self.ledger.sent_count().saturating_sub(answered);
                socket.auth.renew(self.now, until, socket.frames, under_way);
                socket.resumes = self.resumable.is_some();
            }
            Verdict::Renew => {
                if let Some(error) = complaints.into_refusal() {
                    self.refuse(error, frame);
                }
            }
            Verdict::Trouble => {
                if complaints.may_refuse_the_session() {
                    self.forget_session();
                }
                self.drop_link(ErrorKind::Connect, "the server could not authenticate the connection");
            }
            // It may be the earlier session that is not accepted.
            Verdict::Refused(_) if self.offers_session() => {
                self.forget_session();
                self.drop_link(ErrorKind::Connect, "the server did not accept the earlier session");
            }
            Verdict::Refused(error) => self.refuse(*error, frame),
        }
        is_useful
    }

    /// Takes a frame that says nothing but that a request cannot be taken as it is, and that names no task: the server
    /// refuses all of a request because it holds too many tasks, or because of one that it cannot tell. Who asked is
    /// told so, and asks again with fewer at a time.
    ///
    /// Whose it is cannot be known: the exchange that waits longest of those with several calls is taken, and none where
    /// all hold one, which nothing could be left out of. If it ends the wrong one, checks are made once more, and tasks
    /// are offered once more under their ids, with the same bytes and at least a second later: a conflict then means
    /// that the server has them. The answer that comes late is handed over as unclaimed, and says the same.
    ///
    /// Returns whether there was one.
    fn take_refusal(&mut self) -> bool {
        let Link::Up(Socket { auth, .. }) = &self.link else { return false };
        let Some(id) = self.ledger.next_silent_batch().filter(|_| auth.is_done()) else { return false };
        let message = "the server refused the tasks as a whole, without naming one";
        let error = TransportError::new(ErrorKind::Undecodable, Delivery::Answered, message);
        self.end(id, Err(error.with_status(400)));
        true
    }

    /// Takes a frame that says nothing but that there was trouble with a request, while only one is under way: a submission of
    /// which nothing was heard.
    ///
    /// Nothing proves that it is what was meant. So it is not refused for good, but offered again under its id where a
    /// limit was met, and looked for otherwise: after any other trouble the server may have it.
    fn take_trouble(&mut self, complaints: &Complaints) {
        let Link::Up(Socket { auth, .. }) = &self.link else { return };
        let Some((error, is_refused_for_now)) = complaints.trouble().filter(|_| auth.is_done()) else {
            return;
        };
        let Some(id) = self.ledger.only_silent_submission() else { return };
        let message = "the server had trouble with a request, without naming a task";
        let failure = match is_refused_for_now {
            true => TransportError::new(ErrorKind::Undecodable, Delivery::Answered, message).with_status(503),
            false => TransportError::new(ErrorKind::Timeout, Delivery::MaybeSent, message),
        };
        let text = format!("{}: {}", error.code(), error.message());
        let cause = excerpt(text.as_bytes(), self.key.as_ref());
        self.end(id, Err(failure.with_causes([cause])));
    }

    /// Ends an exchange that is answered, or waits on for the rest.
    fn move_on(&mut self, id: ExchangeId) {
        let (now, settings) = (self.now, &self.settings);
        let is_complete = self.ledger.update(id, |exchange| {
            let is_complete = exchange.is_complete();
            if !is_complete {
                exchange.linger(now, settings);
            }
            is_complete
        });
        if is_complete == Some(true) {
            self.end(id, Ok(()));
        }
    }

    /// The next frame to send.
    pub(super) fn next_frame(&mut self) -> Option<Bytes> {
        let Link::Up(socket) = &mut self.link else { return None };
        if !socket.auth.is_done() {
            let key = self.key.as_ref()?;
            let frame = socket.auth.take_frame().then(|| auth::frame(key, self.resumable.as_deref()))?;
            socket.keepalive.sent(self.now);
            return Some(frame);
        }
        if let Some(ping) = socket.keepalive.take_ping(self.now) {
            socket.keepalive.sent(self.now);
            return Some(ping);
        }
        let frames = socket.frames;
        while let Some((id, exchange)) = self.ledger.next_queued() {
            if exchange.deadline <= self.now {
                let end = exchange.time_out(frames, self.reason.as_ref());
                self.end(id, end);
                continue;
            }
            if let Some(frame) = self.ledger.send(id, self.now, frames) {
                if let Link::Up(socket) = &mut self.link {
                    socket.keepalive.sent(self.now);
                }
                return Some(frame);
            }
        }
        None
    }

    /// Ends the exchanges whose time is over.
    pub(super) fn expire(&mut self) {
        let frames = match &self.link {
            Link::Up(socket) => socket.frames,
            _ => 0,
        };
        while let Some((due, id)) = self.ledger.next_due()
            && due <= self.now
        {
            let Some(exchange) = self.ledger.remove(id) else { break };
            let end = exchange.time_out(frames, self.reason.as_ref());
            self.ledger.checks_meet_silence |= end.is_ok() && exchange.is_silent_check();
            self.note_silence(&exchange);
            self.events.push_back(Event::End(id, end));
        }
    }

    /// Notes an exchange that ended and may still be answered.
    pub(super) fn note_silence(&mut self, exchange: &Exchange) {
        if let Link::Up(socket) = &mut self.link
            && exchange.is_silent_check()
        {
            socket.owed.add(self.now);
        }
    }

    pub(super) fn end(&mut self, id: ExchangeId, end: Result<(), TransportError>) {
        self.ledger.remove(id);
        self.events.push_back(Event::End(id, end));
    }

    fn count_anomalies(&mut self, count: usize) {
        self.anomalies = self.anomalies.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }
}
