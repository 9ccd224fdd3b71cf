//! The debt statement (relatório de débitos) as PDF: A4, any number of pages.
//!
//! It names the creditor with tax id and address on every page (CDC art. 42-A), lists what is overdue and what
//! falls due, and calls the updated values estimates, since only the bank's count.

mod table;
mod words;

use super::pdf::logo::Logo;
use super::pdf::{About, Align, Ink, PAGE_HEIGHT, Page, Style, wrap, write};
use crate::domain::document::StatementView;
use crate::domain::document::statement::Totals;
use crate::i18n::Lang;
use crate::i18n::format::{date, date_time, money};
use table::Table;
use words::{Words, words};

const LEFT: f32 = 12.0;
const WIDTH: f32 = 186.0;
const RIGHT: f32 = LEFT + WIDTH;
/// Nothing but the foot stands below.
const BOTTOM: f32 = PAGE_HEIGHT - 18.0;
const HAIR: f32 = 0.12;
const FAINT: Ink = Ink::Grey(0.82);
const QUIET: Ink = Ink::Grey(0.38);
const BAND: Ink = Ink::Grey(0.955);

/// Draws the statement.
pub fn statement_pdf(view: &StatementView, lang: Lang) -> Vec<u8> {
    let logo = view
        .creditor
        .logo
        .as_deref()
        .and_then(|png| Logo::from_png(png).ok());
    let mut sheet = Sheet {
        view,
        lang,
        words: words(lang),
        pages: vec![Page::default()],
        y: 0.0,
    };
    sheet.letterhead(logo.as_ref());
    sheet.summary();
    sheet.table(Table::Overdue);
    sheet.table(Table::Upcoming);
    sheet.closing();
    sheet.feet();
    let title = format!("{}, {}", sheet.words.title, view.creditor.name);
    let subject = format!("Ref. {}", view.reference);
    let language = match lang {
        Lang::PtBr => "pt-BR",
        Lang::En => "en",
    };
    let about = About {
        title: &title,
        author: &view.creditor.legal_name,
        subject: &subject,
        language,
    };
    write(&about, sheet.pages, logo.as_ref())
}

/// The pages so far and where the next line goes.
struct Sheet<'a> {
    view: &'a StatementView,
    lang: Lang,
    words: &'static Words,
    pages: Vec<Page>,
    y: f32,
}

