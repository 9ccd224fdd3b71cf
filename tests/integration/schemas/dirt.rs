//! The sample's dirt turned up to the full: phones of all kinds, boletos that contradict themselves, and rows that cannot be
//! read. Nothing of it stops a scan, and nothing is lost: whatever is open and due in the dates of the run is
//! selected, skipped with a reason, or named as a bad row.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use serde_json::Value;
use wa_notify::adapters::firebird::sample::{self, CustomerRows, Dirt, SampleSpec};
use wa_notify::domain::boleto;

use crate::support::site::{Plan, Site};

const CUSTOMERS: u32 = 800;
/// A day on which banks work, as the four before it.
const TODAY: &str = "2026-08-13";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list<'a>(document: &'a Value, key: &str) -> &'a [Value] {
    document[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} is a list"))
}

#[test]
fn nothing_is_lost_in_the_dirt() {
    for seed in [1, 2] {
        let today: NaiveDate = TODAY.parse().unwrap();
        let spec = SampleSpec {
            customers: CUSTOMERS,
            dirt: Dirt::Full,
            seed,
            ..SampleSpec::new(today)
        };
        let site = Site::with(Plan {
            ready: false,
            today: TODAY,
            settings: "first_runs_limit = 100000\n".to_owned(),
            ..Plan::default()
        });
        let database = &site.database().settings;
        sample::seed(database, &spec, &mut |_, _| ()).unwrap();
        site.json("08:05", &["init"], 0);
        let dry = site.json("08:20", &["scan", "--dry-run"], 8);
        let scan = site.json("08:30", &["scan"], 8);
        for key in ["notices", "skipped", "bad_rows", "dropped_boletos"] {
            assert_eq!(dry[key], scan[key], "{key}");
        }
        assert_eq!(scan["held"], Value::Null);
        let rows: Vec<CustomerRows> = spec.customers().collect();
        let report = Report::of(&scan);
        let cases = report.hold_against(&rows, today);
        // The test itself has met what it is about.
        for case in [
            "selected",
            "skipped",
            "bad receivable",
            "bad customer",
            "bad contact",
        ] {
            assert!(cases.get(case).is_some_and(|n| *n >= 5), "{case} in {cases:?}");
        }
        each_bad_row_says_where(&scan, &rows);
        broken_boletos_stay_behind(&scan, &rows);
        // On record for `status` and `explain`, all of it.
        let stored = site.look("SELECT COUNT(*) FROM WA_BAD_ROW");
        assert_eq!(stored, [list(&scan, "bad_rows").len().to_string()]);
        // And what was selected leaves.
        let sent = site.json("09:01", &["send", "--limit", "25"], 0);
        assert_eq!(sent["due"], list(&scan, "notices").len());
        assert_eq!(sent["unknown"], serde_json::json!([]));
    }
}

/// What a scan said of whom.
struct Report {
    /// Receivables of notices.
    selected: BTreeSet<String>,
    /// Receivables that were skipped by themselves.
    skipped: HashMap<String, Vec<String>>,
    /// Customers of whom something was skipped as a whole, and why.
    customers: HashMap<String, BTreeSet<String>>,
    /// Bad rows by query and key.
    bad: BTreeMap<(String, String), Vec<String>>,
}

impl Report {
    fn of(scan: &Value) -> Report {
        let mut report = Report {
            selected: BTreeSet::new(),
            skipped: HashMap::new(),
            customers: HashMap::new(),
            bad: BTreeMap::new(),
        };
        for notice in list(scan, "notices") {
            for item in list(notice, "receivables") {
                report.selected.insert(text(&item["id"]).to_owned());
            }
        }
        for row in list(scan, "skipped") {
            let reason = text(&row["reason"]).to_owned();
            assert!(!reason.is_empty(), "{row}");
            match row["receivable_id"].as_str() {
                Some(id) => report.skipped.entry(id.to_owned()).or_default().push(reason),
                None => {
                    let of = report.customers.entry(text(&row["customer_id"]).to_owned());
                    of.or_default().insert(reason);
                }
            }
        }
        for row in list(scan, "bad_rows") {
            let key = (text(&row["query"]).to_owned(), text(&row["key"]).to_owned());
            report
                .bad
                .entry(key)
                .or_default()
                .push(text(&row["column"]).to_owned());
        }
        report
    }

    fn bad(&self, query: &str, key: &str) -> Option<&Vec<String>> {
        self.bad.get(&(query.to_owned(), key.to_owned()))
    }

