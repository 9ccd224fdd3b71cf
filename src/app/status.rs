//! What is where: counts, instances, runs, and what needs a person.

use chrono::{Duration, NaiveDate};

use crate::domain::ids::InstanceId;
use crate::domain::notice::{NoticeState, PartState};
use crate::ports::clock::Clock;
use crate::ports::gateway::{GatewayError, LinkState, OpenGateway};
use crate::ports::outbox::{
    Counts, InstanceRow, Notice, Outbox, OutboxError, Part, Restriction, RunSummary, StoredReply,
};

use super::shop::Shop;

/// An accepted part without any receipt for so long is worth a look: after a re-pairing a gateway can accept
/// everything and deliver nothing.
pub const RECEIPT_HOURS: i64 = 12;

/// Runs and replies shown.
const LAST: u32 = 10;

/// The whole picture.
#[derive(Debug)]
pub struct StatusReport {
    /// Today in the shop's zone.
    pub today: NaiveDate,
    /// Only this close; `None`: all stored runs.
    pub close: Option<NaiveDate>,
    /// Counts.
    pub counts: Counts,
    /// Parts that wait for a person, with their notices.
    pub unknown: Vec<(Notice, Part)>,
    /// Instances as the outbox and the gateway know them.
    pub instances: Vec<InstanceStatus>,
    /// The newest runs.
    pub last_runs: Vec<RunSummary>,
    /// Replies for a person.
    pub replies: Vec<StoredReply>,
    /// The clock was moved.
    pub moved_clock: bool,
}

/// One instance.
#[derive(Debug)]
pub struct InstanceStatus {
    /// Name.
    pub instance: InstanceId,
    /// Counters, when it was ever used.
    pub row: Option<InstanceRow>,
    /// Its link, as the gateway tells; `None`: not asked.
    pub link: Option<Result<LinkState, GatewayError>>,
}

impl StatusReport {
    /// Instances whose number WhatsApp restricts: they send nothing today.
    pub fn restricted(&self) -> impl Iterator<Item = (&InstanceId, &Restriction)> {
        let today = self.today;
        self.instances.iter().filter_map(move |i| {
            let restriction = i.row.as_ref()?.restriction.as_ref()?;
            restriction.holds_on(today).then_some((&i.instance, restriction))
        })
    }

    /// Things that wait for a person: unknown parts, held notices, replies, missing receipts, restricted numbers.
    pub fn needs_person(&self) -> u32 {
        let parts = |state| {
            self.counts
                .parts
                .iter()
                .find(|(s, _)| *s == state)
                .map_or(0, |(_, n)| *n)
        };
        parts(PartState::Unknown)
            + self.counts.held
            + self.counts.replies_for_person
            + self.counts.without_receipt
            + self.counts.arrived_late.len() as u32
            + self.restricted().count() as u32
    }

    /// Notices in a state.
    pub fn notices(&self, state: NoticeState) -> u32 {
        self.counts
            .notices
            .iter()
            .find(|(s, _)| *s == state)
            .map_or(0, |(_, n)| *n)
    }
}

/// Reads the picture. `gateway`: opens an instance's gateway to ask for its link; `None` asks nobody.
///
/// # Errors
/// [`OutboxError`].
pub fn status(
    outbox: &mut dyn Outbox,
    shop: &Shop,
    clock: &dyn Clock,
    close: Option<NaiveDate>,
    known: &[InstanceId],
    gateway: Option<&OpenGateway<'_>>,
) -> Result<StatusReport, OutboxError> {
    let now = clock.now();
    let counts = outbox.counts(close, now - Duration::hours(RECEIPT_HOURS))?;
    let mut unknown = Vec::new();
    for id in outbox.with_unknown_parts()? {
        if let Some(notice) = outbox.notice(id)? {
            let parts: Vec<Part> = notice
                .parts
                .iter()
                .filter(|p| p.state == PartState::Unknown)
                .cloned()
                .collect();
            unknown.extend(parts.into_iter().map(|part| (notice.clone(), part)));
        }
    }
    let rows = outbox.instances(shop.today(now))?;
    let mut names: Vec<InstanceId> = known.to_vec();
    names.extend(rows.iter().map(|r| r.instance.clone()));
    names.sort();
    names.dedup();
    let instances = names
        .into_iter()
        .map(|instance| InstanceStatus {
            row: rows.iter().find(|r| r.instance == instance).cloned(),
            link: gateway.map(|open| open(&instance).and_then(|g| g.status())),
            instance,
        })
        .collect();
    Ok(StatusReport {
        today: shop.today(now),
        close,
        counts,
        unknown,
        instances,
        last_runs: outbox.runs(close, LAST)?,
        replies: outbox.replies_for_person(LAST)?,
        moved_clock: clock.is_moved(),
    })
}
