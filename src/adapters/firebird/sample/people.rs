//! People, companies, streets and phones that do not exist.
//!
//! Tax ids have valid check digits. Mobile numbers begin with 90, landlines with 50, mobiles without their ninth
//! digit with 60: blocks that Anatel has not assigned, so that a demo pointed at a real gateway by mistake
//! reaches nobody.

use super::random::Dice;

/// A place with the area code of its phones.
#[derive(Debug)]
pub(super) struct City {
    pub(super) name: &'static str,
    pub(super) state: &'static str,
    pub(super) area_code: u8,
    /// First five digits of the CEPs.
    pub(super) postal_prefix: u32,
}

pub(super) const CITIES: &[City] = &[
    City {
        name: "São Leopoldo",
        state: "RS",
        area_code: 51,
        postal_prefix: 93010,
    },
    City {
        name: "Porto Alegre",
        state: "RS",
        area_code: 51,
        postal_prefix: 90010,
    },
    City {
        name: "Novo Hamburgo",
        state: "RS",
        area_code: 51,
        postal_prefix: 93310,
    },
    City {
        name: "Canoas",
        state: "RS",
        area_code: 51,
        postal_prefix: 92010,
    },
    City {
        name: "Gravataí",
        state: "RS",
        area_code: 51,
        postal_prefix: 94010,
    },
    City {
        name: "Caxias do Sul",
        state: "RS",
        area_code: 54,
        postal_prefix: 95010,
    },
    City {
        name: "Bento Gonçalves",
        state: "RS",
        area_code: 54,
        postal_prefix: 95700,
    },
    City {
        name: "Santa Maria",
        state: "RS",
        area_code: 55,
        postal_prefix: 97010,
    },
    City {
        name: "Criciúma",
        state: "SC",
        area_code: 48,
        postal_prefix: 88801,
    },
    City {
        name: "Chapecó",
        state: "SC",
        area_code: 49,
        postal_prefix: 89801,
    },
];

const GIVEN: &[&str] = &[
    "João",
    "Maria",
    "José",
    "Ana",
    "Antônio",
    "Conceição",
    "Sebastião",
    "Márcia",
    "Cláudio",
    "Inês",
    "Luís",
    "Fátima",
    "André",
    "Patrícia",
    "Mário",
    "Lúcia",
    "Flávio",
    "Sônia",
    "Vinícius",
    "Letícia",
    "Rogério",
    "Tânia",
    "Otávio",
    "Débora",
    "Caio",
    "Helena",
    "Júlio",
    "Zilda",
    "Fabrício",
    "Aparecida",
    "Heitor",
    "Rosângela",
];

const FAMILY: &[&str] = &[
    "da Silva",
    "Gonçalves",
    "Araújo",
    "Conceição",
    "Magalhães",
    "São Pedro",
    "Brandão",
    "Corrêa",
    "Assunção",
    "de Sá",
    "Müller",
    "Schäfer",
    "Peçanha",
    "Guimarães",
    "Simões",
    "Leão",
    "Falcão",
    "Mourão",
    "Bitencourt",
    "D'Ávila",
    "Antunes",
    "Nóbrega",
    "Quadros",
    "Zanella",
    "Bortolon",
    "Fagundes",
    "Lemos",
    "Varão",
    "Pires",
    "Trindade",
    "Vasconcelos",
    "Ücker",
];

const TRADES: &[&str] = &[
    "Materiais de Construção",
    "Padaria e Confeitaria",
    "Mecânica e Autopeças",
    "Móveis Planejados",
    "Comércio de Confecções",
    "Transportes",
    "Agropecuária",
    "Mercearia",
    "Construções",
    "Esquadrias de Alumínio",
    "Instalações Elétricas",
    "Comércio de Calçados",
    "Serralheria",
    "Pinturas e Reformas",
    "Papelaria",
];

const FORMS: &[&str] = &["Ltda", "Ltda", "Ltda ME", "EIRELI", "S/A", "EPP"];

const STREETS: &[&str] = &[
    "Rua das Acácias",
    "Av. São João",
    "Rua Quinze de Março",
    "Travessa da Conceição",
    "Rua dos Açores",
    "Estrada do Açude",
    "Av. Independência",
    "Rua Cônego Simões",
    "Alameda dos Ipês",
    "Rua Professora Inês Leão",
];

const DISTRICTS: &[&str] = &[
    "Centro",
    "São José",
    "Vila Conceição",
    "Jardim América",
    "Santo Antônio",
    "Feitoria",
    "Rio Branco",
];

/// What a contact does at the customer's.
pub(super) const ROLES: &[&str] = &["Financeiro", "Compras", "Sócio", "Gerente", "Escritório"];

