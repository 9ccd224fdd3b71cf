//! The sample's rows from its specification: pure, streaming, the same ones every time.

use chrono::{Days, NaiveDate};

use super::cases::Case;
use super::issuer;
use super::people::{self, CITIES, PhoneStyle};
use super::plan::{BoletoPlan, CustomerPlan, NumberOf, TitlePlan, TitleState, crowd, open_ledger};
use super::random::Dice;
use super::rows::{ContactRow, CustomerRow, CustomerRows, ReceivableRow, flag};
use crate::domain::money::Cents;

/// How messy the sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dirt {
    /// Every phone reads, every boleto is valid.
    None,
    /// As found in shops: phones in all styles, a few mistyped boletos. Every row can be read.
    #[default]
    Normal,
    /// Beyond that, rows that cannot be read: no due date, no name, impossible tax ids and flags.
    Full,
}

/// What became of the crowd's receivables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ledger {
    /// As in shops: most are paid, few customers owe most of the rest.
    #[default]
    Shop,
    /// For measurements: none is paid, and one in ten is due when the sample's policy looks at it.
    AllOpen,
}

/// Which sample. The same specification gives the same rows, on every machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSpec {
    /// How many customers; the first ones are the [`Case`]s.
    pub customers: u32,
    /// How many receivables; `None`: five for each customer. Without customers beyond the cases only theirs.
    pub receivables: Option<u32>,
    /// Another seed, another crowd.
    pub seed: u64,
    /// The ERP's business date; the last close is the day before.
    pub today: NaiveDate,
    /// How messy.
    pub dirt: Dirt,
    /// What became of the receivables.
    pub ledger: Ledger,
}

impl SampleSpec {
    /// Fifty customers with the usual dirt.
    pub fn new(today: NaiveDate) -> Self {
        SampleSpec {
            customers: 50,
            receivables: None,
            seed: 1,
            today,
            dirt: Dirt::Normal,
            ledger: Ledger::Shop,
        }
    }

    /// How many receivables will come.
    pub fn total_receivables(&self) -> u32 {
        let wanted = self.wanted_receivables();
        let cases = self.case_titles(wanted);
        if self.crowd_size() == 0 { cases } else { wanted }
    }

    /// The customers with all that belongs to them, one by one.
    pub fn customers(&self) -> Customers<'_> {
        let wanted = self.wanted_receivables();
        Customers {
            spec: self,
            next_customer: 1,
            next_contact: 1,
            next_receivable: 1,
            next_document: 4_512,
            case_titles_left: wanted,
            crowd_titles: wanted - self.case_titles(wanted),
        }
    }

    fn wanted_receivables(&self) -> u32 {
        self.receivables.unwrap_or(self.customers.saturating_mul(5))
    }

    fn crowd_size(&self) -> u32 {
        self.customers.saturating_sub(Case::ALL.len() as u32)
    }

    /// Receivables of the cases, as far as `wanted` goes.
    fn case_titles(&self, wanted: u32) -> u32 {
        let cases = Case::ALL.iter().take(self.customers as usize);
        cases
            .map(|case| case.plan().titles.len() as u32)
            .sum::<u32>()
            .min(wanted)
    }

    fn day(&self, offset: i64) -> NaiveDate {
        let days = Days::new(offset.unsigned_abs());
        let day = if offset < 0 {
            self.today.checked_sub_days(days)
        } else {
            self.today.checked_add_days(days)
        };
        // Only at the ends of the calendar, which no shop meets.
        day.unwrap_or(self.today)
    }
}

/// Receivables of ten customers in a row, of fifty: few buy much, some nothing.
const SHARES: [u32; 10] = [4, 7, 1, 5, 14, 2, 8, 0, 6, 3];

/// Shares of the first `n` of the crowd.
fn shares(n: u32) -> u64 {
    let whole: u32 = SHARES.iter().sum();
    let begun: u32 = SHARES[..(n % 10) as usize].iter().sum();
    u64::from(n / 10) * u64::from(whole) + u64::from(begun)
}

