//! Banks as boletos name them: the three-digit code, its check digit and the short name.

/// Short names by code (Banco Central, list of the STR); those that issue boletos.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("001", "Banco do Brasil"), ("003", "Banco da Amazônia"), ("004", "Banco do Nordeste"), ("021", "Banestes"),
    ("025", "Banco Alfa"), ("033", "Santander"), ("037", "Banpará"), ("041", "Banrisul"), ("047", "Banese"),
    ("070", "BRB"), ("074", "Banco Safra"), ("077", "Banco Inter"), ("082", "Banco Topázio"), ("084", "Sisprime"),
    ("085", "Ailos"), ("089", "Credisan"), ("091", "Unicred"), ("097", "CrediSIS"), ("099", "Uniprime"),
    ("102", "XP"), ("104", "Caixa"), ("133", "Cresol"), ("136", "Unicred"), ("197", "Stone"),
    ("208", "BTG Pactual"), ("212", "Banco Original"), ("213", "Banco Arbi"), ("218", "BS2"), ("224", "Banco Fibra"),
    ("237", "Bradesco"), ("246", "Banco ABC Brasil"), ("260", "Nubank"), ("274", "Grafeno"), ("301", "Dock"),
    ("318", "Banco BMG"), ("323", "Mercado Pago"), ("332", "Acesso"), ("336", "C6 Bank"), ("341", "Itaú"),
    ("348", "Banco XP"), ("364", "Efí"), ("376", "J.P. Morgan"), ("380", "PicPay"), ("383", "Juno"), ("389", "Mercantil"),
    ("399", "HSBC"), ("403", "Cora"), ("422", "Safra"), ("435", "Delcred"), ("450", "Fitbank"), ("461", "Asaas"),
    ("473", "Caixa Geral"), ("529", "Pinbank"), ("535", "Marú"), ("604", "Banco Industrial"), ("611", "Banco Paulista"),
    ("612", "Guanabara"), ("613", "Omni"), ("623", "Banco Pan"), ("633", "Rendimento"), ("634", "Triângulo"),
    ("637", "Sofisa"), ("643", "Banco Pine"), ("653", "Voiter"), ("655", "BV"), ("707", "Daycoval"),
    ("741", "BRP"), ("743", "Semear"), ("745", "Citibank"), ("746", "Modal"), ("748", "Sicredi"), ("752", "BNP Paribas"),
    ("755", "Bank of America"), ("756", "Sicoob"),
];

/// The bank's short name; `None` for a code not in the list.
pub fn name(code: &str) -> Option<&'static str> {
    NAMES.iter().find(|(c, _)| *c == code).map(|(_, name)| *name)
}

/// `341-7`: the code with its check digit, modulus 11 with weights 4, 3, 2. Where that gives 10, banks print
/// what they chose: Caixa 0, Ailos 1, Sicredi and others X.
pub fn code_with_digit(code: &str) -> String {
    let sum: u32 = code
        .bytes()
        .zip([4, 3, 2])
        .map(|(digit, weight)| u32::from(digit & 0x0f) * weight)
        .sum();
    let digit = match (11 - sum % 11, code) {
        (10, "104") => "0".to_owned(),
        (10, "085") => "1".to_owned(),
        (10, _) => "X".to_owned(),
        (11, _) => "0".to_owned(),
        (digit, _) => digit.to_string(),
    };
    format!("{code}-{digit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_as_the_banks_print_them() {
        for printed in [
            "001-9", "004-3", "033-7", "041-8", "070-1", "077-9", "084-1", "085-1", "104-0", "136-8",
            "237-2", "260-7", "341-7", "389-1", "399-9", "422-7", "748-X", "756-0",
        ] {
            assert_eq!(code_with_digit(&printed[..3]), printed);
            assert!(name(&printed[..3]).is_some(), "{printed}");
        }
        assert_eq!(name("999"), None);
    }

    #[test]
    fn the_list_has_no_doubles_and_names_fit_the_slip() {
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
