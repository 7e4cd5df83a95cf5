//! What is documented of each object on the wire, as data.
//!
//! Every typed task and every typed result declares its fields once, with [`fields!`]: that makes the methods people
//! call, and the table that validation and JSON Schema read. There is no second place where a field is written down.

#[macro_use]
mod fields;
pub(crate) mod envelope;
mod registry;
#[cfg(test)]
mod tests;

pub(crate) use registry::{request_shape, result_shapes};

/// An object of the wire.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What people call it, in camelCase, such as `imageInference` or `lora`.
    pub(crate) name: &'static str,
    /// The `taskType` it must carry, if it is a task or an item.
    pub(crate) task_type: Option<&'static str>,
    /// Its fields, in groups that several shapes share. A later group may not repeat a key of an earlier one. Where there
    /// are none, nothing is documented of the members, and any will do: see [`Kind::OBJECT`].
    pub(crate) groups: &'static [&'static [Field]],
    /// Keys of which it must have at least one; empty if it need not have any.
    pub(crate) any_of: &'static [&'static str],
    /// Whether the server is documented to refuse keys that are not listed. All other shapes are open: a newer server,
    /// or a model, knows more keys than this crate.
    pub(crate) closed: bool,
}

/// A key of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// The documentation of the method of the same field; begins with a space. Only the schemas show it.
    #[cfg(any(test, feature = "schema"))]
    pub(crate) doc: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any JSON value: documented as such, or not documented any further.
    Any,
    Bool,
    /// A whole number without fraction or exponent, within bounds that the protocol documents.
    Integer {
        min: i128,
        max: i128,
    },
    Number {
        min: f64,
        max: f64,
    },
    /// A string, usually of so many characters; how many a model takes is its own.
    Text {
        min: u32,
        max: u32,
    },
    /// One of these strings, or one that a newer server knows.
    Word(&'static [&'static str]),
    /// Exactly this string.
    Const(&'static str),
    /// The id of a new task: a UUID, documented to be of version 4.
    NewTaskUuid,
    /// The id of a task, media file or model that exists: a UUID of any version, with or without hyphens.
    Uuid,
    /// An `http` or `https` address.
    Url,
    /// A media file to read: an id, an address, a data URI or base64.
    Media,
    /// An amount of US dollars: a JSON number.
    Money,
    Object(&'static Shape),
    List {
        of: &'static Kind,
        min: usize,
        max: usize,
    },
    /// The first of these that fits.
    OneOf(&'static [Kind]),
}

impl Shape {
    /// A task or an item, which carries this `taskType`.
    pub(crate) const fn task(name: &'static str, groups: &'static [&'static [Field]]) -> Self {
        Self { name, task_type: Some(name), groups, any_of: &[], closed: false }
    }

    /// An object inside of another.
    pub(crate) const fn object(name: &'static str, groups: &'static [&'static [Field]]) -> Self {
        Self { name, task_type: None, groups, any_of: &[], closed: false }
    }

    /// The same object, where at least one of these keys must be there.
    pub(crate) const fn with_any_of(self, keys: &'static [&'static str]) -> Self {
        Self { any_of: keys, ..self }
    }

    /// The same shape, for an object that may hold no other keys.
    pub(crate) const fn closed(self) -> Self {
        Self { closed: true, ..self }
    }

    /// The fields of all groups.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.groups.iter().copied().flatten()
    }

    pub(crate) fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.key == key)
    }
}

impl Kind {
    pub(crate) const INTEGER: Self = Self::Integer { min: i128::MIN, max: i128::MAX };
    pub(crate) const NUMBER: Self = Self::Number { min: f64::NEG_INFINITY, max: f64::INFINITY };
    pub(crate) const TEXT: Self = Self::Text { min: 0, max: u32::MAX };
    /// An object whose keys are not documented, or differ from one to the next.
    pub(crate) const OBJECT: Self = Self::Object(&Shape::object("object", &[]));
    /// A number above zero.
    pub(crate) const POSITIVE: Self = Self::Number { min: f64::MIN_POSITIVE, max: f64::INFINITY };
    /// How many of something: at least one.
    pub(crate) const COUNT: Self = Self::Integer { min: 1, max: u32::MAX as i128 };

    pub(crate) const fn integer(min: i128, max: i128) -> Self {
        Self::Integer { min, max }
    }

    pub(crate) const fn number(min: f64, max: f64) -> Self {
        Self::Number { min, max }
    }

    /// A list of any length.
    pub(crate) const fn list(of: &'static Self) -> Self {
        Self::List { of, min: 0, max: usize::MAX }
    }
}
