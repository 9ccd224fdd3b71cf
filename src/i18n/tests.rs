//! Both languages say the same things, and the code asks for nothing that they do not say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Catalog, Lang, files};

/// Key -> variables, of one locale file.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in source.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            key = line.split(" =").next().unwrap_or_default().to_owned();
            let first = found.insert(key.clone(), BTreeSet::new());
            assert!(first.is_none(), "{key} stands twice");
        }
        for piece in line.split("{ $").skip(1) {
            let name: String = piece
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            if let Some(variables) = found.get_mut(&key) {
                variables.insert(name);
            }
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    for ((name, portuguese), (_, english)) in files(Lang::PtBr).into_iter().zip(files(Lang::En)) {
        let (portuguese, english) = (messages(portuguese), messages(english));
        let keys = |map: &BTreeMap<String, BTreeSet<String>>| map.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&portuguese), keys(&english), "{name}");
        for (key, variables) in &portuguese {
            assert_eq!(Some(variables), english.get(key), "variables of {key}");
        }
    }
}

#[test]
fn every_key_written_in_code_exists() {
    let catalogs = Lang::ALL.map(Catalog::new);
    let mut seen = 0;
    for file in rust_files(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = std::fs::read_to_string(&file).expect("a source file");
        for call in [".say(\"", ".text(\"", ".text(\n"] {
            for piece in source.split(call).skip(1) {
                let piece = piece.trim_start().trim_start_matches('"');
                let Some(key) = piece.split('"').next().filter(|key| is_key(key)) else {
                    continue;
                };
                seen += 1;
                for catalog in &catalogs {
                    assert!(
                        catalog.has(key),
                        "{}: no sentence {key} in {:?}",
                        file.display(),
                        catalog.lang()
                    );
                }
            }
        }
    }
    assert!(seen > 50, "the search finds calls ({seen})");
}

/// Keys have a hyphen and no blank; what is built at run time (`{`) is tested where it is built.
fn is_key(text: &str) -> bool {
    text.contains('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

fn rust_files(folder: PathBuf) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a source folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("i18n/tests.rs")
        {
            files.push(path);
        }
    }
    files
}

#[test]
fn variables_are_filled_in_without_isolation_marks() {
    let catalog = Catalog::new(Lang::PtBr);
    assert_eq!(
        catalog.text("gateway-not-connected", &[("instance", "loja".into())]),
        "WhatsApp desconectado (instância loja). Nada se perdeu: os avisos aguardam."
    );
}

/// In Portuguese zero is of the category `one` too: a sentence that says "1 aviso" there would say it of none.
#[test]
fn none_is_not_one() {
    for lang in Lang::ALL {
        for (name, source) in super::files(lang) {
            assert!(!source.contains("[one]"), "{name}: write [1] instead of [one]");
        }
    }
    let catalog = Catalog::new(Lang::PtBr);
    let say = |given: usize| catalog.text("config-ok", &[("file", "x".into()), ("given", given.into())]);
    assert_eq!(say(0), "x: tudo certo. 0 chaves definidas, o resto no padrão.");
    assert_eq!(say(1), "x: tudo certo. 1 chave definida, o resto no padrão.");
}
