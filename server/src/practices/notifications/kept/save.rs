//! Keeping a new version: checked as a whole, sealed, and in force on every node.

use axum::http::StatusCode;
use connectors::alertmanager::config::{ConfigError, Kept};
use kernel::{Fact, SpaceId};
use serde_json::json;
use spine::journal::{self, Stamp};
use spine::{Denied, Fault};

use super::{Data, NAME, TemplateText, Version, refused, store};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::practices::notifications::live::Routing;
use crate::problem::{Answer, Problem};

/// Templates beside a text, at most.
const TEMPLATES_MOST: usize = 50;
/// All texts together, in bytes.
const BYTES_MOST: usize = 1 << 20;
/// Letters of a reason.
const REASON_MOST: usize = 500;

/// What somebody wants to be kept.
pub struct Wanted {
    /// The text; a secret that stays is `<secret>`.
    pub text: String,
    /// The templates beside it.
    pub templates: Vec<TemplateText>,
    /// Why.
    pub reason: String,
    /// The version that was seen.
    pub expected: Option<i64>,
}

/// The version that holds now, and whether it is a new one.
pub struct Saved {
    /// Its number.
    pub version: i64,
    /// Whether anything changed.
    pub changed: bool,
}

/// Keeps a text, unless it says what the newest version says.
///
/// # Errors
/// 403 for who is no administrator, 409 when a file is in force, 412 when the newest version is
/// another one than was seen, 422 with every mistake.
pub async fn save(app: &App, caller: &Caller, wanted: Wanted) -> Answer<Saved> {
    writable(app, caller)?;
    reasonable(&wanted)?;
    let newest = store::newest(&mut app.db.reader().await?, &caller.space).await?;
    seen(newest.as_ref(), wanted.expected)?;
    let before = newest.as_ref().map_or_else(Kept::default, |newest| at_hand(app, newest));
    let filled = before.fill(&wanted.text, NAME);
    let text = filled.map_err(|errors| refused(&explained(app, newest.as_ref(), errors)))?;
    let kept = checked(app, &text, &wanted.templates).map_err(|errors| refused(&errors))?;
    let same = |newest: &Version| kept == before && newest.data.templates == wanted.templates;
    if let Some(newest) = newest.as_ref().filter(|newest| same(newest)) {
        return Ok(Saved { version: newest.version, changed: false });
    }
    let data = Data {
        secrets_changed: kept.changed_since(&before, NAME),
        text: kept.text.clone(),
        templates: wanted.templates,
        taken_back: None,
    };
    write(app, caller, newest.as_ref(), (kept, data, wanted.reason)).await
}

/// Makes an earlier version the newest one again, with the secrets that it had.
///
/// # Errors
/// As [`save`]; 404 when there is no such version.
pub async fn take_back(
    app: &App,
    caller: &Caller,
    number: i64,
    (reason, expected): (String, Option<i64>),
) -> Answer<Saved> {
    writable(app, caller)?;
    let mut conn = app.db.reader().await?;
    let newest = store::newest(&mut conn, &caller.space).await?;
    let earlier = store::one(&mut conn, &caller.space, number).await?;
    drop(conn);
    let earlier = earlier.ok_or_else(|| Problem::not_found("version"))?;
    seen(newest.as_ref(), expected)?;
    let wanted = Wanted { text: String::new(), templates: Vec::new(), reason, expected };
    reasonable(&wanted)?;
    let kept = earlier.kept(&app.keys).map_err(Problem::refused)?;
    let text = kept.whole(NAME).map_err(|errors| refused(&errors))?;
    checked(app, &text, &earlier.data.templates).map_err(|errors| refused(&errors))?;
    let before = newest.as_ref().map_or_else(Kept::default, |newest| at_hand(app, newest));
    let templates = newest.as_ref().map(|newest| &newest.data.templates);
    if let Some(newest) = &newest
        && kept == before
        && templates == Some(&earlier.data.templates)
    {
        return Ok(Saved { version: newest.version, changed: false });
    }
    let data = Data {
        secrets_changed: kept.changed_since(&before, NAME),
        taken_back: Some(number),
        ..earlier.data
    };
    write(app, caller, newest.as_ref(), (kept, data, wanted.reason)).await
}

/// Checks a text without keeping it; secrets that are not known stand for any address.
///
/// # Errors
/// Every mistake.
pub async fn check(
    app: &App,
    space: &SpaceId,
    text: &str,
    templates: &[TemplateText],
) -> Answer<Result<Routing, Vec<ConfigError>>> {
    let newest = store::newest(&mut app.db.reader().await?, space).await?;
    let before = newest.as_ref().map_or_else(Kept::default, |newest| at_hand(app, newest));
    let whole = match before.fill(text, NAME) {
        Ok(whole) => whole,
        Err(errors) => return Ok(Err(explained(app, newest.as_ref(), errors))),
    };
    let syntax = app.routing.syntax();
    Ok(Kept::split(&whole, NAME).and_then(|_| Routing::of_text(&whole, NAME, templates, syntax)))
}

