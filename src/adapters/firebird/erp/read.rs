//! One row of a source query, read by the names of its contract: each value checked, or a named reason.

use chrono::NaiveDate;

use super::contract::{Present, Spec, columns};
use super::shown::masked;
use super::values::{MOST_DAYS, count, date, days, flag, in_range, money, text, with_text};
use crate::adapters::firebird::connection::{Row, Value};
use crate::domain::money::Cents;
use crate::domain::receivable::{BadRow, BadValue};

/// Why a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub column: &'static str,
    pub problem: BadValue,
    /// Masked.
    pub value: String,
}

impl Fault {
    pub fn row(self, query: &str, key: String) -> BadRow {
        BadRow {
            query: query.to_owned(),
            key,
            column: self.column.to_owned(),
            problem: self.problem,
            value: self.value,
        }
    }
}

/// One row, by the names of its query's contract. A column that the query lacks reads as null.
pub struct Fields<'a> {
    specs: &'static [Spec],
    row: &'a Row,
    /// Where each column of the contract stands in the row.
    positions: &'a [Option<usize>],
}

const NULL: Value = Value::Null;

/// Generates the readers: of values that may be null or blank and, where a name for it is given, of needed ones.
macro_rules! readers {
    ($($(#[$doc:meta])* $optional:ident $(/ $name:ident)? -> $type:ty, $read:expr;)+) => {$(
        $(#[$doc])*
        pub fn $optional(&self, column: &'static str) -> Result<Option<$type>, Fault> {
            let read: fn(&Value) -> Result<Option<$type>, BadValue> = $read;
            read(self.value(column)).map_err(|problem| self.fault(column, problem))
        }

        $(
            /// The same of a value that must be there.
            pub fn $name(&self, column: &'static str) -> Result<$type, Fault> {
                self.$optional(column)?.ok_or_else(|| self.fault(column, BadValue::Missing))
            }
        )?
    )+};
}

impl<'a> Fields<'a> {
    /// A row of `query`; `positions` are those of [`positions`].
    pub fn new(query: &str, row: &'a Row, positions: &'a [Option<usize>]) -> Self {
        Fields {
            specs: columns(query),
            row,
            positions,
        }
    }
}

impl Fields<'_> {
    readers! {
        /// Trimmed text.
        opt_text / text -> String, text;
        /// A calendar day.
        opt_date / date -> NaiveDate, date;
        /// An amount; an overpaid title has a balance below zero, which is settled, not unreadable.
        opt_money / money -> Cents, |value| in_range(money(value)?, -(i64::MAX / 1_000), i64::MAX / 1_000);
        /// A percentage in hundredths, up to 1000 %.
        opt_percent -> Cents, |value| in_range(money(value)?, 0, 100_000);
        /// A yes or no.
        opt_flag -> bool, flag;
        /// A list of days.
        opt_days / days -> Vec<u32>, days;
        /// A number of days; zero means "not set".
        opt_count -> u32, |value| count(value, MOST_DAYS);
        /// A number of days of which any that is too large is as good as the next ("9999": never).
        opt_limit -> u32, |value| count(value, u32::MAX);
    }

    /// A key that must be there, as `make` keeps it.
    pub fn id<T>(&self, column: &'static str, make: impl FnOnce(&str) -> T) -> Result<T, Fault> {
        match with_text(self.value(column), make) {
            Ok(Some(id)) => Ok(id),
            Ok(None) => Err(self.fault(column, BadValue::Missing)),
            Err(problem) => Err(self.fault(column, problem)),
        }
    }

    pub fn value(&self, column: &'static str) -> &Value {
        let at = self.specs.iter().position(|spec| spec.name == column);
        at.and_then(|at| self.positions[at])
            .and_then(|at| self.row.value(at))
            .unwrap_or(&NULL)
    }

    pub fn fault(&self, column: &'static str, problem: BadValue) -> Fault {
        Fault {
            column,
            problem,
            value: masked(self.value(column)),
        }
    }

    /// The key of the row as far as it can be read.
    pub fn key(&self, columns: &[&'static str]) -> String {
        let parts: Vec<String> = columns
            .iter()
            .filter_map(|column| self.opt_text(column).ok().flatten())
            .collect();
        parts.join("/")
    }
}

/// Where the columns of the contract stand in a SELECT of these positions of the contract.
pub fn positions(query: &str, present: &Present, left_out: &[&str]) -> Vec<Option<usize>> {
    let mut next = 0;
    columns(query)
        .iter()
        .zip(present)
        .map(|(spec, column)| {
            let selected = column.is_some() && !left_out.contains(&spec.name);
            selected.then(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}
