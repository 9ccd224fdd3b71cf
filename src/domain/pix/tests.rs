//! The shared vectors, and what must hold for any code.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::domain::money::Cents;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/vectors/boleto-pix.json")).expect("JSON")
}

/// With its checksum.
fn sealed(code: &str) -> String {
    let code = format!("{code}6304");
    let crc = crc16(code.as_bytes());
    format!("{code}{crc:04X}")
}

const STATIC: StaticCode<'_> = StaticCode {
    key: "4004901d-bd85-4769-8e52-cb4c42c506dc",
    info: None,
    amount: Some(Cents::new(35_000)),
    name: "Auto Peças São João",
    city: "Brasília",
    postal_code: None,
    txid: None,
};

const DYNAMIC: DynamicCode<'_> = DynamicCode {
    url: "pix.example.com/qr/v2/cobv/1e6c54d3ec9449b7a7fc53b6b0f998e7",
    amount: None,
    name: "Auto Peças São João",
    city: "Brasília",
    postal_code: Some("70074-900"),
};

#[test]
fn the_checksum_of_the_standard() {
    let vectors = vectors();
    let expected = vectors["crc16"]["check_123456789"].as_str().unwrap();
    assert_eq!(format!("{:04X}", crc16(b"123456789")), expected);
    assert_eq!(crc16(b""), 0xFFFF);
}

#[test]
fn the_codes_of_the_vectors() {
    let vectors = vectors();
    let cases = vectors["pix"].as_array().unwrap();
    assert!(cases.len() >= 14);
    for case in cases {
        let payload = case["payload"].as_str().unwrap();
        let code = parse(payload).unwrap_or_else(|e| panic!("{payload}: {e}"));
        let expected = |key: &str| case[key].as_str();
        assert_eq!(Some(code.kind().name()), expected("kind"), "{payload}");
        assert_eq!(code.key(), expected("chave"), "{payload}");
        assert_eq!(code.url(), expected("url"), "{payload}");
        assert_eq!(code.info(), expected("infoAdicional"), "{payload}");
        assert_eq!(code.amount_text(), expected("valor"), "{payload}");
        assert_eq!(code.name(), expected("nome"), "{payload}");
        assert_eq!(code.city(), expected("cidade"), "{payload}");
        assert_eq!(code.postal_code(), expected("cep"), "{payload}");
        assert_eq!(code.txid(), expected("txid"), "{payload}");
        assert_eq!(code.point_of_initiation(), expected("poi"), "{payload}");
        assert_eq!(Some(code.crc()), expected("crc"), "{payload}");
        let ids: Vec<String> = code.ids().iter().map(|id| format!("{id:02}")).collect();
        assert_eq!(serde_json::json!(ids), case["ids"], "{payload}");
        assert_eq!(code.amount().is_some(), expected("valor").is_some(), "{payload}");
        assert_eq!(
            code.is_printable_on_boleto(),
            expected("kind") == Some("dynamic"),
            "{payload}"
        );
        assert_eq!(code.as_str(), payload);
    }
}

#[test]
fn amounts_are_read_to_the_cent() {
    let with = |amount: &str| {
        let code = format!(
            "00020126360014br.gov.bcb.pix0114arya@stark.com52040000530398654{:02}{amount}5802BR5901A6001B62070503***",
            amount.len()
        );
        parse(&sealed(&code)).unwrap()
    };
    for (text, cents) in [
        ("577.57", 57_757),
        ("100", 10_000),
        ("10.", 1_000),
        ("0.01", 1),
        ("0", 0),
        ("9999999999.99", 999_999_999_999),
    ] {
        let code = with(text);
        assert_eq!(
            (code.amount(), code.warnings()),
            (Some(Cents::new(cents)), [].as_slice()),
            "{text}"
        );
    }
    for text in [
        "1,00",
        "1.001",
        "-1",
        "+1",
        ".50",
        "1e3",
        "",
        "99999999999.99",
        "1.2.3",
    ] {
        let code = with(text);
        assert_eq!(
            (code.amount(), code.warnings()),
            (None, [Warning::AmountForm].as_slice()),
            "{text}"
        );
    }
}

