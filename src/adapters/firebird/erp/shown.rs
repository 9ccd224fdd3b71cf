//! What people get to see of a value: its shape, or, of what is about no person, the value.

use super::contract::Spec;
use super::values::is_padding;
use crate::adapters::firebird::connection::Value;

/// The shape of a value without the value: digits become 9, letters x. Dates stay: none of the contract's is about a
/// person, and the year is what is wrong with them.
pub fn masked(value: &Value) -> String {
    const LONGEST: usize = 24;
    let number;
    let text = match value {
        Value::Null => return String::new(),
        Value::Text(text) => text.trim_end(),
        Value::Int(i) => {
            number = i.to_string();
            &number
        }
        Value::Date(date) => return date.to_string(),
        Value::Timestamp(at) => return at.date().to_string(),
        Value::Bool(_) | Value::Bytes(_) | Value::Inexact(_) => return format!("<{}>", value.kind()),
    };
    let shape = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_alphabetic() => 'x',
        c if c.is_ascii_punctuation() || c == ' ' => c,
        _ => '?',
    };
    let mut masked: String = text.chars().take(LONGEST).map(shape).collect();
    if text.chars().nth(LONGEST).is_some() {
        masked.push('…');
    }
    masked
}

/// A value for the eyes of support staff.
pub fn shown(spec: &Spec, value: &Value) -> String {
    if spec.name == "TOKEN" && *value != Value::Null {
        // Not even its length.
        return "***".to_owned();
    }
    if !spec.is_public() {
        return masked(value);
    }
    match value {
        Value::Null => String::new(),
        Value::Int(i) => i.to_string(),
        Value::Text(text) => text.trim_matches(is_padding).to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Timestamp(at) if at.time() == chrono::NaiveTime::MIN => at.date().to_string(),
        Value::Timestamp(at) => at.to_string(),
        Value::Bytes(_) | Value::Inexact(_) => format!("<{}>", value.kind()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn v(text: &str) -> Value {
        Value::from(text)
    }

    #[test]
    fn masks_show_the_shape_only() {
        assert_eq!(masked(&v("João, 12,5 ")), "xxxx, 99,9");
        assert_eq!(masked(&Value::Int(-52_998_224_725)), "-99999999999");
        let day = NaiveDate::from_ymd_opt(206, 8, 1).unwrap();
        assert_eq!(masked(&Value::Date(day)), "0206-08-01");
        assert_eq!(masked(&v(&"a".repeat(40))).chars().count(), 25);
    }
}
