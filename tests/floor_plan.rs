//! The floor plan of DESIGN.md section 3 as a test: which room may look into which, and which foreign crates may be
//! used where. It reads tokens, not lines, so that grouped imports, renamed imports, `super::` chains and paths
//! inside macros are seen too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Room, and the rooms that it may look into besides itself.
const DOORS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("i18n", &["domain"]),
    ("ports", &["domain"]),
    ("config", &["domain"]),
    ("render", &["domain", "i18n"]),
    ("app", &["domain", "render", "ports"]),
    ("adapters", &["domain", "ports"]),
    ("sandbox", &["domain", "render"]),
    (
        "cli",
        &[
            "domain", "i18n", "ports", "config", "render", "app", "adapters", "sandbox",
        ],
    ),
    ("bin", &["cli", "sandbox"]),
];

/// Foreign crates that belong to certain rooms only. Most have one; text in an old code page comes in by two doors: a
/// configuration saved by Notepad, and a database in WIN1252.
const AT_HOME: &[(&str, &[&str])] = &[
    ("rsfbclient", &["adapters"]),
    ("reqwest", &["adapters"]),
    ("rustls", &["adapters"]),
    ("gethostname", &["cli"]),
    ("flate2", &["render"]),
    ("pdf_writer", &["render"]),
    ("qrcode", &["render"]),
    ("png", &["render"]),
    ("minijinja", &["render"]),
    ("toml", &["config"]),
    ("toml_edit", &["config"]),
    ("encoding_rs", &["config", "adapters"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("dialoguer", &["cli"]),
    ("comfy_table", &["cli"]),
    ("console", &["cli"]),
    ("csv", &["cli"]),
    ("ctrlc", &["cli"]),
    ("sys_locale", &["cli"]),
    ("anyhow", &["cli"]),
    ("fluent_bundle", &["i18n"]),
    ("unic_langid", &["i18n"]),
    ("axum", &["sandbox"]),
    ("hyper", &["sandbox"]),
    ("hyper_util", &["sandbox"]),
    ("tokio", &["sandbox"]),
    ("tower", &["sandbox"]),
];

/// One breach, for people.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach(String);

/// The module path of a file below `src`: `app/send/mod.rs` is `["app", "send"]`.
fn module_path(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|p| p.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|p| p == "mod" || p == "lib") {
        parts.pop();
    }
    parts
}

/// The first segments that a path, a group of paths, or nothing follows with: `crate::{a::b, c}` gives a and c.
fn heads(next: Option<&TokenTree>) -> Vec<String> {
    match next {
        Some(TokenTree::Ident(ident)) => vec![ident.to_string()],
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            let mut out = Vec::new();
            let mut at_start = true;
            for token in &tokens {
                match token {
                    TokenTree::Punct(p) if p.as_char() == ',' => at_start = true,
                    TokenTree::Ident(ident) if at_start => {
                        out.push(ident.to_string());
                        at_start = false;
                    }
                    _ => at_start = false,
                }
            }
            out
        }
        _ => Vec::new(),
    }
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |i: usize| matches!(tokens.get(i), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(at) && colon(at + 1)
}

/// Walks the tokens of one file. `module`: its path; `depth`: inline modules entered.
fn walk(stream: TokenStream, module: &[String], depth: usize, found: &mut BTreeSet<Breach>) {
    let room = module.first().map_or("", String::as_str);
    let allowed = DOORS
        .iter()
        .find(|(r, _)| *r == room)
        .map_or(&[][..], |(_, doors)| doors);
    let where_ = module.join("::");
    let look = |target: &str, found: &mut BTreeSet<Breach>| {
        let is_room = DOORS.iter().any(|(r, _)| *r == target);
        if is_room && target != room && !allowed.contains(&target) {
            found.insert(Breach(format!("{where_} looks into {target}")));
        }
    };
    let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Ident(ident) = token else { continue };
        let name = ident.to_string();
        let after_colons = at >= 2 && is_colons(&tokens, at - 2);
        if name == "crate" || name == "wa_notify" {
            if is_colons(&tokens, at + 1) {
                heads(tokens.get(at + 3))
                    .iter()
                    .for_each(|head| look(head, found));
            }
        } else if name == "super" && !after_colons {
            // super::super::x: climb, then see where the path leads if it left the room.
            let mut climbed = 1;
            let mut next = at;
            while is_colons(&tokens, next + 1)
                && matches!(tokens.get(next + 3), Some(TokenTree::Ident(i)) if i == "super")
            {
                climbed += 1;
                next += 3;
            }
            let levels = module.len() + depth;
            if climbed >= levels && is_colons(&tokens, next + 1) {
                heads(tokens.get(next + 3))
                    .iter()
                    .for_each(|head| look(head, found));
            }
        } else if !after_colons {
            let Some((krate, homes)) = AT_HOME.iter().find(|(krate, _)| *krate == name) else {
                continue;
            };
            let imported =
                at > 0 && matches!(&tokens[at - 1], TokenTree::Ident(i) if i == "use" || i == "crate");
            if (is_colons(&tokens, at + 1) || imported) && !homes.contains(&room) {
                let homes = homes.join(" and ");
                found.insert(Breach(format!("{where_} uses {krate}, which lives in {homes}")));
            }
        }
    }
    // Groups: macros, blocks, and inline modules (whose `super` climbs one level less far).
    let mut in_mod = false;
    for token in stream {
        match token {
            TokenTree::Ident(ident) if ident == "mod" => in_mod = true,
            TokenTree::Punct(p) if p.as_char() == ';' => in_mod = false,
            TokenTree::Group(group) => {
                walk(group.stream(), module, depth + usize::from(in_mod), found);
                in_mod = false;
            }
            _ => {}
        }
    }
}

