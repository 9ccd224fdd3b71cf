//! The shared vectors, and what must hold for any code.

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::Value;

use super::*;

pub(crate) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/vectors/boleto-pix.json")).expect("JSON")
}

/// The cases of one list, at least `least` of them, so that an emptied file fails.
fn cases(vectors: &Value, list: &str, least: usize) -> Vec<Value> {
    let cases = vectors[list].as_array().expect("a list").clone();
    assert!(cases.len() >= least, "{list}: only {}", cases.len());
    cases
}

fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} in {case}"))
}

fn date(case: &Value, key: &str) -> NaiveDate {
    text(case, key).parse().expect("a date")
}

fn cobranca(digits: &str) -> Cobranca {
    match parse(digits) {
        Ok(Code::Cobranca(code)) => code,
        other => panic!("{digits}: {other:?}"),
    }
}

#[test]
fn the_boletos_of_the_vectors_read_and_write_the_same() {
    for case in cases(&vectors(), "boletos", 110) {
        let barcode = text(&case, "barcode");
        for form in ["barcode", "linha", "linha_digits"] {
            assert_eq!(cobranca(text(&case, form)).barcode().as_str(), barcode);
        }
        let code = cobranca(barcode);
        let due = date(&case, "due_date");
        assert_eq!(code.bank(), text(&case, "bank"));
        assert_eq!(code.currency(), '9');
        assert_eq!(code.general_digit().to_string(), text(&case, "dv"));
        assert_eq!(code.factor_digits(), text(&case, "fator"));
        assert_eq!(code.due_on(due), Some(due), "seen from the due date itself");
        assert_eq!(code.amount().get(), case["value_cents"].as_i64().unwrap());
        assert_eq!(code.free_field(), text(&case, "campo_livre"));
        assert_eq!(code.barcode().formatted_line(), text(&case, "linha"));
        assert_eq!(code.barcode().digitable_line(), text(&case, "linha_digits"));
        let made = encode(code.bank(), Some(due), code.amount(), code.free_field()).unwrap();
        assert_eq!(made.as_str(), barcode);
    }
}

#[test]
fn the_conversions_of_the_vectors_hold_both_ways() {
    for case in cases(&vectors(), "conversions", 17) {
        let barcode = Barcode::parse_barcode(text(&case, "barcode")).unwrap();
        assert_eq!(barcode.digitable_line(), text(&case, "linha_digits"));
        assert_eq!(barcode.formatted_line(), text(&case, "linha"));
        assert_eq!(Barcode::parse_line(text(&case, "linha")), Ok(barcode));
        let code = cobranca(text(&case, "linha_digits"));
        assert_eq!(code.bank(), text(&case, "bank"));
        assert_eq!(code.factor_digits(), text(&case, "fator"));
        assert_eq!(code.amount().get(), case["value_cents"].as_i64().unwrap());
    }
}

#[test]
fn the_arrecadacoes_of_the_vectors_hold_both_ways() {
    for case in cases(&vectors(), "arrecadacao", 9) {
        let barcode = Barcode::parse_barcode(text(&case, "barcode")).unwrap();
        assert_eq!(barcode.digitable_line(), text(&case, "linha_digits"));
        assert_eq!(barcode.formatted_line(), text(&case, "linha"));
        assert_eq!(Barcode::parse_line(text(&case, "linha")), Ok(barcode));
        let Code::Arrecadacao(code) = barcode.code() else {
            panic!("{barcode}")
        };
        assert_eq!(code.segment_digit().to_string(), text(&case, "segmento"));
        assert_ne!(code.segment(), Segment::Unknown);
        assert_eq!(code.value_kind(), ValueKind::Amount);
        assert_eq!(
            code.amount().unwrap().get(),
            case["value_cents"].as_i64().unwrap()
        );
        assert_eq!(
            if code.is_mod11() { 11 } else { 10 },
            case["dv_mod"].as_i64().unwrap()
        );
    }
}

