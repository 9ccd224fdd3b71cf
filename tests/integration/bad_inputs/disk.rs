//! A disk that is full.
#![cfg(unix)]

use std::process::Command;

use super::said;
use crate::support::site::{Ran, Site};

/// Runs the program with a limit on the size of any file it writes, which the system enforces like a full disk: the
/// write comes back short, then with an error.
fn limited(site: &Site, kilobytes: u32, args: &[&str]) -> Ran {
    // Ignored, the signal becomes an error of the write.
    let limit = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    wrapped(site, &["bash", "-c", &limit], args)
}

/// Runs the program as the last words of another command.
fn wrapped(site: &Site, outer: &[&str], args: &[&str]) -> Ran {
    let real = site.command("08:30", args);
    let mut command = Command::new(outer[0]);
    command
        .args(&outer[1..])
        .arg(real.get_program())
        .args(real.get_args())
        .current_dir(site.dir.path());
    for (key, value) in real.get_envs() {
        match value {
            Some(value) => command.env(key, value),
            None => command.env_remove(key),
        };
    }
    let output = command.output().unwrap_or_else(|e| panic!("{}: {e}", outer[0]));
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
    assert!(
        found.starts_with("erro: [DIR]/out/Boleto 1 de 1") || found.starts_with("erro: out/Boleto 1 de 1"),
        "{found}"
    );
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().collect();
    assert!(left.is_empty(), "no half a file: {left:?}");
    // With room again it works.
    site.run("08:31", &["preview", "1", "--out", "out"]).expect(0);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 3);
}

/// A real disk of 16 KB, for a system that lets anyone mount one in a namespace of their own; `None` elsewhere.
fn on_a_full_disk(site: &Site, args: &[&str]) -> Option<Ran> {
    let may = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs"])
        .arg(site.dir.path())
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        return None;
    }
    std::fs::create_dir(site.dir.path().join("full")).unwrap();
    let mount =
        "mount -t tmpfs -o size=16k tmpfs full && head -c 9000 /dev/zero > full/filler && exec \"$0\" \"$@\"";
    Some(wrapped(site, &["unshare", "-rm", "bash", "-c", mount], args))
}

#[test]
fn a_full_disk_is_called_by_its_name() {
    let site = Site::of(1);
    // Where no disk can be mounted, the limit stands in for it; its error has another name.
    match on_a_full_disk(&site, &["preview", "1", "--out", "full"]) {
        Some(ran) => {
            let text = said(&site, &ran.expect(1));
            // The system names a temporary file, never the same.
            let text = text.replace(
                text.split(".wa-notify-")
                    .nth(1)
                    .and_then(|t| t.split('"').next())
                    .unwrap_or(" "),
                "...",
            );
            insta::assert_snapshot!(text, @r#"
            erro: full/Boleto 1 de 1 - venc 01-08-2026 - Casa Obra - PREVIA.pdf não pôde ser lido ou gravado. (No space left on device (os error 28) at path "[DIR]/full/.wa-notify-...")
            → O disco está cheio: libere espaço e rode de novo.
            "#);
        }
        None => drop(limited(&site, 8, &["preview", "1", "--out", "full"]).expect(1)),
    }
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
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: A saída não pôde ser gravada. (No space left on device (os error 28))
    "#); }
    }
    // `wa-notify status | head -1`: the reader has seen enough.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = site
        .command("08:30", &["status"])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.len()),
        (Some(0), 0),
        "{output:?}"
    );
}