#[test]
fn limits_are_warnings() {
    let code = |account: &str, name: &str, city: &str, txid: &str| {
        let mut code = "000201".to_owned();
        tlv::write(&mut code, 26, &format!("0014br.gov.bcb.pix{account}"));
        code.push_str("5204000053039865802BR");
        tlv::write(&mut code, 59, name);
        tlv::write(&mut code, 60, city);
        tlv::write(&mut code, 62, &format!("05{:02}{txid}", txid.len()));
        parse(&sealed(&code)).unwrap()
    };
    let mail = "0114arya@stark.com";
    // 25 and 15 characters, more bytes: within the limits, though not ASCII.
    let accents = code(mail, &"ã".repeat(25), &"é".repeat(15), "***");
    assert_eq!(accents.warnings(), [Warning::NotAscii]);
    for (code, warning) in [
        (code(mail, &"a".repeat(26), "B", "***"), Warning::Name),
        (code(mail, "", "B", "***"), Warning::Name),
        (code(mail, "A", &"b".repeat(16), "***"), Warning::City),
        (code(mail, "A", "B", &"x".repeat(26)), Warning::Txid),
        (code(mail, "A", "B", "a-b"), Warning::Txid),
        (code("0104arya", "A", "B", "***"), Warning::KeyForm),
        (code("2519https://example.com", "A", "B", "***"), Warning::UrlForm),
        (code("", "A", "B", "***"), Warning::KeyOrUrl),
        (
            code("0114arya@stark.com2511example.com", "A", "B", "***"),
            Warning::KeyOrUrl,
        ),
        (code(mail, "A\tB", "B", "***"), Warning::ControlCharacter),
    ] {
        assert_eq!(code.warnings(), [warning], "{}", code.as_str());
    }
    let bare = parse(&sealed("")).unwrap();
    assert_eq!(bare.kind(), Kind::Other);
    assert!(
        bare.warnings().contains(&Warning::FormatIndicator)
            && bare.warnings().contains(&Warning::NoPixAccount)
    );
    // Key and address: not trusted to be a charge of the bank.
    assert!(!code("0114arya@stark.com2511example.com", "A", "B", "***").is_printable_on_boleto());
    assert!(!code("2511example.com", "A\nB", "B", "***").is_printable_on_boleto());
    // Right in every object, and too long for any page: 513 characters against 512.
    let account = "000201010212262600140br.gov.bcb.pix".replace("0140", "014") + "2504a.bc";
    let padded = |len: usize| {
        let short = account.len() + 8;
        let rest = len - short;
        let (most, last) = ((rest - 4) / 103, (rest - 4) % 103);
        let objects: String = (0..most).map(|_| format!("8099{}", "x".repeat(99))).collect();
        let fill = format!("81{last:02}{}", "y".repeat(last));
        parse(&sealed(&format!("{account}{objects}{fill}"))).unwrap()
    };
    assert_eq!(padded(512).as_str().len(), 512);
    assert!(padded(512).is_printable_on_boleto());
    assert_eq!(padded(513).unprintable(), Some(Warning::TooLong));
    assert!(!padded(513).is_printable_on_boleto());
    let twice = parse(&sealed("00020100020126360014br.gov.bcb.pix0114arya@stark.com")).unwrap();
    assert!(twice.warnings().contains(&Warning::Repeated));
}

