//! Putting pages together into a file: objects, cross references, compression.
//!
//! The structure is pdf-writer's, which writes straight into one buffer; nothing is kept as a tree in between. What
//! the pages share (size, fonts, logo) stands once, in the node above them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Settings, TextStr};
use sha2::{Digest, Sha256};

use super::logo::Logo;
use super::{BOLD, LOGO, PAGE_HEIGHT, PAGE_WIDTH, PT_PER_MM, Page, REGULAR};

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

/// No blanks but those that the format needs.
pub(super) const COMPACT: Settings = Settings { pretty: false };

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const REGULAR_FONT: Ref = Ref::new(4);
const BOLD_FONT: Ref = Ref::new(5);
const LOGO_IMAGE: Ref = Ref::new(6);
/// The first page; then its content, the second page, and so on.
const FIRST_PAGE: i32 = 7;

const PRODUCER: &str = concat!("wa-notify ", env!("CARGO_PKG_VERSION"));

/// Writes the file. The same pages give the same bytes: no clock, no chance, and an id that is a digest of them.
pub fn write(about: &About<'_>, pages: Vec<Page>, logo: Option<&Logo>) -> Vec<u8> {
    let mut digest = Sha256::new();
    for text in [about.title, about.author, about.subject, about.language] {
        digest.update(text);
        digest.update([0]);
    }
    let mut deflate = Deflate::new();
    let contents: Vec<Vec<u8>> = pages
        .into_iter()
        .map(|page| deflate.pack(page.finish().as_slice()))
        .collect();
    let logo = logo.map(|logo| (logo, deflate.pack(&logo.rgb)));
    for content in contents.iter().chain(logo.iter().map(|(_, pixels)| pixels)) {
        digest.update(content);
    }

    let size: usize = contents.iter().map(|content| content.len() + 200).sum();
    let mut pdf = Pdf::with_settings_and_capacity(COMPACT, size + 2_048);
    // What is used has been there since 2001; readers in old banks' and shops' computers are as old.
    pdf.set_version(1, 4);
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr(about.language));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();

    let refs: Vec<(Ref, Ref)> = (0..contents.len())
        .filter_map(|at| i32::try_from(at).ok())
        .map(|at| (Ref::new(FIRST_PAGE + 2 * at), Ref::new(FIRST_PAGE + 2 * at + 1)))
        .collect();
    let mut node = pdf.pages(PAGES);
    node.kids(refs.iter().map(|(page, _)| *page))
        .count(i32::try_from(refs.len()).unwrap_or(i32::MAX))
        .media_box(Rect::new(
            0.0,
            0.0,
            round(PAGE_WIDTH * PT_PER_MM),
            round(PAGE_HEIGHT * PT_PER_MM),
        ));
    let mut resources = node.resources();
    resources
        .fonts()
        .pair(Name(REGULAR), REGULAR_FONT)
        .pair(Name(BOLD), BOLD_FONT);
    if logo.is_some() {
        resources.x_objects().pair(Name(LOGO), LOGO_IMAGE);
    }
    resources.finish();
    node.finish();

    pdf.document_info(INFO)
        .title(TextStr(about.title))
        .author(TextStr(about.author))
        .subject(TextStr(about.subject))
        .creator(TextStr(PRODUCER))
        .producer(TextStr(PRODUCER));
    for (font, name) in [(REGULAR_FONT, "Helvetica"), (BOLD_FONT, "Helvetica-Bold")] {
        pdf.type1_font(font)
            .base_font(Name(name.as_bytes()))
            .encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    if let Some((logo, pixels)) = &logo {
        let side = |pixels: usize| i32::try_from(pixels).unwrap_or(i32::MAX);
        let mut image = pdf.image_xobject(LOGO_IMAGE, pixels);
        image.filter(Filter::FlateDecode);
        image.width(side(logo.width)).height(side(logo.height));
        image.color_space().device_rgb();
        image.bits_per_component(8);
    }
    for ((page, content), bytes) in refs.into_iter().zip(&contents) {
        pdf.page(page).parent(PAGES).contents(content);
        pdf.stream(content, bytes).filter(Filter::FlateDecode);
    }
    let id = digest.finalize()[..16].to_vec();
    pdf.set_file_id((id.clone(), id));
    pdf.finish()
}

/// To a thousandth of a point.
fn round(points: f32) -> f32 {
    (points * 1000.0).round() / 1000.0
}

/// The compressor of one file: its tables are made once for all streams.
struct Deflate {
    encoder: ZlibEncoder<Vec<u8>>,
}

impl Deflate {
    fn new() -> Self {
        Deflate {
            encoder: ZlibEncoder::new(Vec::new(), Compression::new(LEVEL)),
        }
    }

    /// Writing to memory cannot fail; were it to, the empty stream would draw an empty page.
    fn pack(&mut self, bytes: &[u8]) -> Vec<u8> {
        let written = self.encoder.write_all(bytes);
        let packed = self.encoder.reset(Vec::with_capacity(bytes.len() / 2));
        written.and(packed).unwrap_or_default()
    }
}

/// Of nine; see docs/BENCHMARKS.md for what the others cost and give.
const LEVEL: u32 = 6;