/// A person's name.
pub(super) fn person(dice: &mut Dice) -> String {
    let given = dice.pick(GIVEN);
    let (mother, father) = two_families(dice);
    if dice.chance(350) {
        format!("{given} {mother} {father}")
    } else {
        format!("{given} {father}")
    }
}

/// A company's name.
pub(super) fn company(dice: &mut Dice) -> String {
    let (family, partner) = two_families(dice);
    let trade = dice.pick(TRADES);
    let form = dice.pick(FORMS);
    match dice.below(3) {
        0 => format!("{family} & {partner} {trade} {form}"),
        1 => format!("{trade} {family} {form}"),
        _ => format!("{family} {trade} {form}"),
    }
}

/// Two different family names.
fn two_families(dice: &mut Dice) -> (&'static str, &'static str) {
    let one = dice.below(FAMILY.len() as u32) as usize;
    let apart = 1 + dice.below(FAMILY.len() as u32 - 1) as usize;
    (FAMILY[one], FAMILY[(one + apart) % FAMILY.len()])
}

/// Street, number, district.
pub(super) fn address(dice: &mut Dice) -> (String, String, String) {
    let number = if dice.chance(40) {
        "s/nº".to_owned()
    } else {
        dice.between(1, 2_990).to_string()
    };
    (
        (*dice.pick(STREETS)).to_owned(),
        number,
        (*dice.pick(DISTRICTS)).to_owned(),
    )
}

/// The check digit of CPF and CNPJ: weights 2, 3, ... from the right (CNPJ starts again after 9); a character's
/// value is its ASCII code less 48.
fn check_digit(base: &[u8], top_weight: u32) -> u8 {
    let mut sum = 0;
    let mut weight = 2;
    for b in base.iter().rev() {
        sum += u32::from(b - b'0') * weight;
        weight = if weight == top_weight { 2 } else { weight + 1 };
    }
    match sum % 11 {
        0 | 1 => b'0',
        rest => b'0' + (11 - rest) as u8,
    }
}

fn with_check_digits(base: &str, top_weight: u32) -> String {
    let mut text = base.as_bytes().to_vec();
    text.push(check_digit(&text, top_weight));
    text.push(check_digit(&text, top_weight));
    text.into_iter().map(char::from).collect()
}

/// The CPF of customer `n`: one to one up to a thousand million, never all the same digit.
pub(super) fn cpf(n: u32) -> String {
    let base = (u64::from(n) * 387_420_489 + 529_982_247) % 1_000_000_000;
    let base = if base.is_multiple_of(111_111_111) {
        base + 1
    } else {
        base
    };
    let s = with_check_digits(&format!("{base:09}"), 11);
    format!("{}.{}.{}-{}", &s[..3], &s[3..6], &s[6..9], &s[9..])
}

/// A CNPJ from its first twelve places (root and branch), punctuated.
pub(super) fn cnpj(base: &str) -> String {
    let s = with_check_digits(base, 9);
    format!("{}.{}.{}/{}-{}", &s[..2], &s[2..5], &s[5..8], &s[8..12], &s[12..])
}

/// The first twelve places of the CNPJ of customer `n`; with letters (IN RFB 2.229/2024) on request.
pub(super) fn cnpj_base(n: u32, letters: bool) -> String {
    let root = (u64::from(n) * 48_828_127 + 11_222_333) % 100_000_000;
    if !letters {
        return format!("{root:08}0001");
    }
    let letter = |step: u64| char::from(b'A' + ((u64::from(n) / step + step) % 26) as u8);
    format!(
        "{:02}{}{}{}{:03}0001",
        root % 100,
        letter(1),
        letter(26),
        letter(676),
        root / 100 % 1_000
    )
}

/// How a phone was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PhoneStyle {
    /// A mobile with area code in one of the usual ways of writing.
    Mobile(u8),
    /// A mobile typed without its ninth digit.
    WithoutNinthDigit,
    /// A landline with area code (WhatsApp Business takes them).
    Landline,
    /// A mobile without area code.
    MobileWithoutAreaCode,
    /// A landline without area code.
    LandlineWithoutAreaCode,
    /// 0800.
    Service,
    /// Two numbers in one field.
    Two,
    /// A number with a word.
    WithWord,
    /// Words only.
    Words,
    /// A number abroad.
    Foreign,
    /// Empty text.
    Empty,
    /// Null.
    Null,
}

/// In how many ways a mobile with area code is written; way 0 is the tidy one.
pub(super) const MOBILE_WAYS: u8 = 10;

