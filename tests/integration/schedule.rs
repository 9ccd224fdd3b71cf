//! `schedule`: what is shown is what is installed, and everything else in the crontab stays.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// A `crontab` that keeps the table in a file beside it, with the real one's words for an empty table.
const CRONTAB: &str = "#!/bin/sh\n\
    table=\"$(dirname \"$0\")/table\"\n\
    case \"$1\" in\n\
    -l) [ -f \"$table\" ] && exec cat \"$table\"; echo \"no crontab for shop\" >&2; exit 1 ;;\n\
    -) exec cat > \"$table\" ;;\n\
    *) exit 2 ;;\n\
    esac\n";

fn notify(dir: &Path) -> Command {
    let mut command = Command::cargo_bin("wa-notify").expect("the binary");
    let path = format!("{}:{}", dir.display(), std::env::var("PATH").unwrap_or_default());
    command
        .env("PATH", path)
        .env_remove("WA_NOTIFY_CONFIG")
        .arg("--config")
        .arg(dir.join("loja.toml"));
    command
}

fn site() -> tempfile::TempDir {
    let dir = tempfile::Builder::new()
        .prefix("loja-")
        .tempdir()
        .expect("a folder");
    fs::write(
        dir.path().join("loja.toml"),
        "[database]\npath = 'x'\n[settings]\nsend_at = \"09:20\"\n",
    )
    .expect("config");
    let program = dir.path().join("crontab");
    fs::write(&program, CRONTAB).expect("crontab");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    }
    dir
}

fn stdout(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn installed_twice_it_stands_once_and_removed_it_is_gone() {
    let dir = site();
    let table = dir.path().join("table");
    fs::write(&table, "0 3 * * * backup\n").expect("a table of before");
    let shown = stdout(notify(dir.path()).args(["schedule", "show", "--system", "cron"]));
    for _ in 0..2 {
        stdout(notify(dir.path()).args(["--lang", "pt-BR", "schedule", "install"]));
        assert_eq!(
            fs::read_to_string(&table).expect("table"),
            format!("0 3 * * * backup\n{shown}")
        );
    }
    let lines: Vec<&str> = shown.lines().filter(|l| !l.starts_with('#')).collect();
    assert!(
        lines
            .iter()
            .any(|l| l.starts_with("*/10 * * * *") && l.contains(" scan ")),
        "{shown}"
    );
    assert!(
        lines
            .iter()
            .any(|l| l.starts_with("*/10 * * * *") && l.contains(" replies ")),
        "{shown}"
    );
    assert!(
        lines
            .iter()
            .any(|l| l.starts_with("20,50 9-19 * * *") && l.contains(" send ")),
        "{shown}"
    );
    stdout(notify(dir.path()).args(["schedule", "remove"]));
    assert_eq!(fs::read_to_string(&table).expect("table"), "0 3 * * * backup\n");
}

#[test]
fn a_user_without_a_crontab_gets_one() {
    let dir = site();
    stdout(notify(dir.path()).args(["schedule", "install"]));
    assert!(
        fs::read_to_string(dir.path().join("table"))
            .expect("table")
            .starts_with("# >>> wa-notify ")
    );
}

#[test]
fn a_scheduler_that_is_missing_is_said_with_what_to_do() {
    let dir = site();
    fs::remove_file(dir.path().join("crontab")).expect("gone");
    let mut command = notify(dir.path());
    let output = command
        .env("PATH", dir.path())
        .args(["--lang", "pt-BR", "schedule", "install"])
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        words.contains("crontab não pôde ser executado") && words.contains("schedule show"),
        "{words}"
    );
}

#[test]
fn task_scheduler_xml_can_be_shown_anywhere() {
    let dir = site();
    let shown = stdout(notify(dir.path()).args(["schedule", "show", "--system", "windows"]));
    assert_eq!(shown.matches("<Task version=\"1.3\"").count(), 3);
    assert_eq!(shown.matches("schtasks /create /xml").count(), 3);
    assert!(shown.contains("<StartBoundary>2026-01-01T09:20:00</StartBoundary>"));
    assert!(shown.contains("<StartWhenAvailable>true</StartWhenAvailable>"));
}
