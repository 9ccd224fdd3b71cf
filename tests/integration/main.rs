//! The integration tests: one crate, one link.

mod support;

mod a_year;
mod bad_inputs;
mod chaos;
mod cli;
mod config;
mod day;
mod documents;
mod evolution;
mod explain;
mod firebird;
mod model;
mod outbox;
mod readme;
mod sample;
mod sandbox;
mod schedule;
mod schemas;
mod tools;
