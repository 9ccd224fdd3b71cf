//! How a source query is described, wrapped as a derived table, narrowed to a scope and run.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::contract::{self, Expect, Present, columns};
use super::read::{self, Fault, Fields};
use super::source::{SourceQueries, SourceQuery};
use super::{FirebirdErp, Idle};
use crate::adapters::firebird::connection::{Column, ColumnKind, Connection, DatabaseError, Value, literal};
use crate::domain::ids::CustomerId;
use crate::domain::receivable::{BadRow, BadValue, Batch};
use crate::ports::erp::{ErpError, QueryProblem, Scope};

/// Firebird allows 1,500; the statement must stay below 60 KB.
const IDS_PER_QUERY: usize = 500;

/// What only documents show of a customer.
const ADDRESS: &[&str] = &["ADDRESS", "DISTRICT", "CITY", "STATE", "POSTAL_CODE"];

/// What only documents show of a boleto. Much text, and blobs cost round trips each; a scan draws nothing.
const ONLY_DRAWN: &[&str] = &[
    "BOLETO_PDF",
    "PIX_CODE",
    "BENEFICIARY_NAME",
    "BENEFICIARY_TAX_ID",
    "INSTRUCTIONS",
];

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

/// What to select and how to narrow it.
#[derive(Default)]
pub(super) struct Narrow<'a> {
    /// Columns of the contract that are not to be fetched.
    pub left_out: &'a [&'a str],
    /// At most so many rows.
    pub first: Option<usize>,
    /// Joins behind `q`.
    pub joins: String,
    /// Conditions, joined by AND.
    pub conditions: Vec<String>,
    /// What the `?` of joins and conditions stand for.
    pub parameters: Vec<Value>,
    /// What `:DUE_FROM` and `:DUE_TO` stand for, where not the scope's dates.
    pub due: Option<(NaiveDate, NaiveDate)>,
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

    /// `column IN (...)` of a query, in parts that the server takes, with what the `?` in each stand for. Ids that the
    /// column cannot hold find nothing.
    pub(super) fn id_conditions(
        &mut self,
        query: &'static str,
        alias: &str,
        name: &str,
        ids: &[&str],
    ) -> Result<Vec<(String, Vec<Value>)>, ErpError> {
        let Some((column, kind)) = self.column(query, alias, name)? else {
            return Ok(Vec::new());
        };
        if let [id] = ids {
            // The same text from customer to customer stays prepared.
            let condition =
                one_id(id, kind, self.dialect).map(|(of, values)| (format!("{column} = {of}"), values));
            return Ok(condition.into_iter().collect());
        }
        let literals: Vec<String> = ids.iter().filter_map(|id| id_literal(id, kind)).collect();
        Ok(literals
            .chunks(IDS_PER_QUERY)
            .map(|part| (format!("{column} IN ({})", part.join(", ")), Vec::new()))
            .collect())
    }

    /// The conditions under which a receivable is open and due within the dates, as far as the database can tell
    /// (numbers and dates kept as text are sorted out by the reader). Null values pass: they are reported. So do, where
    /// `absurd` is wanted, due dates that no receivable has.
    pub(super) fn due_conditions(
        &mut self,
        alias: &str,
        (from, to): (NaiveDate, NaiveDate),
        absurd: bool,
    ) -> Result<Vec<String>, ErpError> {
        let mut conditions = Vec::new();
        if let Some((column, ColumnKind::Date)) = self.column("receivables", alias, "DUE_ON")? {
            // A half-open range, since a TIMESTAMP may carry a time; as text, which suits both types and dialects.
            let end = to.succ_opt().unwrap_or(to);
            // An index serves each side of the ORs.
            let absurd = match absurd {
                true => format!(" OR {}", absurd_due(&column)),
                false => String::new(),
            };
            conditions.push(format!(
                "(({column} >= '{from}' AND {column} < '{end}') OR {column} IS NULL{absurd})"
            ));
        }
        conditions.extend(self.open_condition(alias)?);
        Ok(conditions)
    }

    /// The condition under which a receivable is open, or nobody knows.
    fn open_condition(&mut self, alias: &str) -> Result<Option<String>, ErpError> {
        let column = self.column("receivables", alias, "BALANCE")?;
        Ok(match column {
            Some((column, ColumnKind::Integer | ColumnKind::Number)) => {
                Some(format!("({column} <> 0 OR {column} IS NULL)"))
            }
            _ => None,
        })
    }

    /// How to read the receivables due within the dates, and those open ones whose due date cannot be right. A file
    /// that filters by the dates itself would drop the latter in silence: it is asked for them by their dates.
    fn receivables_due(&mut self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Narrow<'static>>, ErpError> {
        let own_filter = self.queries.get("receivables").names_due_dates();
        let mut narrows = vec![Narrow {
            conditions: self.due_conditions("q", (from, to), !own_filter)?,
            ..Narrow::default()
        }];
        if own_filter && let Some((column, ColumnKind::Date)) = self.column("receivables", "q", "DUE_ON")? {
            let mut conditions = vec![format!("({})", absurd_due(&column))];
            conditions.extend(self.open_condition("q")?);
            let (first, last) = HELD;
            let (earliest, latest) = read::PLAUSIBLE;
            for due in [
                (first, earliest.pred_opt().unwrap_or(first)),
                (latest.succ_opt().unwrap_or(last), last),
            ] {
                narrows.push(Narrow {
                    conditions: conditions.clone(),
                    due: Some(due),
                    ..Narrow::default()
                });
            }
        }
        Ok(narrows)
    }

    /// A join that keeps the rows of `q` whose `key` has an open receivable due within the dates.
    pub(super) fn due_join(
        &mut self,
        query: &'static str,
        key: &'static str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<String, ErpError> {
        let conditions = self.due_conditions("r", (from, to), false)?;
        let (inner, _) = self.needed_column("receivables", "r", key)?;
        let (outer, _) = self.needed_column(query, "q", key)?;
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        let receivables = self.derived("receivables", Some((from, to)));
        Ok(format!(
            " JOIN (SELECT DISTINCT {inner} AS k FROM {receivables} r{filter}) d ON d.k = {outer}"
        ))
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

    /// How to narrow a query to a scope: a statement for each element.
    pub(super) fn narrows(
        &mut self,
        query: &'static str,
        scope: &Scope,
    ) -> Result<Vec<Narrow<'static>>, ErpError> {
        match scope {
            Scope::DueBetween { from, to } => {
                let narrow = match query {
                    "receivables" => return self.receivables_due(*from, *to),
                    "boletos" => Narrow {
                        left_out: ONLY_DRAWN,
                        joins: self.due_join(query, "RECEIVABLE_ID", *from, *to)?,
                        ..Narrow::default()
                    },
                    _ => Narrow {
                        left_out: if query == "customers" { ADDRESS } else { &[] },
                        joins: self.due_join(query, "CUSTOMER_ID", *from, *to)?,
                        ..Narrow::default()
                    },
                };
                Ok(vec![narrow])
            }
            Scope::Customers(ids) => {
                let ids: Vec<&str> = ids.iter().map(CustomerId::as_str).collect();
                let left_out: &[&str] = if query == "boletos" { &["BOLETO_PDF"] } else { &[] };
                if query != "boletos" || self.column("boletos", "q", "CUSTOMER_ID")?.is_some() {
                    let conditions = self.id_conditions(query, "q", "CUSTOMER_ID", &ids)?;
                    let narrow = |(condition, parameters)| Narrow {
                        left_out,
                        conditions: vec![condition],
                        parameters,
                        ..Narrow::default()
                    };
                    return Ok(conditions.into_iter().map(narrow).collect());
                }
                let (inner, _) = self.needed_column("receivables", "r", "RECEIVABLE_ID")?;
                let (outer, _) = self.needed_column("boletos", "q", "RECEIVABLE_ID")?;
                let receivables = self.derived("receivables", None);
                let parts = self.id_conditions("receivables", "r", "CUSTOMER_ID", &ids)?;
                let join = |part: &str| {
                    format!(
                        " JOIN (SELECT DISTINCT {inner} AS k FROM {receivables} r WHERE {part}) d ON d.k = {outer}"
                    )
                };
                let narrow = |(part, parameters): (String, _)| Narrow {
                    left_out,
                    joins: join(&part),
                    parameters,
                    ..Narrow::default()
                };
                Ok(parts.into_iter().map(narrow).collect())
            }
        }
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

/// The condition under which a due date that is there cannot be right: it is read to be reported.
fn absurd_due(column: &str) -> String {
    let (earliest, latest) = read::PLAUSIBLE;
    let end = latest.succ_opt().unwrap_or(latest);
    format!("{column} < '{earliest}' OR {column} >= '{end}'")
}

/// A date that is there.
const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => panic!("not a date"),
    }
}

