//! The rules, as pure values and functions: no I/O, and every instant or date is an argument.
//!
//! | module | holds |
//! |---|---|
//! | [`money`] | [`Cents`](money::Cents): exact amounts |
//! | [`ids`] | the ERP's identifiers, trimmed text |
//! | [`phone`] | what people type -> E.164, or a named reason |
//! | [`tax_id`] | CPF and CNPJ (also with letters) |
//! | [`calendar`] | banking days and sending windows |
//! | [`receivable`] | what the ERP's source queries deliver |
//! | [`policy`] | stages and what a site allows |
//! | [`selection`] | who gets a notice and who not, with reasons |
//! | [`notice`] | the states of a notice and its parts |
//! | [`retry`], [`pacing`] | when to try again; how fast to write |
//! | [`reply`] | what an answer means |
//! | [`boleto`], [`pix`] | payment codes: arithmetic and check digits |
//! | [`document`] | what the documents of one notice say, before they are drawn |

pub mod boleto;
pub mod calendar;
mod compact;
pub mod document;
pub mod guard;
pub mod ids;
pub mod lang;
pub mod money;
pub mod notice;
pub mod pacing;
pub mod phone;
pub mod pix;
pub mod policy;
pub mod receivable;
pub mod reply;
pub mod retry;
pub mod secret;
pub mod selection;
pub mod tax_id;
pub(crate) mod words;
