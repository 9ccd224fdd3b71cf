//! Values and rows. No exact number ever passes through a float.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, Timelike};
use rsfbclient::SqlType;

use crate::ports::erp::DatabaseError;

/// A value of a column or a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null.
    Null,
    /// SMALLINT, INTEGER, BIGINT, and NUMERIC without decimal places.
    Int(i64),
    /// CHAR, VARCHAR and text blobs. CHAR keeps its padding here; [`Row::text`] trims it.
    Text(String),
    /// Binary blobs.
    Bytes(Vec<u8>),
    /// A date. Only as a parameter: columns arrive as [`Value::Timestamp`].
    Date(NaiveDate),
    /// DATE (at midnight), TIME (on an arbitrary day) and TIMESTAMP.
    Timestamp(NaiveDateTime),
    /// BOOLEAN (Firebird 3 and later).
    Bool(bool),
    /// DOUBLE, FLOAT, and every NUMERIC or DECIMAL with decimal places that was selected without a CAST: its digits
    /// may be gone already, so no getter reads it and no parameter may be one.
    Inexact(f64),
}

impl Value {
    /// What it is, for messages; never the value itself.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Int(_) => "an integer",
            Value::Text(_) => "text",
            Value::Bytes(_) => "a binary blob",
            Value::Date(_) => "a date",
            Value::Timestamp(_) => "a date or time",
            Value::Bool(_) => "a boolean",
            Value::Inexact(_) => "a number that is not exact (CAST it to VARCHAR)",
        }
    }

    pub(super) fn from_sql(value: SqlType) -> Self {
        match value {
            SqlType::Null => Value::Null,
            SqlType::Integer(i) => Value::Int(i),
            SqlType::Int128(i) => i64::try_from(i).map_or_else(|_| Value::Text(i.to_string()), Value::Int),
            SqlType::Text(text) => Value::Text(text),
            SqlType::Binary(bytes) => Value::Bytes(bytes),
            SqlType::Timestamp(at) => Value::Timestamp(at),
            SqlType::Boolean(flag) => Value::Bool(flag),
            SqlType::Floating(f) => Value::Inexact(f),
        }
    }

    pub(super) fn to_sql(&self) -> Result<SqlType, DatabaseError> {
        Ok(match self {
            Value::Null => SqlType::Null,
            Value::Int(i) => SqlType::Integer(*i),
            Value::Text(text) => SqlType::Text(text.clone()),
            Value::Bytes(bytes) => SqlType::Binary(bytes.clone()),
            Value::Date(date) => SqlType::Timestamp(date.and_time(chrono::NaiveTime::MIN)),
            Value::Timestamp(at) => SqlType::Timestamp(*at),
            Value::Bool(flag) => SqlType::Boolean(*flag),
            Value::Inexact(_) => {
                return Err(DatabaseError::UnexpectedValue {
                    column: "?".to_owned(),
                    expected: "an exact value".to_owned(),
                    found: self.kind().to_owned(),
                });
            }
        })
    }
}

macro_rules! value_from {
    ($($from:ty => |$v:ident| $to:expr;)+) => {$(
        impl From<$from> for Value {
            fn from($v: $from) -> Self { $to }
        }
    )+};
}

value_from! {
    i64 => |v| Value::Int(v);
    i32 => |v| Value::Int(v.into());
    u32 => |v| Value::Int(v.into());
    String => |v| Value::Text(v);
    &str => |v| Value::Text(v.to_owned());
    &String => |v| Value::Text(v.clone());
    Vec<u8> => |v| Value::Bytes(v);
    &[u8] => |v| Value::Bytes(v.to_vec());
    NaiveDate => |v| Value::Date(v);
    NaiveDateTime => |v| Value::Timestamp(v);
    bool => |v| Value::Bool(v);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// THE place where a value becomes an SQL literal (for EXECUTE BLOCK, which takes no parameters). The text must be
/// within the connection's character set; the connection checks that before it sends.
pub fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        // In brackets: `5-(-3)` is a sum, `5--3` the beginning of a comment. The smallest number has no positive
        // twin that could be written.
        Value::Int(i64::MIN) => "(-9223372036854775807-1)".to_owned(),
        Value::Int(i) if *i < 0 => format!("({i})"),
        Value::Int(i) => i.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bytes(bytes) => {
            use std::fmt::Write;
            let mut hex = String::with_capacity(bytes.len() * 2 + 3);
            hex.push_str("x'");
            for byte in bytes {
                let _ = write!(hex, "{byte:02X}");
            }
            hex.push('\'');
            hex
        }
        Value::Date(date) => format!("DATE '{}'", date.format("%Y-%m-%d")),
        // Firebird keeps tenths of milliseconds.
        Value::Timestamp(at) => {
            format!(
                "TIMESTAMP '{}.{:04}'",
                at.format("%Y-%m-%d %H:%M:%S"),
                at.nanosecond() % 1_000_000_000 / 100_000
            )
        }
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        // Never exact to begin with; shortest text that reads back the same.
        Value::Inexact(f) => format!("({f:e})"),
    }
}

