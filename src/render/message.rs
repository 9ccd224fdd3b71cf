//! The words of a notice: the text by a template that sites may change, captions, and the automatic answers.
//!
//! Templates are minijinja in strict mode: a name that does not exist is an error with its line, found by
//! [`check_template`] when the configuration is checked and not when the first debtor is written to.
//!
//! | name | is |
//! |---|---|
//! | `first_name` | the contact's first name, or nothing |
//! | `creditor.name`, `.legal_name`, `.tax_id`, `.address`, `.city`, `.phone` | who is owed; the phone may be nothing |
//! | `overdue`, `upcoming` | lists of rows `r.document`, `r.due_on`, `r.balance`; may be empty |
//! | `total`, `total_overdue`, `total_upcoming` | sums of the balances |
//! | `payee.name`, `payee.tax_id` | whom the banks show; `payee` is nothing without boletos |
//! | `codes` | true when codes to copy follow |
//! | `ref` | the notice's reference |

mod captions;
mod context;
mod defaults;
mod template;

use minijinja::context;

use crate::domain::document::{Creditor, MessageView};
use crate::i18n::Lang;
use context::{creditor_value, message_context, sample};
use template::render;

pub use captions::{MAX_CAPTION, boleto_caption, merged_caption, statement_caption};
pub use defaults::{auto_reply_template, message_template};
pub use template::TemplateError;

/// WhatsApp's limit of a text, in UTF-16 units as its clients count.
pub const MAX_TEXT: usize = 4096;
/// The text of a notice. `template: None` takes the default of the language. Where the text would be too long,
/// the last titles of each list are summed up in one line that points to the statement.
///
/// # Errors
/// [`TemplateError`].
pub fn text(template: Option<&str>, view: &MessageView, lang: Lang) -> Result<String, TemplateError> {
    let template = template.unwrap_or_else(|| message_template(lang));
    let longest = view.overdue.len().max(view.upcoming.len());
    let mut kept = longest;
    loop {
        let text = render(template, message_context(view, lang, kept))?;
        let length = length_of(&text);
        if length <= MAX_TEXT {
            return Ok(text);
        }
        if kept <= 1 {
            return Err(TemplateError::TooLong { length });
        }
        kept = (kept * 3 / 4).max(1);
    }
}

/// Tries a message template with every optional part present and absent. `None` tries the default.
///
/// # Errors
/// [`TemplateError`]: the first thing that would fail.
pub fn check_template(template: Option<&str>, lang: Lang) -> Result<(), TemplateError> {
    // Everything present first: most mistakes show there. A notice without any title does not exist.
    for mask in (0..64u8).rev().filter(|mask| mask & 0b1100 != 0) {
        let on = |bit: u8| mask & (1 << bit) != 0;
        text(template, &sample(on), lang)?;
    }
    Ok(())
}

/// Which of the creditor's legal name, address and tax id a template leaves out: every collection document must
/// carry them (CDC art. 42-A). A warning, since a site may write its name in plain words.
pub fn left_out_by_law(template: &str, lang: Lang) -> Vec<&'static str> {
    let view = sample(|_| true);
    let Ok(text) = text(Some(template), &view, lang) else {
        return Vec::new();
    };
    let creditor = &view.creditor;
    let parts = [
        ("creditor.legal_name", &creditor.legal_name),
        ("creditor.tax_id", &creditor.tax_id),
        ("creditor.address", &creditor.address),
    ];
    parts
        .into_iter()
        .filter(|(_, value)| !text.contains(*value))
        .map(|(name, _)| name)
        .collect()
}

/// The automatic answer, once per notice. `template: None` takes the default; only `creditor.*` may be used.
///
/// # Errors
/// [`TemplateError`].
pub fn auto_reply(template: Option<&str>, creditor: &Creditor, lang: Lang) -> Result<String, TemplateError> {
    let template = template.unwrap_or_else(|| auto_reply_template(lang));
    within_limit(render(
        template,
        context! { creditor => creditor_value(creditor) },
    )?)
}

