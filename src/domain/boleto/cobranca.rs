//! The fields of a bank's boleto.

use chrono::NaiveDate;

use super::free_field::{self, Part, Reading};
use super::{Barcode, CodeWarning, due_factor};
use crate::domain::money::Cents;

/// The largest value that leaves the due factor its place: R$ 99.999.999,99.
pub const MAX_AMOUNT_WITH_FACTOR: Cents = Cents::new(9_999_999_999);

/// The largest value a barcode holds at all, on fourteen digits that read back (R$ 99.999.999.999,99).
pub const MAX_AMOUNT: Cents = Cents::new(9_999_999_999_999);

/// A boleto de cobrança: 47-digit line, drawn by a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cobranca {
    barcode: Barcode,
}

impl Cobranca {
    pub(super) fn new(barcode: Barcode) -> Self {
        Cobranca { barcode }
    }

    /// The whole barcode.
    pub fn barcode(&self) -> Barcode {
        self.barcode
    }

    /// The bank's three digits.
    pub fn bank(&self) -> &str {
        &self.barcode.as_str()[..3]
    }

    /// `9` is the real; anything else is history or a mistake.
    pub fn currency(&self) -> char {
        char::from(self.barcode.digits()[3])
    }

    /// The general check digit.
    pub fn general_digit(&self) -> u8 {
        self.barcode.digits()[4] - b'0'
    }

    /// The four digits where the factor stands, whatever they mean: `1638`, `0000`.
    pub fn factor_digits(&self) -> &str {
        &self.barcode.as_str()[5..9]
    }

    /// The due-date factor: 0 says "no due date in the code", 1000 to 9999 a day (see [`Self::due_on`]). `None`
    /// when a value above R$ 99.999.999,99 took its place, which the digits 0001 to 0999 show: no code of today
    /// has such a factor.
    pub fn due_factor(&self) -> Option<u16> {
        let factor = number(self.factor_digits()) as u16;
        (factor == 0 || factor >= 1000).then_some(factor)
    }

    /// The due date that the factor means on `today`: within 3,000 days before and 5,500 after. `None` without a
    /// factor, and for a factor that has no date in that window (a bank would not take it either).
    pub fn due_on(&self, today: NaiveDate) -> Option<NaiveDate> {
        due_factor::date(self.due_factor()?, today)
    }

    /// The value in cents; zero leaves the value to the payer. Fourteen digits where it took the factor's place.
    pub fn amount(&self) -> Cents {
        let from = if self.due_factor().is_some() { 9 } else { 5 };
        Cents::new(number(&self.barcode.as_str()[from..19]))
    }

    /// The 25 digits that belong to the bank (campo livre).
    pub fn free_field(&self) -> &str {
        &self.barcode.as_str()[19..]
    }

    /// The free field's parts, where a layout of the bank is known that it fits.
    pub fn reading(&self) -> Option<Reading> {
        free_field::read(self.bank(), self.free_field())
    }

    /// The reading where it leaves no doubt: one layout fits, and every digit of the bank's own agrees.
    fn sure_reading(&self) -> Option<Reading> {
        self.reading()
            .filter(|reading| reading.is_certain() && reading.mismatches().is_empty())
    }

    /// "Nosso número" as a slip prints it, read back from the free field: for an ERP that keeps nothing but the code.
    /// `None` where the field leaves a doubt.
    pub fn our_number_text(&self) -> Option<String> {
        let reading = self.sure_reading()?;
        let number = reading.our_numbers().next()?;
        // Banco do Brasil prints its seventeen digits without one.
        let digit = reading
            .our_number_digit()
            .filter(|_| !(self.bank() == "001" && number.len() == 17));
        Some(with_digit(&number, digit))
    }

    /// "Agência / Código do beneficiário" read back from the free field: the account, or the code that the bank gave
    /// the payee, with the agency before it where the field has one. `None` where the field leaves a doubt.
    pub fn agency_account_text(&self) -> Option<String> {
        let reading = self.sure_reading()?;
        let read = |number: Part, digit: Part| {
            reading
                .part(number)
                .map(|number| with_digit(&number, reading.part(digit)))
        };
        let agency = read(Part::Agency, Part::AgencyDigit);
        let account =
            read(Part::Account, Part::AccountDigit).or_else(|| read(Part::Agreement, Part::AgreementDigit));
        match (agency, account) {
            (Some(agency), Some(account)) => Some(format!("{agency} / {account}")),
            (agency, account) => account.or(agency),
        }
    }

