//! What a template may use, as values of the engine.

use minijinja::{Value, context};

use super::captions::payee_text;
use crate::domain::document::{Creditor, MessageRow, MessageView, Payee};
use crate::domain::money::Cents;
use crate::i18n::Lang;
use crate::i18n::format::{date, money};

/// The creditor.
pub(super) fn creditor_value(creditor: &Creditor) -> Value {
    context! {
        name => creditor.name.as_str(),
        legal_name => creditor.legal_name.as_str(),
        tax_id => creditor.tax_id.as_str(),
        address => creditor.address.as_str(),
        city => creditor.city.as_str(),
        phone => creditor.phone.as_deref(),
    }
}

/// All of a notice; of each list the first `kept` rows, the others summed up.
pub(super) fn message_context(view: &MessageView, lang: Lang, kept: usize) -> Value {
    let sum = |rows: &[MessageRow]| rows.iter().map(|row| row.balance).sum::<Cents>();
    let (overdue, upcoming) = (sum(&view.overdue), sum(&view.upcoming));
    context! {
        first_name => view.first_name.as_deref(),
        creditor => creditor_value(&view.creditor),
        overdue => rows_value(&view.overdue, lang, kept),
        upcoming => rows_value(&view.upcoming, lang, kept),
        total => money(lang, overdue + upcoming),
        total_overdue => money(lang, overdue),
        total_upcoming => money(lang, upcoming),
        payee => payee_value(&view.payees, lang),
        codes => view.codes,
        ref => view.reference.as_str(),
    }
}

/// The first `kept` rows; the others, if any, in one more.
fn rows_value(rows: &[MessageRow], lang: Lang, kept: usize) -> Vec<Value> {
    let row = |document: String, due_on: String, balance: Cents| {
        context! { document, due_on, balance => money(lang, balance) }
    };
    let (shown, rest) = rows.split_at(kept.min(rows.len()));
    let mut values: Vec<Value> = shown
        .iter()
        .map(|r| row(r.document.clone(), date(lang, r.due_on), r.balance))
        .collect();
    if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
        let count = rest.len();
        let (from, to) = (date(lang, first.due_on), date(lang, last.due_on));
        let (title, days) = match lang {
            Lang::PtBr => (
                format!("mais {count} títulos (no extrato)"),
                format!("de {from} a {to}"),
            ),
            Lang::En => (
                format!("{count} more titles (in the statement)"),
                format!("{from} to {to}"),
            ),
        };
        values.push(row(title, days, rest.iter().map(|r| r.balance).sum()));
    }
    values
}

/// One payee, or several joined so that `{{ payee.name }}, {{ payee.tax_id }}` names them all.
fn payee_value(payees: &[Payee], lang: Lang) -> Value {
    let Some((first, others)) = payees.split_first() else {
        return Value::from(());
    };
    let or = match lang {
        Lang::PtBr => "ou",
        Lang::En => "or",
    };
    let mut tax_id = first.tax_id.clone().unwrap_or_else(|| match lang {
        Lang::PtBr => "como no boleto".to_owned(),
        Lang::En => "as on the boleto".to_owned(),
    });
    for other in others {
        tax_id.push_str(&format!(", {or} {}", payee_text(other)));
    }
    context! { name => first.name.as_str(), tax_id }
}

/// A view with each optional part on or off.
pub(super) fn sample(on: impl Fn(u8) -> bool) -> MessageView {
    let row = |document: &str, cents| MessageRow {
        document: document.to_owned(),
        due_on: chrono::NaiveDate::default(),
        balance: Cents::new(cents),
    };
    let some = |bit, text: &str| on(bit).then(|| text.to_owned());
    let payee = Payee {
        name: "PAYEE LTDA".to_owned(),
        tax_id: Some("CNPJ 11.222.333/0001-81".to_owned()),
    };
    MessageView {
        creditor: Creditor {
            name: "Shop".to_owned(),
            legal_name: "SHOP LTDA".to_owned(),
            tax_id: "CNPJ 12.345.678/0001-95".to_owned(),
            address: "Rua Um, 1".to_owned(),
            city: "Town".to_owned(),
            phone: some(0, "(51) 3333-4444"),
            email: None,
            logo: None,
        },
        first_name: some(1, "Maria"),
        overdue: if on(2) {
            vec![row("NF 1/1", 100), row("NF 1/2", 200)]
        } else {
            Vec::new()
        },
        upcoming: if on(3) {
            vec![row("NF 2/1", 300)]
        } else {
            Vec::new()
        },
        payees: if on(4) { vec![payee] } else { Vec::new() },
        codes: on(4) && on(5),
        reference: "K7Q2".to_owned(),
    }
}
