//! Values, character sets, transactions, batches.

use std::ops::ControlFlow;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wa_notify::adapters::firebird::connection::{
    Batch, CharsetChoice, Connection, DatabaseError, Driver, Load, MAX_PARAMETERS, Transaction, Value,
};

use crate::support::firebird::TestDatabase;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn values_come_back_as_they_went_on_both_drivers() {
    for driver in [Driver::Rust, Driver::Native] {
        let mut db = TestDatabase::create("UTF8");
        db.settings.driver = driver;
        let mut connection = db.with(&[
            "CREATE TABLE V (ID BIGINT NOT NULL, N VARCHAR(40), C CHAR(6), A NUMERIC(18,4), \
             D DATE, T TIMESTAMP, B BLOB SUB_TYPE BINARY, X BLOB SUB_TYPE TEXT, F BOOLEAN)",
        ]);
        let at = day("2026-11-22").and_hms_milli_opt(23, 59, 59, 999).unwrap();
        let long = "ação ".repeat(5_000);
        let values = [
            Value::Int(i64::MAX),
            "Conceição & d'Ávila 😀".into(),
            "AB".into(),
            "12345678901234.5678".into(),
            day("2024-02-29").into(),
            at.into(),
            Value::Bytes((0..=255).collect()),
            long.clone().into(),
            true.into(),
        ];
        let sql = "INSERT INTO V VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        assert_eq!(connection.execute(sql, &values).unwrap(), 1, "{driver:?}");
        let nulls = [&[Value::Int(i64::MIN)][..], &vec![Value::Null; 8]].concat();
        assert_eq!(connection.execute(sql, &nulls).unwrap(), 1);

        let rows = connection
            .query(
                "SELECT V.*, CAST(A AS VARCHAR(40)) AS EXACT FROM V ORDER BY ID DESC",
                &[],
            )
            .unwrap();
        let row = &rows[0];
        assert_eq!(row.int("id"), Ok(i64::MAX));
        assert_eq!(row.text("N").unwrap(), "Conceição & d'Ávila 😀");
        assert_eq!(row.text("C").unwrap(), "AB", "the padding goes");
        assert_eq!(row.text("EXACT").unwrap(), "12345678901234.5678");
        assert!(
            row.text("A").is_err() && row.int("A").is_err(),
            "a float is never handed out as exact"
        );
        assert_eq!(row.date("D"), Ok(day("2024-02-29")));
        assert_eq!(row.timestamp("T"), Ok(at));
        assert_eq!(row.bytes("B").unwrap(), (0..=255).collect::<Vec<u8>>());
        assert_eq!(row.text("X").unwrap(), long.trim_end());
        assert_eq!(row.bool("F"), Ok(true));
        assert_eq!(rows[1].int("ID"), Ok(i64::MIN));
        assert_eq!(
            (
                rows[1].opt_text("N"),
                rows[1].opt_date("D"),
                rows[1].opt_bytes("B")
            ),
            (Ok(None), Ok(None), Ok(None))
        );
    }
}

