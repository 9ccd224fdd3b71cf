//! The ERP, read through its source queries. Never written to: every connection runs a read-only transaction.
//!
//! | module | holds |
//! |---|---|
//! | [`source`] | the SQL files: shipped, or a site's own |
//! | [`contract`] | which columns each must deliver |
//! | `read` | values as real databases hold them -> checked values |
//!
//! A query stands as a derived table, so that the database filters: `SELECT ... FROM (<file>) q WHERE ...`. Which
//! columns it has is asked once a snapshot ([`Connection::describe`]); money is selected through a CAST to text and so
//! never meets a float.

pub mod contract;
mod read;
pub mod source;

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::ControlFlow;

use chrono::NaiveDate;

use self::contract::{Expect, Present, columns};
use self::read::{Fault, Fields};
pub use self::source::{SourceQueries, SourceQuery};
use super::connection::{
    ColumnKind, Connection, ConnectionSettings, DatabaseError, Transaction, Value, literal,
};
use crate::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use crate::domain::receivable::{
    BadValue, Batch, BoletoRecord, Branch, Contact, ContractFeature, ContractInstance, Customer, PolicyRow,
    Receivable, SystemDates,
};
use crate::domain::tax_id::TaxId;
use crate::ports::erp::{Erp, ErpError, ErpSnapshot, QueryProblem, Scope};

/// Firebird allows 1,500; the statement must stay below 60 KB.
const IDS_PER_QUERY: usize = 500;

/// The ERP's database and the queries that read it.
#[derive(Debug, Clone)]
pub struct FirebirdErp {
    settings: ConnectionSettings,
    queries: SourceQueries,
}

impl FirebirdErp {
    /// The ERP at `settings`, read through `queries`. Nothing is opened yet.
    pub fn new(settings: ConnectionSettings, queries: SourceQueries) -> Self {
        FirebirdErp { settings, queries }
    }

    /// One view of the ERP, as its own type.
    ///
    /// # Errors
    /// [`ErpError::Database`] when the database cannot be reached.
    pub fn open(&self) -> Result<FirebirdSnapshot<'_>, ErpError> {
        let mut connection = Connection::open(&self.settings)?;
        connection.begin(Transaction::ReadSnapshot)?;
        let dialect = connection.query("SELECT mon$sql_dialect FROM mon$database", &[])?;
        let dialect = dialect.first().map_or(Ok(3), |row| row.int(0))?;
        Ok(FirebirdSnapshot {
            connection,
            queries: &self.queries,
            dialect,
            present: HashMap::new(),
        })
    }
}

impl Erp for FirebirdErp {
    fn snapshot(&self) -> Result<Box<dyn ErpSnapshot + '_>, ErpError> {
        Ok(Box::new(self.open()?))
    }
}

/// One read-only snapshot transaction; it ends when this is dropped.
#[derive(Debug)]
pub struct FirebirdSnapshot<'a> {
    connection: Connection,
    queries: &'a SourceQueries,
    dialect: i64,
    /// What the queries described so far deliver.
    present: HashMap<&'static str, Present>,
}

/// What to select and how to narrow it.
#[derive(Default)]
struct Narrow<'a> {
    /// Columns of the contract that are not to be fetched.
    left_out: &'a [&'a str],
    /// At most so many rows.
    first: Option<usize>,
    /// Joins behind `q`.
    joins: String,
    /// Conditions, joined by AND.
    conditions: Vec<String>,
}

