//! The recibo do pagador: what the debtor reads, checks and pays from.

use super::super::pdf::logo::Logo;
use super::super::pdf::{Align, Box4, Ink, Page, Style, wrap, wrap_code};
use super::super::qr::Matrix;
use super::words;
use super::{HAIR, LABEL, LEFT, WIDTH, bank_head, field, name_field, name_height, slip};
use crate::domain::document::BoletoView;
use crate::i18n::Lang;
use crate::i18n::format::{date, money};

/// Side of a QR module: whole pixels at 100, 150, 200 and 300 dpi, which scanned without a miss where a square
/// of fixed size did not.
const MODULE: f32 = 0.508;

/// Largest QR on a side, 39 mm, which the banks' codes (an address of at most 77 characters) fit at the highest
/// correction level; longer ones get by with less.
const MOST_MODULES: usize = 77;

const QUIET: Ink = Ink::Grey(0.35);

/// Draws it on the upper part of the page. `number` is (this one, of so many).
pub fn draw(page: &mut Page, view: &BoletoView, logo: Option<&Logo>, number: (usize, usize)) {
    letterhead(page, view, logo, number);
    bank_head(page, view, 29.0, 9.0, 12.0);
    let y = facts(page, view, 38.0);
    how_to_pay(page, view, y + 9.0);
    foot(page, view);
}

