//! Reads one table of the file. Whatever is wrong is noted and reading goes on with the default, so that one look
//! shows everything; whatever was asked for is noted too: it is the list of known keys, and what `config show`
//! prints.

use std::cell::RefCell;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::errors::{ConfigProblem, Expected, Found, ProblemKind};
use super::secrets::Env;
use super::syntax;

/// A key with the value in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// Section, such as `settings.pacing`; empty for the top of the file.
    pub section: String,
    /// Key.
    pub key: &'static str,
    /// As TOML; `***` for secrets; `None` where nothing is set and nothing is needed.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The file, at this line.
    Line(usize),
    /// The default.
    Default,
    /// The same key of `[database]`.
    Database,
}

/// What all sections of one file share.
pub struct Document<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Folder from which relative paths count.
    pub folder: &'a Path,
    /// Environment variables.
    pub env: &'a Env<'a>,
    problems: RefCell<Vec<ConfigProblem>>,
    effective: RefCell<Vec<Effective>>,
}

impl<'a> Document<'a> {
    /// A document of which nothing was read yet.
    pub fn new(text: &'a str, folder: &'a Path, env: &'a Env<'a>) -> Self {
        Document {
            text,
            folder,
            env,
            problems: RefCell::default(),
            effective: RefCell::default(),
        }
    }

    /// Line of a byte offset, from 1.
    pub fn line_of(&self, offset: usize) -> usize {
        syntax::line_of(self.text, offset)
    }

    /// Notes a problem.
    pub fn problem(&self, problem: ConfigProblem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Notes a value in force.
    pub fn note(&self, effective: Effective) {
        self.effective.borrow_mut().push(effective);
    }

    /// Ends reading: the values in force, or the problems in the order of the file.
    ///
    /// # Errors
    /// The problems, when there are any.
    pub fn finish(self) -> Result<Vec<Effective>, Vec<ConfigProblem>> {
        let mut problems = self.problems.into_inner();
        if problems.is_empty() {
            return Ok(self.effective.into_inner());
        }
        problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        Err(problems)
    }
}

/// One table of the document, perhaps absent.
pub struct Section<'a> {
    /// The document.
    pub document: &'a Document<'a>,
    name: String,
    table: Option<&'a DeTable<'a>>,
    /// Line of the header.
    line: Option<usize>,
    known: RefCell<Vec<&'static str>>,
}

/// A value as it stands in the file.
pub struct Item<'a> {
    /// The value.
    pub value: &'a DeValue<'a>,
    /// Key without section.
    pub key: &'static str,
    /// Its source, quotes included.
    pub source: &'a str,
    /// Line where it starts.
    pub line: usize,
}

