//! Looking, and a person's word: `status`, `explain`, `resolve`, `hold`, `preview`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::parse;
use crate::domain::ids::CustomerId;
use crate::domain::notice::PartKey;

/// `status`.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Only this close.
    #[arg(long, value_name = "DATE", value_parser = parse::date)]
    pub close: Option<NaiveDate>,
}

/// `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The customer: id, tax id, phone or part of the name.
    #[arg(value_name = "CUSTOMER")]
    pub customer: String,
}

/// `resolve`.
#[derive(Debug, Clone, Args)]
pub struct ResolveArgs {
    /// The part, such as 17.2.
    #[arg(value_name = "PART", value_parser = parse::part)]
    pub part: PartKey,
    /// What became of it, or shall.
    #[arg(value_name = "VERDICT", value_enum)]
    pub verdict: Verdict,
}

/// A person's word about an unknown part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// It is in the chat.
    Sent,
    /// It is not there: send it again.
    Retry,
    /// It is not there, and shall not be sent.
    Drop,
}

/// `hold`; without a customer it lists who is on hold.
#[derive(Debug, Clone, Args)]
pub struct HoldArgs {
    /// The customer: id, tax id, phone or part of the name.
    #[arg(value_name = "CUSTOMER", requires = "what")]
    pub customer: Option<String>,
    /// Promised to pay by this day: nothing is sent until after it.
    #[arg(long, value_name = "DATE", value_parser = parse::date, group = "what", requires = "customer")]
    pub until: Option<NaiveDate>,
    /// Disputes the debt: nothing is sent until it is lifted.
    #[arg(long, group = "what", requires = "customer")]
    pub dispute: bool,
    /// End the hold.
    #[arg(long, group = "what", requires = "customer")]
    pub lift: bool,
}

/// `preview`.
#[derive(Debug, Clone, Args)]
pub struct PreviewArgs {
    /// The customer.
    #[arg(value_name = "CUSTOMER", value_parser = parse::customer)]
    pub customer: CustomerId,
    /// Folder for text and PDFs.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}
