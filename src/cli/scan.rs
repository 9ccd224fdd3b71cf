//! `scan`: the selection as a table, as JSON, as CSV.

mod csv_file;
mod document;
mod table;

use std::collections::BTreeMap;

use comfy_table::CellAlignment;
use serde_json::json;

use self::csv_file::write_csv;
use self::document::Document;
use self::table::print_notices;

use super::args::{Only, ScanArgs};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::{customers, wiring, words};
use crate::adapters::firebird::erp::FirebirdErp;
use crate::app::customers::Whom;
use crate::app::scan::{Plan, ReportedNotice, ScanError, ScanReport, ScanRequest, baseline, scan};
use crate::app::shop::Shop;
use crate::domain::guard::Held;
use crate::domain::ids::CustomerId;
use crate::domain::receivable::{BadRow, BadValue};
use crate::domain::selection::{SkipReason, Skipped};
use crate::i18n::format;
use crate::ports::clock::Clock;
use crate::ports::outbox::{Outbox, OutboxError};

/// Runs the command.
///
/// # Errors
/// [`CliError`].
pub fn run(context: &Context, args: &ScanArgs) -> Result<ExitCode, CliError> {
    let settings = context.settings()?;
    let shop = wiring::shop(context, settings);
    let erp = wiring::erp(context, settings)?;
    let request = ScanRequest {
        close: args.close,
        dry_run: args.dry_run,
        customer: customer(context, &erp, args)?,
    };
    if args.show_sql {
        return show_sql(context, &erp, &shop, &request);
    }
    if args.dry_run {
        let clock = wiring::reading_clock(context);
        // Support staff may look before `init`.
        let mut outbox = match wiring::outbox(context, settings) {
            Ok(outbox) => Some(outbox),
            Err(CliError::Outbox(OutboxError::NotInitialised)) => {
                context.output.say(&context.say("scan-before-init"));
                None
            }
            Err(error) => return Err(error),
        };
        let outbox = outbox.as_mut().map(|o| o as &mut dyn Outbox);
        let report = scan(&erp, outbox, &shop, &clock, &request).map_err(|e| error(context, e))?;
        return tell(context, args, &report);
    }

    let clock = wiring::clock(context);
    let _lock = context.lock(clock.now())?;
    let mut outbox = wiring::outbox(context, settings)?;
    if args.confirm {
        let notices = outbox.confirm_held().map_err(CliError::Outbox)?;
        if context.output.is_json() {
            context.output.json(&json!({"confirmed": notices}))?;
        } else {
            context
                .output
                .prose(&context.text("scan-confirmed", &[("notices", notices.into())]))?;
        }
        return Ok(ExitCode::Done);
    }
    if args.baseline {
        let claims = baseline(&erp, &mut outbox, &shop, &clock).map_err(|e| error(context, e))?;
        if context.output.is_json() {
            context.output.json(&json!({"baseline": claims}))?;
        } else {
            context
                .output
                .prose(&context.text("scan-baseline", &[("claims", claims.into())]))?;
        }
        return Ok(ExitCode::Done);
    }
    let report = scan(&erp, Some(&mut outbox), &shop, &clock, &request).map_err(|e| error(context, e))?;
    tracing::info!(
        close = %report.close,
        run = report.run.map(|r| r.0),
        notices = report.notices.len(),
        skipped = report.skipped.len(),
        bad_rows = report.bad_rows.len(),
        held = report.held.is_some(),
        "scan"
    );
    tell(context, args, &report)
}

/// Whom the scan is about. To look, anything that `explain` takes names a customer; to store, only the very id does.
fn customer(context: &Context, erp: &FirebirdErp, args: &ScanArgs) -> Result<Option<CustomerId>, CliError> {
    let Some(asked) = &args.customer else {
        return Ok(None);
    };
    let mut snapshot = erp.open()?;
    let whom = Whom::find(&mut snapshot, asked.as_str(), customers::LISTED)?;
    match whom {
        Whom::One(customer) if args.dry_run || customer.id == *asked => Ok(Some(customer.id)),
        Whom::Unreadable(id) => Ok(Some(id)),
        Whom::Several(several) => Err(customers::several(context, asked.as_str(), &several)?),
        Whom::One(_) | Whom::Nobody => Err(customers::nobody(context, asked.as_str())),
    }
}

