//! The answers to one frame, and what faults do to them.

use std::time::Duration;

use runware_types::TaskUuid;

use super::outbox::{Class, Parcel};
use super::{Outgoing, SocketId, Standing};
use crate::choices::{EmptyChecks, SyncFrames};
use crate::core::error::ErrorBody;
use crate::core::poll::Checks;
use crate::core::reply::{Push, Reply, Said, envelope};
use crate::core::request::{Request, Task};
use crate::core::store::Accepted;
use crate::core::submit::{Archived, timed_out};
use crate::core::{Core, Head, auth};
use crate::fault::Action;

/// What comes of one frame.
#[derive(Default)]
struct Answers {
    parcels: Vec<Parcel>,
    /// What was kept for the session and comes after the rest.
    replays: Vec<Parcel>,
}

impl Core {
    /// Does with a frame what the fault says, or carries it out.
    pub(super) fn suffer_frame(
        &mut self,
        now: Duration,
        id: SocketId,
        request: Result<Request<'_>, ErrorBody>,
        fault: Option<Action>,
    ) {
        match fault {
            Some(Action::Answer(answer)) => {
                self.sockets.push(id, Parcel::frame(now, Class::Transient, answer.body));
            }
            Some(Action::Hang) => {}
            Some(Action::Reset) => self.sockets.end(now, id, Outgoing::Reset),
            Some(Action::Close(code)) => self.sockets.end(now, id, Outgoing::Close(code)),
            Some(Action::Mute) => self.sockets.end(now, id, Outgoing::Mute),
            Some(Action::TokenExpired) => {
                self.expire_standing(id);
                self.sockets.push(id, Parcel::refusal(now, &auth::expired()));
            }
            fault => {
                match &fault {
                    Some(Action::Interject(text)) => {
                        self.sockets.push(id, Parcel::frame(now, Class::Transient, text.clone()));
                    }
                    Some(Action::RawBytes(bytes)) => {
                        self.sockets.push(id, Parcel::transient(now, Outgoing::Raw(bytes.clone())));
                    }
                    _ => {}
                }
                let answers = self.carry_out_frame(now, id, request, fault.as_ref());
                self.send_answers(now, id, answers, fault);
            }
        }
    }

    fn carry_out_frame(
        &mut self,
        now: Duration,
        id: SocketId,
        request: Result<Request<'_>, ErrorBody>,
        fault: Option<&Action>,
    ) -> Answers {
        let mut answers = Answers::default();
        let request = match self.let_in(id, request) {
            Ok(request) => request,
            Err(error) => {
                answers.parcels.push(Parcel::refusal(now, &error));
                return answers;
            }
        };
        if request.authentication().is_some() {
            match self.greet_socket(now, id, &request) {
                Ok((greeting, replays)) => answers = Answers { parcels: vec![greeting], replays },
                Err(parcels) => return Answers { parcels, ..Answers::default() },
            }
        }
        let work: Vec<&Task<'_>> = request.work().collect();
        if self.sockets.open.get(&id).is_none_or(|socket| socket.outbox.is_full()) {
            answers.parcels.extend(work.iter().map(|task| no_room(now, task)));
            return answers;
        }
        let archived = Archived::new(&request, self.options.choices.archived_key);
        let at_once = if self.options.choices.socket.frame_per_task { 1 } else { work.len().max(1) };
        for tasks in work.chunks(at_once) {
            answers.parcels.extend(self.answer_tasks(now, tasks, &archived, fault));
        }
        answers
    }

