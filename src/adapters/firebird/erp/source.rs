//! The source queries: shipped, or a site's own.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::adapters::firebird::connection::charset;
use crate::ports::erp::{ErpError, QueryProblem};

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        /// The shipped files: name and text.
        const SHIPPED: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../../../sql/source/", $name, ".sql")))),+
        ];
    };
}

shipped!(
    "system",
    "branches",
    "contract",
    "instances",
    "notice_policy",
    "customers",
    "contacts",
    "receivables",
    "boletos",
);

/// One source query, ready to stand as a derived table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceQuery {
    /// Name, such as `receivables`.
    pub name: &'static str,
    /// The site's file; `None`: the shipped one.
    pub file: Option<PathBuf>,
    /// The SELECT: comments blanked out (lines stay), the final semicolon gone.
    sql: String,
}

/// All source queries of a site.
#[derive(Debug, Clone)]
pub struct SourceQueries {
    queries: Vec<SourceQuery>,
    /// `.sql` files of the site's folder that are no query's: misspelt names, perhaps.
    pub strangers: Vec<PathBuf>,
}

impl SourceQueries {
    /// Reads the site's folder; a file that is not there falls back to the shipped one.
    ///
    /// # Errors
    /// [`ErpError::Query`] when the folder or a file cannot be read, is empty, or is not one statement: the first.
    pub fn load(dir: Option<&Path>) -> Result<Self, ErpError> {
        let (queries, errors) = Self::load_all(dir)?;
        errors.into_iter().next().map_or(Ok(queries), Err)
    }

    /// The same, telling everything that is wrong: the queries (the shipped one stands in for a file that cannot be
    /// used) and an error for each such file.
    ///
    /// # Errors
    /// [`ErpError::Query`] when the folder cannot be read.
    pub fn load_all(dir: Option<&Path>) -> Result<(Self, Vec<ErpError>), ErpError> {
        let strangers = match dir {
            Some(dir) => strangers(dir)?,
            None => Vec::new(),
        };
        let (mut queries, mut errors) = (Vec::with_capacity(SHIPPED.len()), Vec::new());
        for (name, shipped) in SHIPPED {
            let own = dir
                .map(|dir| dir.join(format!("{name}.sql")))
                .filter(|path| path.exists());
            let text = |path: &PathBuf| {
                let bytes =
                    std::fs::read(path).map_err(|error| QueryProblem::Unreadable(error.to_string()))?;
                tidy(&decode(&bytes))
            };
            let problem = |file: Option<PathBuf>, problem| ErpError::Query {
                query: (*name).to_owned(),
                file,
                problem: Box::new(problem),
            };
            let sql = match own.as_ref().map(text) {
                Some(Ok(sql)) => sql,
                read => {
                    if let Some(Err(error)) = read {
                        errors.push(problem(own.clone(), error));
                    }
                    tidy(shipped).map_err(|error| problem(None, error))?
                }
            };
            queries.push(SourceQuery { name, file: own, sql });
        }
        Ok((SourceQueries { queries, strangers }, errors))
    }

    /// The shipped queries with their comments, for `source export`: file name and text.
    pub fn shipped() -> impl Iterator<Item = (String, &'static str)> {
        SHIPPED.iter().map(|(name, text)| (format!("{name}.sql"), *text))
    }

    /// All queries, in the order of the contract.
    pub fn iter(&self) -> impl Iterator<Item = &SourceQuery> {
        self.queries.iter()
    }

    /// The query of this name.
    ///
    /// # Panics
    /// When there is no such query: the names are this crate's own.
    pub fn get(&self, name: &str) -> &SourceQuery {
        let found = self.queries.iter().find(|query| query.name == name);
        found.unwrap_or_else(|| panic!("no source query named {name}"))
    }
}

impl SourceQuery {
    /// Whether the file filters by `:DUE_FROM` or `:DUE_TO` itself.
    pub fn names_due_dates(&self) -> bool {
        let mut rest = self.sql.as_str();
        Tokens(&mut rest).any(|(token, in_code)| {
            in_code
                && [":DUE_FROM", ":DUE_TO"]
                    .iter()
                    .any(|name| token.eq_ignore_ascii_case(name))
        })
    }

