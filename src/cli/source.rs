//! `source check` and `source export`: the queries that read the ERP.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{SourceAction, SourceArgs, SourceExportArgs};
use super::context::Context;
use super::error::{CliError, Words, database};
use super::exit_code::ExitCode;
use super::files::{self, Readers};
use super::{text, wiring, words};
use crate::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use crate::adapters::firebird::source_check::{self, Checked};
use crate::ports::erp::{ErpError, QueryProblem};

/// Sample rows shown of each query.
const ROWS: usize = 3;

/// Widest sample value shown; three of them and a name fit 80 columns.
const VALUE: usize = 16;

/// Runs the command.
///
/// # Errors
/// The configuration, the database, or files that are in the way.
pub fn run(context: &Context, args: &SourceArgs) -> Result<ExitCode, CliError> {
    match &args.action {
        SourceAction::Export(args) => export(context, args),
        SourceAction::Check => match wiring::embedded_ready(context)? {
            Some(code) => Ok(code),
            None => check(context),
        },
    }
}

/// Writes the shipped queries. A file that is there already may hold a site's own work: nothing at all is written then,
/// unless with `--force`; files that are the same are left alone.
fn export(context: &Context, args: &SourceExportArgs) -> Result<ExitCode, CliError> {
    let (mut to_write, mut same, mut in_the_way) = (Vec::new(), Vec::new(), Vec::new());
    for (name, sql) in SourceQueries::shipped() {
        let path = args.dir.join(&name);
        match std::fs::read(&path) {
            Ok(present) if present == sql.as_bytes() => same.push(name),
            Ok(_) if !args.force => in_the_way.push(name),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(CliError::file(path, error));
            }
            _ => to_write.push((name, path, sql)),
        }
    }
    let folder = args.dir.display().to_string();
    if !in_the_way.is_empty() {
        let args = [("files", in_the_way.join(", ").into()), ("folder", folder.into())];
        return Err(CliError::said(
            ExitCode::Usage,
            Words::new(context.text("source-in-the-way", &args)).hint(context.say("source-in-the-way-hint")),
        ));
    }
    std::fs::create_dir_all(&args.dir).map_err(|error| CliError::file(&args.dir, error))?;
    for (_, path, sql) in &to_write {
        files::replace(path, sql.as_bytes(), Readers::ByMask)?;
    }
    if context.output.is_json() {
        let written: Vec<&String> = to_write.iter().map(|(name, _, _)| name).collect();
        context
            .output
            .json(&json!({"dir": folder, "written": written, "unchanged": same}))?;
        return Ok(ExitCode::Done);
    }
    let count = to_write.len();
    context.output.line(&context.text(
        "source-exported",
        &[("count", count.into()), ("folder", folder.into())],
    ))?;
    let absolute = std::path::absolute(&args.dir).unwrap_or_else(|_| args.dir.clone());
    let setting = format!("[source]\ndir = '{}'", absolute.display());
    context
        .output
        .say(&format!("{}\n\n{setting}\n", context.say("source-exported-next")));
    Ok(ExitCode::Done)
}

fn check(context: &Context) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let (queries, unusable) = SourceQueries::load_all(settings.source.dir.as_deref())?;
    let erp = FirebirdErp::new(
        wiring::connection(context, settings, &settings.database),
        queries.clone(),
    );
    let mut checked = source_check::check(&erp, ROWS)?;
    for checked in &mut checked {
        let of_file: Vec<QueryProblem> = unusable
            .iter()
            .filter_map(|error| problem_of(error, checked.query))
            .collect();
        if !of_file.is_empty() {
            // What was looked at was the shipped query, which stood in for the file.
            checked.problems = of_file;
            checked.columns.clear();
            checked.sample.clear();
            checked.bad.clear();
        }
    }
    let failed = checked.iter().filter(|checked| !holds(checked)).count();
    if context.output.is_json() {
        context.output.json(&document(context, &checked, &queries))?;
    } else {
        let mut out: String = checked.iter().map(|checked| report(context, checked)).collect();
        for stranger in &queries.strangers {
            let words = context.text(
                "source-stranger",
                &[("file", stranger.display().to_string().into())],
            );
            out.push_str(&format!("{}\n", text::wrap(&words, context.output.width(), "  ")));
        }
        let args = [("failed", failed.into()), ("count", checked.len().into())];
        out.push_str(&format!("{}\n", context.text("source-checked", &args)));
        context.output.data(&out)?;
    }
    Ok(if failed == 0 {
        ExitCode::Done
    } else {
        ExitCode::Database
    })
}

fn problem_of(error: &ErpError, name: &str) -> Option<QueryProblem> {
    match error {
        ErpError::Query { query, problem, .. } if query == name => Some((**problem).clone()),
        _ => None,
    }
}

fn holds(checked: &Checked) -> bool {
    checked.problems.is_empty()
}

