//! A new configuration file, as `init` and `demo` write it.

use std::fmt::Write as _;

/// A value of a new file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// TOML as it stands (an inline table, a list).
    Raw(String),
}

impl Literal {
    fn toml(&self) -> String {
        match self {
            Literal::Integer(number) => number.to_string(),
            Literal::Raw(toml) => toml.clone(),
            // Single quotes keep backslashes; what they cannot hold is left to the library.
            Literal::Text(text) if !text.contains('\'') && !text.chars().any(char::is_control) => {
                format!("'{text}'")
            }
            Literal::Text(text) => toml::Value::String(text.clone()).to_string(),
        }
    }
}

/// The text of a file with `[database]` alone; `comment` leads it, line by line.
pub fn new_file(comment: &str, database: &[(&str, Literal)]) -> String {
    new_sections(comment, &[("database", database)])
}

/// The text of a file with several sections.
pub fn new_sections(comment: &str, sections: &[(&str, &[(&str, Literal)])]) -> String {
    let mut out: String = comment
        .lines()
        .map(|line| format!("# {line}\n").replace("#  ", "# "))
        .collect();
    for (name, keys) in sections {
        let _ = write!(out, "\n[{name}]\n");
        for (key, value) in *keys {
            let _ = writeln!(out, "{key} = {}", value.toml());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for path in [
            r"C:\Sidicom\DADOS.FDB",
            "/srv/d'avila/x.fdb",
            "a\"b\\c'd",
            "servidor:dados",
        ] {
            let text = new_file(
                "one\ntwo",
                &[
                    ("path", Literal::Text(path.into())),
                    ("port", Literal::Integer(3051)),
                ],
            );
            let parsed: toml::Table = text.parse().unwrap();
            assert_eq!(parsed["database"]["path"].as_str(), Some(path), "{text}");
            assert_eq!(parsed["database"]["port"].as_integer(), Some(3051));
            assert!(text.starts_with("# one\n# two\n"));
        }
    }
}