/// The phone of contact `n` as typed; two contacts never get the same number of one kind.
pub(super) fn phone(style: PhoneStyle, n: u32, area_code: u8) -> Option<String> {
    // Multipliers without the factors 2 and 5 walk through all numbers before one repeats.
    let seven = (u64::from(n) * 7_368_787 + 1_234_567) % 10_000_000;
    let six = (u64::from(n) * 736_879 + 12_345) % 1_000_000;
    let (a, b) = (seven / 10_000, seven % 10_000); // 3 + 4 digits after the leading 90
    let (c, d) = (six / 10_000, six % 10_000); // 2 + 4 digits after 50 or 60
    let mobile = format!("90{a:03}-{b:04}");
    Some(match style {
        PhoneStyle::Mobile(way) => match way % MOBILE_WAYS {
            0 => format!("({area_code}) {mobile}"),
            1 => format!("({area_code}) 9 0{a:03}-{b:04}"),
            2 => format!("{area_code}90{a:03}{b:04}"),
            3 => format!("0{area_code} 90{a:03} {b:04}"),
            4 => format!("0 21 {area_code} {mobile}"),
            5 => format!("+55 {area_code} {mobile}"),
            6 => format!("0055 {area_code} {mobile}"),
            7 => format!("55{area_code}90{a:03}{b:04}"),
            8 => format!("{area_code} 9.0{a:03}.{b:04}"),
            _ => format!("  {area_code}-90{a:03}-{b:04} "),
        },
        PhoneStyle::WithoutNinthDigit => format!("({area_code}) 60{c:02}-{d:04}"),
        PhoneStyle::Landline => format!("({area_code}) 50{c:02}-{d:04}"),
        PhoneStyle::MobileWithoutAreaCode => mobile,
        PhoneStyle::LandlineWithoutAreaCode => format!("50{c:02} {d:04}"),
        PhoneStyle::Service => format!("0800 000 {d:04}"),
        PhoneStyle::Two => format!("({area_code}) {mobile} / 50{c:02}-{d:04}"),
        PhoneStyle::WithWord => format!("{mobile} (recado)"),
        PhoneStyle::Words => "não tem".to_owned(),
        PhoneStyle::Foreign => format!("+1 (415) 555-01{:02}", n % 100),
        PhoneStyle::Empty => String::new(),
        PhoneStyle::Null => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::phone::{Phone, PhoneError};
    use crate::domain::tax_id::TaxId;
    use std::collections::HashSet;

    #[test]
    fn tax_ids_have_the_right_digits_and_are_one_to_one() {
        assert_eq!(cnpj("112223330001"), "11.222.333/0001-81");
        assert_eq!(cnpj("12ABC34501DE"), "12.ABC.345/01DE-35");
        let mut seen = HashSet::new();
        for n in 1..=5_000 {
            for text in [cpf(n), cnpj(&cnpj_base(n, false)), cnpj(&cnpj_base(n, true))] {
                assert!(TaxId::parse(&text).is_ok(), "{text}");
                assert!(seen.insert(text));
            }
        }
    }

    #[test]
    fn every_way_of_writing_a_mobile_is_the_same_number() {
        let tidy = Phone::parse(&phone(PhoneStyle::Mobile(0), 42, 51).unwrap(), None).unwrap();
        for way in 0..MOBILE_WAYS {
            let typed = phone(PhoneStyle::Mobile(way), 42, 51).unwrap();
            assert_eq!(Phone::parse(&typed, None).as_ref(), Ok(&tidy), "{typed}");
        }
        let numbers: HashSet<_> = (1..100_000)
            .map(|n| phone(PhoneStyle::Mobile(0), n, 51))
            .collect();
        assert_eq!(numbers.len(), 99_999);
    }

    #[test]
    fn messy_phones_are_messy_in_the_way_they_say() {
        let read = |style| Phone::parse(&phone(style, 7, 51).unwrap(), None).map(|_| ());
        assert_eq!(read(PhoneStyle::WithoutNinthDigit), Ok(()));
        assert_eq!(read(PhoneStyle::Landline), Ok(()));
        assert_eq!(read(PhoneStyle::Foreign), Ok(()));
        assert_eq!(
            read(PhoneStyle::MobileWithoutAreaCode),
            Err(PhoneError::MissingAreaCode)
        );
        assert_eq!(
            read(PhoneStyle::LandlineWithoutAreaCode),
            Err(PhoneError::MissingAreaCode)
        );
        assert_eq!(read(PhoneStyle::Service), Err(PhoneError::ServiceNumber));
        assert!(read(PhoneStyle::Two).is_err());
        assert_eq!(read(PhoneStyle::WithWord), Err(PhoneError::NotANumber));
        assert_eq!(read(PhoneStyle::Words), Err(PhoneError::NotANumber));
        assert_eq!(read(PhoneStyle::Empty), Err(PhoneError::Empty));
        assert_eq!(phone(PhoneStyle::Null, 7, 51), None);
    }
}
