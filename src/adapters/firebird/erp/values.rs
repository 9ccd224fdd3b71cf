//! Single values as real databases hold them -> checked values, or what is wrong with them.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use crate::adapters::firebird::connection::{Value, charset};
use crate::domain::money::{Cents, MoneyError};
use crate::domain::receivable::BadValue;

/// Trimmed text; null and blank are `None`.
pub fn text(value: &Value) -> Result<Option<String>, BadValue> {
    with_text(value, str::to_owned)
}

/// What `read` makes of a value's trimmed text, which is nowhere copied for it; null and blank are `None`.
pub fn with_text<T>(value: &Value, read: impl FnOnce(&str) -> T) -> Result<Option<T>, BadValue> {
    let some = |text: &str| {
        let text = text.trim_matches(is_padding);
        (!text.is_empty()).then(|| read(text))
    };
    Ok(match value {
        Value::Null => None,
        Value::Int(i) => {
            let mut digits = Digits::default();
            // Nineteen digits and a sign always fit.
            let _ = write!(digits, "{i}");
            some(digits.as_str())
        }
        Value::Text(text) => some(text),
        // A text kept in a binary blob.
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => some(text),
            Err(_) => some(&charset::ansi(bytes)),
        },
        _ => return Err(BadValue::NotText),
    })
}

/// An integer's digits, without a place on the heap: most keys are numbers.
#[derive(Default)]
struct Digits {
    bytes: [u8; 20],
    length: usize,
}

