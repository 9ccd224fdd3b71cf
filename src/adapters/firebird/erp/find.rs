//! Finding the customer that an operator means: by id, tax id, part of the name, phone.

use super::narrow::Narrow;
use super::rows::customer;
use super::snapshot::FirebirdSnapshot;
use crate::adapters::firebird::connection::{Value, literal};
use crate::domain::receivable::{Batch, Customer};
use crate::domain::words::plain;
use crate::ports::erp::ErpError;

impl FirebirdSnapshot<'_> {
    /// Customers by id, tax id, part of the name, else by phone.
    pub(super) fn customers_as_typed(
        &mut self,
        text: &str,
        limit: usize,
    ) -> Result<Batch<Customer>, ErpError> {
        let key = |row: &Customer| row.id.clone();
        let mut found = Batch::default();
        // The very id first: `12` means customer 12, whoever else has a 12 somewhere.
        for (condition, parameters) in self.id_conditions("customers", "q", "CUSTOMER_ID", &[text])? {
            let narrow = Narrow {
                first: Some(limit),
                conditions: vec![condition],
                parameters,
                ..Narrow::default()
            };
            found = self.read("customers", None, &narrow, &["CUSTOMER_ID"], customer, key)?;
        }
        if text.is_empty() {
            return Ok(found);
        }
        let wanted = literal(&Value::from(text));
        let mut anywhere = Vec::new();
        if let Some((id, _)) = self.column("customers", "q", "CUSTOMER_ID")? {
            anywhere.push(format!("CAST({id} AS VARCHAR(80)) CONTAINING {wanted}"));
        }
        if let Some((name, _)) = self.column("customers", "q", "NAME")? {
            anywhere.push(format!("{name} CONTAINING {wanted}"));
        }
        // With or without punctuation, here as there.
        let plain: String = text
            .chars()
            .filter(|c| !matches!(c, '.' | '/' | '-' | ' '))
            .collect();
        if let Some((tax_id, _)) = self.column("customers", "q", "TAX_ID")?
            && plain.len() >= 3
            && plain.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            let bare = ['.', '/', '-']
                .iter()
                .fold(format!("CAST({tax_id} AS VARCHAR(80))"), |sql, mark| {
                    format!("REPLACE({sql}, '{mark}', '')")
                });
            anywhere.push(format!("{bare} CONTAINING {}", literal(&Value::from(plain))));
        }
        let condition = format!("({})", anywhere.join(" OR "));
        let narrow = Narrow {
            first: Some(limit),
            conditions: vec![condition],
            ..Narrow::default()
        };
        let more = self.read("customers", None, &narrow, &["CUSTOMER_ID"], customer, key)?;
        for row in more.rows {
            if found.rows.len() < limit && found.rows.iter().all(|known| known.id != row.id) {
                found.rows.push(row);
            }
        }
        found.bad.extend(more.bad);
        if found.rows.is_empty() {
            found.rows = self.customers_by_phone(text, limit)?.rows;
        }
        Ok(found)
    }

    /// Customers with a contact whose phone ends in the same eight digits: with or without area code and ninth digit.
    fn customers_by_phone(&mut self, text: &str, limit: usize) -> Result<Batch<Customer>, ErpError> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let typed_as_phone = text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '-' | '.' | '+' | '/'));
        if !typed_as_phone || digits.len() < PHONE_TAIL {
            return Ok(Batch::default());
        }
        let tail = &digits[digits.len() - PHONE_TAIL..];
        let (phone, _) = self.needed_column("contacts", "c", "PHONE")?;
        let (of, _) = self.needed_column("contacts", "c", "CUSTOMER_ID")?;
        let (id, _) = self.needed_column("customers", "q", "CUSTOMER_ID")?;
        let bare = [' ', '(', ')', '-', '.', '+', '/']
            .iter()
            .fold(format!("CAST({phone} AS VARCHAR(200))"), |sql, mark| {
                format!("REPLACE({sql}, '{mark}', '')")
            });
        let contacts = self.derived("contacts", None);
        let narrow = Narrow {
            first: Some(limit),
            joins: format!(
                " JOIN (SELECT DISTINCT {of} AS k FROM {contacts} c WHERE {bare} CONTAINING '{tail}') d ON d.k = {id}"
            ),
            ..Narrow::default()
        };
        self.read("customers", None, &narrow, &["CUSTOMER_ID"], customer, |row| {
            row.id.clone()
        })
    }

    /// Customers whose name has the text in it, accents aside: "sao joao" is São João. Few databases can compare like
    /// that, so the server only sorts out whose consonants differ.
    pub(super) fn customers_by_plain_name(
        &mut self,
        text: &str,
        limit: usize,
    ) -> Result<Vec<Customer>, ErpError> {
        let wanted = plain(text);
        let Some((name, _)) = self
            .column("customers", "q", "NAME")?
            .filter(|_| !wanted.is_empty())
        else {
            return Ok(Vec::new());
        };
        let mut pattern = String::from("%");
        for c in wanted.to_ascii_uppercase().chars() {
            // Letters that take accents in Portuguese and its neighbours, and whatever is no letter here.
            if c.is_ascii_alphanumeric() && !"AEIOUCNY".contains(c) {
                pattern.push(c);
                pattern.push('%');
            }
        }
        let narrow = Narrow {
            conditions: vec![format!("UPPER({name}) LIKE '{pattern}'")],
            ..Narrow::default()
        };
        let mut found = Vec::new();
        self.read_each(
            "customers",
            None,
            &narrow,
            &["CUSTOMER_ID"],
            customer,
            |row| row.id.clone(),
            &mut |row| {
                if found.len() < limit && plain(&row.name).contains(&wanted) {
                    found.push(row);
                }
            },
        )?;
        Ok(found)
    }
}

/// Digits of a subscriber that all ways of typing its number share.
const PHONE_TAIL: usize = 8;
