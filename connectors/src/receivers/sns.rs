//! Amazon SNS: `Publish`, signed by Signature Version 4.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::call::{answered, usual};
use super::notice::cut_bytes;
use super::sigv4::Signer;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, Verdict,
    default_template, named,
};

/// Longest texts, as SNS documents them: characters of a subject, bytes of a message, characters
/// of an SMS.
const SUBJECT_CHARS_MAX: usize = 99;
const MESSAGE_BYTES_MAX: usize = 256 * 1024;
const SMS_CHARS_MAX: usize = 1600;

/// A message to a topic, a phone or a device.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SnsConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where the API is; that of the region without it.
    pub api_url: String,
    /// How requests are signed.
    pub sigv4: Sigv4Config,
    /// The topic.
    pub topic_arn: String,
    /// Or a phone.
    pub phone_number: String,
    /// Or a device.
    pub target_arn: String,
    /// The subject, for mails.
    pub subject: String,
    /// The message.
    pub message: String,
    /// Attributes of the message.
    pub attributes: BTreeMap<String, String>,
}

/// How requests are signed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sigv4Config {
    /// The region; that of the topic without it.
    pub region: String,
    /// The id of the key.
    pub access_key: String,
    /// The key.
    pub secret_key: Secret,
    /// Refused: not supported.
    pub profile: String,
    /// Refused: not supported.
    pub role_arn: String,
}

impl Default for SnsConfig {
    fn default() -> SnsConfig {
        SnsConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_url: String::new(),
            sigv4: Sigv4Config::default(),
            topic_arn: String::new(),
            phone_number: String::new(),
            target_arn: String::new(),
            subject: default_template("sns.default.subject"),
            message: default_template("sns.default.message"),
            attributes: BTreeMap::new(),
        }
    }
}

impl SnsConfig {
    /// The region: said, or that of the topic or device.
    fn region(&self, arn: &str) -> Result<String, NotSent> {
        let said = Some(self.sigv4.region.as_str()).filter(|region| !region.is_empty());
        let region = said.or_else(|| arn.split(':').nth(3)).filter(|region| !region.is_empty());
        region
            .map(str::to_owned)
            .ok_or_else(|| NotSent::new("sigv4.region", "is not known: add it"))
    }

    fn form(&self, notice: &Notice<'_>, to: [String; 3]) -> Result<Vec<(String, String)>, NotSent> {
        let [topic, phone, device] = to;
        let message = notice.beginning("message", &self.message, MESSAGE_BYTES_MAX + 1)?;
        let shown = if phone.is_empty() {
            cut_bytes(&message, MESSAGE_BYTES_MAX)
        } else {
            super::notice::cut(&message, SMS_CHARS_MAX)
        };
        let mut attributes = notice.texts("attributes", &self.attributes)?;
        if shown != message {
            attributes.insert("truncated".to_owned(), "true".to_owned());
        }
        let mut form = vec![
            ("Action", "Publish".to_owned()),
            ("Version", "2010-03-31".to_owned()),
            ("Message", shown),
            ("Subject", subject(&notice.text("subject", &self.subject)?)),
        ];
        if topic.ends_with(".fifo") {
            form.push(("MessageGroupId", notice.group_hash()));
            form.push(("MessageDeduplicationId", notice.group_hash()));
        }
        form.extend([("TopicArn", topic), ("PhoneNumber", phone), ("TargetArn", device)]);
        form.retain(|(_, value)| !value.is_empty());
        let mut form: Vec<(String, String)> =
            form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for (index, (name, value)) in attributes.into_iter().enumerate() {
            let entry = format!("MessageAttributes.entry.{}", index + 1);
            form.push((format!("{entry}.Name"), name));
            form.push((format!("{entry}.Value.DataType"), "String".to_owned()));
            form.push((format!("{entry}.Value.StringValue"), value));
        }
        Ok(form)
    }
}

/// A subject is one line of ASCII.
fn subject(text: &str) -> String {
    let plain = text.trim().chars().map(|c| match c {
        c if c.is_control() => ' ',
        c if c.is_ascii() => c,
        _ => '?',
    });
    plain.take(SUBJECT_CHARS_MAX).collect()
}

impl Receiver for SnsConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        Vec::new()
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let mut all = named([
            ("api_url", &self.api_url),
            ("topic_arn", &self.topic_arn),
            ("phone_number", &self.phone_number),
            ("target_arn", &self.target_arn),
            ("subject", &self.subject),
            ("message", &self.message),
        ]);
        let attributes = self.attributes.iter();
        all.extend(attributes.map(|(name, text)| (format!("attributes.{name}"), text.as_str())));
        all
    }

    fn check(&self, problems: &mut Problems) {
        let to = [&self.topic_arn, &self.phone_number, &self.target_arn];
        if to.iter().filter(|to| !to.is_empty()).count() != 1 {
            problems.add("topic_arn", "one of topic_arn, phone_number and target_arn is given");
        }
        problems.url("api_url", &self.api_url);
        if self.sigv4.access_key.is_empty() || self.sigv4.secret_key.is_empty() {
            let problem = "access_key and secret_key have to be given: keys of the environment, of \
                           profiles and of the machine are not looked for";
            problems.add("sigv4.access_key", problem);
        }
        let known = |arn: &str| arn.contains("{{") || arn.split(':').nth(3).is_some();
        let from_arn = to[0].as_str().max(to[2].as_str());
        if self.sigv4.region.is_empty() && !known(from_arn) {
            problems.add("sigv4.region", "is missing, and no ARN names it: add it");
        }
        let roles = "is not supported: give the access_key and secret_key of a user";
        for (field, value) in [("profile", &self.sigv4.profile), ("role_arn", &self.sigv4.role_arn)]
        {
            if !value.is_empty() {
                problems.add(format!("sigv4.{field}"), roles);
            }
        }
        let authorised = self.http_config.authorization.is_some();
        if authorised || self.http_config.basic_auth.is_some() {
            let problem = "requests are signed and cannot be authorised otherwise: leave it out";
            problems.add("http_config.authorization", problem);
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let to = [
            notice.text("topic_arn", &self.topic_arn)?,
            notice.text("phone_number", &self.phone_number)?,
            notice.text("target_arn", &self.target_arn)?,
        ];
        let region = self.region(if to[0].is_empty() { &to[2] } else { &to[0] })?;
        let url = match notice.text("api_url", &self.api_url)? {
            url if url.is_empty() => format!("https://sns.{region}.amazonaws.com/"),
            url => format!("{}/", url.trim_end_matches('/')),
        };
        let mut call = HttpCall::post_form(url, self.form(notice, to)?);
        call.judge = judge;
        let signer = Signer {
            service: "sns",
            region: &region,
            access_key: &self.sigv4.access_key,
            secret_key: &self.sigv4.secret_key,
        };
        signer.sign(&mut call, notice.now())?;
        Ok(vec![Call::Http(Box::new(call))])
    }
}

/// AWS says 400 when there are too many requests, and names that in the body.
fn judge(status: u16, body: &str) -> Verdict {
    match usual(status, body) {
        Verdict::Never(_) if body.contains("Throttl") => Verdict::Later(answered(status, body)),
        verdict => verdict,
    }
}
