//! Putting pages together into a file.

use std::collections::BTreeMap;

use printpdf::{
    Mm, PdfConformance, PdfDocument, PdfPage, PdfSaveOptions, RawImage, RawImageData, RawImageFormat,
    XObject, XObjectId,
};
use sha2::{Digest, Sha256};

use super::logo::Logo;
use super::{LOGO, PAGE_HEIGHT, PAGE_WIDTH, Page};

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
        // Our own rectangles are operators that printpdf does not know (see `Page::fill`).
        secure: false,
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
