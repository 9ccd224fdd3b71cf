//! The document of `scan --json`.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value as Json, json};

use super::Shown;
use crate::app::scan::{ReportedNotice, ScanReport, ScanWarning};
use crate::domain::document::slip::BoletoRefusal;
use crate::domain::ids::ReceivableId;
use crate::domain::receivable::BadRow;
use crate::domain::selection::Skipped;

/// The document of `--json`; its keys are public and may only grow. Made as it is written: a value at a time.
pub(super) struct Document<'a> {
    pub(super) report: &'a ScanReport,
    pub(super) shown: Shown,
}

/// A list of which each element is made only when its turn comes.
struct Each<'a, T>(&'a [T], fn(&T) -> Json);

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Document { report, shown } = *self;
        let mut by_reason: BTreeMap<&str, u32> = BTreeMap::new();
        for skipped in &report.skipped {
            *by_reason.entry(skipped.reason.word()).or_default() += 1;
        }
        let total: i64 = report.notices.iter().map(|n| n.selected.total().get()).sum();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("bad_rows", &Each(&report.bad_rows, bad_row_document))?;
        map.serialize_entry("close", &report.close)?;
        map.serialize_entry(
            "dropped_boletos",
            &Each(&report.dropped_boletos, dropped_document),
        )?;
        map.serialize_entry("dry_run", &report.dry_run)?;
        map.serialize_entry("estimate_seconds", &report.departure.takes.as_secs())?;
        map.serialize_entry("held", &report.held)?;
        map.serialize_entry("notices", &Each(shown.notices(report), notice_document))?;
        map.serialize_entry("reference_day", &report.reference_day)?;
        map.serialize_entry("run", &report.run)?;
        let departure = &report.departure;
        map.serialize_entry("send_at", &departure.at.format("%H:%M").to_string())?;
        map.serialize_entry("send_on", &departure.on)?;
        map.serialize_entry("send_until", &departure.until)?;
        map.serialize_entry("skipped", &Each(shown.skipped(report), skipped_document))?;
        map.serialize_entry(
            "totals",
            &json!({
                "notices": report.notices.len(),
                "total_cents": total,
                "skipped": report.skipped.len(),
                "skipped_by_reason": by_reason,
                "bad_rows": report.bad_rows.len(),
                "customers": report.customers,
                "superseded": report.superseded,
                "standing": report.standing,
            }),
        )?;
        map.serialize_entry("warnings", &Each(&report.warnings, warning_document))?;
        map.end()
    }
}

fn skipped_document(skipped: &Skipped) -> Json {
    json!({
        "customer_id": skipped.customer,
        "contact_id": skipped.contact,
        "receivable_id": skipped.receivable,
        "reason": skipped.reason.word(),
        "detail": skipped.detail,
    })
}

fn bad_row_document(bad: &BadRow) -> Json {
    json!({
        "query": bad.query,
        "key": bad.key,
        "column": bad.column,
        "problem": bad.problem,
        "value": bad.value,
    })
}

fn dropped_document((id, why): &(ReceivableId, BoletoRefusal)) -> Json {
    json!({
        "receivable_id": id,
        "problem": why,
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
