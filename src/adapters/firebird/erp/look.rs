//! Looking at a source query on the live database, for `source check`: its columns against the contract, and its first
//! rows, masked.

use std::ops::ControlFlow;

use super::contract::{Expect, Spec, columns, problems};
use super::read::{Fault, Fields, positions};
use super::shown::{masked, shown};
use super::snapshot::{FirebirdSnapshot, refused, select_list};
use crate::adapters::firebird::connection::{DatabaseError, Transaction, Value};
use crate::domain::receivable::BadRow;
use crate::ports::erp::{ErpError, QueryProblem};

/// So many rows are read to see whether the columns hold what they should.
const ROWS: usize = 50;

/// Pictures and PDFs are not fetched to be looked at.
const NOT_FETCHED: &[&str] = &["LOGO", "BOLETO_PDF"];

/// What a query delivers.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The columns of the contract in their order.
    pub columns: Vec<LookColumn>,
    /// What is wrong with them; without rows then.
    pub problems: Vec<QueryProblem>,
    /// The first rows as far as they were asked for, by the columns that were fetched; values about people masked
    /// (digits as 9, letters as x), secrets as `***`, nulls empty.
    pub rows: Vec<Vec<(&'static str, String)>>,
    /// Values among the first rows that cannot be read: the rows would be skipped.
    pub bad: Vec<BadRow>,
}

/// One column of the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookColumn {
    /// Name.
    pub name: &'static str,
    /// What it is read as.
    pub expected: String,
    /// What the query delivers; `None`: nothing.
    pub found: Option<String>,
    /// The query must deliver it.
    pub needed: bool,
}

impl FirebirdSnapshot<'_> {
    /// Rows that this connection has read so far, with an index or without, by table of the user, as the server counts
    /// them. Begins a new snapshot.
    ///
    /// # Errors
    /// [`ErpError`].
    pub fn rows_read(&mut self) -> Result<Vec<(String, i64)>, ErpError> {
        // The monitoring tables are fixed at their first use in a transaction, which was before the query.
        self.connection.commit()?;
        self.connection.begin(Transaction::ReadSnapshot)?;
        let sql = "SELECT TRIM(t.mon$table_name), CAST(SUM(s.mon$record_seq_reads + s.mon$record_idx_reads) AS BIGINT) FROM mon$table_stats t \
                   JOIN mon$record_stats s ON s.mon$stat_id = t.mon$record_stat_id \
                   JOIN mon$attachments a ON a.mon$stat_id = t.mon$stat_id \
                   WHERE a.mon$attachment_id = CURRENT_CONNECTION AND t.mon$table_name NOT STARTING WITH 'RDB$' \
                   AND t.mon$table_name NOT STARTING WITH 'MON$' GROUP BY 1";
        let rows = self.connection.query(sql, &[])?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.text(0)?, row.opt_int(1)?.unwrap_or(0))))
            .collect::<Result<_, DatabaseError>>()?)
    }

    /// Looks at a query: prepares it, holds its columns against the contract, reads its first rows and shows `wanted`
    /// of them.
    ///
    /// # Errors
    /// [`ErpError::Query`] when the server refuses the query, [`ErpError::Database`] when it does not answer.
    pub fn look(&mut self, query: &'static str, wanted: usize) -> Result<Look, ErpError> {
        let described = self.describe(query)?;
        let specs = columns(query);
        let find = |spec: &Spec| {
            described
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(spec.name))
        };
        let mut look = Look {
            columns: specs
                .iter()
                .map(|spec| LookColumn {
                    name: spec.name,
                    expected: spec.expect.to_string(),
                    found: find(spec).map(|column| column.kind.to_string()),
                    needed: spec.needed,
                })
                .collect(),
            problems: problems(query, &described),
            ..Look::default()
        };
        if !look.problems.is_empty() {
            return Ok(look);
        }
        let present = self.present(query)?;
        let places = positions(query, &present, NOT_FETCHED);
        let sql = format!(
            "SELECT FIRST {ROWS} {} FROM {} q",
            select_list(query, &present, NOT_FETCHED),
            self.derived(query, None)
        );
        let mut faults: Vec<(Fault, String)> = Vec::new();
        let mut read = vec![0_usize; specs.len()];
        let mut number = 0;
        let rows = &mut look.rows;
        self.connection
            .query_each(&sql, &[], &mut |values| {
                number += 1;
                let fields = Fields::new(query, values, &places);
                if rows.len() < wanted {
                    let fetched = specs.iter().zip(&places).filter(|(_, place)| place.is_some());
                    rows.push(
                        fetched
                            .map(|(spec, _)| (spec.name, show(spec, fields.value(spec.name))))
                            .collect(),
                    );
                }
                for (spec, read) in specs.iter().zip(&mut read) {
                    match fault(&fields, spec) {
                        Some(fault) => faults.push((fault, format!("#{number}"))),
                        None if *fields.value(spec.name) != Value::Null => *read += 1,
                        None => {}
                    }
                }
                ControlFlow::Continue(())
            })
            .map_err(|error| refused(self.queries.get(query), error, false))?;
        // A column of which nothing can be read is not a matter of a few bad rows: it is another column.
        for ((spec, column), read) in specs.iter().zip(&look.columns).zip(read) {
            let first = faults
                .iter()
                .find(|(fault, _)| fault.column == spec.name && !fault.value.is_empty());
            if let (0, Some((fault, _))) = (read, first) {
                look.problems.push(QueryProblem::WrongType {
                    column: spec.name.to_owned(),
                    expected: spec.expect.to_string(),
                    found: format!("{} {}", column.found.as_deref().unwrap_or_default(), fault.value),
                });
            }
        }
        let another = |fault: &Fault| {
            look.problems.iter().any(
                |problem| matches!(problem, QueryProblem::WrongType { column, .. } if column == fault.column),
            )
        };
        look.bad = faults
            .into_iter()
            .filter(|(fault, _)| !another(fault))
            .map(|(fault, key)| fault.row(query, key))
            .collect();
        Ok(look)
    }
}

/// Whether a value can be read as its column is.
fn fault(fields: &Fields<'_>, spec: &Spec) -> Option<Fault> {
    let name = spec.name;
    match spec.expect {
        Expect::Id if spec.needed => fields.text(name).err(),
        Expect::Id | Expect::Text => fields.opt_text(name).err(),
        Expect::Date if spec.needed => fields.date(name).err(),
        Expect::Date => fields.opt_date(name).err(),
        Expect::Money => fields.opt_money(name).err(),
        Expect::Percent => fields.opt_percent(name).err(),
        Expect::Flag => fields.opt_flag(name).err(),
        Expect::Days => fields.opt_days(name).err(),
        Expect::Count => fields.opt_count(name).err(),
        Expect::Blob => None,
    }
}

/// A value as it may be shown on a screen that others look at from afar. Some ERPs use the CPF as the customer's key.
fn show(spec: &Spec, value: &Value) -> String {
    let shown = shown(spec, value);
    let digits = shown.bytes().filter(u8::is_ascii_digit).count();
    let person = spec.expect == Expect::Id && digits >= 11;
    if person {
        masked(&Value::from(shown.as_str()))
    } else {
        shown
    }
}
