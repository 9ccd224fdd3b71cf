//! The free field (campo livre): 25 digits that each bank fills its own way.
//!
//! [`read`] names the parts of a stored one and recomputes the bank's own digits, [`build`] fills one for the
//! sample ERP; both walk the same [`Layout`], so what is built reads back. The table of layouts, with the source
//! of each, is in [`layouts`]; `docs/BANKS.md` shows it to people.
//!
//! A free field that reads oddly is no error of the code: banks have variants that nobody published. Only what
//! contradicts the stored account stops a boleto (see [`check`](super::check)).

pub mod layouts;
mod part;
#[cfg(test)]
mod tests;

pub use part::Part;

use serde::Serialize;

use layouts::LAYOUTS;

/// The 25 digits, as ASCII.
pub(super) type Digits = [u8; 25];

/// Computes a bank's own digit or pair of digits from the rest of the field.
type Rule = fn(&Digits) -> u8;

/// From and to (exclusive) within the field, from 0.
type Place = (usize, usize);

/// One part of a layout.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    part: Part,
    len: usize,
    /// The digits of a fixed part; the digits taken where none are given.
    preset: Option<&'static str>,
    rule: Option<Rule>,
}

/// How one bank fills the field for one kind of agreement.
#[derive(Debug)]
pub struct Layout {
    /// The bank's three digits.
    pub bank: &'static str,
    /// What tells it from the bank's other layouts.
    pub name: &'static str,
    /// Where it is written down.
    pub source: &'static str,
    pieces: &'static [Piece],
    /// Our number as people write it, from the whole to its last part; each an order of places.
    our_number: &'static [&'static [Place]],
    /// Our number's digits where the field does not hold them.
    our_number_digit: Option<fn(&Digits) -> String>,
    /// Where not empty, the only wallets that this layout is for.
    wallets: &'static [&'static str],
    /// Places (from 0) with the only digits that the bank gives out there: others speak for another layout.
    given_out: &'static [(usize, &'static [u8])],
    /// Digits that people write behind our number and nobody can compute from the field.
    pub(super) more_digits: usize,
}

/// Why a free field cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// No layout of this bank is known.
    #[error("no layout is known for the bank")]
    UnknownBank,
    /// A part is needed and not given.
    #[error("{} is missing", .0.name())]
    Missing(Part),
    /// A part is given that the layout has no place for.
    #[error("the layout has no {}", .0.name())]
    NoPlace(Part),
    /// A part is longer than its place, or not all digits.
    #[error("{} does not fit {places} digits", part.name())]
    DoesNotFit {
        /// Which part.
        part: Part,
        /// How many digits there is room for.
        places: usize,
    },
}

/// A digit of the bank's own that does not agree with the rest of the field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// Which digit.
    pub part: Part,
    /// What the rest of the field asks for.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// A free field, read by a layout of its bank.
#[derive(Debug, Clone)]
pub struct Reading {
    layout: &'static Layout,
    digits: Digits,
    mismatches: Vec<Mismatch>,
    certain: bool,
}

/// The layouts of a bank, the usual one first.
pub fn layouts_of(bank: &str) -> impl Iterator<Item = &'static Layout> {
    LAYOUTS.iter().filter(move |layout| layout.bank == bank)
}

/// Reads a free field. Of several layouts the one is taken whose own digits agree best, then the one with more
/// fixed digits. `None`: 25 digits are not what this is, no layout of the bank is known, or its fixed digits stand
/// in none.
pub fn read(bank: &str, free_field: &str) -> Option<Reading> {
    if !free_field.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: Digits = free_field.as_bytes().try_into().ok()?;
    let mut readings: Vec<Reading> = layouts_of(bank)
        .filter_map(|layout| layout.read(&digits))
        .collect();
    // Stable: among equals the bank's usual layout, which stands first.
    readings.sort_by_key(|reading| {
        let layout = reading.layout;
        (
            reading.mismatches.len(),
            std::cmp::Reverse(reading.agreeing()),
            std::cmp::Reverse(layout.fixed_digits()),
        )
    });
    let mut others = readings.into_iter();
    let mut best = others.next()?;
    // Layouts that differ in their arithmetic only name the same parts.
    let others: Vec<Reading> = others
        .filter(|other| !other.layout.has_the_parts_of(best.layout))
        .collect();
    best.certain = others.is_empty()
        || best.mismatches.is_empty()
        || (best.agreeing() > 0 && others.iter().all(|other| other.agreeing() == 0));
    Some(best)
}

