//! A boleto described in JSON, for `boleto render`.
//!
//! Unknown keys are refused: a misspelt `instrucoes` would otherwise be left out of a paper that people pay from. What
//! is checked beyond the form is that due date and amount agree with the code; everything else is printed as given,
//! or read from the code where it is left out and the code has it.

use std::cell::RefCell;
use std::fmt;

use chrono::NaiveDate;
use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::cli::args::parse;
use crate::cli::error::Words;
use crate::cli::refusal::{self, Refusal};
use crate::domain::boleto::check::{Contradiction, Expected, against_receivable};
use crate::domain::boleto::{Barcode, Cobranca, Code};
use crate::domain::document::slip::{Terms, usable_pix};
use crate::domain::document::text::clean;
use crate::domain::document::{BoletoView, Creditor, Debtor, Payee, tax_id_text};
use crate::domain::money::Cents;
use crate::domain::pix;
use crate::domain::tax_id::TaxId;
use crate::i18n::{Catalog, format};

/// The keys of a description.
const KEYS: &[&str] = &[
    "barcode",
    "digitable_line",
    "beneficiary",
    "payer",
    "document",
    "issued_on",
    "due_on",
    "amount_cents",
    "our_number",
    "agency_account",
    "wallet",
    "instructions",
    "pix_code",
];

/// The keys of `beneficiary` and `payer`.
const PERSON: &[&str] = &["name", "tax_id", "address"];

/// What is left out of the drawing, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The key.
    pub field: &'static str,
    /// For programs.
    pub warning: &'static str,
    /// For people.
    pub words: String,
}

/// Reads a description into what is drawn, and what of it is not drawn.
///
/// # Errors
/// [`Refusal`] with the key at fault; `line` where it stands in `text`.
pub fn read(text: &str, today: NaiveDate, catalog: &Catalog) -> Result<(BoletoView, Vec<LeftOut>), Refusal> {
    let values = parsed(text, catalog)?;
    let described = Described {
        values: &values,
        catalog,
    };
    let code = described.code()?;
    let amount = described.cents("amount_cents").unwrap_or(code.amount());
    let due_on = described
        .date("due_on")
        .or_else(|| code.due_on(today))
        .ok_or_else(|| described.missing("due_on"))?;
    described.agree(&code, Expected { due_on, amount }, today)?;
    let beneficiary = described.person("beneficiary")?;
    let payer = described.person("payer")?;
    let mut left_out = Vec::new();
    let pix_code = described
        .text("pix_code")
        .and_then(|code| described.pix(&code, amount, &mut left_out));
    let creditor = Creditor {
        name: beneficiary.name.clone(),
        legal_name: beneficiary.name.clone(),
        tax_id: beneficiary.tax_id.clone().unwrap_or_default(),
        address: beneficiary.address,
        city: String::new(),
        phone: None,
        email: None,
        logo: None,
    };
    let view = BoletoView {
        code,
        payee: Payee {
            name: beneficiary.name,
            tax_id: beneficiary.tax_id,
        },
        payee_is_creditor: true,
        creditor,
        payer,
        document: described.text("document").unwrap_or_default(),
        issued_on: described.date("issued_on"),
        due_on,
        amount,
        our_number: described.text("our_number").or_else(|| code.our_number_text()),
        agency_account: described
            .text("agency_account")
            .or_else(|| code.agency_account_text()),
        wallet: described.text("wallet").or_else(|| code.wallet_text()),
        instructions: described.lines("instructions"),
        terms: Terms::default(),
        pix_code,
        reference: String::new(),
    };
    Ok((view, left_out))
}

/// The values of a description, each of the kind that its key wants.
struct Described<'a> {
    values: &'a Map<String, Value>,
    catalog: &'a Catalog,
}

