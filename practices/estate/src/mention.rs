use kernel::ItemRef;

use crate::spec::{EscalationPolicySpec, Indicator, Need, ScheduleSpec, ServiceContractSpec, Spec};
use crate::{Ref, Resource};

/// A place where one resource names another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mention<'a> {
    /// The field, such as `spec.dependsOn[1]`.
    pub field: String,
    /// The item that is named.
    pub item: &'a ItemRef,
}

impl Resource {
    /// Every place where it names another resource.
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        let mut found = Mentions(Vec::new());
        match &self.spec {
            Spec::Team(team) => found.one("escalationPolicy", &team.escalation_policy),
            Spec::Person(person) => found.many("teams", &person.teams),
            Spec::Product(product) => {
                found.add("ownerTeam".to_owned(), &product.owner_team);
                found.one("operatingTeam", &product.operating_team);
                found.many("stakeholders", &product.stakeholders);
                found.one("escalationPolicy", &product.escalation_policy);
                found.needs("dependsOn", &product.depends_on);
            }
            Spec::Service(service) => {
                found.add("team".to_owned(), &service.team);
                found.one("product", &service.product);
                found.one("escalationPolicy", &service.escalation_policy);
                found.needs("components", &service.components);
                found.needs("dependsOn", &service.depends_on);
                found.needs("runsOn", &service.runs_on);
                found.items("consumesFrom", &service.consumes_from);
                found.items("feeds", &service.feeds);
                found.items("memberOf", &service.member_of);
                found.items("redundantWith", &service.redundant_with);
            }
            Spec::Component(component) => {
                found.one("team", &component.team);
                found.one("product", &component.product);
                found.one("escalationPolicy", &component.escalation_policy);
                found.one("site", &component.site);
                found.one("supplier", &component.supplier);
                found.needs("dependsOn", &component.depends_on);
                found.needs("runsOn", &component.runs_on);
                found.items("consumesFrom", &component.consumes_from);
                found.items("feeds", &component.feeds);
                found.items("memberOf", &component.member_of);
                found.items("redundantWith", &component.redundant_with);
            }
            Spec::UseCase(usecase) => {
                found.one("team", &usecase.team);
                found.needs("uses", &usecase.uses);
            }
            Spec::EscalationPolicy(policy) => found.policy(policy),
            Spec::Route(route) => found.one("team", &route.team),
            Spec::MaintenanceWindow(window) => {
                found.items("items", &window.items);
                found.one("approvedBy", &window.approved_by);
            }
            Spec::Schedule(schedule) => found.schedule(schedule),
            Spec::Absence(absence) => found.add("person".to_owned(), &absence.person),
            Spec::ShiftOverride(made) => {
                found.add("schedule".to_owned(), &made.schedule);
                found.add("person".to_owned(), &made.person);
                found.one("insteadOf", &made.instead_of);
            }
            Spec::Freeze(freeze) => found.items("items", &freeze.items),
            Spec::ServiceContract(contract) => found.contract(contract),
            Spec::Objective(objective) => {
                found.add("item".to_owned(), &objective.item);
                found.indicator(&objective.indicator);
                found.one("calendar", &objective.calendar);
                found.one("exclude.contract", &objective.exclude.contract);
                for (place, time) in objective.exclude.times.iter().enumerate() {
                    found.one(&format!("exclude.times[{place}].approvedBy"), &time.approved_by);
                }
            }
            Spec::Site(_) | Spec::Supplier(_) | Spec::Calendar(_) | Spec::DataSource(_) => {}
        }
        found.0
    }
}

struct Mentions<'a>(Vec<Mention<'a>>);

impl<'a> Mentions<'a> {
    fn add(&mut self, field: String, item: &'a ItemRef) {
        self.0.push(Mention { field: format!("spec.{field}"), item });
    }

    fn indicator(&mut self, indicator: &'a Indicator) {
        self.one("indicator.source", &indicator.source);
        self.one("indicator.contract", &indicator.contract);
        for (place, part) in indicator.parts.iter().enumerate() {
            self.add(format!("indicator.parts[{place}].objective"), part.objective.item());
        }
    }

    fn policy(&mut self, policy: &'a EscalationPolicySpec) {
        self.one("team", &policy.team);
        for (field, step) in policy.all_steps() {
            for (contact, target) in step.contacts.iter().enumerate() {
                self.add(format!("{field}.contacts[{contact}]"), target.item());
            }
        }
        for (field, hours) in policy.all_hours() {
            if let Some(calendar) = hours.calendar() {
                self.add(field, calendar.item());
            }
        }
    }

    fn one<S>(&mut self, field: &str, named: &'a Option<Ref<S>>) {
        if let Some(named) = named {
            self.add(field.to_owned(), named.item());
        }
    }

    fn many<S>(&mut self, field: &str, named: &'a [Ref<S>]) {
        for (place, named) in named.iter().enumerate() {
            self.add(format!("{field}[{place}]"), named.item());
        }
    }

    fn items(&mut self, field: &str, named: &'a [ItemRef]) {
        for (place, named) in named.iter().enumerate() {
            self.add(format!("{field}[{place}]"), named);
        }
    }

    fn schedule(&mut self, schedule: &'a ScheduleSpec) {
        self.one("team", &schedule.team);
        self.one("coverCalendar", &schedule.cover_calendar);
        for (place, layer) in schedule.layers.iter().enumerate() {
            for (turn, rotation) in layer.rotations.iter().enumerate() {
                for (person, named) in rotation.people.iter().enumerate() {
                    let field = || format!("layers[{place}].rotations[{turn}].people[{person}]");
                    if let Some(named) = named.person() {
                        self.add(field(), named.item());
                    }
                }
            }
            self.one(&format!("layers[{place}].backupPerson"), &layer.backup_person);
            if let Some(calendar) = layer.during.as_ref().and_then(|hours| hours.calendar()) {
                self.add(format!("layers[{place}].during"), calendar.item());
            }
        }
        for (place, change) in schedule.overrides.iter().enumerate() {
            self.add(format!("overrides[{place}].person"), &change.person);
            self.one(&format!("overrides[{place}].insteadOf"), &change.instead_of);
        }
        for (place, swap) in schedule.swaps.iter().enumerate() {
            self.add(format!("swaps[{place}].one.person"), &swap.one.person);
            self.add(format!("swaps[{place}].other.person"), &swap.other.person);
        }
    }

    fn contract(&mut self, contract: &'a ServiceContractSpec) {
        self.add("provider".to_owned(), &contract.provider);
        self.add("consumer".to_owned(), &contract.consumer);
        self.items("scope", &contract.scope);
        self.many("underpinnedBy", &contract.underpinned_by);
        for (place, terms) in contract.terms.iter().enumerate() {
            let field = |name: &str| format!("terms[{place}].{name}");
            self.items(&field("scope"), &terms.scope);
            self.one(&field("calendar"), &terms.calendar);
            self.many(&field("objectives"), &terms.objectives);
            if let Some(availability) = &terms.availability {
                self.many(&field("availability.evidence"), &availability.evidence);
            }
            for (clock, terms) in terms.clocks.iter().enumerate() {
                self.one(&field(&format!("clocks[{clock}].calendar")), &terms.calendar);
            }
        }
    }

    fn needs(&mut self, field: &str, needs: &'a [Need]) {
        for (place, need) in needs.iter().enumerate() {
            match need {
                Need::One(item) => self.add(format!("{field}[{place}]"), item),
                Need::Some(group) => self.items(&format!("{field}[{place}].of"), &group.of),
            }
        }
    }
}
