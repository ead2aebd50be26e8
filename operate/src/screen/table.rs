use std::io::IsTerminal as _;

use comfy_table::{Attribute, Color, ColumnConstraint, ContentArrangement};

use super::{Colour, Paint};

/// Columns that hold sentences: where the terminal is narrow, these are broken.
const SENTENCES: [&str; 6] = ["alert", "because", "detail", "summary", "title", "what"];

/// A cell: text and colour.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell(pub String, pub Colour);

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell(text.into(), Colour::Plain)
    }
}

/// A table for people: fits the terminal by breaking long cells; without a terminal each row is
/// one line, for `grep`.
#[derive(Debug)]
pub struct Table {
    inner: comfy_table::Table,
    rows: usize,
}

impl Table {
    /// A table with these columns.
    pub fn new(paint: Paint, columns: &[&str]) -> Table {
        let mut inner = comfy_table::Table::new();
        inner.load_style(comfy_table::presets::NOTHING);
        if std::io::stdout().is_terminal() {
            inner.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            inner.set_content_arrangement(ContentArrangement::Disabled).force_no_tty();
        }
        if paint.0 {
            inner.enforce_styling();
        } else {
            inner.force_no_tty();
        }
        let heading = |name: &&str| {
            let cell = comfy_table::Cell::new(name.to_uppercase());
            if paint.0 { cell.add_attribute(Attribute::Dim) } else { cell }
        };
        inner.set_header(columns.iter().map(heading));
        // Sentences give way; names, times and ids stay in one piece.
        if columns.iter().any(|name| SENTENCES.contains(name)) {
            for (index, name) in columns.iter().enumerate() {
                if let Some(column) = inner.column_mut(index).filter(|_| !SENTENCES.contains(name))
                {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
            }
        }
        Table { inner, rows: 0 }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows += 1;
        self.inner.add_row(cells.into_iter().map(shown));
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.inner.to_string();
        let lines: Vec<&str> = text.lines().map(|line| line.trim_end()).collect();
        let indent = lines.iter().all(|line| line.is_empty() || line.starts_with(' '));
        let shown = |line: &&str| line.get(usize::from(indent)..).unwrap_or_default().to_owned();
        f.write_str(&lines.iter().map(shown).collect::<Vec<_>>().join("\n"))
    }
}

fn shown(cell: Cell) -> comfy_table::Cell {
    let Cell(text, colour) = cell;
    let cell = comfy_table::Cell::new(text);
    match colour {
        Colour::Plain => cell,
        Colour::Bold => cell.add_attribute(Attribute::Bold),
        Colour::Dim => cell.add_attribute(Attribute::Dim),
        Colour::Red => cell.fg(Color::Red),
        Colour::Green => cell.fg(Color::Green),
        Colour::Yellow => cell.fg(Color::Yellow),
        Colour::Cyan => cell.fg(Color::Cyan),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_each_row_is_one_line() {
        let mut table = Table::new(Paint(false), &["number", "title"]);
        let long = "the orders database is down and with it everything that sells tickets, \
                    on the web, in the app and at every counter of the country";
        table.row(["1".into(), long.into()]);
        table.row(["12".into(), "short".into()]);
        assert_eq!(table.to_string().lines().count(), 3);
    }

    #[test]
    fn columns_stand_below_each_other() {
        let mut table = Table::new(Paint(false), &["number", "title"]);
        table.row(["1".into(), "a".into()]);
        table.row(["12".into(), "b".into()]);
        insta::assert_snapshot!(table, @"
        NUMBER  TITLE
        1       a
        12      b
        ");
    }
}
