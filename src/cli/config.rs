//! `config check` and `config show`.

use super::args::{ConfigAction, ConfigArgs};
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use crate::config::{Effective, Origin, Settings};

/// Runs the command.
///
/// # Errors
/// [`CliError::Config`] with everything that is wrong.
pub fn run(context: &Context, args: &ConfigArgs) -> Result<ExitCode, CliError> {
    let settings = &context.read_settings()?;
    match args.action {
        ConfigAction::Check => check(context, settings)?,
        ConfigAction::Show => show(context, settings)?,
    }
    Ok(ExitCode::Done)
}

fn check(context: &Context, settings: &Settings) -> Result<(), CliError> {
    let file = settings.file.display().to_string();
    if context.output.is_json() {
        return context
            .output
            .json(&serde_json::json!({"file": file, "ok": true}));
    }
    let given = settings
        .effective
        .iter()
        .filter(|value| matches!(value.origin, Origin::Line(_)))
        .count();
    context
        .output
        .line(&context.text("config-ok", &[("file", file.into()), ("given", given.into())]))
}

fn show(context: &Context, settings: &Settings) -> Result<(), CliError> {
    if context.output.is_json() {
        return context.output.json(&document(settings));
    }
    let mut out = format!("# {}\n", settings.file.display());
    // A section within another is read amid its parent's keys, but TOML wants each header once.
    let mut sections: Vec<&str> = Vec::new();
    for value in &settings.effective {
        if !sections.contains(&value.section.as_str()) {
            sections.push(&value.section);
        }
    }
    for section in sections {
        if !section.is_empty() {
            out.push_str(&format!("\n[{section}]\n"));
        }
        for value in settings.effective.iter().filter(|value| value.section == section) {
            out.push_str(&line(context, value));
        }
    }
    context.output.data(&out)
}

/// `key = value    # where it comes from`; what is not set is a comment.
fn line(context: &Context, value: &Effective) -> String {
    let Some(text) = &value.value else {
        return format!("# {} = {}\n", value.key, context.say("config-not-set"));
    };
    let origin = match value.origin {
        Origin::Line(_) => None,
        Origin::Default => Some(context.say("config-default")),
        Origin::Database => Some(context.say("config-from-database")),
    };
    let key = value.key;
    match origin {
        Some(origin) => format!("{:<44} # {origin}\n", format!("{key} = {text}")),
        None => format!("{key} = {text}\n"),
    }
}

fn document(settings: &Settings) -> serde_json::Value {
    let values: Vec<serde_json::Value> = settings
        .effective
        .iter()
        .map(|value| {
            let key = match value.section.as_str() {
                "" => value.key.to_owned(),
                section => format!("{section}.{}", value.key),
            };
            let (origin, line) = match value.origin {
                Origin::Line(line) => ("file", Some(line)),
                Origin::Default => ("default", None),
                Origin::Database => ("database", None),
            };
            serde_json::json!({"key": key, "toml": value.value, "origin": origin, "line": line})
        })
        .collect();
    serde_json::json!({"file": settings.file.display().to_string(), "settings": values})
}
