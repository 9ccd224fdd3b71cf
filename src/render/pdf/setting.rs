//! Making text fit: shrinking, cutting, breaking into lines.

use super::metrics::{advance, fold};
use super::{PT_PER_MM, Style};

/// The style and text that fit `room` millimetres: shrunk to `least` of the size, then cut with an ellipsis.
pub fn fit(style: Style, room: f32, text: &str, least: f32) -> (Style, String) {
    let text = fold(text).into_owned();
    let wide = style.width(&text);
    if wide <= room {
        return (style, text);
    }
    let shrunk = Style {
        size: style.size * (room / wide).max(least),
        ..style
    };
    if shrunk.width(&text) <= room + 0.01 {
        return (shrunk, text);
    }
    let mut kept: Vec<char> = text.chars().collect();
    while let Some(_last) = kept.pop() {
        let cut: String = kept.iter().collect::<String>().trim_end().to_owned() + "…";
        if shrunk.width(&cut) <= room {
            return (shrunk, cut);
        }
    }
    (shrunk, String::new())
}

/// Breaks text into lines of at most `room` millimetres, at spaces where there are any; what does not fit
/// `max_lines` ends in an ellipsis.
pub fn wrap(style: Style, room: f32, text: &str, max_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    // A no-break blank keeps `R$ 1,00` together.
    for word in fold(text)
        .split([' ', '\t', '\n'])
        .filter(|word| !word.is_empty())
    {
        let joined = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if style.width(&joined) <= room {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        // A word wider than the line (a Pix code) is broken anywhere.
        for c in word.chars() {
            line.push(c);
            if style.width(&line) > room {
                line.pop();
                lines.push(std::mem::replace(&mut line, c.to_string()));
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if lines.len() > max_lines {
        let rest = lines.split_off(max_lines).join(" ");
        if let Some(last) = lines.last_mut() {
            *last = fit(style, room, &format!("{last} {rest}"), 1.0).1;
        }
    }
    lines
}

/// Breaks a code into lines of at most `room` millimetres, anywhere but beside a blank, so that copying the lines
/// together gives the code again. Nothing is dropped.
pub fn wrap_code(style: Style, room: f32, code: &str) -> Vec<String> {
    let measure = |text: &str| text.chars().map(|c| advance(c, style.font)).sum::<u32>();
    let most = (room * PT_PER_MM * 1_000.0 / style.size) as u32;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut wide = 0;
    for c in code.chars() {
        line.push(c);
        wide += advance(c, style.font);
        if wide > most {
            let at = line
                .char_indices()
                .rev()
                .map(|(at, _)| at)
                .find(|at| *at > 0 && !line[*at..].starts_with(' ') && !line[..*at].ends_with(' '));
            let rest = line.split_off(at.unwrap_or(line.len() - c.len_utf8()));
            wide = measure(&rest);
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style::regular(8.0);

    #[test]
    fn text_is_shrunk_before_it_is_cut() {
        assert_eq!(fit(STYLE, 50.0, "curto", 0.8), (STYLE, "curto".to_owned()));
        let long = "Comércio de Peças e Acessórios";
        let (style, text) = fit(STYLE, STYLE.width(long) * 0.9, long, 0.8);
        assert!(style.size < 8.0 && text == long);
        let (style, text) = fit(STYLE, STYLE.width(long) * 0.5, long, 0.8);
        assert!((style.size - 6.4).abs() < 0.01);
        assert!(text.ends_with('…') && style.width(&text) <= STYLE.width(long) * 0.5);
        assert_eq!(fit(STYLE, 0.1, long, 0.8).1, "");
    }

    #[test]
    fn lines_break_at_blanks_and_end_in_an_ellipsis() {
        let text = "Depois do vencimento vale o mesmo código, em qualquer banco. Valor R$\u{a0}350,00";
        let lines = wrap(STYLE, 40.0, text, 9);
        assert!(lines.len() > 2 && lines.iter().all(|line| STYLE.width(line) <= 40.0));
        assert_eq!(lines.join(" "), text);
        let cut = wrap(STYLE, 40.0, text, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…') && STYLE.width(&cut[1]) <= 40.0);
    }

    #[test]
    fn a_code_loses_nothing() {
        let code = format!("0002 {}  FIM", "A1B2C3 D4".repeat(40));
        let lines = wrap_code(STYLE, 60.0, &code);
        assert_eq!(lines.concat(), code);
        assert!(
            lines
                .iter()
                .all(|line| !line.starts_with(' ') && !line.ends_with(' '))
        );
        assert!(lines.iter().all(|line| STYLE.width(line) <= 60.0));
    }
}
