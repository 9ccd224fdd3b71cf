//! Boletos as PDF: A4, the recibo do pagador above, the ficha de compensação below the cut line.
//!
//! Layout and wording follow the ficha de compensação of BB ("Especificações Técnicas", May 2019, annexes I and
//! III) and the terms of Resolução BCB 443/2024 (pagador, beneficiário). The boleto is always in Portuguese: it is
//! a form of the Brazilian payment system. The code drawn is the one the bank registered, never recomputed; the
//! Pix QR stands in the recibo, since nothing may crowd the bars.
//!
//! | file | holds |
//! |---|---|
//! | this one | [`boleto_pdf`], [`boletos_pdf`], [`check_bank_pdf`] |
//! | `slip` | ficha de compensação |
//! | `receipt` | recibo do pagador |
//! | `words` | what stands in the fields |

mod receipt;
mod slip;
mod words;

use super::pdf::logo::Logo;
use super::pdf::{About, Align, Box4, Ink, Page, Style, name_fits_one_line, write};
use crate::domain::boleto::banks;
use crate::domain::document::BoletoView;
use crate::i18n::Lang;
use crate::i18n::format::date;

/// Left edge of recibo and ficha.
const LEFT: f32 = 10.0;
/// Their width; the ficha may be 170 to 216 mm wide.
const WIDTH: f32 = 190.0;
/// The right column of the ficha: due date, numbers, values.
const RIGHT_COLUMN: f32 = 48.0;
/// Hairlines.
const HAIR: f32 = 0.15;
/// Lines that frame.
const FRAME: f32 = 0.35;

/// One boleto on one page.
pub fn boleto_pdf(view: &BoletoView) -> Vec<u8> {
    boletos_pdf(std::slice::from_ref(view))
}

/// Several boletos in one file, one on each page.
pub fn boletos_pdf(views: &[BoletoView]) -> Vec<u8> {
    let first = views.first();
    // One shop, one logo; a broken one is left out.
    let logo = first
        .and_then(|v| v.creditor.logo.as_deref())
        .and_then(|png| Logo::from_png(png).ok());
    let pages = views
        .iter()
        .enumerate()
        .map(|(i, view)| {
            let mut page = Page::default();
            receipt::draw(&mut page, view, logo.as_ref(), (i + 1, views.len()));
            slip::draw(&mut page, view);
            page
        })
        .collect();
    let title = match (views, first) {
        ([_], Some(view)) => {
            format!(
                "Boleto {}, vencimento {}",
                view.document,
                date(Lang::PtBr, view.due_on)
            )
        }
        _ => format!("{} boletos", views.len()),
    };
    let (author, reference) = first.map_or(("", ""), |v| {
        (v.creditor.legal_name.as_str(), v.reference.as_str())
    });
    let subject = if reference.is_empty() {
        String::new()
    } else {
        format!("Ref. {reference}")
    };
    let about = About {
        title: &title,
        author,
        subject: &subject,
        language: "pt-BR",
    };
    write(&about, pages, logo.as_ref())
}

/// Why the bank's own PDF, stored in the ERP, is not passed through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BankPdfError {
    /// No PDF header, or no end.
    #[error("not a whole PDF")]
    NotAPdf,
    /// Larger than any boleto: 5 MB.
    #[error("{size} bytes are too many for a boleto")]
    TooLarge {
        /// In bytes.
        size: usize,
    },
}

/// Largest bank PDF that is passed through.
pub const MAX_BANK_PDF: usize = 5 * 1024 * 1024;

/// Checks that the bank's own PDF (BOLETO_PDF) is a PDF of sane size; it is then sent as it is.
///
/// # Errors
/// [`BankPdfError`].
pub fn check_bank_pdf(bytes: &[u8]) -> Result<(), BankPdfError> {
    if bytes.len() > MAX_BANK_PDF {
        return Err(BankPdfError::TooLarge { size: bytes.len() });
    }
    let has = |part: &[u8], mark: &[u8]| part.windows(mark.len()).any(|window| window == mark);
    // Readers look for the header in the first and the end mark in the last kilobyte.
    let head = &bytes[..bytes.len().min(1024)];
    let tail = &bytes[bytes.len().saturating_sub(1024)..];
    if has(head, b"%PDF-") && has(tail, b"%%EOF") && has(tail, b"startxref") {
        Ok(())
    } else {
        Err(BankPdfError::NotAPdf)
    }
}

