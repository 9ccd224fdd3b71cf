//! What the sample promises, checked by the product's own rules.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use super::*;
use crate::domain::boleto;
use crate::domain::boleto::check::{Expected, checked_code};
use crate::domain::calendar::BankingCalendar;
use crate::domain::ids::{BranchId, ContactId, CustomerId, ReceivableId};
use crate::domain::pix;
use crate::domain::policy::{NoticeKinds, Policy};
use crate::domain::receivable::{BoletoRecord, Contact, Customer, PolicyRow, Receivable};
use crate::domain::selection::{self, BranchPolicy, NoticeKind, Past, Rules, Selected, SkipReason};
use crate::domain::tax_id::TaxId;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn spec(customers: u32) -> SampleSpec {
    SampleSpec {
        customers,
        ..SampleSpec::new(date("2026-11-23"))
    }
}

/// The policy of the sample, as `write_company` stores it.
fn policies() -> HashMap<BranchId, BranchPolicy> {
    let row = PolicyRow {
        branch: None,
        email_configured: true,
        notify_upcoming: true,
        upcoming_days: vec![5, 2, 0],
        notify_overdue: true,
        overdue_days: vec![1, 7, 15, 30],
        repeat_every_days: Some(30),
        stop_after_days: Some(180),
        min_amount: Some(crate::domain::money::Cents::new(1_000)),
    };
    (1..=3)
        .map(|id| {
            let policy = Policy::from_row(&row, NoticeKinds::Both);
            (BranchId::new(id.to_string()), BranchPolicy::Active(policy))
        })
        .collect()
}

/// What a scan on the sample's business date would decide.
fn decide(spec: &SampleSpec) -> (Vec<Selected>, Vec<(u32, SkipReason)>) {
    let policies = policies();
    let banks = BankingCalendar::default();
    let rules = Rules {
        day: spec.today,
        banks: &banks,
        grace_business_days: 1,
        area_code: None,
        min_days_between: 1,
        require_boleto: false,
        bank_return_stale: false,
        policies: &policies,
    };
    let mut selected = Vec::new();
    let mut skipped = Vec::new();
    for rows in spec.customers() {
        let id = CustomerId::new(rows.customer.id.to_string());
        let customer = Customer {
            id: id.clone(),
            name: rows.customer.name.clone().unwrap_or_default(),
            tax_id: rows.customer.tax_id.as_deref().and_then(|t| TaxId::parse(t).ok()),
            address: None,
            district: None,
            city: None,
            state: None,
            postal_code: None,
            email_notice: rows.customer.email_notice == "S",
            blocked: rows.customer.blocked == "S",
        };
        let contacts: Vec<Contact> = rows
            .contacts
            .iter()
            .map(|c| Contact {
                id: ContactId::new(c.id.to_string()),
                customer: id.clone(),
                name: c.name.clone(),
                phone: c.phone.clone().unwrap_or_default(),
                receives_whatsapp: c.receives == "S",
            })
            .collect();
        let receivables: Vec<Receivable> = rows
            .receivables
            .iter()
            .map(|r| Receivable {
                id: ReceivableId::new(r.id.to_string()),
                branch: BranchId::new(r.branch.to_string()),
                customer: id.clone(),
                document: r.document.clone().unwrap(),
                installment: None,
                issued_on: Some(r.issued_on),
                due_on: r.due_on.unwrap(),
                amount: r.amount,
                balance: r.balance.unwrap(),
                fine_percent: None,
                interest_percent_month: None,
                excluded_reason: ["P", "R", "C"].contains(&r.status).then(|| r.status.to_owned()),
            })
            .collect();
        let case = selection::Case {
            id: &id,
            customer: Some(&customer),
            contacts: &contacts,
            receivables: &receivables,
        };
        let decisions = selection::select(&rules, &Past::default(), &case, &|_| true);
        selected.extend(decisions.selected);
        skipped.extend(
            decisions
                .skipped
                .into_iter()
                .map(|s| (rows.customer.id, s.reason)),
        );
    }
    (selected, skipped)
}

#[test]
fn the_same_specification_gives_the_same_rows_and_another_seed_others() {
    let rows = |seed| SampleSpec { seed, ..spec(300) }.customers().collect::<Vec<_>>();
    assert_eq!(rows(1), rows(1));
    let (one, two) = (rows(1), rows(2));
    assert_ne!(one[200..], two[200..]);
    assert_eq!(
        one[0].customer.name, two[0].customer.name,
        "the cases are in every sample"
    );
}

