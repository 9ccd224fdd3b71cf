//! `source check`: does each source query keep its contract on the live database?
//!
//! Every query is looked at, whatever is wrong with the ones before it, so that a site mends all in one go.

use std::path::PathBuf;

use super::connection::DatabaseError;
use super::erp::FirebirdErp;
use super::erp::look::{Look, LookColumn};
use crate::domain::receivable::BadRow;
use crate::ports::erp::{ErpError, QueryProblem};

/// What was found of one query.
#[derive(Debug)]
pub struct Checked {
    /// Name.
    pub query: &'static str,
    /// The site's file; `None`: the shipped one.
    pub file: Option<PathBuf>,
    /// What is wrong with it; empty: it keeps the contract.
    pub problems: Vec<QueryProblem>,
    /// Its columns against the contract; empty where the database refused it.
    pub columns: Vec<LookColumn>,
    /// Its first rows by column, values about people masked, nulls empty; no rows where something is wrong.
    pub sample: Vec<Vec<(&'static str, String)>>,
    /// Values among the first rows that cannot be read.
    pub bad: Vec<BadRow>,
}

/// Looks at all queries, with up to `rows` sample rows of each.
///
/// # Errors
/// [`ErpError::Database`] when the database itself fails: no query is to blame then.
pub fn check(erp: &FirebirdErp, rows: usize) -> Result<Vec<Checked>, ErpError> {
    let mut snapshot = erp.open()?;
    let mut all = Vec::new();
    for source in snapshot.queries().iter() {
        let query = source.name;
        let look = look(snapshot.look(query, rows))?;
        all.push(Checked {
            query,
            file: source.file.clone(),
            problems: look.problems,
            columns: look.columns,
            sample: look.rows,
            bad: look.bad,
        });
    }
    Ok(all)
}

/// What is wrong with this query must not hide what is wrong with the next.
fn look(found: Result<Look, ErpError>) -> Result<Look, ErpError> {
    let problem = match found {
        Err(ErpError::Query { problem, .. }) => *problem,
        // A table that this user may not read, a text that the connection cannot carry: the query's own trouble.
        Err(ErpError::Database(DatabaseError::Permission { detail } | DatabaseError::Charset { detail })) => {
            QueryProblem::Refused {
                text: detail,
                line: None,
            }
        }
        other => return other,
    };
    Ok(Look {
        problems: vec![problem],
        ..Look::default()
    })
}