#[test]
fn broken_codes_are_refused_and_placed() {
    let good = STATIC.write().unwrap();
    let good = good.as_str();
    assert_eq!(parse("   "), Err(PixError::Empty));
    assert_eq!(parse("000201"), Err(PixError::NoCrc));
    assert_eq!(
        parse(&good[..good.len() - 4]).unwrap_err().field(),
        "tlv",
        "cut before the checksum's value"
    );
    assert_eq!(parse(&good[..good.len() - 1]).unwrap_err().field(), "tlv");
    assert_eq!(parse(&good[..good.len() - 8]), Err(PixError::NoCrc));
    let position = |text: &str| match parse(text) {
        Err(PixError::Tlv { position, .. }) => position,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(position("0002"), 1);
    assert_eq!(position("000201x"), 7);
    assert_eq!(
        position("0002015904Zoé"),
        7,
        "three characters, four bytes: characters count"
    );
    assert_eq!(position("00020159é"), 7);
    // Inside the account and the additional data: counted in the whole code.
    assert_eq!(position(&sealed("00020126230014br.gov.bcb.pix01992")), 29);
    assert_eq!(position(&sealed("00020162040599")), 11);
    // Another arrangement's account is its own business.
    assert!(parse(&sealed("0002012604oops27360014br.gov.bcb.pix0114arya@stark.com")).is_ok());
    let wrong = good.replace("350.00", "150.00");
    assert!(matches!(parse(&wrong), Err(PixError::Crc { .. })));
    assert_eq!(
        parse(&good.to_lowercase().replace("pecas", "Pecas"))
            .unwrap_err()
            .field(),
        "crc"
    );
}

#[test]
fn a_checksum_in_small_letters_is_the_same_number() {
    let vectors = vectors();
    let payload = vectors["pix"][0]["payload"].as_str().unwrap();
    let small = format!(
        "{}{}",
        &payload[..payload.len() - 4],
        payload[payload.len() - 4..].to_lowercase()
    );
    assert_ne!(small, payload);
    assert_eq!(parse(&small).unwrap().warnings(), [Warning::SmallCrc]);
    assert_eq!(parse(&format!(" {payload}\r\n")).unwrap().as_str(), payload);
}

#[test]
fn written_codes_are_plain_and_within_the_limits() {
    let code = STATIC.write().unwrap();
    assert_eq!(
        (code.name(), code.city(), code.txid()),
        (Some("Auto Pecas Sao Joao"), Some("Brasilia"), Some("***"))
    );
    assert_eq!(code.warnings(), []);
    assert!(!code.is_printable_on_boleto() && !code.fits_boleto(Cents::new(35_000)));

    let code = DYNAMIC.write().unwrap();
    assert_eq!(
        (code.kind(), code.point_of_initiation()),
        (Kind::Dynamic, Some("12"))
    );
    assert_eq!(
        (code.url(), code.postal_code()),
        (Some(DYNAMIC.url), Some("70074900"))
    );
    assert_eq!(code.warnings(), []);
    assert!(code.is_printable_on_boleto() && code.fits_boleto(Cents::new(1)));
    let told = DynamicCode {
        amount: Some(Cents::new(35_000)),
        ..DYNAMIC
    }
    .write()
    .unwrap();
    assert!(told.fits_boleto(Cents::new(35_000)) && !told.fits_boleto(Cents::new(34_999)));

    let long = "Comércio de Autopeças Nossa Senhora Aparecida";
    let cut = StaticCode {
        name: long,
        city: "São José do Rio Preto",
        ..STATIC
    }
    .write()
    .unwrap();
    assert_eq!(
        (cut.name(), cut.city()),
        (Some("Comercio de Autopecas Nos"), Some("Sao Jose do Rio"))
    );
    assert_eq!(to_ascii("  Nº\u{a0}1 – ﬁm 😀 "), "No 1 fim");
}

#[test]
fn what_cannot_be_written_is_named() {
    let fails = |code: StaticCode<'_>| code.write().unwrap_err();
    assert_eq!(
        fails(StaticCode {
            key: "nobody",
            ..STATIC
        }),
        WriteError::Key
    );
    assert_eq!(
        fails(StaticCode {
            name: "😀", ..STATIC
        }),
        WriteError::Name
    );
    assert_eq!(fails(StaticCode { city: " ", ..STATIC }), WriteError::City);
    assert_eq!(
        fails(StaticCode {
            txid: Some("a-b"),
            ..STATIC
        }),
        WriteError::Txid
    );
    assert_eq!(
        fails(StaticCode {
            txid: Some(""),
            ..STATIC
        }),
        WriteError::Txid
    );
    assert_eq!(
        fails(StaticCode {
            amount: Some(Cents::new(-1)),
            ..STATIC
        }),
        WriteError::Amount
    );
    assert_eq!(
        fails(StaticCode {
            amount: Some(Cents::new(1_000_000_000_000)),
            ..STATIC
        }),
        WriteError::Amount
    );
    assert_eq!(
        fails(StaticCode {
            postal_code: Some("7007"),
            ..STATIC
        }),
        WriteError::PostalCode
    );
    // 99 places in the account: 18 for the arrangement, 40 for this key, 4 and 37 for the information.
    assert!(
        StaticCode {
            info: Some(&"i".repeat(37)),
            ..STATIC
        }
        .write()
        .is_ok()
    );
    assert_eq!(
        fails(StaticCode {
            info: Some(&"i".repeat(38)),
            ..STATIC
        }),
        WriteError::Info
    );
    let long = "a".repeat(78);
    for url in [
        "",
        "https://example.com/1",
        "example.com/ 1",
        "exâmple.com",
        &long,
    ] {
        assert_eq!(
            DynamicCode { url, ..DYNAMIC }.write(),
            Err(WriteError::Url),
            "{url}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        name in "[A-Za-z][A-Za-z .]{0,23}[a-z]",
        city in "[A-Z][a-z]{0,14}",
        cents in proptest::option::of(0i64..=999_999_999_999),
        txid in proptest::option::of("[A-Za-z0-9]{1,25}"),
        info in proptest::option::of("[a-z]([a-z ]{0,20}[a-z])?"),
    ) {
        let single = |text: &str| text.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        let amount = cents.map(Cents::new);
        let code = StaticCode { name: &name, city: &city, amount, txid: txid.as_deref(), info: info.as_deref(), ..STATIC };
        let read = code.write().unwrap();
        prop_assert_eq!(read.key(), Some(STATIC.key));
        let read_name = single(&name);
        prop_assert_eq!(read.name(), Some(read_name.as_str()));
        prop_assert_eq!(read.city(), Some(city.as_str()));
        prop_assert_eq!(read.amount(), amount);
        prop_assert_eq!(read.txid(), Some(txid.as_deref().unwrap_or("***")));
        prop_assert_eq!(read.info().map(str::to_owned), info.as_deref().map(single));
        prop_assert_eq!(read.warnings(), []);
        prop_assert_eq!(parse(read.as_str()), Ok(read));
    }

    /// A CRC of 16 bits catches any change within 16 neighbouring bits: so every single wrong character, and two
    /// neighbours swapped.
    #[test]
    fn a_wrong_character_never_passes(at in 0usize..120, c in " -~", swap in any::<bool>()) {
        let code = DYNAMIC.write().unwrap();
        let good = code.as_str();
        let mut wrong: Vec<char> = good.chars().collect();
        let at = at % (wrong.len() - 1);
        if swap { wrong.swap(at, at + 1) } else { wrong[at] = c.chars().next().unwrap() }
        let wrong: String = wrong.into_iter().collect();
        prop_assume!(wrong != good && !wrong.eq_ignore_ascii_case(good));
        prop_assert!(parse(&wrong).is_err(), "{}", wrong);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), code in "(0002|26|62|0014br.gov.bcb.pix|[0-9]{4}|[a-zé😀]){0,20}") {
        let _ = (parse(&text), parse(&code), parse(&sealed(&code)), key_kind(&text));
        let _ = StaticCode { key: "52998224725", name: &text, city: &text, info: Some(&text), ..STATIC }.write();
        let _ = DynamicCode { url: &text, postal_code: Some(&text), ..DYNAMIC }.write();
    }
}
