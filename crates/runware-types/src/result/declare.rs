//! What typed results have in common.

/// Defines a typed result and its [`Shape`](crate::spec::Shape): `Name: "nameOfShape" [GROUPS] has ["key", …]`, where an
/// item is such a result if it has one of the keys.
macro_rules! result {
    ($(#[$meta:meta])* $name:ident: $shape:literal [$($group:ident),+] has [$($mark:literal),+]) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub struct $name(crate::Item);

        impl $name {
            pub(crate) const SHAPE: crate::spec::Shape =
                crate::spec::Shape::object($shape, &[$(Self::$group),+]).with_any_of(&[$($mark),+]);

            /// Takes an item that is such a result.
            ///
            /// # Errors
            ///
            #[doc = concat!("The item has none of the keys", $(" `", $mark, "`",)+ ".")]
            /// Other keys missing, or of an unexpected type, are no error.
            pub fn from_item(item: &crate::Item) -> Result<Self, crate::DecodeError> {
                const MARKS: &[&str] = &[$($mark),+];
                if MARKS.iter().any(|mark| item.value(mark).is_some()) {
                    return Ok(Self(item.clone()));
                }
                let detail = concat!("expected one of" $(, " `", $mark, "`")+);
                Err(crate::DecodeError::new(crate::DecodeErrorKind::Type, None, detail))
            }

            /// The item: its task, its state, and every field that has no method here.
            pub fn item(&self) -> &crate::Item {
                &self.0
            }
        }

        fields! { read $name::HEAD {
            /// The type of the task that made the result.
            _ => "taskType": crate::spec::Kind::Word(crate::TaskType::WORDS), required;
            /// The id of the task that made the result.
            _ => "taskUUID": crate::spec::Kind::Uuid, required;
            /// The state of the result.
            _ => "status": crate::spec::Kind::Word(crate::Status::WORDS);
            /// How far the result has come, in percent.
            _ => "progress": crate::spec::Kind::number(0.0, 100.0);
            /// Which of the task's results this is.
            _ => "resultIndex": crate::spec::Kind::integer(0, u32::MAX as i128);
            /// The cost of this result, if the task asked for it.
            cost(crate::Money) => "cost": crate::spec::Kind::Money;
        } }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_tuple(stringify!($name)).field(self.0.raw()).finish()
            }
        }

        /// Writes the result exactly as it came.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.raw().serialize(serializer)
            }
        }

        /// Reads what [`from_item`](Self::from_item) takes; from JSON only.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let raw = <crate::RawJson as serde::Deserialize>::deserialize(deserializer)?;
                let item = crate::Item::from_raw(raw).map_err(serde::de::Error::custom)?;
                Self::from_item(&item).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        json_schema! { $name => |writer| writer.shape(&Self::SHAPE) }
    };
}
