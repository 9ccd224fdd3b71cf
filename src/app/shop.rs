//! The settings of a shop, as the use cases need them. The CLI makes them from the configuration.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::domain::calendar::{BankingCalendar, SendingCalendar};
use crate::domain::lang::Lang;
use crate::domain::pacing::Pace;
use crate::domain::policy::NoticeKinds;

/// All that a shop may decide.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Language of the texts for debtors.
    pub lang: Lang,
    /// Kinds of notices.
    pub kinds: NoticeKinds,
    /// The message's template; `None`: the default.
    pub message: Option<String>,
    /// Above this number of boletos: one merged PDF and no codes.
    pub max_boletos: usize,
    /// No notice about a receivable without a boleto.
    pub require_boleto: bool,
    /// The code to copy as a message of its own.
    pub send_code: bool,
    /// The hour to send.
    pub send_at: NaiveTime,
    /// The shop's zone: its clock counts, not the PC's.
    pub time_zone: Tz,
    /// When people may be written to.
    pub sending: SendingCalendar,
    /// When banks settle.
    pub banks: BankingCalendar,
    /// Business days of grace after the due date.
    pub grace_business_days: u32,
    /// Business days after which a bank return is stale.
    pub max_bank_return_age: u32,
    /// Sending days after which a notice under way expires.
    pub expire_after_days: u32,
    /// Days between two notices of a branch to one phone.
    pub min_days_between: u32,
    /// Guard of the first three runs, notices.
    pub first_runs_limit: u32,
    /// DDD of numbers typed without one.
    pub area_code: Option<u8>,
    /// Pace of sending.
    pub pace: Pace,
    /// Treatment of answers.
    pub replies: ReplyRules,
    /// The instance that the configuration names.
    pub instance: Option<String>,
}

/// How answers are treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyRules {
    /// What to do.
    pub treatment: Treatment,
    /// Text of the automatic answer; `None`: the default.
    pub text: Option<String>,
    /// An answer counts as one to a notice for so many days.
    pub window_days: u32,
}

/// What to do with an answer. Opt-outs are honoured whatever is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing, not even stored.
    Ignore,
    /// Stored for the staff.
    Store,
    /// Stored, and answered once.
    AutoReply,
    /// Stored, and forwarded to a phone of the shop.
    Forward,
}

impl Shop {
    /// The shop's wall clock.
    pub fn local(&self, now: DateTime<Utc>) -> NaiveDateTime {
        now.with_timezone(&self.time_zone).naive_local()
    }

