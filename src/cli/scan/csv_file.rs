//! The file of `scan --csv`.

use std::io::Write;
use std::path::Path;

use super::Shown;
use crate::app::scan::ScanReport;
use crate::cli::error::CliError;
use crate::cli::files::{Draft, Readers};

/// One line a receivable that fires, one a decision against; written whole or not at all.
pub(super) fn write_csv(path: &Path, report: &ScanReport, shown: Shown) -> Result<(), CliError> {
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
