//! Under what a silence is filed.

use std::collections::{BTreeSet, HashMap};

use super::memo::Memo;
use crate::matcher::{Matcher, Matchers, Op};
use crate::pattern::fold;

/// Where a silence is filed. It is taken out with the same.
#[derive(Debug)]
pub(super) enum Anchor {
    /// Under the values that the matcher at this place accepts.
    Values { matcher: usize },
    /// Under a few bytes that each value has which the matcher accepts.
    Grams { matcher: usize, grams: BTreeSet<Gram> },
    /// Under the name alone: the matcher demands no particular text.
    Name { matcher: usize },
    /// Under nothing: an alert without any of its labels fits too.
    Loose,
}

/// A few bytes of a folded text: the more, the fewer values have them by chance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Gram {
    Long([u8; LONG]),
    Short([u8; SHORT]),
}

const LONG: usize = 8;
const SHORT: usize = 3;

/// Longest list of words under which a silence is filed one by one.
const WORDS_MAX: usize = 1_000;

/// All files.
#[derive(Default, Debug)]
pub(super) struct Anchors {
    names: HashMap<Box<str>, Name>,
    loose: Vec<u32>,
    memo: Memo,
}

/// The silences filed under one label.
#[derive(Default, Debug)]
struct Name {
    values: HashMap<Box<str>, Vec<u32>>,
    grams: HashMap<Gram, Vec<u32>>,
    /// How often silences are filed under long ones, and under short ones.
    long: usize,
    short: usize,
    /// Those under the name alone.
    any: Vec<u32>,
}

impl Name {
    fn count(&mut self, gram: &Gram) -> &mut usize {
        match gram {
            Gram::Long(_) => &mut self.long,
            Gram::Short(_) => &mut self.short,
        }
    }
}

impl Anchor {
    /// The matcher under which a silence is filed.
    pub(super) fn matcher<'m>(&self, matchers: &'m Matchers) -> Option<&'m Matcher> {
        match self {
            Anchor::Values { matcher }
            | Anchor::Grams { matcher, .. }
            | Anchor::Name { matcher } => matchers.get(*matcher),
            Anchor::Loose => None,
        }
    }
}

impl Anchors {
    /// Files a silence where the fewest others are, so that few are looked at in vain.
    pub(super) fn file(&mut self, place: u32, matchers: &Matchers) -> Anchor {
        let anchors = matchers.iter().enumerate().filter_map(|(at, m)| self.anchor(at, m));
        let best = anchors.min_by_key(|(crowd, _)| *crowd);
        let anchor = best.map_or(Anchor::Loose, |(_, anchor)| anchor);
        let Some(matcher) = anchor.matcher(matchers) else {
            self.loose.push(place);
            return anchor;
        };
        let name = self.names.entry(matcher.name().into()).or_default();
        match &anchor {
            Anchor::Values { .. } => {
                for value in values(matcher) {
                    name.values.entry(value.into()).or_default().push(place);
                }
            }
            Anchor::Grams { grams, .. } => {
                for gram in grams {
                    name.grams.entry(*gram).or_default().push(place);
                    *name.count(gram) += 1;
                }
            }
            Anchor::Name { .. } | Anchor::Loose => {
                name.any.push(place);
                self.memo.forget(matcher.name());
            }
        }
        anchor
    }

    /// Undoes [`Anchors::file`].
    pub(super) fn take_out(&mut self, place: u32, matchers: &Matchers, anchor: &Anchor) {
        let Some(matcher) = anchor.matcher(matchers) else {
            drop_place(&mut self.loose, place);
            return;
        };
        let Some(name) = self.names.get_mut(matcher.name()) else { return };
        match anchor {
            Anchor::Values { .. } => {
                for value in values(matcher) {
                    drop_from(&mut name.values, value, place);
                }
            }
            Anchor::Grams { grams, .. } => {
                for gram in grams {
                    drop_from(&mut name.grams, gram, place);
                    *name.count(gram) -= 1;
                }
            }
            Anchor::Name { .. } | Anchor::Loose => {
                drop_place(&mut name.any, place);
                self.memo.forget(matcher.name());
            }
        }
        if name.values.is_empty() && name.grams.is_empty() && name.any.is_empty() {
            self.names.remove(matcher.name());
        }
    }

