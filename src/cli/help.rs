//! Help in the operator's language. clap knows the structure; every word that people read comes from the locale
//! files, by these keys:
//!
//! - `help-<command>`: one line on the command (`help-config-check` for a command within a command)
//! - `help-<command>-more`: a paragraph below it (optional)
//! - `help-<command>-examples`: shown by `--help`, not by `-h` (optional)
//! - `arg-<command>-<argument>`: an argument; options of every command are `arg-global-<argument>`
//! - `value-<NAME>`: how the placeholder of a value is called
//!
//! Nothing of clap's own English remains: headings, `[default: ...]`, `[possible values: ...]` and usage lines are
//! written here, and laid out by `page`.

mod page;

use clap::{Arg, ArgAction, Command};

use self::page::Page;
use crate::i18n::Catalog;

/// The groups in which the overview lists the commands, by the moment at which they are needed. Names without a
/// registered command are passed over.
const GROUPS: [(&str, &[&str]); 4] = [
    ("group-day", &["scan", "send", "replies"]),
    ("group-see", &["status", "explain", "resolve", "hold", "preview"]),
    (
        "group-install",
        &[
            "demo",
            "init",
            "pair",
            "instances",
            "doctor",
            "schedule",
            "config",
        ],
    ),
    ("group-tools", &["source", "boleto", "pix"]),
];

/// Puts the words of `catalog` into a command and all commands within, laid out for `width` columns.
pub fn localise(command: Command, catalog: &Catalog, width: usize) -> Command {
    let command = help_flags(command);
    let globals: Vec<Arg> = command
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .cloned()
        .collect();
    let page = Page {
        catalog,
        width,
        globals,
    };
    let overview = page.overview(&command);
    let help = format!("{}{{after-help}}", overview.trim_end());
    let command = page.commands_within(command, &[]);
    let usage = format!(
        "wa-notify {} {}",
        catalog.say("help-usage-command"),
        catalog.say("help-usage-options")
    );
    command
        .override_usage(usage)
        .help_template(help)
        .after_help(page.wrapped("help-overview-end"))
        .after_long_help(format!(
            "{}\n\n{}",
            page.examples("help-overview-examples").unwrap_or_default(),
            page.wrapped("help-overview-end")
        ))
}

/// What `wa-notify` alone prints: the commands of every day and the next step, on one screen of 24 lines.
pub fn start(command: Command, catalog: &Catalog, width: usize, colour: bool) -> String {
    let page = Page {
        catalog,
        width,
        globals: Vec::new(),
    };
    let mut text = format!("{}\n\n", page.wrapped("help-overview"));
    for (group, names) in GROUPS {
        if group != "group-tools" {
            text.push_str(page.group(&command, group, names).trim_start());
        }
    }
    text.push_str(&format!("\n{}\n", page.wrapped("help-next-step")));
    if colour {
        text
    } else {
        console::strip_ansi_codes(&text).into_owned()
    }
}

/// `-h`, `--help`, `-V`, `--version` as arguments of our own, so that they have our words.
fn help_flags(command: Command) -> Command {
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .global(true)
                .action(ArgAction::Help),
        )
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version),
        )
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory, Parser, Subcommand};

    use super::*;
    use crate::cli::args::*;
    use crate::i18n::Lang;

    /// Every command of the plan, registered or not.
    #[derive(Debug, Parser)]
    #[command(name = "wa-notify", version, disable_help_subcommand = true)]
    struct Planned {
        #[command(flatten)]
        global: Global,
        #[command(subcommand)]
        command: Commands,
    }

    #[derive(Debug, Subcommand)]
    enum Commands {
        Scan(ScanArgs),
        Send(SendArgs),
        Replies(RepliesArgs),
        Status(StatusArgs),
        Explain(ExplainArgs),
        Resolve(ResolveArgs),
        Preview(PreviewArgs),
        Init(InitArgs),
        Pair(PairArgs),
        Instances(InstancesArgs),
        Schedule(ScheduleArgs),
        Config(ConfigArgs),
        Demo(DemoArgs),
        Source(SourceArgs),
        Boleto(BoletoArgs),
        Pix(PixArgs),
    }

    fn pages(command: &mut Command, path: &str, pages: &mut Vec<(String, String)>) {
        pages.push((path.to_owned(), command.render_long_help().to_string()));
        for sub in command.get_subcommands_mut() {
            let path = format!("{path} {}", sub.get_name());
            self::pages(sub, &path, pages);
        }
    }

    fn all_pages(lang: Lang, width: usize) -> Vec<(String, String)> {
        // A key that is missing panics here.
        let mut command = localise(Planned::command(), &Catalog::new(lang), width);
        command.build();
        let mut found = Vec::new();
        pages(&mut command, "wa-notify", &mut found);
        found
    }

    #[test]
    fn every_page_has_its_words_and_fits() {
        for lang in Lang::ALL {
            for width in [80, 100] {
                let pages = all_pages(lang, width);
                assert!(pages.len() > 20);
                for (path, page) in pages {
                    for line in page.lines() {
                        assert!(console::measure_text_width(line) <= width, "{path}: {line}");
                    }
                    assert!(
                        !page.contains("\n\n\n") && !page.ends_with("\n\n"),
                        "{path}: {page:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_of_claps_english_remains() {
        for (path, page) in all_pages(Lang::PtBr, 80) {
            for english in [
                "Usage",
                "Options",
                "Commands:",
                "Arguments",
                "default",
                "possible",
                "Print",
            ] {
                assert!(!page.contains(english), "{path} says {english}: {page}");
            }
        }
    }

    #[test]
    fn the_first_look_fits_a_screen() {
        for lang in Lang::ALL {
            let text = start(Planned::command(), &Catalog::new(lang), 80, false);
            // One line is the shell's.
            assert!(text.lines().count() <= 23, "{text}");
            assert!(text.contains("scan") && text.contains("--help"), "{text}");
        }
    }

    #[test]
    fn the_overview_lists_every_command() {
        let grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .collect();
        for command in Planned::command()
            .get_subcommands()
            .chain(Cli::command().get_subcommands())
        {
            assert!(
                grouped.contains(&command.get_name()),
                "{} is in no group",
                command.get_name()
            );
        }
    }

    /// Prints all pages: `cargo test --lib help::tests::show -- --ignored --nocapture`.
    #[test]
    #[ignore = "for eyes"]
    #[expect(clippy::print_stdout, reason = "that is what it is for")]
    fn show() {
        for lang in Lang::ALL {
            for (path, page) in all_pages(lang, 80) {
                println!("=== {path}\n{page}");
            }
        }
    }
}
