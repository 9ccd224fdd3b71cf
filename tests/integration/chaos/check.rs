//! What must hold after each round, against the ground truth.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wa_notify::domain::notice::{NoticeState, PartKind, PartState};
use wa_notify::ports::outbox::{Notice, Part};

use super::site::Site;

/// What recognises one message: chat, and its words or file name.
type Key = (String, String);

/// Messages without what differs from one try at a day to the next: references of notices.
pub type Letters = BTreeMap<Key, usize>;

fn text_of<'v>(message: &'v Value, field: &str) -> &'v str {
    message[field].as_str().unwrap_or_default()
}

/// The key of a message that reached a phone.
fn key_of(message: &Value) -> Key {
    let to = text_of(message, "to").to_owned();
    if message["kind"] == "document" {
        return (to, text_of(message, "file_name").to_owned());
    }
    let text = text_of(message, "text");
    // The words of a day may differ from those of a retry; the reference does not.
    let what = text
        .rsplit_once("Ref. ")
        .map_or_else(|| text.to_owned(), |(_, reference)| format!("ref {reference}"));
    (to, what)
}

/// The key of the message that a part is or was; `None`: no request was ever begun.
fn key_of_part(notice: &Notice, part: &Part) -> Option<Key> {
    let to = part.to.clone()?.0;
    let what = match part.kind {
        PartKind::Text => format!("ref {}", notice.reference),
        PartKind::Code(_) => part.text.clone()?,
        _ => part.file_name.clone()?,
    };
    Some((to, what))
}

fn delivered(site: &Site<'_>) -> BTreeMap<Key, usize> {
    let mut count = BTreeMap::new();
    for message in site.sandbox.delivered() {
        *count.entry(key_of(&message)).or_default() += 1;
    }
    count
}

/// Whether the message of a part is on the phone.
pub fn is_delivered(site: &Site<'_>, notice: &Notice, part: &Part) -> bool {
    key_of_part(notice, part).is_some_and(|key| delivered(site).contains_key(&key))
}

/// All that reached the phones, as letters.
pub fn letters(site: &Site<'_>) -> Letters {
    let mut letters = Letters::new();
    for ((to, what), count) in delivered(site) {
        let what = match (what.strip_prefix("ref "), what.rsplit_once(" - ")) {
            (Some(_), _) => "text".to_owned(),
            (None, Some((head, _))) if what.ends_with(".pdf") => head.to_owned(),
            _ => what,
        };
        *letters.entry((to, what)).or_default() += count;
    }
    letters
}

/// Everybody got everything once.
pub fn same(expected: &Letters, letters: &Letters) -> Vec<String> {
    let keys: BTreeSet<&Key> = expected.keys().chain(letters.keys()).collect();
    let count = |of: &Letters, key: &Key| of.get(key).copied().unwrap_or_default();
    keys.into_iter()
        .filter(|key| count(expected, key) != count(letters, key))
        .map(|key| {
            format!(
                "{} got {:?} {} times instead of {}",
                key.0,
                key.1,
                count(letters, key),
                count(expected, key)
            )
        })
        .collect()
}

/// The promise. Counts doubles, losses and stuck notices in the site's tally.
pub fn promise(site: &mut Site<'_>) -> Vec<String> {
    let mut problems = std::mem::take(&mut site.problems);
    let notices = site.notices();
    let truth = delivered(site);
    let (mut accepted, mut unknown) = (BTreeMap::<Key, usize>::new(), BTreeMap::<Key, usize>::new());
    for notice in &notices {
        if matches!(notice.state, NoticeState::Queued | NoticeState::Sending) {
            site.tally.stuck += 1;
            problems.push(format!("notice {} is stuck: {}", notice.id, notice.state.word()));
        }
        for part in &notice.parts {
            let key = key_of_part(notice, part);
            let possible = match part.state {
                state if state.is_accepted() => &mut accepted,
                PartState::Unknown => &mut unknown,
                PartState::Sending => {
                    problems.push(format!("{} is still on its way", part.key));
                    continue;
                }
                _ => continue,
            };
            match key {
                Some(key) => *possible.entry(key).or_default() += 1,
                None => problems.push(format!(
                    "{} is {} and was never begun",
                    part.key,
                    part.state.word()
                )),
            }
        }
    }
    let count = |of: &BTreeMap<Key, usize>, key: &Key| of.get(key).copied().unwrap_or_default();
    let keys: BTreeSet<&Key> = truth
        .keys()
        .chain(accepted.keys())
        .chain(unknown.keys())
        .collect();
    for key in keys {
        let (there, sure, unsure) = (count(&truth, key), count(&accepted, key), count(&unknown, key));
        if there > sure + unsure {
            if sure + unsure > 0 || there > 1 {
                site.tally.doubles += 1;
            }
            problems.push(format!(
                "{key:?} is there {there} times: {sure} accepted, {unsure} unknown"
            ));
        }
        if there < sure {
            site.tally.lost += 1;
            problems.push(format!("{key:?} is there {there} times, but {sure} accepted"));
        }
        if unsure > 0 && there > sure && !site.unprovable {
            problems.push(format!("{key:?} is there, and the gateway could have told"));
        }
    }
    problems.extend(claims(site, &notices));
    problems.extend(status(site, &notices));
    problems
}

/// Claims stand where something may have left, and nowhere else; a stage has one notice at most.
fn claims(site: &Site<'_>, notices: &[Notice]) -> Vec<String> {
    let mut problems = Vec::new();
    let claims =
        site.counts("SELECT NOTICE, COUNT(*) FROM WA_CLAIM WHERE NOTICE IS NOT NULL GROUP BY NOTICE");
    let left = site.counts("SELECT NOTICE, COUNT(*) FROM WA_PART WHERE MAY_HAVE_LEFT = 1 GROUP BY NOTICE");
    let mut told = BTreeMap::new();
    for notice in notices {
        let held = claims.get(&notice.id.0).copied().unwrap_or_default();
        let may_have_left = left.contains_key(&notice.id.0);
        let wanted = if may_have_left || notice.state.is_open() {
            notice.items.len() as i64
        } else {
            0
        };
        if held != wanted {
            problems.push(format!(
                "notice {} ({}) holds {held} stages instead of {wanted}",
                notice.id,
                notice.state.word()
            ));
        }
        if may_have_left {
            for item in &notice.items {
                let stage = (item.receivable.clone(), notice.phone.clone(), item.stage);
                if let Some(other) = told.insert(stage, notice.id) {
                    let (receivable, stage) = (&item.receivable, item.stage);
                    problems.push(format!(
                        "notices {other} and {} tell of {receivable} {stage}",
                        notice.id
                    ));
                }
            }
        }
    }
    problems
}

/// `status` says the same as the tables.
fn status(site: &mut Site<'_>, notices: &[Notice]) -> Vec<String> {
    let said = site.status();
    let mut states = BTreeMap::<&str, u64>::new();
    let mut parts = BTreeMap::<&str, u64>::new();
    for notice in notices {
        *states.entry(notice.state.word()).or_default() += 1;
        notice
            .parts
            .iter()
            .for_each(|part| *parts.entry(part.state.word()).or_default() += 1);
    }
    let mut problems = Vec::new();
    for (name, counted) in [("notices", states), ("parts", parts)] {
        let told: BTreeMap<&str, u64> = said[name]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(state, n)| (state.as_str(), n.as_u64().unwrap_or_default()))
            .filter(|(_, n)| *n > 0)
            .collect();
        if told != counted {
            problems.push(format!("status tells of {name} {told:?}, there are {counted:?}"));
        }
    }
    problems
}
