//! Setting up: `demo`, `init`, `pair`, `instances`, `doctor`, `schedule`, `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::parse;
use crate::domain::phone::Phone;

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

/// `doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {}

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
