//! What typed tasks have in common.
//!
//! A typed task is a [`RawTask`](super::RawTask) with names for the fields it knows. It holds nothing else, so typed and
//! untyped fields never disagree.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

/// A number that is written as an integer when it is whole: `5`, not `5.0`, as every other client writes it.
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Up to here every whole number has a binary float of its own.
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let whole = self.0 as i64;
        if whole as f64 == self.0 && self.0.abs() <= LARGEST {
            serializer.serialize_i64(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

pub(crate) fn texts(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    texts.into_iter().map(|text| text.as_ref().to_owned()).collect()
}

/// Defines a typed task and its [`Shape`](crate::spec::Shape): `Name: "wireName" [GROUPS]`, where each group is a table
/// that [`fields!`] declares. Behind it `, needs ["key", …]` if one of these keys has to be there, and `closed` if the task
/// may hold nothing else.
macro_rules! task {
    ($(#[$meta:meta])* $name:ident: $wire:literal [$($group:ident),+] $(, needs [$($need:literal),+])? $($closed:ident)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub(super) crate::RawTask);

        impl $name {
            pub(crate) const SHAPE: crate::spec::Shape =
                crate::spec::Shape::task($wire, &[$(Self::$group),+])
                    $(.with_any_of(&[$($need),+]))?
                    $(.$closed())?;
        }

        impl From<$name> for crate::RawTask {
            fn from(task: $name) -> Self {
                task.0
            }
        }

        impl AsRef<crate::RawTask> for $name {
            fn as_ref(&self) -> &crate::RawTask {
                &self.0
            }
        }

        /// Takes a task of this type; one of another type, or one that cannot be sent, is an error.
        impl TryFrom<crate::RawTask> for $name {
            type Error = crate::InvalidTask;

            fn try_from(task: crate::RawTask) -> Result<Self, crate::InvalidTask> {
                task.expect_type($wire).map(Self)
            }
        }

        /// Reads what [`RawTask::from_json`](crate::RawTask::from_json) reads, if it is of this type; from JSON only.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let task = <crate::RawTask as serde::Deserialize>::deserialize(deserializer)?;
                Self::try_from(task).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        json_schema! { $name => |writer| writer.shape(&Self::SHAPE) }
    };
}

/// Adds what every task with an id has: its id, any other parameter, and [`prepare`](crate::RawTask::prepare).
macro_rules! tracked {
    ($name:ident) => {
        fields! { write $name::ID {
            /// The id of the task, which must be of version 4; [`prepare`](Self::prepare) gives one where it is not set.
            task_uuid(crate::TaskUuid) => "taskUUID": crate::spec::Kind::NewTaskUuid;
        } }

        impl $name {
            /// Sets any other field; see [`RawTask::set`](crate::RawTask::set).
            #[must_use]
            pub fn param(self, key: &str, value: impl serde::Serialize) -> Self {
                Self(self.0.set(key, value))
            }

            /// Fixes the id and the bytes; see [`RawTask::prepare`](crate::RawTask::prepare).
            ///
            /// # Errors
            ///
            /// A setter was given something that cannot be sent, such as a NaN, or the id is not of version 4.
            pub fn prepare(self, uuid: crate::TaskUuid) -> Result<crate::Prepared, crate::InvalidTask> {
                self.0.prepare(uuid)
            }
        }
    };
}

/// Adds what a task without an id of its own has: its bytes as they are.
macro_rules! untracked {
    ($name:ident) => {
        impl $name {
            /// Writes the task as one member of a request's array; see [`encode_request`](crate::encode_request).
            pub fn encode(&self) -> bytes::Bytes {
                self.0.write(None)
            }
        }
    };
}

/// Adds the fields that all generation tasks take: the tables `ID` and `GENERATION`.
macro_rules! generation {
    ($name:ident) => {
        tracked! { $name }

        fields! { write $name::GENERATION {
            /// How the results are delivered.
            delivery_method(into crate::DeliveryMethod) => "deliveryMethod": crate::spec::Kind::Word(crate::DeliveryMethod::WORDS);
            /// An address that the service posts the results to.
            webhook_url(text) => "webhookURL": crate::spec::Kind::Url;
            /// Whether results come with their cost; off if not set.
            include_cost(bool) => "includeCost": crate::spec::Kind::Bool;
        } }
    };
}

/// Adds the field `routing`: the table `ROUTING`.
macro_rules! routing {
    ($name:ident) => {
        fields! { write $name::ROUTING {
            /// How the task is routed: an object whose members are not documented.
            routing(json) => "routing": crate::spec::Kind::OBJECT;
        } }
    };
}

/// Adds the required field `model`, which the constructor sets: the table `MODEL`.
macro_rules! model {
    ($name:ident) => {
        fields! { write $name::MODEL {
            /// The model, named by its AIR id.
            _ => "model": crate::spec::Kind::TEXT, required;
        } }
    };
}

/// Adds the field `numberResults`: the table `COUNT`.
macro_rules! number_results {
    ($name:ident) => {
        fields! { write $name::COUNT {
            /// How many results to make; 1 if not set. Each is paid for.
            number_results(u32) => "numberResults": crate::spec::Kind::COUNT;
        } }
    };
}

/// Adds the fields of tasks that make media files of these forms and formats: the table `FILES`.
macro_rules! media_files {
    ($name:ident, $types:expr, $formats:expr) => {
        fields! { write $name::FILES {
            /// The form in which a result is handed over.
            output_type(into crate::OutputType) => "outputType": crate::spec::Kind::OneOf(&[
                crate::spec::Kind::Word($types),
                // Older clients send a list.
                crate::spec::Kind::list(&crate::spec::Kind::Word($types)),
            ]);
            /// The file format of a result.
            output_format(into crate::OutputFormat) => "outputFormat": crate::spec::Kind::Word($formats);
            /// An address that the service uploads the bytes of each result to, with `PUT`.
            upload_endpoint(text) => "uploadEndpoint": crate::spec::Kind::Url;
            /// How long the address of a result lives, in seconds, at least 60.
            ttl(u32) => "ttl": crate::spec::Kind::integer(60, u32::MAX as i128);
        } }
    };
}

/// Adds the field of tasks that compress what they make: the table `QUALITY`.
macro_rules! output_quality {
    ($name:ident) => {
        fields! { write $name::QUALITY {
            /// How much to keep when compressing, from 20 to 99; 95 if not set.
            output_quality(u32) => "outputQuality": crate::spec::Kind::integer(20, 99);
        } }
    };
}

/// Adds the fields of a safety check: the tables `SAFETY` and, for its members, `SAFETY_CHECK`.
macro_rules! safety {
    ($name:ident) => {
        fields! { write $name::SAFETY {
            /// The safety check: see [`check_content`](Self::check_content) and [`safety_mode`](Self::safety_mode).
            _ => "safety": crate::spec::Kind::Object(&crate::spec::Shape::object("safety", &[$name::SAFETY_CHECK]));
        } }

        fields! { write $name::SAFETY_CHECK in "safety" {
            /// Whether results are checked for adult content; off if not set.
            check_content(bool) => "checkContent": crate::spec::Kind::Bool;
            /// How thoroughly to check; wins over [`check_content`](Self::check_content).
            safety_mode(into crate::SafetyMode) => "mode": crate::spec::Kind::Word(crate::SafetyMode::WORDS);
        } }
    };
}
