//! stdout is data, stderr is conversation (clig.dev).
//!
//! A reader that goes away (`wa-notify status | head -1`) is no error; a disk that is full is.

use std::cell::{Cell, RefCell};
use std::io::{BufWriter, IsTerminal, Write};

use comfy_table::{ContentArrangement, LineStyle, Table, presets};
use serde::Serialize;

use super::error::CliError;

/// Narrowest and widest text that is laid out; wider terminals get no longer lines of prose.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=100;

/// Width where no terminal tells.
pub const DEFAULT_WIDTH: usize = 80;

/// What stdout carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text and tables for people.
    Text,
    /// One JSON document.
    Json,
}

/// The two streams and how to use them.
pub struct Output {
    format: Format,
    quiet: bool,
    verbose: u8,
    stdout: RefCell<Box<dyn Write>>,
    stderr: RefCell<Box<dyn Write>>,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    colour: bool,
    wrote_data: Cell<bool>,
}

impl Output {
    /// The process's streams.
    pub fn of_process(format: Format, quiet: bool, verbose: u8) -> Self {
        let stderr_is_terminal = std::io::stderr().is_terminal();
        Output {
            format,
            quiet,
            verbose,
            stdout: RefCell::new(Box::new(std::io::stdout())),
            stderr: RefCell::new(Box::new(std::io::stderr())),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal,
            colour: stderr_is_terminal && console::colors_enabled_stderr(),
            wrote_data: Cell::new(false),
        }
    }

    /// stdout carries JSON: tables and sentences for people are not for it.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Only errors on stderr.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// How often `-v` was given.
    pub fn verbosity(&self) -> u8 {
        self.verbose
    }

    /// stdout is a terminal.
    pub fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// Progress bars may be drawn: a terminal, and neither `--quiet` nor `--json`.
    pub fn shows_progress(&self) -> bool {
        self.stderr_is_terminal && !self.quiet && !self.is_json()
    }

    /// stdout takes colours.
    pub fn stdout_has_colour(&self) -> bool {
        self.stdout_is_terminal && console::colors_enabled()
    }

    /// stderr takes colours.
    pub fn has_colour(&self) -> bool {
        self.colour
    }

    /// Columns of the terminal, 80 where there is none; tables may use them all.
    pub fn columns(&self) -> usize {
        match console::Term::stdout().size_checked() {
            Some((_, columns)) if self.stdout_is_terminal => usize::from(columns).max(*WIDTHS.start()),
            _ => DEFAULT_WIDTH,
        }
    }

    /// Width for prose.
    pub fn width(&self) -> usize {
        self.columns().clamp(*WIDTHS.start(), *WIDTHS.end())
    }

    /// Something was written to stdout already, so that a second JSON document would spoil the first.
    pub fn wrote_data(&self) -> bool {
        self.wrote_data.get()
    }

    /// Writes text to stdout as it is.
    ///
    /// # Errors
    /// [`CliError::Stdout`], unless the reader went away.
    pub fn data(&self, text: &str) -> Result<(), CliError> {
        self.stream(|stdout| stdout.write_all(text.as_bytes()))
    }

    /// Lets `write` write to stdout, through a buffer.
    fn stream(&self, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CliError> {
        self.wrote_data.set(true);
        let mut stdout = self.stdout.borrow_mut();
        let mut buffer = BufWriter::new(&mut *stdout);
        let written = write(&mut buffer).and_then(|()| buffer.flush());
        // What could not be written is not tried again when the buffer goes.
        drop(buffer.into_parts());
        match written {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(CliError::Stdout(error)),
            _ => Ok(()),
        }
    }

    /// Writes a line to stdout.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn line(&self, text: &str) -> Result<(), CliError> {
        self.data(&format!("{text}\n"))
    }

    /// Writes a sentence to stdout, broken to the width of the terminal.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn prose(&self, text: &str) -> Result<(), CliError> {
        self.line(&super::text::wrap(text, self.width(), "  "))
    }

    /// Writes a table to stdout.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn rows(&self, table: &Table) -> Result<(), CliError> {
        self.line(&table.trim_fmt())
    }

    /// Writes the rows of a table that goes on from one written before: without header and rule.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn rows_only(&self, table: &Table) -> Result<(), CliError> {
        let text = table.trim_fmt();
        // One line of header, one of the rule below it.
        let rows = text.splitn(3, '\n').nth(2).unwrap_or_default();
        self.line(rows)
    }

    /// Writes the one JSON document of a command, as it is made: that of a large shop's scan is never held whole.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub fn json(&self, document: &impl Serialize) -> Result<(), CliError> {
        self.stream(|stdout| {
            serde_json::to_writer_pretty(&mut *stdout, document)?;
            stdout.write_all(b"\n")
        })
    }

    /// Says something to the operator, unless `--quiet`; broken to the width of the terminal.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says what must be read, also with `--quiet`; broken to the width of the terminal.
    pub fn warn(&self, text: &str) {
        self.tell(&super::text::wrap(text, self.width(), ""));
    }

    /// Says more, with `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbose > 0 && !self.quiet {
            self.tell(text);
        }
    }

    /// The same as it stands: pictures, text that is laid out already.
    pub fn tell(&self, text: &str) {
        let mut stderr = self.stderr.borrow_mut();
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(stderr, "{text}");
        let _ = stderr.flush();
    }

    /// An empty table that fits the terminal: a rule below the header, blanks between the columns, so that many
    /// rows fit a screen and can be copied.
    pub fn table(&self, header: &[String]) -> Table {
        let mut table = Table::new();
        let rule = LineStyle::none().fill('─').junction('─');
        table.load_style(presets::NOTHING.header_separator(rule));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(self.columns()).unwrap_or(u16::MAX));
        table.set_header(header.iter().map(String::as_str).collect::<Vec<_>>());
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        table
    }
}
