//! Mattermost: incoming webhooks with text and attachments.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::slack::FieldConfig;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, default_template,
    named,
};

/// Longest text, in characters, as Mattermost documents it.
const TEXT_CHARS_MAX: usize = 16_383;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MattermostConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub webhook_url: Secret,
    /// The file with where to.
    pub webhook_url_file: Option<String>,
    /// The channel or person, where it is not that of the webhook.
    pub channel: String,
    /// Who it comes from.
    pub username: String,
    /// A picture of the sender.
    pub icon_url: String,
    /// A picture of the sender, by the name of an emoji.
    pub icon_emoji: String,
    /// The text.
    pub text: String,
    /// What stands below the text.
    pub attachments: Vec<MattermostAttachment>,
    /// A kind of post that a plugin knows.
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands beside the message.
    pub props: MattermostProps,
    /// How urgent the message is.
    pub priority: MattermostPriority,
}

/// What stands below the text, in a frame.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MattermostAttachment {
    /// What is shown where attachments are not.
    pub fallback: String,
    /// A bar of this colour stands beside it.
    pub color: String,
    /// What stands above the frame.
    pub pretext: String,
    /// The text.
    pub text: String,
    /// Whom it is from.
    pub author_name: String,
    /// Where their name leads.
    pub author_link: String,
    /// Their picture.
    pub author_icon: String,
    /// The title.
    pub title: String,
    /// Where the title leads.
    pub title_link: String,
    /// A table.
    pub fields: Vec<FieldConfig>,
    /// A small picture.
    pub thumb_url: String,
    /// What stands below.
    pub footer: String,
    /// A picture beside it.
    pub footer_icon: String,
    /// A picture.
    pub image_url: String,
}

/// What stands beside the message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MattermostProps {
    /// A text that is opened beside the channel.
    pub card: String,
}

/// How urgent a message is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MattermostPriority {
    /// `urgent`, `important` or `standard`.
    pub priority: String,
    /// Whether people are asked to say that they read it; not for what is standard.
    pub requested_ack: bool,
    /// Whether they are reminded until they do; only for what is urgent.
    pub persistent_notifications: bool,
}

impl Default for MattermostConfig {
    fn default() -> MattermostConfig {
        MattermostConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            webhook_url: Secret::default(),
            webhook_url_file: None,
            channel: String::new(),
            username: default_template("mattermost.default.username"),
            icon_url: String::new(),
            icon_emoji: String::new(),
            text: default_template("mattermost.default.text"),
            attachments: Vec::new(),
            kind: String::new(),
            props: MattermostProps::default(),
            priority: MattermostPriority::default(),
        }
    }
}

impl MattermostAttachment {
    fn texts(&self) -> [(&'static str, &String); 13] {
        [
            ("fallback", &self.fallback),
            ("color", &self.color),
            ("pretext", &self.pretext),
            ("text", &self.text),
            ("author_name", &self.author_name),
            ("author_link", &self.author_link),
            ("author_icon", &self.author_icon),
            ("title", &self.title),
            ("title_link", &self.title_link),
            ("thumb_url", &self.thumb_url),
            ("footer", &self.footer),
            ("footer_icon", &self.footer_icon),
            ("image_url", &self.image_url),
        ]
    }

    fn shown(&self, at: &str, notice: &Notice<'_>) -> Result<Value, NotSent> {
        let mut shown = said(notice, at, &self.texts())?;
        let fields = self.fields.iter().enumerate().map(|(index, field)| {
            let own = [("title", &field.title), ("value", &field.value)];
            let mut row = said(notice, &format!("{at}fields[{index}]."), &own)?;
            row.extend(field.short.map(|short| ("short".to_owned(), short.into())));
            Ok(Value::Object(row))
        });
        let fields = fields.collect::<Result<Vec<Value>, NotSent>>()?;
        if !fields.is_empty() {
            shown.insert("fields".to_owned(), fields.into());
        }
        Ok(Value::Object(shown))
    }
}

impl MattermostPriority {
    /// What Mattermost takes: it refuses a message that asks for more than its priority may.
    fn shown(&self, notice: &Notice<'_>) -> Result<Option<Value>, NotSent> {
        if self.priority.is_empty() {
            return Ok(None);
        }
        let said = notice.text("priority.priority", &self.priority)?.to_lowercase();
        let known = ["urgent", "important"].into_iter().find(|known| *known == said);
        let priority = known.unwrap_or("standard");
        Ok(Some(json!({
            "priority": priority,
            "requested_ack": self.requested_ack && priority != "standard",
            "persistent_notifications": self.persistent_notifications && priority == "urgent",
        })))
    }
}

/// Texts of templates by their names, without those that are empty.
fn said(
    notice: &Notice<'_>,
    at: &str,
    texts: &[(&'static str, &String)],
) -> Result<Map<String, Value>, NotSent> {
    let mut said = Map::new();
    for (name, source) in texts {
        let text = notice.text(&format!("{at}{name}"), source)?;
        if !text.is_empty() {
            said.insert((*name).to_owned(), text.into());
        }
    }
    Ok(said)
}

impl Receiver for MattermostConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.webhook_url_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let mut all = named([
            ("channel", &self.channel),
            ("username", &self.username),
            ("icon_url", &self.icon_url),
            ("icon_emoji", &self.icon_emoji),
            ("text", &self.text),
            ("type", &self.kind),
            ("props.card", &self.props.card),
            ("priority.priority", &self.priority.priority),
        ]);
        for (index, attachment) in self.attachments.iter().enumerate() {
            let at = format!("attachments[{index}].");
            let texts = attachment.texts().into_iter();
            all.extend(texts.map(|(name, source)| (format!("{at}{name}"), source.as_str())));
            for (index, field) in attachment.fields.iter().enumerate() {
                all.push((format!("{at}fields[{index}].title"), &field.title));
                all.push((format!("{at}fields[{index}].value"), &field.value));
            }
        }
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("webhook_url", !self.webhook_url.is_empty(), &self.webhook_url_file);
        problems.url("webhook_url", self.webhook_url.reveal());
        for (index, attachment) in self.attachments.iter().enumerate() {
            for (row, field) in attachment.fields.iter().enumerate() {
                let at = format!("attachments[{index}].fields[{row}]");
                problems.needed(&format!("{at}.title"), &field.title);
                problems.needed(&format!("{at}.value"), &field.value);
            }
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let url = notice.secret(&self.webhook_url, &self.webhook_url_file)?;
        let own = [
            ("channel", &self.channel),
            ("username", &self.username),
            ("icon_url", &self.icon_url),
            ("icon_emoji", &self.icon_emoji),
            ("type", &self.kind),
        ];
        let mut message = said(notice, "", &own)?;
        let text = notice.cut("text", &self.text, TEXT_CHARS_MAX)?;
        message.insert("text".to_owned(), text.into());
        let attachments = self.attachments.iter().enumerate();
        let attachments = attachments
            .map(|(index, each)| each.shown(&format!("attachments[{index}]."), notice))
            .collect::<Result<Vec<Value>, NotSent>>()?;
        if !attachments.is_empty() {
            message.insert("attachments".to_owned(), attachments.into());
        }
        let card = said(notice, "props.", &[("card", &self.props.card)])?;
        if !card.is_empty() {
            message.insert("props".to_owned(), card.into());
        }
        if let Some(priority) = self.priority.shown(notice)? {
            message.insert("priority".to_owned(), priority);
        }
        Ok(vec![Call::Http(Box::new(HttpCall::post_json(url, &Value::Object(message))))])
    }
}