    /// Refuses frames of sockets that have not authenticated, and those that break a rule about lists.
    fn let_in<'a>(
        &self,
        id: SocketId,
        request: Result<Request<'a>, ErrorBody>,
    ) -> Result<Request<'a>, ErrorBody> {
        let authenticates = request.as_ref().is_ok_and(|request| request.authentication().is_some());
        match self.sockets.open.get(&id).map(|socket| socket.standing) {
            Some(Standing::Authenticated) => {}
            _ if authenticates => {}
            Some(Standing::Expired) => return Err(auth::expired()),
            Some(Standing::Stranger) | None => return Err(auth::missing()),
        }
        request.and_then(|request| self.admit(request))
    }

    /// Carries out tasks that are answered together, but for the results of synchronous ones.
    fn answer_tasks(
        &mut self,
        now: Duration,
        tasks: &[&Task<'_>],
        archived: &Archived,
        fault: Option<&Action>,
    ) -> Vec<Parcel> {
        let mut reply = Reply::in_frames(now);
        for task in tasks {
            self.dispatch(now, &Head::new(), task, archived, Checks::under(fault), &mut reply);
        }
        let all = |name: &str| tasks.iter().all(|task| task.name() == Some(name));
        let silence = self.options.choices.socket.empty_checks == EmptyChecks::Silence && all("getResponse");
        let body = match reply.said(matches!(fault, Some(Action::EmptyErrors))) {
            Some(Said::Nothing(_)) if silence => None,
            Some(Said::Nothing(body) | Said::Entries(body)) => Some(body),
            None => None,
        };
        let class = if all("ping") { Class::Transient } else { Class::Answer };
        let deliveries = std::mem::take(&mut reply.deliveries);
        let frame = body.map(|body| Parcel::frame(now, class, body).with_deliveries(deliveries));
        let pushed = reply.take_pushes().into_iter().map(|push| {
            Parcel::frame(push.ready_at, Class::Result, push.body).with_deliveries(push.deliveries)
        });
        frame.into_iter().chain(pushed).collect()
    }

    /// The frames in which the results of a synchronous task come, until `limit`.
    pub(in crate::core) fn pushes_of(
        &self,
        limit: Duration,
        uuid: TaskUuid,
        accepted: &Accepted,
    ) -> Vec<Push> {
        let writer = self.final_writer(uuid, accepted);
        let one = self.options.choices.socket.sync_frames == SyncFrames::One;
        let end = accepted.outcome.ends_at.unwrap_or(Duration::MAX);
        let mut pushes: Vec<Push> = Vec::new();
        let (mut data, mut errors, mut deliveries) = (Vec::new(), Vec::new(), Vec::new());
        for (index, planned) in (0..).zip(&accepted.outcome.results) {
            let ready_at = if one { end } else { planned.ready_at.unwrap_or(Duration::MAX) };
            if ready_at > limit {
                continue;
            }
            writer.push_ended(index, planned, &mut data, &mut errors);
            deliveries.push((uuid, index));
            if !one {
                let body = envelope(&std::mem::take(&mut data), &std::mem::take(&mut errors));
                pushes.push(Push { ready_at, body, deliveries: std::mem::take(&mut deliveries) });
            }
        }
        if !deliveries.is_empty() {
            pushes.push(Push { ready_at: end, body: envelope(&data, &errors), deliveries });
        }
        if end > limit {
            let body = envelope(&[], &[timed_out().render(Some(&accepted.written_uuid))]);
            pushes.push(Push { ready_at: limit, body, deliveries: Vec::new() });
        }
        pushes
    }

    /// Does to finished answers what the fault says, and has them sent.
    fn send_answers(&mut self, now: Duration, id: SocketId, answers: Answers, fault: Option<Action>) {
        let Answers { mut parcels, replays } = answers;
        let mut cut = false;
        match fault {
            Some(Action::HandleThenAnswer(answer)) => {
                let ready_at = parcels.iter().map(|parcel| parcel.ready_at).min().unwrap_or(now);
                parcels = vec![Parcel::frame(ready_at, Class::Transient, answer.body)];
            }
            // What was due is lost with the socket; for what comes later, the session knows that it is gone.
            Some(Action::LoseReply) => {
                parcels.retain(|parcel| parcel.ready_at > now);
                cut = true;
            }
            Some(Action::HandleThenHang) => parcels.clear(),
            Some(Action::Truncate(bytes)) => break_first(&mut parcels, bytes, Outgoing::Cut),
            Some(Action::Stall(bytes)) => break_first(&mut parcels, bytes, Outgoing::Mute),
            Some(Action::Delay(time)) => {
                parcels.iter_mut().for_each(|parcel| parcel.ready_at = parcel.ready_at.saturating_add(time));
            }
            Some(Action::Rewrite(edit)) => {
                for parcel in &mut parcels {
                    if let Outgoing::Frame(body) = &mut parcel.what {
                        *body = edit.apply(std::mem::take(body));
                    }
                }
            }
            _ => {}
        }
        let greeted_at = parcels.first().map_or(now, |greeting| greeting.ready_at);
        let replays =
            replays.into_iter().map(|parcel| Parcel { ready_at: parcel.ready_at.max(greeted_at), ..parcel });
        for parcel in parcels {
            self.sockets.push(id, parcel);
        }
        if cut {
            self.sockets.end(now, id, Outgoing::Cut);
        }
        for parcel in replays {
            self.sockets.push(id, parcel);
        }
    }
}

impl Parcel {
    /// A frame with an error that names no task.
    pub(super) fn refusal(now: Duration, error: &ErrorBody) -> Self {
        Self::frame(now, Class::Transient, envelope(&[], &[error.render(None)]))
    }
}

/// What is said of a task where too much waits to be sent already.
fn no_room(now: Duration, task: &Task<'_>) -> Parcel {
    let error = ErrorBody::new("noAvailableServer", "As many replies wait on this socket as may.");
    let body = envelope(&[], &[error.render(task.written_uuid().as_deref())]);
    Parcel::frame(now, Class::Transient, body)
}

/// Leaves so many bytes of what is sent first, and puts `then` after it.
fn break_first(parcels: &mut Vec<Parcel>, bytes: usize, then: Outgoing) {
    let first = (0..).zip(&mut *parcels).min_by_key(|(_, parcel)| parcel.ready_at);
    let Some((place, first)) = first else { return };
    let ready_at = first.ready_at;
    if let Outgoing::Frame(body) = &mut first.what {
        first.what = Outgoing::Part(std::mem::take(body), bytes);
        first.deliveries.clear();
        first.class = Class::Transient;
    }
    parcels.insert(place + 1, Parcel::transient(ready_at, then));
}