/// Who may change the routing here, and whether anybody can.
///
/// # Errors
/// 403 and 409.
pub fn writable(app: &App, caller: &Caller) -> Answer<()> {
    may(caller, Action::Administer, &[])?;
    if app.routing.file().is_none() {
        return Ok(());
    }
    let message = "the routing is read from a file, which wins over what is kept here";
    Err(Problem::new(StatusCode::CONFLICT, "not_allowed_now", message).remedy(
        "change the file and load it again, or take `routing.file` out of the settings and start \
         again",
    ))
}

fn reasonable(wanted: &Wanted) -> Answer<()> {
    let wrong = |field: &str, message: String| Err(Problem::refused(message).at(field));
    if wanted.reason.trim().is_empty() || wanted.reason.chars().count() > REASON_MOST {
        return wrong("reason", format!("say why, in 1 to {REASON_MOST} letters"));
    }
    let (text, templates) = (&wanted.text, &wanted.templates);
    let bytes: usize = templates.iter().map(|one| one.name.len() + one.text.len()).sum();
    if text.len() + bytes > BYTES_MOST {
        return wrong("text", format!("text and templates have at most {BYTES_MOST} bytes"));
    }
    if templates.len() > TEMPLATES_MOST {
        return wrong("templates", format!("at most {TEMPLATES_MOST} templates"));
    }
    for (i, one) in templates.iter().enumerate() {
        let twice = templates[..i].iter().any(|other| other.name == one.name);
        if one.name.trim().is_empty() || twice {
            let message = "each template has a name of its own".to_owned();
            return wrong(&format!("templates[{i}].name"), message);
        }
    }
    Ok(())
}

fn seen(newest: Option<&Version>, expected: Option<i64>) -> Result<(), Denied> {
    let actual = newest.map_or(0, |newest| newest.version);
    match expected.filter(|expected| *expected != actual) {
        Some(expected) => Err(Denied::Stale { expected, actual }),
        None => Ok(()),
    }
}

/// A version with its secrets; without them when they do not open any more.
fn at_hand(app: &App, version: &Version) -> Kept {
    version.kept(&app.keys).unwrap_or_else(|_| Kept {
        text: version.data.text.clone(),
        secrets: std::collections::BTreeMap::new(),
    })
}

/// Says of missing secrets that they do not open, where that is the reason.
fn explained(
    app: &App,
    newest: Option<&Version>,
    mut errors: Vec<ConfigError>,
) -> Vec<ConfigError> {
    if let Some(trouble) = newest.and_then(|newest| newest.kept(&app.keys).err()) {
        for error in errors.iter_mut().filter(|error| error.problem.starts_with("no secret")) {
            error.problem.clone_from(&trouble);
            error.remedy.clear();
        }
    }
    errors
}

fn checked(app: &App, text: &str, templates: &[TemplateText]) -> Result<Kept, Vec<ConfigError>> {
    Routing::of_text(text, NAME, templates, app.routing.syntax())?;
    Kept::split(text, NAME)
}

async fn write(
    app: &App,
    caller: &Caller,
    newest: Option<&Version>,
    (kept, data, reason): (Kept, Data, String),
) -> Answer<Saved> {
    let sealed = match kept.secrets.is_empty() {
        true => String::new(),
        false => {
            let plain = serde_json::to_vec(&kept.secrets);
            let plain = plain.map_err(|error| Fault::corrupt("secrets", error))?;
            app.keys.seal(&plain, &app.world)?
        }
    };
    let expected = newest.map_or(0, |newest| newest.version);
    let (at, actor) = (app.world.now(), caller.actor());
    let version = Version { version: expected + 1, at, actor, reason, data, sealed };
    let (space, number) = (caller.space.clone(), version.version);
    app.db
        .write::<_, Denied, _>(move |tx| {
            let (space, version) = (space.clone(), version.clone());
            Box::pin(async move {
                if !store::add(tx, &space, &version).await? {
                    return Err(Denied::Stale { expected, actual: version.version });
                }
                let kind = match version.data.taken_back {
                    Some(_) => "routing.taken_back",
                    None => "routing.saved",
                };
                let fact = Fact {
                    subject: format!("routing:{}", version.version),
                    kind: kind.to_owned(),
                    data: json!({
                        "version": version.version,
                        "reason": version.reason,
                        "secrets_changed": version.data.secrets_changed,
                        "taken_back": version.data.taken_back,
                    })
                    .into(),
                };
                let (at, actor) = (version.at, &version.actor);
                let stamp = Stamp { space: &space, at, actor, cause: None };
                journal::append(tx, &stamp, &[fact]).await?;
                Ok(())
            })
        })
        .await?;
    app.routing.follow(&app.db, &app.keys).await?;
    Ok(Saved { version: number, changed: true })
}
