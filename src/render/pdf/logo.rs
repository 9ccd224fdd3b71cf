//! A branch's logo: PNG of any kind to plain RGB on white, scaled down to what paper needs.

use std::io::Cursor;

/// Decoded pixels, three bytes each, no transparency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Rows from the top.
    pub rgb: Vec<u8>,
}

/// Why a logo is not drawn. Documents then go out without it: a logo is no reason to miss a notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// Not a PNG, or a broken one.
    #[error("not a readable PNG: {0}")]
    NotAPng(String),
    /// More pixels than any logo needs (4096 on a side).
    #[error("{width} x {height} pixels are too many")]
    TooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

/// The longest side that is refused unread: a small file may unpack to gigabytes.
const MAX_SIDE: u32 = 4096;
/// The longest side kept: 40 mm at 450 dpi.
const KEPT_SIDE: usize = 700;

impl Logo {
    /// Reads a PNG.
    ///
    /// # Errors
    /// [`LogoError`].
    pub fn from_png(bytes: &[u8]) -> Result<Self, LogoError> {
        let broken = |error: png::DecodingError| LogoError::NotAPng(error.to_string());
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(broken)?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(LogoError::TooLarge { width, height });
        }
        let size = reader
            .output_buffer_size()
            .ok_or(LogoError::TooLarge { width, height })?;
        let mut pixels = vec![0; size];
        let frame = reader.next_frame(&mut pixels).map_err(broken)?;
        pixels.truncate(frame.buffer_size());
        let on_white = |value: u8, alpha: u8| {
            let (value, alpha) = (u32::from(value), u32::from(alpha));
            ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        let rgb: Vec<u8> = match frame.color_type {
            png::ColorType::Rgb => pixels,
            png::ColorType::Rgba => pixels
                .chunks_exact(4)
                .flat_map(|p| [0, 1, 2].map(|i| on_white(p[i], p[3])))
                .collect(),
            png::ColorType::Grayscale => pixels.iter().flat_map(|g| [*g; 3]).collect(),
            png::ColorType::GrayscaleAlpha => pixels
                .chunks_exact(2)
                .flat_map(|p| [on_white(p[0], p[1]); 3])
                .collect(),
            png::ColorType::Indexed => return Err(LogoError::NotAPng("palette without colours".to_owned())),
        };
        Ok(Logo {
            width: width as usize,
            height: height as usize,
            rgb,
        }
        .scaled_down())
    }

    /// Averages blocks of whole pixels until the longest side is at most [`KEPT_SIDE`].
    fn scaled_down(self) -> Self {
        let step = self.width.max(self.height).div_ceil(KEPT_SIDE).max(1);
        if step == 1 {
            return self;
        }
        let (width, height) = ((self.width / step).max(1), (self.height / step).max(1));
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                for channel in 0..3 {
                    let (mut sum, mut count) = (0u32, 0u32);
                    for row in y * step..((y + 1) * step).min(self.height) {
                        for column in x * step..((x + 1) * step).min(self.width) {
                            sum += u32::from(self.rgb[(row * self.width + column) * 3 + channel]);
                            count += 1;
                        }
                    }
                    rgb.push((sum / count.max(1)) as u8);
                }
            }
        }
        Logo { width, height, rgb }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32, color: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
        bytes
    }

    #[test]
    fn transparency_becomes_white_paper() {
        let logo = Logo::from_png(&png_of(
            2,
            1,
            png::ColorType::Rgba,
            &[10, 20, 30, 0, 10, 20, 30, 255],
        ))
        .unwrap();
        assert_eq!(
            logo,
            Logo {
                width: 2,
                height: 1,
                rgb: vec![255, 255, 255, 10, 20, 30]
            }
        );
        let grey = Logo::from_png(&png_of(1, 1, png::ColorType::GrayscaleAlpha, &[0, 127])).unwrap();
        assert_eq!(grey.rgb, [128, 128, 128]);
    }

    #[test]
    fn large_ones_are_scaled_down_and_monsters_refused() {
        let logo = Logo::from_png(&png_of(1500, 300, png::ColorType::Grayscale, &vec![77; 450_000])).unwrap();
        assert_eq!((logo.width, logo.height), (500, 100));
        assert!(logo.rgb.iter().all(|v| *v == 77));
        let monster = png_of(5000, 1, png::ColorType::Grayscale, &[0; 5000]);
        assert_eq!(
            Logo::from_png(&monster),
            Err(LogoError::TooLarge {
                width: 5000,
                height: 1
            })
        );
    }

    #[test]
    fn what_is_no_png_says_so() {
        assert!(matches!(Logo::from_png(b"GIF89a"), Err(LogoError::NotAPng(_))));
        let mut cut = png_of(9, 9, png::ColorType::Grayscale, &[1; 81]);
        cut.truncate(cut.len() / 2);
        assert!(matches!(Logo::from_png(&cut), Err(LogoError::NotAPng(_))));
    }
}