impl Sheet<'_> {
    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    fn letterhead(&mut self, logo: Option<&Logo>) {
        let creditor = &self.view.creditor;
        let mut x = LEFT;
        let page = &mut self.pages[0];
        if let Some(logo) = logo {
            x += page.logo(logo, (LEFT, 11.0, 36.0, 17.0)) + 5.0;
        }
        let room = RIGHT - 52.0 - x;
        page.name_within(x, 16.0, Style::bold(14.0), room, &creditor.name);
        let small = Style::regular(8.0).ink(QUIET);
        let mut names = vec![creditor.tax_id.as_str()];
        if creditor.legal_name != creditor.name {
            names.insert(0, &creditor.legal_name);
        }
        page.text_within(x, 20.6, small, Align::Left, room, &names.join(" - "));
        page.text_within(x, 24.3, small, Align::Left, room, &creditor.address);
        let contact: Vec<&str> = [creditor.phone.as_deref(), creditor.email.as_deref()]
            .into_iter()
            .flatten()
            .collect();
        page.text_within(x, 28.0, small, Align::Left, room, &contact.join(" - "));

        let title = Style::bold(13.0).ink(Ink::Slate);
        page.text(RIGHT, 16.0, title, Align::Right, self.words.title);
        let as_of = format!("{} {}", self.words.as_of, date(self.lang, self.view.today));
        page.text(RIGHT, 20.6, Style::regular(8.5), Align::Right, &as_of);
        page.text(
            RIGHT,
            24.3,
            small,
            Align::Right,
            &format!("Ref. {}", self.view.reference),
        );
        page.rule(LEFT, 32.0, WIDTH, 0.5, Ink::Slate);

        let debtor = &self.view.debtor;
        let label = Style::regular(7.0).ink(QUIET);
        page.text(LEFT, 37.5, label, Align::Left, self.words.customer);
        page.text_within(LEFT, 42.0, Style::bold(10.0), Align::Left, WIDTH, &debtor.name);
        let lines: Vec<&str> = [debtor.tax_id.as_deref(), Some(debtor.address.as_str())]
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .collect();
        page.text_within(LEFT, 46.0, small, Align::Left, WIDTH, &lines.join(" - "));
        self.y = 50.5;
    }

    /// Three figures at a glance.
    fn summary(&mut self) {
        let (overdue, upcoming) = (Totals::of(&self.view.overdue), Totals::of(&self.view.upcoming));
        let words = self.words;
        let all = overdue.count + upcoming.count;
        let cells = [
            (words.overdue_plain, overdue.balance, overdue.count),
            (words.upcoming, upcoming.balance, upcoming.count),
            (words.total_plain, overdue.balance + upcoming.balance, all),
        ];
        let (y, lang) = (self.y, self.lang);
        let gap = 3.0;
        let wide = (WIDTH - 2.0 * gap) / 3.0;
        let page = self.page();
        for (i, (label, total, count)) in cells.into_iter().enumerate() {
            let x = LEFT + i as f32 * (wide + gap);
            page.fill(BAND, &[(x, y, wide, 15.0)]);
            page.fill(Ink::Slate, &[(x, y, 0.7, 15.0)]);
            page.text(
                x + 3.5,
                y + 4.8,
                Style::regular(7.5).ink(QUIET),
                Align::Left,
                label,
            );
            page.text(
                x + wide - 3.0,
                y + 4.8,
                Style::regular(7.5).ink(QUIET),
                Align::Right,
                &words.count(lang, count),
            );
            let style = Style::bold(13.0);
            page.number_within(
                x + 3.5,
                y + 11.8,
                style,
                Align::Left,
                wide - 7.0,
                &money(lang, total),
            );
        }
        self.y += 15.0 + 9.0;
    }

    /// How to pay, and what if paid already.
    fn closing(&mut self) {
        let words = self.words;
        let view = self.view;
        let body = Style::regular(8.5);
        let mut blocks: Vec<(&str, String)> = Vec::new();
        let mut pay = if view.payees.is_empty() {
            words.without_boletos
        } else {
            words.with_boletos
        }
        .to_owned();
        if !view.payees.is_empty() {
            let names: Vec<String> = view
                .payees
                .iter()
                .map(|p| {
                    p.tax_id
                        .as_ref()
                        .map_or(p.name.clone(), |id| format!("{}, {id}", p.name))
                })
                .collect();
            pay = format!("{pay} {} {}.", words.check_payee, names.join("; "));
        }
        if let Some(phone) = &view.creditor.phone {
            pay = format!("{pay} {}\u{a0}{}.", words.call, phone.replace(' ', "\u{a0}"));
        }
        blocks.push((words.how_to_pay, pay));
        blocks.push((words.paid_already, words.disregard.to_owned()));

        let blocks: Vec<(&str, Vec<String>)> = blocks
            .into_iter()
            .map(|(head, text)| (head, wrap(body, WIDTH - 8.0, &text, 6)))
            .collect();
        let estimate = if view.overdue.is_empty() {
            Vec::new()
        } else {
            wrap(Style::regular(7.0), WIDTH, words.estimate, 3)
        };
        let lines: usize = blocks.iter().map(|(_, lines)| lines.len()).sum();
        let height = 5.0 + blocks.len() as f32 * 6.6 + lines as f32 * 4.0;
        if self.y + height + 3.2 * estimate.len() as f32 > BOTTOM {
            self.next_page();
        }
        let mut y = self.y - 4.0;
        let page = self.page();
        for line in &estimate {
            page.text(LEFT, y, Style::regular(7.0).ink(QUIET), Align::Left, line);
            y += 3.2;
        }
        y += 1.5;
        page.fill(BAND, &[(LEFT, y, WIDTH, height - 2.0)]);
        for (head, lines) in blocks {
            y += 6.2;
            page.text(LEFT + 4.0, y, Style::bold(9.0).ink(Ink::Slate), Align::Left, head);
            for line in lines {
                y += 4.0;
                page.text(LEFT + 4.0, y, body, Align::Left, &line);
            }
            y += 0.6;
        }
        self.y = y;
    }

    /// Begins a page with a short head: whose statement this is.
    fn next_page(&mut self) {
        let view = self.view;
        let mut page = Page::default();
        let small = Style::regular(8.0).ink(QUIET);
        page.text_within(
            LEFT,
            14.0,
            Style::bold(9.0),
            Align::Left,
            90.0,
            &view.creditor.name,
        );
        page.text_within(RIGHT, 14.0, small, Align::Right, 90.0, &view.debtor.name);
        page.rule(LEFT, 16.5, WIDTH, 0.5, Ink::Slate);
        self.pages.push(page);
        self.y = 24.0;
    }

    /// The foot of every page, once their number is known.
    fn feet(&mut self) {
        let (view, words) = (self.view, self.words);
        let of = self.pages.len();
        let creditor = &view.creditor;
        let who = format!(
            "{}, {}, {}",
            creditor.legal_name, creditor.tax_id, creditor.address
        );
        let when = format!(
            "{} {} - Ref. {}",
            words.generated,
            date_time(self.lang, view.generated_at),
            view.reference
        );
        let small = Style::regular(6.8).ink(QUIET);
        for (i, page) in self.pages.iter_mut().enumerate() {
            let y = PAGE_HEIGHT - 12.5;
            page.rule(LEFT, y - 3.4, WIDTH, HAIR, QUIET);
            page.text_within(LEFT, y, small, Align::Left, WIDTH - 30.0, &who);
            page.text(LEFT, y + 3.2, small, Align::Left, &when);
            let number = format!("{} {} {} {of}", words.page.0, i + 1, words.page.1);
            page.text(RIGHT, y, small, Align::Right, &number);
        }
    }
}
