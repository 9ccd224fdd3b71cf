//! The ficha de compensação: what a teller and a scanner read.

use super::super::itf;
use super::super::pdf::{Align, Box4, Ink, PAGE_HEIGHT, Page, Style, fit, wrap};
use super::words;
use super::{FRAME, HAIR, LABEL, LEFT, PAD, RIGHT_COLUMN, WIDTH, bank_head, field};
use crate::domain::document::BoletoView;
use crate::i18n::Lang;
use crate::i18n::format::date;

/// Height of the ficha; 95 to 108 mm are allowed.
const HEIGHT: f32 = 102.0;
/// Its upper edge: 9 mm remain below it for printers.
pub const TOP: f32 = PAGE_HEIGHT - 9.0 - HEIGHT;

/// Draws it at the bottom of the page, under the cut line.
pub fn draw(page: &mut Page, view: &BoletoView) {
    let cut = TOP - 2.5;
    page.dashes(0.0, cut, 210.0, 1.6, 1.1, 0.2);
    page.text(
        LEFT + WIDTH,
        cut - 0.9,
        Style::regular(5.5).ink(Ink::Grey(0.3)),
        Align::Right,
        "Corte na linha pontilhada",
    );

    bank_head(page, view, TOP, 9.5, 13.6);
    let value = Style::regular(8.5);
    let strong = Style::bold(9.5);
    let left = WIDTH - RIGHT_COLUMN;
    let right = LEFT + left;
    let mut y = TOP + 9.5;

    let due = date(Lang::PtBr, view.due_on);
    let height = place_of_payment(page, view, (LEFT, y, left));
    field(
        page,
        (right, y, RIGHT_COLUMN, height),
        "Vencimento",
        &due,
        strong,
        Align::Right,
    );
    y += height;

    let payee = &view.payee;
    let room = left - 2.0 * PAD;
    // Address of the branch only: nobody knows another payee's.
    let address = Some(view.creditor.address.clone()).filter(|_| view.payee_is_creditor);
    let second: Vec<String> = [payee.tax_id.clone(), address].into_iter().flatten().collect();
    page.text_within(LEFT + PAD, y + 2.2, LABEL, Align::Left, room, "Beneficiário");
    page.text_within(LEFT + PAD, y + 5.6, value, Align::Left, room, &payee.name);
    page.text_within(
        LEFT + PAD,
        y + 8.9,
        Style::regular(7.5),
        Align::Left,
        room,
        &second.join(" - "),
    );
    page.rule(LEFT, y + 10.0 - HAIR / 2.0, left, HAIR, Ink::Black);
    let agency = view.agency_account.as_deref().unwrap_or_default();
    field(
        page,
        (right, y, RIGHT_COLUMN, 10.0),
        "Agência / Código do beneficiário",
        agency,
        value,
        Align::Right,
    );
    y += 10.0;

    let issued = view
        .issued_on
        .map(|day| date(Lang::PtBr, day))
        .unwrap_or_default();
    let columns: [(f32, &str, &str); 5] = [
        (30.0, "Data do documento", &issued),
        (45.0, "Nº do documento", &view.document),
        (20.0, "Espécie doc.", "DM"),
        (14.0, "Aceite", "N"),
        (left - 109.0, "Data do processamento", &issued),
    ];
    row(page, y, &columns);
    let our_number = view.our_number.as_deref().unwrap_or_default();
    field(
        page,
        (right, y, RIGHT_COLUMN, 7.0),
        "Nosso número",
        our_number,
        value,
        Align::Right,
    );
    y += 7.0;

    let columns: [(f32, &str, &str); 5] = [
        (30.0, "Uso do banco", ""),
        (25.0, "Carteira", view.wallet.as_deref().unwrap_or_default()),
        (20.0, "Espécie moeda", "R$"),
        (34.0, "Quantidade", ""),
        (left - 109.0, "(x) Valor", ""),
    ];
    row(page, y, &columns);
    let amount = words::value(view.amount);
    field(
        page,
        (right, y, RIGHT_COLUMN, 7.0),
        "(=) Valor do documento",
        "",
        strong,
        Align::Right,
    );
    page.number_within(
        LEFT + WIDTH - PAD,
        y + 5.7,
        strong,
        Align::Right,
        RIGHT_COLUMN - 2.0 * PAD,
        &amount,
    );
    y += 7.0;

    instructions(page, view, (LEFT, y, left, 24.0));
    // The teller's fields stay blank: banks refuse slips where they are filled.
    for (i, label) in [
        "(-) Desconto / Abatimento",
        "(+) Juros / Multa",
        "(=) Valor cobrado",
    ]
    .iter()
    .enumerate()
    {
        field(
            page,
            (right, y + 8.0 * i as f32, RIGHT_COLUMN, 8.0),
            label,
            "",
            value,
            Align::Right,
        );
    }
    y += 24.0;
    page.rule(LEFT, y - HAIR / 2.0, WIDTH, HAIR, Ink::Black);
    page.upright(right - HAIR / 2.0, TOP + 9.5, y - TOP - 9.5, HAIR, Ink::Black);

    payer(page, view, y);
    y += 13.0;
    page.rule(LEFT, y, WIDTH, FRAME, Ink::Black);
    page.text(
        LEFT + WIDTH,
        y + 2.9,
        LABEL,
        Align::Right,
        "Autenticação mecânica - Ficha de Compensação",
    );

    // The bars' middle must lie at least 12 mm above the lower edge, with 5 mm of white at their left.
    bars(page, view, LEFT + 5.0, y + 4.0);
}

