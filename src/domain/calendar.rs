//! Two calendars: the banks' (when a debt is overdue) and the senders' (when people may be written to). Carnival
//! Monday is no national holiday, but no bank works; Saturday is no banking day, but a lawful one to write on.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

/// A holiday that the site adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExtraHoliday {
    /// Every year (`"09-20"`).
    Yearly {
        /// Month, from 1.
        month: u32,
        /// Day, from 1.
        day: u32,
    },
    /// Once (`"2026-12-24"`).
    Once(NaiveDate),
}

impl ExtraHoliday {
    fn is(self, date: NaiveDate) -> bool {
        match self {
            ExtraHoliday::Yearly { month, day } => date.month() == month && date.day() == day,
            ExtraHoliday::Once(once) => once == date,
        }
    }
}

/// Easter Sunday (Gregorian calendar; the anonymous algorithm of Meeus, Jones and Butcher).
pub fn easter(year: i32) -> NaiveDate {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, (n / 31) as u32, (n % 31 + 1) as u32).unwrap_or(NaiveDate::MIN)
}

/// Days from Easter Sunday to `date`.
fn from_easter(date: NaiveDate) -> i64 {
    (date - easter(date.year())).num_days()
}

/// Fixed national holidays: Lei 662/1949, 6.802/1980, 10.607/2002; 20 November since Lei 14.759/2023.
fn is_fixed_national_holiday(date: NaiveDate) -> bool {
    matches!(
        (date.month(), date.day()),
        (1, 1) | (4, 21) | (5, 1) | (9, 7) | (10, 12) | (11, 2) | (11, 15) | (12, 25)
    ) || ((date.month(), date.day()) == (11, 20) && date.year() >= 2024)
}

/// A national holiday, Good Friday included; Carnival and Corpus Christi are none.
pub fn is_national_holiday(date: NaiveDate) -> bool {
    is_fixed_national_holiday(date) || from_easter(date) == -2
}

/// Days on which banks do not settle: national holidays, Carnival Monday and Tuesday, Corpus Christi, and
/// 31 December, when banks do not serve the public (Resolução CMN 4.880/2020).
pub fn is_bank_holiday(date: NaiveDate) -> bool {
    is_national_holiday(date)
        || matches!(from_easter(date), -48 | -47 | 60)
        || (date.month(), date.day()) == (12, 31)
}

/// The banks' calendar at the place of payment.
#[derive(Debug, Clone, Default)]
pub struct BankingCalendar {
    /// Municipal and other days.
    pub extra: Vec<ExtraHoliday>,
}

impl BankingCalendar {
    /// Banks settle on this day.
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
            && !is_bank_holiday(date)
            && !self.extra.iter().any(|e| e.is(date))
    }

    /// `date`, or the next business day after it: until then a debt can be paid without charges
    /// (Lei 7.089/1983; CC art. 132 §1).
    pub fn on_or_after(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        while !self.is_business_day(day) {
            match day.succ_opt() {
                Some(next) => day = next,
                None => break,
            }
        }
        day
    }

    /// The `n`-th business day after `date`.
    pub fn add_business_days(&self, date: NaiveDate, n: u32) -> NaiveDate {
        let mut day = date;
        for _ in 0..n {
            day = self.on_or_after(day.checked_add_days(Days::new(1)).unwrap_or(day));
        }
        day
    }

    /// Business days after `from` up to and including `to`; 0 when `to` is not later.
    pub fn business_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        from.iter_days()
            .skip(1)
            .take_while(|d| *d <= to)
            .filter(|d| self.is_business_day(*d))
            .count() as u32
    }
}

/// A stretch of the day, `from` included, `until` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// First instant.
    pub from: NaiveTime,
    /// End.
    pub until: NaiveTime,
}

/// When people may be written to. Default: São Paulo's law 15.426/2014, the strictest that was found.
#[derive(Debug, Clone)]
pub struct SendingCalendar {
    /// Monday to Friday; `None`: not at all.
    pub weekdays: Option<Hours>,
    /// Saturday.
    pub saturday: Option<Hours>,
    /// Sunday.
    pub sunday: Option<Hours>,
    /// National and extra holidays, whatever the weekday.
    pub holidays: Option<Hours>,
    /// Municipal and other days.
    pub extra: Vec<ExtraHoliday>,
}

impl SendingCalendar {
    /// The lawful default: Monday to Friday 8-20, Saturday 8-14, nothing on Sundays and holidays.
    pub fn lawful(extra: Vec<ExtraHoliday>) -> Self {
        let hours = |until| Hours {
            from: time(8),
            until: time(until),
        };
        SendingCalendar {
            weekdays: Some(hours(20)),
            saturday: Some(hours(14)),
            sunday: None,
            holidays: None,
            extra,
        }
    }

    /// Any day, any hour (`window = "always"`).
    pub fn always() -> Self {
        let all = Some(Hours {
            from: NaiveTime::MIN,
            until: END_OF_DAY,
        });
        SendingCalendar {
            weekdays: all,
            saturday: all,
            sunday: all,
            holidays: all,
            extra: Vec::new(),
        }
    }

    /// The hours of a day; `None`: nobody is written to.
    pub fn hours(&self, date: NaiveDate) -> Option<Hours> {
        if is_national_holiday(date) || self.extra.iter().any(|e| e.is(date)) {
            return self.holidays;
        }
        match date.weekday() {
            Weekday::Sat => self.saturday,
            Weekday::Sun => self.sunday,
            _ => self.weekdays,
        }
    }

    /// When sending may begin on `date`, given the hour that the shop wants.
    pub fn opens(&self, date: NaiveDate, send_at: NaiveTime) -> Option<NaiveTime> {
        let hours = self.hours(date)?;
        let opens = hours.from.max(send_at);
        (opens < hours.until).then_some(opens)
    }

    /// Messages may leave at this moment.
    pub fn is_open(&self, date: NaiveDate, at: NaiveTime, send_at: NaiveTime) -> bool {
        match (self.hours(date), self.opens(date, send_at)) {
            (Some(hours), Some(opens)) => opens <= at && (at < hours.until || hours.until == END_OF_DAY),
            _ => false,
        }
    }

    /// The first day on or after `date` on which sending happens at all; `None` when there is none in a year.
    pub fn next_sending_day(&self, date: NaiveDate, send_at: NaiveTime) -> Option<NaiveDate> {
        date.iter_days()
            .take(366)
            .find(|d| self.opens(*d, send_at).is_some())
    }

    /// Sending days after `from` up to and including `to`.
    pub fn sending_days_between(&self, from: NaiveDate, to: NaiveDate, send_at: NaiveTime) -> u32 {
        from.iter_days()
            .skip(1)
            .take_while(|d| *d <= to)
            .filter(|d| self.opens(*d, send_at).is_some())
            .count() as u32
    }
}

/// The last instant of a day; a window that ends here does not end before midnight.
pub const END_OF_DAY: NaiveTime = match NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999) {
    Some(t) => t,
    None => NaiveTime::MIN,
};

fn time(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN)
}

#[cfg(test)]
mod tests;
