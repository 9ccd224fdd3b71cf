//! The document of `explain --json`.

use serde_json::{Value as Json, json};

use crate::app::explain::{BoletoVerdict, BranchView, ContactView, Explanation, NoticeView, ReceivableView};
use crate::cli::wiring;
use crate::domain::selection::{BranchPolicy, Decisions, Skipped};

/// The document of `--json`; its keys are public and may only grow.
pub(super) fn document(story: &Explanation) -> Json {
    json!({
        "customer": {
            "id": story.id,
            "name": story.customer.as_ref().map(|c| &c.name),
            "tax_id": story.customer.as_ref().and_then(|c| c.tax_id.as_ref()).map(|t| t.as_str()),
            "email_notice": story.customer.as_ref().map(|c| c.email_notice),
            "blocked": story.customer.as_ref().map(|c| c.blocked),
            "readable": story.customer.is_some(),
        },
        "today": story.today,
        "close": story.system.last_close(),
        "reference_day": story.day,
        "initialised": story.initialised,
        "refusal": story.refusal.as_ref().map(wiring::precondition_word),
        "bank_return_stale": story.bank_return_stale,
        "contacts": story.contacts.iter().map(contact_document).collect::<Vec<_>>(),
        "branches": story.branches.iter().map(branch_document).collect::<Vec<_>>(),
        "receivables": story.receivables.iter().map(receivable_document).collect::<Vec<_>>(),
        "hold": story.hold.as_ref().map(|h| json!({"kind": h.kind, "until": h.until})),
        "last_written": story.last_written.iter().map(|(to, on)| json!({
            "branch_id": to.branch, "phone": to.phone.e164(), "on": on,
        })).collect::<Vec<_>>(),
        "notices": story.notices.iter().map(notice_document).collect::<Vec<_>>(),
        "replies": story.replies.iter().map(|r| json!({
            "at": r.reply.at,
            "phone": r.reply.phone.e164(),
            "notice": r.reply.notice,
            "intent": r.reply.intent.word(),
            "text": r.reply.text,
            "media": r.reply.media,
            "needs_person": r.needs_person,
        })).collect::<Vec<_>>(),
        "decisions": story.stored.iter().map(|(close, s)| {
            let mut decision = skipped_document(s);
            decision["close"] = json!(close);
            decision
        }).collect::<Vec<_>>(),
        "now": decisions_document(&story.now),
        "next_close": {
            "close": story.next.close,
            "reference_day": story.next.day,
            "notices": decisions_document(&story.next.decisions)["notices"],
            "skipped": decisions_document(&story.next.decisions)["skipped"],
        },
        "bad_rows": story.bad_rows.iter().map(|b| json!({
            "query": b.query, "key": b.key, "column": b.column, "problem": b.problem, "value": b.value,
        })).collect::<Vec<_>>(),
    })
}

fn contact_document(view: &ContactView) -> Json {
    json!({
        "id": view.contact.id,
        "name": view.contact.name,
        "phone_typed": view.contact.phone,
        "phone": view.phone.as_ref().ok().map(|p| p.e164()),
        "phone_problem": view.phone.as_ref().err(),
        "receives_whatsapp": view.contact.receives_whatsapp,
        "opted_out": view.opted_out,
    })
}

fn branch_document(view: &BranchView) -> Json {
    let policy = match &view.policy {
        Some(BranchPolicy::Active(policy)) => Some(policy),
        Some(BranchPolicy::EmailNotConfigured) | None => None,
    };
    json!({
        "id": view.id,
        "name": view.branch.as_ref().map(|b| b.display_name()),
        "email_configured": view.policy.as_ref().map(|p| matches!(p, BranchPolicy::Active(_))),
        "upcoming_days": policy.map(|p| &p.upcoming),
        "overdue_days": policy.map(|p| &p.overdue),
        "repeat_every_days": policy.and_then(|p| p.repeat_every),
        "stop_after_days": policy.map(|p| p.stop_after),
        "min_amount_cents": policy.map(|p| p.min_amount.get()),
    })
}

fn receivable_document(view: &ReceivableView) -> Json {
    let r = &view.receivable;
    let (boleto, problem) = match view.boleto {
        BoletoVerdict::None => ("none", None),
        BoletoVerdict::Usable => ("usable", None),
        BoletoVerdict::Refused(why) => ("refused", Some(why)),
    };
    json!({
        "id": r.id,
        "branch_id": r.branch,
        "document": r.label(),
        "due_on": r.due_on,
        "amount_cents": r.amount.get(),
        "balance_cents": r.balance.get(),
        "stage": view.verdict.as_ref().ok(),
        "reason": view.verdict.as_ref().err().map(|(reason, _)| reason.word()),
        "detail": view.verdict.as_ref().err().map(|(_, detail)| detail),
        "boleto": boleto,
        "boleto_problem": problem,
        "claims": view.claims.iter().map(|c| json!({
            "phone": c.phone.e164(), "stage": c.stage, "notice": c.notice,
        })).collect::<Vec<_>>(),
        "next": view.next.map(|(on, stage)| json!({"on": on, "stage": stage})),
    })
}

fn notice_document(view: &NoticeView) -> Json {
    let notice = &view.notice;
    json!({
        "id": notice.id,
        "reference": notice.reference,
        "close": notice.close,
        "state": notice.state.word(),
        "reason": notice.reason,
        "contact_id": notice.contact,
        "phone": notice.phone.e164(),
        "branch_id": notice.branch,
        "instance": notice.instance,
        "kind": notice.kind.word(),
        "send_on": notice.send_on,
        "first_departure": notice.first_departure,
        "receivables": notice.items.iter().map(|i| json!({
            "id": i.receivable, "document": i.document, "due_on": i.due_on, "stage": i.stage,
            "balance_cents": i.balance.get(), "has_boleto": i.has_boleto,
        })).collect::<Vec<_>>(),
        "parts": notice.parts.iter().map(|p| json!({
            "part": p.key.to_string(), "kind": p.kind.word(), "state": p.state.word(), "attempt": p.attempt,
            "reason": p.reason, "begun_at": p.begun_at, "accepted_at": p.accepted_at,
        })).collect::<Vec<_>>(),
        "events": view.events.iter().map(|e| json!({
            "at": e.at, "seq": e.seq, "kind": e.kind, "detail": e.detail,
        })).collect::<Vec<_>>(),
    })
}

fn decisions_document(decisions: &Decisions) -> Json {
    json!({
        "notices": decisions.selected.iter().map(|s| json!({
            "contact_id": s.contact,
            "branch_id": s.branch,
            "phone": s.phone.e164(),
            "kind": s.kind.word(),
            "total_cents": s.total().get(),
            "receivables": s.items.iter().map(|i| json!({
                "id": i.receivable, "document": i.document, "due_on": i.due_on, "stage": i.stage,
                "balance_cents": i.balance.get(), "has_boleto": i.has_boleto,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "skipped": decisions.skipped.iter().map(skipped_document).collect::<Vec<_>>(),
    })
}

fn skipped_document(skipped: &Skipped) -> Json {
    json!({
        "contact_id": skipped.contact,
        "receivable_id": skipped.receivable,
        "reason": skipped.reason.word(),
        "detail": skipped.detail,
    })
}
