//! What may be shown of a gateway's answer: no key, no token, no phone number, not the debtor's text, and not much.

/// Longest excerpt of an answer, characters.
const MAX_EXCERPT: usize = 300;

/// How much of an answer is looked at to make an excerpt.
const MAX_LOOKED_AT: usize = 8 * 1024;

/// Digits from which a run of digits is taken for a phone or a LID. (Shorter ones are ports, times, codes.)
const PHONE_DIGITS: usize = 8;

/// Makes one short line of `text` that can go into a log: what stands in `secrets` becomes `***`, tokens in the form of
/// a UUID too, and of longer runs of digits only the last four are left.
pub(super) fn scrub<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut text: String = text.chars().take(MAX_LOOKED_AT).collect();
    for secret in secrets {
        // A secret of one or two characters would blot out half the text and hide nothing.
        if secret.chars().count() > 2 {
            text = text.replace(secret, "***");
        }
    }
    let text = mask_numbers(&mask_uuids(&text));
    let mut line = String::new();
    for (count, c) in collapsed(&text).enumerate() {
        if count == MAX_EXCERPT {
            line.push('…');
            break;
        }
        line.push(c);
    }
    line
}

/// Lines of a text of ours that a gateway may repeat in an error (its database does), long enough to be told from
/// ordinary words.
pub(super) fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.chars().count() >= 6)
}

/// White space and control characters become single spaces.
fn collapsed(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut blank = true;
    text.trim_end().chars().filter_map(move |c| {
        let space = c.is_whitespace() || c.is_control();
        let drop = space && blank;
        blank = space;
        (!drop).then_some(if space { ' ' } else { c })
    })
}

/// Instance tokens have the form of a UUID.
fn mask_uuids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.as_bytes().get(..36).is_some_and(is_uuid) {
            out.push_str("***");
            rest = &rest[36..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(i, b)| match i {
        8 | 13 | 18 | 23 => *b == b'-',
        _ => b.is_ascii_hexdigit(),
    })
}

/// Phones as machines write them (`5551987654321`) and as people do (`+55 (51) 98765-4321`).
fn mask_numbers(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = number_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let digits: Vec<char> = chars[at..end]
            .iter()
            .copied()
            .filter(char::is_ascii_digit)
            .collect();
        if digits.len() < PHONE_DIGITS {
            out.extend(&chars[at..end]);
        } else {
            out.extend(std::iter::repeat_n('*', digits.len() - 4));
            out.extend(&digits[digits.len() - 4..]);
        }
        at = end;
    }
    out
}

/// End of the run of digits that starts at `start`, over at most two separators in a row; `start` when there is none.
fn number_end(chars: &[char], start: usize) -> usize {
    if !chars[start].is_ascii_digit() {
        return start;
    }
    let mut end = start + 1;
    let mut at = end;
    while at < chars.len() && at - end <= 2 {
        if chars[at].is_ascii_digit() {
            end = at + 1;
        } else if !matches!(chars[at], ' ' | '-' | '.' | '(' | ')') {
            break;
        }
        at += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_lids_and_tokens_do_not_pass() {
        for (text, shown) in [
            (
                "jid 5551987654321@s.whatsapp.net",
                "jid *********4321@s.whatsapp.net",
            ),
            ("25511987654321@lid", "**********4321@lid"),
            ("call +55 (51) 98765-4321 now", "call +*********4321 now"),
            ("token 054A6053-D8F8-435A-A80F-A458DA4BD3B6.", "token ***."),
            ("HTTP 502 on port 8080", "HTTP 502 on port 8080"),
            ("a\n\n  b\tc ", "a b c"),
            ("é 5551987654321 ü", "é *********4321 ü"),
        ] {
            assert_eq!(scrub(text, []), shown, "{text}");
        }
    }

    #[test]
    fn secrets_and_our_own_text_do_not_pass() {
        let sent = "Olá, Maria!\nSua fatura venceu.";
        let error = "insert failed: conversation: \"Olá, Maria!\\n\" Sua fatura venceu. key=s3cret";
        let shown = scrub(error, std::iter::once("s3cret").chain(lines_of(sent)));
        assert_eq!(shown, "insert failed: conversation: \"***\\n\" *** key=***");
    }

    #[test]
    fn excerpts_are_short() {
        let shown = scrub(&"é".repeat(100_000), []);
        assert_eq!(shown.chars().count(), MAX_EXCERPT + 1);
    }
}
