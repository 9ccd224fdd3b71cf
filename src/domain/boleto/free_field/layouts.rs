//! The table of the banks' layouts, each with its source. Positions in the comments count within the field, 1 to
//! 25 (20 to 44 of the barcode). "Vectors" are the checked boletos in `tests/data/vectors/boleto-pix.json`.

use super::super::check_digits::{double_digit, mod10, mod11_letter, mod11_or_zero};
use super::{Digits, Layout, Part, Piece, Place, Rule};

/// What most layouts have.
const USUAL: Layout = Layout {
    bank: "",
    name: "usual",
    source: "",
    pieces: &[],
    our_number: &[],
    our_number_digit: None,
    wallets: &[],
    given_out: &[],
    more_digits: 0,
};

const fn part(part: Part, len: usize) -> Piece {
    Piece {
        part,
        len,
        preset: None,
        rule: None,
    }
}

/// A part that is nearly always the same and need not be given.
const fn usual(part: Part, digits: &'static str) -> Piece {
    Piece {
        part,
        len: digits.len(),
        preset: Some(digits),
        rule: None,
    }
}

const fn fixed(digits: &'static str) -> Piece {
    Piece {
        part: Part::Fixed,
        len: digits.len(),
        preset: Some(digits),
        rule: None,
    }
}

const fn digit(part: Part, len: usize, rule: Rule) -> Piece {
    Piece {
        part,
        len,
        preset: None,
        rule: Some(rule),
    }
}

/// The digits of several places, one after the other.
fn cut(digits: &Digits, places: &[Place]) -> std::vec::IntoIter<u8> {
    let cut: Vec<u8> = places
        .iter()
        .flat_map(|(from, to)| digits[*from..*to].iter().copied())
        .collect();
    cut.into_iter()
}

use Part::*;

