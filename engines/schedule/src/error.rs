/// A schedule that no roster can be made of: where it is wrong, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {what}")]
pub struct ScheduleError {
    /// The field, as in `layers[0].rotations[1].every`.
    pub field: String,
    /// What is wrong and, after a semicolon, what to write instead.
    pub what: String,
}

impl ScheduleError {
    pub(crate) fn new(field: impl Into<String>, what: impl Into<String>) -> ScheduleError {
        ScheduleError { field: field.into(), what: what.into() }
    }

    /// The same mistake, seen from one level further out.
    pub(crate) fn within(mut self, outer: &str) -> ScheduleError {
        self.field = format!("{outer}.{}", self.field);
        self
    }
}
