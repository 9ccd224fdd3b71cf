//! Banks by their three digits: names for people, and the code with its digit as the boleto's header prints it.

use super::check_digits::mod11_sum;

/// Code and short name (at most 18 characters, the slip's header is narrow) of those that issue boletos.
const NAMES: &[(&str, &str)] = &[
    ("001", "Banco do Brasil"),
    ("003", "Banco da Amazônia"),
    ("004", "Banco do Nordeste"),
    ("021", "Banestes"),
    ("025", "Banco Alfa"),
    ("033", "Santander"),
    ("036", "Bradesco BBI"),
    ("037", "Banpará"),
    ("041", "Banrisul"),
    ("047", "Banese"),
    ("070", "BRB"),
    ("074", "Banco Safra"),
    ("077", "Banco Inter"),
    ("082", "Banco Topázio"),
    ("084", "Sisprime"),
    ("085", "Ailos"),
    ("089", "Credisan"),
    ("091", "Unicred"),
    ("093", "Pólocred"),
    ("097", "CrediSIS"),
    ("099", "Uniprime"),
    ("102", "XP"),
    ("104", "Caixa"),
    ("133", "Cresol"),
    ("136", "Unicred"),
    ("197", "Stone"),
    ("208", "BTG Pactual"),
    ("212", "Banco Original"),
    ("213", "Banco Arbi"),
    ("218", "BS2"),
    ("224", "Banco Fibra"),
    ("237", "Bradesco"),
    ("246", "Banco ABC Brasil"),
    ("260", "Nubank"),
    ("274", "BMP"),
    ("290", "PagBank"),
    ("301", "Dock"),
    ("310", "Vórtx"),
    ("318", "Banco BMG"),
    ("323", "Mercado Pago"),
    ("329", "QI Tech"),
    ("332", "Acesso"),
    ("336", "C6 Bank"),
    ("341", "Itaú"),
    ("348", "Banco XP"),
    ("356", "Banco Real"),
    ("364", "Efí"),
    ("376", "J.P. Morgan"),
    ("380", "PicPay"),
    ("383", "Juno"),
    ("389", "Mercantil"),
    ("399", "HSBC"),
    ("403", "Cora"),
    ("422", "Safra"),
    ("435", "Delcred"),
    ("450", "Fitbank"),
    ("461", "Asaas"),
    ("473", "Caixa Geral"),
    ("509", "Celcoin"),
    ("529", "Pinbank"),
    ("535", "Marú"),
    ("604", "Banco Industrial"),
    ("611", "Banco Paulista"),
    ("612", "Guanabara"),
    ("613", "Omni"),
    ("623", "Banco Pan"),
    ("633", "Rendimento"),
    ("634", "Triângulo"),
    ("637", "Sofisa"),
    ("643", "Banco Pine"),
    ("653", "Voiter"),
    ("655", "BV"),
    ("707", "Daycoval"),
    ("712", "Banco Ourinvest"),
    ("739", "Banco Cetelem"),
    ("741", "BRP"),
    ("743", "Semear"),
    ("745", "Citibank"),
    ("746", "Modal"),
    ("748", "Sicredi"),
    ("752", "BNP Paribas"),
    ("755", "Bank of America"),
    ("756", "Sicoob"),
];

/// The name of a bank, `None` for one that the table does not know.
pub fn name(code: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, name)| *name)
}

/// The code with its digit as printed large on the boleto: `341-7`, `748-X`. Modulus 11 with the weights 2 to 9,
/// where 11 becomes 0; what 10 becomes is each bank's own choice (Caixa 0, Ailos and Uniprime 1, else X), and BTG
/// prints 208-1 against the rule. `None` for anything but three digits.
pub fn printed_code(code: &str) -> Option<String> {
    if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = match (11 - mod11_sum(code.bytes(), 9) % 11, code) {
        (_, "208") | (10, "084" | "085") => '1',
        (11, _) | (10, "104") => '0',
        (10, _) => 'X',
        (digit, _) => char::from(b'0' + digit as u8),
    };
    Some(format!("{code}-{digit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_as_the_banks_print_them() {
        for printed in [
            "001-9", "004-3", "021-3", "033-7", "041-8", "070-1", "077-9", "084-1", "085-1", "097-3",
            "104-0", "136-8", "208-1", "237-2", "260-7", "341-7", "356-5", "389-1", "399-9", "422-7",
            "745-5", "748-X", "756-0",
        ] {
            assert_eq!(printed_code(&printed[..3]).as_deref(), Some(printed));
            assert!(name(&printed[..3]).is_some(), "{printed}");
        }
        for none in ["", "34", "3417", "34é", "ab1"] {
            assert_eq!(printed_code(none), None, "{none}");
        }
        assert_eq!(name("999"), None);
    }

    #[test]
    fn every_bank_with_a_layout_has_a_name_and_none_is_twice() {
        for layout in super::super::free_field::layouts::LAYOUTS {
            assert!(name(layout.bank).is_some(), "{}", layout.bank);
        }
        assert!(
            NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "sorted, without doubles"
        );
        assert!(
            NAMES
                .iter()
                .all(|(code, name)| code.len() == 3 && name.chars().count() <= 18)
        );
    }
}