#[test]
fn the_invalid_ones_of_the_vectors_say_why() {
    for case in cases(&vectors(), "invalid", 13) {
        let (input, why) = (text(&case, "input"), text(&case, "why"));
        let error = parse(input).expect_err(input);
        let agrees = match &error {
            CodeError::Length { found } => why == format!("length {found}"),
            CodeError::Character {
                position: 47,
                found: 'x',
            } => why == "non digit characters",
            CodeError::Product { found, length: 48 } => *found != 8 && why == "does not start with 8",
            CodeError::CheckDigit {
                field: Field::General,
                ..
            } => why.starts_with("general DV"),
            CodeError::CheckDigit {
                field: Field::Field1, ..
            } => why == "field 1 DV",
            _ => false,
        };
        assert!(agrees, "{input}: {why}, but {error}");
    }
}

#[test]
fn the_factors_of_the_vectors() {
    let vectors = vectors();
    for case in cases(&vectors, "fator_vencimento", 20) {
        let factor = due_factor::of(date(&case, "date")).unwrap();
        assert_eq!(format!("{factor:04}"), text(&case, "fator"));
    }
    for case in cases(&vectors, "fator_resolution", 15) {
        let factor = text(&case, "fator").parse().unwrap();
        assert_eq!(
            due_factor::date(factor, date(&case, "today")),
            Some(date(&case, "due")),
            "{case}"
        );
    }
}

/// The free field of a made-up boleto of the bank 341.
const FREE: &str = "1090022335021234567890000";

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

#[test]
fn no_due_date_no_value_and_values_that_take_the_factors_place() {
    let today = day(2026, 11, 22);
    let none = cobranca(encode("341", None, Cents::ZERO, FREE).unwrap().as_str());
    assert_eq!(
        (none.due_factor(), none.due_on(today), none.amount()),
        (Some(0), None, Cents::ZERO)
    );
    assert_eq!(none.factor_digits(), "0000");

    let most = cobranca(
        encode("341", Some(today), MAX_AMOUNT_WITH_FACTOR, FREE)
            .unwrap()
            .as_str(),
    );
    assert_eq!(
        (most.due_on(today), most.amount().get()),
        (Some(today), 9_999_999_999)
    );

    // One cent more and there is no room for the factor.
    let more = cobranca(
        encode("341", Some(today), Cents::new(10_000_000_000), FREE)
            .unwrap()
            .as_str(),
    );
    assert_eq!(&more.barcode().as_str()[5..19], "00010000000000");
    assert_eq!(
        (more.due_factor(), more.due_on(today), more.amount().get()),
        (None, None, 10_000_000_000)
    );
    let top = cobranca(encode("341", None, MAX_AMOUNT, FREE).unwrap().as_str());
    assert_eq!((top.due_factor(), top.amount()), (None, MAX_AMOUNT));

    for amount in [-1, MAX_AMOUNT.get() + 1, i64::MIN, i64::MAX] {
        assert_eq!(
            encode("341", None, Cents::new(amount), FREE),
            Err(EncodeError::Amount),
            "{amount}"
        );
    }
}

#[test]
fn what_cannot_be_encoded_is_named() {
    for bank in ["", "34", "3410", "34x", "812", "３４１"] {
        assert_eq!(
            encode(bank, None, Cents::ZERO, FREE),
            Err(EncodeError::Bank),
            "{bank}"
        );
    }
    for due in [day(1997, 10, 7), day(2000, 7, 2), NaiveDate::MIN] {
        assert_eq!(
            encode("341", Some(due), Cents::ZERO, FREE),
            Err(EncodeError::DueDate),
            "{due}"
        );
    }
    assert!(encode("341", Some(day(2000, 7, 3)), Cents::ZERO, FREE).is_ok());
    for (field, found) in [
        ("", 0),
        ("1234", 4),
        ("109002233502123456789000ç", 25),
        (&"1".repeat(26), 26),
    ] {
        assert_eq!(
            encode("341", None, Cents::ZERO, field),
            Err(EncodeError::FreeField { found }),
            "{field}"
        );
    }
}

