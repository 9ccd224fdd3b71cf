//! The table of notices.

use std::collections::{BTreeMap, BTreeSet};

use comfy_table::{CellAlignment, ColumnConstraint, Width};
use console::measure_text_width;

use super::natural;
use crate::app::scan::{ReportedNotice, ScanReport};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::words;
use crate::domain::ids::{BranchId, CustomerId};
use crate::i18n::format;

/// So many notices are laid out at a time: a table is held whole, with every cell, while it is printed.
const NOTICES_AT_ONCE: usize = 500;

/// Narrowest column of names: a phone fits. Below it the table is wider than the terminal.
const NARROWEST_NAMES: usize = 15;

/// Columns of a terminal from which contact, each title's balance and all documents have room, too.
const WIDE: usize = 140;

/// What the cells of a notice are made with.
struct Cells<'a> {
    context: &'a Context,
    wide: bool,
    /// Customers with notices of several branches: each of their rows says which.
    of_branches: BTreeSet<&'a CustomerId>,
}

/// The table of notices, by customer. A long one is printed in pieces of the same widths.
pub(super) fn print_notices(context: &Context, report: &ScanReport) -> Result<(), CliError> {
    let out = &context.output;
    let mut notices: Vec<&ReportedNotice> = report.notices.iter().collect();
    notices.sort_by_cached_key(|n| natural(n.selected.customer.as_str()));
    let cells = Cells {
        context,
        wide: out.columns() >= WIDE,
        of_branches: of_branches(&notices),
    };
    let header = cells.header();
    let total = header.len() - 2;
    let mut widths = None;
    if notices.len() > NOTICES_AT_ONCE {
        let mut widest: Vec<usize> = header.iter().map(|text| measure_text_width(text)).collect();
        for notice in &notices {
            for (cell, widest) in cells.of(notice).iter().zip(&mut widest) {
                let lines = cell.lines().map(measure_text_width);
                *widest = lines.max().unwrap_or(0).max(*widest);
            }
        }
        // Two blanks behind each column, as `Output::table` has them, and one between two columns.
        let others: usize = widest[1..].iter().map(|width| width + 3).sum();
        let left = out.columns().saturating_sub(others + 2);
        widest[0] = widest[0].min(left.max(NARROWEST_NAMES));
        widths = Some(widest);
    }
    for (piece, chunk) in notices.chunks(NOTICES_AT_ONCE).enumerate() {
        let mut table = out.table(&header);
        for (index, column) in table.column_iter_mut().enumerate() {
            if let Some(widths) = &widths {
                let width = u16::try_from(widths[index] + 2).unwrap_or(u16::MAX);
                column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
            } else if index > 0 {
                // Only the names may be broken: amounts and documents are to be copied whole.
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        if let Some(column) = table.column_mut(total) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for notice in chunk {
            table.add_row(cells.of(notice));
        }
        if piece == 0 {
            out.rows(&table)?;
        } else {
            out.rows_only(&table)?;
        }
    }
    out.line("")
}

/// Customers of whom several branches write: two rows to one phone are no mistake.
fn of_branches<'a>(notices: &[&'a ReportedNotice]) -> BTreeSet<&'a CustomerId> {
    let mut first: BTreeMap<&CustomerId, &BranchId> = BTreeMap::new();
    notices
        .iter()
        .map(|n| &n.selected)
        .filter(|s| *first.entry(&s.customer).or_insert(&s.branch) != &s.branch)
        .map(|s| &s.customer)
        .collect()
}

impl Cells<'_> {
    fn header(&self) -> Vec<String> {
        let keys: &[&str] = if self.wide {
            &[
                "scan-customer",
                "explain-contact",
                "scan-titles-balance",
                "scan-total",
                "scan-documents",
            ]
        } else {
            &["scan-customer", "scan-titles", "scan-total", "scan-boletos"]
        };
        keys.iter().map(|key| self.context.say(key)).collect()
    }

    /// Customer and phone, receivables, total, boletos; or customer, contact and phone, receivables with their
    /// balances, total, documents.
    fn of(&self, notice: &ReportedNotice) -> Vec<String> {
        let (context, lang) = (self.context, self.context.lang());
        let selected = &notice.selected;
        let money = |cents| format::money(lang, cents).replace('\u{a0}', " ");
        let mut lines: Vec<Vec<String>> = selected
            .items
            .iter()
            .map(|i| {
                let mut line = vec![
                    i.document.clone(),
                    format::date(lang, i.due_on),
                    words::stage_short(context, i.stage),
                ];
                if self.wide {
                    line.push(money(i.balance));
                }
                line
            })
            .collect();
        let last = lines.first().map_or(0, Vec::len).saturating_sub(1);
        for column in 0..lines.first().map_or(0, Vec::len) {
            // What stands last needs no room behind it; amounts are flush right.
            let right = column == 3;
            if column == last && !right {
                continue;
            }
            let width = lines.iter().map(|l| l[column].chars().count()).max().unwrap_or(0);
            for line in &mut lines {
                line[column] = if right {
                    format!("{:>width$}", line[column])
                } else {
                    format!("{:<width$}", line[column])
                };
            }
        }
        let titles: Vec<String> = lines.iter().map(|line| line.join(" ")).collect();
        let mut phone = words::phone(&selected.phone);
        if self.of_branches.contains(&selected.customer) {
            let args = [("branch", selected.branch.to_string().into())];
            phone = format!("{phone}\n{}", context.text("scan-branch", &args));
        }
        let customer = format!("{} {}", selected.customer, notice.customer_name);
        let (titles, total) = (titles.join("\n"), money(selected.total()));
        if self.wide {
            let contact = selected.contact_name.trim();
            let contact = if contact.is_empty() {
                phone
            } else {
                format!("{contact}\n{phone}")
            };
            let documents = words::documents(context, &notice.parts);
            vec![customer, contact, titles, total, documents]
        } else {
            let boletos = words::boletos(context, &notice.parts);
            vec![format!("{customer}\n{phone}"), titles, total, boletos]
        }
    }
}
