//! Statements of many rows.

use super::{Dialect, Value};

/// Rows of one statement, all of one width.
pub struct Rows {
    count: usize,
    width: usize,
    /// Their values, one row after the other.
    pub values: Vec<Value>,
}

impl Rows {
    /// Cuts rows as [`pieces`] does.
    pub fn pieces(rows: Vec<Vec<Value>>) -> impl Iterator<Item = Rows> {
        let width = rows.first().map_or(0, Vec::len);
        let counts: Vec<usize> = pieces(&rows).map(<[_]>::len).collect();
        let mut rows = rows.into_iter();
        counts.into_iter().map(move |count| {
            let mut values = Vec::with_capacity(count * width);
            values.extend(rows.by_ref().take(count).flatten());
            Rows { count, width, values }
        })
    }

    /// `($1, $2), ($3, $4)`: their binds.
    pub(super) fn tuples(&self, dialect: Dialect) -> String {
        let mut text = String::new();
        for row in 0..self.count {
            text += if row == 0 { "(" } else { ", (" };
            text += &dialect.binds(row * self.width + 1, self.width);
            text.push(')');
        }
        text
    }
}

/// Most rows of one statement.
const ROWS: usize = 256;
/// So few are one statement, however many.
const FEW: usize = 8;

/// Cuts rows into pieces for statements of many rows, in few different lengths: each length is a
/// statement of its own, which is prepared once and then kept.
pub fn pieces<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let count = match rest.len() {
            0 => return None,
            few if few <= FEW => few,
            many => (1 << many.ilog2()).min(ROWS),
        };
        let (piece, others) = rest.split_at(count);
        rest = others;
        Some(piece)
    })
}

/// `$3, $4, $5`: `count` binds from number `first` on.
pub fn placeholders(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for number in first..first + count {
        if number > first {
            text.push_str(", ");
        }
        text.push('$');
        text.push_str(&number.to_string());
    }
    text
}
