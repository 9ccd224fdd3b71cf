//! Phones: what people type becomes E.164, or a named reason.

use std::fmt;

use super::compact::Compact;

mod field;

/// A phone in E.164 form, such as `+5551987654321`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Phone(Compact);

/// Why a text is not a phone that WhatsApp could know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum PhoneError {
    /// Nothing typed.
    #[error("empty")]
    Empty,
    /// Not a number at all.
    #[error("not a number")]
    NotANumber,
    /// No area code, and none configured.
    #[error("area code missing")]
    MissingAreaCode,
    /// The area code does not exist.
    #[error("area code unknown")]
    UnknownAreaCode,
    /// 0800, 0300, 4004 and other service numbers.
    #[error("service number")]
    ServiceNumber,
    /// Too short or too long, or of a form that no phone has.
    #[error("wrong length")]
    WrongLength,
    /// One digit over and over (`99999-9999`): what people type where a field must not be empty. It may be
    /// somebody's number, but not the customer's.
    #[error("placeholder")]
    Placeholder,
}

/// The area codes (DDD) in use, Anatel's Plano Geral de Códigos Nacionais.
const AREA_CODES: [u8; 67] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 24, 27, 28, 31, 32, 33, 34, 35, 37, 38, 41, 42, 43, 44, 45,
    46, 47, 48, 49, 51, 53, 54, 55, 61, 62, 63, 64, 65, 66, 67, 68, 69, 71, 73, 74, 75, 77, 79, 81, 82, 83,
    84, 85, 86, 87, 88, 89, 91, 92, 93, 94, 95, 96, 97, 98, 99,
];

/// Codes without a place: freephone, shared cost, premium, donations (Anatel, códigos não geográficos).
const NON_GEOGRAPHIC: [&str; 10] = [
    "0800", "0300", "0303", "0500", "0900", "800", "300", "303", "500", "900",
];

/// Carriers (CSP) that people type before the area code: the ones that national calls are made with.
const CARRIERS: [&str; 13] = [
    "12", "14", "15", "17", "21", "23", "25", "31", "32", "36", "41", "43", "91",
];

/// `4004-1234` and the like: one number for the whole country, with or without an area code.
fn is_national_service(subscriber: &str) -> bool {
    subscriber.len() == 8
        && ["3003", "3004", "4003", "4004"]
            .iter()
            .any(|p| subscriber.starts_with(p))
}

/// `(01) 98765-4321`: the parentheses say that 01 is the area code, and none begins with zero. Without a look at them
/// it would be read as a trunk zero and area code 19.
fn names_no_area_code(text: &str) -> bool {
    text.split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .is_some_and(|(code, _)| code.trim().len() == 2 && code.trim().starts_with('0'))
}

/// `51987654321.0000` is a phone in a NUMERIC or DOUBLE column.
fn without_decimals(text: &str) -> &str {
    match text.split_once('.') {
        Some((number, zeros))
            if number.len() >= 8
                && number.bytes().all(|b| b.is_ascii_digit())
                && !zeros.is_empty()
                && zeros.bytes().all(|b| b == b'0') =>
        {
            number
        }
        _ => text,
    }
}

impl Phone {
    /// Takes a number that is E.164 already, with or without `+` (as gateways write it).
    ///
    /// # Errors
    /// [`PhoneError::WrongLength`] or [`PhoneError::NotANumber`].
    pub fn from_e164(text: &str) -> Result<Self, PhoneError> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if digits.is_empty() {
            return Err(PhoneError::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
            return Err(PhoneError::NotANumber);
        }
        // E.164: at most 15 digits with the country code.
        if !(8..=15).contains(&digits.len()) {
            return Err(PhoneError::WrongLength);
        }
        Ok(Phone(Compact::new(&format!("+{digits}"))))
    }

