//! A stored boleto against its own code: what the ERP keeps beside the digits must not contradict them.
//!
//! A contradiction is named and never corrected: the code decides where the money goes, so a boleto whose code and
//! record tell two stories is not sent. People type agencies, accounts and numbers in many ways (with and without
//! digit, zeros, wallet in front), so everything that can mean the same is taken as the same; what cannot be
//! compared (an account where the bank's field holds another code) is left out.

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use serde::Serialize;

use super::cobranca::with_digit;
use super::free_field::{Part, Reading};
use super::{Barcode, Cobranca, Code, CodeError, due_factor};
use crate::domain::money::Cents;
use crate::domain::receivable::BoletoRecord;

/// What of a stored boleto contradicts its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "contradiction", rename_all = "snake_case")]
pub enum Contradiction {
    /// Barcode and line are both stored, and are two codes.
    BarcodeAndLine,
    /// An arrecadação, which is no boleto of a bank.
    NotABoleto,
    /// Another bank.
    Bank {
        /// As stored.
        stored: String,
        /// In the code.
        code: String,
    },
    /// Another agency.
    Agency {
        /// As stored.
        stored: String,
        /// In the code.
        code: String,
    },
    /// Another account.
    Account {
        /// As stored.
        stored: String,
        /// In the code.
        code: String,
    },
    /// Another wallet.
    Wallet {
        /// As stored.
        stored: String,
        /// In the code.
        code: String,
    },
    /// Another our-number.
    OurNumber {
        /// As stored.
        stored: String,
        /// In the code, with its digit where one is known.
        code: String,
    },
    /// Another due date: the code's factor is not that of the receivable's.
    DueDate {
        /// The receivable's.
        stored: NaiveDate,
        /// What the factor means today, where it means anything.
        code: Option<NaiveDate>,
    },
    /// Another amount.
    Amount {
        /// What the receivable asks for, in cents.
        stored: Cents,
        /// In the code.
        code: Cents,
    },
}

impl Contradiction {
    /// The name for machines: `barcode_and_line`, `account`, `due_date`, ...
    pub fn name(&self) -> &'static str {
        match self {
            Contradiction::BarcodeAndLine => "barcode_and_line",
            Contradiction::NotABoleto => "not_a_boleto",
            Contradiction::Bank { .. } => "bank",
            Contradiction::Agency { .. } => "agency",
            Contradiction::Account { .. } => "account",
            Contradiction::Wallet { .. } => "wallet",
            Contradiction::OurNumber { .. } => "our_number",
            Contradiction::DueDate { .. } => "due_date",
            Contradiction::Amount { .. } => "amount",
        }
    }
}

/// Why a stored boleto cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// The barcode is no code.
    #[error("barcode: {0}")]
    Barcode(CodeError),
    /// The line is no code.
    #[error("line: {0}")]
    Line(CodeError),
    /// Code and record contradict each other.
    #[error("the code contradicts the stored {}", .0.iter().map(Contradiction::name).collect::<Vec<_>>().join(", "))]
    Contradicted(Vec<Contradiction>),
}

/// What the receivable says about its boleto.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Due date as agreed.
    pub due_on: NaiveDate,
    /// What is to be paid.
    pub amount: Cents,
}

/// The code of a stored boleto: from the barcode, from the line, or from both when they are the same. `Ok(None)`
/// when neither is stored.
///
/// # Errors
/// [`StoredError`]: unreadable digits, two codes, or an arrecadação.
pub fn stored_code(record: &BoletoRecord) -> Result<Option<Cobranca>, StoredError> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    // Some ERPs keep the line in the barcode's column and the other way round; both forms are welcome in both.
    let barcode = given(&record.barcode)
        .map(|text| Barcode::parse(&text))
        .transpose()
        .map_err(StoredError::Barcode)?;
    let line = given(&record.digitable_line)
        .map(|text| Barcode::parse(&text))
        .transpose()
        .map_err(StoredError::Line)?;
    let code = match (barcode, line) {
        (None, None) => return Ok(None),
        (Some(barcode), Some(line)) if barcode != line => {
            return Err(StoredError::Contradicted(vec![Contradiction::BarcodeAndLine]));
        }
        (Some(code), _) | (None, Some(code)) => code,
    };
    match code.code() {
        Code::Cobranca(code) => Ok(Some(code)),
        Code::Arrecadacao(_) => Err(StoredError::Contradicted(vec![Contradiction::NotABoleto])),
    }
}

