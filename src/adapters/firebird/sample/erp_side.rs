//! What the shop's people do in the ERP while wa-notify runs: for the demo and for tests, never for its own
//! commands.

use chrono::{Days, NaiveDate};

use crate::adapters::firebird::connection::{Connection, Value};
use crate::domain::ids::{ContactId, CustomerId, ReceivableId};
use crate::ports::erp::DatabaseError;

/// Closes `day`: the business date becomes the next one.
///
/// # Errors
/// [`DatabaseError`].
pub fn close_day(connection: &mut Connection, day: NaiveDate) -> Result<(), DatabaseError> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    connection.with_write(|connection| {
        let close =
            "UPDATE OR INSERT INTO FECHAMENTO_DIARIO (DATA, FECHADO_EM, USUARIO) VALUES (?, ?, 'ROSANGELA')";
        connection.execute(close, &[day.into(), day.and_hms_opt(19, 5, 0).into()])?;
        connection.execute("UPDATE PARAMETRO_SISTEMA SET DATA_SISTEMA = ?", &[next.into()])?;
        Ok(())
    })
}

/// Imports the bank return of `day`.
///
/// # Errors
/// [`DatabaseError`].
pub fn import_bank_return(connection: &mut Connection, day: NaiveDate) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO RETORNO_BANCARIO (ID, BANCO, DATA_ARQUIVO, NOME_ARQUIVO, QTD_TITULOS) \
               SELECT COALESCE(MAX(ID), 0) + 1, '237', CAST(? AS DATE), CAST(? AS VARCHAR(60)), 1 FROM RETORNO_BANCARIO";
    let file = format!("CB{}.RET", day.format("%d%m%y"));
    connection.execute(sql, &[day.into(), file.into()]).map(drop)
}

/// Settles a receivable in full on the business date; false when there is no such receivable.
///
/// # Errors
/// [`DatabaseError`].
pub fn pay(connection: &mut Connection, receivable: &ReceivableId) -> Result<bool, DatabaseError> {
    let sql = "UPDATE TITULO_RECEBER SET VALOR_PAGO = VALOR, SALDO = 0, SITUACAO = 'B', \
               DATA_BAIXA = (SELECT DATA_SISTEMA FROM PARAMETRO_SISTEMA) WHERE ID = ?";
    touched(connection, sql, &[receivable.as_str().into()])
}

/// A yes or no of the ERP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    /// "Recebe aviso de débitos" of a contact.
    ReceivesNotice(ContactId),
    /// A customer gets notices by e-mail.
    EmailNotice(CustomerId),
    /// A customer is blocked.
    Blocked(CustomerId),
    /// The e-mail module is configured, at all branches.
    EmailConfigured,
    /// WhatsApp is in the contract.
    Contracted,
}

/// Turns a flag on or off; false when there is no such row.
///
/// # Errors
/// [`DatabaseError`].
pub fn set_flag(connection: &mut Connection, switch: &Switch, on: bool) -> Result<bool, DatabaseError> {
    let flag: Value = super::rows::flag(on).into();
    match switch {
        Switch::ReceivesNotice(id) => {
            let sql = "UPDATE CONTATO SET RECEBE_AVISO_DEBITO = ? WHERE ID = ?";
            touched(connection, sql, &[flag, id.as_str().into()])
        }
        Switch::EmailNotice(id) => touched(
            connection,
            "UPDATE CLIENTE SET AVISO_EMAIL = ? WHERE CODIGO = ?",
            &[flag, id.as_str().into()],
        ),
        Switch::Blocked(id) => touched(
            connection,
            "UPDATE CLIENTE SET BLOQUEADO = ? WHERE CODIGO = ?",
            &[flag, id.as_str().into()],
        ),
        Switch::EmailConfigured => touched(
            connection,
            "UPDATE AVISO_DEBITO_CONFIG SET EMAIL_CONFIGURADO = ?",
            &[flag],
        ),
        Switch::Contracted => {
            let sql = "UPDATE CONTRATO_FUNCIONALIDADE SET ATIVA = ? WHERE FUNCIONALIDADE = 'WHATSAPP'";
            touched(connection, sql, &[flag])
        }
    }
}

fn touched(connection: &mut Connection, sql: &str, values: &[Value]) -> Result<bool, DatabaseError> {
    connection.execute(sql, values).map(|rows| rows > 0)
}
