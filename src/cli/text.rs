//! Prose that fits the terminal.

use console::measure_text_width;

/// Breaks text at spaces so that no line is wider than `width`; lines after the first begin with `indent`. Line
/// breaks in the text stay; a word wider than a line (a path) stands alone and is not broken, so that it can be
/// copied; `key = 'value'` is not broken either.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    for (index, paragraph) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
            out.push_str(indent);
        }
        let leading = &paragraph[..paragraph.len() - paragraph.trim_start().len()];
        let mut used = if index > 0 { indent.len() } else { 0 } + leading.len();
        out.push_str(leading);
        let mut at_start = true;
        for word in words(paragraph) {
            let wide = measure_text_width(&word);
            if !at_start && used + 1 + wide > width {
                out.push('\n');
                out.push_str(indent);
                used = indent.len();
                at_start = true;
            }
            if !at_start {
                out.push(' ');
                used += 1;
            }
            out.push_str(&word);
            used += wide;
            at_start = false;
        }
    }
    out
}

/// The words of a line, an assignment (`path = 'C:\Program Files\x'`) counting as one.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let glued = match words.last() {
            Some(last) => {
                let open = last
                    .split_once("= '")
                    .is_some_and(|(_, value)| !value.contains('\''));
                word == "=" || last.ends_with(" =") || open
            }
            None => false,
        };
        match words.last_mut() {
            Some(last) if glued => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_but_one_long_word() {
        let text = "Nada se perdeu: os avisos aguardam em C:\\Programas\\Sidicom\\DADOS.FDB até a próxima.";
        assert_eq!(
            wrap(text, 24, "  "),
            "Nada se perdeu: os\n  avisos aguardam em\n  C:\\Programas\\Sidicom\\DADOS.FDB\n  até a próxima."
        );
    }

    #[test]
    fn what_is_to_be_copied_stays_whole() {
        assert_eq!(
            wrap(r"Use: path = 'C:\Program Files\x.fdb' e rode de novo", 20, ""),
            "Use:\npath = 'C:\\Program Files\\x.fdb'\ne rode de novo"
        );
    }

    #[test]
    fn accents_count_once() {
        assert_eq!(wrap("ção ção ção", 7, ""), "ção ção\nção");
    }
}
