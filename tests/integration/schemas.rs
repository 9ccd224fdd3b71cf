//! ERPs with other schemas than the sample's: the very queries of `examples/source`, the real binary from `source check` to
//! the PDFs on the phones, in every character set and dialect that such databases have.

mod delphi;
mod dirt;
mod reader;
mod views;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::documents::tools::Pdf;
use crate::support::firebird::client_library;
use crate::support::site::{Message, Plan, Site};

/// A strange ERP: its tables and rows in `tests/data/erp/NAME`, its mapping in `examples/source/NAME`.
#[derive(Debug, Clone, Copy)]
struct Erp {
    name: &'static str,
    charset: &'static str,
    dialect: u8,
    /// The site reads it by `fbclient`.
    native: bool,
    /// The WA_* tables are in the ERP's database. Dialect 1 cannot have them.
    together: bool,
}

impl Erp {
    fn new(name: &'static str, charset: &'static str) -> Erp {
        Erp {
            name,
            charset,
            dialect: 3,
            native: false,
            together: true,
        }
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A shop with this ERP.
struct Shop {
    site: Site,
    outbox: PathBuf,
}

impl Shop {
    fn new(erp: Erp) -> Shop {
        let mut config = format!(
            "[source]\ndir = '{}'\n",
            repository().join("examples/source").join(erp.name).display()
        );
        let outbox = crate::support::firebird::TestServer::shared().absent();
        let path = outbox.path().to_owned();
        if !erp.together {
            config.push_str(&format!("\n[outbox]\npath = '{}'\n", path.display()));
        }
        let site = Site::with(Plan {
            ready: false,
            config,
            ..Plan::default()
        });
        if erp.native {
            let library =
                client_library().map_or_else(String::new, |path| format!("client_library = '{path}'\n"));
            site.reconfigure(
                "[database]\n",
                &format!("[database]\ndriver = \"native\"\n{library}"),
            );
        }
        let folder = repository().join("tests/data/erp").join(erp.name);
        let scripts: Vec<String> = ["schema.sql", "rows.sql"]
            .iter()
            .map(|file| std::fs::read_to_string(folder.join(file)).expect("the ERP's script"))
            .collect();
        let database = site.database();
        let create = format!(
            "SET SQL DIALECT {};\nSET NAMES {};\nCREATE DATABASE '127.0.0.1/{}:{}' USER 'SYSDBA' PASSWORD 'masterkey' \
             PAGE_SIZE 8192 DEFAULT CHARACTER SET {};\n",
            erp.dialect,
            // What the ERP's programs speak; a database of charset NONE keeps the bytes as they come.
            match erp.charset {
                "NONE" => "WIN1252",
                other => other,
            },
            database.settings.port,
            database.path().display(),
            erp.charset,
        );
        isql(&(create + &scripts.concat()), erp.charset);
        Shop { site, outbox: path }
    }

    /// Everything up to the phones. Gives what the scan said.
    fn day(&self) -> Value {
        let site = &self.site;
        let checked = site.json("08:00", &["source", "check"], 0);
        assert_eq!(checked["ok"], true, "{checked:#}");
        site.json("08:05", &["init"], 0);
        let dry = site.json("08:20", &["scan", "--dry-run"], 0);
        let scan = site.json("08:30", &["scan"], 0);
        assert_eq!(
            dry["notices"], scan["notices"],
            "the dry run shows what the scan does"
        );
        assert_eq!(dry["skipped"], scan["skipped"]);
        assert_eq!(scan["bad_rows"], serde_json::json!([]));
        let sent = site.send(0);
        let notices = scan["notices"].as_array().expect("notices").len();
        assert_eq!(sent["notices"], serde_json::json!({"sent": notices}));
        // And once is enough.
        assert_eq!(site.json("10:00", &["send"], 0)["parts_accepted"], 0);
        let again = site.json("10:10", &["scan"], 0);
        assert_eq!(
            again["notices"],
            serde_json::json!([]),
            "nobody is told a stage twice"
        );
        scan
    }

    /// What came to a phone.
    fn chat(&self, phone: &str) -> Vec<Message> {
        let messages = self.site.messages().into_iter();
        messages.filter(|message| message.to == phone).collect()
    }

    /// The text of a document that came to a phone.
    fn document(&self, phone: &str, name: &str) -> String {
        let folder = self.site.sandbox.media_dir();
        let found: Vec<PathBuf> = walk(&folder)
            .into_iter()
            .filter(|path| {
                let text = path.to_string_lossy();
                text.contains(&phone[4..]) && text.contains(name)
            })
            .collect();
        let [path] = found.as_slice() else {
            panic!("{name} to {phone}: {found:?} of {:?}", walk(&folder))
        };
        let pdf = Pdf::new(&std::fs::read(path).expect("the document"));
        pdf.check();
        pdf.text()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.outbox);
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Runs a script as the ERP's own programs would have: in their code page and dialect. UTF-8 databases get UTF-8.
fn isql(script: &str, charset: &str) {
    let bytes = if charset == "UTF8" {
        script.as_bytes().to_vec()
    } else {
        let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(script);
        assert!(!lossy, "a letter that WIN1252 lacks");
        bytes.into_owned()
    };
    // From a file: what isql reads from a pipe it strips of letters beyond ASCII.
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(&bytes).expect("the script");
    let output = Command::new("isql-fb")
        .args(["-q", "-bail", "-i"])
        .arg(file.path())
        .output()
        .expect("isql-fb: apt-get install firebird3.0-utils");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}

/// The notice of a customer's phone.
fn notice<'a>(scan: &'a Value, phone: &str) -> &'a Value {
    let notices = scan["notices"].as_array().expect("notices");
    let found: Vec<&Value> = notices.iter().filter(|notice| notice["phone"] == phone).collect();
    let [one] = found.as_slice() else {
        panic!("{phone}: {found:?} of {notices:#?}")
    };
    one
}

/// `CUSTOMER REASON` of all that was skipped, sorted.
fn skipped(scan: &Value) -> Vec<String> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<String> = scan["skipped"]
        .as_array()
        .expect("skipped")
        .iter()
        .map(|row| format!("{} {}", word(&row["customer_id"]), word(&row["reason"])))
        .collect();
    all.sort();
    all
}

/// `ID STAGE CENTS BOLETO` of each receivable of a notice.
fn items(notice: &Value) -> Vec<String> {
    let items = notice["receivables"].as_array().expect("receivables").iter();
    items
        .map(|item| {
            let boleto = if item["has_boleto"] == true { " boleto" } else { "" };
            format!(
                "{} {} {}{boleto}",
                item["id"].as_str().expect("ids are text"),
                item["stage"].as_str().expect("a stage"),
                item["balance_cents"]
            )
        })
        .collect()
}
