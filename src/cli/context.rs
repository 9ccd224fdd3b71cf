//! What every command gets: language, output, settings, the lock, and the moved clock.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::args::Global;
use super::args::parse;
use super::error::CliError;
use super::interrupt::{self, Stop};
use super::lock::Lock;
use super::output::{Format, Output};
use crate::adapters::firebird::connection::Interrupt;
use crate::config::{self, ConfigErrors, ConfigProblem, ProblemKind, Settings, discovery, secrets};
use crate::i18n::{Catalog, Lang, Value};

/// Environment variable that moves the clock.
pub const NOW_VARIABLE: &str = "WA_NOTIFY_NOW";

/// The surroundings of one command.
pub struct Context {
    /// The sentences of the operator's language.
    pub catalog: Catalog,
    /// The two streams.
    pub output: Output,
    /// Instant at which the clock starts, when it was moved by hand.
    pub now: Option<DateTime<Utc>>,
    /// Name of the command, for log and lock.
    pub command: &'static str,
    named_config: Option<PathBuf>,
    settings: OnceCell<Settings>,
    stop: OnceCell<Stop>,
    /// Breaks off what blocks in a database; tripped by the first Ctrl-C.
    pub interrupt: Interrupt,
}

impl Context {
    /// Puts a context together. The variable [`NOW_VARIABLE`] counts where `--now` was not given.
    ///
    /// # Errors
    /// The variable holds no instant.
    pub fn new(global: &Global, command: &'static str, lang: Lang) -> Result<Self, CliError> {
        let format = if global.json { Format::Json } else { Format::Text };
        let catalog = Catalog::new(lang);
        let now = match global.now {
            Some(now) => Some(now),
            None => now_of_environment(&catalog)?,
        };
        Ok(Context {
            catalog,
            output: Output::of_process(format, global.quiet, global.verbose),
            now,
            command,
            named_config: global.config.clone(),
            settings: OnceCell::new(),
            stop: OnceCell::new(),
            interrupt: Interrupt::default(),
        })
    }

    /// The operator's language.
    pub fn lang(&self) -> Lang {
        self.catalog.lang()
    }

    /// A sentence without variables.
    pub fn say(&self, key: &str) -> String {
        self.catalog.say(key)
    }

    /// A sentence.
    pub fn text(&self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        self.catalog.text(key, args)
    }

    /// The configuration file that is there.
    ///
    /// # Errors
    /// [`CliError::Config`] with the places where it was looked for.
    pub fn config_path(&self) -> Result<PathBuf, CliError> {
        discovery::find(
            self.named_config.as_deref(),
            executable().as_deref(),
            &secrets::process_env,
        )
        .map_err(|searched| {
            let file = searched.first().cloned().unwrap_or_default();
            let problems = vec![ConfigProblem::whole(ProblemKind::NoFile { searched })];
            CliError::Config(ConfigErrors { file, problems })
        })
    }

    /// Where `init` writes the configuration: the place that was named, else beside the executable.
    pub fn new_config_path(&self) -> PathBuf {
        let places = discovery::candidates(
            self.named_config.as_deref(),
            executable().as_deref(),
            &secrets::process_env,
        );
        places
            .into_iter()
            .next()
            .unwrap_or_else(|| PathBuf::from(discovery::FILE_NAME))
    }

    /// Reads and checks the settings and does nothing else: looking at a configuration leaves no trace.
    ///
    /// # Errors
    /// [`CliError::Config`].
    pub fn read_settings(&self) -> Result<Settings, CliError> {
        Ok(config::load(&self.config_path()?)?)
    }

    /// The settings, read and checked at the first call; the log starts with them.
    ///
    /// # Errors
    /// [`CliError::Config`].
    pub fn settings(&self) -> Result<&Settings, CliError> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let settings = self.read_settings()?;
        if let Err(error) = super::logging::start(&settings.log, self.output.verbosity()) {
            let folder = settings.log.dir.display().to_string();
            self.output.tell(&self.text(
                "log-unavailable",
                &[("folder", folder.into()), ("error", error.to_string().into())],
            ));
        }
        tracing::info!(
            command = self.command,
            version = env!("CARGO_PKG_VERSION"),
            moved_now = self.now.map(|now| now.to_rfc3339()),
            "begin"
        );
        Ok(self.settings.get_or_init(|| settings))
    }

    /// Takes the lock of the configuration file; hold the result as long as the command works.
    ///
    /// # Errors
    /// [`CliError::Locked`] at once when another command has it (exit 9).
    pub fn lock(&self, now: DateTime<Utc>) -> Result<Lock, CliError> {
        let settings = self.settings()?;
        Lock::take(&settings.file, self.command, now, settings.sending.time_zone)
    }

    /// The flag that Ctrl-C sets. The handler is installed at the first call; commands that only read never call
    /// this and end at once.
    pub fn stop(&self) -> Stop {
        let install = || {
            let stop = interrupt::install(self.lang());
            let interrupt = self.interrupt.clone();
            stop.on_stop(move || interrupt.trip());
            stop
        };
        self.stop.get_or_init(install).clone()
    }
}

fn executable() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

fn now_of_environment(catalog: &Catalog) -> Result<Option<DateTime<Utc>>, CliError> {
    let Some(text) = std::env::var_os(NOW_VARIABLE).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match parse::instant(&text.to_string_lossy()) {
        Ok(now) => Ok(Some(now)),
        Err(_) => Err(CliError::said(
            super::exit_code::ExitCode::Usage,
            super::error::Words::new(catalog.text(
                "usage-bad-variable",
                &[
                    ("variable", NOW_VARIABLE.into()),
                    ("value", text.to_string_lossy().into_owned().into()),
                ],
            ))
            .hint(catalog.say("usage-not-an-instant")),
        )),
    }
}

/// The operator's language before the command line is parsed: `--lang`, the configuration's `lang`, the
/// operating system's, Portuguese.
pub fn language(lang: Option<&str>, config: Option<&Path>) -> Lang {
    if let Some(lang) = lang.and_then(Lang::from_tag) {
        return lang;
    }
    let file = discovery::find(config, executable().as_deref(), &secrets::process_env).ok();
    let of_file = file.and_then(|file| config::peek_language(&file));
    let of_system = || sys_locale::get_locale().and_then(|tag| Lang::from_tag(&tag));
    of_file.or_else(of_system).unwrap_or_default()
}