    /// The SELECT with `:DUE_FROM` and `:DUE_TO` filled in. `dialect` 1 knows no DATE.
    pub fn sql(&self, from: NaiveDate, to: NaiveDate, dialect: i64) -> String {
        let kind = if dialect == 1 { "TIMESTAMP" } else { "DATE" };
        let mut filled = String::with_capacity(self.sql.len());
        let mut rest = self.sql.as_str();
        for (token, in_code) in Tokens(&mut rest) {
            let date = match token.to_ascii_uppercase().as_str() {
                ":DUE_FROM" if in_code => from,
                ":DUE_TO" if in_code => to,
                _ => {
                    filled.push_str(token);
                    continue;
                }
            };
            filled.push_str(&format!("CAST('{}' AS {kind})", date.format("%Y-%m-%d")));
        }
        filled
    }

    /// The query as an error's subject.
    pub(super) fn error(&self, problem: QueryProblem) -> ErpError {
        ErpError::Query {
            query: self.name.to_owned(),
            file: self.file.clone(),
            problem: Box::new(problem),
        }
    }
}

fn strangers(dir: &Path) -> Result<Vec<PathBuf>, ErpError> {
    let unreadable = |error: std::io::Error| ErpError::Query {
        query: "*".to_owned(),
        file: Some(dir.to_owned()),
        problem: Box::new(QueryProblem::Unreadable(error.to_string())),
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_sql = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("sql"));
        let stem = path.file_stem().unwrap_or_default();
        if is_sql && !SHIPPED.iter().any(|(name, _)| stem == *name) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Files come from Notepad and from ERP tools: UTF-8 with or without BOM, UTF-16, or CP1252.
fn decode(bytes: &[u8]) -> String {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xFF, 0xFE, ..] => utf16(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => utf16(u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            std::str::from_utf8(bytes).map_or_else(|_| charset::ansi(bytes), str::to_owned)
        }
    }
}

/// Blanks out comments (a trailing `--` would swallow the wrapping; their letters need not fit the connection's
/// character set) but keeps the lines, takes the final semicolon away, and refuses a second statement.
fn tidy(text: &str) -> Result<String, QueryProblem> {
    let mut sql = String::with_capacity(text.len());
    let mut ended = false;
    let mut rest = text;
    for (token, in_code) in Tokens(&mut rest) {
        if !in_code && (token.starts_with("--") || token.starts_with("/*")) {
            sql.push(' ');
            sql.extend(token.chars().filter(|c| *c == '\n'));
        } else if in_code && token == ";" {
            ended = true;
        } else {
            if ended && !token.trim().is_empty() {
                let line = u32::try_from(sql.matches('\n').count() + 1).ok();
                return Err(QueryProblem::Refused {
                    text: "more than one statement".to_owned(),
                    line,
                });
            }
            sql.push_str(token);
        }
    }
    if sql.trim().is_empty() {
        return Err(QueryProblem::Unreadable("no SELECT in it".to_owned()));
    }
    sql.truncate(sql.trim_end().len());
    Ok(sql)
}

/// Cuts SQL into pieces: quoted texts and comments whole (`false`), `:names`, `;` and all else (`true`).
struct Tokens<'a, 'b>(&'b mut &'a str);

