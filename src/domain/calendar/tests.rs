use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Days without clearing, year by year: ANBIMA's list of national holidays of the financial market and FEBRABAN's
/// yearly notices (20 November since Lei 14.759/2023), and 31 December, on which banks do not serve the public.
#[rustfmt::skip]
const BANK_HOLIDAYS: [(i32, &str); 16] = [
    (2020, "01-01 02-24 02-25 04-10 04-21 05-01 06-11 09-07 10-12 11-02 11-15 12-25 12-31"),
    (2021, "01-01 02-15 02-16 04-02 04-21 05-01 06-03 09-07 10-12 11-02 11-15 12-25 12-31"),
    (2022, "01-01 02-28 03-01 04-15 04-21 05-01 06-16 09-07 10-12 11-02 11-15 12-25 12-31"),
    (2023, "01-01 02-20 02-21 04-07 04-21 05-01 06-08 09-07 10-12 11-02 11-15 12-25 12-31"),
    (2024, "01-01 02-12 02-13 03-29 04-21 05-01 05-30 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2025, "01-01 03-03 03-04 04-18 04-21 05-01 06-19 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2026, "01-01 02-16 02-17 04-03 04-21 05-01 06-04 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2027, "01-01 02-08 02-09 03-26 04-21 05-01 05-27 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2028, "01-01 02-28 02-29 04-14 04-21 05-01 06-15 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2029, "01-01 02-12 02-13 03-30 04-21 05-01 05-31 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2030, "01-01 03-04 03-05 04-19 04-21 05-01 06-20 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2031, "01-01 02-24 02-25 04-11 04-21 05-01 06-12 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2032, "01-01 02-09 02-10 03-26 04-21 05-01 05-27 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2033, "01-01 02-28 03-01 04-15 04-21 05-01 06-16 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2034, "01-01 02-20 02-21 04-07 04-21 05-01 06-08 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
    (2035, "01-01 02-05 02-06 03-23 04-21 05-01 05-24 09-07 10-12 11-02 11-15 11-20 12-25 12-31"),
];

#[test]
fn bank_holidays_of_sixteen_years() {
    for (year, listed) in BANK_HOLIDAYS {
        let computed: Vec<String> = day(&format!("{year}-01-01"))
            .iter_days()
            .take_while(|d| d.year() == year)
            .filter(|d| is_bank_holiday(*d))
            .map(|d| d.format("%m-%d").to_string())
            .collect();
        assert_eq!(computed.join(" "), listed, "{year}");
    }
}

/// Carnival, Corpus Christi and 31 December are no national holidays: banks rest, people may be written to.
#[test]
fn national_holidays_are_the_others() {
    for (year, listed) in BANK_HOLIDAYS {
        let national: Vec<NaiveDate> = listed
            .split(' ')
            .map(|d| day(&format!("{year}-{d}")))
            .filter(|d| is_national_holiday(*d))
            .collect();
        assert_eq!(national.len(), if year >= 2024 { 10 } else { 9 }, "{year}");
        let movable: Vec<i64> = national
            .iter()
            .map(|d| from_easter(*d))
            .filter(|n| matches!(n, -48 | -47 | -2 | 60))
            .collect();
        assert_eq!(movable, [-2], "{year}: only Good Friday");
    }
}

/// Easter Sundays of the published tables, the earliest and the latest possible ones among them.
#[test]
fn easter_of_the_tables() {
    for text in [
        "1818-03-22",
        "1900-04-15",
        "1943-04-25",
        "1954-04-18",
        "1981-04-19",
        "2000-04-23",
        "2008-03-23",
        "2011-04-24",
        "2019-04-21",
        "2038-04-25",
        "2049-04-18",
        "2076-04-19",
        "2100-03-28",
        "2285-03-22",
    ] {
        assert_eq!(easter(day(text).year()), day(text));
        assert_eq!(day(text).weekday(), Weekday::Sun);
    }
}

/// Due date, last day on which it can be paid without charges, and why.
const PAYABLE_UNTIL: &[(&str, &str, &str)] = &[
    ("2026-11-18", "2026-11-18", "a Wednesday"),
    (
        "2026-11-14",
        "2026-11-16",
        "a Saturday: Monday (Sunday is a holiday besides)",
    ),
    ("2026-11-15", "2026-11-16", "a Sunday that is a holiday"),
    ("2026-11-20", "2026-11-23", "a holiday on a Friday"),
    ("2023-11-20", "2023-11-20", "20 November before it was a holiday"),
    ("2026-02-14", "2026-02-18", "Saturday of Carnival: Ash Wednesday"),
    ("2026-02-16", "2026-02-18", "Carnival Monday"),
    ("2026-04-03", "2026-04-06", "Good Friday"),
    ("2026-06-04", "2026-06-05", "Corpus Christi"),
    (
        "2024-12-31",
        "2025-01-02",
        "the last day of the year, and New Year behind it",
    ),
    (
        "2027-12-31",
        "2028-01-03",
        "31 December on a Friday: past the weekend",
    ),
    (
        "2026-12-26",
        "2026-12-28",
        "a Saturday after Christmas on a Friday",
    ),
    ("2027-05-01", "2027-05-03", "a Saturday that is a holiday itself"),
    (
        "2025-04-18",
        "2025-04-22",
        "Good Friday, weekend, Tiradentes on the Monday",
    ),
];

#[test]
fn until_when_a_debt_is_payable_without_charges() {
    let banks = BankingCalendar::default();
    for (due, until, why) in PAYABLE_UNTIL {
        assert_eq!(banks.on_or_after(day(due)), day(until), "{due}: {why}");
    }
}

#[test]
fn days_of_the_town_count_where_the_shop_says_so() {
    let banks = BankingCalendar {
        extra: vec![
            ExtraHoliday::Yearly { month: 9, day: 20 },
            ExtraHoliday::Once(day("2027-09-21")),
            ExtraHoliday::Yearly { month: 2, day: 29 },
        ],
    };
    assert_eq!(banks.on_or_after(day("2027-09-20")), day("2027-09-22"));
    assert_eq!(banks.on_or_after(day("2028-09-21")), day("2028-09-21"));
    assert!(
        !banks.is_business_day(day("2028-02-29")),
        "29 February in leap years"
    );
    assert!(BankingCalendar::default().is_business_day(day("2027-09-20")));
}

#[test]
fn business_days_are_counted_past_weekends_and_holidays() {
    let banks = BankingCalendar::default();
    for (from, n, to) in [
        ("2026-11-19", 0, "2026-11-19"),
        ("2026-11-19", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-02-13", 1, "2026-02-18"),
        ("2026-12-30", 2, "2027-01-05"),
    ] {
        assert_eq!(banks.add_business_days(day(from), n), day(to), "{from} + {n}");
        assert_eq!(
            banks.business_days_between(day(from), day(to)),
            n,
            "{from} to {to}"
        );
    }
    assert_eq!(
        banks.business_days_between(day("2026-11-23"), day("2026-11-18")),
        0
    );
}

#[test]
fn nobody_is_written_to_at_night_on_sundays_and_holidays() {
    let calendar = SendingCalendar::lawful(vec![ExtraHoliday::Yearly { month: 9, day: 20 }]);
    let at = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    let nine = at("09:00");
    for (date, hour, open) in [
        ("2026-11-23", "08:59", false),
        ("2026-11-23", "09:00", true),
        ("2026-11-23", "19:59", true),
        ("2026-11-23", "20:00", false),
        ("2026-11-21", "13:59", true),
        ("2026-11-21", "14:00", false),
        ("2026-11-22", "10:00", false),
        ("2026-11-20", "10:00", false),
        ("2027-09-20", "10:00", false),
        ("2026-02-16", "10:00", true),
        ("2026-06-04", "10:00", true),
        ("2026-12-31", "10:00", true),
    ] {
        assert_eq!(calendar.is_open(day(date), at(hour), nine), open, "{date} {hour}");
    }
    assert_eq!(
        calendar.next_sending_day(day("2026-11-22"), nine),
        Some(day("2026-11-23"))
    );
    assert_eq!(
        calendar.sending_days_between(day("2026-11-19"), day("2026-11-23"), nine),
        2
    );
    // Nothing opens before the law's hour, and an afternoon hour closes the Saturday.
    assert_eq!(calendar.opens(day("2026-11-23"), at("06:00")), Some(at("08:00")));
    assert_eq!(calendar.opens(day("2026-11-21"), at("14:00")), None);
    assert!(SendingCalendar::always().is_open(day("2026-11-22"), at("23:59"), nine));
    let never = SendingCalendar {
        weekdays: None,
        saturday: None,
        ..calendar
    };
    assert_eq!(never.next_sending_day(day("2026-11-22"), nine), None);
}

proptest! {
    #[test]
    fn no_date_makes_it_panic(ordinal in any::<i32>(), n in 0_u32..40) {
        let date = NaiveDate::from_num_days_from_ce_opt(ordinal).unwrap_or(NaiveDate::MAX);
        let banks = BankingCalendar::default();
        let next = banks.on_or_after(date);
        prop_assert!(next >= date);
        prop_assert!(banks.add_business_days(date, n) >= date);
        prop_assert!(SendingCalendar::lawful(vec![]).opens(date, NaiveTime::MIN).is_none_or(|t| t >= time(8)));
    }

    /// A due date is never moved by more than the longest gap there is: six days.
    #[test]
    fn a_due_date_moves_by_days_not_weeks(offset in 0_i64..36_500) {
        let due = day("1990-01-01") + chrono::TimeDelta::days(offset);
        let banks = BankingCalendar::default();
        let payable = banks.on_or_after(due);
        prop_assert!(banks.is_business_day(payable));
        prop_assert!((payable - due).num_days() <= 6);
        prop_assert_eq!(banks.business_days_between(due, payable), u32::from(payable > due));
    }
}