impl Described<'_> {
    fn text(&self, key: &str) -> Option<String> {
        filled(self.values.get(key))
    }

    fn date(&self, key: &str) -> Option<NaiveDate> {
        self.values
            .get(key)
            .and_then(Value::as_str)
            .and_then(|text| parse::date(text).ok())
    }

    fn cents(&self, key: &str) -> Option<Cents> {
        self.values.get(key).and_then(Value::as_i64).map(Cents::new)
    }

    fn lines(&self, key: &str) -> Vec<String> {
        let lines = self
            .values
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        lines.filter_map(|line| filled(Some(line))).collect()
    }

    fn missing(&self, key: &str) -> Refusal {
        let words = Words::new(self.catalog.text("render-missing", &[("key", key.into())]));
        Refusal::new(key, words.hint(self.catalog.say("render-hint")))
    }

    /// Name, tax id and address; the name must be there.
    fn person(&self, key: &str) -> Result<Debtor, Refusal> {
        let person = self
            .values
            .get(key)
            .and_then(Value::as_object)
            .ok_or_else(|| self.missing(key))?;
        let name = filled(person.get("name")).ok_or_else(|| self.missing(&format!("{key}.name")))?;
        let tax_id = filled(person.get("tax_id"))
            .map(|typed| TaxId::parse(&typed).map_or(typed, |id| tax_id_text(&id)));
        Ok(Debtor {
            name,
            tax_id,
            address: filled(person.get("address")).unwrap_or_default(),
        })
    }

    fn code(&self) -> Result<Cobranca, Refusal> {
        let read = |key: &str| -> Result<Option<Barcode>, Refusal> {
            // Not through `text`: cleaning would take characters away that a code must not have.
            let typed = self
                .values
                .get(key)
                .and_then(Value::as_str)
                .filter(|typed| !typed.trim().is_empty());
            typed.map(Barcode::parse).transpose().map_err(|error| {
                let refusal = refusal::code(&error, self.catalog).with("part", error.field());
                Refusal {
                    field: key.to_owned(),
                    ..refusal
                }
            })
        };
        let barcode = match (read("barcode")?, read("digitable_line")?) {
            (None, None) => return Err(self.missing("barcode")),
            (Some(barcode), Some(line)) if barcode != line => {
                return Err(Refusal::new(
                    "digitable_line",
                    Words::new(self.catalog.say("render-codes-differ")),
                ));
            }
            (Some(code), _) | (None, Some(code)) => code,
        };
        match barcode.code() {
            Code::Cobranca(code) => Ok(code),
            Code::Arrecadacao(_) => Err(Refusal::new(
                "barcode",
                Words::new(self.catalog.say("render-arrecadacao")),
            )),
        }
    }

    fn agree(&self, code: &Cobranca, expected: Expected, today: NaiveDate) -> Result<(), Refusal> {
        let lang = self.catalog.lang();
        let date = |date| format::date(lang, date);
        match against_receivable(code, expected, today).into_iter().next() {
            Some(Contradiction::DueDate { stored, code }) => {
                let told = code.map_or_else(|| self.catalog.say("decode-due-unknown"), date);
                let args = [("given", date(stored).into()), ("code", told.into())];
                let refusal = Refusal::new(
                    "due_on",
                    Words::new(self.catalog.text("render-due-differs", &args)),
                );
                Err(refusal
                    .with("found", stored.to_string())
                    .with("expected", code.map(|day| day.to_string())))
            }
            Some(Contradiction::Amount { stored, code }) => {
                let args = [
                    ("given", format::money(lang, stored).into()),
                    ("code", format::money(lang, code).into()),
                ];
                let words = Words::new(self.catalog.text("render-amount-differs", &args));
                Err(Refusal::new("amount_cents", words)
                    .with("found", stored.get())
                    .with("expected", code.get()))
            }
            _ => Ok(()),
        }
    }

    /// The Pix code where it may be drawn; a boleto without it can still be paid, so it is only left out.
    fn pix(&self, typed: &str, amount: Cents, left_out: &mut Vec<LeftOut>) -> Option<String> {
        // Cleaning takes blanks and stars away, which are part of a code.
        let typed = self
            .values
            .get("pix_code")
            .and_then(Value::as_str)
            .unwrap_or(typed);
        let (warning, why) = match pix::parse(typed) {
            Ok(_) if usable_pix(Some(typed), amount).is_some() => return usable_pix(Some(typed), amount),
            Ok(code) if code.is_printable_on_boleto() => {
                ("amount_differs", self.catalog.say("render-pix-amount"))
            }
            Ok(code) => match code.unprintable().filter(|_| code.kind() == pix::Kind::Dynamic) {
                Some(warning) => {
                    let key = format!("pix-warning-{}", warning.name().replace('_', "-"));
                    (warning.name(), self.catalog.say(&key))
                }
                None => ("not_dynamic", self.catalog.say("render-pix-static")),
            },
            Err(error) => ("unreadable", refusal::pix(&error, self.catalog).words.message),
        };
        let words = self.catalog.text("render-pix-left-out", &[("why", why.into())]);
        left_out.push(LeftOut {
            field: "pix_code",
            warning,
            words,
        });
        None
    }
}

