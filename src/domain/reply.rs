//! What an answer means.

use super::words::{plain, stored_words};

mod phrases;

use phrases::{
    MANNERS, NOT_PAID, OPT_IN_ALONE, OPT_OUT_ALONE, OPT_OUT_PHRASES, PAID_ALONE, PAID_PHRASES, PLEASE_GO_ON,
    WRONG_NUMBER_ALONE, WRONG_NUMBER_PHRASES,
};

stored_words! {
    /// What the writer of a reply wants.
    Intent {
        /// No more notices (SAIR). Honoured however it is said.
        OptOut = "opt_out",
        /// Notices again (VOLTAR).
        OptIn = "opt_in",
        /// The phone is not the customer's (ENGANO).
        WrongNumber = "wrong_number",
        /// Says that it is paid, perhaps with a receipt.
        Paid = "paid",
        /// Anything else: a person reads it.
        Other = "other",
    }
}

/// What a reply changes about writing to its phone at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// No more notices to it.
    Withdrawn {
        /// `asked` or `wrong_number`.
        why: &'static str,
    },
    /// Notices again.
    Given,
}

impl Intent {
    /// What it changes, whenever it comes; `None`: nothing, and it counts only while it can be an answer.
    pub fn consent(self) -> Option<Consent> {
        match self {
            Intent::OptOut => Some(Consent::Withdrawn { why: "asked" }),
            Intent::WrongNumber => Some(Consent::Withdrawn { why: "wrong_number" }),
            Intent::OptIn => Some(Consent::Given),
            Intent::Paid | Intent::Other => None,
        }
    }
}

/// Reads the intent of a reply. Cautious: an opt-out is honoured however it is said, and what is not understood
/// is [`Intent::Other`], never guessed. An opt-out beats everything that is said with it.
pub fn intent(text: &str) -> Intent {
    let text = plain(text);
    let bare = without_manners(&text);
    let padded = format!(" {text} ");
    // From the beginning of a word, so that `nao e d` is found and `alguem nao ...` is not half of something else.
    let has = |phrases: &[&str]| phrases.iter().any(|p| padded.contains(&format!(" {p}")));
    let is = |phrases: &[&str]| phrases.contains(&bare.as_str());
    let squeezed = squeeze(&bare);
    if OPT_OUT_ALONE.iter().any(|p| squeeze(p) == squeezed) || (has(OPT_OUT_PHRASES) && !has(PLEASE_GO_ON)) {
        Intent::OptOut
    } else if is(OPT_IN_ALONE) {
        Intent::OptIn
    } else if is(WRONG_NUMBER_ALONE) || has(WRONG_NUMBER_PHRASES) {
        Intent::WrongNumber
    } else if (has(PAID_PHRASES) && !has(NOT_PAID)) || is(PAID_ALONE) {
        Intent::Paid
    } else {
        Intent::Other
    }
}

/// The message without [`MANNERS`], and each run of the same word once (`SAIR SAIR SAIR`).
fn without_manners(text: &str) -> String {
    let mut bare = format!(" {} ", text.replace(' ', "  "));
    for manner in MANNERS {
        bare = bare.replace(&format!(" {} ", manner.replace(' ', "  ")), " ");
    }
    let mut words: Vec<&str> = bare.split_whitespace().collect();
    words.dedup();
    words.join(" ")
}

