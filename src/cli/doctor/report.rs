//! The report: a line for each thing looked at, the ways to write one, and how they are told.

use serde_json::json;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::text;
use crate::app::doctor::Status;
use crate::i18n::Value;

/// One line of the report.
#[derive(Debug)]
struct Row {
    check: &'static str,
    status: Status,
    detail: String,
    hint: Option<String>,
    /// How the program ends when this is the first problem.
    code: ExitCode,
}

/// What was found so far, in the order of looking.
pub struct Report<'a> {
    pub(super) context: &'a Context,
    rows: Vec<Row>,
}

impl<'a> Report<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Report {
            context,
            rows: Vec::new(),
        }
    }
}

impl Report<'_> {
    pub(super) fn push(
        &mut self,
        check: &'static str,
        status: Status,
        detail: String,
        hint: Option<String>,
        code: ExitCode,
    ) {
        self.rows.push(Row {
            check,
            status,
            detail,
            hint,
            code,
        });
    }

    pub(super) fn ok(&mut self, check: &'static str, detail: String) {
        self.push(check, Status::Ok, detail, None, ExitCode::Done);
    }

    /// `key` and `key-hint`.
    pub(super) fn warn(&mut self, check: &'static str, key: &str, args: &[(&str, Value<'_>)]) {
        let hint = self.context.say(&format!("{key}-hint"));
        self.push(
            check,
            Status::Warning,
            self.context.text(key, args),
            Some(hint),
            ExitCode::NeedsPerson,
        );
    }

    pub(super) fn problem(
        &mut self,
        check: &'static str,
        key: &str,
        args: &[(&str, Value<'_>)],
        code: ExitCode,
    ) {
        let hint = self.context.say(&format!("{key}-hint"));
        self.push(
            check,
            Status::Problem,
            self.context.text(key, args),
            Some(hint),
            code,
        );
    }

    /// An error with the words that any command would say.
    pub(super) fn error(&mut self, check: &'static str, error: &CliError) {
        self.error_as(check, error, error.exit_code());
    }

    pub(super) fn error_as(&mut self, check: &'static str, error: &CliError, code: ExitCode) {
        for words in error.words(&self.context.catalog) {
            let detail = match words.detail {
                Some(detail) => format!("{} ({})", words.message, detail.trim()),
                None => words.message,
            };
            self.push(check, Status::Problem, detail, words.hint, code);
        }
    }

    /// Message and hint of an error.
    pub(super) fn words(&self, error: &CliError) -> (String, Option<String>) {
        let words = error
            .words(&self.context.catalog)
            .into_iter()
            .next()
            .unwrap_or_default();
        (words.message, words.hint)
    }

    pub(super) fn tell(self) -> Result<ExitCode, CliError> {
        let (context, out) = (self.context, &self.context.output);
        if out.is_json() {
            let rows: Vec<_> = self
                .rows
                .iter()
                .map(|row| {
                    json!({
                        "check": row.check, "status": row.status.word(), "detail": row.detail, "hint": row.hint,
                    })
                })
                .collect();
            out.json(&rows)?;
        } else {
            for row in &self.rows {
                let status = context.say(&format!("doctor-status-{}", row.status.word()));
                let name = context.say(&format!("check-{}", row.check));
                let line = format!("{status:<9}{name}: {}", row.detail);
                // The words of the status are padded, which the wrapping would take for one blank.
                let (head, rest) = line.split_at(line.char_indices().nth(9).map_or(line.len(), |(at, _)| at));
                let rest = text::wrap(rest, out.width() - 9, "").replace('\n', "\n           ");
                out.line(&format!("{head}{rest}"))?;
                if let Some(hint) = row.hint.as_ref().filter(|_| row.status != Status::Ok) {
                    let hint = text::wrap(&format!("→ {hint}"), out.width() - 11, "");
                    out.line(&format!("         {}", hint.replace('\n', "\n           ")))?;
                }
            }
        }
        let first = self
            .rows
            .iter()
            .find(|row| row.status == Status::Problem)
            .map(|row| row.code);
        let warned = self.rows.iter().any(|row| row.status == Status::Warning);
        let code = first.unwrap_or(if warned {
            ExitCode::NeedsPerson
        } else {
            ExitCode::Done
        });
        if !out.is_json() {
            let count = |status| self.rows.iter().filter(|row| row.status == status).count();
            let args = [
                ("problems", count(Status::Problem).into()),
                ("warnings", count(Status::Warning).into()),
            ];
            out.line("")?;
            out.prose(&context.text("doctor-end", &args))?;
        }
        Ok(code)
    }
}
