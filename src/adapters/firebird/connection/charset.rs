//! Which character set a connection speaks.

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
        "" | "NONE" | "WIN1252" => charset::WIN_1252,
        _ => charset::UTF_8,
    }
}

fn named(name: &str) -> Result<Charset, DatabaseError> {
    if name.trim().eq_ignore_ascii_case("NONE") {
        // The server hands out bytes as they are.
        return Ok(Charset {
            on_firebird: "NONE",
            on_rust: charset::WIN_1252.on_rust,
        });
    }
    name.parse().map_err(|_| DatabaseError::Charset {
        detail: format!("unknown character set {name:?}"),
    })
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
    charset::WIN_1252
        .decode(bytes)
        .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}
