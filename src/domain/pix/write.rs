//! Writing Pix codes: for the sample ERP, the tools and the tests. wa-notify sends only codes that the ERP holds.

use unicode_normalization::UnicodeNormalization;

use super::tlv;
use super::{BrCode, PixError, crc16, key_kind, parse};
use crate::domain::money::Cents;

/// Why a code cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Not the form of any key.
    #[error("the key has the form of none")]
    Key,
    /// Empty, with its scheme, with blanks or beyond 77 ASCII characters.
    #[error("the address is empty, longer than 77 characters or not written without https://")]
    Url,
    /// Key and information together are longer than the account's 99 characters allow.
    #[error("the additional information does not fit beside the key")]
    Info,
    /// Negative or longer than 13 characters.
    #[error("the amount is negative or too large")]
    Amount,
    /// Nothing left of the name.
    #[error("the name is empty")]
    Name,
    /// Nothing left of the city.
    #[error("the city is empty")]
    City,
    /// Not eight digits.
    #[error("the postal code is not eight digits")]
    PostalCode,
    /// Not 1 to 25 letters and digits.
    #[error("the identifier is not 1 to 25 letters and digits")]
    Txid,
    /// What was written does not read back: a defect of this module.
    #[error("the written code does not read: {0}")]
    DoesNotRead(PixError),
}

/// A static code: the payee's key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StaticCode<'a> {
    /// The key in its canonical form (see [`key_kind`](super::key_kind)).
    pub key: &'a str,
    /// What the payer reads; accents go.
    pub info: Option<&'a str>,
    /// Left out: the payer decides.
    pub amount: Option<Cents>,
    /// The payee; accents go, cut after 25 characters.
    pub name: &'a str,
    /// Its city; accents go, cut after 15 characters.
    pub city: &'a str,
    /// Its CEP, eight digits.
    pub postal_code: Option<&'a str>,
    /// 1 to 25 letters and digits; left out: `***`.
    pub txid: Option<&'a str>,
}

/// A dynamic code: the address of a charge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DynamicCode<'a> {
    /// The address without `https://`, at most 77 characters.
    pub url: &'a str,
    /// Usually left out: the charge tells it.
    pub amount: Option<Cents>,
    /// The payee; accents go, cut after 25 characters.
    pub name: &'a str,
    /// Its city; accents go, cut after 15 characters.
    pub city: &'a str,
    /// Its CEP, eight digits.
    pub postal_code: Option<&'a str>,
}

impl StaticCode<'_> {
    /// Writes the code.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&self) -> Result<BrCode, WriteError> {
        if key_kind(self.key).is_none() {
            return Err(WriteError::Key);
        }
        let mut account = account();
        tlv::write(&mut account, 1, self.key);
        if let Some(info) = self.info.map(to_ascii).filter(|info| !info.is_empty()) {
            // The account's object counts to 99, and four go to this one's id and length.
            if account.len() + 4 + info.len() > 99 {
                return Err(WriteError::Info);
            }
            tlv::write(&mut account, 2, &info);
        }
        let txid = match self.txid {
            None => "***",
            Some(id) if (1..=25).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric()) => id,
            Some(_) => return Err(WriteError::Txid),
        };
        finish(
            None,
            &account,
            self.amount,
            self.name,
            self.city,
            self.postal_code,
            txid,
        )
    }
}

impl DynamicCode<'_> {
    /// Writes the code; the identifier is `***`, since the charge behind the address has the real one.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&self) -> Result<BrCode, WriteError> {
        let url = self.url;
        let plain = url.is_ascii() && !url.bytes().any(|b| b <= b' ' || b == 0x7f) && !url.contains("://");
        if !(1..=77).contains(&url.len()) || !plain {
            return Err(WriteError::Url);
        }
        let mut account = account();
        tlv::write(&mut account, 25, url);
        finish(
            Some("12"),
            &account,
            self.amount,
            self.name,
            self.city,
            self.postal_code,
            "***",
        )
    }
}

fn account() -> String {
    let mut account = String::new();
    tlv::write(&mut account, 0, "br.gov.bcb.pix");
    account
}

fn finish(
    initiation: Option<&str>,
    account: &str,
    amount: Option<Cents>,
    name: &str,
    city: &str,
    postal_code: Option<&str>,
    txid: &str,
) -> Result<BrCode, WriteError> {
    let cut = |text: &str, most: usize| {
        to_ascii(text)
            .chars()
            .take(most)
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let (name, city) = (cut(name, 25), cut(city, 15));
    if name.is_empty() {
        return Err(WriteError::Name);
    }
    if city.is_empty() {
        return Err(WriteError::City);
    }
    let mut code = String::new();
    tlv::write(&mut code, 0, "01");
    if let Some(initiation) = initiation {
        tlv::write(&mut code, 1, initiation);
    }
    tlv::write(&mut code, 26, account);
    tlv::write(&mut code, 52, "0000");
    tlv::write(&mut code, 53, "986");
    if let Some(amount) = amount {
        let text = amount.to_decimal();
        if amount < Cents::ZERO || text.len() > 13 {
            return Err(WriteError::Amount);
        }
        tlv::write(&mut code, 54, &text);
    }
    tlv::write(&mut code, 58, "BR");
    tlv::write(&mut code, 59, &name);
    tlv::write(&mut code, 60, &city);
    if let Some(postal_code) = postal_code {
        let digits: String = postal_code
            .chars()
            .filter(|c| !matches!(c, '-' | '.' | ' '))
            .collect();
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WriteError::PostalCode);
        }
        tlv::write(&mut code, 61, &digits);
    }
    let mut additional = String::new();
    tlv::write(&mut additional, 5, txid);
    tlv::write(&mut code, 62, &additional);
    code.push_str("6304");
    let crc = crc16(code.as_bytes());
    parse(&format!("{code}{crc:04X}")).map_err(WriteError::DoesNotRead)
}

/// Plain ASCII: accents go, runs of blanks become one, what has no plain letter is left out. Lengths are counted in
/// characters by some apps and in bytes by others; in ASCII they agree.
pub fn to_ascii(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| matches!(c, ' '..='~'))
        .collect();
    plain
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
