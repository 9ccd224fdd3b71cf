//! The banks' layouts against the shared vectors, and against themselves.

use proptest::prelude::*;

use super::super::banks;
use super::super::tests::vectors;
use super::*;

fn field(bank: &str, free_field: &str) -> Reading {
    read(bank, free_field).unwrap_or_else(|| panic!("{bank} {free_field}"))
}

fn part(bank: &str, free_field: &str, part: Part) -> String {
    field(bank, free_field)
        .part(part)
        .unwrap_or_else(|| panic!("{bank} {free_field}: no {part:?}"))
}

/// Made-up numbers whose own digits nobody computed: the generators that these vectors come from took them as
/// given.
const WRONG_IN_THEMSELVES: [(&str, &str); 14] = [
    ("033", "9123456700000000137240101"),
    ("033", "9123456700000000004140101"),
    ("033", "9123456700000000004450101"),
    ("341", "1090022335021234567890000"),
    ("341", "1090022334601234567890000"),
    ("341", "1090022334861234567890000"),
    ("341", "1120022334581234123456000"),
    ("341", "1120022335161234123456000"),
    ("341", "1120022334741234123456000"),
    ("341", "1380022334511234567890000"),
    ("341", "1380022334851234567890000"),
    ("341", "1380022335191234567890000"),
    ("341", "1060001001043069897558000"),
    ("756", "1009501000653215001101001"),
];

#[test]
fn every_free_field_of_the_vectors_reads_with_its_own_digits_right() {
    let mut wrong = Vec::new();
    let vectors = vectors();
    for case in vectors["boletos"].as_array().unwrap() {
        let (bank, free) = (
            case["bank"].as_str().unwrap(),
            case["campo_livre"].as_str().unwrap(),
        );
        if !field(bank, free).mismatches().is_empty() {
            wrong.push((bank, free));
        }
    }
    wrong.sort_unstable();
    wrong.dedup();
    let mut known = WRONG_IN_THEMSELVES.to_vec();
    known.sort_unstable();
    assert_eq!(wrong, known);
}

/// Boletos that somebody once paid: the digits of these fields were computed by the banks themselves.
#[test]
fn boletos_seen_in_the_field_read_with_their_own_digits_right() {
    let mut seen = Vec::new();
    for case in vectors()["conversions"].as_array().unwrap() {
        let (bank, barcode) = (case["bank"].as_str().unwrap(), case["barcode"].as_str().unwrap());
        if let Some(reading) =
            read(bank, &barcode[19..]).filter(|r| r.agreeing() > 0 && r.mismatches().is_empty())
        {
            seen.push(format!("{bank} {}", reading.our_number()));
        }
    }
    let known = [
        "033 000000045974",
        "070 020113",
        "077 0101160519",
        "104 14000000009972639",
        "341 73367813",
        "748 21577703",
    ];
    seen.sort_unstable();
    assert_eq!(seen, known);
}

#[test]
fn the_parts_have_their_places() {
    // From the vectors, which tell agency, account, wallet and our number apart.
    for (bank, free, parts) in [
        (
            "001",
            "1238790123440420006190018",
            "our_number=12387901234 agency=4042 account=00061900 wallet=18",
        ),
        (
            "001",
            "0000001238798777770016818",
            "agreement=1238798 our_number=7777700168 wallet=18",
        ),
        (
            "237",
            "1172060007589645204030050",
            "agency=1172 wallet=06 our_number=00075896452 account=0403005",
        ),
        (
            "104",
            "2452740000100040000000017",
            "agreement=245274 agreement_digit=0 our_number=000000000000001 product=1 modality=4 check_digit=7",
        ),
        (
            "341",
            "1751234567840810536789000",
            "wallet=175 our_number=12345678 our_number_digit=4 agency=0810 account=53678 account_digit=9",
        ),
    ] {
        let read = field(bank, free);
        let listed: Vec<String> = read
            .parts()
            .iter()
            .map(|(part, digits)| format!("{}={digits}", part.name()))
            .collect();
        assert_eq!(listed.join(" "), parts, "{bank}");
    }
    assert_eq!(
        field("104", "2452740000100040000000017").our_number(),
        "14000000000000001"
    );
    assert_eq!(
        field("104", "2452740000100040000000017")
            .our_number_digit()
            .as_deref(),
        Some("4")
    );
    assert_eq!(
        field("237", "1234040000000046801234560")
            .our_number_digit()
            .as_deref(),
        Some("P")
    );
    assert_eq!(
        field("001", "1234560000115451040300518")
            .our_number_digit()
            .as_deref(),
        Some("7")
    );
    assert_eq!(
        field("041", "2111029000150228325634059")
            .our_number_digit()
            .as_deref(),
        Some("51")
    );
    assert_eq!(part("748", "1116208879307106500129101", Part::Unit), "65");
    // The sample boleto of BTG's manual, 20890.05009 10000.000637 80038.868503: our number 001/6380-4.
    let btg = field("208", "0050010000000638003886850");
    assert_eq!(
        (btg.our_number().as_str(), btg.our_number_digit().as_deref()),
        ("00000006380", Some("4"))
    );
    // Fibra's worked example: agency 0001, wallet 121, number 0004309540, digit 8.
    assert_eq!(
        part("224", "0001121000000000043095408", Part::OurNumberDigit),
        "8"
    );
    assert_eq!(field("224", "0001121000000000043095408").mismatches(), []);
}

