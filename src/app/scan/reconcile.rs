//! A selection beside what earlier scans stored.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use crate::domain::ids::{BranchId, CustomerId, ReceivableId};
use crate::domain::notice::NoticeId;
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::selection::{Selected, SkipReason, Skipped};
use crate::ports::outbox::Untouched;

/// What a selection comes to, beside what is stored.
#[derive(Debug, Default)]
pub(super) struct Reconciled {
    /// To be stored.
    pub new: Vec<Selected>,
    /// Stored already, and still right.
    pub standing: usize,
    /// Stored, and to be replaced.
    pub superseded: Vec<NoticeId>,
    /// Why what stands already is not selected again.
    pub skipped: Vec<Skipped>,
}

/// What is new against what stands untouched. Notices of earlier closes are superseded, and those that a clock that was
/// ahead had put off to a day after `day`, the reference day: they were selected for that day, and would wait for it. One of this close stays
/// when it says the same, and is replaced when it says something else, or when what it claims is selected under
/// another branch or customer now (a receivable that moved).
pub(super) fn reconcile(
    selected: Vec<Selected>,
    replaceable: &[&Untouched],
    close: NaiveDate,
    day: NaiveDate,
) -> Reconciled {
    let mut out = Reconciled::default();
    let mut of_this_close: HashMap<(&BranchId, &CustomerId, &Phone), &Untouched> = HashMap::new();
    let mut claimed: HashMap<(&ReceivableId, &Phone, Stage), NoticeId> = HashMap::new();
    for notice in replaceable {
        if notice.close < close || notice.send_on > day {
            out.superseded.push(notice.id);
            continue;
        }
        of_this_close.insert((&notice.branch, &notice.customer, &notice.phone), notice);
        for (receivable, stage) in &notice.items {
            claimed.insert((receivable, &notice.phone, *stage), notice.id);
        }
    }
    let mut replaced: BTreeSet<NoticeId> = BTreeSet::new();
    for one in selected {
        let stored = of_this_close.get(&(&one.branch, &one.customer, &one.phone));
        let stands = stored.is_some_and(|stored| {
            let now: HashSet<_> = one.claims().into_iter().collect();
            now == stored.items.iter().cloned().collect()
        });
        if stands {
            out.standing += 1;
            out.skipped.extend(one.items.iter().map(|item| Skipped {
                customer: one.customer.clone(),
                contact: Some(one.contact.clone()),
                receivable: Some(item.receivable.clone()),
                reason: SkipReason::StageClaimed,
                detail: item.stage.to_string(),
            }));
            continue;
        }
        replaced.extend(stored.map(|stored| stored.id));
        for item in &one.items {
            replaced.extend(claimed.get(&(&item.receivable, &one.phone, item.stage)));
        }
        out.new.push(one);
    }
    out.superseded.extend(replaced);
    out
}