/// The worked examples of Itaú's manual (CNAB400, March 2015, annexes 2 to 4), with a factor of 2002.
#[test]
fn the_example_of_a_banks_manual() {
    let code = cobranca("34196166700000123451101234567880057123457000");
    assert_eq!(
        code.barcode().formatted_line(),
        "34191.10121 34567.880058 71234.570001 6 16670000012345"
    );
    assert_eq!((code.due_factor(), code.amount().get()), (Some(1667), 12_345));
    assert_eq!(code.due_on(day(2002, 5, 1)), Some(day(2002, 5, 1)));
    assert_eq!(
        code.due_on(day(2026, 11, 22)),
        Some(day(2026, 12, 21)),
        "the same factor, one turn later"
    );
    let read = free_field::read("341", code.free_field()).unwrap();
    assert_eq!(read.mismatches(), []);
    assert_eq!(read.part(free_field::Part::Agency).as_deref(), Some("0057"));
}

#[test]
fn punctuation_of_any_sort_is_read_and_other_characters_are_placed() {
    let line = "00190.00009 02941.725018 01726.802174 3 93850000021960";
    for messy in [
        "\u{feff}00190.00009\u{a0}02941.725018\t01726.802174 3 93850000021960\r\n",
        "0019.0000.0902.9417.2501.8017.2680.2174.3938.5000.0021.960",
        "00190–00009 — 02941-725018\u{202f}01726.802174  3  93850000021960",
    ] {
        assert_eq!(parse(messy), parse(line), "{messy:?}");
    }
    let error = parse("00190.0000é").unwrap_err();
    assert_eq!(
        error,
        CodeError::Character {
            position: 11,
            found: 'é'
        }
    );
    assert_eq!(parse(" "), Err(CodeError::Length { found: 0 }));
    assert_eq!(parse(&"1".repeat(5000)), Err(CodeError::Length { found: 5000 }));
    // Fullwidth digits are characters, not digits.
    assert_eq!(parse("１").unwrap_err().field(), "character");
}

#[test]
fn barcode_and_line_are_told_apart_where_the_caller_knows_which() {
    let barcode = "00193938500000219600000002941725010172680217";
    let line = "00190000090294172501801726802174393850000021960";
    assert_eq!(Barcode::parse_barcode(line), Err(CodeError::Length { found: 47 }));
    assert_eq!(Barcode::parse_line(barcode), Err(CodeError::Length { found: 44 }));
    assert_eq!(
        Barcode::parse_line(&"0".repeat(60)),
        Err(CodeError::Length { found: 60 })
    );
    assert_eq!(
        Barcode::parse_barcode(&"0".repeat(60)),
        Err(CodeError::Length { found: 60 })
    );
    assert_eq!(Barcode::parse_barcode(barcode), Barcode::parse_line(line));
    // 47 digits cannot be an arrecadação, nor 48 a boleto.
    assert_eq!(
        parse(&"8".repeat(47)),
        Err(CodeError::Product { found: 8, length: 47 })
    );
    assert_eq!(
        parse(&"1".repeat(48)),
        Err(CodeError::Product { found: 1, length: 48 })
    );
    assert_eq!(
        parse(&format!("825{}", "0".repeat(41))),
        Err(CodeError::ValueKind { found: 5 })
    );
}

#[test]
fn each_field_is_named_with_what_was_expected() {
    let line = "00190.00009 02941.725018 01726.802174 3 93850000021960";
    for (from, to, field, expected, found) in [
        ("00190.00009", "00190.00008", Field::Field1, 9, 8),
        ("02941.725018", "02941.725019", Field::Field2, 8, 9),
        ("01726.802174", "01726.802170", Field::Field3, 4, 0),
        (" 3 ", " 0 ", Field::General, 3, 0),
    ] {
        let wrong = line.replace(from, to);
        assert_eq!(
            parse(&wrong),
            Err(CodeError::CheckDigit {
                field,
                expected,
                found
            })
        );
    }
    let slip = "83640000001-1 33120138000-2 81288462711-6 08013618155-1";
    for (from, to, field, expected, found) in [
        ("83640000001-1", "83640000001-2", Field::Block1, 1, 2),
        ("33120138000-2", "33120138000-3", Field::Block2, 2, 3),
        ("81288462711-6", "81288462711-0", Field::Block3, 6, 0),
        ("08013618155-1", "08013618155-9", Field::Block4, 1, 9),
    ] {
        let wrong = slip.replace(from, to);
        assert_eq!(
            parse(&wrong),
            Err(CodeError::CheckDigit {
                field,
                expected,
                found
            })
        );
    }
}

