//! Exact money: an integer number of cents. No amount ever passes through a float.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An amount in cents (centavos de real). May be negative.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Cents(i64);

/// Why a text is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number such as `1234.5600`.
    #[error("not a decimal number")]
    NotANumber,
    /// More cents than 64 bits hold.
    #[error("amount out of range")]
    OutOfRange,
}

impl Cents {
    /// Nothing.
    pub const ZERO: Cents = Cents(0);

    /// An amount of `cents`.
    pub const fn new(cents: i64) -> Self {
        Cents(cents)
    }

    /// The number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Reads what the database prints for an exact number (`-1234.5600`, `350`, `.5`): a point as the decimal
    /// separator, any number of decimals. Sub-cent amounts round half away from zero.
    ///
    /// # Errors
    /// [`MoneyError`] when the text is no such number or does not fit.
    pub fn from_decimal(text: &str) -> Result<Self, MoneyError> {
        let text = text.trim();
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && decimals.is_empty()) || !only_digits(whole) || !only_digits(decimals) {
            return Err(MoneyError::NotANumber);
        }
        let mut cents: i64 = 0;
        let digit = |b: u8| i64::from(b - b'0');
        let kept = whole
            .bytes()
            .chain(decimals.bytes().chain(std::iter::repeat(b'0')).take(2));
        for b in kept {
            cents = cents
                .checked_mul(10)
                .and_then(|c| c.checked_add(digit(b)))
                .ok_or(MoneyError::OutOfRange)?;
        }
        if decimals.as_bytes().get(2).is_some_and(|b| *b >= b'5') {
            cents = cents.checked_add(1).ok_or(MoneyError::OutOfRange)?;
        }
        Ok(Cents(if negative { -cents } else { cents }))
    }

    /// `1234.56`: for JSON-free machine formats (CSV, EMV), never for people (see `i18n` for those).
    pub fn to_decimal(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", abs / 100, abs % 100)
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_decimal())
    }
}

impl Add for Cents {
    type Output = Cents;
    fn add(self, other: Cents) -> Cents {
        Cents(self.0 + other.0)
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Cents) {
        self.0 += other.0;
    }
}

impl Sub for Cents {
    type Output = Cents;
    fn sub(self, other: Cents) -> Cents {
        Cents(self.0 - other.0)
    }
}

impl Neg for Cents {
    type Output = Cents;
    fn neg(self) -> Cents {
        Cents(-self.0)
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Cents>>(iter: I) -> Cents {
        iter.fold(Cents::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_of_the_database_are_read_exactly() {
        for (text, cents) in [
            ("350", 35_000),
            ("350.5", 35_050),
            ("350.00", 35_000),
            ("0.0049", 0),
            ("0.005", 1),
            ("-0.005", -1),
            ("1234.5650", 123_457),
            (".5", 50),
            ("7.", 700),
            ("+1.10", 110),
            (" 12.34  ", 1_234),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(Cents::from_decimal(text), Ok(Cents::new(cents)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "", " ", "-", ".", "1,50", "R$ 10", "1e3", "NaN", "12a", "--1", "1.2.3",
        ] {
            assert_eq!(Cents::from_decimal(text), Err(MoneyError::NotANumber), "{text:?}");
        }
        assert_eq!(
            Cents::from_decimal("92233720368547758.08"),
            Err(MoneyError::OutOfRange)
        );
    }

    proptest! {
        #[test]
        fn written_and_read_back(cents in any::<i64>().prop_filter("abs", |c| *c != i64::MIN)) {
            prop_assert_eq!(Cents::from_decimal(&Cents::new(cents).to_decimal()), Ok(Cents::new(cents)));
        }
    }
}
