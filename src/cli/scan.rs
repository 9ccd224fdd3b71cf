//! `scan`: the selection as a table, as JSON, as CSV.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use comfy_table::{CellAlignment, ColumnConstraint};
use serde_json::{Value as Json, json};

use super::args::{Only, ScanArgs};
use super::context::Context;
use super::error::{CliError, Words};
use super::exit_code::ExitCode;
use super::files::{Draft, Readers};
use super::{wiring, words};
use crate::app::scan::{ReportedNotice, ScanError, ScanReport, ScanRequest, ScanWarning, baseline, scan};
use crate::domain::guard::Held;
use crate::domain::selection::{SkipReason, Skipped};
use crate::i18n::format;
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
        customer: args.customer.clone(),
    };
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
    let _lock = context.lock(crate::ports::clock::Clock::now(&clock))?;
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
        context.output.json(&document(report, shown))?;
    } else {
        print(context, report, shown)?;
    }
    Ok(match report.held {
        Some(_) if !report.dry_run => ExitCode::Held,
        _ if !report.bad_rows.is_empty() => ExitCode::NeedsPerson,
        _ => ExitCode::Done,
    })
}

fn error(context: &Context, error: ScanError) -> CliError {
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

/// The document of `--json`; its keys are public and may only grow.
fn document(report: &ScanReport, shown: Shown) -> Json {
    let notices: Vec<Json> = shown.notices(report).iter().map(notice_document).collect();
    let mut by_reason: BTreeMap<&str, u32> = BTreeMap::new();
    for skipped in &report.skipped {
        *by_reason.entry(skipped.reason.word()).or_default() += 1;
    }
    let total: i64 = report.notices.iter().map(|n| n.selected.total().get()).sum();
    json!({
        "close": report.close,
        "reference_day": report.reference_day,
        "dry_run": report.dry_run,
        "held": report.held,
        "notices": notices,
        "skipped": shown.skipped(report).iter().map(|s| json!({
            "customer_id": s.customer,
            "contact_id": s.contact,
            "receivable_id": s.receivable,
            "reason": s.reason.word(),
            "detail": s.detail,
        })).collect::<Vec<_>>(),
        "bad_rows": report.bad_rows.iter().map(|b| json!({
            "query": b.query,
            "key": b.key,
            "column": b.column,
            "problem": b.problem,
            "value": b.value,
        })).collect::<Vec<_>>(),
        "dropped_boletos": report.dropped_boletos.iter().map(|(id, why)| json!({
            "receivable_id": id,
            "problem": why,
        })).collect::<Vec<_>>(),
        "warnings": report.warnings.iter().map(warning_document).collect::<Vec<_>>(),
        "totals": {
            "notices": report.notices.len(),
            "total_cents": total,
            "skipped": report.skipped.len(),
            "skipped_by_reason": by_reason,
            "bad_rows": report.bad_rows.len(),
            "customers": report.customers,
            "superseded": report.superseded,
            "standing": report.standing,
        },
        "run": report.run,
        "send_on": report.send_on,
        "estimate_seconds": report.estimate.as_secs(),
    })
}

fn notice_document(notice: &ReportedNotice) -> Json {
    let selected = &notice.selected;
    json!({
        "customer_id": selected.customer,
        "customer_name": notice.customer_name,
        "contact_id": selected.contact,
        "contact_name": selected.contact_name,
        "branch_id": selected.branch,
        "instance": notice.instance,
        "phone": selected.phone.e164(),
        "kind": selected.kind.word(),
        "total_cents": selected.total().get(),
        "receivables": selected.items.iter().map(|i| json!({
            "id": i.receivable,
            "document": i.document,
            "due_on": i.due_on,
            "stage": i.stage.to_string(),
            "balance_cents": i.balance.get(),
            "has_boleto": i.has_boleto,
        })).collect::<Vec<_>>(),
        "documents": notice.parts.iter().map(|p| p.word()).collect::<Vec<_>>(),
    })
}

fn warning_document(warning: &ScanWarning) -> Json {
    match warning {
        ScanWarning::SharedNumber { phone, customers } => {
            json!({"kind": "shared_number", "phone": phone.e164(), "customers": customers})
        }
        ScanWarning::BankReturnStale { last } => json!({"kind": "bank_return_stale", "last": last}),
        ScanWarning::ClockDisagrees { business_date, today } => {
            json!({"kind": "clock_disagrees", "business_date": business_date, "today": today})
        }
    }
}

/// One line a receivable that fires, one a decision against; written whole or not at all.
fn write_csv(path: &Path, report: &ScanReport, shown: Shown) -> Result<(), CliError> {
    let broken = |e: csv::Error| CliError::file(path, std::io::Error::other(e));
    let failed = |e: std::io::Error| CliError::file(path, e);
    let mut file = Draft::of(path, Readers::Owner).map_err(failed)?;
    {
        // Excel takes a file without this mark for the local code page.
        file.write_all(b"\xEF\xBB\xBF").map_err(failed)?;
        // A semicolon, since a comma is the decimal mark here and Excel splits by the locale's list separator.
        let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(&mut file);
        csv.write_record([
            "outcome",
            "customer_id",
            "customer_name",
            "contact_id",
            "branch_id",
            "phone",
            "kind",
            "receivable_id",
            "document",
            "due_on",
            "stage",
            "balance",
            "has_boleto",
            "reason",
            "detail",
        ])
        .map_err(broken)?;
        for notice in shown.notices(report) {
            let s = &notice.selected;
            for item in &s.items {
                csv.write_record([
                    "selected",
                    &plain(s.customer.as_str()),
                    &plain(&notice.customer_name),
                    &plain(s.contact.as_str()),
                    &plain(s.branch.as_str()),
                    s.phone.digits(),
                    s.kind.word(),
                    &plain(item.receivable.as_str()),
                    &plain(&item.document),
                    &item.due_on.to_string(),
                    &item.stage.to_string(),
                    &item.balance.to_decimal().replace('.', ","),
                    if item.has_boleto { "1" } else { "0" },
                    "",
                    "",
                ])
                .map_err(broken)?;
            }
        }
        for s in shown.skipped(report) {
            let mut record = vec![String::new(); 15];
            record[0] = "skipped".to_owned();
            record[1] = plain(s.customer.as_str());
            record[3] = s.contact.as_ref().map(|c| plain(c.as_str())).unwrap_or_default();
            record[7] = s
                .receivable
                .as_ref()
                .map(|r| plain(r.as_str()))
                .unwrap_or_default();
            record[13] = s.reason.word().to_owned();
            record[14] = plain(&s.detail);
            csv.write_record(&record).map_err(broken)?;
        }
        csv.flush().map_err(failed)?;
    }
    file.put_in_place().map_err(failed)
}

/// What a spreadsheet would take for a formula is led by an apostrophe.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn print(context: &Context, report: &ScanReport, shown: Shown) -> Result<(), CliError> {
    let (out, lang) = (&context.output, context.lang());
    let date = |d| format::date(lang, d);
    // A scan that stores says how much; who and what shows the dry run, and -v.
    if !shown.notices(report).is_empty() && (report.dry_run || out.verbosity() > 0) {
        let mut notices: Vec<&ReportedNotice> = report.notices.iter().collect();
        notices.sort_by_key(|n| natural(n.selected.customer.as_str()));
        let header = ["scan-customer", "scan-titles", "scan-total", "scan-boletos"];
        let mut table = out.table(&header.map(|key| context.say(key)));
        for (index, column) in table.column_iter_mut().enumerate() {
            // Only the names may be broken: amounts and documents are to be copied whole.
            if index > 0 {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        if let Some(column) = table.column_mut(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for notice in notices {
            let selected = &notice.selected;
            let width = selected
                .items
                .iter()
                .map(|i| i.document.chars().count())
                .max()
                .unwrap_or(0);
            let titles: Vec<String> = selected
                .items
                .iter()
                .map(|i| {
                    format!(
                        "{:<width$} {} {}",
                        i.document,
                        date(i.due_on),
                        words::stage_short(context, i.stage)
                    )
                })
                .collect();
            table.add_row(vec![
                format!(
                    "{} {}\n{}",
                    selected.customer,
                    notice.customer_name,
                    words::phone(&selected.phone)
                ),
                titles.join("\n"),
                format::money(lang, selected.total()).replace('\u{a0}', " "),
                words::boletos(context, &notice.parts),
            ]);
        }
        out.rows(&table)?;
        out.line("")?;
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
    for bad in &report.bad_rows {
        out.prose(&words::bad_row(context, bad))?;
    }
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
        out.prose(&context.text(
            "scan-when",
            &[
                ("day", date(report.send_on).into()),
                ("duration", words::duration(context, report.estimate).into()),
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

/// Sorts 2 before 10, and numbers before text.
fn natural(id: &str) -> (u64, String) {
    (id.parse().unwrap_or(u64::MAX), id.to_owned())
}

/// Customers named behind a reason.
const SHOWN_CUSTOMERS: usize = 8;
