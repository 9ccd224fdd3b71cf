//! One input a line on stdin, one JSON document a line on stdout: for thousands, and for a program that asks as
//! it goes along.

use std::io::{BufRead, BufReader, Read};

use serde::Serialize;
use serde_json::Value;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Words};
use crate::cli::exit_code::ExitCode;
use crate::cli::refusal::Refusal;

/// So much is written at once.
const CHUNK: usize = 64 * 1024;

/// An answer with the number of its line.
#[derive(Serialize)]
struct Numbered<T> {
    line: usize,
    #[serde(flatten)]
    answer: T,
}

/// Answers every line of stdin that is not blank. A refused one gets `{"line", "error", "field"}`.
///
/// # Errors
/// stdin or stdout; and, after all lines are answered, that some were refused (exit 2).
pub fn answer<T: Serialize>(
    context: &Context,
    read: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<ExitCode, CliError> {
    answer_from(std::io::stdin().lock(), context, read)
}

fn answer_from<T: Serialize>(
    input: impl Read,
    context: &Context,
    read: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<ExitCode, CliError> {
    let mut input = BufReader::with_capacity(CHUNK, input);
    let (mut bytes, mut out) = (Vec::new(), Vec::with_capacity(CHUNK + 4096));
    let (mut line, mut answered, mut refused) = (0, 0, 0);
    loop {
        // Whoever waits for an answer before asking on gets it.
        if out.len() >= CHUNK || (input.buffer().is_empty() && !out.is_empty()) {
            context.output.data(&String::from_utf8_lossy(&out))?;
            out.clear();
        }
        bytes.clear();
        if input
            .read_until(b'\n', &mut bytes)
            .map_err(|error| CliError::file("stdin", error))?
            == 0
        {
            break;
        }
        line += 1;
        // Bytes that are no UTF-8 become a character that no code holds, and are refused as such.
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() {
            continue;
        }
        answered += 1;
        let written = match read(text) {
            Ok(answer) => serde_json::to_writer(&mut out, &Numbered { line, answer }),
            Err(refusal) => {
                refused += 1;
                let answer: Value = refusal.document();
                serde_json::to_writer(&mut out, &Numbered { line, answer })
            }
        };
        written.map_err(|error| CliError::Unexpected(error.into()))?;
        out.push(b'\n');
    }
    context.output.data(&String::from_utf8_lossy(&out))?;
    if refused == 0 {
        return Ok(ExitCode::Done);
    }
    let args = [("refused", refused.into()), ("lines", answered.into())];
    Err(CliError::said(
        ExitCode::Usage,
        Words::new(context.text("lines-refused", &args)).hint(context.say("lines-refused-hint")),
    ))
}
