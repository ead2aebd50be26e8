//! Silences: alerts that match are recorded and told to nobody for a while.
