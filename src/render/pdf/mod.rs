//! A small drawing layer over printpdf: pages in millimetres from the top left corner, text measured and set in
//! Helvetica, everything else as filled shapes (no strokes: they render unevenly at low resolution), and a file
//! whose bytes depend on its content only.
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

use printpdf::{
    BuiltinFont, Color, CurTransMat, DictItem, Greyscale, Op, PdfFontHandle, Point, Pt, Rgb, TextItem,
    XObjectId, XObjectTransform,
};
use sha2::{Digest, Sha256};

pub use file::{About, write};
use logo::Logo;
pub use metrics::Font;
use metrics::{fold, width};
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

impl Ink {
    fn color(self) -> Color {
        let grey = |percent| {
            Color::Greyscale(Greyscale {
                percent,
                icc_profile: None,
            })
        };
        match self {
            Ink::Black => grey(0.0),
            Ink::Grey(level) => grey(level),
            Ink::Slate => Color::Rgb(Rgb {
                r: 0.13,
                g: 0.23,
                b: 0.34,
                icc_profile: None,
            }),
        }
    }
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

/// One A4 page under the pen.
#[derive(Default)]
pub struct Page {
    ops: Vec<Op>,
    digest: Sha256,
}

impl Page {
    /// Sets one line of text, its baseline at `y`. What does not fit the font is folded (see [`metrics::fold`]).
    pub fn text(&mut self, x: f32, y: f32, style: Style, align: Align, text: &str) {
        let text = fold(text);
        if text.is_empty() {
            return;
        }
        let wide = mm(width(&text, style.font, style.size));
        let x = match align {
            Align::Left => x,
            Align::Right => x - wide,
            Align::Centre => x - wide / 2.0,
        };
        self.digest.update(format!("{x} {y} {text}\n"));
        let font = PdfFontHandle::Builtin(match style.font {
            Font::Regular => BuiltinFont::Helvetica,
            Font::Bold => BuiltinFont::HelveticaBold,
        });
        self.ops.extend([
            Op::SetFillColor {
                col: style.ink.color(),
            },
            Op::StartTextSection,
            Op::SetFont {
                font,
                size: Pt(style.size),
            },
            Op::SetTextCursor { pos: at(x, y) },
            Op::ShowText {
                items: vec![TextItem::Text(text)],
            },
            Op::EndTextSection,
        ]);
    }

    /// Sets one line within `room` millimetres: shrunk down to six tenths where needed, then cut with an ellipsis.
    pub fn text_within(&mut self, x: f32, y: f32, style: Style, align: Align, room: f32, text: &str) {
        let (style, text) = fit(style, room, text, 0.6);
        self.text(x, y, style, align, &text);
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
        let boxes: Vec<[DictItem; 4]> = boxes
            .iter()
            .map(|(x, y, w, h)| {
                let corner = at(*x, y + h);
                let sides = [short(*w), short(*h)];
                [corner.x.0, corner.y.0, sides[0], sides[1]].map(DictItem::Real)
            })
            .collect();
        self.path(ink, boxes);
    }

    /// Fills cells of a grid whose top left corner is at (`x`, `y`): boxes are column, row, columns, rows. Whole
    /// numbers keep codes exact, and the file a third as large.
    pub fn cells(&mut self, (x, y): (f32, f32), (wide, high): (f32, f32), boxes: &[(i64, i64, i64, i64)]) {
        let origin = at(x, y);
        let matrix = [
            wide * PT_PER_MM,
            0.0,
            0.0,
            -high * PT_PER_MM,
            origin.x.0,
            origin.y.0,
        ];
        self.ops.push(Op::SaveGraphicsState);
        self.ops.push(Op::SetTransformationMatrix {
            matrix: CurTransMat::Raw(matrix),
        });
        let boxes = boxes
            .iter()
            .map(|(x, y, w, h)| [*x, *y, *w, *h].map(DictItem::Int))
            .collect();
        self.digest.update(format!("{matrix:?}\n"));
        self.path(Ink::Black, boxes);
        self.ops.push(Op::RestoreGraphicsState);
    }

    /// Rectangles as one filled path. printpdf would paint each by itself (with seams where they touch) or write
    /// out all four corners, so the two operators are given to it as they are.
    fn path(&mut self, ink: Ink, boxes: Vec<[DictItem; 4]>) {
        if boxes.is_empty() {
            return;
        }
        self.ops.push(Op::SetFillColor { col: ink.color() });
        for rectangle in boxes {
            self.digest.update(format!("{rectangle:?}\n"));
            self.ops.push(Op::Unknown {
                key: "re".to_owned(),
                value: rectangle.to_vec(),
            });
        }
        self.ops.push(Op::Unknown {
            key: "f".to_owned(),
            value: Vec::new(),
        });
    }

    /// A horizontal line, its upper edge at `y`.
    pub fn rule(&mut self, x: f32, y: f32, length: f32, thickness: f32, ink: Ink) {
        self.fill(ink, &[(x, y, length, thickness)]);
    }

    /// A vertical line, its left edge at `x`.
    pub fn upright(&mut self, x: f32, y: f32, length: f32, thickness: f32, ink: Ink) {
        self.fill(ink, &[(x, y, thickness, length)]);
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
        let place = at(x, y + high);
        self.digest.update(format!("logo {x} {y} {wide} {high}\n"));
        self.ops.push(Op::UseXobject {
            id: XObjectId(LOGO.to_owned()),
            transform: XObjectTransform {
                translate_x: Some(place.x),
                translate_y: Some(place.y),
                scale_x: Some(wide * PT_PER_MM),
                scale_y: Some(high * PT_PER_MM),
                no_auto_scale: true,
                ..XObjectTransform::default()
            },
        });
        wide
    }
}

/// The resource name of the document's one logo.
const LOGO: &str = "Logo";

/// Millimetres to points, to a thousandth: enough, and short in the file.
fn short(millimetres: f32) -> f32 {
    (millimetres * PT_PER_MM * 1000.0).round() / 1000.0
}

/// A point of the page in PDF's own coordinates.
fn at(x: f32, y: f32) -> Point {
    Point {
        x: Pt(short(x)),
        y: Pt(short(PAGE_HEIGHT - y)),
    }
}
