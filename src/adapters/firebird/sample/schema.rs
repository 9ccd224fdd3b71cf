//! The sample's tables, from `sql/sample/schema.sql`.

const SCHEMA: &str = include_str!("../../../../sql/sample/schema.sql");
/// What comes after this line is made once the rows are in.
const AFTER_LOAD: &str = "-- DEPOIS DA CARGA";

/// Written into the database's description before any table is made: only a database that bears it is ever
/// emptied, so that a real ERP with tables of the same names is safe.
pub(super) const MARK: &str = "wa-notify: ERP de amostra";

/// Statements that make the tables.
pub(super) fn tables() -> impl Iterator<Item = String> {
    statements(halves().0)
}

/// Statements that make foreign keys and indexes.
pub(super) fn keys() -> impl Iterator<Item = String> {
    statements(halves().1)
}

/// Names of the tables, parents before children.
pub(super) fn table_names() -> Vec<String> {
    tables()
        .filter_map(|sql| {
            sql.strip_prefix("CREATE TABLE ")?
                .split_whitespace()
                .next()
                .map(str::to_owned)
        })
        .collect()
}

fn halves() -> (&'static str, &'static str) {
    SCHEMA.split_once(AFTER_LOAD).unwrap_or((SCHEMA, ""))
}

/// Statements without comment lines; each ends with a semicolon at the end of a line.
fn statements(sql: &'static str) -> impl Iterator<Item = String> {
    // Also with the line ends that a checkout on Windows may give.
    let lines = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    let text = lines.fold(String::new(), |text, line| text + line + "\n");
    text.split(";\n")
        .map(|s| s.trim().to_owned())
        .filter(|s| !s.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_falls_into_tables_and_keys() {
        let names = table_names();
        assert_eq!(names.len(), tables().count(), "only CREATE TABLE before the load");
        assert_eq!(names.first().map(String::as_str), Some("PARAMETRO_SISTEMA"));
        assert_eq!(names.last().map(String::as_str), Some("BOLETO"));
        assert!(keys().count() >= 8);
        assert!(keys().all(|sql| sql.starts_with("ALTER TABLE") || sql.starts_with("CREATE INDEX")));
    }
}
