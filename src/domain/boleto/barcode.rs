//! The 44 digits under the bars, and the line of 47 or 48 digits that people type.
//!
//! | | positions of the barcode (from 1) |
//! |---|---|
//! | cobrança | 1-3 bank, 4 currency, 5 general digit, 6-9 due factor, 10-19 value, 20-44 free field |
//! | arrecadação | 1 `8`, 2 segment, 3 kind of value, 4 general digit, 5-15 value, 16-44 company and its own |
//!
//! The line of a cobrança: `AAABC.CCCCX DDDDD.DDDDDY EEEEE.EEEEEZ K UUUUVVVVVVVVVV` with the free field in
//! C, D and E, the modulus-10 digits X, Y and Z, the general digit K, factor U and value V. That of an
//! arrecadação: four blocks of eleven digits, each with a digit of its own, by modulus 10 or 11 as position 3
//! says.

use std::fmt;

use super::check_digits::{mod10, mod11_arrecadacao, mod11_cobranca};
use super::{Arrecadacao, Cobranca, Code, CodeError, Field};

/// The digits of a barcode whose check digit agrees. Always 44 ASCII digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Barcode([u8; 44]);

/// Digits of a code as people, ERPs and scanners hand them over.
pub(super) struct Digits {
    digits: [u8; 48],
    len: usize,
}

impl Digits {
    /// Takes the digits out of a text: dots, dashes and blanks of any sort go, anything else is an error.
    pub(super) fn of(text: &str) -> Result<Self, CodeError> {
        let mut read = Digits {
            digits: [b'0'; 48],
            len: 0,
        };
        for (i, c) in text.chars().enumerate() {
            match c {
                '0'..='9' => {
                    if let Some(place) = read.digits.get_mut(read.len) {
                        *place = c as u8;
                    }
                    read.len += 1;
                }
                // Also the dashes that word processors make, and the marks that copied text drags along.
                '.' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' => {}
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
                c if c.is_whitespace() => {}
                found => {
                    return Err(CodeError::Character {
                        position: i + 1,
                        found,
                    });
                }
            }
        }
        Ok(read)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.digits[..self.len.min(48)]
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }
}

