//! What each kind of resource says of itself. Field names are camelCase in files.

mod calendar;
mod contract;
mod freeze;
mod hours;
mod maintenance;
mod objective;
mod offering;
mod people;
mod place;
mod policy;
mod route;
mod running;
mod schedule;
mod wait;
mod within;

pub use calendar::{CalendarSpec, Holiday, HoursException, HoursRange, OpeningHours, Weekday};
pub use contract::{
    AvailabilityTerms, ClockKind, ClockTerms, ContractPeriod, ContractStatus, ContractTerms,
    ContractType, OnReopen, OutOfScope, PauseReason, Penalty, ServiceContractSpec,
};
pub use freeze::FreezeSpec;
pub use hours::{CalendarVersion, HoursError};
pub use maintenance::{MaintenanceWindowSpec, Window};
pub use objective::{
    BudgetPolicy, BudgetingMethod, BurnAlerts, Combine, DataSourceSpec, Exclude, ExcludedTime,
    Indicator, IndicatorPart, MissingData, ObjectiveSpec, ObjectiveWindow, Records, Slice,
    ThresholdOp,
};
pub use offering::{Criticality, ProductSpec, UseCaseSpec};
pub use people::{
    ChatRooms, ClockHours, ContactMethod, NotifyRule, PersonSpec, ShiftNotice, TeamSpec, TeamType,
    local_minute, next_morning,
};
pub use place::{SiteSpec, SupplierSpec};
pub use policy::{
    EscalationHours, EscalationPolicySpec, EscalationStep, EscalationVariant, WaitsForHours,
};
pub use route::RouteSpec;
pub use running::{ComponentSpec, Group, Need, ServiceSpec};
pub use schedule::{
    AbsenceSpec, AbsenceType, BackupRule, GivenShift, HandOverWay, LayerCalendar, ScheduleLayer,
    ScheduleOverride, ScheduleSpec, ShiftLimits, ShiftLoad, ShiftOverrideSpec, ShiftRotation,
    ShiftSwap,
};
pub use wait::Wait;
pub use within::Within;

use serde::Serialize;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::reference::SpecOf;
use crate::{Kind, Ref};

macro_rules! specs {
    ($($kind:ident $spec:ident),* $(,)?) => {
        /// The content of a resource, by its kind.
        #[derive(Clone, PartialEq, Debug, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "each is described at its spec")]
        pub enum Spec { $($kind($spec)),* }

        impl Spec {
            /// The kind that has this content.
            pub fn kind(&self) -> Kind {
                match self { $(Spec::$kind(_) => Kind::$kind),* }
            }

            /// Reads the content of a resource of `kind`.
            pub(crate) fn read<'de, D: serde::Deserializer<'de>>(
                kind: Kind,
                from: D,
            ) -> Result<Spec, D::Error> {
                match kind {
                    $(Kind::$kind => serde::Deserialize::deserialize(from).map(Spec::$kind)),*
                }
            }
        }

        impl Spec {
            /// The schema of every spec and of what they are made of.
            pub(crate) fn every_schema(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                $(
                    schemas.push(($spec::name().into_owned(), $spec::schema()));
                    $spec::schemas(schemas);
                )*
            }
        }

        $(impl SpecOf for $spec {
            const KIND: Kind = Kind::$kind;
        })*
    };
}

specs! {
    Team TeamSpec,
    Person PersonSpec,
    Product ProductSpec,
    Service ServiceSpec,
    Component ComponentSpec,
    UseCase UseCaseSpec,
    Site SiteSpec,
    Supplier SupplierSpec,
    EscalationPolicy EscalationPolicySpec,
    Route RouteSpec,
    MaintenanceWindow MaintenanceWindowSpec,
    Freeze FreezeSpec,
    Schedule ScheduleSpec,
    Absence AbsenceSpec,
    ShiftOverride ShiftOverrideSpec,
    Calendar CalendarSpec,
    ServiceContract ServiceContractSpec,
    Objective ObjectiveSpec,
    DataSource DataSourceSpec,
}

impl Spec {
    /// The team that answers for it: its own, the owner of a product.
    pub fn team(&self) -> Option<&Ref<TeamSpec>> {
        match self {
            Spec::Product(product) => Some(&product.owner_team),
            Spec::Service(service) => Some(&service.team),
            Spec::Component(component) => component.team.as_ref(),
            Spec::UseCase(usecase) => usecase.team.as_ref(),
            Spec::EscalationPolicy(policy) => policy.team.as_ref(),
            Spec::Schedule(schedule) => schedule.team.as_ref(),
            _ => None,
        }
    }

    /// The escalation policy that it names itself.
    pub fn escalation_policy(&self) -> Option<&Ref<EscalationPolicySpec>> {
        match self {
            Spec::Team(team) => team.escalation_policy.as_ref(),
            Spec::Product(product) => product.escalation_policy.as_ref(),
            Spec::Service(service) => service.escalation_policy.as_ref(),
            Spec::Component(component) => component.escalation_policy.as_ref(),
            _ => None,
        }
    }

    /// The product that it belongs to.
    pub fn product(&self) -> Option<&Ref<ProductSpec>> {
        match self {
            Spec::Service(service) => service.product.as_ref(),
            Spec::Component(component) => component.product.as_ref(),
            _ => None,
        }
    }
}

/// Whether a value is its default and need not be written.
fn unset<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
