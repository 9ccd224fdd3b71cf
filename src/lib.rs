//! `wa-notify`: WhatsApp debt notices for Brazilian ERPs on Firebird.
//!
//! The crate is laid out as a floor plan with one-way doors; `tests/floor_plan.rs` fails on a breach.
//!
//! | room | holds | may look into |
//! |---|---|---|
//! | [`domain`] | pure rules and values; `now` and `today` are arguments | nothing |
//! | [`i18n`] | locale files to sentences; money, dates, reasons and errors in words | domain |
//! | [`ports`] | the traits behind which real things plug in, and their errors | domain |
//! | [`config`] | TOML to checked settings | domain |
//! | [`render`] | domain to text or bytes: message, PDFs, QR | domain, i18n |
//! | [`app`] | use cases: pair, scan, send, replies, status, ... | domain, render, ports |
//! | [`adapters`] | Firebird, gateways, clock, scheduler | domain, ports |
//! | [`sandbox`] | the stand-in gateway | domain, render |
//! | [`cli`] | one file per subcommand, wiring, output | all |
//!
//! Start at [`domain::selection`] (who gets a notice), [`domain::notice`] (what becomes of it) and
//! [`app::send`] (how the promise is kept); `ARCHITECTURE.md` walks through a notice's day.

pub mod adapters;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod i18n;
pub mod ports;
pub mod render;
pub mod sandbox;