/// Size of a field's label.
const LABEL: Style = Style::regular(5.6);
/// Blank inside a field, left and right.
const PAD: f32 = 1.2;

/// A field: label above, value below, a hairline under it.
fn field(page: &mut Page, area: Box4, label: &str, value: &str, style: Style, align: Align) {
    let (x, y, w, h) = area;
    page.text_within(x + PAD, y + 2.2, LABEL, Align::Left, w - 2.0 * PAD, label);
    let anchor = match align {
        Align::Left => x + PAD,
        Align::Right => x + w - PAD,
        Align::Centre => x + w / 2.0,
    };
    page.text_within(anchor, y + h - 1.3, style, align, w - 2.0 * PAD, value);
    page.rule(x, y + h - HAIR / 2.0, w, HAIR, Ink::Black);
}

/// Height of a row with such a field.
fn name_height(w: f32, name: &str, style: Style) -> f32 {
    if name_fits_one_line(style, w - 2.0 * PAD, name) {
        8.0
    } else {
        9.0
    }
}

/// A field for a name, which may take two small lines.
fn name_field(page: &mut Page, area: Box4, label: &str, name: &str, style: Style) {
    field(page, area, label, "", style, Align::Left);
    let (x, y, w, h) = area;
    page.name_within(x + PAD, y + h - 1.3, style, w - 2.0 * PAD, name);
}

/// The head of recibo and ficha: bank, code with check digit, digitable line. Its lower edge is a bold line.
fn bank_head(page: &mut Page, view: &BoletoView, y: f32, height: f32, line_size: f32) {
    let base = y + height - 2.2;
    let line_style = Style::regular(line_size);
    let line = view.code.barcode().formatted_line();
    let line_width = line_style.width(&line).min(WIDTH - 45.0);
    page.number_within(LEFT + WIDTH, base, line_style, Align::Right, WIDTH - 45.0, &line);
    let code = Style::bold(19.0);
    let text = banks::printed_code(view.code.bank()).unwrap_or_default();
    let code_width = code.width(&text);
    let code_left = LEFT + WIDTH - line_width - 3.0 - code_width - 4.0;
    for x in [code_left, code_left + code_width + 4.0] {
        page.upright(x - FRAME, y + 1.0, height - 1.0, 2.0 * FRAME, Ink::Black);
    }
    page.text(code_left + 2.0, base, code, Align::Left, &text);
    let name = banks::name(view.code.bank()).unwrap_or("Banco");
    let room = code_left - LEFT - 1.5;
    let style = Style::bold(11.0);
    if style.width(name) <= room / 0.8 {
        page.text_within(LEFT, base, style, Align::Left, room, name);
    } else {
        let small = Style::bold(8.5);
        let lines = super::pdf::wrap(small, room, name, 2);
        for (i, text) in lines.iter().enumerate() {
            page.text(
                LEFT,
                base - 3.2 * (lines.len() - 1 - i) as f32,
                small,
                Align::Left,
                text,
            );
        }
    }
    page.rule(LEFT, y + height - FRAME / 2.0, WIDTH, FRAME * 1.5, Ink::Black);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pdfs_of_sane_size_are_passed_through() {
        let whole = b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n9\n%%EOF\n";
        assert_eq!(check_bank_pdf(whole), Ok(()));
        assert_eq!(check_bank_pdf(&whole[..20]), Err(BankPdfError::NotAPdf));
        assert_eq!(check_bank_pdf(b"<html>"), Err(BankPdfError::NotAPdf));
        assert_eq!(check_bank_pdf(b""), Err(BankPdfError::NotAPdf));
        let size = MAX_BANK_PDF + 1;
        assert_eq!(
            check_bank_pdf(&vec![0; size]),
            Err(BankPdfError::TooLarge { size })
        );
    }
}
