use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use kernel::ItemRef;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Kind;
use crate::spec::{
    CalendarSpec, DataSourceSpec, EscalationPolicySpec, ObjectiveSpec, PersonSpec, ProductSpec,
    ScheduleSpec, ServiceContractSpec, SiteSpec, SupplierSpec, TeamSpec,
};

/// A team, by name.
pub type TeamRef = Ref<TeamSpec>;
/// A person, by name.
pub type PersonRef = Ref<PersonSpec>;
/// A product, by name.
pub type ProductRef = Ref<ProductSpec>;
/// A site, by name.
pub type SiteRef = Ref<SiteSpec>;
/// A supplier, by name.
pub type SupplierRef = Ref<SupplierSpec>;
/// An escalation policy, by name.
pub type EscalationPolicyRef = Ref<EscalationPolicySpec>;
/// A calendar, by name.
pub type CalendarRef = Ref<CalendarSpec>;
/// A contract, by name.
pub type ServiceContractRef = Ref<ServiceContractSpec>;
/// An objective, by name.
pub type ObjectiveRef = Ref<ObjectiveSpec>;
/// A schedule, by name.
pub type ScheduleRef = Ref<ScheduleSpec>;
/// A data source, by name.
pub type DataSourceRef = Ref<DataSourceSpec>;

/// The spec of one kind of resource.
pub trait SpecOf {
    /// That kind.
    const KIND: Kind;
}

/// Names a resource of one known kind. Read from `payments` or `team/payments`, written in full.
pub struct Ref<S> {
    item: ItemRef,
    spec: PhantomData<fn() -> S>,
}

impl<S: SpecOf> Ref<S> {
    /// From a bare or full name; `None` when it is oddly spelled or of another kind.
    pub fn new(text: &str) -> Option<Ref<S>> {
        let name = match text.split_once('/') {
            None => text,
            Some((kind, name)) if kind == S::KIND.prefix() => name,
            Some(_) => return None,
        };
        let item = ItemRef::new(S::KIND.prefix(), name)?;
        Some(Ref { item, spec: PhantomData })
    }
}

impl<S> Ref<S> {
    /// The item that it names.
    pub fn item(&self) -> &ItemRef {
        &self.item
    }
}

impl<S> Deref for Ref<S> {
    type Target = ItemRef;

    fn deref(&self) -> &ItemRef {
        &self.item
    }
}

impl<S> Clone for Ref<S> {
    fn clone(&self) -> Self {
        Ref { item: self.item.clone(), spec: PhantomData }
    }
}
impl<S> PartialEq for Ref<S> {
    fn eq(&self, other: &Self) -> bool {
        self.item == other.item
    }
}
impl<S> Eq for Ref<S> {}
impl<S> PartialOrd for Ref<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<S> Ord for Ref<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.item.cmp(&other.item)
    }
}
impl<S> Hash for Ref<S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.item.hash(state);
    }
}
impl<S> fmt::Debug for Ref<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.item, f)
    }
}
impl<S> fmt::Display for Ref<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.item, f)
    }
}

impl<S> Serialize for Ref<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.item.serialize(serializer)
    }
}

impl<'de, S: SpecOf> Deserialize<'de> for Ref<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ref<S>, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ref::new(&text).ok_or_else(|| {
            let short: String = text.chars().take(64).collect();
            let (kind, prefix) = (S::KIND.word(), S::KIND.prefix());
            serde::de::Error::custom(format!(
                "`{short}` names no {kind}; write its name, or {prefix}/ and its name"
            ))
        })
    }
}

/// Whom an escalation step calls: a person by bare name, `team/…` for all of a team, `schedule/…`
/// for whoever is on call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(transparent)]
pub struct Target(ItemRef);

impl Target {
    /// The kinds that may be called.
    pub const KINDS: &[Kind] = &[Kind::Person, Kind::Team, Kind::Schedule];

    /// From a bare name of a person or a full name; `None` when nobody can be called by it.
    pub fn new(text: &str) -> Option<Target> {
        let item = match text.split_once('/') {
            None => ItemRef::new(Kind::Person.prefix(), text)?,
            Some((kind, name)) => ItemRef::new(kind, name)?,
        };
        let known = Kind::of(&item).is_some_and(|kind| Target::KINDS.contains(&kind));
        known.then_some(Target(item))
    }

    /// The item that it names.
    pub fn item(&self) -> &ItemRef {
        &self.0
    }
}

impl<S: SpecOf> From<Ref<S>> for Target {
    fn from(named: Ref<S>) -> Target {
        Target(named.item)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
        let text = String::deserialize(deserializer)?;
        Target::new(&text).ok_or_else(|| {
            let short: String = text.chars().take(64).collect();
            let full: Vec<String> =
                Target::KINDS.iter().map(|kind| format!("{}/", kind.prefix())).collect();
            serde::de::Error::custom(format!(
                "`{short}` names nobody to call; write the name of a person, or one after {}",
                full.join(" or ")
            ))
        })
    }
}

/// Whose turn it is in a rotation: a person, or `nobody`. A person of that name is written
/// `person/nobody`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TurnRef(Option<PersonRef>);

impl TurnRef {
    /// How a turn of nobody is written.
    const NOBODY: &str = "nobody";
    /// The layer has nobody.
    pub const FREE: TurnRef = TurnRef(None);

    /// Who has the turn.
    pub fn person(&self) -> Option<&PersonRef> {
        self.0.as_ref()
    }
}

impl From<PersonRef> for TurnRef {
    fn from(person: PersonRef) -> TurnRef {
        TurnRef(Some(person))
    }
}

impl Serialize for TurnRef {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        match &self.0 {
            Some(person) => person.serialize(serializer),
            None => serializer.serialize_str(Self::NOBODY),
        }
    }
}

impl<'de> Deserialize<'de> for TurnRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TurnRef, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        if text == Self::NOBODY {
            return Ok(TurnRef::FREE);
        }
        PersonRef::deserialize(text.into_deserializer()).map(TurnRef::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_and_a_full_one_are_the_same() {
        let short = TeamRef::new("payments").unwrap();
        assert_eq!(TeamRef::new("team/payments"), Some(short.clone()));
        assert_eq!(short.to_string(), "team/payments");
        for other in ["person/payments", "team/", "a b", "team/a/b", ""] {
            assert_eq!(TeamRef::new(other), None, "{other}");
        }
    }
}
