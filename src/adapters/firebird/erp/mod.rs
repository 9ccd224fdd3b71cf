//! The ERP, read through its source queries. Never written to: every connection runs a read-only transaction.
//!
//! | module | holds |
//! |---|---|
//! | [`source`] | the SQL files: shipped, or a site's own |
//! | [`contract`] | which columns each must deliver |
//! | `snapshot` | how a query is described, wrapped, narrowed and run |
//! | [`indexes`] | which tables are read as a whole, and the index that is missing |
//! | `rows` | each query's rows -> values of the domain |
//! | `read` | single values as real databases hold them -> checked values |
//!
//! A query stands as a derived table, so that the database filters: `SELECT ... FROM (<file>) q WHERE ...`. Which
//! columns it has is asked once a snapshot ([`Connection::describe`]); money is selected through a CAST to text and so
//! never meets a float.

pub mod contract;
pub mod indexes;
pub mod look;
mod read;
mod rows;
mod snapshot;
pub mod source;

use std::collections::HashMap;

pub use self::snapshot::FirebirdSnapshot;
pub use self::source::{SourceQueries, SourceQuery};
use super::connection::{Connection, ConnectionSettings, Transaction};
use crate::ports::erp::{Erp, ErpError, ErpSnapshot};

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
