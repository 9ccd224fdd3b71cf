//! The READMEs do what they say. Both languages, the same way:
//!
//! - ```` ```console ```` blocks are transcripts: each `$ wa-notify ...` runs, in order, at one made-up shop (the sample ERP
//!   in an embedded database, the stand-in gateway, a fixed Monday), and what it prints must be what the page shows.
//!   A line `[...]` stands for any number of lines, at the end of a line for its rest.
//! - ```` ```toml ```` blocks pass `config check`.
//! - Commands in any other block cannot run here; [`ELSEWHERE`] names each with who runs it instead.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::firebird::TestServer;
use crate::support::sandbox::{API_KEY, Sandbox};

/// When the shop opens its doors in the transcripts, and the stand-in gateway's clock, a little later: what it delivers
/// comes after what was sent.
const MORNING: &str = "2026-11-23T09:01:00-03:00";
const DELIVERY: &str = "2026-11-23T09:05:00-03:00";
const LATER: &str = "2026-11-23T09:30:00-03:00";

/// A customer of the sample with a notice on that Monday, and what is answered.
const DEBTOR: &str = "5554908603354";
const ANSWER: &str = "Já paguei ontem";

/// Commands of the READMEs that a test cannot run, and where they are run or why nowhere.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "scripts/quickstart",
        "installs packages; its demo is run below, the whole in a bare Debian 12",
    ),
    ("scripts/quickstart --serve", "stays until Ctrl-C"),
    ("scripts/test", "runs this very test; .ci/run runs it"),
    (".ci/run", "runs this very test"),
    (
        "scripts/windows-build",
        "wants a cross compiler and Wine; run by hand before a release",
    ),
    (
        "cargo build --release",
        "builds; scripts/windows-build builds the release for Windows",
    ),
    (
        "wa-notify.exe init",
        "Windows; scripts/windows-build runs it under Wine",
    ),
    (
        "wa-notify.exe pair",
        "Windows; scripts/windows-build runs it under Wine",
    ),
    (
        "wa-notify.exe scan --dry-run",
        "Windows; scripts/windows-build runs it under Wine",
    ),
    (
        "wa-notify.exe schedule install",
        "Windows; scripts/windows-build runs it under Wine",
    ),
    (
        "wa-notify.exe schedule remove",
        "Windows; scripts/windows-build runs it under Wine",
    ),
    (
        "wa-notify schedule install",
        "would write the crontab of whoever runs the tests; adapters::scheduler::cron tests what it writes",
    ),
];

/// A fenced block of a page.
#[derive(Debug)]
struct Block {
    language: String,
    /// Of its first line in the file.
    line: usize,
    text: String,
}

/// A command of a transcript, and what it must print.
#[derive(Debug)]
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    language: language.to_owned(),
                    line: index + 2,
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.text.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (index, line) in block.text.lines().enumerate() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step {
                line: block.line + index,
                command: command.to_owned(),
                expected: Vec::new(),
            }),
            (None, Some(step)) => step.expected.push(line.to_owned()),
            (None, None) => panic!("line {}: a transcript begins with a command", block.line),
        }
    }
    steps
}

/// Whether the lines are the expected ones, `[...]` standing for any number of lines, none included.
fn fits(expected: &[String], actual: &[String]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first.trim() == "[...]" => {
            (0..=actual.len()).any(|skipped| fits(rest, &actual[skipped..]))
        }
        Some((first, rest)) => actual.split_first().is_some_and(|(line, others)| {
            let same = match first.strip_suffix("[...]") {
                Some(beginning) => line.starts_with(beginning),
                None => first == line,
            };
            same && fits(rest, others)
        }),
    }
}

/// The shop of the transcripts.
struct Shop {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Shop {
    fn open(lang: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("wa-notify-readme-")
            .tempdir()
            .expect("a folder");
        let sandbox = Sandbox::start_at(&["--auto-link"], Some(DELIVERY));
        let config = format!(
            "lang = \"{lang}\"\n[database]\npath = 'DADOS.FDB'\ndriver = 'native'\n\
             [gateway]\nurl = '{}'\napi_key = '{API_KEY}'\n\
             [settings.pacing]\npart_gap = [0, 0]\ncontact_gap = [0, 0]\ndaily_cap = 0\nwarm_up = false\n",
            sandbox.url()
        );
        std::fs::write(folder.path().join("wa-notify.toml"), config).expect("the configuration");
        Shop { folder, sandbox }
    }