impl<'a> FirebirdSnapshot<'a> {
    /// The queries behind it.
    pub fn queries(&self) -> &'a SourceQueries {
        self.queries
    }

    /// All that is wrong with the columns of a query; an empty list: it keeps the contract.
    ///
    /// # Errors
    /// [`ErpError`] when the server refuses its text.
    pub fn problems(&mut self, query: &'static str) -> Result<Vec<QueryProblem>, ErpError> {
        let described = self.describe(query)?;
        Ok(contract::problems(query, &described))
    }

    fn describe(&mut self, query: &'static str) -> Result<Vec<super::connection::Column>, ErpError> {
        let source = self.queries.get(query);
        let (from, to) = all_dates();
        self.connection
            .describe(&source.sql(from, to, self.dialect))
            .map_err(|error| refused(source, error, true))
    }

    fn present(&mut self, query: &'static str) -> Result<Present, ErpError> {
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
    fn derived(&self, query: &str, due: Option<(NaiveDate, NaiveDate)>) -> String {
        let (from, to) = due.unwrap_or_else(all_dates);
        format!("(\n{}\n)", self.queries.get(query).sql(from, to, self.dialect))
    }

    /// Runs a query and turns its rows into values; rows that cannot be read, and second rows of a key, go to `bad`.
    fn read<T, K: Eq + Hash>(
        &mut self,
        query: &'static str,
        scope: Option<&Scope>,
        narrow: &Narrow<'_>,
        key_columns: &[&'static str],
        row: impl Fn(&Fields<'_>, &mut Vec<Fault>) -> Result<Option<T>, Fault>,
        key: impl Fn(&T) -> K,
    ) -> Result<Batch<T>, ErpError> {
        let present = self.present(query)?;
        let due = match scope {
            Some(Scope::DueBetween { from, to }) => Some((*from, *to)),
            _ => None,
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
        let positions = read::positions(query, &present, narrow.left_out);
        let mut batch = Batch::default();
        let mut seen: HashSet<K> = HashSet::new();
        let mut number = 0_usize;
        let read = self.connection.query_each(&sql, &[], &mut |values| {
            number += 1;
            let fields = Fields {
                query,
                row: &values,
                positions: &positions,
            };
            let mut faults = Vec::new();
            match row(&fields, &mut faults) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    if seen.insert(key(&value)) {
                        batch.rows.push(value);
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
                batch
                    .bad
                    .extend(faults.into_iter().map(|fault| fault.row(query, name.clone())));
            }
            ControlFlow::Continue(())
        });
        read.map_err(|error| refused(self.queries.get(query), error, false))?;
        Ok(batch)
    }

    /// The same for each part of a long list of ids.
    fn read_parts<T, K: Eq + Hash>(
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
    fn column(
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

    /// `column IN (...)` of a query, in parts that the server takes. Ids that the column cannot hold find nothing.
    fn id_conditions(
        &mut self,
        query: &'static str,
        alias: &str,
        name: &str,
        ids: &[&str],
    ) -> Result<Vec<String>, ErpError> {
        let Some((column, kind)) = self.column(query, alias, name)? else {
            return Ok(Vec::new());
        };
        let literals: Vec<String> = ids.iter().filter_map(|id| id_literal(id, kind)).collect();
        Ok(literals
            .chunks(IDS_PER_QUERY)
            .map(|part| format!("{column} IN ({})", part.join(", ")))
            .collect())
    }

    /// The conditions under which a receivable is open and due within the dates, as far as the database can tell
    /// (numbers and dates kept as text are sorted out by the reader). Null values pass: they are reported.
    fn due_conditions(
        &mut self,
        alias: &str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<String>, ErpError> {
        let mut conditions = Vec::new();
        if let Some((column, ColumnKind::Date)) = self.column("receivables", alias, "DUE_ON")? {
            // A half-open range, since a TIMESTAMP may carry a time; as text, which suits both types and dialects.
            let end = to.succ_opt().unwrap_or(to);
            conditions.push(format!(
                "(({column} >= '{from}' AND {column} < '{end}') OR {column} IS NULL)"
            ));
        }
        if let Some((column, ColumnKind::Integer | ColumnKind::Number)) =
            self.column("receivables", alias, "BALANCE")?
        {
            conditions.push(format!("({column} <> 0 OR {column} IS NULL)"));
        }
        Ok(conditions)
    }

    /// A join that keeps the rows of `q` whose `key` has an open receivable due within the dates.
    fn due_join(
        &mut self,
        query: &'static str,
        key: &'static str,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<String, ErpError> {
        let conditions = self.due_conditions("r", from, to)?;
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

    fn needed_column(
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

    /// How to narrow a query of customers' things to a scope.
    fn by_customer<'n>(
        &mut self,
        query: &'static str,
        scope: &Scope,
        left_out: &'n [&'n str],
    ) -> Result<Vec<Narrow<'n>>, ErpError> {
        Ok(match scope {
            Scope::DueBetween { from, to } => {
                let joins = self.due_join(query, "CUSTOMER_ID", *from, *to)?;
                vec![Narrow {
                    left_out,
                    joins,
                    ..Narrow::default()
                }]
            }
            Scope::Customers(ids) => {
                let ids: Vec<&str> = ids.iter().map(CustomerId::as_str).collect();
                let conditions = self.id_conditions(query, "q", "CUSTOMER_ID", &ids)?;
                conditions
                    .into_iter()
                    .map(|condition| Narrow {
                        left_out,
                        conditions: vec![condition],
                        ..Narrow::default()
                    })
                    .collect()
            }
        })
    }

    /// One blob of the first row that fits.
    fn blob(
        &mut self,
        query: &'static str,
        name: &'static str,
        keys: &[(&'static str, &str)],
    ) -> Result<Option<Vec<u8>>, ErpError> {
        let Some((column, _)) = self.column(query, "q", name)? else {
            return Ok(None);
        };
        let mut conditions = Vec::new();
        for (key, id) in keys {
            if let Some((column, kind)) = self.column(query, "q", key)? {
                let Some(literal) = id_literal(id, kind) else {
                    return Ok(None);
                };
                conditions.push(format!("{column} = {literal}"));
            }
        }
        let sql = format!(
            "SELECT FIRST 1 {column} FROM {} q WHERE {} AND {column} IS NOT NULL",
            self.derived(query, None),
            conditions.join(" AND ")
        );
        let rows = self
            .connection
            .query(&sql, &[])
            .map_err(|error| refused(self.queries.get(query), error, false))?;
        Ok(rows.first().and_then(|row| match row.value(0) {
            Some(Value::Bytes(bytes)) if !bytes.is_empty() => Some(bytes.clone()),
            _ => None,
        }))
    }
}

impl ErpSnapshot for FirebirdSnapshot<'_> {
    fn system(&mut self) -> Result<SystemDates, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(SystemDates {
                business_date: f.date("BUSINESS_DATE")?,
                last_closed_date: f.opt_date("LAST_CLOSED_DATE")?,
                last_bank_return: f.opt_date("LAST_BANK_RETURN")?,
            }))
        };
        // Every row counts here: none is a second one of another's key.
        let number = std::cell::Cell::new(0);
        let unique = |_: &SystemDates| number.replace(number.get() + 1);
        let batch = self.read(
            "system",
            None,
            &Narrow::default(),
            &["BUSINESS_DATE"],
            read,
            unique,
        )?;
        let source = self.queries.get("system");
        match (batch.rows.as_slice(), batch.bad.as_slice()) {
            ([only], []) => Ok(*only),
            ([], [bad]) => Err(source.error(QueryProblem::WrongType {
                column: bad.column.clone(),
                expected: Expect::Date.to_string(),
                found: if bad.problem == BadValue::Missing {
                    "null".to_owned()
                } else {
                    bad.value.clone()
                },
            })),
            (rows, bad) => Err(source.error(QueryProblem::RowCount {
                found: rows.len() + bad.len(),
            })),
        }
    }

    fn branches(&mut self) -> Result<Batch<Branch>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            let tax_id = f.text("TAX_ID")?;
            Ok(Some(Branch {
                id: BranchId::new(f.text("BRANCH_ID")?),
                legal_name: f.text("LEGAL_NAME")?,
                trade_name: f.opt_text("TRADE_NAME")?,
                tax_id: TaxId::parse(&tax_id).map_err(|_| f.fault("TAX_ID", BadValue::NotATaxId))?,
                address: f.text("ADDRESS")?,
                district: f.opt_text("DISTRICT")?,
                city: f.text("CITY")?,
                state: f.text("STATE")?,
                postal_code: f.opt_text("POSTAL_CODE")?,
                phone: f.opt_text("PHONE")?,
                email: f.opt_text("EMAIL")?,
                logo: None,
            }))
        };
        let narrow = Narrow {
            left_out: &["LOGO"],
            ..Narrow::default()
        };
        self.read("branches", None, &narrow, &["BRANCH_ID"], read, |row| {
            row.id.clone()
        })
    }

    fn contract(&mut self) -> Result<Batch<ContractFeature>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(ContractFeature {
                feature: f.text("FEATURE")?,
                active: f.opt_flag("ACTIVE")?.unwrap_or(false),
                valid_until: f.opt_date("VALID_UNTIL")?,
            }))
        };
        self.read("contract", None, &Narrow::default(), &["FEATURE"], read, |row| {
            row.feature.clone()
        })
    }

    fn instances(&mut self) -> Result<Batch<ContractInstance>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(ContractInstance {
                instance: InstanceId::new(f.text("INSTANCE")?),
                branch: f.opt_text("BRANCH_ID")?.map(BranchId::new),
                kind: f.opt_text("KIND")?,
                url: f.opt_text("URL")?,
                token: f.opt_text("TOKEN")?,
            }))
        };
        let key = |row: &ContractInstance| (row.instance.clone(), row.branch.clone());
        self.read(
            "instances",
            None,
            &Narrow::default(),
            &["INSTANCE", "BRANCH_ID"],
            read,
            key,
        )
    }

    fn notice_policy(&mut self) -> Result<Batch<PolicyRow>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            let kind = |flag: &'static str, days: &'static str| {
                let notify = f.opt_flag(flag)?.unwrap_or(false);
                // Days are only needed where the kind is on.
                let days = if notify {
                    f.days(days)?
                } else {
                    f.opt_days(days)?.unwrap_or_default()
                };
                Ok::<_, Fault>((notify, days))
            };
            let (notify_upcoming, upcoming_days) = kind("NOTIFY_UPCOMING", "UPCOMING_DAYS")?;
            let (notify_overdue, overdue_days) = kind("NOTIFY_OVERDUE", "OVERDUE_DAYS")?;
            Ok(Some(PolicyRow {
                branch: f.opt_text("BRANCH_ID")?.map(BranchId::new),
                email_configured: f.opt_flag("EMAIL_CONFIGURED")?.unwrap_or(false),
                notify_upcoming,
                upcoming_days,
                notify_overdue,
                overdue_days,
                repeat_every_days: f.opt_count("REPEAT_EVERY_DAYS")?,
                stop_after_days: f.opt_count("STOP_AFTER_DAYS")?,
                min_amount: f.opt_money("MIN_AMOUNT")?,
            }))
        };
        self.read(
            "notice_policy",
            None,
            &Narrow::default(),
            &["BRANCH_ID"],
            read,
            |row| row.branch.clone(),
        )
    }

    fn customers(&mut self, scope: &Scope) -> Result<Batch<Customer>, ErpError> {
        let narrows = self.by_customer("customers", scope, &[])?;
        self.read_parts("customers", scope, narrows, &["CUSTOMER_ID"], customer, |row| {
            row.id.clone()
        })
    }

    fn contacts(&mut self, scope: &Scope) -> Result<Batch<Contact>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(Contact {
                id: ContactId::new(f.text("CONTACT_ID")?),
                customer: CustomerId::new(f.text("CUSTOMER_ID")?),
                // A contact without a name can still be written to; one without a phone is refused by selection,
                // which can tell for whom.
                name: f.opt_text("CONTACT_NAME")?.unwrap_or_default(),
                phone: f.opt_text("PHONE")?.unwrap_or_default(),
                receives_whatsapp: f.opt_flag("RECEIVES_WHATSAPP")?.unwrap_or(false),
            }))
        };
        let narrows = self.by_customer("contacts", scope, &[])?;
        let key = |row: &Contact| (row.customer.clone(), row.id.clone());
        self.read_parts(
            "contacts",
            scope,
            narrows,
            &["CONTACT_ID", "CUSTOMER_ID"],
            read,
            key,
        )
    }

    fn receivables(&mut self, scope: &Scope) -> Result<Batch<Receivable>, ErpError> {
        let narrows = match scope {
            Scope::DueBetween { from, to } => {
                vec![Narrow {
                    conditions: self.due_conditions("q", *from, *to)?,
                    ..Narrow::default()
                }]
            }
            Scope::Customers(_) => self.by_customer("receivables", scope, &[])?,
        };
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            let (due_on, balance) = (f.date("DUE_ON")?, f.money("BALANCE")?);
            // Where the database could not filter (dates or numbers kept as text, sub-cent rests).
            if let Scope::DueBetween { from, to } = scope
                && (!balance.is_positive() || !(*from..=*to).contains(&due_on))
            {
                return Ok(None);
            }
            Ok(Some(Receivable {
                id: ReceivableId::new(f.text("RECEIVABLE_ID")?),
                branch: BranchId::new(f.text("BRANCH_ID")?),
                customer: CustomerId::new(f.text("CUSTOMER_ID")?),
                document: f.text("DOCUMENT")?,
                installment: f.opt_text("INSTALLMENT")?,
                issued_on: f.opt_date("ISSUED_ON")?,
                due_on,
                amount: f.money("AMOUNT")?,
                balance,
                fine_percent: f.opt_percent("FINE_PERCENT")?,
                interest_percent_month: f.opt_percent("INTEREST_PERCENT_MONTH")?,
                excluded_reason: f.opt_text("EXCLUDED_REASON")?,
            }))
        };
        self.read_parts("receivables", scope, narrows, &["RECEIVABLE_ID"], read, |row| {
            row.id.clone()
        })
    }

    fn boletos(&mut self, scope: &Scope) -> Result<Batch<BoletoRecord>, ErpError> {
        let instructions = self.column("boletos", "q", "INSTRUCTIONS")?;
        let by_customer = self.column("boletos", "q", "CUSTOMER_ID")?.is_some();
        let mut left_out = vec!["BOLETO_PDF"];
        let narrows = match scope {
            Scope::DueBetween { from, to } => {
                // Each blob costs round trips, and a scan draws nothing.
                if matches!(instructions, Some((_, ColumnKind::Blob))) {
                    left_out.push("INSTRUCTIONS");
                }
                let joins = self.due_join("boletos", "RECEIVABLE_ID", *from, *to)?;
                vec![Narrow {
                    left_out: &left_out,
                    joins,
                    ..Narrow::default()
                }]
            }
            Scope::Customers(_) if by_customer => self.by_customer("boletos", scope, &left_out)?,
            Scope::Customers(ids) => {
                let ids: Vec<&str> = ids.iter().map(CustomerId::as_str).collect();
                let (inner, _) = self.needed_column("receivables", "r", "RECEIVABLE_ID")?;
                let (outer, _) = self.needed_column("boletos", "q", "RECEIVABLE_ID")?;
                let receivables = self.derived("receivables", None);
                let parts = self.id_conditions("receivables", "r", "CUSTOMER_ID", &ids)?;
                let join = |part: String| {
                    format!(
                        " JOIN (SELECT DISTINCT {inner} AS k FROM {receivables} r WHERE {part}) d ON d.k = {outer}"
                    )
                };
                let narrow = |part| Narrow {
                    left_out: &left_out,
                    joins: join(part),
                    ..Narrow::default()
                };
                parts.into_iter().map(narrow).collect()
            }
        };
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            // Sending finds boletos by this column where it is there: one without it would be lost in silence.
            if by_customer {
                f.text("CUSTOMER_ID")?;
            }
            Ok(Some(BoletoRecord {
                receivable: Some(ReceivableId::new(f.text("RECEIVABLE_ID")?)),
                bank_code: f.opt_text("BANK_CODE")?,
                agency: f.opt_text("AGENCY")?,
                account: f.opt_text("ACCOUNT")?,
                wallet: f.opt_text("WALLET")?,
                our_number: f.opt_text("OUR_NUMBER")?,
                barcode: f.opt_text("BARCODE")?,
                digitable_line: f.opt_text("DIGITABLE_LINE")?,
                pix_code: f.opt_text("PIX_CODE")?,
                beneficiary_name: f.opt_text("BENEFICIARY_NAME")?,
                beneficiary_tax_id: f.opt_text("BENEFICIARY_TAX_ID")?,
                payable_until: f.opt_date("PAYABLE_UNTIL")?,
                pdf: None,
                instructions: f.opt_text("INSTRUCTIONS")?,
            }))
        };
        self.read_parts("boletos", scope, narrows, &["RECEIVABLE_ID"], read, |row| {
            row.receivable.clone()
        })
    }

    fn find_customers(&mut self, text: &str, limit: usize) -> Result<Batch<Customer>, ErpError> {
        let text = text.trim();
        let key = |row: &Customer| row.id.clone();
        let mut found = Batch::default();
        let limit = limit.max(1);
        // The very id first: `12` means customer 12, whoever else has a 12 somewhere.
        for condition in self.id_conditions("customers", "q", "CUSTOMER_ID", &[text])? {
            let narrow = Narrow {
                first: Some(limit),
                conditions: vec![condition],
                ..Narrow::default()
            };
            found = self.read("customers", None, &narrow, &["CUSTOMER_ID"], customer, key)?;
        }
        if text.is_empty() {
            return Ok(found);
        }
        let wanted = literal(&Value::from(text));
        let mut anywhere = Vec::new();
        if let Some((id, _)) = self.column("customers", "q", "CUSTOMER_ID")? {
            anywhere.push(format!("CAST({id} AS VARCHAR(80)) CONTAINING {wanted}"));
        }
        if let Some((name, _)) = self.column("customers", "q", "NAME")? {
            anywhere.push(format!("{name} CONTAINING {wanted}"));
        }
        // With or without punctuation, here as there.
        let plain: String = text
            .chars()
            .filter(|c| !matches!(c, '.' | '/' | '-' | ' '))
            .collect();
        if let Some((tax_id, _)) = self.column("customers", "q", "TAX_ID")?
            && plain.len() >= 3
            && plain.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            let bare = ['.', '/', '-']
                .iter()
                .fold(format!("CAST({tax_id} AS VARCHAR(80))"), |sql, mark| {
                    format!("REPLACE({sql}, '{mark}', '')")
                });
            anywhere.push(format!("{bare} CONTAINING {}", literal(&Value::from(plain))));
        }
        let condition = format!("({})", anywhere.join(" OR "));
        let narrow = Narrow {
            first: Some(limit),
            conditions: vec![condition],
            ..Narrow::default()
        };
        let more = self.read("customers", None, &narrow, &["CUSTOMER_ID"], customer, key)?;
        for row in more.rows {
            if found.rows.len() < limit && found.rows.iter().all(|known| known.id != row.id) {
                found.rows.push(row);
            }
        }
        found.bad.extend(more.bad);
        Ok(found)
    }

    fn logo(&mut self, branch: &BranchId) -> Result<Option<Vec<u8>>, ErpError> {
        self.blob("branches", "LOGO", &[("BRANCH_ID", branch.as_str())])
    }

    fn boleto_pdf(
        &mut self,
        customer: &CustomerId,
        receivable: &ReceivableId,
    ) -> Result<Option<Vec<u8>>, ErpError> {
        let keys = [
            ("RECEIVABLE_ID", receivable.as_str()),
            ("CUSTOMER_ID", customer.as_str()),
        ];
        self.blob("boletos", "BOLETO_PDF", &keys)
    }
}