/// Tries a template of the automatic answer.
///
/// # Errors
/// [`TemplateError`].
pub fn check_auto_reply(template: Option<&str>, lang: Lang) -> Result<(), TemplateError> {
    for phone in [true, false] {
        auto_reply(template, &sample(|_| phone).creditor, lang)?;
    }
    Ok(())
}

/// The answer to an opt-out.
pub fn opt_out(lang: Lang) -> &'static str {
    defaults::opt_out(lang)
}

/// The answer to `VOLTAR`.
pub fn opt_in(lang: Lang) -> &'static str {
    defaults::opt_in(lang)
}

/// The answer to a wrong number: it names neither creditor nor debt.
pub fn wrong_number(lang: Lang) -> &'static str {
    defaults::wrong_number(lang)
}

fn length_of(text: &str) -> usize {
    text.encode_utf16().count()
}

fn within_limit(text: String) -> Result<String, TemplateError> {
    let length = length_of(&text);
    if length > MAX_TEXT {
        Err(TemplateError::TooLong { length })
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(template: &str) -> TemplateError {
        check_template(Some(template), Lang::PtBr).unwrap_err()
    }

    #[test]
    fn the_defaults_pass() {
        for lang in [Lang::PtBr, Lang::En] {
            check_template(None, lang).unwrap();
            check_auto_reply(None, lang).unwrap();
            assert_eq!(left_out_by_law(message_template(lang), lang), Vec::<&str>::new());
        }
    }

    #[test]
    fn unknown_names_are_found_with_their_line() {
        let unknown = |line, name: &str| TemplateError::UnknownVariable {
            line,
            name: name.to_owned(),
        };
        assert_eq!(error("Olá\n{{ nome }}"), unknown(2, "nome"));
        // In a branch that no notice may ever take.
        assert_eq!(
            error("Olá\n\n{% if false %}{{ nome }}{% endif %}"),
            unknown(3, "nome")
        );
        assert_eq!(
            error("ref: nome\nnome {% if nome %}x{% endif %}"),
            unknown(2, "nome")
        );
        assert_eq!(error("Olá\n{{ creditor.nome }}"), unknown(2, "creditor.nome"));
        assert_eq!(
            error("Olá{% for r in overdue %}\n{{ r.valor }}{% endfor %}"),
            unknown(2, "r.valor")
        );
        // `payee` is nothing without boletos: using it unguarded fails on those days.
        assert_eq!(error("Olá {{ payee.name }}"), unknown(1, "payee.name"));
    }

    #[test]
    fn broken_ones_say_where() {
        assert!(matches!(
            error("a\nb {% if overdue %} c"),
            TemplateError::Syntax { line: 2, .. }
        ));
        assert!(matches!(
            error("a\n{{ ref|inexistente }}"),
            TemplateError::Failed { line: 2, .. } | TemplateError::Syntax { line: 2, .. }
        ));
        assert_eq!(error("{% if overdue %}oi{% endif %}"), TemplateError::Empty);
        assert!(matches!(
            error(&"x".repeat(4097)),
            TemplateError::TooLong { length: 4097 }
        ));
    }

    #[test]
    fn what_the_law_wants_is_missed() {
        assert_eq!(
            left_out_by_law("Olá da {{ creditor.name }}, {{ creditor.tax_id }}", Lang::PtBr),
            ["creditor.legal_name", "creditor.address"]
        );
    }

    #[test]
    fn long_lists_are_summed_up() {
        let mut view = sample(|_| true);
        let row = view.overdue[0].clone();
        view.overdue = vec![row; 500];
        let text = text(None, &view, Lang::PtBr).unwrap();
        assert!(length_of(&text) <= MAX_TEXT && length_of(&text) > MAX_TEXT / 2);
        let shown = text.matches("NF 1/1").count();
        assert!(text.contains(&format!("mais {} títulos (no extrato)", 500 - shown)));
        assert!(text.contains("SHOP LTDA"), "the foot stays");
    }

    #[test]
    fn what_customers_typed_is_never_run_as_a_template() {
        let mut view = sample(|_| true);
        view.creditor.name = "{{ ref }}{% if %}".to_owned();
        assert!(
            text(None, &view, Lang::PtBr)
                .unwrap()
                .contains("*{{ ref }}{% if %}*")
        );
    }
}
