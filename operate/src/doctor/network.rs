//! What is reached over the network: the mail server, and the server itself.

use std::time::Duration;

use connectors::paging::Channel;
use kernel::Time;
use serde_json::Value;
use server::Config;
use spine::World;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::Finding;
use crate::client::Client;
use crate::screen::{clean, items, plain};
use crate::trouble::Code;

/// How long somebody may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the mail server greets.
pub async fn mail(config: &Config) -> Finding {
    let what = "mail";
    let smtp = &config.smtp;
    if smtp.host.is_empty() {
        let remedy = "name a mail server: smtp.host, or OPERATE_SMTP__HOST";
        return Finding::warn(what, "no mail server is named: nobody is called by mail", remedy);
    }
    let place = format!("{}:{}", smtp.host, smtp.port);
    let clock = World::system().clock;
    let greeting = tokio::select! {
        greeting = greeting(&place, smtp.tls == "implicit") => greeting,
        () = clock.wait(PATIENCE) => Err("no answer in time".to_owned()),
    };
    match greeting {
        Ok(greeting) => Finding::ok(what, clean(&format!("{place} {greeting}"))),
        Err(error) => {
            let remedy = "check smtp.host, smtp.port and smtp.tls, and the way through firewalls";
            Finding::fail(what, format!("{place}: {error}"), remedy)
        }
    }
}

/// Connects, and reads the first line unless TLS comes first.
async fn greeting(place: &str, encrypted: bool) -> Result<String, String> {
    let mut stream = TcpStream::connect(place).await.map_err(|error| error.to_string())?;
    if encrypted {
        return Ok("accepts connections".to_owned());
    }
    let mut bytes = [0; 512];
    let read = stream.read(&mut bytes).await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&bytes[..read]);
    let line = text.lines().next().unwrap_or_default();
    if line.starts_with("220") {
        Ok(format!("greets: {line}"))
    } else {
        Err(format!("it does not greet like a mail server: `{}`", clean(line)))
    }
}

/// Whether links in messages lead here.
pub fn reach(config: &Config) -> Finding {
    let what = "links";
    let url = config.base_url();
    let mut listens = std::iter::once(&config.listen).chain(&config.listen_also);
    let anywhere = listens.any(|own| own.ip().is_unspecified());
    if config.public_url.is_none() && anywhere {
        let remedy = "set public_url to the address under which people open Operate";
        return Finding::warn(what, format!("links in messages begin with {url}"), remedy);
    }
    Finding::ok(what, format!("links in messages begin with {url}"))
}

/// Whether those who carry calls reach this installation, where somebody is set up.
pub fn telephones(config: &Config) -> Vec<Finding> {
    let url = config.base_url();
    let told = |channel: Channel| {
        let lacks = config.channels.lacks(channel, &url)?;
        let remedy = "set public_url to an https address that the provider reaches";
        let (lacks, _) = lacks.split_once(';').unwrap_or((lacks, ""));
        Some(Finding::warn(channel.name(), format!("{lacks} at {url}"), remedy))
    };
    [Channel::Voice, Channel::Sms].into_iter().filter_map(told).collect()
}

/// Where this machine reaches a server with these settings.
pub fn own_url(config: &Config) -> String {
    // A certificate is for a name, which only the settings know.
    if config.tls.is_on() {
        return config.base_url();
    }
    if config.listen.ip().is_unspecified() {
        return format!("http://127.0.0.1:{}", config.listen.port());
    }
    format!("http://{}", config.listen)
}

/// Whether the server runs, is ready, and has the same time.
pub async fn server(url: String, now: Time) -> Vec<Finding> {
    let what = "server";
    let client = match Client::new(url, None) {
        Ok(client) => client,
        Err(trouble) => {
            let remedy = trouble.remedy.unwrap_or_default();
            return vec![Finding::fail(what, trouble.what, &remedy)];
        }
    };
    let url = client.url();
    match client.ready().await {
        Ok((date, body)) if body["ready"] == true => {
            vec![Finding::ok(what, format!("{url} is ready")), same_time(date.as_deref(), now)]
        }
        Ok((_, body)) if body.get("not_ready").is_some() => {
            let why: Vec<String> = items(&body, "not_ready").iter().map(plain).collect();
            let remedy = "its log says more";
            vec![Finding::fail(what, format!("{url} is not ready: {}", why.join("; ")), remedy)]
        }
        Ok(_) => {
            let remedy = "check --url or OPERATE_URL";
            vec![Finding::fail(what, format!("what answers at {url} is not Operate"), remedy)]
        }
        Err(trouble) if trouble.code == Code::NotReachable => {
            let remedy = "start it with `operate serve`, or name another one with --url";
            vec![Finding::warn(what, trouble.what, remedy)]
        }
        Err(trouble) => vec![Finding::fail(what, trouble.what, "its log says more")],
    }
}

fn same_time(date: Option<&str>, now: Time) -> Finding {
    let Some(theirs) = date.and_then(http_date) else {
        return Finding::ok("clock", "the server does not tell its time");
    };
    // The header has whole seconds, and the answer took a moment.
    let apart = theirs.micros_since(now).abs() / 1_000_000;
    if apart > 5 {
        let detail = format!("the server's clock and this one are {apart} s apart");
        return Finding::warn("clock", detail, "set the clocks of all machines by NTP");
    }
    Finding::ok("clock", "the server has the same time")
}

/// Reads `Sat, 21 Nov 2026 03:49:58 GMT`.
fn http_date(text: &str) -> Option<Time> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = parts.as_slice() else { return None };
    let month = MONTHS.iter().position(|name| name == month)? + 1;
    Time::parse(&format!("{year}-{month:02}-{day}T{time}Z")).ok()
}

impl Client {
    /// What `/readyz` says, whatever its status, and the time that the server has.
    async fn ready(&self) -> Result<(Option<String>, Value), crate::trouble::Trouble> {
        let response = self.ask_anything("/readyz").await?;
        let date = response.headers().get(reqwest::header::DATE);
        let date = date.and_then(|date| date.to_str().ok()).map(str::to_owned);
        Ok((date, response.json().await.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn clocks_that_are_apart_are_noticed() {
        let now = Time::parse("2026-11-21T03:49:59Z").unwrap();
        let same = same_time(Some("Sat, 21 Nov 2026 03:49:58 GMT"), now);
        assert_eq!(same.verdict, Verdict::Ok);
        let apart = same_time(Some("Sat, 21 Nov 2026 03:51:59 GMT"), now);
        assert!(apart.detail.contains("120 s apart"), "{apart:?}");
    }

    #[tokio::test]
    async fn a_mail_server_that_is_away_fails_and_none_at_all_warns() {
        let mut config = Config::default();
        assert_eq!(mail(&config).await.verdict, Verdict::Warn);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        config.smtp.host = "127.0.0.1".to_owned();
        config.smtp.port = listener.local_addr().unwrap().port();
        drop(listener);
        assert_eq!(mail(&config).await.verdict, Verdict::Fail);
    }
}
