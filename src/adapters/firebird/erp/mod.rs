//! The ERP, read through its source queries. Never written to: every connection runs a read-only transaction.
//!
//! | module | holds |
//! |---|---|
//! | [`source`] | the SQL files: shipped, or a site's own |
//! | [`contract`] | which columns each must deliver |
//! | `snapshot` | how a query is described, wrapped and run |
//! | `narrow` | the joins and conditions that narrow it to a scope |
//! | [`indexes`] | which tables are read as a whole, and the index that is missing |
//! | `rows` | each query's rows -> values of the domain |
//! | `find` | the customer that an operator means |
//! | `read` | one row, by the names of its query's contract |
//! | `values` | single values as real databases hold them -> checked values |
//! | `shown` | what people get to see of a value |
//! | [`look`] | a query looked at for `source check`: its columns, its first rows masked |
//!
//! A query stands as a derived table, so that the database filters: `SELECT ... FROM (<file>) q WHERE ...`. Which
//! columns it has is asked once a snapshot ([`Connection::describe`]); money is selected through a CAST to text and so
//! never meets a float.

pub mod contract;
mod find;
pub mod indexes;
pub mod look;
mod narrow;
mod read;
mod rows;
mod shown;
mod snapshot;
pub mod source;
mod values;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use self::contract::Present;
pub use self::snapshot::FirebirdSnapshot;
pub use self::source::{SourceQueries, SourceQuery};
use super::connection::{Connection, ConnectionSettings, Transaction};
use crate::ports::erp::{Erp, ErpError, ErpSnapshot};

/// The ERP's database and the queries that read it. Connections are kept from one snapshot to the next, with what is
/// known of the queries' columns: `send` opens a snapshot for each notice, and connecting costs more than reading one
/// customer.
#[derive(Debug)]
pub struct FirebirdErp {
    settings: ConnectionSettings,
    queries: SourceQueries,
    idle: Mutex<Vec<Idle>>,
}

/// A connection between two snapshots.
#[derive(Debug)]
struct Idle {
    connection: Connection,
    dialect: i64,
    present: HashMap<&'static str, Present>,
}

impl FirebirdErp {
    /// The ERP at `settings`, read through `queries`. Nothing is opened yet.
    pub fn new(settings: ConnectionSettings, queries: SourceQueries) -> Self {
        FirebirdErp {
            settings,
            queries,
            idle: Mutex::default(),
        }
    }

    /// One view of the ERP, as its own type.
    ///
    /// # Errors
    /// [`ErpError::Database`] when the database cannot be reached.
    pub fn open(&self) -> Result<FirebirdSnapshot<'_>, ErpError> {
        let Idle {
            connection,
            dialect,
            present,
        } = self.connected()?;
        Ok(FirebirdSnapshot {
            connection,
            erp: self,
            queries: &self.queries,
            dialect,
            present,
        })
    }

    /// A connection with its snapshot begun: an idle one, when it still lives.
    fn connected(&self) -> Result<Idle, ErpError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut idle) = idle
            && idle.connection.begin(Transaction::ReadSnapshot).is_ok()
        {
            return Ok(idle);
        }
        let mut connection = Connection::open(&self.settings)?;
        connection.begin(Transaction::ReadSnapshot)?;
        let dialect = connection.query("SELECT mon$sql_dialect FROM mon$database", &[])?;
        let dialect = dialect.first().map_or(Ok(3), |row| row.int(0))?;
        Ok(Idle {
            connection,
            dialect,
            present: HashMap::new(),
        })
    }

    /// Ends a snapshot; its connection is kept when it is sound.
    fn take_back(&self, mut idle: Idle) {
        if !idle.connection.is_broken() && idle.connection.rollback().is_ok() {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(idle);
        }
    }
}

impl Erp for FirebirdErp {
    fn snapshot(&self) -> Result<Box<dyn ErpSnapshot + '_>, ErpError> {
        Ok(Box::new(self.open()?))
    }
}
