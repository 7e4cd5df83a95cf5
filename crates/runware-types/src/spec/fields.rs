//! The macro that declares the fields of an object: once, for its methods and for its table.

/// Declares fields of a type: a table of them, and a method for each that has a name.
///
/// ```text
/// fields! { write ImageInference::OWN {
///     /// The width in pixels.
///     width(u32) => "width": Kind::COUNT;
///     /// Filled in by the constructor.
///     _ => "model": Kind::TEXT, required;
/// } }
/// ```
///
/// * `write` makes builder methods that set the field. The argument is `text` (anything like a string), `texts`, `number`
///   (an `f64`), `media` (a [`MediaInput`](crate::MediaInput)), `json` (anything that serde can write), `push media` or
///   `push json` (adds one to a list), `into T` (for open enums) or a type.
/// * `write … in "inputs"` sets members of the object in that field.
/// * `read` makes methods that read the field: `text` (borrowed where the JSON has no escapes), `texts` (numbers count as
///   their digits), `part T` and `parts T` (JSON or objects that share the result's memory), or a type that serde reads.
///   A value of another type counts as absent, an element of another type is left out.
/// * `table` makes no methods.
macro_rules! fields {
    (table $table:ident { $($rows:tt)* }) => {
        pub(crate) const $table: &[crate::spec::Field] = fields!(@table $($rows)*);
    };
    ($mode:ident $type:ident :: $table:ident { $($rows:tt)* }) => {
        fields! { @methods $mode $type $table [] $($rows)* }
    };
    ($mode:ident $type:ident :: $table:ident in $parent:literal { $($rows:tt)* }) => {
        fields! { @methods $mode $type $table [$parent] $($rows)* }
    };

    (@table $(
        $(#[doc = $doc:literal])+
        $method:tt $(($($argument:tt)+))? => $key:literal: $kind:expr $(, $required:ident)?;
    )*) => {
        &[$(crate::spec::Field {
            key: $key,
            kind: $kind,
            required: fields!(@required $($required)?),
            #[cfg(any(test, feature = "schema"))]
            doc: concat!($($doc),+),
        }),*]
    };
    (@required) => { false };
    (@required required) => { true };

    (@methods $mode:ident $type:ident $table:ident $parent:tt $(
        $(#[doc = $doc:literal])+
        $method:tt $(($($argument:tt)+))? => $key:literal: $kind:expr $(, $required:ident)?;
    )*) => {
        impl $type {
            pub(crate) const $table: &'static [crate::spec::Field] = fields!(@table $(
                $(#[doc = $doc])+ $method => $key: $kind $(, $required)?;
            )*);
            $(fields! { @$mode [$(#[doc = $doc])+] $method ($($($argument)+)?) $parent $key })*
        }
    };

    (@$mode:ident $docs:tt _ $argument:tt $parent:tt $key:literal) => {};

    (@write [$($doc:tt)+] $method:ident (text) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, text: impl AsRef<str>) -> Self {
            fields!(@set self, $parent, $key, text.as_ref())
        }
    };
    (@write [$($doc:tt)+] $method:ident (texts) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
            fields!(@set self, $parent, $key, crate::task::texts(texts))
        }
    };
    (@write [$($doc:tt)+] $method:ident (number) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, number: f64) -> Self {
            fields!(@set self, $parent, $key, crate::task::Number(number))
        }
    };
    (@write [$($doc:tt)+] $method:ident (media) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, media: impl Into<crate::MediaInput>) -> Self {
            fields!(@set self, $parent, $key, media.into())
        }
    };
    (@write [$($doc:tt)+] $method:ident (push media) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, media: impl Into<crate::MediaInput>) -> Self {
            fields!(@push self, $parent, $key, media.into())
        }
    };
    (@write [$($doc:tt)+] $method:ident (json) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, value: impl serde::Serialize) -> Self {
            fields!(@set self, $parent, $key, value)
        }
    };
    (@write [$($doc:tt)+] $method:ident (push json) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, value: impl serde::Serialize) -> Self {
            fields!(@push self, $parent, $key, value)
        }
    };
    (@write [$($doc:tt)+] $method:ident (into $type:ty) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, value: impl Into<$type>) -> Self {
            fields!(@set self, $parent, $key, value.into())
        }
    };
    (@write [$($doc:tt)+] $method:ident ($type:ty) $parent:tt $key:literal) => {
        $($doc)+
        #[must_use]
        pub fn $method(self, value: $type) -> Self {
            fields!(@set self, $parent, $key, value)
        }
    };
    (@set $self:ident, [], $key:literal, $value:expr) => { Self($self.0.set($key, $value)) };
    (@set $self:ident, [$parent:literal], $key:literal, $value:expr) => {
        Self($self.0.set_inside($parent, $key, $value))
    };
    (@push $self:ident, [], $key:literal, $value:expr) => { Self($self.0.append($key, $value)) };
    (@push $self:ident, [$parent:literal], $key:literal, $value:expr) => {
        Self($self.0.append_inside($parent, $key, $value))
    };

    (@read [$($doc:tt)+] $method:ident (text) [] $key:literal) => {
        $($doc)+
        pub fn $method(&self) -> Option<alloc::borrow::Cow<'_, str>> {
            self.0.value($key).and_then(crate::json::text)
        }
    };
    (@read [$($doc:tt)+] $method:ident (texts) [] $key:literal) => {
        $($doc)+
        pub fn $method(&self) -> alloc::vec::Vec<alloc::string::String> {
            self.0.value($key).map(crate::result::texts).unwrap_or_default()
        }
    };
    (@read [$($doc:tt)+] $method:ident (part $type:ty) [] $key:literal) => {
        $($doc)+
        pub fn $method(&self) -> Option<$type> {
            self.0.value($key).and_then(|value| crate::result::part(self.0.raw(), value))
        }
    };
    (@read [$($doc:tt)+] $method:ident (parts $type:ty) [] $key:literal) => {
        $($doc)+
        pub fn $method(&self) -> alloc::vec::Vec<$type> {
            self.0.value($key).map(|value| crate::result::parts(self.0.raw(), value)).unwrap_or_default()
        }
    };
    (@read [$($doc:tt)+] $method:ident ($type:ty) [] $key:literal) => {
        $($doc)+
        pub fn $method(&self) -> Option<$type> {
            self.0.value($key).and_then(|value| serde_json::from_str(value).ok())
        }
    };
}
