//! A private Firebird root for embedded databases.
//!
//! `fbclient` reads the environment once, when it is loaded: `FIREBIRD` names the root (configuration, plugins, character
//! sets) and `FIREBIRD_LOCK` the folder of its lock files. A process cannot soundly change its own environment, so
//! a program that opens an embedded database asks [`needs_environment`] at its start, and goes on in
//! [`restart`] when that gives anything: on Unix the same process becomes the new one; on Windows a child does the
//! work and its exit code is passed on. No thread runs yet, no connection is open.
//!
//! Why a private root: by default the first user on the machine owns the lock folder and locks all others out, and one
//! process keeps a database file to itself. With `ServerMode = Classic` in a root of our own several processes share it:
//! `status` works beside `send`. All that share a file must use the same root, so it stands beside the file.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::connection::ConnectionSettings;

/// Why the private root could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No Firebird engine on this machine.
    #[error("no Firebird engine found in {}", .looked_in.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoEngine {
        /// Where it was looked for.
        looked_in: Vec<PathBuf>,
    },
    /// The folder could not be written.
    #[error("{}: {error}", path.display())]
    Write {
        /// The file at fault.
        path: PathBuf,
        /// The system's text.
        error: io::Error,
    },
}

/// The root of an embedded database: `embedded_root`, else `.firebird` beside the database file.
pub fn root_of(settings: &ConnectionSettings) -> PathBuf {
    let root = settings.embedded_root.clone().unwrap_or_else(|| {
        Path::new(&settings.path)
            .parent()
            .unwrap_or_else(|| Path::new(""))
            .join(".firebird")
    });
    // Firebird takes relative paths from folders of its own choice.
    std::path::absolute(&root).unwrap_or(root)
}

/// The variables that a process needs before it loads `fbclient`; none for a database on a server.
pub fn embedded_environment(settings: &ConnectionSettings) -> Vec<(String, String)> {
    if settings.host.is_some() {
        return Vec::new();
    }
    let root = root_of(settings);
    let path = |path: &Path| path.to_string_lossy().into_owned();
    vec![
        ("FIREBIRD".to_owned(), path(&root)),
        ("FIREBIRD_LOCK".to_owned(), path(&root.join("lock"))),
        ("FIREBIRD_TMP".to_owned(), path(&root.join("tmp"))),
    ]
}

/// Names the root that this process was started anew for, so that a value that does not survive the environment
/// (an odd path) ends in an error of the engine and not in starting anew for ever.
const RESTARTED_FOR: &str = "WA_NOTIFY_EMBEDDED_ROOT";

/// What this process's environment lacks for these databases (all embedded ones of a process share one root, the
/// first one's). Empty: go on. Otherwise [`prepare_embedded_root`] and [`restart`].
pub fn needs_environment(settings: &ConnectionSettings) -> Vec<(String, String)> {
    let mut wanted = embedded_environment(settings);
    let is_set = |name: &str, value: &str| std::env::var_os(name).is_some_and(|set| set == *value);
    if wanted
        .first()
        .is_some_and(|(_, root)| is_set(RESTARTED_FOR, root))
    {
        return Vec::new();
    }
    wanted.retain(|(name, value)| !is_set(name, value));
    if !wanted.is_empty() {
        wanted.push((
            RESTARTED_FOR.to_owned(),
            root_of(settings).to_string_lossy().into_owned(),
        ));
    }
    wanted
}

/// Starts this program anew with the same arguments and these variables added, and gives its exit code. On Unix it
/// only returns when that fails. To be called before any thread starts.
///
/// # Errors
/// The system's, when the program cannot be started.
pub fn restart(environment: &[(String, String)]) -> io::Result<u8> {
    let mut arguments = std::env::args_os();
    let name = arguments.next();
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(arguments)
        .envs(environment.iter().map(|(k, v)| (k, v)));
    run(command, name)
}

#[cfg(unix)]
fn run(mut command: Command, name: Option<OsString>) -> io::Result<u8> {
    use std::os::unix::process::CommandExt;
    if let Some(name) = name {
        command.arg0(name);
    }
    Err(command.exec())
}

#[cfg(not(unix))]
fn run(mut command: Command, _name: Option<OsString>) -> io::Result<u8> {
    // Ctrl-C reaches both, since they share the console; the child decides.
    let status = command.status()?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1))
}

/// Builds the root, or brings it up to date with the installed engine. Several processes may do so at once.
///
/// # Errors
/// [`EmbeddedError`].
pub fn prepare_embedded_root(root: &Path, client_library: Option<&str>) -> Result<(), EmbeddedError> {
    let source = find_engine(client_library)?;
    for folder in ["", "lock", "tmp", "intl"] {
        let path = root.join(folder);
        std::fs::create_dir_all(&path).map_err(|error| EmbeddedError::Write { path, error })?;
    }
    // Through a link the engine finds no character set: intl is a copy.
    copy_folder(&source.join("intl"), &root.join("intl"))?;
    if cfg!(windows) {
        // Links want a privilege there.
        copy_folder(&source.join("plugins"), &root.join("plugins"))?;
        for entry in list(&source)? {
            let name = entry
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            // The engine's own libraries (ICU, zlib, the C runtime) lie beside fbclient.dll.
            if entry.is_file() && (name.starts_with("icu") || name.ends_with(".dll")) {
                copy_file(&entry, &root.join(entry.file_name().unwrap_or_default()))?;
            }
        }
    } else if source.join("plugins/libEngine12.so").exists() {
        link(&source.join("plugins"), &root.join("plugins"))?;
    } else {
        // Through a link Firebird 4 finds that "actual module name does not match requested".
        let plugins = root.join("plugins");
        if plugins.is_symlink() {
            std::fs::remove_file(&plugins).map_err(|error| EmbeddedError::Write {
                path: plugins.clone(),
                error,
            })?;
        }
        copy_folder(&source.join("plugins"), &plugins)?;
        // Where the plugins look for libraries of their own.
        if source.join("lib").exists() {
            link(&source.join("lib"), &root.join("lib"))?;
        }
    }
    for file in ["firebird.msg", "plugins.conf"] {
        if source.join(file).exists() {
            copy_file(&source.join(file), &root.join(file))?;
        }
    }
    let configuration = format!(
        "# Written by wa-notify: embedded use only.\n\
         # Several processes may open one database file at a time.\n\
         ServerMode = Classic\n\
         DefaultDbCachePages = 2048\n\
         DatabaseAccess = Full\n\
         TempDirectories = {}\n",
        root.join("tmp").display()
    );
    write(&root.join("firebird.conf"), configuration.as_bytes())?;
    write(&root.join("databases.conf"), b"")
}

