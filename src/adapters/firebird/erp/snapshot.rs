//! How a source query is described, wrapped as a derived table and run.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::contract::{self, Expect, Present, columns};
use super::narrow::{ALL, Narrow, one_id};
use super::read::{self, Fault, Fields};
use super::source::{SourceQueries, SourceQuery};
use super::{FirebirdErp, Idle};
use crate::adapters::firebird::connection::{Column, ColumnKind, Connection, DatabaseError, Value};
use crate::domain::receivable::{BadRow, BadValue, Batch};
use crate::ports::erp::{ErpError, QueryProblem, Scope};

/// One read-only snapshot transaction; it ends when this is dropped.
#[derive(Debug)]
pub struct FirebirdSnapshot<'a> {
    pub(super) connection: Connection,
    pub(super) erp: &'a FirebirdErp,
    pub(super) queries: &'a SourceQueries,
    pub(super) dialect: i64,
    /// What the queries described so far deliver.
    pub(super) present: HashMap<&'static str, Present>,
}

impl Drop for FirebirdSnapshot<'_> {
    fn drop(&mut self) {
        self.erp.take_back(Idle {
            connection: self.connection.take(),
            dialect: self.dialect,
            present: std::mem::take(&mut self.present),
        });
    }
}

impl<'a> FirebirdSnapshot<'a> {
    /// The queries behind it.
    pub fn queries(&self) -> &'a SourceQueries {
        self.queries
    }

    pub(super) fn describe(&mut self, query: &'static str) -> Result<Vec<Column>, ErpError> {
        let source = self.queries.get(query);
        let (from, to) = ALL;
        self.connection
            .describe(&source.sql(from, to, self.dialect))
            .map_err(|error| refused(source, error, true))
    }

    pub(super) fn present(&mut self, query: &'static str) -> Result<Present, ErpError> {
        if let Some(present) = self.present.get(query) {
            return Ok(present.clone());
        }
        let described = self.describe(query)?;
        let source = self.queries.get(query);
        let present = contract::hold(query, &described).map_err(|problem| source.error(problem))?;
        self.present.insert(query, present.clone());
        Ok(present)
    }

    /// The derived table of a query. `due`: what `:DUE_FROM` and `:DUE_TO` stand for.
    pub(super) fn derived(&self, query: &str, due: Option<(NaiveDate, NaiveDate)>) -> String {
        let (from, to) = due.unwrap_or(ALL);
        format!("(\n{}\n)", self.queries.get(query).sql(from, to, self.dialect))
    }

    /// Runs a query and turns its rows into values; rows that cannot be read, and second rows of a key, go to `bad`.
    pub(super) fn read<T, K: Eq + Hash>(
        &mut self,
        query: &'static str,
        scope: Option<&Scope>,
        narrow: &Narrow<'_>,
        key_columns: &[&'static str],
        row: impl Fn(&Fields<'_>, &mut Vec<Fault>) -> Result<Option<T>, Fault>,
        key: impl Fn(&T) -> K,
    ) -> Result<Batch<T>, ErpError> {
        let mut rows = Vec::new();
        let bad = self.read_each(query, scope, narrow, key_columns, row, key, &mut |value| {
            rows.push(value);
        })?;
        Ok(Batch { rows, bad })
    }

    /// The same, each value handed out as it comes; returns the rows that cannot be read.
    #[expect(
        clippy::too_many_arguments,
        reason = "private; two of them are what `read` adds nothing to"
    )]
    pub(super) fn read_each<T, K: Eq + Hash>(
        &mut self,
        query: &'static str,
        scope: Option<&Scope>,
        narrow: &Narrow<'_>,
        key_columns: &[&'static str],
        row: impl Fn(&Fields<'_>, &mut Vec<Fault>) -> Result<Option<T>, Fault>,
        key: impl Fn(&T) -> K,
        each: &mut dyn FnMut(T),
    ) -> Result<Vec<BadRow>, ErpError> {
        let sql = self.select(query, scope, narrow)?;
        let present = self.present(query)?;
        let positions = read::positions(query, &present, narrow.left_out);
        let mut bad = Vec::new();
        let mut seen: HashSet<K> = HashSet::new();
        let mut number = 0_usize;
        let mut faults = Vec::new();
        let read = self
            .connection
            .query_each(&sql, &narrow.parameters, &mut |values| {
                number += 1;
                let fields = Fields::new(query, values, &positions);
                match row(&fields, &mut faults) {
                    Ok(None) => {}
                    Ok(Some(value)) => {
                        if seen.insert(key(&value)) {
                            each(value);
                        } else {
                            faults.push(fields.fault(key_columns[0], BadValue::Duplicate));
                        }
                    }
                    Err(fault) => faults.push(fault),
                }
                if !faults.is_empty() {
                    let mut name = fields.key(key_columns);
                    if name.is_empty() {
                        name = format!("#{number}");
                    }
                    bad.extend(faults.drain(..).map(|fault| fault.row(query, name.clone())));
                }
                ControlFlow::Continue(())
            });
        read.map_err(|error| refused(self.queries.get(query), error, false))?;
        Ok(bad)
    }

    /// The statement that reads a query.
    fn select(
        &mut self,
        query: &'static str,
        scope: Option<&Scope>,
        narrow: &Narrow<'_>,
    ) -> Result<String, ErpError> {
        let present = self.present(query)?;
        let due = match scope {
            Some(Scope::DueBetween { from, to }) => narrow.due.or(Some((*from, *to))),
            _ => narrow.due,
        };
        let mut sql = String::from("SELECT ");
        if let Some(first) = narrow.first {
            sql.push_str(&format!("FIRST {first} "));
        }
        sql.push_str(&select_list(query, &present, narrow.left_out));
        sql.push_str(&format!(" FROM {} q{}", self.derived(query, due), narrow.joins));
        if !narrow.conditions.is_empty() {
            sql.push_str(&format!(" WHERE {}", narrow.conditions.join(" AND ")));
        }
        Ok(sql)
    }

    /// The same for each part of a long list of ids.
    pub(super) fn read_parts<T, K: Eq + Hash>(
        &mut self,
        query: &'static str,
        scope: &Scope,
        narrows: Vec<Narrow<'_>>,
        key_columns: &[&'static str],
        row: impl Fn(&Fields<'_>, &mut Vec<Fault>) -> Result<Option<T>, Fault>,
        key: impl Fn(&T) -> K,
    ) -> Result<Batch<T>, ErpError> {
        let mut all = Batch::default();
        for narrow in narrows {
            let part = self.read(query, Some(scope), &narrow, key_columns, &row, &key)?;
            all.rows.extend(part.rows);
            all.bad.extend(part.bad);
        }
        Ok(all)
    }

    /// The column of a query as SQL names it, behind an alias; `None` where the query lacks it.
    pub(super) fn column(
        &mut self,
        query: &'static str,
        alias: &str,
        name: &str,
    ) -> Result<Option<(String, ColumnKind)>, ErpError> {
        let present = self.present(query)?;
        let at = columns(query).iter().position(|spec| spec.name == name);
        let column = at.and_then(|at| present[at].as_ref());
        Ok(column.map(|column| (format!("{alias}.{}", quoted(&column.name)), column.kind)))
    }

    pub(super) fn needed_column(
        &mut self,
        query: &'static str,
        alias: &str,
        name: &'static str,
    ) -> Result<(String, ColumnKind), ErpError> {
        self.column(query, alias, name)?.ok_or_else(|| {
            self.queries.get(query).error(QueryProblem::MissingColumn {
                column: name.to_owned(),
                expected: Expect::Id.to_string(),
                nearest: None,
            })
        })
    }

    /// The statements that read a scope, in the order in which a scan runs them: to look at their plans, or to measure
    /// against.
    ///
    /// # Errors
    /// [`ErpError`].
    pub fn statements(&mut self, scope: &Scope) -> Result<Vec<String>, ErpError> {
        let mut statements = Vec::new();
        for query in ["receivables", "boletos", "customers", "contacts"] {
            for narrow in self.narrows(query, scope)? {
                statements.push(self.select(query, Some(scope), &narrow)?);
            }
        }
        Ok(statements)
    }

    /// One blob of the first row that fits.
    pub(super) fn blob(
        &mut self,
        query: &'static str,
        name: &'static str,
        keys: &[(&'static str, &str)],
    ) -> Result<Option<Vec<u8>>, ErpError> {
        let Some((column, _)) = self.column(query, "q", name)? else {
            return Ok(None);
        };
        let (mut conditions, mut parameters) = (Vec::new(), Vec::new());
        for (key, id) in keys {
            if let Some((column, kind)) = self.column(query, "q", key)? {
                let Some((of, values)) = one_id(id, kind, self.dialect) else {
                    return Ok(None);
                };
                conditions.push(format!("{column} = {of}"));
                parameters.extend(values);
            }
        }
        let sql = format!(
            "SELECT FIRST 1 {column} FROM {} q WHERE {} AND {column} IS NOT NULL",
            self.derived(query, None),
            conditions.join(" AND ")
        );
        let rows = self
            .connection
            .query(&sql, &parameters)
            .map_err(|error| refused(self.queries.get(query), error, false))?;
        Ok(rows.first().and_then(|row| match row.value(0) {
            Some(Value::Bytes(bytes)) if !bytes.is_empty() => Some(bytes.clone()),
            _ => None,
        }))
    }
}

/// The columns to fetch, in the order of the contract. Numbers go through text, so that no digit is lost.
pub(super) fn select_list(query: &str, present: &Present, left_out: &[&str]) -> String {
    let mut list = Vec::new();
    for (spec, column) in columns(query).iter().zip(present) {
        let Some(column) = column.as_ref().filter(|_| !left_out.contains(&spec.name)) else {
            continue;
        };
        let name = format!("q.{}", quoted(&column.name));
        let exact = matches!(spec.expect, Expect::Money | Expect::Percent) && column.kind != ColumnKind::Text;
        list.push(if exact || column.kind == ColumnKind::Number {
            format!("CAST({name} AS VARCHAR(60))")
        } else {
            name
        });
    }
    list.join(", ")
}

/// A column name as SQL takes it; quoted only where need be (dialect 1 knows no quoted names).
pub(super) fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'$');
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// The server's refusal, with the line of the file. `described`: the query stood alone, its text begins at line 2.
pub(super) fn refused(source: &SourceQuery, error: DatabaseError, described: bool) -> ErpError {
    match error {
        DatabaseError::Other { detail, .. } => {
            let line = if described {
                line(&detail).and_then(|line| line.checked_sub(1))
            } else {
                None
            };
            source.error(QueryProblem::Refused {
                text: detail,
                line: line.filter(|line| *line > 0),
            })
        }
        other => ErpError::Database(other),
    }
}

/// `... line 3, column 12 ...`
fn line(detail: &str) -> Option<u32> {
    let after = detail
        .to_ascii_lowercase()
        .rfind("line ")
        .map(|at| at + "line ".len())?;
    let digits: String = detail[after..].chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