#[test]
fn as_many_rows_as_ordered() {
    for (customers, receivables, expected) in [
        (50, None, 250),
        (1_000, None, 5_000),
        (200, Some(1_234), 1_234),
        (21, Some(40), 40),
        (50, Some(10), 10),
        (50, Some(0), 0),
        (0, None, 0),
        (1, None, 1),
        (5, Some(1_000_000), 12),
    ] {
        let spec = SampleSpec {
            receivables,
            ..spec(customers)
        };
        let rows: Vec<_> = spec.customers().collect();
        assert_eq!(rows.len() as u32, customers);
        let titles: Vec<u32> = rows
            .iter()
            .flat_map(|c| c.receivables.iter().map(|r| r.id))
            .collect();
        assert_eq!(
            titles,
            (1..=expected).collect::<Vec<_>>(),
            "{customers} customers, {receivables:?}"
        );
        assert_eq!(spec.total_receivables(), expected);
        let contacts: Vec<u32> = rows
            .iter()
            .flat_map(|c| c.contacts.iter().map(|k| k.id))
            .collect();
        assert_eq!(contacts, (1..=contacts.len() as u32).collect::<Vec<_>>());
    }
}

/// A boleto as the ERP's reader hands it on.
fn record(row: &BoletoRow) -> BoletoRecord {
    BoletoRecord {
        receivable: Some(ReceivableId::new(row.receivable.to_string())),
        bank_code: Some(row.bank.to_owned()),
        agency: Some(row.agency.to_owned()),
        account: Some(row.account.to_owned()),
        wallet: Some(row.wallet.to_owned()),
        our_number: Some(row.our_number.clone()),
        barcode: Some(row.barcode.clone()),
        digitable_line: Some(row.line.clone()),
        ..BoletoRecord::default()
    }
}

#[test]
fn boletos_are_valid_but_for_the_mistyped() {
    for dirt in [Dirt::None, Dirt::Normal] {
        let spec = SampleSpec { dirt, ..spec(2_000) };
        let (mut seen, mut broken, mut with_pix) = (0, 0, 0);
        for rows in spec.customers() {
            for row in &rows.boletos {
                seen += 1;
                let receivable = rows.receivables.iter().find(|r| r.id == row.receivable).unwrap();
                if let Some(text) = &row.pix {
                    with_pix += 1;
                    let code = pix::parse(text).unwrap();
                    assert!(
                        code.fits_boleto(receivable.amount) && code.warnings().is_empty(),
                        "{text}"
                    );
                }
                if row.broken {
                    broken += 1;
                    assert!(boleto::parse(&row.barcode).is_err() && boleto::parse(&row.line).is_err());
                    continue;
                }
                let expected = Expected {
                    due_on: receivable.due_on.unwrap(),
                    amount: receivable.amount,
                };
                // Digits, bank, agency, account, nosso número, due date, amount: all must tell one story.
                let checked = checked_code(&record(row), expected, spec.today);
                assert!(matches!(checked, Ok(Some(_))), "{row:?}: {checked:?}");
            }
        }
        assert!(
            seen > 5_000 && with_pix > 1_000,
            "{seen} boletos, {with_pix} with Pix"
        );
        assert_eq!(broken > 0, dirt != Dirt::None, "{broken} broken");
    }
}

