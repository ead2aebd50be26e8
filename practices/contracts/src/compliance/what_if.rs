use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Figures, Verdict};

/// Targets that people ask for.
const LADDER: [f64; 12] =
    [95.0, 98.0, 99.0, 99.5, 99.7, 99.8, 99.9, 99.95, 99.97, 99.98, 99.99, 99.999];

/// Which past periods another target would have kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Supposed {
    /// The target, in percent.
    pub target_percent: f64,
    /// Whether it is the one that holds.
    pub holds: bool,
    /// Names of the periods that would have been kept.
    pub kept: Vec<String>,
    /// Names of those that would have been missed.
    pub missed: Vec<String>,
    /// Names of those of which too little is known.
    pub unproven: Vec<String>,
}

/// What other targets would have come to in periods that are over; `holds` among them.
pub fn suppose(past: &[Figures], holds: f64) -> Vec<Supposed> {
    let mut targets: Vec<f64> = LADDER.to_vec();
    targets.push(holds);
    targets.sort_by(f64::total_cmp);
    targets.dedup();
    let over = |figures: &&Figures| {
        !matches!(figures.verdict, Verdict::Running | Verdict::NotApplicable)
            && figures.forecast.is_none()
    };
    let of = |target: f64| {
        let mut supposed = Supposed {
            target_percent: target,
            holds: target == holds,
            kept: Vec::new(),
            missed: Vec::new(),
            unproven: Vec::new(),
        };
        for figures in past.iter().filter(over) {
            let allowance = (1.0 - target / 100.0) * figures.agreed_whole_seconds + 1e-6;
            let list = match () {
                () if figures.down_seconds > allowance => &mut supposed.missed,
                () if figures.down_seconds + figures.unknown_seconds > allowance => {
                    &mut supposed.unproven
                }
                () => &mut supposed.kept,
            };
            list.push(figures.period.name.clone());
        }
        supposed
    };
    targets.into_iter().map(of).collect()
}
