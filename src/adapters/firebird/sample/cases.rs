//! Customers that every sample has, so that each rule can be seen at work on any day.
//!
//! Due dates that are to count as overdue lie eight days or more back: beyond any weekend, holiday and grace.

use super::people::PhoneStyle::{self, Landline, Mobile, MobileWithoutAreaCode, Service};
use super::plan::{BoletoPlan, ContactPlan, CustomerPlan, NumberOf, TitlePlan, TitleState};

macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// The written-down customers, in the order of their codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Case { $($(#[$doc])* $name,)+ }

        impl Case {
            /// All of them; a sample with fewer customers has the first ones.
            pub const ALL: &[Case] = &[$(Case::$name,)+];
        }
    };
}

cases! {
    /// A person with accents, one receivable ten days overdue, boleto with Pix.
    OverdueWithPix,
    /// A bakery with a receivable due in three days and two flagged contacts: two notices.
    TwoContacts,
    /// One receivable overdue, one due in two days.
    Both,
    /// Five receivables that fire, three overdue and two upcoming: above `max_boletos`.
    ManyBoletos,
    /// CNPJ with letters, due today.
    LettersDueToday,
    /// Half of the receivable is paid: its boleto no longer has the right value.
    PartlyPaid,
    /// One receivable without boleto, one whose boleto can no longer be paid.
    NoUsableBoleto,
    /// The boleto's digits do not agree (fine where the sample is without dirt).
    BrokenBoleto,
    /// Debts at two branches: two notices to one contact.
    TwoBranches,
    /// The flagged contact has a landline.
    LandlineOnly,
    /// Two flagged contacts with the same number: one notice.
    SameNumberTwice,
    /// Blocked in the ERP.
    Blocked,
    /// Gets no e-mail notices, hence no WhatsApp.
    WithoutEmailNotice,
    /// No contact is flagged.
    NobodyFlagged,
    /// One receivable protested, one renegotiated.
    ProtestedAndRenegotiated,
    /// The flagged contact has an 0800 number (a mobile where the sample is without dirt).
    ServiceNumber,
    /// The flagged contact's number has no area code (a tidy one where the sample is without dirt).
    WithoutAreaCode,
    /// Owes less than the policy's smallest amount.
    BelowMinimum,
    /// Paid everything, once too much: a negative balance.
    Overpaid,
    /// Shares the number of [`Case::OverdueWithPix`], due in five days.
    SharedNumber,
}

impl Case {
    /// The customer's code in the sample.
    pub fn customer_id(self) -> u32 {
        self as u32 + 1
    }

    /// The customer that has this code.
    pub(super) fn of(customer_id: u32) -> Option<Case> {
        Case::ALL.get(customer_id.checked_sub(1)? as usize).copied()
    }

