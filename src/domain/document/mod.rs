//! What the documents of one notice say, before they are drawn: pure views of ERP rows at one day.
//!
//! | file | holds |
//! |---|---|
//! | this one | [`Creditor`], [`Payee`] and their one-line forms |
//! | [`text`] | cleaning what people typed into the ERP; [`text::first_name`] |
//! | [`charges`] | the estimate of fine and interest |
//! | [`slip`] | [`BoletoView`]: a stored boleto, checked, or the reason why it is not sent |
//! | [`statement`] | [`StatementView`]: the list of debts |
//! | [`message`] | [`MessageView`]: what the text says |

pub mod charges;
pub mod message;
pub mod slip;
pub mod statement;
pub mod text;

pub use message::{MessageRow, MessageView};
pub use slip::{BoletoRefusal, BoletoView};
pub use statement::{StatementInput, StatementRow, StatementView};

use super::receivable::{BoletoRecord, Branch, Customer};
use super::tax_id::TaxId;
use text::clean;

/// Who is owed, as every document must name them: name, address and CPF/CNPJ (CDC art. 42-A, Lei 12.039/2009).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creditor {
    /// The name that customers know.
    pub name: String,
    /// Razão social.
    pub legal_name: String,
    /// `CNPJ 12.345.678/0001-95`.
    pub tax_id: String,
    /// `Rua das Flores, 100, Centro, Porto Alegre/RS, CEP 90010-000`.
    pub address: String,
    /// City.
    pub city: String,
    /// Phone as typed.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// PNG as stored.
    pub logo: Option<Vec<u8>>,
}

impl Creditor {
    /// Reads a branch.
    pub fn of(branch: &Branch) -> Self {
        Creditor {
            name: clean(branch.display_name()),
            legal_name: clean(&branch.legal_name),
            tax_id: tax_id_text(&branch.tax_id),
            address: address_line(
                Some(&branch.address),
                branch.district.as_deref(),
                Some(&branch.city),
                Some(&branch.state),
                branch.postal_code.as_deref(),
            ),
            city: clean(&branch.city),
            phone: filled(branch.phone.as_deref()),
            email: filled(branch.email.as_deref()),
            logo: branch.logo.clone(),
        }
    }
}

/// Who the bank shows as payee, so that the debtor can compare before paying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Name.
    pub name: String,
    /// `CNPJ 12.345.678/0001-95`; `None` where the ERP names a payee without one.
    pub tax_id: Option<String>,
}

impl Payee {
    /// The payee of a stored boleto: the ERP's BENEFICIARY_NAME and BENEFICIARY_TAX_ID where given, else the
    /// branch. A name of its own without a tax id does not borrow the branch's.
    pub fn of(record: &BoletoRecord, creditor: &Creditor) -> Self {
        let typed = filled(record.beneficiary_tax_id.as_deref());
        let tax_id = typed.map(|text| TaxId::parse(&text).map_or(text, |id| tax_id_text(&id)));
        match (filled(record.beneficiary_name.as_deref()), tax_id) {
            (Some(name), tax_id) => Payee { name, tax_id },
            (None, Some(tax_id)) => Payee {
                name: creditor.legal_name.clone(),
                tax_id: Some(tax_id),
            },
            (None, None) => Payee {
                name: creditor.legal_name.clone(),
                tax_id: Some(creditor.tax_id.clone()),
            },
        }
    }
}

/// Who owes: the printed lines of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    /// Name.
    pub name: String,
    /// `CPF 529.982.247-25`.
    pub tax_id: Option<String>,
    /// One line, empty where the ERP has none.
    pub address: String,
}

impl Debtor {
    /// Reads a customer.
    pub fn of(customer: &Customer) -> Self {
        Debtor {
            name: clean(&customer.name),
            tax_id: customer.tax_id.as_ref().map(tax_id_text),
            address: address_line(
                customer.address.as_deref(),
                customer.district.as_deref(),
                customer.city.as_deref(),
                customer.state.as_deref(),
                customer.postal_code.as_deref(),
            ),
        }
    }
}

/// `CNPJ 12.345.678/0001-95`.
pub fn tax_id_text(id: &TaxId) -> String {
    format!("{} {}", id.kind(), id.formatted())
}

/// Cleaned text, where anything is left of it.
fn filled(text: Option<&str>) -> Option<String> {
    text.map(clean).filter(|text| !text.is_empty())
}

/// `Rua das Flores, 100, Centro, Porto Alegre/RS, CEP 90010-000`, without what is missing.
fn address_line(
    street: Option<&str>,
    district: Option<&str>,
    city: Option<&str>,
    state: Option<&str>,
    postal_code: Option<&str>,
) -> String {
    let place = match (filled(city), filled(state)) {
        (Some(city), Some(state)) => Some(format!("{city}/{state}")),
        (city, state) => city.or(state),
    };
    let postal_code = filled(postal_code).map(|typed| {
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        if digits.len() == 8 {
            format!("CEP {}-{}", &digits[..5], &digits[5..])
        } else {
            format!("CEP {typed}")
        }
    });
    let parts: Vec<String> = [filled(street), filled(district), place, postal_code]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_line_without_gaps() {
        let line = |postal: &str| {
            address_line(
                Some("Rua das Flores, 100"),
                Some("  "),
                Some("Porto Alegre"),
                Some("RS"),
                Some(postal),
            )
        };
        assert_eq!(
            line("90010000"),
            "Rua das Flores, 100, Porto Alegre/RS, CEP 90010-000"
        );
        assert_eq!(
            line("90.010-000"),
            "Rua das Flores, 100, Porto Alegre/RS, CEP 90010-000"
        );
        assert_eq!(line(""), "Rua das Flores, 100, Porto Alegre/RS");
        assert_eq!(address_line(None, None, None, None, None), "");
    }
}
