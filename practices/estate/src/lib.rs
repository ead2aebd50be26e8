//! What there is to look after, who answers for it, and what depends on what.
//!
//! An estate is a set of [`Resource`]s: merely edited things, each with a [`Spec`], written by
//! people in YAML files or in the web. [`read`] reads files and tells every [`Mistake`] by place,
//! field and remedy; [`plan`] compares with what is stored and checks the whole; [`export`]
//! writes files again. An [`Estate`] answers: who owns this, whom to call, what breaks.
//!
//! Conditions of routes are only carried here. Whoever evaluates them checks them:
//! [`Desired::check_routes`].

mod answers;
mod called;
mod calling;
mod check;
mod cover;
mod decode;
mod demand;
mod duties;
mod edge;
mod estate;
mod export;
mod history;
mod kind;
mod maintenance;
mod mention;
mod mistake;
mod node;
mod plan;
mod preview;
mod read;
mod reference;
mod resource;
mod rota;
mod schema;
mod shifts;
mod spec;
mod suggest;
mod wishes;

pub use answers::{Affected, Assigned, Reached};
pub use called::SetPolicies;
pub use calling::{About, Says, Turns, Way};
pub use cover::{Cover, CoverError, person_named};
pub use demand::Demand;
pub use edge::Edge;
pub use estate::{Estate, Fed, FedShift, Inherited};
pub use export::export;
pub use graph::Relation;
pub use history::{History, ON_CALL, Version};
pub use kind::Kind;
pub use maintenance::Planned;
pub use mention::Mention;
pub use mistake::Mistake;
pub use plan::{Action, Applied, Change, FieldChange, Plan, Stored, plan};
pub use preview::{CallingPreview, PreviewAway, PreviewCall, PreviewStep};
pub use read::{Desired, SourceFile, from_json, read};
pub use reference::{
    CalendarRef, DataSourceRef, EscalationPolicyRef, ObjectiveRef, PersonRef, ProductRef, Ref,
    ScheduleRef, ServiceContractRef, SiteRef, SpecOf, SupplierRef, Target, TeamRef, TurnRef,
};
pub use resource::{API_VERSION, Metadata, Resource};
pub use shifts::Shift;
pub use spec::{
    AbsenceSpec, AbsenceType, AvailabilityTerms, BackupRule, BudgetPolicy, BudgetingMethod,
    BurnAlerts, CalendarSpec, CalendarVersion, ChatRooms, ClockHours, ClockKind, ClockTerms,
    Combine, ComponentSpec, ContactMethod, ContractPeriod, ContractStatus, ContractTerms,
    ContractType, Criticality, DataSourceSpec, EscalationHours, EscalationPolicySpec,
    EscalationStep, EscalationVariant, Exclude, ExcludedTime, FreezeSpec, GivenShift, Group,
    HandOverWay, Holiday, HoursError, HoursException, HoursRange, Indicator, IndicatorPart,
    LayerCalendar, MaintenanceWindowSpec, MissingData, Need, NotifyRule, ObjectiveSpec,
    ObjectiveWindow, OnReopen, OpeningHours, OutOfScope, PauseReason, Penalty, PersonSpec,
    ProductSpec, Records, RouteSpec, ScheduleLayer, ScheduleOverride, ScheduleSpec,
    ServiceContractSpec, ServiceSpec, ShiftLimits, ShiftLoad, ShiftNotice, ShiftOverrideSpec,
    ShiftRotation, ShiftSwap, SiteSpec, Slice, Spec, SupplierSpec, TeamSpec, TeamType, ThresholdOp,
    UseCaseSpec, Wait, WaitsForHours, Weekday, Window, Within, local_minute, next_morning,
};
pub use wishes::{in_words, one_way};
