//! Faults, in few words.

use runware_emulator::{Action, RequestKind, Rule};

use super::id;

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

/// Puts another text in the place of the first `from` in a reply.
pub(crate) fn replace(from: &str, to: &str) -> Action {
    let (from, to) = (from.to_owned(), to.to_owned());
    Action::rewrite(move |body| std::str::from_utf8(&body).unwrap().replacen(&from, &to, 1).into())
}