impl Digits {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Write for Digits {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(std::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// What pads CHAR columns: blanks, and zero bytes written by old programs.
pub fn is_padding(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

/// First and last day that a date of an ERP can mean. What lies outside (0206, 2206, 9999) is a slip of the keyboard.
pub const PLAUSIBLE: (NaiveDate, NaiveDate) = match (
    NaiveDate::from_ymd_opt(1950, 1, 1),
    NaiveDate::from_ymd_opt(2150, 12, 31),
) {
    (Some(first), Some(last)) => (first, last),
    _ => panic!("not a date"),
};

/// 30 December 1899, zero in the calendar of Delphi and Excel.
const NO_DATE: NaiveDate = match NaiveDate::from_ymd_opt(1899, 12, 30) {
    Some(date) => date,
    None => panic!("not a date"),
};

/// A calendar day, also one kept as text. What programs write for "no date" is `None`.
pub fn date(value: &Value) -> Result<Option<NaiveDate>, BadValue> {
    let date = match value {
        Value::Timestamp(at) => at.date(),
        Value::Date(date) => *date,
        _ => match text(value).map_err(|_| BadValue::NotADate)? {
            None => return Ok(None),
            // A mask that nobody filled in: "  /  /    ".
            Some(typed) if typed.chars().all(|c| matches!(c, '/' | '-' | '.' | '_' | ' ')) => {
                return Ok(None);
            }
            Some(typed) => typed_date(&typed).ok_or(BadValue::NotADate)?,
        },
    };
    // Delphi programs count days from here: it is what they write for "no date".
    if date == NO_DATE {
        return Ok(None);
    }
    if (PLAUSIBLE.0..=PLAUSIBLE.1).contains(&date) {
        Ok(Some(date))
    } else {
        Err(BadValue::OutOfRange)
    }
}

/// `2026-01-31`, `31/01/2026`, `31.01.2026`, `20260131`, each perhaps with a time behind it.
fn typed_date(text: &str) -> Option<NaiveDate> {
    let day = text.split(['T', ' ']).next()?;
    ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(day, form).ok())
        .filter(|date| date.year() >= 1000)
        .or_else(|| {
            (day.len() == 8)
                .then(|| NaiveDate::parse_from_str(day, "%Y%m%d").ok())
                .flatten()
        })
}

/// An amount in cents: a decimal of the database, or typed as Brazilians do. Never by way of a float.
pub fn money(value: &Value) -> Result<Option<Cents>, BadValue> {
    let read = |typed: &str| {
        // Text columns may hold Brazilian numbers: 1.234,56. The database itself never prints a comma.
        if typed.contains(',') {
            Cents::from_decimal(&typed.replace('.', "").replacen(',', ".", 1))
        } else {
            match typed.split_once(['e', 'E']) {
                Some((digits, exponent)) => Cents::from_decimal(&without_exponent(digits, exponent)?),
                None => Cents::from_decimal(typed),
            }
        }
    };
    let read = with_text(value, read).map_err(|_| BadValue::NotANumber)?;
    read.transpose().map_err(|error| match error {
        MoneyError::OutOfRange => BadValue::OutOfRange,
        MoneyError::NotANumber => BadValue::NotANumber,
    })
}

/// `2.8` and `-14` as `0.0000...28`: what the server prints for a DOUBLE near zero, such as the rest that subtracting
/// payments leaves. The point moves over digits; nothing is reckoned.
fn without_exponent(digits: &str, exponent: &str) -> Result<String, MoneyError> {
    let exponent: i32 = exponent.parse().map_err(|_| MoneyError::NotANumber)?;
    // A DOUBLE ends at 308; whatever is larger is no amount.
    if exponent.abs() > 400 {
        return Err(MoneyError::OutOfRange);
    }
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    if !digits.bytes().any(|b| b.is_ascii_digit()) {
        return Err(MoneyError::NotANumber);
    }
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let places = exponent.unsigned_abs() as usize;
    let (whole, decimals) = if exponent < 0 {
        let padded = format!("{}{whole}", "0".repeat(places));
        let (whole, moved) = padded
            .split_at_checked(whole.len())
            .ok_or(MoneyError::NotANumber)?;
        (whole.to_owned(), format!("{moved}{decimals}"))
    } else {
        let padded = format!("{decimals}{}", "0".repeat(places));
        let (moved, decimals) = padded.split_at_checked(places).ok_or(MoneyError::NotANumber)?;
        (format!("{whole}{moved}"), decimals.to_owned())
    };
    Ok(format!("{sign}{whole}.{decimals}"))
}

/// The same amount, where it is within the bounds (in cents).
pub fn in_range(amount: Option<Cents>, least: i64, most: i64) -> Result<Option<Cents>, BadValue> {
    match amount {
        Some(cents) if !(least..=most).contains(&cents.get()) => Err(BadValue::OutOfRange),
        _ => Ok(amount),
    }
}

/// A yes or no, in the ways in which ERPs write it.
pub fn flag(value: &Value) -> Result<Option<bool>, BadValue> {
    if let Value::Bool(flag) = value {
        return Ok(Some(*flag));
    }
    let read = |typed: &str| match typed {
        // What nearly every ERP writes.
        "S" | "1" => Some(true),
        "N" | "0" => Some(false),
        other => match other.to_uppercase().as_str() {
            "S" | "SIM" | "Y" | "YES" | "T" | "TRUE" | "V" | "VERDADEIRO" | "-1" => Some(true),
            "N" | "NAO" | "NÃO" | "NO" | "F" | "FALSE" | "FALSO" => Some(false),
            _ => None,
        },
    };
    match with_text(value, read).map_err(|_| BadValue::NotAFlag)? {
        None => Ok(None),
        Some(Some(flag)) => Ok(Some(flag)),
        Some(None) => Err(BadValue::NotAFlag),
    }
}

/// The law of limitation ends a debt after five years; ten is a typing error.
pub const MOST_DAYS: u32 = 3_650;

/// A list of days, with any of the separators that people type.
pub fn days(value: &Value) -> Result<Option<Vec<u32>>, BadValue> {
    let Some(typed) = text(value).map_err(|_| BadValue::NotAListOfDays)? else {
        return Ok(None);
    };
    let mut days = Vec::new();
    for part in typed
        .split([',', ';', '/', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let day: u32 = whole(part).ok_or(BadValue::NotAListOfDays)?;
        if day > MOST_DAYS {
            return Err(BadValue::OutOfRange);
        }
        days.push(day);
    }
    if days.is_empty() {
        Err(BadValue::NotAListOfDays)
    } else {
        Ok(Some(days))
    }
}

/// A number of days; zero is `None`.
pub fn count(value: &Value, most: u32) -> Result<Option<u32>, BadValue> {
    let Some(typed) = text(value).map_err(|_| BadValue::NotANumber)? else {
        return Ok(None);
    };
    match whole(&typed) {
        Some(0) => Ok(None),
        Some(days) if days <= most => Ok(Some(days)),
        Some(_) => Err(BadValue::OutOfRange),
        None => Err(BadValue::NotANumber),
    }
}

/// `30`, also as a NUMERIC column prints it: `30.00`.
fn whole(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    (only_digits(whole) && decimals.bytes().all(|b| b == b'0'))
        .then(|| whole.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Value {
        Value::from(text)
    }

    #[test]
    fn dates_of_many_kinds() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        for value in [
            Value::Timestamp(day.and_hms_opt(14, 30, 0).unwrap()),
            v("2026-01-31"),
            v(" 31/01/2026 "),
            v("31.01.2026 14:30:00"),
            v("20260131"),
            v("2026-01-31T00:00:00"),
        ] {
            assert_eq!(date(&value), Ok(Some(day)), "{value:?}");
        }
        assert_eq!(date(&v("  ")), Ok(None));
        assert_eq!(date(&v("31/01/26")), Err(BadValue::NotADate));
        assert_eq!(date(&v("00/00/0000")), Err(BadValue::NotADate));
        assert_eq!(date(&v("30/12/0206")), Err(BadValue::NotADate));
        assert_eq!(date(&v("30/12/2206")), Err(BadValue::OutOfRange));
        // What old programs write for "no date".
        for none in ["30/12/1899", "1899-12-30 00:00:00", "  /  /    ", "__/__/____"] {
            assert_eq!(date(&v(none)), Ok(None), "{none}");
        }
    }

    #[test]
    fn exact_money() {
        for (text, cents) in [
            ("12.3450", 1235),
            ("1.234,56", 123_456),
            ("-0.00", 0),
            (".5", 50),
            ("350", 35_000),
            // A DOUBLE, as the server prints it.
            ("99.989998", 9_999),
            ("2.800000000000000e-14", 0),
            ("-2.8e-14", 0),
            ("5.0e-03", 1),
            ("4.9E-3", 0),
            ("1.234500000000000e+03", 123_450),
            ("1e2", 10_000),
            ("-1.5e+00", -150),
        ] {
            assert_eq!(money(&v(text)), Ok(Some(Cents::new(cents))), "{text}");
        }
        for garbage in ["1e", "e5", "1e5.0", "1e+-2", "1.2.3e2", "-.e1", "xe1", "ã1e-1"] {
            assert_eq!(money(&v(garbage)), Err(BadValue::NotANumber), "{garbage}");
        }
        for large in ["1e300", "1e99999", "9.9e17"] {
            assert_eq!(money(&v(large)), Err(BadValue::OutOfRange), "{large}");
        }
        assert_eq!(money(&v("12,5x")), Err(BadValue::NotANumber));
        assert_eq!(money(&v("99999999999999999999")), Err(BadValue::OutOfRange));
        assert_eq!(
            money(&Value::Inexact(0.1)),
            Err(BadValue::NotANumber),
            "a float is never money"
        );
    }

    #[test]
    fn flags_and_days() {
        assert_eq!(flag(&v("s  ")), Ok(Some(true)));
        assert_eq!(flag(&Value::Int(0)), Ok(Some(false)));
        assert_eq!(flag(&v(" não ")), Ok(Some(false)));
        assert_eq!(flag(&Value::Null), Ok(None));
        assert_eq!(flag(&v("X")), Err(BadValue::NotAFlag));
        assert_eq!(days(&v("5, 2;0")), Ok(Some(vec![5, 2, 0])));
        assert_eq!(days(&Value::Int(3)), Ok(Some(vec![3])));
        assert_eq!(days(&v("30.00")), Ok(Some(vec![30])));
        assert_eq!(days(&v("5,dois")), Err(BadValue::NotAListOfDays));
        assert_eq!(days(&v("-5")), Err(BadValue::NotAListOfDays));
        assert_eq!(count(&v("0"), MOST_DAYS), Ok(None));
        assert_eq!(count(&v("9999"), MOST_DAYS), Err(BadValue::OutOfRange));
        assert_eq!(count(&v("9999"), u32::MAX), Ok(Some(9999)));
        for garbage in ["-1", "trinta", "1.5", "1e3", "99999999999"] {
            assert_eq!(
                count(&v(garbage), u32::MAX),
                Err(BadValue::NotANumber),
                "{garbage}"
            );
        }
    }

    #[test]
    fn integers_are_text_too() {
        for i in [0, -1, 42, i64::MAX, i64::MIN] {
            assert_eq!(text(&Value::Int(i)), Ok(Some(i.to_string())));
        }
    }
}
