//! Receivers of notifications as Alertmanager configures them: each kind turns a group of alerts
//! into the calls that tell it.
//!
//! How it is used:
//! - The configuration is read into an [`Integration`] by its section ([`Integration::read`], or
//!   the structs themselves with serde). Unknown fields are refused, documented defaults filled in;
//!   what `global` gives has to be filled in before.
//! - [`Integration::check`] tells what is wrong or not supported, with the field, once all
//!   templates are loaded: [`templates`] begins with the defaults, files are added behind them.
//! - To notify, read the files that [`Integration::files`] names, put the group into a [`Notice`]
//!   and take [`Integration::calls`]. It is pure: it gives all calls, in their order, or none.
//! - Carry each [`Call`]; give the answer to its `judge`. When it was taken and has a `next`, carry
//!   the calls that follow from the answer's body. When it may pass, all calls of the integration
//!   may be made again: services know the group by its key.
//! - Groups that are resolved go to those only that say so ([`Integration::send_resolved`]).
//!
//! A group of many thousand alerts that is too much to render is told by its first 1,000.
//!
//! **Invariants.** Nothing here performs I/O or reads a clock. No text is sent in part: what a
//! service limits is cut with an ellipsis, and what a template cannot render is an error. No
//! secret is printed: addresses, tokens and passwords are [`Secret`]s.
//!
//! Deliberately not done: OAuth 2.0, proxies, certificates of clients, AWS roles and profiles.
//! They are refused when the configuration is checked.

mod call;
mod data;
mod discord;
mod email;
mod http;
mod incidentio;
mod jira;
mod length;
mod mattermost;
mod msteams;
mod notice;
mod oauth2;
mod opsgenie;
mod pagerduty;
mod problems;
mod proxy;
mod pushover;
mod rocketchat;
mod secret;
mod sigv4;
mod slack;
mod sns;
mod telegram;
mod tls;
mod transport;
mod victorops;
mod webex;
mod webhook;
mod wechat;

use std::sync::Arc;

use gotemplate::{LoadError, Templates};
use serde::{Deserialize, Deserializer};

pub use call::{ATTEMPT_MAX, Call, HttpCall, Judge, MailCall, MailServer, Method, Next, Verdict};
pub(crate) use call::{answered, path_part, usual};
pub use data::{AlertData, AlertStatus, TemplateData};
pub use discord::DiscordConfig;
pub use email::{EmailConfig, Threading};
pub use http::{Authorization, BasicAuth, HeaderConfig, HttpConfig};
pub use incidentio::IncidentioConfig;
pub use jira::JiraConfig;
pub use length::Length;
pub use mattermost::{MattermostAttachment, MattermostConfig, MattermostPriority, MattermostProps};
pub use msteams::{MsteamsConfig, Msteamsv2Config};
pub use notice::{NotSent, Notice};
pub use oauth2::OAuth2Config;
pub use opsgenie::{OpsgenieConfig, Responder};
pub use pagerduty::{ImageConfig, LinkConfig, PagerdutyConfig};
pub use problems::Problem;
pub use pushover::PushoverConfig;
pub use rocketchat::{RocketchatAction, RocketchatConfig};
pub use secret::Secret;
pub(crate) use slack::judge as slack_judge;
pub use slack::{ActionConfig, ConfirmConfig, FieldConfig, SlackConfig};
pub use sns::{Sigv4Config, SnsConfig};
pub use telegram::TelegramConfig;
pub use tls::TlsConfig;
pub use transport::{Grant, Proxy, Tls, Transport};
pub use victorops::VictoropsConfig;
pub use webex::WebexConfig;
pub use webhook::WebhookConfig;
pub use wechat::WechatConfig;

use call::Made;
use problems::Problems;

/// How many alerts of a group are rendered when all of them are too many.
const RENDERED_ALERTS: usize = 1000;

/// The templates that receivers use by default.
const DEFAULTS: &str = include_str!("default.tmpl");

/// The default templates, to which those of files are added.
///
/// # Errors
/// Never with the templates that are built in.
pub fn templates() -> Result<Templates, LoadError> {
    let mut templates = Templates::new();
    templates.add("default.tmpl", DEFAULTS)?;
    Ok(templates)
}

/// What each kind of receiver does.
trait Receiver {
    /// Whether it is told of groups that are resolved.
    fn send_resolved(&self) -> bool;

    /// How its requests are made, when it makes any.
    fn http(&self) -> Option<&HttpConfig>;

    /// The files that hold secrets of its own.
    fn files(&self) -> Vec<&Option<String>>;

    /// The fields that hold templates, with their texts.
    fn templates(&self) -> Vec<(String, &str)>;