impl<'a> Item<'a> {
    /// A text of any kind.
    ///
    /// # Errors
    /// Of another type; or a backslash that TOML swallowed as a control character.
    pub fn text(&self, expected: Expected) -> Result<&'a str, ProblemKind> {
        let Some(text) = self.value.as_str() else {
            return Err(self.wrong_type(expected));
        };
        let multi_line = self.source.starts_with("\"\"\"") || self.source.starts_with("'''");
        let swallowed = |c: char| c.is_control() && !(multi_line && matches!(c, '\n' | '\r' | '\t'));
        if text.contains(swallowed) {
            return Err(self.backslash());
        }
        Ok(text)
    }

    /// A text that names a file or folder: in double quotes any escape but `\\` and `\"` is refused, since
    /// `"C:\x64"` is one that TOML reads without a word as `C:d`.
    ///
    /// # Errors
    /// As [`Item::text`], or empty.
    pub fn path(&self, expected: Expected) -> Result<&'a str, ProblemKind> {
        let text = self.text(expected.clone())?;
        if self.source.starts_with('"') {
            let mut rest = self.source;
            while let Some(at) = rest.find('\\') {
                if !rest[at + 1..].starts_with(['\\', '"']) {
                    return Err(self.backslash());
                }
                rest = &rest[at + 2..];
            }
        }
        if text.trim().is_empty() {
            return Err(ProblemKind::BadValue {
                value: text.to_owned(),
                expected,
                nearest: None,
            });
        }
        Ok(text)
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// Of another type or outside.
    pub fn integer(&self, min: i64, max: i64) -> Result<i64, ProblemKind> {
        let Some(number) = self.value.as_integer() else {
            return Err(self.wrong_type(Expected::Integer));
        };
        let value = i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX);
        if value < min || value > max {
            return Err(ProblemKind::OutOfRange { value, min, max });
        }
        Ok(value)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// Of another type.
    pub fn boolean(&self) -> Result<bool, ProblemKind> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong_type(Expected::Boolean))
    }

    /// One of a few words.
    ///
    /// # Errors
    /// Of another type, or another word.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, ProblemKind> {
        let names: Vec<String> = words.iter().map(|(word, _)| (*word).to_owned()).collect();
        let expected = Expected::OneOf(names);
        let text = self.text(expected.clone())?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(*value);
        }
        let nearest = nearest(text, words.iter().map(|(word, _)| *word)).map(str::to_owned);
        Err(ProblemKind::BadValue {
            value: text.to_owned(),
            expected,
            nearest,
        })
    }

    /// The problem "of another type".
    pub fn wrong_type(&self, expected: Expected) -> ProblemKind {
        ProblemKind::WrongType {
            expected,
            found: found(self.value),
        }
    }

    /// The problem "backslash in double quotes".
    fn backslash(&self) -> ProblemKind {
        ProblemKind::Backslash {
            suggestion: syntax::in_single_quotes(self.key, self.source),
        }
    }
}

/// The type of a value, for people.
pub fn found(value: &DeValue<'_>) -> Found {
    match value {
        DeValue::String(_) => Found::Text,
        DeValue::Integer(_) => Found::Integer,
        DeValue::Float(_) => Found::Float,
        DeValue::Boolean(_) => Found::Boolean,
        DeValue::Datetime(_) => Found::Datetime,
        DeValue::Array(_) => Found::List,
        DeValue::Table(_) => Found::Section,
    }
}

impl<'a> Section<'a> {
    /// The top of the file.
    pub fn root(document: &'a Document<'a>, table: &'a DeTable<'a>) -> Self {
        Section {
            document,
            name: String::new(),
            table: Some(table),
            line: None,
            known: RefCell::default(),
        }
    }

