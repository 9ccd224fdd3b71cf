//! A small drawing layer: pages in millimetres from the top left corner, text measured and set in Helvetica,
//! everything else as filled shapes (no strokes: they render unevenly at low resolution), and a file whose bytes
//! depend on its content only. Documents know [`Page`] and [`write`]; how a PDF is written is this module's
//! business alone.
//!
//! | file | holds |
//! |---|---|
//! | this one | [`Page`] and its drawing calls |
//! | `setting` | text that fits: shrunk, cut, wrapped |
//! | `file` | [`write`]: pages to bytes |
//! | [`metrics`] | widths and the characters of the font |
//! | [`logo`] | PNG logos, checked and scaled down |

pub mod logo;
pub mod metrics;

mod file;
mod setting;

use pdf_writer::{Buf, Content, Name, Str};

pub use file::{About, write};
use logo::Logo;
pub use metrics::Font;
use metrics::{encode, fold, width};
pub use setting::{fit, wrap, wrap_code};

/// A4.
pub const PAGE_WIDTH: f32 = 210.0;
/// A4.
pub const PAGE_HEIGHT: f32 = 297.0;

const PT_PER_MM: f32 = 72.0 / 25.4;

/// Points to millimetres.
pub fn mm(points: f32) -> f32 {
    points / PT_PER_MM
}

/// What ink something is drawn with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    /// Black, for all that banks read.
    Black,
    /// A grey, 0 (black) to 1 (white).
    Grey(f32),
    /// The quiet dark blue of headings.
    Slate,
}

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// The cut.
    pub font: Font,
    /// In points.
    pub size: f32,
    /// Its ink.
    pub ink: Ink,
}

impl Style {
    /// Black, regular.
    pub const fn regular(size: f32) -> Self {
        Style {
            font: Font::Regular,
            size,
            ink: Ink::Black,
        }
    }

    /// Black, bold.
    pub const fn bold(size: f32) -> Self {
        Style {
            font: Font::Bold,
            size,
            ink: Ink::Black,
        }
    }

    /// The same in another ink.
    pub const fn ink(self, ink: Ink) -> Self {
        Style { ink, ..self }
    }

    /// The width of `text` in millimetres.
    pub fn width(self, text: &str) -> f32 {
        mm(width(&fold(text), self.font, self.size))
    }
}

/// To which side of its anchor a text lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The anchor is the left end.
    Left,
    /// The anchor is the right end.
    Right,
    /// The anchor is the middle.
    Centre,
}

/// A rectangle: left, top, width, height in millimetres.
pub type Box4 = (f32, f32, f32, f32);

/// One A4 page under the pen: its content stream as it grows. What is set already (ink, font) is not said again, and
/// lines wait for the end, where those of one ink are one path: a boleto's three hundred strokes of the pen feel
/// both, in time and in size.
pub struct Page {
    content: Content,
    ink: Option<Ink>,
    font: Option<(Font, f32)>,
    lines: Vec<(Ink, Vec<Box4>)>,
    /// Where the open text object begins its next line from, in hundredths of a point. Distances from text to text
    /// repeat from row to row where places do not, and take a third less room.
    cursor: Option<(i32, i32)>,
}

impl Default for Page {
    fn default() -> Self {
        Page {
            content: Content::with_settings_and_capacity(file::COMPACT, 24 * 1024),
            ink: None,
            font: None,
            lines: Vec::new(),
            cursor: None,
        }
    }
}

impl Page {
    /// The content stream, uncompressed.
    fn finish(mut self) -> Buf {
        for (ink, boxes) in std::mem::take(&mut self.lines) {
            self.fill(ink, &boxes);
        }
        self.end_text();
        self.content.finish()
    }

    /// Between texts nothing but inks and fonts may stand; whoever draws a shape ends them first.
    fn end_text(&mut self) {
        if self.cursor.take().is_some() {
            self.content.end_text();
        }
    }

    fn ink(&mut self, ink: Ink) {
        if self.ink.replace(ink) == Some(ink) {
            return;
        }
        match ink {
            Ink::Black => self.content.set_fill_gray(0.0),
            Ink::Grey(level) => self.content.set_fill_gray(level),
            Ink::Slate => self.content.set_fill_rgb(0.13, 0.23, 0.34),
        };
    }

    /// Sets one line of text, its baseline at `y`. What does not fit the font is folded (see [`metrics::fold`]).
    pub fn text(&mut self, x: f32, y: f32, style: Style, align: Align, text: &str) {
        let text = fold(text);
        if text.is_empty() {
            return;
        }
        let wide = match align {
            Align::Left => 0.0,
            _ => mm(width(&text, style.font, style.size)),
        };
        let x = match align {
            Align::Left => x,
            Align::Right => x - wide,
            Align::Centre => x - wide / 2.0,
        };
        self.ink(style.ink);
        let place = at(x, y).map(|points| (points * 100.0).round() as i32);
        let from = self.cursor.replace(place.into()).unwrap_or_else(|| {
            self.content.begin_text();
            (0, 0)
        });
        let size = hundredth(style.size);
        if self.font.replace((style.font, size)) != Some((style.font, size)) {
            let name = match style.font {
                Font::Regular => REGULAR,
                Font::Bold => BOLD,
            };
            self.content.set_font(Name(name), size);
        }
        let [right, up] = [place[0] - from.0, place[1] - from.1].map(|hundredths| hundredths as f32 / 100.0);
        self.content.next_line(right, up);
        self.content.show(Str(&encode(&text)));
    }

