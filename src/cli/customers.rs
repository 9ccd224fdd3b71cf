//! A customer that the operator named: nobody fits, or several do.

use serde_json::json;

use super::context::Context;
use super::error::{self, CliError, Words};
use super::exit_code::ExitCode;
use crate::domain::receivable::Customer;

/// Customers listed where several fit.
pub const LISTED: usize = 15;

/// Nobody fits.
pub fn nobody(context: &Context, asked: &str) -> CliError {
    CliError::said(
        ExitCode::Usage,
        Words::new(context.text("customer-nobody", &[("text", asked.to_owned().into())]))
            .hint(context.say("customer-nobody-hint")),
    )
}

/// Lists whom the text could mean, and is the error that asks for the id of the one that is meant.
///
/// # Errors
/// Stdout is gone.
pub fn several(context: &Context, asked: &str, customers: &[Customer]) -> Result<CliError, CliError> {
    let out = &context.output;
    let ambiguous = CliError::said(
        ExitCode::Usage,
        Words::new(context.text("customer-several", &[("text", asked.to_owned().into())]))
            .hint(context.say("customer-several-hint")),
    );
    if out.is_json() {
        let mut document = error::document(&ambiguous, &context.catalog);
        document["matches"] = customers
            .iter()
            .map(|c| json!({"customer_id": c.id, "name": c.name, "tax_id": c.tax_id.as_ref().map(|t| t.as_str())}))
            .collect();
        out.json(&document)?;
    } else {
        let mut table =
            out.table(&["customer-id", "scan-customer", "customer-tax-id"].map(|key| context.say(key)));
        for customer in customers {
            let tax_id = customer
                .tax_id
                .as_ref()
                .map(|t| t.formatted())
                .unwrap_or_default();
            table.add_row(vec![
                customer.id.to_string(),
                customer.name.trim().to_owned(),
                tax_id,
            ]);
        }
        out.rows(&table)?;
        if customers.len() == LISTED {
            out.prose(&context.text("customer-more", &[("count", LISTED.into())]))?;
        }
    }
    Ok(ambiguous)
}
