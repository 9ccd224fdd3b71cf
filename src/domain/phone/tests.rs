use proptest::prelude::*;

use super::*;

/// One line a case: what stands in the field, what is read with DDD 51 as default.
const TYPED: &[(&str, &str)] = &[
    // Mobiles, all the ways.
    ("(51) 9 8765-4321", "+5551987654321"),
    ("(51)98765-4321", "+5551987654321"),
    ("51 9.8765.4321", "+5551987654321"),
    ("51-98765-4321", "+5551987654321"),
    ("[51] 98765 4321", "+5551987654321"),
    ("51987654321", "+5551987654321"),
    ("  51987654321  ", "+5551987654321"),
    ("\u{a0}51\u{a0}98765\u{2011}4321", "+5551987654321"),
    ("98765-4321", "+5551987654321"),
    ("9 8765 4321", "+5551987654321"),
    // Trunk zero, carrier, zeros of a padded numeric column, decimals of a DOUBLE.
    ("051 98765 4321", "+5551987654321"),
    ("(051) 98765-4321", "+5551987654321"),
    ("0 21 51 98765-4321", "+5551987654321"),
    ("015 51 98765-4321", "+5551987654321"),
    ("041 51 3222-1234", "+555132221234"),
    ("0xx51 98765-4321", "+5551987654321"),
    ("(0XX51) 3222-1234", "+555132221234"),
    ("0**51 3222-1234", "+555132221234"),
    ("(xx) 98765-4321", "+5551987654321"),
    ("0 98765-4321", "+5551987654321"),
    ("00051987654321", "+5551987654321"),
    ("51987654321.0000", "+5551987654321"),
    // With the country's code.
    ("+55 51 98765-4321", "+5551987654321"),
    ("+5551987654321", "+5551987654321"),
    ("+55 (051) 98765-4321", "+5551987654321"),
    ("(+55) 51 98765-4321", "+5551987654321"),
    ("+55 0 51 98765-4321", "+5551987654321"),
    ("0055 51 98765-4321", "+5551987654321"),
    ("5551987654321", "+5551987654321"),
    ("55 (51) 98765-4321", "+5551987654321"),
    // Without the ninth digit.
    ("8765-4321", "+5551987654321"),
    ("5187654321", "+5551987654321"),
    ("(51) 6765-4321", "+5551967654321"),
    ("555187654321", "+5551987654321"),
    // Landlines.
    ("(51) 3222-1234", "+555132221234"),
    ("3222 1234", "+555132221234"),
    ("2101.1234", "+555121011234"),
    ("5122-1234", "+555151221234"),
    // DDD 55 is Santa Maria, not the country.
    ("(55) 99999-1234", "+5555999991234"),
    ("55 3222-1234", "+555532221234"),
    ("055 99999-1234", "+5555999991234"),
    ("55 55 99999-1234", "+5555999991234"),
    ("+55 55 3222-1234", "+555532221234"),
    ("5555-1234", "+555155551234"),
    // Foreign ones, with their plus sign.
    ("+351 912 345 678", "+351912345678"),
    ("+1 (415) 555-2671", "+14155552671"),
    ("(+1) 415 555 2671", "+14155552671"),
    ("+598 99 123 456", "+59899123456"),
    ("+51 987 654 321", "+51987654321"),
    // A plus sign before a trunk zero is a habit, not a country.
    ("+051 98765-4321", "+5551987654321"),
    // Labels, names, extensions.
    ("cel 51 98765-4321", "+5551987654321"),
    ("Cel.: (51) 98765-4321", "+5551987654321"),
    ("fone: 51 3222-1234", "+555132221234"),
    ("WhatsApp 51987654321", "+5551987654321"),
    ("whats51987654321", "+5551987654321"),
    ("(51) 98765-4321 (recado)", "+5551987654321"),
    ("51 98765-4321 Maria", "+5551987654321"),
    ("falar com João 51 98765-4321", "+5551987654321"),
    ("nº 51 98765-4321", "+5551987654321"),
    ("51 3222-1234 r. 123", "+555132221234"),
    ("51 3222-1234 ramal 4567", "+555132221234"),
    ("51 3222-1234 r123 / 51 98765-4321", "+5551987654321"),
    ("3222-1234 x12", "+555132221234"),
    // Two in one field: the first mobile, else the first.
    ("51 98765-4321 / 51 3222-1234", "+5551987654321"),
    ("51 3222-1234 / 51 98765-4321", "+5551987654321"),
    ("(54) 3222-1234 / 98765-4321", "+5554987654321"),
    ("(51) 98765-4321 (51) 91234-5678", "+5551987654321"),
    ("51 98765-4321 51 3222-1234", "+5551987654321"),
    ("51 3222-1234 - 51 98765-4321", "+5551987654321"),
    ("3222-1234 ou 3222-5678", "+555132221234"),
    ("98765-4321 e 3222-1234", "+5551987654321"),
    ("51987654321;51912345678", "+5551987654321"),
    ("0800 123 4567 ou (51) 98765-4321", "+5551987654321"),
    ("não tem / 51 98765-4321", "+5551987654321"),
    ("51 98765-4321/4322", "+5551987654321"),
    ("tel 51-3222.1234 cel 98765-4321", "+5551987654321"),
    ("11 3222-1234, 51 98765-4321, 51 3222-1234", "+5551987654321"),
    ("51 98765-4321 CPF 529.982.247-25", "+5551987654321"),
    ("11.222.333/0001-81 51 98765-4321", "+5551987654321"),
    ("+351 912 345 678 / 51 98765-4321", "+5551987654321"),
];

