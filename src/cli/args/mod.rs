//! The command line, as clap reads it. The words that people see are not here: `cli::help` puts them in from the
//! locale files, by the keys `help-<command>` and `help-<command>-<argument>`.
//!
//! A command is registered by its variant in [`Command`] and its arm in `cli::dispatch`, once its handler exists.

pub mod parse;
pub mod tools;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::ids::CustomerId;
use crate::domain::notice::{NoticeId, PartKey};
use crate::domain::phone::Phone;
use crate::i18n::Lang;

pub use tools::{BoletoArgs, PixArgs};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "wa-notify", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; nothing: the short help.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The configuration file.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Language of what people read.
    #[arg(long, global = true, value_name = "LANG", value_parser = parse::lang)]
    pub lang: Option<Lang>,
    /// One JSON document on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// No conversation on stderr.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// More on stderr; twice: even more.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The clock starts here (tests and demonstrations).
    #[arg(long, global = true, hide = true, value_name = "INSTANT", value_parser = parse::instant)]
    pub now: Option<DateTime<Utc>>,
}

/// The commands that have a handler.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check or show the configuration.
    Config(ConfigArgs),
    /// Codes and PDFs of boletos.
    Boleto(BoletoArgs),
    /// Pix codes.
    Pix(PixArgs),
    /// The ERP's queries.
    Source(SourceArgs),
    /// Connection, configuration, tables.
    Init(InitArgs),
    /// Link an instance to a phone.
    Pair(PairArgs),
    /// Instances and their state.
    Instances(InstancesArgs),
    /// Select after the close.
    Scan(ScanArgs),
    /// Send what is due.
    Send(SendArgs),
    /// Treat what customers answer.
    Replies(RepliesArgs),
    /// Leave a customer alone for a while.
    Hold(HoldArgs),
    /// What is where.
    Status(StatusArgs),
    /// Why a customer gets a notice, or not.
    Explain(ExplainArgs),
    /// What is wrong, and how to mend it.
    Doctor(DoctorArgs),
    /// A person's word on a part.
    Resolve(ResolveArgs),
    /// Texts and PDFs of one customer.
    Preview(PreviewArgs),
    /// The operating system's scheduler.
    Schedule(ScheduleArgs),
    /// The whole day on invented data.
    Demo(DemoArgs),
}

impl Command {
    /// Its name on the command line; also the word in the log and in the lock file.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Config(_) => "config",
            Command::Boleto(_) => "boleto",
            Command::Pix(_) => "pix",
            Command::Source(_) => "source",
            Command::Init(_) => "init",
            Command::Pair(_) => "pair",
            Command::Instances(_) => "instances",
            Command::Scan(_) => "scan",
            Command::Send(_) => "send",
            Command::Replies(_) => "replies",
            Command::Hold(_) => "hold",
            Command::Status(_) => "status",
            Command::Explain(_) => "explain",
            Command::Doctor(_) => "doctor",
            Command::Resolve(_) => "resolve",
            Command::Preview(_) => "preview",
            Command::Schedule(_) => "schedule",
            Command::Demo(_) => "demo",
        }
    }
}

/// `config check|show`.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// Which of the two.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What to do with the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigAction {
    /// Read it and say what is wrong.
    Check,
    /// Print every setting in force; secrets as `***`.
    Show,
}

/// `init`: the connection, asked for when left out.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// Name or address of the Firebird server.
    #[arg(long, value_name = "HOST", conflicts_with = "embedded")]
    pub host: Option<String>,
    /// Its port.
    #[arg(long, value_name = "PORT", value_parser = parse::number(1, 65_535), requires = "host")]
    pub port: Option<u32>,
    /// Path or alias of the database, as the server knows it.
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,
    /// Open the file here, without a server.
    #[arg(long)]
    pub embedded: bool,
    /// User of the database.
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// Environment variable with the password.
    #[arg(long, value_name = "NAME", conflicts_with = "password_file")]
    pub password_env: Option<String>,
    /// File with the password.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Firebird client.
    #[arg(long, value_name = "DRIVER", value_enum)]
    pub driver: Option<DriverArg>,
    /// fbclient to load.
    #[arg(long, value_name = "FILE")]
    pub client_library: Option<PathBuf>,
    /// Ask nothing; what is left out gets its default.
    #[arg(long, short)]
    pub yes: bool,
}

