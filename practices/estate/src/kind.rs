use std::fmt;

use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The kinds of resources that make up an estate.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[expect(missing_docs, reason = "each is described at its spec")]
#[schema(as = ResourceKind)]
pub enum Kind {
    Team,
    Person,
    Product,
    Service,
    Component,
    UseCase,
    Site,
    Supplier,
    EscalationPolicy,
    Route,
    MaintenanceWindow,
    Freeze,
    Schedule,
    Absence,
    ShiftOverride,
    Calendar,
    ServiceContract,
    Objective,
    DataSource,
}

impl Kind {
    /// Every kind, in the order in which people read an estate.
    pub const ALL: [Kind; 19] = [
        Kind::Team,
        Kind::Person,
        Kind::EscalationPolicy,
        Kind::Schedule,
        Kind::Absence,
        Kind::ShiftOverride,
        Kind::Product,
        Kind::UseCase,
        Kind::Service,
        Kind::Component,
        Kind::Site,
        Kind::Supplier,
        Kind::Calendar,
        Kind::ServiceContract,
        Kind::Objective,
        Kind::DataSource,
        Kind::Route,
        Kind::MaintenanceWindow,
        Kind::Freeze,
    ];

    /// As written in `kind:`, for example `UseCase`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Team => "Team",
            Kind::Person => "Person",
            Kind::Product => "Product",
            Kind::Service => "Service",
            Kind::Component => "Component",
            Kind::UseCase => "UseCase",
            Kind::Site => "Site",
            Kind::Supplier => "Supplier",
            Kind::EscalationPolicy => "EscalationPolicy",
            Kind::Route => "Route",
            Kind::MaintenanceWindow => "MaintenanceWindow",
            Kind::Freeze => "Freeze",
            Kind::Schedule => "Schedule",
            Kind::Absence => "Absence",
            Kind::ShiftOverride => "ShiftOverride",
            Kind::Calendar => "Calendar",
            Kind::ServiceContract => "ServiceContract",
            Kind::Objective => "Objective",
            Kind::DataSource => "DataSource",
        }
    }

    /// As written before the slash of an [`ItemRef`], for example `usecase`.
    pub fn prefix(self) -> &'static str {
        match self {
            Kind::Team => "team",
            Kind::Person => "person",
            Kind::Product => "product",
            Kind::Service => "service",
            Kind::Component => "component",
            Kind::UseCase => "usecase",
            Kind::Site => "site",
            Kind::Supplier => "supplier",
            Kind::EscalationPolicy => "escalationpolicy",
            Kind::Route => "route",
            Kind::MaintenanceWindow => "maintenancewindow",
            Kind::Freeze => "freeze",
            Kind::Schedule => "schedule",
            Kind::Absence => "absence",
            Kind::ShiftOverride => "shiftoverride",
            Kind::Calendar => "calendar",
            Kind::ServiceContract => "servicecontract",
            Kind::Objective => "objective",
            Kind::DataSource => "datasource",
        }
    }

    /// The kind that a `kind:` or the part before a slash names.
    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == text || kind.prefix() == text)
    }

    /// The kind of an item; `None` when it is of no kind that an estate has.
    pub fn of(item: &ItemRef) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.prefix() == item.kind())
    }

    /// Whether resources of this kind say who is on call when.
    pub fn decides_who_is_on_call(self) -> bool {
        matches!(self, Kind::Schedule | Kind::Absence | Kind::ShiftOverride)
    }

    /// Whether items of this kind can break and be depended on: those are in the graph.
    pub fn operated(self) -> bool {
        matches!(
            self,
            Kind::Product
                | Kind::Service
                | Kind::Component
                | Kind::UseCase
                | Kind::Site
                | Kind::Supplier
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
