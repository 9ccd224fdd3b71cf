//! The command line: one file per command, and what they share.
//!
//! | module | holds |
//! |---|---|
//! | [`args`] | the command line as clap reads it |
//! | [`help`] | help in the operator's language |
//! | [`context`] | what every command gets |
//! | [`output`], [`progress`], [`text`] | stdout is data, stderr is conversation |
//! | [`error`], [`exit_code`] | errors in words; the exit codes |
//! | [`lock`], [`interrupt`], [`logging`] | one command at a time; Ctrl-C; the log |
//! | `failpoint` | debug builds: where a test wants the process to die |
//! | [`config`] | `config check`, `config show` |
//! | [`boleto`], [`pix`], [`source`] | the tools; [`refusal`] names what they cannot read |
//! | [`init`], [`pair`], [`schedule`], [`demo`] | setting up, trying out |
//! | [`scan`], [`send`], [`replies`] | the day |
//! | [`status`], [`explain`], [`hold`], [`preview`], [`doctor`] | seeing and settling; [`customers`]: whom the operator means |
//! | [`high_water`] | a database that was put back to an older state |
//! | [`sandbox`] | `wa-sandbox` |
//! | [`wiring`], [`words`] | settings to real things; values to words |

pub mod args;
pub mod boleto;
pub mod config;
pub mod context;
pub mod customers;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod exit_code;
pub mod explain;
#[cfg(debug_assertions)]
pub mod failpoint;
pub mod files;
pub mod help;
pub mod high_water;
pub mod hold;
pub mod init;
pub mod interrupt;
pub mod lock;
pub mod logging;
pub mod output;
pub mod pair;
pub mod pix;
pub mod preview;
pub mod progress;
pub mod refusal;
pub mod replies;
pub mod sandbox;
pub mod scan;
pub mod schedule;
pub mod send;
pub mod source;
pub mod status;
pub mod text;
pub mod wiring;
pub mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches};

use args::{Cli, Command};
use context::Context;
use error::CliError;
use exit_code::ExitCode;
use output::{Format, Output};

use crate::i18n::{Catalog, Lang};

/// Runs the program: reads the command line, does what it says, tells errors in words, returns the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> std::process::ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let hints = Hints::of(&args);
    let lang = context::language(hints.lang.as_deref(), hints.config.as_deref());
    logging::catch_panics(Catalog::new(lang).say("error-panic"));
    let ended = std::panic::catch_unwind(|| run_in(&args, lang, hints.json));
    ended.unwrap_or(ExitCode::Unexpected).into()
}

fn run_in(args: &[OsString], lang: Lang, json: bool) -> ExitCode {
    let catalog = Catalog::new(lang);
    let format = if json { Format::Json } else { Format::Text };
    let early = Output::of_process(format, false, 0);
    let command = help::localise(Cli::command(), &catalog, early.width());
    let parsed = command
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            return finish(error_text(&error, &early), &early, &catalog);
        }
        Err(error) => {
            let error = CliError::Usage {
                error: Box::new(error),
                command: command_named(args),
            };
            return report(&error, &early, &catalog);
        }
    };
    let Some(command) = cli.command else {
        let text = help::start(Cli::command(), &catalog, early.width(), early.stdout_has_colour());
        return finish(early.data(&text), &early, &catalog);
    };
    let context = Context::new(&cli.global, command.name(), lang);
    #[cfg(debug_assertions)]
    let context = context.and_then(|context| failpoint::arm(&context).map(|()| context));
    match context {
        Ok(context) => {
            let ended = dispatch(&context, command);
            let code = match ended {
                Ok(code) => code,
                Err(error) => {
                    tracing::error!(code = error.exit_code().number(), "{}", log_text(&error));
                    report(&error, &context.output, &context.catalog)
                }
            };
            tracing::info!(code = code.number(), "end");
            code
        }
        Err(error) => report(&error, &early, &catalog),
    }
}

