//! Fields whose JSON type is not the same everywhere. A driver of the gateway's database, a proxy that rewrites or another
//! patch level turns `1` into `"1"` and a missing list into `null`. None of that makes a message less sent, so none of
//! it may turn an acceptance into a doubt or hide a message from a lookup.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A count, as a number or as text; `null` is none.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(from)?;
    match &value {
        Value::Null => Ok(0),
        _ => whole(&value)
            .and_then(|n| u64::try_from(n).ok())
            .ok_or_else(|| serde::de::Error::custom("no count")),
    }
}

/// A small number, as a number or as text; what cannot be read is none.
pub(super) fn code<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    Ok(whole(&Value::deserialize(from)?).and_then(|n| u16::try_from(n).ok()))
}

/// Yes or no, as a truth value or as text; `null` is no.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match Value::deserialize(from)? {
        Value::Bool(flag) => Ok(flag),
        Value::Null => Ok(false),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        _ => Err(serde::de::Error::custom("neither yes nor no")),
    }
}

/// A text, or the digits of a number.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match Value::deserialize(from)? {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(serde::de::Error::custom("no text")),
    }
}

/// A list, one thing alone, or `null`. What cannot be read in it is left out: the rest says what it says.
pub(super) fn list<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(readable(Value::deserialize(from)?))
}

/// The same of a value.
pub(super) fn readable<T: DeserializeOwned>(value: Value) -> Vec<T> {
    let items = match value {
        Value::Null => return Vec::new(),
        Value::Array(items) => items,
        one => vec![one],
    };
    items
        .into_iter()
        .filter_map(|item| serde_json::from_value(item).ok())
        .collect()
}

/// A whole number, however it is written: `7`, `7.0`, `"7"`, or protobuf's `{low, high, unsigned}`.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            // Exact up to here; ids and times stay far below.
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
            (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        Value::Object(long) => long.get("low")?.as_i64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_of_every_form() {
        for value in [
            json!(1_795_363_134),
            json!(1_795_363_134.0),
            json!("1795363134"),
            json!({"low": 1_795_363_134, "high": 0, "unsigned": true}),
        ] {
            assert_eq!(whole(&value), Some(1_795_363_134), "{value}");
        }
        for value in [
            json!(1.5),
            json!("soon"),
            json!(null),
            json!(true),
            json!(1e300),
            json!([1]),
        ] {
            assert_eq!(whole(&value), None, "{value}");
        }
    }

    #[test]
    fn a_list_keeps_what_can_be_read() {
        let read = |value: Value| readable::<u8>(value);
        assert_eq!(read(json!([1, "x", 2, null, 300])), [1, 2]);
        assert_eq!(read(json!(7)), [7]);
        assert!(read(Value::Null).is_empty());
        assert!(read(json!("x")).is_empty());
    }
}
