//! A user who may only read the ERP, and the outbox in a database of its own: what docs/operations.md shows, done as it
//! stands there.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use wa_notify::adapters::firebird::connection::{Connection, ConnectionSettings, DatabaseError};
use wa_notify::domain::secret::Secret;

use super::{Erp, Shop, isql, repository};
use crate::support::firebird::TestServer;
use crate::support::site::{Plan, SEND_AT, Site};

/// Users belong to the whole server: each test has its own, and takes them away.
struct Users {
    number: String,
    server: ConnectionSettings,
    names: Vec<String>,
}

impl Users {
    fn of(site: &Site) -> Users {
        // 1 and 2, not the number of the process: the pure Rust client cannot log in one in 256 names.
        static COUNTER: AtomicU32 = AtomicU32::new(1);
        Users {
            number: COUNTER.fetch_add(1, Ordering::Relaxed).to_string(),
            server: site.database().settings.clone(),
            names: Vec::new(),
        }
    }

    /// A name of the manual as it is here.
    fn name(&self, name: &str) -> String {
        format!("{name}{}", self.number)
    }

    /// Runs a script of the manual as the administrator, in isql.
    fn administrator(&mut self, settings: &ConnectionSettings, script: &str) {
        let mut script = script.to_owned();
        for name in ["LEITOR", "WANOTIFY", "ROTINA"] {
            if script.contains(&format!("CREATE USER {name} ")) {
                self.names.push(self.name(name));
            }
            script = script.replace(&format!("USER {name}"), &format!("USER {}", self.name(name)));
        }
        let connect = format!(
            "SET NAMES UTF8;\nCONNECT '127.0.0.1/{}:{}' USER 'SYSDBA' PASSWORD 'masterkey';\n",
            settings.port, settings.path
        );
        isql(&(connect + &script), "UTF8");
    }

    /// The same database as another user.
    fn settings(&self, settings: &ConnectionSettings, name: &str, password: &str) -> ConnectionSettings {
        ConnectionSettings {
            user: self.name(name),
            password: Secret::new(password),
            ..settings.clone()
        }
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        for name in &self.names {
            if let Ok(mut connection) = Connection::open(&self.server) {
                let _ = connection.execute(&format!("DROP USER {name}"), &[]);
            }
        }
    }
}

/// The nth block of this language in the manual's section.
fn manual(section: &str, language: &str, nth: usize) -> String {
    let text = std::fs::read_to_string(repository().join("docs/operations.md")).expect("the manual");
    let (_, section) = text.split_once(&format!("## {section}\n")).expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let block = section
        .split(&format!("```{language}\n"))
        .nth(nth + 1)
        .expect("the block");
    block.split("```").next().unwrap_or_default().to_owned()
}

const SECTION: &str = "A restricted database user";

