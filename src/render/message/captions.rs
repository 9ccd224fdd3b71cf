//! Captions: what a file is, and how to tell that it is real.

use super::length_of;
use crate::domain::document::{BoletoView, Payee, StatementView};
use crate::i18n::Lang;
use crate::i18n::format::{date, money};

/// WhatsApp's limit of a caption.
pub const MAX_CAPTION: usize = 1024;

/// The caption of a boleto: what it is and how to tell that it is real. `number` counts from 1.
pub fn boleto_caption(view: &BoletoView, number: usize, of: usize, lang: Lang) -> String {
    let (due, amount) = (date(lang, view.due_on), money(lang, view.amount));
    let line = view.line_digits();
    let start = line.get(..3).unwrap_or_default();
    // The line ends in the value without its leading zeros; a code of free value ends in zeros that say nothing.
    let end = view.amount.get();
    let payee = payee_text(&view.payee);
    let document = &view.document;
    let caption = match lang {
        Lang::PtBr if end > 0 => format!(
            "Boleto {number}/{of}, {document}, venc. {due}, {amount}. Beneficiário: {payee}. A linha começa com \
             {start} e termina em {end} (o valor)."
        ),
        Lang::PtBr => format!(
            "Boleto {number}/{of}, {document}, venc. {due}. Beneficiário: {payee}. A linha começa com {start}."
        ),
        Lang::En if end > 0 => format!(
            "Boleto {number}/{of}, {document}, due {due}, {amount}. Payee: {payee}. The line starts with {start} \
             and ends in {end} (the value)."
        ),
        Lang::En => {
            format!(
                "Boleto {number}/{of}, {document}, due {due}. Payee: {payee}. The line starts with {start}."
            )
        }
    };
    clip(caption, MAX_CAPTION)
}

/// The caption of one PDF with several boletos.
pub fn merged_caption(views: &[BoletoView], lang: Lang) -> String {
    let total = money(lang, views.iter().map(|v| v.amount).sum());
    let payees = crate::domain::document::message::distinct(views.iter().map(|v| v.payee.clone()));
    let names = payees.iter().map(payee_text).collect::<Vec<_>>().join("; ");
    let count = views.len();
    let caption = match lang {
        Lang::PtBr => format!("{count} boletos, um por página, total {total}. Beneficiário: {names}."),
        Lang::En => format!("{count} boletos, one on each page, total {total}. Payee: {names}."),
    };
    clip(caption, MAX_CAPTION)
}

/// The caption of a statement.
pub fn statement_caption(view: &StatementView, lang: Lang) -> String {
    let day = date(lang, view.today);
    let name = &view.creditor.name;
    let caption = match lang {
        Lang::PtBr => format!("Extrato de débitos, {name}, posição de {day}. Se já pagou, desconsidere."),
        Lang::En => {
            format!("Debt statement, {name}, as of {day}. If you have paid already, please disregard.")
        }
    };
    clip(caption, MAX_CAPTION)
}

/// `SILVA LTDA, CNPJ 12.345.678/0001-95`.
pub(super) fn payee_text(payee: &Payee) -> String {
    match &payee.tax_id {
        Some(tax_id) => format!("{}, {tax_id}", payee.name),
        None => payee.name.clone(),
    }
}

/// Cuts a text that is too long, with an ellipsis.
fn clip(text: String, limit: usize) -> String {
    if length_of(&text) <= limit {
        return text;
    }
    let mut out = String::new();
    let mut length = 1;
    for c in text.chars() {
        length += c.len_utf16();
        if length > limit {
            break;
        }
        out.push(c);
    }
    out + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_end_within_the_limit() {
        assert_eq!(clip("ação".repeat(400), 10), "açãoaçãoa…");
        assert_eq!(length_of(&clip("😀".repeat(800), MAX_CAPTION)), 1023);
    }
}
