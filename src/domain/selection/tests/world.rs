//! A small world in words, so that a case is one line.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::super::*;
use crate::domain::calendar::BankingCalendar;
use crate::domain::ids::CustomerId;
use crate::domain::policy::{NoticeKinds, Policy};
use crate::domain::receivable::{Customer, PolicyRow};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("not a date: {text}"))
}

/// Everything that selection asks for, with a customer `7` of branch `1` and a contact that can be written to.
#[derive(Debug)]
pub struct World {
    pub day: NaiveDate,
    pub banks: BankingCalendar,
    pub rows: Vec<PolicyRow>,
    /// Branches whose rows could be read.
    pub branches: Vec<BranchId>,
    pub kinds: NoticeKinds,
    pub grace: u32,
    pub area_code: Option<u8>,
    pub gap: u32,
    pub require_boleto: bool,
    pub stale: bool,
    pub past: Past,
    pub customer: Option<Customer>,
    pub contacts: Vec<Contact>,
    pub receivables: Vec<Receivable>,
    pub boletos: HashSet<ReceivableId>,
}

pub fn policy_row(branch: Option<&str>, upcoming: &str, overdue: &str) -> PolicyRow {
    let days = |text: &str| {
        text.split(',')
            .filter_map(|n| n.parse().ok())
            .collect::<Vec<u32>>()
    };
    PolicyRow {
        branch: branch.map(BranchId::new),
        email_configured: true,
        notify_upcoming: true,
        upcoming_days: days(upcoming),
        notify_overdue: true,
        overdue_days: days(overdue),
        repeat_every_days: None,
        stop_after_days: None,
        min_amount: None,
    }
}

pub fn customer(id: &str) -> Customer {
    Customer {
        id: CustomerId::new(id),
        name: "Mercado Aurora".to_owned(),
        tax_id: None,
        address: None,
        district: None,
        city: None,
        state: None,
        postal_code: None,
        email_notice: true,
        blocked: false,
    }
}

pub fn contact(id: &str, customer: &str, phone: &str, flagged: bool) -> Contact {
    Contact {
        id: ContactId::new(id),
        customer: CustomerId::new(customer),
        name: "Ana".to_owned(),
        phone: phone.to_owned(),
        receives_whatsapp: flagged,
    }
}

pub fn receivable(id: &str, customer: &str, branch: &str, due_on: NaiveDate, balance: i64) -> Receivable {
    Receivable {
        id: ReceivableId::new(id),
        branch: BranchId::new(branch),
        customer: CustomerId::new(customer),
        document: format!("NF {id}"),
        installment: None,
        issued_on: None,
        due_on,
        amount: Cents::new(10_000),
        balance: Cents::new(balance),
        fine_percent: None,
        interest_percent_month: None,
        excluded_reason: None,
    }
}

impl Default for World {
    /// A Wednesday without a holiday near; stages 5, 2, 0 before and 1, 7, 15, 30 after; a business day of grace.
    fn default() -> Self {
        World {
            day: day("2026-08-19"),
            banks: BankingCalendar::default(),
            rows: vec![policy_row(None, "5,2,0", "1,7,15,30")],
            branches: vec![BranchId::new("1"), BranchId::new("2")],
            kinds: NoticeKinds::Both,
            grace: 1,
            area_code: Some(51),
            gap: 1,
            require_boleto: false,
            stale: false,
            past: Past::default(),
            customer: Some(customer("7")),
            contacts: Vec::new(),
            receivables: Vec::new(),
            boletos: HashSet::new(),
        }
    }
}

impl World {
    /// Reads a case. Words are separated by spaces; a receivable is `A@-8` (due eight days before the reference day)
    /// or `A@2026-08-11`, then `=350.00` (balance), `/2` (branch), `!protestado` (excluded).
    pub fn of(text: &str) -> Self {
        let mut world = World::default();
        let words: Vec<&str> = text.split_whitespace().collect();
        // The day first: the others count from it.
        for word in &words {
            if let Some(date) = word.strip_prefix("day:") {
                world.day = day(date);
            }
        }
        for word in words {
            world.take(word);
        }
        if !text.contains("contact:") && !text.contains("no-contact") {
            world.contacts = vec![contact("1", "7", "(51) 98765-4321", true)];
        }
        world
    }

