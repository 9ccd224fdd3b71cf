//! A real Firebird for the tests: never a skip, never a mock.
//!
//! One server serves a whole test run. `scripts/test` starts it and names it in `WA_NOTIFY_TEST_FIREBIRD`
//! (`127.0.0.1:PORT;FOLDER`); where that is not set, the first test starts one by `scripts/firebird`, in a folder that all
//! test processes of the run find by the pid of the runner (cargo, nextest), and that goes when the runner goes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use wa_notify::adapters::firebird::connection::{Connection, ConnectionSettings};
use wa_notify::adapters::firebird::embedded;
use wa_notify::ports::erp::DatabaseError;

/// A running server.
pub struct TestServer {
    pub port: u16,
    folder: PathBuf,
    /// Kept for a private server: dropping it removes the folder.
    own: Option<tempfile::TempDir>,
}

impl TestServer {
    /// The server of this test run.
    pub fn shared() -> &'static TestServer {
        static SHARED: OnceLock<TestServer> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var("WA_NOTIFY_TEST_FIREBIRD") {
            Ok(text) => Self::named(&text),
            Err(_) => Self::of_this_run(),
        })
    }

    /// A server of one's own, to be killed or hung at will; stopped when dropped.
    pub fn private() -> TestServer {
        Self::private_with(&[])
    }

    /// The same with `AUTH` (AuthServer) and `WIRE` (WireCrypt).
    pub fn private_with(environment: &[(&str, &str)]) -> TestServer {
        let own = tempfile::Builder::new()
            .prefix("wa-notify-fb-")
            .tempdir()
            .expect("a temporary folder");
        let folder = own
            .path()
            .canonicalize()
            .expect("the folder just made")
            .join("root");
        let port = start(&folder, std::process::id(), environment);
        TestServer {
            port,
            folder,
            own: Some(own),
        }
    }

    /// Where databases of this server may be.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Kills the server as a power cut would.
    pub fn kill(&self) {
        assert!(self.own.is_some(), "the shared server is not ours to kill");
        let pid = std::fs::read_to_string(self.folder.join("pid")).expect("the server's pid");
        let status = Command::new("kill")
            .args(["-9", pid.trim()])
            .status()
            .expect("kill");
        assert!(status.success());
    }

    /// Starts it again on the same port, after [`Self::kill`].
    pub fn restart(&self) {
        assert!(self.own.is_some(), "the shared server is not ours to restart");
        // Until its parent has taken notice, a dead process still counts as there.
        let _ = std::fs::remove_file(self.folder.join("pid"));
        for _ in 0..5 {
            let output = script()
                .arg("start")
                .arg(&self.folder)
                .arg(self.port.to_string())
                .args(["--until-pid", &std::process::id().to_string()])
                .output()
                .expect("scripts/firebird");
            if output.status.success() {
                return;
            }
        }
        panic!("the server does not come up again on port {}", self.port);
    }

    /// Stops the server's process without ending it: it becomes mute.
    pub fn freeze(&self) -> Frozen {
        assert!(self.own.is_some(), "the shared server is not ours to freeze");
        let pid = std::fs::read_to_string(self.folder.join("pid"))
            .expect("the server's pid")
            .trim()
            .to_owned();
        assert!(
            Command::new("kill")
                .args(["-STOP", &pid])
                .status()
                .expect("kill")
                .success()
        );
        Frozen(pid)
    }

    /// Settings of a database at this path (as the server sees it, which is this machine).
    pub fn settings(&self, path: &Path) -> ConnectionSettings {
        let mut settings = ConnectionSettings::new(Some("127.0.0.1"), path.to_str().expect("an UTF-8 path"));
        settings.port = self.port;
        settings.client_library = client_library();
        settings
    }

    /// An empty database of this character set on this server.
    pub fn database(&self, charset: &str) -> TestDatabase {
        let database = self.absent();
        drop(Connection::create_database(&database.settings, charset).expect("a new database"));
        database
    }

    /// A place for a database that is not there yet.
    pub fn absent(&self) -> TestDatabase {
        let path = self.folder.join("data").join(format!("{}.fdb", unique()));
        TestDatabase {
            settings: self.settings(&path),
            path,
            folder: None,
            _keeper: Mutex::default(),
        }
    }

    fn named(text: &str) -> TestServer {
        let parts = text.split_once(';').and_then(|(address, folder)| {
            Some((
                address.strip_prefix("127.0.0.1:")?.parse().ok()?,
                PathBuf::from(folder),
            ))
        });
        let (port, folder) =
            parts.unwrap_or_else(|| panic!("WA_NOTIFY_TEST_FIREBIRD is not 127.0.0.1:PORT;FOLDER: {text}"));
        TestServer {
            port,
            folder,
            own: None,
        }
    }

    fn of_this_run() -> TestServer {
        // Under a runner that starts a process for each test, all of them share its server.
        let runner = if std::env::var_os("CARGO").is_some() || std::env::var_os("NEXTEST").is_some() {
            parent_id()
        } else {
            std::process::id()
        };
        let folder = std::env::temp_dir().join(format!("wa-notify-test-firebird-{runner}"));
        std::fs::create_dir_all(&folder).expect("a folder in the temporary folder");
        let lock = std::fs::File::create(folder.join("start.lock")).expect("a lock file");
        lock.lock().expect("the lock");
        let running = std::fs::read_to_string(folder.join("port"))
            .ok()
            .and_then(|port| port.trim().parse().ok())
            .filter(|port| std::net::TcpStream::connect(("127.0.0.1", *port)).is_ok());
        let port = running.unwrap_or_else(|| {
            // Left over from another runner that had the same pid.
            let _ = std::fs::remove_file(folder.join("pid"));
            start(&folder, runner, &[])
        });
        TestServer {
            port,
            folder,
            own: None,
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        if self.own.is_some() {
            let _ = script().arg("stop").arg(&self.folder).status();
        }
    }
}

