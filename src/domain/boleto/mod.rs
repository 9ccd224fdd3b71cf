//! Payment codes of boletos: the digits, their check digits, the due-date factor, the banks' free fields.
//!
//! [`parse`] takes whatever people and databases hold (44, 47 or 48 digits, punctuated or not) and gives a
//! [`Code`] whose check digits all agree, or the first thing that is wrong. [`encode`] makes codes for the sample
//! ERP and the command line. Amounts are whole cents, `today` is an argument.
//!
//! Sources are named at the rules; the checked cases are in `tests/data/vectors/boleto-pix.json`.

mod arrecadacao;
pub mod banks;
mod barcode;
pub mod check;
pub mod check_digits;
mod cobranca;
pub mod due_factor;
pub mod free_field;
#[cfg(test)]
mod tests;

pub use arrecadacao::{Arrecadacao, Segment, ValueKind};
pub use barcode::Barcode;
pub use cobranca::{Cobranca, EncodeError, MAX_AMOUNT, MAX_AMOUNT_WITH_FACTOR, encode};

use chrono::NaiveDate;
use serde::Serialize;

use super::money::Cents;

/// A payment code whose check digits agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A bank's boleto: 47-digit line.
    Cobranca(Cobranca),
    /// A bill of a utility or an authority: 48-digit line.
    Arrecadacao(Arrecadacao),
}

/// Reads a barcode (44 digits) or a line (47 or 48), with dots, dashes and blanks anywhere.
///
/// # Errors
/// [`CodeError`]: length, characters and check digits only. An odd factor, currency, value or free field is no
/// error here.
pub fn parse(text: &str) -> Result<Code, CodeError> {
    Barcode::parse(text).map(|barcode| barcode.code())
}

impl Code {
    /// The barcode.
    pub fn barcode(&self) -> Barcode {
        match self {
            Code::Cobranca(code) => code.barcode(),
            Code::Arrecadacao(code) => code.barcode(),
        }
    }

    /// The amount in cents; `None` where an arrecadação holds a reference quantity.
    pub fn amount(&self) -> Option<Cents> {
        match self {
            Code::Cobranca(code) => Some(code.amount()),
            Code::Arrecadacao(code) => code.amount(),
        }
    }

    /// The due date as far as the code tells, seen from `today`.
    pub fn due_on(&self, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Code::Cobranca(code) => code.due_on(today),
            Code::Arrecadacao(code) => code.due_on(today),
        }
    }

    /// What is odd about it, seen from `today`.
    pub fn warnings(&self, today: NaiveDate) -> Vec<CodeWarning> {
        match self {
            Code::Cobranca(code) => code.warnings(today),
            Code::Arrecadacao(code) if code.segment() == Segment::Unknown => {
                vec![CodeWarning::UnknownSegment {
                    found: code.segment_digit(),
                }]
            }
            Code::Arrecadacao(_) => Vec::new(),
        }
    }

    /// The part that belongs to the bank or the company.
    pub fn free_field(&self) -> &str {
        match self {
            Code::Cobranca(code) => code.free_field(),
            Code::Arrecadacao(code) => code.free_field(),
        }
    }
}

/// What is odd about a code whose check digits are right. Nothing of it keeps a code from being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum CodeWarning {
    /// Position 4 is not 9, the real.
    Currency {
        /// The digit found.
        found: char,
    },
    /// The factor has no date from 3,000 days before `today` to 5,500 after: no bank would take it.
    FactorOutOfRange {
        /// The factor.
        factor: u16,
    },
    /// No layout of the bank is known, so its free field cannot be verified.
    UnknownBank,
    /// The free field fits no known layout of its bank.
    FreeFieldLayout,
    /// A digit of the bank's own in the free field does not agree.
    FreeFieldDigit(free_field::Mismatch),
    /// An arrecadação of a segment that was not given out.
    UnknownSegment {
        /// The digit found.
        found: u8,
    },
}

impl CodeWarning {
    /// The name for machines: `free_field_digit`.
    pub fn name(&self) -> &'static str {
        match self {
            CodeWarning::Currency { .. } => "currency",
            CodeWarning::FactorOutOfRange { .. } => "factor_out_of_range",
            CodeWarning::UnknownBank => "unknown_bank",
            CodeWarning::FreeFieldLayout => "free_field_layout",
            CodeWarning::FreeFieldDigit(_) => "free_field_digit",
            CodeWarning::UnknownSegment { .. } => "unknown_segment",
        }
    }
}

/// A part of a code that has a check digit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// First field of a 47-digit line: bank, currency and free field 1 to 5.
    #[serde(rename = "field_1")]
    Field1,
    /// Second field: free field 6 to 15.
    #[serde(rename = "field_2")]
    Field2,
    /// Third field: free field 16 to 25.
    #[serde(rename = "field_3")]
    Field3,
    /// The whole barcode.
    General,
    /// First block of a 48-digit line.
    #[serde(rename = "block_1")]
    Block1,
    /// Second block.
    #[serde(rename = "block_2")]
    Block2,
    /// Third block.
    #[serde(rename = "block_3")]
    Block3,
    /// Fourth block.
    #[serde(rename = "block_4")]
    Block4,
}

impl Field {
    /// `field_1` to `field_3`, `general`, `block_1` to `block_4`.
    pub fn name(self) -> &'static str {
        match self {
            Field::Field1 => "field_1",
            Field::Field2 => "field_2",
            Field::Field3 => "field_3",
            Field::General => "general",
            Field::Block1 => "block_1",
            Field::Block2 => "block_2",
            Field::Block3 => "block_3",
            Field::Block4 => "block_4",
        }
    }
}

/// Why a text is no payment code. What is wrong is named, never corrected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Neither 44, 47 nor 48 digits.
    #[error("{found} digits: a barcode has 44, a line 47 or 48")]
    Length {
        /// How many digits there are.
        found: usize,
    },
    /// Something that is no digit, dot, dash or blank.
    #[error("unexpected character {found:?} at position {position}")]
    Character {
        /// Counted in characters of the text, from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// 48 digits that do not start with 8, or 47 that do.
    #[error("{length} digits starting with {found}: 48 digits start with 8, 47 never do")]
    Product {
        /// The first digit.
        found: u8,
        /// 47 or 48.
        length: usize,
    },
    /// Position 3 of an arrecadação, which says how its check digits are made, is not 6, 7, 8 or 9.
    #[error("position 3 of an arrecadação is {found}, not 6 to 9")]
    ValueKind {
        /// The digit found.
        found: u8,
    },
    /// A check digit does not agree.
    #[error("check digit of {}: expected {expected}, found {found}", field.name())]
    CheckDigit {
        /// Of what.
        field: Field,
        /// What the other digits ask for.
        expected: u8,
        /// What stands there.
        found: u8,
    },
}

impl CodeError {
    /// The failing part for machines: `length`, `character`, `product`, `value_kind` or a [`Field::name`].
    pub fn field(&self) -> &'static str {
        match self {
            CodeError::Length { .. } => "length",
            CodeError::Character { .. } => "character",
            CodeError::Product { .. } => "product",
            CodeError::ValueKind { .. } => "value_kind",
            CodeError::CheckDigit { field, .. } => field.name(),
        }
    }
}