/// Cleaned text, where anything is left of it.
fn filled(value: Option<&Value>) -> Option<String> {
    value
        .and_then(Value::as_str)
        .map(clean)
        .filter(|text| !text.is_empty())
}

/// What is wrong with the form of a description.
#[derive(Debug)]
enum Problem {
    Unknown {
        key: String,
        nearest: Option<&'static str>,
        known: &'static [&'static str],
    },
    Twice {
        key: String,
    },
    Kind {
        key: String,
        expected: &'static str,
    },
}

fn parsed(text: &str, catalog: &Catalog) -> Result<Map<String, Value>, Refusal> {
    let problem = RefCell::new(None);
    let mut json = serde_json::Deserializer::from_str(text);
    let object = Object {
        path: "",
        known: KEYS,
        problem: &problem,
    };
    let read = object
        .deserialize(&mut json)
        .and_then(|values| json.end().map(|()| values));
    read.map_err(|error| {
        let refusal = match problem.into_inner() {
            Some(problem) => form(problem, catalog),
            None => {
                let words = Words::new(catalog.say("render-not-json")).detail(error.to_string());
                Refusal::new("json", words.hint(catalog.say("render-hint")))
            }
        };
        refusal.with("line", error.line())
    })
}

fn form(problem: Problem, catalog: &Catalog) -> Refusal {
    match problem {
        Problem::Unknown { key, nearest, known } => {
            let hint = match nearest {
                Some(nearest) => catalog.text("usage-nearest", &[("nearest", nearest.into())]),
                None => catalog.text("render-known", &[("known", known.join(", ").into())]),
            };
            let words =
                Words::new(catalog.text("render-unknown-key", &[("key", key.as_str().into())])).hint(hint);
            Refusal::new(key, words).with("nearest", nearest)
        }
        Problem::Twice { key } => {
            let words = Words::new(catalog.text("render-key-twice", &[("key", key.as_str().into())]));
            Refusal::new(key, words)
        }
        Problem::Kind { key, expected } => {
            let args = [
                ("key", key.as_str().into()),
                ("expected", catalog.say(expected).into()),
            ];
            Refusal::new(key.as_str(), Words::new(catalog.text("render-kind", &args)))
        }
    }
}

/// Reads one object, checking keys and kinds while the place in the text is known.
#[derive(Clone, Copy)]
struct Object<'a> {
    path: &'a str,
    known: &'static [&'static str],
    problem: &'a RefCell<Option<Problem>>,
}

impl Object<'_> {
    fn full(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn fail<E: serde::de::Error>(&self, problem: Problem) -> E {
        *self.problem.borrow_mut() = Some(problem);
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// Null is as good as left out.
    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Map::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if !self.known.contains(&key.as_str()) {
                return Err(self.fail(Problem::Unknown {
                    nearest: nearest(&key, self.known),
                    key: self.full(&key),
                    known: self.known,
                }));
            }
            if values.contains_key(&key) {
                return Err(self.fail(Problem::Twice { key: self.full(&key) }));
            }
            let value = if self.path.is_empty() && matches!(key.as_str(), "beneficiary" | "payer") {
                let seed = Object {
                    path: &key,
                    known: PERSON,
                    problem: self.problem,
                };
                Value::Object(access.next_value_seed(seed)?)
            } else {
                access.next_value::<Value>()?
            };
            if let Some(expected) = wrong_kind(&key, &value) {
                return Err(self.fail(Problem::Kind {
                    key: self.full(&key),
                    expected,
                }));
            }
            values.insert(key, value);
        }
        Ok(values)
    }
}

/// What the value of a key should be, when it is something else. Null is as good as left out.
fn wrong_kind(key: &str, value: &Value) -> Option<&'static str> {
    let text = |value: &Value| value.is_string();
    let (right, expected) = match (key, value) {
        (_, Value::Null) => (true, ""),
        ("amount_cents", value) => (
            value.as_i64().is_some_and(|cents| cents >= 0),
            "render-kind-cents",
        ),
        ("issued_on" | "due_on", value) => (
            value.as_str().is_some_and(|text| parse::date(text).is_ok()),
            "render-kind-date",
        ),
        ("instructions", value) => (
            value.as_array().is_some_and(|lines| lines.iter().all(text)),
            "render-kind-lines",
        ),
        ("beneficiary" | "payer", _) => (true, ""),
        (_, value) => (text(value), "render-kind-text"),
    };
    (!right).then_some(expected)
}

fn nearest(key: &str, known: &'static [&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(&key.to_lowercase(), known), *known))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
