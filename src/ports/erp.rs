//! Reading the ERP. It is never written to.

use chrono::NaiveDate;

use crate::domain::ids::{BranchId, CustomerId, ReceivableId};
use crate::domain::receivable::{
    BadRow, Batch, BoletoRecord, Branch, Contact, ContractFeature, ContractInstance, Customer, PolicyRow,
    Receivable, SystemDates,
};

/// Which part of the ERP a read is about; the database filters, so that a site with a million titles does not
/// ship them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Receivables with an open balance due from `from` to `to` (both included), and their customers, contacts
    /// and boletos.
    DueBetween {
        /// First due date.
        from: NaiveDate,
        /// Last due date.
        to: NaiveDate,
    },
    /// Everything of these customers, settled receivables included.
    Customers(Vec<CustomerId>),
}

/// The ERP's database. Several workers may read it at once, each through a snapshot of its own.
pub trait Erp: Sync {
    /// Opens one read-only snapshot: all queries of a run see the same instant.
    ///
    /// # Errors
    /// [`ErpError`] when the database cannot be reached.
    fn snapshot(&self) -> Result<Box<dyn ErpSnapshot + '_>, ErpError>;
}

/// One consistent view of the ERP. Rows that cannot be read are in [`Batch::bad`]; an `Err` means that the query
/// as a whole could not be trusted, and the caller must fail closed.
pub trait ErpSnapshot {
    /// Query `system`.
    ///
    /// # Errors
    /// [`ErpError`], also when there is not exactly one row.
    fn system(&mut self) -> Result<SystemDates, ErpError>;
    /// Query `branches`, without logos.
    ///
    /// # Errors
    /// [`ErpError`].
    fn branches(&mut self) -> Result<Batch<Branch>, ErpError>;
    /// Query `contract`.
    ///
    /// # Errors
    /// [`ErpError`].
    fn contract(&mut self) -> Result<Batch<ContractFeature>, ErpError>;
    /// Query `instances`.
    ///
    /// # Errors
    /// [`ErpError`].
    fn instances(&mut self) -> Result<Batch<ContractInstance>, ErpError>;
    /// Query `notice_policy`.
    ///
    /// # Errors
    /// [`ErpError`].
    fn notice_policy(&mut self) -> Result<Batch<PolicyRow>, ErpError>;
    /// Query `customers`; for [`Scope::DueBetween`] without their addresses, which only documents show.
    ///
    /// # Errors
    /// [`ErpError`].
    fn customers(&mut self, scope: &Scope) -> Result<Batch<Customer>, ErpError>;
    /// Query `contacts`, flagged or not.
    ///
    /// # Errors
    /// [`ErpError`].
    fn contacts(&mut self, scope: &Scope) -> Result<Batch<Contact>, ErpError>;
    /// Query `receivables`.
    ///
    /// # Errors
    /// [`ErpError`].
    fn receivables(&mut self, scope: &Scope) -> Result<Batch<Receivable>, ErpError>;
    /// Query `boletos`, without the banks' PDFs; for [`Scope::DueBetween`] also without what only documents show: Pix
    /// code, beneficiary, instructions. Each record is handed to `each` as it comes, since those of a large shop need
    /// not be kept; returns the rows that could not be read.
    ///
    /// # Errors
    /// [`ErpError`]; records may have been handed out before.
    fn boletos_each(
        &mut self,
        scope: &Scope,
        each: &mut dyn FnMut(BoletoRecord),
    ) -> Result<Vec<BadRow>, ErpError>;
    /// All records of [`Self::boletos_each`].
    ///
    /// # Errors
    /// [`ErpError`].
    fn boletos(&mut self, scope: &Scope) -> Result<Batch<BoletoRecord>, ErpError> {
        let mut rows = Vec::new();
        let bad = self.boletos_each(scope, &mut |record| rows.push(record))?;
        Ok(Batch { rows, bad })
    }
    /// Customers whose id, tax id or name contains `text` (case-insensitive), at most `limit`; the very id first. When
    /// there is none and `text` has the digits of a phone: those with a contact whose phone ends in the same eight
    /// digits, however it was typed.
    ///
    /// # Errors
    /// [`ErpError`].
    fn find_customers(&mut self, text: &str, limit: usize) -> Result<Batch<Customer>, ErpError>;
    /// The logo of a branch (PNG bytes as stored).
    ///
    /// # Errors
    /// [`ErpError`].
    fn logo(&mut self, branch: &BranchId) -> Result<Option<Vec<u8>>, ErpError>;
    /// The bank's own PDF of a receivable.
    ///
    /// # Errors
    /// [`ErpError`].
    fn boleto_pdf(
        &mut self,
        customer: &CustomerId,
        receivable: &ReceivableId,
    ) -> Result<Option<Vec<u8>>, ErpError>;
}

