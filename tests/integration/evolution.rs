//! The Evolution adapter against canned bytes: every measured exchange, and every way in which HTTP goes wrong.

mod faults;
mod server;
mod transcripts;
mod webhook;
