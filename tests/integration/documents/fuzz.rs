//! Anything at all where codes and files are read: no panic, and what is accepted is what it says it is.
//!
//! A few thousand cases in every run; `scripts/fuzz SECONDS` goes on for as long as it is told. A failing case is
//! made small by proptest and printed.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use wa_notify::domain::boleto::{self, Barcode, Code};
use wa_notify::domain::pix;
use wa_notify::render::boleto_pdf::{boleto_pdf, check_bank_pdf};
use wa_notify::render::file_names;

use super::samples;

/// Runs cases of a kind: some in every test run, or as long as `WA_NOTIFY_FUZZ_SECONDS` says.
#[expect(clippy::disallowed_methods, reason = "how long to go on is real time")]
fn fuzz<S: Strategy>(cases: u32, strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let seconds = std::env::var("WA_NOTIFY_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(0));
    loop {
        let config = Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        };
        let found = TestRunner::new(config).run(&strategy, &test);
        assert!(found.is_ok(), "{}", found.unwrap_err());
        if Instant::now() >= until {
            return;
        }
    }
}

/// A change that a person, a scanner or a broken disk makes to a text.
#[derive(Debug, Clone)]
enum Change {
    Drop,
    Put(char),
    Insert(char),
    Swap,
    Cut,
    Twice,
}

fn changes() -> impl Strategy<Value = Vec<(Index, Change)>> {
    let change = prop_oneof![
        Just(Change::Drop),
        any::<char>().prop_map(Change::Put),
        prop::char::range('0', '9').prop_map(Change::Put),
        any::<char>().prop_map(Change::Insert),
        prop::char::range('0', '9').prop_map(Change::Insert),
        Just(Change::Swap),
        Just(Change::Cut),
        Just(Change::Twice),
    ];
    prop::collection::vec((any::<Index>(), change), 0..4)
}

fn changed(text: &str, changes: &[(Index, Change)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, change) in changes {
        if chars.is_empty() {
            break;
        }
        let at = at.index(chars.len());
        match change {
            Change::Drop => drop(chars.remove(at)),
            Change::Put(c) => chars[at] = *c,
            Change::Insert(c) => chars.insert(at, *c),
            Change::Swap => {
                let other = (at + 1) % chars.len();
                chars.swap(at, other);
            }
            Change::Cut => chars.truncate(at),
            Change::Twice => chars.extend(chars.clone()),
        }
    }
    chars.into_iter().collect()
}

/// Texts of bytes, of digits, and right codes with something changed.
fn codes(right: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => "[0-9. -]{40,60}",
        1 => "8[0-9]{43}|8[0-9]{47}|[0-9]{44}|[0-9]{47}",
        4 => (select(right), changes()).prop_map(|(right, changes)| changed(right, &changes)),
    ]
}

const LINES: &[&str] = &[
    "34191.09008 22335.021238 45678.970000 9 16510000123456",
    "34199165100001234561090022335021234567897000",
    "00190.00009 02941.725018 01726.802174 3 93850000021960",
    "83640000001-1 33120138000-2 81288462711-6 08013618155-1",
    "83640000001331201380008128846271108013618155",
    "85890000464-1 52460179160-5 60759305086-5 83148300001-0",
];

#[test]
fn lines_and_barcodes() {
    fuzz(4_000, codes(LINES), |text| {
        let today = samples::day("2026-11-22");
        let Ok(code) = boleto::parse(&text) else {
            return Ok(());
        };
        let barcode = code.barcode();
        // What was read stands for itself: both of its forms are read as the same code.
        for form in [
            barcode.to_string(),
            barcode.digitable_line(),
            barcode.formatted_line(),
        ] {
            prop_assert_eq!(Barcode::parse(&form).ok(), Some(barcode), "{}", form);
        }
        if let Code::Cobranca(code) = &code {
            prop_assert!(!code.amount().get().is_negative());
            let _ = (code.due_on(today), code.free_field());
        }
        Ok(())
    });
}

const PIX_CODES: &[&str] = &[
    samples::PIX,
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de \
     Tal6008BRASILIA62070503***63041D3D",
];

/// The CRC of a changed code is made right again, or nothing behind it would ever be reached.
fn sealed(text: &str) -> String {
    let body = text.get(..text.len().saturating_sub(4)).unwrap_or(text);
    format!("{body}{:04X}", pix::crc16(body.as_bytes()))
}

#[test]
fn pix_codes() {
    let codes =
        (codes(PIX_CODES), any::<bool>()).prop_map(|(text, seal)| if seal { sealed(&text) } else { text });
    fuzz(4_000, codes, |text| {
        let Ok(code) = pix::parse(&text) else {
            return Ok(());
        };
        let again = pix::parse(code.as_str()).ok();
        prop_assert_eq!(again.as_ref(), Some(&code));
        prop_assert!(code.amount().is_none_or(|amount| !amount.get().is_negative()));
        if code.is_printable_on_boleto() {
            prop_assert!(code.url().is_some(), "a static code settles nothing");
        }
        Ok(())
    });
}

#[test]
fn files_of_the_banks() {
    let whole = boleto_pdf(&samples::usual());
    let changed = (
        Just(whole),
        prop::collection::vec((any::<Index>(), any::<u8>()), 0..20),
        any::<Index>(),
    )
        .prop_map(|(mut bytes, changes, end)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len()) + 1);
            bytes
        });
    let files = prop_oneof![prop::collection::vec(any::<u8>(), 0..3_000), changed];
    fuzz(1_000, files, |bytes| {
        if check_bank_pdf(&bytes).is_ok() {
            let has = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
            prop_assert!(has(b"%PDF-") && has(b"startxref") && has(b"%%EOF"));
        }
        Ok(())
    });
}

/// Whatever the ERP holds in its texts: a boleto is drawn, and its file has a name.
#[test]
fn texts_of_the_erp() {
    let text = || prop_oneof!["\\PC{0,120}", any::<String>(), "[a-zà-ÿA-Z ]{0,200}"];
    let view = (
        text(),
        text(),
        text(),
        prop::collection::vec(text(), 0..12),
        text(),
    );
    fuzz(60, view, |(name, address, document, instructions, our_number)| {
        let mut view = samples::hybrid();
        view.creditor.name = name.clone();
        view.payer.name = name;
        view.payer.address = address;
        view.document = document;
        view.instructions = instructions;
        view.our_number = Some(our_number);
        let pdf = boleto_pdf(&view);
        check_bank_pdf(&pdf).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let name = file_names::boleto(wa_notify::i18n::Lang::PtBr, &view, 1, 2);
        prop_assert!(name.is_ascii());
        Ok(())
    });
}
