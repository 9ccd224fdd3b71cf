//! Cleaning what people typed into the ERP, so that it can stand in a WhatsApp text, a PDF or a file name.

use unicode_normalization::UnicodeNormalization;

/// One line without control characters, WhatsApp markup (`*`, `_`, `~`, backtick) or invisible direction marks,
/// composed (NFC), blanks collapsed. Line breaks become a blank.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        match c {
            '*' | '_' | '~' | '`' => {}
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c if c.is_control() || is_invisible(c) => {}
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The non-empty lines of a text, each cleaned.
pub fn clean_lines(text: &str) -> Vec<String> {
    // Some ERPs keep breaks as the two characters `\` and `n`, or as HTML.
    text.replace("\\n", "\n")
        .replace("<br>", "\n")
        .replace("<BR>", "\n")
        .split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .map(clean)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Zero-width and direction marks, which can make a text read as another one.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Words that mark a company, a department or a function: whoever bears one is not greeted by a first name.
#[rustfmt::skip]
const NOT_A_PERSON: &[&str] = &[
    "LTDA", "ME", "EPP", "MEI", "EIRELI", "SA", "CIA", "GRUPO", "FILHOS", "IRMAOS", "COMERCIO", "COMERCIAL",
    "INDUSTRIA", "SERVICOS", "TRANSPORTES", "TRANSPORTADORA", "AUTO", "PECAS", "AUTOPECAS", "MECANICA",
    "OFICINA", "LOJA", "MERCADO", "SUPERMERCADO", "PADARIA", "FARMACIA", "POSTO", "CONSTRUTORA",
    "MATERIAIS", "DISTRIBUIDORA", "REPRESENTACOES", "ASSOCIACAO", "CONDOMINIO", "ESCOLA", "CLINICA", "IGREJA",
    "PREFEITURA", "MUNICIPIO", "HOTEL", "RESTAURANTE", "FAZENDA", "ESCRITORIO", "CONTABILIDADE", "FINANCEIRO",
    "FINANCEIRA", "COBRANCA", "CONTAS", "PAGAR", "RECEBER", "COMPRAS", "FISCAL", "VENDAS", "GERENCIA", "GERENTE", "SETOR",
    "DEPTO", "DEPARTAMENTO", "DIRETORIA", "RECEPCAO", "CAIXA", "MATRIZ", "FILIAL", "EMPRESA", "CLIENTE",
    "CONSUMIDOR", "CONTATO", "WHATSAPP", "WHATS", "ZAP", "CELULAR", "FONE", "TELEFONE", "RECADO", "ESPOSA",
    "ESPOSO", "MARIDO", "FILHO", "FILHA", "MAE", "PAI", "IRMAO", "IRMA", "VIZINHO", "VIZINHA", "RESPONSAVEL", "PROPRIETARIO", "DONO",
    "TESTE", "NAO", "SEM", "NOME",
];

/// Forms of address before the name.
const TITLES: &[&str] = &[
    "SR", "SRA", "SRTA", "DR", "DRA", "DONA", "SEU", "PROF", "PROFA", "ENG",
];

/// Upper case without accents, to compare words.
fn plain(word: &str) -> String {
    word.nfd()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// The first name to greet a contact by, only where what was typed looks like a person's: `MARIA DA SILVA` gives
/// `Maria`; `Auto Peças Silva`, `Financeiro`, `J. Souza` and the customer's own name, if a company, give none.
/// A wrong greeting is worse than none.
pub fn first_name(contact: &str, company_name: Option<&str>) -> Option<String> {
    let contact = clean(contact);
    if company_name.is_some_and(|company| plain(company) == plain(&contact)) {
        return None;
    }
    if contact
        .chars()
        .any(|c| c.is_ascii_digit() || matches!(c, '&' | '@' | '/' | '(' | '+' | ':' | '#'))
    {
        return None;
    }
    let words: Vec<&str> = contact.split(' ').collect();
    if words
        .iter()
        .any(|word| NOT_A_PERSON.contains(&plain(word).as_str()))
    {
        return None;
    }
    let word = words
        .into_iter()
        .find(|word| !TITLES.contains(&plain(word).as_str()))?
        .trim_end_matches(',');
    let letters = word.chars().count();
    let has_vowel = plain(word).contains(['A', 'E', 'I', 'O', 'U', 'Y']);
    if !(2..=15).contains(&letters) || !word.chars().all(char::is_alphabetic) || !has_vowel {
        return None;
    }
    let one_case = word.chars().all(char::is_uppercase) || word.chars().all(char::is_lowercase);
    if !one_case {
        return word
            .chars()
            .next()
            .is_some_and(char::is_uppercase)
            .then(|| word.to_owned());
    }
    let mut chars = word.chars();
    let first: String = chars.next()?.to_uppercase().collect();
    Some(first + &chars.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_and_breaks_of_the_erp_go() {
        assert_eq!(
            clean("  *AUTO*  PE\u{327}CAS\r\n_Silva_ ~x~ `y`\u{0}"),
            "AUTO PȨCAS Silva x y"
        );
        assert_eq!(clean("Jose\u{301}"), "José");
        assert_eq!(clean("a\u{202e}b\u{200b}c"), "abc");
        assert_eq!(
            clean_lines("um\r\n\r\ndois\\ntres<br>quatro"),
            ["um", "dois", "tres", "quatro"]
        );
    }

    #[test]
    fn people_are_greeted_and_companies_are_not() {
        for (typed, greeted) in [
            ("MARIA DA SILVA", Some("Maria")),
            ("joão", Some("João")),
            ("ÂNGELA MARIA", Some("Ângela")),
            ("Sr. José Carlos", Some("José")),
            ("DRA. ANA", Some("Ana")),
            ("McArthur Souza", Some("McArthur")),
            ("Auto Peças Silva", None),
            ("SILVA & FILHOS", None),
            ("Financeiro", None),
            ("FINANCEIRO - Ana", None),
            ("J. SOUZA", None),
            ("J SOUZA", None),
            ("51 98765-4321", None),
            ("Maria (mãe)", None),
            ("mãe da Ana", None),
            ("TRANSPORTES XYZ LTDA.", None),
            ("NFS", None),
            ("", None),
        ] {
            assert_eq!(first_name(typed, None).as_deref(), greeted, "{typed}");
        }
        assert_eq!(first_name("Bella Casa", Some("BELLA CASA")), None);
        assert_eq!(
            first_name("Bella Souza", Some("BELLA CASA")).as_deref(),
            Some("Bella")
        );
    }

    proptest! {
        #[test]
        fn cleaned_text_is_one_plain_line(text in any::<String>()) {
            let cleaned = clean(&text);
            let is_bad = |c: char| c.is_control() || "*_~`".contains(c);
            prop_assert!(!cleaned.contains(is_bad));
            prop_assert_eq!(clean(&cleaned), cleaned);
        }
    }
}