#[test]
fn literals_come_back_as_they_went() {
    let db = TestDatabase::create("UTF8");
    let mut connection = db
        .with(&["CREATE TABLE L (I BIGINT, S VARCHAR(200) CHARACTER SET UTF8, D DATE, T TIMESTAMP, B BLOB)"]);
    let texts = prop_oneof![
        any::<String>().prop_map(|s| s.replace('\0', "").chars().take(60).collect::<String>()),
        "['\"\\\\;:?%-]{0,40}".prop_map(|s| s),
        Just("'; DROP TABLE L; --".to_owned()),
        Just("END^ 'EXECUTE BLOCK :x ? /* ".to_owned()),
    ];
    let ints = prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(-1), Just(0)];
    // Firebird knows the years 1 to 9999 and tenths of milliseconds.
    let days = (-719_162_i32..2_932_896).prop_map(|n| NaiveDate::from_epoch_days(n).unwrap());
    let times = (days, 0_u32..86_400, 0_u32..10_000).prop_map(|(d, s, t)| {
        d.and_time(NaiveTime::from_num_seconds_from_midnight_opt(s, t * 100_000).unwrap())
    });
    let rows = prop::collection::vec(
        (ints, texts, times, prop::collection::vec(any::<u8>(), 0..40)),
        1..12,
    );
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(40)
    });
    let connection = std::cell::RefCell::new(&mut connection);
    runner
        .run(&rows, |rows: Vec<(i64, String, NaiveDateTime, Vec<u8>)>| {
            let mut connection = connection.borrow_mut();
            let mut batch = Batch::new();
            connection.begin(Transaction::Write).unwrap();
            for (i, s, t, b) in &rows {
                let values = [
                    (*i).into(),
                    s.into(),
                    t.date().into(),
                    (*t).into(),
                    b.clone().into(),
                ];
                batch
                    .push(&mut connection, "INSERT INTO L VALUES (?, ?, ?, ?, ?)", &values)
                    .unwrap();
            }
            batch.send(&mut connection).unwrap();
            let read = connection
                .query("SELECT I, S, D, T, B FROM L ORDER BY RDB$DB_KEY", &[])
                .unwrap();
            connection.rollback().unwrap();
            prop_assert_eq!(read.len(), rows.len());
            for (row, (i, s, t, b)) in read.iter().zip(&rows) {
                prop_assert_eq!(row.int("I"), Ok(*i));
                prop_assert_eq!(row.value("S"), Some(&Value::from(s)));
                prop_assert_eq!(row.date("D"), Ok(t.date()));
                prop_assert_eq!(row.timestamp("T"), Ok(*t));
                prop_assert_eq!(&row.bytes("B").unwrap(), b);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_batch_larger_than_any_block_is_one_transaction() {
    let db = TestDatabase::create("WIN1252");
    let mut connection = db.with(&["CREATE TABLE B (ID INTEGER NOT NULL PRIMARY KEY, S VARCHAR(300))"]);
    let text = "ç".repeat(300);
    let fill = |connection: &mut Connection, last: i64| {
        connection.with_write::<_, DatabaseError>(|connection| {
            let mut batch = Batch::new();
            for id in (0..1_000).chain([last]) {
                batch.push(
                    connection,
                    "INSERT INTO B VALUES (?, ?)",
                    &[id.into(), text.as_str().into()],
                )?;
            }
            batch.send(connection)
        })
    };
    let count =
        |connection: &mut Connection| connection.query("SELECT COUNT(*) FROM B", &[]).unwrap()[0].int(0);
    assert!(matches!(
        fill(&mut connection, 0),
        Err(DatabaseError::Duplicate { .. })
    ));
    assert_eq!(count(&mut connection), Ok(0), "all or nothing");
    fill(&mut connection, 1_000).unwrap();
    assert_eq!(count(&mut connection), Ok(1_001));
}

const LOADED: [(&str, char); 5] = [
    ("ID", 'i'),
    ("CENTS", 'i'),
    ("DAY_ON", 'd'),
    ("WORD", 'w'),
    ("TYPED", 'u'),
];

/// A database with two tables for rows of [`LOADED`], and the body that fills them.
fn for_loads(driver: Driver, charset: CharsetChoice) -> (TestDatabase, Connection, &'static str) {
    let mut db = TestDatabase::create("WIN1252");
    db.settings.driver = driver;
    db.settings.charset = charset;
    let connection = db.with(&[
        "CREATE TABLE A (ID BIGINT NOT NULL PRIMARY KEY, CENTS BIGINT, WORD VARCHAR(40) CHARACTER SET ASCII)",
        "CREATE TABLE B (ID BIGINT NOT NULL PRIMARY KEY, DAY_ON DATE, TYPED VARCHAR(300) CHARACTER SET OCTETS)",
    ]);
    let body = "INSERT INTO A VALUES (:ID, :CENTS, :WORD); INSERT INTO B VALUES (-:ID, :DAY_ON, :TYPED);";
    (db, connection, body)
}

/// Rows of a body that fills two tables, over many full blocks and a rest, on both drivers: every value as it was given.
#[test]
fn a_load_puts_each_row_where_its_body_says_or_none_at_all() {
    let texts = [
        String::new(),
        " ".to_owned(),
        "-01".to_owned(),
        "003abc".to_owned(),
        "it's".to_owned(),
        "João 👋 ".to_owned(),
        "ç".repeat(150),
        "x".repeat(300),
    ];
    let numbers = [0, 1, -1, 1_234_567, -98_765_432_109, i64::MAX, i64::MIN];
    let days = ["0001-01-01", "1900-02-28", "2024-02-29", "9999-12-31"].map(day);
    let words = [Some(""), Some("overdue:15"), None, Some("+5551900000001")];
    let pick = |id: i64, count: usize| usize::try_from(id).unwrap() % count;
    let row = |id: i64| -> [Value; 5] {
        [
            id.into(),
            numbers[pick(id, numbers.len())].into(),
            days[pick(id, days.len())].into(),
            words[pick(id / 3, words.len())].into(),
            // Null now and then.
            texts.get(pick(id, texts.len() + 1)).cloned().into(),
        ]
    };
    for driver in [Driver::Rust, Driver::Native] {
        let (_db, mut connection, body) = for_loads(driver, CharsetChoice::Bytes);
        let mut fill = |last: i64| {
            connection.with_write::<_, DatabaseError>(|connection| {
                let mut load = Load::new(&LOADED, body);
                for id in (1..=3_000).chain([last]) {
                    load.push(connection, row(id))?;
                }
                load.send(connection)?;
                load.send(connection)
            })
        };
        assert!(matches!(fill(1), Err(DatabaseError::Duplicate { .. })));
        fill(3_001).unwrap();
        let sql =
            "SELECT A.ID, A.CENTS, B.DAY_ON, A.WORD, B.TYPED FROM A JOIN B ON B.ID = -A.ID ORDER BY A.ID";
        let stored = connection.query(sql, &[]).unwrap();
        assert_eq!(stored.len(), 3_001, "all, after none: {driver:?}");
        for (found, id) in stored.iter().zip(1i64..) {
            let [_, cents, due, word, typed] = row(id);
            assert_eq!(found.int(0), Ok(id));
            assert_eq!(Value::from(found.int(1).unwrap()), cents, "{driver:?} {id}");
            assert_eq!(Value::from(found.date(2).unwrap()), due, "{driver:?} {id}");
            assert_eq!(found.value(3), Some(&word), "{driver:?} {id}");
            assert_eq!(found.value(4), Some(&typed), "{driver:?} {id}");
        }
    }
}

/// A row that does not fit is refused by itself: those before and after it arrive.
#[test]
fn a_load_refuses_a_row_that_is_not_of_its_columns() {
    let (_db, mut connection, body) = for_loads(Driver::Rust, CharsetChoice::Bytes);
    let good = |id: i64| -> Vec<Value> {
        vec![
            id.into(),
            1.into(),
            day("2026-11-22").into(),
            Value::Null,
            Value::Null,
        ]
    };
    let with = |place: usize, value: Value| {
        let mut row = good(7);
        row[place] = value;
        row
    };
    let bad = [
        with(0, Value::Null),
        with(1, "1".into()),
        with(2, Value::Null),
        with(2, NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap().into()),
        with(4, "x".repeat(1_000).into()),
        good(7)[..4].to_vec(),
        [good(7), vec![Value::Null]].concat(),
    ];
    connection
        .with_write::<_, DatabaseError>(|connection| {
            let mut load = Load::new(&LOADED, body);
            load.push(connection, good(1))?;
            for row in bad {
                let shown = format!("{row:?}");
                assert!(
                    matches!(
                        load.push(connection, row),
                        Err(DatabaseError::Other { code: -1, .. })
                    ),
                    "{shown}"
                );
            }
            load.push(connection, good(2))?;
            load.send(connection)
        })
        .unwrap();
    let rows = connection.query("SELECT ID FROM A ORDER BY ID", &[]).unwrap();
    assert_eq!(rows.iter().map(|r| r.int(0).unwrap()).collect::<Vec<_>>(), [1, 2]);

    // On a connection of one byte a letter the lengths would be wrong.
    let (_db, mut connection, body) = for_loads(Driver::Rust, CharsetChoice::Named("WIN1252".to_owned()));
    let refused = connection.with_write::<_, DatabaseError>(|connection| {
        let mut load = Load::new(&LOADED, body);
        load.push(connection, with(4, "João".into()))?;
        load.send(connection)
    });
    assert!(
        matches!(refused, Err(DatabaseError::Other { code: -1, .. })),
        "{refused:?}"
    );
}

#[test]
fn brazilian_text_in_any_character_set() {
    for charset in ["WIN1252", "ISO8859_1", "UTF8", "NONE"] {
        let db = TestDatabase::create(charset);
        let mut connection = db.with(&["CREATE TABLE P (NOME VARCHAR(30), UF CHAR(5))"]);
        connection
            .execute("INSERT INTO P VALUES (?, 'São')", &["Conceição Araújo".into()])
            .unwrap();
        drop(connection);
        let mut connection = db.connect();
        let row = &connection
            .query("SELECT NOME, UF FROM P WHERE NOME = 'Conceição Araújo'", &[])
            .unwrap()[0];
        assert_eq!(
            (row.text(0).unwrap(), row.text(1).unwrap()),
            ("Conceição Araújo".into(), "São".into()),
            "{charset}"
        );
        // One byte a letter where the database says so: the text was stored as the shop's own programs store it.
        let bytes = connection.query("SELECT OCTET_LENGTH(NOME) FROM P", &[]).unwrap()[0]
            .int(0)
            .unwrap();
        assert_eq!(bytes, if charset == "UTF8" { 19 } else { 16 }, "{charset}");
    }
}

#[test]
fn a_column_left_without_character_set_does_not_stop_a_win1252_database() {
    let db = TestDatabase::create("WIN1252");
    let mut connection = db.with(&["CREATE TABLE P (NOME VARCHAR(30) CHARACTER SET NONE)"]);
    connection
        .execute("INSERT INTO P VALUES ('Conceição')", &[])
        .unwrap();
    assert_eq!(
        connection.query("SELECT NOME FROM P", &[]).unwrap()[0]
            .text(0)
            .unwrap(),
        "Conceição"
    );
}

#[test]
fn text_that_the_character_set_lacks_is_refused_before_it_leaves() {
    let db = TestDatabase::create("NONE");
    let mut connection = db.with(&["CREATE TABLE P (NOME VARCHAR(30))"]);
    for (sql, parameters) in [
        ("INSERT INTO P VALUES (?)", vec![Value::from("😀")]),
        ("INSERT INTO P VALUES ('😀')", Vec::new()),
    ] {
        let error = connection.execute(sql, &parameters).unwrap_err();
        assert!(matches!(error, DatabaseError::Charset { .. }), "{error}");
    }
    assert!(!connection.is_broken());
    assert!(connection.query("SELECT NOME FROM P", &[]).unwrap().is_empty());
}

#[test]
fn a_row_that_does_not_decode_closes_the_connection() {
    let db = TestDatabase::create("UTF8");
    let mut connection = db.with(&["CREATE TABLE P (NOME VARCHAR(30) CHARACTER SET NONE)"]);
    connection.execute("INSERT INTO P VALUES (x'C3E7')", &[]).unwrap();
    let error = connection.query("SELECT NOME FROM P", &[]).unwrap_err();
    assert!(matches!(error, DatabaseError::Charset { .. }), "{error}");
    assert!(connection.is_broken(), "the pure Rust client is out of step now");
    assert_eq!(
        connection.query("SELECT 1 FROM rdb$database", &[]).unwrap_err(),
        error
    );
    let mut settings = db.settings.clone();
    settings.charset = CharsetChoice::Named("WIN1252".to_owned());
    let row = &Connection::open(&settings)
        .unwrap()
        .query("SELECT NOME FROM P", &[])
        .unwrap()[0];
    assert_eq!(row.text(0).unwrap(), "Ãç");
}

#[test]
fn readers_see_one_instant_and_are_never_blocked() {
    let db = TestDatabase::create("UTF8");
    let mut writer = db.with(&["CREATE TABLE S (ID INTEGER NOT NULL PRIMARY KEY, N INTEGER)"]);
    writer.execute("INSERT INTO S VALUES (1, 1)", &[]).unwrap();
    let mut reader = db.connect();
    reader.begin(Transaction::ReadSnapshot).unwrap();
    let read = |reader: &mut Connection| reader.query("SELECT N FROM S", &[]).unwrap()[0].int(0).unwrap();
    assert_eq!(read(&mut reader), 1);
    writer.begin(Transaction::Write).unwrap();
    writer.execute("UPDATE S SET N = 2", &[]).unwrap();
    assert_eq!(
        read(&mut reader),
        1,
        "not blocked by an update that is not committed"
    );
    writer.commit().unwrap();
    assert_eq!(read(&mut reader), 1, "the same instant");
    let error = reader.execute("UPDATE S SET N = 3", &[]).unwrap_err();
    assert!(error.to_string().contains("read-only transaction"), "{error}");
    reader.commit().unwrap();
    assert_eq!(read(&mut reader), 2);
}

#[test]
fn a_locked_row_is_a_conflict_at_once_or_after_the_wait() {
    for driver in [Driver::Rust, Driver::Native] {
        let mut db = TestDatabase::create("UTF8");
        db.settings.driver = driver;
        let mut one = db.with(&["CREATE TABLE S (N INTEGER)"]);
        one.execute("INSERT INTO S VALUES (1)", &[]).unwrap();
        one.begin(Transaction::Write).unwrap();
        one.execute("UPDATE S SET N = 2", &[]).unwrap();
        let mut two = db.connect();
        for kind in [Transaction::Write, Transaction::WriteWait(1)] {
            let result =
                two.with_transaction::<_, DatabaseError>(kind, |two| two.execute("UPDATE S SET N = 3", &[]));
            assert!(
                matches!(result, Err(DatabaseError::Conflict { .. })),
                "{driver:?} {kind:?} {result:?}"
            );
        }
        one.commit().unwrap();
        // The snapshot is newer than the commit: no conflict any more.
        assert_eq!(two.execute("UPDATE S SET N = 3", &[]), Ok(1));
    }
}

#[test]
fn an_error_takes_everything_back() {
    let db = TestDatabase::create("UTF8");
    let mut connection = db.with(&["CREATE TABLE S (N INTEGER)"]);
    let result = connection.with_write::<(), DatabaseError>(|connection| {
        connection.execute("INSERT INTO S VALUES (1)", &[])?;
        assert_eq!(connection.query("SELECT N FROM S", &[])?.len(), 1);
        Err(DatabaseError::Interrupted)
    });
    assert_eq!(result, Err(DatabaseError::Interrupted));
    assert!(!connection.in_transaction());
    assert!(connection.query("SELECT N FROM S", &[]).unwrap().is_empty());
}

#[test]
fn returning_rows_and_what_is_refused_for_the_clients_sake() {
    let db = TestDatabase::create("UTF8");
    let mut connection = db.with(&["CREATE TABLE S (ID INTEGER, N VARCHAR(10))"]);
    let sql = "INSERT INTO S VALUES (?, ?) RETURNING ID, N";
    let row = connection.query_returning(sql, &[7.into(), "x".into()]).unwrap();
    assert_eq!((row.int("ID"), row.text("N")), (Ok(7), Ok("x".to_owned())));
    assert!(
        connection
            .query_returning("UPDATE S SET ID = 8 RETURNING ID", &[])
            .is_err()
    );
    assert_eq!(
        connection.execute("UPDATE S SET N = 'y' WHERE ID = 99", &[]),
        Ok(0)
    );

    let many = |n: usize| {
        format!(
            "SELECT 1 FROM rdb$database WHERE 1 IN ({})",
            vec!["?"; n].join(", ")
        )
    };
    let ones = |n: usize| vec![Value::Int(1); n];
    assert_eq!(
        connection
            .query(&many(MAX_PARAMETERS), &ones(MAX_PARAMETERS))
            .unwrap()
            .len(),
        1
    );
    assert!(
        connection
            .query(&many(MAX_PARAMETERS + 1), &ones(MAX_PARAMETERS + 1))
            .is_err()
    );
    assert!(
        connection
            .execute(&format!("SELECT '{}' FROM rdb$database", "x".repeat(60_000)), &[])
            .is_err()
    );
    assert!(!connection.is_broken(), "refused before a byte was sent");
}

#[test]
fn rows_stream_and_a_break_leaves_the_connection_in_step() {
    let db = TestDatabase::create("UTF8");
    let mut connection = db.connect();
    let sql = "SELECT a.rdb$field_name FROM rdb$fields a, rdb$fields b, rdb$fields c";
    let mut seen = 0;
    connection
        .query_each(sql, &[], &mut |_| {
            seen += 1;
            if seen == 1_000 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!(seen, 1_000);
    assert_eq!(
        connection.query("SELECT 1 FROM rdb$database", &[]).unwrap()[0].int(0),
        Ok(1)
    );
}

#[test]
fn a_new_database_writes_through_to_the_disk() {
    let db = TestDatabase::create("WIN1252");
    let mut connection = db.connect();
    let row = &connection
        .query("SELECT mon$forced_writes, mon$page_size FROM mon$database", &[])
        .unwrap()[0];
    assert_eq!((row.int(0), row.int(1)), (Ok(1), Ok(16_384)));
    assert!(
        connection
            .server_version()
            .unwrap()
            .starts_with(|c: char| c.is_ascii_digit())
    );
}
