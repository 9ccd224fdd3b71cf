//! `explain`: the whole story of one customer, as text that fits 80 columns or as JSON.

mod document;
mod outlook;
mod page;
mod past;

use self::document::document;
use self::page::Page;

use super::args::ExplainArgs;
use super::context::Context;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::{customers, wiring};
use crate::app::explain::{ExplainError, Found, explain};
use crate::ports::outbox::{Outbox, OutboxError};

/// Runs the command.
///
/// # Errors
/// [`CliError`]; exit 2 when nobody, or more than one, fits.
pub fn run(context: &Context, args: &ExplainArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::reading_clock(context);
    let mut outbox = match wiring::outbox(context, settings) {
        Ok(outbox) => Some(outbox),
        Err(CliError::Outbox(OutboxError::NotInitialised)) => None,
        Err(error) => return Err(error),
    };
    let outbox = outbox.as_mut().map(|o| o as &mut dyn Outbox);
    let found =
        explain(&erp, outbox, &shop, &clock, &args.customer, customers::LISTED).map_err(
            |error| match error {
                ExplainError::Erp(error) => CliError::from(error),
                ExplainError::Outbox(error) => CliError::Outbox(error),
            },
        )?;
    match found {
        Found::Nobody => Err(customers::nobody(context, &args.customer)),
        Found::Several(several) => Err(customers::several(context, &args.customer, &several)?),
        Found::One(story) => {
            if context.output.is_json() {
                context.output.json(&document(&story))?;
            } else {
                Page { context, shop: &shop }.print(&story)?;
            }
            Ok(ExitCode::Done)
        }
    }
}