/// The first and last day that the server can hold.
const HELD: (NaiveDate, NaiveDate) = (day(1, 1, 1), day(9999, 12, 31));

/// What `:DUE_FROM` and `:DUE_TO` stand for where the scope is not about dates. A file may reckon with them
/// (`< :DUE_TO + 1`): it has room to.
const ALL: (NaiveDate, NaiveDate) = (day(100, 1, 1), day(9900, 12, 31));

/// Dates for `:DUE_FROM` and `:DUE_TO` with which a file may reckon; `None` where these are such.
pub(super) fn with_room((from, to): (NaiveDate, NaiveDate)) -> Option<(NaiveDate, NaiveDate)> {
    let inner = (from.max(ALL.0), to.min(ALL.1));
    (inner != (from, to)).then_some(inner)
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

/// One id to compare with a column of this kind: whole numbers as a parameter, wide enough that none is too long for a
/// narrow column.
fn one_id(id: &str, kind: ColumnKind, dialect: i64) -> Option<(String, Vec<Value>)> {
    // Dialect 1 knows no BIGINT.
    if kind == ColumnKind::Integer
        && dialect == 3
        && let Ok(number) = id.parse::<i64>()
    {
        return Some(("CAST(? AS BIGINT)".to_owned(), vec![Value::Int(number)]));
    }
    id_literal(id, kind).map(|literal| (literal, Vec::new()))
}

/// An id to compare with a column of this kind; `None`: the column cannot hold it.
fn id_literal(id: &str, kind: ColumnKind) -> Option<String> {
    match kind {
        ColumnKind::Integer | ColumnKind::Number => {
            let digits = id.strip_prefix('-').unwrap_or(id);
            let number = !digits.is_empty()
                && digits.len() <= 18
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && digits.matches('.').count() <= 1;
            number.then(|| id.to_owned())
        }
        _ => Some(literal(&Value::from(id))),
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