/// The statements that this scan would read the ERP with, for isql: to look at their plans, or to measure against.
fn show_sql(
    context: &Context,
    erp: &FirebirdErp,
    shop: &Shop,
    request: &ScanRequest,
) -> Result<ExitCode, CliError> {
    let today = shop.today(wiring::reading_clock(context).now());
    let mut snapshot = erp.open()?;
    let plan = Plan::of(&mut snapshot, shop, today, request).map_err(|e| error(context, e))?;
    for sql in snapshot.statements(&plan.scope)? {
        context.output.line(&format!("{sql};"))?;
    }
    Ok(ExitCode::Done)
}

/// The halves of the report that are asked for (`--only`); totals and warnings are always of the whole.
#[derive(Debug, Clone, Copy)]
struct Shown {
    selected: bool,
    skipped: bool,
}

impl Shown {
    fn of(only: Option<Only>) -> Self {
        Shown {
            selected: only != Some(Only::Skipped),
            skipped: only != Some(Only::Selected),
        }
    }

    fn notices(self, report: &ScanReport) -> &[ReportedNotice] {
        if self.selected { &report.notices } else { &[] }
    }

    fn skipped(self, report: &ScanReport) -> &[Skipped] {
        if self.skipped { &report.skipped } else { &[] }
    }
}

/// The report, and the exit code that it means: held beats a bad row, a dry run only reports.
fn tell(context: &Context, args: &ScanArgs, report: &ScanReport) -> Result<ExitCode, CliError> {
    let shown = Shown::of(args.only);
    if let Some(path) = &args.csv {
        write_csv(path, report, shown)?;
    }
    if context.output.is_json() {
        context.output.json(&Document { report, shown })?;
    } else {
        print(context, report, shown)?;
    }
    Ok(match report.held {
        Some(_) if !report.dry_run => ExitCode::Held,
        _ if !report.bad_rows.is_empty() => ExitCode::NeedsPerson,
        _ => ExitCode::Done,
    })
}

pub(super) fn error(context: &Context, error: ScanError) -> CliError {
    match error {
        ScanError::Ground(error) => wiring::ground_error(error),
        ScanError::Outbox(error) => CliError::Outbox(error),
        ScanError::OldClose { asked, last } => {
            let lang = context.lang();
            let args = [
                ("asked", format::date(lang, asked).into()),
                ("last", format::date(lang, last).into()),
            ];
            CliError::said(
                ExitCode::Usage,
                Words::new(context.text("scan-old-close", &args))
                    .hint(context.text("scan-old-close-hint", &args)),
            )
        }
        ScanError::NoInstance(branch) => CliError::said(
            ExitCode::Configuration,
            Words::new(context.text("scan-no-instance", &[("branch", branch.to_string().into())]))
                .hint(context.say("scan-no-instance-hint")),
        ),
    }
}