/// An unreadable tax id is reported, but the customer stays: it is only printed.
fn customer(f: &Fields<'_>, faults: &mut Vec<Fault>) -> Result<Option<Customer>, Fault> {
    let tax_id = match f.opt_text("TAX_ID") {
        // Zeros are what ERPs write for "none".
        Ok(Some(text)) if text.chars().any(|c| c.is_ascii_digit() && c != '0') => match TaxId::parse(&text) {
            Ok(tax_id) => Some(tax_id),
            Err(_) => {
                faults.push(f.fault("TAX_ID", BadValue::NotATaxId));
                None
            }
        },
        Ok(_) => None,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    Ok(Some(Customer {
        id: CustomerId::new(f.text("CUSTOMER_ID")?),
        name: f.text("NAME")?,
        tax_id,
        address: f.opt_text("ADDRESS")?,
        district: f.opt_text("DISTRICT")?,
        city: f.opt_text("CITY")?,
        state: f.opt_text("STATE")?,
        postal_code: f.opt_text("POSTAL_CODE")?,
        email_notice: f.opt_flag("EMAIL_NOTICE")?.unwrap_or(false),
        blocked: f.opt_flag("BLOCKED")?.unwrap_or(false),
    }))
}

/// What `:DUE_FROM` and `:DUE_TO` stand for where the scope is not about dates.
fn all_dates() -> (NaiveDate, NaiveDate) {
    const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        match NaiveDate::from_ymd_opt(year, month, day) {
            Some(date) => date,
            None => panic!("not a date"),
        }
    }
    const ALL: (NaiveDate, NaiveDate) = (day(1900, 1, 1), day(9000, 12, 31));
    ALL
}

/// The columns to fetch, in the order of the contract. Numbers go through text, so that no digit is lost.
fn select_list(query: &str, present: &Present, left_out: &[&str]) -> String {
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
fn quoted(name: &str) -> String {
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
fn refused(source: &SourceQuery, error: DatabaseError, described: bool) -> ErpError {
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
