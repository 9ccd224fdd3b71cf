//! Objects of the EMV QR format: two digits of id, two of length, the value. Lengths count characters, not bytes.

use super::PixError;

/// One object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Object<'a> {
    /// 0 to 99.
    pub id: u8,
    pub value: &'a str,
}

/// Cuts a text into objects. `before`: how many characters stand before it in the whole code.
pub(super) fn objects(text: &str, before: usize) -> Result<Vec<Object<'_>>, PixError> {
    let mut objects = Vec::new();
    let (mut rest, mut position) = (text, before);
    while !rest.is_empty() {
        let broken = |problem| PixError::Tlv {
            position: position + 1,
            problem,
        };
        let (Some(id), Some(len)) = (two_digits(rest, 0), two_digits(rest, 2)) else {
            return Err(broken("no id and length of two digits each"));
        };
        let value = &rest[4..];
        let end = match value.char_indices().nth(usize::from(len)) {
            Some((end, _)) => end,
            None if value.chars().count() == usize::from(len) => value.len(),
            None => return Err(broken("the value is shorter than its length says")),
        };
        objects.push(Object {
            id,
            value: &value[..end],
        });
        position += 4 + usize::from(len);
        rest = &value[end..];
    }
    Ok(objects)
}

/// Two ASCII digits from byte `at` on; `None` where there are none (also in the middle of a character).
fn two_digits(text: &str, at: usize) -> Option<u8> {
    match text.as_bytes().get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + ones - b'0'),
        _ => None,
    }
}

/// Writes one object. The value has at most 99 characters (the callers' limits are lower).
pub(super) fn write(into: &mut String, id: u8, value: &str) {
    into.push_str(&format!("{id:02}{:02}{value}", value.chars().count()));
}

/// Characters of the objects before the value of the `nth`, its own header included.
pub(super) fn position_of(objects: &[Object<'_>], nth: usize) -> usize {
    objects[..nth]
        .iter()
        .map(|object| 4 + object.value.chars().count())
        .sum::<usize>()
        + 4
}
