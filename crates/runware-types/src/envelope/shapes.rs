//! The shapes a reply can have.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bytes::Bytes;
use serde_json::value::RawValue;

use super::body::Body;
use super::entries::Entries;
use super::fields::{Elements, Fields, says_nothing};
use super::source::Source;
use super::{AnomalyKind, Envelope, Limits};
use crate::item::Index;
use crate::json::{Flaw, Scanner};
use crate::{ApiError, DecodeError, DecodeErrorKind, Item};

/// Reads a reply of any shape from `text`, which is all of `buffer`.
pub(super) fn read(buffer: &Bytes, text: &str, limits: &Limits) -> Result<Envelope, DecodeError> {
    let mut reply = Reply {
        buffer,
        text,
        limits,
        source: Source::new(buffer),
        items: Vec::new(),
        errors: Vec::new(),
        has_data: false,
        has_errors: false,
    };
    match text.trim_ascii_start().as_bytes().first() {
        Some(b'{') => reply.read_object()?,
        Some(b'[') => reply.read_list()?,
        _ => return Err(reply.no_envelope()),
    }
    Ok(Envelope {
        items: reply.items,
        errors: reply.errors,
        anomalies: reply.source.into_anomalies(),
        raw: buffer.clone(),
        has_data: reply.has_data,
        has_errors: reply.has_errors,
    })
}

/// A reply that is being read.
struct Reply<'a> {
    buffer: &'a Bytes,
    text: &'a str,
    limits: &'a Limits,
    source: Source<'a>,
    items: Vec<Item>,
    errors: Vec<ApiError>,
    has_data: bool,
    has_errors: bool,
}

impl<'a> Reply<'a> {
    fn read_object(&mut self) -> Result<(), DecodeError> {
        let mut scanner = Scanner::new(self.text, self.limits.max_depth);
        let Body { fields, entries } = Body::read(self.text, &mut scanner, self.limits.max_items)
            .map_err(|flaw| self.flawed(flaw, &scanner))?;
        self.has_data = fields.has("data");
        self.has_errors = fields.has("errors");
        let has_lists = self.has_data || self.has_errors;

        if let Some(data) = fields.get("data") {
            self.read_data(data, entries)?;
        }
        if let Some(errors) = fields.get("errors") {
            self.read_errors(errors, None)?;
        }
        if let Some(error) = fields.get_telling("error")
            && (has_lists || is_list(error))
        {
            self.read_errors(error, Some(&fields))?;
        }
        fields.note_repeated(&["data", "errors"], &mut self.source);
        let found_nothing = self.items.is_empty() && self.errors.is_empty();
        match Meaning::of(&fields) {
            // Beside empty lists, only an outright failure counts; a message may be a courtesy.
            Meaning::Failure | Meaning::Remark if found_nothing && (!has_lists || fields.tell_failure()) => {
                let raw = self.source.keep(fields.object());
                self.errors.push(ApiError::read(raw, Some(&fields), None, &mut self.source));
            }
            Meaning::Item if found_nothing && !has_lists => self.push_object(fields),
            Meaning::Nothing if !has_lists && !fields.has("error") && !fields.is_empty() => {
                return Err(self.no_envelope());
            }
            _ => fields.note_repeated(&ApiError::FIELDS, &mut self.source),
        }
        Ok(())
    }

    /// Reads a body that is a list: of errors, or of items.
    fn read_list(&mut self) -> Result<(), DecodeError> {
        let mut scanner = Scanner::new(self.text, self.limits.max_depth);
        scanner.value().and_then(|_| scanner.finish()).map_err(|flaw| self.flawed(flaw, &scanner))?;
        for element in self.elements_of(self.text)?.into_iter().map(RawValue::get) {
            let fields = Fields::read(element);
            match (fields.as_ref().map_or(Meaning::Nothing, Meaning::of), fields) {
                (Meaning::Failure | Meaning::Remark, _) => self.push_error(element, None),
                (Meaning::Item, Ok(fields)) => self.push_object(fields),
                _ => self.source.note(AnomalyKind::UnusableElement, None, element),
            }
        }
        if self.items.is_empty() && self.errors.is_empty() { Err(self.no_envelope()) } else { Ok(()) }
    }

