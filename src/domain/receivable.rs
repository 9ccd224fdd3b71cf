//! What the ERP's source queries deliver (DESIGN.md section 4), as checked values.
//!
//! The adapters turn rows into these; a row that cannot be read becomes a [`BadRow`] and is reported, never
//! dropped in silence.

use chrono::NaiveDate;
use serde::Serialize;

use super::ids::{BranchId, ContactId, CustomerId, InstanceId, ReceivableId};
use super::money::Cents;
use super::tax_id::TaxId;

/// The ERP's own dates (query `system`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SystemDates {
    /// The ERP's date; it moves only at the daily close and is not the PC's clock.
    pub business_date: NaiveDate,
    /// The last closed day; left out: the day before [`Self::business_date`].
    pub last_closed_date: Option<NaiveDate>,
    /// Date of the last imported bank return file.
    pub last_bank_return: Option<NaiveDate>,
}

impl SystemDates {
    /// The last close (DESIGN.md section 7).
    pub fn last_close(&self) -> NaiveDate {
        self.last_closed_date
            .unwrap_or_else(|| self.business_date.pred_opt().unwrap_or(self.business_date))
    }
}

/// A branch: the creditor that message and statement must name (CDC art. 42-A).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Key.
    pub id: BranchId,
    /// Razão social.
    pub legal_name: String,
    /// Nome fantasia; the legal name where left out.
    pub trade_name: Option<String>,
    /// CNPJ or CPF.
    pub tax_id: TaxId,
    /// Street and number.
    pub address: String,
    /// Bairro.
    pub district: Option<String>,
    /// City.
    pub city: String,
    /// UF, two letters.
    pub state: String,
    /// CEP as typed.
    pub postal_code: Option<String>,
    /// Phone as typed, for people to read.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// PNG of the logo; fetched only when documents are drawn.
    pub logo: Option<Vec<u8>>,
}

impl Branch {
    /// The name that customers know: trade name, else legal name.
    pub fn display_name(&self) -> &str {
        self.trade_name
            .as_deref()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&self.legal_name)
    }
}

/// One contracted feature (query `contract`); the row `WHATSAPP` counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFeature {
    /// Name of the feature.
    pub feature: String,
    /// In force.
    pub active: bool,
    /// Last day in force.
    pub valid_until: Option<NaiveDate>,
}

/// One WhatsApp instance of the contract (query `instances`). What is given here wins over `[gateway]`.
#[derive(Clone, PartialEq, Eq)]
pub struct ContractInstance {
    /// Name at the gateway.
    pub instance: InstanceId,
    /// The branch that writes from it; `None`: all.
    pub branch: Option<BranchId>,
    /// Kind of gateway (`evolution`, ...).
    pub kind: Option<String>,
    /// Address of the gateway.
    pub url: Option<String>,
    /// The instance's token. A secret.
    pub token: Option<String>,
}

impl std::fmt::Debug for ContractInstance {
    /// The token never reaches a log or a panic.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContractInstance")
            .field("instance", &self.instance)
            .field("branch", &self.branch)
            .field("kind", &self.kind)
            .field("url", &self.url)
            .field("token", &self.token.as_ref().map(|_| "***"))
            .finish()
    }
}

/// The e-mail module's rule for one branch or all (query `notice_policy`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// The branch; `None`: all without a row of their own.
    pub branch: Option<BranchId>,
    /// E-mail notices are configured: WhatsApp complements e-mail and never works without it.
    pub email_configured: bool,
    /// Notify before the due date.
    pub notify_upcoming: bool,
    /// Days before the due date, any order.
    pub upcoming_days: Vec<u32>,
    /// Notify after the due date.
    pub notify_overdue: bool,
    /// Days after the due date, any order.
    pub overdue_days: Vec<u32>,
    /// After the last overdue stage, again at this interval (days).
    pub repeat_every_days: Option<u32>,
    /// Nothing fires once this many days overdue are past.
    pub stop_after_days: Option<u32>,
    /// Smallest sum of the receivables that fire.
    pub min_amount: Option<Cents>,
}

/// A customer (query `customers`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Key.
    pub id: CustomerId,
    /// Name as typed.
    pub name: String,
    /// CPF or CNPJ; `None` where missing or unreadable.
    pub tax_id: Option<TaxId>,
    /// Street and number.
    pub address: Option<String>,
    /// Bairro.
    pub district: Option<String>,
    /// City.
    pub city: Option<String>,
    /// UF.
    pub state: Option<String>,
    /// CEP.
    pub postal_code: Option<String>,
    /// The customer gets e-mail notices; without, no WhatsApp either.
    pub email_notice: bool,
    /// Blocked in the ERP.
    pub blocked: bool,
}

