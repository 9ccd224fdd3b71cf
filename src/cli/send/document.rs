//! The `--json` document of `send`.

use serde_json::json;

use super::super::words;
use crate::app::send::{SendReport, Stop};
use crate::ports::gateway::Rejection;

/// What was done, what waits, and why it stopped.
pub fn document(report: &SendReport) -> serde_json::Value {
    json!({
        "due": report.due,
        "notices": report.notices.iter().map(|(s, n)| (s.word(), n)).collect::<std::collections::BTreeMap<_, _>>(),
        "parts_accepted": report.accepted,
        "unknown": report.unknown.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "late_answers": report.late_answers.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "waiting": report.waiting,
        "estimate_seconds": report.estimate.as_secs(),
        "silent": report.silent,
        "spent_ms": {
            "erp": report.spent.erp.as_millis(),
            "documents": report.spent.documents.as_millis(),
            "outbox": report.spent.outbox.as_millis(),
            "gateway": report.spent.gateway.as_millis(),
            "receipts": report.spent.receipts.as_millis(),
        },
        "plan": report.plan.iter().map(|p| json!({
            "notice": p.notice,
            "phone": p.phone.e164(),
            "instance": p.instance,
            "parts": p.queued,
        })).collect::<Vec<_>>(),
        "stops": report.stops.iter().map(stop_document).collect::<Vec<_>>(),
    })
}

fn stop_document(stop: &Stop) -> serde_json::Value {
    match stop {
        Stop::Window(opens) => json!({"kind": "window", "opens": opens}),
        Stop::NotPaired { instance, state } => {
            json!({"kind": "not_paired", "instance": instance, "state": words::link_word(state)})
        }
        Stop::Gateway { instance, error } => {
            json!({"kind": "gateway", "instance": instance, "error": error.to_string()})
        }
        Stop::Refused { instance, rejection } => {
            json!({"kind": "refused", "instance": instance, "error": rejection_word(rejection)})
        }
        Stop::Restricted {
            instance,
            sign,
            until,
        } => {
            json!({"kind": "restricted", "instance": instance, "error": sign, "until": until})
        }
        Stop::OfAnother { instance, restricted } => {
            json!({"kind": "of_another", "instance": instance, "restricted": restricted})
        }
        Stop::Unclear { instance } => json!({"kind": "unclear", "instance": instance}),
        Stop::CapReached { instance } => json!({"kind": "cap_reached", "instance": instance}),
        Stop::Limit => json!({"kind": "limit"}),
        Stop::Interrupted => json!({"kind": "interrupted"}),
    }
}

/// The `error` of a refusal.
pub fn rejection_word(rejection: &Rejection) -> &'static str {
    match rejection {
        Rejection::Unreachable(_) => "unreachable",
        Rejection::RateLimited { .. } => "rate_limited",
        Rejection::NotOnWhatsApp => "not_on_whatsapp",
        Rejection::InvalidRequest(_) => "invalid_request",
        Rejection::Unauthorized => "unauthorized",
        Rejection::UnknownInstance => "unknown_instance",
    }
}
