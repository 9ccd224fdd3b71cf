//! The ERP's database and queries, our tables, and the gateway, whose address the ERP may give.

use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::high_water::{HighWater, Verdict};
use super::super::wiring;
use super::report::Report;
use crate::adapters::firebird::connection::Connection;
use crate::adapters::firebird::erp::FirebirdErp;
use crate::adapters::firebird::outbox::FirebirdOutbox;
use crate::adapters::firebird::{migrations, source_check};
use crate::app::doctor::{Status, erp_side, gateway_side, outbox_side};
use crate::app::shop::Shop;
use crate::config::Settings;
use crate::ports::clock::Clock;
use crate::ports::erp::ErpError;

impl Report<'_> {
    /// The ERP's database; `false`: nothing more can be asked of it.
    pub(super) fn database(&mut self, settings: &Settings) -> bool {
        let connected = Connection::open(&wiring::connection(self.context, settings, &settings.database))
            .and_then(|mut c| {
                let version = c.server_version()?;
                let facts = c.query("SELECT CAST(MON$SQL_DIALECT AS INTEGER) FROM MON$DATABASE", &[])?;
                let dialect = facts.first().map(|row| row.int(0)).transpose()?.unwrap_or(3);
                Ok((version, c.charset(), dialect))
            });
        match connected {
            Ok((version, charset, dialect)) => {
                let args = [
                    ("version", version.into()),
                    ("charset", charset.into()),
                    ("dialect", dialect.into()),
                ];
                let detail = self.context.text("doctor-database", &args);
                self.ok("database", detail);
                true
            }
            Err(error) => {
                self.error("database", &CliError::from(error));
                false
            }
        }
    }

    pub(super) fn outbox(&mut self, settings: &Settings, shop: &Shop, clock: &dyn Clock) {
        let connection = wiring::connection(self.context, settings, settings.outbox_database());
        let mut outbox = match FirebirdOutbox::open(&connection) {
            Ok(outbox) => outbox,
            Err(error) => return self.error("outbox", &CliError::Outbox(error)),
        };
        self.ok(
            "outbox",
            self.context
                .text("doctor-outbox", &[("version", migrations::KNOWN.into())]),
        );
        match outbox.forced_writes() {
            Ok(true) => self.ok("forced_writes", self.context.say("doctor-forced-writes-on")),
            Ok(false) => self.problem("forced_writes", "doctor-forced-writes", &[], ExitCode::Database),
            Err(error) => self.error("forced_writes", &CliError::Outbox(error)),
        }
        match HighWater::read(&settings.file, &mut outbox) {
            Ok((_, Verdict::Restored { seen, found })) => {
                self.warn(
                    "high_water",
                    "doctor-restored",
                    &[("seen", seen.into()), ("found", found.into())],
                );
            }
            Ok((water, Verdict::First | Verdict::Fine)) => {
                let args = [("departures", water.departures().into())];
                self.ok("high_water", self.context.text("doctor-high-water", &args));
            }
            Ok((_, Verdict::AnotherOutbox)) => self.warn("high_water", "doctor-another-outbox", &[]),
            Ok((_, Verdict::Unreadable)) => self.warn("high_water", "doctor-mark-unreadable", &[]),
            Err(error) => self.error("high_water", &error),
        }
        match outbox_side(&mut outbox, shop, clock) {
            Ok(facts) => facts.iter().for_each(|fact| self.fact(fact)),
            Err(error) => self.error("waiting", &CliError::Outbox(error)),
        }
    }

    /// Queries, indexes, contract, policies, dates; then the gateway, whose address the ERP may give.
    pub(super) fn erp(&mut self, settings: &Settings, shop: &Shop, clock: &dyn Clock) {
        let erp = match wiring::erp(self.context, settings) {
            Ok(erp) => erp,
            Err(error) => return self.error("queries", &error),
        };
        let checked = match source_check::check(&erp, 1) {
            Ok(checked) => checked,
            Err(error) => return self.error("queries", &CliError::from(error)),
        };
        let count = checked.len();
        let mut sound = true;
        for query in checked {
            for problem in query.problems {
                sound = false;
                let error = ErpError::Query {
                    query: query.query.to_owned(),
                    file: query.file.clone(),
                    problem: Box::new(problem),
                };
                self.error("queries", &CliError::from(error));
            }
        }
        if !sound {
            return;
        }
        self.ok(
            "queries",
            self.context.text("doctor-queries", &[("count", count.into())]),
        );
        self.indexes(&erp, shop, clock);
        let ground = match erp_side(&erp, shop, clock) {
            Ok((ground, facts)) => {
                facts.iter().for_each(|fact| self.fact(fact));
                ground
            }
            Err(error) => return self.error("contract", &CliError::from(error)),
        };
        let gateways = wiring::Gateways::of(settings, ground.instances);
        gateway_side(&gateways.names(), &gateways.opener())
            .iter()
            .for_each(|fact| self.fact(fact));
    }

    /// Large tables that the server reads as a whole to find a day's or a customer's rows.
    pub(super) fn indexes(&mut self, erp: &FirebirdErp, shop: &Shop, clock: &dyn Clock) {
        let today = shop.today(clock.now());
        match erp.open().and_then(|mut snapshot| snapshot.whole_tables(today)) {
            Ok(tables) => {
                if tables.is_empty() {
                    self.ok("indexes", self.context.say("doctor-indexes-ok"));
                }
                for whole in tables {
                    let key = if whole.column == "CUSTOMER_ID" {
                        "doctor-indexes-customer"
                    } else {
                        "doctor-indexes"
                    };
                    let detail = self
                        .context
                        .text(key, &[("table", whole.table.into()), ("rows", whole.rows.into())]);
                    let hint = match whole.index {
                        Some(index) => self
                            .context
                            .text("doctor-indexes-create", &[("index", index.into())]),
                        None => self.context.text(
                            "doctor-indexes-hint",
                            &[("column", whole.column.into()), ("query", whole.query.into())],
                        ),
                    };
                    self.push(
                        "indexes",
                        Status::Warning,
                        detail,
                        Some(hint),
                        ExitCode::NeedsPerson,
                    );
                }
            }
            // A user without a view of the monitoring tables loses only this check.
            Err(error) => {
                let words = self.words(&CliError::from(error)).0;
                self.push("indexes", Status::Warning, words, None, ExitCode::Database);
            }
        }
    }
}