fn letterhead(page: &mut Page, view: &BoletoView, logo: Option<&Logo>, (this, of): (usize, usize)) {
    let creditor = &view.creditor;
    let mut x = LEFT;
    if let Some(logo) = logo {
        x += page.logo(logo, (LEFT, 9.0, 34.0, 16.0)) + 4.0;
    }
    let room = LEFT + WIDTH - 44.0 - x;
    page.name_within(x, 13.5, Style::bold(13.0), room, &creditor.name);
    let small = Style::regular(8.0).ink(QUIET);
    let mut names = vec![creditor.tax_id.clone()];
    if creditor.legal_name != creditor.name {
        names.insert(0, creditor.legal_name.clone());
    }
    page.text_within(x, 17.8, small, Align::Left, room, &names.join(" - "));
    page.text_within(x, 21.3, small, Align::Left, room, &creditor.address);
    let contact: Vec<&str> = [creditor.phone.as_deref(), creditor.email.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    page.text_within(x, 24.8, small, Align::Left, room, &contact.join(" - "));

    let right = LEFT + WIDTH;
    page.text(right, 13.5, Style::bold(11.0), Align::Right, "Recibo do Pagador");
    let mut notes = Vec::new();
    if of > 1 {
        notes.push(format!("Boleto {this} de {of}"));
    }
    if !view.reference.is_empty() {
        notes.push(format!("Ref. {}", view.reference));
    }
    for (i, note) in notes.iter().enumerate() {
        page.text(right, 17.8 + 3.5 * i as f32, small, Align::Right, note);
    }
}

/// The grid of facts; returns its lower edge.
fn facts(page: &mut Page, view: &BoletoView, top: f32) -> f32 {
    let value = Style::regular(8.5);
    let strong = Style::bold(11.0);
    let due = date(Lang::PtBr, view.due_on);
    let issued = view
        .issued_on
        .map(|day| date(Lang::PtBr, day))
        .unwrap_or_default();
    let amount = if view.amount.is_positive() {
        money(Lang::PtBr, view.amount)
    } else {
        String::new()
    };
    let tax_id = view.payee.tax_id.as_deref().unwrap_or_default();
    let payer_id = view.payer.tax_id.as_deref().unwrap_or_default();
    let left = Align::Left;
    let mut y = top;

    let (wide, mid, narrow) = (101.0, 41.0, 48.0);
    let (x2, x3) = (LEFT + wide, LEFT + wide + mid);
    let mut h = name_height(wide, &view.payee.name, value);
    name_field(page, (LEFT, y, wide, h), "Beneficiário", &view.payee.name, value);
    field(
        page,
        (x2, y, mid, h),
        "CPF/CNPJ do beneficiário",
        tax_id,
        value,
        left,
    );
    field(page, (x3, y, narrow, h), "Vencimento", &due, strong, Align::Right);
    y += h;
    let creditor = &view.creditor;
    h = if view.payee_is_creditor {
        8.0
    } else {
        name_height(wide, &creditor.legal_name, value)
    };
    if view.payee_is_creditor {
        let area = (LEFT, y, wide + mid, h);
        field(
            page,
            area,
            "Endereço do beneficiário",
            &creditor.address,
            value,
            left,
        );
    } else {
        // Its address stands in the letterhead.
        name_field(
            page,
            (LEFT, y, wide, h),
            "Beneficiário final",
            &creditor.legal_name,
            value,
        );
        field(
            page,
            (x2, y, mid, h),
            "CPF/CNPJ do beneficiário final",
            &creditor.tax_id,
            value,
            left,
        );
    }
    field(
        page,
        (x3, y, narrow, h),
        "Valor do documento",
        "",
        strong,
        Align::Right,
    );
    page.number_within(
        LEFT + WIDTH - 1.2,
        y + h - 1.3,
        strong,
        Align::Right,
        narrow - 2.4,
        &amount,
    );
    y += h;
    h = name_height(wide, &view.payer.name, value);
    name_field(page, (LEFT, y, wide, h), "Pagador", &view.payer.name, value);
    field(
        page,
        (x2, y, mid, h),
        "CPF/CNPJ do pagador",
        payer_id,
        value,
        left,
    );
    field(
        page,
        (x3, y, narrow, h),
        "Nosso número",
        view.our_number.as_deref().unwrap_or_default(),
        value,
        Align::Right,
    );
    y += h;
    let agency = view.agency_account.as_deref().unwrap_or_default();
    let wallet = view.wallet.as_deref().unwrap_or_default();
    field(
        page,
        (LEFT, y, 62.0, 8.0),
        "Nº do documento",
        &view.document,
        value,
        left,
    );
    field(
        page,
        (LEFT + 62.0, y, 39.0, 8.0),
        "Data do documento",
        &issued,
        value,
        left,
    );
    field(page, (x2, y, mid, 8.0), "Carteira", wallet, value, left);
    field(
        page,
        (x3, y, narrow, 8.0),
        "Agência / Código do beneficiário",
        agency,
        value,
        Align::Right,
    );
    page.upright(x3 - HAIR / 2.0, top, y + 8.0 - top, HAIR, Ink::Black);
    y + 8.0
}

fn how_to_pay(page: &mut Page, view: &BoletoView, top: f32) {
    let heading = Style::bold(9.5);
    let body = Style::regular(8.0);
    let qr = view
        .pix_code
        .as_deref()
        .and_then(|code| Matrix::for_print(code, MOST_MODULES).ok());
    let mut room = WIDTH;
    let mut y = top;
    if let (Some(code), Some(matrix)) = (&view.pix_code, &qr) {
        let side = matrix.size() as f32 * MODULE;
        let area = pix(page, matrix, LEFT + WIDTH - side, top - 1.0);
        room = area.0 - LEFT - 8.0;
        page.text(
            area.0 + area.2 / 2.0,
            area.1 + area.3 + 5.2,
            Style::bold(8.0),
            Align::Centre,
            "Pague com Pix",
        );
        page.text(LEFT, y, heading, Align::Left, "Pix");
        y += 4.2;
        page.text(
            LEFT,
            y,
            body,
            Align::Left,
            "Aponte a câmera no app do seu banco para o QR Code, ou use o Pix copia e cola:",
        );
        y += 1.8;
        let style = Style::regular(7.0);
        let lines = wrap_code(style, room - 4.0, code);
        let height = 3.0 * lines.len() as f32 + 2.4;
        page.fill(Ink::Grey(0.95), &[(LEFT, y, room, height)]);
        for (i, line) in lines.iter().enumerate() {
            page.text(LEFT + 2.0, y + 3.4 + 3.0 * i as f32, style, Align::Left, line);
        }
        y += height + 8.0;
    }
    page.text(LEFT, y, heading, Align::Left, "Linha digitável");
    y += 5.0;
    let line = view.code.barcode().formatted_line();
    page.number_within(LEFT, y, Style::bold(11.5), Align::Left, room, &line);
    y += 9.5;

    page.text(LEFT, y, heading, Align::Left, "Confira antes de pagar");
    let amount = if view.amount.is_positive() {
        format!(
            ", valor {}",
            money(Lang::PtBr, view.amount).replace(' ', "\u{a0}")
        )
    } else {
        String::new()
    };
    let check = format!(
        "No app do banco devem aparecer: beneficiário {}{amount}. Se algo for diferente, não pague e fale conosco.",
        words::payee(&view.payee)
    );
    for line in wrap(body, room, &check, 3) {
        y += 3.7;
        page.text(LEFT, y, body, Align::Left, &line);
    }
    y += 9.0;

    let instructions = words::instructions(view);
    if instructions.is_empty() {
        return;
    }
    page.text(LEFT, y, heading, Align::Left, "Instruções");
    // As large as the room above the foot allows; the ficha has them all in any case.
    let space = slip::TOP - 20.0 - y;
    let sized = [(8.0, 3.7), (7.0, 3.1), (7.0, 2.85), (6.5, 2.7), (6.0, 2.5)].map(|(size, leading)| {
        let style = Style::regular(size);
        let lines: Vec<String> = instructions
            .iter()
            .flat_map(|line| wrap(style, room, line, 2))
            .collect();
        (style, leading, lines)
    });
    let fits = sized
        .iter()
        .find(|(_, leading, lines)| leading * lines.len() as f32 <= space);
    let (style, leading, lines) = fits.unwrap_or(&sized[4]);
    for line in lines.iter().take((space / leading).max(0.0) as usize) {
        y += leading;
        page.text(LEFT, y, *style, Align::Left, line);
    }
}

/// The Pix QR, snapped to the grid of its modules from the page's top left corner, so that every module is whole
/// pixels. Returns its area.
fn pix(page: &mut Page, matrix: &Matrix, x: f32, y: f32) -> Box4 {
    let snap = |v: f32| (v / MODULE).floor() * MODULE;
    let (x, y) = (snap(x), snap(y));
    let cell = |n: usize| i32::try_from(n).unwrap_or(0);
    let boxes: Vec<[i32; 4]> = matrix.boxes().into_iter().map(|sides| sides.map(cell)).collect();
    page.cells((x, y), (MODULE, MODULE), &boxes);
    let side = matrix.size() as f32 * MODULE;
    (x, y, side, side)
}

fn foot(page: &mut Page, view: &BoletoView) {
    let y = slip::TOP - 14.0;
    page.text(
        LEFT + WIDTH,
        y,
        LABEL,
        Align::Right,
        "Autenticação mecânica - Recibo do Pagador",
    );
    page.rule(LEFT + WIDTH - 62.0, y - 3.2, 62.0, HAIR, QUIET);
    let small = Style::regular(6.5).ink(QUIET);
    let note = "Depois do vencimento, pague com o mesmo código: o banco calcula multa e juros. Este recibo vale \
                com a autenticação ou o comprovante do pagamento.";
    let mut lines = wrap(small, 118.0, note, 2);
    if view.code.bank() == "104" {
        lines.extend(wrap(small, 118.0, words::CAIXA_NOTE, 2));
    }
    for (i, line) in lines.iter().enumerate() {
        page.text(LEFT, y - 2.8 + 2.8 * i as f32, small, Align::Left, line);
    }
}
