//! TOML's complaints, turned into what a person can act on.

use super::errors::{ConfigProblem, ProblemKind};

/// The quotes of word processors.
const CURLY: [char; 7] = ['“', '”', '„', '‘', '’', '«', '»'];

/// Line of a byte offset, from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

/// Explains the parser's errors, one a line: those that follow from the first on the same line say nothing new.
pub fn explain(text: &str, errors: &[toml::de::Error]) -> Vec<ConfigProblem> {
    let mut problems: Vec<ConfigProblem> = Vec::new();
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start);
        let line = line_of(text, offset);
        if problems.iter().any(|problem| problem.line == Some(line)) {
            continue;
        }
        let source = text.lines().nth(line - 1).unwrap_or_default();
        let mut problem = explain_line(line, source, error.message());
        if let (Some(key), Some(section)) = (&problem.key, section_above(text, line)) {
            // A duplicate section names itself.
            if !source.trim_start().starts_with('[') {
                problem.key = Some(format!("{section}.{key}"));
            }
        }
        problems.push(problem);
    }
    problems.sort_by_key(|problem| problem.line);
    problems
}

/// Adds to syntax errors what is wrong beyond doubt elsewhere in the file, so that one look shows it all. Where the
/// parser lost its way, nothing is; what is missing or contradicts may follow from a line that was not read.
pub fn add_certain(problems: &mut Vec<ConfigProblem>, others: Vec<ConfigProblem>) {
    let lost = |problem: &ConfigProblem| {
        matches!(
            problem.kind,
            ProblemKind::Syntax { .. } | ProblemKind::OpenQuote | ProblemKind::Duplicate
        )
    };
    if problems.iter().any(lost) {
        return;
    }
    let lines: Vec<Option<usize>> = problems.iter().map(|problem| problem.line).collect();
    problems.extend(others.into_iter().filter(|problem| {
        let certain = matches!(
            problem.kind,
            ProblemKind::UnknownKey { .. }
                | ProblemKind::UnknownSection { .. }
                | ProblemKind::WrongType { .. }
                | ProblemKind::BadValue { .. }
                | ProblemKind::OutOfRange { .. }
                | ProblemKind::Backslash { .. }
        );
        certain && !lines.contains(&problem.line)
    }));
    problems.sort_by_key(|problem| problem.line);
}

/// The section in which a line stands.
fn section_above(text: &str, line: usize) -> Option<&str> {
    let above = text.lines().take(line.saturating_sub(1)).collect::<Vec<_>>();
    let header = above
        .into_iter()
        .rev()
        .map(str::trim)
        .find(|line| line.starts_with('['))?;
    header
        .trim_start_matches('[')
        .split(']')
        .next()
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

fn explain_line(line: usize, source: &str, message: &str) -> ConfigProblem {
    let at = |key: Option<&str>, kind| ConfigProblem::at(line, key.map(str::to_owned), kind);
    if message.contains("duplicate key") {
        return at(
            source
                .split('=')
                .next()
                .map(|key| key.trim().trim_matches(['[', ']'])),
            ProblemKind::Duplicate,
        );
    }
    if let Some((key, value)) = source.split_once('=') {
        let (key, value) = (key.trim(), value.trim());
        let is_key = !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
        if is_key {
            let basic = value.starts_with('"') && !value.starts_with("\"\"\"");
            if basic && value.contains('\\') {
                return at(
                    Some(key),
                    ProblemKind::Backslash {
                        suggestion: in_single_quotes(key, value),
                    },
                );
            }
            if value.starts_with(['"', '\'']) && !closes(value) {
                return at(Some(key), ProblemKind::OpenQuote);
            }
            if value.starts_with(CURLY) {
                let plain = value.trim_matches(|c: char| CURLY.contains(&c) || c.is_whitespace());
                return at(
                    Some(key),
                    ProblemKind::CurlyQuotes {
                        suggestion: in_single_quotes(key, plain),
                    },
                );
            }
            if value.starts_with(|c: char| c.is_alphanumeric() || "\\/.%".contains(c)) {
                return at(
                    Some(key),
                    ProblemKind::Unquoted {
                        suggestion: in_single_quotes(key, value),
                    },
                );
            }
        }
    }
    at(
        None,
        ProblemKind::Syntax {
            detail: message.to_owned(),
        },
    )
}

/// The quote that opens `value` is closed in it.
fn closes(value: &str) -> bool {
    let quote = &value[..1];
    value[1..].contains(quote)
}

/// `key = 'value'` as it should stand, from a value in double quotes or none. A secret's value is not repeated,
/// nor one that single quotes cannot hold.
pub fn in_single_quotes(key: &str, source: &str) -> String {
    let secret = ["password", "api_key", "token", "secret", "senha"]
        .iter()
        .any(|word| key.contains(word));
    let value = match source.strip_prefix('"') {
        // Up to the closing quote; a trailing backslash escaped it, so the last quote of the line counts.
        Some(rest) => rest.rfind('"').map_or(rest, |end| &rest[..end]),
        None => source.split('#').next().unwrap_or(source).trim(),
    };
    if secret || value.contains(['\'', '\n']) || value.is_empty() {
        return format!("{key} = '...'");
    }
    // Who doubled some backslashes and not others meant each of them once.
    format!("{key} = '{}'", value.replace("\\\\", "\\"))
}
