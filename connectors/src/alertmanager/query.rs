use regex::Regex;

use super::matcher::{Matcher, MatcherError, whole};

/// Most matchers in one query.
pub const MATCHERS_MAX: usize = 50;

/// What `GET /api/v2/alerts` was asked for.
///
/// `unprocessed` is read and changes nothing: alerts are processed before they are answered.
#[derive(Clone, Debug)]
pub struct Query {
    active: bool,
    silenced: bool,
    inhibited: bool,
    muted: bool,
    matchers: Vec<Matcher>,
    receiver: Option<Regex>,
}

impl Query {
    /// Reads the part of the address after `?`. Unknown parameters are ignored, as Alertmanager
    /// does.
    ///
    /// # Errors
    /// When `filter` is no matcher, `receiver` no expression, or there are too many filters.
    pub fn parse(query: &str) -> Result<Query, QueryError> {
        let mut wanted = Query {
            active: true,
            silenced: true,
            inhibited: true,
            muted: true,
            matchers: Vec::new(),
            receiver: None,
        };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "filter" if wanted.matchers.len() == MATCHERS_MAX => {
                    return Err(QueryError::TooMany);
                }
                "filter" => wanted.matchers.push(Matcher::parse(&value)?),
                "silenced" if !value.is_empty() => wanted.silenced = is_true(&value),
                "inhibited" if !value.is_empty() => wanted.inhibited = is_true(&value),
                "muted" if !value.is_empty() => wanted.muted = is_true(&value),
                "active" if !value.is_empty() => wanted.active = is_true(&value),
                "receiver" if !value.is_empty() => {
                    wanted.receiver = Some(whole(&value).map_err(QueryError::Receiver)?);
                }
                _ => {}
            }
        }
        Ok(wanted)
    }

    /// Whether any alert of this receiver can be in the answer.
    pub fn wants(&self, receiver: &str) -> bool {
        (self.active || self.silenced || self.inhibited)
            && self.receiver.as_ref().is_none_or(|expression| expression.is_match(receiver))
    }

    /// Whether alerts that are held back so (or those that are not) belong into the answer.
    pub fn shows(&self, silenced: bool, inhibited: bool) -> bool {
        let held = silenced || inhibited;
        (held || self.active) && (!silenced || self.silenced) && (!inhibited || self.inhibited)
    }

    /// Whether groups that a time interval mutes belong into the answer (0.28 and newer).
    pub fn shows_muted(&self) -> bool {
        self.muted
    }

    /// Whether an alert with these labels belongs into the answer; `label` gives the value of a
    /// name.
    pub fn matches<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(&label))
    }

    /// The labels that every alert of the answer has, with their values: what can be looked up.
    pub fn equalities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.matchers.iter().filter_map(Matcher::equality)
    }
}

/// The words that go-openapi, which Alertmanager is built on, takes for true.
fn is_true(value: &str) -> bool {
    ["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

/// A query that cannot be answered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QueryError {
    /// `filter` is no matcher.
    #[error(transparent)]
    Filter(#[from] MatcherError),
    /// `filter` is no matcher, for silences.
    #[error("bad matcher format: {0}")]
    SilenceFilter(routing::MatcherError),
    /// `receiver` is no expression.
    #[error("failed to parse receiver param: {0}")]
    Receiver(MatcherError),
    /// Too many filters.
    #[error("more than {MATCHERS_MAX} filters")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_amtool_sends_is_understood() {
        let query = Query::parse(
            "active=true&filter=alertname%3D~From.%2A&filter=instance%3D%22a+b%22\
             &inhibited=false&silenced=false&unprocessed=false",
        )
        .unwrap();
        let labels = |instance| {
            move |name: &str| match name {
                "alertname" => Some("FromAmtool"),
                "instance" => Some(instance),
                _ => None,
            }
        };
        assert!(query.wants("operate"));
        assert!(query.matches(labels("a b")));
        assert!(!query.matches(labels("a")));
    }

    #[test]
    fn only_a_label_with_one_value_that_is_there_can_be_looked_up() {
        let query = Query::parse(
            "filter=a%3Dx&filter=b%3D%22%22&filter=c%21%3Dx&filter=d%3D~x&filter=e%3D%22y+z%22",
        )
        .unwrap();
        assert_eq!(query.equalities().collect::<Vec<_>>(), [("a", "x"), ("e", "y z")]);
    }

    #[test]
    fn active_alerts_are_left_out_only_when_asked() {
        for (query, active) in [
            ("", true),
            ("active=", true),
            ("active=1", true),
            ("active=TRUE", true),
            ("active=false", false),
            ("active=xx", false),
            ("nosuch=1", true),
        ] {
            assert_eq!(Query::parse(query).unwrap().shows(false, false), active, "{query}");
        }
    }

    #[test]
    fn silenced_alerts_are_left_out_only_when_asked() {
        for (query, silenced) in [("", true), ("silenced=false", false), ("active=false", true)] {
            assert_eq!(Query::parse(query).unwrap().shows(true, false), silenced, "{query}");
        }
        let nothing = Query::parse("active=false&silenced=false&inhibited=false").unwrap();
        assert!(!nothing.wants("operate"));
    }

    #[test]
    fn the_receiver_is_matched_as_a_whole() {
        for (query, wanted) in
            [("receiver=team-.*", true), ("receiver=team", false), ("receiver=", true)]
        {
            assert_eq!(Query::parse(query).unwrap().wants("team-x"), wanted, "{query}");
        }
    }

    #[test]
    fn what_cannot_be_answered_is_said() {
        let refused = |query: &str| Query::parse(query).unwrap_err().to_string();
        assert_eq!(refused("filter=x"), "bad matcher format: x");
        assert_eq!(refused("filter="), "bad matcher format: ");
        assert!(refused("receiver=(").starts_with("failed to parse receiver param: "));
        assert_eq!(refused(&"filter=a%3Db&".repeat(51)), "more than 50 filters");
    }
}