    /// Every open receivable of these dates has its story. Tells how many of which kind.
    fn hold_against(&self, rows: &[CustomerRows], today: NaiveDate) -> BTreeMap<&'static str, u32> {
        let mut cases = BTreeMap::new();
        let mut count = |case| *cases.entry(case).or_default() += 1;
        // The policy of the sample: five days before, for ninety days after.
        // The sample's policy: from five days before on, and nothing after 180.
        let within = |due: NaiveDate| due >= today - Days::new(180) && due <= today + Days::new(5);
        for rows in rows {
            let customer = rows.customer.id.to_string();
            let mut in_scope = 0;
            for title in &rows.receivables {
                let id = title.id.to_string();
                let bad = self.bad("receivables", &id);
                if title.due_on.is_none() || title.balance.is_none() {
                    let column = if title.due_on.is_none() {
                        "DUE_ON"
                    } else {
                        "BALANCE"
                    };
                    // A paid one without a due date is nobody's business; an open one is named.
                    if title.balance.is_none_or(|balance| balance.is_positive())
                        && title.due_on.is_none_or(within)
                    {
                        assert!(
                            bad.is_some_and(|columns| columns.iter().any(|c| c == column)),
                            "{title:?}"
                        );
                        count("bad receivable");
                    }
                    continue;
                }
                let open = title.balance.is_some_and(|balance| balance.is_positive());
                if !open || !title.due_on.is_some_and(within) {
                    assert!(!open || title.due_on.is_some(), "{title:?}");
                    continue;
                }
                in_scope += 1;
                if title.document.is_none() {
                    assert!(bad.is_some(), "no document, and not a word: {title:?}");
                    count("bad receivable");
                    continue;
                }
                assert!(bad.is_none(), "{title:?} {bad:?}");
                let selected = self.selected.contains(&id);
                let alone = self.skipped.contains_key(&id);
                let whole = self.customers.get(&customer);
                assert!(
                    selected || alone || whole.is_some(),
                    "lost: receivable {id} of customer {customer}: {title:?}"
                );
                count(if selected { "selected" } else { "skipped" });
            }
            let name = rows
                .customer
                .name
                .as_deref()
                .is_some_and(|name| !name.trim().is_empty());
            if in_scope > 0 && (!name || rows.customer.email_notice == "X") {
                let columns = self
                    .bad("customers", &customer)
                    .unwrap_or_else(|| panic!("{:?}", rows.customer));
                let column = if name { "EMAIL_NOTICE" } else { "NAME" };
                assert!(columns.iter().any(|c| c == column), "{columns:?}");
                count("bad customer");
                // Nothing is guessed of somebody who cannot be read.
                for title in &rows.receivables {
                    assert!(!self.selected.contains(&title.id.to_string()), "{title:?}");
                }
            }
            if in_scope > 0 {
                for contact in rows.contacts.iter().filter(|contact| contact.receives == "?") {
                    let key = format!("{}/{customer}", contact.id);
                    assert_eq!(
                        self.bad("contacts", &key).map(Vec::as_slice),
                        Some(&["RECEIVES_WHATSAPP".to_owned()][..])
                    );
                    count("bad contact");
                }
            }
        }
        cases
    }
}

/// Query, key and column, so that somebody can go and mend it; and nothing of what stands there.
fn each_bad_row_says_where(scan: &Value, rows: &[CustomerRows]) {
    let mut seen = BTreeSet::new();
    for row in list(scan, "bad_rows") {
        let (query, key, column) = (text(&row["query"]), text(&row["key"]), text(&row["column"]));
        assert!(seen.insert((query, key, column)), "twice: {row}");
        assert!(!text(&row["problem"]).is_empty(), "{row}");
        let known = match query {
            "customers" => rows.iter().any(|rows| rows.customer.id.to_string() == key),
            "contacts" => rows
                .iter()
                .flat_map(|rows| &rows.contacts)
                .any(|contact| format!("{}/{}", contact.id, contact.customer) == key),
            "receivables" => rows
                .iter()
                .flat_map(|rows| &rows.receivables)
                .any(|title| title.id.to_string() == key),
            _ => false,
        };
        assert!(known, "no such row: {row}");
        let value = text(&row["value"]);
        assert!(
            !value.chars().any(|c| c.is_ascii_digit() && c != '9') && !value.contains("ISENTO"),
            "masked: {row}"
        );
    }
}

/// A boleto that contradicts itself drops itself and nothing else.
fn broken_boletos_stay_behind(scan: &Value, rows: &[CustomerRows]) {
    let dropped: BTreeSet<&str> = list(scan, "dropped_boletos")
        .iter()
        .map(|row| text(&row["receivable_id"]))
        .collect();
    let mut met = 0;
    let items = list(scan, "notices")
        .iter()
        .flat_map(|notice| list(notice, "receivables"));
    for item in items {
        let id = text(&item["id"]);
        let boleto = rows
            .iter()
            .flat_map(|rows| &rows.boletos)
            .find(|b| b.receivable.to_string() == id);
        match boleto {
            None => assert_eq!(item["has_boleto"], false, "{item}"),
            Some(boleto) if boleto.broken => {
                met += 1;
                assert_eq!(
                    item["has_boleto"],
                    false,
                    "{item} {}",
                    boleto::parse(&boleto.line).is_ok()
                );
                assert!(dropped.contains(id), "{item}");
            }
            Some(_) => assert_ne!(item["has_boleto"] == true, dropped.contains(id), "{item}"),
        }
    }
    assert!(met > 0, "no broken boleto among those that fire");
}
