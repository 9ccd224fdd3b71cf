//! Values that TOML has no type for.

use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use toml::de::DeValue;

use super::errors::{Contradiction, Expected, ProblemKind};
use super::section::{Item, nearest};
use crate::domain::calendar::{END_OF_DAY, ExtraHoliday, Hours};
use crate::domain::phone::Phone;

/// The problem "is not of this form".
pub fn bad(value: &str, expected: Expected) -> ProblemKind {
    ProblemKind::BadValue {
        value: value.to_owned(),
        expected,
        nearest: None,
    }
}

/// A whole number from `min` to `max`.
pub fn whole_number<T: TryFrom<i64>>(min: i64, max: i64) -> impl Fn(&Item<'_>) -> Result<T, ProblemKind> {
    move |item| {
        let value = item.integer(min, max)?;
        T::try_from(value).map_err(|_| ProblemKind::OutOfRange { value, min, max })
    }
}

/// The problem "is empty".
pub fn empty(expected: Expected) -> ProblemKind {
    ProblemKind::BadValue {
        value: String::new(),
        expected,
        nearest: None,
    }
}

/// `"10s"`, `"500ms"`, `"2m"`, `"1h"`; more than zero, at most a day.
///
/// # Errors
/// Of another form.
pub fn duration(item: &Item<'_>) -> Result<Duration, ProblemKind> {
    let text = item.text(Expected::Duration)?;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &text[digits.len()..];
    let number: u64 = digits
        .trim_end()
        .parse()
        .map_err(|_| bad(text, Expected::Duration))?;
    let millis = match unit {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" | "min" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    millis
        .filter(|millis| (1..=86_400_000).contains(millis))
        .map(Duration::from_millis)
        .ok_or_else(|| bad(text, Expected::Duration))
}

/// `"09:00"`, also as TOML's own local time.
///
/// # Errors
/// Of another form.
pub fn time_of_day(item: &Item<'_>) -> Result<NaiveTime, ProblemKind> {
    let text = match item.value {
        DeValue::Datetime(_) => item.source,
        _ => item.text(Expected::TimeOfDay)?,
    };
    parse_time(text).ok_or_else(|| {
        // "9h", "9h30", "9" and "9.30" are how people write it.
        let meant = text.trim().to_lowercase().replace(['h', '.'], ":");
        let meant = if meant.contains(':') {
            meant
        } else {
            format!("{meant}:")
        };
        let meant = if meant.ends_with(':') {
            format!("{meant}00")
        } else {
            meant
        };
        let nearest = parse_time(&meant).map(|time| time.format("%H:%M").to_string());
        ProblemKind::BadValue {
            value: text.to_owned(),
            expected: Expected::TimeOfDay,
            nearest,
        }
    })
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    let (hour, minute) = text.split_once(':')?;
    let minute = minute.strip_suffix(":00").unwrap_or(minute);
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// `"08:00-20:00"`; empty means never.
///
/// # Errors
/// Of another form, or backwards.
pub fn hour_range(item: &Item<'_>) -> Result<Option<Hours>, ProblemKind> {
    let text = item.text(Expected::HourRange)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let parts = text
        .split_once(['-', '–'])
        .map(|(from, until)| (from.trim(), until.trim()));
    let range = parts.and_then(|(from, until)| {
        let end = if until == "24:00" {
            Some(END_OF_DAY)
        } else {
            parse_time(until)
        };
        Some(Hours {
            from: parse_time(from)?,
            until: end?,
        })
    });
    match range {
        Some(range) if range.from < range.until => Ok(Some(range)),
        Some(_) => Err(Contradiction::WindowBackwards {
            value: text.to_owned(),
        }
        .into()),
        None => Err(bad(text, Expected::HourRange)),
    }
}

/// `"America/Sao_Paulo"`.
///
/// # Errors
/// Unknown, with the nearest known one.
pub fn time_zone(item: &Item<'_>) -> Result<Tz, ProblemKind> {
    let text = item.text(Expected::TimeZone)?;
    text.parse().map_err(|_| {
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        ProblemKind::BadValue {
            value: text.to_owned(),
            expected: Expected::TimeZone,
            nearest: nearest_zone(text, zones),
        }
    })
}

/// People write the city alone, or with spaces and accents.
fn nearest_zone(text: &str, zones: impl Iterator<Item = &'static str> + Clone) -> Option<String> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            'ã' | 'á' | 'â' => 'a',
            'é' | 'ê' => 'e',
            'í' => 'i',
            'ó' | 'õ' => 'o',
            'ú' => 'u',
            ' ' => '_',
            other => other,
        })
        .collect();
    let city = zones.clone().find(|zone| {
        zone.rsplit('/')
            .next()
            .is_some_and(|city| city.eq_ignore_ascii_case(&plain))
            || zone.eq_ignore_ascii_case(&plain)
    });
    city.or_else(|| nearest(&plain, zones)).map(str::to_owned)
}

