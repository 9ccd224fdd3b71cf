//! The computer's clock was wrong for a while.

use serde_json::json;

use super::nothing_came_twice;
use crate::support::site::{SEND_AT, Site};

#[test]
fn what_a_clock_that_was_ahead_put_off_leaves_today() {
    let site = Site::of(3);
    site.json("2026-08-12 08:30", &["scan"], 0);
    assert_eq!(
        site.look("SELECT DISTINCT SEND_ON FROM WA_NOTICE WHERE STATE = 'queued'")
            .len(),
        1
    );
    assert_eq!(
        site.json(SEND_AT, &["send"], 0)["due"],
        0,
        "they wait for a day to come"
    );
    // The next scan of the same close, by the right clock.
    let scan = site.scan();
    assert!(!super::notices(&scan).is_empty(), "{scan}");
    let sent = site.send(0);
    assert_eq!((&sent["waiting"], &sent["stops"]), (&json!(0), &json!([])));
    assert!(
        site.look("SELECT ID FROM WA_NOTICE WHERE STATE = 'queued'")
            .is_empty(),
        "nobody is left behind"
    );
    nothing_came_twice(&site);
}

#[test]
fn a_day_to_come_on_which_somebody_was_written_to_blocks_nobody() {
    let site = Site::of(1);
    let scan = site.scan();
    let phone = super::notices(&scan)[0]["phone"].as_str().expect("a phone");
    let customer = super::notices(&scan)[0]["customer_id"].as_str().expect("an id");
    site.sql(&format!(
        "INSERT INTO WA_WRITTEN (PHONE, CUSTOMER, BRANCH, LAST_ON) VALUES ('{phone}', '{customer}', '1', '2026-09-30')"
    ));
    assert_eq!(site.send(0)["notices"], json!({"sent": 1}));
}