    /// Sets one line within `room` millimetres: shrunk down to six tenths where needed, then cut with an ellipsis.
    pub fn text_within(&mut self, x: f32, y: f32, style: Style, align: Align, room: f32, text: &str) {
        let (style, text) = fit(style, room, text, 0.6);
        self.text(x, y, style, align, &text);
    }

    /// Sets a name within `room` millimetres: a long one on two smaller lines, the lower of them at `y`, rather than on
    /// one that nobody can read. Only what two lines cannot hold is cut.
    pub fn name_within(&mut self, x: f32, y: f32, style: Style, room: f32, name: &str) {
        if name_fits_one_line(style, room, name) {
            self.text_within(x, y, style, Align::Left, room, name);
            return;
        }
        let smaller = |by: f32| Style {
            size: style.size * by,
            ..style
        };
        // Three lines where two are wanted: as small as it takes, and then it ends in an ellipsis.
        let least = smaller(0.62);
        let style = [0.76, 0.69]
            .map(smaller)
            .into_iter()
            .find(|style| wrap(*style, room, name, 3).len() <= 2)
            .unwrap_or(least);
        let lines = wrap(style, room, name, 2);
        let leading = mm(style.size * 1.1);
        let first = y + 0.4 - leading * (lines.len().max(1) - 1) as f32;
        for (i, line) in lines.iter().enumerate() {
            self.text(x, first + leading * i as f32, style, Align::Left, line);
        }
    }

    /// Like [`Self::text_within`] for numbers, which are never cut: shrunk as far as it takes.
    pub fn number_within(&mut self, x: f32, y: f32, style: Style, align: Align, room: f32, text: &str) {
        let wide = style.width(text);
        let size = if wide > room {
            style.size * room / wide
        } else {
            style.size
        };
        self.text(x, y, Style { size, ..style }, align, text);
    }

    /// Fills rectangles as one path, so that neighbours leave no seam between them.
    pub fn fill(&mut self, ink: Ink, boxes: &[Box4]) {
        if boxes.is_empty() {
            return;
        }
        self.end_text();
        self.ink(ink);
        for (x, y, w, h) in boxes {
            let [left, low] = at(*x, y + h);
            self.content.rect(left, low, short(*w), short(*h));
        }
        self.content.fill_nonzero();
    }

    /// Fills cells of a grid whose top left corner is at (`x`, `y`): boxes are column, row, columns, rows. Whole
    /// numbers keep codes exact, and the file a third as large.
    pub fn cells(&mut self, (x, y): (f32, f32), (wide, high): (f32, f32), boxes: &[[i32; 4]]) {
        self.end_text();
        self.ink(Ink::Black);
        self.content.save_state();
        // Unrounded: over four hundred modules a thousandth would become a pixel.
        let [wide, high, left, top] = [wide, high, x, PAGE_HEIGHT - y].map(|mm| mm * PT_PER_MM);
        let matrix = [wide, 0.0, 0.0, -high, left, top];
        self.content.transform(matrix);
        for cell in boxes {
            self.content.op("re").operands(*cell);
        }
        self.content.fill_nonzero();
        self.content.restore_state();
    }

    /// A horizontal line, its upper edge at `y`.
    pub fn rule(&mut self, x: f32, y: f32, length: f32, thickness: f32, ink: Ink) {
        self.line(ink, (x, y, length, thickness));
    }

    /// A vertical line, its left edge at `x`.
    pub fn upright(&mut self, x: f32, y: f32, length: f32, thickness: f32, ink: Ink) {
        self.line(ink, (x, y, thickness, length));
    }

    fn line(&mut self, ink: Ink, line: Box4) {
        match self.lines.iter_mut().find(|(other, _)| *other == ink) {
            Some((_, lines)) => lines.push(line),
            None => self.lines.push((ink, vec![line])),
        }
    }

    /// A dashed horizontal line.
    pub fn dashes(&mut self, x: f32, y: f32, length: f32, dash: f32, gap: f32, thickness: f32) {
        let count = ((length + gap) / (dash + gap)).floor() as usize;
        let boxes: Vec<Box4> = (0..count)
            .map(|i| (x + i as f32 * (dash + gap), y, dash, thickness))
            .collect();
        self.fill(Ink::Grey(0.35), &boxes);
    }

    /// Places the document's logo inside the box, its proportions kept, at the left top. Returns its width.
    pub fn logo(&mut self, logo: &Logo, (x, y, w, h): Box4) -> f32 {
        let scale = (w / logo.width as f32).min(h / logo.height as f32);
        let (wide, high) = (logo.width as f32 * scale, logo.height as f32 * scale);
        let [left, low] = at(x, y + high);
        self.end_text();
        self.content.save_state();
        let matrix = [short(wide), 0.0, 0.0, short(high), left, low];
        self.content.transform(matrix);
        self.content.x_object(Name(LOGO));
        self.content.restore_state();
        wide
    }
}

/// Whether [`Page::name_within`] takes one line for a name, which may shrink by a fifth for that.
pub fn name_fits_one_line(style: Style, room: f32, name: &str) -> bool {
    style.width(name) * 0.8 <= room
}

/// The resource name of the document's one logo.
const LOGO: &[u8] = b"L";
/// That of Helvetica.
const REGULAR: &[u8] = b"R";
/// That of Helvetica-Bold.
const BOLD: &[u8] = b"B";

/// Millimetres to points, to a hundredth, which is less than any printer's dot.
fn short(millimetres: f32) -> f32 {
    hundredth(millimetres * PT_PER_MM)
}

fn hundredth(points: f32) -> f32 {
    (points * 100.0).round() / 100.0
}

/// A point of the page in PDF's own coordinates.
fn at(x: f32, y: f32) -> [f32; 2] {
    [short(x), short(PAGE_HEIGHT - y)]
}
