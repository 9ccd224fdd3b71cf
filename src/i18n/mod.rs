//! Sentences and formats in the two languages of the product.

pub mod format;

pub use crate::domain::lang::Lang;