    /// Reads the value of `data`: a list of items, or a single one.
    fn read_data(&mut self, data: &'a str, entries: Entries) -> Result<(), DecodeError> {
        if !data.starts_with(['[', '{']) {
            self.source.note(AnomalyKind::UnusableField, Some("data"), data);
            return Ok(());
        }
        if let Some(offset) = entries.surplus {
            return Err(self.too_many(offset));
        }
        let mut members = entries.members;
        members.shrink_to_fit();
        let members = Arc::new(members);
        self.items.reserve_exact(entries.list.iter().filter(|entry| entry.members.is_some()).count());
        for entry in entries.list {
            let text = entry.place.text_of(self.text);
            match entry.members {
                Some(own) => self.push_item(text, Index::part_of(&members, own.start, own.end)),
                None => self.source.note(AnomalyKind::UnusableElement, None, text),
            }
        }
        Ok(())
    }

    /// Reads the value of `errors` or `error`: a list of errors, or a single one.
    fn read_errors(&mut self, errors: &'a str, around: Option<&Fields<'a>>) -> Result<(), DecodeError> {
        if is_list(errors) {
            let elements = self.elements_of(errors)?;
            self.errors.reserve_exact(elements.iter().filter(|element| !says_nothing(element.get())).count());
            for element in elements {
                self.push_error(element.get(), around);
            }
        } else if !says_nothing(errors) {
            self.push_error(errors, around);
        }
        Ok(())
    }

    fn push_object(&mut self, fields: Fields<'a>) {
        let (object, members) = fields.into_parts();
        self.push_item(object, Index::whole(members));
    }

    fn push_item(&mut self, object: &'a str, index: Index) {
        self.items.push(Item::read(object, index, &mut self.source));
    }

    fn push_error(&mut self, value: &'a str, around: Option<&Fields<'a>>) {
        if says_nothing(value) {
            return self.source.note(AnomalyKind::UnusableElement, None, value);
        }
        let own = Fields::read(value).ok();
        let raw = self.source.keep(value);
        self.errors.push(ApiError::read(raw, own.as_ref(), around, &mut self.source));
    }

    fn elements_of(&self, list: &'a str) -> Result<Vec<&'a RawValue>, DecodeError> {
        let elements = Elements::read(list, self.limits.max_items).map_err(|error| self.malformed(&error))?;
        match elements.surplus {
            Some(surplus) => Err(self.too_many(self.source.offset_of(surplus.get()))),
            None => Ok(elements.values),
        }
    }

    fn too_many(&self, offset: usize) -> DecodeError {
        let detail = format!("a list has more than {} entries", self.limits.max_items);
        DecodeError::new(DecodeErrorKind::TooLarge, Some(offset), detail)
    }

    fn no_envelope(&self) -> DecodeError {
        match serde_json::from_str::<&RawValue>(self.text) {
            Ok(body) => {
                let offset = self.source.offset_of(body.get());
                let found = self.source.keep(body.get()).describe();
                DecodeError::new(DecodeErrorKind::NotAnEnvelope, Some(offset), found)
            }
            Err(error) => self.malformed(&error),
        }
    }

    fn flawed(&self, flaw: Flaw, scanner: &Scanner<'_>) -> DecodeError {
        match flaw {
            Flaw::TooDeep => {
                let detail = format!("at most {} levels are read", self.limits.max_depth);
                DecodeError::new(DecodeErrorKind::TooDeep, Some(scanner.offset()), detail)
            }
            // The scanner only knows that something is wrong; serde_json says what.
            Flaw::Malformed => self.no_envelope(),
        }
    }

    fn malformed(&self, error: &serde_json::Error) -> DecodeError {
        DecodeError::from_parser(error, self.buffer)
    }
}

/// What an object means that stands where an item or an error may stand.
enum Meaning {
    /// It tells of a failure in so many words.
    Failure,
    /// It names a task.
    Item,
    /// It names no task and has a message: an error of something in between, such as a gateway.
    Remark,
    Nothing,
}

impl Meaning {
    fn of(fields: &Fields<'_>) -> Self {
        if fields.tell_failure() {
            Self::Failure
        } else if fields.get("taskUUID").or(fields.get("taskType")).is_some() {
            Self::Item
        } else if fields.get_telling("message").or(fields.get_telling("errorMessage")).is_some() {
            Self::Remark
        } else {
            Self::Nothing
        }
    }
}

fn is_list(value: &str) -> bool {
    value.starts_with('[')
}