    pub(super) fn plan(self) -> CustomerPlan {
        let one = |phone| vec![flagged("", phone)];
        let tidy = || one(Mobile(0));
        match self {
            Case::OverdueWithPix => person(
                "Maria da Conceição Araújo",
                vec![flagged("Maria da Conceição", Mobile(0))],
                vec![title(-10, 35_000).pix()],
            ),
            Case::TwoContacts => company(
                "Padaria São João Ltda",
                vec![
                    flagged("João Simões", Mobile(5)),
                    flagged("Inês Simões", Mobile(3)),
                ],
                vec![title(3, 48_290)],
            ),
            Case::Both => person(
                "João Gonçalves de Sá",
                vec![flagged("João", Mobile(2)), other("Lúcia (esposa)", Mobile(0))],
                vec![title(-28, 18_950).part(2, 3), title(2, 18_950).part(3, 3)],
            ),
            Case::ManyBoletos => company(
                "Construtora Ipê Amarelo Ltda",
                vec![flagged("Zilda Brandão", Mobile(1)), other("Obra", Landline)],
                vec![
                    title(-56, 127_540).part(1, 5),
                    title(-26, 127_539).part(2, 5).pix(),
                    title(4, 127_539).part(3, 5),
                    title(34, 127_539).part(4, 5),
                    title(64, 127_539).part(5, 5),
                    title(-12, 89_990),
                    title(1, 23_475).pix(),
                ],
            ),
            Case::LettersDueToday => CustomerPlan {
                letters: true,
                ..company(
                    "Esquadrias Müller & D'Ávila S/A",
                    tidy(),
                    vec![title(0, 315_000).pix()],
                )
            },
            Case::PartlyPaid => person(
                "Sebastião Corrêa Peçanha",
                one(Mobile(7)),
                vec![title(-16, 62_000).state(TitleState::Partly(50))],
            ),
            Case::NoUsableBoleto => company(
                "Mercearia Assunção ME",
                one(Mobile(8)),
                vec![
                    title(-31, 27_315).without_boleto(),
                    title(-45, 41_080).payable_for(30),
                ],
            ),
            Case::BrokenBoleto => person("Antônio Leão Magalhães", tidy(), vec![title(-9, 21_630).broken()]),
            Case::TwoBranches => company(
                "Agropecuária Bom Açude Ltda",
                vec![flagged("Cláudio Falcão", Mobile(4))],
                vec![title(-20, 154_000), title(2, 98_700).branch(2).pix()],
            ),
            Case::LandlineOnly => company("Papelaria Nóbrega Ltda", one(Landline), vec![title(5, 16_480)]),
            Case::SameNumberTwice => company(
                "Transportes Fagundes & Filhos Ltda",
                vec![
                    flagged("Rogério Fagundes", Mobile(0)),
                    ContactPlan {
                        number: NumberOf::Previous,
                        ..flagged("Financeiro", Mobile(6))
                    },
                ],
                vec![title(1, 72_220).part(1, 2), title(31, 72_220).part(2, 2)],
            ),
            Case::Blocked => CustomerPlan {
                blocked: true,
                ..person("Otávio Mourão", tidy(), vec![title(-12, 54_000)])
            },
            Case::WithoutEmailNotice => CustomerPlan {
                email_notice: false,
                ..person("Tânia Zanella", tidy(), vec![title(-8, 30_505)])
            },
            Case::NobodyFlagged => person(
                "Flávio Quadros",
                vec![other("Flávio", Mobile(0))],
                vec![title(-17, 12_990), title(0, 12_990)],
            ),
            Case::ProtestedAndRenegotiated => company(
                "Serralheria São Pedro Ltda",
                tidy(),
                vec![
                    title(-40, 210_000).state(TitleState::Protested),
                    title(-33, 98_000).state(TitleState::Renegotiated),
                ],
            ),
            Case::ServiceNumber => company("Calçados Bitencourt S/A", one(Service), vec![title(-11, 44_450)]),
            Case::WithoutAreaCode => person(
                "Débora Trindade",
                one(MobileWithoutAreaCode),
                vec![title(-15, 37_700)],
            ),
            Case::BelowMinimum => person("Caio Pires", tidy(), vec![title(-10, 490)]),
            Case::Overpaid => person(
                "Helena Vasconcelos",
                tidy(),
                vec![
                    title(-25, 15_000).state(TitleState::Overpaid(150)),
                    title(-55, 15_000).state(TitleState::Paid),
                ],
            ),
            Case::SharedNumber => company(
                "Confecções Conceição ME",
                vec![ContactPlan {
                    number: NumberOf::First,
                    ..flagged("Maria da Conceição", Mobile(1))
                }],
                vec![title(5, 56_845)],
            ),
        }
    }
}

fn flagged(name: &'static str, phone: PhoneStyle) -> ContactPlan {
    ContactPlan {
        name: Some(name).filter(|n| !n.is_empty()),
        phone,
        flagged: true,
        number: NumberOf::Own,
    }
}

fn other(name: &'static str, phone: PhoneStyle) -> ContactPlan {
    ContactPlan {
        flagged: false,
        ..flagged(name, phone)
    }
}

fn person(name: &'static str, contacts: Vec<ContactPlan>, titles: Vec<TitlePlan>) -> CustomerPlan {
    CustomerPlan {
        name: Some(name),
        company: false,
        letters: false,
        email_notice: true,
        blocked: false,
        contacts,
        titles,
    }
}

fn company(name: &'static str, contacts: Vec<ContactPlan>, titles: Vec<TitlePlan>) -> CustomerPlan {
    CustomerPlan {
        company: true,
        ..person(name, contacts, titles)
    }
}

/// An open receivable of branch 1 with a boleto, issued a month before it is due, yesterday at the latest.
fn title(due_in: i64, amount: i64) -> TitlePlan {
    TitlePlan {
        branch: 1,
        due_in,
        issued_in: (due_in - 30).min(-1),
        amount,
        part: (1, 1),
        state: TitleState::Open,
        boleto: Some(BoletoPlan::default()),
    }
}

impl TitlePlan {
    fn with_boleto(self, change: impl FnOnce(BoletoPlan) -> BoletoPlan) -> Self {
        TitlePlan {
            boleto: self.boleto.map(change),
            ..self
        }
    }

    fn pix(self) -> Self {
        self.with_boleto(|boleto| BoletoPlan { pix: true, ..boleto })
    }

    fn broken(self) -> Self {
        self.with_boleto(|boleto| BoletoPlan {
            broken: true,
            ..boleto
        })
    }

    fn payable_for(self, days: u16) -> Self {
        self.with_boleto(|boleto| BoletoPlan {
            payable_days: Some(days),
            ..boleto
        })
    }

    fn without_boleto(self) -> Self {
        TitlePlan { boleto: None, ..self }
    }

    fn part(self, part: u8, of: u8) -> Self {
        // All installments of a purchase were issued on the same day.
        let issued_in = (self.due_in - 30 * i64::from(part)).min(-1);
        TitlePlan {
            part: (part, of),
            issued_in,
            ..self
        }
    }

    fn state(self, state: TitleState) -> Self {
        TitlePlan { state, ..self }
    }

    fn branch(self, branch: u8) -> Self {
        TitlePlan { branch, ..self }
    }
}
