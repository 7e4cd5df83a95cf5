//! Open string enums.

/// Defines an enum over strings of the wire that keeps every string it does not know in `Other`.
///
/// A derived `Deserialize` with an untagged last variant would accept a value like `Other("ping")`, which is not
/// equal to `Ping`; here every way in goes through `From<&str>`, so a known string always becomes its variant.
macro_rules! wire_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A string that this version does not know. Make values with `From`, which never puts a known string here.
            Other(::alloc::string::String),
        }

        impl $name {
            /// Every value this version knows, in the order of the declaration.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),+];

            /// The strings of [`KNOWN`](Self::KNOWN).
            pub const WORDS: &'static [&'static str] = &[$($text),+];

            /// The string on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Other(text.into()))
            }
        }

        impl From<::alloc::string::String> for $name {
            fn from(text: ::alloc::string::String) -> Self {
                Self::known(&text).unwrap_or(Self::Other(text))
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <::alloc::string::String as ::serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }

        #[cfg(feature = "schema")]
        json_schema! { $name => |writer| writer.kind(&crate::spec::Kind::Word(Self::WORDS)) }
    };
}

#[cfg(test)]
mod tests {
    use crate::TaskType;

    #[test]
    fn a_known_string_never_becomes_other() {
        for known in TaskType::KNOWN {
            assert_eq!(&TaskType::from(known.as_str()), known);
            assert_eq!(&TaskType::from(known.as_str().to_owned()), known);
            assert_eq!(
                &serde_json::from_str::<TaskType>(&serde_json::to_string(known).unwrap()).unwrap(),
                known
            );
        }
    }

    #[test]
    fn an_unknown_string_is_kept() {
        let text = "\"smellInference\"";
        let unknown: TaskType = serde_json::from_str(text).unwrap();
        assert_eq!(unknown, TaskType::Other("smellInference".to_owned()));
        assert_eq!(unknown.to_string(), "smellInference");
        assert_eq!(serde_json::to_string(&unknown).unwrap(), text);
    }

    #[test]
    fn what_is_no_string_is_refused() {
        let error = serde_json::from_str::<TaskType>("5").unwrap_err();
        assert!(error.to_string().starts_with("invalid type: integer `5`, expected a string"), "{error}");
    }
}
