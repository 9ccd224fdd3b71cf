//! The database: its door, its file, its server.

use std::net::TcpListener;

use super::said;
use crate::support::firebird::TestServer;
use crate::support::site::{Plan, Site, eventually};

const COMMANDS: [&[&str]; 5] = [
    &["scan"],
    &["scan", "--dry-run"],
    &["send"],
    &["replies"],
    &["status"],
];

#[test]
fn a_wrong_password() {
    // A server of its own: after four failed logins Firebird refuses all of that address for some seconds.
    let server = TestServer::private();
    let site = Site::on(
        &server,
        Plan {
            customers: 1,
            ..Plan::default()
        },
    );
    site.reconfigure("password = \"masterkey\"", "password = \"another-word\"");
    for args in COMMANDS {
        let ran = site.run("09:01", args).expect(4);
        assert!(!ran.stderr.contains("another-word"));
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: Firebird recusou SYSDBA em 127.0.0.1:[PORT]. (Connection rejected with code 92 (ContAuth))
    → Confira a senha; se ela funciona no ERP, use driver = "native" com fbclient.dll de 64 bits.
    "#); }
    }
    assert!(!site.logs().contains("another-word"));
}

#[test]
fn no_such_database() {
    let site = Site::with(Plan {
        ready: false,
        linked: false,
        ..Plan::default()
    });
    for args in COMMANDS.iter().chain(&[&["init"][..]]) {
        let ran = site.run("09:01", args).expect(4);
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: O servidor em 127.0.0.1:[PORT] não conseguiu abrir [DATABASE]. (I/O error during 'open' operation for file '[DATABASE]' Error while trying to open file No such file or directory)
    → O caminho é o do SERVIDOR, não o desta máquina. Use o mesmo que está na configuração do ERP, ou o alias.
    "#); }
    }
    assert!(
        !site.database().path().exists(),
        "the ERP's database is never made"
    );
}

#[test]
fn nothing_of_ours_in_it_yet() {
    let site = Site::with(Plan {
        ready: false,
        linked: false,
        ..Plan::default()
    });
    site.run("07:00", &["demo", "seed", "--customers", "1"]).expect(0);
    for args in [
        &["scan"][..],
        &["send"],
        &["replies"],
        &["status"],
        &["resolve", "1.1", "sent"],
    ] {
        let ran = site.run("09:01", args).expect(4);
        insta::allow_duplicates! { insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: As tabelas do wa-notify (WA_*) ainda não existem neste banco.
    → Crie-as com: wa-notify init
    "#); }
    }
}

#[test]
fn no_server() {
    let site = Site::of(1);
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    site.reconfigure(
        &format!("port = {}", site.database().settings.port),
        &format!("port = {free}"),
    );
    for args in COMMANDS {
        let ran = site.run("09:01", args).expect(4);
        let said = said(&site, &ran).replace(&free.to_string(), "[FREE]");
        insta::allow_duplicates! { insta::assert_snapshot!(said, @r#"
    erro: Não há servidor Firebird respondendo em 127.0.0.1:[FREE]. Nada foi alterado. (Connection refused (os error 111))
    → Confira se o serviço do Firebird está no ar, se host e port estão certos e se o firewall libera a porta.
    "#); }
    }
}

#[test]
fn a_server_that_dies_in_the_middle_of_a_query() {
    let server = TestServer::private();
    let site = Site::on(&server, Plan::default());
    // The shipped query of customers, after some hours of counting.
    let sql = site.dir.path().join("sql");
    std::fs::create_dir(&sql).unwrap();
    let slow = concat!(
        include_str!("../../../sql/source/customers.sql"),
        "\nWHERE (SELECT COUNT(*) FROM RDB$FIELDS A, RDB$FIELDS B, RDB$FIELDS C, RDB$FIELDS D, RDB$FIELDS E) > 0\n"
    );
    std::fs::write(sql.join("customers.sql"), slow).unwrap();
    site.reconfigure("[gateway]", "[source]\ndir = \"sql\"\n\n[gateway]");
    let scanning = site.start("08:30", &["scan"]);
    eventually("the query runs", || {
        let running = "SELECT COUNT(*) FROM MON$STATEMENTS WHERE MON$STATE = 1 AND MON$SQL_TEXT CONTAINING 'RDB$FIELDS A' AND MON$ATTACHMENT_ID <> CURRENT_CONNECTION";
        site.fresh(|connection| connection.query(running, &[]).unwrap()[0].int(0).unwrap() > 0)
    });
    server.kill();
    let ran = scanning.wait().expect(4);
    insta::assert_snapshot!(said(&site, &ran), @r#"
    erro: A conexão com o banco caiu no meio do trabalho. O que não foi confirmado não aconteceu. (Connection closed by the server)
    → Rode de novo: o wa-notify continua de onde parou.
    "#);
}
