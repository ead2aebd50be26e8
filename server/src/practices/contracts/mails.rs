//! Reports by mail: how contracts stand and what was kept, each week or month. What was sent is
//! written in the transaction that puts the mails out, so that a restart sends nothing twice.

use std::time::Duration;

use ::contracts::compliance::Figures;
use axum::extract::State;
use axum::http::HeaderMap;
use estate::Resource;
use jiff::tz::TimeZone;
use kernel::{Actor, ItemRef, Message, SpaceId, Time};
use objectives::{Unit, Window};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Fault;
use spine::outbox;
use utoipa::ToSchema;

use super::close::{self, restated};
use super::gather::{Book, Deal};
use super::store;
use super::views::ContractRow;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::Json;
use crate::html::escaped;
use crate::practices::incidents::routes::etag;
use crate::practices::reports::monthly;
use crate::problem::{Answer, Problem};
use crate::rounds::{self, Again};
use crate::settings;

/// Name of the setting.
const NAME: &str = "report_mails";
/// The channel of the outbox that carries them.
pub const CHANNEL: &str = "report";
/// How often it is looked whether one is due.
const EVERY: Duration = Duration::from_secs(60);
/// How long after the beginning of a week or month they are sent: what is entered late is in them.
const AFTER: Duration = Duration::from_secs(6 * 3600);
/// A new one that would have been due longer ago waits for its next turn.
const LATE: Duration = Duration::from_secs(86_400);
/// Most reports, recipients and contracts, each.
const ENTRIES_MAX: usize = 100;

/// A report that is sent again and again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportMail {
    /// What it is called.
    pub name: String,
    /// How often.
    pub every: Rhythm,
    /// The zone in which weeks and months begin, by its IANA name; UTC when not said.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Mail addresses.
    pub recipients: Vec<String>,
    /// Contracts; all of them when neither contract nor product is named.
    #[serde(default)]
    pub contracts: Vec<ItemRef>,
    /// Products and services whose operations report of the month that is over is sent; each
    /// month only.
    #[serde(default)]
    pub products: Vec<ItemRef>,
}

/// How often a report is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportRhythm)]
pub enum Rhythm {
    /// On Mondays at six.
    Weekly,
    /// On the first of a month at six.
    Monthly,
}

impl ReportMail {
    /// When it was due last.
    fn due(&self, now: Time) -> Option<Time> {
        let unit = match self.every {
            Rhythm::Weekly => Unit::Week,
            Rhythm::Monthly => Unit::Month,
        };
        let zone = self.time_zone.as_deref().unwrap_or("UTC");
        let at = (now - AFTER).micros();
        let span = Window::calendar(unit, zone).at(at).ok()?;
        Some(Time::from_micros(span.from) + AFTER)
    }
}

impl ReportMail {
    fn subject(&self, parts: usize) -> String {
        match (self.products.len(), parts) {
            (0, contracts) => format!("{}: how {contracts} contracts stand", self.name),
            (1, _) => format!("{}: the month of one product", self.name),
            (products, _) => format!("{}: the month of {products} products", self.name),
        }
    }
}

/// The reports that are sent by mail.
#[utoipa::path(get, path = "/settings/report-mails", tag = "settings",
    responses((status = 200, description = "The reports", body = Vec<ReportMail>,
        headers(("ETag", description = "Its version")))))]
pub(super) async fn report_mails(
    State(app): State<App>,
    caller: Caller,
) -> Answer<(HeaderMap, Json<Vec<ReportMail>>)> {
    let mut conn = app.db.reader().await?;
    let (mails, version) = settings::get(&mut conn, &caller.space, NAME).await?;
    Ok((etag(version), Json(mails)))
}

/// Replaces the reports that are sent by mail.
#[utoipa::path(put, path = "/settings/report-mails", tag = "settings",
    request_body = Vec<ReportMail>, params(Call),
    responses((status = 200, description = "The reports", body = Vec<ReportMail>,
        headers(("ETag", description = "Its version")))))]