/// All known layouts; of one bank the usual one first.
pub static LAYOUTS: &[Layout] = &[
    Layout {
        bank: "001",
        name: "agreement of 7 digits, our number of 17",
        source: "BB, Especificações Técnicas do Boleto (Jan 2016), annex IX; vectors",
        pieces: &[
            fixed("000000"),
            part(Agreement, 7),
            part(OurNumber, 10),
            part(Wallet, 2),
        ],
        // Agreements of 8 digits leave nine for the number.
        our_number: &[&[(6, 23)], &[(13, 23)], &[(14, 23)]],
        our_number_digit: Some(|d| mod11_letter(cut(d, &[(6, 23)]), 9, 'X').to_string()),
        ..USUAL
    },
    Layout {
        bank: "001",
        name: "agreement of 6 digits, our number of 17 free positions",
        source: "BB, Especificações Técnicas do Boleto (Jan 2016), annex X: wallets 16 and 18, mark 21 at the end",
        pieces: &[part(Agreement, 6), part(OurNumber, 17), fixed("21")],
        our_number: &[&[(6, 23)]],
        ..USUAL
    },
    Layout {
        bank: "001",
        name: "agreement of 4 or 6 digits, our number of 11",
        source: "BB, Especificações Técnicas do Boleto (Jan 2016), annexes VII and VIII; vectors",
        pieces: &[
            part(OurNumber, 11),
            part(Agency, 4),
            part(Account, 8),
            part(Wallet, 2),
        ],
        our_number: &[&[(0, 11)], &[(6, 11)], &[(4, 11)]],
        our_number_digit: Some(|d| mod11_letter(cut(d, &[(0, 11)]), 9, 'X').to_string()),
        ..USUAL
    },
    Layout {
        bank: "004",
        source: "BNB, Padrão BNB CNAB400; vectors",
        pieces: &[
            part(Agency, 4),
            part(Account, 7),
            part(AccountDigit, 1),
            part(OurNumber, 7),
            digit(OurNumberDigit, 1, |d| mod11_or_zero(cut(d, &[(12, 19)]), 8)),
            part(Wallet, 2),
            fixed("000"),
        ],
        our_number: &[&[(12, 19)]],
        ..USUAL
    },
    Layout {
        bank: "021",
        source: "Banestes, Layout Cobrança CNAB400 (chave ASBACE); vectors",
        pieces: &[
            part(OurNumber, 8),
            part(Account, 10),
            part(AccountDigit, 1),
            part(Product, 1),
            fixed("021"),
            digit(CheckDigit, 2, |d| double_digit(&d[..23])),
        ],
        our_number: &[&[(0, 8)]],
        // Two digits; the manual weighs the second 10 to 2, generators in use 9 to 2 again: so none is held against
        // a stored number.
        more_digits: 2,
        ..USUAL
    },
    Layout {
        bank: "033",
        source: "Santander, Layout do Boleto (Sep 2012 and Jan 2017): 9, PSK, our number, IOS, wallet; vectors",
        pieces: &[
            fixed("9"),
            part(Agreement, 7),
            part(OurNumber, 12),
            digit(OurNumberDigit, 1, |d| mod11_or_zero(cut(d, &[(8, 20)]), 9)),
            usual(Other, "0"),
            part(Wallet, 3),
        ],
        our_number: &[&[(8, 20)]],
        ..USUAL
    },
    Layout {
        bank: "041",
        source: "Banrisul, Cobrança Eletrônica CNAB400 (Jul 2015): constants 1 and 40, pair of digits; vectors",
        pieces: &[
            usual(Product, "2"),
            fixed("1"),
            part(Agency, 4),
            part(Agreement, 7),
            part(OurNumber, 8),
            fixed("40"),
            digit(CheckDigit, 2, |d| double_digit(&d[..23])),
        ],
        our_number: &[&[(13, 21)]],
        our_number_digit: Some(|d| format!("{:02}", double_digit(&d[13..21]))),
        ..USUAL
    },
    Layout {
        bank: "070",
        source: "BRB, chave BRB as kept by kivanio/brcobranca; vectors",
        pieces: &[
            usual(Other, "000"),
            part(Agency, 3),
            part(Account, 7),
            usual(Modality, "2"),
            part(OurNumber, 6),
            fixed("070"),
            digit(CheckDigit, 2, |d| double_digit(&d[..23])),
        ],
        our_number: &[&[(14, 20)], &[(13, 25)], &[(13, 20)]],
        ..USUAL
    },
    autbank("077", "Inter, Manual CNAB400, 6.1.3; vectors"),
    agency_wallet(
        "084",
        "Sisprime (Uniprime Norte do Paraná) as kept by BoletoNet/BoletoNetCore; vectors",
    ),
    Layout {
        bank: "085",
        source: "Ailos (Cecred), Manual CNAB 240; vectors",
        pieces: &[
            part(Agreement, 6),
            part(Account, 7),
            part(AccountDigit, 1),
            part(OurNumber, 9),
            part(Wallet, 2),
        ],
        our_number: &[&[(6, 23)], &[(14, 23)]],
        ..USUAL
    },
    Layout {
        bank: "097",
        source: "CrediSIS, Layout CNAB 240; the digit in place 9 comes from the payee's CPF or CNPJ; vectors",
        pieces: &[
            fixed("00000097"),
            part(Other, 1),
            part(Agency, 4),
            part(Agreement, 6),
            part(OurNumber, 6),
        ],
        our_number: &[&[(5, 25)], &[(19, 25)]],
        ..USUAL
    },
    Layout {
        bank: "104",
        name: "SIGCB, payee's code of 6 digits",
        source: "Caixa, Leiaute CNAB 240 SIGCB 67.119 v010, annex III: our number in five places; vectors",
        pieces: &[
            part(Agreement, 6),
            digit(AgreementDigit, 1, |d| mod11_or_zero(cut(d, &[(0, 6)]), 9)),
            part(OurNumber, 3),
            usual(Product, "1"),
            part(OurNumber, 3),
            usual(Modality, "4"),
            part(OurNumber, 9),
            digit(CheckDigit, 1, |d| mod11_or_zero(cut(d, &[(0, 24)]), 9)),
        ],
        our_number: SIGCB_NUMBER,
        our_number_digit: Some(sigcb_digit),
        given_out: SIGCB_GIVEN_OUT,
        ..USUAL
    },
    Layout {
        bank: "104",
        name: "SIGCB, payee's code of 7 digits",
        source: "Caixa, ESP_COD_BARRAS_SIGCB, p. 26 (as cited in openboleto #216): codes from 1100000 have no digit",
        pieces: &[
            part(Agreement, 7),
            part(OurNumber, 3),
            usual(Product, "1"),
            part(OurNumber, 3),
            usual(Modality, "4"),
            part(OurNumber, 9),
            digit(CheckDigit, 1, |d| mod11_or_zero(cut(d, &[(0, 24)]), 9)),
        ],
        our_number: SIGCB_NUMBER,
        our_number_digit: Some(sigcb_digit),
        given_out: SIGCB_GIVEN_OUT,
        ..USUAL
    },
    Layout {
        bank: "104",
        name: "SINCO",
        source: "Caixa SINCO as kept by jrimum/bopepo: 1, payee's code, 9 and 17 free positions",
        pieces: &[fixed("1"), part(Agreement, 6), fixed("9"), part(OurNumber, 17)],
        our_number: &[&[(7, 25)], &[(8, 25)]],
        our_number_digit: Some(|d| mod11_or_zero(cut(d, &[(7, 25)]), 9).to_string()),
        ..USUAL
    },
    Layout {
        bank: "136",
        source: "Unicred, Composição da Ficha de Compensação (Dec 2019); vectors",
        pieces: &[
            part(Agency, 4),
            part(Account, 9),
            part(AccountDigit, 1),
            part(OurNumber, 10),
            digit(OurNumberDigit, 1, |d| mod11_or_zero(cut(d, &[(14, 24)]), 9)),
        ],
        our_number: &[&[(14, 24)]],
        ..USUAL
    },
    agency_wallet(
        "133",
        "Cresol, integrated CNAB400 as kept by eduardokum/laravel-boleto",
    ),
    agency_wallet(
        "208",
        "BTG Pactual, sample boleto 20890.05009 10000.000637 80038.868503 of its manual",
    ),
    autbank(
        "224",
        "Fibra, Boletos pelo Cliente V2: modulus 10 over agency, wallet and number",
    ),
    agency_wallet(
        "237",
        "Bradesco, Especificação do Boleto (Aug 2015), annex on the barcode; vectors",
    ),
    Layout {
        bank: "336",
        source: "C6 as kept by eduardokum/laravel-boleto: client, our number, wallet, who prints (3 or 4); vectors",
        pieces: &[
            part(Agreement, 12),
            part(OurNumber, 10),
            part(Wallet, 2),
            usual(Product, "4"),
        ],
        our_number: &[&[(12, 22)]],
        our_number_digit: Some(|d| {
            let digits: Vec<u8> = std::iter::once(b'0')
                .chain(cut(d, &[(22, 24), (12, 22)]))
                .collect();
            mod11_letter(digits.into_iter(), 7, 'P').to_string()
        }),
        ..USUAL
    },
    Layout {
        bank: "341",
        source: "Itaú, Cobrança CNAB400 (Mar 2015), annex 4; vectors",
        pieces: &[
            part(Wallet, 3),
            part(OurNumber, 8),
            digit(OurNumberDigit, 1, |d| mod10(cut(d, &[(12, 21), (0, 11)]))),
            part(Agency, 4),
            part(Account, 5),
            digit(AccountDigit, 1, |d| mod10(cut(d, &[(12, 21)]))),
            fixed("000"),
        ],
        our_number: &[&[(3, 11)]],
        ..USUAL
    },
    Layout {
        bank: "341",
        name: "wallets 112, 126, 131, 146, 150 and 168",
        source: "Itaú, Cobrança CNAB400 (Mar 2015), annex 4: these count wallet and number only (112 as kept by kivanio/brcobranca)",
        pieces: &[
            part(Wallet, 3),
            part(OurNumber, 8),
            digit(OurNumberDigit, 1, |d| mod10(cut(d, &[(0, 11)]))),
            part(Agency, 4),
            part(Account, 5),
            digit(AccountDigit, 1, |d| mod10(cut(d, &[(12, 21)]))),
            fixed("000"),
        ],
        our_number: &[&[(3, 11)]],
        wallets: &["112", "126", "131", "146", "150", "168"],
        ..USUAL
    },
    Layout {
        bank: "341",
        name: "wallets 106, 107, 122, 142, 143, 195, 196 and 198",
        source: "Itaú, Cobrança CNAB400 (Mar 2015), annex 5: our number of 15 positions; vectors",
        pieces: &[
            part(Wallet, 3),
            part(OurNumber, 8),
            part(Other, 7),
            part(Agreement, 5),
            digit(CheckDigit, 1, |d| mod10(cut(d, &[(0, 23)]))),
            fixed("0"),
        ],
        our_number: &[&[(3, 11)], &[(3, 18)]],
        wallets: &["106", "107", "122", "142", "143", "195", "196", "198"],
        ..USUAL
    },
    Layout {
        bank: "356",
        source: "Banco Real (now Santander) as kept by jrimum/bopepo: the digitão counts number, agency, account",
        pieces: &[
            part(Agency, 4),
            part(Account, 7),
            digit(CheckDigit, 1, |d| mod10(cut(d, &[(12, 25), (0, 11)]))),
            part(OurNumber, 13),
        ],
        our_number: &[&[(12, 25)]],
        ..USUAL
    },
    Layout {
        bank: "389",
        source: "Mercantil do Brasil as kept by jrimum/bopepo",
        pieces: &[
            part(Agency, 4),
            part(OurNumber, 10),
            part(OurNumberDigit, 1),
            part(Agreement, 9),
            usual(Product, "2"),
        ],
        our_number: &[&[(4, 14)]],
        ..USUAL
    },
    Layout {
        bank: "399",
        name: "CNR",
        source: "HSBC, CNR 240 (the bank is Bradesco's since 2016): payee, number, day of the year, 2; vectors",
        pieces: &[
            part(Agreement, 7),
            part(OurNumber, 13),
            part(Other, 4),
            fixed("2"),
        ],
        our_number: &[&[(7, 20)]],
        more_digits: 3,
        ..USUAL
    },
    Layout {
        bank: "399",
        name: "CSB",
        source: "HSBC, Especificação do Boleto (Apr 2012); vectors",
        pieces: &[
            part(OurNumber, 10),
            digit(OurNumberDigit, 1, |d| mod11_or_zero(cut(d, &[(0, 10)]), 7)),
            part(Agency, 4),
            part(Account, 7),
            fixed("001"),
        ],
        our_number: &[&[(0, 10)]],
        ..USUAL
    },
    Layout {
        bank: "422",
        source: "Safra, Cobrança (2016): 7, agency, account, our number, 2; its digit is 1 for 11, 0 for 10; vectors",
        pieces: &[
            fixed("7"),
            part(Agency, 4),
            part(AgencyDigit, 1),
            part(Account, 8),
            part(AccountDigit, 1),
            part(OurNumber, 8),
            digit(OurNumberDigit, 1, |d| {
                match mod11_letter(cut(d, &[(15, 23)]), 9, 'X') {
                    '0' => 1,
                    'X' => 0,
                    c => c as u8 - b'0',
                }
            }),
            usual(Product, "2"),
        ],
        our_number: &[&[(15, 23)]],
        ..USUAL
    },
    agency_wallet("435", "Delcred as kept by eduardokum/laravel-boleto"),
    autbank("633", "Rendimento, Bloquete pelo Cliente"),
    autbank("643", "Pine as kept by eduardokum/laravel-boleto"),
    Layout {
        bank: "655",
        source: "Votorantim (BV) as kept by BoletoNet/boletonet; vectors",
        pieces: &[
            part(Agreement, 10),
            part(Wallet, 3),
            part(OurNumber, 10),
            fixed("00"),
        ],
        our_number: &[&[(13, 23)]],
        ..USUAL
    },
    autbank("707", "Daycoval as kept by BoletoNet/BoletoNetCore; vectors"),
    agency_wallet("712", "Ourinvest as kept by eduardokum/laravel-boleto"),
    Layout {
        bank: "745",
        source: "Citibank, Manual CNAB400 1.16: product, portfolio, Conta Cosmos, our number; vectors",
        pieces: &[
            usual(Product, "3"),
            part(Operation, 3),
            part(Agreement, 9),
            part(OurNumber, 11),
            digit(OurNumberDigit, 1, |d| mod11_or_zero(cut(d, &[(13, 24)]), 9)),
        ],
        our_number: &[&[(13, 24)]],
        ..USUAL
    },
    Layout {
        bank: "748",
        source: "Sicredi, Manual do Beneficiário CNAB 400 (Jun 2014 and Aug 2019); vectors",
        pieces: &[
            usual(Product, "1"),
            usual(Modality, "1"),
            part(OurNumber, 8),
            digit(OurNumberDigit, 1, |d| {
                mod11_or_zero(cut(d, &[(11, 22), (2, 10)]), 9)
            }),
            part(Agency, 4),
            part(Unit, 2),
            part(Agreement, 5),
            usual(Other, "10"),
            digit(CheckDigit, 1, |d| mod11_or_zero(cut(d, &[(0, 24)]), 9)),
        ],
        our_number: &[&[(2, 10)], &[(4, 10)], &[(5, 10)]],
        ..USUAL
    },
    Layout {
        bank: "756",
        source: "Sicoob, layout of its \"Capa\" sheet: weights 3, 1, 9, 7 over cooperative, client, number; vectors",
        pieces: &[
            usual(Product, "1"),
            part(Agency, 4),
            usual(Modality, "01"),
            part(Agreement, 7),
            part(OurNumber, 7),
            digit(OurNumberDigit, 1, sicoob_digit),
            usual(Installment, "001"),
        ],
        // The last: a number whose first two places are the year.
        our_number: &[&[(14, 21)], &[(16, 21)]],
        ..USUAL
    },
];

