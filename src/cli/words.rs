//! Words for the values of the domain: reasons, stages, states, phones, durations.

use std::time::Duration;

use super::context::Context;
use crate::app::scan::ScanWarning;
use crate::domain::document::slip::BoletoRefusal;
use crate::domain::ids::CustomerId;
use crate::domain::notice::{NoticeState, PartKind, PartState};
use crate::domain::phone::Phone;
use crate::domain::policy::Stage;
use crate::domain::receivable::{BadRow, BadValue};
use crate::domain::reply::Intent;
use crate::domain::selection::SkipReason;
use crate::i18n::{Catalog, Value as FluentValue, format};
use crate::ports::gateway::LinkState;

/// Why someone or something was left out.
pub fn reason(context: &Context, reason: SkipReason) -> String {
    context.say(&format!("reason-{}", reason.word()))
}

/// A reason as the outbox stores it (a word, perhaps with a detail after a colon).
pub fn stored_reason(context: &Context, stored: &str) -> String {
    let (word, detail) = stored
        .split_once(':')
        .map_or((stored, ""), |(w, d)| (w.trim(), d.trim()));
    let key = format!("reason-{word}");
    let words = if context.catalog.has(&key) {
        context.say(&key)
    } else {
        word.replace('_', " ")
    };
    if detail.is_empty() {
        words
    } else {
        format!("{words} ({detail})")
    }
}

/// `5 dias antes`, `15 dias depois`, `no dia`.
pub fn stage(context: &Context, stage: Stage) -> String {
    match stage {
        Stage::Upcoming(days) => context.text("stage-upcoming", &[("days", days.into())]),
        Stage::Overdue(days) => context.text("stage-overdue", &[("days", days.into())]),
    }
}

/// `+15`, `-2`, `hoje`: days after or before the due date.
pub fn stage_short(context: &Context, stage: Stage) -> String {
    match stage {
        Stage::Upcoming(0) => context.say("stage-today"),
        Stage::Upcoming(days) => format!("-{days}"),
        Stage::Overdue(days) => format!("+{days}"),
    }
}

/// How many boletos go along, and how.
pub fn boletos(context: &Context, parts: &[PartKind]) -> String {
    if parts.contains(&PartKind::MergedBoletos) {
        return context.say("scan-boletos-merged");
    }
    let count = parts.iter().filter(|p| matches!(p, PartKind::Boleto(_))).count();
    if count == 0 {
        context.say("scan-boletos-none")
    } else {
        count.to_string()
    }
}

/// `(51) 98765-4321`; foreign ones as E.164.
pub fn phone(phone: &Phone) -> String {
    let digits = phone.digits();
    match digits.strip_prefix("55") {
        Some(national) if national.len() == 11 => {
            format!("({}) {}-{}", &national[..2], &national[2..7], &national[7..])
        }
        Some(national) if national.len() == 10 => {
            format!("({}) {}-{}", &national[..2], &national[2..6], &national[6..])
        }
        _ => phone.e164().to_owned(),
    }
}

/// `texto, 2 boletos, 2 códigos, extrato`.
pub fn documents(context: &Context, parts: &[PartKind]) -> String {
    let count = |word: &str| parts.iter().filter(|p| p.word() == word).count();
    let mut out = Vec::new();
    for word in ["boleto", "code", "boletos", "statement"] {
        let count = count(word);
        if count > 0 {
            out.push(context.text(&format!("document-{word}"), &[("count", count.into())]));
        }
    }
    out.join(", ")
}

/// State of a notice.
pub fn notice_state(context: &Context, state: NoticeState) -> String {
    context.say(&format!("notice-{}", state.word()))
}

/// State of a part.
pub fn part_state(context: &Context, state: PartState) -> String {
    context.say(&format!("part-{}", state.word()))
}

/// What a part is.
pub fn part_kind(context: &Context, kind: &PartKind) -> String {
    context.say(&format!("kind-{}", kind.word()))
}

/// What a reply means.
pub fn intent(context: &Context, intent: Intent) -> String {
    context.say(&format!("intent-{}", intent.word()))
}

/// State of a link.
pub fn link(context: &Context, state: &LinkState) -> String {
    match state {
        LinkState::Absent => context.say("link-absent"),
        LinkState::Closed { removed: true, .. } => context.say("link-removed"),
        LinkState::Closed { .. } => context.say("link-closed"),
        LinkState::Connecting => context.say("link-connecting"),
        LinkState::Open { number: Some(number) } => {
            context.text("link-open-number", &[("number", phone(number).into())])
        }
        LinkState::Open { number: None } => context.say("link-open"),
    }
}

