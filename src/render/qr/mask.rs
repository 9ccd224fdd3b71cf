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
    if size > 128 {
        // Two thousand characters and more: nothing that is ever printed or paired.
        return canvas.apply_best_mask();
    }
    let masked = MASKS.map(|mask| {
        let mut canvas = canvas.clone();
        canvas.apply_mask(mask);
        canvas
    });
    let best = masked
        .into_iter()
        .min_by_key(|canvas| penalty(&rows(canvas.clone(), size), size));
    best.unwrap_or_else(|| canvas.apply_best_mask())
}

/// The dark modules of each row, the first column in the lowest bit.
fn rows(canvas: Canvas, size: usize) -> Vec<u128> {
    let colors = canvas.into_colors();
    let row = |row: &[Color]| {
        let bits = row.iter().enumerate();
        bits.fold(0, |bits, (x, color)| {
            bits | u128::from(*color == Color::Dark) << x
        })
    };
    colors.chunks_exact(size).map(row).collect()
}

fn columns(rows: &[u128], size: usize) -> Vec<u128> {
    let column = |x: usize| {
        let bits = rows.iter().enumerate();
        bits.fold(0, |bits, (y, row)| bits | (row >> x & 1) << y)
    };
    (0..size).map(column).collect()
}

/// The four rules of ISO/IEC 18004, 7.8.3: lines of one colour, blocks, finder look-alikes, balance.
fn penalty(rows: &[u128], size: usize) -> u32 {
    let columns = columns(rows, size);
    let all = u128::MAX >> (128 - size);
    let mut sum = 0;
    for line in rows.iter().chain(&columns) {
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
    fn slow(rows: &[u128], size: usize) -> u32 {
        let dark = |x: usize, y: usize| rows[y] >> x & 1 == 1;
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
        let count = (0..size * size).filter(|at| dark(at % size, at / size)).count();
        let percent = 100.0 * count as f64 / (size * size) as f64;
        sum as u32 + 10 * ((percent - 50.0).abs() / 5.0) as u32
    }

    #[test]
    fn shifts_count_what_eyes_count() {
        let mut seed = 1u64;
        let mut next = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        for size in [21, 65, 77, 128] {
            for density in [1, 2, 4, 7] {
                let mut row = || (0..size).fold(0u128, |row, x| row | u128::from(next() % 8 < density) << x);
                let rows: Vec<u128> = (0..size).map(|_| row()).collect();
                assert_eq!(penalty(&rows, size), slow(&rows, size), "{size} {density}");
            }
            let all = u128::MAX >> (128 - size);
            assert_eq!(penalty(&vec![all; size], size), slow(&vec![all; size], size));
        }
    }
}
