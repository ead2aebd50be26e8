//! The questions of an objective to its source, and what the answers count.

use budgets::{Parted, Per, counted, judged, minute_query};
use connectors::prometheus::{AskError, Range, Source, Sources};
use estate::{Indicator, ThresholdOp};
use objectives::{Comparison, Counts};

/// Seconds of a minute.
const STEP: i64 = 60;

/// What is asked of each minute.
#[derive(Clone, PartialEq, Debug)]
pub enum Question {
    /// All events and a part of them.
    Events {
        /// Which part.
        parted: Parted,
        /// What an answer counts for; both are taken alike, so that their share is kept.
        per: Per,
        /// The query for the part.
        part: String,
        /// The query for all.
        total: String,
    },
    /// A value against a limit.
    Value {
        /// The query.
        query: String,
        /// How it is held against the limit.
        comparison: Comparison,
        /// The limit.
        limit: f64,
    },
}

/// What a question about some minutes came to.
pub struct Answered {
    /// The minutes of which something is known.
    pub minutes: Vec<(i64, Counts)>,
    /// What may be wrong with the query although it was answered.
    pub note: Option<String>,
}

impl Question {
    /// The question of an indicator; `None` when its counts are pushed.
    pub fn of(indicator: &Indicator) -> Option<Question> {
        if let (Some(query), Some(op), Some(limit)) =
            (&indicator.value, indicator.op, indicator.limit)
        {
            let query = minute_query(query);
            return Some(Question::Value { query, comparison: comparison(op), limit });
        }
        let total = minute_query(indicator.total.as_ref()?);
        let (parted, part) = match (&indicator.good, &indicator.bad) {
            (Some(good), _) => (Parted::Good, good),
            (None, Some(bad)) => (Parted::Bad, bad),
            (None, None) => return None,
        };
        Some(Question::Events { parted, per: Per::of(&total), part: minute_query(part), total })
    }

    /// Asks about minutes; each is asked for at its end.
    ///
    /// # Errors
    /// When there is no answer, or none that can be used.
    pub async fn ask(
        &self,
        sources: &Sources,
        source: &Source,
        minutes: std::ops::Range<i64>,
    ) -> Result<Answered, AskError> {
        let first = minutes.start;
        let range = |query| Range {
            query,
            from: (first + 1) * STEP,
            until: minutes.end * STEP,
            step: STEP,
        };
        let counts: Vec<Option<Counts>> = match self {
            Question::Events { parted, per, part, total } => {
                let totals = sources.ask(source, range(total)).await?;
                let parts = sources.ask(source, range(part)).await?;
                let counts: Vec<Option<Counts>> = parts
                    .iter()
                    .zip(&totals)
                    .map(|(part, total)| counted(*parted, *per, *part, *total))
                    .collect();
                let silent = parts.iter().all(Option::is_none);
                if silent && totals.iter().flatten().any(|total| *total > 0.0) {
                    let minutes = placed(first, counts);
                    return Ok(Answered { minutes, note: Some(nothing(*parted)) });
                }
                counts
            }
            Question::Value { query, comparison, limit } => {
                let values = sources.ask(source, range(query)).await?;
                values.iter().map(|value| judged(*value, *comparison, *limit)).collect()
            }
        };
        Ok(Answered { minutes: placed(first, counts), note: None })
    }
}

fn placed(first: i64, counts: Vec<Option<Counts>>) -> Vec<(i64, Counts)> {
    (first..).zip(counts).filter_map(|(minute, counts)| Some((minute, counts?))).collect()
}

fn nothing(parted: Parted) -> String {
    let part = match parted {
        Parted::Good => "good",
        Parted::Bad => "bad",
    };
    format!(
        "there were events, and the query for {part} ones gave nothing, so these minutes are \
         unknown; write `… or vector(0)` where nothing means none"
    )
}

fn comparison(op: ThresholdOp) -> Comparison {
    match op {
        ThresholdOp::Lt => Comparison::Lt,
        ThresholdOp::Lte => Comparison::Lte,
        ThresholdOp::Gt => Comparison::Gt,
        ThresholdOp::Gte => Comparison::Gte,
    }
}