    /// "Carteira" read back from the free field; `None` where it has none or leaves a doubt.
    pub fn wallet_text(&self) -> Option<String> {
        self.sure_reading()?.part(Part::Wallet)
    }

    /// What is odd about a code whose check digits are right, seen from `today`.
    pub fn warnings(&self, today: NaiveDate) -> Vec<CodeWarning> {
        let mut warnings = Vec::new();
        if self.currency() != '9' {
            warnings.push(CodeWarning::Currency {
                found: self.currency(),
            });
        }
        if let Some(factor @ 1..) = self.due_factor()
            && self.due_on(today).is_none()
        {
            warnings.push(CodeWarning::FactorOutOfRange { factor });
        }
        match self.reading() {
            Some(reading) => {
                warnings.extend(
                    reading
                        .mismatches()
                        .iter()
                        .cloned()
                        .map(CodeWarning::FreeFieldDigit),
                );
            }
            None if free_field::layouts_of(self.bank()).next().is_some() => {
                warnings.push(CodeWarning::FreeFieldLayout);
            }
            None => warnings.push(CodeWarning::UnknownBank),
        }
        warnings
    }
}

pub(super) fn with_digit(number: &str, digit: Option<String>) -> String {
    digit.map_or_else(|| number.to_owned(), |digit| format!("{number}-{digit}"))
}

/// At most 14 digits.
fn number(digits: &str) -> i64 {
    digits.bytes().fold(0, |n, d| n * 10 + i64::from(d - b'0'))
}

/// What cannot become a barcode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Not three digits, or a bank that starts with 8 (that is the mark of an arrecadação).
    #[error("the bank is not three digits, or starts with 8")]
    Bank,
    /// Negative or above R$ 99.999.999.999,99.
    #[error("the value does not fit a barcode")]
    Amount,
    /// Before 3 July 2000: such a factor would read back as part of the value.
    #[error("the due date is before 2000-07-03, the first with a factor of four digits")]
    DueDate,
    /// The free field is not 25 digits.
    #[error("the free field is not 25 digits but {found} characters, or holds something else")]
    FreeField {
        /// Its number of characters.
        found: usize,
    },
}

/// Makes a barcode in reais. `due: None` writes the factor 0000. Above [`MAX_AMOUNT_WITH_FACTOR`] the value takes
/// the factor's place too (Itaú CNAB400 manual, March 2015), and `due` is not in the code then.
///
/// For the sample ERP and the tools of the command line: sending never makes a code that the ERP does not hold.
///
/// # Errors
/// [`EncodeError`].
pub fn encode(
    bank: &str,
    due: Option<NaiveDate>,
    amount: Cents,
    free_field: &str,
) -> Result<Barcode, EncodeError> {
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if bank.len() != 3 || !all_digits(bank) || bank.starts_with('8') {
        return Err(EncodeError::Bank);
    }
    if free_field.len() != 25 || !all_digits(free_field) {
        return Err(EncodeError::FreeField {
            found: free_field.chars().count(),
        });
    }
    if amount < Cents::ZERO || amount > MAX_AMOUNT {
        return Err(EncodeError::Amount);
    }
    let factor = match due.map(due_factor::of) {
        None => 0,
        Some(Some(factor)) if due >= NaiveDate::from_ymd_opt(2000, 7, 3) => factor,
        Some(_) => return Err(EncodeError::DueDate),
    };
    let value = if amount > MAX_AMOUNT_WITH_FACTOR {
        format!("{:014}", amount.get())
    } else {
        format!("{factor:04}{:010}", amount.get())
    };
    let mut digits = [b'0'; 44];
    digits[..3].copy_from_slice(bank.as_bytes());
    digits[3] = b'9';
    digits[5..19].copy_from_slice(value.as_bytes());
    digits[19..].copy_from_slice(free_field.as_bytes());
    Barcode::seal(digits).map_err(|_| EncodeError::Bank)
}