fn file(query: &Checked) -> Option<String> {
    query
        .file
        .as_deref()
        .map(Path::display)
        .map(|file| file.to_string())
}

/// The words about a problem, which name the query's file themselves.
fn problem_words(context: &Context, query: &Checked, problem: &QueryProblem) -> Words {
    let error = ErpError::Query {
        query: query.query.to_owned(),
        file: query.file.clone(),
        problem: Box::new(problem.clone()),
    };
    database::erp(&error, &context.catalog)
}

fn report(context: &Context, checked: &Checked) -> String {
    let width = context.output.width();
    let from = file(checked).unwrap_or_else(|| context.say("source-shipped"));
    let verdict = context.say(if holds(checked) {
        "source-ok"
    } else {
        "source-fails"
    });
    let mut out = format!("{}: {verdict}  ({from})\n", checked.query);
    let mut line = |words: &str, indent: &str| {
        out.push_str(&text::wrap(&format!("  {words}"), width, indent));
        out.push('\n');
    };
    let mut last_hint = None;
    for problem in &checked.problems {
        let words = problem_words(context, checked, problem);
        line(&words.message, "    ");
        if let Some(detail) = &words.detail {
            line(&format!("  ({})", detail.trim()), "     ");
        }
        // The same hint for every column of a query is read once.
        if let Some(hint) = words.hint.filter(|hint| last_hint.as_ref() != Some(hint)) {
            line(&format!("  → {hint}"), "      ");
            last_hint = Some(hint);
        }
    }
    for bad in &checked.bad {
        line(&words::bad_row(context, bad), "    ");
    }
    let absent: Vec<&str> = checked
        .columns
        .iter()
        .filter(|column| !column.needed && column.found.is_none())
        .map(|column| column.name)
        .collect();
    if !absent.is_empty() {
        line(
            &context.text("source-absent", &[("columns", absent.join(", ").into())]),
            "    ",
        );
    }
    if holds(checked) && checked.sample.is_empty() {
        line(&context.say("source-no-rows"), "    ");
    }
    for (at, (name, _)) in checked.sample.first().into_iter().flatten().enumerate() {
        let values = checked
            .sample
            .iter()
            .map(|row| if row[at].1.is_empty() { "-" } else { &row[at].1 });
        let values: Vec<String> = values.map(|value| cut(value, VALUE)).collect();
        out.push_str(format!("    {name:<24}{}", values.join("  ")).trim_end());
        out.push('\n');
    }
    out.push('\n');
    out
}

/// Exactly `width` columns: cut with an ellipsis, or filled up. Control characters are blanks here.
fn cut(value: &str, width: usize) -> String {
    let plain: String = value
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let cut = console::truncate_str(&plain, width, "…");
    console::pad_str(&cut, width, console::Alignment::Left, None).into_owned()
}

fn document(context: &Context, checked: &[Checked], queries: &SourceQueries) -> Value {
    let of = |checked: &Checked| {
        let problems: Vec<Value> = checked
            .problems
            .iter()
            .map(|problem| problem_document(context, checked, problem))
            .collect();
        let columns: Vec<Value> = checked
            .columns
            .iter()
            .map(|column| {
                json!({"name": column.name, "expected": column.expected, "found": column.found, "needed": column.needed})
            })
            .collect();
        let samples: Vec<serde_json::Map<String, Value>> = checked
            .sample
            .iter()
            .map(|row| {
                row.iter()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect()
            })
            .collect();
        json!({
            "query": checked.query,
            "file": file(checked),
            "ok": holds(checked),
            "problems": problems,
            "columns": columns,
            "samples": samples,
            "bad_values": checked.bad,
        })
    };
    let strangers: Vec<String> = queries
        .strangers
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    json!({
        "ok": checked.iter().all(holds),
        "queries": checked.iter().map(of).collect::<Vec<_>>(),
        "unknown_files": strangers,
    })
}

fn problem_document(context: &Context, query: &Checked, problem: &QueryProblem) -> Value {
    let mut document = match problem {
        QueryProblem::MissingColumn {
            column,
            expected,
            nearest,
        } => {
            json!({"kind": "missing_column", "column": column, "expected": expected, "nearest": nearest})
        }
        QueryProblem::WrongType {
            column,
            expected,
            found,
        } => {
            json!({"kind": "wrong_type", "column": column, "expected": expected, "found": found})
        }
        QueryProblem::Refused { text, line } => json!({"kind": "refused", "detail": text, "line": line}),
        QueryProblem::RowCount { found } => json!({"kind": "row_count", "found": found}),
        QueryProblem::Unreadable(detail) => json!({"kind": "unreadable", "detail": detail}),
    };
    let words = problem_words(context, query, problem);
    if let Some(document) = document.as_object_mut() {
        document.insert("message".to_owned(), json!(words.message));
        document.insert("hint".to_owned(), json!(words.hint));
    }
    document
}