/// Why the ERP could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ErpError {
    /// The database itself.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A source query does not keep the contract.
    #[error("query {query}: {problem}")]
    Query {
        /// Name of the query (`receivables`).
        query: String,
        /// File it came from; `None`: the shipped one.
        file: Option<std::path::PathBuf>,
        /// What is wrong. Boxed: it is by far the largest part of any error.
        problem: Box<QueryProblem>,
    },
}

/// How a source query breaks its contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryProblem {
    /// A needed column is not there. `nearest` is one that looks like it.
    #[error("column {column} is missing")]
    MissingColumn {
        /// The column.
        column: String,
        /// What was expected there, in words (`date`, `exact number`).
        expected: String,
        /// A column of the query with a similar name.
        nearest: Option<String>,
    },
    /// A column has a type that cannot hold what is needed.
    #[error("column {column} is {found}, expected {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// What was expected.
        expected: String,
        /// What the database says it is.
        found: String,
    },
    /// The server refused the statement; its own text.
    #[error("{text}")]
    Refused {
        /// The server's text.
        text: String,
        /// Line in the file (1-based) where the server names one.
        line: Option<u32>,
    },
    /// `system` must deliver exactly one row.
    #[error("expected one row, found {found}")]
    RowCount {
        /// How many came.
        found: usize,
    },
    /// The file could not be read or is empty.
    #[error("file cannot be read: {0}")]
    Unreadable(String),
}

/// Why the database did not do as asked; each asks for another remedy. Texts of the server are kept, never
/// values of rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// Nothing listens at the address.
    #[error("no Firebird server at {address}: {detail}")]
    Unreachable {
        /// `host:port`.
        address: String,
        /// The system's text.
        detail: String,
    },
    /// User or password refused.
    #[error("login of {user} refused at {address}: {detail}")]
    LoginFailed {
        /// The user.
        user: String,
        /// `host:port`, or the file for an embedded database.
        address: String,
        /// The server's text.
        detail: String,
    },
    /// The server cannot open the file at its own path.
    #[error("the server at {address} cannot open {path}: {detail}")]
    NoSuchDatabase {
        /// `host:port`.
        address: String,
        /// The path as the server knows it.
        path: String,
        /// The server's text.
        detail: String,
    },
    /// The server only speaks an authentication or encryption that the chosen driver lacks.
    #[error("the driver cannot speak this server's authentication: {detail}")]
    DriverUnsuited {
        /// The server's text.
        detail: String,
    },
    /// fbclient could not be loaded (missing, or 32 bits).
    #[error("client library {library}: {detail}")]
    ClientLibrary {
        /// The library's name or path.
        library: String,
        /// The loader's text.
        detail: String,
    },
    /// The character set is unknown or the text does not fit it.
    #[error("character set: {detail}")]
    Charset {
        /// The server's text.
        detail: String,
    },
    /// The user may not do this.
    #[error("no permission: {detail}")]
    Permission {
        /// The server's text, which names the object.
        detail: String,
    },
    /// The time limit ran out; the connection was closed.
    #[error("no answer within {limit:?} during {during}")]
    TimedOut {
        /// The limit.
        limit: std::time::Duration,
        /// `connect`, or the name of the statement.
        during: String,
    },
    /// The connection broke in mid-work.
    #[error("connection lost: {detail}")]
    ConnectionLost {
        /// The client's text.
        detail: String,
    },
    /// Another transaction holds the row; try again.
    #[error("conflict with another transaction: {detail}")]
    Conflict {
        /// The server's text.
        detail: String,
    },
    /// A unique or primary key stands against it.
    #[error("duplicate key: {detail}")]
    Duplicate {
        /// The server's text.
        detail: String,
    },
    /// The file is in use by another process (embedded).
    #[error("database file in use: {detail}")]
    InUse {
        /// The engine's text.
        detail: String,
    },
    /// Disk full or I/O error on the server.
    #[error("I/O error at the server: {detail}")]
    Io {
        /// The server's text.
        detail: String,
    },
    /// A column of a result is not what the statement's reader expects (or a parameter cannot be sent exactly).
    #[error("column {column}: expected {expected}, found {found}")]
    UnexpectedValue {
        /// Name or position.
        column: String,
        /// What was expected.
        expected: String,
        /// What kind of value came; never the value.
        found: String,
    },
    /// The program was asked to stop during the statement.
    #[error("interrupted")]
    Interrupted,
    /// Anything else: the server's text and SQL code.
    #[error("{detail} (SQLCODE {code})")]
    Other {
        /// SQL code; -1 where unknown.
        code: i32,
        /// The server's text.
        detail: String,
    },
}
