//! How the API shows objectives.

use ::contracts::compliance::LeftOut;
use budgets::{Explained, Figures, PairNow, State, Terms, Urgency};
use estate::{ObjectiveSpec, Within};
use kernel::{ItemRef, Time};
use objectives::{Runway, Severity, Stance, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::evaluate::Standing;
use super::terms::{self, Known};
use crate::practices::estate::live::Snapshot;

/// What the policy of an objective says of its budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetState {
    /// Change as you like.
    Healthy,
    /// Changes are looked at closer.
    Caution,
    /// Only changes for reliability and emergencies go out.
    Slow,
    /// Nothing goes out but what mends: the agreed state is left.
    Freeze,
    /// Nothing was counted.
    Unknown,
}

/// An objective, in few words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectiveRow {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub item: ItemRef,
    /// The team that answers for that.
    pub team: Option<ItemRef>,
    /// The least good share, in percent.
    pub target: f64,
    /// Over what time: `30d`, or `month`, `week`, `quarter`, `year`.
    pub window: String,
    /// The source that it is asked from; without one, counts are pushed.
    pub source: Option<ItemRef>,
    /// What its policy says.
    pub state: BudgetState,
    /// How urgent its burn is, while somebody is told of one.
    pub burning: Option<Urgency>,
    /// The good share in the window, from 0 to 1.
    pub sli: Option<f64>,
    /// The share of the budget that is left; negative when overspent, absent for a promise of
    /// 100 % and when nothing was counted.
    pub remaining: Option<f64>,
    /// The same in minutes of complete failure.
    pub minutes_left: Option<f64>,
    /// How fast the budget goes at present; at 1 it lasts exactly the window.
    pub burn: Option<f64>,
    /// In how many seconds it is spent at that burn; absent when it is not.
    pub spent_in_seconds: Option<i64>,
    /// What was counted in the window: events, or seconds.
    pub total: f64,
    /// What of it was bad.
    pub bad: f64,
    /// What of it may be bad.
    pub allowed: f64,
    /// Whether time is counted rather than events.
    pub counts_time: bool,
    /// Which share of the time since anything is known is not, from 0 to 1.
    pub unknown_share: f64,
    /// Whether the history is shorter than the window.
    pub young: bool,
    /// Whether history is still being asked for.
    pub provisional: bool,
    /// Up to when was counted.
    pub at: Time,
    /// What is wrong with its question or its terms.
    pub note: Option<String>,
}

/// A pair of windows in which a burn is looked for, and what it says.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BurnPair)]
pub struct PairView {
    /// The long window.
    pub long_seconds: i64,
    /// The short window.
    pub short_seconds: i64,
    /// How urgent a burn over both is.
    pub urgency: Urgency,
    /// The burn from which on it fires.
    pub threshold: f64,
    /// The burn over the long window.
    pub long_burn: Option<f64>,
    /// The burn over the short window.
    pub short_burn: Option<f64>,
    /// What it says.
    pub verdict: PairVerdict,
    /// Since when somebody is told.
    pub since: Option<Time>,
    /// Events that it needs to be believed, where there are too few.
    pub wanted: Option<f64>,
}

/// What a pair of windows says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PairVerdict {
    /// Both burn faster than the threshold.
    Fires,
    /// At least one does not.
    Quiet,
    /// Both do, with too few events to believe it.
    TooFew,
    /// Nothing was counted in one of them.
    Unknown,
}

/// Whether an objective is in its agreed state.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgreedState {
    /// Whether it is; unknown while nothing was counted.
    pub kept: Option<bool>,
    /// Since when.
    pub since: Option<Time>,
    /// Why, in words.
    pub why: String,
}

