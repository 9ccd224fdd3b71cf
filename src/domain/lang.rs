//! The languages that people are spoken to in.

/// A language. Portuguese is the default: operators and debtors are Brazilian.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Lang {
    /// Brazilian Portuguese.
    #[default]
    #[serde(rename = "pt-BR")]
    PtBr,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// All languages.
    pub const ALL: [Lang; 2] = [Lang::PtBr, Lang::En];

    /// Reads a language tag of any kind (`pt`, `pt_BR.UTF-8`, `en-US`); anything but English is Portuguese, `None`
    /// when it is neither.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().to_ascii_lowercase();
        match tag.get(..2) {
            Some("pt") => Some(Lang::PtBr),
            Some("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::PtBr => "pt-BR",
            Lang::En => "en",
        }
    }
}
