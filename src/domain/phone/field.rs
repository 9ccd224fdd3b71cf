//! A phone field as people fill it: labels, names, extensions, two numbers.

use std::borrow::Cow;

use super::{Phone, PhoneError};

/// Words before the number of a desk: what follows is no phone.
const EXTENSION: [&str; 7] = ["r", "rm", "ram", "ramal", "ext", "extensao", "x"];

/// Words that join two numbers.
const AND: [&str; 3] = ["e", "ou", "or"];

impl Phone {
    /// Reads a field in which people may have typed a label (`cel`, `recado`), an extension or a second number. Among
    /// several numbers the first mobile counts, since few landlines have WhatsApp; else the first that can be used. A
    /// number without an area code takes that of the number before it, then `area_code`.
    ///
    /// # Errors
    /// [`PhoneError`] of the first number, when none is usable.
    pub fn parse_field(text: &str, area_code: Option<u8>) -> Result<Self, PhoneError> {
        let text = &*without_tax_ids(text);
        let plain = Self::parse(text, area_code);
        if plain.is_ok() {
            return plain;
        }
        let (mut first_problem, mut usable): (Option<PhoneError>, Vec<Phone>) = (None, Vec::new());
        let pieces = pieces(text);
        let several = pieces.len() > 1;
        for piece in pieces {
            let area_code = usable.last().and_then(Phone::area_code).or(area_code);
            match Self::parse(&piece, area_code).or_else(|why| two_in_a_row(&piece, area_code).ok_or(why)) {
                Ok(phone) => usable.push(phone),
                Err(why) => first_problem = first_problem.or(Some(why)),
            }
        }
        let chosen = usable.iter().position(Phone::is_mobile).unwrap_or(0);
        if chosen < usable.len() {
            return Ok(usable.swap_remove(chosen));
        }
        // What is wrong with the first number says more than what is wrong with the field as a whole.
        match first_problem {
            Some(why) if several || plain == Err(PhoneError::NotANumber) => Err(why),
            _ => plain,
        }
    }
}

/// A CPF or CNPJ with its punctuation, typed into the wrong field, would read as somebody else's phone.
fn without_tax_ids(text: &str) -> Cow<'_, str> {
    const SHAPES: [&str; 2] = ["99.999.999/9999-99", "999.999.999-99"];
    let mut rest = Cow::Borrowed(text);
    for shape in SHAPES {
        let masked: String = rest
            .chars()
            .map(|c| if c.is_ascii_digit() { '9' } else { c })
            .collect();
        // A mask of digits keeps every byte in its place.
        for (at, _) in masked.rmatch_indices(shape) {
            rest.to_mut().replace_range(at..at + shape.len(), "/");
        }
    }
    rest
}

/// The stretches of a field that may be a number each.
fn pieces(text: &str) -> Vec<String> {
    // Carriers used to be written 0xx51, and empty area codes (xx).
    let lower = text.to_lowercase().replace("xx", "");
    let (mut done, mut piece) = (Vec::new(), String::new());
    let mut skipping = false;
    let mut rest = lower.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_alphabetic() {
            let touches = piece.ends_with(|p: char| p.is_ascii_digit());
            let mut word = String::from(c);
            while let Some(letter) = rest.next_if(|l| l.is_alphabetic()) {
                word.push(letter);
            }
            touches_digit(&word, touches, rest.peek().is_some_and(char::is_ascii_digit))
                .then(|| piece.push_str(&word));
            if piece.ends_with(char::is_alphabetic) {
                continue;
            }
            finish(&mut done, &mut piece, skipping);
            skipping = EXTENSION.contains(&word.as_str());
            continue;
        }
        let hard = matches!(c, '/' | '\\' | ';' | ',' | '|' | '\n' | '\r' | '\t');
        let next_number = matches!(c, '(' | '+') && count_digits(&piece) >= 8;
        if hard || next_number {
            finish(&mut done, &mut piece, skipping);
            skipping = false;
        }
        if !hard {
            piece.push(c);
        }
    }
    finish(&mut done, &mut piece, skipping);
    done
}

/// A letter inside a number (`9876S-4321`, `51O98765`) spoils it: nobody guesses which digit was meant.
fn touches_digit(word: &str, before: bool, after: bool) -> bool {
    let joins = AND.contains(&word) || EXTENSION.contains(&word);
    word.chars().count() == 1 && !joins && (before || after)
}

fn finish(done: &mut Vec<String>, piece: &mut String, skipping: bool) {
    let piece = std::mem::take(piece);
    if !skipping && count_digits(&piece) > 0 {
        done.push(piece);
    }
}

fn count_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// `51 98765-4321 51 3222-1234`, or with a dash between: the one place at which both sides are numbers.
fn two_in_a_row(piece: &str, area_code: Option<u8>) -> Option<Phone> {
    if count_digits(piece) < 16 {
        return None;
    }
    let mut found = piece.match_indices(char::is_whitespace).filter_map(|(at, _)| {
        let first = Phone::parse(&piece[..at], area_code).ok()?;
        let second = Phone::parse(&piece[at..], first.area_code().or(area_code)).ok()?;
        Some(if second.is_mobile() && !first.is_mobile() {
            second
        } else {
            first
        })
    });
    let only = found.next()?;
    found.all(|other| other == only).then_some(only)
}