/// See [`SampleSpec::customers`].
#[derive(Debug)]
pub struct Customers<'a> {
    spec: &'a SampleSpec,
    next_customer: u32,
    next_contact: u32,
    next_receivable: u32,
    next_document: u32,
    /// Receivables that the cases may still have.
    case_titles_left: u32,
    /// Receivables of the crowd.
    crowd_titles: u32,
}

impl Iterator for Customers<'_> {
    type Item = CustomerRows;

    fn next(&mut self) -> Option<CustomerRows> {
        let id = self.next_customer;
        if id > self.spec.customers {
            return None;
        }
        self.next_customer += 1;
        let mut dice = Dice::of(self.spec.seed, id);
        let plan = match Case::of(id) {
            Some(case) => {
                let mut plan = case.plan();
                plan.titles.truncate(self.case_titles_left as usize);
                self.case_titles_left -= plan.titles.len() as u32;
                plan
            }
            None => {
                let mut plan = crowd(&mut dice, self.share_of(id));
                if self.spec.ledger == Ledger::AllOpen {
                    open_ledger(&mut dice, &mut plan.titles);
                }
                plan
            }
        };
        let mut rows = self.rows(&mut dice, id, &plan);
        if self.spec.dirt == Dirt::Full && Case::of(id).is_none() {
            spoil(&mut rows);
        }
        Some(rows)
    }
}