/// Fills a free field by the first layout of the bank that has a place for every part given and wants no other.
///
/// # Errors
/// [`BuildError`], of the bank's usual layout where none fits.
pub fn build(bank: &str, parts: &[(Part, &str)]) -> Result<String, BuildError> {
    let mut first = None;
    for layout in layouts_of(bank) {
        match layout.build(parts) {
            Ok(built) => return Ok(built),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(BuildError::UnknownBank))
}

impl Layout {
    /// The parts with the first digit of each (from 0) and their lengths.
    fn placed(&self) -> impl Iterator<Item = (Piece, Place)> {
        self.pieces.iter().scan(0, |at, piece| {
            let from = *at;
            *at += piece.len;
            Some((*piece, (from, *at)))
        })
    }

    fn has_the_parts_of(&self, other: &Layout) -> bool {
        self.pieces.len() == other.pieces.len()
            && self
                .pieces
                .iter()
                .zip(other.pieces)
                .all(|(a, b)| (a.part, a.len) == (b.part, b.len))
    }

    fn rules(&self) -> usize {
        self.pieces.iter().filter(|piece| piece.rule.is_some()).count()
    }

    fn fixed_digits(&self) -> usize {
        self.pieces
            .iter()
            .filter(|piece| piece.part == Part::Fixed)
            .map(|piece| piece.len)
            .sum()
    }

    fn read(&'static self, digits: &Digits) -> Option<Reading> {
        let mut mismatches = Vec::new();
        for (piece, (from, to)) in self.placed() {
            let found = &digits[from..to];
            if let (Part::Fixed, Some(fixed)) = (piece.part, piece.preset) {
                if found != fixed.as_bytes() {
                    return None;
                }
            } else if piece.part == Part::Wallet && !self.wallets.is_empty() {
                if !self.wallets.iter().any(|wallet| wallet.as_bytes() == found) {
                    return None;
                }
            } else if let Some(rule) = piece.rule {
                let expected = padded(rule(digits), piece.len);
                if expected.as_bytes() != found {
                    mismatches.push(Mismatch {
                        part: piece.part,
                        expected,
                        found: text(found),
                    });
                }
            }
        }
        Some(Reading {
            layout: self,
            digits: *digits,
            mismatches,
            certain: false,
        })
    }

    /// Fills the field: given parts are padded with zeros on the left, the bank's own digits computed.
    ///
    /// # Errors
    /// [`BuildError`].
    pub fn build(&self, parts: &[(Part, &str)]) -> Result<String, BuildError> {
        for (part, _) in parts {
            if !self
                .pieces
                .iter()
                .any(|piece| piece.part == *part && piece.rule.is_none() && *part != Part::Fixed)
            {
                return Err(BuildError::NoPlace(*part));
            }
        }
        let mut digits: Digits = [b'0'; 25];
        let mut used: Vec<(Part, usize)> = Vec::new();
        for (piece, (from, to)) in self.placed() {
            if piece.rule.is_some() {
                continue;
            }
            let given = parts
                .iter()
                .find(|(part, _)| *part == piece.part && piece.part != Part::Fixed);
            let value = match (given, piece.preset) {
                (Some((_, value)), _) => *value,
                (None, Some(preset)) => preset,
                (None, None) => return Err(BuildError::Missing(piece.part)),
            };
            // A part may be dealt out over several places: our number at Caixa.
            let places: usize = if piece.part == Part::Fixed {
                piece.len
            } else {
                self.pieces
                    .iter()
                    .filter(|p| p.part == piece.part)
                    .map(|p| p.len)
                    .sum()
            };
            if value.len() > places || !value.bytes().all(|b| b.is_ascii_digit()) {
                return Err(BuildError::DoesNotFit {
                    part: piece.part,
                    places,
                });
            }
            let whole = format!("{value:0>places$}");
            let start = match used
                .iter_mut()
                .find(|(part, _)| *part == piece.part && *part != Part::Fixed)
            {
                Some((_, taken)) => std::mem::replace(taken, *taken + piece.len),
                None => {
                    used.push((piece.part, piece.len));
                    0
                }
            };
            digits[from..to].copy_from_slice(&whole.as_bytes()[start..start + piece.len]);
        }
        // From left to right: a digit further on may count one before it.
        for (piece, (from, to)) in self.placed() {
            if let Some(rule) = piece.rule {
                let digit = padded(rule(&digits), piece.len);
                digits[from..to].copy_from_slice(digit.as_bytes());
            }
        }
        Ok(text(&digits))
    }

    /// The parts that [`build`](Self::build) takes, with their lengths; those with a preset may be left out.
    pub fn wants(&self) -> Vec<(Part, usize)> {
        let mut wants: Vec<(Part, usize)> = Vec::new();
        for piece in self
            .pieces
            .iter()
            .filter(|p| p.part != Part::Fixed && p.rule.is_none())
        {
            match wants.iter_mut().find(|(part, _)| *part == piece.part) {
                Some((_, len)) => *len += piece.len,
                None => wants.push((piece.part, piece.len)),
            }
        }
        wants
    }
}

impl Reading {
    /// The layout it was read by.
    pub fn layout(&self) -> &'static Layout {
        self.layout
    }

    /// The digits of a part; `None` where the layout has none.
    pub fn part(&self, part: Part) -> Option<String> {
        let found: String = self
            .layout
            .placed()
            .filter(|(piece, _)| piece.part == part)
            .map(|(_, place)| self.cut(place))
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// All parts in the order of the field, without the fixed digits.
    pub fn parts(&self) -> Vec<(Part, String)> {
        let mut parts: Vec<(Part, String)> = Vec::new();
        for (piece, place) in self
            .layout
            .placed()
            .filter(|(piece, _)| piece.part != Part::Fixed)
        {
            match parts.iter_mut().find(|(part, _)| *part == piece.part) {
                Some((_, digits)) => digits.push_str(&self.cut(place)),
                None => parts.push((piece.part, self.cut(place))),
            }
        }
        parts
    }

    /// Our number as the bank counts it, without its digit; at Caixa put together again from its five places.
    pub fn our_number(&self) -> String {
        self.our_numbers().next().unwrap_or_default()
    }

    /// Our number's digit or digits: those in the field, else computed; `None` where no rule is known.
    pub fn our_number_digit(&self) -> Option<String> {
        self.part(Part::OurNumberDigit)
            .or_else(|| self.layout.our_number_digit.map(|rule| rule(&self.digits)))
    }

    /// The forms in which people write our number, the whole first.
    pub(super) fn our_numbers(&self) -> impl Iterator<Item = String> {
        self.layout
            .our_number
            .iter()
            .map(|places| places.iter().map(|place| self.cut(*place)).collect())
    }

    /// The bank's own digits that do not agree. No reason to refuse: variants exist that nobody published.
    pub fn mismatches(&self) -> &[Mismatch] {
        &self.mismatches
    }

    /// Whether this layout, and no other of the bank, is meant: it is the only one possible, all its digits agree,
    /// or some do and none of any other.
    pub fn is_certain(&self) -> bool {
        self.certain
    }

    /// How many of the bank's own digits agree, less those places that hold what the bank never gave out.
    fn agreeing(&self) -> usize {
        let odd = |(at, digits): &&(usize, &[u8])| !digits.contains(&self.digits[*at]);
        let odd = self.layout.given_out.iter().filter(odd).count();
        (self.layout.rules() - self.mismatches.len()).saturating_sub(odd)
    }

    fn cut(&self, (from, to): Place) -> String {
        text(&self.digits[from..to])
    }
}

fn text(digits: &[u8]) -> String {
    digits.iter().copied().map(char::from).collect()
}

fn padded(number: u8, len: usize) -> String {
    format!("{number:0>len$}")
}
