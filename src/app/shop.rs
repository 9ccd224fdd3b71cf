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
