//! A shop's day by the real binary, a real Firebird and the real HTTP of the stand-in gateway.

mod clock;
mod crashes;
mod documents;
mod faults;
mod holds;
mod instances;
mod pair;
mod pair_patience;
mod refusals;
mod replies;
mod restriction;
mod scan;
mod send;
mod whole;

use serde_json::Value;

use crate::support::site::Site;

/// The notices of a scan's document.
pub fn notices(scan: &Value) -> &[Value] {
    scan["notices"].as_array().expect("notices")
}

/// Digits of the phone of the nth notice of a scan.
fn phone(scan: &Value, nth: usize) -> String {
    let phone = notices(scan)[nth]["phone"].as_str().expect("a phone");
    phone.trim_start_matches('+').to_owned()
}

/// Who got how many messages.
fn heard(site: &Site) -> std::collections::BTreeMap<String, usize> {
    let mut heard = std::collections::BTreeMap::new();
    for message in site.messages() {
        *heard.entry(message.to).or_default() += 1;
    }
    heard
}

/// No message came twice to one phone.
#[track_caller]
fn nothing_came_twice(site: &Site) {
    let messages = site.messages();
    for (at, message) in messages.iter().enumerate() {
        assert!(!messages[..at].contains(message), "twice: {message:?}");
    }
}
