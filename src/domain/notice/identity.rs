//! What notices, parts and messages are called: keys of the outbox, the ids that a gateway gets, the reference that
//! people read.

use std::fmt;

use sha2::{Digest, Sha256};

/// Our own id of one message, derived from (outbox, notice, part): the same part always has the same id, and no
/// two parts of any outbox share one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Derives the id. `outbox` is the outbox's own identity, so that a restored copy beside its original does
    /// not collide with it.
    pub fn derive(outbox: &str, notice: NoticeId, seq: u16) -> Self {
        let digest = Sha256::digest(format!("wa-notify:{outbox}:{}:{seq}", notice.0));
        // The form that WhatsApp Web itself gives its ids: 3EB0 and 18 hexadecimal digits.
        let hex: String = digest.iter().take(9).map(|b| format!("{b:02X}")).collect();
        MessageId(format!("3EB0{hex}"))
    }

    /// An id read back from the outbox.
    pub fn from_stored(text: &str) -> Self {
        MessageId(text.trim().to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Key of a notice in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct NoticeId(pub i64);

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part of a notice; written `17.2` by people (`resolve 17.2 sent`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartKey {
    /// The notice.
    pub notice: NoticeId,
    /// Place in the order of sending, from 1.
    pub seq: u16,
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.notice, self.seq)
    }
}

/// Letters and digits that people do not mix up on paper or phone.
const REFERENCE_ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// The short reference that message and file names carry (`K7Q2`): by it a person, or a lookup at a gateway that
/// does not keep our ids, recognises the notice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// The reference of a notice: four places, unique for the first 923,521 notices, then five and more.
    /// Neighbouring notices look nothing alike.
    pub fn of(notice: NoticeId) -> Self {
        let n = notice.0.unsigned_abs();
        let base = REFERENCE_ALPHABET.len() as u64;
        let (mut places, mut offset, mut size) = (4u32, 0u64, base.pow(4));
        while n - offset >= size && places < 12 {
            offset += size;
            places += 1;
            size = base.pow(places);
        }
        // 31^k is odd and prime to this multiplier, so the map is one to one.
        let scrambled = (u128::from(n - offset) * 514_229 + 77_017) % u128::from(size);
        let mut rest = scrambled as u64;
        let mut text = vec![0u8; places as usize];
        for place in text.iter_mut().rev() {
            *place = REFERENCE_ALPHABET[(rest % base) as usize];
            rest /= base;
        }
        Reference(text.into_iter().map(char::from).collect())
    }

    /// A reference that belongs to no notice (`preview`, `send --test`, examples).
    pub fn fixed(text: &str) -> Self {
        Reference(text.to_owned())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn references_are_one_to_one_and_short() {
        let seen: HashSet<_> = (1..200_000).map(|n| Reference::of(NoticeId(n)).0).collect();
        assert_eq!(seen.len(), 199_999);
        assert!(seen.iter().all(|r| r.len() == 4));
        assert_eq!(Reference::of(NoticeId(923_521)).0.len(), 5);
    }

    #[test]
    fn message_ids_differ_by_outbox_notice_and_part() {
        let id = |outbox, notice, seq| MessageId::derive(outbox, NoticeId(notice), seq);
        assert_eq!(id("a", 1, 1), id("a", 1, 1));
        let all = [
            id("a", 1, 1),
            id("b", 1, 1),
            id("a", 2, 1),
            id("a", 1, 2),
            id("a", 11, 1),
        ];
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert_eq!(id("a", 1, 1).as_str().len(), 22);
    }
}