/// One line of the usual size, or two small ones in a higher row for a bank with many words. Returns the height of
/// the row; the higher one leaves the middle of the bars 12.4 mm above the lower edge.
fn place_of_payment(page: &mut Page, view: &BoletoView, (x, y, w): (f32, f32, f32)) -> f32 {
    let (label, place) = ("Local de pagamento", words::place_of_payment(view.code.bank()));
    let (style, small) = (Style::regular(8.5), Style::regular(6.5));
    let room = w - 2.0 * PAD;
    if style.width(place) <= room {
        field(page, (x, y, w, 7.0), label, place, style, Align::Left);
        return 7.0;
    }
    field(page, (x, y, w, 8.6), label, "", style, Align::Left);
    for (line, base) in wrap(small, room, place, 2).iter().zip([5.0, 7.6]) {
        page.text(x + PAD, y + base, small, Align::Left, line);
    }
    8.6
}

/// A row of fields with lines between them.
fn row(page: &mut Page, y: f32, columns: &[(f32, &str, &str)]) {
    let mut x = LEFT;
    for (i, (width, label, value)) in columns.iter().enumerate() {
        field(
            page,
            (x, y, *width, 7.0),
            label,
            value,
            Style::regular(8.5),
            Align::Left,
        );
        if i > 0 {
            page.upright(x - HAIR / 2.0, y, 7.0, HAIR, Ink::Black);
        }
        x += width;
    }
}

fn instructions(page: &mut Page, view: &BoletoView, (x, y, w, _h): Box4) {
    page.text_within(
        x + PAD,
        y + 2.2,
        LABEL,
        Align::Left,
        w - 2.0 * PAD,
        words::INSTRUCTIONS_HEAD,
    );
    let room = w - 2.0 * PAD;
    let (style, leading, lines) = words::set_instructions(&words::instructions(view), room);
    for (i, line) in lines.iter().enumerate() {
        page.text(x + PAD, y + 5.4 + leading * i as f32, style, Align::Left, line);
    }
}

/// A party: name and, never cut, its tax id at the right end.
fn party(page: &mut Page, (x, y, w): (f32, f32, f32), style: Style, name: &str, tax_id: Option<&str>) {
    let tax_id = tax_id.unwrap_or_default();
    let room = w - style.width(tax_id) - 3.0;
    let (name_style, name) = fit(style, room, name, 0.6);
    page.text(x, y, name_style, Align::Left, &name);
    page.text(x + name_style.width(&name) + 3.0, y, style, Align::Left, tax_id);
}

fn payer(page: &mut Page, view: &BoletoView, y: f32) {
    let (x, style) = (LEFT + PAD, Style::regular(8.0));
    let (inner, room) = (x + 13.0, WIDTH - 16.0);
    let payer = &view.payer;
    page.text(x, y + 3.3, LABEL, Align::Left, "Pagador");
    party(
        page,
        (inner, y + 3.5, room),
        style,
        &payer.name,
        payer.tax_id.as_deref(),
    );
    page.text_within(inner, y + 7.1, style, Align::Left, room, &payer.address);
    page.text(x, y + 11.1, LABEL, Align::Left, "Beneficiário final");
    if !view.payee_is_creditor {
        let creditor = &view.creditor;
        let area = (x + 17.5, y + 11.1, WIDTH - 21.0);
        party(
            page,
            area,
            Style::regular(7.0),
            &creditor.legal_name,
            Some(&creditor.tax_id),
        );
    }
}

/// ITF-25 as one filled path, snapped to the grid of its modules from the page's left edge.
fn bars(page: &mut Page, view: &BoletoView, x: f32, y: f32) {
    let (bars, _) = itf::bars(view.code.barcode().digits());
    let left = (x / itf::MODULE).ceil() * itf::MODULE;
    let cells: Vec<[i32; 4]> = bars.iter().map(|(at, width)| [*at, 0, *width, 1]).collect();
    page.cells((left, y), (itf::MODULE, itf::HEIGHT), &cells);
}