/// One line a case: what stands in the field, why it is refused with DDD 51 as default.
const REFUSED: &[(&str, PhoneError)] = &[
    ("", PhoneError::Empty),
    ("   ", PhoneError::Empty),
    ("-", PhoneError::NotANumber),
    ("  -  ", PhoneError::NotANumber),
    ("0", PhoneError::NotANumber),
    ("00000000000", PhoneError::NotANumber),
    ("nao tem", PhoneError::NotANumber),
    ("x", PhoneError::NotANumber),
    ("maria@exemplo.com.br", PhoneError::NotANumber),
    // Service numbers.
    ("0800 123 4567", PhoneError::ServiceNumber),
    ("0800 123 456", PhoneError::ServiceNumber),
    ("800 123 4567", PhoneError::ServiceNumber),
    ("0300 789 1234", PhoneError::ServiceNumber),
    ("SAC 0800 123 4567", PhoneError::ServiceNumber),
    ("4004-1234", PhoneError::ServiceNumber),
    ("51 4004-1234", PhoneError::ServiceNumber),
    ("3003 1234", PhoneError::ServiceNumber),
    ("190", PhoneError::ServiceNumber),
    ("10315", PhoneError::ServiceNumber),
    // Area codes that do not exist.
    ("(20) 98765-4321", PhoneError::UnknownAreaCode),
    ("(10) 3222-1234", PhoneError::UnknownAreaCode),
    ("+55 23 98765-4321", PhoneError::UnknownAreaCode),
    ("+55 98765-4321", PhoneError::MissingAreaCode),
    // Too short, too long, of no form.
    ("876-4321", PhoneError::WrongLength),
    ("(51) 1876-4321", PhoneError::WrongLength),
    ("51 88765-4321", PhoneError::WrongLength),
    ("51 98765 43210 99", PhoneError::WrongLength),
    ("123456789012345678", PhoneError::WrongLength),
    ("+1234", PhoneError::WrongLength),
    // A digit too many behind a trunk zero is not a carrier and somebody else's number.
    ("0 51 98765-43210", PhoneError::WrongLength),
    ("0 21 98765-43210", PhoneError::WrongLength),
    // Two zeros: a call abroad, or a slip. Peru and Porto Alegre look the same.
    ("00 51 98765-4321", PhoneError::WrongLength),
    ("00 351 912 345 678", PhoneError::WrongLength),
    ("(351) 912 345 678", PhoneError::WrongLength),
    // A CPF or CNPJ in the wrong field is nobody's phone.
    ("519.876.543-21", PhoneError::NotANumber),
    ("33.222.333/0001-81", PhoneError::NotANumber),
    ("CNPJ: 33.222.333/0001-81", PhoneError::NotANumber),
    // A letter for a digit is not guessed.
    ("51 9876S-4321", PhoneError::NotANumber),
    ("51 98765-432l", PhoneError::NotANumber),
    // What people type because the field must not be empty.
    ("(51) 99999-9999", PhoneError::Placeholder),
    ("9999-9999", PhoneError::Placeholder),
    ("(51) 3333-3333", PhoneError::Placeholder),
];

#[test]
fn what_people_type() {
    for (text, e164) in TYPED {
        let read = Phone::parse_field(text, Some(51));
        assert_eq!(read.as_ref().map(Phone::e164), Ok(*e164), "{text}");
    }
}

#[test]
fn what_is_refused_says_why() {
    for (text, reason) in REFUSED {
        let read = Phone::parse_field(text, Some(51)).map(|p| p.e164().to_owned());
        assert_eq!(read, Err(*reason), "{text}");
    }
}

