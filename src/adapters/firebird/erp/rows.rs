//! The rows of each source query as values of the domain: what must be there, what may be absent, what a null means.

use super::contract::Expect;
use super::narrow::{Narrow, with_room};
use super::read::{Fault, Fields};
use super::snapshot::FirebirdSnapshot;
use crate::adapters::firebird::connection::DatabaseError;
use crate::domain::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use crate::domain::receivable::{
    BadRow, BadValue, Batch, BoletoRecord, Branch, Contact, ContractFeature, ContractInstance, Customer,
    PolicyRow, Receivable, SystemDates,
};
use crate::domain::tax_id::TaxId;
use crate::ports::erp::{ErpError, ErpSnapshot, QueryProblem, Scope};

impl ErpSnapshot for FirebirdSnapshot<'_> {
    fn system(&mut self) -> Result<SystemDates, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(SystemDates {
                business_date: f.date("BUSINESS_DATE")?,
                last_closed_date: f.opt_date("LAST_CLOSED_DATE")?,
                last_bank_return: f.opt_date("LAST_BANK_RETURN")?,
            }))
        };
        // Every row counts here: none is a second one of another's key.
        let number = std::cell::Cell::new(0);
        let unique = |_: &SystemDates| number.replace(number.get() + 1);
        let batch = self.read(
            "system",
            None,
            &Narrow::default(),
            &["BUSINESS_DATE"],
            read,
            unique,
        )?;
        let source = self.queries.get("system");
        match (batch.rows.as_slice(), batch.bad.as_slice()) {
            ([only], []) => Ok(*only),
            ([], [bad]) => Err(source.error(QueryProblem::WrongType {
                column: bad.column.clone(),
                expected: Expect::Date.to_string(),
                found: if bad.problem == BadValue::Missing {
                    "null".to_owned()
                } else {
                    bad.value.clone()
                },
            })),
            (rows, bad) => Err(source.error(QueryProblem::RowCount {
                found: rows.len() + bad.len(),
            })),
        }
    }

    fn branches(&mut self) -> Result<Batch<Branch>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            let tax_id = f.text("TAX_ID")?;
            Ok(Some(Branch {
                id: f.id("BRANCH_ID", |id| BranchId::new(id))?,
                legal_name: f.text("LEGAL_NAME")?,
                trade_name: f.opt_text("TRADE_NAME")?,
                tax_id: TaxId::parse(&tax_id).map_err(|_| f.fault("TAX_ID", BadValue::NotATaxId))?,
                address: f.text("ADDRESS")?,
                district: f.opt_text("DISTRICT")?,
                city: f.text("CITY")?,
                state: f.text("STATE")?,
                postal_code: f.opt_text("POSTAL_CODE")?,
                phone: f.opt_text("PHONE")?,
                email: f.opt_text("EMAIL")?,
                logo: None,
            }))
        };
        let narrow = Narrow {
            left_out: &["LOGO"],
            ..Narrow::default()
        };
        self.read("branches", None, &narrow, &["BRANCH_ID"], read, |row| {
            row.id.clone()
        })
    }

    fn contract(&mut self) -> Result<Batch<ContractFeature>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(ContractFeature {
                feature: f.text("FEATURE")?,
                active: f.opt_flag("ACTIVE")?.unwrap_or(false),
                valid_until: f.opt_date("VALID_UNTIL")?,
            }))
        };
        // A history of the contract has several rows of a feature: which of them is in force is for others to say.
        let number = std::cell::Cell::new(0);
        let unique = |_: &ContractFeature| number.replace(number.get() + 1);
        self.read("contract", None, &Narrow::default(), &["FEATURE"], read, unique)
    }

    fn instances(&mut self) -> Result<Batch<ContractInstance>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(ContractInstance {
                instance: f.id("INSTANCE", |id| InstanceId::new(id))?,
                branch: f.opt_text("BRANCH_ID")?.map(BranchId::new),
                kind: f.opt_text("KIND")?,
                url: f.opt_text("URL")?,
                token: f.opt_text("TOKEN")?,
            }))
        };
        let key = |row: &ContractInstance| (row.instance.clone(), row.branch.clone());
        self.read(
            "instances",
            None,
            &Narrow::default(),
            &["INSTANCE", "BRANCH_ID"],
            read,
            key,
        )
    }

    fn notice_policy(&mut self) -> Result<Batch<PolicyRow>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            let kind = |flag: &'static str, days: &'static str| {
                let notify = f.opt_flag(flag)?.unwrap_or(false);
                // Where the kind is off, whatever stands in its days counts for nothing.
                let days = if notify { f.days(days)? } else { Vec::new() };
                Ok::<_, Fault>((notify, days))
            };
            let (notify_upcoming, upcoming_days) = kind("NOTIFY_UPCOMING", "UPCOMING_DAYS")?;
            let (notify_overdue, overdue_days) = kind("NOTIFY_OVERDUE", "OVERDUE_DAYS")?;
            Ok(Some(PolicyRow {
                branch: f.opt_text("BRANCH_ID")?.map(BranchId::new),
                email_configured: f.opt_flag("EMAIL_CONFIGURED")?.unwrap_or(false),
                notify_upcoming,
                upcoming_days,
                notify_overdue,
                overdue_days,
                repeat_every_days: f.opt_count("REPEAT_EVERY_DAYS")?,
                stop_after_days: f.opt_limit("STOP_AFTER_DAYS")?,
                min_amount: f.opt_money("MIN_AMOUNT")?,
            }))
        };
        self.read(
            "notice_policy",
            None,
            &Narrow::default(),
            &["BRANCH_ID"],
            read,
            |row| row.branch.clone(),
        )
    }

    fn customers(&mut self, scope: &Scope) -> Result<Batch<Customer>, ErpError> {
        let narrows = self.narrows("customers", scope)?;
        self.read_parts("customers", scope, narrows, &["CUSTOMER_ID"], customer, |row| {
            row.id.clone()
        })
    }

    fn contacts(&mut self, scope: &Scope) -> Result<Batch<Contact>, ErpError> {
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            Ok(Some(Contact {
                id: f.id("CONTACT_ID", |id| ContactId::new(id))?,
                customer: f.id("CUSTOMER_ID", |id| CustomerId::new(id))?,
                // A contact without a name can still be written to; one without a phone is refused by selection,
                // which can tell for whom.
                name: f.opt_text("CONTACT_NAME")?.unwrap_or_default(),
                phone: f.opt_text("PHONE")?.unwrap_or_default(),
                receives_whatsapp: f.opt_flag("RECEIVES_WHATSAPP")?.unwrap_or(false),
            }))
        };
        let narrows = self.narrows("contacts", scope)?;
        let key = |row: &Contact| (row.customer.clone(), row.id.clone());
        self.read_parts(
            "contacts",
            scope,
            narrows,
            &["CONTACT_ID", "CUSTOMER_ID"],
            read,
            key,
        )
    }

    fn receivables(&mut self, scope: &Scope) -> Result<Batch<Receivable>, ErpError> {
        let narrows = self.narrows("receivables", scope)?;
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            // Where the database could not filter (dates or numbers kept as text, sub-cent rests). The balance first:
            // what stands in the due date of a paid one is nobody's business.
            let balance = f.money("BALANCE")?;
            let due = match scope {
                Scope::DueBetween { from, to } => Some(*from..=*to),
                Scope::Customers(_) => None,
            };
            if due.is_some() && !balance.is_positive() {
                return Ok(None);
            }
            let due_on = f.date("DUE_ON")?;
            if due.is_some_and(|due| !due.contains(&due_on)) {
                return Ok(None);
            }
            Ok(Some(Receivable {
                id: f.id("RECEIVABLE_ID", |id| ReceivableId::new(id))?,
                branch: f.id("BRANCH_ID", |id| BranchId::new(id))?,
                customer: f.id("CUSTOMER_ID", |id| CustomerId::new(id))?,
                document: f.text("DOCUMENT")?,
                installment: f.opt_text("INSTALLMENT")?,
                issued_on: f.opt_date("ISSUED_ON")?,
                due_on,
                amount: f.money("AMOUNT")?,
                balance,
                fine_percent: f.opt_percent("FINE_PERCENT")?,
                interest_percent_month: f.opt_percent("INTEREST_PERCENT_MONTH")?,
                excluded_reason: f.opt_text("EXCLUDED_REASON")?,
            }))
        };
        let mut all = Batch::default();
        for mut narrow in narrows {
            let part = loop {
                let part = self.read(
                    "receivables",
                    Some(scope),
                    &narrow,
                    &["RECEIVABLE_ID"],
                    read,
                    |row| row.id.clone(),
                );
                // A file that reckons with the dates it names (`< :DUE_TO + 1`) cannot with the last one there is.
                match (narrow.due.and_then(with_room), part) {
                    (Some(inner), Err(ErpError::Query { .. })) => narrow.due = Some(inner),
                    (_, part) => break part?,
                }
            };
            all.rows.extend(part.rows);
            all.bad.extend(part.bad);
        }
        Ok(all)
    }

    fn boletos_each(
        &mut self,
        scope: &Scope,
        each: &mut dyn FnMut(BoletoRecord),
    ) -> Result<Vec<BadRow>, ErpError> {
        let by_customer = self.column("boletos", "q", "CUSTOMER_ID")?.is_some();
        let narrows = self.narrows("boletos", scope)?;
        let read = |f: &Fields<'_>, _: &mut Vec<Fault>| {
            // Sending finds boletos by this column where it is there: one without it would be lost in silence.
            if by_customer {
                f.text("CUSTOMER_ID")?;
            }
            Ok(Some(BoletoRecord {
                receivable: Some(f.id("RECEIVABLE_ID", |id| ReceivableId::new(id))?),
                bank_code: f.opt_text("BANK_CODE")?,
                agency: f.opt_text("AGENCY")?,
                account: f.opt_text("ACCOUNT")?,
                wallet: f.opt_text("WALLET")?,
                our_number: f.opt_text("OUR_NUMBER")?,
                barcode: f.opt_text("BARCODE")?,
                digitable_line: f.opt_text("DIGITABLE_LINE")?,
                pix_code: f.opt_text("PIX_CODE")?,
                beneficiary_name: f.opt_text("BENEFICIARY_NAME")?,
                beneficiary_tax_id: f.opt_text("BENEFICIARY_TAX_ID")?,
                payable_until: f.opt_date("PAYABLE_UNTIL")?,
                pdf: None,
                instructions: f.opt_text("INSTRUCTIONS")?,
            }))
        };
        let mut bad = Vec::new();
        for narrow in narrows {
            let faults = self.read_each(
                "boletos",
                Some(scope),
                &narrow,
                &["RECEIVABLE_ID"],
                read,
                |row| row.receivable.clone(),
                &mut |row| each(row),
            )?;
            bad.extend(faults);
        }
        Ok(bad)
    }

    fn find_customers(&mut self, text: &str, limit: usize) -> Result<Batch<Customer>, ErpError> {
        let limit = limit.max(1);
        match self.customers_as_typed(text.trim(), limit) {
            // Letters that the database cannot hold are in nobody's name.
            Err(ErpError::Database(DatabaseError::Charset { .. })) => Ok(Batch::default()),
            Ok(found) if found.rows.is_empty() => Ok(Batch {
                rows: self.customers_by_plain_name(text, limit)?,
                bad: found.bad,
            }),
            found => found,
        }
    }

    fn logo(&mut self, branch: &BranchId) -> Result<Option<Vec<u8>>, ErpError> {
        self.blob("branches", "LOGO", &[("BRANCH_ID", branch.as_str())])
    }

    fn boleto_pdf(
        &mut self,
        customer: &CustomerId,
        receivable: &ReceivableId,
    ) -> Result<Option<Vec<u8>>, ErpError> {
        let keys = [
            ("RECEIVABLE_ID", receivable.as_str()),
            ("CUSTOMER_ID", customer.as_str()),
        ];
        self.blob("boletos", "BOLETO_PDF", &keys)
    }
}

/// An unreadable tax id is reported, but the customer stays: it is only printed.
pub(super) fn customer(f: &Fields<'_>, faults: &mut Vec<Fault>) -> Result<Option<Customer>, Fault> {
    let tax_id = match f.opt_text("TAX_ID") {
        // Zeros are what ERPs write for "none".
        Ok(Some(text)) if text.chars().any(|c| c.is_ascii_digit() && c != '0') => match TaxId::parse(&text) {
            Ok(tax_id) => Some(tax_id),
            Err(_) => {
                faults.push(f.fault("TAX_ID", BadValue::NotATaxId));
                None
            }
        },
        Ok(_) => None,
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    Ok(Some(Customer {
        id: f.id("CUSTOMER_ID", |id| CustomerId::new(id))?,
        name: f.text("NAME")?,
        tax_id,
        address: f.opt_text("ADDRESS")?,
        district: f.opt_text("DISTRICT")?,
        city: f.opt_text("CITY")?,
        state: f.opt_text("STATE")?,
        postal_code: f.opt_text("POSTAL_CODE")?,
        email_notice: f.opt_flag("EMAIL_NOTICE")?.unwrap_or(false),
        blocked: f.opt_flag("BLOCKED")?.unwrap_or(false),
    }))
}
