//! A small drawing layer over printpdf: pages in millimetres from the top left corner, text measured and set in
//! Helvetica, everything else as filled shapes (no strokes: they render unevenly at low resolution), and a file
//! whose bytes depend on its content only.
//!
//! | file | holds |
//! |---|---|
//! | this one | [`Document`], [`Page`] and their drawing calls |
//! | [`metrics`] | widths and the characters of the font |
//! | [`logo`] | PNG logos, checked and scaled down |

pub mod logo;
pub mod metrics;

use std::collections::BTreeMap;

use printpdf::{
    BuiltinFont, Color, Greyscale, LinePoint, Mm, Op, PaintMode, PdfConformance, PdfDocument, PdfFontHandle,
    PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, RawImage, RawImageData, RawImageFormat, Rgb,
    TextItem, WindingOrder, XObject, XObjectId, XObjectTransform,
};
use sha2::{Digest, Sha256};

use logo::Logo;
pub use metrics::Font;
use metrics::{fold, width};

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

    /// Sets one line within `room` millimetres: shrunk down to four fifths where needed, then cut with an ellipsis.
    pub fn text_within(&mut self, x: f32, y: f32, style: Style, align: Align, room: f32, text: &str) {
        let (style, text) = fit(style, room, text, 0.8);
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
        if boxes.is_empty() {
            return;
        }
        let corner = |x, y| LinePoint {
            p: at(x, y),
            bezier: false,
        };
        let rings = boxes
            .iter()
            .map(|(x, y, w, h)| {
                self.digest.update(format!("{x} {y} {w} {h}\n"));
                let points = vec![
                    corner(*x, *y),
                    corner(x + w, *y),
                    corner(x + w, y + h),
                    corner(*x, y + h),
                ];
                PolygonRing { points }
            })
            .collect();
        self.ops.push(Op::SetFillColor { col: ink.color() });
        self.ops.push(Op::DrawPolygon {
            polygon: Polygon {
                rings,
                mode: PaintMode::Fill,
                winding_order: WindingOrder::NonZero,
            },
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

/// A point of the page in PDF's own coordinates.
fn at(x: f32, y: f32) -> Point {
    // Two decimals of a point are a 280th of a millimetre: enough, and short in the file.
    let short = |v: f32| Pt((v * PT_PER_MM * 1000.0).round() / 1000.0);
    Point {
        x: short(x),
        y: short(PAGE_HEIGHT - y),
    }
}

/// The style and text that fit `room` millimetres: shrunk to `least` of the size, then cut with an ellipsis.
pub fn fit(style: Style, room: f32, text: &str, least: f32) -> (Style, String) {
    let text = fold(text);
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
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for c in code.chars() {
        line.push(c);
        if style.width(&line) > room {
            let at = line
                .char_indices()
                .rev()
                .map(|(at, _)| at)
                .find(|at| *at > 0 && !line[*at..].starts_with(' ') && !line[..*at].ends_with(' '));
            let rest = line.split_off(at.unwrap_or(line.len() - c.len_utf8()));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// What a PDF says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About<'a> {
    /// Title, shown by readers instead of the file name.
    pub title: &'a str,
    /// The creditor.
    pub author: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// BCP 47 tag of its language, for screen readers.
    pub language: &'a str,
}

/// Puts pages together and writes the file. The same pages give the same bytes: no clock, no chance, and an id
/// that is a digest of what was drawn.
pub fn write(about: &About<'_>, pages: Vec<Page>, logo: Option<&Logo>) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(format!("{about:?}"));
    if let Some(logo) = logo {
        digest.update(&logo.rgb);
    }
    let mut document = PdfDocument::new(about.title);
    let info = &mut document.metadata.info;
    info.author = about.author.to_owned();
    info.subject = about.subject.to_owned();
    info.creator = concat!("wa-notify ", env!("CARGO_PKG_VERSION")).to_owned();
    info.producer = concat!("wa-notify ", env!("CARGO_PKG_VERSION")).to_owned();
    // Every other conformance embeds a 650 kB colour profile or claims PDF/X.
    info.conformance = PdfConformance::Custom(Default::default());
    info.identifier = about.language.to_owned();
    if let Some(logo) = logo {
        let image = RawImage {
            pixels: RawImageData::U8(logo.rgb.clone()),
            width: logo.width,
            height: logo.height,
            data_format: RawImageFormat::RGB8,
            tag: Vec::new(),
        };
        document.resources.xobjects.map =
            BTreeMap::from([(XObjectId(LOGO.to_owned()), XObject::Image(image))]);
    }
    for page in pages {
        digest.update(page.digest.finalize());
        document
            .pages
            .push(PdfPage::new(Mm(PAGE_WIDTH), Mm(PAGE_HEIGHT), page.ops));
    }
    let options = PdfSaveOptions {
        image_optimization: None,
        ..PdfSaveOptions::default()
    };
    let mut file = document.to_lopdf_document(&options, &mut Vec::new());
    let id: String = digest
        .finalize()
        .iter()
        .take(16)
        .map(|b| format!("{b:02x}"))
        .collect();
    // printpdf numbers its documents; the same content must give the same bytes in any order.
    if let Ok(ids) = file.trailer.get_mut(b"ID").and_then(|ids| ids.as_array_mut()) {
        for text in ids.iter_mut().filter_map(|id| id.as_str_mut().ok()) {
            *text = id.clone().into_bytes();
        }
        // The catalogue's language, as a string object made from one that is there.
        if let Some(mut language) = ids.first().cloned() {
            if let Ok(text) = language.as_str_mut() {
                *text = about.language.as_bytes().to_vec();
            }
            if let Ok(catalog) = file.catalog_mut() {
                catalog.set("Lang", language);
            }
        }
    }
    // Lang and transparency-free images of today's readers: PDF 1.4.
    file.version = "1.4".to_owned();
    file.compress();
    let mut bytes = Vec::new();
    // Writing to memory cannot fail; an empty file would be refused by whoever sends it.
    if file.save_to(&mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}