impl<'a> Iterator for Tokens<'a, '_> {
    type Item = (&'a str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let text = *self.0;
        let first = text.chars().next()?;
        let until = |needle: &str, from: usize| {
            text[from..]
                .find(needle)
                .map_or(text.len(), |at| from + at + needle.len())
        };
        let name = |from: usize| {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            text[from..]
                .find(|c| !is_name(c))
                .map_or(text.len(), |at| from + at)
        };
        let (end, in_code) = match first {
            // A doubled quote inside a text ends one piece and begins the next: the same in the end.
            '\'' => (until("'", 1), false),
            '"' => (until("\"", 1), false),
            // The end of the line is not part of the comment.
            '-' if text.starts_with("--") => (text.find('\n').unwrap_or(text.len()), false),
            '/' if text.starts_with("/*") => (until("*/", 2), false),
            ':' => (name(1), true),
            ';' => (1, true),
            _ => {
                let special = |(at, c): &(usize, char)| {
                    *at > 0
                        && (matches!(c, '\'' | '"' | ':' | ';')
                            || (*c == '-' && text[*at..].starts_with("--"))
                            || (*c == '/' && text[*at..].starts_with("/*")))
                };
                (
                    text.char_indices().find(special).map_or(text.len(), |(at, _)| at),
                    true,
                )
            }
        };
        let (token, rest) = text.split_at(end);
        *self.0 = rest;
        Some((token, in_code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn trailing_comments_and_semicolons_do_not_break_the_wrap() {
        assert_eq!(
            tidy("SELECT 1 AS A FROM T; -- fim").unwrap(),
            "SELECT 1 AS A FROM T"
        );
        assert_eq!(
            tidy("SELECT 1 /* a;\nb */ AS A\nFROM T --").unwrap(),
            "SELECT 1  \n AS A\nFROM T"
        );
        assert_eq!(
            tidy("SELECT ';--' AS \"/*\" FROM T;;\n").unwrap(),
            "SELECT ';--' AS \"/*\" FROM T"
        );
        assert_eq!(
            tidy("SELECT 'it''s;' AS A FROM T").unwrap(),
            "SELECT 'it''s;' AS A FROM T"
        );
    }

    #[test]
    fn what_cannot_be_one_select_is_refused() {
        assert_eq!(
            tidy("SELECT 1 FROM A;\nDELETE FROM B"),
            Err(QueryProblem::Refused {
                text: "more than one statement".to_owned(),
                line: Some(1)
            })
        );
        assert!(matches!(tidy(" -- nothing\n"), Err(QueryProblem::Unreadable(_))));
    }

    #[test]
    fn due_dates_are_filled_in_where_the_file_names_them() {
        let sql =
            "SELECT ':DUE_TO' AS A FROM T WHERE D BETWEEN :due_from AND :DUE_TO AND X = :DUE_TOO".to_owned();
        let query = SourceQuery {
            name: "receivables",
            file: None,
            sql,
        };
        assert_eq!(
            query.sql(day("2026-01-02"), day("2026-03-04"), 3),
            "SELECT ':DUE_TO' AS A FROM T WHERE D BETWEEN CAST('2026-01-02' AS DATE) AND CAST('2026-03-04' AS DATE) \
             AND X = :DUE_TOO"
        );
        assert!(
            query
                .sql(day("2026-01-02"), day("2026-03-04"), 1)
                .contains("AS TIMESTAMP")
        );
    }

    #[test]
    fn files_of_any_windows_editor() {
        let utf16 =
            |unit: fn(u16) -> [u8; 2]| "\u{feff}ação".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        for bytes in [
            "ação".as_bytes().to_vec(),
            "\u{feff}ação".as_bytes().to_vec(),
            b"a\xE7\xE3o".to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes), "ação", "{bytes:?}");
        }
        assert_eq!(decode(b""), "");
    }

    #[test]
    fn a_sites_file_wins_and_the_rest_falls_back() {
        let dir = tempfile::tempdir().unwrap();
        // As an old Windows editor writes it.
        std::fs::write(
            dir.path().join("contract.sql"),
            b"SELECT 'x' AS FEATURE -- contrata\xE7\xE3o\nFROM T;",
        )
        .unwrap();
        std::fs::write(dir.path().join("recievables.sql"), "SELECT 1 AS A FROM T").unwrap();
        let queries = SourceQueries::load(Some(dir.path())).unwrap();
        assert_eq!(queries.get("contract").sql, "SELECT 'x' AS FEATURE  \nFROM T");
        assert!(queries.get("contract").file.is_some());
        assert!(queries.get("receivables").file.is_none());
        assert_eq!(queries.strangers.len(), 1);
        assert!(SourceQueries::load(Some(&dir.path().join("nowhere"))).is_err());
    }
}