/// Names a column by position or by name (upper or lower case alike).
pub trait ColumnKey: Copy {
    /// Position of the column in `row`.
    fn position(self, row: &Row) -> Option<usize>;
    /// The column for messages.
    fn label(self) -> String;
}

impl ColumnKey for usize {
    fn position(self, row: &Row) -> Option<usize> {
        (self < row.values.len()).then_some(self)
    }
    fn label(self) -> String {
        format!("#{self}")
    }
}

impl ColumnKey for &str {
    fn position(self, row: &Row) -> Option<usize> {
        row.names.iter().position(|name| name.eq_ignore_ascii_case(self))
    }
    fn label(self) -> String {
        self.to_owned()
    }
}

/// A column of a result, see [`Connection::describe`](super::Connection::describe).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name or alias, as the server gives it.
    pub name: Arc<str>,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds, as far as the clients tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// CHAR, VARCHAR; also a bare NULL.
    Text,
    /// SMALLINT, INTEGER, BIGINT, NUMERIC without decimal places.
    Integer,
    /// NUMERIC and DECIMAL with decimal places, DOUBLE, FLOAT; over `fbclient`, which hides the decimal places, also
    /// integers. To be selected through a CAST to VARCHAR.
    Number,
    /// DATE, TIME, TIMESTAMP.
    Date,
    /// Text or binary blob.
    Blob,
    /// BOOLEAN.
    Boolean,
    /// Anything else: Firebird's number of the type.
    Other(u32),
}

impl ColumnKind {
    pub(super) fn from_raw(raw: u32, native: bool) -> Self {
        // Firebird's SQL_* numbers (ibase.h); the lowest bit says "may be null".
        match raw & !1 {
            448 | 452 => ColumnKind::Text,
            496 | 500 | 580 | 32752 if native => ColumnKind::Number,
            496 | 500 | 580 | 32752 => ColumnKind::Integer,
            480 | 482 | 530 => ColumnKind::Number,
            510 | 560 | 570 => ColumnKind::Date,
            520 => ColumnKind::Blob,
            32764 => ColumnKind::Boolean,
            other => ColumnKind::Other(other),
        }
    }
}

impl std::fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ColumnKind::Text => f.write_str("text"),
            ColumnKind::Integer => f.write_str("integer"),
            ColumnKind::Number => f.write_str("number"),
            ColumnKind::Date => f.write_str("date"),
            ColumnKind::Blob => f.write_str("blob"),
            ColumnKind::Boolean => f.write_str("boolean"),
            ColumnKind::Other(raw) => write!(f, "type {raw}"),
        }
    }
}

/// One row of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    names: Arc<[Arc<str>]>,
    values: Vec<Value>,
}

/// Generates the getters: each has a form for NOT NULL and one for nullable columns.
macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident, $optional:ident -> $type:ty, $expected:literal, $read:expr;)+) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// [`DatabaseError::UnexpectedValue`] when it is null or of another kind, or the column is not there.
        pub fn $name(&self, column: impl ColumnKey) -> Result<$type, DatabaseError> {
            self.$optional(column)?.ok_or_else(|| unexpected(column, $expected, "null"))
        }

        /// The same of a column that may be null.
        ///
        /// # Errors
        /// [`DatabaseError::UnexpectedValue`] when it is of another kind, or the column is not there.
        pub fn $optional(&self, column: impl ColumnKey) -> Result<Option<$type>, DatabaseError> {
            let value = self.value(column).ok_or_else(|| unexpected(column, $expected, "no such column"))?;
            if *value == Value::Null {
                return Ok(None);
            }
            let read: fn(&Value) -> Option<$type> = $read;
            read(value).map(Some).ok_or_else(|| unexpected(column, $expected, value.kind()))
        }
    )+};
}

