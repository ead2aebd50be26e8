//! What incidents take away, and when: over what items need, and over redundancy.
//!
//! An item is away while it does not work itself, while something is that it needs, or while too
//! few members of a redundancy group are left, also when different incidents took them. What was
//! known to depend on the items of an incident when it happened decides where the estate has
//! changed since: redundancy that was added later carried nothing, a dependency of today broke
//! nothing.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use calendar::{Span, Spans};
use graph::{Graph, Reach};
use kernel::{ItemRef, Time};
use objectives::fewer_than;

use super::CaseHit;

/// An incident, as far as it says what did not work.
#[derive(Clone, PartialEq, Debug)]
pub struct Struck {
    /// Whether it counts: only then it adds up with others.
    pub counts: bool,
    /// When each of its items did not work.
    pub items: Vec<(ItemRef, Spans)>,
    /// What was known to depend on them when it happened.
    pub kept: Vec<KeptHit>,
    /// Whether more may depend on them than was kept.
    pub more: bool,
}

/// What was known to depend on an item that is hit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptHit {
    /// What depends on it.
    pub item: ItemRef,
    /// The item.
    pub root: ItemRef,
    /// Whether redundancy carried it.
    pub softened: bool,
    /// Whether redundancy would have carried it, had other incidents taken nothing down.
    pub beside: bool,
}

/// The dependencies of today, and of which kinds of items incidents keep what they hit.
#[derive(Clone, Copy, Debug)]
pub struct Dependencies<'a> {
    /// What needs what.
    pub graph: &'a Graph,
    /// Whether an incident keeps it when it hits such an item.
    pub kept: fn(&ItemRef) -> bool,
}

/// What of some items each of these incidents takes away and when, and what redundancy carried.
pub fn hits(
    on: Dependencies<'_>,
    scope: &BTreeSet<&ItemRef>,
    struck: &[&Struck],
) -> Vec<Vec<CaseHit>> {
    let asked = Asked { on, scope, needed: OnceCell::new() };
    let mut found = vec![Vec::new(); struck.len()];
    for together in together(struck) {
        let together: Vec<(usize, &Struck)> =
            together.into_iter().map(|place| (place, struck[place])).collect();
        asked.hits(&together, &mut found);
    }
    found
}

/// Incidents that count and overlap, and every other one by itself.
fn together(struck: &[&Struck]) -> Vec<Vec<usize>> {
    let hull = |one: &Struck| {
        let hulls = one.items.iter().filter_map(|(_, spans)| spans.hull());
        hulls.reduce(|a, b| Span::new(a.from.min(b.from), a.until.max(b.until)))
    };
    let mut all: Vec<(Span, usize)> = Vec::new();
    let mut groups = Vec::new();
    for (place, one) in struck.iter().enumerate() {
        match hull(one).filter(|_| one.counts) {
            Some(hull) => all.push((hull, place)),
            None => groups.push(vec![place]),
        }
    }
    all.sort_unstable();
    let mut until = i64::MIN;
    for (hull, place) in all {
        match groups.last_mut().filter(|_| hull.from < until) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
        until = until.max(hull.until);
    }
    groups
}

struct Asked<'a> {
    on: Dependencies<'a>,
    scope: &'a BTreeSet<&'a ItemRef>,
    /// What the items of the scope depend on, themselves included.
    needed: OnceCell<HashSet<&'a str>>,
}

/// An item of an incident, by the incident's place.
type Root<'a> = (usize, &'a ItemRef);
/// When something is away because of which items.
type ByRoot<'a> = BTreeMap<Root<'a>, Spans>;

/// What is away at any time, by name.
struct Flood<'a> {
    lost: BTreeMap<&'a str, ByRoot<'a>>,
}

