//! A small ERP of its own, as old ones are, for the tests of its reader.

use chrono::NaiveDate;
use wa_notify::adapters::firebird::erp::{FirebirdErp, SourceQueries};
use wa_notify::domain::ids::CustomerId;
use wa_notify::ports::erp::{Erp, ErpError, ErpSnapshot, QueryProblem, Scope};

use crate::support::firebird::TestDatabase;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The tables of a small ERP, as old ones are: CHAR flags, padded codes, TIMESTAMP due dates, four decimals.
pub const TABLES: &[&str] = &[
    "CREATE TABLE SISTEMA (DATA_MOVIMENTO DATE, ULTIMO_FECHAMENTO TIMESTAMP)",
    "CREATE TABLE FILIAL (COD CHAR(4) NOT NULL PRIMARY KEY, RAZAO VARCHAR(60), CNPJ VARCHAR(20), RUA VARCHAR(60), \
     CIDADE VARCHAR(40), UF CHAR(2), LOGO BLOB SUB_TYPE BINARY)",
    "CREATE TABLE CLIENTE (COD INTEGER NOT NULL PRIMARY KEY, NOME VARCHAR(60), DOC VARCHAR(20), EMAIL CHAR(1), \
     BLOQ CHAR(3))",
    "CREATE TABLE CONTATO (SEQ INTEGER, CLI INTEGER, NOME VARCHAR(40), FONE VARCHAR(30), ZAP CHAR(1))",
    "CREATE TABLE TITULO (ID BIGINT NOT NULL PRIMARY KEY, FIL CHAR(4), CLI INTEGER, DOC VARCHAR(20), VENC TIMESTAMP, \
     VALOR NUMERIC(18,4), SALDO NUMERIC(18,4), MULTA NUMERIC(9,4), MOTIVO VARCHAR(30))",
    "CREATE INDEX TITULO_VENC ON TITULO (VENC)",
    "CREATE INDEX TITULO_CLI ON TITULO (CLI)",
    "CREATE TABLE BOLETO (TIT BIGINT NOT NULL PRIMARY KEY, LINHA VARCHAR(60), ATE DATE, PDF BLOB, \
     INSTR BLOB SUB_TYPE TEXT)",
];

pub const ROWS: &[&str] = &[
    "INSERT INTO SISTEMA VALUES ('2026-11-20', '2026-11-19 22:10:00')",
    "INSERT INTO FILIAL VALUES ('01', 'Comércio Açaí Ltda', '11.222.333/0001-81', 'Rua São João, 1', 'Ijuí', 'RS', x'89504E47')",
    "INSERT INTO FILIAL VALUES ('02', 'Letras SA', '12.ABC.345/01DE-35', 'Av. Um', 'Ijuí', 'RS', NULL)",
    "INSERT INTO CLIENTE VALUES (1, 'João d''Ávila', '529.982.247-25', 'S', 'N')",
    "INSERT INTO CLIENTE VALUES (2, 'Conceição', '00000000000', 's', NULL)",
    "INSERT INTO CLIENTE VALUES (3, 'Sem Títulos', '52998224725', NULL, 'S')",
    "INSERT INTO CONTATO VALUES (1, 1, 'João', '(51) 9 8765-4321', 'S')",
    "INSERT INTO CONTATO VALUES (1, 2, NULL, NULL, 'S')",
    "INSERT INTO CONTATO VALUES (2, 3, 'Eva', '51987654321', 'N')",
    "INSERT INTO TITULO VALUES (10, '01', 1, 'NF 1', '2026-11-01', 100.1250, 100.1250, 2.0000, NULL)",
    "INSERT INTO TITULO VALUES (11, '01', 1, 'NF 2', '2026-11-30 14:30:00', 90071992547409.9300, 90071992547409.9300, NULL, NULL)",
    "INSERT INTO TITULO VALUES (12, '01', 1, 'NF 3', '2026-11-10', 50, 0, NULL, NULL)",
    "INSERT INTO TITULO VALUES (13, '02', 2, 'NF 4', '2026-12-01', 10, 10, NULL, 'protestado')",
    "INSERT INTO TITULO VALUES (14, '02', 2, 'NF 5', '2026-11-15', 10, 0.0010, NULL, NULL)",
    "INSERT INTO BOLETO VALUES (10, '00190.00009', '2026-12-31', x'255044462D', 'Não receber após o limite')",
    "INSERT INTO BOLETO VALUES (13, NULL, NULL, NULL, NULL)",
];

