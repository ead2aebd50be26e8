//! Slack: incoming webhooks and `chat.postMessage`, with one attachment.

use serde::{Deserialize, Serialize};

use super::call::{answered, usual};
use super::{
    Call, HttpCall, HttpConfig, Length, NotSent, Notice, Problems, Receiver, Secret, Verdict,
    default_template, is_empty,
};

/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 1024;
/// Longest text, in characters (chat.postMessage: "text").
const TEXT_CHARS_MAX: usize = 40_000;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SlackConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub api_url: Secret,
    /// The file with where to.
    pub api_url_file: Option<String>,
    /// The channel or person.
    pub channel: String,
    /// Who it comes from.
    pub username: String,
    /// A bar of this colour stands beside the message.
    pub color: String,
    /// The title.
    pub title: String,
    /// Where the title leads.
    pub title_link: String,
    /// What stands above.
    pub pretext: String,
    /// The text.
    pub text: String,
    /// A table.
    pub fields: Vec<FieldConfig>,
    /// Whether two fields stand side by side.
    pub short_fields: bool,
    /// What stands below.
    pub footer: String,
    /// What is shown where attachments are not.
    pub fallback: String,
    /// A name for what actions call.
    pub callback_id: String,
    /// A picture of the sender, by the name of an emoji.
    pub icon_emoji: String,
    /// A picture of the sender.
    pub icon_url: String,
    /// A picture.
    pub image_url: String,
    /// A small picture.
    pub thumb_url: String,
    /// Whether names of people and channels become links.
    pub link_names: bool,
    /// The fields in which marks of formatting count.
    pub mrkdwn_in: Vec<String>,
    /// Buttons.
    pub actions: Vec<ActionConfig>,
    /// The text of the message itself, above the attachment.
    pub message_text: String,
    /// How long an answer may take.
    pub timeout: Length,
}

/// A row of the table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldConfig {
    /// Its title.
    pub title: String,
    /// Its value.
    pub value: String,
    /// Whether it may stand beside another one.
    pub short: Option<bool>,
}

/// A button.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActionConfig {
    /// `button`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands on it.
    pub text: String,
    /// Where it leads.
    pub url: String,
    /// How it looks.
    pub style: String,
    /// What it is called in the answer.
    pub name: String,
    /// What it says in the answer.
    pub value: String,
    /// What is asked before.
    pub confirm: Option<ConfirmConfig>,
}

/// A question.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfirmConfig {
    /// The question.
    pub text: String,
    /// Its title.
    pub title: String,
    /// Yes.
    pub ok_text: String,
    /// No.
    pub dismiss_text: String,
}

impl Default for SlackConfig {
    fn default() -> SlackConfig {
        let template = |name: &str| default_template(&format!("slack.default.{name}"));
        SlackConfig {
            send_resolved: false,
            http_config: HttpConfig::default(),
            api_url: Secret::default(),
            api_url_file: None,
            channel: String::new(),
            username: template("username"),
            color: "{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}".to_owned(),
            title: template("title"),
            title_link: template("titlelink"),
            pretext: template("pretext"),
            text: template("text"),
            fields: Vec::new(),
            short_fields: false,
            footer: template("footer"),
            fallback: template("fallback"),
            callback_id: template("callbackid"),
            icon_emoji: template("iconemoji"),
            icon_url: template("iconurl"),
            image_url: String::new(),
            thumb_url: String::new(),
            link_names: false,
            mrkdwn_in: ["fallback", "pretext", "text"].map(str::to_owned).to_vec(),
            actions: Vec::new(),
            message_text: String::new(),
            timeout: Length::default(),
        }
    }
}

#[derive(Serialize)]
struct Message {
    #[serde(skip_serializing_if = "String::is_empty")]
    channel: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    username: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    icon_emoji: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    icon_url: String,
    #[serde(skip_serializing_if = "is_false")]
    link_names: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    text: String,
    attachments: [Attachment; 1],
}

