//! The engine: minijinja in strict mode, its errors in terms of the template that a person wrote.

use std::collections::BTreeSet;

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};

use super::MAX_TEXT;

/// What is wrong with a template. Lines count from 1 within the template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be parsed.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Where.
        line: usize,
        /// The engine's words.
        problem: String,
    },
    /// It uses a name that does not exist.
    #[error("line {line}: unknown variable {name}")]
    UnknownVariable {
        /// Where.
        line: usize,
        /// The name as written, such as `creditor.nome`.
        name: String,
    },
    /// It fails while it runs, such as a filter that does not exist or text where a number is needed.
    #[error("line {line}: {problem}")]
    Failed {
        /// Where.
        line: usize,
        /// The engine's words.
        problem: String,
    },
    /// It gives nothing to send.
    #[error("the text is empty")]
    Empty,
    /// It gives more than WhatsApp takes, even with the titles summed up in one line.
    #[error("the text has {length} characters, WhatsApp takes {MAX_TEXT}")]
    TooLong {
        /// In UTF-16 units.
        length: usize,
    },
}

/// Renders a template strictly; blanks around the whole go.
pub(super) fn render(template: &str, context: Value) -> Result<String, TemplateError> {
    // A file written on Windows has breaks that WhatsApp would show as boxes on some phones.
    let template = template.replace("\r\n", "\n");
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    let known = &context;
    let compiled = environment
        .template_from_str(&template)
        .map_err(|error| TemplateError::Syntax {
            line: error.line().unwrap_or(1),
            problem: error.detail().map_or_else(|| error.to_string(), str::to_owned),
        })?;
    // Names at the top level are checked before running, so that one in a branch not taken is found too.
    let undeclared: BTreeSet<String> = compiled.undeclared_variables(false).into_iter().collect();
    if let Some(name) = undeclared
        .into_iter()
        .find(|name| known.get_attr(name).is_ok_and(|v| v.is_undefined()))
    {
        return Err(TemplateError::UnknownVariable {
            line: line_of(&template, &name),
            name,
        });
    }
    let text = compiled.render(&context).map_err(|error| {
        let line = error.line().unwrap_or(1);
        if error.kind() == ErrorKind::UndefinedError {
            let span = error.range().and_then(|range| template.get(range));
            let name = span.map_or_else(|| "?".to_owned(), |span| expression(span).to_owned());
            return TemplateError::UnknownVariable { line, name };
        }
        let problem = error.detail().map_or_else(|| error.to_string(), str::to_owned);
        TemplateError::Failed { line, problem }
    })?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        Err(TemplateError::Empty)
    } else {
        Ok(text)
    }
}

/// The expression within a span of the template, without the braces around it.
fn expression(span: &str) -> &str {
    span.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '%' | '-'))
}

/// The first line that mentions `name` as a word of its own inside a tag.
fn line_of(template: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |at: usize| {
        let before = template[..at].chars().next_back();
        let after = template[at + name.len()..].chars().next();
        !before.is_some_and(|c| is_word(c) || c == '.') && !after.is_some_and(is_word)
    };
    let in_tag = |at: usize| {
        let last = |marks: [&str; 2]| {
            marks
                .into_iter()
                .filter_map(|mark| template[..at].rfind(mark))
                .max()
        };
        last(["{{", "{%"]) > last(["}}", "%}"])
    };
    let found = template
        .match_indices(name)
        .map(|(at, _)| at)
        .find(|at| is_whole(*at) && in_tag(*at));
    found.map_or(1, |at| template[..at].matches('\n').count() + 1)
}