#[test]
fn the_manual_is_true() {
    let site = Site::with(Plan {
        ready: false,
        ..Plan::default()
    });
    site.json("07:00", &["demo", "seed", "--customers", "4"], 0);
    let erp = site.database().settings.clone();
    let mut users = Users::of(&site);
    users.administrator(&erp, &manual(SECTION, "sql", 0));

    // The configuration of the manual, with the places and passwords of this machine.
    let outbox = TestServer::shared().absent();
    let toml = manual(SECTION, "toml", 0);
    let (database, own) = toml.split_once("[outbox]\n").expect("both sections");
    let line = |section: &str, key: &str| {
        let found = section
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")));
        found.unwrap_or_else(|| panic!("{key} in {section}")).to_owned()
    };
    assert_eq!(line(database, "user"), "user = \"LEITOR\"");
    assert_eq!(line(own, "user"), "user = \"WANOTIFY\"");
    let own = own
        .replace(
            &line(own, "path"),
            &format!("path = '{}'", outbox.path().display()),
        )
        .replace("\"WANOTIFY\"", &format!("\"{}\"", users.name("WANOTIFY")))
        .replace(&line(own, "password_env"), "password = \"and-another\"");
    site.reconfigure(
        "user = \"SYSDBA\"",
        &format!("user = \"{}\"", users.name("LEITOR")),
    );
    site.reconfigure("password = \"masterkey\"", "password = \"choose-one\"");
    site.reconfigure("[gateway]\n", &format!("[outbox]\n{own}\n[gateway]\n"));

    let before = site.dump();
    assert_eq!(site.json("08:00", &["source", "check"], 0)["ok"], true);
    site.json("08:05", &["init"], 0);
    let scan = site.scan();
    assert_eq!(scan["notices"].as_array().unwrap().len(), 5);
    assert_eq!(site.send(0)["notices"], json!({"sent": 5}));
    let chat = scan["notices"][0]["phone"]
        .as_str()
        .unwrap()
        .trim_start_matches('+')
        .to_owned();
    site.sandbox.reply(&chat, "Já paguei ontem");
    assert_eq!(site.json("09:10", &["replies"], 8)["stored"], 1);
    site.json("09:31", &["send"], 0);
    assert_eq!(
        site.json("09:32", &["status"], 8)["notices"],
        json!({"delivered": 5})
    );
    site.json("09:32", &["explain", "1"], 0);
    assert_eq!(
        site.dump(),
        before,
        "not one row of the ERP's database is another, and no WA_* table is in it"
    );

    // Whatever happens: the server itself refuses.
    let mut reader = Connection::open(&users.settings(&erp, "LEITOR", "choose-one")).expect("the reader");
    for sql in [
        "UPDATE TITULO_RECEBER SET SALDO = 0",
        "DELETE FROM CONTATO",
        "INSERT INTO FECHAMENTO_DIARIO (DATA) VALUES ('2030-01-01')",
        "DROP TABLE BOLETO",
        "CREATE TABLE MEU (A INTEGER)",
    ] {
        let refused = reader.execute(sql, &[]);
        assert!(
            matches!(refused, Err(DatabaseError::Permission { .. })),
            "{sql}: {refused:?}"
        );
    }
    // And the reader knows nothing of who was written to.
    let settings = users.settings(&outbox.settings, "LEITOR", "choose-one");
    let refused = Connection::open(&settings)
        .expect("who has a password may connect")
        .query("SELECT * FROM WA_NOTICE", &[]);
    assert!(
        matches!(refused, Err(DatabaseError::Permission { .. })),
        "{refused:?}"
    );

    // The third user of the manual: no table of theirs, and all of the day's work.
    users.administrator(&outbox.settings, &manual(SECTION, "sql", 1));
    site.reconfigure(
        &format!("\"{}\"", users.name("WANOTIFY")),
        &format!("\"{}\"", users.name("ROTINA")),
    );
    site.reconfigure("\"and-another\"", "\"a-third\"");
    site.sql("UPDATE PARAMETRO_SISTEMA SET DATA_SISTEMA = '2026-08-12'");
    site.sql("INSERT INTO FECHAMENTO_DIARIO (DATA) VALUES ('2026-08-11')");
    site.sql("UPDATE TITULO_RECEBER SET VENCIMENTO = '2026-08-14' WHERE ID = (SELECT MIN(ID) FROM TITULO_RECEBER WHERE SALDO > 0)");
    let scan = site.json("2026-08-12 08:30", &["scan"], 0);
    let notices = scan["notices"].as_array().unwrap().len();
    assert!(notices > 0, "{scan:#}");
    let sent = site.json(&format!("2026-08-12 {SEND_AT}"), &["send"], 0);
    assert_eq!(sent["notices"], json!({"sent": notices}));
    site.json("2026-08-12 09:10", &["replies"], 0);
    site.json("2026-08-12 09:20", &["status"], 8);
}

/// The views are all that the reader of that ERP is granted; the tables behind them stay closed.
#[test]
fn views_and_a_procedure_are_enough() {
    let shop = Shop::new(Erp {
        together: false,
        ..Erp::new("views", "UTF8")
    });
    let site = &shop.site;
    let erp = site.database().settings.clone();
    let mut users = Users::of(site);
    let text =
        std::fs::read_to_string(repository().join("examples/source/views/README.md")).expect("the README");
    let grants = text
        .split("```sql\n")
        .nth(1)
        .and_then(|block| block.split("```").next())
        .expect("the grants");
    users.administrator(&erp, grants);
    site.reconfigure(
        "user = \"SYSDBA\"",
        &format!("user = \"{}\"", users.name("LEITOR")),
    );
    site.reconfigure("password = \"masterkey\"", "password = \"choose-one\"");
    site.reconfigure(
        "[outbox]\n",
        "[outbox]\nuser = \"SYSDBA\"\npassword = \"masterkey\"\n",
    );
    let scan = shop.day();
    assert_eq!(scan["totals"]["notices"], 3);
    let mut reader = Connection::open(&users.settings(&erp, "LEITOR", "choose-one")).expect("the reader");
    let refused = reader.query("SELECT * FROM T0002", &[]);
    assert!(
        matches!(refused, Err(DatabaseError::Permission { .. })),
        "{refused:?}"
    );

    // One view less: source check names the query, and what else is wrong is still looked for.
    users.administrator(
        &erp,
        "REVOKE SELECT ON \"Telefones\" FROM USER LEITOR;\nCOMMIT;\n",
    );
    let checked = site.json("11:00", &["source", "check"], 4);
    let wrong: Vec<&str> = checked["queries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|query| query["problems"] != json!([]))
        .map(|query| query["query"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, ["contacts"]);
}
