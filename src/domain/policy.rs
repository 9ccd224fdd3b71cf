//! Stages, and what the policy of a branch allows.

use std::fmt;
use std::str::FromStr;

use super::ids::BranchId;
use super::money::Cents;
use super::receivable::PolicyRow;

/// A step of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// So many days before the due date.
    Upcoming(u32),
    /// So many days after the due date.
    Overdue(u32),
}

impl Stage {
    /// After the due date.
    pub fn is_overdue(self) -> bool {
        matches!(self, Stage::Overdue(_))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Upcoming(days) => write!(f, "upcoming:{days}"),
            Stage::Overdue(days) => write!(f, "overdue:{days}"),
        }
    }
}

/// The text is not `upcoming:N` or `overdue:N`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a stage: expected upcoming:N or overdue:N")]
pub struct StageError;

impl FromStr for Stage {
    type Err = StageError;

    fn from_str(text: &str) -> Result<Self, StageError> {
        let (kind, days) = text.split_once(':').ok_or(StageError)?;
        let days = days.parse().map_err(|_| StageError)?;
        match kind {
            "upcoming" => Ok(Stage::Upcoming(days)),
            "overdue" => Ok(Stage::Overdue(days)),
            _ => Err(StageError),
        }
    }
}

impl serde::Serialize for Stage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which kinds the configuration wants (`[features] notices`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKinds {
    /// Only after the due date.
    Overdue,
    /// Only before it.
    Upcoming,
    /// Both.
    Both,
}

impl NoticeKinds {
    /// Overdue stages may fire.
    pub fn overdue(self) -> bool {
        self != NoticeKinds::Upcoming
    }

    /// Upcoming stages may fire.
    pub fn upcoming(self) -> bool {
        self != NoticeKinds::Overdue
    }
}

/// Nothing fires later than five years overdue (DESIGN.md section 7): the debt itself lapses then (CC art. 206 §5 I).
pub const STOP_AFTER_DAYS_MAX: u32 = 1_825;

/// The policy of one branch, configuration and ERP put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Days before the due date, ascending, without doubles; empty: none.
    pub upcoming: Vec<u32>,
    /// Days after the due date, ascending, without doubles; empty: none.
    pub overdue: Vec<u32>,
    /// Days between repeats after the last overdue stage.
    pub repeat_every: Option<u32>,
    /// Nothing fires once this many days overdue are past.
    pub stop_after: u32,
    /// Smallest sum of the receivables that fire.
    pub min_amount: Cents,
}

impl Policy {
    /// Puts the row of the ERP and the kinds of the configuration together; both must allow a kind.
    pub fn from_row(row: &PolicyRow, kinds: NoticeKinds) -> Self {
        let days = |on: bool, days: &[u32]| {
            let mut days = if on { days.to_vec() } else { Vec::new() };
            days.sort_unstable();
            days.dedup();
            days
        };
        Policy {
            upcoming: days(row.notify_upcoming && kinds.upcoming(), &row.upcoming_days),
            overdue: days(row.notify_overdue && kinds.overdue(), &row.overdue_days),
            repeat_every: row.repeat_every_days.filter(|d| *d > 0),
            stop_after: row
                .stop_after_days
                .unwrap_or(STOP_AFTER_DAYS_MAX)
                .min(STOP_AFTER_DAYS_MAX),
            min_amount: row.min_amount.unwrap_or(Cents::ZERO),
        }
    }

    /// The stage that fires `days_before` days before the due date (negative: never): the smallest N reached.
    pub fn upcoming_stage(&self, days_before: i64) -> Option<Stage> {
        let days = u32::try_from(days_before).ok()?;
        self.upcoming
            .iter()
            .copied()
            .find(|n| days <= *n)
            .map(Stage::Upcoming)
    }

    /// The stage that fires `days_after` days after the due date: the largest N reached, repeats included.
    /// Whether the grace is over is not decided here.
    pub fn overdue_stage(&self, days_after: i64) -> Option<Stage> {
        let days = u32::try_from(days_after).ok()?;
        if days > self.stop_after {
            return None;
        }
        let reached = self.overdue.iter().copied().rev().find(|n| days >= *n)?;
        let last = *self.overdue.last()?;
        match self.repeat_every {
            Some(every) if reached == last => Some(Stage::Overdue(last + (days - last) / every * every)),
            _ => Some(Stage::Overdue(reached)),
        }
    }

    /// The farthest day before the due date at which something fires.
    pub fn upcoming_horizon(&self) -> u32 {
        self.upcoming.last().copied().unwrap_or(0)
    }
}

/// The policy row that counts for `branch`: its own, else the one for all.
pub fn row_for<'a>(rows: &'a [PolicyRow], branch: &BranchId) -> Option<&'a PolicyRow> {
    rows.iter()
        .find(|row| row.branch.as_ref() == Some(branch))
        .or_else(|| rows.iter().find(|row| row.branch.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(upcoming: &[u32], overdue: &[u32], repeat: Option<u32>, stop: Option<u32>) -> Policy {
        let row = PolicyRow {
            branch: None,
            email_configured: true,
            notify_upcoming: true,
            upcoming_days: upcoming.to_vec(),
            notify_overdue: true,
            overdue_days: overdue.to_vec(),
            repeat_every_days: repeat,
            stop_after_days: stop,
            min_amount: None,
        };
        Policy::from_row(&row, NoticeKinds::Both)
    }

    #[test]
    fn the_most_urgent_reached_stage_fires() {
        let p = policy(&[5, 2, 0], &[1, 7, 15, 30], None, None);
        for (before, stage) in [
            (6, None),
            (5, Some(5)),
            (4, Some(5)),
            (3, Some(5)),
            (2, Some(2)),
            (1, Some(2)),
            (0, Some(0)),
        ] {
            assert_eq!(
                p.upcoming_stage(before),
                stage.map(Stage::Upcoming),
                "{before} days before"
            );
        }
        assert_eq!(p.upcoming_stage(-1), None);
        for (after, stage) in [
            (0, None),
            (1, Some(1)),
            (6, Some(1)),
            (7, Some(7)),
            (29, Some(15)),
            (30, Some(30)),
            (400, Some(30)),
        ] {
            assert_eq!(
                p.overdue_stage(after),
                stage.map(Stage::Overdue),
                "{after} days after"
            );
        }
    }

    #[test]
    fn repeats_follow_the_last_stage() {
        let p = policy(&[], &[15, 30], Some(30), Some(100));
        for (after, stage) in [
            (29, Some(15)),
            (30, Some(30)),
            (59, Some(30)),
            (60, Some(60)),
            (90, Some(90)),
            (100, Some(90)),
            (101, None),
        ] {
            assert_eq!(
                p.overdue_stage(after),
                stage.map(Stage::Overdue),
                "{after} days after"
            );
        }
    }

    #[test]
    fn stages_are_written_and_read_back() {
        for stage in [Stage::Upcoming(5), Stage::Overdue(15)] {
            assert_eq!(stage.to_string().parse(), Ok(stage));
        }
        assert_eq!("later:3".parse::<Stage>(), Err(StageError));
    }
}
