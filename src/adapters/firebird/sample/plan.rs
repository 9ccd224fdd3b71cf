//! What a customer is like, before names, numbers and codes are filled in.
//!
//! The cases ([`super::cases`]) are written down, the crowd ([`crowd`]) is drawn; the generator turns both into
//! rows in the same way.

use super::people::PhoneStyle;
use super::random::Dice;

/// A customer to be.
#[derive(Debug, Clone)]
pub(super) struct CustomerPlan {
    /// `None`: a made-up name.
    pub(super) name: Option<&'static str>,
    pub(super) company: bool,
    /// The CNPJ has letters.
    pub(super) letters: bool,
    pub(super) email_notice: bool,
    pub(super) blocked: bool,
    pub(super) contacts: Vec<ContactPlan>,
    pub(super) titles: Vec<TitlePlan>,
}

/// A contact to be.
#[derive(Debug, Clone)]
pub(super) struct ContactPlan {
    /// `None`: a made-up name.
    pub(super) name: Option<&'static str>,
    pub(super) phone: PhoneStyle,
    /// "Recebe aviso de débitos".
    pub(super) flagged: bool,
    /// Whose number it is: the contact's own, or one that another has, too.
    pub(super) number: NumberOf,
}

/// Whose number a contact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberOf {
    /// Its own.
    Own,
    /// That of the contact before it (a couple, an office).
    Previous,
    /// That of contact 1 (an accountant who serves several customers).
    First,
}

/// A receivable to be.
#[derive(Debug, Clone)]
pub(super) struct TitlePlan {
    pub(super) branch: u8,
    /// Days from today to the due date.
    pub(super) due_in: i64,
    /// Days from today to the issue.
    pub(super) issued_in: i64,
    /// Cents.
    pub(super) amount: i64,
    /// Installment and number of installments.
    pub(super) part: (u8, u8),
    pub(super) state: TitleState,
    pub(super) boleto: Option<BoletoPlan>,
}

/// What became of a receivable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TitleState {
    Open,
    Paid,
    /// Paid in part: so many percent.
    Partly(u8),
    /// Paid, and so many cents too much: the balance is negative.
    Overpaid(i64),
    Protested,
    Renegotiated,
    Cancelled,
}

/// A boleto to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BoletoPlan {
    pub(super) pix: bool,
    /// A digit mistyped.
    pub(super) broken: bool,
    /// Days after the due date on which it can be paid last.
    pub(super) payable_days: Option<u16>,
    /// Assigned to a factoring company: the bank shows another payee than the branch.
    pub(super) factoring: bool,
}

/// How often the branches sell.
const BRANCH_WEIGHTS: &[u32] = &[60, 28, 12];
/// How often people agree on one installment, two, ... six.
const INSTALLMENT_WEIGHTS: [u32; 6] = [40, 18, 22, 8, 5, 7];
/// Oldest and latest due dates, days from today.
const OLDEST: i64 = -400;
const LATEST: i64 = 60;

/// One of the crowd, with exactly `titles` receivables.
pub(super) fn crowd(dice: &mut Dice, titles: u32) -> CustomerPlan {
    let company = dice.chance(450);
    let bad_payer = dice.chance(110);
    let mut plan = CustomerPlan {
        name: None,
        company,
        letters: company && dice.chance(60),
        email_notice: dice.chance(890),
        blocked: dice.chance(if bad_payer { 150 } else { 20 }),
        contacts: contacts(dice),
        titles: Vec::with_capacity(titles as usize),
    };
    let home = dice.weighted(BRANCH_WEIGHTS) as u8 + 1;
    let mut left = titles;
    while left > 0 {
        let parts = (dice.weighted(&INSTALLMENT_WEIGHTS) as u8 + 1).min(left.min(6) as u8);
        left -= u32::from(parts);
        let branch = if dice.chance(930) {
            home
        } else {
            dice.weighted(BRANCH_WEIGHTS) as u8 + 1
        };
        purchase(dice, &mut plan.titles, branch, parts, company, bad_payer);
    }
    plan
}

/// Nothing is paid, and one receivable in ten lies where the sample's policy looks (`company`: upcoming from 5 days
/// before, overdue up to 180 days after); the others fall due later, as those of a shop that sells in long terms.
pub(super) fn open_ledger(dice: &mut Dice, titles: &mut [TitlePlan]) {
    const IN_SCOPE: (i64, i64) = (-180, 5);
    const LATER: (i64, i64) = (6, 3 * 365);
    for title in titles {
        let (first, last) = if dice.chance(100) { IN_SCOPE } else { LATER };
        title.due_in = dice.between(first, last);
        title.issued_in = (title.due_in - dice.between(7, 35)).min(-1);
        title.state = if dice.chance(90) {
            TitleState::Partly(dice.between(10, 90) as u8)
        } else {
            TitleState::Open
        };
    }
}

