//! Names of ours for what has a title elsewhere: the same ones every time.

use std::collections::{BTreeMap, BTreeSet};

/// Longest name, without what tells it from a namesake.
const NAME_MAX: usize = 60;

/// The names of the elements of a list, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// Makes a name of each title. Namesakes are told apart by their ids, so that a name depends
    /// on what is there and not on the order in which it was exported.
    pub fn of<'a>(kind: &str, things: impl IntoIterator<Item = (&'a str, &'a str)>) -> Names {
        let plain = |id: &str, title: &str| match slug(title) {
            name if name.is_empty() => format!("{kind}-{}", slug(id)),
            name => name,
        };
        let named: BTreeMap<&str, String> =
            things.into_iter().map(|(id, title)| (id, plain(id, title))).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in named.values() {
            *counts.entry(name).or_default() += 1;
        }
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut names = BTreeMap::new();
        for (id, plain) in &named {
            let mut name = plain.clone();
            if counts.get(plain.as_str()).is_some_and(|count| *count > 1) {
                name = format!("{plain}-{}", slug(id));
            }
            let (first, mut next) = (name.clone(), 2);
            while name != *plain && counts.contains_key(&*name) || !taken.insert(name.clone()) {
                name = format!("{first}-{next}");
                next += 1;
            }
            names.insert((*id).to_owned(), name);
        }
        Names(names)
    }

    /// The name of what has this id.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// Small letters, digits and dashes of a title; empty when it has none.
pub fn slug(title: &str) -> String {
    let mut name = String::new();
    for letter in title.chars() {
        match letter {
            'a'..='z' | '0'..='9' => name.push(letter),
            'A'..='Z' => name.push(letter.to_ascii_lowercase()),
            'ä' | 'Ä' | 'æ' | 'Æ' => name.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' | 'œ' => name.push_str("oe"),
            'ü' | 'Ü' => name.push_str("ue"),
            'ß' => name.push_str("ss"),
            'à'..='å' | 'À'..='Å' | 'ą' => name.push('a'),
            'ç' | 'Ç' | 'ć' | 'č' | 'Č' => name.push('c'),
            'è'..='ë' | 'È'..='Ë' | 'ę' | 'ě' => name.push('e'),
            'ì'..='ï' | 'Ì'..='Ï' => name.push('i'),
            'ł' | 'Ł' => name.push('l'),
            'ñ' | 'Ñ' | 'ń' => name.push('n'),
            'ò'..='õ' | 'Ò'..='Õ' => name.push('o'),
            'ř' => name.push('r'),
            'ś' | 'š' | 'Š' => name.push('s'),
            'ù'..='û' | 'Ù'..='Û' | 'ů' => name.push('u'),
            'ý' | 'ÿ' => name.push('y'),
            'ź' | 'ż' | 'ž' | 'Ž' => name.push('z'),
            '\'' | '’' => {}
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
        if name.len() >= NAME_MAX {
            break;
        }
    }
    name.trim_end_matches('-').to_owned()
}

/// The text, or its beginning when it has more characters.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names_that_can_be_written() {
        let names = [
            ("Payments: primary (24/7)", "payments-primary-24-7"),
            ("Jürgen O’Größe", "juergen-ogroesse"),
            ("  --  ", ""),
            ("当番", ""),
        ];
        for (title, name) in names {
            assert_eq!(slug(title), name, "{title}");
        }
        assert_eq!(slug(&"x".repeat(500)).len(), NAME_MAX);
    }

    #[test]
    fn namesakes_are_told_apart_whatever_the_order() {
        let things = [("P1", "Ops"), ("P2", "ops"), ("P3", "当番"), ("P4", "Ops P1")];
        let there = Names::of("team", things);
        let mut things = things;
        things.reverse();
        let back = Names::of("team", things);
        for (id, name) in
            [("P1", "ops-p1-2"), ("P2", "ops-p2"), ("P3", "team-p3"), ("P4", "ops-p1")]
        {
            assert_eq!(there.get(id), Some(name));
            assert_eq!(back.get(id), Some(name));
        }
    }
}