#[test]
fn layouts_of_one_bank_are_told_apart() {
    for (bank, free, name) in [
        (
            "001",
            "0000001474166000000032817",
            "agreement of 7 digits, our number of 17",
        ),
        (
            "001",
            "1234561234567890123456721",
            "agreement of 6 digits, our number of 17 free positions",
        ),
        (
            "001",
            "4321009080171230001934518",
            "agreement of 4 or 6 digits, our number of 11",
        ),
        (
            "104",
            "7921578946137541896436250",
            "SIGCB, payee's code of 6 digits",
        ),
        (
            "104",
            "1234567000100040000000014",
            "SIGCB, payee's code of 7 digits",
        ),
        ("104", "1123456900000000000000123", "SINCO"),
        // By chance with the check digit of SIGCB, whose places 11 and 15 never hold 3 and 6.
        ("104", "1311920906381968503865728", "SINCO"),
        (
            "341",
            "1071234567812345676667700",
            "wallets 106, 107, 122, 142, 143, 195, 196 and 198",
        ),
        ("399", "1122334000001234567809892", "CNR"),
        ("399", "1716057195001415000252001", "CSB"),
    ] {
        let reading = field(bank, free);
        assert_eq!(reading.layout().name, name, "{free} {:?}", reading.mismatches());
        assert!(reading.is_certain(), "{free}");
    }
    // Nothing that a bank is known to use; a bank that is not known; not 25 digits.
    for (bank, free) in [
        ("237", "1172060007589645204030051"),
        ("033", "1172060007589645204030051"),
        ("999", "1172060007589645204030050"),
        ("237", "117206000758964520403005"),
        ("237", "11720600075896452040300é"),
        ("237", ""),
    ] {
        assert!(read(bank, free).is_none(), "{bank} {free}");
    }
}

#[test]
fn a_wrong_digit_of_the_banks_own_is_named() {
    // Each Itaú digit in turn: our number's, then the account's.
    let wrong = |at: usize| {
        let mut free = b"1090022335021234567897000".to_vec();
        free[at] = b'0' + (free[at] - b'0' + 1) % 10;
        field("341", std::str::from_utf8(&free).unwrap())
            .mismatches()
            .to_vec()
    };
    let mismatch = |part, expected: &str, found: &str| Mismatch {
        part,
        expected: expected.into(),
        found: found.into(),
    };
    assert_eq!(wrong(11), [mismatch(Part::OurNumberDigit, "2", "3")]);
    assert_eq!(wrong(21), [mismatch(Part::AccountDigit, "7", "8")]);
    let banrisul = field("041", "2103401234560000004584091");
    assert_eq!(banrisul.mismatches(), [mismatch(Part::CheckDigit, "90", "91")]);
}

