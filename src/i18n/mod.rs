//! Sentences: the locale files, read by key.
//!
//! The words themselves stand in `locales/<language>/*.ftl` (Fluent). A key that is missing in one language, or
//! whose variables differ, fails the tests; so does a key used in code that no file holds.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use crate::domain::lang::Lang;
pub use fluent_bundle::FluentValue as Value;

pub mod format;

/// The locale files, with their names for error messages.
pub fn files(lang: Lang) -> [(&'static str, &'static str); 7] {
    match lang {
        Lang::PtBr => [
            ("pt-BR/cli.ftl", include_str!("../../locales/pt-BR/cli.ftl")),
            ("pt-BR/help.ftl", include_str!("../../locales/pt-BR/help.ftl")),
            ("pt-BR/errors.ftl", include_str!("../../locales/pt-BR/errors.ftl")),
            ("pt-BR/config.ftl", include_str!("../../locales/pt-BR/config.ftl")),
            ("pt-BR/seeing.ftl", include_str!("../../locales/pt-BR/seeing.ftl")),
            ("pt-BR/tools.ftl", include_str!("../../locales/pt-BR/tools.ftl")),
            (
                "pt-BR/commands.ftl",
                include_str!("../../locales/pt-BR/commands.ftl"),
            ),
        ],
        Lang::En => [
            ("en/cli.ftl", include_str!("../../locales/en/cli.ftl")),
            ("en/help.ftl", include_str!("../../locales/en/help.ftl")),
            ("en/errors.ftl", include_str!("../../locales/en/errors.ftl")),
            ("en/config.ftl", include_str!("../../locales/en/config.ftl")),
            ("en/seeing.ftl", include_str!("../../locales/en/seeing.ftl")),
            ("en/tools.ftl", include_str!("../../locales/en/tools.ftl")),
            ("en/commands.ftl", include_str!("../../locales/en/commands.ftl")),
        ],
    }
}

/// The sentences of one language.
pub struct Catalog {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Catalog").field(&self.lang).finish()
    }
}

impl Catalog {
    /// Reads the locale files of a language, which are part of the program.
    pub fn new(lang: Lang) -> Self {
        let tag: LanguageIdentifier = lang.tag().parse().expect("the tags are valid");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Isolation marks would show as boxes in a Windows console.
        bundle.set_use_isolating(false);
        for (name, source) in files(lang) {
            let resource = FluentResource::try_new(source.to_owned())
                .unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
            if let Err(errors) = bundle.add_resource(resource) {
                panic!("{name}: {errors:?}");
            }
        }
        Catalog { lang, bundle }
    }

    /// Its language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The catalogue has this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// A sentence without variables.
    pub fn say(&self, key: &str) -> String {
        self.text(key, &[])
    }

    /// A sentence. A key or variable that is missing is a fault of the program: tests panic, users see the key.
    pub fn text(&self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        let pattern = self.bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            debug_assert!(false, "no sentence {key} in {}", self.lang.tag());
            return key.to_owned();
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let text = self
            .bundle
            .format_pattern(pattern, Some(&values), &mut errors)
            .into_owned();
        debug_assert!(errors.is_empty(), "sentence {key}: {errors:?}");
        text
    }
}

#[cfg(test)]
mod tests;
