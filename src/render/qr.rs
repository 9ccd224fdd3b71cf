//! QR codes: for the console (pairing), as PNG, and as shapes for a PDF.

mod mask;

use std::fmt::Write as _;

use qrcode::EcLevel;
use qrcode::bits::{Bits, encode_auto};
use qrcode::canvas::Canvas;
use qrcode::ec::construct_codewords;
use qrcode::types::{Color, Version};

/// The light modules around a code without which cameras do not find it (ISO/IEC 18004).
pub const QUIET_ZONE: usize = 4;

/// The text does not fit a QR code (2,953 bytes at the lowest correction level).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{length} bytes do not fit a QR code")]
pub struct QrError {
    /// Bytes of the text.
    pub length: usize,
}

/// A square of dark and light modules, without quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    size: usize,
    dark: Vec<bool>,
}

impl Matrix {
    /// Encodes a text for screens: 15 % of it may be damaged.
    ///
    /// # Errors
    /// [`QrError`].
    pub fn of(text: &str) -> Result<Self, QrError> {
        Self::with_level(text, EcLevel::M)
    }

    /// Encodes a text for a PDF that WhatsApp recompresses and people print: the highest correction level (30 %
    /// may be damaged) that needs at most `most` modules a side, else the lowest. At 100 dpi and JPEG quality 60
    /// only the highest level was read every time.
    ///
    /// # Errors
    /// [`QrError`].
    pub fn for_print(text: &str, most: usize) -> Result<Self, QrError> {
        for level in [EcLevel::H, EcLevel::Q, EcLevel::M] {
            match encode_auto(text.as_bytes(), level) {
                Ok(bits) if side(bits.version()) <= most => return Self::drawn(bits, level, text),
                _ => {}
            }
        }
        Self::with_level(text, EcLevel::L)
    }

    fn with_level(text: &str, level: EcLevel) -> Result<Self, QrError> {
        let bits = encode_auto(text.as_bytes(), level).map_err(|_| QrError { length: text.len() })?;
        Self::drawn(bits, level, text)
    }

    /// As `QrCode::with_bits` does it, but for the choice of the mask (see [`mask`]).
    fn drawn(bits: Bits, level: EcLevel, text: &str) -> Result<Self, QrError> {
        let version = bits.version();
        let (data, correction) = construct_codewords(&bits.into_bytes(), version, level)
            .map_err(|_| QrError { length: text.len() })?;
        let mut canvas = Canvas::new(version, level);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &correction);
        let colors = mask::best(&canvas, side(version)).into_colors();
        Ok(Matrix {
            size: side(version),
            dark: colors.into_iter().map(|color| color == Color::Dark).collect(),
        })
    }

    /// Modules on a side.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The module at column `x`, row `y`; light outside.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.size && y < self.size && self.dark[y * self.size + x]
    }

    /// Boxes (column, row, columns, rows) that cover the dark modules and nothing else; they may overlap. A fifth
    /// fewer than runs of rows, and like sizes stand together, which a compressor takes well.
    pub fn boxes(&self) -> Vec<[usize; 4]> {
        let mut covered = vec![false; self.dark.len()];
        let mut boxes = Vec::new();
        for y in 0..self.size {
            for x in 0..self.size {
                if !self.is_dark(x, y) || covered[y * self.size + x] {
                    continue;
                }
                // To the right and then down, or down and then to the right: whichever covers more that is bare.
                let wide = (x..).take_while(|x| self.is_dark(*x, y)).count();
                let high = (y..)
                    .take_while(|y| (x..x + wide).all(|x| self.is_dark(x, *y)))
                    .count();
                let tall = (y..).take_while(|y| self.is_dark(x, *y)).count();
                let broad = (x..)
                    .take_while(|x| (y..y + tall).all(|y| self.is_dark(*x, y)))
                    .count();
                let bare = |(wide, high): (usize, usize)| {
                    let rows = covered[y * self.size..].chunks(self.size).take(high);
                    rows.flat_map(|row| &row[x..x + wide])
                        .filter(|covered| !**covered)
                        .count()
                };
                let (lying, standing) = ((wide, high), (broad, tall));
                let (wide, high) = if bare(lying) >= bare(standing) {
                    lying
                } else {
                    standing
                };
                for row in covered[y * self.size..].chunks_mut(self.size).take(high) {
                    row[x..x + wide].fill(true);
                }
                boxes.push([x, y, wide, high]);
            }
        }
        boxes.sort_unstable_by_key(|[x, y, wide, high]| (*high, *wide, *x, *y));
        boxes
    }
}

