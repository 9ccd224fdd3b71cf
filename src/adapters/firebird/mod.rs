//! Firebird: the ERP is read and the outbox kept through it.

pub mod connection;
pub mod embedded;
pub mod erp;
pub mod migrations;
pub mod outbox;
pub mod sample;
pub mod source_check;
