//! How a query is narrowed to a scope: the joins and conditions around its derived table, so that the database filters.

use chrono::NaiveDate;

use super::snapshot::FirebirdSnapshot;
use super::values::PLAUSIBLE;
use crate::adapters::firebird::connection::{ColumnKind, Value, literal};
use crate::domain::ids::CustomerId;
use crate::ports::erp::{ErpError, Scope};

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

impl FirebirdSnapshot<'_> {
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
                self.narrows_of(query, &ids)
            }
        }
    }

    /// The same for some customers. Boletos that do not name theirs are found through their receivables.
    fn narrows_of(&mut self, query: &'static str, ids: &[&str]) -> Result<Vec<Narrow<'static>>, ErpError> {
        let left_out: &[&str] = if query == "boletos" { &["BOLETO_PDF"] } else { &[] };
        if query != "boletos" || self.column("boletos", "q", "CUSTOMER_ID")?.is_some() {
            let conditions = self.id_conditions(query, "q", "CUSTOMER_ID", ids)?;
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
        let parts = self.id_conditions("receivables", "r", "CUSTOMER_ID", ids)?;
        let narrow = |(part, parameters): (String, _)| Narrow {
            left_out,
            joins: format!(
                " JOIN (SELECT DISTINCT {inner} AS k FROM {receivables} r WHERE {part}) d ON d.k = {outer}"
            ),
            parameters,
            ..Narrow::default()
        };
        Ok(parts.into_iter().map(narrow).collect())
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
    fn due_conditions(
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
            let (earliest, latest) = PLAUSIBLE;
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
    fn due_join(
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
}

/// The condition under which a due date that is there cannot be right: it is read to be reported.
fn absurd_due(column: &str) -> String {
    let (earliest, latest) = PLAUSIBLE;
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
pub(super) const ALL: (NaiveDate, NaiveDate) = (day(100, 1, 1), day(9900, 12, 31));

/// Dates for `:DUE_FROM` and `:DUE_TO` with which a file may reckon; `None` where these are such.
pub(super) fn with_room((from, to): (NaiveDate, NaiveDate)) -> Option<(NaiveDate, NaiveDate)> {
    let inner = (from.max(ALL.0), to.min(ALL.1));
    (inner != (from, to)).then_some(inner)
}

/// One id to compare with a column of this kind: whole numbers as a parameter, wide enough that none is too long for a
/// narrow column.
pub(super) fn one_id(id: &str, kind: ColumnKind, dialect: i64) -> Option<(String, Vec<Value>)> {
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