/// An objective with everything about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectiveView {
    /// In few words.
    #[serde(flatten)]
    pub row: ObjectiveRow,
    /// What it is for.
    pub description: Option<String>,
    /// What it says.
    pub spec: ObjectiveSpec,
    /// In sentences.
    pub explained: Option<Explained>,
    /// When its window began.
    pub window_from: Option<Time>,
    /// When it ends; ahead for a period of the calendar.
    pub window_until: Option<Time>,
    /// Since when anything is known in it.
    pub known_since: Option<Time>,
    /// Whether it is in its agreed state.
    pub agreed: AgreedState,
    /// The pairs of windows in which a burn is looked for.
    pub pairs: Vec<PairView>,
    /// What was left out of the window, by reason: neither good nor bad.
    pub excluded: Vec<LeftOut>,
    /// What it is composed of.
    pub parts: Vec<ObjectivePart>,
    /// What is composed of it, among others.
    pub part_of: Vec<ObjectivePart>,
}

/// An objective of which another is composed, or that is composed of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ObjectivePart {
    /// What the part weighs.
    pub weight: f64,
    /// Which share of the weight of all parts that is, from 0 to 1; absent where weights do not
    /// count.
    pub weight_share: Option<f64>,
    /// How it stands, over its own window.
    #[serde(flatten)]
    pub row: ObjectiveRow,
}

/// What an objective has to do with others.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// What it is composed of.
    pub parts: Vec<ObjectivePart>,
    /// What is composed of it.
    pub part_of: Vec<ObjectivePart>,
}

/// Everything that an objective is shown from.
pub struct Shown<'a> {
    /// The estate.
    pub snapshot: &'a Snapshot,
    /// The objective.
    pub known: Known<'a>,
    /// How it stands, or why that is not known.
    pub standing: Result<&'a Standing, &'a str>,
    /// What was decided.
    pub state: State,
    /// Whether history is still being asked for.
    pub provisional: bool,
    /// What is wrong with its question.
    pub note: Option<String>,
    /// Now.
    pub now: Time,
}

