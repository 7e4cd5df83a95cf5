//! What typed tasks have in common.
//!
//! A typed task is a [`RawTask`](super::RawTask) with names for the fields it knows. It holds nothing else, so typed and
//! untyped fields never disagree.

use serde::{Serialize, Serializer};

/// A number that is written as an integer when it is whole: `5`, not `5.0`, as every other client writes it.
pub(super) struct Number(pub(super) f64);

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

/// Defines a typed task and the setters that all of its kind have.
macro_rules! generation_task {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(crate::RawTask);

        setters! { $name {
            /// Gives the task an id of the caller's, which must be of version 4.
            task_uuid: (crate::TaskUuid) => "taskUUID";
            /// How many results to make; 1 if not set. Each is paid for.
            number_results: (u32) => "numberResults";
            /// Whether results come with their cost; off if not set.
            include_cost: (bool) => "includeCost";
            /// How the results are delivered.
            delivery_method: (crate::DeliveryMethod) => "deliveryMethod";
            /// An address that the service posts the results to.
            webhook_url: (text) => "webhookURL";
            /// An address that the service uploads the bytes of each result to, with `PUT`.
            upload_endpoint: (text) => "uploadEndpoint";
            /// How long the address of a result lives, in seconds, at least 60.
            ttl: (u32) => "ttl";
            /// How much of the picture to keep when compressing, from 20 to 99; 95 if not set.
            output_quality: (u32) => "outputQuality";
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

        impl From<$name> for crate::RawTask {
            fn from(task: $name) -> Self {
                task.0
            }
        }
    };
}

/// Defines setters: `method: (type) => "key";`, where `text` is anything like a string and `number` an `f64`.
macro_rules! setters {
    ($task:ident { $($(#[$meta:meta])* $method:ident: ($($kind:tt)+) => $key:literal $(. $member:literal)?;)+ }) => {
        impl $task {
            $(setters! { @method [$(#[$meta])*] $method ($($kind)+) $key $($member)? })+
        }
    };
    (@method [$($meta:tt)*] $method:ident (text) $($path:literal)+) => {
        $($meta)*
        #[must_use]
        pub fn $method(self, text: impl AsRef<str>) -> Self {
            setters!(@set self text.as_ref(), $($path)+)
        }
    };
    (@method [$($meta:tt)*] $method:ident (number) $($path:literal)+) => {
        $($meta)*
        #[must_use]
        pub fn $method(self, number: f64) -> Self {
            setters!(@set self crate::task::common::Number(number), $($path)+)
        }
    };
    (@method [$($meta:tt)*] $method:ident ($type:ty) $($path:literal)+) => {
        $($meta)*
        #[must_use]
        pub fn $method(self, value: $type) -> Self {
            setters!(@set self value, $($path)+)
        }
    };
    (@set $self:ident $value:expr, $key:literal) => { Self($self.0.set($key, $value)) };
    (@set $self:ident $value:expr, $key:literal $member:literal) => { Self($self.0.set_inside($key, $member, $value)) };
}