/// The site's own queries over those tables. The PDF would fail if it were ever computed without being asked for.
pub const QUERIES: &[(&str, &str)] = &[
    (
        "system",
        "SELECT DATA_MOVIMENTO AS BUSINESS_DATE, ULTIMO_FECHAMENTO AS LAST_CLOSED_DATE FROM SISTEMA",
    ),
    (
        "branches",
        "SELECT COD AS BRANCH_ID, RAZAO AS LEGAL_NAME, CNPJ AS TAX_ID, RUA AS ADDRESS, CIDADE AS CITY, UF AS STATE, LOGO FROM FILIAL",
    ),
    (
        "contract",
        "SELECT 'WHATSAPP' AS FEATURE, 1 AS ACTIVE FROM rdb$database -- um só; sem validade",
    ),
    (
        "instances",
        "SELECT 'loja' AS INSTANCE, CAST(NULL AS INTEGER) AS BRANCH_ID, 'segredo' AS TOKEN FROM rdb$database;",
    ),
    (
        "notice_policy",
        "SELECT NULL AS BRANCH_ID, 'T' AS EMAIL_CONFIGURED, TRUE AS NOTIFY_UPCOMING, '5,2,0' AS UPCOMING_DAYS, \
         'S' AS NOTIFY_OVERDUE, 15 AS OVERDUE_DAYS, CAST(30 AS NUMERIC(9,2)) AS REPEAT_EVERY_DAYS, 0 AS STOP_AFTER_DAYS, \
         CAST(5.005 AS NUMERIC(18,3)) AS MIN_AMOUNT FROM rdb$database",
    ),
    (
        "customers",
        "SELECT COD AS CUSTOMER_ID, NOME AS NAME, DOC AS TAX_ID, EMAIL AS EMAIL_NOTICE, BLOQ AS BLOCKED FROM CLIENTE",
    ),
    (
        "contacts",
        "SELECT SEQ AS CONTACT_ID, CLI AS CUSTOMER_ID, NOME AS CONTACT_NAME, FONE AS PHONE, ZAP AS RECEIVES_WHATSAPP FROM CONTATO",
    ),
    (
        "receivables",
        "SELECT ID AS RECEIVABLE_ID, FIL AS BRANCH_ID, CLI AS CUSTOMER_ID, DOC AS DOCUMENT, VENC AS DUE_ON, \
         VALOR AS AMOUNT, SALDO AS BALANCE, MULTA AS FINE_PERCENT, MOTIVO AS EXCLUDED_REASON FROM TITULO",
    ),
    (
        "boletos",
        "SELECT TIT AS RECEIVABLE_ID, LINHA AS DIGITABLE_LINE, ATE AS PAYABLE_UNTIL, \
         CASE WHEN TIT / (TIT - 13) > -99 THEN PDF END AS BOLETO_PDF, INSTR AS INSTRUCTIONS FROM BOLETO",
    ),
];

/// A database with those tables and rows, and the folder of its queries.
pub struct Site {
    pub db: TestDatabase,
    pub dir: tempfile::TempDir,
}

impl Site {
    pub fn new(db: TestDatabase) -> Site {
        let mut connection = db.with(TABLES);
        for row in ROWS {
            connection
                .execute(row, &[])
                .unwrap_or_else(|error| panic!("{row}: {error}"));
        }
        let site = Site {
            db,
            dir: tempfile::tempdir().unwrap(),
        };
        for (name, sql) in QUERIES {
            site.query(name, sql);
        }
        site
    }

    pub fn on_server() -> Site {
        Site::new(TestDatabase::create("WIN1252"))
    }

    /// Replaces a query.
    pub fn query(&self, name: &str, sql: &str) -> &Site {
        std::fs::write(self.dir.path().join(format!("{name}.sql")), sql).unwrap();
        self
    }

    pub fn execute(&self, sql: &str) -> &Site {
        self.db
            .connect()
            .execute(sql, &[])
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
        self
    }

    pub fn erp(&self) -> FirebirdErp {
        FirebirdErp::new(
            self.db.settings.clone(),
            SourceQueries::load(Some(self.dir.path())).unwrap(),
        )
    }

    pub fn problem<T: std::fmt::Debug>(
        &self,
        read: impl FnOnce(&mut dyn ErpSnapshot) -> Result<T, ErpError>,
    ) -> (String, QueryProblem) {
        let erp = self.erp();
        match read(erp.snapshot().unwrap().as_mut()) {
            Err(ErpError::Query {
                query,
                file: Some(_),
                problem,
            }) => (query, *problem),
            other => panic!("{other:?}"),
        }
    }
}

pub fn november() -> Scope {
    Scope::DueBetween {
        from: day("2026-11-01"),
        to: day("2026-11-30"),
    }
}

pub fn of(customers: &[&str]) -> Scope {
    Scope::Customers(customers.iter().map(CustomerId::new).collect())
}

pub fn ids(snapshot: &mut dyn ErpSnapshot, scope: &Scope) -> Vec<String> {
    let batch = snapshot.receivables(scope).unwrap();
    assert_eq!(batch.bad, []);
    batch.rows.iter().map(|row| row.id.to_string()).collect()
}
