/// A message that did not arrive.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{detail}")]
pub struct SendError {
    /// Whether a later attempt may succeed with nothing changed here.
    pub retry: bool,
    /// What went wrong, in one sentence for people. Holds no secret.
    pub detail: String,
}

impl SendError {
    /// A failure that may pass: the other side is away or busy.
    pub(crate) fn passing(detail: impl Into<String>) -> SendError {
        SendError { retry: true, detail: detail.into() }
    }

    /// A failure that stays until someone changes something.
    pub(crate) fn lasting(detail: impl Into<String>) -> SendError {
        SendError { retry: false, detail: detail.into() }
    }
}