impl Barcode {
    /// Reads a barcode (44 digits) or a line (47 or 48), with dots, dashes and blanks anywhere.
    ///
    /// # Errors
    /// [`CodeError`]: the first thing that is wrong, from left to right; the general digit last.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let digits = Digits::of(text)?;
        match digits.len() {
            44 => Self::from_digits(digits.as_bytes()),
            47 | 48 => Self::from_line(digits.as_bytes()),
            found => Err(CodeError::Length { found }),
        }
    }

    /// Reads the 44 digits of a barcode only: a line is an error of length here.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse_barcode(text: &str) -> Result<Self, CodeError> {
        let digits = Digits::of(text)?;
        match digits.len() {
            44 => Self::from_digits(digits.as_bytes()),
            found => Err(CodeError::Length { found }),
        }
    }

    /// Reads a line of 47 or 48 digits only: a barcode is an error of length here.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse_line(text: &str) -> Result<Self, CodeError> {
        let digits = Digits::of(text)?;
        match digits.len() {
            47 | 48 => Self::from_line(digits.as_bytes()),
            found => Err(CodeError::Length { found }),
        }
    }

    fn from_digits(digits: &[u8]) -> Result<Self, CodeError> {
        let bar: [u8; 44] = digits
            .try_into()
            .map_err(|_| CodeError::Length { found: digits.len() })?;
        let barcode = Barcode(bar);
        let at = barcode.general_digit_at();
        let expected = general_digit(&bar)?;
        let found = bar[at] - b'0';
        if expected != found {
            return Err(CodeError::CheckDigit {
                field: Field::General,
                expected,
                found,
            });
        }
        Ok(barcode)
    }

    fn from_line(line: &[u8]) -> Result<Self, CodeError> {
        match (line.len(), line.first()) {
            (47, Some(b'8')) | (48, Some(b'0'..=b'7' | b'9')) => Err(CodeError::Product {
                found: line[0] - b'0',
                length: line.len(),
            }),
            (47, _) => Self::from_cobranca_line(line),
            (48, _) => Self::from_arrecadacao_line(line),
            (found, _) => Err(CodeError::Length { found }),
        }
    }

    fn from_cobranca_line(line: &[u8]) -> Result<Self, CodeError> {
        for (field, digits, at) in [
            (Field::Field1, &line[..9], 9),
            (Field::Field2, &line[10..20], 20),
            (Field::Field3, &line[21..31], 31),
        ] {
            let expected = mod10(digits.iter().copied());
            let found = line[at] - b'0';
            if expected != found {
                return Err(CodeError::CheckDigit {
                    field,
                    expected,
                    found,
                });
            }
        }
        let mut bar = [0; 44];
        bar[..4].copy_from_slice(&line[..4]);
        bar[4] = line[32];
        bar[5..19].copy_from_slice(&line[33..]);
        bar[19..24].copy_from_slice(&line[4..9]);
        bar[24..34].copy_from_slice(&line[10..20]);
        bar[34..].copy_from_slice(&line[21..31]);
        Self::from_digits(&bar)
    }

    fn from_arrecadacao_line(line: &[u8]) -> Result<Self, CodeError> {
        let rule = arrecadacao_rule(line[2])?;
        let mut bar = [0; 44];
        let fields = [Field::Block1, Field::Block2, Field::Block3, Field::Block4];
        for ((block, field), into) in line.chunks_exact(12).zip(fields).zip(bar.chunks_exact_mut(11)) {
            let expected = rule(&block[..11]);
            let found = block[11] - b'0';
            if expected != found {
                return Err(CodeError::CheckDigit {
                    field,
                    expected,
                    found,
                });
            }
            into.copy_from_slice(&block[..11]);
        }
        Self::from_digits(&bar)
    }

    /// Computes the general digit of 44 digits (whatever stands in its place) and makes them a barcode.
    pub(super) fn seal(mut digits: [u8; 44]) -> Result<Self, CodeError> {
        let digit = general_digit(&digits)?;
        let at = Barcode(digits).general_digit_at();
        digits[at] = b'0' + digit;
        Ok(Barcode(digits))
    }

    fn general_digit_at(&self) -> usize {
        if self.is_arrecadacao() { 3 } else { 4 }
    }

    /// A bill of a utility, an authority and the like (starts with 8), not a boleto of a bank.
    pub fn is_arrecadacao(&self) -> bool {
        self.0[0] == b'8'
    }

    /// The 44 digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The 44 digits as ASCII.
    pub fn digits(&self) -> &[u8; 44] {
        &self.0
    }

    /// What kind of code it is, with its fields.
    pub fn code(&self) -> Code {
        if self.is_arrecadacao() {
            Code::Arrecadacao(Arrecadacao::new(*self))
        } else {
            Code::Cobranca(Cobranca::new(*self))
        }
    }

    /// The line that people type: 47 digits, or 48 for an arrecadação.
    pub fn digitable_line(&self) -> String {
        let bar = &self.0;
        let mut line: Vec<u8> = Vec::with_capacity(48);
        if let (true, Ok(rule)) = (self.is_arrecadacao(), arrecadacao_rule(bar[2])) {
            for block in bar.chunks_exact(11) {
                line.extend_from_slice(block);
                line.push(b'0' + rule(block));
            }
        } else {
            line.extend_from_slice(&bar[..4]);
            line.extend_from_slice(&bar[19..24]);
            line.push(b'0' + mod10(line.iter().copied()));
            for field in [&bar[24..34], &bar[34..44]] {
                line.extend_from_slice(field);
                line.push(b'0' + mod10(field.iter().copied()));
            }
            line.push(bar[4]);
            line.extend_from_slice(&bar[5..19]);
        }
        line.into_iter().map(char::from).collect()
    }

    /// The line as it is printed: `00190.00009 02941.725018 01726.802174 3 93850000021960`, or
    /// `83640000001-1 33120138000-2 81288462711-6 08013618155-1`.
    pub fn formatted_line(&self) -> String {
        let line = self.digitable_line();
        if self.is_arrecadacao() {
            let blocks: Vec<String> = (0..4)
                .map(|i| {
                    format!(
                        "{}-{}",
                        &line[i * 12..i * 12 + 11],
                        &line[i * 12 + 11..i * 12 + 12]
                    )
                })
                .collect();
            blocks.join(" ")
        } else {
            format!(
                "{}.{} {}.{} {}.{} {} {}",
                &line[..5],
                &line[5..10],
                &line[10..15],
                &line[15..21],
                &line[21..26],
                &line[26..32],
                &line[32..33],
                &line[33..]
            )
        }
    }
}

fn general_digit(bar: &[u8; 44]) -> Result<u8, CodeError> {
    if bar[0] == b'8' {
        let others: Vec<u8> = bar[..3].iter().chain(&bar[4..]).copied().collect();
        Ok(arrecadacao_rule(bar[2])?(&others))
    } else {
        Ok(mod11_cobranca(bar[..4].iter().chain(&bar[5..]).copied()))
    }
}

/// The rule of all check digits of an arrecadação, by its kind of value (position 3).
fn arrecadacao_rule(value_kind: u8) -> Result<fn(&[u8]) -> u8, CodeError> {
    match value_kind {
        b'6' | b'7' => Ok(|digits| mod10(digits.iter().copied())),
        b'8' | b'9' => Ok(|digits| mod11_arrecadacao(digits.iter().copied())),
        other => Err(CodeError::ValueKind { found: other & 0x0f }),
    }
}

impl fmt::Display for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Barcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Barcode({})", self.as_str())
    }
}

impl std::str::FromStr for Barcode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}

impl serde::Serialize for Barcode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
