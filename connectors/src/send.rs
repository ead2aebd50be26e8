use std::error::Error;
use std::iter::successors;

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
    pub fn passing(detail: impl Into<String>) -> SendError {
        SendError { retry: true, detail: detail.into() }
    }

    /// A failure that stays until someone changes something.
    pub fn lasting(detail: impl Into<String>) -> SendError {
        SendError { retry: false, detail: detail.into() }
    }
}

/// A configuration that cannot be right.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{member}: {problem}")]
pub struct ConfigError {
    /// The member of the configuration.
    pub member: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl ConfigError {
    /// Says what is wrong with a member.
    pub(crate) fn new(member: &'static str, problem: impl Into<String>) -> ConfigError {
        ConfigError { member, problem: problem.into() }
    }
}

/// The error and what caused it, each once: libraries differ in whether they repeat their cause.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    chain(error).skip(1).fold(error.to_string(), |text, cause| {
        let said = cause.to_string();
        if text.contains(&said) { text } else { format!("{text}: {said}") }
    })
}

/// The first error of a type in the chain of causes.
pub(crate) fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}
