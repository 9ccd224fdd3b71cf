//! Reading a Pix code.

use serde::Serialize;

use super::tlv::{Object, objects, position_of};
use super::{PixError, crc16, key_kind};
use crate::domain::money::Cents;

/// What kind of code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Holds the payee's key: anybody can make one.
    Static,
    /// Holds the address of a charge at the payee's bank.
    Dynamic,
    /// An EMV code without a Pix account.
    Other,
}

impl Kind {
    /// `static`, `dynamic` or `other`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Static => "static",
            Kind::Dynamic => "dynamic",
            Kind::Other => "other",
        }
    }
}

/// What is odd about a code. Banks' own codes break some limits and are paid all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// Does not start with `000201`.
    FormatIndicator,
    /// No account of the arrangement `br.gov.bcb.pix`.
    NoPixAccount,
    /// Neither key nor address, or both.
    KeyOrUrl,
    /// The key looks like none.
    KeyForm,
    /// The address is longer than 77 characters, names its scheme or has blanks.
    UrlForm,
    /// Not the category `0000` or another of four digits.
    Category,
    /// Not in reais (986).
    Currency,
    /// Not a decimal number of at most 13 characters and two decimals.
    AmountForm,
    /// Not in Brazil.
    Country,
    /// Payee's name missing or longer than 25 characters.
    Name,
    /// City missing or longer than 15 characters.
    City,
    /// The identifier is missing, longer than 25 characters or not all letters and digits (`***` is none).
    Txid,
    /// Characters beyond ASCII: some apps count their lengths in bytes.
    NotAscii,
    /// Control characters, which no scanner should see.
    ControlCharacter,
    /// An object stands twice.
    Repeated,
    /// The checksum is written in small letters.
    SmallCrc,
    /// More than 512 characters.
    TooLong,
}

impl Warning {
    /// The name for machines: `key_form`.
    pub fn name(self) -> &'static str {
        match self {
            Warning::FormatIndicator => "format_indicator",
            Warning::NoPixAccount => "no_pix_account",
            Warning::KeyOrUrl => "key_or_url",
            Warning::KeyForm => "key_form",
            Warning::UrlForm => "url_form",
            Warning::Category => "category",
            Warning::Currency => "currency",
            Warning::AmountForm => "amount_form",
            Warning::Country => "country",
            Warning::Name => "name",
            Warning::City => "city",
            Warning::Txid => "txid",
            Warning::NotAscii => "not_ascii",
            Warning::ControlCharacter => "control_character",
            Warning::Repeated => "repeated",
            Warning::SmallCrc => "small_crc",
            Warning::TooLong => "too_long",
        }
    }
}

/// A Pix code whose objects and checksum are right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrCode {
    text: String,
    kind: Kind,
    key: Option<String>,
    url: Option<String>,
    info: Option<String>,
    amount_text: Option<String>,
    amount: Option<Cents>,
    name: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    txid: Option<String>,
    point_of_initiation: Option<String>,
    ids: Vec<u8>,
    warnings: Vec<Warning>,
}

/// Reads a Pix code; blanks around it go.
///
/// # Errors
/// [`PixError`]: broken objects or checksum. What else is odd is in [`BrCode::warnings`].
pub fn parse(text: &str) -> Result<BrCode, PixError> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    if text.is_empty() {
        return Err(PixError::Empty);
    }
    let all = objects(text, 0)?;
    let mut warnings = Vec::new();
    check_crc(text, &all, &mut warnings)?;
    let value = |id: u8| {
        all.iter()
            .find(|object| object.id == id)
            .map(|object| object.value)
    };

    if text.get(..6) != Some("000201") {
        warnings.push(Warning::FormatIndicator);
    }
    let account = pix_account(&all)?;
    let of_account = |id: u8| -> Option<String> {
        account
            .iter()
            .flatten()
            .find(|object| object.id == id)
            .map(|object| object.value.to_owned())
    };
    let (key, url) = (of_account(1), of_account(25));
    let kind = match (&account, &key, &url) {
        (None, _, _) => {
            warnings.push(Warning::NoPixAccount);
            Kind::Other
        }
        (Some(_), Some(_), None) => Kind::Static,
        (Some(_), None, Some(_)) => Kind::Dynamic,
        // Both: a static code that also has an address; taken for what it could be abused as.
        (Some(_), Some(_), Some(_)) => {
            warnings.push(Warning::KeyOrUrl);
            Kind::Static
        }
        (Some(_), None, None) => {
            warnings.push(Warning::KeyOrUrl);
            Kind::Other
        }
    };
    if key.as_deref().is_some_and(|key| key_kind(key).is_none()) {
        warnings.push(Warning::KeyForm);
    }
    if url.as_deref().is_some_and(|url| {
        url.chars().count() > 77
            || url.contains("://")
            || url.contains(char::is_whitespace)
            || !url.contains('.')
    }) {
        warnings.push(Warning::UrlForm);
    }
    if !value(52).is_some_and(|mcc| mcc.len() == 4 && mcc.bytes().all(|b| b.is_ascii_digit())) {
        warnings.push(Warning::Category);
    }
    if value(53) != Some("986") {
        warnings.push(Warning::Currency);
    }
    let amount = value(54).and_then(amount);
    if value(54).is_some() && amount.is_none() {
        warnings.push(Warning::AmountForm);
    }
    if value(58) != Some("BR") {
        warnings.push(Warning::Country);
    }
    let within =
        |id: u8, most: usize| value(id).is_some_and(|text| (1..=most).contains(&text.chars().count()));
    if !within(59, 25) {
        warnings.push(Warning::Name);
    }
    if !within(60, 15) {
        warnings.push(Warning::City);
    }
    let txid = txid(&all)?;
    let plain = |id: &str| (1..=25).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if !txid.as_deref().is_some_and(|id| id == "***" || plain(id)) {
        warnings.push(Warning::Txid);
    }
    if !text.is_ascii() {
        warnings.push(Warning::NotAscii);
    }
    if text.contains(char::is_control) {
        warnings.push(Warning::ControlCharacter);
    }
    if all
        .iter()
        .enumerate()
        .any(|(i, object)| all[..i].iter().any(|before| before.id == object.id))
    {
        warnings.push(Warning::Repeated);
    }
    if text.chars().count() > 512 {
        warnings.push(Warning::TooLong);
    }
    let owned = |id: u8| value(id).map(str::to_owned);
    Ok(BrCode {
        text: text.to_owned(),
        kind,
        key,
        url,
        info: of_account(2),
        amount_text: owned(54),
        amount,
        name: owned(59),
        city: owned(60),
        postal_code: owned(61),
        txid,
        point_of_initiation: owned(1),
        ids: all.iter().map(|object| object.id).collect(),
        warnings,
    })
}

