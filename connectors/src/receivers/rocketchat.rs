//! Rocket.Chat: `chat.postMessage` with one attachment.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::{answered, usual};
use super::slack::FieldConfig;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, Verdict,
    default_template, named,
};

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RocketchatConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where the server is.
    pub api_url: String,
    /// The channel or person.
    pub channel: String,
    /// The token.
    pub token: Secret,
    /// The file with the token.
    pub token_file: Option<String>,
    /// The id of who has the token.
    pub token_id: Secret,
    /// The file with that id.
    pub token_id_file: Option<String>,
    /// A bar of this colour stands beside the message.
    pub color: String,
    /// A picture of the sender, by the name of an emoji.
    pub emoji: String,
    /// A picture of the sender.
    pub icon_url: String,
    /// The text.
    pub text: String,
    /// The title.
    pub title: String,
    /// Where the title leads.
    #[serde(alias = "titleLink")]
    pub title_link: String,
    /// A table.
    pub fields: Vec<FieldConfig>,
    /// A picture.
    pub image_url: String,
    /// A small picture.
    pub thumb_url: String,
    /// Whether names become links.
    pub link_names: bool,
    /// Whether two fields stand side by side.
    pub short_fields: bool,
    /// Buttons.
    pub actions: Vec<RocketchatAction>,
}

/// A button.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RocketchatAction {
    /// `button`, whatever it says.
    #[serde(rename = "type")]
    pub kind: String,
    /// What stands on it.
    pub text: String,
    /// Where it leads.
    pub url: String,
    /// Or what it says.
    pub msg: String,
}

impl Default for RocketchatConfig {
    fn default() -> RocketchatConfig {
        let template = |name: &str| default_template(&format!("rocketchat.default.{name}"));
        RocketchatConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_url: "https://open.rocket.chat/".to_owned(),
            channel: String::new(),
            token: Secret::default(),
            token_file: None,
            token_id: Secret::default(),
            token_id_file: None,
            color: "{{ if eq .Status \"firing\" }}red{{ else }}green{{ end }}".to_owned(),
            emoji: template("emoji"),
            icon_url: template("iconurl"),
            text: template("text"),
            title: template("title"),
            title_link: template("titlelink"),
            fields: Vec::new(),
            image_url: String::new(),
            thumb_url: String::new(),
            link_names: false,
            short_fields: false,
            actions: Vec::new(),
        }
    }
}

impl RocketchatConfig {
    fn attachment(&self, notice: &Notice<'_>) -> Result<Value, NotSent> {
        let mut attachment = Map::new();
        for (name, source) in [
            ("title", &self.title),
            ("title_link", &self.title_link),
            ("text", &self.text),
            ("color", &self.color),
            ("image_url", &self.image_url),
            ("thumb_url", &self.thumb_url),
        ] {
            let text = notice.text(name, source)?;
            if !text.is_empty() {
                attachment.insert(name.to_owned(), text.into());
            }
        }
        let fields = self.fields.iter().enumerate().map(|(index, field)| {
            Ok(json!({
                "title": notice.text(&format!("fields[{index}].title"), &field.title)?,
                "value": notice.text(&format!("fields[{index}].value"), &field.value)?,
                "short": field.short.unwrap_or(self.short_fields),
            }))
        });
        let fields = fields.collect::<Result<Vec<Value>, NotSent>>()?;
        let actions = self.actions.iter().enumerate().map(|(index, action)| {
            Ok(json!({
                "type": "button",
                "text": notice.text(&format!("actions[{index}].text"), &action.text)?,
                "url": notice.text(&format!("actions[{index}].url"), &action.url)?,
                "msg": notice.text(&format!("actions[{index}].msg"), &action.msg)?,
            }))
        });
        let actions = actions.collect::<Result<Vec<Value>, NotSent>>()?;
        for (name, list) in [("fields", fields), ("actions", actions)] {
            if !list.is_empty() {
                attachment.insert(name.to_owned(), list.into());
            }
        }
        Ok(Value::Object(attachment))
    }
}

impl Receiver for RocketchatConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.token_file, &self.token_id_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let mut all = named([
            ("channel", &self.channel),
            ("color", &self.color),
            ("emoji", &self.emoji),
            ("icon_url", &self.icon_url),
            ("text", &self.text),
            ("title", &self.title),
            ("title_link", &self.title_link),
            ("image_url", &self.image_url),
            ("thumb_url", &self.thumb_url),
        ]);
        for (index, field) in self.fields.iter().enumerate() {
            all.push((format!("fields[{index}].title"), &field.title));
            all.push((format!("fields[{index}].value"), &field.value));
        }
        for (index, action) in self.actions.iter().enumerate() {
            all.push((format!("actions[{index}].text"), &action.text));
            all.push((format!("actions[{index}].url"), &action.url));
            all.push((format!("actions[{index}].msg"), &action.msg));
        }
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("token", !self.token.is_empty(), &self.token_file);
        problems.exactly_one("token_id", !self.token_id.is_empty(), &self.token_id_file);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let mut message = json!({
            "channel": notice.text("channel", &self.channel)?,
            "attachments": [self.attachment(notice)?],
        });
        let own = [("emoji", &self.emoji), ("avatar", &self.icon_url)];
        for (name, source) in own {
            let field = if name == "avatar" { "icon_url" } else { name };
            let text = notice.text(field, source)?;
            if !text.is_empty() {
                message[name] = text.into();
            }
        }
        if self.link_names {
            message["parseUrls"] = true.into();
        }
        let url = format!("{}/api/v1/chat.postMessage", self.api_url.trim_end_matches('/'));
        let mut call = HttpCall::post_json(url, &message);
        let id = notice.secret(&self.token_id, &self.token_id_file)?;
        let token = notice.secret(&self.token, &self.token_file)?;
        call.headers.push(("X-User-Id".to_owned(), id.to_owned()));
        call.headers.push(("X-Auth-Token".to_owned(), token.to_owned()));
        call.judge = judge;
        Ok(vec![Call::Http(Box::new(call))])
    }
}

/// Rocket.Chat says in the body whether it took the message.
fn judge(status: u16, body: &str) -> Verdict {
    #[derive(Deserialize)]
    struct Answer {
        success: bool,
    }
    match (usual(status, body), serde_json::from_str(body)) {
        (Verdict::Taken, Ok(Answer { success: false })) => Verdict::Never(answered(status, body)),
        (verdict, _) => verdict,
    }
}