/// Notices that would leave with this run: the new ones, and those of the close that wait for a person already and
/// stay. So a held run does not trickle out by way of rescans that replace a few of its notices.
pub(super) fn run_size(reconciled: &Reconciled, untouched: &[Untouched], close: NaiveDate) -> u32 {
    let replaced: HashSet<&NoticeId> = reconciled.superseded.iter().collect();
    let waiting = untouched
        .iter()
        .filter(|n| n.held && n.close == close && !replaced.contains(&n.id))
        .count();
    (reconciled.new.len() + waiting) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ContactId;
    use crate::domain::money::Cents;
    use crate::domain::selection::{NoticeKind, SelectedItem};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn phone(tail: u32) -> Phone {
        Phone::from_e164(&format!("55519876500{tail:02}")).unwrap()
    }

    fn selected(branch: &str, customer: &str, tail: u32, items: &[(&str, u32)]) -> Selected {
        Selected {
            branch: BranchId::new(branch),
            customer: CustomerId::new(customer),
            contact: ContactId::new("1"),
            contact_name: "Ana".to_owned(),
            phone: phone(tail),
            kind: NoticeKind::Overdue,
            items: items
                .iter()
                .map(|(id, stage)| SelectedItem {
                    receivable: ReceivableId::new(id),
                    document: (*id).to_owned(),
                    due_on: day("2026-11-02"),
                    stage: Stage::Overdue(*stage),
                    balance: Cents::new(100),
                    has_boleto: false,
                })
                .collect(),
        }
    }

    fn stored(id: i64, close: &str, held: bool, like: &Selected) -> Untouched {
        Untouched {
            id: NoticeId(id),
            close: day(close),
            send_on: day(close) + chrono::Days::new(1),
            held,
            branch: like.branch.clone(),
            customer: like.customer.clone(),
            phone: like.phone.clone(),
            items: like.claims(),
        }
    }

    /// New, standing, superseded, run size.
    fn outcome(select: Vec<Selected>, store: &[Untouched]) -> (usize, usize, Vec<i64>, u32) {
        let close = day("2026-11-23");
        let replaceable: Vec<_> = store.iter().collect();
        let r = reconcile(select, &replaceable, close, close + chrono::Days::new(1));
        let size = run_size(&r, store, close);
        (
            r.new.len(),
            r.standing,
            r.superseded.iter().map(|n| n.0).collect(),
            size,
        )
    }

    const TODAY: &str = "2026-11-23";
    const BEFORE: &str = "2026-11-19";

    #[test]
    fn a_rescan_of_a_close_adds_only_what_is_new() {
        let (a, b) = (
            selected("1", "7", 1, &[("A", 7)]),
            selected("1", "8", 2, &[("B", 7)]),
        );
        let store = [stored(5, TODAY, false, &a)];
        assert_eq!(outcome(vec![a.clone(), b], &store), (1, 1, vec![], 1));
        assert_eq!(outcome(vec![a], &store), (0, 1, vec![], 0));
    }

    #[test]
    fn what_says_something_else_now_is_replaced() {
        let before = selected("1", "7", 1, &[("A", 7)]);
        let store = [stored(5, TODAY, false, &before)];
        let now = selected("1", "7", 1, &[("A", 7), ("B", 7)]);
        assert_eq!(outcome(vec![now], &store), (1, 0, vec![5], 1));
        let later = selected("1", "7", 1, &[("A", 15)]);
        assert_eq!(outcome(vec![later], &store), (1, 0, vec![5], 1));
    }

    #[test]
    fn notices_of_earlier_closes_are_superseded_whatever_they_say() {
        let a = selected("1", "7", 1, &[("A", 7)]);
        let store = [stored(5, BEFORE, false, &a), stored(6, BEFORE, true, &a)];
        assert_eq!(outcome(vec![a], &store), (1, 0, vec![5, 6], 1));
        assert_eq!(outcome(vec![], &store), (0, 0, vec![5, 6], 0));
    }

    #[test]
    fn what_a_clock_that_was_ahead_put_off_is_selected_afresh() {
        let a = selected("1", "7", 1, &[("A", 7)]);
        let mut ahead = stored(5, TODAY, false, &a);
        ahead.send_on = day("2026-12-03");
        assert_eq!(outcome(vec![a], std::slice::from_ref(&ahead)), (1, 0, vec![5], 1));
        // Of a stage that is not reached yet, too.
        assert_eq!(outcome(vec![], &[ahead]), (0, 0, vec![5], 0));
    }

    #[test]
    fn a_receivable_that_moved_to_another_branch_or_customer_takes_its_claim_along() {
        let before = selected("1", "7", 1, &[("A", 7)]);
        let store = [stored(5, TODAY, false, &before)];
        assert_eq!(
            outcome(vec![selected("2", "7", 1, &[("A", 7)])], &store),
            (1, 0, vec![5], 1)
        );
        assert_eq!(
            outcome(vec![selected("1", "9", 1, &[("A", 7), ("C", 1)])], &store),
            (1, 0, vec![5], 1)
        );
        // Not to another phone: that is another claim.
        assert_eq!(
            outcome(vec![selected("1", "7", 2, &[("A", 7)])], &store),
            (1, 0, vec![], 1)
        );
    }

    #[test]
    fn a_held_run_does_not_trickle_out() {
        let all: Vec<Selected> = (1..=9)
            .map(|n| selected("1", &n.to_string(), n, &[("A", 7)]))
            .collect();
        let store: Vec<Untouched> = (1..)
            .zip(&all)
            .map(|(id, s)| stored(id, TODAY, true, s))
            .collect();
        // One customer paid one of two receivables meanwhile: the notice is replaced, the size stays.
        let mut now = all.clone();
        now[3] = selected("1", "4", 4, &[("B", 7)]);
        assert_eq!(outcome(now, &store), (1, 8, vec![4], 9));
        // Of a run that is not held, only what is new counts.
        let free: Vec<Untouched> = store
            .iter()
            .map(|n| Untouched {
                held: false,
                ..n.clone()
            })
            .collect();
        let mut now = all;
        now[3] = selected("1", "4", 4, &[("B", 7)]);
        assert_eq!(outcome(now, &free), (1, 8, vec![4], 1));
    }
}
