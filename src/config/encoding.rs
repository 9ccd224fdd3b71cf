//! Bytes to text, as editors on Windows save them: UTF-8 with or without BOM, UTF-16 of either order. "ANSI"
//! (CP1252) is not guessed at, since a guess would change accents in silence; it is explained.

use super::errors::{ConfigProblem, ProblemKind};

/// Turns the bytes of a configuration file into text.
///
/// # Errors
/// [`ProblemKind::Cp1252`] with the line of the first accent, or [`ProblemKind::NotText`].
pub fn decode(bytes: &[u8]) -> Result<String, ConfigProblem> {
    if let Some((encoding, bom)) = encoding_rs::Encoding::for_bom(bytes) {
        let rest = &bytes[bom..];
        if encoding == encoding_rs::UTF_8 {
            return utf8(rest);
        }
        return encoding
            .decode_without_bom_handling_and_without_replacement(rest)
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| ConfigProblem::whole(ProblemKind::NotText));
    }
    // UTF-16 without its mark: the text is mostly ASCII, so every other byte is zero.
    for (encoding, zero) in [(encoding_rs::UTF_16LE, 1), (encoding_rs::UTF_16BE, 0)] {
        let pairs = bytes.chunks_exact(2);
        if bytes.len() >= 4
            && pairs
                .clone()
                .take(8)
                .all(|pair| pair[zero] == 0 && pair[1 - zero] != 0)
        {
            return encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .map(std::borrow::Cow::into_owned)
                .ok_or_else(|| ConfigProblem::whole(ProblemKind::NotText));
        }
    }
    utf8(bytes)
}

fn utf8(bytes: &[u8]) -> Result<String, ConfigProblem> {
    if bytes.contains(&0) {
        return Err(ConfigProblem::whole(ProblemKind::NotText));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let offset = error.valid_up_to();
            let line = 1 + bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
            let (text, _, _) = encoding_rs::WINDOWS_1252.decode(&bytes[offset..=offset]);
            let character = text.chars().next().unwrap_or('\u{fffd}');
            Err(ConfigProblem::at(line, None, ProblemKind::Cp1252 { character }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[features]\nmessage = 'Olá, João'\n";

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn what_notepad_saves_is_read() {
        for text in [TEXT.to_owned(), format!("\u{feff}{TEXT}")] {
            for bytes in [
                text.clone().into_bytes(),
                utf16(&text, u16::to_le_bytes),
                utf16(&text, u16::to_be_bytes),
            ] {
                assert_eq!(decode(&bytes).as_deref(), Ok(TEXT));
            }
        }
    }

    #[test]
    fn ansi_is_explained_with_line_and_character() {
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(TEXT);
        assert_eq!(
            decode(&bytes),
            Err(ConfigProblem::at(2, None, ProblemKind::Cp1252 { character: 'á' }))
        );
    }

    #[test]
    fn a_database_is_no_text() {
        assert_eq!(
            decode(b"\x01\x00\x39\x30\0\0\0\0\0"),
            Err(ConfigProblem::whole(ProblemKind::NotText))
        );
    }
}