    /// Today, where the shop is.
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        self.local(now).date()
    }

    /// Messages may leave now.
    pub fn may_send(&self, now: DateTime<Utc>) -> bool {
        let local = self.local(now);
        self.sending.is_open(local.date(), local.time(), self.send_at)
    }

    /// The next moment, by the shop's clock, at which sending opens; now or later.
    pub fn next_opening(&self, now: DateTime<Utc>) -> Option<NaiveDateTime> {
        let local = self.local(now);
        if self.may_send(now) {
            return Some(local);
        }
        let today = local.date();
        if let Some(opens) = self
            .sending
            .opens(today, self.send_at)
            .filter(|opens| local.time() < *opens)
        {
            return Some(today.and_time(opens));
        }
        let day = self.sending.next_sending_day(today.succ_opt()?, self.send_at)?;
        self.sending
            .opens(day, self.send_at)
            .map(|opens| day.and_time(opens))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::calendar::ExtraHoliday;
    use chrono::{TimeDelta, TimeZone};

    pub(crate) fn shop(zone: &str, send_at: &str, sending: SendingCalendar) -> Shop {
        Shop {
            lang: Lang::PtBr,
            kinds: NoticeKinds::Both,
            message: None,
            max_boletos: 3,
            require_boleto: false,
            send_code: true,
            send_at: NaiveTime::parse_from_str(send_at, "%H:%M").unwrap(),
            time_zone: zone.parse().unwrap(),
            sending,
            banks: BankingCalendar::default(),
            grace_business_days: 1,
            max_bank_return_age: 3,
            expire_after_days: 3,
            min_days_between: 1,
            first_runs_limit: 300,
            area_code: None,
            pace: Pace::NONE,
            replies: ReplyRules {
                treatment: Treatment::Store,
                text: None,
                window_days: 3,
            },
            instance: None,
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
            .unwrap()
            .and_utc()
    }

    #[test]
    fn the_shop_s_clock_counts_wherever_the_pc_is() {
        for (zone, now, local, next) in [
            // 11:30 UTC is 8:30 in São Paulo, 7:30 in Manaus and 9:30 on Noronha.
            (
                "America/Sao_Paulo",
                "2026-11-23 11:30",
                "2026-11-23 08:30",
                "2026-11-23 09:00",
            ),
            (
                "America/Manaus",
                "2026-11-23 11:30",
                "2026-11-23 07:30",
                "2026-11-23 09:00",
            ),
            (
                "America/Noronha",
                "2026-11-23 11:30",
                "2026-11-23 09:30",
                "2026-11-23 09:30",
            ),
            // Past midnight in UTC it is still yesterday evening here.
            (
                "America/Rio_Branco",
                "2026-11-24 00:30",
                "2026-11-23 19:30",
                "2026-11-23 19:30",
            ),
            (
                "America/Sao_Paulo",
                "2026-11-24 00:30",
                "2026-11-23 21:30",
                "2026-11-24 09:00",
            ),
            // Friday 20 November is a holiday, Saturday opens, Sunday does not.
            (
                "America/Sao_Paulo",
                "2026-11-20 15:00",
                "2026-11-20 12:00",
                "2026-11-21 09:00",
            ),
            (
                "America/Sao_Paulo",
                "2026-11-21 17:00",
                "2026-11-21 14:00",
                "2026-11-23 09:00",
            ),
        ] {
            let shop = shop(zone, "09:00", SendingCalendar::lawful(vec![]));
            let wall = |t: NaiveDateTime| t.format("%Y-%m-%d %H:%M").to_string();
            assert_eq!(wall(shop.local(utc(now))), local, "{zone}");
            assert_eq!(
                shop.next_opening(utc(now)).map(wall).as_deref(),
                Some(next),
                "{zone} {now}"
            );
            assert_eq!(shop.may_send(utc(now)), local == next, "{zone} {now}");
        }
    }

    #[test]
    fn a_shop_that_never_opens_says_so() {
        let mut shop = shop("America/Sao_Paulo", "20:30", SendingCalendar::lawful(vec![]));
        assert_eq!(shop.next_opening(utc("2026-11-23 11:30")), None);
        shop.sending = SendingCalendar::always();
        assert!(shop.next_opening(utc("2026-11-23 11:30")).is_some());
    }

    /// Across the changes of clocks, also those that skip midnight: what `next_opening` promises, `may_send` keeps,
    /// and nothing opens before.
    #[test]
    fn the_next_opening_is_kept_across_changes_of_clocks() {
        for (zone, around) in [
            ("America/New_York", "2026-03-08 00:00"),
            ("America/New_York", "2026-11-01 00:00"),
            // São Paulo's last summers: midnight did not exist on 4 November 2018, and came twice on 17 February 2019.
            ("America/Sao_Paulo", "2018-11-04 00:00"),
            ("America/Sao_Paulo", "2019-02-17 00:00"),
            ("America/Santiago", "2026-09-06 00:00"),
            ("America/Noronha", "2026-11-01 00:00"),
        ] {
            for (sending, send_at) in [
                (
                    SendingCalendar::lawful(vec![ExtraHoliday::Yearly { month: 11, day: 5 }]),
                    "09:00",
                ),
                (SendingCalendar::always(), "00:30"),
                (SendingCalendar::always(), "02:30"),
            ] {
                let shop = shop(zone, send_at, sending);
                let start = utc(around) - TimeDelta::days(3);
                for step in 0..(7 * 96) {
                    let now = start + TimeDelta::minutes(15 * step);
                    let local = shop.local(now);
                    let next = shop.next_opening(now).unwrap();
                    if shop.may_send(now) {
                        assert_eq!(next, local);
                        continue;
                    }
                    assert!(next > local, "{zone} {now}");
                    // An opening that clocks jump over (2:30 in spring) is open at the first moment behind the jump.
                    let opens = (0..=4).find_map(|quarter| {
                        shop.time_zone
                            .from_local_datetime(&(next + TimeDelta::minutes(15 * quarter)))
                            .earliest()
                    });
                    let opens = opens.unwrap().with_timezone(&Utc);
                    assert!(shop.may_send(opens), "{zone} {now}: {next}");
                    // Clocks set back show the same hour twice; on either side of it nothing opens earlier.
                    let day_changes_clocks = (opens - now) - (next - local) != TimeDelta::zero();
                    if !day_changes_clocks {
                        let mut moment = now;
                        while moment < opens {
                            assert!(!shop.may_send(moment), "{zone} {moment} is open before {next}");
                            moment += TimeDelta::minutes(15);
                        }
                    }
                }
            }
        }
    }
}