fn print(context: &Context, report: &ScanReport, shown: Shown) -> Result<(), CliError> {
    let (out, lang) = (&context.output, context.lang());
    let date = |d| format::date(lang, d);
    // A scan that stores says how much; who and what shows the dry run, and -v.
    if !shown.notices(report).is_empty() && (report.dry_run || out.verbosity() > 0) {
        print_notices(context, report)?;
    }
    let mut by_reason: BTreeMap<SkipReason, (u32, std::collections::BTreeSet<&str>)> = BTreeMap::new();
    for skipped in shown.skipped(report) {
        let entry = by_reason.entry(skipped.reason).or_default();
        entry.0 += 1;
        entry.1.insert(skipped.customer.as_str());
    }
    // What no stage touches is no news; it is in --json and --csv.
    by_reason.remove(&SkipReason::NoStage);
    by_reason.remove(&SkipReason::Settled);
    if !by_reason.is_empty() {
        let mut table = out.table(&["scan-why-not", "scan-count", "scan-who"].map(|key| context.say(key)));
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for (reason, (count, customers)) in by_reason {
            let mut customers: Vec<&str> = customers.into_iter().collect();
            customers.sort_by_key(|id| natural(id));
            let mut who: Vec<&str> = customers.iter().take(SHOWN_CUSTOMERS).copied().collect();
            if customers.len() > SHOWN_CUSTOMERS {
                who.push("...");
            }
            table.add_row(vec![
                words::reason(context, reason),
                count.to_string(),
                who.join(", "),
            ]);
        }
        out.rows(&table)?;
        out.line("")?;
    }
    for warning in &report.warnings {
        out.prose(&words::scan_warning(context, warning))?;
    }
    if !report.dropped_boletos.is_empty() {
        let shown: Vec<String> = report
            .dropped_boletos
            .iter()
            .take(SHOWN_CUSTOMERS)
            .map(|(id, why)| format!("{id} ({})", words::boleto(context, *why)))
            .collect();
        out.prose(&context.text(
            "scan-dropped-boletos",
            &[
                ("count", report.dropped_boletos.len().into()),
                ("which", shown.join(", ").into()),
            ],
        ))?;
    }
    print_bad_rows(context, &report.bad_rows)?;
    let total = report.notices.iter().map(|n| n.selected.total()).sum();
    let key = match (report.dry_run, report.run.is_some(), report.notices.is_empty()) {
        (true, ..) => "scan-would",
        (false, false, true) => "scan-nothing-new",
        (false, ..) => "scan-stored",
    };
    out.prose(&context.text(
        key,
        &[
            ("notices", report.notices.len().into()),
            ("total", format::money(lang, total).into()),
            ("close", date(report.close).into()),
            ("customers", report.customers.into()),
            ("standing", report.standing.into()),
        ],
    ))?;
    if !report.notices.is_empty() {
        let departure = &report.departure;
        let key = if departure.until > departure.on {
            "scan-when-days"
        } else {
            "scan-when"
        };
        out.prose(&context.text(
            key,
            &[
                ("day", date(departure.on).into()),
                ("hour", departure.at.format("%H:%M").to_string().into()),
                ("until", date(departure.until).into()),
                ("duration", words::duration(context, departure.takes).into()),
            ],
        ))?;
    } else if report
        .skipped
        .iter()
        .any(|s| s.reason == SkipReason::NoFlaggedContact)
        && report
            .skipped
            .iter()
            .all(|s| !matches!(s.reason, SkipReason::StageClaimed))
    {
        out.prose(&context.say("scan-no-flag-hint"))?;
    }
    if let Some(held) = report.held {
        let (key, notices, usual) = match held {
            Held::FarAboveUsual { notices, median } => ("scan-held-usual", notices, median),
            Held::LargeFirstRun { notices, limit } => ("scan-held-first", notices, limit),
        };
        out.prose(&context.text(key, &[("notices", notices.into()), ("usual", usual.into())]))?;
        out.prose(&context.say("scan-held-hint"))?;
    }
    Ok(())
}

/// Each row that could not be read; where they are many (a due date that an ERP writes for "none"), those of one column
/// together. All of them are in `--json` and, once stored, in `status`.
fn print_bad_rows(context: &Context, bad_rows: &[BadRow]) -> Result<(), CliError> {
    let out = &context.output;
    if bad_rows.len() <= SHOWN_BAD_ROWS {
        return bad_rows
            .iter()
            .try_for_each(|bad| out.prose(&words::bad_row(context, bad)));
    }
    let mut alike: BTreeMap<(&str, &str, BadValue), Vec<&str>> = BTreeMap::new();
    for bad in bad_rows {
        let key = (bad.query.as_str(), bad.column.as_str(), bad.problem);
        alike.entry(key).or_default().push(&bad.key);
    }
    for ((query, column, problem), mut keys) in alike {
        let count = keys.len();
        keys.sort_by_key(|key| natural(key));
        keys.truncate(SHOWN_CUSTOMERS);
        if keys.len() < count {
            keys.push("...");
        }
        out.prose(&context.text(
            "bad-rows",
            &[
                ("count", count.into()),
                ("query", query.to_owned().into()),
                ("keys", keys.join(", ").into()),
                ("column", column.to_owned().into()),
                ("problem", words::bad_value(&context.catalog, problem).into()),
            ],
        ))?;
    }
    Ok(())
}

/// Sorts 2 before 10, and numbers before text.
fn natural(id: &str) -> (u64, String) {
    (id.parse().unwrap_or(u64::MAX), id.to_owned())
}

/// Customers named behind a reason, keys behind a problem.
const SHOWN_CUSTOMERS: usize = 8;

/// Rows that could not be read of which each has a line of its own.
const SHOWN_BAD_ROWS: usize = 20;
