//! The two tables, over as many pages as they need.

use super::super::pdf::{Align, Ink, Style, fit};
use super::words::Words;
use super::{BAND, BOTTOM, FAINT, HAIR, LEFT, QUIET, Sheet, WIDTH};
use crate::domain::document::StatementRow;
use crate::domain::document::statement::Totals;
use crate::domain::money::Cents;
use crate::i18n::format::{amount, date};

/// Height of a row.
const ROW: f32 = 5.2;

/// The two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Overdue,
    Upcoming,
}

impl Sheet<'_> {
    /// Draws a table, where it has rows.
    pub fn table(&mut self, table: Table) {
        let view = self.view;
        let rows: &[StatementRow] = match table {
            Table::Overdue => &view.overdue,
            Table::Upcoming => &view.upcoming,
        };
        if rows.is_empty() {
            if table == Table::Upcoming && view.overdue.is_empty() {
                let (y, none) = (self.y, self.words.none);
                self.page().text(LEFT, y, Style::regular(9.0), Align::Left, none);
                self.y += 9.0;
            }
            return;
        }
        // A heading never stands alone at the foot of a page: it takes the columns and three rows along.
        if self.y + 12.0 + 3.0 * ROW > BOTTOM {
            self.next_page();
        }
        self.heading(table, rows.len(), false);
        for (i, row) in rows.iter().enumerate() {
            // The last row keeps room for the total under it.
            let need = if i + 1 == rows.len() { 2.0 * ROW + 1.0 } else { ROW };
            if self.y + need > BOTTOM {
                self.next_page();
                self.heading(table, rows.len(), true);
            }
            self.row(table, row);
        }
        self.total(table, &Totals::of(rows));
        self.y += 9.0;
    }

    /// The table's name and its columns.
    fn heading(&mut self, table: Table, count: usize, continued: bool) {
        let words = self.words;
        let (name, y) = (
            if table == Table::Overdue {
                words.overdue
            } else {
                words.upcoming
            },
            self.y,
        );
        let mut note = words.count(self.lang, count);
        if continued {
            note = format!("{note}, {}", words.continued);
        }
        let columns = columns(table, words);
        let page = self.page();
        let style = Style::bold(10.5).ink(Ink::Slate);
        page.text(LEFT, y, style, Align::Left, name);
        let quiet = Style::regular(7.5).ink(QUIET);
        page.text(LEFT + style.width(name) + 2.5, y, quiet, Align::Left, &note);
        let top = y + 2.2;
        page.fill(BAND, &[(LEFT, top, WIDTH, 5.4)]);
        page.rule(LEFT, top + 5.4, WIDTH, 0.25, Ink::Slate);
        let mut x = LEFT;
        for (label, width, align) in columns {
            let anchor = if align == Align::Right {
                x + width - 1.0
            } else {
                x + 1.0
            };
            page.text_within(anchor, top + 3.7, Style::bold(7.0), align, width - 1.5, label);
            x += width;
        }
        self.y = top + 5.65;
    }

    fn row(&mut self, table: Table, row: &StatementRow) {
        let number = |cents: Cents| amount(self.lang, cents);
        // Nothing paid or added is a dash: the eye finds what is there.
        let or_dash = |cents: Cents| {
            if cents == Cents::ZERO {
                "-".to_owned()
            } else {
                number(cents)
            }
        };
        let days = match (table, row.days) {
            (Table::Upcoming, 0) => self.words.today.to_owned(),
            (_, days) => days.to_string(),
        };
        let issued = row.issued_on.map(|day| date(self.lang, day)).unwrap_or_default();
        let mut cells = vec![
            row.document.clone(),
            row.installment.clone(),
            issued,
            date(self.lang, row.due_on),
            days,
            number(row.original),
            or_dash(row.paid),
        ];
        match table {
            Table::Overdue => {
                cells.extend([
                    or_dash(row.charges.fine),
                    or_dash(row.charges.interest),
                    number(row.updated()),
                ]);
            }
            Table::Upcoming => cells.push(number(row.balance)),
        }
        self.cells(table, &cells, Style::regular(8.0));
        let y = self.y;
        self.page().rule(LEFT, y - HAIR, WIDTH, HAIR, FAINT);
    }

    fn total(&mut self, table: Table, totals: &Totals) {
        let number = |cents: Cents| amount(self.lang, cents);
        let mut cells = vec![self.words.total.to_owned()];
        cells.resize(5, String::new());
        cells.extend([number(totals.original), number(totals.paid)]);
        match table {
            Table::Overdue => {
                cells.extend([
                    number(totals.fine),
                    number(totals.interest),
                    number(totals.updated),
                ]);
            }
            Table::Upcoming => cells.push(number(totals.balance)),
        }
        let y = self.y;
        self.page().rule(LEFT, y, WIDTH, 0.25, Ink::Slate);
        self.y += 0.4;
        self.cells(table, &cells, Style::bold(8.0));
    }

    fn cells(&mut self, table: Table, cells: &[String], style: Style) {
        let (columns, y) = (columns(table, self.words), self.y);
        let page = self.page();
        let mut x = LEFT;
        for ((_, width, align), text) in columns.into_iter().zip(cells) {
            match align {
                Align::Right => {
                    page.number_within(x + width - 1.0, y + 3.6, style, align, width - 1.5, text);
                }
                _ => {
                    let (style, text) = fit(style, width - 1.5, text, 0.6);
                    page.text(x + 1.0, y + 3.6, style, align, &text);
                }
            }
            x += width;
        }
        self.y += ROW;
    }
}

/// Label, width and side of each column; the numbers of both tables stand under each other.
fn columns(table: Table, words: &Words) -> Vec<(&'static str, f32, Align)> {
    let (left, right) = (Align::Left, Align::Right);
    let mut columns = vec![
        (words.document, 28.5, left),
        (words.installment, 14.0, left),
        (words.issued, 17.5, left),
        (words.due, 18.0, left),
        (words.days, 9.5, right),
        (words.original, 22.5, right),
        (words.paid, 19.5, right),
    ];
    match table {
        Table::Overdue => {
            columns.extend([
                (words.fine, 16.0, right),
                (words.interest, 18.0, right),
                (words.updated, 22.5, right),
            ]);
        }
        Table::Upcoming => columns.push((words.to_pay, 56.5, right)),
    }
    columns
}
