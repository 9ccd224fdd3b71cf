//! Pix codes (BR Code, copia-e-cola): read, checked, written.
//!
//! [`parse`] refuses what no app could pay: broken objects and a wrong checksum. Everything else that is odd is a
//! [`Warning`]. A code in the field counts its lengths in characters, and its checksum runs over the UTF-8 bytes.
//!
//! On a boleto only the bank's own dynamic code may stand ([`BrCode::is_printable_on_boleto`]): paying a
//! home-made static Pix settles no boleto, so nobody would ever see that the debt is paid.
//!
//! Sources: Banco Central, "Manual de Padrões para Iniciação do Pix", and EMV QRCPS-MPM 1.1.

mod br_code;
mod crc;
mod key;
#[cfg(test)]
mod tests;
mod tlv;
mod write;

pub use br_code::{BrCode, Kind, Warning, parse};
pub use crc::crc16;
pub use key::{KeyKind, kind as key_kind};
pub use write::{DynamicCode, StaticCode, WriteError, to_ascii};

/// Why a text is no Pix code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PixError {
    /// Nothing there.
    #[error("empty")]
    Empty,
    /// The objects (id, length, value) do not fit together.
    #[error("broken at character {position}: {problem}")]
    Tlv {
        /// Counted in characters of the trimmed text, from 1.
        position: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// The code does not end with its checksum (object 63 of four characters).
    #[error("the checksum (6304) is missing at the end")]
    NoCrc,
    /// The checksum does not agree.
    #[error("checksum: expected {expected}, found {found}")]
    Crc {
        /// Of the characters before it.
        expected: String,
        /// What stands there.
        found: String,
    },
}

impl PixError {
    /// The failing part for machines: `empty`, `tlv` or `crc`.
    pub fn field(&self) -> &'static str {
        match self {
            PixError::Empty => "empty",
            PixError::Tlv { .. } => "tlv",
            PixError::NoCrc | PixError::Crc { .. } => "crc",
        }
    }
}
