use std::collections::BTreeMap;

use kernel::{Actor, ItemRef};

/// Which person of the estate stands behind an account: the names of both may differ.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Accounts {
    persons: BTreeMap<String, ItemRef>,
}

impl Accounts {
    /// The person who acted, as far as somebody did. Whoever followed a link is named by it. An
    /// account that names no person is that of the person of its name, unless another is.
    pub fn person(&self, actor: &Actor) -> Option<ItemRef> {
        match actor {
            Actor::Person(account) => self.persons.get(account).cloned().or_else(|| {
                let namesake = ItemRef::new("person", account)?;
                let free = self.persons.values().all(|person| *person != namesake);
                free.then_some(namesake)
            }),
            Actor::Link(name) => ItemRef::new("person", name),
            Actor::Token(_) | Actor::Integration(_) | Actor::System(_) => None,
        }
    }
}

impl FromIterator<(String, ItemRef)> for Accounts {
    fn from_iter<T: IntoIterator<Item = (String, ItemRef)>>(persons: T) -> Accounts {
        Accounts { persons: persons.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_acted_is_the_person_that_their_account_names() {
        let ada: ItemRef = "person/ada".parse().unwrap();
        let accounts: Accounts = [("a.lovelace".to_owned(), ada.clone())].into_iter().collect();
        let person = |actor: &str| accounts.person(&actor.parse().unwrap());
        assert_eq!(person("person:a.lovelace"), Some(ada.clone()));
        assert_eq!(person("link:ada"), Some(ada));
        assert_eq!(person("person:ada"), None, "another account is theirs");
        assert_eq!(person("person:bob").unwrap().as_str(), "person/bob");
        assert_eq!(person("token:bob"), None);
    }
}
