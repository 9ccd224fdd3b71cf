//! Names of the files that a debtor receives (TEXTS: files).
//!
//! They are read on a lock screen and saved on any system: ASCII, no debtor's name, the notice's reference, one
//! name per part, nothing that Windows refuses.

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use crate::domain::document::{BoletoView, StatementView};
use crate::i18n::Lang;

/// Longest name with its ending: short enough for a chat bubble, and far below what any file system takes.
const MAX_LENGTH: usize = 100;

/// `Boleto 1 de 2 - venc 05-11-2026 - Auto Pecas Silva - K7Q2.pdf`. `number` counts from 1.
pub fn boleto(lang: Lang, view: &BoletoView, number: usize, of: usize) -> String {
    let due = dashed(view.due_on);
    let head = match lang {
        Lang::PtBr => format!("Boleto {number} de {of} - venc {due}"),
        Lang::En => format!("Boleto {number} of {of} - due {due}"),
    };
    name(&head, &view.creditor.name, &view.reference)
}

/// `5 boletos - Auto Pecas Silva - K7Q2.pdf`: several in one file.
pub fn merged_boletos(_lang: Lang, views: &[BoletoView]) -> String {
    let (creditor, reference) = views
        .first()
        .map_or(("", ""), |v| (v.creditor.name.as_str(), v.reference.as_str()));
    name(&format!("{} boletos", views.len()), creditor, reference)
}

/// `Extrato - Auto Pecas Silva - K7Q2.pdf`.
pub fn statement(lang: Lang, view: &StatementView) -> String {
    let head = match lang {
        Lang::PtBr => "Extrato",
        Lang::En => "Statement",
    };
    name(head, &view.creditor.name, &view.reference)
}

/// Day first without slashes, in both languages: the name is also the debtor's receipt in pt-BR apps.
fn dashed(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}

fn name(head: &str, creditor: &str, reference: &str) -> String {
    let reference = safe(reference);
    let fixed = head.len() + reference.len() + " -  - .pdf".len();
    let mut creditor = safe(creditor);
    creditor.truncate(MAX_LENGTH.saturating_sub(fixed));
    let parts = [head, creditor.trim(), &reference]
        .into_iter()
        .filter(|part| !part.is_empty());
    format!("{}.pdf", parts.collect::<Vec<_>>().join(" - "))
}

/// Letters, digits and single blanks; accents are taken off, everything else becomes a blank.
fn safe(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                ' '
            }
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_ascii_and_short() {
        assert_eq!(
            name("Extrato", "Auto Peças Silva", "K7Q2"),
            "Extrato - Auto Pecas Silva - K7Q2.pdf"
        );
        assert_eq!(
            name("Extrato", "São João & Cia. / Matriz: \"A\"", "K7Q2"),
            "Extrato - Sao Joao Cia Matriz A - K7Q2.pdf"
        );
        assert_eq!(name("Extrato", "Loja 😀", "K7Q2"), "Extrato - Loja - K7Q2.pdf");
        assert_eq!(name("Extrato", "\u{202e}***", "K7Q2"), "Extrato - K7Q2.pdf");
        assert_eq!(
            name(
                "Boleto 10 de 10 - venc 05-11-2026",
                &"Comércio ".repeat(30),
                "K7Q22"
            )
            .len(),
            MAX_LENGTH
        );
    }

    proptest! {
        #[test]
        fn no_creditor_breaks_a_name(creditor in any::<String>()) {
            let name = name("Boleto 1 de 2 - venc 05-11-2026", &creditor, "K7Q2");
            prop_assert!(name.len() <= MAX_LENGTH);
            prop_assert!(name.ends_with(" - K7Q2.pdf"));
            prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b" -.".contains(&b)));
            prop_assert!(!name.contains("  "));
        }
    }
}
