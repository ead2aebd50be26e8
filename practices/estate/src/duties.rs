//! Which team has to do with an item: whose it is, who runs it, and whose queue it is in.

use kernel::ItemRef;

use crate::answers::Assigned;
use crate::spec::Spec;
use crate::{Estate, Kind, Resource};

impl Estate {
    /// The team that answers for the item: its own team, else the owner of its product, else
    /// whoever answers for the whole that it is part of.
    pub fn owner(&self, item: &ItemRef) -> Option<Assigned> {
        self.nearest_whole(item, |whole| {
            let owner = self.roles(whole).find(|role| role.word == OWNER)?;
            Some(Assigned { to: owner.team.clone(), because: format!("owner of {whole}") })
        })
    }

    /// The team that runs the item, to which its incidents go: its own team, else the operating
    /// team of its product, else the owner of that, else the same of the whole that it is part of.
    /// For a product it is the operating team, where there is one.
    pub fn operator(&self, item: &ItemRef) -> Option<Assigned> {
        self.nearest_whole(item, |whole| self.runs(whole))
    }

    /// The team that runs an item, by what the item itself says and its product.
    pub(crate) fn runs(&self, item: &ItemRef) -> Option<Assigned> {
        let mut roles = self.roles(item);
        let first = roles.next()?;
        // What a service says of its team holds; a product's owner gives way to who operates it.
        let own = first.of == item && Kind::of(item) != Some(Kind::Product);
        let operator = (!own).then(|| roles.find(|role| role.word == OPERATOR)).flatten();
        Some(operator.unwrap_or(first).assigned())
    }

    /// Every team in whose queue the item is, and why: its own team, the owner and the operating
    /// team of its product; where it has none of these, those of the whole that it is part of.
    /// Each team is named once, by the first reason.
    pub fn duties(&self, item: &ItemRef) -> Vec<Assigned> {
        let mut duties: Vec<Assigned> = Vec::new();
        for role in self.nearest_roles(item) {
            if !duties.iter().any(|duty| duty.to == *role.team) {
                duties.push(role.assigned());
            }
        }
        duties
    }

    /// What is in the queue of one of these teams: every item of which they are among the
    /// [`Estate::duties`].
    pub fn queue(&self, teams: &[ItemRef]) -> Vec<&ItemRef> {
        let theirs =
            |item: &&ItemRef| self.nearest_roles(item).iter().any(|role| teams.contains(role.team));
        self.resources().map(Resource::item).filter(theirs).collect()
    }

    fn nearest_roles<'a>(&'a self, item: &'a ItemRef) -> Vec<Role<'a>> {
        let own: Vec<Role<'_>> = self.roles(item).collect();
        if !own.is_empty() {
            return own;
        }
        let found = self.nearest_whole(item, |whole| {
            let whole = self.get(whole)?.item();
            let roles: Vec<Role<'_>> = self.roles(whole).collect();
            (!roles.is_empty()).then_some(roles)
        });
        found.unwrap_or_default()
    }

    /// The roles of teams that the item itself and its product name.
    fn roles<'a>(&'a self, item: &'a ItemRef) -> impl Iterator<Item = Role<'a>> {
        let spec = self.get(item).map(|found| &found.spec);
        let product_of = spec.and_then(Spec::product).map(|product| product.item());
        let owner = |of: &'a ItemRef, spec: &'a Spec| {
            Some(Role { team: spec.team()?.item(), word: OWNER, of })
        };
        let own = spec.and_then(|spec| owner(item, spec));
        let product = product_of.unwrap_or(item);
        let named = product_of.and_then(|of| owner(of, &self.get(of)?.spec));
        let operator = match self.get(product).map(|found| &found.spec) {
            Some(Spec::Product(spec)) => spec.operating_team.as_ref(),
            _ => None,
        };
        let operator = operator.map(|team| Role { team: team.item(), word: OPERATOR, of: product });
        own.into_iter().chain(named).chain(operator)
    }
}

const OWNER: &str = "owner";
const OPERATOR: &str = "operator";

/// What a team is to an item.
struct Role<'a> {
    team: &'a ItemRef,
    word: &'static str,
    of: &'a ItemRef,
}

impl Role<'_> {
    fn assigned(&self) -> Assigned {
        Assigned { to: self.team.clone(), because: format!("{} of {}", self.word, self.of) }
    }
}