    /// A table within this one; absent where the file has none.
    pub fn section(&self, key: &'static str) -> Section<'a> {
        self.known.borrow_mut().push(key);
        let mut section = Section {
            document: self.document,
            name: self.full(key),
            table: None,
            line: None,
            known: RefCell::default(),
        };
        if let Some((name, value)) = self.table.and_then(|table| table.get_key_value(key)) {
            let line = self.document.line_of(name.span().start);
            section.line = Some(line);
            match value.get_ref() {
                DeValue::Table(table) => section.table = Some(table),
                other => self.document.problem(ConfigProblem::at(
                    line,
                    Some(section.name.clone()),
                    ProblemKind::WrongType {
                        expected: Expected::Section,
                        found: found(other),
                    },
                )),
            }
        }
        section
    }

    /// The file has this section.
    pub fn is_given(&self) -> bool {
        self.table.is_some()
    }

    /// Line of the section's header.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// `section.key`.
    pub fn full(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    /// The value of a key as it stands in the file. The key counts as known from here on.
    pub fn item(&self, key: &'static str) -> Option<Item<'a>> {
        if !self.known.borrow().contains(&key) {
            self.known.borrow_mut().push(key);
        }
        let (_, value): (&Spanned<_>, &'a Spanned<DeValue<'a>>) = self.table?.get_key_value(key)?;
        let span = value.span();
        let line = self.document.line_of(span.start);
        Some(Item {
            value: value.get_ref(),
            key,
            source: &self.document.text[span],
            line,
        })
    }

    /// Line of a key that is given.
    pub fn line_of(&self, key: &'static str) -> Option<usize> {
        self.item(key).map(|item| item.line)
    }

    /// Notes a problem with a key.
    pub fn problem(&self, line: Option<usize>, key: &str, kind: ProblemKind) {
        self.document.problem(ConfigProblem {
            line,
            key: Some(self.full(key)),
            kind,
        });
    }

    /// Reads a key that need not be there. `fallback` is what `config show` says when it is not.
    pub fn optional<T>(
        &self,
        key: &'static str,
        fallback: Option<(&str, Origin)>,
        read: impl FnOnce(&Item<'a>) -> Result<T, ProblemKind>,
    ) -> Option<T> {
        let Some(item) = self.item(key) else {
            let value = fallback.map(|(text, _)| text.to_owned());
            self.note(key, value, fallback.map_or(Origin::Default, |(_, origin)| origin));
            return None;
        };
        match read(&item) {
            Ok(value) => {
                self.note(key, Some(item.source.to_owned()), Origin::Line(item.line));
                Some(value)
            }
            Err(kind) => {
                self.problem(Some(item.line), key, kind);
                None
            }
        }
    }

    /// Reads a key whose default is written as TOML, and read by the same function: what the documentation shows
    /// is what happens.
    pub fn or_default<T>(
        &self,
        key: &'static str,
        default: &'static str,
        read: impl Fn(&Item<'_>) -> Result<T, ProblemKind>,
    ) -> T {
        let given = self.optional(key, Some((default, Origin::Default)), |item| read(item));
        given.unwrap_or_else(|| {
            let value = DeValue::parse(default).expect("a default is valid TOML");
            let item = Item {
                value: value.get_ref(),
                key,
                source: default,
                line: 0,
            };
            read(&item).unwrap_or_else(|problem| panic!("default of {key}: {problem}"))
        })
    }

    /// Notes the value in force of a key.
    pub fn note(&self, key: &'static str, value: Option<String>, origin: Origin) {
        self.document.note(Effective {
            section: self.name.clone(),
            key,
            value,
            origin,
        });
    }

    /// Ends the section: every key that nobody asked for is unknown.
    pub fn finish(self) {
        let Some(table) = self.table else { return };
        let known = self.known.borrow();
        for (name, value) in table {
            let key: &str = name.get_ref();
            if known.contains(&key) {
                continue;
            }
            let is_section = self.name.is_empty() && matches!(value.get_ref(), DeValue::Table(_));
            let nearest = nearest(key, known.iter().copied()).map(str::to_owned);
            let known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
            let kind = if is_section {
                ProblemKind::UnknownSection { nearest, known }
            } else {
                let elsewhere = || super::check::section_of(key).map(|section| format!("{section}.{key}"));
                ProblemKind::UnknownKey {
                    nearest: nearest.or_else(elsewhere),
                    known,
                }
            };
            self.problem(Some(self.document.line_of(name.span().start)), key, kind);
        }
    }
}

/// What people write in Portuguese, and the key they mean.
const TRANSLATIONS: [(&str, &str); 16] = [
    ("senha", "password"),
    ("usuario", "user"),
    ("username", "user"),
    ("porta", "port"),
    ("caminho", "path"),
    ("arquivo", "path"),
    ("servidor", "host"),
    ("server", "host"),
    ("banco", "database"),
    ("mensagem", "message"),
    ("horario", "send_at"),
    ("hora", "send_at"),
    ("janela", "window"),
    ("fuso", "time_zone"),
    ("instancia", "instance"),
    ("texto", "text"),
];

/// The known word that looks most like `word`; `None` when none does.
pub fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let plain = word.to_lowercase().replace(['-', ' '], "_");
    let meant = TRANSLATIONS
        .iter()
        .find(|(written, _)| *written == plain)
        .map(|(_, key)| *key);
    known
        .map(|candidate| {
            let alike = || strsim::jaro_winkler(&plain, &candidate.to_lowercase());
            (if meant == Some(candidate) { 1.0 } else { alike() }, candidate)
        })
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