    /// Runs a command line as a person would, in the shop's folder: both streams in one, exit code after.
    fn run(&self, line: &str) -> (Vec<String>, i32) {
        let programs = PathBuf::from(env!("CARGO_BIN_EXE_wa-notify"));
        let programs = programs.parent().expect("a folder of programs");
        let path = std::env::var("PATH").unwrap_or_default();
        if line == "wa-notify replies" {
            self.sandbox.reply(DEBTOR, ANSWER);
        }
        let after_the_answer = line == "wa-notify replies" || line == "wa-notify status";
        let output = Command::new("sh")
            .args(["-c", &format!("{line} 2>&1")])
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("WA_NOTIFY_CONFIG", self.folder.path().join("wa-notify.toml"))
            .env("WA_NOTIFY_NOW", if after_the_answer { LATER } else { MORNING })
            .env("COLUMNS", "80")
            .output()
            .expect("sh runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        // The page cannot know in which folder this runs.
        let folder = self.folder.path().canonicalize().expect("the folder");
        let text = text
            .replace(&folder.display().to_string(), ".")
            .replace(&self.folder.path().display().to_string(), ".");
        let lines = text.lines().map(|line| line.trim_end().to_owned()).collect();
        (lines, output.status.code().unwrap_or(-1))
    }
}

/// 0, or 8 where the page shows that something waits for a person.
fn expected_code(command: &str) -> i32 {
    match command {
        "wa-notify replies" | "wa-notify status" => 8,
        _ => 0,
    }
}

fn transcripts_hold(name: &str, lang: &str) {
    let page = page(name);
    let steps: Vec<Step> = blocks(&page)
        .iter()
        .filter(|b| b.language == "console")
        .flat_map(steps)
        .collect();
    assert!(steps.len() >= 8, "{name} shows the day: {} commands", steps.len());
    let shop = Shop::open(lang);
    // The page's own shop exists already; this one must be made first.
    let (said, code) = shop.run("wa-notify demo seed --config wa-notify.toml");
    assert_eq!(code, 0, "{said:?}");
    for step in steps {
        assert!(
            step.command.starts_with("wa-notify "),
            "{name}:{}: only wa-notify is run: {}",
            step.line,
            step.command
        );
        let (lines, code) = shop.run(&step.command);
        let place = format!("{name}:{}: {}", step.line, step.command);
        assert_eq!(
            code,
            expected_code(&step.command),
            "{place}\n{}",
            lines.join("\n")
        );
        let (from, until) = (
            lines.iter().position(|l| !l.is_empty()).unwrap_or(0),
            lines
                .iter()
                .rposition(|l| !l.is_empty())
                .map_or(0, |last| last + 1),
        );
        let expected: Vec<String> = step.expected.iter().map(|l| l.trim_end().to_owned()).collect();
        let end = expected
            .iter()
            .rposition(|l| !l.is_empty())
            .map_or(0, |last| last + 1);
        assert!(
            fits(&expected[..end], &lines[from..until]),
            "{place}\nprints now:\n{}\n\nthe page says:\n{}",
            lines.join("\n"),
            expected.join("\n")
        );
    }
}

#[test]
fn the_transcripts_of_the_portuguese_page_hold() {
    transcripts_hold("README.pt-BR.md", "pt-BR");
}

#[test]
fn the_transcripts_of_the_english_page_hold() {
    transcripts_hold("README.md", "en");
}

#[test]
fn every_configuration_shown_is_valid() {
    for name in ["README.md", "README.pt-BR.md", "docs/operations.md"] {
        let shown: Vec<Block> = blocks(&page(name))
            .into_iter()
            .filter(|b| b.language == "toml")
            .collect();
        assert!(!shown.is_empty(), "{name} shows a configuration");
        for block in shown {
            let file = tempfile::Builder::new()
                .suffix(".toml")
                .tempfile()
                .expect("a file");
            std::fs::write(file.path(), &block.text).expect("the configuration");
            let output = Command::new(env!("CARGO_BIN_EXE_wa-notify"))
                .args(["--lang", "en", "config", "check", "--config"])
                .arg(file.path())
                .env("WA_NOTIFY_DB_PASSWORD", "x")
                .env("WA_NOTIFY_OUTBOX_PASSWORD", "x")
                .env("WA_NOTIFY_API_KEY", "x")
                .output()
                .expect("wa-notify runs");
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{name}:{}: {said}", block.line);
        }
    }
}

#[test]
fn every_other_command_is_accounted_for() {
    for name in ["README.md", "README.pt-BR.md"] {
        let mut shown: Vec<String> = Vec::new();
        for block in blocks(&page(name)) {
            match block.language.as_str() {
                "console" | "toml" | "text" => {}
                "sh" | "powershell" => {
                    let commands = block.text.lines().map(|l| l.split("  #").next().unwrap_or(l));
                    shown.extend(commands.map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()));
                }
                other => panic!(
                    "{name}:{}: a block of {other:?}: say what it is, so that a test can",
                    block.line
                ),
            }
        }
        for command in &shown {
            assert!(
                ELSEWHERE.iter().any(|(known, _)| known == command),
                "{name}: nobody runs `{command}`: make it a transcript, or list it with who runs it"
            );
        }
        for (known, _) in ELSEWHERE {
            assert!(
                shown.iter().any(|c| c == known),
                "{name} does not show `{known}` any more"
            );
        }
    }
    // What the list leans on.
    let ci = page(".ci/run");
    assert!(ci.lines().any(|l| l.trim() == "scripts/test"));
    let windows = page("scripts/windows-build");
    for word in [
        "init",
        "pair",
        "scan --dry-run",
        "schedule install",
        "schedule remove",
    ] {
        assert!(
            windows
                .lines()
                .any(|l| l.starts_with("expect 0") && l.contains(word)),
            "scripts/windows-build does not try `{word}` any more"
        );
    }
}

#[test]
fn both_pages_show_the_same() {
    let outline = |name: &str| {
        let page = page(name);
        let blocks: Vec<String> = blocks(&page)
            .into_iter()
            .map(|b| match b.language.as_str() {
                // Comments and outputs are in the page's language, commands are not.
                "console" => steps(&b)
                    .into_iter()
                    .map(|s| s.command)
                    .collect::<Vec<_>>()
                    .join("\n"),
                language => language.to_owned(),
            })
            .collect();
        let headings = page.lines().filter(|l| l.starts_with("## ")).count();
        (headings, blocks)
    };
    assert_eq!(outline("README.md"), outline("README.pt-BR.md"));
}

/// Every code of the contract stands in both pages, with its number.
#[test]
fn the_exit_codes_are_in_both_pages() {
    use wa_notify::cli::exit_code::ExitCode;
    for name in ["README.md", "README.pt-BR.md"] {
        let page = page(name);
        for code in ExitCode::ALL {
            let row = format!("| {} |", code.number());
            assert!(
                page.lines().any(|l| l.starts_with(&row)),
                "{name} lacks exit code {}",
                code.number()
            );
        }
    }
}

/// The permissions that docs/operations.md grants are enough for `init` and `scan`, and for nothing more; and what it says
/// to do after a restore leaves nothing to send.
#[test]
fn the_restricted_user_of_the_manual_can_do_its_work() {
    let page = page("docs/operations.md");
    let grants = blocks(&page)
        .into_iter()
        .find(|b| b.language == "sql" && b.text.contains("TO USER LEITOR"))
        .expect("docs/operations.md says what is granted");
    // Users belong to the whole server: this one is our own.
    let server = TestServer::private();
    let folder = tempfile::tempdir().expect("a folder");
    let data = server.data_folder();
    let (erp, outbox) = (data.join("erp.fdb"), data.join("wa.fdb"));
    let place = format!(
        "host = '127.0.0.1'\nport = {}\npath = '{}'\n",
        server.port,
        erp.display()
    );
    let seed = folder.path().join("seed.toml");
    let site = folder.path().join("wa-notify.toml");
    std::fs::write(&seed, format!("[database]\n{place}")).expect("the configuration");
    std::fs::write(
        &site,
        format!(
            "[database]\n{place}user = 'LEITOR'\npassword = 'choose-one'\n\
             [outbox]\npath = '{}'\nuser = 'WANOTIFY'\npassword = 'and-another'\n",
            outbox.display()
        ),
    )
    .expect("the configuration");
    let notify = |config: &Path, args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_wa-notify"))
            .args(["--lang", "en", "--config"])
            .arg(config)
            .args(args)
            .env("WA_NOTIFY_NOW", MORNING)
            .output()
            .expect("wa-notify runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let isql = |database: &Path, user: &str, password: &str, sql: &str| {
        let address = format!("127.0.0.1/{}:{}", server.port, database.display());
        let file = folder.path().join("script.sql");
        std::fs::write(&file, sql).expect("a script");
        Command::new("isql-fb")
            .args(["-q", "-b", "-user", user, "-password", password, "-i"])
            .arg(&file)
            .arg(address)
            .output()
            .expect("isql-fb: apt-get install firebird3.0-utils")
    };
    notify(&seed, &["demo", "seed"]);
    let granted = isql(&erp, "SYSDBA", "masterkey", &grants.text);
    assert!(
        granted.status.success(),
        "{}",
        String::from_utf8_lossy(&granted.stderr)
    );

    notify(&site, &["init"]);
    let stored: serde_json::Value = serde_json::from_str(&notify(&site, &["--json", "scan"])).expect("JSON");
    assert!(
        stored["notices"].as_array().is_some_and(|n| n.len() >= 10),
        "{stored}"
    );
    assert!(outbox.exists());

    let refused = isql(
        &erp,
        "LEITOR",
        "choose-one",
        "UPDATE CLIENTE SET CODIGO = CODIGO;\nCOMMIT;\n",
    );
    assert!(!refused.status.success(), "LEITOR can write");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("no permission for UPDATE"), "{said}");

