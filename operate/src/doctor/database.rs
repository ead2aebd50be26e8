//! The database and what it holds.

use kernel::Time;
use server::Config;
use spine::{Conn, Db, Fault, follow, seal};

use super::Finding;
use crate::installation::{self, schema_known, shown};
use crate::screen::{ago, span};
use crate::trouble::Code;

/// A follower that is behind by more than this lags.
const LAG_SECONDS_MAX: f64 = 30.0;
/// A message that is overdue by more than this waits for a courier that does not run.
const OVERDUE: std::time::Duration = std::time::Duration::from_secs(60);

/// Looks at the database; with `prove` at the whole journal too.
pub async fn look(config: &Config, now: Time, prove: bool) -> Vec<Finding> {
    let what = "database";
    let place = shown(&config.database_url());
    let db = match installation::open(config).await {
        Ok(db) => db,
        Err(trouble) => {
            let remedy = trouble.remedy.unwrap_or_else(|| "see docs/guide".to_owned());
            let finding = Finding::fail(what, trouble.what, &remedy);
            let fresh = trouble.code == Code::NotFound && config.database.is_none();
            let remedy = "the first `operate serve` makes it; or name another one with --data";
            return vec![if fresh { Finding::warn(what, finding.detail, remedy) } else { finding }];
        }
    };
    let detail = format!("{place}, schema version {}", schema_known());
    let mut findings = vec![Finding::ok(what, detail)];
    match inside(&db, now, prove).await {
        Ok(found) => findings.extend(found),
        Err(fault) => {
            let remedy = "look at the database's own log; restore a backup if it is damaged";
            findings.push(Finding::fail(what, fault.chain(), remedy));
        }
    }
    db.close().await;
    findings
}

async fn inside(db: &Db, now: Time, prove: bool) -> Result<Vec<Finding>, Fault> {
    let mut conn = db.snapshot().await?;
    let mut findings = vec![clock(&mut conn, now).await?];
    if prove {
        findings.extend(proof(&mut conn).await?);
    }
    findings.extend(followers(&mut conn, now).await?);
    findings.push(parked(&mut conn).await?);
    findings.extend(messages(&mut conn, now).await?);
    findings.extend(last_resort(&mut conn).await?);
    Ok(findings)
}

/// Whether somebody is called for what no escalation policy covers, in each space.
async fn last_resort(conn: &mut Conn) -> Result<Vec<Finding>, Fault> {
    let what = "last resort";
    let remedy = "set the escalation policy of last resort in the web app under Settings, Policy";
    let told = server::last_resorts(conn).await?.into_iter().map(|(space, policy)| match policy {
        Some(policy) => Finding::ok(what, format!("space {space}: {policy} is called")),
        None => {
            let detail = format!(
                "space {space}: nobody is called for alerts without an item, or where no other \
                 policy is named or answers"
            );
            Finding::warn(what, detail, remedy)
        }
    });
    Ok(told.collect())
}

/// The newest entry cannot be from the future.
async fn clock(conn: &mut Conn, now: Time) -> Result<Finding, Fault> {
    let newest = conn.number("SELECT COALESCE(MAX(at), 0) AS n FROM journal", vec![]).await?;
    let newest = Time::from_micros(newest);
    if newest > now + std::time::Duration::from_secs(5) {
        let detail = format!("the newest journal entry is {} from now", ago(newest, now));
        return Ok(Finding::fail("clock", detail, "set the clocks of all nodes by NTP"));
    }
    if newest == Time::EPOCH {
        return Ok(Finding::ok("clock", "the journal is empty"));
    }
    Ok(Finding::ok("clock", format!("the newest journal entry was made {}", ago(newest, now))))
}

