//! Domain to text or bytes.

pub mod boleto_pdf;
pub mod file_names;
pub mod message;
pub mod qr;
pub mod statement_pdf;