    /// Reads one phone as people type it. `area_code` is the DDD of numbers typed without one. Labels, second numbers
    /// and extensions are for [`Self::parse_field`].
    ///
    /// # Errors
    /// [`PhoneError`]: why WhatsApp could not know it.
    pub fn parse(text: &str, area_code: Option<u8>) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        if text.chars().any(char::is_alphabetic) {
            return Err(PhoneError::NotANumber);
        }
        let digits: String = without_decimals(text)
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let significant = digits.trim_start_matches('0');
        if significant.is_empty() {
            return Err(PhoneError::NotANumber);
        }
        if names_no_area_code(text) {
            return Err(PhoneError::UnknownAreaCode);
        }
        let plus = text
            .trim_start_matches(|c: char| !c.is_ascii_digit() && c != '+')
            .starts_with('+');
        // Foreign numbers only with a plus sign, and no country's code begins with zero.
        if plus && !digits.starts_with('0') {
            return match digits.strip_prefix("55") {
                Some(national) => Self::national(national, None),
                None => Self::from_e164(&digits),
            };
        }
        if let Some(national) = significant
            .strip_prefix("55")
            .filter(|n| n.len() == 10 || n.len() == 11)
        {
            return Self::national(national, area_code);
        }
        match digits.len() - significant.len() {
            0 | 1 => Self::national(&digits, area_code),
            // Two zeros begin a call abroad, and `00 51 9...` may be Peru or Porto Alegre: nobody's debt goes to a
            // guess.
            2 => Err(PhoneError::WrongLength),
            // More are the padding of a numeric column.
            _ => Self::national(significant, area_code),
        }
    }

    /// Digits after the country code 55, with or without trunk zero, carrier and area code.
    fn national(digits: &str, area_code: Option<u8>) -> Result<Self, PhoneError> {
        if NON_GEOGRAPHIC.iter().any(|p| digits.starts_with(p)) && (10..=11).contains(&digits.len()) {
            return Err(PhoneError::ServiceNumber);
        }
        // A trunk zero, perhaps with a two-digit carrier: 0 51 98765-4321, 0 21 51 98765-4321. Behind a carrier the
        // number must be whole, else one digit too many would read as somebody else's number.
        let digits = match digits.strip_prefix('0') {
            Some(rest) if rest.len() >= 12 => {
                let (carrier, number) = rest.split_at(2);
                let whole = number.len() == 11 || matches!(number.as_bytes().get(2), Some(b'2'..=b'5'));
                if !CARRIERS.contains(&carrier) || !whole {
                    return Err(PhoneError::WrongLength);
                }
                number
            }
            Some(rest) => rest,
            None => digits,
        };
        match digits.len() {
            0..=6 => Err(PhoneError::ServiceNumber),
            8 | 9 if digits.starts_with('0') => Err(PhoneError::WrongLength),
            8 | 9 => {
                if is_national_service(digits) {
                    return Err(PhoneError::ServiceNumber);
                }
                Self::with_area_code(area_code.ok_or(PhoneError::MissingAreaCode)?, digits)
            }
            10 | 11 => {
                let area_code: u8 = digits[..2].parse().map_err(|_| PhoneError::NotANumber)?;
                Self::with_area_code(area_code, &digits[2..])
            }
            _ => Err(PhoneError::WrongLength),
        }
    }

    fn with_area_code(area_code: u8, subscriber: &str) -> Result<Self, PhoneError> {
        if !AREA_CODES.contains(&area_code) {
            return Err(PhoneError::UnknownAreaCode);
        }
        let first = subscriber.as_bytes()[0];
        if subscriber.bytes().all(|b| b == first) {
            return Err(PhoneError::Placeholder);
        }
        if is_national_service(subscriber) {
            return Err(PhoneError::ServiceNumber);
        }
        match (subscriber.len(), first) {
            (9, b'9') | (8, b'2'..=b'5') => Ok(Phone(Compact::new(&format!("+55{area_code}{subscriber}")))),
            // A mobile typed without its ninth digit (all mobiles have it since 2016).
            (8, b'6'..=b'9') => Ok(Phone(Compact::new(&format!("+55{area_code}9{subscriber}")))),
            _ => Err(PhoneError::WrongLength),
        }
    }

    /// A mobile of Brazil.
    fn is_mobile(&self) -> bool {
        let text = self.e164();
        text.len() == 14 && text.starts_with("+55") && text.as_bytes()[5] == b'9'
    }

    /// The area code of a number of Brazil.
    fn area_code(&self) -> Option<u8> {
        self.e164().strip_prefix("+55")?.get(..2)?.parse().ok()
    }

    /// With the plus sign: `+5551987654321`.
    pub fn e164(&self) -> &str {
        self.0.as_str()
    }

    /// Digits only: `5551987654321`, as gateways take it.
    pub fn digits(&self) -> &str {
        &self.e164()[1..]
    }

    /// For logs and errors: `+55*******4321`.
    pub fn masked(&self) -> String {
        let digits = self.digits();
        let head = digits.len().min(2);
        let tail = digits.len().saturating_sub(4).max(head);
        format!(
            "+{}{}{}",
            &digits[..head],
            "*".repeat(tail - head),
            &digits[tail..]
        )
    }
}

impl fmt::Debug for Phone {
    /// Masked: debug output ends up in logs and panics.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

#[cfg(test)]
mod tests;
