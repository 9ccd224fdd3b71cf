//! Short text without a place on the heap: a scan holds hundreds of thousands of keys and phones, and copies each
//! several times.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Longest text that is held in place: with its length and the mark of the variant it fills 24 bytes, as much as a
/// `String` without its text.
const IN_PLACE: usize = 22;

/// Immutable text; cheap to copy. Compares, sorts and hashes as its text.
#[derive(Clone)]
pub(super) enum Compact {
    /// UTF-8 in the first bytes.
    InPlace(u8, [u8; IN_PLACE]),
    /// Shared.
    Long(Arc<str>),
}

impl Compact {
    /// Keeps `text`.
    pub(super) fn new(text: &str) -> Self {
        let mut bytes = [0; IN_PLACE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Compact::InPlace(length, bytes)
            }
            _ => Compact::Long(Arc::from(text)),
        }
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        match self {
            // Valid, since it came from a `str`: the check is what a crate without unsafe code pays.
            Compact::InPlace(length, bytes) => {
                std::str::from_utf8(&bytes[..usize::from(*length)]).unwrap_or_default()
            }
            Compact::Long(text) => text,
        }
    }

    /// The text's bytes, without the check.
    fn as_bytes(&self) -> &[u8] {
        match self {
            Compact::InPlace(length, bytes) => &bytes[..usize::from(*length)],
            Compact::Long(text) => text.as_bytes(),
        }
    }
}

impl PartialEq for Compact {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Compact {}

impl PartialOrd for Compact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Compact {
    /// As `str` does, whose order is that of its bytes.
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Compact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl serde::Serialize for Compact {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Compact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Compact::new(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_no_larger_than_a_string() {
        assert!(size_of::<Compact>() <= size_of::<String>());
        assert!(size_of::<Option<Compact>>() <= size_of::<String>());
    }

    proptest! {
        #[test]
        fn it_is_its_text(a in "\\PC{0,30}|[ab]{0,30}", b in "\\PC{0,30}|[ab]{0,30}") {
            let (x, y) = (Compact::new(&a), Compact::new(&b));
            prop_assert_eq!(x.as_str(), &a);
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x == y, a == b);
            prop_assert_eq!(format!("{x:?}"), format!("{a:?}"));
            let json = serde_json::to_string(&x).expect("text");
            prop_assert_eq!(&json, &serde_json::to_string(&a).expect("text"));
            prop_assert_eq!(serde_json::from_str::<Compact>(&json).expect("text"), x);
        }
    }
}