/// A frozen server; thawed when dropped.
pub struct Frozen(String);

impl Drop for Frozen {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-CONT", &self.0]).status();
    }
}

/// A database file of one test, deleted when dropped.
pub struct TestDatabase {
    pub settings: ConnectionSettings,
    path: PathBuf,
    folder: Option<tempfile::TempDir>,
    /// Keeps an embedded file open: its lock, once let go, may live on for a moment in a child process that
    /// another test's thread is just starting, and could then not be taken again.
    _keeper: Mutex<Option<Connection>>,
}

impl TestDatabase {
    /// An empty database on the server of this test run.
    pub fn create(charset: &str) -> TestDatabase {
        TestServer::shared().database(charset)
    }

    /// A connection to it.
    pub fn connect(&self) -> Connection {
        Connection::open(&self.settings).expect("a connection to the test's database")
    }

    /// A connection, after these statements.
    pub fn with(&self, statements: &[&str]) -> Connection {
        let mut connection = self.connect();
        for statement in statements {
            connection
                .execute(statement, &[])
                .unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        // DDL and prepared statements do not go together well on one connection.
        drop(connection);
        self.connect()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.folder.is_none() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// An empty database that this very process opens, no server involved. The folder has a prepared private root; a
/// child process gets its variables from [`embedded::embedded_environment`].
pub fn embedded_database(charset: &str) -> TestDatabase {
    // A child process that another test's thread starts at this very moment holds the new file's lock until it has
    // become its program; the half-made file is then left to its folder.
    let (folder, settings, keeper) = (0..10)
        .find_map(|_| {
            let (folder, settings) = embedded_folder();
            match Connection::create_database(&settings, charset) {
                Err(DatabaseError::InUse { .. }) => None,
                made => Some((folder, settings, made.expect("a new embedded database"))),
            }
        })
        .expect("a new embedded database, not in use by anybody");
    let path = PathBuf::from(&settings.path);
    TestDatabase {
        settings,
        path,
        folder: Some(folder),
        _keeper: Mutex::new(Some(keeper)),
    }
}

/// A folder with a prepared private root, and settings of an embedded database in it that is not there yet.
pub fn embedded_folder() -> (tempfile::TempDir, ConnectionSettings) {
    let folder = tempfile::Builder::new()
        .prefix("wa-notify-emb-")
        .tempdir()
        .expect("a temporary folder");
    let path = folder.path().join("data.fdb");
    let mut settings = ConnectionSettings::new(None, path.to_str().expect("an UTF-8 path"));
    settings.client_library = client_library();
    embedded::prepare_embedded_root(&embedded::root_of(&settings), settings.client_library.as_deref())
        .unwrap_or_else(|error| panic!("{error}\n{}", install_line()));
    (folder, settings)
}

/// `fbclient` of another version, and beside it its engine: `scripts/test-firebird-versions`.
pub fn client_library() -> Option<String> {
    std::env::var("WA_NOTIFY_TEST_FBCLIENT").ok()
}

fn install_line() -> &'static str {
    "Firebird is missing: apt-get install -y --no-install-recommends firebird3.0-server firebird3.0-utils libfbclient2"
}

fn script() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/firebird"))
}

fn start(folder: &Path, until_pid: u32, environment: &[(&str, &str)]) -> u16 {
    let output = script()
        .arg("start")
        .arg(folder)
        .args(["--until-pid", &until_pid.to_string()])
        .envs(environment.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("scripts/firebird: {error}"));
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse()
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[cfg(unix)]
fn parent_id() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_id() -> u32 {
    std::process::id()
}

/// A name that no other test of any process takes.
fn unique() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    format!(
        "t{}_{}",
        std::process::id(),
        COUNTER.fetch_add(1, Ordering::Relaxed)
    )
}
