//! The command line, as clap reads it. The words that people see are not here: `cli::help` puts them in from the
//! locale files, by the keys `help-<command>` and `help-<command>-<argument>`.
//!
//! A command is registered by its variant in [`Command`] and its arm in `cli::dispatch`, once its handler exists. Its
//! arguments are in the file of its group, the same groups as in the help: [`day`], [`see`], [`install`], [`tools`].

pub mod day;
pub mod install;
pub mod parse;
pub mod see;
pub mod tools;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};

use crate::i18n::Lang;

pub use self::day::{Only, ReadReplies, RepliesArgs, ScanArgs, SendArgs};
pub use self::install::{
    ConfigAction, ConfigArgs, DemoAction, DemoArgs, DemoSeedArgs, DoctorArgs, DriverArg, InitArgs,
    InstancesArgs, PairArgs, ScheduleAction, ScheduleArgs, ScheduleShowArgs, SchedulerArg,
};
pub use self::see::{ExplainArgs, HoldArgs, PreviewArgs, ResolveArgs, StatusArgs, Verdict};
pub use self::tools::{BoletoArgs, PixArgs, SourceAction, SourceArgs, SourceExportArgs};

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
