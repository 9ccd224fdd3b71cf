//! The rules of selection as cases, as laws, and over a year.

mod cases;
mod laws;
mod world;
mod year;
