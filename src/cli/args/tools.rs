//! Tools: `source`, `boleto`, `pix`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::parse;

/// `source check|export`.
#[derive(Debug, Clone, Args)]
pub struct SourceArgs {
    /// Which of the two.
    #[command(subcommand)]
    pub action: SourceAction,
}

/// What to do with the source queries.
#[derive(Debug, Clone, Subcommand)]
pub enum SourceAction {
    /// Prepare each query on the database and show sample rows, masked.
    Check,
    /// Copy the shipped queries, to be edited.
    Export(SourceExportArgs),
}

/// `source export`.
#[derive(Debug, Clone, Args)]
pub struct SourceExportArgs {
    /// Folder to write to.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Overwrite files that differ from the shipped ones.
    #[arg(long)]
    pub force: bool,
}

/// `boleto decode|encode|render`.
#[derive(Debug, Clone, Args)]
pub struct BoletoArgs {
    /// Which of the three.
    #[command(subcommand)]
    pub action: BoletoAction,
}

/// What to do with a boleto.
#[derive(Debug, Clone, Subcommand)]
pub enum BoletoAction {
    /// Digits to fields.
    Decode(BoletoDecodeArgs),
    /// Fields to digits.
    Encode(BoletoEncodeArgs),
    /// Description to PDF.
    Render(BoletoRenderArgs),
}

/// `boleto decode`.
#[derive(Debug, Clone, Args)]
pub struct BoletoDecodeArgs {
    /// The digits, quoted or not, punctuated or not; `-`: one code a line on stdin.
    #[arg(value_name = "DIGITS", required = true, num_args = 1..)]
    pub digits: Vec<String>,
    /// The day from which the due-date factor is seen.
    #[arg(long, value_name = "DATE", value_parser = parse::date)]
    pub today: Option<NaiveDate>,
}

/// `boleto encode`. The values stay text here: what is wrong with one is told as a failing field.
#[derive(Debug, Clone, Args)]
pub struct BoletoEncodeArgs {
    /// The bank's three digits.
    #[arg(long, value_name = "BANK")]
    pub bank: String,
    /// The due date; left out: factor 0000.
    #[arg(long, value_name = "DATE", value_parser = parse::date)]
    pub due: Option<NaiveDate>,
    /// The amount in cents.
    #[arg(long, value_name = "CENTS", allow_negative_numbers = true)]
    pub amount_cents: String,
    /// The bank's 25 digits.
    #[arg(long, value_name = "DIGITS")]
    pub free_field: String,
    /// The day from which the due-date factor is seen.
    #[arg(long, value_name = "DATE", value_parser = parse::date)]
    pub today: Option<NaiveDate>,
}

/// `boleto render`.
#[derive(Debug, Clone, Args)]
pub struct BoletoRenderArgs {
    /// One boleto (.json), or one a line (.jsonl).
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The PDF; for .jsonl the folder.
    #[arg(long, value_name = "OUT")]
    pub out: PathBuf,
    /// The day from which the due-date factor is seen.
    #[arg(long, value_name = "DATE", value_parser = parse::date)]
    pub today: Option<NaiveDate>,
}

/// `pix decode`.
#[derive(Debug, Clone, Args)]
pub struct PixArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: PixAction,
}

/// What to do with a Pix code.
#[derive(Debug, Clone, Subcommand)]
pub enum PixAction {
    /// Code to fields.
    Decode(PixDecodeArgs),
}

/// `pix decode`.
#[derive(Debug, Clone, Args)]
pub struct PixDecodeArgs {
    /// The code (copia e cola); `-`: one a line on stdin.
    #[arg(value_name = "CODE", required = true, num_args = 1..)]
    pub code: Vec<String>,
}
