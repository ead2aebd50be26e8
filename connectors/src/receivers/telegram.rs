//! Telegram: `sendMessage` of the Bot API.

use serde::Deserialize;
use serde_json::json;

use super::notice::cut;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, default_template,
    named,
};

/// Longest message, in characters.
const MESSAGE_CHARS_MAX: usize = 4096;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelegramConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where the API is.
    pub api_url: String,
    /// The bot's token.
    pub bot_token: Secret,
    /// The file with the token.
    pub bot_token_file: Option<String>,
    /// The chat; groups have negative numbers.
    pub chat_id: i64,
    /// The file with the chat.
    pub chat_id_file: Option<String>,
    /// The thread in the chat; 0: none.
    pub message_thread_id: i64,
    /// The message.
    pub message: String,
    /// Whether nobody's phone rings.
    pub disable_notifications: bool,
    /// `MarkdownV2`, `Markdown`, `HTML`, or nothing for plain text.
    pub parse_mode: String,
}

impl Default for TelegramConfig {
    fn default() -> TelegramConfig {
        TelegramConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_url: "https://api.telegram.org".to_owned(),
            bot_token: Secret::default(),
            bot_token_file: None,
            chat_id: 0,
            chat_id_file: None,
            message_thread_id: 0,
            message: default_template("telegram.default.message"),
            disable_notifications: false,
            parse_mode: "HTML".to_owned(),
        }
    }
}

impl TelegramConfig {
    fn is_html(&self) -> bool {
        self.parse_mode == "HTML"
    }

    /// The message and how it is to be read: what was cut may end inside of its marks, and is
    /// plain text then.
    fn message(&self, notice: &Notice<'_>) -> Result<(String, &str), NotSent> {
        if self.is_html() {
            let page = notice.html("message", &self.message)?;
            return Ok((cut_page(&page, MESSAGE_CHARS_MAX), "HTML"));
        }
        let text = notice.beginning("message", &self.message, MESSAGE_CHARS_MAX * 4 + 4)?;
        let shown = cut(&text, MESSAGE_CHARS_MAX);
        let mode = if shown == text { self.parse_mode.as_str() } else { "" };
        Ok((shown, mode))
    }
}

impl Receiver for TelegramConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.bot_token_file, &self.chat_id_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        if self.is_html() { Vec::new() } else { named([("message", &self.message)]) }
    }

    fn pages(&self) -> Vec<(&'static str, &str)> {
        if self.is_html() { vec![("message", &self.message)] } else { Vec::new() }
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("bot_token", !self.bot_token.is_empty(), &self.bot_token_file);
        problems.exactly_one("chat_id", self.chat_id != 0, &self.chat_id_file);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
        if !["", "Markdown", "MarkdownV2", "HTML"].contains(&self.parse_mode.as_str()) {
            problems.add("parse_mode", "has to be Markdown, MarkdownV2, HTML or empty");
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let token = notice.secret(&self.bot_token, &self.bot_token_file)?;
        let chat = match &self.chat_id_file {
            Some(path) => {
                let chat = notice.file(path)?.parse();
                chat.map_err(|_| NotSent::new("chat_id_file", "holds no number"))?
            }
            None => self.chat_id,
        };
        let (text, mode) = self.message(notice)?;
        let mut message = json!({
            "chat_id": chat,
            "text": text,
            "disable_notification": self.disable_notifications,
            "disable_web_page_preview": true,
        });
        if !mode.is_empty() {
            message["parse_mode"] = mode.into();
        }
        if self.message_thread_id != 0 {
            message["message_thread_id"] = self.message_thread_id.into();
        }
        let url = format!("{}/bot{token}/sendMessage", self.api_url.trim_end_matches('/'));
        Ok(vec![Call::Http(Box::new(HttpCall::post_json(url, &message)))])
    }
}

/// The beginning of a page, cut neither in a tag nor in an entity, with its tags closed.
fn cut_page(page: &str, most: usize) -> String {
    if page.chars().nth(most).is_none() {
        return page.to_owned();
    }
    let (mut open, mut closing): (Vec<&str>, usize) = (Vec::new(), 0);
    let (mut used, mut rest) = (0, page);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '<' => rest.find('>').map_or(rest.len(), |end| end + 1),
            '&' => rest.find(';').map_or(1, |end| end + 1),
            other => other.len_utf8(),
        };
        let piece = &rest[..length];
        let size = piece.chars().count();
        let name = tag_name(piece);
        let after = match name {
            Some(name) if piece.starts_with("</") => closing.saturating_sub(name.len() + 3),
            Some(name) => closing + name.len() + 3,
            None => closing,
        };
        if used + size + after + 1 > most {
            break;
        }
        match name {
            Some(_) if piece.starts_with("</") => drop(open.pop()),
            Some(name) => open.push(name),
            None => {}
        }
        (used, closing, rest) = (used + size, after, &rest[length..]);
    }
    let mut cut = page[..page.len() - rest.len()].to_owned();
    cut.push('…');
    cut.extend(open.iter().rev().map(|name| format!("</{name}>")));
    cut
}

/// The name of a tag; `None` for text, and for tags that are not closed.
fn tag_name(piece: &str) -> Option<&str> {
    let inside = piece.strip_prefix('<')?.strip_suffix('>')?;
    let name = inside.trim_start_matches('/').split([' ', '\n', '/']).next()?;
    (!name.is_empty() && !inside.ends_with('/') && !inside.starts_with('!')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_page_is_cut_between_its_marks_and_closed() {
        assert_eq!(cut_page("<b>abc</b>", 10), "<b>abc</b>");
        assert_eq!(cut_page("<b>abcdefgh</b>", 12), "<b>abcd…</b>");
        assert_eq!(cut_page("&lt;&lt;&lt;&lt;", 10), "&lt;&lt;…");
        assert_eq!(cut_page("<a href=\"x\"><b>text</b></a>", 25), "<a href=\"x\"><b>t…</b></a>");
        assert_eq!(cut_page(&"<b>".repeat(100), 20), "<b><b>…</b></b>");
        assert_eq!(cut_page(&"<".repeat(100), 20), "…");
        for most in 0..40 {
            assert!(
                cut_page("<i>é&amp;</i><b>x</b> text<u>", most).chars().count() <= most.max(29)
            );
        }
    }
}