/// Each run of the same letter once: `saaairrr` is `sair`.
fn squeeze(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_answer() {
        for (text, expected) in [
            // However an opt-out is said.
            ("SAIR", Intent::OptOut),
            ("sair.", Intent::OptOut),
            ("\"SAIR\"", Intent::OptOut),
            ("  Sair, por favor 🙏", Intent::OptOut),
            ("Sair pfv", Intent::OptOut),
            ("oi, bom dia, quero sair", Intent::OptOut),
            ("SAIR SAIR SAIR", Intent::OptOut),
            ("sairrr", Intent::OptOut),
            ("SAÍR", Intent::OptOut),
            ("S.A.I.R", Intent::OptOut),
            ("siar", Intent::OptOut),
            ("Eu quero sair da lista de vocês", Intent::OptOut),
            ("PARE", Intent::OptOut),
            ("parem!", Intent::OptOut),
            ("Pára com isso!!", Intent::OptOut),
            ("stop", Intent::OptOut),
            ("STOP please", Intent::OptOut),
            ("please stop sending me this", Intent::OptOut),
            ("Cancelar", Intent::OptOut),
            ("gostaria de cancelar", Intent::OptOut),
            ("me remova por favor", Intent::OptOut),
            ("me tira dessa lista", Intent::OptOut),
            ("Não quero mais receber essas mensagens!!", Intent::OptOut),
            ("nao gostaria mais de receber isso", Intent::OptOut),
            ("para de me mandar isso", Intent::OptOut),
            ("parem de me enviar cobrança", Intent::OptOut),
            ("não me mandem mais nada", Intent::OptOut),
            ("não manda mais", Intent::OptOut),
            ("Não autorizo contato por WhatsApp", Intent::OptOut),
            (
                "apague o meu numero... ou melhor, remova o meu número",
                Intent::OptOut,
            ),
            ("chega de mensagem", Intent::OptOut),
            ("já paguei, pode parar de mandar", Intent::OptOut),
            ("Engano, me tire da lista", Intent::OptOut),
            // What sounds like one and is none.
            ("vou sair agora, pago amanhã", Intent::Other),
            ("quero sair da dívida", Intent::Other),
            ("não quero sair", Intent::Other),
            ("não quero parar de receber os boletos", Intent::Other),
            ("não quero sair da lista não", Intent::Other),
            ("por que não me mandaram o boleto?", Intent::Other),
            ("ainda não me mandou o boleto", Intent::Other),
            ("quero cancelar a compra", Intent::Other),
            ("para quando é o vencimento?", Intent::Other),
            ("pode mandar para meu email", Intent::Other),
            ("não autorizei essa compra", Intent::Other),
            ("sairia mais barato à vista?", Intent::Other),
            // Back again.
            ("Voltar", Intent::OptIn),
            ("quero voltar a receber", Intent::OptIn),
            ("vou voltar na loja amanha", Intent::Other),
            // Not the customer.
            ("ENGANO", Intent::WrongNumber),
            ("é engano, obrigado", Intent::WrongNumber),
            ("Número errado, não conheço essa pessoa", Intent::WrongNumber),
            ("Número errado.", Intent::WrongNumber),
            ("esse número não é mais da Maria", Intent::WrongNumber),
            ("vocês mandaram para o número errado", Intent::WrongNumber),
            ("wrong number", Intent::WrongNumber),
            // A mistake elsewhere does not silence anybody.
            ("número errado do boleto, podem corrigir?", Intent::Other),
            ("o número do boleto está errado", Intent::Other),
            ("transferi por engano", Intent::Other),
            ("o valor está errado", Intent::Other),
            // Paid.
            ("Já paguei esse boleto ontem", Intent::Paid),
            ("pago", Intent::Paid),
            ("Já está pago!", Intent::Paid),
            ("a nota foi paga dia 5", Intent::Paid),
            ("fiz o pix agora", Intent::Paid),
            ("segue comprovante", Intent::Paid),
            ("Comprovante", Intent::Paid),
            ("pagamento efetuado", Intent::Paid),
            ("ainda nao paguei, mas pago sexta", Intent::Other),
            ("não foi pago ainda", Intent::Other),
            ("pago amanhã", Intent::Other),
            ("me manda o comprovante da entrega", Intent::Other),
            ("não sei se já foi pago", Intent::Other),
            // Nothing in particular.
            ("👍", Intent::Other),
            ("", Intent::Other),
            ("quanto fica com desconto?", Intent::Other),
            ("ok", Intent::Other),
        ] {
            assert_eq!(intent(text), expected, "{text}");
        }
    }

    #[test]
    fn our_own_words_never_opt_anybody_out() {
        // A reply that quotes our footer is no opt-out.
        let footer = "Dúvida? Responda aqui. Número errado? Responda *ENGANO*. Não quer mais avisos? *SAIR*.";
        assert_eq!(intent(footer), Intent::Other);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in proptest::prelude::any::<String>()) {
            intent(&text);
        }

        /// Case, accents' absence, spaces and punctuation around a word change nothing.
        #[test]
        fn dress_changes_nothing(before in "[ .!\\-*_\n]{0,5}", after in "[ .!?\\-*_\n]{0,5}", upper: bool) {
            for word in ["sair", "não quero receber", "engano", "já paguei", "voltar"] {
                let word_dressed = if upper { word.to_uppercase() } else { word.to_owned() };
                proptest::prop_assert_eq!(intent(&format!("{before}{word_dressed}{after}")), intent(word));
            }
        }
    }
}