#[derive(Serialize)]
struct Attachment {
    #[serde(skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    title_link: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pretext: String,
    text: String,
    fallback: String,
    callback_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<Action>,
    #[serde(skip_serializing_if = "String::is_empty")]
    image_url: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    thumb_url: String,
    footer: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    color: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mrkdwn_in: Vec<String>,
}

#[derive(Serialize)]
struct Field {
    title: String,
    value: String,
    short: bool,
}

#[derive(Serialize)]
struct Action {
    #[serde(rename = "type")]
    kind: String,
    text: String,
    #[serde(skip_serializing_if = "is_empty")]
    url: String,
    #[serde(skip_serializing_if = "is_empty")]
    style: String,
    #[serde(skip_serializing_if = "is_empty")]
    name: String,
    #[serde(skip_serializing_if = "is_empty")]
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm: Option<Confirm>,
}

#[derive(Serialize)]
struct Confirm {
    text: String,
    #[serde(skip_serializing_if = "is_empty")]
    title: String,
    #[serde(skip_serializing_if = "is_empty")]
    ok_text: String,
    #[serde(skip_serializing_if = "is_empty")]
    dismiss_text: String,
}

fn is_false(truth: &bool) -> bool {
    !truth
}

impl SlackConfig {
    fn attachment(&self, notice: &Notice<'_>) -> Result<Attachment, NotSent> {
        let fields = self.fields.iter().enumerate().map(|(index, field)| {
            let at = |name: &str| format!("fields[{index}].{name}");
            Ok(Field {
                title: notice.text(&at("title"), &field.title)?,
                value: notice.text(&at("value"), &field.value)?,
                short: field.short.unwrap_or(self.short_fields),
            })
        });
        let actions = self.actions.iter().enumerate();
        Ok(Attachment {
            title: notice.cut("title", &self.title, TITLE_CHARS_MAX)?,
            title_link: notice.text("title_link", &self.title_link)?,
            pretext: notice.text("pretext", &self.pretext)?,
            text: notice.cut("text", &self.text, TEXT_CHARS_MAX)?,
            fallback: notice.cut("fallback", &self.fallback, TEXT_CHARS_MAX)?,
            callback_id: notice.text("callback_id", &self.callback_id)?,
            fields: fields.collect::<Result<_, NotSent>>()?,
            actions: actions
                .map(|(index, action)| action.render(index, notice))
                .collect::<Result<_, NotSent>>()?,
            image_url: notice.text("image_url", &self.image_url)?,
            thumb_url: notice.text("thumb_url", &self.thumb_url)?,
            footer: notice.text("footer", &self.footer)?,
            color: notice.text("color", &self.color)?,
            mrkdwn_in: self.mrkdwn_in.clone(),
        })
    }
}

impl ActionConfig {
    fn templates(&self, index: usize) -> Vec<(String, &str)> {
        let mut own = vec![
            ("type", &self.kind),
            ("text", &self.text),
            ("url", &self.url),
            ("style", &self.style),
            ("name", &self.name),
            ("value", &self.value),
        ];
        if let Some(confirm) = &self.confirm {
            own.extend([
                ("confirm.text", &confirm.text),
                ("confirm.title", &confirm.title),
                ("confirm.ok_text", &confirm.ok_text),
                ("confirm.dismiss_text", &confirm.dismiss_text),
            ]);
        }
        let named = own.into_iter().map(|(name, text)| (format!("actions[{index}].{name}"), text));
        named.map(|(name, text)| (name, text.as_str())).collect()
    }

    fn render(&self, index: usize, notice: &Notice<'_>) -> Result<Action, NotSent> {
        let text =
            |name: &str, source: &str| notice.text(&format!("actions[{index}].{name}"), source);
        let confirm = self.confirm.as_ref().map(|confirm| {
            Ok(Confirm {
                text: text("confirm.text", &confirm.text)?,
                title: text("confirm.title", &confirm.title)?,
                ok_text: text("confirm.ok_text", &confirm.ok_text)?,
                dismiss_text: text("confirm.dismiss_text", &confirm.dismiss_text)?,
            })
        });
        Ok(Action {
            kind: text("type", &self.kind)?,
            text: text("text", &self.text)?,
            url: text("url", &self.url)?,
            style: text("style", &self.style)?,
            name: text("name", &self.name)?,
            value: text("value", &self.value)?,
            confirm: confirm.transpose()?,
        })
    }
}

