//! The sample ERP of `demo`: an S4-like database with made-up people, for trying out and for tests.
//!
//! The only place of the product that writes to ERP tables, and only to those that it made itself.
//!
//! | file | holds |
//! |---|---|
//! | `generator` | [`SampleSpec`] to rows: pure, streaming, the same every time |
//! | `plan`, `cases` | what customers are like: the drawn crowd and the written-down [`Case`]s |
//! | `people`, `random` | names, tax ids and phones; the dice |
//! | `company`, `issuer`, `codes` | the creditor; its banks; boleto and Pix codes |
//! | `rows` | the rows as values |
//! | `schema`, `writer` | tables (`sql/sample/schema.sql`); rows into the database by [`seed`] |
//! | `erp_side` | what the shop does meanwhile: [`close_day`], [`pay`], [`set_flag`] |

mod cases;
mod codes;
mod company;
mod erp_side;
mod generator;
mod issuer;
mod people;
mod plan;
mod random;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use cases::Case;
pub use erp_side::{Switch, close_day, import_bank_return, pay, set_flag};
pub use generator::{Customers, Dirt, Ledger, SampleSpec};
pub use rows::{BoletoRow, ContactRow, CustomerRow, CustomerRows, Flag, ReceivableRow};
pub use writer::{SeedError, SeedSummary, seed};