impl<'a> Asked<'a> {
    fn hits(&self, together: &[(usize, &'a Struck)], found: &mut [Vec<CaseHit>]) {
        if let [(place, one)] = together
            && self.is_plain(one)
        {
            found[*place] = self.plain(one);
            return;
        }
        let all = self.flood(together);
        for (place, one) in together {
            let alone = (together.len() > 1).then(|| self.flood(&[(*place, one)]));
            let alone = alone.as_ref().unwrap_or(&all);
            let of = Incident { place: *place, one, all: &all, alone };
            let reach: OnceCell<Reach<'_>> = OnceCell::new();
            // Whether it would be away if all of its items failed at once.
            let falls = |item: &ItemRef| {
                let items = || one.items.iter().map(|(item, _)| item.as_str());
                let reach = reach.get_or_init(|| self.on.graph.impact(items()));
                reach.hit(item.as_str()).is_some_and(|hit| !hit.softened)
            };
            let scope = self.scope.iter().copied();
            found[*place] = scope.flat_map(|item| self.on_item(&of, item, falls)).collect();
        }
    }

    /// Whether what was kept says it all: all of its items failed and were back together.
    fn is_plain(&self, one: &Struck) -> bool {
        let same = one.items.windows(2).all(|pair| pair[0].1 == pair[1].1);
        let alone = !one.kept.iter().any(|kept| kept.beside);
        same && alone && !one.more && self.scope.iter().all(|item| (self.on.kept)(item))
    }

    fn plain(&self, one: &Struck) -> Vec<CaseHit> {
        let Some((_, times)) = one.items.first() else { return Vec::new() };
        let own = one.items.iter().map(|(item, _)| (item, item, false));
        let kept = one.kept.iter().map(|kept| (&kept.item, &kept.root, kept.softened));
        let mut hits: Vec<CaseHit> = Vec::new();
        for (item, root, softened) in own.chain(kept) {
            if self.scope.contains(item) && !hits.iter().any(|hit| hit.item == *item) {
                hits.extend(hit(item, root, softened, times));
            }
        }
        hits
    }

    /// What an incident does to an item.
    fn on_item(
        &self,
        of: &Incident<'_, 'a>,
        item: &'a ItemRef,
        falls: impl Fn(&ItemRef) -> bool,
    ) -> Vec<CaseHit> {
        let one = of.one;
        let itself = one.items.iter().any(|(own, _)| own == item);
        let kept = one.kept.iter().find(|kept| kept.item == *item);
        let mut lost: Vec<(&ItemRef, Spans)> = of.all.of(item, of.place);
        let known = !(self.on.kept)(item) || one.more;
        let lost_then = kept.filter(|kept| !kept.softened && !kept.beside && !itself);
        if !(known || itself || lost_then.is_some()) {
            // Nothing depended on it then; what several incidents took together was not asked.
            let alone = total(of.alone.of(item, of.place));
            lost.iter_mut().for_each(|(_, spans)| *spans = spans.difference(&alone));
        }
        if let Some(kept) = lost_then.filter(|_| lost.is_empty() && !falls(item)) {
            lost.push((&kept.root, one.times(&kept.root)));
        }
        let away = total(lost.clone());
        let mut carried: Vec<(&ItemRef, Spans)> = Vec::new();
        if known || kept.is_some() {
            carried = self.carried(of, item);
        }
        if let Some(kept) = kept.filter(|kept| kept.softened && carried.is_empty()) {
            carried.push((&kept.root, one.times(&kept.root)));
        }
        let carried =
            carried.into_iter().map(|(root, spans)| (root, spans.difference(&away), true));
        let lost = lost.into_iter().map(|(root, spans)| (root, spans, false));
        lost.chain(carried)
            .filter_map(|(root, spans, softened)| hit(item, root, softened, &spans))
            .collect()
    }

    /// When the members of groups of an item were away, whether or not it was with them.
    fn carried(&self, of: &Incident<'_, 'a>, item: &ItemRef) -> Vec<(&'a ItemRef, Spans)> {
        let members = self.on.graph.needs(item.as_str()).filter(|need| need.group.is_some());
        let mut carried: BTreeMap<&ItemRef, Spans> = BTreeMap::new();
        for member in members {
            let lost = of.all.lost.get(member.item).into_iter().flatten();
            for ((_, root), spans) in lost.filter(|((place, _), _)| *place == of.place) {
                let known = carried.entry(root).or_default();
                *known = known.union(spans);
            }
        }
        carried.into_iter().collect()
    }

    /// Lets what does not work take away what needs it, until nothing more goes.
    fn flood(&self, struck: &[(usize, &'a Struck)]) -> Flood<'a> {
        let mut own: BTreeMap<&'a str, ByRoot<'a>> = BTreeMap::new();
        for (place, one) in struck {
            for (item, spans) in one.items.iter().filter(|(_, spans)| !spans.is_empty()) {
                let roots = own.entry(item.as_str()).or_default();
                roots.insert((*place, item), spans.clone());
            }
        }
        let mut open: VecDeque<&'a str> = own.keys().copied().collect();
        let mut flood = Flood { lost: own.clone() };
        while let Some(cause) = open.pop_front() {
            for user in self.on.graph.used_by(cause) {
                if !self.needed().contains(user.item) {
                    continue;
                }
                let lost = self.lost(user.item, own.get(user.item), &flood);
                // A set of times only ever grows, so that this ends where items need each other.
                if !lost.is_empty() && flood.lost.get(user.item) != Some(&lost) {
                    flood.lost.insert(user.item, lost);
                    open.push_back(user.item);
                }
            }
        }
        flood
    }

    /// When an item is away, by what is known of all that it needs.
    fn lost(&self, item: &str, own: Option<&ByRoot<'a>>, flood: &Flood<'a>) -> ByRoot<'a> {
        let mut lost = own.cloned().unwrap_or_default();
        let mut groups: BTreeMap<u32, (usize, usize, Vec<&ByRoot<'a>>)> = BTreeMap::new();
        for need in self.on.graph.needs(item) {
            let Some(roots) = flood.lost.get(need.item) else { continue };
            let Some(group) = need.group else {
                add(&mut lost, roots, None);
                continue;
            };
            let size = (group.need as usize, group.total as usize);
            groups.entry(group.number).or_insert((size.0, size.1, Vec::new())).2.push(roots);
        }
        for (need, total, members) in groups.into_values() {
            let mut down: Vec<Spans> = members.iter().map(|roots| all(roots.values())).collect();
            down.resize(total, Spans::EMPTY);
            let gone = fewer_than(need.min(total), &down);
            members.iter().for_each(|roots| add(&mut lost, roots, Some(&gone)));
        }
        lost
    }

    fn needed(&self) -> &HashSet<&'a str> {
        self.needed.get_or_init(|| {
            let mut needed: HashSet<&'a str> =
                self.scope.iter().map(|item| item.as_str()).collect();
            let mut open: Vec<&'a str> = needed.iter().copied().collect();
            while let Some(item) = open.pop() {
                open.extend(
                    self.on.graph.needs(item).map(|need| need.item).filter(|on| needed.insert(on)),
                );
            }
            needed
        })
    }
}

/// An incident beside those that overlap it.
struct Incident<'f, 'a> {
    place: usize,
    one: &'a Struck,
    /// What all of them take away.
    all: &'f Flood<'a>,
    /// What it takes away by itself.
    alone: &'f Flood<'a>,
}

impl<'a> Flood<'a> {
    /// When an item is away because of an incident, by the items of that.
    fn of(&self, item: &ItemRef, place: usize) -> Vec<(&'a ItemRef, Spans)> {
        let roots = self.lost.get(item.as_str()).into_iter().flatten();
        let own = roots.filter(|((of, _), _)| *of == place);
        own.map(|((_, root), spans)| (*root, spans.clone())).collect()
    }
}

impl Struck {
    /// When an item of it did not work; all of its time where it is none.
    fn times(&self, item: &ItemRef) -> Spans {
        let own = self.items.iter().find(|(known, _)| known == item);
        own.map_or_else(|| all(self.items.iter().map(|(_, spans)| spans)), |(_, own)| own.clone())
    }
}

/// Adds what is away because of some items, as far as it is within some time.
fn add<'a>(lost: &mut ByRoot<'a>, roots: &ByRoot<'a>, within: Option<&Spans>) {
    for (root, spans) in roots {
        let spans = within.map_or_else(|| spans.clone(), |within| spans.intersection(within));
        if !spans.is_empty() {
            let known = lost.entry(*root).or_default();
            *known = known.union(&spans);
        }
    }
}

fn all<'s>(spans: impl Iterator<Item = &'s Spans>) -> Spans {
    spans.flat_map(|spans| spans.iter()).collect()
}

fn total(roots: Vec<(&ItemRef, Spans)>) -> Spans {
    all(roots.iter().map(|(_, spans)| spans))
}

fn hit(item: &ItemRef, root: &ItemRef, softened: bool, times: &Spans) -> Option<CaseHit> {
    let end = |until: i64| (until != i64::MAX).then(|| Time::from_micros(until));
    let times = times.iter().map(|span| (Time::from_micros(span.from), end(span.until)));
    let times: Vec<(Time, Option<Time>)> = times.collect();
    let (item, root) = (item.clone(), root.clone());
    (!times.is_empty()).then_some(CaseHit { item, root, softened, times })
}
