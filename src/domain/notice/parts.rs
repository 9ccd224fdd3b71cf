//! What a notice consists of, and in which order it leaves.

use crate::domain::ids::ReceivableId;

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// The message text; always first.
    Text,
    /// The boleto of one receivable, PDF.
    Boleto(ReceivableId),
    /// Its code alone, to copy.
    Code(ReceivableId),
    /// All boletos in one PDF (above `max_boletos`).
    MergedBoletos,
    /// The debt statement, PDF; always last.
    Statement,
}

impl PartKind {
    /// The word stored in the outbox.
    pub fn word(&self) -> &'static str {
        match self {
            PartKind::Text => "text",
            PartKind::Boleto(_) => "boleto",
            PartKind::Code(_) => "code",
            PartKind::MergedBoletos => "boletos",
            PartKind::Statement => "statement",
        }
    }

    /// The receivable it is about.
    pub fn receivable(&self) -> Option<&ReceivableId> {
        match self {
            PartKind::Boleto(id) | PartKind::Code(id) => Some(id),
            _ => None,
        }
    }

    /// Reads what [`Self::word`] and [`Self::receivable`] stored.
    pub fn from_stored(word: &str, receivable: Option<ReceivableId>) -> Option<Self> {
        match (word.trim(), receivable) {
            ("text", None) => Some(PartKind::Text),
            ("boleto", Some(id)) => Some(PartKind::Boleto(id)),
            ("code", Some(id)) => Some(PartKind::Code(id)),
            ("boletos", None) => Some(PartKind::MergedBoletos),
            ("statement", None) => Some(PartKind::Statement),
            _ => None,
        }
    }
}

/// The parts of a notice in the order of sending: text first (an unknown PDF looks like a scam), then each boleto
/// with its code alone, the statement last. Above `max_boletos`: one merged PDF and no codes.
///
/// `receivables`: what fires, in order, each with whether a boleto can be attached.
pub fn parts_of(receivables: &[(ReceivableId, bool)], max_boletos: usize, send_code: bool) -> Vec<PartKind> {
    let boletos: Vec<_> = receivables
        .iter()
        .filter(|(_, has)| *has)
        .map(|(id, _)| id)
        .collect();
    let mut parts = vec![PartKind::Text];
    if boletos.len() > max_boletos {
        parts.push(PartKind::MergedBoletos);
    } else {
        for id in boletos {
            parts.push(PartKind::Boleto(id.clone()));
            if send_code {
                parts.push(PartKind::Code(id.clone()));
            }
        }
    }
    parts.push(PartKind::Statement);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_the_order_of_the_texts() {
        let words = |n: usize, max, code| {
            let receivables: Vec<_> = (0..n)
                .map(|i| (ReceivableId::new(i.to_string()), i != 1))
                .collect();
            parts_of(&receivables, max, code)
                .iter()
                .map(PartKind::word)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(words(0, 3, true), "text statement");
        assert_eq!(words(3, 3, true), "text boleto code boleto code statement");
        assert_eq!(words(3, 3, false), "text boleto boleto statement");
        assert_eq!(words(4, 2, true), "text boletos statement");
    }
}
