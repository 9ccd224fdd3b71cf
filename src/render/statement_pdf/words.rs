//! The words of a statement in both languages.

use crate::domain::money::Cents;
use crate::i18n::Lang;
use crate::i18n::format::amount;

/// All labels of a statement.
pub struct Words {
    pub title: &'static str,
    pub as_of: &'static str,
    pub customer: &'static str,
    pub overdue: &'static str,
    pub upcoming: &'static str,
    pub total: &'static str,
    pub overdue_plain: &'static str,
    pub total_plain: &'static str,
    pub titles: (&'static str, &'static str),
    pub continued: &'static str,
    pub none: &'static str,
    pub document: &'static str,
    pub installment: &'static str,
    pub issued: &'static str,
    pub due: &'static str,
    pub days: &'static str,
    pub today: &'static str,
    pub original: &'static str,
    pub paid: &'static str,
    pub fine: &'static str,
    pub interest: &'static str,
    pub updated: &'static str,
    pub to_pay: &'static str,
    pub estimate: &'static str,
    pub how_to_pay: &'static str,
    pub with_boletos: &'static str,
    pub without_boletos: &'static str,
    pub check_payee: &'static str,
    pub call: &'static str,
    pub paid_already: &'static str,
    pub disregard: &'static str,
    pub generated: &'static str,
    pub page: (&'static str, &'static str),
}

const PT_BR: Words = Words {
    title: "Extrato de débitos",
    as_of: "Posição de",
    customer: "Cliente",
    overdue: "Vencidos",
    upcoming: "A vencer",
    total: "Total",
    overdue_plain: "Vencidos (sem multa e juros)",
    total_plain: "Total (sem multa e juros)",
    titles: ("título", "títulos"),
    continued: "continuação",
    none: "Nenhum título em aberto.",
    document: "Documento",
    installment: "Parcela",
    issued: "Emissão",
    due: "Vencimento",
    days: "Dias",
    today: "hoje",
    original: "Valor original",
    paid: "Pago",
    fine: "Multa*",
    interest: "Juros*",
    updated: "Atualizado*",
    to_pay: "A pagar",
    estimate: "* Estimativa para a data da posição, pelas condições da compra. Vale o que o banco calcular no dia do \
               pagamento.",
    how_to_pay: "Como pagar",
    with_boletos: "Use os boletos enviados junto com este extrato. Depois do vencimento vale o mesmo código, em \
                   qualquer banco ou aplicativo: o banco calcula multa e juros.",
    without_boletos: "Use os boletos que você já recebeu ou fale conosco para combinar a forma de pagamento.",
    check_payee: "Antes de pagar, confira o beneficiário:",
    call: "Dúvidas:",
    paid_already: "Já pagou?",
    disregard: "Se já pagou, desconsidere este extrato: a baixa leva até 3 dias úteis.",
    generated: "Gerado em",
    page: ("Página", "de"),
};

const EN: Words = Words {
    title: "Debt statement",
    as_of: "As of",
    customer: "Customer",
    overdue: "Overdue",
    upcoming: "Coming up",
    total: "Total",
    overdue_plain: "Overdue (before fine and interest)",
    total_plain: "Total (before fine and interest)",
    titles: ("title", "titles"),
    continued: "continued",
    none: "No open titles.",
    document: "Document",
    installment: "Instalment",
    issued: "Issued",
    due: "Due",
    days: "Days",
    today: "today",
    original: "Original",
    paid: "Paid",
    fine: "Fine*",
    interest: "Interest*",
    updated: "Updated*",
    to_pay: "To pay",
    estimate: "* Estimate for the day of this statement, by the terms of the purchase. What the bank computes on the \
               day of payment counts.",
    how_to_pay: "How to pay",
    with_boletos: "Use the boletos sent with this statement. After the due date the same code is good, at any bank \
                   or app: the bank computes fine and interest.",
    without_boletos: "Use the boletos that you have, or talk to us to agree on a way to pay.",
    check_payee: "Before paying, check the payee:",
    call: "Questions:",
    paid_already: "Paid already?",
    disregard: "If you have paid already, please disregard this statement: payments take up to 3 business days to show.",
    generated: "Generated on",
    page: ("Page", "of"),
};

/// The labels of a language.
pub fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::PtBr => &PT_BR,
        Lang::En => &EN,
    }
}

impl Words {
    /// `1 título`, `1.200 títulos`.
    pub fn count(&self, lang: Lang, n: usize) -> String {
        // Grouped as the reais of an amount are; its cents go.
        let reais = i64::try_from(n).unwrap_or(i64::MAX / 100);
        let mut number = amount(lang, Cents::new(reais * 100));
        number.truncate(number.len() - ",00".len());
        format!("{number} {}", if n == 1 { self.titles.0 } else { self.titles.1 })
    }
}
