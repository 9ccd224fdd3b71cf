//! Whom an operator means who types a name, a tax id, a phone.

use crate::domain::ids::CustomerId;
use crate::domain::receivable::{Batch, Customer};
use crate::domain::words::plain;
use crate::ports::erp::{ErpError, ErpSnapshot};

/// Whom a text means.
#[derive(Debug)]
pub enum Whom {
    /// One customer.
    One(Customer),
    /// Several; at most as many as were asked for.
    Several(Vec<Customer>),
    /// The customer of this very id, whose row cannot be read.
    Unreadable(CustomerId),
    /// Nobody.
    Nobody,
}

impl Whom {
    /// Looks for the customer that `text` means: id, tax id, phone or part of the name. `limit`: how many are listed
    /// where several fit.
    ///
    /// # Errors
    /// [`ErpError`].
    pub fn find(snapshot: &mut dyn ErpSnapshot, text: &str, limit: usize) -> Result<Self, ErpError> {
        let Batch { rows: found, bad } = snapshot.find_customers(text, limit)?;
        let unreadable = bad.iter().any(|row| row.key == text.trim())
            && !found.iter().any(|c| c.id.as_str() == text.trim());
        Ok(match meant(text, &found) {
            _ if unreadable => Whom::Unreadable(CustomerId::new(text.trim())),
            Some(customer) => Whom::One(customer.clone()),
            None if found.is_empty() => Whom::Nobody,
            None => Whom::Several(found),
        })
    }
}

/// The one that is meant: the very id, the very tax id, the whole name, or the only one that fits.
fn meant<'a>(text: &str, found: &'a [Customer]) -> Option<&'a Customer> {
    let text = text.trim();
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect()
    };
    let only = |fits: &dyn Fn(&Customer) -> bool| match found
        .iter()
        .filter(|c| fits(c))
        .collect::<Vec<_>>()
        .as_slice()
    {
        [one] => Some(*one),
        _ => None,
    };
    only(&|c| c.id.as_str() == text)
        .or_else(|| only(&|c| c.tax_id.as_ref().is_some_and(|t| bare(t.as_str()) == bare(text))))
        .or_else(|| only(&|c| plain(&c.name) == plain(text)))
        .or_else(|| only(&|_| true))
}
