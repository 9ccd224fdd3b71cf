//! Identifiers as the ERP gives them: integers or text, kept as trimmed text.

use std::fmt;

use super::compact::Compact;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Compact);

        impl $name {
            /// Takes an identifier as the database gave it; the padding of CHAR columns goes.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Compact::new(text.as_ref().trim()))
            }

            /// The identifier's text.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

text_id! {
    /// A branch (filial) of the company, with a CNPJ of its own.
    BranchId;
    /// A customer of the ERP.
    CustomerId;
    /// A contact person of a customer.
    ContactId;
    /// A receivable (título): one installment to be paid.
    ReceivableId;
    /// A gateway instance: one paired WhatsApp number.
    InstanceId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_of_char_columns_is_trimmed() {
        assert_eq!(CustomerId::new("000123   "), CustomerId::new("000123"));
        assert_eq!(CustomerId::new("000123   ").as_str(), "000123");
    }
}
