//! What debtors receive, looked at with the tools that others read it with: poppler, qpdf and zbar.

mod bank_pdf;
mod boletos;
mod fuzz;
mod messages;
mod samples;
mod statements;
pub mod tools;
