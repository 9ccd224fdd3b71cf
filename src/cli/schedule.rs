//! `schedule show|install|remove`.

use std::path::{Path, PathBuf};

use super::args::{ScheduleAction, ScheduleArgs, SchedulerArg};
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::wiring;
use crate::adapters::scheduler::cron::Cron;
use crate::adapters::scheduler::task_scheduler::TaskScheduler;
use crate::app::schedule::jobs;
use crate::config::Settings;
use crate::ports::scheduler::Scheduler;

/// Runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &ScheduleArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let config = absolute(settings);
    let program = std::env::current_exe().map_err(|e| CliError::Unexpected(e.into()))?;
    let site = site(&config);
    let jobs = jobs(&shop, &program.to_string_lossy(), &config.to_string_lossy());
    let machine = if cfg!(windows) {
        SchedulerArg::Windows
    } else {
        SchedulerArg::Cron
    };
    let wanted = match &args.action {
        ScheduleAction::Show(show) => show.system.unwrap_or(machine),
        ScheduleAction::Install | ScheduleAction::Remove => machine,
    };
    let (cron, tasks) = (Cron::default(), TaskScheduler::default());
    let scheduler: &dyn Scheduler = match wanted {
        SchedulerArg::Cron => &cron,
        SchedulerArg::Windows => &tasks,
    };
    let out = &context.output;
    match args.action {
        ScheduleAction::Show(_) => {
            let plan = scheduler.plan(&site, &jobs);
            if out.is_json() {
                out.json(&serde_json::json!({"site": site, "plan": plan}))?;
            } else {
                out.data(&plan)?;
            }
        }
        ScheduleAction::Install => {
            scheduler.install(&site, &jobs).map_err(CliError::Scheduler)?;
            tracing::info!(site, jobs = jobs.len(), "schedule installed");
            if out.is_json() {
                out.json(&serde_json::json!({"site": site, "installed": jobs.len()}))?;
            } else {
                out.prose(&context.text(
                    "schedule-installed",
                    &[("jobs", jobs.len().into()), ("site", site.into())],
                ))?;
            }
        }
        ScheduleAction::Remove => {
            let removed = scheduler.remove(&site).map_err(CliError::Scheduler)?;
            tracing::info!(site, removed, "schedule removed");
            if out.is_json() {
                out.json(&serde_json::json!({"site": site, "removed": removed}))?;
            } else {
                out.prose(&context.text(
                    "schedule-removed",
                    &[("jobs", removed.into()), ("site", site.into())],
                ))?;
            }
        }
    }
    Ok(ExitCode::Done)
}

fn absolute(settings: &Settings) -> PathBuf {
    std::path::absolute(&settings.file).unwrap_or_else(|_| settings.file.clone())
}

/// Several sites on one machine have several configuration files: the file's folder tells them apart.
fn site(config: &Path) -> String {
    config.parent().and_then(|p| p.file_name()).map_or_else(
        || "wa-notify".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// cron has this site's jobs.
///
/// # Errors
/// [`CliError::Scheduler`] when the crontab cannot be read.
pub fn is_installed(settings: &Settings) -> Result<bool, CliError> {
    Cron::default()
        .is_installed(&site(&absolute(settings)))
        .map_err(CliError::Scheduler)
}