#[test]
fn every_day_has_something_of_each_kind() {
    // Four weeks around Christmas and a Carnival: weekends, holidays, a year's end.
    for start in ["2026-12-14", "2027-02-01"] {
        for offset in 0..28 {
            let today = date(start).checked_add_days(Days::new(offset)).unwrap();
            for seed in 1..=3 {
                let (selected, skipped) = decide(&SampleSpec {
                    seed,
                    ..SampleSpec::new(today)
                });
                let of = |kind| selected.iter().filter(|s| s.kind == kind).count();
                let counts = [
                    of(NoticeKind::Overdue),
                    of(NoticeKind::Upcoming),
                    of(NoticeKind::Both),
                ];
                assert!(
                    counts[0] >= 3 && counts[1] >= 3 && counts[2] >= 2,
                    "{today} seed {seed}: {counts:?}"
                );
                assert!(
                    (12..=26).contains(&selected.len()),
                    "{today} seed {seed}: {} notices",
                    selected.len()
                );
                for reason in [
                    SkipReason::Blocked,
                    SkipReason::Excluded,
                    SkipReason::Settled,
                    SkipReason::BelowMinimum,
                ] {
                    assert!(
                        skipped.iter().any(|(_, r)| *r == reason),
                        "{today}: nobody skipped as {reason:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_cases_are_what_they_say() {
    let (selected, skipped) = decide(&spec(Case::ALL.len() as u32));
    let notices = |case: Case| {
        let id = CustomerId::new(case.customer_id().to_string());
        selected.iter().filter(|s| s.customer == id).collect::<Vec<_>>()
    };
    let is_skipped = |case: Case, reason| {
        assert!(notices(case).is_empty(), "{case:?} gets a notice");
        assert!(
            skipped.contains(&(case.customer_id(), reason)),
            "{case:?}: {skipped:?}"
        );
    };
    assert_eq!(notices(Case::OverdueWithPix).len(), 1);
    assert_eq!(notices(Case::OverdueWithPix)[0].items[0].document, "NF 4512");
    assert_eq!(notices(Case::TwoContacts).len(), 2);
    assert_eq!(notices(Case::Both)[0].kind, NoticeKind::Both);
    assert_eq!(notices(Case::ManyBoletos)[0].items.len(), 5);
    assert_eq!(notices(Case::TwoBranches).len(), 2);
    assert_eq!(notices(Case::LandlineOnly).len(), 1);
    assert_eq!(notices(Case::SameNumberTwice).len(), 1);
    assert_eq!(
        notices(Case::SharedNumber)[0].phone,
        notices(Case::OverdueWithPix)[0].phone
    );
    is_skipped(Case::Blocked, SkipReason::Blocked);
    is_skipped(Case::ProtestedAndRenegotiated, SkipReason::Excluded);
    is_skipped(Case::BelowMinimum, SkipReason::BelowMinimum);
    is_skipped(Case::Overpaid, SkipReason::Settled);
    for case in [
        Case::WithoutEmailNotice,
        Case::NobodyFlagged,
        Case::ServiceNumber,
        Case::WithoutAreaCode,
    ] {
        assert!(notices(case).is_empty(), "{case:?} gets a notice");
    }
}

#[test]
fn money_adds_up_and_dates_are_in_order() {
    let spec = spec(3_000);
    let mut kinds = HashMap::<&str, u32>::new();
    for row in spec.customers().flat_map(|c| c.receivables) {
        let balance = row.balance.unwrap();
        assert!(row.amount.is_positive(), "{row:?}");
        assert_eq!(row.amount - row.paid, balance, "{row:?}");
        assert!(
            row.issued_on <= row.due_on.unwrap() && row.issued_on <= spec.today,
            "{row:?}"
        );
        assert!(
            row.settled_on
                .is_none_or(|day| day < spec.today && day >= row.issued_on),
            "{row:?}"
        );
        let kind = match balance.get() {
            ..0 => "negative",
            0 => "settled",
            _ if balance < row.amount => "partly",
            _ => "open",
        };
        *kinds.entry(kind).or_default() += 1;
    }
    assert!(
        kinds["settled"] > kinds["open"] && kinds["open"] > 1_500,
        "{kinds:?}"
    );
    assert!(
        kinds["partly"] > 50 && (1..150).contains(&kinds["negative"]),
        "{kinds:?}"
    );
}

#[test]
fn all_text_fits_windows_1252() {
    // Latin 1, which Windows 1252 agrees with in all that people's names need.
    let check = |text: &str| assert!(text.chars().all(|c| c <= '\u{ff}' && !c.is_control()), "{text}");
    let mut accents = 0;
    for rows in spec(1_000).customers() {
        let name = rows.customer.name.unwrap();
        accents += u32::from(!name.is_ascii());
        for text in [
            &name,
            &rows.customer.street,
            &rows.customer.number,
            &rows.customer.district,
        ] {
            check(text);
        }
        rows.contacts.iter().for_each(|c| check(&c.name));
        rows.boletos.iter().for_each(|b| check(&b.instructions));
    }
    assert!(accents > 400, "{accents} names with accents");
}

#[test]
fn full_dirt_has_rows_that_cannot_be_read() {
    let rows: Vec<_> = SampleSpec {
        dirt: Dirt::Full,
        ..spec(120)
    }
    .customers()
    .collect();
    assert!(rows.iter().any(|r| r.customer.name.is_none()));
    assert!(
        rows.iter()
            .any(|r| r.customer.tax_id.as_deref() == Some("ISENTO"))
    );
    assert!(rows.iter().any(|r| r.contacts.iter().any(|c| c.receives == "?")));
    let receivables = || rows.iter().flat_map(|r| &r.receivables);
    assert!(receivables().any(|r| r.due_on.is_none()));
    assert!(receivables().any(|r| r.balance.is_none()));
    assert!(receivables().any(|r| r.document.is_none()));
    assert!(
        rows.iter()
            .flat_map(|r| &r.boletos)
            .any(|b| b.broken && boleto::parse(&b.line).is_ok())
    );
}
