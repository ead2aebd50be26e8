//! The clocks that contracts set on one incident.
