//! Tables that are read as a whole for want of an index, and the index that would help. What the server had to read
//! tells it for the very statements of a scan and of a departure; a plan cannot be asked for through this client.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::snapshot::{FirebirdSnapshot, quoted};
use crate::domain::ids::CustomerId;
use crate::ports::erp::{ErpError, ErpSnapshot, Scope};

/// Rows read from which a table is worth an index.
const LARGE_TABLE: i64 = 20_000;

/// Rows read for each one found that mean a whole table: without an index on the due date the server may also come by
/// another one, such as that of the branch.
const MUCH_READ: i64 = 20;

/// Longest name of anything in Firebird 3 and before.
const NAME_BYTES: usize = 31;

/// A large table that was read as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeTable {
    /// Its name.
    pub table: String,
    /// Rows read.
    pub rows: i64,
    /// The query that was filtered.
    pub query: &'static str,
    /// By which column of the query.
    pub column: &'static str,
    /// The index that would help; `None`: the column is computed, or stands behind a view.
    pub index: Option<String>,
}

impl FirebirdSnapshot<'_> {
    /// Reads what is due on `today`, and what belongs to a customer that is nobody, and tells which large tables the
    /// server had to read as a whole for it. Begins new snapshots.
    ///
    /// # Errors
    /// [`ErpError`]; also where the user may not see the monitoring tables.
    pub fn whole_tables(&mut self, today: NaiveDate) -> Result<Vec<WholeTable>, ErpError> {
        let due = Scope::DueBetween {
            from: today,
            to: today,
        };
        // With an index this finds nothing at once, and without one it cannot but read everything.
        let nobody = Scope::Customers(vec![CustomerId::new("0")]);
        let mut found: Vec<WholeTable> = Vec::new();
        for (query, column, scope) in [
            ("receivables", "DUE_ON", &due),
            ("boletos", "RECEIVABLE_ID", &due),
            ("receivables", "CUSTOMER_ID", &nobody),
            ("customers", "CUSTOMER_ID", &nobody),
            ("contacts", "CUSTOMER_ID", &nobody),
            ("boletos", "CUSTOMER_ID", &nobody),
        ] {
            let before: BTreeMap<String, i64> = self.rows_read()?.into_iter().collect();
            let rows = match query {
                "receivables" => self.receivables(scope)?.rows.len(),
                "customers" => self.customers(scope)?.rows.len(),
                "contacts" => self.contacts(scope)?.rows.len(),
                _ => self.boletos(scope)?.rows.len(),
            };
            let rows = i64::try_from(rows).unwrap_or(i64::MAX);
            for (table, read) in self.rows_read()? {
                let read = read - before.get(&table).copied().unwrap_or(0);
                // The boletos of a day are found by its receivables: what is wrong with those is told already.
                let told = found.iter().any(|known| {
                    known.table == table && (known.column == column || column == "RECEIVABLE_ID")
                });
                if read >= LARGE_TABLE && read / MUCH_READ > rows && !told {
                    found.push(WholeTable {
                        index: self.index_for(query, column, &table)?,
                        table,
                        rows: read,
                        query,
                        column,
                    });
                }
            }
        }
        Ok(found)
    }

    /// The statement of an index on what a column of a query is in `table`.
    fn index_for(
        &mut self,
        query: &'static str,
        column: &'static str,
        table: &str,
    ) -> Result<Option<String>, ErpError> {
        let Some(field) = plain_column(&self.derived(query, None), column) else {
            return Ok(None);
        };
        let sql = "SELECT COUNT(*) FROM rdb$relation_fields r JOIN rdb$fields f ON f.rdb$field_name = r.rdb$field_source \
                   WHERE r.rdb$relation_name = CAST(? AS VARCHAR(63)) AND r.rdb$field_name = CAST(? AS VARCHAR(63)) \
                   AND f.rdb$computed_blr IS NULL";
        let known = self.connection.query(sql, &[table.into(), (&field).into()])?;
        if known.first().map(|row| row.int(0)).transpose()? != Some(1) {
            return Ok(None);
        }
        let mut name = format!("IDX_{table}_{field}");
        let mut end = name.len().min(NAME_BYTES);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
        Ok(Some(format!(
            "CREATE INDEX {} ON {} ({})",
            quoted(name.trim_end_matches('_')),
            quoted(table),
            quoted(&field)
        )))
    }
}

/// The column of a table that a SELECT delivers under `name`, as the system tables write it; `None` where it is
/// computed.
fn plain_column(sql: &str, name: &str) -> Option<String> {
    let spaced = sql.replace(',', " , ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let at = words.iter().position(|word| {
        let last = word.rsplit('.').next().unwrap_or(word);
        last.trim_matches('"').eq_ignore_ascii_case(name)
    })?;
    // `T.CLIENTE AS CUSTOMER_ID`, `T.CLIENTE CUSTOMER_ID`, or the very name.
    let begins = |word: &str| word == "," || word.eq_ignore_ascii_case("select");
    let before = |back: usize| at.checked_sub(back).map(|at| words[at]);
    let source = match (before(1)?, before(2)) {
        (word, _) if begins(word) => words[at],
        (word, Some(source)) if word.eq_ignore_ascii_case("as") && begins(before(3)?) => source,
        (source, Some(word)) if begins(word) => source,
        _ => return None,
    };
    let field = source.rsplit('.').next()?;
    let quoted = field.len() > 2 && field.starts_with('"') && field.ends_with('"');
    if quoted {
        return Some(field[1..field.len() - 1].to_owned());
    }
    let plain = field.starts_with(|c: char| c.is_ascii_alphabetic())
        && field
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$');
    plain.then(|| field.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_behind_a_name() {
        for (sql, column) in [
            (
                "SELECT T.ID AS RECEIVABLE_ID, t.vencimento as DUE_ON FROM T",
                Some("VENCIMENTO"),
            ),
            (
                "SELECT A,\n  T.\"Vence em\" x, T.\"Vencto\" AS due_on FROM T",
                Some("Vencto"),
            ),
            ("SELECT VENC DUE_ON FROM T", Some("VENC")),
            ("SELECT T.DUE_ON, 1 FROM T", Some("DUE_ON")),
            ("SELECT CAST(T.V AS DATE) AS DUE_ON FROM T", None),
            ("SELECT T.A || T.B AS DUE_ON FROM T", None),
            ("SELECT COALESCE(T.A, T.B) AS DUE_ON FROM T", None),
            ("SELECT T.* FROM T", None),
        ] {
            assert_eq!(plain_column(sql, "DUE_ON").as_deref(), column, "{sql}");
        }
    }
}
