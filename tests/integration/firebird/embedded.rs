//! The embedded engine: no server at all.

use std::io::Write;
use std::process::{Command, Stdio};

use wa_notify::adapters::firebird::connection::{Connection, DatabaseError};
use wa_notify::adapters::firebird::embedded::{embedded_environment, prepare_embedded_root, root_of};

use crate::support::firebird::{TestDatabase, embedded_database};

#[test]
fn a_database_without_a_server() {
    let db = embedded_database("WIN1252");
    let mut connection = db.with(&["CREATE TABLE P (NOME VARCHAR(30))"]);
    connection
        .execute("INSERT INTO P VALUES (?)", &["Conceição".into()])
        .unwrap();
    drop(connection);
    let rows = db.connect().query("SELECT NOME FROM P", &[]).unwrap();
    assert_eq!(rows[0].text(0).unwrap(), "Conceição");
}

#[test]
fn no_such_file() {
    let mut db = embedded_database("UTF8");
    db.settings.path.push_str(".missing");
    let error = Connection::open(&db.settings).unwrap_err();
    assert!(
        matches!(&error, DatabaseError::NoSuchDatabase { path, .. } if *path == db.settings.path),
        "{error:?}"
    );
}

#[test]
fn a_file_that_a_server_has_open_is_in_use() {
    let db = TestDatabase::create("UTF8");
    let _server_side = db.connect();
    let mut settings = db.settings.clone();
    settings.host = None;
    let error = Connection::open(&settings).unwrap_err();
    assert!(matches!(error, DatabaseError::InUse { .. }), "{error:?}");
}

/// Two processes with the private root's variables share one file: `status` works beside `send`.
#[test]
fn processes_with_the_private_root_share_a_file() {
    let db = embedded_database("WIN1252");
    drop(db.with(&["CREATE TABLE P (NOME VARCHAR(30))"]));
    let root = root_of(&db.settings);
    // Preparing it again, as every start does, changes nothing.
    let before = std::fs::metadata(root.join("firebird.conf"))
        .unwrap()
        .modified()
        .unwrap();
    prepare_embedded_root(&root, None).unwrap();
    assert_eq!(
        std::fs::metadata(root.join("firebird.conf"))
            .unwrap()
            .modified()
            .unwrap(),
        before
    );

    let isql = || {
        let mut command = Command::new("isql-fb");
        command
            .args(["-q", "-ch", "UTF8"])
            .arg(db.path())
            .envs(embedded_environment(&db.settings));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("isql-fb")
    };
    // The first holds its connection, and its transaction, until its input ends.
    let mut first = isql();
    let mut input = first.stdin.take().unwrap();
    writeln!(
        input,
        "INSERT INTO P VALUES ('Conceição'); COMMIT; SHELL echo ready >&2; SELECT NOME FROM P;"
    )
    .unwrap();
    let mut second = isql();
    writeln!(
        second.stdin.take().unwrap(),
        "INSERT INTO P VALUES ('Araújo'); COMMIT; SELECT COUNT(*) FROM P;"
    )
    .unwrap();
    let second = second.wait_with_output().unwrap();
    drop(input);
    let first = first.wait_with_output().unwrap();
    for output in [&first, &second] {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && !errors.contains("SQLSTATE"),
            "{errors}"
        );
    }
    assert!(String::from_utf8_lossy(&first.stdout).contains("Conceição"));
}
