//! How often something fails, and how long it takes to be back.

use crate::Availability;

/// Figures of a period, in microseconds. With `U = AST − DT` and n failures: `MTBF = U / n`,
/// `MTRS = DT / n`, `MTBSI = MTBF + MTRS = AST / n`, where AST is the agreed time of which
/// something is known: what is unknown is not up.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reliability {
    /// Failures that cost agreed time.
    pub failures: usize,
    /// Up time.
    pub up_micros: f64,
    /// Mean up time between failures; `None` without any: "no failure in the up time".
    pub mtbf_micros: Option<f64>,
    /// Mean time to restore service; failures that last do not count.
    pub mtrs_micros: Option<f64>,
    /// Mean time between the beginnings of failures.
    pub mtbsi_micros: Option<f64>,
    /// Whether one failure is all there is: a mean of one says little.
    pub low_confidence: bool,
}

impl Reliability {
    /// Of a period's sums.
    pub fn of(sums: &Availability) -> Reliability {
        let known_micros = (sums.agreed_micros - sums.unknown_micros) as f64;
        let up_micros = known_micros - sums.down_micros;
        let n = sums.failures as f64;
        let some = sums.failures > 0;
        let over = sums.failures - sums.lasting.min(sums.failures);
        // What lasts is not yet restored: neither its time nor it counts.
        let restored = (sums.down_micros - sums.lasting_micros).max(0.0);
        Reliability {
            failures: sums.failures,
            up_micros,
            mtbf_micros: some.then(|| up_micros / n),
            mtrs_micros: (over > 0).then(|| restored / over as f64),
            mtbsi_micros: some.then(|| known_micros / n),
            low_confidence: sums.failures == 1,
        }
    }

    /// Failures for each microsecond of up time: `λ = n / U`; `None` without up time.
    pub fn rate(&self) -> Option<f64> {
        (self.up_micros > 0.0).then(|| self.failures as f64 / self.up_micros)
    }
}

/// The chance to run for a time without failure, `R(t) = exp(−t / MTBF)`: assumes that failures
/// come at a constant rate.
pub fn mission(mtbf_micros: f64, micros: i64) -> f64 {
    (-(micros as f64) / mtbf_micros).exp()
}
