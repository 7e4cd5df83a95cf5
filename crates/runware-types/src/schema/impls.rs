//! `JsonSchema` for the types of this crate.

use schemars::Schema;
use serde_json::json;

use super::shapes::{Object, Writer, object};
use crate::spec::Kind;
use crate::{MediaInput, Money, RawJson, RawTask, RequestHash, TaskUuid};

/// Implements `JsonSchema` by what a [`Writer`] writes.
macro_rules! json_schema {
    ($name:ident => $write:expr) => {
        /// Nothing is referred to: the schema is the same wherever it is put.
        impl schemars::JsonSchema for $name {
            fn schema_name() -> alloc::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> alloc::borrow::Cow<'static, str> {
                concat!("runware_types::", stringify!($name)).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::part($write)
            }
        }
    };
}

/// A schema that becomes part of somebody else's document.
pub(crate) fn part(write: impl FnOnce(&mut Writer) -> Object) -> Schema {
    write(&mut Writer::in_place()).into()
}

json_schema! { TaskUuid => |writer| writer.kind(&Kind::Uuid) }
json_schema! { Money => |writer| writer.kind(&Kind::Money) }
json_schema! { MediaInput => |writer| writer.kind(&Kind::Media) }
json_schema! { RawJson => |_| Object::new() }
json_schema! { RawTask => |_| object(json!({
    "type": "object",
    "properties": { "taskType": { "type": "string", "minLength": 1 } },
    "required": ["taskType"],
    "additionalProperties": true,
    "x-runware-open": true,
})) }
json_schema! { RequestHash => |_| object(json!({ "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" })) }
