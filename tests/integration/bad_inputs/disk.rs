//! A disk that is full.
#![cfg(unix)]

use std::process::Command;

use super::said;
use crate::support::site::{Ran, Site};

/// Runs the program with a limit on the size of any file it writes, which the system enforces like a full disk: the
/// write comes back short, then with an error.
fn limited(site: &Site, kilobytes: u32, args: &[&str]) -> Ran {
    let real = site.command("08:30", args);
    let mut shell = Command::new("bash");
    shell
        .arg("-c")
        // Ignored, the signal becomes an error of the write.
        .arg(format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\""))
        .arg(real.get_program())
        .args(real.get_args())
        .current_dir(site.dir.path());
    for (key, value) in real.get_envs() {
        match value {
            Some(value) => shell.env(key, value),
            None => shell.env_remove(key),
        };
    }
    let output = shell.output().expect("bash");
    Ran {
        args: args.join(" "),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn no_room_for_a_pdf() {
    let site = Site::of(1);
    let out = site.dir.path().join("out");
    // Room for the text, not for the boleto.
    let ran = limited(&site, 8, &["preview", "1", "--out", "out"]).expect(1);
    let found = said(&site, &ran);
    assert!(found.starts_with("erro: [DIR]/out/Boleto 1 de 1") || found.starts_with("erro: out/Boleto 1 de 1"), "{found}");
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().collect();
    assert!(left.is_empty(), "no half a file: {left:?}");
    // With room again it works.
    site.run("08:31", &["preview", "1", "--out", "out"]).expect(0);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 3);
}

#[test]
fn no_room_for_a_csv() {
    let site = Site::of(20);
    let csv = site.dir.path().join("varredura.csv");
    std::fs::write(&csv, "yesterday's").unwrap();
    let ran = limited(&site, 1, &["scan", "--dry-run", "--csv", "varredura.csv"]).expect(1);
    assert!(said(&site, &ran).starts_with("erro: varredura.csv"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(csv).unwrap(), "yesterday's");
}

#[test]
fn a_full_stdout_is_an_error_and_a_closed_one_is_none() {
    let site = Site::of(1);
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for args in [&["status"][..], &["--json", "scan", "--dry-run"]] {
        let output = site.command("08:30", args).stdout(full()).output().unwrap();
        let ran = Ran {
            args: args.join(" "),
            code: output.status.code(),
            stdout: String::new(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
        .expect(1);
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @""); }
    }
    // `wa-notify status | head -1`: the reader has seen enough.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = site.command("08:30", &["status"]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{output:?}");
}