#[test]
fn arrecadacao_of_a_company_known_by_its_cnpj_and_with_a_due_date() {
    let Ok(Code::Arrecadacao(slip)) = parse("86625555555555566667777777777777777777777777") else {
        panic!()
    };
    assert_eq!(
        (slip.segment(), slip.company(), slip.free_field().len()),
        (Segment::CompanyByCnpj, "66667777", 21)
    );
    let Ok(Code::Arrecadacao(slip)) = parse("85650000002056505152024112920240333518200000") else {
        panic!()
    };
    assert_eq!((slip.segment(), slip.company()), (Segment::Government, "0515"));
    assert_eq!(slip.due_on(day(2026, 11, 22)), Some(day(2024, 11, 29)));
    assert_eq!(
        slip.due_on(day(2050, 1, 1)),
        None,
        "too far back to be a due date"
    );
}

#[test]
fn what_is_odd_is_a_warning() {
    let today = day(2026, 11, 22);
    let names = |code: &str| -> Vec<&'static str> {
        parse(code)
            .unwrap()
            .warnings(today)
            .iter()
            .map(CodeWarning::name)
            .collect()
    };
    let made = |bank: &str, due, free: &str| {
        encode(bank, due, Cents::new(1), free)
            .unwrap()
            .as_str()
            .to_owned()
    };
    assert_eq!(
        names(&made("341", Some(today), "1090022335021234567897000")),
        [""; 0]
    );
    assert_eq!(
        names(&made("341", None, "1090022335021234567890000")),
        ["free_field_digit"]
    );
    assert_eq!(
        names(&made("341", Some(day(2042, 6, 1)), "1090022335021234567897001")),
        ["factor_out_of_range", "free_field_layout"]
    );
    assert_eq!(names(&made("999", None, FREE)), ["unknown_bank"]);
    let dollars = Barcode::seal(*b"34100163800000000011090022335021234567897000").unwrap();
    assert_eq!(names(dollars.as_str()), ["currency"]);
    let segment_8 = Barcode::seal(*b"88600000000001331201380008128846271108013618").unwrap();
    assert_eq!(names(segment_8.as_str()), ["unknown_segment"]);
    assert_eq!(names("83640000001331201380008128846271108013618155"), [""; 0]);
}

/// What a slip prints and an ERP may not keep, as public implementations print it for the same codes.
#[test]
fn the_printed_fields_are_read_back_from_the_code() {
    let made = |bank: &str, free: &str| match encode(bank, None, Cents::new(1), free).unwrap().code() {
        Code::Cobranca(code) => code,
        Code::Arrecadacao(_) => panic!(),
    };
    let texts = |bank: &str, free: &str| {
        let code = made(bank, free);
        (
            code.our_number_text().unwrap_or_default(),
            code.agency_account_text().unwrap_or_default(),
            code.wallet_text().unwrap_or_default(),
        )
    };
    let of = |number: &str, account: &str, wallet: &str| {
        (number.to_owned(), account.to_owned(), wallet.to_owned())
    };
    for (bank, free, expected) in [
        (
            "001",
            "0000001234567000000000111",
            of("12345670000000001", "1234567", "11"),
        ),
        (
            "001",
            "1234560000115451040300518",
            of("12345600001-7", "1545 / 10403005", "18"),
        ),
        (
            "104",
            "1234560000100040000000064",
            of("14000000000000006-5", "123456-0", ""),
        ),
        (
            "237",
            "1234040000000046801234560",
            of("00000000468-P", "1234 / 0123456", "04"),
        ),
        (
            "341",
            "1090022335021234567897000",
            of("00223350-2", "1234 / 56789-7", "109"),
        ),
        // A digit that does not agree, or no known layout: nothing is guessed.
        ("341", "1090022335021234567890000", of("", "", "")),
        ("999", FREE, of("", "", "")),
    ] {
        assert_eq!(texts(bank, free), expected, "{bank} {free}");
    }
}

