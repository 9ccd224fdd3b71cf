//! Names of the parts.

use serde::Serialize;

/// What a part of a free field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Agency (agência, cooperativa) without its digit.
    Agency,
    /// The agency's digit.
    AgencyDigit,
    /// Account (conta corrente) without its digit.
    Account,
    /// The account's digit.
    AccountDigit,
    /// Wallet (carteira).
    Wallet,
    /// Agreement, or the code that the bank gave the payee (convênio, código do beneficiário, PSK, cliente).
    Agreement,
    /// The agreement's digit.
    AgreementDigit,
    /// Our number (nosso número) without its digit.
    OurNumber,
    /// Our number's digit.
    OurNumberDigit,
    /// Unit of a cooperative (posto).
    Unit,
    /// The bank's product or kind of collection.
    Product,
    /// Modality within the product.
    Modality,
    /// Number of the operation.
    Operation,
    /// Installment, where the bank keeps one.
    Installment,
    /// What only the bank can tell.
    Other,
    /// Always the same digits.
    Fixed,
    /// Check digit of the whole field.
    CheckDigit,
}

impl Part {
    /// The name for machines: `our_number_digit`.
    pub fn name(self) -> &'static str {
        match self {
            Part::Agency => "agency",
            Part::AgencyDigit => "agency_digit",
            Part::Account => "account",
            Part::AccountDigit => "account_digit",
            Part::Wallet => "wallet",
            Part::Agreement => "agreement",
            Part::AgreementDigit => "agreement_digit",
            Part::OurNumber => "our_number",
            Part::OurNumberDigit => "our_number_digit",
            Part::Unit => "unit",
            Part::Product => "product",
            Part::Modality => "modality",
            Part::Operation => "operation",
            Part::Installment => "installment",
            Part::Other => "other",
            Part::Fixed => "fixed",
            Part::CheckDigit => "check_digit",
        }
    }
}