/// Firebird clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DriverArg {
    /// Pure Rust, over TCP.
    Rust,
    /// fbclient.
    Native,
}

/// `pair`.
#[derive(Debug, Clone, Args)]
pub struct PairArgs {
    /// The instance; from the contract when there is only one.
    #[arg(value_name = "INSTANCE")]
    pub instance: Option<String>,
    /// A code to type on the phone with this number, instead of a QR.
    #[arg(long, value_name = "PHONE", value_parser = parse::phone, conflicts_with_all = ["png", "status", "unlink"])]
    pub code: Option<Phone>,
    /// Write the QR to this file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["status", "unlink"])]
    pub png: Option<PathBuf>,
    /// Only tell the state.
    #[arg(long, conflicts_with = "unlink")]
    pub status: bool,
    /// Unlink the phone.
    #[arg(long)]
    pub unlink: bool,
}

/// `instances`.
#[derive(Debug, Clone, Args)]
pub struct InstancesArgs {}

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

/// `doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {}

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

/// `schedule install|remove|show`.
#[derive(Debug, Clone, Args)]
pub struct ScheduleArgs {
    /// Which of the three.
    #[command(subcommand)]
    pub action: ScheduleAction,
}

/// What to do with the scheduler.
#[derive(Debug, Clone, Subcommand)]
pub enum ScheduleAction {
    /// Print what `install` would write.
    Show(ScheduleShowArgs),
    /// Create or replace the tasks.
    Install,
    /// Remove the tasks.
    Remove,
}

/// `schedule show`.
#[derive(Debug, Clone, Args)]
pub struct ScheduleShowArgs {
    /// Which scheduler; that of this machine when left out.
    #[arg(long, value_name = "SYSTEM", value_enum)]
    pub system: Option<SchedulerArg>,
}

/// Schedulers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchedulerArg {
    /// cron.
    Cron,
    /// Windows Task Scheduler.
    Windows,
}

/// `demo [seed]`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct DemoArgs {
    /// One station alone.
    #[command(subcommand)]
    pub action: Option<DemoAction>,
    /// Folder of the demonstration.
    #[arg(long, value_name = "DIR", default_value = "wa-notify-demo")]
    pub dir: PathBuf,
    /// Keep the phone page up at the end.
    #[arg(long)]
    pub serve: bool,
    /// Customers of the sample.
    #[arg(long, value_name = "N", default_value = "50", value_parser = parse::number(1, 200_000))]
    pub customers: u32,
}

/// Stations of the demonstration that can be had alone.
#[derive(Debug, Clone, Subcommand)]
pub enum DemoAction {
    /// Make the sample ERP in the database of the configuration.
    Seed(DemoSeedArgs),
}

/// `demo seed`.
#[derive(Debug, Clone, Args)]
pub struct DemoSeedArgs {
    /// Customers.
    #[arg(long, value_name = "N", default_value = "50", value_parser = parse::number(1, 200_000))]
    pub customers: u32,
    /// Receivables; five a customer when left out.
    #[arg(long, value_name = "N", value_parser = parse::number(0, 1_000_000))]
    pub receivables: Option<u32>,
    /// Number that the rows are drawn from: the same gives the same rows.
    #[arg(long, value_name = "S", default_value = "1", value_parser = parse::number(0, u32::MAX))]
    pub seed: u32,
    /// Nothing is paid, one receivable in ten is in scope: what `scripts/bench scan` measures on.
    #[arg(long, hide = true)]
    pub all_open: bool,
}
