//! What every document begins with.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use schemars::Schema;

use super::VERSION;
use super::shapes::{Object, Writer};

pub(super) struct Document {
    /// What it is of, as the end of its `$id`.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: String,
}

impl Document {
    /// Makes a schema, and what it refers to, a document.
    pub(super) fn of(self, writer: Writer, schema: Object) -> Schema {
        let mut document = writer.finish(schema);
        let id = format!("urn:runware:schema:{VERSION}:{}", self.name);
        for (keyword, value) in [
            ("$schema", "https://json-schema.org/draft/2020-12/schema".to_owned()),
            ("$id", id),
            ("title", self.title),
            ("description", self.description),
        ] {
            document.insert(keyword.to_owned(), value.into());
        }
        document.insert("x-runware-schema-version".to_owned(), VERSION.into());
        document.into()
    }
}
