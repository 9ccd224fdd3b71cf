//! What surrounds the databases: templates, log, lock, the machine's clock, the scheduler.

use chrono::{DateTime, Offset, TimeZone, Utc};

use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::lock::Lock;
use super::super::{config, schedule};
use super::report::Report;
use crate::app::doctor::Status;
use crate::app::shop::Shop;
use crate::config::{ConfigErrors, Settings};
use crate::render::message;

impl Report<'_> {
    pub(super) fn templates(&mut self, settings: &Settings, shop: &Shop) {
        let problems = config::templates(self.context, settings);
        if !problems.is_empty() {
            let errors = ConfigErrors {
                file: settings.file.clone(),
                problems,
            };
            return self.error("templates", &CliError::Config(errors));
        }
        let missing = settings
            .features
            .message
            .as_deref()
            .map(|t| message::left_out_by_law(t, shop.lang))
            .unwrap_or_default();
        if missing.is_empty() {
            self.ok("templates", self.context.say("doctor-templates-ok"));
        } else {
            self.warn(
                "templates",
                "doctor-templates-law",
                &[("names", missing.join(", ").into())],
            );
        }
    }

    pub(super) fn log(&mut self, settings: &Settings) {
        let folder = &settings.log.dir;
        let shown = || folder.display().to_string();
        match std::fs::create_dir_all(folder).and_then(|()| tempfile::NamedTempFile::new_in(folder)) {
            Ok(_) => self.ok("log", shown()),
            Err(error) => {
                let args = [("folder", shown().into()), ("error", error.to_string().into())];
                self.warn("log", "doctor-log", &args);
            }
        }
    }

    pub(super) fn lock(&mut self, settings: &Settings, now: DateTime<Utc>) {
        match Lock::take(
            &settings.file,
            self.context.command,
            now,
            settings.sending.time_zone,
        ) {
            Ok(_) => self.ok("lock", self.context.say("doctor-lock-free")),
            // Somebody at work is no fault.
            Err(error @ CliError::Locked(_)) => {
                let words = self.words(&error);
                self.push("lock", Status::Ok, words.0, None, ExitCode::Locked);
            }
            Err(error) => self.error_as("lock", &error, ExitCode::Configuration),
        }
    }

    /// cron and Task Scheduler go by the machine's clock, the sending window by the shop's.
    pub(super) fn time_zone(&mut self, settings: &Settings, now: DateTime<Utc>) {
        let utc = now.naive_utc();
        let machine = chrono::Local.offset_from_utc_datetime(&utc).fix();
        let shop = settings.sending.time_zone.offset_from_utc_datetime(&utc).fix();
        let zone = settings.sending.time_zone.name();
        if machine == shop {
            self.ok("time_zone", format!("{zone} ({shop})"));
        } else {
            let args = [
                ("zone", zone.into()),
                ("shop", shop.to_string().into()),
                ("machine", machine.to_string().into()),
            ];
            self.warn("time_zone", "doctor-time-zone", &args);
        }
    }

    pub(super) fn schedule(&mut self, settings: &Settings) {
        if cfg!(windows) {
            return;
        }
        match schedule::is_installed(settings) {
            Ok(true) => self.ok("schedule", self.context.say("doctor-schedule-on")),
            Ok(false) => self.warn("schedule", "doctor-schedule", &[]),
            Err(error) => {
                let (detail, hint) = self.words(&error);
                self.push("schedule", Status::Warning, detail, hint, ExitCode::NeedsPerson);
            }
        }
    }
}
