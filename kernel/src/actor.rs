use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Who asked for a change; every journal entry names one. Written `kind:name`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Actor {
    /// A signed-in person, by account name.
    Person(String),
    /// A program with an API token, by the token's name.
    Token(String),
    /// A source of signals, by the name of its integration key.
    Integration(String),
    /// A person who followed a signed link in a message, by the contact's name.
    Link(String),
    /// Operate itself, by the part that acted: `stream`, `clockwork`, `outbox`, `cli` …
    System(String),
}

impl Actor {
    /// Operate itself, acting through the named part.
    pub fn system(part: &str) -> Actor {
        Actor::System(part.to_owned())
    }

    /// The bare name.
    pub fn name(&self) -> &str {
        let (Actor::Person(name)
        | Actor::Token(name)
        | Actor::Integration(name)
        | Actor::Link(name)
        | Actor::System(name)) = self;
        name
    }

    /// Whether a human being acted. Only these count as acknowledgement in reports.
    pub fn human(&self) -> bool {
        matches!(self, Actor::Person(_) | Actor::Link(_))
    }

    fn kind(&self) -> &'static str {
        match self {
            Actor::Person(_) => "person",
            Actor::Token(_) => "token",
            Actor::Integration(_) => "integration",
            Actor::Link(_) => "link",
            Actor::System(_) => "system",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.name())
    }
}

impl FromStr for Actor {
    type Err = String;

    fn from_str(text: &str) -> Result<Actor, String> {
        let (kind, name) = text.split_once(':').ok_or("an actor is written kind:name")?;
        let name = name.to_owned();
        match kind {
            "person" => Ok(Actor::Person(name)),
            "token" => Ok(Actor::Token(name)),
            "integration" => Ok(Actor::Integration(name)),
            "link" => Ok(Actor::Link(name)),
            "system" => Ok(Actor::System(name)),
            _ => Err(format!("unknown kind of actor `{kind}`")),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Actor, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