/// One purchase in `parts` installments, a month apart.
fn purchase(
    dice: &mut Dice,
    titles: &mut Vec<TitlePlan>,
    branch: u8,
    parts: u8,
    company: bool,
    bad_payer: bool,
) {
    const MONTH: i64 = 30;
    let span = i64::from(parts - 1) * MONTH;
    let first = dice.between(OLDEST, LATEST - span);
    let issued_in = (first - dice.between(7, 35)).min(-1);
    // Many small purchases, few large ones.
    let scale = dice.between(1, 100);
    let total = dice.between(3_500, 35_000) * (1 + scale * scale / 1_500) * if company { 2 } else { 1 };
    let each = total / i64::from(parts);
    let with_boleto = dice.chance(780);
    let factoring = branch == 3 && dice.chance(120);
    let payable_days = if dice.chance(300) {
        Some(*dice.pick(&[5_u16, 15, 29, 30, 59, 60]))
    } else {
        None
    };
    for part in 1..=parts {
        let due_in = first + i64::from(part - 1) * MONTH;
        // The first installment carries the odd cents.
        let amount = if part == 1 {
            total - each * i64::from(parts - 1)
        } else {
            each
        };
        titles.push(TitlePlan {
            branch,
            due_in,
            issued_in,
            amount,
            part: (part, parts),
            state: state(dice, due_in, bad_payer),
            boleto: with_boleto.then(|| BoletoPlan {
                pix: dice.chance(if branch == 2 { 850 } else { 150 }),
                broken: dice.chance(4),
                payable_days,
                factoring,
            }),
        });
    }
}

/// What became of a receivable due in `due_in` days. Debts cluster: few customers owe most of them.
fn state(dice: &mut Dice, due_in: i64, bad_payer: bool) -> TitleState {
    let open_per_mille = match (due_in, bad_payer) {
        (0.., _) => 965,
        (-5..0, true) => 700,
        (-30..-5, true) => 550,
        (-90..-30, true) => 400,
        (-180..-90, true) => 250,
        (_, true) => 150,
        (-5..0, false) => 140,
        (-30..-5, false) => 40,
        (-90..-30, false) => 12,
        (_, false) => 2,
    };
    if !dice.chance(open_per_mille) {
        return if dice.chance(3) {
            TitleState::Overpaid(dice.between(1, 500))
        } else {
            TitleState::Paid
        };
    }
    match dice.below(1_000) {
        0..90 => TitleState::Partly(dice.between(10, 90) as u8),
        90..130 if due_in < -20 => TitleState::Protested,
        130..180 if due_in < -10 => TitleState::Renegotiated,
        180..190 => TitleState::Cancelled,
        _ => TitleState::Open,
    }
}

/// The contacts of one customer.
fn contacts(dice: &mut Dice) -> Vec<ContactPlan> {
    let count = dice.weighted(&[20, 550, 290, 110, 30]);
    (0..count)
        .map(|i| ContactPlan {
            name: None,
            phone: phone_style(dice),
            flagged: dice.chance(if i == 0 { 720 } else { 240 }),
            number: match dice.below(1_000) {
                0..25 if i > 0 => NumberOf::Previous,
                25..29 => NumberOf::First,
                _ => NumberOf::Own,
            },
        })
        .collect()
}

/// Most phones are typed in one of the usual ways, the rest in all the others.
fn phone_style(dice: &mut Dice) -> PhoneStyle {
    use PhoneStyle as P;
    match dice.below(1_000) {
        0..600 => P::Mobile(dice.below(3) as u8),
        600..720 => P::Mobile(dice.below(u32::from(super::people::MOBILE_WAYS)) as u8),
        720..780 => P::WithoutNinthDigit,
        780..860 => P::Landline,
        860..890 => P::MobileWithoutAreaCode,
        890..905 => P::LandlineWithoutAreaCode,
        905..915 => P::Service,
        915..935 => P::Two,
        935..945 => P::WithWord,
        945..955 => P::Words,
        955..958 => P::Foreign,
        958..985 => P::Empty,
        _ => P::Null,
    }
}
