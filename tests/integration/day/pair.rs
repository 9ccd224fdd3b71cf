//! `pair`: the link to the shop's phone.

use serde_json::json;

use crate::support::site::{Plan, Site, eventually};

/// A shop whose phone nobody holds yet.
fn unlinked() -> Site {
    Site::with(Plan {
        customers: 1,
        linked: false,
        auto_link: false,
        ..Plan::default()
    })
}

#[test]
fn waits_for_the_phone_and_tells_the_state_before_and_after() {
    let site = unlinked();
    let png = site.dir.path().join("qr.png");
    let pairing = site.start("08:00", &["pair", "--png", "qr.png"]);
    eventually("the QR code is there", || png.exists());
    site.sandbox.scan("loja");
    let ran = pairing.wait().expect(0);
    assert!(
        ran.stderr
            .starts_with("Antes: instância loja ainda não criada no gateway."),
        "{ran:?}"
    );
    assert!(
        ran.stdout.starts_with("Depois: instância loja conectada a"),
        "{ran:?}"
    );
    // A second time there is nothing to do.
    assert_eq!(site.json("08:10", &["pair"], 0)["outcome"], "already");

    let unlinked = site.json("08:20", &["pair", "--unlink"], 0);
    assert_eq!(
        (&unlinked["before"], unlinked["after"] == "open"),
        (&"open".into(), false)
    );
    site.json("08:21", &["pair", "--status"], 6);
}

/// The gateway stumbles while the phone is being held to the code: that is no end. One that answers no more is.
#[test]
fn a_gateway_that_stumbles_is_asked_again() {
    let site = unlinked();
    let png = site.dir.path().join("qr.png");
    let fails = |times: u32| json!({"fault": "error_before", "on": "instance", "times": times});
    let pairing = site.start("08:00", &["pair", "--png", "qr.png"]);
    eventually("the QR code is there", || png.exists());
    site.sandbox.faults(fails(3));
    site.sandbox.scan("loja");
    pairing.wait().expect(0);

    site.sandbox.unlink("loja");
    std::fs::remove_file(&png).unwrap();
    let pairing = site.start("08:10", &["pair", "--png", "qr.png"]);
    eventually("the QR code is there", || png.exists());
    site.sandbox.faults(fails(99));
    let ran = pairing.wait().expect(5);
    assert!(ran.stderr.contains("HTTP 500"), "{ran:?}");
}

#[test]
fn draws_the_code_on_the_console() {
    let site = unlinked();
    let pairing = site.start("08:00", &["pair"]);
    let drawn = || std::fs::read_to_string(site.dir.path().join("running.stderr")).unwrap();
    eventually("the QR code is drawn", || {
        drawn().contains('█') && drawn().ends_with('\n')
    });
    let code: Vec<String> = drawn()
        .lines()
        .filter(|l| l.contains('█'))
        .map(str::to_owned)
        .collect();
    assert!(code.iter().all(|line| line.chars().count() <= 80), "{code:?}");
    site.sandbox.scan("loja");
    pairing.wait().expect(0);
}

#[test]
fn gives_a_code_to_type() {
    let site = unlinked();
    let pairing = site.start("08:00", &["pair", "--code", "51 98888-7777"]);
    let said = || std::fs::read_to_string(site.dir.path().join("running.stderr")).unwrap();
    eventually("the code is told", || {
        said().split_whitespace().any(|word| {
            let word = word.trim_end_matches('.');
            word.len() == 9
                && word.as_bytes()[4] == b'-'
                && word.chars().all(|c| c == '-' || c.is_ascii_alphanumeric())
        })
    });
    site.sandbox.scan("loja");
    pairing.wait().expect(0);
}

#[cfg(unix)]
#[test]
fn ends_at_ctrl_c() {
    let site = unlinked();
    let png = site.dir.path().join("qr.png");
    let pairing = site.start("08:00", &["--json", "pair", "--png", "qr.png"]);
    eventually("the QR code is there", || png.exists());
    pairing.interrupt();
    let report = pairing.wait().expect(6).json();
    assert_eq!(
        (&report["outcome"], &report["after"]),
        (&"interrupted".into(), &serde_json::Value::Null)
    );
}
