//! Each way that a database fails, from a real server, as the error that asks for its remedy.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use wa_notify::adapters::firebird::connection::{
    CharsetChoice, Connection, ConnectionSettings, DatabaseError, Driver,
};
use wa_notify::domain::secret::Secret;

use crate::support::firebird::{TestDatabase, TestServer};

const DRIVERS: [Driver; 2] = [Driver::Rust, Driver::Native];
/// Long enough to be interrupted, killed or frozen in; it would run for years.
const ENDLESS: &str =
    "SELECT COUNT(*) FROM rdb$fields a, rdb$fields b, rdb$fields c, rdb$fields d, rdb$fields e";

fn refused(settings: &ConnectionSettings) -> DatabaseError {
    match Connection::open(settings) {
        Ok(_) => panic!("the connection should have been refused"),
        Err(error) => error,
    }
}

#[test]
fn wrong_password() {
    // A server of its own: after four failed logins Firebird refuses all of that address for some seconds.
    let server = TestServer::private();
    let db = server.database("UTF8");
    for driver in DRIVERS {
        let mut settings = ConnectionSettings {
            driver,
            ..db.settings.clone()
        };
        settings.password = Secret::new("not-the-password");
        let error = refused(&settings);
        assert!(
            matches!(&error, DatabaseError::LoginFailed { user, .. } if user == "SYSDBA"),
            "{driver:?} {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("not-the-password"));
        settings.user = "NOBODY".to_owned();
        let error = refused(&settings);
        assert!(
            matches!(error, DatabaseError::LoginFailed { .. }),
            "{driver:?} {error:?}"
        );
    }
}

#[test]
fn no_such_file_on_the_server() {
    for driver in DRIVERS {
        let mut settings = TestServer::shared().settings("/nowhere/dados.fdb".as_ref());
        settings.driver = driver;
        let error = refused(&settings);
        assert!(
            matches!(&error, DatabaseError::NoSuchDatabase { path, detail, .. }
                if path == "/nowhere/dados.fdb" && detail.contains("No such file")),
            "{driver:?} {error:?}"
        );
    }
}

#[test]
fn a_file_that_is_no_database() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![7; 20_000]).unwrap();
    for driver in DRIVERS {
        let mut settings = TestServer::shared().settings(file.path());
        settings.driver = driver;
        let error = refused(&settings);
        assert!(
            matches!(&error, DatabaseError::Other { detail, .. } if detail.contains("not a valid database")),
            "{error:?}"
        );
    }
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for driver in DRIVERS {
        let settings = ConnectionSettings {
            port,
            driver,
            ..ConnectionSettings::new(Some("127.0.0.1"), "x.fdb")
        };
        let error = refused(&settings);
        assert!(
            matches!(&error, DatabaseError::Unreachable { address, .. } if *address == format!("127.0.0.1:{port}")),
            "{error:?}"
        );
    }
    let error = refused(&ConnectionSettings::new(Some("no-such-host.invalid"), "x.fdb"));
    assert!(matches!(error, DatabaseError::Unreachable { .. }), "{error:?}");
}

#[test]
fn a_mute_server_costs_the_connect_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for driver in DRIVERS {
        let mut settings = ConnectionSettings {
            port,
            driver,
            ..ConnectionSettings::new(Some("127.0.0.1"), "x.fdb")
        };
        settings.connect_timeout = Duration::from_millis(300);
        let error = refused(&settings);
        assert_eq!(
            error,
            DatabaseError::TimedOut {
                limit: settings.connect_timeout,
                during: "connect".to_owned()
            },
            "{driver:?}"
        );
    }
}

#[test]
fn a_server_that_hangs_up_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        for _ in DRIVERS {
            drop(listener.accept().unwrap());
        }
    });
    for driver in DRIVERS {
        let settings = ConnectionSettings {
            port,
            driver,
            ..ConnectionSettings::new(Some("127.0.0.1"), "x.fdb")
        };
        let error = refused(&settings);
        assert!(
            matches!(error, DatabaseError::ConnectionLost { .. }),
            "{driver:?} {error:?}"
        );
    }
    server.join().unwrap();
}

