//! A serializer that writes nothing and looks at every number.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use core::fmt;

use serde::Serialize;
use serde::ser::{self, Serializer};

use super::InvalidValue;

/// The way from the root to the value at hand. It lives on the stack: no value, no text.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Self::Root, key) => f.write_str(key),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Why the walk stopped.
#[derive(Debug)]
pub(super) struct Refused(pub(super) InvalidValue);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(InvalidValue { path: String::new(), problem: format!("cannot be written as JSON: {message}") })
    }
}

/// Looks at the value at one path.
pub(super) struct Walk<'a>(pub(super) Path<'a>);

impl Walk<'_> {
    fn number(&self, number: f64) -> Result<(), Refused> {
        let name = match number {
            number if number.is_nan() => "NaN",
            f64::INFINITY => "infinite",
            f64::NEG_INFINITY => "minus infinity",
            _ => return Ok(()),
        };
        Err(Refused(InvalidValue {
            path: self.0.to_string(),
            problem: format!("is {name}; JSON has no such number"),
        }))
    }
}

macro_rules! nothing_to_see {
    ($($method:ident($value:ty))*) => {
        $(fn $method(self, _: $value) -> Result<(), Refused> {
            Ok(())
        })*
    };
}

impl<'a> Serializer for Walk<'a> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    nothing_to_see! {
        serialize_bool(bool) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8]) serialize_unit_struct(&'static str)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
    }

    fn serialize_f32(self, number: f32) -> Result<(), Refused> {
        self.number(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Refused> {
        self.number(number)
    }

    fn serialize_none(self) -> Result<(), Refused> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Refused> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(Walk(Path::Key(&self.0, variant)))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Refused> {
        Ok(Items::of(self.0))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Refused> {
        Ok(Items::of(self.0))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Refused> {
        Ok(Items::of(self.0))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Refused> {
        Ok(Items { variant: Some(variant), ..Items::of(self.0) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Refused> {
        Ok(Members::of(self.0))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members<'a>, Refused> {
        Ok(Members::of(self.0))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Refused> {
        Ok(Members { variant: Some(variant), ..Members::of(self.0) })
    }
}

/// The items of a list.
pub(super) struct Items<'a> {
    path: Path<'a>,
    /// JSON wraps the content of an enum variant in an object with the variant's name as its key.
    variant: Option<&'static str>,
    next: usize,
}

impl<'a> Items<'a> {
    fn of(path: Path<'a>) -> Self {
        Self { path, variant: None, next: 0 }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        let list = inside(&self.path, self.variant);
        let index = self.next;
        self.next += 1;
        value.serialize(Walk(Path::Index(&list, index)))
    }
}

/// The members of an object.
pub(super) struct Members<'a> {
    path: Path<'a>,
    variant: Option<&'static str>,
    key: String,
}

impl<'a> Members<'a> {
    fn of(path: Path<'a>) -> Self {
        Self { path, variant: None, key: String::new() }
    }

    fn member<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<(), Refused> {
        let object = inside(&self.path, self.variant);
        value.serialize(Walk(Path::Key(&object, key)))
    }
}

fn inside<'a>(path: &'a Path<'a>, variant: Option<&'static str>) -> Path<'a> {
    match variant {
        Some(variant) => Path::Key(path, variant),
        None => *path,
    }
}

macro_rules! serialize_items {
    ($($compound:ident::$method:ident)*) => {
        $(impl ser::$compound for Items<'_> {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                self.item(value)
            }

            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        })*
    };
}

serialize_items! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

macro_rules! serialize_members {
    ($($compound:ident)*) => {
        $(impl ser::$compound for Members<'_> {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Refused> {
                self.member(key, value)
            }

            fn end(self) -> Result<(), Refused> {
                Ok(())
            }
        })*
    };
}

serialize_members! { SerializeStruct SerializeStructVariant }

impl ser::SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        // A key that cannot be written is the writer's to refuse; here it only names the place.
        let key = serde_json::to_string(key).unwrap_or_default();
        self.key = key.trim_matches('"').to_owned();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        self.member(&self.key, value)
    }

    fn end(self) -> Result<(), Refused> {
        Ok(())
    }
}
