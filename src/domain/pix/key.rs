//! The keys (chaves) of Pix.

use serde::Serialize;

use crate::domain::tax_id::TaxId;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A person's tax id, 11 digits.
    Cpf,
    /// A company's tax id, 14 characters.
    Cnpj,
    /// `+5511987654321`.
    Phone,
    /// Lower case.
    Email,
    /// A random UUID (chave aleatória, EVP).
    Random,
}

/// The kind of a key by its form; `None` for what no key looks like. Check digits of tax ids are not asked for: the
/// directory of keys decides what exists.
pub fn kind(key: &str) -> Option<KeyKind> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if let Some(phone) = key.strip_prefix('+') {
        return ((8..=15).contains(&phone.len()) && digits(phone) && !phone.starts_with('0'))
            .then_some(KeyKind::Phone);
    }
    if key.contains('@') {
        let plain =
            key.is_ascii() && key.len() <= 77 && !key.bytes().any(|b| b.is_ascii_uppercase() || b <= b' ');
        return plain.then_some(KeyKind::Email);
    }
    match key.len() {
        11 if digits(key) => Some(KeyKind::Cpf),
        // A CNPJ with letters must have its check digits right, since 14 letters may be anything.
        14 if digits(key)
            || (key.bytes().all(|b| b.is_ascii_alphanumeric()) && TaxId::parse(key).is_ok()) =>
        {
            Some(KeyKind::Cnpj)
        }
        36 => key
            .bytes()
            .enumerate()
            .all(|(i, b)| {
                if matches!(i, 8 | 13 | 18 | 23) {
                    b == b'-'
                } else {
                    b.is_ascii_hexdigit()
                }
            })
            .then_some(KeyKind::Random),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_form() {
        for (key, expected) in [
            ("52998224725", Some(KeyKind::Cpf)),
            ("11222333000181", Some(KeyKind::Cnpj)),
            ("12ABC34501DE35", Some(KeyKind::Cnpj)),
            ("12ABC34501DE36", None),
            ("+5511987654321", Some(KeyKind::Phone)),
            ("+0511987654321", None),
            ("+55", None),
            ("arya@stark.com", Some(KeyKind::Email)),
            ("Arya@stark.com", None),
            ("4004901d-bd85-4769-8e52-cb4c42c506dc", Some(KeyKind::Random)),
            ("4004901dxbd85-4769-8e52-cb4c42c506dc", None),
            ("529.982.247-25", None),
            ("çççççç", None),
            ("", None),
        ] {
            assert_eq!(kind(key), expected, "{key}");
        }
    }
}
