//! The table of notices.

use comfy_table::{CellAlignment, ColumnConstraint, Width};
use console::measure_text_width;

use super::natural;
use crate::app::scan::{ReportedNotice, ScanReport};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::words;
use crate::i18n::format;

/// So many notices are laid out at a time: a table is held whole, with every cell, while it is printed.
const NOTICES_AT_ONCE: usize = 500;

/// Narrowest column of names: a phone fits. Below it the table is wider than the terminal.
const NARROWEST_NAMES: usize = 15;

/// The table of notices, by customer. A long one is printed in pieces of the same widths.
pub(super) fn print_notices(context: &Context, report: &ScanReport) -> Result<(), CliError> {
    let out = &context.output;
    let mut notices: Vec<&ReportedNotice> = report.notices.iter().collect();
    notices.sort_by_cached_key(|n| natural(n.selected.customer.as_str()));
    let header = ["scan-customer", "scan-titles", "scan-total", "scan-boletos"].map(|key| context.say(key));
    let mut widths = None;
    if notices.len() > NOTICES_AT_ONCE {
        let mut widest = header.each_ref().map(|text| measure_text_width(text));
        for notice in &notices {
            for (cell, widest) in cells(context, notice).iter().zip(&mut widest) {
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
        if let Some(column) = table.column_mut(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for notice in chunk {
            table.add_row(cells(context, notice).to_vec());
        }
        if piece == 0 {
            out.rows(&table)?;
        } else {
            out.rows_only(&table)?;
        }
    }
    out.line("")
}

/// Customer and phone, receivables, total, boletos.
fn cells(context: &Context, notice: &ReportedNotice) -> [String; 4] {
    let lang = context.lang();
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
                format::date(lang, i.due_on),
                words::stage_short(context, i.stage)
            )
        })
        .collect();
    [
        format!(
            "{} {}\n{}",
            selected.customer,
            notice.customer_name,
            words::phone(&selected.phone)
        ),
        titles.join("\n"),
        format::money(lang, selected.total()).replace('\u{a0}', " "),
        words::boletos(context, &notice.parts),
    ]
}
