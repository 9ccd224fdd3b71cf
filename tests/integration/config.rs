//! Configurations, good and bad, through the real binary: exit code and words in both languages.

use std::path::Path;

use assert_cmd::Command;
use wa_notify::config::{self, settings};

/// `wa-notify` in `folder`, with nothing of this machine's surroundings.
fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("wa-notify").expect("the binary");
    command.current_dir(folder).env_clear().args(args);
    command
}

/// Exit code, stdout and stderr of `config check` on these bytes.
fn check(bytes: &[u8], lang: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("wa-notify.toml"), bytes).expect("the configuration");
    let args = ["config", "check", "--config", "wa-notify.toml", "--lang", lang];
    let output = program(folder.path(), &args).output().expect("it runs");
    // Paths in messages are whole; the folder is another one each time.
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("UTF-8");
        text.replace(&format!("{}/", folder.path().display()), "")
    };
    (
        output.status.code().expect("an exit code"),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A valid `[database]`, for cases about other sections.
const DATABASE: &str = "[database]\nhost = 'srv'\npath = 'sidicom'\n";

/// Name and text of each bad configuration.
fn bad_configurations() -> Vec<(&'static str, String)> {
    let alone = |text: &str| text.to_owned();
    let with_database = |text: &str| format!("{DATABASE}{text}");
    vec![
        ("empty file", alone("")),
        ("no path", alone("[database]\nhost = 'srv'\n")),
        ("broken TOML", alone("[database\nhost = 'srv'\n")),
        ("a line that is no key", alone("[database]\nhost\n")),
        (
            "backslash that TOML refuses",
            alone("[database]\nhost = 'srv'\npath = \"C:\\Sidicom\\DADOS.FDB\"\n"),
        ),
        (
            "backslash that TOML swallows",
            alone("[database]\nhost = 'srv'\npath = \"C:\\banco\\teste\"\n"),
        ),
        (
            "backslash that TOML reads as a letter",
            alone("[database]\nhost = 'srv'\npath = \"C:\\x64\\x62.fdb\"\n"),
        ),
        (
            "backslash at the end of a folder",
            with_database("[log]\ndir = \"C:\\logs\\\"\n"),
        ),
        (
            "backslash in a password",
            alone("[database]\nhost = 'srv'\npath = 'x'\npassword = \"ma\\ster\"\n"),
        ),
        (
            "path without quotes",
            alone("[database]\nhost = 127.0.0.1\npath = C:\\Sidicom\\DADOS.FDB # banco\n"),
        ),
        ("quote not closed", alone("[database]\nhost = 'srv\npath = 'x'\n")),
        ("curly quotes", alone("[database]\nhost = “srv”\npath = 'x'\n")),
        (
            "key twice",
            alone("[database]\nhost = 'a'\nhost = 'b'\npath = 'x'\n"),
        ),
        ("section twice", with_database("[database]\nport = 3050\n")),
        (
            "unknown key, nearly right",
            alone("[database]\nhost = 'srv'\npath = 'x'\npasword = 's3gr3d0'\n"),
        ),
        (
            "unknown key, Portuguese",
            alone("[database]\nhost = 'srv'\npath = 'x'\nsenha = 's3gr3d0'\n"),
        ),
        (
            "unknown key, another section's",
            with_database("send_at = '09:00'\n"),
        ),
        ("unknown key, nothing like it", with_database("xyz = 1\n")),
        ("unknown section", with_database("[setings]\nsend_at = '09:00'\n")),
        (
            "key outside any section",
            alone("host = 'srv'\n[database]\npath = 'x'\n"),
        ),
        (
            "wrong types",
            alone("[database]\nhost = 1\nport = '3050'\npath = true\nconnect_timeout = 10\n"),
        ),
        ("a value where a section belongs", alone("database = 'x'\n")),
        (
            "port out of range",
            alone("[database]\nhost = 'srv'\nport = 70000\npath = 'x'\n"),
        ),
        (
            "word misspelt",
            with_database("[features]\nnotices = 'overdu'\nsend_code = 'yes'\n"),
        ),
        (
            "syntax and meaning at once",
            alone("[database]\nhost = srv\npath = 'x'\npasword = 'a'\n[settings]\nsend_at = '9h30'\n"),
        ),
        (
            "time and zone",
            with_database("[settings]\nsend_at = '9h'\ntime_zone = 'São Paulo'\n"),
        ),
        (
            "window: sunday misspelt, backwards",
            with_database("[settings]\nwindow = { weekdays = '20:00-08:00', sundey = '' }\n"),
        ),
        ("window: a word", with_database("[settings]\nwindow = 'never'\n")),
        (
            "window never opens",
            with_database("[settings]\nwindow = { weekdays = '', saturday = '' }\n"),
        ),
        (
            "send_at after the window",
            with_database("[settings]\nsend_at = '21:00'\n"),
        ),
        (
            "gaps the wrong way round",
            with_database("[settings.pacing]\npart_gap = [5, 2]\ncontact_gap = [1]\ndaily_cap = -1\n"),
        ),
        (
            "holiday the Brazilian way",
            with_database("[calendar]\nextra_holidays = ['20/09']\n"),
        ),
        ("area code", with_database("[settings]\ndefault_area_code = 20\n")),
        (
            "url with a password",
            with_database("[gateway]\nurl = 'http://admin:s3gr3d0@gw:8080'\n"),
        ),
        (
            "gateway of a later version",
            with_database("[gateway]\nkind = 'waha'\n"),
        ),
        (
            "forward to nobody",
            with_database("[settings.replies]\ntreatment = 'forward'\n"),
        ),
        (
            "two passwords",
            alone("[database]\nhost = 'srv'\npath = 'x'\npassword = 'a'\npassword_env = 'B'\n"),
        ),
        (
            "password variable missing",
            alone("[database]\nhost = 'srv'\npath = 'x'\npassword_env = 'WA_NOTIFY_NO_SUCH'\n"),
        ),
        (
            "password file missing",
            alone("[database]\nhost = 'srv'\npath = 'x'\npassword_file = 'senha.txt'\n"),
        ),
        (
            "rust driver, embedded",
            alone("[database]\npath = 'x.fdb'\ndriver = 'rust'\n"),
        ),
        (
            "port without host",
            alone("[database]\npath = 'x.fdb'\nport = 3050\n"),
        ),
        (
            "connection string and fields",
            alone("[database]\nconnection = 'srv:x'\nhost = 'srv'\n"),
        ),
        (
            "connection string in path",
            alone("[database]\nhost = 'srv'\npath = 'srv/3050:C:\\Sidicom\\DADOS.FDB'\n"),
        ),
        (
            "library with the rust driver",
            alone("[database]\nhost = 'srv'\npath = 'x'\ndriver = 'rust'\nclient_library = 'fbclient.dll'\n"),
        ),
        (
            "outbox is the ERP's database",
            with_database("[outbox]\npath = 'sidicom'\n"),
        ),
    ]
}

#[test]
fn what_is_wrong_is_said_with_line_key_and_remedy() {
    for lang in ["pt-BR", "en"] {
        let mut book = String::new();
        for (name, text) in bad_configurations() {
            let (code, stdout, stderr) = check(text.as_bytes(), lang);
            assert_eq!(code, 3, "{name}: {stderr}");
            assert_eq!(stdout, "", "{name}");
            for secret in ["s3gr3d0", "ma\\ster"] {
                assert!(!stderr.contains(secret), "{name} tells a secret: {stderr}");
            }
            book.push_str(&format!("== {name}\n{stderr}\n"));
        }
        insta::assert_snapshot!(format!("bad_configurations_{lang}"), book);
    }
}

#[test]
fn everything_wrong_is_said_at_once_in_the_order_of_the_file() {
    let (_, _, stderr) = check(
        b"[log]\nlevel = 'loud'\n[database]\nport = 0\nhost = 'srv'\n[features]\nmax_boletos = 'three'\n",
        "en",
    );
    let places: Vec<&str> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("error: ")?.split(':').next())
        .collect();
    assert_eq!(
        places,
        [
            "wa-notify.toml, line 2, log.level",
            "wa-notify.toml, line 3, database.path",
            "wa-notify.toml, line 4, database.port",
            "wa-notify.toml, line 7, features.max_boletos",
        ]
    );
}