const AGENCY_WALLET: &[Piece] = &[
    part(Agency, 4),
    part(Wallet, 2),
    part(OurNumber, 11),
    part(Account, 7),
    fixed("0"),
];

const AUTBANK: &[Piece] = &[
    part(Agency, 4),
    part(Wallet, 3),
    part(Operation, 7),
    part(OurNumber, 10),
    digit(OurNumberDigit, 1, |d| mod10(cut(d, &[(0, 7), (14, 24)]))),
];

/// Agency, wallet, our number, account and a zero: Bradesco's layout, which many cooperatives and banks took over.
/// Our number's digit (modulus 11, weights 2 to 7, `P` for 10) counts wallet and number and is not in the field.
const fn agency_wallet(bank: &'static str, source: &'static str) -> Layout {
    Layout {
        bank,
        name: "agency, wallet, our number, account",
        source,
        pieces: AGENCY_WALLET,
        our_number: &[&[(6, 17)]],
        our_number_digit: Some(|d| mod11_letter(cut(d, &[(4, 17)]), 7, 'P').to_string()),
        ..USUAL
    }
}

/// Agency, wallet, operation, our number and its digit (modulus 10 over agency, wallet and number).
const fn autbank(bank: &'static str, source: &'static str) -> Layout {
    Layout {
        bank,
        name: "agency, wallet, operation, our number",
        source,
        pieces: AUTBANK,
        our_number: &[&[(14, 24)]],
        ..USUAL
    }
}

