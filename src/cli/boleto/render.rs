//! `boleto render`: one description to a PDF, or a file of them to a folder of PDFs.

use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::description::{self, LeftOut};
use super::refuse;
use crate::cli::args::tools::BoletoRenderArgs;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Words};
use crate::cli::exit_code::ExitCode;
use crate::cli::files::{self, Readers};
use crate::cli::refusal::Refusal;
use crate::cli::text;
use crate::render::boleto_pdf::boleto_pdf;

/// Runs the command.
///
/// # Errors
/// A description that cannot be drawn (exit 2), or a file that cannot be written. Of many, the others are drawn.
pub fn run(context: &Context, args: &BoletoRenderArgs, today: NaiveDate) -> Result<ExitCode, CliError> {
    let described = match std::fs::read(&args.file) {
        Ok(bytes) => decoded(&bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let path = args.file.display().to_string();
            let words = Words::new(context.text("render-no-file", &[("path", path.into())]));
            return refuse(context, Refusal::new("file", words));
        }
        Err(error) => return Err(CliError::file(&args.file, error)),
    };
    let Some(described) = described else {
        let words = Words::new(context.say("render-not-utf8")).hint(context.say("render-not-utf8-hint"));
        return refuse(context, Refusal::new("file", words));
    };
    let extension = args.file.extension().unwrap_or_default().to_ascii_lowercase();
    if extension == "jsonl" || extension == "ndjson" {
        many(context, &described, &args.out, today)
    } else {
        one(context, &described, args, today)
    }
}

/// As editors and shells write it: UTF-8 with or without its mark, UTF-16 with it.
fn decoded(bytes: &[u8]) -> Option<String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        bytes => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn one(
    context: &Context,
    described: &str,
    args: &BoletoRenderArgs,
    today: NaiveDate,
) -> Result<ExitCode, CliError> {
    let (view, left_out) = match description::read(described, today, &context.catalog) {
        Ok(read) => read,
        Err(refusal) => {
            let line = refusal.more.get("line").and_then(Value::as_u64);
            return refuse(context, placed(context, refusal, line));
        }
    };
    let pdf = boleto_pdf(&view);
    files::replace(&args.out, &pdf, Readers::ByMask)?;
    for left in &left_out {
        context
            .output
            .tell(&text::wrap(&left.words, context.output.width(), "  "));
    }
    let file = args.out.display().to_string();
    if context.output.is_json() {
        let warnings: Vec<Value> = left_out.iter().map(|left| warning(left, None)).collect();
        context
            .output
            .json(&json!({"file": file, "bytes": pdf.len(), "warnings": warnings}))?;
    } else {
        context
            .output
            .line(&context.text("render-done", &[("file", file.into())]))?;
    }
    Ok(ExitCode::Done)
}

/// So many descriptions are drawn before what is to be said of them is said, and another batch begins.
const BATCH: usize = 512;

/// What became of one line.
type Drawn = Result<Vec<LeftOut>, Refusal>;

fn many(context: &Context, described: &str, out: &Path, today: NaiveDate) -> Result<ExitCode, CliError> {
    std::fs::create_dir_all(out).map_err(|error| CliError::file(out, error))?;
    let catalog = &context.catalog;
    let draw = |(number, line): (u64, &str)| -> Result<Drawn, CliError> {
        let (view, left_out) = match description::read(line, today, catalog) {
            Ok(read) => read,
            Err(refusal) => return Ok(Err(refusal)),
        };
        files::replace(
            &out.join(format!("{number:06}.pdf")),
            &boleto_pdf(&view),
            Readers::ByMask,
        )?;
        Ok(Ok(left_out))
    };
    let lines: Vec<(u64, &str)> = (1..)
        .zip(described.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    let (mut written, mut refused, mut warnings) = (0_usize, Vec::new(), Vec::new());
    for batch in lines.chunks(BATCH) {
        // On all cores; what is said stays in the order of the lines.
        for ((number, _), drawn) in batch.iter().zip(on_all_cores(batch, draw)) {
            match drawn? {
                Ok(left_out) => {
                    written += 1;
                    for left in left_out {
                        let words = place(context, *number, &left.words);
                        context
                            .output
                            .tell(&text::wrap(&words, context.output.width(), "  "));
                        warnings.push(warning(&left, Some(*number)));
                    }
                }
                Err(refusal) => {
                    let refusal = placed(context, refusal, Some(*number));
                    let words = match &refusal.words.hint {
                        Some(hint) => format!("{} {hint}", refusal.words.message),
                        None => refusal.words.message.clone(),
                    };
                    context
                        .output
                        .tell(&text::wrap(&words, context.output.width(), "  "));
                    let mut entry = refusal.more.clone();
                    entry.insert("line".to_owned(), json!(number));
                    entry.insert("field".to_owned(), json!(refusal.field));
                    entry.insert("message".to_owned(), json!(refusal.words.message));
                    refused.push(Value::Object(entry));
                }
            }
        }
    }
    let folder = out.display().to_string();
    let count = refused.len();
    if context.output.is_json() {
        let document = json!({"dir": folder, "written": written, "refused": refused, "warnings": warnings});
        context.output.json(&document)?;
    } else {
        let args = [("written", written.into()), ("folder", folder.into())];
        context.output.line(&context.text("render-done-many", &args))?;
    }
    if count == 0 {
        return Ok(ExitCode::Done);
    }
    let args = [("refused", count.into()), ("lines", (written + count).into())];
    Err(CliError::said(
        ExitCode::Usage,
        Words::new(context.text("lines-refused", &args)),
    ))
}

/// Does `work` on every item, on as many threads as there are cores; the answers come in the order of the items.
fn on_all_cores<T: Copy + Sync, R: Send>(items: &[T], work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(share)
            .map(|items| scope.spawn(|| items.iter().copied().map(&work).collect::<Vec<R>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}

/// A refusal with the line of the file in its words.
fn placed(context: &Context, mut refusal: Refusal, line: Option<u64>) -> Refusal {
    if let Some(line) = line {
        refusal.words.message = place(context, line, &refusal.words.message);
        refusal.more.insert("line".to_owned(), json!(line));
    }
    refusal
}

fn place(context: &Context, line: u64, words: &str) -> String {
    context.text(
        "render-line",
        &[
            ("line", line.to_string().into()),
            ("words", words.to_owned().into()),
        ],
    )
}

fn warning(left: &LeftOut, line: Option<u64>) -> Value {
    let mut warning = json!({"field": left.field, "warning": left.warning, "message": left.words});
    if let (Some(line), Some(warning)) = (line, warning.as_object_mut()) {
        warning.insert("line".to_owned(), json!(line));
    }
    warning
}
