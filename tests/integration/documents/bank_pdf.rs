//! The bank's own PDF, as an ERP stores it (BOLETO_PDF): passed through to the byte where it is one.

use super::tools::Pdf;
use crate::support::site::Site;

/// A page of a bank's, plain enough to stand in a statement of SQL.
const BANK: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n\
                    trailer<</Root 1 0 R/Size 3>>\nstartxref\n9\n%%EOF\n";

/// The documents of a customer, by name.
fn documents(site: &Site, customer: u32, out: &str) -> Vec<(String, Vec<u8>)> {
    let out = site.dir.path().join(out);
    site.json(
        "08:40",
        &["preview", &customer.to_string(), "--out", &out.to_string_lossy()],
        0,
    );
    let mut documents: Vec<(String, Vec<u8>)> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "pdf"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    documents.sort();
    documents
}

fn boletos(documents: &[(String, Vec<u8>)]) -> Vec<&[u8]> {
    documents
        .iter()
        .filter(|(name, _)| name.to_lowercase().contains("boleto"))
        .map(|(_, bytes)| bytes.as_slice())
        .collect()
}

#[test]
fn goes_out_to_the_byte_and_anything_else_is_drawn() {
    let site = Site::new();
    let drawn = documents(&site, 1, "drawn");
    assert!(!boletos(&drawn).is_empty());

    site.sql(&format!("UPDATE BOLETO SET PDF = '{BANK}'"));
    let passed = documents(&site, 1, "passed");
    assert_eq!(boletos(&passed), vec![BANK.as_bytes(); boletos(&drawn).len()]);
    let names = |documents: &[(String, Vec<u8>)]| -> Vec<String> {
        documents.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&passed), names(&drawn));

    // Not a PDF, and one that was cut: neither is sent, and nobody goes without a boleto.
    for stored in ["<html>sessao expirada</html>", &BANK[..60], ""] {
        site.sql(&format!("UPDATE BOLETO SET PDF = '{stored}'"));
        let folder = format!("broken{}", stored.len());
        assert_eq!(documents(&site, 1, &folder), drawn, "{stored}");
    }
}

/// Above `max_boletos` the boletos become one file, which is drawn from the codes whatever is stored.
#[test]
fn one_file_for_many_is_drawn() {
    let site = Site::of(4);
    let drawn = documents(&site, 4, "drawn");
    let pdf = Pdf::new(boletos(&drawn)[0]);
    assert_eq!((boletos(&drawn).len(), pdf.info("Pages")), (1, "5".to_owned()));
    site.sql(&format!("UPDATE BOLETO SET PDF = '{BANK}'"));
    assert_eq!(documents(&site, 4, "stored"), drawn);
}