pub(super) async fn put_report_mails(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(mails): Json<Vec<ReportMail>>,
) -> Answer<(HeaderMap, Json<Vec<ReportMail>>)> {
    may(&caller, Action::Administer, &[])?;
    let estate = app.estate.snapshot(&caller.space);
    if mails.len() > ENTRIES_MAX {
        return Err(Problem::refused(format!("at most {ENTRIES_MAX} reports")));
    }
    for (place, mail) in mails.iter().enumerate() {
        let wrong =
            |field: &str, why: String| Err(Problem::refused(why).at(format!("{place}.{field}")));
        let same = mails[..place].iter().any(|other| other.name == mail.name);
        if mail.name.trim().is_empty() || mail.name.len() > ENTRIES_MAX || same {
            return wrong("name", "give each report a short name of its own".to_owned());
        }
        if mail.recipients.is_empty() || mail.recipients.len() > ENTRIES_MAX {
            return wrong("recipients", "name somebody who gets it".to_owned());
        }
        if let Some(bad) = mail.recipients.iter().find(|address| !looks_like_mail(address)) {
            return wrong("recipients", format!("`{bad}` is no mail address"));
        }
        if let Some(zone) = mail.time_zone.as_ref().filter(|zone| TimeZone::get(zone).is_err()) {
            return wrong("time_zone", format!("`{zone}` is no time zone"));
        }
        for (field, named) in [("contracts", &mail.contracts), ("products", &mail.products)] {
            if named.len() > ENTRIES_MAX {
                return wrong(field, format!("at most {ENTRIES_MAX}"));
            }
            if let Some(unknown) = named.iter().find(|item| !estate.knows(item)) {
                return wrong(field, format!("there is no {unknown}"));
            }
        }
        if !mail.products.is_empty() && mail.every == Rhythm::Weekly {
            let message = "a report of a month is sent each month";
            return wrong("products", message.to_owned());
        }
    }
    let version = settings::put(&app, &caller, NAME, &mails, call.expected).await?;
    Ok((etag(version), Json(mails)))
}

fn looks_like_mail(address: &str) -> bool {
    let plain = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    address.len() <= 250 && address.split_once('@').is_some_and(|(a, b)| plain(a) && plain(b))
}

/// Sends what is due, until the process stops.
pub async fn run(app: App) {
    rounds::run(app, "report_mails", Again::After(EVERY), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let space = SpaceId::main();
    let mut conn = app.db.reader().await?;
    let (mails, _): (Vec<ReportMail>, i64) = settings::get(&mut conn, &space, NAME).await?;
    let now = app.world.now();
    for mail in mails {
        let Some(due) = mail.due(now) else { continue };
        let last = store::last_report(&mut conn, &space, &mail.name).await?;
        let wanted = match last {
            Some(last) => last < due,
            None => now.since(due) < LATE,
        };
        if wanted {
            send(app, &space, &mail, due).await?;
        }
    }
    Ok(())
}

async fn send(app: &App, space: &SpaceId, mail: &ReportMail, due: Time) -> Answer<()> {
    let all = mail.contracts.is_empty() && mail.products.is_empty();
    let wanted = |resource: &Resource| all || mail.contracts.contains(resource.item());
    let book = Book::open(app, space, wanted).await?;
    let mut told = Vec::new();
    for product in &mail.products {
        told.push(month_of(app, space, mail, (product, due)).await?);
    }
    for deal in &book.deals {
        told.extend(part(app, space, &book, deal).await?);
    }
    let subject = mail.subject(told.len());
    let text = told.iter().map(Part::text).collect::<Vec<_>>().join("\n\n");
    let html: String = told.iter().map(Part::html).collect();
    let text = if told.is_empty() { "No contract holds.".to_owned() } else { text };
    let html = format!("<h1>{}</h1>{html}", escaped(&mail.name));
    let body = json!({ "subject": subject, "text": text, "html": html });
    let messages: Vec<Message> = mail
        .recipients
        .iter()
        .map(|address| Message {
            id: app.moment(Actor::system("reports")).id(),
            channel: CHANNEL.to_owned(),
            target: address.clone(),
            body: body.clone(),
        })
        .collect();
    let (space, name, now) = (space.clone(), mail.name.clone(), book.now);
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            if store::note_report(tx, &space, &name, due).await? {
                let subject = format!("report:{name}");
                let rows: Vec<(&str, &Message)> =
                    messages.iter().map(|message| (subject.as_str(), message)).collect();
                outbox::add(tx, &space, &rows, now).await?;
            }
            Ok(())
        })
    });
    Ok(work.await?)
}

/// What a mail says of one contract.
struct Part {
    title: String,
    lines: Vec<String>,
    url: String,
}

async fn part(app: &App, space: &SpaceId, book: &Book, deal: &Deal) -> Answer<Option<Part>> {
    let row = ContractRow::of(book, deal);
    let periods = book.periods(deal);
    let past = periods.iter().rev().find(|period| period.until <= book.now);
    if row.now.is_none() && past.is_none() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    if let Some(period) = past {
        let figures = book.figures(deal, period);
        let closed = close::newest_of_each(app, space, &deal.item).await?;
        let closed = close::newest(closed, &period.name).map(|closed| closed.frozen.figures);
        let changed = closed.as_ref().and_then(|closed| restated(closed, &figures));
        let shown = closed.as_ref().unwrap_or(&figures);
        lines.push(one_line(shown));
        lines.extend(counted_lines(shown));
        if let Some(restated) = changed {
            lines.push(format!("Restated since it was closed: {}", one_line(&restated.figures)));
        }
    }
    if let (Some(now), Some(because)) = (&row.now, &row.because) {
        let outlook = row.outlook.map(|outlook| outlook.word()).unwrap_or_default();
        lines.push(format!("{} so far: {outlook}, {because}", now.period.name));
    }
    let url = format!("{}/contracts/{}", app.config.base_url(), deal.item.name());
    Ok(Some(Part { title: deal.title.clone(), lines, url }))
}

