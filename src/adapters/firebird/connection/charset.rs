//! Which character set a connection speaks.

use std::borrow::Cow;

use encoding::types::{Encoding, EncodingRef, RawDecoder, RawEncoder};
use encoding::{DecoderTrap, EncoderTrap};
use rsfbclient::{Charset, charset};

use super::settings::CharsetChoice;
use crate::ports::erp::DatabaseError;

/// What to connect with first, and whether the database is still to be asked for its own.
pub(super) fn first(choice: &CharsetChoice) -> Result<(Charset, bool), DatabaseError> {
    match choice {
        CharsetChoice::Auto => Ok((charset::UTF_8, true)),
        CharsetChoice::Named(name) => named(name).map(|charset| (charset, false)),
        CharsetChoice::Bytes => Ok((
            Charset {
                on_firebird: "NONE",
                on_rust: charset::UTF_8.on_rust,
            },
            false,
        )),
    }
}

/// A database without a character set holds whatever its Windows programs wrote. A WIN1252 one is read as what it is:
/// UTF8 would do for clean text, but fails a whole query on one byte that WIN1252 leaves undefined, or on one column
/// that was left without a character set.
pub(super) fn for_database(own: &str) -> Charset {
    match own.trim() {
        "" | "NONE" | "WIN1252" => WIN_1252,
        _ => charset::UTF_8,
    }
}

/// WIN1252, quick where text is ASCII, which most of an ERP's values are: keys, dates and amounts as text. The crate's own
/// decoder goes letter by letter, a tenth of the client's work in a large scan.
const WIN_1252: Charset = Charset {
    on_firebird: "WIN1252",
    on_rust: Some(&AsciiFirst),
};

struct AsciiFirst;

impl AsciiFirst {
    fn inner() -> EncodingRef {
        encoding::all::WINDOWS_1252
    }
}

impl Encoding for AsciiFirst {
    fn name(&self) -> &'static str {
        Self::inner().name()
    }

    fn whatwg_name(&self) -> Option<&'static str> {
        Self::inner().whatwg_name()
    }

    fn raw_encoder(&self) -> Box<dyn RawEncoder> {
        Self::inner().raw_encoder()
    }

    fn raw_decoder(&self) -> Box<dyn RawDecoder> {
        Self::inner().raw_decoder()
    }

    fn encode(&self, text: &str, trap: EncoderTrap) -> Result<Vec<u8>, Cow<'static, str>> {
        if text.is_ascii() {
            return Ok(text.as_bytes().to_vec());
        }
        Self::inner().encode(text, trap)
    }

    fn decode(&self, bytes: &[u8], trap: DecoderTrap) -> Result<String, Cow<'static, str>> {
        match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => Ok(text.to_owned()),
            _ => Self::inner().decode(bytes, trap),
        }
    }
}

fn named(name: &str) -> Result<Charset, DatabaseError> {
    if name.trim().eq_ignore_ascii_case("NONE") {
        // The server hands out bytes as they are.
        return Ok(Charset {
            on_firebird: "NONE",
            on_rust: WIN_1252.on_rust,
        });
    }
    let known: Charset = name.parse().map_err(|_| DatabaseError::Charset {
        detail: format!("unknown character set {name:?}"),
    })?;
    Ok(if known == WIN_1252 { WIN_1252 } else { known })
}

/// Text that the connection cannot carry must be refused before a byte of it is sent: the pure Rust client would
/// break off in mid-message.
pub(super) fn check(charset: &Charset, text: &str) -> Result<(), DatabaseError> {
    if charset.on_rust.is_none() || text.is_ascii() {
        return Ok(());
    }
    match charset.encode(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(DatabaseError::Charset {
            detail: format!("the text has characters that {} lacks", charset.on_firebird),
        }),
    }
}

/// Bytes that Windows programs wrote as text: WIN1252 gives every byte a meaning.
pub(in crate::adapters::firebird) fn ansi(bytes: &[u8]) -> String {
    WIN_1252
        .decode(bytes)
        .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_and_every_letter_is_that_of_the_whole_encoding() {
        let inner = AsciiFirst::inner();
        for byte in 0..=u8::MAX {
            for bytes in [vec![byte], vec![b'a', byte], vec![byte, b'z', 0xE7]] {
                let quick = AsciiFirst.decode(&bytes, DecoderTrap::Strict);
                assert_eq!(quick, inner.decode(&bytes, DecoderTrap::Strict), "{bytes:?}");
                let Ok(text) = quick else { continue };
                assert_eq!(
                    AsciiFirst.encode(&text, EncoderTrap::Strict),
                    Ok(bytes),
                    "{text:?}"
                );
            }
        }
        for text in ["", "plain", "São João – 5 €", "日本", "👋"] {
            assert_eq!(
                AsciiFirst.encode(text, EncoderTrap::Strict),
                inner.encode(text, EncoderTrap::Strict),
                "{text}"
            );
        }
    }
}
