//! The texts of a site that writes none of its own.
//!
//! First line neutral, since it shows on a locked screen; absolute dates; no links; the creditor by name, tax id
//! and address (CDC art. 42-A); a way out.

use crate::i18n::Lang;

/// The text of a notice.
pub fn message_template(lang: Lang) -> &'static str {
    match lang {
        Lang::PtBr => {
            r#"Olá{% if first_name %}, {{ first_name }}{% endif %}! Aqui é da *{{ creditor.name }}*, de {{ creditor.city }}, com um lembrete automático das suas compras.
{%- for title, verb, rows in [("Em aberto", "venceu", overdue), ("A vencer", "vence", upcoming)] %}{% if rows %}

*{{ title }}*{% for r in rows %}
• {{ r.document }}, {{ verb }} {{ r.due_on }}: *{{ r.balance }}*{% endfor %}{% endif %}{% endfor %}

*Já pagou? Desconsidere*: a baixa leva até 3 dias úteis.
{%- if payee %}

A seguir: boleto em PDF{% if codes %} e, sozinho, o código para copiar{% endif %}. Antes de pagar, confira no app do banco o beneficiário: *{{ payee.name }}*, {{ payee.tax_id }}.{% if overdue %} O banco pode somar multa e juros.{% endif %}{% endif %}

Dúvida? Responda aqui{% if creditor.phone %} ou ligue {{ creditor.phone }}{% endif %}. Número errado? Responda *ENGANO*. Não quer mais avisos? *SAIR*.

{{ creditor.legal_name }}, {{ creditor.tax_id }}, {{ creditor.address }}. Ref. {{ ref }}"#
        }
        Lang::En => {
            r#"Hello{% if first_name %}, {{ first_name }}{% endif %}! This is *{{ creditor.name }}*, of {{ creditor.city }}, with an automatic reminder about your purchases.
{%- for title, verb, rows in [("Open", "was due", overdue), ("Coming up", "is due", upcoming)] %}{% if rows %}

*{{ title }}*{% for r in rows %}
• {{ r.document }}, {{ verb }} {{ r.due_on }}: *{{ r.balance }}*{% endfor %}{% endif %}{% endfor %}

*Paid already? Please disregard this*: payments take up to 3 business days to show.
{%- if payee %}

To follow: the boleto as a PDF{% if codes %} and, on its own, the code to copy{% endif %}. Before paying, check the payee in your bank's app: *{{ payee.name }}*, {{ payee.tax_id }}.{% if overdue %} The bank may add a fine and interest.{% endif %}{% endif %}

Questions? Answer here{% if creditor.phone %} or call {{ creditor.phone }}{% endif %}. Wrong number? Answer *ENGANO*. No more reminders? *SAIR*.

{{ creditor.legal_name }}, {{ creditor.tax_id }}, {{ creditor.address }}. Ref. {{ ref }}"#
        }
    }
}

/// The automatic answer.
pub fn auto_reply_template(lang: Lang) -> &'static str {
    match lang {
        Lang::PtBr => {
            "Recebemos sua mensagem, obrigado! Alguém da *{{ creditor.name }}* responde por aqui no horário da loja. \
             Se já pagou, envie o comprovante para conferirmos. (Resposta automática)"
        }
        Lang::En => {
            "We have your message, thank you! Someone from *{{ creditor.name }}* will answer here during opening hours. \
             If you have paid already, please send the receipt so that we can check. (Automatic answer)"
        }
    }
}

/// After `SAIR`.
pub fn opt_out(lang: Lang) -> &'static str {
    match lang {
        Lang::PtBr => {
            "Pronto, não enviaremos mais lembretes por aqui. Seus boletos continuam válidos. Para voltar: VOLTAR."
        }
        Lang::En => {
            "Done, we will send no more reminders here. Your boletos remain valid. To have them back: VOLTAR."
        }
    }
}

/// After `VOLTAR`.
pub fn opt_in(lang: Lang) -> &'static str {
    match lang {
        Lang::PtBr => "Pronto, os lembretes voltam a chegar por aqui. Para parar: SAIR.",
        Lang::En => "Done, the reminders will come here again. To stop them: SAIR.",
    }
}

/// After `ENGANO`.
pub fn wrong_number(lang: Lang) -> &'static str {
    match lang {
        Lang::PtBr => "Obrigado por avisar, e desculpe o incômodo. Não escreveremos mais para este número.",
        Lang::En => {
            "Thank you for telling us, and sorry for the trouble. We will not write to this number again."
        }
    }
}
