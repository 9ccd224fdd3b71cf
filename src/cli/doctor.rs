//! `doctor`: everything that must hold, one line each, with what to do where it does not. Changes nothing.
//!
//! | module | holds |
//! |---|---|
//! | here | what is looked at, in which order |
//! | `site` | templates, log, lock, clock, scheduler |
//! | `databases` | the ERP and its queries, our tables, the gateway |
//! | `facts` | what `app::doctor` finds, in words |
//! | `report` | the lines, and how they are told |

mod databases;
mod facts;
mod report;
mod site;

use self::report::Report;
use super::args::DoctorArgs;
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::wiring;
use crate::config::Settings;
use crate::ports::clock::Clock;

/// Runs the command.
///
/// # Errors
/// [`CliError`] only when the report itself cannot be written; all that is wrong with the site is in the report.
pub fn run(context: &Context, _args: &DoctorArgs) -> Result<ExitCode, CliError> {
    let mut report = Report::new(context);
    match context.settings() {
        Ok(settings) => {
            // A process started anew for an embedded database tells all of it.
            match wiring::embedded_ready(context) {
                Ok(Some(code)) => return Ok(code),
                Ok(None) => report.look(settings),
                Err(error) => report.error("database", &error),
            }
        }
        Err(error) => report.error("config", &error),
    }
    report.tell()
}

impl Report<'_> {
    /// Each thing in turn; of the ERP nothing is asked when its database does not answer.
    fn look(&mut self, settings: &Settings) {
        let shop = wiring::shop(self.context, settings);
        let clock = wiring::reading_clock(self.context);
        let now = clock.now();
        self.ok("config", settings.file.display().to_string());
        self.templates(settings, &shop);
        self.log(settings);
        self.lock(settings, now);
        self.time_zone(settings, now);
        let reachable = self.database(settings);
        self.outbox(settings, &shop, &clock);
        if reachable {
            self.erp(settings, &shop, &clock);
        }
        self.schedule(settings);
    }
}