fn breaches(module: &str, code: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let module: Vec<String> = module.split("::").map(str::to_owned).collect();
    walk(code.parse().expect("the file tokenizes"), &module, 0, &mut found);
    found.into_iter().map(|b| b.0).collect()
}

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn every_file_keeps_to_the_floor_plan() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 30, "the sources are there");
    let mut all = Vec::new();
    for file in files {
        let module = module_path(file.strip_prefix(&src).expect("below src"));
        if module.is_empty() {
            continue;
        }
        let code = fs::read_to_string(&file).expect("a source file");
        all.extend(breaches(&module.join("::"), &code));
    }
    assert!(all.is_empty(), "one-way doors were breached:\n{}", all.join("\n"));
}

#[test]
fn every_room_is_on_the_plan() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let rooms: Vec<_> = lib
        .lines()
        .filter_map(|l| l.strip_prefix("pub mod ").and_then(|l| l.strip_suffix(';')))
        .collect();
    let planned: BTreeSet<_> = DOORS.iter().map(|(r, _)| *r).filter(|r| *r != "bin").collect();
    assert_eq!(rooms.into_iter().collect::<BTreeSet<_>>(), planned);
}

#[test]
fn a_breach_is_seen_however_it_is_written() {
    for (module, code, expected) in [
        (
            "domain::money",
            "use crate::ports::clock::Clock;",
            "domain::money looks into ports",
        ),
        (
            "app::scan",
            "use crate::{domain::money::Cents, adapters::firebird};",
            "app::scan looks into adapters",
        ),
        (
            "app::scan",
            "fn f() { let x = crate::cli::run(); }",
            "app::scan looks into cli",
        ),
        (
            "app::scan",
            "fn f() { println!(\"{}\", crate::config::load()); }",
            "app::scan looks into config",
        ),
        (
            "render::qr",
            "use super::super::app::scan;",
            "render::qr looks into app",
        ),
        (
            "render::pdf::table",
            "mod tests { use super::super::super::super::app::scan; }",
            "render::pdf::table looks into app",
        ),
        (
            "bin::wa-notify",
            "use wa_notify::app::scan::scan;",
            "bin::wa-notify looks into app",
        ),
        (
            "app::send",
            "use reqwest::blocking::Client;",
            "app::send uses reqwest, which lives in adapters",
        ),
        (
            "cli::demo",
            "fn f() { let c = ::rsfbclient::builder_native(); }",
            "cli::demo uses rsfbclient, which lives in adapters",
        ),
        (
            "domain::x",
            "use printpdf as p;",
            "domain::x uses printpdf, which lives in render",
        ),
        (
            "app::x",
            "matches!(e, clap::Error { .. });",
            "app::x uses clap, which lives in cli",
        ),
        (
            "app::x",
            "use encoding_rs::WINDOWS_1252;",
            "app::x uses encoding_rs, which lives in config and adapters",
        ),
    ] {
        // A leading `::` is no path of ours: the crate follows colons, so look at it without them.
        let code = code.replace(" ::rsfbclient", " rsfbclient");
        assert_eq!(breaches(module, &code), [expected], "{module}: {code}");
    }
}

#[test]
fn what_is_allowed_is_not_a_breach() {
    for (module, code) in [
        (
            "app::send::notice",
            "use super::super::dossier::Dossier; use super::part;",
        ),
        (
            "app::send",
            "use crate::domain::money::Cents; use crate::render::message;",
        ),
        (
            "cli::scan",
            "use crate::{app::scan, adapters::firebird, config, i18n};",
        ),
        (
            "adapters::evolution",
            "use reqwest::blocking::Client; use crate::ports::gateway::Gateway;",
        ),
        ("config::encoding", "use encoding_rs::WINDOWS_1252;"),
        (
            "adapters::firebird::connection::text",
            "fn f() { encoding_rs::WINDOWS_1252.decode(b\"x\"); }",
        ),
        ("domain::money", "mod tests { use super::*; }"),
        ("render::pdf", "fn f(png: u8) -> u8 { let toml = png; toml }"),
    ] {
        assert_eq!(breaches(module, code), Vec::<String>::new(), "{module}: {code}");
    }
}
