//! CPF and CNPJ, with letters since July 2026 (IN RFB 2.229/2024).

use std::fmt;

/// A tax id with valid check digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct TaxId(String);

/// Why a text is no CPF or CNPJ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaxIdError {
    /// Neither 11 nor 14 characters.
    #[error("neither 11 nor 14 characters")]
    Length,
    /// A character that does not belong.
    #[error("unexpected character")]
    Character,
    /// The check digits do not agree.
    #[error("check digits do not agree")]
    CheckDigits,
}

impl TaxId {
    /// Reads a CPF or CNPJ, punctuated or not. Numbers that lost their leading zeros to a numeric column are
    /// padded back when that makes the check digits agree.
    ///
    /// # Errors
    /// [`TaxIdError`].
    pub fn parse(text: &str) -> Result<Self, TaxIdError> {
        let plain: String = text
            .chars()
            .filter(|c| !matches!(c, '.' | '-' | '/' | ' ' | '\u{a0}'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if !plain
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        {
            return Err(TaxIdError::Character);
        }
        match plain.len() {
            11 | 14 => Self::checked(plain),
            // Numeric columns drop leading zeros; a CPF has 11 places, a CNPJ 14.
            8..=10 if plain.bytes().all(|b| b.is_ascii_digit()) => {
                Self::checked(format!("{plain:0>11}")).or_else(|_| Self::checked(format!("{plain:0>14}")))
            }
            12 | 13 if plain.bytes().all(|b| b.is_ascii_digit()) => Self::checked(format!("{plain:0>14}")),
            _ => Err(TaxIdError::Length),
        }
    }

    fn checked(plain: String) -> Result<Self, TaxIdError> {
        let bytes = plain.as_bytes();
        let base = bytes.len() - 2;
        let is_cpf = bytes.len() == 11;
        if is_cpf && !bytes.iter().all(u8::is_ascii_digit) || !bytes[base..].iter().all(u8::is_ascii_digit) {
            return Err(TaxIdError::Character);
        }
        // 000.000.000-00 and its like pass the arithmetic but are nobody's.
        if bytes.iter().all(|b| *b == bytes[0]) {
            return Err(TaxIdError::CheckDigits);
        }
        for at in [base, base + 1] {
            if check_digit(&bytes[..at], is_cpf) != bytes[at] - b'0' {
                return Err(TaxIdError::CheckDigits);
            }
        }
        Ok(TaxId(plain))
    }

    /// Without punctuation.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A person's (11 places), not a company's.
    pub fn is_cpf(&self) -> bool {
        self.0.len() == 11
    }

    /// `CPF` or `CNPJ`.
    pub fn kind(&self) -> &'static str {
        if self.is_cpf() { "CPF" } else { "CNPJ" }
    }

    /// Punctuated: `123.456.789-09`, `12.345.678/0001-95`.
    pub fn formatted(&self) -> String {
        let s = &self.0;
        if self.is_cpf() {
            format!("{}.{}.{}-{}", &s[..3], &s[3..6], &s[6..9], &s[9..])
        } else {
            format!("{}.{}.{}/{}-{}", &s[..2], &s[2..5], &s[5..8], &s[8..12], &s[12..])
        }
    }

    /// For logs: only the last two places.
    pub fn masked(&self) -> String {
        format!("{}{}", "*".repeat(self.0.len() - 2), &self.0[self.0.len() - 2..])
    }
}

/// Weights 2, 3, ... from the right (CNPJ starts again after 9); a character's value is its ASCII code less 48.
fn check_digit(base: &[u8], is_cpf: bool) -> u8 {
    let sum: u32 = base
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let weight = if is_cpf { i + 2 } else { i % 8 + 2 };
            u32::from(b - b'0') * weight as u32
        })
        .sum();
    match sum % 11 {
        0 | 1 => 0,
        rest => (11 - rest) as u8,
    }
}

impl fmt::Debug for TaxId {
    /// Masked: debug output ends up in logs and panics.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxId({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers() {
        // Receita Federal's own example of a CNPJ with letters; the others are the usual documentation numbers.
        for (text, formatted) in [
            ("12ABC34501DE35", "12.ABC.345/01DE-35"),
            ("12.abc.345/01de-35", "12.ABC.345/01DE-35"),
            ("11.222.333/0001-81", "11.222.333/0001-81"),
            ("529.982.247-25", "529.982.247-25"),
            ("191", "000.000.001-91"),
        ] {
            let read = TaxId::parse(text);
            if text == "191" {
                assert_eq!(read, Err(TaxIdError::Length), "too short to guess");
                continue;
            }
            assert_eq!(read.unwrap().formatted(), formatted);
        }
        // A numeric column dropped the zeros of 01.234.567/0001-95.
        assert_eq!(
            TaxId::parse("1234567000195").unwrap().formatted(),
            "01.234.567/0001-95"
        );
    }

    #[test]
    fn wrong_ones_say_why() {
        assert_eq!(TaxId::parse("529.982.247-24"), Err(TaxIdError::CheckDigits));
        assert_eq!(TaxId::parse("111.111.111-11"), Err(TaxIdError::CheckDigits));
        assert_eq!(TaxId::parse("12ABC34501DEA5"), Err(TaxIdError::Character));
        assert_eq!(TaxId::parse("isento"), Err(TaxIdError::Length));
        assert_eq!(TaxId::parse("ção"), Err(TaxIdError::Character));
    }

    #[test]
    fn debug_is_masked() {
        assert_eq!(
            format!("{:?}", TaxId::parse("52998224725").unwrap()),
            "TaxId(*********25)"
        );
    }
}
