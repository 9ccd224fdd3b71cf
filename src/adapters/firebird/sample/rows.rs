//! Rows of the sample's tables, as values.

use chrono::NaiveDate;

use crate::domain::money::Cents;

/// `'S'` or `'N'`; with full dirt something else now and then.
pub type Flag = &'static str;

/// The flag's text.
pub(super) fn flag(on: bool) -> Flag {
    if on { "S" } else { "N" }
}

/// PESSOA and CLIENTE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// CODIGO.
    pub id: u32,
    /// TIPO: a company ('J'), not a person ('F').
    pub company: bool,
    /// NOME.
    pub name: Option<String>,
    /// CPF_CNPJ.
    pub tax_id: Option<String>,
    /// ENDERECO.
    pub street: String,
    /// NUMERO.
    pub number: String,
    /// BAIRRO.
    pub district: String,
    /// CIDADE.
    pub city: &'static str,
    /// UF.
    pub state: &'static str,
    /// CEP.
    pub postal_code: String,
    /// EMAIL.
    pub email: Option<String>,
    /// DATA_CADASTRO.
    pub registered_on: NaiveDate,
    /// LIMITE_CREDITO.
    pub credit_limit: Cents,
    /// AVISO_EMAIL.
    pub email_notice: Flag,
    /// BLOQUEADO.
    pub blocked: Flag,
}

/// CONTATO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRow {
    /// ID.
    pub id: u32,
    /// CLIENTE.
    pub customer: u32,
    /// NOME.
    pub name: String,
    /// CARGO.
    pub role: Option<&'static str>,
    /// TELEFONE, as typed.
    pub phone: Option<String>,
    /// RECEBE_AVISO_DEBITO.
    pub receives: Flag,
}

/// TITULO_RECEBER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivableRow {
    /// ID.
    pub id: u32,
    /// FILIAL.
    pub branch: u8,
    /// CLIENTE.
    pub customer: u32,
    /// DOCUMENTO.
    pub document: Option<String>,
    /// PARCELA.
    pub installment: u8,
    /// TOTAL_PARCELAS.
    pub installments: u8,
    /// EMISSAO.
    pub issued_on: NaiveDate,
    /// VENCIMENTO.
    pub due_on: Option<NaiveDate>,
    /// VALOR.
    pub amount: Cents,
    /// VALOR_PAGO.
    pub paid: Cents,
    /// SALDO.
    pub balance: Option<Cents>,
    /// DATA_BAIXA.
    pub settled_on: Option<NaiveDate>,
    /// SITUACAO.
    pub status: &'static str,
}

/// BOLETO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoletoRow {
    /// TITULO.
    pub receivable: u32,
    /// BANCO.
    pub bank: &'static str,
    /// AGENCIA.
    pub agency: &'static str,
    /// CONTA.
    pub account: &'static str,
    /// CARTEIRA.
    pub wallet: &'static str,
    /// NOSSO_NUMERO, as printed.
    pub our_number: String,
    /// CODIGO_BARRAS.
    pub barcode: String,
    /// LINHA_DIGITAVEL, as printed.
    pub line: String,
    /// PIX_COPIA_COLA.
    pub pix: Option<String>,
    /// BENEFICIARIO_NOME.
    pub beneficiary_name: Option<&'static str>,
    /// BENEFICIARIO_CNPJ.
    pub beneficiary_tax_id: Option<&'static str>,
    /// PAGAVEL_ATE.
    pub payable_until: Option<NaiveDate>,
    /// INSTRUCOES.
    pub instructions: String,
    /// A digit was mistyped on purpose.
    pub broken: bool,
}

/// All rows of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRows {
    /// The customer.
    pub customer: CustomerRow,
    /// Its contacts.
    pub contacts: Vec<ContactRow>,
    /// Its receivables.
    pub receivables: Vec<ReceivableRow>,
    /// Their boletos.
    pub boletos: Vec<BoletoRow>,
}
