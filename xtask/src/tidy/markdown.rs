//! The little Markdown that the rules read: tables.

/// A table of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One row, and its line counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// The tables of a page, in order.
pub(super) fn tables(text: &str) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut open: Option<Table> = None;
    for (index, line) in text.lines().enumerate() {
        let Some(cells) = cells(line) else {
            tables.extend(open.take());
            continue;
        };
        match &mut open {
            None => open = Some(Table { header: cells, rows: Vec::new() }),
            Some(_) if is_rule(&cells) => {}
            Some(table) => table.rows.push(Row { line: index + 1, cells }),
        }
    }
    tables.extend(open);
    tables
}

/// What stands in backticks in a cell.
pub(super) fn code_spans(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

fn is_rule(cells: &[String]) -> bool {
    cells
        .iter()
        .all(|cell| cell.contains('-') && cell.chars().all(|character| matches!(character, '-' | ':')))
}
