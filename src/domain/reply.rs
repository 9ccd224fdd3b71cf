//! What an answer means.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::words::stored_words;

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

/// Lower case, without accents and punctuation, single spaces: `"Não, obrigado!!"` -> `nao obrigado`.
fn plain(text: &str) -> String {
    let bare: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words that opt out when the whole message is nothing else.
const OPT_OUT_ALONE: &[&str] = &[
    "sair",
    "parar",
    "pare",
    "stop",
    "cancelar",
    "remover",
    "descadastrar",
    "unsubscribe",
];

/// Phrases that opt out wherever they stand.
const OPT_OUT_PHRASES: &[&str] = &[
    "quero sair",
    "quero parar de receber",
    "nao quero receber",
    "nao quero mais receber",
    "nao quero mais aviso",
    "nao quero mais mensage",
    "nao desejo receber",
    "nao desejo mais receber",
    "nao me mande",
    "nao mande mais",
    "nao mandem mais",
    "nao envie mais",
    "nao enviem mais",
    "pare de mandar",
    "pare de enviar",
    "parem de mandar",
    "parem de enviar",
    "para de mandar",
    "para de me mandar",
    "me tire da lista",
    "tire meu numero",
    "tira meu numero",
    "remova meu numero",
    "remover meu numero",
    "descadastre",
    "stop sending",
    "do not send",
    "don t send",
];

/// Phrases of someone who is not the customer.
const WRONG_NUMBER_PHRASES: &[&str] = &[
    "numero errado",
    "numero esta errado",
    "telefone errado",
    "nao conheco essa pessoa",
    "nao conheco esta pessoa",
    "nao conheco ninguem com esse nome",
    "nao sou essa pessoa",
    "nao sou esta pessoa",
    "pessoa errada",
    "wrong number",
];

/// Phrases of someone who says that it is paid.
const PAID_PHRASES: &[&str] = &[
    "ja paguei",
    "ja foi pago",
    "ja esta pago",
    "esta pago",
    "ta pago",
    "foi pago",
    "paguei",
    "comprovante",
    "already paid",
];

/// Reads the intent of a reply. Cautious: an opt-out is honoured however it is said, and what is not understood
/// is [`Intent::Other`], never guessed.
pub fn intent(text: &str) -> Intent {
    let text = plain(text);
    let politeness = ["por favor", "obrigado", "obrigada", "please", "quero"];
    let bare = politeness
        .iter()
        .fold(format!(" {text} "), |t, p| t.replace(&format!(" {p} "), " "));
    let bare = bare.trim();
    let has = |phrases: &[&str]| phrases.iter().any(|p| text.contains(p));
    if OPT_OUT_ALONE.contains(&bare) || has(OPT_OUT_PHRASES) {
        Intent::OptOut
    } else if bare == "voltar" {
        Intent::OptIn
    } else if bare == "engano" || bare == "e engano" || bare == "foi engano" || has(WRONG_NUMBER_PHRASES) {
        Intent::WrongNumber
    } else if (has(PAID_PHRASES) && !text.contains("nao paguei") && !text.contains("nao foi pago"))
        || bare == "pago"
    {
        Intent::Paid
    } else {
        Intent::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_answer() {
        for (text, expected) in [
            ("SAIR", Intent::OptOut),
            ("sair.", Intent::OptOut),
            ("  Sair, por favor 🙏", Intent::OptOut),
            ("Não quero mais receber essas mensagens!!", Intent::OptOut),
            ("para de me mandar isso", Intent::OptOut),
            ("vou sair agora, pago amanhã", Intent::Other),
            ("Voltar", Intent::OptIn),
            ("vou voltar na loja amanha", Intent::Other),
            ("ENGANO", Intent::WrongNumber),
            ("Número errado, não conheço essa pessoa", Intent::WrongNumber),
            ("Já paguei esse boleto ontem", Intent::Paid),
            ("pago", Intent::Paid),
            ("ainda nao paguei, mas pago sexta", Intent::Other),
            ("segue comprovante", Intent::Paid),
            ("👍", Intent::Other),
            ("", Intent::Other),
            ("quanto fica com desconto?", Intent::Other),
        ] {
            assert_eq!(intent(text), expected, "{text}");
        }
    }
}
