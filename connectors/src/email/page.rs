use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::{OutboxId, Priority, Time};
use minijinja::{Environment, UndefinedBehavior, context};

use super::{Mail, one_line};
use crate::paging::{LISTED_MAX, Told};

/// Longest title in a mail, in characters.
const TITLE_CHARS_MAX: usize = 200;

/// What a mail says that calls someone to an incident.
#[derive(Clone, Copy, Debug)]
pub struct PageMail<'a> {
    /// The message in the outbox.
    pub id: OutboxId,
    /// The recipient's address.
    pub to: &'a str,
    /// What mails of one incident have in common.
    pub thread: &'a str,
    /// Its number, as people say it.
    pub number: u64,
    /// Its title.
    pub title: &'a str,
    /// Its priority.
    pub priority: Priority,
    /// The service that is hit, if it is known.
    pub service: Option<&'a str>,
    /// Since when.
    pub since: Time,
    /// The time now, for the age and the `Date`.
    pub now: Time,
    /// The recipient's zone, by its IANA name; UTC when there is none of that name.
    pub zone: &'a str,
    /// Why this person: `step 1 of Payments, the escalation policy`.
    pub because: &'a str,
    /// Where to see the incident.
    pub incident_url: &'a str,
    /// Where to acknowledge with one more click; with several, all of them at once.
    pub acknowledge_url: &'a str,
    /// Every incident that is told together, this one first; empty when it is one alone.
    pub together: &'a [Told],
    /// What else there is to say; often nothing.
    pub note: &'a str,
}

impl PageMail<'_> {
    /// Writes the mail.
    pub fn mail(&self) -> Mail {
        let title: String = one_line(self.title).chars().take(TITLE_CHARS_MAX).collect();
        let each = |told: &Told| context! { line => told.line(), url => &told.acknowledge_url };
        let together: Vec<_> = self.together.iter().take(LISTED_MAX).map(each).collect();
        let rest = self.together.len().saturating_sub(LISTED_MAX);
        let more = match self.together.len() {
            0 | 1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        let values = context! {
            together,
            rest,
            note => self.note,
            number => self.number,
            title => &title,
            priority => self.priority.to_string(),
            service => self.service,
            since => local(self.since, self.zone),
            age => age(self.now.since(self.since)),
            because => self.because,
            incident_url => self.incident_url,
            acknowledge_url => self.acknowledge_url,
            reference => self.id.to_string(),
        };
        let written = |name: &str| {
            TEMPLATES
                .get_template(name)
                .and_then(|template| template.render(&values))
                .expect("the templates are part of the program and tested with every value")
        };
        Mail {
            id: self.id,
            to: self.to.to_owned(),
            thread: self.thread.to_owned(),
            subject: format!("[{}] #{} {title}{more}", self.priority, self.number),
            text: written("page.txt"),
            html: written("page.html"),
            at: self.now,
        }
    }
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in [
        ("page.txt", include_str!("templates/page.txt")),
        ("page.html", include_str!("templates/page.html")),
    ] {
        templates.add_template(name, source).expect("the templates are part of the program");
    }
    templates
});

/// `2026-11-21 04:07 CET`, in the zone.
fn local(time: Time, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let instant = Timestamp::from_microsecond(time.micros()).unwrap_or(Timestamp::MAX);
    instant.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// `less than a minute`, `12 minutes`, `3 hours 5 minutes`, `2 days 1 hour`.
fn age(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let parts = [(minutes / 1440, "day"), (minutes / 60 % 24, "hour"), (minutes % 60, "minute")];
    let said: Vec<String> = parts
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if said.is_empty() { "less than a minute".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> PageMail<'static> {
        PageMail {
            id: OutboxId::from_bits(7),
            to: "ada@example.org",
            thread: "inc_9",
            number: 42,
            title: "Database orders-db down",
            priority: Priority::P1,
            service: Some("service/orders"),
            since: Time::from_seconds(1_795_230_474),
            now: Time::from_seconds(1_795_230_474 + 12 * 60),
            zone: "Europe/Berlin",
            because: "first contact of escalationpolicy/payments",
            incident_url: "https://operate.example.org/incidents/inc_9",
            acknowledge_url: "https://operate.example.org/ack/t0ken",
            together: &[],
            note: "",
        }
    }

    #[test]
    fn the_text_says_what_is_wrong_since_when_and_what_to_do() {
        insta::assert_snapshot!(page().mail().text, @r#"
        P1 incident #42: Database orders-db down

        Service: service/orders
        Since:   2026-11-21 04:07 CET (12 minutes ago)

        Acknowledge it, so that nobody else is called:
        https://operate.example.org/ack/t0ken

        Look at it:
        https://operate.example.org/incidents/inc_9

        You are called as first contact of escalationpolicy/payments.
        Reference: out_00000000000000000000000007
        "#);
    }

    #[test]
    fn the_mails_of_one_incident_share_subject_and_thread() {
        let first = page().mail();
        let again = PageMail { id: OutboxId::from_bits(8), ..page() }.mail();
        assert_eq!(first.subject, "[P1] #42 Database orders-db down");
        assert_eq!((&first.subject, &first.thread), (&again.subject, &again.thread));
        assert_ne!(first.id, again.id);
    }

    #[test]
    fn what_a_stranger_wrote_stays_text() {
        let title = "<script>x</script>\r\nBcc: eve@example.org\u{0}";
        let mail = PageMail { title, service: None, ..page() }.mail();
        assert_eq!(mail.subject, "[P1] #42 <script>x</script> Bcc: eve@example.org");
        assert!(!mail.html.contains("<script>"), "{}", mail.html);
        assert!(!mail.text.contains("Service"), "an unknown service is left out");
        let long = "x".repeat(10_000);
        assert!(PageMail { title: &long, ..page() }.mail().subject.len() < 220);
    }

    #[test]
    fn the_html_holds_both_links() {
        let html = page().mail().html.replace("&#x2f;", "/");
        for link in
            ["https://operate.example.org/ack/t0ken", "https://operate.example.org/incidents/inc_9"]
        {
            assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
        }
    }

    #[test]
    fn times_are_told_in_the_zone_of_the_reader() {
        let time = Time::parse("2026-07-01T22:30:00Z").unwrap();
        for (zone, expected) in [
            ("Europe/Berlin", "2026-07-02 00:30 CEST"),
            ("America/New_York", "2026-07-01 18:30 EDT"),
            ("", "2026-07-01 22:30 UTC"),
            ("Mars/Olympus", "2026-07-01 22:30 UTC"),
        ] {
            assert_eq!(local(time, zone), expected);
        }
    }

    #[test]
    fn ages_name_the_two_largest_units() {
        for (seconds, expected) in [
            (0, "less than a minute"),
            (60, "1 minute"),
            (3_600, "1 hour"),
            (11_100, "3 hours 5 minutes"),
            (90_000, "1 day 1 hour"),
            (86_460, "1 day"),
        ] {
            assert_eq!(age(Duration::from_secs(seconds)), expected);
        }
    }
}
