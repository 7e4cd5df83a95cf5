//! Values against the tables of what is documented.

use alloc::borrow::{Cow, ToOwned};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::findings::{Findings, Words};
use super::nearest::nearest;
use super::outline::{JsonType, Value};
use super::pointer::Place;
use super::values::{self, Allowed};
use crate::spec::{Field, Kind, Shape};
use crate::{FindingCode, Severity};

const TASK_TYPE: &str = "taskType";

/// Walks a value and gathers what is to be said about it.
pub(super) struct Checker {
    pub(super) findings: Findings,
    pub(super) side: Side,
}

/// Who wrote what is checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// A client: what is checked is a task.
    Client,
    /// A server: what is checked is a reply.
    Server,
}

/// What somebody else says about a member of an object, before its table does.
pub(super) enum Taken {
    /// The table is to look at it.
    No,
    /// All is said.
    Yes,
}

impl Checker {
    pub(super) fn new(side: Side) -> Self {
        Self { findings: Findings::default(), side }
    }

    /// Checks a value of a kind.
    pub(super) fn value(&mut self, kind: &'static Kind, place: &Place<'_, '_>) {
        match kind {
            Kind::Any => self.anything(place),
            Kind::OneOf(kinds) => self.one_of(kind, kinds, place),
            _ if !values::takes(kind, place.value.json_type()) => {
                self.findings.wrong(Severity::Error, FindingCode::WrongType, place, Allowed(kind));
            }
            Kind::Object(shape) => self.object(shape, place),
            Kind::List { of, min, max } => self.list(of, *min, *max, place),
            _ => values::check(self, kind, place),
        }
    }

    /// Looks for keys that are written twice, which no table is needed for.
    pub(super) fn anything(&mut self, place: &Place<'_, '_>) {
        self.members(place, |checker, member, _| checker.anything(member));
        for (index, element) in place.value.elements().enumerate() {
            self.anything(&place.index(index, element));
        }
    }

    /// Checks an object.
    pub(super) fn object(&mut self, shape: &'static Shape, place: &Place<'_, '_>) {
        self.object_but(shape, place, |_, _, _| Taken::No);
    }

    /// Checks an object of which `but` may take some members, by their keys.
    pub(super) fn object_but(
        &mut self,
        shape: &'static Shape,
        place: &Place<'_, '_>,
        mut but: impl FnMut(&mut Self, &str, &Place<'_, '_>) -> Taken,
    ) {
        let mut there: BTreeSet<&'static str> = BTreeSet::new();
        self.members(place, |checker, member, (name, key)| {
            let field = shape.field(name);
            there.extend(field.map(|field| field.key));
            if matches!(but(checker, name, member), Taken::Yes) {
                return;
            }
            match field {
                Some(field) => checker.field(field, member),
                None if name == TASK_TYPE && shape.task_type.is_some() => {}
                None => {
                    checker.unknown_field(shape, name, key, member);
                    checker.anything(member);
                }
            }
        });
        for field in shape.fields().filter(|field| field.required && !there.contains(field.key)) {
            self.findings.missing(Severity::Error, place, field.key, || missing(&field.kind));
        }
        if !shape.any_of.is_empty() && !shape.any_of.iter().any(|key| there.contains(key)) {
            self.findings.about(Severity::Error, FindingCode::MissingField, place, || {
                format!("has none of {}; it must have one of them", names(shape.any_of))
            });
        }
    }

    fn field(&mut self, field: &'static Field, place: &Place<'_, '_>) {
        let is_null = place.value.json_type() == JsonType::Null;
        if !is_null || matches!(field.kind, Kind::Any) {
            return self.value(&field.kind, place);
        }
        // Readers of replies take a null for absent; no page says what the service makes of one.
        let severity = if field.required { Severity::Error } else { Severity::Warning };
        self.findings.wrong(severity, FindingCode::WrongType, place, Allowed(&field.kind));
    }