fn unexpected(column: impl ColumnKey, expected: &str, found: &str) -> DatabaseError {
    DatabaseError::UnexpectedValue {
        column: column.label(),
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

impl Row {
    /// A row of these columns, in the same order.
    pub fn new(names: Arc<[Arc<str>]>, values: Vec<Value>) -> Self {
        Row { names, values }
    }

    /// Other values of the same columns.
    pub(super) fn fill(&mut self, values: impl Iterator<Item = Value>) {
        self.values.clear();
        self.values.extend(values);
    }

    /// The row as one of its own; the columns stay, without values.
    pub(super) fn take(&mut self) -> Row {
        Row::new(Arc::clone(&self.names), std::mem::take(&mut self.values))
    }

    /// The value; `None` when there is no such column.
    pub fn value(&self, column: impl ColumnKey) -> Option<&Value> {
        self.values.get(column.position(self)?)
    }

    /// Names of the columns, as the server gave them.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// How many columns.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Without columns.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    getters! {
        /// An integer.
        int, opt_int -> i64, "an integer", |value| match value {
            Value::Int(i) => Some(*i),
            _ => None,
        };
        /// Text without the padding of CHAR columns.
        text, opt_text -> String, "text", |value| match value {
            Value::Text(text) => Some(text.trim_end_matches(' ').to_owned()),
            _ => None,
        };
        /// A binary blob.
        bytes, opt_bytes -> Vec<u8>, "a binary blob", |value| match value {
            Value::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        };
        /// A date; of a TIMESTAMP the day.
        date, opt_date -> NaiveDate, "a date", |value| match value {
            Value::Timestamp(at) => Some(at.date()),
            Value::Date(date) => Some(*date),
            _ => None,
        };
        /// A date and time (without zone).
        timestamp, opt_timestamp -> NaiveDateTime, "a date and time", |value| match value {
            Value::Timestamp(at) => Some(*at),
            _ => None,
        };
        /// A BOOLEAN.
        bool, opt_bool -> bool, "a boolean", |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_cannot_break_out() {
        assert_eq!(
            literal(&Value::from("D'Ávila''; DROP TABLE X --")),
            "'D''Ávila''''; DROP TABLE X --'"
        );
        assert_eq!(literal(&Value::from(-5)), "(-5)");
        assert_eq!(literal(&Value::Bytes(vec![0, 255])), "x'00FF'");
        let at = NaiveDate::from_ymd_opt(2026, 11, 22)
            .unwrap()
            .and_hms_milli_opt(9, 5, 0, 120)
            .unwrap();
        assert_eq!(
            literal(&Value::Timestamp(at)),
            "TIMESTAMP '2026-11-22 09:05:00.1200'"
        );
    }

    #[test]
    fn getters_tell_null_kind_and_absence_apart() {
        let row = Row::new(
            Arc::from([Arc::from("ID"), Arc::from("NAME"), Arc::from("RATE")]),
            vec![Value::Int(7), Value::Null, Value::Inexact(0.1)],
        );
        assert_eq!(row.int("id"), Ok(7));
        assert_eq!(row.int(0), Ok(7));
        assert_eq!(row.opt_text("Name"), Ok(None));
        for (result, found) in [
            (row.text("NAME").map(drop), "null"),
            (row.text("id").map(drop), "an integer"),
            (row.int("NOPE").map(drop), "no such column"),
            (row.int(9).map(drop), "no such column"),
            (
                row.int("RATE").map(drop),
                "a number that is not exact (CAST it to VARCHAR)",
            ),
        ] {
            let Err(DatabaseError::UnexpectedValue { found: said, .. }) = result else {
                panic!("{result:?}")
            };
            assert_eq!(said, found);
        }
    }
}
