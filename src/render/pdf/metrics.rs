//! The built-in Helvetica: which characters it has (WinAnsi) and how wide they are.
//!
//! The fonts that every PDF reader brings along need not be embedded, which keeps a boleto below ten
//! kilobytes; the price is that text must be measured and encoded with tables of our own.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The two cuts in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Font {
    /// Helvetica.
    Regular,
    /// Helvetica-Bold.
    Bold,
}

/// Advance widths in thousandths of an em for WinAnsi codes 32 to 255 (Adobe's AFM files of the 14 standard
/// fonts); zero where the code has no character.
#[rustfmt::skip]
const REGULAR: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, 0,
    556, 0, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 556, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    667, 667, 667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 500, 556, 556, 556, 556, 278, 278, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 584, 611, 556, 556, 556, 556, 500, 556, 500,
];

#[rustfmt::skip]
const BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584, 0,
    556, 0, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333, 1000, 0, 611, 0,
    0, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 0, 500, 667,
    278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 333,
    400, 584, 333, 333, 333, 611, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611,
    722, 722, 722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278,
    722, 722, 778, 778, 778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611,
    556, 556, 556, 556, 556, 556, 889, 556, 556, 556, 556, 556, 278, 278, 278, 278,
    611, 611, 611, 611, 611, 611, 611, 584, 611, 611, 611, 611, 611, 556, 611, 556,
];

/// The characters of codes 128 to 159, the only ones that differ from Latin-1.
#[rustfmt::skip]
const HIGH: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0',
    '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The WinAnsi code of `c`, where it has one.
fn code(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{a0}'..='ÿ' => u8::try_from(u32::from(c)).ok(),
        '\0' => None,
        _ => HIGH
            .iter()
            .position(|h| *h == c)
            .and_then(|at| u8::try_from(at + 128).ok()),
    }
}

/// The text with only characters that the font has: composed (NFC), stripped of accents that it lacks (`ș` ->
/// `s`), typographic signs replaced by plain ones, pictures and invisible characters dropped, and `?` for what
/// is left. Text that needs nothing, which is nearly all, is handed back as it is: all characters of the font are
/// composed ones.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| code(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        if code(c).is_some() {
            out.push(c);
            continue;
        }
        match c {
            '\t' | '\n' | '\r' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => out.push(' '),
            '\u{2010}' | '\u{2011}' | '\u{2212}' => out.push('-'),
            '\u{2032}' => out.push('\''),
            '\u{2033}' => out.push('"'),
            '\u{2192}' => out.push_str("->"),
            '\u{2116}' => out.push_str("Nº"),
            c if c.is_control() || is_invisible(c) || is_picture(c) || is_combining_mark(c) => {}
            c => {
                let plain: String = c
                    .nfkd()
                    .filter(|d| !is_combining_mark(*d))
                    .filter(|d| code(*d).is_some())
                    .collect();
                out.push_str(if plain.is_empty() { "?" } else { &plain });
            }
        }
    }
    Cow::Owned(out)
}

/// Folded text in the font's codes.
pub fn encode(text: &str) -> Vec<u8> {
    text.chars().map(|c| code(c).unwrap_or(b'?')).collect()
}

/// Zero-width and direction marks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Emoji and dingbats.
fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27bf | 0x2b00..=0x2bff | 0x1f000..=0x1faff | 0xe0000..=0xe007f)
}

/// The width of folded text at `size` points, in points.
pub fn width(text: &str, font: Font, size: f32) -> f32 {
    let units: u32 = text.chars().map(|c| advance(c, font)).sum();
    units as f32 * size / 1000.0
}

/// The width of one character in thousandths of the size. Those that the font lacks are drawn as `?`.
pub fn advance(c: char, font: Font) -> u32 {
    let table = match font {
        Font::Regular => &REGULAR,
        Font::Bold => &BOLD,
    };
    u32::from(table[usize::from(code(c).unwrap_or(b'?')) - 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_font_lacks_is_replaced_by_the_nearest() {
        for (typed, printed) in [
            ("São João, R$ 1,00 – “à vista”", "São João, R$ 1,00 – “à vista”"),
            ("Sa\u{303}o Joa\u{303}o", "São João"),
            ("Ștefan Łukasz Dvořák", "Stefan ?ukasz Dvorák"),
            ("linha\nnova\u{200b}", "linha nova"),
            ("pago 👍🏽 ok", "pago  ok"),
            ("№ 5 → 6 €", "Nº 5 -> 6 €"),
            ("ﬁm ½", "fim ½"),
        ] {
            assert_eq!(fold(typed), printed);
        }
    }

    #[test]
    fn widths_are_those_of_adobe() {
        assert!((width("341-7", Font::Bold, 1000.0) - 2557.0).abs() < 0.5);
        assert!((width("ção", Font::Regular, 10.0) - (5.0 + 5.56 + 5.56)).abs() < 0.001);
        assert!((width("•€", Font::Regular, 1000.0) - 906.0).abs() < 0.5);
    }
}