/// The code of a stored boleto, provided that nothing stored contradicts it. `Ok(None)` when no code is stored.
///
/// # Errors
/// [`StoredError`], with every contradiction.
pub fn checked_code(
    record: &BoletoRecord,
    expected: Expected,
    today: NaiveDate,
) -> Result<Option<Cobranca>, StoredError> {
    let Some(code) = stored_code(record)? else {
        return Ok(None);
    };
    let mut found = against_record(&code, record);
    found.extend(against_receivable(&code, expected, today));
    if found.is_empty() {
        Ok(Some(code))
    } else {
        Err(StoredError::Contradicted(found))
    }
}

/// What the receivable contradicts: due date and amount. A code without factor or value (zero) leaves them open.
pub fn against_receivable(code: &Cobranca, expected: Expected, today: NaiveDate) -> Vec<Contradiction> {
    let mut found = Vec::new();
    if let Some(factor @ 1..) = code.due_factor()
        && due_factor::of(expected.due_on) != Some(factor)
    {
        found.push(Contradiction::DueDate {
            stored: expected.due_on,
            code: code.due_on(today),
        });
    }
    if code.amount() != Cents::ZERO && code.amount() != expected.amount {
        found.push(Contradiction::Amount {
            stored: expected.amount,
            code: code.amount(),
        });
    }
    found
}

/// What the boleto's own record contradicts: bank, and agency, account, wallet and our-number where the bank's
/// layout is known and has them.
pub fn against_record(code: &Cobranca, record: &BoletoRecord) -> Vec<Contradiction> {
    let mut found = Vec::new();
    if let Some(stored) = typed(&record.bank_code)
        && !same_number(&stored.base, code.bank())
        && !same_number(&stored.all, code.bank())
    {
        found.push(Contradiction::Bank {
            stored: stored.text,
            code: code.bank().to_owned(),
        });
    }
    let Some(reading) = code.reading().filter(Reading::is_certain) else {
        return found;
    };
    let numbered = |number: Part, digit: Part| Some((reading.part(number)?, reading.part(digit)));
    if let (Some(stored), Some((agency, digit))) =
        (typed(&record.agency), numbered(Part::Agency, Part::AgencyDigit))
        && !stored.means(&agency, digit.as_deref())
    {
        found.push(Contradiction::Agency {
            stored: stored.text,
            code: with_digit(&agency, digit),
        });
    }
    if let (Some(stored), Some((account, digit))) = (
        typed(&record.account),
        numbered(Part::Account, Part::AccountDigit),
    ) && !stored.means(&account, digit.as_deref())
    {
        found.push(Contradiction::Account {
            stored: stored.text,
            code: with_digit(&account, digit),
        });
    }
    if let (Some(stored), Some(wallet)) = (wallet(&record.wallet), reading.part(Part::Wallet))
        // A shorter one is another numbering: Santander's 5 of the files is the 101 of the boleto.
        && (stored.len() >= wallet.len() || wallet.len() < 3)
        && !same_number(&stored, &wallet)
    {
        found.push(Contradiction::Wallet {
            stored: record.wallet.clone().unwrap_or_default(),
            code: wallet,
        });
    }
    if let Some(stored) = typed(&record.our_number)
        && !means_our_number(&stored, &reading)
    {
        let code = with_digit(&reading.our_number(), reading.our_number_digit());
        found.push(Contradiction::OurNumber {
            stored: stored.text,
            code,
        });
    }
    found
}

/// A number as somebody typed it.
struct Typed {
    /// As stored, trimmed.
    text: String,
    /// All its digits and letters in order.
    all: String,
    /// The digits before the check digit, where a dash sets one apart; else all.
    base: String,
    /// The check digit set apart by a dash: a digit or a letter (`X`, `P`).
    digit: Option<String>,
}

