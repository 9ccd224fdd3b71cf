//! `config check` and `config show`.

use super::args::{ConfigAction, ConfigArgs};
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use crate::config::{ConfigErrors, ConfigProblem, Effective, Origin, ProblemKind, Settings};
use crate::render::message::{self, TemplateError};

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
    let problems = templates(context, settings);
    if !problems.is_empty() {
        return Err(CliError::Config(ConfigErrors {
            file: settings.file.clone(),
            problems,
        }));
    }
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

/// What is wrong with the site's own texts: `[features] message` and `[settings.replies] text`.
pub fn templates(context: &Context, settings: &Settings) -> Vec<ConfigProblem> {
    let lang = context.lang();
    let message = message::check_template(settings.features.message.as_deref(), lang);
    let answer = message::check_auto_reply(settings.replies.text.as_deref(), lang);
    [
        ("features", "message", message),
        ("settings.replies", "text", answer),
    ]
    .into_iter()
    .filter_map(|(section, key, checked)| Some((section, key, checked.err()?)))
    .map(|(section, key, error)| ConfigProblem {
        line: line_in_file(settings, section, key, template_line(&error)),
        key: Some(format!("{section}.{key}")),
        kind: ProblemKind::Template {
            detail: template_detail(&error),
        },
    })
    .collect()
}

/// The line within the template.
fn template_line(error: &TemplateError) -> usize {
    match error {
        TemplateError::Syntax { line, .. }
        | TemplateError::UnknownVariable { line, .. }
        | TemplateError::Failed { line, .. } => *line,
        TemplateError::Empty | TemplateError::TooLong { .. } => 1,
    }
}

fn template_detail(error: &TemplateError) -> String {
    match error {
        TemplateError::Syntax { problem, .. } | TemplateError::Failed { problem, .. } => problem.clone(),
        TemplateError::UnknownVariable { name, .. } => name.clone(),
        TemplateError::Empty | TemplateError::TooLong { .. } => error.to_string(),
    }
}

/// The line of the file at which line `within` of a text stands; a text that begins below its opening quotes begins
/// one line later.
fn line_in_file(settings: &Settings, section: &str, key: &str, within: usize) -> Option<usize> {
    let value = settings
        .effective
        .iter()
        .find(|v| v.section == section && v.key == key)?;
    let Origin::Line(line) = value.origin else {
        return None;
    };
    // The value as it stands in the file, quotes included; only between three quotes does a text have lines.
    let source = value.value.as_deref().unwrap_or_default();
    let Some(rest) = source
        .strip_prefix("\"\"\"")
        .or_else(|| source.strip_prefix("'''"))
    else {
        return Some(line);
    };
    Some(if rest.starts_with(['\n', '\r']) {
        line + within
    } else {
        line + within - 1
    })
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
