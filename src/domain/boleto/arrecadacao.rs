//! The fields of an arrecadação: water, power, taxes and the like (FEBRABAN, "Layout Padrão de
//! Arrecadação/Recebimento com Utilização do Código de Barras", version 4).

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::{Barcode, due_factor};
use crate::domain::money::Cents;

/// A bill with a 48-digit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arrecadacao {
    barcode: Barcode,
}

/// Whose bill it is (position 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// 1: prefeituras.
    CityHall,
    /// 2: saneamento.
    Sanitation,
    /// 3: energia elétrica e gás.
    PowerAndGas,
    /// 4: telecomunicações.
    Telecom,
    /// 5: órgãos governamentais.
    Government,
    /// 6: carnês and others, known by their CNPJ.
    CompanyByCnpj,
    /// 7: multas de trânsito.
    TrafficFines,
    /// 9: for the bank's own use.
    Bank,
    /// 0 and 8: not given out.
    Unknown,
}

/// What the value field holds (position 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// 6 and 8: an amount in reais.
    Amount,
    /// 7 and 9: a quantity of some reference unit, or zeros.
    Reference,
}

impl Arrecadacao {
    pub(super) fn new(barcode: Barcode) -> Self {
        Arrecadacao { barcode }
    }

    fn digits(&self, range: std::ops::Range<usize>) -> &str {
        &self.barcode.as_str()[range]
    }

    /// The whole barcode.
    pub fn barcode(&self) -> Barcode {
        self.barcode
    }

    /// The segment's digit as printed.
    pub fn segment_digit(&self) -> u8 {
        self.barcode.digits()[1] - b'0'
    }

    /// The segment.
    pub fn segment(&self) -> Segment {
        match self.segment_digit() {
            1 => Segment::CityHall,
            2 => Segment::Sanitation,
            3 => Segment::PowerAndGas,
            4 => Segment::Telecom,
            5 => Segment::Government,
            6 => Segment::CompanyByCnpj,
            7 => Segment::TrafficFines,
            9 => Segment::Bank,
            _ => Segment::Unknown,
        }
    }

    /// What the value field holds.
    pub fn value_kind(&self) -> ValueKind {
        match self.barcode.digits()[2] {
            b'6' | b'8' => ValueKind::Amount,
            _ => ValueKind::Reference,
        }
    }

    /// Whether its check digits go by modulus 11 (kinds 8 and 9), not 10.
    pub fn is_mod11(&self) -> bool {
        matches!(self.barcode.digits()[2], b'8' | b'9')
    }

    /// The general check digit.
    pub fn general_digit(&self) -> u8 {
        self.barcode.digits()[3] - b'0'
    }

    /// The eleven digits of the value field: cents, or a quantity.
    pub fn value(&self) -> i64 {
        self.digits(4..15)
            .bytes()
            .fold(0, |n, d| n * 10 + i64::from(d - b'0'))
    }

    /// The amount to pay; `None` when the field holds a reference quantity.
    pub fn amount(&self) -> Option<Cents> {
        (self.value_kind() == ValueKind::Amount).then(|| Cents::new(self.value()))
    }

    /// Who gets the money: four digits given by FEBRABAN, or the first eight of the CNPJ in segment 6.
    pub fn company(&self) -> &str {
        self.digits(15..self.company_end())
    }

    fn company_end(&self) -> usize {
        if self.segment() == Segment::CompanyByCnpj {
            23
        } else {
            19
        }
    }

    /// What the company keeps there: 25 digits, or 21 in segment 6.
    pub fn free_field(&self) -> &str {
        self.digits(self.company_end()..44)
    }

    /// The due date, which stands first in the free field as AAAAMMDD where the company put one there. Digits
    /// that merely look like a date are ruled out as far as the window of the boletos goes: 3,000 days before to
    /// 5,500 after `today`.
    pub fn due_on(&self, today: NaiveDate) -> Option<NaiveDate> {
        let date = self.free_field().get(..8)?;
        let part = |range: std::ops::Range<usize>| date[range].parse::<u32>().ok();
        let due = NaiveDate::from_ymd_opt(i32::try_from(part(0..4)?).ok()?, part(4..6)?, part(6..8)?)?;
        let ahead = i64::from(due.num_days_from_ce()) - i64::from(today.num_days_from_ce());
        (-due_factor::WINDOW_BEFORE..=due_factor::WINDOW_AFTER)
            .contains(&ahead)
            .then_some(due)
    }
}
