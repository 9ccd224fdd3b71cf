//! What runs each day: `scan`, `send`, `replies`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::parse;
use crate::domain::ids::CustomerId;
use crate::domain::notice::NoticeId;
use crate::domain::phone::Phone;

/// `scan`.
#[derive(Debug, Clone, Args)]
pub struct ScanArgs {
    /// The close to select for.
    #[arg(long, value_name = "DATE", value_parser = parse::date)]
    pub close: Option<NaiveDate>,
    /// Write nothing; print who would get what, who not, and why.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// Release a held run.
    #[arg(long, conflicts_with_all = ["dry_run", "baseline"])]
    pub confirm: bool,
    /// Record all stages as reached, without sending.
    #[arg(long, conflicts_with_all = ["dry_run", "customer"])]
    pub baseline: bool,
    /// Only this customer.
    #[arg(long, value_name = "ID", value_parser = parse::customer)]
    pub customer: Option<CustomerId>,
    /// Only this half of the report, in the table, the JSON and the CSV.
    #[arg(long, value_name = "HALF", value_enum)]
    pub only: Option<Only>,
    /// Write the table to this file.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Only print the SELECTs that would read the ERP, for isql.
    #[arg(long, hide = true, requires = "dry_run")]
    pub show_sql: bool,
}

/// Halves of a scan's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// Who gets a notice.
    Selected,
    /// Who does not, and why.
    Skipped,
}

/// `send`.
#[derive(Debug, Clone, Args)]
pub struct SendArgs {
    /// Send nothing; print what is due.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
    /// At most so many notices.
    #[arg(long, value_name = "NOTICES", value_parser = parse::number(1, 1_000_000))]
    pub limit: Option<u32>,
    /// Also outside the sending window.
    #[arg(long)]
    pub ignore_window: bool,
    /// A person has looked at the phone: this instance, or all, may send again though WhatsApp restricted the number.
    #[arg(long, value_name = "INSTANCE", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["dry_run", "test"])]
    pub resume: Option<String>,
    /// The database was put back to an older state, and a person has looked: nothing is sent by this call.
    #[arg(long, conflicts_with_all = ["dry_run", "limit", "ignore_window", "resume", "test"])]
    pub confirm_restore: bool,
    /// Send this customer's notice, marked TESTE, to a phone of ours.
    #[arg(long, value_name = "CUSTOMER", value_parser = parse::customer, requires = "to", conflicts_with_all = ["dry_run", "limit"])]
    pub test: Option<CustomerId>,
    /// Phone that gets the test.
    #[arg(long, value_name = "PHONE", value_parser = parse::phone, requires = "test")]
    pub to: Option<Phone>,
}

/// `replies`.
#[derive(Debug, Clone, Args)]
pub struct RepliesArgs {
    /// Nothing is polled: a person has read the replies to this notice, or all of them.
    #[arg(long, value_name = "NOTICE", value_parser = parse::read_replies)]
    pub done: Option<ReadReplies>,
}

/// Replies that a person has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadReplies {
    /// Those to one notice.
    Of(NoticeId),
    /// All.
    All,
}
