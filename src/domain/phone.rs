//! Phones: what people type becomes E.164, or a named reason.

use std::fmt;

/// A phone in E.164 form, such as `+5551987654321`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Phone(String);

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
}

/// The area codes (DDD) in use, Anatel's Plano Geral de Códigos Nacionais.
const AREA_CODES: [u8; 67] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 24, 27, 28, 31, 32, 33, 34, 35, 37, 38, 41, 42, 43, 44, 45,
    46, 47, 48, 49, 51, 53, 54, 55, 61, 62, 63, 64, 65, 66, 67, 68, 69, 71, 73, 74, 75, 77, 79, 81, 82, 83,
    84, 85, 86, 87, 88, 89, 91, 92, 93, 94, 95, 96, 97, 98, 99,
];

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
        Ok(Phone(format!("+{digits}")))
    }

    /// Reads one phone as people type it. `area_code` is the DDD of numbers typed without one.
    ///
    /// # Errors
    /// [`PhoneError`]: why WhatsApp could not know it.
    pub fn parse(text: &str, area_code: Option<u8>) -> Result<Self, PhoneError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        if text.chars().any(|c| c.is_alphabetic()) {
            return Err(PhoneError::NotANumber);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return Err(PhoneError::NotANumber);
        }
        let international = text.starts_with('+') || text.starts_with("00");
        if international {
            let digits = digits.trim_start_matches('0');
            return match digits.strip_prefix("55") {
                Some(national) => Self::national(national, None),
                None => Self::from_e164(digits),
            };
        }
        if let Some(national) = digits
            .strip_prefix("55")
            .filter(|n| n.len() == 10 || n.len() == 11)
        {
            return Self::national(national, area_code);
        }
        Self::national(&digits, area_code)
    }

    /// Reads a field in which people may have typed two numbers: the first usable one counts.
    ///
    /// # Errors
    /// [`PhoneError`] of the first number, when none is usable.
    pub fn parse_field(text: &str, area_code: Option<u8>) -> Result<Self, PhoneError> {
        let whole = Self::parse(text, area_code);
        if whole.is_ok() {
            return whole;
        }
        let lower = text.to_lowercase().replace(" ou ", "/").replace(" e ", "/");
        let mut pieces = lower
            .split(['/', ';', ',', '|', '\n'])
            .filter(|p| p.bytes().any(|b| b.is_ascii_digit()));
        pieces
            .find_map(|piece| Self::parse(piece, area_code).ok())
            .map_or(whole, Ok)
    }

    /// Digits after the country code 55, with or without trunk zero, carrier and area code.
    fn national(digits: &str, area_code: Option<u8>) -> Result<Self, PhoneError> {
        if ["0800", "0300", "0500", "0900", "800", "300"]
            .iter()
            .any(|p| digits.starts_with(p))
            && (digits.len() == 10 || digits.len() == 11)
            && !(digits.len() == 11 && digits.as_bytes()[2] == b'9' && !digits.starts_with('0'))
        {
            return Err(PhoneError::ServiceNumber);
        }
        // A trunk zero, perhaps with a two-digit carrier: 0 51 98765-4321, 0 21 51 98765-4321.
        let digits = match digits.strip_prefix('0') {
            Some(rest) if rest.len() >= 12 => &rest[2..],
            Some(rest) => rest,
            None => digits,
        };
        match digits.len() {
            0..=7 => Err(if digits.len() <= 6 {
                PhoneError::ServiceNumber
            } else {
                PhoneError::WrongLength
            }),
            8 | 9 => {
                if digits.len() == 8 && (digits.starts_with("4003") || digits.starts_with("4004")) {
                    return Err(PhoneError::ServiceNumber);
                }
                let area_code = area_code.ok_or(PhoneError::MissingAreaCode)?;
                Self::with_area_code(area_code, digits)
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
        match (subscriber.len(), subscriber.as_bytes()[0]) {
            (9, b'9') | (8, b'2'..=b'5') => Ok(Phone(format!("+55{area_code}{subscriber}"))),
            // A mobile typed without its ninth digit (all mobiles have it since 2016).
            (8, b'6'..=b'9') => Ok(Phone(format!("+55{area_code}9{subscriber}"))),
            _ => Err(PhoneError::WrongLength),
        }
    }

    /// With the plus sign: `+5551987654321`.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// Digits only: `5551987654321`, as gateways take it.
    pub fn digits(&self) -> &str {
        &self.0[1..]
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
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, PhoneError> {
        Phone::parse(text, Some(51)).map(|p| p.e164().to_owned())
    }

    #[test]
    fn what_people_type() {
        for (text, e164) in [
            ("(51) 9 8765-4321", "+5551987654321"),
            ("051 98765 4321", "+5551987654321"),
            ("0 21 51 98765-4321", "+5551987654321"),
            ("51987654321", "+5551987654321"),
            ("5187654321", "+5551987654321"),
            ("98765-4321", "+5551987654321"),
            ("8765-4321", "+5551987654321"),
            ("+55 51 98765-4321", "+5551987654321"),
            ("0055 51 98765-4321", "+5551987654321"),
            ("5551987654321", "+5551987654321"),
            ("555187654321", "+5551987654321"),
            ("(51) 3222-1234", "+555132221234"),
            ("3222 1234", "+555132221234"),
            ("(55) 99999-1234", "+5555999991234"),
            ("55 3222-1234", "+555532221234"),
            ("+351 912 345 678", "+351912345678"),
            ("+1 (415) 555-2671", "+14155552671"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(e164), "{text}");
        }
    }

    #[test]
    fn what_is_refused_says_why() {
        for (text, reason) in [
            ("", PhoneError::Empty),
            ("  -  ", PhoneError::NotANumber),
            ("nao tem", PhoneError::NotANumber),
            ("0800 123 4567", PhoneError::ServiceNumber),
            ("4004-1234", PhoneError::ServiceNumber),
            ("190", PhoneError::ServiceNumber),
            ("(20) 98765-4321", PhoneError::UnknownAreaCode),
            ("(51) 1876-4321", PhoneError::WrongLength),
            ("51 98765 43210 99", PhoneError::WrongLength),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
        assert_eq!(Phone::parse("98765-4321", None), Err(PhoneError::MissingAreaCode));
    }

    #[test]
    fn two_numbers_in_one_field() {
        let field = |text: &str| Phone::parse_field(text, None).map(|p| p.e164().to_owned());
        assert_eq!(
            field("51 98765-4321 / 51 3222-1234").as_deref(),
            Ok("+5551987654321")
        );
        assert_eq!(
            field("0800 123 4567 ou (51) 98765-4321").as_deref(),
            Ok("+5551987654321")
        );
        assert_eq!(field("98765-4321; 3222-1234"), Err(PhoneError::WrongLength));
        assert_eq!(field("não tem"), Err(PhoneError::NotANumber));
    }

    #[test]
    fn logs_never_see_the_number() {
        let phone = Phone::parse("51987654321", None).unwrap();
        assert_eq!(phone.masked(), "+55*******4321");
        assert_eq!(format!("{phone:?}"), "Phone(+55*******4321)");
    }
}
