//! The embedded engine: no server at all.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use wa_notify::adapters::firebird::connection::{Connection, ConnectionSettings, DatabaseError};
use wa_notify::adapters::firebird::embedded::{
    embedded_environment, needs_environment, prepare_embedded_root, restart, root_of,
};

use crate::support::firebird::{TestDatabase, client_library, embedded_database, embedded_folder};

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
    let (_folder, settings) = embedded_folder();
    let root = root_of(&settings);
    // Preparing it again, as every start does, changes nothing.
    let written = |file: &str| std::fs::metadata(root.join(file)).unwrap().modified().unwrap();
    let before = (written("firebird.conf"), written("intl"));
    prepare_embedded_root(&root, settings.client_library.as_deref()).unwrap();
    assert_eq!((written("firebird.conf"), written("intl")), before);

    let isql = |database: &[&str]| {
        let mut command = Command::new("isql-fb");
        command
            .args(["-q", "-ch", "UTF8"])
            .args(database)
            .envs(embedded_environment(&settings));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("isql-fb")
    };
    // The first holds its connection until its input ends.
    let mut first = isql(&[]);
    let mut input = first.stdin.take().unwrap();
    writeln!(
        input,
        "CREATE DATABASE '{}' DEFAULT CHARACTER SET WIN1252;",
        settings.path
    )
    .unwrap();
    writeln!(
        input,
        "CREATE TABLE P (NOME VARCHAR(30)); INSERT INTO P VALUES ('Conceição'); COMMIT;"
    )
    .unwrap();
    writeln!(input, "SELECT NOME FROM P;").unwrap();
    let mut output = BufReader::new(first.stdout.take().unwrap()).lines();
    assert!(output.any(|line| line.unwrap().contains("Conceição")));

    let mut second = isql(&[&settings.path]);
    writeln!(
        second.stdin.take().unwrap(),
        "INSERT INTO P VALUES ('Araújo'); COMMIT; SELECT NOME FROM P;"
    )
    .unwrap();
    let second = second.wait_with_output().unwrap();
    assert!(
        first.try_wait().unwrap().is_none(),
        "the first is still connected"
    );
    let names = String::from_utf8_lossy(&second.stdout).into_owned();
    assert!(
        names.contains("Conceição") && names.contains("Araújo"),
        "{names} {second:?}"
    );
    drop(input);
    assert!(first.wait().unwrap().success());
}

/// The program's own way into the private root: it starts itself anew with the variables, and then shares the file.
#[test]
fn a_program_starts_itself_anew_for_the_private_root() {
    let (_folder, settings) = embedded_folder();
    let mut holder = Command::new("isql-fb");
    holder
        .arg("-q")
        .envs(embedded_environment(&settings))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut holder = holder.spawn().expect("isql-fb");
    let mut input = holder.stdin.take().unwrap();
    writeln!(
        input,
        "CREATE DATABASE '{}'; SELECT 'there' FROM rdb$database;",
        settings.path
    )
    .unwrap();
    let mut output = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(output.any(|line| line.unwrap().contains("there")));

    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "firebird::embedded::the_program_started_anew",
            "--ignored",
            "--nocapture",
        ])
        .env("TEST_EMBEDDED_PATH", &settings.path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        said.contains("opened beside another process"),
        "{said} {}",
        String::from_utf8_lossy(&child.stderr)
    );
    drop(input);
    assert!(holder.wait().unwrap().success());
}

/// Not a test of its own: the child of the one above.
#[test]
#[ignore = "run as a child process by a_program_starts_itself_anew_for_the_private_root"]
fn the_program_started_anew() {
    let Ok(path) = std::env::var("TEST_EMBEDDED_PATH") else {
        return;
    };
    let mut settings = ConnectionSettings::new(None, path);
    settings.client_library = client_library();
    let missing = needs_environment(&settings);
    if !missing.is_empty() {
        panic!("{:?}", restart(&missing));
    }
    let mut connection = Connection::open(&settings).unwrap();
    connection.query("SELECT 1 FROM rdb$database", &[]).unwrap();
    #[expect(clippy::print_stdout, reason = "its parent reads it")]
    {
        println!("opened beside another process");
    }
}