    /// Visits the members of an object, each with its place and its key, and notes keys that are written twice.
    fn members(
        &mut self,
        place: &Place<'_, '_>,
        mut visit: impl FnMut(&mut Self, &Place<'_, '_>, (&str, Value<'_>)),
    ) {
        let mut seen: BTreeSet<Cow<'_, str>> = BTreeSet::new();
        for (key, value) in place.value.members() {
            let name = key.key();
            let member = place.key(&name, value);
            if key.text().is_none() {
                self.findings.about_key(
                    Severity::Error,
                    FindingCode::Malformed,
                    &member,
                    key,
                    || "is a key with half of a surrogate pair, which is no character",
                );
            }
            if seen.contains(&name) {
                self.findings.about_key(
                    Severity::Error,
                    FindingCode::RepeatedKey,
                    &member,
                    key,
                    || "is written twice; a field must have one value",
                );
            }
            visit(self, &member, (&name, key));
            seen.insert(name);
        }
    }

    fn unknown_field(&mut self, shape: &'static Shape, name: &str, key: Value<'_>, place: &Place<'_, '_>) {
        // Of an object without a table, no member is documented.
        if shape.groups.is_empty() && !shape.closed {
            return;
        }
        let severity = if shape.closed { Severity::Error } else { Severity::Warning };
        self.findings.about_key(severity, FindingCode::UnknownField, place, key, || {
            let known: Vec<&str> =
                shape.task_type.map(|_| TASK_TYPE).into_iter().chain(shape.fields().map(|f| f.key)).collect();
            let suggestion = nearest(name, known.iter().copied()).map(ToOwned::to_owned);
            let problem = match shape.closed {
                true => format!("is not a field of {}, which takes no others", shape.name),
                false => format!("is not a known field of {}", shape.name),
            };
            let allowed = shape.closed.then(|| names(&known));
            Words { problem, allowed, suggestion: suggestion.or_else(|| inside(shape, name)) }
        });
    }

    fn list(&mut self, of: &'static Kind, min: usize, max: usize, place: &Place<'_, '_>) {
        let mut length = 0;
        for (index, element) in place.value.elements().enumerate() {
            self.value(of, &place.index(index, element));
            length = index + 1;
        }
        if length < min || length > max {
            let allowed = match (min, max) {
                (min, usize::MAX) => format!("at least {min}"),
                (0, max) => format!("at most {max}"),
                (min, max) if min == max => format!("exactly {min}"),
                (min, max) => format!("{min} to {max}"),
            };
            self.findings.about(Severity::Error, FindingCode::OutOfRange, place, || Words {
                problem: format!("has {}; it must have {allowed}", values::counted(length, "element")),
                allowed: Some(format!("{allowed} elements")),
                suggestion: None,
            });
        }
    }

    /// Checks a value that may be of several kinds: against the only one of its JSON type, or against each of them.
    fn one_of(&mut self, kind: &'static Kind, kinds: &'static [Kind], place: &Place<'_, '_>) {
        let mut fitting = kinds.iter().filter(|kind| values::takes(kind, place.value.json_type()));
        match (fitting.next(), fitting.clone().next()) {
            (None, _) => self.findings.wrong(Severity::Error, FindingCode::WrongType, place, Allowed(kind)),
            (Some(only), None) => self.value(only, place),
            (Some(first), Some(_)) => {
                let trials = core::iter::once(first).chain(fitting);
                self.best_of(trials, |checker, kind| checker.value(kind, place));
            }
        }
    }

    /// Checks an object against several shapes, and says what is wrong by the one that fits best.
    pub(super) fn best_shape(&mut self, shapes: &'static [&'static Shape], place: &Place<'_, '_>) {
        self.best_of(shapes.iter(), |checker, shape| checker.object(shape, place));
    }

    /// Tries everything, and keeps the findings of the first trial of those with the fewest errors and warnings.
    fn best_of<T>(&mut self, trials: impl Iterator<Item = T>, attempt: impl Fn(&mut Self, T)) {
        let found = trials.map(|trial| {
            let mut checker = Self::new(self.side);
            attempt(&mut checker, trial);
            checker.findings
        });
        let faults = |found: &Findings| (found.count(Severity::Error), found.count(Severity::Warning));
        if let Some(best) = found.min_by_key(faults) {
            self.findings.append(best);
        }
    }
}

pub(super) fn missing(kind: &Kind) -> Words {
    let allowed = Allowed(kind).to_string();
    Words { problem: format!("is missing; it must be {allowed}"), allowed: Some(allowed), suggestion: None }
}

/// Names for a sentence: `a`, `b` and `c`.
pub(super) fn names(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Where a key that is not of this object is known: in one of the objects that are in it.
fn inside(shape: &'static Shape, name: &str) -> Option<String> {
    shape.fields().find_map(|field| match &field.kind {
        Kind::Object(inner) => inner.field(name).map(|member| format!("{}.{}", field.key, member.key)),
        _ => None,
    })
}