    /// The fields that hold templates of HTML.
    fn pages(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    /// What is wrong beside templates and `http_config`.
    fn check(&self, problems: &mut Problems);

    /// What to send.
    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent>;
}

/// Declares the kinds of receivers: each with its section in the configuration file.
macro_rules! integrations {
    ($($(#[$doc:meta])* $name:ident($config:ty) = $section:literal,)*) => {
        /// A way to notify, with its configuration.
        #[derive(Clone, Debug)]
        pub enum Integration {
            $($(#[$doc])* $name(Box<$config>),)*
        }

        /// The sections of a receiver in the configuration file.
        pub const SECTIONS: &[&str] = &[$($section),*];

        impl Integration {
            /// Its section in the configuration file.
            pub fn section(&self) -> &'static str {
                match self { $(Integration::$name(_) => $section,)* }
            }

            fn receiver(&self) -> &dyn Receiver {
                match self { $(Integration::$name(config) => config.as_ref(),)* }
            }

            /// Reads an entry of a section.
            ///
            /// # Errors
            /// When it does not fit, or there is no such section.
            pub fn read<'de, D: Deserializer<'de>>(
                section: &str,
                entry: D,
            ) -> Result<Integration, D::Error> {
                match section {
                    $($section => <$config>::deserialize(entry).map(Integration::from),)*
                    _ => Err(serde::de::Error::unknown_field(section, SECTIONS)),
                }
            }
        }

        $(impl From<$config> for Integration {
            fn from(config: $config) -> Integration {
                Integration::$name(Box::new(config))
            }
        })*
    };
}

integrations! {
    /// A request with the payload of version 4.
    Webhook(WebhookConfig) = "webhook_configs",
    /// A mail.
    Email(EmailConfig) = "email_configs",
    /// A message in Slack.
    Slack(SlackConfig) = "slack_configs",
    /// An event of PagerDuty.
    Pagerduty(PagerdutyConfig) = "pagerduty_configs",
    /// An alert of Opsgenie.
    Opsgenie(OpsgenieConfig) = "opsgenie_configs",
    /// A card in Microsoft Teams, of an incoming webhook.
    Msteams(MsteamsConfig) = "msteams_configs",
    /// A card in Microsoft Teams, of a workflow.
    Msteamsv2(Msteamsv2Config) = "msteamsv2_configs",
    /// A message in Telegram.
    Telegram(TelegramConfig) = "telegram_configs",
    /// A message in Discord.
    Discord(DiscordConfig) = "discord_configs",
    /// A message of Pushover.
    Pushover(PushoverConfig) = "pushover_configs",
    /// A message of Amazon SNS.
    Sns(SnsConfig) = "sns_configs",
    /// An alert of VictorOps.
    Victorops(VictoropsConfig) = "victorops_configs",
    /// A message in WeChat Work.
    Wechat(WechatConfig) = "wechat_configs",
    /// A message in Webex.
    Webex(WebexConfig) = "webex_configs",
    /// An issue in Jira.
    Jira(JiraConfig) = "jira_configs",
    /// A message in Rocket.Chat.
    Rocketchat(RocketchatConfig) = "rocketchat_configs",
    /// A message in Mattermost.
    Mattermost(MattermostConfig) = "mattermost_configs",
    /// An event of incident.io.
    Incidentio(IncidentioConfig) = "incidentio_configs",
}

impl Integration {
    /// What it is called in metrics and logs: `slack`.
    pub fn name(&self) -> &'static str {
        let section = self.section();
        section.strip_suffix("_configs").unwrap_or(section)
    }

    /// Whether it is told of groups that are resolved.
    pub fn send_resolved(&self) -> bool {
        self.receiver().send_resolved()
    }

    /// The files whose contents a [`Notice`] needs: secrets that are read anew for each one.
    pub fn files(&self) -> Vec<&str> {
        let own = self.receiver().files().into_iter().flatten().map(String::as_str);
        let http = self.receiver().http().map(HttpConfig::files).unwrap_or_default();
        own.chain(http).collect()
    }

    /// What is wrong with it or not supported. Templates are checked against those that it can
    /// call.
    pub fn check(&self, templates: &Templates) -> Vec<Problem> {
        let mut problems = Problems::default();
        let receiver = self.receiver();
        receiver.check(&mut problems);
        if let Some(http) = receiver.http() {
            problems.within("http_config.", |problems| http.check(problems));
        }
        for (field, source) in receiver.templates() {
            problems.template(templates, &field, source);
        }
        for (field, source) in receiver.pages() {
            problems.page(templates, field, source);
        }
        problems.finish()
    }

    /// What to send, in this order.
    ///
    /// # Errors
    /// When a template does not fit the data, or a file could not be read. Nothing is to be sent
    /// then.
    pub fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let receiver = self.receiver();
        let calls = receiver.calls(notice).or_else(|problem| {
            // A storm of alerts may be more than can be rendered. Then the first of them are told.
            let mut part = notice.data().clone();
            if part.alerts.len() <= RENDERED_ALERTS {
                return Err(problem);
            }
            part.alerts.truncate(RENDERED_ALERTS);
            receiver.calls(&notice.about(&part)).map_err(|_| problem)
        })?;
        let Some(http) = receiver.http() else { return Ok(calls) };
        let made =
            Made { headers: http.headers(notice)?, through: http.transport(notice)?.map(Arc::new) };
        let made = Arc::new(made);
        Ok(calls.into_iter().map(|call| call.made(&made)).collect())
    }
}

/// The call of a default template.
fn default_template(name: &str) -> String {
    format!("{{{{ template \"{name}\" . }}}}")
}

/// Fields of templates by their names.
fn named<'a, const N: usize>(fields: [(&str, &'a String); N]) -> Vec<(String, &'a str)> {
    fields.into_iter().map(|(name, source)| (name.to_owned(), source.as_str())).collect()
}

/// Whether a text is empty, for JSON that leaves such texts out.
fn is_empty(text: &str) -> bool {
    text.is_empty()
}
