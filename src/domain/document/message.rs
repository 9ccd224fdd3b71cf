//! What the text of a notice says.

use chrono::NaiveDate;

use super::text::{clean, first_name};
use super::{Creditor, Payee};
use crate::domain::money::Cents;
use crate::domain::policy::Stage;
use crate::domain::receivable::{Contact, Customer, Receivable};

/// What the template of the message may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// Who is owed.
    pub creditor: Creditor,
    /// The contact's first name, where what was typed looks like a person's.
    pub first_name: Option<String>,
    /// The firing receivables past their due date, oldest first.
    pub overdue: Vec<MessageRow>,
    /// The firing receivables before it, soonest first.
    pub upcoming: Vec<MessageRow>,
    /// The payees of the boletos that follow, without doubles; none: no boleto follows.
    pub payees: Vec<Payee>,
    /// Codes to copy follow as messages of their own.
    pub codes: bool,
    /// The notice's reference.
    pub reference: String,
}

/// One receivable of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// `NF 4512/2`.
    pub document: String,
    /// Due date.
    pub due_on: NaiveDate,
    /// What is open.
    pub balance: Cents,
}

impl MessageView {
    /// The text of a notice to `contact` about the receivables that fire. `payees` are those of the boletos that
    /// are attached, in any order and with doubles; `codes` only counts with boletos.
    pub fn of(
        creditor: Creditor,
        customer: &Customer,
        contact: &Contact,
        firing: &[(&Receivable, Stage)],
        payees: impl IntoIterator<Item = Payee>,
        codes: bool,
        reference: &str,
    ) -> Self {
        let rows = |overdue: bool| {
            let mut rows: Vec<MessageRow> = firing
                .iter()
                .filter(|(_, stage)| stage.is_overdue() == overdue)
                .map(|(receivable, _)| MessageRow {
                    document: clean(&receivable.label()),
                    due_on: receivable.due_on,
                    balance: receivable.balance,
                })
                .collect();
            rows.sort_by(|a, b| (a.due_on, &a.document).cmp(&(b.due_on, &b.document)));
            rows
        };
        let is_company = customer.tax_id.as_ref().is_some_and(|id| !id.is_cpf());
        let payees = distinct(payees);
        MessageView {
            first_name: first_name(&contact.name, is_company.then_some(customer.name.as_str())),
            overdue: rows(true),
            upcoming: rows(false),
            codes: codes && !payees.is_empty(),
            payees,
            creditor,
            reference: reference.to_owned(),
        }
    }
}

/// Without doubles, in the order of first appearance.
pub fn distinct(payees: impl IntoIterator<Item = Payee>) -> Vec<Payee> {
    let mut seen: Vec<Payee> = Vec::new();
    for payee in payees {
        if !seen.contains(&payee) {
            seen.push(payee);
        }
    }
    seen
}
