//! Database errors in words: the server's text is kept as detail.

use super::Words;
use crate::i18n::{Catalog, Value};
use crate::ports::erp::{DatabaseError, ErpError, QueryProblem};
use crate::ports::outbox::OutboxError;

/// The ERP's database or a source query.
pub fn erp(error: &ErpError, catalog: &Catalog) -> Words {
    match error {
        ErpError::Database(error) => database(error, catalog),
        ErpError::Query { query, file, problem } => {
            let name = match file {
                Some(file) => file.display().to_string(),
                None => catalog.text("query-shipped", &[("query", query.as_str().into())]),
            };
            query_problem(&name, file.is_some(), problem, catalog)
        }
    }
}

fn query_problem(query: &str, own_file: bool, problem: &QueryProblem, catalog: &Catalog) -> Words {
    let query = || ("query", Value::from(query));
    let hint = catalog.say(if own_file {
        "query-hint-file"
    } else {
        "query-hint-shipped"
    });
    match problem {
        QueryProblem::MissingColumn {
            column,
            expected,
            nearest,
        } => {
            let message = catalog.text(
                "query-missing-column",
                &[
                    query(),
                    ("column", column.as_str().into()),
                    ("expected", type_words(expected, catalog).into()),
                ],
            );
            match nearest {
                Some(nearest) => Words::new(message).hint(catalog.text(
                    "query-missing-column-hint",
                    &[
                        ("nearest", nearest.as_str().into()),
                        ("column", column.as_str().into()),
                    ],
                )),
                None => Words::new(message).hint(hint),
            }
        }
        QueryProblem::WrongType {
            column,
            expected,
            found,
        } => Words::new(catalog.text(
            "query-wrong-type",
            &[
                query(),
                ("column", column.as_str().into()),
                ("expected", type_words(expected, catalog).into()),
                ("found", type_words(found, catalog).into()),
            ],
        ))
        .hint(hint),
        QueryProblem::Refused { text, line } => {
            let message = match line {
                Some(line) => catalog.text("query-refused-line", &[query(), ("line", (*line).into())]),
                None => catalog.text("query-refused", &[query()]),
            };
            Words::new(message).detail(text).hint(hint)
        }
        QueryProblem::RowCount { found } => {
            Words::new(catalog.text("query-row-count", &[query(), ("found", (*found).into())])).hint(hint)
        }
        QueryProblem::Unreadable(text) => Words::new(catalog.text("query-unreadable", &[query()]))
            .detail(text)
            .hint(hint),
    }
}

/// What a column is or should be, which the adapter names in English, perhaps with a masked value behind it.
fn type_words(name: &str, catalog: &Catalog) -> String {
    let key = |name: &str| format!("type-{}", name.replace(' ', "-"));
    if catalog.has(&key(name)) {
        return catalog.say(&key(name));
    }
    match name.split_once(' ') {
        Some((kind, value)) if catalog.has(&key(kind)) => format!("{} ({value})", catalog.say(&key(kind))),
        _ => name.to_owned(),
    }
}

/// The server, or the way to it.
pub fn database(error: &DatabaseError, catalog: &Catalog) -> Words {
    let (key, args, detail): (&str, Vec<(&str, Value<'_>)>, Option<&str>) = match error {
        DatabaseError::Unreachable { address, detail } => (
            "database-unreachable",
            vec![("address", address.as_str().into())],
            Some(detail),
        ),
        DatabaseError::LoginFailed {
            user,
            address,
            detail,
        } => (
            "database-login",
            vec![
                ("user", user.as_str().into()),
                ("address", address.as_str().into()),
            ],
            Some(detail),
        ),
        DatabaseError::NoSuchDatabase {
            address,
            path,
            detail,
        } => (
            "database-no-file",
            vec![
                ("address", address.as_str().into()),
                ("path", path.as_str().into()),
            ],
            Some(detail),
        ),
        DatabaseError::DriverUnsuited { detail } => ("database-driver", vec![], Some(detail)),
        DatabaseError::ClientLibrary { library, detail } => (
            "database-library",
            vec![("library", library.as_str().into())],
            Some(detail),
        ),
        DatabaseError::Charset { detail } => ("database-charset", vec![], Some(detail)),
        DatabaseError::Permission { detail } => ("database-permission", vec![], Some(detail)),
        DatabaseError::TimedOut { limit, during } => (
            "database-timeout",
            vec![
                ("seconds", limit.as_secs().max(1).to_string().into()),
                ("during", during.as_str().into()),
            ],
            None,
        ),
        DatabaseError::ConnectionLost { detail } => ("database-lost", vec![], Some(detail)),
        DatabaseError::Conflict { detail } => ("database-conflict", vec![], Some(detail)),
        DatabaseError::Duplicate { detail } => ("database-duplicate", vec![], Some(detail)),
        DatabaseError::InUse { detail } => ("database-in-use", vec![], Some(detail)),
        DatabaseError::Io { detail } => ("database-io", vec![], Some(detail)),
        DatabaseError::UnexpectedValue {
            column,
            expected,
            found,
        } => (
            "database-value",
            vec![
                ("column", column.as_str().into()),
                ("expected", expected.as_str().into()),
                ("found", found.as_str().into()),
            ],
            None,
        ),
        DatabaseError::Interrupted => ("database-interrupted", vec![], None),
        DatabaseError::Other { code, detail } => (
            "database-other",
            vec![("code", code.to_string().into())],
            Some(detail),
        ),
    };
    let words = Words::new(catalog.text(key, &args)).hint(catalog.text(&format!("{key}-hint"), &args));
    match detail {
        Some(detail) => words.detail(detail),
        None => words,
    }
}

/// Our tables.
pub fn outbox(error: &OutboxError, catalog: &Catalog) -> Words {
    let versions = |found: &u32, known: &u32| {
        vec![
            ("found", Value::from(found.to_string())),
            ("known", known.to_string().into()),
        ]
    };
    let (key, args, detail) = match error {
        OutboxError::Database(error) => return database(error, catalog),
        OutboxError::NotInitialised => ("outbox-not-initialised", vec![], None),
        OutboxError::SchemaTooOld { found, known } => ("outbox-too-old", versions(found, known), None),
        OutboxError::SchemaTooNew { found, known } => ("outbox-too-new", versions(found, known), None),
        OutboxError::Dialect1 => ("outbox-dialect-1", vec![], None),
        OutboxError::ClaimTaken => ("outbox-claim-taken", vec![], None),
        OutboxError::Illegal(illegal) => ("outbox-illegal", vec![], Some(illegal.to_string())),
        OutboxError::Corrupt { table, problem } => (
            "outbox-corrupt",
            vec![("table", Value::from(*table))],
            Some(problem.clone()),
        ),
        OutboxError::OutcomeUncertain(detail) => ("outbox-uncertain", vec![], Some(detail.clone())),
    };
    let words = Words::new(catalog.text(key, &args)).hint(catalog.text(&format!("{key}-hint"), &args));
    words.detail(detail.unwrap_or_default())
}
