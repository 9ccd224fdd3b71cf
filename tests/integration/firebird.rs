//! Firebird for real: the connection and its errors, the embedded engine, the ERP's reader.

mod connection;
mod embedded;
mod erp;
mod erp_faults;
mod errors;
mod site;