    fn take(&mut self, word: &str) {
        if word.contains('@') {
            let receivable = self.receivable(word);
            self.receivables.push(receivable);
            return;
        }
        let (name, value) = word.split_once(':').unwrap_or((word, ""));
        let number = || value.parse().unwrap_or_else(|_| panic!("not a number: {word}"));
        let days = || {
            value
                .split(',')
                .filter_map(|n| n.parse().ok())
                .collect::<Vec<u32>>()
        };
        let row = &mut self.rows[0];
        match name {
            "day" | "no-contact" => {}
            "before" => row.upcoming_days = days(),
            "after" => row.overdue_days = days(),
            "every" => row.repeat_every_days = Some(number()),
            "stop" => row.stop_after_days = Some(number()),
            "min" => row.min_amount = Some(Cents::from_decimal(value).unwrap()),
            "upcoming-off" => row.notify_upcoming = false,
            "overdue-off" => row.notify_overdue = false,
            "email-unconfigured" => row.email_configured = false,
            "no-policy" => self.rows.clear(),
            "own-row" => {
                let (upcoming, overdue) = value.split_once('/').unwrap();
                self.rows.insert(1, policy_row(Some("2"), upcoming, overdue));
            }
            "own-row-without-email" => {
                let mut own = policy_row(Some("2"), "5,2,0", "1,7,15,30");
                own.email_configured = false;
                self.rows.push(own);
            }
            "branch-2-unreadable" => self.branches.truncate(1),
            "only-overdue" => self.kinds = NoticeKinds::Overdue,
            "only-upcoming" => self.kinds = NoticeKinds::Upcoming,
            "grace" => self.grace = number(),
            "holiday" => self
                .banks
                .extra
                .push(crate::domain::calendar::ExtraHoliday::Once(day(value))),
            "no-area-code" => self.area_code = None,
            "gap" => self.gap = number(),
            "require-boleto" => self.require_boleto = true,
            "boleto" => {
                self.boletos.insert(ReceivableId::new(value));
            }
            "bank-return-stale" => self.stale = true,
            "customer-unreadable" => self.customer = None,
            "blocked" => self.customer.as_mut().unwrap().blocked = true,
            "email-notice-off" => self.customer.as_mut().unwrap().email_notice = false,
            "hold" => {
                let (kind, until) = value.split_once('/').unwrap_or((value, ""));
                let hold = Hold {
                    customer: CustomerId::new("7"),
                    until: (!until.is_empty()).then(|| day(until)),
                    kind: kind.to_owned(),
                };
                self.past.holds.insert(hold.customer.clone(), hold);
            }
            // contact:(51)98765-4321, unflagged-contact:...; underscores are spaces.
            "contact" | "unflagged-contact" => {
                let id = (self.contacts.len() + 1).to_string();
                let phone = value.replace('_', " ");
                self.contacts.push(contact(&id, "7", &phone, name == "contact"));
            }
            "opted-out" => {
                self.past.opted_out.insert(Phone::from_e164(value).unwrap());
            }
            // claimed:A/overdue:7, to the contact that is there by default.
            "claimed" => {
                let (id, stage) = value.split_once('/').unwrap();
                let phone = Phone::from_e164("5551987654321").unwrap();
                self.past
                    .claims
                    .insert((ReceivableId::new(id), phone, stage.parse().unwrap()));
            }
            // written:-1 or written:-1/2 (branch).
            "written" => {
                let (offset, branch) = value.split_once('/').unwrap_or((value, "1"));
                let recipient = Recipient {
                    branch: BranchId::new(branch),
                    customer: CustomerId::new("7"),
                    phone: Phone::from_e164("5551987654321").unwrap(),
                };
                let on = self.day + TimeDelta::days(offset.parse().unwrap());
                self.past.last_written.insert(recipient, on);
            }
            other => panic!("what is {other}?"),
        }
    }

    fn receivable(&self, word: &str) -> Receivable {
        let (id, rest) = word.split_once('@').unwrap();
        let (rest, excluded) = rest.split_once('!').map_or((rest, None), |(r, e)| (r, Some(e)));
        let (rest, branch) = rest.split_once('/').unwrap_or((rest, "1"));
        let (due, balance) = rest.split_once('=').unwrap_or((rest, "100.00"));
        let due_on = match due.parse::<i64>() {
            Ok(offset) => self.day + TimeDelta::days(offset),
            Err(_) => day(due),
        };
        let balance = Cents::from_decimal(balance).unwrap().get();
        Receivable {
            excluded_reason: excluded.map(str::to_owned),
            ..receivable(id, "7", branch, due_on, balance)
        }
    }

    pub fn policies(&self) -> HashMap<BranchId, BranchPolicy> {
        self.branches
            .iter()
            .map(|branch| {
                let policy = match crate::domain::policy::row_for(&self.rows, branch) {
                    Some(row) if row.email_configured => {
                        BranchPolicy::Active(Policy::from_row(row, self.kinds))
                    }
                    _ => BranchPolicy::EmailNotConfigured,
                };
                (branch.clone(), policy)
            })
            .collect()
    }

    pub fn rules<'a>(&'a self, policies: &'a HashMap<BranchId, BranchPolicy>) -> Rules<'a> {
        Rules {
            day: self.day,
            banks: &self.banks,
            grace_business_days: self.grace,
            area_code: self.area_code,
            min_days_between: self.gap,
            require_boleto: self.require_boleto,
            bank_return_stale: self.stale,
            policies,
        }
    }

    pub fn decide(&self) -> Decisions {
        let (policies, id) = (self.policies(), CustomerId::new("7"));
        let case = self.case(&id);
        select(&self.rules(&policies), &self.past, &case, &|r| {
            self.boletos.contains(r)
        })
    }

    pub fn case<'a>(&'a self, id: &'a CustomerId) -> Case<'a> {
        Case {
            id,
            customer: self.customer.as_ref(),
            contacts: &self.contacts,
            receivables: &self.receivables,
        }
    }
}

/// Decisions in words: `4321: A overdue:7` is a notice to that phone; `4321/2:` one of branch 2; the rest is
/// who or what was left out, with the reason and its figures.
pub fn in_words(decisions: &Decisions) -> String {
    let notices = decisions.selected.iter().map(|s| {
        let branch = if s.branch.as_str() == "1" {
            String::new()
        } else {
            format!("/{}", s.branch)
        };
        let items: Vec<String> = s
            .items
            .iter()
            .map(|i| format!("{} {}", i.receivable, i.stage))
            .collect();
        let tail = &s.phone.e164()[s.phone.e164().len() - 4..];
        format!("{tail}{branch}: {}", items.join(", "))
    });
    let skipped = decisions.skipped.iter().map(|s| {
        let whom = match (&s.contact, &s.receivable) {
            (Some(c), Some(r)) => format!("contact {c}, {r}: "),
            (Some(c), None) => format!("contact {c}: "),
            (None, Some(r)) => format!("{r}: "),
            (None, None) => String::new(),
        };
        let detail = if s.detail.is_empty() {
            String::new()
        } else {
            format!(" ({})", s.detail)
        };
        format!("{whom}{}{detail}", s.reason.word())
    });
    notices.chain(skipped).collect::<Vec<_>>().join(" | ")
}
