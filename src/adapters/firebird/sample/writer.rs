//! Rows into the database.

use chrono::{Days, NaiveDate};

use super::company::{self, BRANCHES};
use super::generator::SampleSpec;
use super::rows::{BoletoRow, ContactRow, CustomerRow, CustomerRows, ReceivableRow};
use super::schema;
use crate::adapters::firebird::connection::{
    Batch, Block, Connection, ConnectionSettings, Transaction, Value,
};
use crate::domain::money::Cents;
use crate::ports::erp::DatabaseError;

/// What [`seed`] wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeedSummary {
    /// The database was not there before.
    pub created_database: bool,
    /// An earlier sample was replaced.
    pub replaced: bool,
    /// Rows.
    pub customers: u64,
    /// Rows.
    pub contacts: u64,
    /// Rows.
    pub receivables: u64,
    /// Rows.
    pub boletos: u64,
}

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The database holds tables that are neither the sample's nor ours (`WA_*`): nothing was touched.
    #[error("the database holds tables that are not the sample's: {}", tables.join(", "))]
    ForeignTables {
        /// Their names; those of a real ERP may be the sample's names, too.
        tables: Vec<String>,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Rows per transaction: large enough to be fast, small enough for the server's undo log.
const ROWS_PER_TRANSACTION: u64 = 100_000;

/// Makes the sample ERP in the database of `settings`: creates the database when it is missing, replaces an earlier
/// sample, leaves `WA_*` tables alone. `progress` is told customers and receivables done, of how many.
///
/// Until the last row is in, query `system` gives no row: a sample left half made (Ctrl-C) is never scanned, and the
/// next `seed` starts over.
///
/// # Errors
/// [`SeedError`].
pub fn seed(
    settings: &ConnectionSettings,
    spec: &SampleSpec,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<SeedSummary, SeedError> {
    let (mut connection, created_database) = match Connection::open(settings) {
        Ok(connection) => (connection, false),
        Err(DatabaseError::NoSuchDatabase { .. }) => {
            (Connection::create_database(settings, "WIN1252")?, true)
        }
        Err(error) => return Err(error.into()),
    };
    let replaced = clear(&mut connection)?;
    for sql in schema::tables() {
        connection.execute(&sql, &[])?;
    }
    // A connection keeps the statements that it prepared, and those hold on to the tables as they were: after each
    // change of the schema a new one.
    let mut connection = reopen(connection)?;
    let mut summary = SeedSummary {
        created_database,
        replaced,
        ..SeedSummary::default()
    };
    connection.with_write(|connection| write_company(connection, spec.today))?;
    write_customers(&mut connection, spec, &mut summary, progress)?;
    let mut connection = reopen(connection)?;
    for sql in schema::keys() {
        connection.execute(&sql, &[])?;
    }
    // The primary keys were measured while their tables were empty; the optimizer would go by that.
    for table in schema::table_names() {
        connection.execute(&format!("SET STATISTICS INDEX PK_{table}"), &[])?;
    }
    let mut connection = reopen(connection)?;
    connection.execute(
        "INSERT INTO PARAMETRO_SISTEMA (ID, DATA_SISTEMA, VERSAO) VALUES (1, ?, 'AMOSTRA 1')",
        &[spec.today.into()],
    )?;
    Ok(summary)
}

fn reopen(connection: Connection) -> Result<Connection, DatabaseError> {
    let settings = connection.settings().clone();
    // An embedded database may be open once only.
    drop(connection);
    Connection::open(&settings)
}

/// Drops an earlier sample; tells whether there was one. Marks the database as the sample's.
fn clear(connection: &mut Connection) -> Result<bool, SeedError> {
    let names = "SELECT TRIM(rdb$relation_name) FROM rdb$relations \
                 WHERE COALESCE(rdb$system_flag, 0) = 0 ORDER BY 1";
    let found = connection
        .query(names, &[])?
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<Vec<_>, _>>()?;
    let mark = "SELECT CAST(rdb$description AS VARCHAR(100)) FROM rdb$database";
    let marked = match connection.query(mark, &[])?.first() {
        Some(row) => row.opt_text(0)?.is_some_and(|text| text == schema::MARK),
        None => false,
    };
    let ours = schema::table_names();
    let may_stay = |name: &String| name.starts_with("WA_") || (marked && ours.contains(name));
    let tables: Vec<String> = found.iter().filter(|name| !may_stay(name)).cloned().collect();
    if !tables.is_empty() {
        return Err(SeedError::ForeignTables { tables });
    }
    connection.execute(&format!("COMMENT ON DATABASE IS '{}'", schema::MARK), &[])?;
    let mut replaced = false;
    // Children before parents.
    for table in ours.iter().rev().filter(|table| found.contains(table)) {
        connection.execute(&format!("DROP TABLE {table}"), &[])?;
        replaced = true;
    }
    Ok(replaced)
}

/// Branches, contract, policy, closes: all but the system's date.
fn write_company(connection: &mut Connection, today: NaiveDate) -> Result<(), DatabaseError> {
    const FILIAL: &str = "INSERT INTO FILIAL (CODIGO, RAZAO_SOCIAL, FANTASIA, CNPJ, ENDERECO, NUMERO, BAIRRO, CIDADE, \
                          UF, CEP, TELEFONE, EMAIL, LOGO) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const CONTRATO: &str =
        "INSERT INTO CONTRATO_FUNCIONALIDADE (FUNCIONALIDADE, ATIVA, VALIDADE) VALUES (?, ?, ?)";
    const INSTANCIA: &str = "INSERT INTO WHATSAPP_INSTANCIA (ID, NOME) VALUES (1, ?)";
    const AVISO: &str = "INSERT INTO AVISO_DEBITO_CONFIG (ID, FILIAL, EMAIL_CONFIGURADO, EMAIL_REMETENTE, \
                         AVISA_A_VENCER, DIAS_A_VENCER, AVISA_VENCIDOS, DIAS_VENCIDOS, REPETE_A_CADA, PARA_APOS, \
                         VALOR_MINIMO) VALUES (?, ?, 'S', ?, 'S', '5,2,0', 'S', '1,7,15,30', 30, 180, 10.00)";
    const FECHAMENTO: &str =
        "INSERT INTO FECHAMENTO_DIARIO (DATA, FECHADO_EM, USUARIO) VALUES (?, ?, 'ROSANGELA')";
    const RETORNO: &str = "INSERT INTO RETORNO_BANCARIO (ID, BANCO, DATA_ARQUIVO, NOME_ARQUIVO, QTD_TITULOS) \
                           VALUES (?, '237', ?, ?, ?)";
    let mut batch = Batch::new();
    for branch in BRANCHES {
        let values = [
            u32::from(branch.id).into(),
            branch.legal_name.into(),
            branch.trade_name.into(),
            branch.tax_id.into(),
            branch.address.into(),
            branch.number.into(),
            branch.district.into(),
            branch.city.into(),
            company::STATE.into(),
            branch.postal_code.into(),
            branch.phone.into(),
            branch.email.into(),
            branch.logo.into(),
        ];
        batch.push(connection, FILIAL, &values)?;
    }
    let next_year = today.checked_add_days(Days::new(365));
    for (feature, active, dated) in company::FEATURES {
        let valid_until = next_year.filter(|_| *dated);
        batch.push(
            connection,
            CONTRATO,
            &[(*feature).into(), (*active).into(), valid_until.into()],
        )?;
    }
    batch.push(connection, INSTANCIA, &[company::INSTANCE.into()])?;
    batch.push(
        connection,
        AVISO,
        &[1_u32.into(), Value::Null, "cobranca@casaeobra.example".into()],
    )?;
    for day in company::closed_days(today) {
        let at = day.and_hms_opt(19, 5, 0);
        batch.push(connection, FECHAMENTO, &[day.into(), at.into()])?;
    }
    for (i, day) in company::bank_returns(today).into_iter().enumerate() {
        let file = format!("CB{}.RET", day.format("%d%m%y"));
        batch.push(
            connection,
            RETORNO,
            &[
                (i as u32 + 1).into(),
                day.into(),
                file.into(),
                (7 + i as u32).into(),
            ],
        )?;
    }
    batch.send(connection)
}

fn write_customers(
    connection: &mut Connection,
    spec: &SampleSpec,
    summary: &mut SeedSummary,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), DatabaseError> {
    let total = u64::from(spec.customers) + u64::from(spec.total_receivables());
    let mut blocks = Blocks::default();
    let mut uncommitted = 0;
    connection.begin(Transaction::Write)?;
    progress(0, total);
    for rows in spec.customers() {
        uncommitted += blocks.push(connection, &rows)?;
        summary.customers += 1;
        summary.contacts += rows.contacts.len() as u64;
        summary.receivables += rows.receivables.len() as u64;
        summary.boletos += rows.boletos.len() as u64;
        if uncommitted >= ROWS_PER_TRANSACTION {
            connection.commit()?;
            connection.begin(Transaction::Write)?;
            uncommitted = 0;
        }
        if summary.customers.is_multiple_of(100) {
            progress(summary.customers + summary.receivables, total);
        }
    }
    blocks.send(connection)?;
    connection.commit()?;
    progress(total, total);
    Ok(())
}

/// Rows on their way, a block for each table: so each has the same text every time and stays prepared. No foreign key
/// stands yet, so that the order of tables does not matter.
#[derive(Debug, Default)]
struct Blocks {
    people: Block,
    customers: Block,
    contacts: Block,
    receivables: Block,
    boletos: Block,
}

impl Blocks {
    /// Writes one customer; tells how many rows.
    fn push(&mut self, connection: &mut Connection, rows: &CustomerRows) -> Result<u64, DatabaseError> {
        const PESSOA: &str = "INSERT INTO PESSOA (CODIGO, TIPO, NOME, CPF_CNPJ, ENDERECO, NUMERO, BAIRRO, CIDADE, UF, \
                              CEP, EMAIL) VALUES (?i, ?s, ?s, ?s, ?s, ?s, ?s, ?s, ?s, ?s, ?s)";
        const CLIENTE: &str = "INSERT INTO CLIENTE (CODIGO, DATA_CADASTRO, LIMITE_CREDITO, AVISO_EMAIL, BLOQUEADO) \
                               VALUES (?i, ?d, ?s, ?s, ?s)";
        const CONTATO: &str = "INSERT INTO CONTATO (ID, CLIENTE, NOME, CARGO, TELEFONE, RECEBE_AVISO_DEBITO) \
                               VALUES (?i, ?i, ?s, ?s, ?s, ?s)";
        const TITULO: &str = "INSERT INTO TITULO_RECEBER (ID, FILIAL, CLIENTE, DOCUMENTO, PARCELA, TOTAL_PARCELAS, \
                              EMISSAO, VENCIMENTO, VALOR, VALOR_PAGO, SALDO, DATA_BAIXA, MULTA_PERCENTUAL, JUROS_MES, \
                              SITUACAO) VALUES (?i, ?i, ?i, ?s, ?i, ?i, ?d, ?d, ?s, ?s, ?s, ?d, 2.00, 1.00, ?s)";
        const BOLETO: &str = "INSERT INTO BOLETO (TITULO, BANCO, AGENCIA, CONTA, CARTEIRA, NOSSO_NUMERO, \
                              CODIGO_BARRAS, LINHA_DIGITAVEL, PIX_COPIA_COLA, BENEFICIARIO_NOME, BENEFICIARIO_CNPJ, \
                              PAGAVEL_ATE, INSTRUCOES) VALUES (?i, ?s, ?s, ?s, ?s, ?s, ?s, ?s, ?l, ?s, ?s, ?d, ?l)";
        self.people.push(connection, PESSOA, person(&rows.customer))?;
        self.customers
            .push(connection, CLIENTE, customer(&rows.customer))?;
        for row in &rows.contacts {
            self.contacts.push(connection, CONTATO, contact(row))?;
        }
        for row in &rows.receivables {
            self.receivables.push(connection, TITULO, receivable(row))?;
        }
        for row in &rows.boletos {
            self.boletos.push(connection, BOLETO, boleto(row))?;
        }
        Ok((2 + rows.contacts.len() + rows.receivables.len() + rows.boletos.len()) as u64)
    }

    /// Writes what is left.
    fn send(mut self, connection: &mut Connection) -> Result<(), DatabaseError> {
        for block in [
            &mut self.people,
            &mut self.customers,
            &mut self.contacts,
            &mut self.receivables,
            &mut self.boletos,
        ] {
            block.send(connection)?;
        }
        Ok(())
    }
}

/// Money goes as text: exact.
fn money(amount: Cents) -> Value {
    Value::Text(amount.to_decimal())
}

fn person(row: &CustomerRow) -> [Value; 11] {
    [
        row.id.into(),
        if row.company { "J" } else { "F" }.into(),
        row.name.as_ref().into(),
        row.tax_id.as_ref().into(),
        (&row.street).into(),
        (&row.number).into(),
        (&row.district).into(),
        row.city.into(),
        row.state.into(),
        (&row.postal_code).into(),
        row.email.as_ref().into(),
    ]
}

fn customer(row: &CustomerRow) -> [Value; 5] {
    [
        row.id.into(),
        row.registered_on.into(),
        money(row.credit_limit),
        row.email_notice.into(),
        row.blocked.into(),
    ]
}

fn contact(row: &ContactRow) -> [Value; 6] {
    [
        row.id.into(),
        row.customer.into(),
        (&row.name).into(),
        row.role.into(),
        row.phone.as_ref().into(),
        row.receives.into(),
    ]
}

fn receivable(row: &ReceivableRow) -> [Value; 13] {
    [
        row.id.into(),
        u32::from(row.branch).into(),
        row.customer.into(),
        row.document.as_ref().into(),
        u32::from(row.installment).into(),
        u32::from(row.installments).into(),
        row.issued_on.into(),
        row.due_on.into(),
        money(row.amount),
        money(row.paid),
        row.balance.map_or(Value::Null, money),
        row.settled_on.into(),
        row.status.into(),
    ]
}

fn boleto(row: &BoletoRow) -> [Value; 13] {
    [
        row.receivable.into(),
        row.bank.into(),
        row.agency.into(),
        row.account.into(),
        row.wallet.into(),
        (&row.our_number).into(),
        (&row.barcode).into(),
        (&row.line).into(),
        row.pix.as_ref().into(),
        row.beneficiary_name.into(),
        row.beneficiary_tax_id.into(),
        row.payable_until.into(),
        (&row.instructions).into(),
    ]
}
