//! `hold`: a customer who promised to pay, or disputes the debt, is left alone meanwhile.

use serde_json::{Value as Json, json};

use super::args::HoldArgs;
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::{customers, wiring};
use crate::app::hold::{HoldDone, HoldError, HoldRequest, hold};
use crate::domain::receivable::Customer;
use crate::domain::selection::Hold;
use crate::i18n::format;
use crate::ports::clock::Clock;
use crate::ports::erp::{Erp, Scope};
use crate::ports::outbox::Outbox;

/// Runs the command.
///
/// # Errors
/// [`CliError`]; exit 2 when nobody, or more than one, fits, and for a day that is over.
pub fn run(context: &Context, args: &HoldArgs) -> Result<ExitCode, CliError> {
    let Some(customer) = &args.customer else {
        return list(context);
    };
    let request = match args.until {
        Some(day) => HoldRequest::Promise(day),
        None if args.dispute => HoldRequest::Dispute,
        None => HoldRequest::Lift,
    };
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let erp = wiring::erp(context, settings)?;
    let clock = wiring::clock(context);
    let mut outbox = wiring::outbox(context, settings)?;
    // No lock: whoever is on the phone with a customer should not wait for a sending of hours.
    let done = hold(
        &erp,
        &mut outbox,
        &shop,
        &clock,
        customer,
        request,
        customers::LISTED,
    )
    .map_err(|error| match error {
        HoldError::Past { day, today } => {
            let args = [day, today].map(|day| format::date(context.lang(), day));
            let [day, today] = args;
            CliError::said(
                ExitCode::Usage,
                Words::new(context.text("hold-past", &[("day", day.into())]))
                    .hint(context.text("hold-past-hint", &[("today", today.into())])),
            )
        }
        HoldError::Erp(error) => CliError::from(error),
        HoldError::Outbox(error) => CliError::Outbox(error),
    })?;
    let (customer, key, on_hold) = match &done {
        HoldDone::Nobody => return Err(customers::nobody(context, customer)),
        HoldDone::Several(several) => return Err(customers::several(context, customer, several)?),
        HoldDone::Held(customer, hold) => (customer, "hold-held", Some(hold)),
        HoldDone::Lifted(customer) => (customer, "hold-lifted", None),
        HoldDone::WasNot(customer) => (customer, "hold-was-not", None),
    };
    tracing::info!(customer = %customer.id, what = key, "hold");
    if context.output.is_json() {
        context.output.json(&json!({
            "customer_id": customer.id,
            "on_hold": on_hold.is_some(),
            "changed": !matches!(done, HoldDone::WasNot(_)),
            "kind": on_hold.map(|h| &h.kind),
            "until": on_hold.and_then(|h| h.until),
        }))?;
    } else {
        let name = ("name", customer.name.trim().to_owned().into());
        let id = ("id", customer.id.to_string().into());
        let until = (
            "until",
            on_hold.map(|h| until(context, h)).unwrap_or_default().into(),
        );
        context.output.prose(&context.text(key, &[name, id, until]))?;
    }
    Ok(ExitCode::Done)
}

/// Who is on hold.
fn list(context: &Context) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let clock = wiring::reading_clock(context);
    let mut outbox = wiring::outbox(context, settings)?;
    let today = shop.today(clock.now());
    let mut holds = outbox.memory(&[]).map_err(CliError::Outbox)?.holds;
    holds.retain(|hold| hold.until.is_none_or(|until| until >= today));
    holds.sort_by(|a, b| (a.until, &a.customer).cmp(&(b.until, &b.customer)));
    let named: Vec<Customer> = if holds.is_empty() {
        Vec::new()
    } else {
        let scope = Scope::Customers(holds.iter().map(|h| h.customer.clone()).collect());
        let erp = wiring::erp(context, settings)?;
        let mut snapshot = erp.snapshot().map_err(CliError::from)?;
        snapshot.customers(&scope).map_err(CliError::from)?.rows
    };
    let name = |hold: &Hold| {
        let customer = named.iter().find(|c| c.id == hold.customer);
        customer.map(|c| c.name.trim().to_owned())
    };
    let out = &context.output;
    if out.is_json() {
        let holds: Vec<Json> = holds
            .iter()
            .map(|hold| {
                json!({
                    "customer_id": hold.customer,
                    "customer_name": name(hold),
                    "kind": hold.kind,
                    "until": hold.until,
                })
            })
            .collect();
        out.json(&json!({ "holds": holds }))?;
    } else if holds.is_empty() {
        out.prose(&context.say("hold-none"))?;
    } else {
        let header = ["customer-id", "scan-customer", "hold-why", "hold-until"];
        let mut table = out.table(&header.map(|key| context.say(key)));
        for hold in &holds {
            table.add_row(vec![
                hold.customer.to_string(),
                name(hold).unwrap_or_default(),
                context.say(&format!("hold-{}", hold.kind)),
                until(context, hold),
            ]);
        }
        out.rows(&table)?;
    }
    Ok(ExitCode::Done)
}

/// The last day of a hold in words.
fn until(context: &Context, hold: &Hold) -> String {
    match hold.until {
        Some(day) => format::date(context.lang(), day),
        None => context.say("hold-open-end"),
    }
}
