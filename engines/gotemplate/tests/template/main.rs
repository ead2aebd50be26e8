//! Templates against what Alertmanager makes of them, hostile sources, and limits.

#[cfg(test)]
mod language;
