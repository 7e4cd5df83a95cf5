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
            /// Other keys missing, or of an unexpected type, are no error, and the state of the item makes no difference.
            pub fn from_item(item: &crate::Item) -> Result<Self, crate::DecodeError> {
                if Self::fits(item) {
                    return Ok(Self(item.clone()));
                }
                let detail = concat!("expected one of" $(, " `", $mark, "`")+);
                Err(crate::DecodeError::new(crate::DecodeErrorKind::Type, None, detail))
            }

            pub(crate) fn fits(item: &crate::Item) -> bool {
                [$($mark),+].iter().any(|mark| item.has(mark))
            }

            /// The item: its task, its state, and every field that has no method here.
            pub fn item(&self) -> &crate::Item {
                &self.0
            }

            /// The item that the result was made of.
            pub fn into_item(self) -> crate::Item {
                self.0
            }

            /// Names an item that [`fits`](Self::fits).
            pub(super) fn of(item: crate::Item) -> Self {
                Self(item)
            }
        }

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

/// Adds the fields that results of generation tasks have: the table `HEAD`.
macro_rules! generated {
    ($name:ident) => {
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
            _ => "cost": crate::spec::Kind::Money;
        } }

        impl $name {
            /// The cost of this result, if the task asked for it.
            pub fn cost(&self) -> Option<crate::Money> {
                self.0.cost()
            }
        }
    };
}

/// Adds the fields that the answers to other tasks have: the table `HEAD`.
macro_rules! answered {
    ($name:ident: $task_type:literal) => {
        fields! { read $name::HEAD {
            /// The type of the task that is answered.
            _ => "taskType": crate::spec::Kind::Const($task_type), required;
            /// The id of the task that is answered.
            _ => "taskUUID": crate::spec::Kind::Uuid, required;
        } }
    };
}

/// Adds the one way to ask for the media of a result.
macro_rules! with_media {
    ($name:ident) => {
        impl $name {
            /// The media file, in the form it was delivered in; of several, the first. See
            /// [`Item::media`](crate::Item::media).
            pub fn media(&self) -> Option<crate::Media<'_>> {
                self.0.media()
            }

            /// Every media file of the result; see [`Item::all_media`](crate::Item::all_media).
            pub fn all_media(&self) -> alloc::vec::Vec<crate::Media<'_>> {
                self.0.all_media()
            }
        }
    };
}

/// Adds the files in a field `outputs`: the table `OUTPUTS`.
macro_rules! with_outputs {
    ($name:ident) => {
        fields! { read $name::OUTPUTS {
            /// What was made, files and whatever else the model gives.
            outputs(part crate::Outputs) => "outputs": crate::spec::Kind::Object(&crate::Outputs::SHAPE), required;
        } }

        impl $name {
            /// The files of the [`outputs`](Self::outputs); none if there are none.
            pub fn files(&self) -> alloc::vec::Vec<crate::OutputFile> {
                self.outputs().map(|outputs| outputs.files()).unwrap_or_default()
            }
        }
    };
}