    /// Shows the silences that an alert with this label may fit. `accepts` says whether the anchor
    /// of a silence accepts a value.
    pub(super) fn candidates(
        &self,
        label: &str,
        value: &str,
        accepts: &dyn Fn(u32, &str) -> bool,
        see: &mut dyn FnMut(u32),
    ) {
        let Some(name) = self.names.get(label).filter(|_| !value.is_empty()) else { return };
        for place in name.values.get(value).into_iter().flatten() {
            see(*place);
        }
        if name.long + name.short > 0 {
            let text = fold(value);
            let mut under = |gram: Gram| {
                for place in name.grams.get(&gram).into_iter().flatten() {
                    see(*place);
                }
            };
            if name.long > 0 {
                text.as_bytes().array_windows().copied().map(Gram::Long).for_each(&mut under);
            }
            if name.short > 0 {
                text.as_bytes().array_windows().copied().map(Gram::Short).for_each(&mut under);
            }
        }
        if !name.any.is_empty() {
            let among = |value: &str| {
                name.any.iter().copied().filter(|place| accepts(*place, value)).collect()
            };
            for place in self.memo.answer(label, value, among).iter() {
                see(*place);
            }
        }
    }

    /// The silences that are filed under nothing.
    pub(super) fn loose(&self) -> &[u32] {
        &self.loose
    }

    /// How a silence could be filed under this matcher, and how many are filed there already.
    fn anchor(&self, at: usize, matcher: &Matcher) -> Option<(usize, Anchor)> {
        if matcher.accepts("") {
            return None;
        }
        let name = self.names.get(matcher.name());
        let crowd = |list: Option<&Vec<u32>>| list.map_or(0, Vec::len);
        let words = match matcher.words() {
            Some(words) => words.len() <= WORDS_MAX,
            None => false,
        };
        if matcher.op() == Op::Equal || (matcher.op() == Op::Regex && words) {
            let values = values(matcher).into_iter();
            let crowds = values.map(|value| crowd(name.and_then(|name| name.values.get(value))));
            return Some((crowds.max().unwrap_or_default(), Anchor::Values { matcher: at }));
        }
        if matcher.op() == Op::Regex
            && let Some((crowd, grams)) =
                rarest_grams(matcher, |gram| crowd(name.and_then(|name| name.grams.get(gram))))
        {
            return Some((crowd + 1, Anchor::Grams { matcher: at, grams }));
        }
        // Every value is tried against every expression here, so this is the last choice.
        Some((usize::MAX, Anchor::Name { matcher: at }))
    }
}

/// The values that a matcher accepts, when it is an equality or a list of words.
fn values(matcher: &Matcher) -> Vec<&str> {
    match matcher.words() {
        Some(words) => words.iter().map(String::as_str).collect(),
        None => vec![matcher.value()],
    }
}

/// For each text of which a value needs one, the few bytes of it that are least used; and how
/// much the most used of them are.
fn rarest_grams(
    matcher: &Matcher,
    crowd: impl Fn(&Gram) -> usize,
) -> Option<(usize, BTreeSet<Gram>)> {
    let mut most = 0;
    let mut grams = BTreeSet::new();
    for text in matcher.needs() {
        let long = text.as_bytes().array_windows().copied().map(Gram::Long);
        let short = text.as_bytes().array_windows().copied().map(Gram::Short);
        let rarest =
            |grams: &mut dyn Iterator<Item = Gram>| grams.map(|gram| (crowd(&gram), gram)).min();
        let (least, gram) = rarest(&mut { long }).or_else(|| rarest(&mut { short }))?;
        most = most.max(least);
        grams.insert(gram);
    }
    (!grams.is_empty()).then_some((most, grams))
}

fn drop_place(list: &mut Vec<u32>, place: u32) {
    if let Some(at) = list.iter().position(|other| *other == place) {
        list.swap_remove(at);
    }
}

fn drop_from<Q, T>(lists: &mut HashMap<T, Vec<u32>>, key: &Q, place: u32)
where
    T: std::borrow::Borrow<Q> + std::hash::Hash + Eq,
    Q: std::hash::Hash + Eq + ?Sized,
{
    let Some(list) = lists.get_mut(key) else { return };
    drop_place(list, place);
    if list.is_empty() {
        lists.remove(key);
    }
}
