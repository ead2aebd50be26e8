use alerts::{Alert, Around, Condition, Subject};
use estate::Estate;
use kernel::{ItemRef, Priority};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A rule that gives incidents of some alerts to a team, or gives them a priority (R142).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Route {
    /// Its name, shown on the incident.
    pub name: String,
    /// The condition in CEL over `labels`, `annotations`, `source`, `severity`, `name`, `item`, and
    /// what the estate says around the item: the lists `products` and `usecases`, and `team`.
    #[serde(default)]
    pub when: String,
    /// The team that is charged, instead of the owner of the item.
    #[serde(default)]
    pub team: Option<ItemRef>,
    /// The priority, instead of the calculated one.
    #[serde(default)]
    pub priority: Option<Priority>,
}

/// All routes, compiled. The first that holds counts.
#[derive(Debug, Default)]
pub struct Routes(Vec<(Route, Condition)>);

/// A route that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RouteError {
    /// Place in the list, from 0.
    pub index: usize,
    /// The route's name.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Routes {
    /// Compiles the routes; those that name neither team nor priority are left out.
    ///
    /// # Errors
    /// Every route whose condition or team is wrong.
    pub fn compile(routes: &[Route]) -> Result<Routes, Vec<RouteError>> {
        let mut errors = Vec::new();
        let mut compiled = Vec::new();
        for (index, route) in routes.iter().enumerate() {
            let team = route.team.as_ref().filter(|team| team.kind() != "team");
            match Condition::compile_around(&route.when) {
                Ok(_) if team.is_some() => errors.push(RouteError {
                    index,
                    name: route.name.clone(),
                    problem: "the team is written team/name".to_owned(),
                }),
                Ok(condition) if route.team.is_some() || route.priority.is_some() => {
                    compiled.push((route.clone(), condition));
                }
                Ok(_) => {}
                Err(error) => errors.push(RouteError {
                    index,
                    name: route.name.clone(),
                    problem: error.to_string(),
                }),
            }
        }
        if errors.is_empty() { Ok(Routes(compiled)) } else { Err(errors) }
    }

    /// The route of an alert. One whose condition fails is passed over.
    pub fn find(&self, alert: &Alert, estate: &Estate) -> Option<&Route> {
        if self.0.is_empty() {
            return None;
        }
        let around = alert.item.as_ref().map(|item| around(item, estate)).unwrap_or_default();
        let subject = Subject { around: Some(&around), ..Subject::from(alert) };
        let holds = |condition: &Condition| condition.holds(&subject).unwrap_or(false);
        self.0.iter().find(|(_, condition)| holds(condition)).map(|(route, _)| route)
    }
}

/// What routes may ask about an item. Redundancy makes no difference: a replica is a part of its
/// product although the others carry it.
fn around(item: &ItemRef, estate: &Estate) -> Around {
    let reached = estate.impact(std::slice::from_ref(item));
    let all = || std::iter::once(item).chain(reached.iter().map(|reached| &reached.item));
    let of = |kind: &str| {
        let found = all().filter(|item| item.kind() == kind);
        found.map(ToString::to_string).collect()
    };
    Around {
        products: of("product"),
        usecases: of("usecase"),
        team: estate.owner(item).map(|owner| owner.to.to_string()).unwrap_or_default(),
    }
}

impl Route {
    /// Why the incident is as the route says: ``route `night shift` ``.
    pub fn because(&self) -> String {
        format!("route `{}`", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(name: &str, when: &str, team: Option<&str>) -> Route {
        let team = team.and_then(|team| team.parse().ok());
        Route { name: name.to_owned(), when: when.to_owned(), team, priority: None }
    }

    #[test]
    fn every_wrong_route_is_named() {
        let errors = Routes::compile(&[
            route("fine", "severity == 'critical'", Some("team/data")),
            route("no team", "", Some("service/data")),
            route("no condition", "severity =", Some("team/data")),
        ])
        .unwrap_err();
        let wrong: Vec<(usize, &str)> =
            errors.iter().map(|error| (error.index, error.name.as_str())).collect();
        assert_eq!(wrong, [(1, "no team"), (2, "no condition")]);
    }

    #[test]
    fn a_route_that_says_nothing_hides_no_later_one() {
        let routes = [route("empty", "", None), route("team", "", Some("team/data"))];
        assert_eq!(Routes::compile(&routes).unwrap().0.len(), 1);
    }
}
