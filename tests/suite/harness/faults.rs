//! Faults, in few words.

use runware_emulator::{Action, Answer, RequestKind, Rule};

use super::{Way, World, id};

/// A fault that strikes submissions.
pub(crate) fn on_submit(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Submit)
}

/// A fault that strikes status checks.
pub(crate) fn on_check(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Status)
}

/// A fault that strikes questions to the archive.
pub(crate) fn on_details(action: Action) -> Rule {
    Rule::new(action).kind(RequestKind::Details)
}

/// The archive's answer that there is no such task (Task Details page), in place of what it has.
pub(crate) fn not_found(name: &str) -> Action {
    let body = format!(r#"{{"data":[],"errors":[{{"code":"taskNotFound","taskUUID":"{}"}}]}}"#, id(name));
    Action::rewrite(move |_| body.clone().into())
}

/// The error of a server that does not do what it is asked.
///
/// Over HTTP it needs to name nobody, since it has a status and answers one request. Over a socket an error that names
/// nobody answers nobody, so that one comes for each task.
pub(crate) fn trouble(status: u16, code: &str) -> Answer {
    match Way::chosen() {
        Way::Http => Answer::error(status, code),
        Way::WebSocket => Answer::error_for_each(status, code),
    }
}

/// From now on, the key is not accepted any more over a socket: neither what is asked with the authentication there was,
/// nor a new one. It works again after `count` attempts to authenticate.
pub(crate) fn revoke_key(world: &World, count: u64) {
    world.inject(on_check(Action::TokenExpired).nth(1));
    let refused = Action::Answer(Answer::error(401, "invalidApiKey"));
    world.inject(Rule::new(refused).kind(RequestKind::Authenticate).first(count));
}

/// Puts another text in the place of the first `from` in a reply.
pub(crate) fn replace(from: &str, to: &str) -> Action {
    let (from, to) = (from.to_owned(), to.to_owned());
    Action::rewrite(move |body| std::str::from_utf8(&body).unwrap().replacen(&from, &to, 1).into())
}
