//! Bad inputs, each with its exit code and what the operator reads. The gateway's misdeeds are in `day::faults`.

mod configuration;
mod database;
mod disk;
mod rows;
mod secrets;

use crate::support::site::{Ran, Site};

/// What the operator reads, without this machine's folders, ports and process ids.
fn said(site: &Site, ran: &Ran) -> String {
    let mut text = ran.stderr.trim_end().to_owned();
    text = text.replace(&site.dir.path().display().to_string(), "[DIR]");
    if !site.is_embedded() {
        let database = site.database();
        text = text.replace(&database.path().display().to_string(), "[DATABASE]");
        text = text.replace(
            &format!("127.0.0.1:{}", database.settings.port),
            "127.0.0.1:[PORT]",
        );
    }
    // Paths of another length break lines at other places: compare words, not lines.
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let begins = !line.starts_with("  ") || line.trim_start().starts_with('→');
        match lines.last_mut() {
            Some(last) if !begins => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.trim().to_owned()),
        }
    }
    lines.join("\n")
}
