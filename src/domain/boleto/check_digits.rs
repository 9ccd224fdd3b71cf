//! The four check-digit rules of Brazilian payment codes. Digits come in as ASCII; what is no digit counts as
//! its low bits would, so callers validate first (the types of this module do).
//!
//! What the arithmetic cannot see: modulus 10 catches every single wrong digit and every swap of neighbours
//! except `09` <-> `90` (doubled, 0 and 9 both weigh what they weigh alone). The general digit of the cobrança
//! maps the rests 0, 1 and 10 to the same digit 1, so a few errors slip through there too; the three field
//! digits of the line are what protects typing.

/// `digit * 2` with its digits added, as modulus 10 wants it.
const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

fn value(digit: u8) -> u32 {
    u32::from(digit & 0x0f)
}

/// Modulus 10 (FEBRABAN): weights 2, 1, 2, ... from the right, the digits of each product added.
pub fn mod10(digits: impl DoubleEndedIterator<Item = u8>) -> u8 {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 0 {
                DOUBLED[value(d) as usize % 10]
            } else {
                value(d)
            }
        })
        .sum();
    ((10 - sum % 10) % 10) as u8
}

/// The weighted sum of modulus 11: weights 2, 3, ... `highest` from the right, starting again at 2.
pub fn mod11_sum(digits: impl DoubleEndedIterator<Item = u8>, highest: u32) -> u32 {
    digits
        .rev()
        .zip((2..=highest).cycle())
        .map(|(d, weight)| value(d) * weight)
        .sum()
}

/// The general digit of a cobrança barcode over its 43 other digits: `11 - sum % 11`, where 0, 10 and 11 become
/// 1, so that it is never 0 (BB, "Especificações Técnicas", May 2019).
pub fn mod11_cobranca(digits: impl DoubleEndedIterator<Item = u8>) -> u8 {
    match 11 - mod11_sum(digits, 9) % 11 {
        10 | 11 => 1,
        d => d as u8,
    }
}

/// Modulus 11 of the arrecadação (FEBRABAN layout v4): the rests 0 and 1 give 0, the rest 10 gives 1. Not the
/// rule of the cobrança.
pub fn mod11_arrecadacao(digits: impl DoubleEndedIterator<Item = u8>) -> u8 {
    mod11_or_zero(digits, 9)
}

/// `11 - sum % 11`, where 10 and 11 become 0: what most banks take for their own digits.
pub fn mod11_or_zero(digits: impl DoubleEndedIterator<Item = u8>, highest: u32) -> u8 {
    match mod11_sum(digits, highest) % 11 {
        0 | 1 => 0,
        rest => (11 - rest) as u8,
    }
}

/// `11 - sum % 11` as a character: 11 becomes `0` and 10 the bank's letter (`P` at Bradesco, `X` at Banco do
/// Brasil).
pub fn mod11_letter(digits: impl DoubleEndedIterator<Item = u8>, highest: u32, ten: char) -> char {
    match mod11_sum(digits, highest) % 11 {
        0 => '0',
        1 => ten,
        rest => char::from(b'0' + (11 - rest) as u8),
    }
}

/// The pair of digits of Banrisul, Banestes and BRB: modulus 10, then modulus 11 (weights 2 to 7) over that too;
/// while the second comes out with the rest 1, the first is raised by one (9 to 0).
pub fn double_digit(digits: &[u8]) -> u8 {
    let mut first = mod10(digits.iter().copied());
    loop {
        let rest = mod11_sum(digits.iter().copied().chain([b'0' + first]), 7) % 11;
        match rest {
            // Raising the first digit by one adds 2 to the sum, so this ends after a few turns.
            1 => first = (first + 1) % 10,
            0 => return first * 10,
            rest => return first * 10 + (11 - rest) as u8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Modulus 10, whatever stands around: every wrong digit shows, and every swap but that of 0 and 9.
    #[test]
    fn what_modulus_10_can_see_and_what_not() {
        for (a, b) in (0..10u8)
            .flat_map(|a| (0..10u8).map(move |b| (a, b)))
            .filter(|(a, b)| a != b)
        {
            let of = |digits: [u8; 2]| mod10(digits.into_iter().map(|d| b'0' + d));
            assert_ne!(of([a, 0]), of([b, 0]), "{a} for {b} at an odd place");
            assert_ne!(of([0, a]), of([0, b]), "{a} for {b} at an even place");
            let blind = matches!((a, b), (0, 9) | (9, 0));
            assert_eq!(of([a, b]) == of([b, a]), blind, "{a}{b}");
        }
    }

    #[test]
    fn the_banks_own_rules() {
        // FEBRABAN manuals' examples: Banrisul 22832563 -> 51, Bradesco wallet 09 numbers of the vectors.
        assert_eq!(double_digit(b"22832563"), 51);
        assert_eq!(double_digit(b"00009194"), 38);
        assert_eq!(mod11_letter("0900000000453".bytes(), 7, 'P'), 'P');
        assert_eq!(mod11_letter("0900000000468".bytes(), 7, 'P'), '8');
        assert_eq!(
            mod11_or_zero("14222333777777777".bytes(), 9),
            mod11_arrecadacao("14222333777777777".bytes())
        );
    }

    #[test]
    fn worked_examples() {
        // The famous 34191.09008: 3*2 + 4 + 1*2 + 9 + 1*2 + 0 + 9*2 (18 counts 9) + 0 + 0*2 = 32.
        assert_eq!(mod10("341910900".bytes()), 8);
        assert_eq!(mod10("".bytes()), 0);
        assert_eq!(mod10("0".bytes()), 0);
        assert_eq!(mod10("5".bytes()), 9);
        assert_eq!(mod11_sum("123".bytes(), 9), 3 * 2 + 2 * 3 + 4);
        assert_eq!(mod11_sum("1111".bytes(), 3), 2 + 3 + 2 + 3, "weights start again");
        for (digits, cobranca, arrecadacao) in [("0", 1, 0), ("6", 1, 0), ("5", 1, 1), ("1", 9, 9)] {
            assert_eq!(mod11_cobranca(digits.bytes()), cobranca, "{digits}");
            assert_eq!(mod11_arrecadacao(digits.bytes()), arrecadacao, "{digits}");
        }
    }
}
