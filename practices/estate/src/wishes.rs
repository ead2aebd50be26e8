//! How somebody wants to be called, in words: what their rules come to for each kind of incident,
//! and what they are not called for.

use kernel::Priority;

use crate::spec::{ClockHours, ContactMethod, NotifyRule, Wait};

/// A time of every day from one minute until another; a whole day where these are the same.
type Stretch = (u16, u16);

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// What rules come to, a sentence for each kind of incident and hours, and one for each time in
/// which nobody calls them: `P1 from 22:00 to 07:00: push at once, call after 2 minutes`.
/// Without rules they are called by `methods`, and by every way without these.
pub fn in_words(rules: &[NotifyRule], methods: &[ContactMethod]) -> Vec<String> {
    let by = methods.to_vec();
    let alone = NotifyRule { priorities: Vec::new(), between: None, after: Wait::default(), by };
    let rules = match (rules, methods) {
        ([], []) => return vec!["Everything: every way at once".to_owned()],
        ([], _) => std::slice::from_ref(&alone),
        (rules, _) => rules,
    };
    let mut said: Vec<(String, Vec<(Wait, String)>)> = Vec::new();
    for rule in rules {
        let about = about(&rule.priorities, rule.between.as_ref());
        let ways = rule.by.iter().map(|way| (rule.after, way_in_words(*way).to_owned()));
        match said.iter_mut().find(|(known, _)| *known == about) {
            Some((_, known)) => known.extend(ways),
            None => said.push((about, ways.collect())),
        }
    }
    let sentences = said.into_iter().map(|(about, mut ways)| {
        ways.sort_by_key(|(after, _)| *after);
        let ways: Vec<String> = ways.iter().map(|(after, way)| when(*after, way)).collect();
        format!("{about}: {}", ways.join(", "))
    });
    sentences.chain(not_called(rules)).collect()
}

/// What is to be said of rules that call for P1 by one way alone at some time of the day: should it
/// fail, nobody comes. `None`: there are two ways, or every way, or none at all is meant.
pub fn one_way(rules: &[NotifyRule], methods: &[ContactMethod]) -> Option<String> {
    let warning = |way: ContactMethod, when: &str| {
        let way = way_in_words(way);
        format!("P1 calls by one way alone{when}, {way}: add a second, should it fail")
    };
    if rules.is_empty() {
        return methods.first().filter(|_| methods.len() == 1).map(|way| warning(*way, ""));
    }
    let rules: Vec<&NotifyRule> = rules.iter().filter(|rule| rule.is_for(Priority::P1)).collect();
    let hours = || rules.iter().filter_map(|rule| rule.between.as_ref());
    let bounds = hours().flat_map(|hours| [&hours.from, &hours.until]);
    let mut bounds: Vec<&str> = bounds.map(String::as_str).chain(["00:00"]).collect();
    bounds.sort_unstable();
    bounds.into_iter().find_map(|at| {
        let mut ways: Vec<ContactMethod> = Vec::new();
        for rule in &rules {
            let holds = rule.between.as_ref().is_none_or(|hours| hours.holds_at(at));
            let new = rule.by.iter().filter(|way| holds && !ways.contains(way));
            let new: Vec<ContactMethod> = new.copied().collect();
            ways.extend(new);
        }
        let when = if hours().next().is_some() { format!(" from {at}") } else { String::new() };
        ways.first().filter(|_| ways.len() == 1).map(|way| warning(*way, &when))
    })
}

fn about(priorities: &[Priority], hours: Option<&ClockHours>) -> String {
    let what = match priorities {
        [] => "Everything".to_owned(),
        some => some.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    match hours {
        Some(ClockHours { from, until }) => format!("{what} from {from} to {until}"),
        None => what,
    }
}

fn when(after: Wait, way: &str) -> String {
    match after.seconds() {
        0 => format!("{way} at once"),
        seconds if seconds % 3600 == 0 => {
            format!("{way} after {}", counted(seconds / 3600, "hour"))
        }
        seconds if seconds % 60 == 0 => format!("{way} after {}", counted(seconds / 60, "minute")),
        seconds => format!("{way} after {}", counted(seconds, "second")),
    }
}

fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn way_in_words(way: ContactMethod) -> &'static str {
    match way {
        ContactMethod::Email => "mail",
        ContactMethod::Webhook => "webhook",
        ContactMethod::Slack => "Slack",
        ContactMethod::Mattermost => "Mattermost",
        ContactMethod::Teams => "Microsoft Teams",
        ContactMethod::Telegram => "Telegram",
        ContactMethod::Ntfy => "ntfy",
        ContactMethod::Gotify => "Gotify",
        ContactMethod::Sms => "text message",
        ContactMethod::Voice => "call",
        ContactMethod::Push => "push",
    }
}

