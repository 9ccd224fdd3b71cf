//! The readers, as commands. A missing one fails the test with the line that installs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Runs a tool and gives its standard output; panics with how to install it where it is missing.
fn run(program: &str, package: &str, args: &[&str], dir: &Path) -> (bool, String) {
    let output = Command::new(program).args(args).current_dir(dir).output();
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            panic!("{program} is missing: apt-get install -y {package}")
        }
        other => other.unwrap(),
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), text)
}

/// A PDF on disk.
pub struct Pdf {
    dir: TempDir,
}

/// How a page is turned into pixels.
#[derive(Debug, Clone, Copy)]
pub enum Picture {
    Png,
    /// JPEG of quality 60, about what WhatsApp leaves of a picture.
    Jpeg60,
}

impl Pdf {
    pub fn new(bytes: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("x.pdf"), bytes).unwrap();
        // To look at: WA_NOTIFY_PICTURES=DIR keeps every file under its test's name.
        if let Some(kept) = std::env::var_os("WA_NOTIFY_PICTURES") {
            let thread = std::thread::current();
            let test = thread
                .name()
                .unwrap_or("test")
                .rsplit("::")
                .next()
                .unwrap_or("test")
                .to_owned();
            std::fs::create_dir_all(&kept).unwrap();
            std::fs::write(Path::new(&kept).join(format!("{test}.pdf")), bytes).unwrap();
        }
        Pdf { dir }
    }

    fn poppler(&self, program: &str, args: &[&str]) -> String {
        let (ok, text) = run(program, "poppler-utils", args, self.dir.path());
        assert!(ok, "{program} {args:?}");
        text
    }

    /// The text as it stands on the pages, runs of blanks shortened to two: their number is poppler's business.
    pub fn text(&self) -> String {
        let text = self.poppler("pdftotext", &["-layout", "-enc", "UTF-8", "x.pdf", "-"]);
        let lines = text.lines().map(|line| {
            let mut out = String::new();
            for c in line.trim().chars() {
                if c != ' ' || !out.ends_with("  ") {
                    out.push(c);
                }
            }
            out
        });
        lines
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// One value of `pdfinfo`.
    pub fn info(&self, key: &str) -> String {
        let info = self.poppler("pdfinfo", &["x.pdf"]);
        let line = info
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{key}:")));
        line.unwrap_or_default().trim().to_owned()
    }

    /// Structure, as qpdf judges it.
    pub fn check(&self) {
        let (ok, text) = run("qpdf", "qpdf", &["--check", "x.pdf"], self.dir.path());
        assert!(ok, "{text}");
    }

    /// The file with readable objects.
    pub fn objects(&self) -> String {
        let args = ["--qdf", "--object-streams=disable", "x.pdf", "-"];
        let (ok, text) = run("qpdf", "qpdf", &args, self.dir.path());
        assert!(ok);
        text
    }

    /// Number of images and their widths and heights.
    pub fn images(&self) -> usize {
        self.poppler("pdfimages", &["-list", "x.pdf"])
            .lines()
            .skip(2)
            .count()
    }

    fn pictures(&self, dpi: u32, picture: Picture) -> Vec<PathBuf> {
        let dpi = dpi.to_string();
        let stem = format!("page{dpi}");
        let kind: &[&str] = match picture {
            Picture::Png => &["-png"],
            Picture::Jpeg60 => &["-jpeg", "-jpegopt", "quality=60"],
        };
        self.poppler("pdftoppm", &[kind, &["-r", &dpi, "x.pdf", &stem]].concat());
        let mut pictures: Vec<PathBuf> = std::fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.file_name()
                    .is_some_and(|n| n.to_string_lossy().starts_with(&stem))
            })
            .collect();
        pictures.sort();
        pictures
    }

    /// What a scanner reads from all pages, such as `I2/5:3419...` and `QR-Code:0002...`, sorted.
    pub fn scan(&self, dpi: u32, picture: Picture) -> Vec<String> {
        let mut found = Vec::new();
        for path in self.pictures(dpi, picture) {
            found.extend(scan(&path));
            std::fs::remove_file(path).unwrap();
        }
        found.sort();
        found
    }
}

/// What zbar reads from one picture.
pub fn scan(picture: &Path) -> Vec<String> {
    let dir = picture.parent().unwrap();
    let name = picture.file_name().unwrap().to_string_lossy();
    let (_, text) = run("zbarimg", "zbar-tools", &["--quiet", &name], dir);
    text.lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
