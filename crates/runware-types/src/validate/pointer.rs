//! The way from the root of a value to one that is inside.

use core::fmt;

use super::outline::Value;
use crate::json;

/// A JSON pointer that lives on the stack: it becomes text only where something is found.
#[derive(Clone, Copy)]
pub(super) enum Pointer<'p> {
    Root,
    Key(&'p Pointer<'p>, &'p str),
    Index(&'p Pointer<'p>, usize),
}

/// RFC 6901.
impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Index(parent, index) => write!(f, "{parent}/{index}"),
            Self::Key(parent, key) => {
                write!(f, "{parent}/")?;
                key.split_inclusive(['~', '/']).try_for_each(|part| {
                    match (part.strip_suffix('~'), part.strip_suffix('/')) {
                        (Some(before), _) => write!(f, "{before}~0"),
                        (_, Some(before)) => write!(f, "{before}~1"),
                        _ => f.write_str(part),
                    }
                })
            }
        }
    }
}

/// A value and the way to it.
#[derive(Clone, Copy)]
pub(super) struct Place<'p, 'a> {
    pub(super) pointer: Pointer<'p>,
    pub(super) value: Value<'a>,
}

impl<'a> Place<'_, 'a> {
    pub(super) fn root(value: Value<'a>) -> Self {
        Self { pointer: Pointer::Root, value }
    }

    /// The place of a value that is in this object.
    pub(super) fn key<'q>(&'q self, key: &'q str, value: Value<'a>) -> Place<'q, 'a> {
        Place { pointer: Pointer::Key(&self.pointer, key), value }
    }

    /// The place of a value that is in this array.
    pub(super) fn index(&self, index: usize, value: Value<'a>) -> Place<'_, 'a> {
        Place { pointer: Pointer::Index(&self.pointer, index), value }
    }

    /// Whether the value must not be shown: its key, or that of a value around it, is one of a secret.
    pub(super) fn is_secret(&self) -> bool {
        let mut pointer = &self.pointer;
        loop {
            pointer = match pointer {
                Pointer::Root => return false,
                Pointer::Key(_, key) if json::is_secret(key) => return true,
                Pointer::Key(around, _) | Pointer::Index(around, _) => around,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn tildes_and_slashes_are_escaped() {
        let list = Pointer::Key(&Pointer::Root, "a/b~c//");
        let item = Pointer::Index(&list, 3);
        assert_eq!(Pointer::Key(&item, "").to_string(), "/a~1b~0c~1~1/3/");
        assert_eq!(Pointer::Key(&Pointer::Root, "ä~").to_string(), "/ä~0");
        assert_eq!(Pointer::Root.to_string(), "");
    }
}