/// The folder that holds `plugins` and `intl` of the engine that fits the client library.
fn find_engine(client_library: Option<&str>) -> Result<PathBuf, EmbeddedError> {
    let mut looked_in = Vec::new();
    // Beside the library that was named: Firebird's own layout (`lib/libfbclient.so.2`, or the folder of fbclient.dll).
    if let Some(folder) = client_library
        .map(Path::new)
        .and_then(Path::parent)
        .filter(|f| !f.as_os_str().is_empty())
    {
        looked_in.push(folder.to_owned());
        looked_in.extend(folder.parent().map(Path::to_owned));
    }
    if cfg!(windows) {
        // fbclient.dll beside our own executable, then Firebird's usual folders.
        looked_in.extend(
            std::env::current_exe()
                .ok()
                .and_then(|exe| exe.parent().map(Path::to_owned)),
        );
        for programs in ["ProgramFiles", "ProgramW6432"]
            .iter()
            .filter_map(std::env::var_os)
        {
            for version in ["Firebird_5_0", "Firebird_4_0", "Firebird_3_0"] {
                looked_in.push(Path::new(&programs).join("Firebird").join(version));
            }
        }
    } else {
        // Debian: /usr/lib/<triplet>/firebird/3.0; others: /usr/lib64/firebird, /opt/firebird.
        for base in ["/usr/lib", "/usr/lib64"] {
            let mut triplets = vec![PathBuf::from(base)];
            triplets.extend(
                list(Path::new(base))
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|p| p.is_dir()),
            );
            for triplet in triplets {
                let firebird = triplet.join("firebird");
                if firebird.is_dir() {
                    looked_in.extend(list(&firebird).unwrap_or_default());
                    looked_in.push(firebird);
                }
            }
        }
        looked_in.push(PathBuf::from("/opt/firebird"));
    }
    let has_engine = |folder: &PathBuf| {
        list(&folder.join("plugins"))
            .unwrap_or_default()
            .iter()
            .any(|file| {
                let name = file
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .to_lowercase();
                name.starts_with("libengine") || name.starts_with("engine")
            })
    };
    match looked_in.iter().find(|folder| has_engine(folder)) {
        Some(folder) => Ok(folder.clone()),
        None => Err(EmbeddedError::NoEngine { looked_in }),
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, EmbeddedError> {
    let read = || {
        std::fs::read_dir(folder)?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<io::Result<Vec<_>>>()
    };
    let mut paths = read().map_err(|error| EmbeddedError::Write {
        path: folder.to_owned(),
        error,
    })?;
    paths.sort();
    Ok(paths)
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), EmbeddedError> {
    std::fs::create_dir_all(to).map_err(|error| EmbeddedError::Write {
        path: to.to_owned(),
        error,
    })?;
    for file in list(from)?.into_iter().filter(|path| path.is_file()) {
        copy_file(&file, &to.join(file.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Result<(), EmbeddedError> {
    let bytes = std::fs::read(from).map_err(|error| EmbeddedError::Write {
        path: from.to_owned(),
        error,
    })?;
    write(to, &bytes)
}

/// Replaces a file as one step, and only when it differs: another process may be loading it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), EmbeddedError> {
    if std::fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let replace = || {
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        // A temporary file is its maker's alone; other users of the root read it, too.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))?;
        }
        Ok::<_, io::Error>(())
    };
    replace().map_err(|error| EmbeddedError::Write {
        path: path.to_owned(),
        error,
    })
}

#[cfg(unix)]
fn link(target: &Path, link: &Path) -> Result<(), EmbeddedError> {
    if std::fs::read_link(link).is_ok_and(|present| present == target) {
        return Ok(());
    }
    let _ = std::fs::remove_file(link);
    match std::os::unix::fs::symlink(target, link) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(EmbeddedError::Write {
            path: link.to_owned(),
            error,
        }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn link(target: &Path, link: &Path) -> Result<(), EmbeddedError> {
    copy_folder(target, link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_embedded_databases_need_an_environment() {
        assert!(needs_environment(&ConnectionSettings::new(Some("127.0.0.1"), "x.fdb")).is_empty());
        let settings = ConnectionSettings::new(None, "/srv/shop/data.fdb");
        let wanted = needs_environment(&settings);
        assert_eq!(wanted.len(), 4);
        assert!(wanted[0].1.ends_with(".firebird"), "{wanted:?}");
    }
}