fn check_crc(text: &str, all: &[Object<'_>], warnings: &mut Vec<Warning>) -> Result<(), PixError> {
    let found = match all.last() {
        Some(Object { id: 63, value }) if value.chars().count() == 4 => *value,
        _ => return Err(PixError::NoCrc),
    };
    let before = &text.as_bytes()[..text.len() - found.len()];
    let expected = format!("{:04X}", crc16(before));
    if !expected.eq_ignore_ascii_case(found) {
        return Err(PixError::Crc {
            expected,
            found: found.to_owned(),
        });
    }
    if expected != found {
        warnings.push(Warning::SmallCrc);
    }
    Ok(())
}

/// The objects of the first account (26 to 51) of the arrangement Pix. Accounts of others are their own business,
/// whatever they hold.
fn pix_account<'a>(all: &[Object<'a>]) -> Result<Option<Vec<Object<'a>>>, PixError> {
    for (nth, object) in all
        .iter()
        .enumerate()
        .filter(|(_, object)| (26..=51).contains(&object.id))
    {
        let starts = object
            .value
            .get(..18)
            .is_some_and(|start| start.eq_ignore_ascii_case("0014br.gov.bcb.pix"));
        match objects(object.value, position_of(all, nth)) {
            Ok(inner) if inner.iter().any(is_pix) => return Ok(Some(inner)),
            Err(error) if starts => return Err(error),
            _ => {}
        }
    }
    Ok(None)
}

fn is_pix(object: &Object<'_>) -> bool {
    object.id == 0 && object.value.eq_ignore_ascii_case("br.gov.bcb.pix")
}

/// Object 05 of the additional data (62).
fn txid(all: &[Object<'_>]) -> Result<Option<String>, PixError> {
    let Some(nth) = all.iter().position(|object| object.id == 62) else {
        return Ok(None);
    };
    let inner = objects(all[nth].value, position_of(all, nth))?;
    Ok(inner
        .iter()
        .find(|object| object.id == 5)
        .map(|object| object.value.to_owned()))
}

/// `123.45`, `100` or `10.`: at most 13 characters and two decimals, nothing but digits and one point.
fn amount(text: &str) -> Option<Cents> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if text.len() > 13 || whole.is_empty() || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
        return None;
    }
    Cents::from_decimal(text).ok()
}

impl BrCode {
    /// The code as it goes into a QR or the clipboard.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Static, dynamic or no Pix at all.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The payee's key, of a static code.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// The address of the charge without its scheme, of a dynamic code.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// What the payee tells the payer (infoAdicional), of a static code.
    pub fn info(&self) -> Option<&str> {
        self.info.as_deref()
    }

    /// The amount; `None` leaves it to the payer or, dynamic, to the bank.
    pub fn amount(&self) -> Option<Cents> {
        self.amount
    }

    /// The amount as it stands in the code.
    pub fn amount_text(&self) -> Option<&str> {
        self.amount_text.as_deref()
    }

    /// The payee's name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The payee's city.
    pub fn city(&self) -> Option<&str> {
        self.city.as_deref()
    }

    /// The payee's CEP.
    pub fn postal_code(&self) -> Option<&str> {
        self.postal_code.as_deref()
    }

    /// The identifier; `***` says that there is none or that it is in the charge.
    pub fn txid(&self) -> Option<&str> {
        self.txid.as_deref()
    }

    /// `11` (to be used again), `12` (once), or left out.
    pub fn point_of_initiation(&self) -> Option<&str> {
        self.point_of_initiation.as_deref()
    }

    /// The checksum's four characters.
    pub fn crc(&self) -> &str {
        &self.text[self.text.len() - 4..]
    }

    /// The ids of the objects in their order.
    pub fn ids(&self) -> &[u8] {
        &self.ids
    }

    /// What is odd about it.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Only a dynamic code, which a bank made for one charge, settles a boleto. A static one may be anybody's.
    pub fn is_printable_on_boleto(&self) -> bool {
        self.kind == Kind::Dynamic && self.unprintable().is_none()
    }

    /// What keeps a code of any kind off paper: characters that no scanner should see, or more than the 512 that a
    /// code may have, whose QR and text would leave their places on the page.
    pub fn unprintable(&self) -> Option<Warning> {
        [Warning::ControlCharacter, Warning::TooLong]
            .into_iter()
            .find(|warning| self.warnings.contains(warning))
    }

    /// [`Self::is_printable_on_boleto`], and the amount, where the code tells one, is the boleto's.
    pub fn fits_boleto(&self, amount: Cents) -> bool {
        self.is_printable_on_boleto()
            && self
                .amount
                .is_none_or(|told| told == Cents::ZERO || told == amount)
    }
}