/// `None`: nothing stored, or nothing but zeros, which is what a numeric column holds when nobody filled it.
fn typed(text: &Option<String>) -> Option<Typed> {
    let text = text.as_deref()?.trim();
    let plain = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect()
    };
    let all = plain(text);
    if !all.bytes().any(|b| matches!(b, b'1'..=b'9')) {
        return None;
    }
    let (base, digit) = match text
        .rsplit_once('-')
        .map(|(base, digit)| (plain(base), plain(digit)))
    {
        Some((base, digit)) if !base.is_empty() && (1..=2).contains(&digit.len()) => (base, Some(digit)),
        _ => (all.clone(), None),
    };
    Some(Typed {
        text: text.to_owned(),
        all,
        base,
        digit,
    })
}

impl Typed {
    /// Whether it can mean this number of the field, which may have its digit beside it.
    fn means(&self, number: &str, digit: Option<&str>) -> bool {
        let with_digit = digit.map(|digit| format!("{number}{digit}"));
        if same_number(&self.all, number) || with_digit.as_deref().is_some_and(|n| same_number(&self.all, n))
        {
            return true;
        }
        match (&self.digit, digit) {
            // Both tell the digit: then it counts, and the first test has seen it.
            (Some(_), Some(_)) => false,
            (Some(_), None) => same_number(&self.base, number),
            (None, Some(_)) => false,
            // A digit may be glued on: 1488708 for 148870-8.
            (None, None) => same_number(but_last(&self.all), number),
        }
    }
}

/// Whether it can mean this our-number: in any of the forms of its bank, with or without its digit, with the wallet
/// in front or not.
fn means_our_number(stored: &Typed, reading: &Reading) -> bool {
    let wallet = reading.part(Part::Wallet);
    let digit = reading.our_number_digit();
    // A digit that does not agree with its number is none to hold against anybody.
    let reliable = digit.is_some()
        && !reading
            .mismatches()
            .iter()
            .any(|m| m.part == Part::OurNumberDigit);
    let mut spelled = vec![stored.all.clone()];
    if !reliable && stored.digit.is_some() {
        spelled.push(stored.base.clone());
    }
    // `0001/121/0084580106-0`: wallet, and what people put before it, in front.
    if let Some((front, number)) = stored.text.rsplit_once('/')
        && let Some(wallet) = &wallet
        && same_number(front.rsplit('/').next().unwrap_or_default().trim(), wallet)
        && let Some(number) = typed(&Some(number.to_owned()))
    {
        spelled.push(number.all);
    }
    reading.our_numbers().any(|number| {
        let mut numbers = vec![number.clone()];
        numbers.extend(wallet.as_ref().map(|wallet| format!("{wallet}{number}")));
        numbers.iter().any(|number| {
            let with_digit = digit.as_ref().map(|digit| format!("{number}{digit}"));
            spelled.iter().any(|spelled| {
                same_number(spelled, number)
                    || with_digit
                        .as_ref()
                        .is_some_and(|number| same_number(spelled, number))
                    || followed_by(spelled, number, reading.layout().more_digits)
            })
        })
    })
}

/// Whether `more` characters follow the number, which is otherwise the same.
fn followed_by(text: &str, number: &str, more: usize) -> bool {
    more > 0 && text.len() > more && same_number(&text[..text.len() - more], number)
}

/// The wallet's digits, of `17-019` (wallet and variation) the first; `None` for names such as `RG` and `SIG14`.
fn wallet(text: &Option<String>) -> Option<String> {
    let first = text.as_deref()?.trim().split(['-', '/', ' ', '.']).next()?;
    let zeros = first.bytes().all(|b| b == b'0');
    (!zeros && first.bytes().all(|b| b.is_ascii_digit())).then(|| first.to_owned())
}

/// The same but for leading zeros. All zeros are the number zero.
fn same_number(a: &str, b: &str) -> bool {
    a.trim_start_matches('0') == b.trim_start_matches('0')
}

fn but_last(text: &str) -> &str {
    &text[..text.len().saturating_sub(1)]
}