#[test]
fn what_cannot_be_built_is_named() {
    let itau = [
        (Part::Wallet, "109"),
        (Part::OurNumber, "1"),
        (Part::Agency, "1"),
        (Part::Account, "1"),
    ];
    assert_eq!(build("341", &itau[..3]), Err(BuildError::Missing(Part::Account)));
    assert_eq!(build("999", &itau), Err(BuildError::UnknownBank));
    let mut long = itau;
    long[3] = (Part::Account, "123456");
    assert_eq!(
        build("341", &long),
        Err(BuildError::DoesNotFit {
            part: Part::Account,
            places: 5
        })
    );
    long[3] = (Part::Account, "12-4");
    assert_eq!(
        build("341", &long),
        Err(BuildError::DoesNotFit {
            part: Part::Account,
            places: 5
        })
    );
    let with_digit = [itau.as_slice(), &[(Part::AccountDigit, "1")]].concat();
    assert_eq!(
        build("341", &with_digit),
        Err(BuildError::NoPlace(Part::AccountDigit))
    );
    // Fixed and usual digits need not be given; the usual may be.
    let sicoob = [
        (Part::Agency, "4327"),
        (Part::Agreement, "229385"),
        (Part::OurNumber, "2"),
    ];
    assert_eq!(build("756", &sicoob).as_deref(), Ok("1432701022938500000024001"));
    let second = [sicoob.as_slice(), &[(Part::Installment, "2")]].concat();
    assert_eq!(build("756", &second).as_deref(), Ok("1432701022938500000024002"));
}

#[test]
fn every_layout_fills_25_places_and_says_where_it_is_from() {
    for layout in LAYOUTS {
        assert_eq!(
            layout.pieces.iter().map(|p| p.len).sum::<usize>(),
            25,
            "{} {}",
            layout.bank,
            layout.name
        );
        assert!(!layout.source.is_empty() && !layout.our_number.is_empty());
        assert!(
            layout
                .our_number
                .iter()
                .flat_map(|form| *form)
                .all(|(from, to)| from < to && *to <= 25)
        );
        for piece in layout.pieces {
            let preset = piece.preset.map_or(piece.len, str::len);
            assert_eq!(preset, piece.len, "{} {}", layout.bank, layout.name);
        }
    }
}

/// The table in the documentation is the one in the code.
#[test]
fn the_documentation_lists_every_layout() {
    let table = include_str!("../../../../docs/BANKS.md");
    let mut missing = Vec::new();
    for layout in LAYOUTS {
        let bank = banks::name(layout.bank).unwrap();
        let code = banks::printed_code(layout.bank).unwrap();
        let parts: Vec<String> = layout
            .pieces
            .iter()
            .map(|piece| match (piece.part, piece.preset) {
                (Part::Fixed, Some(digits)) => format!("`{digits}`"),
                (part, _) => format!("{} {}", part.name(), piece.len),
            })
            .collect();
        let (name, source) = (layout.name, layout.source);
        let row = format!("| {code} | {bank} | {name} | {} | {source} |", parts.join(", "));
        if !table.lines().any(|line| line == row) {
            missing.push(row);
        }
    }
    assert!(missing.is_empty(), "docs/BANKS.md lacks\n{}", missing.join("\n"));
}

proptest! {
    #[test]
    fn what_is_built_reads_back(at in 0..LAYOUTS.len(), numbers in proptest::collection::vec("[0-9]{1,20}", 12)) {
        let layout = &LAYOUTS[at];
        let wants = layout.wants();
        let parts: Vec<(Part, String)> = wants
            .iter()
            .zip(&numbers)
            .map(|((part, len), digits)| (*part, format!("{:0>len$}", &digits[..digits.len().min(*len)])))
            .map(|(part, digits)| match (part, layout.wallets.first()) {
                (Part::Wallet, Some(wallet)) => (part, (*wallet).to_owned()),
                _ => (part, digits),
            })
            .collect();
        let given: Vec<(Part, &str)> = parts.iter().map(|(part, digits)| (*part, digits.as_str())).collect();
        let built = layout.build(&given).unwrap();
        prop_assert_eq!(built.len(), 25);
        let reading = layout.read(built.as_bytes().try_into().unwrap()).unwrap();
        prop_assert_eq!(reading.mismatches(), []);
        for (part, digits) in &parts {
            prop_assert_eq!(reading.part(*part), Some(digits.clone()));
        }
        // Another layout of the bank may read it too; some layout always does, without a complaint.
        let any = read(layout.bank, &built).unwrap();
        prop_assert_eq!(any.mismatches(), []);
    }

    #[test]
    fn nothing_panics(bank in ".{0,4}", free in ".{0,30}", digits in "[0-9]{25}", at in 0..LAYOUTS.len()) {
        let _ = (read(&bank, &free), build(&bank, &[(Part::Agency, &free)]));
        if let Some(reading) = read(LAYOUTS[at].bank, &digits) {
            let _ = (reading.parts(), reading.our_number(), reading.our_number_digit());
        }
        let _ = LAYOUTS[at].build(&[(Part::OurNumber, &free)]);
    }
}
