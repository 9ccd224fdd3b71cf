//! Stored boletos of the shared vectors and made-up ones, right and wrong.

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
    let large = Cobranca::new(encode("341", None, Cents::new(10_000_000_000), code.free_field()).unwrap());
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