/// Our number of Caixa's SIGCB: kind of collection, who prints, and fifteen digits in three pieces.
const SIGCB_NUMBER: &[&[Place]] = &[
    &[(10, 11), (14, 15), (7, 10), (11, 14), (15, 24)],
    &[(7, 10), (11, 14), (15, 24)],
];

/// Kind of collection 1 (registered) or 2, printed by 1 (the bank) or 4 (the payee). One SINCO in ten has the right
/// check digit for SIGCB by chance, but hardly these too.
const SIGCB_GIVEN_OUT: &[(usize, &[u8])] = &[(10, b"12"), (14, b"14")];

fn sigcb_digit(digits: &Digits) -> String {
    mod11_or_zero(cut(digits, SIGCB_NUMBER[0]), 9).to_string()
}

/// Sicoob: the constant 3197 from the left over cooperative (4), client (10) and number (7); the rests 0 and 1
/// give 0.
fn sicoob_digit(digits: &Digits) -> u8 {
    let padded = cut(digits, &[(1, 5)])
        .chain(*b"000")
        .chain(cut(digits, &[(7, 21)]));
    let sum: u32 = padded
        .zip([3, 1, 9, 7].into_iter().cycle())
        .map(|(d, weight)| u32::from(d - b'0') * weight)
        .sum();
    match sum % 11 {
        0 | 1 => 0,
        rest => (11 - rest) as u8,
    }
}
