//! How structs and words are read from JSON and written as JSON, said once for both.

/// A struct as an object: its fields in the order in which they are written, each as it is called.
///
/// `strict` ones refuse fields they do not know, `lenient` ones do not; `read` ones are lenient and never
/// written, `written` ones never read. A field that is `required` must be there; what is absent of the others is
/// as in the type's default, or in what stands after `from`. One with `omitempty` is not written if it says
/// nothing, and one with `flatten` has its own fields in the same object. No field can be forgotten: that does
/// not compile.
///
/// `as_json! { strict Setup; client required, note omitempty }`
macro_rules! as_json {
    (strict $type:ty $(, from $from:expr)?; $($fields:tt)*) => {
        $crate::nats::json::as_json! { @read true, $type, [$($from)?], $($fields)* }
        $crate::nats::json::as_json! { @write $type, $($fields)* }
    };
    (lenient $type:ty $(, from $from:expr)?; $($fields:tt)*) => {
        $crate::nats::json::as_json! { @read false, $type, [$($from)?], $($fields)* }
        $crate::nats::json::as_json! { @write $type, $($fields)* }
    };
    (read $type:ty $(, from $from:expr)?; $($fields:tt)*) => {
        $crate::nats::json::as_json! { @read false, $type, [$($from)?], $($fields)* }
    };
    (written $type:ty; $($fields:tt)*) => {
        $crate::nats::json::as_json! { @write $type, $($fields)* }
    };
    (@read $strict:literal, $type:ty, [$($from:expr)?], $($field:ident $($how:ident)?),+ $(,)?) => {
        impl $crate::nats::json::Fields for $type {
            fn fields(&mut self, object: &mut $crate::nats::json::Object<'_>) {
                let Self { $($field),+ } = self;
                $($crate::nats::json::as_json!(@field_read object, $field $($how)?);)+
            }
        }

        impl $crate::nats::json::FromJson for $type {
            fn from_json(value: &serde_json::Value) -> $crate::nats::json::Result<Self> {
                let mut it = $crate::nats::json::as_json!(@from $($from)?);
                it.read_into(value)?;
                Ok(it)
            }

            fn read_into(&mut self, value: &serde_json::Value) -> $crate::nats::json::Result<()> {
                $crate::nats::json::read_fields(self, value, $strict)
            }
        }
    };
    (@write $type:ty, $($field:ident $($how:ident)?),+ $(,)?) => {
        impl $crate::nats::json::WriteFields for $type {
            fn write_fields(&self, to: &mut $crate::nats::json::Writer) {
                let Self { $($field),+ } = self;
                $($crate::nats::json::as_json!(@field_write to, $field $($how)?);)+
            }
        }

        impl $crate::nats::json::ToJson for $type {
            fn write(&self, to: &mut $crate::nats::json::Writer) {
                to.object(self);
            }
        }
    };
    (@from) => { Self::default() };
    (@from $from:expr) => { $from };
    (@field_read $object:ident, $field:ident required) => {
        $object.needs(stringify!($field), $field)
    };
    (@field_read $object:ident, $field:ident $($how:ident)?) => {
        $object.has(stringify!($field), $field)
    };
    (@field_write $to:ident, $field:ident omitempty) => { $to.some(stringify!($field), $field) };
    (@field_write $to:ident, $field:ident flatten) => {
        $crate::nats::json::WriteFields::write_fields($field, $to)
    };
    (@field_write $to:ident, $field:ident $($how:ident)?) => {
        $to.field(stringify!($field), $field)
    };
}

/// An enum as one of several words. Where a variant has more than one, it is written as the first.
///
/// `words! { Storage: "file" File, "memory" Memory }`
macro_rules! words {
    ($type:ty: $($word:literal $variant:ident),+ $(,)?) => {
        impl $type {
            /// The words, and what they mean.
            pub(crate) const WORDS: &[(&str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl $crate::nats::json::FromJson for $type {
            fn from_json(value: &serde_json::Value) -> $crate::nats::json::Result<Self> {
                $crate::nats::json::word(value, Self::WORDS)
            }
        }

        impl $crate::nats::json::ToJson for $type {
            fn write(&self, to: &mut $crate::nats::json::Writer) {
                let word = Self::WORDS.iter().find(|(_, meaning)| meaning == self);
                to.string(word.map_or("", |(word, _)| word));
            }

            fn is_nothing(&self) -> bool {
                *self == Self::default()
            }
        }
    };
}

pub(crate) use {as_json, words};
