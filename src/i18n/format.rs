//! Money, dates and percentages as people write them, in both languages.

use chrono::{NaiveDate, NaiveDateTime};

use super::Lang;
use crate::domain::money::Cents;

/// `1.234,56` or `1,234.56`: an amount without the currency sign, for table columns.
pub fn amount(lang: Lang, cents: Cents) -> String {
    let (thousands, decimal) = match lang {
        Lang::PtBr => ('.', ','),
        Lang::En => (',', '.'),
    };
    let abs = cents.get().unsigned_abs();
    let whole = (abs / 100).to_string();
    let mut out = String::with_capacity(whole.len() + whole.len() / 3 + 4);
    if cents.get() < 0 {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(digit);
    }
    out.push(decimal);
    out.push_str(&format!("{:02}", abs % 100));
    out
}

/// `R$ 1.234,56` or `R$ 1,234.56`.
pub fn money(lang: Lang, cents: Cents) -> String {
    let text = amount(lang, cents);
    match text.strip_prefix('-') {
        Some(positive) => format!("-R$ {positive}"),
        None => format!("R$ {text}"),
    }
}

/// `05/11/2026`, or `05 Nov 2026` in English, where 05/11 would be read as May.
pub fn date(lang: Lang, date: NaiveDate) -> String {
    match lang {
        Lang::PtBr => date.format("%d/%m/%Y").to_string(),
        Lang::En => date.format("%d %b %Y").to_string(),
    }
}

/// `05/11/2026 09:30`, or `05 Nov 2026 09:30`.
pub fn date_time(lang: Lang, at: NaiveDateTime) -> String {
    format!("{} {}", date(lang, at.date()), at.format("%H:%M"))
}

/// Hundredths of a percent as `2%`, `0,33%` or `0.33%`: no decimals where there is nothing in them.
pub fn percent(lang: Lang, hundredths: Cents) -> String {
    let text = amount(lang, hundredths);
    let text = text.trim_end_matches('0').trim_end_matches([',', '.']);
    format!("{text}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_by_thousands() {
        for (cents, pt, en) in [
            (0, "R$ 0,00", "R$ 0.00"),
            (5, "R$ 0,05", "R$ 0.05"),
            (35_000, "R$ 350,00", "R$ 350.00"),
            (123_456, "R$ 1.234,56", "R$ 1,234.56"),
            (-123_456_789, "-R$ 1.234.567,89", "-R$ 1,234,567.89"),
            (
                99_999_999_999_999,
                "R$ 999.999.999.999,99",
                "R$ 999,999,999,999.99",
            ),
        ] {
            assert_eq!(money(Lang::PtBr, Cents::new(cents)), pt);
            assert_eq!(money(Lang::En, Cents::new(cents)), en);
        }
        assert_eq!(
            amount(Lang::PtBr, Cents::new(i64::MIN)),
            "-92.233.720.368.547.758,08"
        );
    }

    #[test]
    fn dates_cannot_be_misread() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 5).unwrap();
        assert_eq!(date(Lang::PtBr, day), "05/11/2026");
        assert_eq!(date(Lang::En, day), "05 Nov 2026");
        assert_eq!(
            date_time(Lang::PtBr, day.and_hms_opt(9, 5, 59).unwrap()),
            "05/11/2026 09:05"
        );
    }

    #[test]
    fn percentages_lose_empty_decimals() {
        for (hundredths, pt, en) in [
            (200, "2%", "2%"),
            (250, "2,5%", "2.5%"),
            (33, "0,33%", "0.33%"),
            (0, "0%", "0%"),
            (1_000, "10%", "10%"),
        ] {
            assert_eq!(percent(Lang::PtBr, Cents::new(hundredths)), pt);
            assert_eq!(percent(Lang::En, Cents::new(hundredths)), en);
        }
    }
}
