//! The ground truth: what really reached the simulated phone, whatever the sender was told.
//!
//! One line per delivered message is appended to `--log` before the answer leaves, and each document is written to
//! `--media-dir` as `CHAT/FILE NAME`. A message that cannot be written down is not delivered.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::faults::Kind;
use super::numbers;

/// One message on the customer's phone: a line of the log.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Delivered {
    /// 1 for the first since the start.
    pub(super) seq: u64,
    /// RFC 3339, by the sandbox's clock.
    pub(super) time: String,
    /// The gateway's instance that sent it.
    pub(super) instance: String,
    /// The jid it went to.
    pub(super) to: String,
    /// The person's number with its ninth digit; empty when only a `@lid` is known.
    pub(super) number: String,
    /// Text or document.
    pub(super) kind: Kind,
    /// The text, or the document's caption.
    pub(super) text: Option<String>,
    /// Of a document.
    pub(super) file_name: Option<String>,
    /// Of the document's bytes, else of the text's, hexadecimal.
    pub(super) sha256: String,
    /// Size of the document, else of the text in UTF-8.
    pub(super) bytes: usize,
    /// `key.id` of the gateway.
    pub(super) id: String,
    /// Where the document's bytes are: a path on this server.
    pub(super) content: Option<String>,
}

/// The log file and the folder of documents.
#[derive(Debug)]
pub(super) struct Journal {
    log: Option<File>,
    media_dir: Option<PathBuf>,
    delivered: Vec<Delivered>,
}

impl Journal {
    /// Opens the log for appending and makes the folder.
    pub(super) fn open(log: Option<&Path>, media_dir: Option<&Path>) -> io::Result<Self> {
        let log = log
            .map(|path| OpenOptions::new().create(true).append(true).open(path))
            .transpose()?;
        if let Some(dir) = media_dir {
            fs::create_dir_all(dir)?;
        }
        Ok(Journal {
            log,
            media_dir: media_dir.map(Path::to_owned),
            delivered: Vec::new(),
        })
    }

    /// All since the start.
    pub(super) fn delivered(&self) -> &[Delivered] {
        &self.delivered
    }

    /// Writes one delivery down. One `write` per line, so that a reader never sees half a line of a killed process.
    pub(super) fn record(&mut self, mut delivered: Delivered, document: Option<&[u8]>) -> io::Result<()> {
        delivered.seq = self.delivered.len() as u64 + 1;
        if let (Some(dir), Some(bytes)) = (&self.media_dir, document) {
            let chat = numbers::digits(&delivered.to);
            let name = delivered.file_name.as_deref().unwrap_or_default();
            write_document(&dir.join(chat), &safe_file_name(name), bytes)?;
        }
        if let Some(log) = &mut self.log {
            let mut line = serde_json::to_vec(&delivered)?;
            line.push(b'\n');
            log.write_all(&line)?;
            log.flush()?;
        }
        self.delivered.push(delivered);
        Ok(())
    }
}

/// A document sent twice lies there twice (`boleto.pdf`, `boleto (2).pdf`): a double must be seen.
fn write_document(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, format!(".{extension}")),
        None => (name, String::new()),
    };
    let mut copy = 1;
    loop {
        let name = if copy == 1 {
            name.to_owned()
        } else {
            format!("{stem} ({copy}){extension}")
        };
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(dir.join(name))
        {
            Ok(mut file) => return file.write_all(bytes),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => copy += 1,
            Err(error) => return Err(error),
        }
    }
}

/// What comes over the wire names a file here, on Windows too, and never a folder.
fn safe_file_name(name: &str) -> String {
    let safe: String = name
        .chars()
        .map(|c| {
            if c.is_control() || r#"\/:*?"<>|"#.contains(c) {
                '_'
            } else {
                c
            }
        })
        .take(120)
        .collect();
    let safe = safe.trim().trim_matches('.').trim();
    if safe.is_empty() {
        "documento".to_owned()
    } else {
        safe.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(file_name: &str) -> Delivered {
        Delivered {
            seq: 0,
            time: "2026-11-20T12:00:00Z".into(),
            instance: "loja".into(),
            to: "5551987654321@s.whatsapp.net".into(),
            number: "5551987654321".into(),
            kind: Kind::Document,
            text: None,
            file_name: Some(file_name.into()),
            sha256: String::new(),
            bytes: 3,
            id: "3EB0".into(),
            content: None,
        }
    }

    #[test]
    fn a_name_from_the_wire_stays_in_its_folder() {
        assert_eq!(safe_file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(safe_file_name(r"C:\x.pdf"), "C__x.pdf");
        assert_eq!(safe_file_name(".."), "documento");
        assert_eq!(
            safe_file_name("Boleto 123 - vence 10-12.pdf"),
            "Boleto 123 - vence 10-12.pdf"
        );
    }

    #[test]
    fn a_second_copy_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(None, Some(dir.path())).unwrap();
        for bytes in [b"one", b"two"] {
            journal.record(delivery("boleto.pdf"), Some(bytes)).unwrap();
        }
        let chat = dir.path().join("5551987654321");
        assert_eq!(fs::read(chat.join("boleto.pdf")).unwrap(), b"one");
        assert_eq!(fs::read(chat.join("boleto (2).pdf")).unwrap(), b"two");
    }

    #[test]
    fn the_log_is_appended_to() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log.jsonl");
        for _ in 0..2 {
            Journal::open(Some(&log), None)
                .unwrap()
                .record(delivery("a.pdf"), None)
                .unwrap();
        }
        assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 2);
    }

    #[test]
    fn what_cannot_be_written_down_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(None, Some(dir.path())).unwrap();
        fs::write(
            dir.path().join("5551987654321"),
            "a file where the folder should be",
        )
        .unwrap();
        assert!(journal.record(delivery("boleto.pdf"), Some(b"one")).is_err());
        assert!(journal.delivered().is_empty());
    }
}