async fn proof(conn: &mut Conn) -> Result<Vec<Finding>, Fault> {
    let remedy = "`operate journal verify` tells more; compare with a backup made before";
    let what = "journal";
    let told = seal::verify(conn).await?.into_iter().map(|proof| match proof.broken {
        Some(broken) => {
            let detail = format!("space {}: altered at seal {}", proof.space, broken.seal);
            Finding::fail(what, format!("{detail}: {}", broken.why), remedy)
        }
        None => {
            let detail = format!(
                "space {}: {} entries unaltered under {} seals, {} newer ones",
                proof.space, proof.entries, proof.seals, proof.unsealed
            );
            Finding::ok(what, detail)
        }
    });
    Ok(told.collect())
}

async fn followers(conn: &mut Conn, now: Time) -> Result<Vec<Finding>, Fault> {
    let remedy = "is the server running? its log says why a stream does not get on";
    let told = follow::lags(conn, now).await?.into_iter().map(|lag| {
        if lag.seconds <= LAG_SECONDS_MAX {
            return Finding::ok("stream", format!("{} is up to date", lag.follower));
        }
        let behind = span(std::time::Duration::from_secs_f64(lag.seconds.max(0.0)));
        Finding::warn("stream", format!("{} is {behind} behind", lag.follower), remedy)
    });
    Ok(told.collect())
}

async fn parked(conn: &mut Conn) -> Result<Finding, Fault> {
    let count = conn.number("SELECT COUNT(*) AS n FROM parked", vec![]).await?;
    if count == 0 {
        return Ok(Finding::ok("parked", "no entry was laid aside"));
    }
    let sql = "SELECT seq, follower, error FROM parked ORDER BY parked_at DESC LIMIT 1";
    let mut newest = String::new();
    if let Some(row) = conn.first(sql, vec![]).await? {
        let (seq, follower): (i64, String) = (row.get("seq")?, row.get("follower")?);
        let error: String = row.get("error")?;
        newest = format!("; the newest is entry {seq} by {follower}: {error}");
    }
    let detail = format!("{count} journal entries were laid aside because they kept failing");
    let remedy = "report this with the log: what should have followed did not happen";
    Ok(Finding::fail("parked", crate::screen::clean(&(detail + &newest)), remedy))
}

async fn messages(conn: &mut Conn, now: Time) -> Result<Vec<Finding>, Fault> {
    let what = "messages";
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'dead'";
    let dead = conn.number(sql, vec![]).await?;
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting' AND due_at < $1";
    let overdue = conn.number(sql, spine::params![now - OVERDUE]).await?;
    let mut findings = Vec::new();
    if dead > 0 {
        let sql = "SELECT detail FROM outbox WHERE state = 'dead' ORDER BY settled_at DESC LIMIT 1";
        let row = conn.first(sql, vec![]).await?;
        let why: String = row.map(|row| row.get("detail")).transpose()?.unwrap_or_default();
        let detail = format!("{dead} could not be delivered; the newest: {why}");
        let remedy = "mend what it says, then retry them in the web app under Settings";
        findings.push(Finding::warn(what, crate::screen::clean(&detail), remedy));
    }
    if overdue > 0 {
        let detail = format!("{overdue} are overdue by more than a minute");
        findings.push(Finding::warn(what, detail, "is the server running?"));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(what, "none overdue, none undeliverable"));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[tokio::test]
    async fn a_fresh_database_is_found_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data: folder.path().to_owned(), ..Config::default() };
        let now = Time::parse("2026-03-01T09:30:00Z").unwrap();
        let before = look(&config, now, true).await;
        assert_eq!(before[0].verdict, Verdict::Warn, "{before:?}");

        let db = Db::open(&config.database_url(), server::MIGRATIONS).await.unwrap();
        db.close().await;
        let found = look(&config, now, true).await;
        assert!(found.iter().all(|finding| finding.verdict == Verdict::Ok), "{found:?}");
        let looked_at: Vec<_> = found.iter().map(|finding| finding.what).collect();
        assert_eq!(looked_at, ["database", "clock", "parked", "messages"]);
    }
}