/// The link's word in JSON.
pub fn link_word(state: &LinkState) -> &'static str {
    match state {
        LinkState::Absent => "absent",
        LinkState::Closed { removed: true, .. } => "removed",
        LinkState::Closed { .. } => "closed",
        LinkState::Connecting => "connecting",
        LinkState::Open { .. } => "open",
    }
}

/// Why a boleto stays behind.
pub fn boleto(context: &Context, refusal: BoletoRefusal) -> String {
    let word = serde_json::to_value(refusal)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default();
    context.say(&format!("boleto-{word}"))
}

/// A row that could not be read.
pub fn bad_row(context: &Context, row: &BadRow) -> String {
    context.text("bad-row", &bad_row_args(&context.catalog, row))
}

/// What the words about a bad row say: query, key, column, problem and, in brackets, the value as far as it may be shown.
pub fn bad_row_args(catalog: &Catalog, row: &BadRow) -> [(&'static str, FluentValue<'static>); 5] {
    let value = match row.value.as_str() {
        "" => String::new(),
        value => format!(" ({value})"),
    };
    [
        ("query", row.query.clone().into()),
        ("key", row.key.clone().into()),
        ("column", row.column.clone().into()),
        ("problem", bad_value(catalog, row.problem).into()),
        ("value", value.into()),
    ]
}

/// What is wrong with a value.
pub fn bad_value(catalog: &Catalog, problem: BadValue) -> String {
    let word = serde_json::to_value(problem)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default();
    catalog.say(&format!("bad-{word}"))
}

/// A warning of a scan.
pub fn scan_warning(context: &Context, warning: &ScanWarning) -> String {
    let date = |d| format::date(context.lang(), d);
    match warning {
        ScanWarning::SharedNumber {
            phone: number,
            customers,
        } => {
            let customers = customers
                .iter()
                .map(CustomerId::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            context.text(
                "warning-shared-number",
                &[("phone", phone(number).into()), ("customers", customers.into())],
            )
        }
        ScanWarning::BankReturnStale { last } => {
            context.text("warning-bank-return", &[("last", date(*last).into())])
        }
        ScanWarning::ClockDisagrees { business_date, today } => context.text(
            "warning-clock",
            &[
                ("business", date(*business_date).into()),
                ("today", date(*today).into()),
            ],
        ),
    }
}

/// `2 h 10 min`, `45 s`.
pub fn duration(context: &Context, duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => context.text("duration-seconds", &[("seconds", seconds.max(1).into())]),
        (0, minutes) => context.text("duration-minutes", &[("minutes", minutes.into())]),
        (hours, minutes) => context.text(
            "duration-hours",
            &[("hours", hours.into()), ("minutes", minutes.into())],
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::i18n::{Catalog, Lang};

    fn word(value: impl Serialize) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }

    /// Keys that are built at run time: each value of the domain has its words in both languages.
    #[test]
    fn every_value_has_its_words() {
        let mut keys: Vec<String> = Vec::new();
        keys.extend(SkipReason::ALL.iter().map(|r| format!("reason-{}", r.word())));
        keys.extend(NoticeState::ALL.iter().map(|s| format!("notice-{}", s.word())));
        keys.extend(PartState::ALL.iter().map(|s| format!("part-{}", s.word())));
        keys.extend(Intent::ALL.iter().map(|i| format!("intent-{}", i.word())));
        keys.extend(["text", "boleto", "code", "boletos", "statement"].map(|k| format!("kind-{k}")));
        use BoletoRefusal as B;
        keys.extend(
            [
                B::NoCode,
                B::BadCode,
                B::CodesDiffer,
                B::NotABoleto,
                B::NotInReais,
                B::BankDiffers,
                B::AgencyDiffers,
                B::AccountDiffers,
                B::WalletDiffers,
                B::OurNumberDiffers,
                B::AmountDiffers,
                B::DueDateDiffers,
                B::PastPayableUntil,
            ]
            .map(|r| format!("boleto-{}", word(r))),
        );
        use BadValue as V;
        keys.extend(
            [
                V::Missing,
                V::NotADate,
                V::NotANumber,
                V::NotAFlag,
                V::NotAListOfDays,
                V::NotATaxId,
                V::NotText,
                V::OutOfRange,
                V::Duplicate,
            ]
            .map(|v| format!("bad-{}", word(v))),
        );
        for lang in Lang::ALL {
            let catalog = Catalog::new(lang);
            for key in &keys {
                assert!(catalog.has(key), "no {key} in {lang:?}");
            }
        }
    }
}
