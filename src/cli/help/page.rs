//! How a page of help is laid out: usage, headings, and rows with their descriptions in a column.

use clap::{Arg, ArgAction, Command};

use super::GROUPS;
use crate::cli::text::wrap;
use crate::i18n::Catalog;

/// Columns in which descriptions begin: no further left, and no further right than leaves them room.
const COLUMNS: std::ops::RangeInclusive<usize> = 14..=34;

/// Lays pages out.
pub struct Page<'a> {
    pub catalog: &'a Catalog,
    pub width: usize,
    pub globals: Vec<Arg>,
}

impl Page<'_> {
    pub fn commands_within(&self, command: Command, path: &[String]) -> Command {
        let names: Vec<String> = command
            .get_subcommands()
            .map(|sub| sub.get_name().to_owned())
            .collect();
        names.into_iter().fold(command, |command, name| {
            command.mut_subcommand(&name, |sub| {
                let mut path = path.to_vec();
                path.push(name.clone());
                let (usage, help, examples) = self.page(&sub, &path);
                let sub = self.commands_within(sub, &path);
                let sub = sub
                    .override_usage(usage)
                    .help_template(format!("{}{{after-help}}", help.trim_end()));
                let sub = sub.disable_help_flag(true).disable_version_flag(true);
                match examples {
                    Some(examples) => sub.after_long_help(examples),
                    None => sub,
                }
            })
        })
    }

    /// Usage, page and examples of one command.
    fn page(&self, command: &Command, path: &[String]) -> (String, String, Option<String>) {
        let key = path.join("-");
        let usage = self.usage(command, path);
        let mut out = wrap(&self.catalog.say(&format!("help-{key}")), self.width, "");
        out.push('\n');
        let more = format!("help-{key}-more");
        if self.catalog.has(&more) {
            out.push_str(&format!("\n{}\n", self.wrapped(&more)));
        }
        out.push_str(&format!("\n{} {usage}\n", bold(&self.catalog.say("help-usage"))));
        let commands = command.get_subcommands().map(|sub| {
            (
                sub.get_name().to_owned(),
                self.catalog.say(&format!("help-{key}-{}", sub.get_name())),
            )
        });
        out.push_str(&self.block("help-commands", commands.collect()));
        let arguments = command
            .get_positionals()
            .map(|arg| self.argument(arg, &format!("arg-{key}-{}", arg.get_id())));
        out.push_str(&self.block("help-arguments", arguments.collect()));
        let options = command
            .get_arguments()
            .filter(|arg| !arg.is_positional() && !arg.is_hide_set() && !arg.is_global_set())
            .map(|arg| self.argument(arg, &format!("arg-{key}-{}", arg.get_id())));
        out.push_str(&self.block("help-options", options.collect()));
        out.push_str(&format!("\n{}\n", self.wrapped("help-global-short")));
        (usage, out, self.examples(&format!("help-{key}-examples")))
    }

    pub fn overview(&self, command: &Command) -> String {
        let globals = self.globals.iter().filter(|arg| !arg.is_hide_set());
        let version = command.get_arguments().filter(|arg| arg.get_id() == "version");
        let rows = globals
            .chain(version)
            .map(|arg| self.argument(arg, &format!("arg-global-{}", arg.get_id())));
        format!(
            "{}\n{}",
            self.commands(command),
            self.block("help-global-options", rows.collect())
        )
    }

    /// Title, usage and the commands by group.
    fn commands(&self, command: &Command) -> String {
        let mut out = self.wrapped("help-overview");
        out.push_str(&format!(
            "\n\n{} wa-notify {} {}\n",
            bold(&self.catalog.say("help-usage")),
            self.catalog.say("help-usage-command"),
            self.catalog.say("help-usage-options"),
        ));
        for (group, names) in GROUPS {
            out.push_str(&self.group(command, group, names));
        }
        out.trim_end().to_owned()
    }

    /// A group of the overview, as far as its commands are registered.
    pub fn group(&self, command: &Command, heading: &str, names: &[&str]) -> String {
        let rows = names
            .iter()
            .filter(|name| command.find_subcommand(name).is_some())
            .map(|name| ((*name).to_owned(), self.catalog.say(&format!("help-{name}"))));
        self.block(heading, rows.collect())
    }

    fn usage(&self, command: &Command, path: &[String]) -> String {
        let mut usage = format!("wa-notify {}", path.join(" "));
        if command.has_subcommands() {
            let key = if command.is_subcommand_required_set() {
                "help-usage-command"
            } else {
                "help-usage-command-optional"
            };
            usage.push_str(&format!(" {}", self.catalog.say(key)));
        }
        for arg in command.get_positionals() {
            let name = self.value_name(arg);
            usage.push_str(&if arg.is_required_set() {
                format!(" {name}")
            } else {
                format!(" [{name}]")
            });
        }
        usage.push_str(&format!(" {}", self.catalog.say("help-usage-options")));
        usage
    }

    /// One argument: its forms; its words, its values and its default.
    fn argument(&self, arg: &Arg, key: &str) -> (String, String) {
        let mut words = self.catalog.say(key);
        let values: Vec<String> = arg
            .get_possible_values()
            .iter()
            .filter(|value| takes_value(arg) && !value.is_hide_set())
            .map(|value| value.get_name().to_owned())
            .collect();
        if !values.is_empty() {
            words.push_str(&format!(" [{}]", values.join(", ")));
        }
        if let Some(default) = arg.get_default_values().first().filter(|_| takes_value(arg)) {
            let default = default.to_string_lossy().into_owned();
            words.push(' ');
            words.push_str(&self.catalog.text("help-default", &[("value", default.into())]));
        }
        (self.forms(arg), words)
    }

    /// `-n, --dry-run`, `    --close DATA`, `CLIENTE`.
    fn forms(&self, arg: &Arg) -> String {
        if arg.is_positional() {
            return self.value_name(arg);
        }
        let mut forms = match (arg.get_short(), arg.get_long()) {
            (Some(short), Some(long)) => format!("-{short}, --{long}"),
            (None, Some(long)) => format!("    --{long}"),
            (Some(short), None) => format!("-{short}"),
            (None, None) => String::new(),
        };
        if takes_value(arg) {
            forms.push(' ');
            forms.push_str(&self.value_name(arg));
        }
        forms
    }

    fn value_name(&self, arg: &Arg) -> String {
        let name = arg
            .get_value_names()
            .and_then(|names| names.first())
            .map_or("", |name| name.as_str());
        self.catalog.say(&format!("value-{}", name.to_lowercase()))
    }

    /// A heading and its rows, the descriptions in a column of their own; nothing without rows.
    fn block(&self, heading: &str, rows: Vec<(String, String)>) -> String {
        if rows.is_empty() {
            return String::new();
        }
        let widest = rows
            .iter()
            .map(|(left, _)| console::measure_text_width(left))
            .max()
            .unwrap_or_default();
        let column = (widest + 4).clamp(*COLUMNS.start(), *COLUMNS.end());
        let mut out = format!("\n{}\n", bold(&self.catalog.say(heading)));
        for (left, words) in rows {
            out.push_str(&self.row(&left, &words, column));
        }
        out
    }

    /// `  left      words`; the words begin below `left` when it is too wide.
    fn row(&self, left: &str, words: &str, column: usize) -> String {
        let indent = " ".repeat(column);
        let left_width = 2 + console::measure_text_width(left);
        let first = if left_width + 2 <= column {
            format!("  {left}{}", " ".repeat(column - left_width))
        } else {
            format!("  {left}\n{indent}")
        };
        let words = wrap(words, self.width.saturating_sub(column), "");
        format!("{first}{}\n", words.replace('\n', &format!("\n{indent}")))
    }

    pub fn wrapped(&self, key: &str) -> String {
        wrap(&self.catalog.say(key), self.width, "")
    }

    pub fn examples(&self, key: &str) -> Option<String> {
        if !self.catalog.has(key) {
            return None;
        }
        let heading = bold(&self.catalog.say("help-examples"));
        let lines: Vec<String> = self
            .catalog
            .say(key)
            .lines()
            .map(|line| format!("  {line}"))
            .collect();
        Some(format!("{heading}\n{}", lines.join("\n")))
    }
}

/// Bold on a terminal; clap takes the codes out elsewhere.
fn bold(text: &str) -> String {
    format!("\u{1b}[1m{text}\u{1b}[0m")
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}
