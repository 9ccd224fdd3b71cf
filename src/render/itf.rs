//! Interleaved 2 of 5 (ITF-25), the barcode of boletos: 103 mm x 13 mm, wide to narrow 3 to 1
//! (FEBRABAN's ficha de compensação: BB "Especificações Técnicas", May 2019).

/// Width of a module in millimetres: a hundredth of an inch. 405 of them are 102.9 mm, the norm's 103 within a
/// sixth of a millimetre, and each is one whole pixel at 100 dpi, two at 200 and three at 300: at exactly
/// 103 / 405 mm the bars drift against the pixels and the code cannot be read at 100 dpi.
pub const MODULE: f32 = 0.254;
/// Height in millimetres.
pub const HEIGHT: f32 = 13.0;

/// Wide elements (`1`) of each digit.
const DIGITS: [[u8; 5]; 10] = [
    [0, 0, 1, 1, 0],
    [1, 0, 0, 0, 1],
    [0, 1, 0, 0, 1],
    [1, 1, 0, 0, 0],
    [0, 0, 1, 0, 1],
    [1, 0, 1, 0, 0],
    [0, 1, 1, 0, 0],
    [0, 0, 0, 1, 1],
    [1, 0, 0, 1, 0],
    [0, 1, 0, 1, 0],
];

/// The dark bars of an even number of digits as (start, width) in modules, and the length of the whole.
pub fn bars(digits: &[u8]) -> (Vec<(i32, i32)>, i32) {
    // Start: four narrow elements. Each pair: five bars by the first digit, five spaces by the second.
    let mut widths: Vec<i32> = vec![1, 1, 1, 1];
    for pair in digits.chunks_exact(2) {
        let [bars, spaces] = [pair[0], pair[1]].map(|d| DIGITS[usize::from(d.wrapping_sub(b'0') % 10)]);
        for (bar, space) in bars.into_iter().zip(spaces) {
            widths.extend([1 + 2 * i32::from(bar), 1 + 2 * i32::from(space)]);
        }
    }
    // Stop: a wide bar, a narrow space, a narrow bar.
    widths.extend([3, 1, 1]);
    let mut bars = Vec::with_capacity(widths.len() / 2 + 1);
    let mut at = 0;
    for (i, width) in widths.iter().enumerate() {
        if i % 2 == 0 {
            bars.push((at, *width));
        }
        at += width;
    }
    (bars, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boleto_has_405_modules() {
        let (bars, length) = bars(b"34191844100000350001790010435100479102015000");
        assert_eq!(length, 405);
        assert_eq!(bars.len(), 2 + 22 * 5 + 2);
        assert_eq!(bars[0], (0, 1));
        assert_eq!(bars.last(), Some(&(404, 1)));
    }

    #[test]
    fn every_digit_has_two_wide_elements() {
        assert!(DIGITS.iter().all(|d| d.iter().sum::<u8>() == 2));
    }
}
