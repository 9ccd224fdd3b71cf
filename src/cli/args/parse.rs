//! Values of the command line, as people type them.

use chrono::{DateTime, NaiveDate, Utc};

use super::ReadReplies;
use crate::domain::ids::CustomerId;
use crate::domain::notice::{NoticeId, PartKey};
use crate::domain::phone::{Phone, PhoneError};
use crate::i18n::Lang;

/// Why a value was not taken; `cli::error` has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArgProblem {
    /// Not a date.
    #[error("not a date: 2026-11-21 or 21/11/2026")]
    NotADate,
    /// Not an instant.
    #[error("not an instant: 2026-11-21T09:01:00-03:00")]
    NotAnInstant,
    /// Not a whole number within these bounds.
    #[error("not a number from {min} to {max}")]
    NotANumber {
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// Not a phone.
    #[error("not a phone: {0}")]
    NotAPhone(PhoneError),
    /// Not the name of a part.
    #[error("not a part: 17.2")]
    NotAPart,
    /// Not the number of a notice, nor `all`.
    #[error("not a notice: 17 or all")]
    NotANotice,
    /// Not a language of the program.
    #[error("not a language: pt-BR or en")]
    NotALanguage,
    /// Nothing typed.
    #[error("empty")]
    Empty,
}

/// `2026-11-21` or `21/11/2026`.
///
/// # Errors
/// [`ArgProblem::NotADate`].
pub fn date(text: &str) -> Result<NaiveDate, ArgProblem> {
    let text = text.trim();
    let parsed =
        NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%d/%m/%Y"));
    // Two-digit years would be read as the first century.
    parsed
        .ok()
        .filter(|date| chrono::Datelike::year(date) >= 1990)
        .ok_or(ArgProblem::NotADate)
}

/// RFC 3339, zone included.
///
/// # Errors
/// [`ArgProblem::NotAnInstant`].
pub fn instant(text: &str) -> Result<DateTime<Utc>, ArgProblem> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|at| at.to_utc())
        .map_err(|_| ArgProblem::NotAnInstant)
}

/// A whole number from `min` to `max`.
pub fn number(
    min: u32,
    max: u32,
) -> impl Fn(&str) -> Result<u32, ArgProblem> + Clone + Send + Sync + 'static {
    move |text| {
        text.trim()
            .parse()
            .ok()
            .filter(|number| (min..=max).contains(number))
            .ok_or(ArgProblem::NotANumber { min, max })
    }
}

/// A phone with area code.
///
/// # Errors
/// [`ArgProblem::NotAPhone`].
pub fn phone(text: &str) -> Result<Phone, ArgProblem> {
    Phone::parse(text, None).map_err(ArgProblem::NotAPhone)
}

/// The id of a customer.
///
/// # Errors
/// [`ArgProblem::Empty`].
pub fn customer(text: &str) -> Result<CustomerId, ArgProblem> {
    Some(CustomerId::new(text))
        .filter(|id| !id.as_str().is_empty())
        .ok_or(ArgProblem::Empty)
}

/// `17.2`.
///
/// # Errors
/// [`ArgProblem::NotAPart`].
pub fn part(text: &str) -> Result<PartKey, ArgProblem> {
    let (notice, seq) = text.trim().split_once('.').ok_or(ArgProblem::NotAPart)?;
    match (notice.parse(), seq.parse()) {
        (Ok(notice), Ok(seq)) if notice > 0 && seq > 0 => Ok(PartKey {
            notice: NoticeId(notice),
            seq,
        }),
        _ => Err(ArgProblem::NotAPart),
    }
}

/// `17`, or `all`.
///
/// # Errors
/// [`ArgProblem::NotANotice`].
pub fn read_replies(text: &str) -> Result<ReadReplies, ArgProblem> {
    match text.trim() {
        "all" => Ok(ReadReplies::All),
        text => match text.parse() {
            Ok(notice) if notice > 0 => Ok(ReadReplies::Of(NoticeId(notice))),
            _ => Err(ArgProblem::NotANotice),
        },
    }
}

/// `pt-BR` or `en`.
///
/// # Errors
/// [`ArgProblem::NotALanguage`].
pub fn lang(text: &str) -> Result<Lang, ArgProblem> {
    Lang::from_tag(text).ok_or(ArgProblem::NotALanguage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_both_kinds() {
        let expected = NaiveDate::from_ymd_opt(2026, 11, 21).ok_or(ArgProblem::NotADate);
        assert_eq!(date("2026-11-21"), expected);
        assert_eq!(date(" 21/11/2026"), expected);
        for wrong in ["21/11/26", "11/21/2026", "2026-02-30", "ontem", ""] {
            assert_eq!(date(wrong), Err(ArgProblem::NotADate), "{wrong}");
        }
    }

    #[test]
    fn parts_are_two_positive_numbers() {
        assert_eq!(
            part("17.2"),
            Ok(PartKey {
                notice: NoticeId(17),
                seq: 2
            })
        );
        for wrong in ["17", "17.", ".2", "0.1", "17.0", "-1.2", "a.b"] {
            assert_eq!(part(wrong), Err(ArgProblem::NotAPart), "{wrong}");
        }
    }

    #[test]
    fn numbers_keep_their_bounds() {
        let number = number(1, 10);
        assert_eq!(number("10"), Ok(10));
        for wrong in ["0", "11", "-1", "1.5", "dez"] {
            assert_eq!(
                number(wrong),
                Err(ArgProblem::NotANumber { min: 1, max: 10 }),
                "{wrong}"
            );
        }
    }
}
