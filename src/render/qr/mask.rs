//! The choice of a QR code's mask.
//!
//! A code may be drawn under eight masks; ISO/IEC 18004 asks for the one with the fewest patterns that confuse
//! cameras. Judging them module by module, as the qrcode crate does, takes ten times as long as everything else on
//! the page. Here a row is one number and a pattern a few shifts of it.

use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::types::Color;

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// The canvas under its best mask. `size`: modules on a side.
pub(super) fn best(canvas: &Canvas, size: usize) -> Canvas {
    let under = |mask: MaskPattern| {
        let mut canvas = canvas.clone();
        canvas.apply_mask(mask);
        canvas
    };
    let judge = |mask: &MaskPattern| Lines::of(&under(*mask).into_colors(), size).penalty();
    match MASKS.into_iter().min_by_key(judge).filter(|_| size <= 128) {
        Some(mask) => under(mask),
        // Two thousand characters and more: nothing that is ever printed or paired.
        None => canvas.apply_best_mask(),
    }
}

/// The dark modules of rows and columns, the first module in the lowest bit.
struct Lines {
    size: usize,
    rows: [u128; 128],
    columns: [u128; 128],
}

impl Lines {
    /// Of a code of at most 128 modules a side; what is beyond is left out.
    fn of(colors: &[Color], size: usize) -> Self {
        let (mut rows, mut columns) = ([0; 128], [0; 128]);
        for (y, (row, into)) in colors.chunks_exact(size).zip(&mut rows).enumerate() {
            for (x, (color, column)) in row.iter().zip(&mut columns).enumerate() {
                let dark = u128::from(*color == Color::Dark);
                *into |= dark << x;
                *column |= dark << y;
            }
        }
        Lines { size, rows, columns }
    }

    /// The four rules of ISO/IEC 18004, 7.8.3: lines of one colour, blocks, finder look-alikes, balance.
    fn penalty(&self) -> u32 {
        let size = self.size.min(128);
        let (rows, columns) = (&self.rows[..size], &self.columns[..size]);
        let all = u128::MAX >> (128 - size);
        let mut sum = 0;
        for line in rows.iter().chain(columns) {
            sum += lines(*line, size) + look_alikes(*line, size);
        }
        for pair in rows.windows(2) {
            // Dark or light on both rows, and on the next column too.
            for same in [pair[0] & pair[1], !pair[0] & !pair[1] & all] {
                sum += 3 * (same & same >> 1).count_ones();
            }
        }
        let dark: u32 = rows.iter().map(|row| row.count_ones()).sum();
        let modules = (size * size) as u32;
        sum + 10 * ((20 * dark).abs_diff(10 * modules) / modules)
    }
}

/// Five or more modules of one colour in line: 3, and 1 for each more.
fn lines(line: u128, size: usize) -> u32 {
    // Where a module is as the one before it; five in line are four of these in line.
    let same = !(line ^ line >> 1) & (u128::MAX >> (129 - size));
    let fives = same & same >> 1 & same >> 2 & same >> 3;
    // Each run of them is one line: 3 for it, and 1 for each of its fives but the first.
    let runs = (fives & !(fives << 1)).count_ones();
    2 * runs + fives.count_ones()
}

/// Dark and light as 1:1:3:1:1 beside four light ones: 40. Outside of the code all is light.
fn look_alikes(line: u128, size: usize) -> u32 {
    let at = |n: usize| line >> n;
    let finder = at(0) & !at(1) & at(2) & at(3) & at(4) & !at(5) & at(6) & (u128::MAX >> (128 - size + 6));
    let light_after = !(at(7) | at(8) | at(9) | at(10));
    let light_before = !(line << 1 | line << 2 | line << 3 | line << 4);
    40 * ((finder & light_after).count_ones() + (finder & light_before).count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same rules, read off module by module.
    fn slow(colors: &[Color], size: usize) -> u32 {
        let dark = |x: usize, y: usize| colors[y * size + x] == Color::Dark;
        let mut sum = 0;
        for turned in [false, true] {
            for y in 0..size {
                let line: Vec<bool> = (0..size)
                    .map(|x| if turned { dark(y, x) } else { dark(x, y) })
                    .collect();
                let mut x = 0;
                while x < size {
                    let run = (x..size).take_while(|at| line[*at] == line[x]).count();
                    sum += if run >= 5 { run - 2 } else { 0 };
                    x += run;
                }
                let module = |at: i32| usize::try_from(at).ok().and_then(|at| line.get(at)) == Some(&true);
                for at in 0..=(size as i32 - 7) {
                    let finder = [true, false, true, true, true, false, true];
                    if (at..).zip(finder).all(|(at, dark)| module(at) == dark) {
                        sum += 40 * usize::from((7..11).all(|n| !module(at + n)));
                        sum += 40 * usize::from((1..5).all(|n| !module(at - n)));
                    }
                }
            }
        }
        let square = |x, y| [dark(x, y), dark(x + 1, y), dark(x, y + 1), dark(x + 1, y + 1)];
        for y in 0..size - 1 {
            for x in 0..size - 1 {
                let square = square(x, y);
                sum += 3 * usize::from(square == [true; 4] || square == [false; 4]);
            }
        }
        let count = colors.iter().filter(|color| **color == Color::Dark).count();
        let percent = 100.0 * count as f64 / (size * size) as f64;
        sum as u32 + 10 * ((percent - 50.0).abs() / 5.0) as u32
    }

    #[test]
    fn shifts_count_what_eyes_count() {
        let mut random = fastrand::Rng::with_seed(1);
        for size in [21, 65, 77, 128] {
            for density in [1, 2, 4, 7, 8] {
                let colors: Vec<Color> = (0..size * size)
                    .map(|_| {
                        if random.u8(..8) < density {
                            Color::Dark
                        } else {
                            Color::Light
                        }
                    })
                    .collect();
                let penalty = Lines::of(&colors, size).penalty();
                assert_eq!(penalty, slow(&colors, size), "{size} {density}");
            }
        }
    }

    #[test]
    fn the_crates_own_choice_is_never_better() {
        for text in [
            "00020126",
            "https://example.com/a",
            &"AB12 cd".repeat(20),
            &"7".repeat(300),
        ] {
            let bits = qrcode::bits::encode_auto(text.as_bytes(), qrcode::EcLevel::H).unwrap();
            let version = bits.version();
            let size = usize::try_from(version.width()).unwrap();
            let (data, correction) =
                qrcode::ec::construct_codewords(&bits.into_bytes(), version, qrcode::EcLevel::H).unwrap();
            let mut canvas = Canvas::new(version, qrcode::EcLevel::H);
            canvas.draw_all_functional_patterns();
            canvas.draw_data(&data, &correction);
            let penalty = |canvas: Canvas| slow(&canvas.into_colors(), size);
            assert!(
                penalty(best(&canvas, size)) <= penalty(canvas.apply_best_mask()),
                "{text}"
            );
        }
    }
}
