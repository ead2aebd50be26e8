//! WeChat Work: a token is fetched first, and the message sent with it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::{Next, answered, usual};
use super::notice::cut_bytes;
use super::{
    Call, HttpCall, HttpConfig, Method, NotSent, Notice, Problems, Receiver, Secret, Verdict,
    default_template, named,
};

/// Longest message, in bytes.
const MESSAGE_BYTES_MAX: usize = 2048;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WechatConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// The key of the application.
    pub api_secret: Secret,
    /// The file with the key.
    pub api_secret_file: Option<String>,
    /// The company.
    pub corp_id: String,
    /// Where the API is.
    pub api_url: String,
    /// The message.
    pub message: String,
    /// `text` or `markdown`.
    pub message_type: String,
    /// The application.
    pub agent_id: String,
    /// Who is told.
    pub to_user: String,
    /// The departments that are told.
    pub to_party: String,
    /// The tags that are told.
    pub to_tag: String,
}

impl Default for WechatConfig {
    fn default() -> WechatConfig {
        let template = |name: &str| default_template(&format!("wechat.default.{name}"));
        WechatConfig {
            send_resolved: false,
            http_config: HttpConfig::default(),
            api_secret: Secret::default(),
            api_secret_file: None,
            corp_id: String::new(),
            api_url: "https://qyapi.weixin.qq.com/cgi-bin/".to_owned(),
            message: template("message"),
            message_type: "text".to_owned(),
            agent_id: template("agent_id"),
            to_user: template("to_user"),
            to_party: template("to_party"),
            to_tag: template("to_tag"),
        }
    }
}

/// What every answer says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    errcode: i64,
    errmsg: String,
    access_token: String,
}

#[derive(Clone, Serialize)]
struct Message {
    #[serde(skip_serializing_if = "String::is_empty")]
    touser: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    toparty: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    totag: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    agentid: String,
    safe: &'static str,
    msgtype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<serde_json::Value>,
}

impl WechatConfig {
    fn render(&self, notice: &Notice<'_>) -> Result<Message, NotSent> {
        let content = notice.beginning("message", &self.message, MESSAGE_BYTES_MAX + 1)?;
        let content = cut_bytes(&content, MESSAGE_BYTES_MAX);
        let content = json!({ "content": content });
        let markdown = self.message_type == "markdown";
        Ok(Message {
            touser: notice.text("to_user", &self.to_user)?,
            toparty: notice.text("to_party", &self.to_party)?,
            totag: notice.text("to_tag", &self.to_tag)?,
            agentid: notice.text("agent_id", &self.agent_id)?,
            safe: "0",
            msgtype: if markdown { "markdown" } else { "text" },
            text: (!markdown).then(|| content.clone()),
            markdown: markdown.then_some(content),
        })
    }
}

impl Receiver for WechatConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.api_secret_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        named([
            ("corp_id", &self.corp_id),
            ("message", &self.message),
            ("agent_id", &self.agent_id),
            ("to_user", &self.to_user),
            ("to_party", &self.to_party),
            ("to_tag", &self.to_tag),
        ])
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("api_secret", !self.api_secret.is_empty(), &self.api_secret_file);
        problems.needed("corp_id", &self.corp_id);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
        if !["text", "markdown"].contains(&self.message_type.as_str()) {
            problems.add("message_type", "has to be text or markdown");
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let message = self.render(notice)?;
        let api = self.api_url.trim_end_matches('/').to_owned();
        let secret = notice.secret(&self.api_secret, &self.api_secret_file)?;
        let corporation = notice.text("corp_id", &self.corp_id)?;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("corpid", &corporation)
            .append_pair("corpsecret", secret)
            .finish();
        let mut call = HttpCall::post_json(format!("{api}/gettoken?{query}"), &());
        (call.method, call.body) = (Method::Get, String::new());
        call.headers.clear();
        call.judge = judge;
        call.next = Some(Next::new(move |body| {
            let answer: Answer = serde_json::from_str(body).unwrap_or_default();
            if answer.access_token.is_empty() {
                return Err(NotSent::new("api_secret", "there was no token in the answer"));
            }
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("access_token", &answer.access_token)
                .finish();
            let mut send = HttpCall::post_json(format!("{api}/message/send?{query}"), &message);
            send.judge = judge;
            Ok(vec![Call::Http(Box::new(send))])
        }));
        Ok(vec![Call::Http(Box::new(call))])
    }
}

/// Answers are 200 with a code: 0 is taken, -1 busy, 42001 a token that has ended, 45009 too many.
fn judge(status: u16, body: &str) -> Verdict {
    let verdict = usual(status, body);
    if verdict != Verdict::Taken {
        return verdict;
    }
    match serde_json::from_str::<Answer>(body) {
        Ok(Answer { errcode: 0, .. }) => Verdict::Taken,
        Ok(Answer { errcode: code @ (-1 | 42001 | 45009), errmsg, .. }) => {
            Verdict::Later(format!("{code}: {errmsg}"))
        }
        Ok(Answer { errcode, errmsg, .. }) => Verdict::Never(format!("{errcode}: {errmsg}")),
        Err(_) => Verdict::Never(answered(status, body)),
    }
}