/// A contact of a customer (query `contacts`). The phone is as typed; selection parses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Key.
    pub id: ContactId,
    /// Whose contact.
    pub customer: CustomerId,
    /// Name as typed.
    pub name: String,
    /// Phone as typed.
    pub phone: String,
    /// "Recebe aviso de débitos" (WhatsApp).
    pub receives_whatsapp: bool,
}

/// A receivable (query `receivables`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivable {
    /// Key.
    pub id: ReceivableId,
    /// Creditor.
    pub branch: BranchId,
    /// Debtor.
    pub customer: CustomerId,
    /// Document number as people know it, such as `NF 4512`.
    pub document: String,
    /// Installment, such as `2` or `2/3`.
    pub installment: Option<String>,
    /// Date of issue.
    pub issued_on: Option<NaiveDate>,
    /// Due date as agreed (not moved to a business day).
    pub due_on: NaiveDate,
    /// Original amount.
    pub amount: Cents,
    /// What is still open; zero: settled.
    pub balance: Cents,
    /// Fine once overdue, hundredths of a percent (200 = 2.00 %).
    pub fine_percent: Option<Cents>,
    /// Interest a month, hundredths of a percent (100 = 1.00 %).
    pub interest_percent_month: Option<Cents>,
    /// Why the ERP wants no notice (protested, renegotiated, ...).
    pub excluded_reason: Option<String>,
}

impl Receivable {
    /// Document and installment as people know them: `NF 4512/2`, also where the ERP writes the installment as `2/3`.
    pub fn label(&self) -> String {
        let installment = self
            .installment
            .as_deref()
            .and_then(|text| text.split('/').next())
            .map(str::trim);
        match installment.filter(|text| !text.is_empty()) {
            Some(installment) => format!("{}/{installment}", self.document.trim()),
            None => self.document.trim().to_owned(),
        }
    }
}

/// The stored boleto of a receivable (query `boletos`). wa-notify never makes a code the ERP does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoletoRecord {
    /// Whose boleto; empty only in `Default`.
    pub receivable: Option<ReceivableId>,
    /// Bank code, three digits.
    pub bank_code: Option<String>,
    /// Agency.
    pub agency: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Carteira.
    pub wallet: Option<String>,
    /// Nosso número.
    pub our_number: Option<String>,
    /// 44 digits.
    pub barcode: Option<String>,
    /// 47 digits, punctuated or not.
    pub digitable_line: Option<String>,
    /// The bank's Pix copia-e-cola.
    pub pix_code: Option<String>,
    /// Payee shown by the bank, when not the branch.
    pub beneficiary_name: Option<String>,
    /// Its CPF or CNPJ, as typed.
    pub beneficiary_tax_id: Option<String>,
    /// Last day on which the boleto can be paid.
    pub payable_until: Option<NaiveDate>,
    /// The bank's own PDF, fetched only when documents are drawn.
    pub pdf: Option<Vec<u8>>,
    /// Instructions as typed.
    pub instructions: Option<String>,
}

/// A row that could not be read: skipped, reported and never fatal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadRow {
    /// Source query, such as `receivables`.
    pub query: String,
    /// Key of the row as far as it could be read.
    pub key: String,
    /// Column at fault.
    pub column: String,
    /// What is wrong.
    pub problem: BadValue,
    /// The value, masked.
    pub value: String,
}

/// What is wrong with a value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BadValue {
    /// Null or blank where a value is needed.
    Missing,
    /// Not a date.
    NotADate,
    /// Not a number.
    NotANumber,
    /// Not a yes or no.
    NotAFlag,
    /// Not a list of days such as `5,2,0`.
    NotAListOfDays,
    /// Not a CPF or CNPJ.
    NotATaxId,
    /// Text that does not decode in the connection's character set.
    NotText,
    /// A number or date outside sane bounds.
    OutOfRange,
    /// The same key twice.
    Duplicate,
}

/// Rows that could be read, and those that could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<T> {
    /// The readable rows.
    pub rows: Vec<T>,
    /// The others.
    pub bad: Vec<BadRow>,
}

impl<T> Default for Batch<T> {
    fn default() -> Self {
        Batch {
            rows: Vec::new(),
            bad: Vec::new(),
        }
    }
}