    let waiting = |when: &str| -> serde_json::Value {
        let status: serde_json::Value = serde_json::from_str(&notify(&site, &["--json", "status"]))
            .unwrap_or_else(|error| panic!("{when}: {error}"));
        status["notices"]["queued"].clone()
    };
    assert!(waiting("after the scan").as_u64() >= Some(10));
    notify(&site, &["send", "--confirm-restore"]);
    assert_eq!(waiting("after the restore"), serde_json::Value::Null);
    let again: serde_json::Value = serde_json::from_str(&notify(&site, &["--json", "scan"])).expect("JSON");
    assert_eq!(again["notices"], serde_json::json!([]), "nobody hears twice");
}

/// Links to files of the repository lead somewhere.
#[test]
fn links_between_pages_lead_somewhere() {
    for name in [
        "README.md",
        "README.pt-BR.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/state_machine.md",
        "docs/operations.md",
    ] {
        let folder = root().join(name);
        let folder = folder.parent().expect("a folder");
        let page = page(name);
        let mut links = 0;
        let written = page
            .split("](")
            .skip(1)
            .filter_map(|piece| piece.split(')').next());
        let pictures = page
            .split("src=\"")
            .skip(1)
            .filter_map(|piece| piece.split('"').next());
        for link in written.chain(pictures) {
            if link.starts_with("http") || link.starts_with('#') {
                continue;
            }
            links += 1;
            let file = link.split('#').next().unwrap_or_default();
            assert!(
                folder.join(file).exists(),
                "{name} links to {link}, which is not there"
            );
        }
        assert!(links > 0 || name == "CHANGELOG.md", "{name} has links");
    }
}

#[test]
fn a_transcript_is_compared_line_by_line() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (expected, actual, fit) in [
        ("a\nb", "a\nb", true),
        ("a\n[...]\nc", "a\nb\nb\nc", true),
        ("a\n[...]\nc", "a\nc", true),
        ("[...]\nc\n[...]", "a\nc\nd", true),
        ("a [...]\nc", "a b\nc", true),
        ("a [...]", "a b\nc", false),
        ("a [...]", "b a b", false),
        ("a", "a\nb", false),
        ("a\n[...]\nc", "a\nb", false),
        ("", "a", false),
    ] {
        assert_eq!(
            fits(&lines(expected), &lines(actual)),
            fit,
            "{expected:?} {actual:?}"
        );
    }
}