/// `[2, 5]`: seconds, drawn at random between the two; one number stands for both.
///
/// # Errors
/// Of another form, negative, above an hour, or the wrong way round.
pub fn seconds_range(item: &Item<'_>) -> Result<(Duration, Duration), ProblemKind> {
    let one = |value: &DeValue<'_>, source: &str| {
        Item {
            value,
            key: item.key,
            source,
            line: item.line,
        }
        .integer(0, 3_600)
        .map_err(|problem| match problem {
            ProblemKind::WrongType { found, .. } => ProblemKind::WrongType {
                expected: Expected::SecondsRange,
                found,
            },
            other => other,
        })
    };
    let (min, max) = match item.value {
        DeValue::Array(list) => match (list.first(), list.get(1), list.len()) {
            (Some(min), Some(max), 2) => (one(min.get_ref(), item.source)?, one(max.get_ref(), item.source)?),
            _ => return Err(bad(item.source, Expected::SecondsRange)),
        },
        other => {
            let both = one(other, item.source)?;
            (both, both)
        }
    };
    if min > max {
        return Err(Contradiction::MinAboveMax { min, max }.into());
    }
    Ok((
        Duration::from_secs(min.unsigned_abs()),
        Duration::from_secs(max.unsigned_abs()),
    ))
}

/// `["09-20", "2026-12-24"]`, also TOML's own dates.
///
/// # Errors
/// The first that is not a day.
pub fn holidays(item: &Item<'_>) -> Result<Vec<ExtraHoliday>, ProblemKind> {
    let DeValue::Array(list) = item.value else {
        return Err(item.wrong_type(Expected::Texts));
    };
    list.iter()
        .map(|entry| {
            let text = match entry.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Datetime(date) => date.to_string(),
                other => {
                    let found = super::section::found(other);
                    return Err(ProblemKind::WrongType {
                        expected: Expected::Holiday,
                        found,
                    });
                }
            };
            holiday(&text).ok_or_else(|| ProblemKind::BadValue {
                nearest: brazilian_day(&text),
                value: text,
                expected: Expected::Holiday,
            })
        })
        .collect()
}

/// `20/09` -> `09-20`, `24/12/2026` -> `2026-12-24`.
fn brazilian_day(text: &str) -> Option<String> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%d/%m/%Y") {
        return Some(date.format("%Y-%m-%d").to_string());
    }
    let date = NaiveDate::parse_from_str(&format!("{text}/2024"), "%d/%m/%Y").ok()?;
    Some(date.format("%m-%d").to_string())
}

fn holiday(text: &str) -> Option<ExtraHoliday> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(ExtraHoliday::Once(date));
    }
    // A leap year, so that 29 February is a day.
    let date = NaiveDate::parse_from_str(&format!("2024-{text}"), "%Y-%m-%d").ok()?;
    Some(ExtraHoliday::Yearly {
        month: date.month(),
        day: date.day(),
    })
}

/// An address of a gateway, without a slash at its end. Credentials in it would end up in logs and are refused.
///
/// # Errors
/// Of another form.
pub fn url(item: &Item<'_>) -> Result<String, ProblemKind> {
    let text = item.text(Expected::Url)?.trim();
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let host = rest.unwrap_or_default().split('/').next().unwrap_or_default();
    if host.is_empty() {
        return Err(bad(text, Expected::Url));
    }
    if host.contains('@') || text.contains(char::is_whitespace) {
        return Err(bad("...", Expected::Url));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// A DDD, as number or text.
///
/// # Errors
/// Not one that exists.
pub fn area_code(item: &Item<'_>) -> Result<u8, ProblemKind> {
    let text = match item.value {
        DeValue::Integer(number) => number.as_str(),
        _ => item.text(Expected::AreaCode)?,
    };
    let code: Option<u8> = text.trim().parse().ok();
    // The area codes in use are known to the phone parser; a number of this form has no other flaw.
    code.filter(|code| Phone::parse("3333-4444", Some(*code)).is_ok())
        .ok_or_else(|| bad(text, Expected::AreaCode))
}

/// A phone with country code, or a Brazilian one with area code.
///
/// # Errors
/// Not a phone.
pub fn phone(item: &Item<'_>) -> Result<Phone, ProblemKind> {
    let text = item.text(Expected::Phone)?;
    Phone::parse(text, None).map_err(|_| bad(text, Expected::Phone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_are_enough_to_find_the_zone() {
        let zones = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        for (text, zone) in [
            ("São Paulo", "America/Sao_Paulo"),
            ("america/sao_paulo", "America/Sao_Paulo"),
            ("America/SaoPaulo", "America/Sao_Paulo"),
            ("Cuiabá", "America/Cuiaba"),
        ] {
            assert_eq!(nearest_zone(text, zones()).as_deref(), Some(zone), "{text}");
        }
    }

    #[test]
    fn holidays_are_days() {
        assert_eq!(holiday("09-20"), Some(ExtraHoliday::Yearly { month: 9, day: 20 }));
        assert_eq!(holiday("02-29"), Some(ExtraHoliday::Yearly { month: 2, day: 29 }));
        assert_eq!(
            holiday("2026-12-24"),
            NaiveDate::from_ymd_opt(2026, 12, 24).map(ExtraHoliday::Once)
        );
        assert_eq!(holiday("20/09"), None);
        assert_eq!(holiday("13-01"), None);
    }
}
