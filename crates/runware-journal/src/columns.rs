//! How values stand in the columns of a row.

use runware::types::Money;
use rusqlite::Row;
use rusqlite::types::Type;

/// How an amount is written: in the way in which it is read back, whatever it was computed from.
pub(crate) fn digits(amount: Money) -> String {
    if amount.is_zero() { "0".to_owned() } else { amount.to_string() }
}

/// An amount, where there is one.
pub(crate) fn money(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Money>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| unreadable(row, column))).transpose()
}

/// What the text of a column says.
pub(crate) fn parsed<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| unreadable(row, column))
}

/// What stands in this column is nothing that was ever written there.
pub(crate) fn unreadable(row: &Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::InvalidColumnType(index, column.to_owned(), Type::Text)
}