/// Waits, through another connection, until the server works on the endless query.
fn until_it_runs(settings: &ConnectionSettings) {
    let mut watcher = Connection::open(settings).unwrap();
    let sql = "SELECT COUNT(*) FROM mon$statements WHERE mon$state = 1 AND mon$sql_text CONTAINING 'rdb$fields e' \
               AND mon$attachment_id <> CURRENT_CONNECTION";
    while watcher.query(sql, &[]).unwrap()[0].int(0) == Ok(0) {}
}

#[test]
fn a_server_killed_in_mid_query() {
    for driver in DRIVERS {
        let server = TestServer::private();
        let mut db = server.database("UTF8");
        db.settings.driver = driver;
        let mut connection = db.connect();
        let error = std::thread::scope(|scope| {
            let query = scope.spawn(|| connection.query(ENDLESS, &[]).unwrap_err());
            until_it_runs(&db.settings);
            server.kill();
            query.join().unwrap()
        });
        assert!(
            matches!(error, DatabaseError::ConnectionLost { .. }),
            "{driver:?} {error:?}"
        );
        assert!(connection.is_broken());
        assert!(connection.query("SELECT 1 FROM rdb$database", &[]).is_err());
    }
}

#[test]
fn a_server_that_hangs_costs_the_query_limit() {
    let server = TestServer::private();
    for driver in DRIVERS {
        let mut db = server.database("UTF8");
        db.settings.driver = driver;
        db.settings.query_timeout = Duration::from_millis(300);
        let mut connection = db.connect();
        let frozen = server.freeze();
        let error = connection.execute("CREATE TABLE T (N INTEGER)", &[]).unwrap_err();
        assert!(
            matches!(&error, DatabaseError::TimedOut { limit, .. } if *limit == db.settings.query_timeout),
            "{driver:?} {error:?}"
        );
        assert!(connection.is_broken());
        drop(connection);
        drop(frozen);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the limit is one of real time")]
fn a_statement_that_never_ends_costs_the_query_limit() {
    for driver in DRIVERS {
        let mut db = TestDatabase::create("UTF8");
        db.settings.driver = driver;
        db.settings.query_timeout = Duration::from_millis(300);
        let mut connection = db.connect();
        let started = Instant::now();
        let error = connection.query(ENDLESS, &[]).unwrap_err();
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "the limit holds, whatever the connect limit was"
        );
        assert!(
            matches!(&error, DatabaseError::TimedOut { during, .. } if during == "query"),
            "{driver:?} {error:?}"
        );
    }
}

#[test]
fn ctrl_c_breaks_a_query_and_what_comes_after() {
    for driver in DRIVERS {
        let mut db = TestDatabase::create("UTF8");
        db.settings.driver = driver;
        let mut connection = db.connect();
        let interrupt = db.settings.interrupt.clone();
        let watcher = db.settings.uninterrupted();
        let error = std::thread::scope(|scope| {
            let query = scope.spawn(|| connection.query(ENDLESS, &[]).unwrap_err());
            until_it_runs(&watcher);
            interrupt.trip();
            query.join().unwrap()
        });
        assert_eq!(error, DatabaseError::Interrupted, "{driver:?}");
        assert_eq!(refused(&db.settings), DatabaseError::Interrupted);
        // What has happened already can still be recorded.
        assert!(Connection::open(&watcher).is_ok());
    }
}

#[test]
fn unknown_character_set() {
    let mut db = TestDatabase::create("UTF8");
    db.settings.charset = CharsetChoice::Named("KLINGON".to_owned());
    let error = refused(&db.settings);
    assert!(
        matches!(&error, DatabaseError::Charset { detail } if detail.contains("KLINGON")),
        "{error:?}"
    );
    // One that the client knows and the server does not.
    for driver in DRIVERS {
        db.settings.driver = driver;
        db.settings.charset = CharsetChoice::Named("big5-2003".to_owned());
        let opened = Connection::open(&db.settings);
        assert!(
            opened.is_ok() || matches!(opened, Err(DatabaseError::Charset { .. })),
            "{driver:?} {opened:?}"
        );
    }
}

#[test]
fn no_permission() {
    let db = TestDatabase::create("UTF8");
    let mut owner = db.with(&["CREATE TABLE SALARIES (N INTEGER)"]);
    // A fixed name: the pure Rust client cannot log in one in 256.
    let user = "LOOKER".to_owned();
    owner
        .execute(&format!("CREATE OR ALTER USER {user} PASSWORD 'look'"), &[])
        .unwrap();
    for driver in DRIVERS {
        let mut settings = ConnectionSettings {
            driver,
            ..db.settings.clone()
        };
        settings.user = user.clone();
        settings.password = Secret::new("look");
        let mut connection = Connection::open(&settings).unwrap();
        for sql in ["SELECT N FROM SALARIES", "SELECT COUNT(*) FROM SALARIES"] {
            let error = connection.query(sql, &[]).unwrap_err();
            assert!(
                matches!(&error, DatabaseError::Permission { detail } if detail.contains("SALARIES")),
                "{error:?}"
            );
        }
        assert!(!connection.is_broken());
    }
    owner.execute(&format!("DROP USER {user}"), &[]).unwrap();
}

#[test]
fn duplicate_keys_do_not_leak_their_values() {
    for driver in DRIVERS {
        let mut db = TestDatabase::create("UTF8");
        db.settings.driver = driver;
        let mut connection = db.with(&["CREATE TABLE P (CPF VARCHAR(14) NOT NULL PRIMARY KEY)"]);
        connection
            .execute("INSERT INTO P VALUES ('52998224725')", &[])
            .unwrap();
        let error = connection
            .execute("INSERT INTO P VALUES ('52998224725')", &[])
            .unwrap_err();
        assert!(
            matches!(&error, DatabaseError::Duplicate { detail } if !detail.contains("529982")),
            "{error:?}"
        );
        let error = connection
            .query("SELECT CAST(CPF || 'x' AS INTEGER) FROM P", &[])
            .unwrap_err();
        assert!(
            matches!(&error, DatabaseError::Other { detail, .. } if !detail.contains("529982")),
            "{error:?}"
        );
    }
}

#[test]
fn a_server_that_only_speaks_what_the_driver_lacks() {
    let server = TestServer::private_with(&[("AUTH", "Legacy_Auth"), ("WIRE", "Disabled")]);
    let mut settings = server.settings("/nowhere/x.fdb".as_ref());
    settings.user = "LEGACY".to_owned();
    settings.password = Secret::new("legacy");
    let error = refused(&settings);
    assert!(matches!(error, DatabaseError::DriverUnsuited { .. }), "{error:?}");
    // The native client gets through, as far as the file that is not there.
    settings.driver = Driver::Native;
    let error = refused(&settings);
    assert!(matches!(error, DatabaseError::NoSuchDatabase { .. }), "{error:?}");
    settings.password = Secret::new("wrong");
    let error = refused(&settings);
    assert!(matches!(error, DatabaseError::LoginFailed { .. }), "{error:?}");
}

#[test]
fn a_client_library_that_is_not_there() {
    let mut settings = TestServer::shared().settings("/nowhere/x.fdb".as_ref());
    settings.driver = Driver::Native;
    settings.client_library = Some("/nowhere/libfbclient.so".to_owned());
    let error = refused(&settings);
    assert!(
        matches!(&error, DatabaseError::ClientLibrary { library, .. } if library == "/nowhere/libfbclient.so"),
        "{error:?}"
    );
}

#[test]
fn syntax_errors_keep_text_and_code_and_the_connection() {
    for driver in DRIVERS {
        let mut db = TestDatabase::create("UTF8");
        db.settings.driver = driver;
        let mut connection = db.connect();
        let error = connection
            .query("SELECT NOPE FROM rdb$database", &[])
            .unwrap_err();
        assert!(
            matches!(&error, DatabaseError::Other { detail, .. } if detail.contains("NOPE")),
            "{error:?}"
        );
        assert!(!connection.is_broken());
        assert_eq!(
            connection.query("SELECT 1 FROM rdb$database", &[]).unwrap().len(),
            1
        );
    }
}