#[test]
fn a_missing_file_is_said_with_the_places_searched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let named = program(folder.path(), &["config", "check", "--config", "loja.toml"])
        .output()
        .expect("it runs");
    assert_eq!(named.status.code(), Some(3));
    insta::assert_snapshot!(String::from_utf8_lossy(&named.stderr), @r"
    erro: Configuração não encontrada em loja.toml
      → Crie uma com: wa-notify init. Ou diga onde ela está: --config ARQUIVO
    ");
    let variable = program(folder.path(), &["config", "check", "--lang", "en"])
        .env("WA_NOTIFY_CONFIG", "other.toml")
        .output()
        .expect("it runs");
    assert_eq!(variable.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&variable.stderr).contains("No configuration at other.toml"));
}

#[test]
fn json_says_the_same_on_stdout() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(
        folder.path().join("c.toml"),
        "[database]\nhots = 'srv'\npath = 'x'\n",
    )
    .expect("a file");
    let output = program(
        folder.path(),
        &["config", "check", "--config", "c.toml", "--json"],
    )
    .output()
    .expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["error"]["exit_code"], 3);
    assert_eq!(document["error"]["kind"], "configuration");
    assert_eq!(document["error"]["problems"][0]["hint"], "Seria host?");
}

/// UTF-8 and UTF-16 in both orders, with and without their marks.
#[test]
fn what_notepad_saves_is_read_and_ansi_is_explained() {
    let text = "lang = 'en'\n[database]\nhost = 'srv'\npath = 'C:\\Sidicom\\AÇÃO.FDB'\n";
    let utf16 =
        |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = format!("\u{feff}{text}");
    for bytes in [
        text.as_bytes().to_vec(),
        marked.clone().into_bytes(),
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
        utf16(text, u16::to_le_bytes),
        text.replace('\n', "\r\n").into_bytes(),
    ] {
        let (code, stdout, stderr) = check(&bytes, "en");
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert_eq!(
            stdout,
            "wa-notify.toml: all good. 3 keys set, the rest at their defaults.\n"
        );
    }
    let ansi: Vec<u8> = text.chars().map(|c| c as u32 as u8).collect();
    let (code, _, stderr) = check(&ansi, "pt-BR");
    assert_eq!(code, 3);
    insta::assert_snapshot!(stderr, @r#"
    erro: wa-notify.toml, linha 4: o arquivo foi salvo em ANSI (CP1252); o primeiro
      caractere fora do ASCII parece ser "Ç".
      → No Bloco de Notas: Arquivo, Salvar como, Codificação: UTF-8.
    "#);
}

#[test]
fn the_files_own_language_is_used_even_for_its_errors() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(
        folder.path().join("c.toml"),
        "lang = 'en'\n[database]\nhost = 'srv'\n",
    )
    .expect("a file");
    let output = program(folder.path(), &["config", "check", "--config", "c.toml"])
        .output()
        .expect("it runs");
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with("error: c.toml, line 2, database.path: missing.")
    );
}

