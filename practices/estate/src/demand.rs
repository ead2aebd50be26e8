//! Every hour in which somebody has to be on call, over all schedules, and what has no schedule.

use calendar::{Span, Spans};
use kernel::ItemRef;

use crate::spec::{ContractStatus, ServiceContractSpec, Spec};
use crate::{CoverError, Estate, Kind, Resource};

/// Hours in which somebody has to be on call, over all the schedules that cover them together.
#[derive(Clone, PartialEq, Debug)]
pub struct Demand {
    /// What asks for them: a contract, or a calendar of a schedule.
    pub by: ItemRef,
    /// The team of the schedules, or the provider that has none.
    pub team: Option<ItemRef>,
    /// The schedules that cover them together; none: the team has no schedule.
    pub schedules: Vec<ItemRef>,
    /// The zone of the first of them; that of the contract's hours where there is none.
    pub time_zone: String,
    /// When somebody has to be there.
    pub required: Spans,
    /// When nobody is.
    pub gaps: Spans,
}

impl Demand {
    /// Why nobody is there at any time; `None` when there are schedules.
    pub fn unscheduled(&self) -> Option<String> {
        let team = self.team.as_ref().filter(|_| self.schedules.is_empty())?;
        Some(format!("nobody is on call: {team} has no schedule"))
    }
}

impl Estate {
    /// Everything that asks for somebody to be on call in a window, and each schedule or contract
    /// that cannot be worked out, with why.
    pub fn demands(&self, window: Span) -> (Vec<Demand>, Vec<(ItemRef, CoverError)>) {
        let (mut demands, mut unknown) = (Vec::new(), Vec::new());
        for resource in self.of_kind(Kind::Schedule) {
            if let Err(error) = self.demand(resource.item(), window, &mut demands) {
                unknown.push((resource.item().clone(), error));
            }
        }
        for resource in self.of_kind(Kind::ServiceContract) {
            let Spec::ServiceContract(contract) = &resource.spec else { continue };
            match self.without_schedule(resource.item(), contract, window) {
                Ok(found) => demands.extend(found),
                Err(error) => unknown.push((resource.item().clone(), error)),
            }
        }
        (demands, unknown)
    }

    /// Adds what asks for somebody to be on call by a schedule in a window to what asks by others:
    /// the schedules of a team cover its contracts together.
    ///
    /// # Errors
    /// What cannot be worked out.
    pub fn demand(
        &self,
        schedule: &ItemRef,
        window: Span,
        demands: &mut Vec<Demand>,
    ) -> Result<(), CoverError> {
        let (roster, spec) = (self.roster(schedule, window)?, self.schedule(schedule)?);
        for cover in self.cover(schedule, &roster)? {
            let of_policy = match self.get(&cover.by).map(|found| &found.spec) {
                Some(Spec::EscalationPolicy(policy)) => policy.team.as_ref(),
                _ => None,
            };
            let same = |known: &&mut Demand| known.by == cover.by && known.gaps == cover.gaps;
            match demands.iter_mut().find(same) {
                Some(known) => known.schedules.push(schedule.clone()),
                None => demands.push(Demand {
                    by: cover.by,
                    team: spec.team.as_ref().or(of_policy).map(|team| team.item().clone()),
                    schedules: vec![schedule.clone()],
                    time_zone: spec.time_zone.clone(),
                    required: cover.required,
                    gaps: cover.gaps,
                }),
            }
        }
        Ok(())
    }

    /// The schedules of which nothing asks for somebody in a window, by name.
    pub fn unasked(&self, window: Span) -> Vec<&ItemRef> {
        let asked = |schedule: &ItemRef| {
            let mut demands = Vec::new();
            self.demand(schedule, window, &mut demands).is_err() || !demands.is_empty()
        };
        let schedules = self.of_kind(Kind::Schedule).map(Resource::item);
        schedules.filter(|schedule| !asked(schedule)).collect()
    }

    /// The hours of an agreed contract whose provider is a team of no schedule.
    fn without_schedule(
        &self,
        item: &ItemRef,
        contract: &ServiceContractSpec,
        window: Span,
    ) -> Result<Option<Demand>, CoverError> {
        let team = &contract.provider;
        let scheduled = |schedule: &Spec| schedule.team().is_some_and(|of| of.item() == team);
        if contract.status != ContractStatus::Agreed
            || Kind::of(team) != Some(Kind::Team)
            || self.of_kind(Kind::Schedule).any(|resource| scheduled(&resource.spec))
        {
            return Ok(None);
        }
        let required = self.hours(contract, window)?;
        let calendars = contract.terms.iter().flat_map(|terms| {
            terms.calendar.iter().chain(terms.clocks.iter().filter_map(|c| c.calendar.as_ref()))
        });
        let mut zones = calendars.filter_map(|calendar| match &self.get(calendar.item())?.spec {
            Spec::Calendar(calendar) => Some(calendar.time_zone.clone()),
            _ => None,
        });
        Ok((!required.is_empty()).then(|| Demand {
            by: item.clone(),
            team: Some(team.clone()),
            schedules: Vec::new(),
            time_zone: zones.next().unwrap_or_else(|| "UTC".to_owned()),
            gaps: required.clone(),
            required,
        }))
    }
}