fn dispatch(context: &Context, command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Config(args) => config::run(context, &args),
        Command::Boleto(args) => boleto::run(context, &args),
        Command::Pix(args) => pix::run(context, &args),
        Command::Source(args) => source::run(context, &args),
        Command::Init(args) => init::run(context, &args),
        Command::Demo(args) => demo::run(context, &args),
        Command::Schedule(args) => schedule::run(context, &args),
        Command::Pair(args) => with_database(context, || pair::run(context, &args)),
        Command::Instances(args) => with_database(context, || pair::instances(context, &args)),
        Command::Scan(args) => with_database(context, || scan::run(context, &args)),
        Command::Send(args) => with_database(context, || send::run(context, &args)),
        Command::Replies(args) => with_database(context, || replies::run(context, &args)),
        Command::Hold(args) => with_database(context, || hold::run(context, &args)),
        Command::Status(args) => with_database(context, || status::run(context, &args)),
        Command::Explain(args) => with_database(context, || explain::run(context, &args)),
        Command::Doctor(args) => doctor::run(context, &args),
        Command::Resolve(args) => with_database(context, || status::resolve(context, &args)),
        Command::Preview(args) => with_database(context, || preview::run(context, &args)),
    }
}

/// A command that opens a database; an embedded one wants the process started anew with its environment first.
fn with_database(
    context: &Context,
    command: impl FnOnce() -> Result<ExitCode, CliError>,
) -> Result<ExitCode, CliError> {
    match wiring::embedded_ready(context)? {
        Some(code) => Ok(code),
        None => command(),
    }
}

/// `wa-notify config check`: the command that the words of a command line name, as far as they name one.
fn command_named(args: &[OsString]) -> String {
    let root = Cli::command();
    let (mut command, mut name) = (&root, root.get_name().to_owned());
    for arg in args.iter().skip(1) {
        if let Some(sub) = command.find_subcommand(arg) {
            command = sub;
            name = format!("{name} {}", sub.get_name());
        }
    }
    name
}

/// Help and version are clap's "errors" for stdout.
fn error_text(error: &clap::Error, output: &Output) -> Result<(), CliError> {
    let text = error.render();
    output.data(&if output.stdout_has_colour() {
        text.ansi().to_string()
    } else {
        text.to_string()
    })
}

fn finish(written: Result<(), CliError>, output: &Output, catalog: &Catalog) -> ExitCode {
    match written {
        Ok(()) => ExitCode::Done,
        Err(error) => report(&error, output, catalog),
    }
}

/// Tells an error: words on stderr, and the document on stdout with `--json` (unless one is there already).
fn report(error: &CliError, output: &Output, catalog: &Catalog) -> ExitCode {
    output.tell(error::render(error, catalog, output.width(), output.has_colour()).trim_end());
    if output.is_json() && !output.wrote_data() && !matches!(error, CliError::Stdout(_)) {
        // When stdout fails now, the words on stderr have been said.
        let _ = output.json(&error::document(error, catalog));
    }
    error.exit_code()
}

/// The error for the log: English, whatever the operator's language.
fn log_text(error: &CliError) -> String {
    let words = error.words(&Catalog::new(Lang::En));
    words
        .iter()
        .map(|words| match &words.detail {
            Some(detail) => format!("{} ({detail})", words.message),
            None => words.message.clone(),
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// What must be known before the command line is parsed, so that even its errors come in the right language.
struct Hints {
    lang: Option<String>,
    config: Option<PathBuf>,
    json: bool,
}

impl Hints {
    fn of(args: &[OsString]) -> Self {
        let mut hints = Hints {
            lang: None,
            config: None,
            json: false,
        };
        let mut args = args.iter().skip(1);
        while let Some(arg) = args.next() {
            let text = arg.to_string_lossy();
            match text.as_ref() {
                "--" => break,
                "--json" => hints.json = true,
                "--lang" => hints.lang = args.next().map(|lang| lang.to_string_lossy().into_owned()),
                "--config" => hints.config = args.next().map(PathBuf::from),
                other => {
                    if let Some(lang) = other.strip_prefix("--lang=") {
                        hints.lang = Some(lang.to_owned());
                    } else if let Some(file) = other.strip_prefix("--config=") {
                        hints.config = Some(PathBuf::from(file));
                    }
                }
            }
        }
        hints
    }
}
