//! Boleto and Pix codes as the sample's banks would have issued them.
//!
//! The product itself never makes a code that the ERP does not hold; only the sample plays the bank.

use chrono::NaiveDate;

use crate::domain::money::Cents;

/// The 44 digits of a boleto and the 47 of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BoletoCode {
    pub(super) barcode: String,
    pub(super) line: String,
}

/// The due-date factor: days since 1997-10-07; after 9999 (2025-02-21) it goes on at 1000.
fn due_factor(due_on: NaiveDate) -> i64 {
    let days = due_on.signed_duration_since(FACTOR_EPOCH).num_days();
    if days <= 9_999 { days } else { (days - 1_000) % 9_000 + 1_000 }
}

const FACTOR_EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1997, 10, 7).expect("a date");

/// Weights 2, 1, 2, ... from the right, digits of the products summed.
fn mod10(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let product = u32::from(b - b'0') * if i % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

/// The barcode's general digit: weights 2 to 9 from the right; 0, 10 and 11 become 1.
fn mod11(digits: &str) -> u32 {
    let sum: u32 = digits.bytes().rev().enumerate().map(|(i, b)| u32::from(b - b'0') * (i as u32 % 8 + 2)).sum();
    match 11 - sum % 11 {
        10 | 11 => 1,
        digit => digit,
    }
}

/// Makes barcode and line from the bank's code, the due date, the amount and the bank's own 25 digits.
pub(super) fn boleto(bank: &str, due_on: NaiveDate, amount: Cents, free_field: &str) -> BoletoCode {
    let tail = format!("{:04}{:010}{free_field}", due_factor(due_on), amount.get());
    let digit = mod11(&format!("{bank}9{tail}"));
    let barcode = format!("{bank}9{digit}{tail}");
    let fields = [
        format!("{bank}9{}", &free_field[..5]),
        free_field[5..15].to_owned(),
        free_field[15..].to_owned(),
    ];
    let [a, b, c] = fields.map(|field| {
        let check = mod10(&field);
        format!("{}.{}{check}", &field[..5], &field[5..])
    });
    let line = format!("{a} {b} {c} {digit} {}", &tail[..14]);
    BoletoCode { barcode, line }
}

/// The same code with a mistyped last digit of the line's second field, as a retyped one would have.
pub(super) fn broken(code: BoletoCode) -> BoletoCode {
    // Position 22 of `AAAAA.AAAAAD BBBBB.BBBBBD ...` is a digit in the middle of the second field.
    let mut line = code.line.into_bytes();
    line[22] = b'0' + (line[22] - b'0' + 1) % 10;
    let mut barcode = code.barcode.into_bytes();
    barcode[40] = b'0' + (barcode[40] - b'0' + 1) % 10;
    let text = |bytes: Vec<u8>| bytes.into_iter().map(char::from).collect();
    BoletoCode { barcode: text(barcode), line: text(line) }
}

/// The check digit of Bradesco's nosso número: modulus 11, weights 2 to 7 over wallet and number.
pub(super) fn bradesco_check(wallet: &str, number: u64) -> char {
    let digits = format!("{wallet}{number:011}");
    let sum: u32 = digits.bytes().rev().enumerate().map(|(i, b)| u32::from(b - b'0') * (i as u32 % 6 + 2)).sum();
    match sum % 11 {
        0 => '0',
        1 => 'P',
        rest => char::from(b'0' + (11 - rest) as u8),
    }
}

/// CRC-16/CCITT-FALSE, as EMV wants it: polynomial 1021, start FFFF, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, b| {
        (0..8).fold(crc ^ (u16::from(*b) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

/// A dynamic Pix code (BR Code) that points at the bank's record of the charge with a due date. `name` and
/// `city` are ASCII; `location` are the 128 bits of the record's address.
pub(super) fn pix(name: &str, city: &str, amount: Cents, location: u128) -> String {
    let field = |id: &str, value: &str| format!("{id}{:02}{value}", value.len());
    let url = format!("pix.example.com/qr/v2/cobv/{location:032x}");
    let account = field("00", "br.gov.bcb.pix") + &field("25", &url);
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let mut code = [
        field("00", "01"),
        field("01", "12"),
        field("26", &account),
        field("52", "0000"),
        field("53", "986"),
        field("54", &amount.to_decimal()),
        field("58", "BR"),
        field("59", cut(name, 25).trim_end()),
        field("60", cut(city, 15).trim_end()),
        field("62", &field("05", "***")),
        "6304".to_owned(),
    ]
    .concat();
    let crc = crc16(code.as_bytes());
    code.push_str(&format!("{crc:04X}"));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Codes of public test suites.
    #[test]
    fn known_boletos() {
        let code = boleto("001", date("2019-02-28"), Cents::new(80_000), "0000001234567000000000111");
        assert_eq!(code.barcode, "00191781400000800000000001234567000000000111");
        assert_eq!(code.line, "00190.00009 01234.567004 00000.001115 1 78140000080000");
        let code = boleto("001", date("2017-05-24"), Cents::new(22_058), "0000001234567000000000311");
        assert_eq!(code.barcode, "00195716900000220580000001234567000000000311");
    }

    #[test]
    fn the_factor_starts_again_in_2025() {
        for (due, factor) in
            [("2000-07-03", 1_000), ("2025-02-21", 9_999), ("2025-02-22", 1_000), ("2049-10-13", 9_999)]
        {
            assert_eq!(due_factor(date(due)), factor, "{due}");
        }
    }

    #[test]
    fn a_broken_code_differs_in_one_digit_of_each() {
        let good = boleto("237", date("2026-12-01"), Cents::new(12_345), "1234090000000001200054320");
        let bad = broken(good.clone());
        let differ = |a: &str, b: &str| a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count();
        assert_eq!(differ(&good.line, &bad.line), 1);
        assert_eq!(differ(&good.barcode, &bad.barcode), 1);
        assert_eq!(bad.line.bytes().filter(u8::is_ascii_digit).count(), 47);
    }

    #[test]
    fn pix_codes_carry_their_crc() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
        let code = pix("CASA E OBRA MATERIAIS LTDA", "SAO LEOPOLDO", Cents::new(35_000), 7);
        assert!(code.starts_with("00020101021226"), "{code}");
        assert!(code.contains("5406350.00") && code.is_ascii());
        let (body, crc) = code.split_at(code.len() - 4);
        assert_eq!(format!("{:04X}", crc16(body.as_bytes())), crc);
    }
}
