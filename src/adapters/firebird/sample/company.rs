//! The creditor: branches, banks, contract, policy, closes. The same in every sample but for the dates.

use chrono::Datelike;
use chrono::{Days, NaiveDate, Weekday};

use crate::domain::calendar::BankingCalendar;

/// A branch with the bank that issues its boletos.
#[derive(Debug)]
pub(super) struct BranchSeed {
    pub(super) id: u8,
    pub(super) legal_name: &'static str,
    pub(super) trade_name: &'static str,
    pub(super) tax_id: &'static str,
    pub(super) address: &'static str,
    pub(super) number: &'static str,
    pub(super) district: &'static str,
    pub(super) city: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) phone: &'static str,
    pub(super) email: &'static str,
    pub(super) logo: Option<&'static [u8]>,
    pub(super) bank: Bank,
}

/// How a bank lays out its 25 digits. Both layouts are made of given numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bank {
    /// 237: agency 4, wallet 2, number 11, account 7, zero.
    Bradesco,
    /// 001 with a seven-digit agreement: six zeros, agreement 7, number 10, wallet 2.
    BancoDoBrasil,
}

/// Agency, account and wallet of the Bradesco branches.
pub(super) const BRADESCO: (&str, &str, &str) = ("1234", "0054320", "09");
/// Agency, account, wallet and agreement of the Banco do Brasil branch.
pub(super) const BANCO_DO_BRASIL: (&str, &str, &str, &str) = ("3456", "0076543", "17", "2987654");

/// The branches.
pub(super) const BRANCHES: &[BranchSeed] = &[
    BranchSeed {
        id: 1,
        legal_name: "Casa & Obra Materiais de Construção Ltda",
        trade_name: "Casa & Obra",
        tax_id: "11.222.333/0001-81",
        address: "Av. São João",
        number: "1200",
        district: "Centro",
        city: "São Leopoldo",
        postal_code: "93010-120",
        phone: "(51) 5000-1000",
        email: "financeiro@casaeobra.example",
        logo: Some(include_bytes!("../../../../sql/sample/logo_1.png")),
        bank: Bank::Bradesco,
    },
    BranchSeed {
        id: 2,
        legal_name: "Casa & Obra Materiais de Construção Ltda",
        trade_name: "Casa & Obra Zona Norte",
        tax_id: "11.222.333/0002-62",
        address: "Rua dos Açores",
        number: "87",
        district: "São José",
        city: "Porto Alegre",
        postal_code: "91010-087",
        phone: "(51) 5000-2000",
        email: "zonanorte@casaeobra.example",
        logo: Some(include_bytes!("../../../../sql/sample/logo_2.png")),
        bank: Bank::BancoDoBrasil,
    },
    BranchSeed {
        id: 3,
        legal_name: "Elétrica Conceição Comércio e Instalações Ltda",
        trade_name: "Elétrica Conceição",
        tax_id: "12.ABC.345/01DE-35",
        address: "Rua Cônego Simões",
        number: "15",
        district: "Vila Conceição",
        city: "Canoas",
        postal_code: "92010-015",
        phone: "(51) 5000-3000",
        email: "contato@eletricaconceicao.example",
        logo: None,
        bank: Bank::Bradesco,
    },
];

/// All branches are in this state.
pub(super) const STATE: &str = "RS";

/// Who the bank shows as payee of assigned receivables.
pub(super) const FACTORING: (&str, &str) = ("Aurora Fomento Mercantil Ltda", "45.723.174/0001-10");

/// FUNCIONALIDADE, ATIVA, with a date of validity.
pub(super) const FEATURES: &[(&str, &str, bool)] = &[
    ("WHATSAPP", "S", true),
    ("AVISO_DEBITO_EMAIL", "S", false),
    ("BOLETO_REGISTRADO", "S", false),
    ("NFE", "S", true),
    ("PDV_MOVEL", "N", false),
];

/// The one instance.
pub(super) const INSTANCE: &str = "loja";

/// The days closed up to the day before `today`: every day but Sundays, and the last one in any case.
pub(super) fn closed_days(today: NaiveDate) -> Vec<NaiveDate> {
    const DAYS_KEPT: u64 = 30;
    (1..=DAYS_KEPT)
        .rev()
        .filter_map(|back| today.checked_sub_days(Days::new(back)).map(|day| (back, day)))
        .filter(|(back, day)| *back == 1 || day.weekday() != Weekday::Sun)
        .map(|(_, day)| day)
        .collect()
}

/// The dates of the last imported bank returns, oldest first: the latest business days before `today`.
pub(super) fn bank_returns(today: NaiveDate) -> Vec<NaiveDate> {
    const KEPT: usize = 5;
    let banks = BankingCalendar::default();
    let mut days: Vec<NaiveDate> = std::iter::successors(today.pred_opt(), NaiveDate::pred_opt)
        .filter(|day| banks.is_business_day(*day))
        .take(KEPT)
        .collect();
    days.reverse();
    days
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tax_id::TaxId;

    #[test]
    fn creditors_have_valid_tax_ids() {
        for text in BRANCHES.iter().map(|b| b.tax_id).chain([FACTORING.1]) {
            assert!(TaxId::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn the_last_close_is_yesterday_and_the_last_return_a_business_day() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        // A Monday: yesterday was a Sunday.
        assert_eq!(closed_days(date("2026-11-23")).last(), Some(&date("2026-11-22")));
        assert_eq!(
            bank_returns(date("2026-11-23")).last(),
            Some(&date("2026-11-19")),
            "20 November is a holiday"
        );
        assert_eq!(bank_returns(date("2026-12-25")).last(), Some(&date("2026-12-24")));
    }
}
