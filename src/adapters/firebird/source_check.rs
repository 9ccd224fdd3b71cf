//! `source check`: does each source query keep its contract on the live database?
//!
//! Every query is looked at, whatever is wrong with the ones before it, so that a site mends all in one go.

use std::path::PathBuf;

use super::erp::FirebirdErp;
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
    /// Its first rows by column, values about people masked; empty where something is wrong.
    pub sample: Vec<Vec<(&'static str, String)>>,
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
        let problems = of_query(snapshot.problems(query))?;
        let (problems, sample) = if problems.is_empty() {
            match snapshot.sample(query, rows) {
                Ok(sample) => (problems, sample),
                Err(error) => (of_query(Err(error))?, Vec::new()),
            }
        } else {
            (problems, Vec::new())
        };
        all.push(Checked {
            query,
            file: source.file.clone(),
            problems,
            sample,
        });
    }
    Ok(all)
}

fn of_query(found: Result<Vec<QueryProblem>, ErpError>) -> Result<Vec<QueryProblem>, ErpError> {
    match found {
        Err(ErpError::Query { problem, .. }) => Ok(vec![*problem]),
        other => other,
    }
}