/// Modules on a side.
fn side(version: Version) -> usize {
    usize::try_from(version.width()).unwrap_or_default()
}

/// A QR code for a terminal: lines of text and their width and height in character cells.
///
/// Two modules stand in one cell (half blocks), which makes them square and halves the lines. Both colours are
/// forced by ANSI, black on white whatever the terminal's theme: many phones do not read a code with light and
/// dark swapped, which is what plain blocks give on a dark terminal. Colours 16 and 231 of the 256 are used,
/// since themes remap the first sixteen. The lowest correction level keeps it small: a screen is clean.
///
/// # Errors
/// [`QrError`].
pub fn qr_console(text: &str) -> Result<(String, usize, usize), QrError> {
    let matrix = Matrix::with_level(text, EcLevel::L)?;
    // Terminals need less than print: two modules of white all around are read by every phone tried, and keep
    // WhatsApp's pairing codes within 80 columns and 40 lines.
    let border = 2;
    let side = matrix.size + 2 * border;
    let dark = |x: usize, y: usize| x >= border && y >= border && matrix.is_dark(x - border, y - border);
    let mut out = String::new();
    let lines = side.div_ceil(2);
    for line in 0..lines {
        out.push_str("\x1b[38;5;16;48;5;231m");
        for x in 0..side {
            out.push(match (dark(x, 2 * line), dark(x, 2 * line + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        let _ = writeln!(out, "\x1b[0m");
    }
    Ok((out, side, lines))
}

/// A QR code as PNG, eight pixels a module with the full quiet zone.
///
/// # Errors
/// [`QrError`].
pub fn qr_png(text: &str) -> Result<Vec<u8>, QrError> {
    const SCALE: usize = 8;
    let matrix = Matrix::of(text)?;
    let side = (matrix.size + 2 * QUIET_ZONE) * SCALE;
    let mut pixels = Vec::with_capacity(side * side);
    for y in 0..side {
        for x in 0..side {
            let (column, row) = (x / SCALE, y / SCALE);
            let dark = column >= QUIET_ZONE
                && row >= QUIET_ZONE
                && matrix.is_dark(column - QUIET_ZONE, row - QUIET_ZONE);
            pixels.push(if dark { 0 } else { 255 });
        }
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|_| QrError { length: text.len() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_the_matrix() {
        for text in ["00020126", &"AB12 cd".repeat(20), &"7".repeat(2_000)] {
            let matrix = Matrix::of(text).unwrap();
            let mut drawn = vec![false; matrix.size() * matrix.size()];
            for [x, y, wide, high] in matrix.boxes() {
                for y in y..y + high {
                    drawn[y * matrix.size() + x..][..wide].fill(true);
                }
            }
            assert!(drawn == matrix.dark, "{text}");
        }
    }

    #[test]
    fn a_pairing_code_fits_eighty_by_forty() {
        // What WhatsApp's own pairing codes look like: a prefix and four Base64 keys, 237 characters.
        let text = format!("2@{}", "aB3/x+Yz0=,".repeat(21));
        let (drawn, width, height) = qr_console(&text).unwrap();
        assert!(width <= 80 && height <= 40, "{width} x {height}");
        let lines: Vec<&str> = drawn.lines().collect();
        assert_eq!(lines.len(), height);
        for line in &lines {
            let cells = line
                .strip_prefix("\x1b[38;5;16;48;5;231m")
                .and_then(|l| l.strip_suffix("\x1b[0m"))
                .unwrap();
            assert_eq!(cells.chars().count(), width);
            assert!(cells.starts_with("  ") && cells.ends_with("  "), "quiet zone");
        }
    }

    #[test]
    fn too_long_a_text_is_an_error() {
        assert_eq!(qr_png(&"x".repeat(3000)), Err(QrError { length: 3000 }));
    }
}
