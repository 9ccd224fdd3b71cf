//! What stands in the fields of a boleto.

use super::super::pdf::{Style, wrap};
use crate::domain::document::{BoletoView, Payee};
use crate::domain::money::Cents;
use crate::i18n::Lang;
use crate::i18n::format::{amount, date, money};

/// Sizes in points, leadings in millimetres and numbers of lines that fill the instructions' box.
const INSTRUCTION_SIZES: [(f32, f32, usize); 3] = [(8.0, 3.3, 6), (7.0, 2.8, 7), (6.0, 2.2, 9)];

/// Where it can be paid. Since the NPC (November 2018) a registered boleto is paid at any bank, overdue too, and BB's
/// words say so ("Especificações Técnicas", May 2019). Of the banks with words of their own only Itaú's manual
/// (CNAB400, March 2015) asks for them, and generators in use print the same two sentences; "preferably at our
/// branches" is what others print from before the NPC.
pub fn place_of_payment(bank: &str) -> &'static str {
    match bank {
        "341" => {
            "Até o vencimento, pague em qualquer banco ou correspondente não bancário. Após o vencimento, acesse \
             itau.com.br/boletos e pague em qualquer banco ou correspondente não bancário."
        }
        _ => "Pagável em qualquer banco",
    }
}

/// The head of the instructions (Itaú's wording; other banks accept it).
pub const INSTRUCTIONS_HEAD: &str = "Instruções de responsabilidade do beneficiário. Qualquer dúvida sobre este boleto, contate o beneficiário.";

/// Caixa refuses boletos without its service numbers in the recibo.
pub const CAIXA_NOTE: &str = "SAC Caixa: 0800 726 0101 (informações, reclamações, sugestões e elogios). \
    Pessoas com deficiência auditiva ou de fala: 0800 726 2492. Ouvidoria: 0800 725 7474. caixa.gov.br";

/// The value's field: blank where the code leaves the value to the payer.
pub fn value(cents: Cents) -> String {
    if cents == Cents::ZERO {
        String::new()
    } else {
        amount(Lang::PtBr, cents)
    }
}

/// `SILVA LTDA - CNPJ 12.345.678/0001-95`.
pub fn payee(payee: &Payee) -> String {
    match &payee.tax_id {
        Some(tax_id) => format!("{} - {tax_id}", payee.name),
        None => payee.name.clone(),
    }
}

/// The instructions: what the ERP holds, and before it what the contract adds after the due date, in reais and
/// dates, where the ERP's text does not speak of it already.
pub fn instructions(view: &BoletoView) -> Vec<String> {
    let typed = view.instructions.join(" ").to_lowercase();
    let due = date(Lang::PtBr, view.due_on);
    let mut lines = Vec::new();
    if let Some(fine) = view.terms.fine.filter(|_| !typed.contains("multa")) {
        lines.push(format!(
            "Após {due}, cobrar multa de {}.",
            money(Lang::PtBr, fine)
        ));
    }
    if let Some(interest) = view
        .terms
        .interest_a_day
        .filter(|_| !typed.contains("juros") && !typed.contains("mora"))
    {
        lines.push(format!(
            "Após {due}, cobrar juros de {} por dia de atraso.",
            money(Lang::PtBr, interest)
        ));
    }
    if let Some(last) = view.terms.payable_until.filter(|_| !typed.contains("receber")) {
        lines.push(format!("Não receber após {}.", date(Lang::PtBr, last)));
    }
    lines.extend(view.instructions.iter().cloned());
    lines
}

/// Breaks the instructions into lines of `room` millimetres, as large as the box allows; what does not fit even
/// the smallest size ends in an ellipsis.
pub fn set_instructions(instructions: &[String], room: f32) -> (Style, f32, Vec<String>) {
    let mut last = None;
    for (size, leading, most) in INSTRUCTION_SIZES {
        let style = Style::regular(size);
        let mut lines: Vec<String> = instructions
            .iter()
            .flat_map(|line| wrap(style, room, line, most))
            .collect();
        if lines.len() <= most {
            return (style, leading, lines);
        }
        let rest = lines.split_off(most - 1).join(" ");
        lines.extend(wrap(style, room, &rest, 1));
        last = Some((style, leading, lines));
    }
    last.unwrap_or((Style::regular(8.0), 3.3, Vec::new()))
}