#[test]
fn without_a_default_an_area_code_is_needed() {
    for text in [
        "98765-4321",
        "8765-4321",
        "3222-1234",
        "98765-4321; 3222-1234",
        "0 98765-4321",
        "cel 98765-4321",
    ] {
        assert_eq!(
            Phone::parse_field(text, None),
            Err(PhoneError::MissingAreaCode),
            "{text}"
        );
    }
    let second = Phone::parse_field("98765-4321 / (51) 3222-1234", None);
    assert_eq!(second.as_ref().map(Phone::e164), Ok("+555132221234"));
}

/// Anatel's 67 national codes: every other two-digit code is refused.
#[test]
fn every_area_code_in_use_and_no_other() {
    let in_use: Vec<u8> = (0..=99)
        .filter(|code| Phone::parse(&format!("({code:02}) 98765-4321"), None).is_ok())
        .collect();
    assert_eq!(in_use, AREA_CODES);
    for code in in_use {
        for (typed, subscriber) in [
            ("98765-4321", "987654321"),
            ("8765-4321", "987654321"),
            ("3222-1234", "32221234"),
        ] {
            let e164 = format!("+55{code}{subscriber}");
            for text in [
                format!("{code}{typed}"),
                format!("0{code} {typed}"),
                format!("+55 {code} {typed}"),
                format!("55{code}{typed}"),
                format!("0 15 {code} {typed}"),
            ] {
                // Behind a carrier the ninth digit is not guessed.
                let guess = text.starts_with("0 15") && typed.starts_with('8');
                let expected = if guess {
                    Err(PhoneError::WrongLength)
                } else {
                    Ok(e164.as_str())
                };
                let read = Phone::parse(&text, None);
                assert_eq!(read.as_ref().map(Phone::e164).map_err(|e| *e), expected, "{text}");
            }
        }
    }
}

#[test]
fn logs_never_see_the_number() {
    let phone = Phone::parse("51987654321", None).unwrap();
    assert_eq!(phone.masked(), "+55*******4321");
    assert_eq!(format!("{phone:?}"), "Phone(+55*******4321)");
    for why in REFUSED.iter().map(|(_, why)| why.to_string()) {
        assert!(!why.bytes().any(|b| b.is_ascii_digit()), "{why}");
    }
}

/// A form that a phone of Brazil can have: ten digits of a landline, eleven of a mobile, a DDD in use.
fn is_brazilian(e164: &str) -> bool {
    let Some(national) = e164.strip_prefix("+55") else {
        return false;
    };
    let code: u8 = national[..2].parse().unwrap();
    AREA_CODES.contains(&code)
        && match national.len() {
            10 => matches!(national.as_bytes()[2], b'2'..=b'5'),
            11 => national.as_bytes()[2] == b'9',
            _ => false,
        }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), code in any::<Option<u8>>()) {
        let _ = Phone::parse_field(&text, code);
        let _ = Phone::from_e164(&text);
    }

    /// Whatever is typed without a plus sign is a Brazilian number of the right form, or refused.
    #[test]
    fn without_a_plus_sign_it_is_brazilian(
        text in "[0-9 ()/.;,xeroumalEcel*-]{0,40}",
        code in prop::sample::select(AREA_CODES.to_vec()),
    ) {
        if let Ok(phone) = Phone::parse_field(&text, Some(code)) {
            prop_assert!(is_brazilian(phone.e164()), "{text}: {}", phone.e164());
        }
    }

    /// What is read reads back as itself, in every usual dress.
    #[test]
    fn a_number_reads_back_as_itself(
        code in prop::sample::select(AREA_CODES.to_vec()),
        subscriber in prop_oneof!["9[0-9]{8}", "[2-5][0-9]{7}"],
    ) {
        let whole = format!("+55{code}{subscriber}");
        let Ok(phone) = Phone::parse(&whole, None) else {
            // Only numbers that are nobody's are refused.
            let first = &subscriber[..1];
            prop_assert!(subscriber.replace(first, "").is_empty() || is_national_service(&subscriber));
            return Ok(());
        };
        prop_assert_eq!(phone.e164(), &whole);
        for dress in [
            format!("({code}) {subscriber}"),
            format!("0{code} {subscriber}"),
            format!("55{code}{subscriber}"),
            format!("cel: {code} {subscriber} (recado)"),
        ] {
            let read = Phone::parse_field(&dress, None);
            prop_assert_eq!(read.as_ref(), Ok(&phone), "{}", dress);
        }
        prop_assert_eq!(Phone::from_e164(phone.digits()), Ok(phone.clone()));
    }
}