/// The hours in which no rule fits, of priorities that have the same together.
fn not_called(rules: &[NotifyRule]) -> Vec<String> {
    let mut quiet: Vec<(Vec<Stretch>, Vec<Priority>)> = Vec::new();
    for priority in Priority::ALL {
        let stretches = stretches(rules, priority);
        match quiet.iter_mut().find(|(known, _)| *known == stretches) {
            Some((_, priorities)) => priorities.push(priority),
            None => quiet.push((stretches, vec![priority])),
        }
    }
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let sentence = |(from, until): Stretch, priorities: &[Priority]| {
        let hours = ClockHours { from: clock(from), until: clock(until) };
        let hours = Some(&hours).filter(|_| from != until);
        format!("{}: not called", about(priorities, hours))
    };
    let each = quiet.iter().flat_map(|(stretches, priorities)| {
        stretches.iter().map(move |stretch| sentence(*stretch, priorities))
    });
    each.collect()
}

/// Stretches of the day without a rule; one over midnight is one.
fn stretches(rules: &[NotifyRule], priority: Priority) -> Vec<Stretch> {
    let fits = |minute: u16| {
        rules.iter().any(|rule| {
            let hours = rule.between.as_ref();
            rule.is_for(priority) && hours.is_none_or(|hours| hours.holds(minute) != Some(false))
        })
    };
    let called: Vec<bool> = (0..DAY).map(fits).collect();
    let at = |minute: u16| called[usize::from(minute % DAY)];
    if !called.contains(&true) {
        return vec![(0, 0)];
    }
    let begins = (0..DAY).filter(|minute| !at(*minute) && at(minute + DAY - 1));
    let ends = |from: u16| (from..from + DAY).find(|minute| at(*minute)).unwrap_or(from) % DAY;
    begins.map(|from| (from, ends(from))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(priorities: &[Priority], hours: Option<(&str, &str)>, after: u32) -> NotifyRule {
        let hours = hours.map(|(from, until)| (from.to_owned(), until.to_owned()));
        NotifyRule {
            priorities: priorities.to_vec(),
            between: hours.map(|(from, until)| ClockHours { from, until }),
            after: Wait::from_seconds(after),
            by: Vec::new(),
        }
    }

    fn by(way: ContactMethod, mut rule: NotifyRule) -> NotifyRule {
        rule.by.push(way);
        rule
    }

    #[test]
    fn one_way_for_what_is_gravest_is_said_to_be_too_little() {
        use ContactMethod::{Email, Push, Sms};
        use Priority::{P1, P3};
        let said = "P1 calls by one way alone, mail: add a second, should it fail".to_owned();
        assert_eq!(one_way(&[], &[Email]), Some(said.clone()));
        assert_eq!(one_way(&[], &[]), None, "every way");
        assert_eq!(one_way(&[by(Email, rule(&[P1], None, 0))], &[]), Some(said));
        let both = [by(Email, rule(&[], None, 0)), by(Sms, rule(&[P1], None, 120))];
        assert_eq!(one_way(&both, &[]), None);
        assert_eq!(one_way(&[by(Email, rule(&[P3], None, 0))], &[]), None, "P1 calls nobody");
        let night = Some(("22:00", "07:00"));
        let hours = [by(Push, rule(&[], None, 0)), by(Sms, rule(&[P1], night, 0))];
        let said = "P1 calls by one way alone from 07:00, push: add a second, should it fail";
        assert_eq!(one_way(&hours, &[]).as_deref(), Some(said));
    }

    #[test]
    fn rules_are_told_in_the_order_in_which_they_call() {
        use ContactMethod::{Email, Push, Sms, Voice};
        use Priority::{P1, P2, P3, P4, P5};
        let night = Some(("22:00", "07:00"));
        let rules = [
            by(Voice, rule(&[P1], night, 120)),
            by(Push, rule(&[P1], night, 0)),
            by(Sms, rule(&[P1, P2], Some(("07:00", "22:00")), 90)),
            by(Email, rule(&[P3, P4, P5], Some(("08:00", "20:00")), 3600)),
        ];
        assert_eq!(
            in_words(&rules, &[Email]),
            [
                "P1 from 22:00 to 07:00: push at once, call after 2 minutes",
                "P1, P2 from 07:00 to 22:00: text message after 90 seconds",
                "P3, P4, P5 from 08:00 to 20:00: mail after 1 hour",
                "P2 from 22:00 to 07:00: not called",
                "P3, P4, P5 from 20:00 to 08:00: not called",
            ]
        );
    }

    #[test]
    fn whoever_wishes_for_nothing_is_called_by_every_way() {
        assert_eq!(in_words(&[], &[]), ["Everything: every way at once"]);
        let both = [ContactMethod::Push, ContactMethod::Sms];
        assert_eq!(in_words(&[], &both), ["Everything: push at once, text message at once"]);
        let mail = [by(ContactMethod::Email, rule(&[], None, 0))];
        assert_eq!(in_words(&mail, &[]), ["Everything: mail at once"]);
        let urgent = [by(ContactMethod::Email, rule(&[Priority::P1], None, 0))];
        assert_eq!(in_words(&urgent, &[]), ["P1: mail at once", "P2, P3, P4, P5: not called"]);
    }
}