impl Customers<'_> {
    /// How many receivables a customer of the crowd has: shares that add up to the total exactly.
    fn share_of(&self, id: u32) -> u32 {
        let index = id - 1 - Case::ALL.len() as u32;
        let all = u128::from(shares(self.spec.crowd_size()));
        let up_to = |n: u32| u128::from(self.crowd_titles) * u128::from(shares(n)) / all;
        (up_to(index + 1) - up_to(index)) as u32
    }

    fn rows(&mut self, dice: &mut Dice, id: u32, plan: &CustomerPlan) -> CustomerRows {
        let city = dice.pick(CITIES);
        let (street, number, district) = people::address(dice);
        let name = match plan.name {
            Some(name) => name.to_owned(),
            None if plan.company => people::company(dice),
            None => people::person(dice),
        };
        let tidy = self.spec.dirt == Dirt::None;
        let tax_id = if plan.company {
            people::cnpj(&people::cnpj_base(id, plan.letters))
        } else {
            people::cpf(id)
        };
        let tax_id = match dice.below(100) {
            _ if tidy || plan.name.is_some() => Some(tax_id),
            0..3 => None,
            3..15 => Some(tax_id.chars().filter(char::is_ascii_alphanumeric).collect()),
            _ => Some(tax_id),
        };
        let customer = CustomerRow {
            id,
            company: plan.company,
            name: Some(name),
            tax_id,
            street,
            number,
            district,
            city: city.name,
            state: city.state,
            postal_code: format!("{:05}-{:03}", city.postal_prefix, dice.below(1_000)),
            email: dice.chance(880).then(|| format!("cliente{id}@exemplo.example")),
            registered_on: self.spec.day(-dice.between(430, 4_000)),
            credit_limit: Cents::new(dice.between(1, 60) * 50_000),
            email_notice: flag(plan.email_notice),
            blocked: flag(plan.blocked),
        };
        let contacts = self.contacts(dice, id, plan, city.area_code);
        let mut receivables = Vec::with_capacity(plan.titles.len());
        let mut boletos = Vec::with_capacity(plan.titles.len());
        let mut document = String::new();
        let mut part_before = (0, 0);
        for title in &plan.titles {
            let continues =
                title.part.0 == part_before.0 + 1 && title.part.1 == part_before.1 && title.part.0 > 1;
            if !continues {
                document = self.document(dice, plan.name.is_some());
            }
            part_before = title.part;
            let receivable = self.receivable(dice, id, document.clone(), title);
            let boleto = title.boleto.map(|plan| BoletoPlan {
                broken: plan.broken && !tidy,
                ..plan
            });
            boletos.extend(boleto.and_then(|plan| issuer::boleto(dice, &receivable, plan)));
            receivables.push(receivable);
        }
        CustomerRows {
            customer,
            contacts,
            receivables,
            boletos,
        }
    }

    /// The next document number: mostly invoices.
    fn document(&mut self, dice: &mut Dice, case: bool) -> String {
        let number = self.next_document;
        self.next_document += 1;
        match dice.below(20) {
            0 if !case => format!("CT {number}"),
            1 if !case => format!("NFS-e {number}"),
            2 if !case => format!("PED {number}"),
            _ => format!("NF {number}"),
        }
    }

    fn contacts(
        &mut self,
        dice: &mut Dice,
        customer: u32,
        plan: &CustomerPlan,
        area_code: u8,
    ) -> Vec<ContactRow> {
        let tidy = self.spec.dirt == Dirt::None;
        // The contact whose number it is, and where that one lives.
        let mut before = (self.next_contact, area_code);
        let mut contacts = Vec::with_capacity(plan.contacts.len());
        for contact in &plan.contacts {
            let id = self.next_contact;
            self.next_contact += 1;
            let (owner, area_code) = match contact.number {
                NumberOf::Own => (id, area_code),
                NumberOf::Previous => before,
                NumberOf::First => (1, self.first_area_code()),
            };
            before = (owner, area_code);
            let style = if tidy && contact.phone != PhoneStyle::Landline {
                PhoneStyle::Mobile(0)
            } else {
                contact.phone
            };
            contacts.push(ContactRow {
                id,
                customer,
                name: contact.name.map_or_else(|| people::person(dice), str::to_owned),
                role: plan.company.then(|| *dice.pick(people::ROLES)),
                phone: people::phone(style, owner, area_code),
                receives: flag(contact.flagged),
            });
        }
        contacts
    }

    /// The area code of customer 1, whose contact 1 is.
    fn first_area_code(&self) -> u8 {
        Dice::of(self.spec.seed, 1).pick(CITIES).area_code
    }

    fn receivable(
        &mut self,
        dice: &mut Dice,
        customer: u32,
        document: String,
        title: &TitlePlan,
    ) -> ReceivableRow {
        let id = self.next_receivable;
        self.next_receivable += 1;
        // Nothing was paid later than yesterday: today's movement is not closed yet.
        let settled_in = (title.due_in + dice.between(-6, 4)).clamp(title.issued_in, -1);
        let (paid, balance, status) = match title.state {
            TitleState::Open => (0, title.amount, "A"),
            TitleState::Paid => (title.amount, 0, "B"),
            TitleState::Partly(percent) => {
                let paid = title.amount * i64::from(percent) / 100;
                (paid, title.amount - paid, "A")
            }
            TitleState::Overpaid(more) => (title.amount + more, -more, "B"),
            TitleState::Protested => (0, title.amount, "P"),
            TitleState::Renegotiated => (0, title.amount, "R"),
            TitleState::Cancelled => (0, title.amount, "C"),
        };
        ReceivableRow {
            id,
            branch: title.branch,
            customer,
            document: Some(document),
            installment: title.part.0,
            installments: title.part.1,
            issued_on: self.spec.day(title.issued_in),
            due_on: Some(self.spec.day(title.due_in)),
            amount: Cents::new(title.amount),
            paid: Cents::new(paid),
            balance: Some(Cents::new(balance)),
            settled_on: (status == "B").then(|| self.spec.day(settled_in)),
            status,
        }
    }
}

/// Makes one of every few customers unreadable in one of the ways met in old databases.
fn spoil(rows: &mut CustomerRows) {
    let first = rows.receivables.first_mut();
    match rows.customer.id % 19 {
        0 => rows.customer.tax_id = Some("ISENTO".to_owned()),
        1 => rows.customer.name = None,
        2 => rows.customer.tax_id = Some("529.982.247-24".to_owned()),
        3 => rows.customer.email_notice = "X",
        4 => rows
            .contacts
            .iter_mut()
            .for_each(|contact| contact.receives = "?"),
        5 => first.into_iter().for_each(|receivable| receivable.due_on = None),
        6 => first
            .into_iter()
            .for_each(|receivable| receivable.document = None),
        7 => first.into_iter().for_each(|receivable| receivable.balance = None),
        // Line and barcode of two different boletos.
        8 if rows.boletos.len() > 1 => {
            let other = rows.boletos[1].line.clone();
            rows.boletos[0].line = other;
            rows.boletos[0].broken = true;
        }
        9 => rows.customer.name = Some("   ".to_owned()),
        _ => {}
    }
}
