//! What is different between two texts, line by line.

use serde::Serialize;
use utoipa::ToSchema;

/// Lines around a change that are shown with it.
const AROUND: usize = 3;
/// Pairs of lines that are compared at most; what is more is shown as taken out and put in.
const PAIRS_MOST: usize = 4_000_000;

/// A line of a difference.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct DiffLine {
    /// Whether it is in both texts, or only in one; a gap stands for lines that are left out.
    pub change: Change,
    /// Its number in the text that it is in, from 1; in the newer one when it is in both.
    pub line: usize,
    /// The line.
    pub text: String,
}

/// Where a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LineChange)]
pub enum Change {
    /// In both.
    Same,
    /// In the newer text only.
    Added,
    /// In the older text only.
    Removed,
    /// Lines in both are left out here.
    Gap,
}

/// The difference between an older and a newer text; empty when they are the same.
pub fn diff(old: &str, new: &str) -> Vec<DiffLine> {
    if old == new {
        return Vec::new();
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let most = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (old, new) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let line =
        |change, line, text: &str| DiffLine { change, line: line + 1, text: text.to_owned() };
    let mut all: Vec<DiffLine> =
        b[..head].iter().enumerate().map(|(i, text)| line(Change::Same, i, text)).collect();
    for step in steps(old, new) {
        all.push(match step {
            Step::Both(j) => line(Change::Same, head + j, new[j]),
            Step::Out(i) => line(Change::Removed, head + i, old[i]),
            Step::In(j) => line(Change::Added, head + j, new[j]),
        });
    }
    let rest = b.len() - tail;
    all.extend(b[rest..].iter().enumerate().map(|(i, text)| line(Change::Same, rest + i, text)));
    near_changes(all)
}

enum Step {
    Both(usize),
    Out(usize),
    In(usize),
}

/// The fewest lines to take out and put in, by the longest common subsequence.
fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let (n, m) = (old.len(), new.len());
    if n.saturating_mul(m) > PAIRS_MOST {
        return (0..n).map(Step::Out).chain((0..m).map(Step::In)).collect();
    }
    let width = m + 1;
    let mut common = vec![0_u32; (n + 1) * width];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::new());
    while i < n || j < m {
        if i < n && j < m && old[i] == new[j] {
            steps.push(Step::Both(j));
            (i, j) = (i + 1, j + 1);
        } else if j == m || (i < n && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            steps.push(Step::Out(i));
            i += 1;
        } else {
            steps.push(Step::In(j));
            j += 1;
        }
    }
    steps
}

fn near_changes(all: Vec<DiffLine>) -> Vec<DiffLine> {
    let changed: Vec<usize> = (0..all.len()).filter(|at| all[*at].change != Change::Same).collect();
    let near = |at: usize| {
        let after = changed.partition_point(|changed| *changed + AROUND < at);
        changed.get(after).is_some_and(|changed| *changed <= at + AROUND)
    };
    let mut shown: Vec<DiffLine> = Vec::new();
    for (at, line) in all.into_iter().enumerate() {
        if near(at) {
            shown.push(line);
        } else if shown.last().is_none_or(|last| last.change != Change::Gap) {
            shown.push(DiffLine { change: Change::Gap, text: String::new(), ..line });
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let sign = |line: DiffLine| match line.change {
            Change::Same => format!(" {}", line.text),
            Change::Added => format!("+{}", line.text),
            Change::Removed => format!("-{}", line.text),
            Change::Gap => "~".to_owned(),
        };
        diff(old, new).into_iter().map(sign).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn only_what_changed_is_marked_and_what_is_far_away_is_left_out() {
        assert_eq!(shown("a\nb\nc", "a\nb\nc"), "");
        assert_eq!(shown("a\nb\nc", "a\nx\nc\nd"), " a|-b|+x| c|+d");
        assert_eq!(shown("", "a"), "+a");
        assert_eq!(shown("1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n4\n5\n6\nx"), "~| 4| 5| 6|-7|+x");
        assert_eq!(shown("a\nb\na\nb", "b\na\nb\na"), "-a| b| a| b|+a");
    }

    #[test]
    fn lines_have_the_number_that_they_have_in_their_text() {
        let lines = diff("a\nb\nc", "a\nc\nd");
        let places: Vec<(Change, usize)> =
            lines.iter().map(|line| (line.change, line.line)).collect();
        let (same, out, new) = (Change::Same, Change::Removed, Change::Added);
        assert_eq!(places, [(same, 1), (out, 2), (same, 2), (new, 3)]);
    }
}
