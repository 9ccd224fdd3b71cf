//! Numbers and jids: how WhatsApp names a phone, and the Brazilian ninth digit.
//!
//! Since 2016 every Brazilian mobile has nine digits, but accounts opened before live on under the number without
//! the ninth: the gateway then answers `555187654321` when asked about `5551987654321`. The phone is the same; here
//! a *person* is its number with the ninth digit.

use sha2::{Digest, Sha256};

/// Suffix of a jid that is a phone number.
pub(super) const PHONE_SUFFIX: &str = "@s.whatsapp.net";
/// Suffix of an opaque jid, which tells nothing about the phone.
pub(super) const LID_SUFFIX: &str = "@lid";

/// The digits of what was typed.
pub(super) fn digits(text: &str) -> String {
    let local = text.split('@').next().unwrap_or_default();
    local.chars().filter(char::is_ascii_digit).collect()
}

/// `5551987654321` for `555187654321`; other numbers are as they are.
pub(super) fn person(number: &str) -> String {
    let number = digits(number);
    let mobile =
        number.len() == 12 && number.starts_with("55") && matches!(number.as_bytes()[4], b'6'..=b'9');
    if mobile {
        format!("{}9{}", &number[..4], &number[4..])
    } else {
        number
    }
}

/// `555187654321` for `5551987654321`, when it is a Brazilian mobile.
pub(super) fn without_ninth_digit(person: &str) -> Option<String> {
    let mobile = person.len() == 13 && person.starts_with("55") && person.as_bytes()[4] == b'9';
    mobile.then(|| format!("{}{}", &person[..4], &person[5..]))
}

/// E.164 has at most 15 digits; fewer than 8 no phone has.
pub(super) fn plausible(number: &str) -> bool {
    (8..=15).contains(&number.len())
}

/// The opaque jid under which a person may show up. The same person always has the same one.
pub(super) fn lid(person: &str) -> String {
    let hash = Sha256::digest(format!("lid {person}"));
    let number = hash
        .iter()
        .take(8)
        .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte))
        % 100_000_000_000_000;
    format!("1{number:014}{LID_SUFFIX}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_with_or_without_the_ninth_digit() {
        assert_eq!(person("555187654321"), "5551987654321");
        assert_eq!(person("+55 (51) 98765-4321"), "5551987654321");
        assert_eq!(person("555187654321@s.whatsapp.net"), "5551987654321");
        assert_eq!(
            without_ninth_digit("5551987654321").as_deref(),
            Some("555187654321")
        );
    }

    #[test]
    fn landlines_and_foreign_numbers_have_no_ninth_digit() {
        assert_eq!(person("555132221234"), "555132221234");
        assert_eq!(without_ninth_digit("555132221234"), None);
        assert_eq!(person("351912345678"), "351912345678");
        assert_eq!(without_ninth_digit("351912345678"), None);
    }

    #[test]
    fn a_lid_is_stable_and_tells_nothing() {
        let lid_of_maria = lid("5551987654321");
        assert_eq!(lid_of_maria, lid("5551987654321"));
        assert_ne!(lid_of_maria, lid("5551987654322"));
        assert!(!lid_of_maria.contains("987654321"));
        assert_eq!(lid_of_maria.len(), "131234567890123@lid".len());
    }
}
