//! Boleto and Pix codes as the sample's banks would have issued them.
//!
//! The product itself never makes a code that the ERP does not hold; only the sample plays the bank.

use crate::domain::boleto::check_digits::mod11_letter;
use crate::domain::boleto::{Barcode, encode};
use crate::domain::money::Cents;
use crate::domain::pix::DynamicCode;
use chrono::NaiveDate;

/// The 44 digits of a boleto and its line as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BoletoCode {
    pub(super) barcode: String,
    pub(super) line: String,
}

/// Makes barcode and line from the bank's code, the due date, the amount and the bank's own 25 digits. `None`
/// where a barcode cannot hold them (a due date before 2000): such a receivable has no boleto.
pub(super) fn boleto(bank: &str, due_on: NaiveDate, amount: Cents, free_field: &str) -> Option<BoletoCode> {
    let barcode: Barcode = encode(bank, Some(due_on), amount, free_field).ok()?;
    Some(BoletoCode {
        barcode: barcode.as_str().to_owned(),
        line: barcode.formatted_line(),
    })
}

/// The same code with one mistyped digit in each of its forms, as if it had been keyed in by hand.
pub(super) fn broken(code: &BoletoCode) -> BoletoCode {
    // In the line the last free digit of the second group: modulus 10 finds every single wrong digit. In the barcode
    // the general digit itself: modulus 11 as banks fold it misses one wrong digit in twenty elsewhere.
    BoletoCode {
        barcode: with_digit_raised(&code.barcode, 4),
        line: with_digit_raised(&code.line, 22),
    }
}

fn with_digit_raised(text: &str, at: usize) -> String {
    text.char_indices()
        .map(|(i, c)| match c.to_digit(10) {
            Some(digit) if i == at => char::from(b'0' + ((digit + 1) % 10) as u8),
            _ => c,
        })
        .collect()
}

/// The check digit of Bradesco's nosso número, over wallet and number.
pub(super) fn bradesco_check(wallet: &str, number: u32) -> char {
    mod11_letter(format!("{wallet}{number:011}").bytes(), 7, 'P')
}

/// A dynamic Pix code that points at the bank's record of a charge with a due date; `record` is the record's number
/// at the bank. Names are written as banks do: in capitals, without accents, cut.
pub(super) fn pix(name: &str, city: &str, amount: Cents, record: u128) -> Option<String> {
    let url = format!("pix.example.com/qr/v2/cobv/{record:032x}");
    let code = DynamicCode {
        url: &url,
        amount: Some(amount),
        name: &name.to_uppercase(),
        city: &city.to_uppercase(),
        postal_code: None,
    };
    code.write().ok().map(|code| code.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A code of a public test suite (Banco do Brasil).
    #[test]
    fn a_known_boleto() {
        let code = boleto(
            "001",
            date("2019-02-28"),
            Cents::new(80_000),
            "0000001234567000000000111",
        )
        .unwrap();
        assert_eq!(code.barcode, "00191781400000800000000001234567000000000111");
        assert_eq!(
            code.line,
            "00190.00009 01234.567004 00000.001115 1 78140000080000"
        );
    }

    #[test]
    fn a_broken_code_differs_in_one_digit_of_each_and_is_refused() {
        let good = boleto(
            "237",
            date("2026-12-01"),
            Cents::new(12_345),
            "1234090000000001200054320",
        )
        .unwrap();
        let bad = broken(&good);
        let differ = |a: &str, b: &str| a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count();
        assert_eq!(differ(&good.line, &bad.line), 1);
        assert_eq!(differ(&good.barcode, &bad.barcode), 1);
        assert!(Barcode::parse(&good.line).is_ok() && Barcode::parse(&good.barcode).is_ok());
        assert!(Barcode::parse(&bad.line).is_err() && Barcode::parse(&bad.barcode).is_err());
    }

    #[test]
    fn pix_codes_look_like_a_banks() {
        let code = pix(
            "Casa & Obra Materiais de Construção Ltda",
            "São Leopoldo",
            Cents::new(35_000),
            7,
        )
        .unwrap();
        assert!(code.starts_with("00020101021226"), "{code}");
        assert!(
            code.contains("5406350.00") && code.contains("6012SAO LEOPOLDO") && code.is_ascii(),
            "{code}"
        );
    }
}
