//! A stored boleto against its own code: what the ERP keeps beside the digits must not contradict them.
//!
//! A contradiction is named and never corrected: the code decides where the money goes, so a boleto whose code and
//! record tell two stories is not sent. People type agencies, accounts and numbers in many ways (with and without
//! digit, zeros, wallet in front), so everything that can mean the same is taken as the same; what cannot be
//! compared (an account where the bank's field holds another code) is left out.

use chrono::NaiveDate;
use serde::Serialize;

use super::free_field::{self, Part, Reading};
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
    let Some(reading) = free_field::read(code.bank(), code.free_field()).filter(Reading::is_certain) else {
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

fn with_digit(number: &str, digit: Option<String>) -> String {
    digit.map_or_else(|| number.to_owned(), |digit| format!("{number}-{digit}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::vectors;
    use super::super::{encode, free_field};
    use super::*;
    use serde_json::Value;

    /// A field of a vector as text, numbers too; the word `None` is what a careless export made of nothing.
    fn field(case: &Value, key: &str) -> Option<String> {
        match &case[key] {
            Value::String(text) if text != "None" => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn stored(case: &Value, our_number: &str) -> BoletoRecord {
        let with_digit = |key: &str| {
            let digit = field(case, &format!("{key}_dv"));
            field(case, key).map(|number| digit.map_or(number.clone(), |digit| format!("{number}-{digit}")))
        };
        BoletoRecord {
            bank_code: field(case, "bank"),
            agency: with_digit("agency"),
            account: with_digit("account"),
            wallet: field(case, "carteira"),
            our_number: field(case, our_number),
            barcode: field(case, "barcode"),
            ..BoletoRecord::default()
        }
    }

    fn names(found: &[Contradiction]) -> Vec<&'static str> {
        found.iter().map(Contradiction::name).collect()
    }

    #[test]
    fn the_boletos_of_the_vectors_contradict_nothing() {
        let mut numbers = 0;
        for case in vectors()["boletos"].as_array().unwrap() {
            for our_number in ["nosso_numero", "nosso_numero_fmt"] {
                let record = stored(case, our_number);
                let code = stored_code(&record).unwrap().unwrap();
                assert_eq!(against_record(&code, &record), [], "{our_number} of {case}");
                numbers += usize::from(record.our_number.is_some());
            }
        }
        assert!(
            numbers > 170,
            "most vectors have both forms of our number: {numbers}"
        );
    }

    /// Each digit of our number, agency and account raised by one, in every form the vectors write them.
    #[test]
    fn a_changed_digit_contradicts_the_code() {
        let (mut told, mut missed) = (0, Vec::new());
        for case in vectors()["boletos"].as_array().unwrap() {
            for our_number in ["nosso_numero", "nosso_numero_fmt"] {
                let right = stored(case, our_number);
                let code = stored_code(&right).unwrap().unwrap();
                let Some(number) = &right.our_number else { continue };
                for (at, digit) in number.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
                    let raised = char::from(b'0' + (digit as u8 - b'0' + 1) % 10).to_string();
                    let mut wrong = number.clone();
                    wrong.replace_range(at..=at, &raised);
                    let record = BoletoRecord {
                        our_number: Some(wrong.clone()),
                        ..right.clone()
                    };
                    match names(&against_record(&code, &record)).as_slice() {
                        ["our_number"] => told += 1,
                        _ => missed.push(format!("{} {number} -> {wrong}", code.bank())),
                    }
                }
            }
        }
        // What is let pass: digits behind a number that nobody can compute (HSBC, Banestes, fields that are wrong
        // in themselves), a number or wallet that is zero now, Itaú's digit where the field has no
        // place for it, and the agency before Daycoval's wallet.
        assert!(told > 1600, "{told}");
        let explained = [
            "021 69240101-68 ",
            "033 0000000",
            "104 9 -> 0",
            "399 0000012345678948 ",
            "341 196/00258281-3 ",
            "341 107/12345678-8 ",
            "341 112/00223345-8 ",
            "341 112/00223351-6 ",
            "341 112/00223347-4 ",
            "707 00019/121/",
        ];
        let zero_wallet = |miss: &str| miss.contains("-> 00/") || miss.contains("-> 000/");
        for miss in &missed {
            assert!(
                zero_wallet(miss) || explained.iter().any(|start| miss.starts_with(start)),
                "{miss}"
            );
        }
    }

    /// A boleto of Itaú as an ERP might keep it.
    fn record() -> (Cobranca, BoletoRecord) {
        let parts = [
            (Part::Wallet, "109"),
            (Part::OurNumber, "223350"),
            (Part::Agency, "1234"),
            (Part::Account, "56789"),
        ];
        let field = free_field::build("341", &parts).unwrap();
        assert_eq!(field, "1090022335021234567897000");
        let barcode = encode(
            "341",
            NaiveDate::from_ymd_opt(2026, 12, 10),
            Cents::new(35_000),
            &field,
        )
        .unwrap();
        let text = |text: &str| Some(text.to_owned());
        let record = BoletoRecord {
            bank_code: text("341"),
            agency: text("1234"),
            account: text("56789-7"),
            wallet: text("109"),
            our_number: text("109/00223350-2"),
            barcode: text(barcode.as_str()),
            digitable_line: text(&barcode.formatted_line()),
            ..BoletoRecord::default()
        };
        (Cobranca::new(barcode), record)
    }

    const DUE: Expected = Expected {
        due_on: NaiveDate::from_ymd_opt(2026, 12, 10).expect("a date"),
        amount: Cents::new(35_000),
    };

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a date");

    #[test]
    fn each_stored_field_is_held_against_the_code_and_named() {
        let (code, right) = record();
        assert_eq!(checked_code(&right, DUE, TODAY), Ok(Some(code)));
        type Change = fn(&mut BoletoRecord);
        let changes: [(&str, Change); 9] = [
            ("bank", |r| r.bank_code = Some("237".into())),
            ("agency", |r| r.agency = Some("1235".into())),
            ("account", |r| r.account = Some("56780-7".into())),
            ("account", |r| r.account = Some("56789-8".into())),
            ("account", |r| r.account = Some("567898".into())),
            ("wallet", |r| r.wallet = Some("112".into())),
            ("our_number", |r| r.our_number = Some("223351".into())),
            ("our_number", |r| r.our_number = Some("00223350-3".into())),
            ("our_number", |r| r.our_number = Some("109/00223350-3".into())),
        ];
        for (name, change) in changes {
            let mut wrong = right.clone();
            change(&mut wrong);
            match checked_code(&wrong, DUE, TODAY) {
                Err(StoredError::Contradicted(found)) => assert_eq!(names(&found), [name], "{wrong:?}"),
                other => panic!("{wrong:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_same_typed_otherwise_is_no_contradiction() {
        let (code, right) = record();
        type Change = fn(&mut BoletoRecord);
        let changes: [Change; 14] = [
            |r| r.bank_code = Some("341-7".into()),
            |r| r.bank_code = Some("0341".into()),
            |r| r.agency = Some("01234".into()),
            |r| r.agency = Some("1234-0".into()),
            |r| r.agency = None,
            |r| r.account = Some("0056789".into()),
            |r| r.account = Some("567897".into()),
            |r| r.account = Some("0".into()),
            |r| r.wallet = Some("I".into()),
            |r| r.wallet = Some("109/1".into()),
            |r| r.our_number = Some("223350".into()),
            |r| r.our_number = Some("00223350-2".into()),
            |r| r.our_number = Some("2233502".into()),
            |r| r.barcode = None,
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut other = right.clone();
            change(&mut other);
            assert_eq!(checked_code(&other, DUE, TODAY), Ok(Some(code)), "change {at}");
        }
    }

    #[test]
    fn the_receivable_is_held_against_the_code() {
        let (code, right) = record();
        let later = Expected {
            due_on: NaiveDate::from_ymd_opt(2026, 12, 11).unwrap(),
            ..DUE
        };
        let paid_in_part = Expected {
            amount: Cents::new(34_999),
            ..DUE
        };
        for (expected, contradiction) in [
            (
                later,
                Contradiction::DueDate {
                    stored: later.due_on,
                    code: Some(DUE.due_on),
                },
            ),
            (
                paid_in_part,
                Contradiction::Amount {
                    stored: Cents::new(34_999),
                    code: DUE.amount,
                },
            ),
        ] {
            let found = checked_code(&right, expected, TODAY);
            assert_eq!(found, Err(StoredError::Contradicted(vec![contradiction])));
        }
        // A code without due date and value leaves both open.
        let open = Cobranca::new(encode("341", None, Cents::ZERO, code.free_field()).unwrap());
        assert_eq!(against_receivable(&open, later, TODAY), []);
        // So does one whose value took the factor's place, as far as the date goes.
        let large =
            Cobranca::new(encode("341", None, Cents::new(10_000_000_000), code.free_field()).unwrap());
        assert_eq!(names(&against_receivable(&large, later, TODAY)), ["amount"]);
    }

    #[test]
    fn what_is_stored_must_be_one_code_of_a_bank() {
        let (_, right) = record();
        assert_eq!(stored_code(&BoletoRecord::default()), Ok(None));
        assert_eq!(
            stored_code(&BoletoRecord {
                barcode: Some("  ".into()),
                ..BoletoRecord::default()
            }),
            Ok(None)
        );
        let typo = BoletoRecord {
            digitable_line: Some("34191.09008 1".into()),
            ..right.clone()
        };
        assert_eq!(
            stored_code(&typo),
            Err(StoredError::Line(CodeError::Length { found: 11 }))
        );
        let other = encode("341", None, Cents::ZERO, "1090022335021234567897000").unwrap();
        let two = BoletoRecord {
            digitable_line: Some(other.digitable_line()),
            ..right.clone()
        };
        assert_eq!(
            stored_code(&two),
            Err(StoredError::Contradicted(vec![Contradiction::BarcodeAndLine]))
        );
        let slip = "83640000001-1 33120138000-2 81288462711-6 08013618155-1";
        let slip = BoletoRecord {
            barcode: None,
            digitable_line: Some(slip.into()),
            ..right
        };
        assert_eq!(
            stored_code(&slip),
            Err(StoredError::Contradicted(vec![Contradiction::NotABoleto]))
        );
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_stored_nothing_panics(agency in ".*", number in ".*", line in ".*", digits in "[0-9/ -]{0,24}") {
            let (code, right) = record();
            for text in [&agency, &digits] {
                let odd = BoletoRecord {
                    bank_code: Some(number.clone()),
                    agency: Some(text.clone()),
                    account: Some(text.clone()),
                    wallet: Some(text.clone()),
                    our_number: Some(text.clone()),
                    digitable_line: Some(line.clone()),
                    ..right.clone()
                };
                let _ = (against_record(&code, &odd), checked_code(&odd, DUE, TODAY));
            }
        }
    }
}
