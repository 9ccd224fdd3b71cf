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

mod defaults;

use std::collections::BTreeSet;

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, context};

use crate::domain::document::{BoletoView, Creditor, MessageRow, MessageView, Payee, StatementView};
use crate::domain::money::Cents;
use crate::i18n::Lang;
use crate::i18n::format::{date, money};

pub use defaults::{auto_reply_template, message_template};

/// WhatsApp's limit of a text, in UTF-16 units as its clients count.
pub const MAX_TEXT: usize = 4096;
/// WhatsApp's limit of a caption.
pub const MAX_CAPTION: usize = 1024;

/// What is wrong with a template. Lines count from 1 within the template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be parsed.
    #[error("line {line}: {problem}")]
    Syntax {
        /// Where.
        line: usize,
        /// The engine's words.
        problem: String,
    },
    /// It uses a name that does not exist.
    #[error("line {line}: unknown variable {name}")]
    UnknownVariable {
        /// Where.
        line: usize,
        /// The name as written, such as `creditor.nome`.
        name: String,
    },
    /// It fails while it runs, such as a filter that does not exist or text where a number is needed.
    #[error("line {line}: {problem}")]
    Failed {
        /// Where.
        line: usize,
        /// The engine's words.
        problem: String,
    },
    /// It gives nothing to send.
    #[error("the text is empty")]
    Empty,
    /// It gives more than WhatsApp takes, even with the titles summed up in one line.
    #[error("the text has {length} characters, WhatsApp takes {MAX_TEXT}")]
    TooLong {
        /// In UTF-16 units.
        length: usize,
    },
}

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

fn payee_text(payee: &Payee) -> String {
    match &payee.tax_id {
        Some(tax_id) => format!("{}, {tax_id}", payee.name),
        None => payee.name.clone(),
    }
}

fn length_of(text: &str) -> usize {
    text.encode_utf16().count()
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

fn within_limit(text: String) -> Result<String, TemplateError> {
    let length = length_of(&text);
    if length > MAX_TEXT {
        Err(TemplateError::TooLong { length })
    } else {
        Ok(text)
    }
}

/// Renders a template strictly; blanks around the whole go.
fn render(template: &str, context: Value) -> Result<String, TemplateError> {
    // A file written on Windows has breaks that WhatsApp would show as boxes on some phones.
    let template = template.replace("\r\n", "\n");
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    let known = &context;
    let compiled = environment
        .template_from_str(&template)
        .map_err(|error| TemplateError::Syntax {
            line: error.line().unwrap_or(1),
            problem: error.detail().map_or_else(|| error.to_string(), str::to_owned),
        })?;
    // Names at the top level are checked before running, so that one in a branch not taken is found too.
    let undeclared: BTreeSet<String> = compiled.undeclared_variables(false).into_iter().collect();
    if let Some(name) = undeclared
        .into_iter()
        .find(|name| known.get_attr(name).is_ok_and(|v| v.is_undefined()))
    {
        return Err(TemplateError::UnknownVariable {
            line: line_of(&template, &name),
            name,
        });
    }
    let text = compiled.render(&context).map_err(|error| {
        let line = error.line().unwrap_or(1);
        if error.kind() == ErrorKind::UndefinedError {
            let span = error.range().and_then(|range| template.get(range));
            let name = span.map_or_else(|| "?".to_owned(), |span| expression(span).to_owned());
            return TemplateError::UnknownVariable { line, name };
        }
        let problem = error.detail().map_or_else(|| error.to_string(), str::to_owned);
        TemplateError::Failed { line, problem }
    })?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        Err(TemplateError::Empty)
    } else {
        Ok(text)
    }
}

/// The expression within a span of the template, without the braces around it.
fn expression(span: &str) -> &str {
    span.trim_matches(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '%' | '-'))
}

/// The first line that mentions `name` as a word of its own inside a tag.
fn line_of(template: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |at: usize| {
        let before = template[..at].chars().next_back();
        let after = template[at + name.len()..].chars().next();
        !before.is_some_and(|c| is_word(c) || c == '.') && !after.is_some_and(is_word)
    };
    let in_tag = |at: usize| {
        let last = |marks: [&str; 2]| {
            marks
                .into_iter()
                .filter_map(|mark| template[..at].rfind(mark))
                .max()
        };
        last(["{{", "{%"]) > last(["}}", "%}"])
    };
    let found = template
        .match_indices(name)
        .map(|(at, _)| at)
        .find(|at| is_whole(*at) && in_tag(*at));
    found.map_or(1, |at| template[..at].matches('\n').count() + 1)
}

fn creditor_value(creditor: &Creditor) -> Value {
    context! {
        name => creditor.name.as_str(),
        legal_name => creditor.legal_name.as_str(),
        tax_id => creditor.tax_id.as_str(),
        address => creditor.address.as_str(),
        city => creditor.city.as_str(),
        phone => creditor.phone.as_deref(),
    }
}

fn message_context(view: &MessageView, lang: Lang, kept: usize) -> Value {
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
fn sample(on: impl Fn(u8) -> bool) -> MessageView {
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
    fn captions_end_within_the_limit() {
        assert_eq!(clip("ação".repeat(400), 10), "açãoaçãoa…");
        assert_eq!(length_of(&clip("😀".repeat(800), MAX_CAPTION)), 1023);
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