/// The operations report of the month that ended before a mail was due. A product that is gone is
/// told, and keeps no other part from being sent.
async fn month_of(
    app: &App,
    space: &SpaceId,
    mail: &ReportMail,
    (product, due): (&ItemRef, Time),
) -> Answer<Part> {
    let zone = mail.time_zone.as_deref().unwrap_or("UTC").to_owned();
    let month = monthly::name_of(due - AFTER - Duration::from_micros(1), &zone)?;
    let base = app.config.base_url();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("item", product.as_str())
        .append_pair("month", &month)
        .append_pair("zone", &zone)
        .finish();
    let url = format!("{base}/reports/monthly?{query}");
    let wanted = monthly::Wanted { item: product.clone(), month: Some(month.clone()), zone };
    let (title, lines) = match monthly::draw(app, space, &wanted).await {
        Ok(report) => (format!("{}: {month}", report.title), monthly::lines(&report)),
        Err(problem) if (400..500).contains(&problem.status) => {
            (format!("{product}: {month}"), vec![problem.detail])
        }
        Err(problem) => return Err(problem),
    };
    Ok(Part { title, lines, url })
}

fn one_line(figures: &Figures) -> String {
    let share = |value: Option<f64>| value.map_or("nothing".to_owned(), |v| format!("{v:.3} %"));
    format!(
        "{}: {}, {} of {} promised, down {:.0} min",
        figures.period.name,
        figures.verdict.word(),
        share(figures.measured_percent),
        share(figures.target_percent),
        figures.down_seconds / 60.0
    )
}

/// What checks and objectives came to.
fn counted_lines(figures: &Figures) -> Vec<String> {
    let consumable = figures
        .consumable
        .as_ref()
        .map(|told| format!("Consumable as agreed: {} ({})", told.answer.word(), told.because));
    let share = |value: Option<f64>| value.map_or("nothing".to_owned(), |v| format!("{v:.3} %"));
    let performance = figures.performance.iter().map(|line| {
        let (verdict, reached) = (line.verdict.word(), share(line.reached_percent));
        let (target, breaches) = (line.target_percent, line.breaches_count);
        format!("{}: {verdict}, {reached} of {target} %, breaches: {breaches}", line.title)
    });
    consumable.into_iter().chain(performance).collect()
}

impl Part {
    fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| format!("  {line}")).collect();
        format!("{}\n{}\n  {}", self.title, lines.join("\n"), self.url)
    }

    fn html(&self) -> String {
        let lines: String =
            self.lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
        let (url, title) = (escaped(&self.url), escaped(&self.title));
        format!("<h2><a href=\"{url}\">{title}</a></h2><ul>{lines}</ul>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(every: Rhythm, zone: &str) -> ReportMail {
        ReportMail {
            name: "Managers".to_owned(),
            every,
            time_zone: Some(zone.to_owned()),
            recipients: vec!["ada@example.org".to_owned()],
            contracts: Vec::new(),
            products: Vec::new(),
        }
    }

    fn due(every: Rhythm, zone: &str, now: &str) -> String {
        let now = Time::parse(now).expect("a time");
        mail(every, zone).due(now).expect("it is due").to_string()
    }

    #[test]
    fn a_report_is_due_at_six_on_the_first_day_in_its_zone() {
        let monthly = |now| due(Rhythm::Monthly, "Europe/Berlin", now);
        assert_eq!(monthly("2026-03-01T04:59:00Z"), "2026-02-01T05:00:00Z");
        assert_eq!(monthly("2026-03-01T05:00:00Z"), "2026-03-01T05:00:00Z");
        assert_eq!(monthly("2026-03-20T00:00:00Z"), "2026-03-01T05:00:00Z");
        let weekly = due(Rhythm::Weekly, "UTC", "2026-03-04T12:00:00Z");
        assert_eq!(weekly, "2026-03-02T06:00:00Z", "a Monday");
    }

    #[test]
    fn what_people_wrote_cannot_be_markup_in_a_mail() {
        let part = Part {
            title: "<b>shop</b>".to_owned(),
            lines: vec!["a & b".to_owned()],
            url: "https://operate.example.org/contracts/shop".to_owned(),
        };
        assert!(
            part.html().contains("&lt;b&gt;shop&lt;/b&gt;") && part.html().contains("a &amp; b")
        );
    }
}
