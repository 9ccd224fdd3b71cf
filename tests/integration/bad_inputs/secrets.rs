//! Secrets come from the configuration, the environment or a file, and go nowhere else.

use serde_json::json;

use crate::support::sandbox::API_KEY;
use crate::support::site::{SEND_AT, Site};

/// Every output of every [`Site`] is looked through for password and key as it comes, and its logs when it goes; this
/// test makes the outputs and logs as long as they get.
#[test]
fn come_out_nowhere() {
    let site = Site::new();
    site.reconfigure("level = \"debug\"", "level = \"trace\"");
    std::fs::write(site.dir.path().join("key.txt"), format!("{API_KEY}\n")).unwrap();
    site.reconfigure(&format!("api_key = \"{API_KEY}\""), "api_key_file = \"key.txt\"");
    let shown = site.run("08:00", &["config", "show"]).expect(0).stdout;
    assert!(shown.contains("***"), "{shown}");
    for args in [
        &["-vvv", "init"][..],
        &["-vvv", "pair", "--status"],
        &["-vvv", "instances"],
        &["-vvv", "scan"],
        &["-vvv", "preview", "1", "--out", "out"],
        &["-vvv", "schedule", "show"],
        &["--json", "status"],
    ] {
        site.run("08:30", args).expect(0);
    }
    let sent = site.run(SEND_AT, &["-vvv", "send"]).expect(0);
    assert!(
        sent.stderr.len() > 1_000,
        "with -vvv it is talkative: {}",
        sent.stderr
    );
    site.run("09:05", &["-vvv", "replies"]).expect(0);
    // Errors tell what was asked of whom, and not with which key.
    site.sandbox
        .faults(json!([{"fault": "error_before", "on": "any"}]));
    for args in [
        &["-vvv", "send"][..],
        &["-vvv", "replies"],
        &["-vvv", "pair", "--status"],
    ] {
        let ran = site.run("09:10", args);
        assert!(ran.code != Some(1), "{ran:?}");
    }
    assert!(site.logs().len() > 1_000);
    site.check_logs();
    let mut everything = String::new();
    for name in ["wa-notify.toml.lock", "wa-notify.toml.running"] {
        everything += &std::fs::read_to_string(site.dir.path().join(name)).unwrap_or_default();
    }
    assert!(!everything.contains(API_KEY));
    // Nor does the database keep them.
    let dump = format!("{:?}", site.dump());
    assert!(!dump.contains(API_KEY) && !dump.contains("masterkey"));
}
