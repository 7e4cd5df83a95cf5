//! The shapes a reply can have.

use alloc::format;
use alloc::vec::Vec;
use bytes::Bytes;
use serde_json::value::RawValue;

use super::fields::{Elements, Fields, says_nothing};
use super::source::Source;
use super::{AnomalyKind, Envelope};
use crate::{ApiError, DecodeError, DecodeErrorKind, Item};

/// Reads a reply of any shape from `text`, which is all of `buffer`.
pub(super) fn read(buffer: &Bytes, text: &str, max_items: usize) -> Result<Envelope, DecodeError> {
    let mut reply = Reply {
        buffer,
        text,
        max_items,
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
        anomalies: reply.source.anomalies,
        raw: buffer.clone(),
        has_data: reply.has_data,
        has_errors: reply.has_errors,
    })
}

/// A reply that is being read.
struct Reply<'a> {
    buffer: &'a Bytes,
    text: &'a str,
    max_items: usize,
    source: Source<'a>,
    items: Vec<Item>,
    errors: Vec<ApiError>,
    has_data: bool,
    has_errors: bool,
}

impl<'a> Reply<'a> {
    fn read_object(&mut self) -> Result<(), DecodeError> {
        let fields = Fields::read(self.text, &[&ApiError::FIELDS, &["data", "errors"]])
            .map_err(|error| self.malformed(&error))?;
        self.has_data = fields.has("data");
        self.has_errors = fields.has("errors");
        let has_lists = self.has_data || self.has_errors;

        if let Some(data) = fields.get("data") {
            self.read_data(data)?;
        }
        if let Some(errors) = fields.get("errors") {
            self.read_errors(errors, None)?;
        }
        if let Some(error) = fields.get_telling("error")
            && (has_lists || is_list(error))
        {
            self.read_errors(error, Some(&fields))?;
        }
        let found_nothing = self.items.is_empty() && self.errors.is_empty();
        match Meaning::of(&fields) {
            // Beside empty lists, only an outright failure counts; a message may be a courtesy.
            Meaning::Failure | Meaning::Remark if found_nothing && (!has_lists || fields.tell_failure()) => {
                let raw = self.source.keep(self.body()?);
                self.errors.push(ApiError::read(raw, Some(&fields), None, &mut self.source));
            }
            Meaning::Item if found_nothing && !has_lists => self.push_item(self.body()?),
            Meaning::Nothing if !has_lists && !fields.has("error") && !fields.is_empty() => {
                return Err(self.no_envelope());
            }
            _ => fields.note_repeated(&mut self.source),
        }
        Ok(())
    }

    /// Reads a body that is a list: of errors, or of items.
    fn read_list(&mut self) -> Result<(), DecodeError> {
        for element in self.elements_of(self.text)? {
            let fields = ApiError::fields_of(element.get());
            match fields.as_ref().map_or(Meaning::Nothing, Meaning::of) {
                Meaning::Failure | Meaning::Remark => self.push_error(element, None),
                Meaning::Item => self.push_item(element),
                Meaning::Nothing => self.source.note(AnomalyKind::UnusableElement, None, element),
            }
        }
        if self.items.is_empty() && self.errors.is_empty() { Err(self.no_envelope()) } else { Ok(()) }
    }

    /// Reads the value of `data`: a list of items, or a single one.
    fn read_data(&mut self, data: &'a RawValue) -> Result<(), DecodeError> {
        if is_list(data) {
            for element in self.elements_of(data.get())? {
                self.push_item(element);
            }
        } else if data.get().starts_with('{') {
            self.push_item(data);
        } else {
            self.source.note(AnomalyKind::UnusableField, Some("data"), data);
        }
        Ok(())
    }

    /// Reads the value of `errors` or `error`: a list of errors, or a single one.
    fn read_errors(&mut self, errors: &'a RawValue, around: Option<&Fields<'a>>) -> Result<(), DecodeError> {
        if is_list(errors) {
            for element in self.elements_of(errors.get())? {
                self.push_error(element, around);
            }
        } else if !says_nothing(errors) {
            self.push_error(errors, around);
        }
        Ok(())
    }

    fn push_item(&mut self, value: &'a RawValue) {
        match Item::fields_of(value.get()) {
            Ok(fields) => self.items.push(Item::read(self.source.keep(value), &fields, &mut self.source)),
            Err(_) => self.source.note(AnomalyKind::UnusableElement, None, value),
        }
    }

    fn push_error(&mut self, value: &'a RawValue, around: Option<&Fields<'a>>) {
        if says_nothing(value) {
            return self.source.note(AnomalyKind::UnusableElement, None, value);
        }
        let own = ApiError::fields_of(value.get()).ok();
        let raw = self.source.keep(value);
        self.errors.push(ApiError::read(raw, own.as_ref(), around, &mut self.source));
    }

    fn elements_of(&self, list: &'a str) -> Result<Vec<&'a RawValue>, DecodeError> {
        let elements = Elements::read(list, self.max_items).map_err(|error| self.malformed(&error))?;
        let Some(surplus) = elements.surplus else { return Ok(elements.values) };
        let detail = format!("a list has more than {} entries", self.max_items);
        Err(DecodeError::new(DecodeErrorKind::TooLarge, Some(self.source.offset_of(surplus)), detail))
    }

    fn body(&self) -> Result<&'a RawValue, DecodeError> {
        serde_json::from_str(self.text).map_err(|error| self.malformed(&error))
    }

    fn no_envelope(&self) -> DecodeError {
        match self.body() {
            Ok(body) => {
                let offset = self.source.offset_of(body);
                let found = self.source.keep(body).describe();
                DecodeError::new(DecodeErrorKind::NotAnEnvelope, Some(offset), found)
            }
            Err(malformed) => malformed,
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

fn is_list(value: &RawValue) -> bool {
    value.get().starts_with('[')
}