impl Receiver for SlackConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.api_url_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let own = [
            ("channel", &self.channel),
            ("username", &self.username),
            ("color", &self.color),
            ("title", &self.title),
            ("title_link", &self.title_link),
            ("pretext", &self.pretext),
            ("text", &self.text),
            ("footer", &self.footer),
            ("fallback", &self.fallback),
            ("callback_id", &self.callback_id),
            ("icon_emoji", &self.icon_emoji),
            ("icon_url", &self.icon_url),
            ("image_url", &self.image_url),
            ("thumb_url", &self.thumb_url),
            ("message_text", &self.message_text),
        ];
        let mut all: Vec<(String, &str)> =
            own.into_iter().map(|(name, source)| (name.to_owned(), source.as_str())).collect();
        for (index, field) in self.fields.iter().enumerate() {
            all.push((format!("fields[{index}].title"), &field.title));
            all.push((format!("fields[{index}].value"), &field.value));
        }
        let actions = self.actions.iter().enumerate();
        all.extend(actions.flat_map(|(index, action)| action.templates(index)));
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("api_url", !self.api_url.is_empty(), &self.api_url_file);
        problems.url("api_url", self.api_url.reveal());
        for (index, field) in self.fields.iter().enumerate() {
            problems.needed(&format!("fields[{index}].title"), &field.title);
            problems.needed(&format!("fields[{index}].value"), &field.value);
        }
        for (index, action) in self.actions.iter().enumerate() {
            problems.needed(&format!("actions[{index}].type"), &action.kind);
            problems.needed(&format!("actions[{index}].text"), &action.text);
            if action.url.is_empty() && action.name.is_empty() {
                problems.add(format!("actions[{index}].url"), "is missing: add url or name");
            }
            if action.confirm.as_ref().is_some_and(|confirm| confirm.text.is_empty()) {
                problems.add(format!("actions[{index}].confirm.text"), "is missing: add it");
            }
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let message = Message {
            channel: notice.text("channel", &self.channel)?,
            username: notice.text("username", &self.username)?,
            icon_emoji: notice.text("icon_emoji", &self.icon_emoji)?,
            icon_url: notice.text("icon_url", &self.icon_url)?,
            link_names: self.link_names,
            text: notice.cut("message_text", &self.message_text, TEXT_CHARS_MAX)?,
            attachments: [self.attachment(notice)?],
        };
        let url = notice.secret(&self.api_url, &self.api_url_file)?;
        let mut call = HttpCall::post_json(url, &message);
        call.judge = judge;
        call.timeout = self.timeout.is_positive().then_some(self.timeout.0);
        Ok(vec![Call::Http(Box::new(call))])
    }
}

/// Slack says in the body whether it took the message: `ok`, or JSON with `ok`.
pub(crate) fn judge(status: u16, body: &str) -> Verdict {
    #[derive(Deserialize)]
    struct Answer {
        ok: bool,
        #[serde(default)]
        error: String,
    }
    let verdict = usual(status, body);
    if verdict != Verdict::Taken {
        return verdict;
    }
    match serde_json::from_str::<Answer>(body) {
        Ok(Answer { ok: true, .. }) => Verdict::Taken,
        Ok(Answer { error, .. }) if error == "ratelimited" => Verdict::Later(error),
        Ok(Answer { error, .. }) => Verdict::Never(format!("{status}: {error}")),
        // Only the beginning of a long answer is known.
        Err(_) if ["", "ok"].contains(&body.trim()) || body.starts_with("{\"ok\":true") => {
            Verdict::Taken
        }
        Err(_) => Verdict::Never(answered(status, body)),
    }
}