/// The variables that the sample configurations name.
fn sample_env(name: &str) -> Option<String> {
    name.starts_with("WA_NOTIFY_").then(|| "a secret\r\n".to_owned())
}

fn sample(name: &str) -> config::Settings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let text = std::fs::read_to_string(&path).expect("the sample");
    config::parse(&text, &path, &sample_env).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn every_sample_is_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the samples")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    for name in &names {
        sample(name);
    }
    assert!(names.len() >= 6, "{names:?}");
}

/// The complete sample shows the defaults, and every key there is: as a value or as a comment.
#[test]
fn the_complete_sample_is_complete_and_shows_the_defaults() {
    let (complete, minimal) = (sample("complete.toml"), sample("minimal.toml"));
    let values = |settings: &config::Settings| {
        let mut values: Vec<(String, &str, Option<String>)> = settings
            .effective
            .iter()
            .map(|value| {
                // A password is `***` wherever it comes from.
                let text = if value.key == "password" {
                    Some("***".to_owned())
                } else {
                    value.value.clone()
                };
                (value.section.clone(), value.key, text)
            })
            .collect();
        values.sort();
        values
    };
    assert_eq!(values(&complete), values(&minimal));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/complete.toml");
    let text = std::fs::read_to_string(path).expect("the sample");
    for value in &complete.effective {
        assert!(
            text.contains(value.key),
            "complete.toml does not mention {}.{}",
            value.section,
            value.key
        );
    }
}

