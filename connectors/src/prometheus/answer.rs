//! Reading what a server answers to a question about a range.

use serde::Deserialize;

use super::Range;

/// Most points of one question; Prometheus answers up to 11,000.
pub const POINTS_MAX: i64 = 11_000;
/// Most series that are read, to say that there are too many.
pub const SERIES_MAX: usize = 64;
/// Longest complaint that is shown, in characters.
const COMPLAINT_MAX: usize = 300;

/// An answer that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AnswerError {
    /// Not what the API says.
    #[error("the source does not answer as the API of Prometheus says: {0}")]
    Shape(String),
    /// The server says no.
    #[error("the source refuses the query: {0}")]
    Refused(String),
    /// More than one.
    #[error("the query gives {0} series; write `sum(…)` around it, so that it gives one")]
    Series(usize),
    /// A range that is none.
    #[error("the range is empty or asks for more than {POINTS_MAX} points")]
    Range,
}

#[derive(Deserialize)]
struct Answered {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    kind: String,
    result: Vec<Series>,
}

#[derive(Deserialize)]
struct Series {
    #[serde(default)]
    values: Vec<(f64, String)>,
}

/// The value of each step of a range; `None` where there is none, or no finite number.
///
/// # Errors
/// When the answer cannot be read, or has more than one series.
pub fn values(body: &[u8], range: &Range<'_>) -> Result<Vec<Option<f64>>, AnswerError> {
    let step = range.step.max(1);
    let steps = range.until.checked_sub(range.from).map(|span| span / step + 1);
    let steps = steps.filter(|steps| (1..=POINTS_MAX).contains(steps)).ok_or(AnswerError::Range)?;
    let answered: Answered =
        serde_json::from_slice(body).map_err(|error| AnswerError::Shape(error.to_string()))?;
    if answered.status != "success" {
        let said = answered.error.unwrap_or(answered.status);
        return Err(AnswerError::Refused(shortened(&said)));
    }
    let data = answered.data.ok_or_else(|| AnswerError::Shape("it has no `data`".to_owned()))?;
    if data.kind != "matrix" {
        let what = format!("a range gives a matrix, not `{}`", shortened(&data.kind));
        return Err(AnswerError::Shape(what));
    }
    let mut found = vec![None; usize::try_from(steps).unwrap_or_default()];
    let mut series = data.result.into_iter();
    let Some(one) = series.next() else { return Ok(found) };
    match series.count() {
        0 => {}
        more => return Err(AnswerError::Series((more + 1).min(SERIES_MAX))),
    }
    for (at, value) in one.values {
        let place = (at - range.from as f64) / step as f64;
        let whole = place.round();
        // Moments between two steps were not asked for.
        if (place - whole).abs() > 0.01 || whole < 0.0 {
            continue;
        }
        if let Some(slot) = found.get_mut(whole as usize) {
            *slot = value.parse().ok().filter(|value: &f64| value.is_finite());
        }
    }
    Ok(found)
}

/// What a server says is wrong, when it says it as the API does.
pub(super) fn complaint(body: &[u8]) -> Option<String> {
    let answered: Answered = serde_json::from_slice(body).ok()?;
    answered.error.map(|error| shortened(&error))
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(COMPLAINT_MAX).collect()
}
