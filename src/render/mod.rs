//! Domain to text or bytes.
//!
//! | module | makes |
//! |---|---|
//! | [`message`] | the text of a notice, captions, automatic answers |
//! | [`file_names`] | names of the files that a debtor receives |
//! | [`boleto_pdf`] | recibo do pagador and ficha de compensação, one boleto a page |
//! | [`statement_pdf`] | the list of debts |
//! | [`qr`] | QR codes for console, PNG and PDF |
//! | [`itf`] | the bars of a boleto |
//! | `pdf` | the drawing layer, and the writer behind it |
//!
//! The same input gives the same bytes: whoever resumes a notice sends what the first attempt would have sent.

pub mod boleto_pdf;
pub mod file_names;
pub mod itf;
pub mod message;
mod pdf;
pub mod qr;
pub mod statement_pdf;

pub use pdf::logo::{Logo, LogoError};