/// 25 digits.
fn free_field() -> impl Strategy<Value = String> {
    "[0-9]{25}"
}

fn any_barcode() -> impl Strategy<Value = Barcode> {
    (
        "[0-79][0-9]{2}",
        0i64..=9_999_999_999_999,
        free_field(),
        proptest::option::of(730_304i32..900_000),
    )
        .prop_map(|(bank, cents, free, due)| {
            let due = due.and_then(NaiveDate::from_num_days_from_ce_opt);
            encode(&bank, due, Cents::new(cents), &free).unwrap()
        })
}

/// An arrecadação with all its check digits right.
fn any_slip() -> impl Strategy<Value = Barcode> {
    ("[0-9]", "[6-9]", "[0-9]{40}").prop_map(|(segment, kind, rest)| {
        let digits = format!("8{segment}{kind}0{rest}");
        Barcode::seal(digits.as_bytes().try_into().unwrap()).unwrap()
    })
}

/// The places of each modulus-10 field of a 47-digit line, its check digit last.
const MOD10_FIELDS: [std::ops::Range<usize>; 3] = [0..10, 10..21, 21..32];

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same(
        bank in "[0-79][0-9]{2}",
        cents in prop_oneof![0i64..=9_999_999_999, 0i64..=9_999_999_999_999],
        free in free_field(),
        ahead in proptest::option::of(-3000i64..=5500),
    ) {
        let today = day(2026, 11, 22);
        let due = ahead.map(|days| today + chrono::Duration::days(days));
        let code = cobranca(&encode(&bank, due, Cents::new(cents), &free).unwrap().formatted_line());
        prop_assert_eq!(code.bank(), bank);
        prop_assert_eq!(code.amount().get(), cents);
        prop_assert_eq!(code.free_field(), free);
        let kept = due.filter(|_| cents <= MAX_AMOUNT_WITH_FACTOR.get());
        prop_assert_eq!(code.due_on(today), kept);
    }

    #[test]
    fn every_form_reads_back_to_the_same_barcode(barcode in prop_oneof![any_barcode(), any_slip()]) {
        prop_assert_eq!(Barcode::parse(barcode.as_str()), Ok(barcode));
        prop_assert_eq!(Barcode::parse(&barcode.digitable_line()), Ok(barcode));
        prop_assert_eq!(Barcode::parse(&barcode.formatted_line()), Ok(barcode));
        prop_assert_eq!(barcode.code().barcode(), barcode);
    }

    /// Modulus 10 sees every single wrong digit of its field, the check digit included.
    #[test]
    fn a_wrong_digit_in_a_field_of_the_line_is_named(barcode in any_barcode(), field in 0usize..3, at in 0usize..11, by in 1u8..=9) {
        let mut line = barcode.digitable_line().into_bytes();
        let places = MOD10_FIELDS[field].clone();
        let at = places.start + at % places.len();
        line[at] = b'0' + (line[at] - b'0' + by) % 10;
        let wrong = String::from_utf8(line).unwrap();
        let named = [Field::Field1, Field::Field2, Field::Field3][field];
        match Barcode::parse(&wrong) {
            Err(CodeError::CheckDigit { field, .. }) => prop_assert_eq!(field, named),
            // The very first digit made an 8: that is no boleto at all.
            Err(CodeError::Product { found: 8, length: 47 }) => prop_assert_eq!(at, 0),
            other => prop_assert!(false, "{wrong}: {other:?}"),
        }
    }

    /// Neighbours swapped: caught by the field's own digit unless they are 0 and 9, where modulus 10 is blind by
    /// construction (2*9 = 18, 1+8 = 9). Then only the general digit can catch it.
    #[test]
    fn swapped_neighbours_in_a_field_are_named_except_0_and_9(barcode in any_barcode(), field in 0usize..3, at in 0usize..10) {
        let mut line = barcode.digitable_line().into_bytes();
        let places = MOD10_FIELDS[field].clone();
        let at = places.start + at % (places.len() - 1);
        prop_assume!(line[at] != line[at + 1] && !(at == 0 && line[1] == b'8'));
        line.swap(at, at + 1);
        let blind = matches!((line[at], line[at + 1]), (b'0', b'9') | (b'9', b'0'));
        let named = [Field::Field1, Field::Field2, Field::Field3][field];
        match Barcode::parse(&String::from_utf8(line).unwrap()) {
            Err(CodeError::CheckDigit { field: Field::General, .. }) | Ok(_) => prop_assert!(blind),
            Err(CodeError::CheckDigit { field, .. }) => {
                prop_assert!(!blind);
                prop_assert_eq!(field, named);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// The same for the blocks of an arrecadação by modulus 10. By modulus 11 a digit may hide behind the rests
    /// 0 and 1, which share the digit 0; what is found is then still never another block.
    #[test]
    fn a_wrong_digit_in_a_block_is_named(barcode in any_slip(), block in 0usize..4, at in 0usize..12, by in 1u8..=9) {
        let mut line = barcode.digitable_line().into_bytes();
        let at = block * 12 + at;
        prop_assume!(at != 0 && at != 2);
        line[at] = b'0' + (line[at] - b'0' + by) % 10;
        let mod11 = line[2] >= b'8';
        let named = [Field::Block1, Field::Block2, Field::Block3, Field::Block4][block];
        match Barcode::parse(&String::from_utf8(line).unwrap()) {
            Err(CodeError::CheckDigit { field: Field::General, .. }) | Ok(_) => prop_assert!(mod11),
            Err(CodeError::CheckDigit { field, .. }) => prop_assert_eq!(field, named),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// The blocks of modulus 10 see swapped neighbours as the fields do.
    #[test]
    fn swapped_neighbours_in_a_block_are_named_except_0_and_9(barcode in any_slip(), block in 0usize..4, at in 0usize..11) {
        let mut line = barcode.digitable_line().into_bytes();
        let at = block * 12 + at;
        prop_assume!(at > 2 && line[2] < b'8' && line[at] != line[at + 1]);
        line.swap(at, at + 1);
        let blind = matches!((line[at], line[at + 1]), (b'0', b'9') | (b'9', b'0'));
        let named = [Field::Block1, Field::Block2, Field::Block3, Field::Block4][block];
        match Barcode::parse(&String::from_utf8(line).unwrap()) {
            Err(CodeError::CheckDigit { field: Field::General, .. }) | Ok(_) => prop_assert!(blind),
            Err(CodeError::CheckDigit { field, .. }) => prop_assert_eq!((field, blind), (named, false)),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// The general digit alone: over the barcode a wrong digit passes only where two rests share the digit 1.
    #[test]
    fn a_wrong_digit_in_a_barcode_passes_only_behind_the_shared_digit_1(barcode in any_barcode(), at in 1usize..44, by in 1u8..=9) {
        let mut digits = *barcode.digits();
        digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
        match Barcode::parse(std::str::from_utf8(&digits).unwrap()) {
            Ok(read) => prop_assert!(at != 4 && read.digits()[4] == b'1'),
            Err(CodeError::CheckDigit { field: Field::General, expected, found }) => prop_assert_ne!(expected, found),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse(&text);
        let _ = Barcode::parse_line(&text);
        let _ = Barcode::parse_barcode(&text);
        let _ = encode(&text, None, Cents::ZERO, &text);
    }

    #[test]
    fn no_digits_panic(digits in "[0-9. -]{40,60}", today in proptest::num::i32::ANY) {
        if let (Ok(code), Some(today)) = (parse(&digits), NaiveDate::from_num_days_from_ce_opt(today)) {
            let _ = (code.due_on(today), code.amount(), code.barcode().formatted_line());
        }
    }
}