impl Shown<'_> {
    /// In few words.
    pub fn row(&self) -> ObjectiveRow {
        let (spec, standing) = (self.known.spec, self.standing.ok());
        let figures = standing.map(|standing| &*standing.figures);
        let terms = standing.map(|standing| &*standing.terms);
        let counts_time = terms.is_some_and(Terms::counts_time);
        let counted = figures.filter(|figures| figures.budget.counted);
        let scale = if counts_time { 1e-6 } else { 1.0 };
        let amount = |of: fn(&Figures) -> f64| counted.map_or(0.0, of) * scale;
        ObjectiveRow {
            name: self.known.name.to_owned(),
            title: self.known.resource.title().to_owned(),
            item: spec.item.clone(),
            team: self.snapshot.estate.owner(&spec.item).map(|owner| owner.to),
            target: spec.target,
            window: window(spec),
            source: spec.indicator.source.as_ref().map(|source| source.item().clone()),
            state: counted.map_or(BudgetState::Unknown, |figures| {
                self.state.stance.unwrap_or(figures.stance).into()
            }),
            burning: self.state.burning.iter().map(|burning| burning.urgency).min_by_key(urgent),
            sli: counted.and_then(|figures| figures.tally.ratio()),
            remaining: counted.and_then(|figures| figures.remaining),
            minutes_left: counted
                .zip(terms)
                .and_then(|(figures, terms)| budgets::minutes_left(terms, figures)),
            burn: figures.and_then(|figures| figures.burn),
            spent_in_seconds: counted.and_then(|figures| match figures.runway {
                Runway::Micros(micros) => Some(micros / 1_000_000),
                Runway::Spent => Some(0),
                Runway::Lasting | Runway::Unknown => None,
            }),
            total: amount(|figures| figures.tally.total),
            bad: amount(|figures| figures.budget.bad),
            allowed: amount(|figures| figures.budget.allowed),
            counts_time,
            unknown_share: figures.map_or(1.0, |figures| figures.unknown_share),
            young: figures.is_some_and(|figures| figures.young),
            provisional: self.provisional,
            at: figures.map_or(self.now, |figures| figures.at),
            note: self.standing.err().map(str::to_owned).or_else(|| self.note.clone()),
        }
    }

    /// With everything about it, what was left out of its window, and what it is composed of.
    pub fn whole(&self, excluded: Vec<LeftOut>, related: Related) -> ObjectiveView {
        let standing = self.standing.ok();
        let figures = standing.map(|standing| &standing.figures);
        let described = terms::described(self.snapshot, self.known.spec);
        let described = described.as_deref();
        let explained = standing
            .map(|standing| budgets::explain(&standing.terms, &standing.figures, described));
        let pairs = figures.map_or(&[][..], |figures| &figures.pairs);
        ObjectiveView {
            row: self.row(),
            description: self.known.resource.metadata.description.clone(),
            spec: self.known.spec.clone(),
            explained,
            window_from: figures.map(|figures| Time::from_micros(figures.window.from)),
            window_until: figures.map(|figures| Time::from_micros(figures.window.until)),
            known_since: figures.and_then(|figures| figures.known_since),
            agreed: self.agreed(),
            pairs: pairs.iter().map(|pair| self.pair(pair)).collect(),
            excluded,
            parts: related.parts,
            part_of: related.part_of,
        }
    }

    fn agreed(&self) -> AgreedState {
        let row = self.row();
        let (kept, why) = match (row.state, row.remaining) {
            (BudgetState::Freeze, Some(left)) => {
                (Some(false), format!("{} of the error budget is left", budgets::share(left)))
            }
            (BudgetState::Freeze, None) => {
                (Some(false), "something went wrong, and nothing may".to_owned())
            }
            (BudgetState::Unknown, _) => (None, "nothing was counted".to_owned()),
            (_, Some(left)) => {
                (Some(true), format!("{} of the error budget is left", budgets::share(left)))
            }
            (_, None) => (Some(true), "nothing went wrong".to_owned()),
        };
        AgreedState { kept, since: self.state.stance_since, why }
    }

    fn pair(&self, pair: &PairNow) -> PairView {
        let long_minutes = pair.pair.long_micros / 60_000_000;
        let mut burning = self.state.burning.iter();
        let told = burning.find(|burning| burning.long_minutes == long_minutes);
        PairView {
            long_seconds: pair.pair.long_micros / 1_000_000,
            short_seconds: pair.pair.short_micros / 1_000_000,
            urgency: match pair.pair.severity {
                Severity::Page => Urgency::Page,
                Severity::Ticket => Urgency::Ticket,
            },
            threshold: pair.threshold,
            long_burn: pair.long_burn,
            short_burn: pair.short_burn,
            verdict: match pair.verdict {
                Verdict::Fires => PairVerdict::Fires,
                Verdict::Quiet => PairVerdict::Quiet,
                Verdict::TooFew { .. } => PairVerdict::TooFew,
                Verdict::Unknown => PairVerdict::Unknown,
            },
            since: told.map(|burning| burning.since),
            wanted: match pair.verdict {
                Verdict::TooFew { wanted, .. } => Some(wanted),
                _ => None,
            },
        }
    }
}

fn urgent(urgency: &Urgency) -> u8 {
    u8::from(*urgency == Urgency::Ticket)
}

/// Over what time an objective counts, in a word.
pub fn window(spec: &ObjectiveSpec) -> String {
    match (spec.window.rolling, spec.window.calendar) {
        (Some(Within::Days(days)), _) => format!("{days}d"),
        (Some(Within::Time(wait)), _) => wait.to_string(),
        (None, Some(period)) => match period.unit() {
            objectives::Unit::Day => "day",
            objectives::Unit::Week => "week",
            objectives::Unit::Month => "month",
            objectives::Unit::Quarter => "quarter",
            objectives::Unit::Year => "year",
        }
        .to_owned(),
        (None, None) => "30d".to_owned(),
    }
}

impl From<Stance> for BudgetState {
    fn from(stance: Stance) -> BudgetState {
        match stance {
            Stance::Healthy => BudgetState::Healthy,
            Stance::Caution => BudgetState::Caution,
            Stance::Slow => BudgetState::Slow,
            Stance::Freeze => BudgetState::Freeze,
        }
    }
}