#[test]
fn samples_mean_what_they_say() {
    let embedded = sample("embedded.toml").database;
    assert_eq!(embedded.place, settings::Place::Embedded);
    assert!(embedded.path.ends_with("DADOS.FDB") && Path::new(&embedded.path).is_absolute());

    let separate = sample("separate-outbox.toml");
    let outbox = separate.outbox_database();
    assert_eq!(
        outbox.place,
        settings::Place::Server {
            host: "192.168.0.10".to_owned(),
            port: 3050
        }
    );
    assert_eq!(
        (outbox.path.as_str(), outbox.user.as_str()),
        (r"D:\WaNotify\WA.FDB", "WANOTIFY")
    );
    assert_eq!(outbox.password.expose(), "a secret");

    let legacy = sample("legacy-auth.toml").database;
    assert_eq!(
        legacy.place,
        settings::Place::Server {
            host: "servidor".to_owned(),
            port: 3050
        }
    );
    assert_eq!(
        (legacy.path.as_str(), legacy.driver),
        (r"C:\Sidicom\DADOS.FDB", settings::Driver::Native)
    );
    assert_eq!(legacy.charset.as_deref(), Some("WIN1252"));

    let own = sample("own-rules.toml");
    assert_eq!(own.sending.window.saturday, None);
    assert_eq!(own.sending.window.sunday, None);
    assert_eq!(own.sending.window.extra.len(), 2);
    assert_eq!(own.sending.default_area_code, Some(54));
    assert_eq!(own.pacing.daily_cap, Some(80));
}

/// Secrets come from the file, the environment or a file of their own, and are shown by none of these ways.
#[test]
fn secrets_are_never_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("key.txt"), "\u{feff}chave-muito-secreta\r\n").expect("a secret");
    let text = format!("{DATABASE}password = 'senha-secreta'\n[gateway]\napi_key_file = 'key.txt'\n");
    std::fs::write(folder.path().join("wa-notify.toml"), &text).expect("the configuration");
    let file = folder.path().join("wa-notify.toml");
    let read = config::load(&file).expect("valid");
    assert_eq!(
        read.gateway.api_key.as_ref().map(|key| key.expose()),
        Some("chave-muito-secreta")
    );
    assert_eq!(read.database.password.expose(), "senha-secreta");
    assert!(!format!("{read:?}").contains("secreta"));
    for format in [&[][..], &["--json"], &["-vv"]] {
        let mut args = vec!["config", "show", "--config", "wa-notify.toml"];
        args.extend(format);
        let output = program(folder.path(), &args).output().expect("it runs");
        assert!(output.status.success());
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        assert!(all.contains("***") && !all.contains("secreta"), "{all}");
    }
}

/// What `config show` prints can be saved and used.
#[test]
fn what_is_shown_is_a_configuration() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/own-rules.toml");
    let sample = sample.to_str().expect("a path");
    let output = program(folder.path(), &["config", "show", "--config", sample])
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let shown =
        config::parse(&text, Path::new("shown.toml"), &sample_env).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(shown.sending.send_at.to_string(), "10:30:00");
    assert_eq!(shown.pacing.daily_cap, Some(80));
    assert!(
        shown
            .features
            .message
            .is_some_and(|message| message.contains("venceu {{ r.due_on }}"))
    );
}
