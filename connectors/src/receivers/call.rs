use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{NotSent, Secret, Tls, Transport};

/// Something to be sent, complete: nothing of it is looked up or rendered any more.
#[derive(Clone, Debug)]
pub enum Call {
    /// A request over HTTP.
    Http(Box<HttpCall>),
    /// A mail.
    Mail(Box<MailCall>),
}

impl Call {
    /// Makes it as the receiver says, when it is a request.
    pub(super) fn made(self, how: &Arc<Made>) -> Call {
        match self {
            Call::Http(call) => Call::Http(Box::new(call.made(how))),
            mail @ Call::Mail(_) => mail,
        }
    }
}

/// How a receiver wants all of its requests to be made.
pub(super) struct Made {
    pub headers: Vec<(String, String)>,
    pub through: Option<Arc<Transport>>,
}

/// How long one attempt to tell a receiver may take, whatever its `timeout` says and however many
/// requests it makes. Who carries messages has each for a minute, and others must not begin before
/// that has ended.
pub const ATTEMPT_MAX: Duration = Duration::from_secs(45);

/// A request over HTTP.
#[derive(Clone)]
pub struct HttpCall {
    /// How.
    pub method: Method,
    /// Where to. Often holds a secret: log [`HttpCall::host`] instead.
    pub url: String,
    /// Names and values, of which some are secret.
    pub headers: Vec<(String, String)>,
    /// The body, UTF-8.
    pub body: String,
    /// By which way it goes, where that is not the usual one.
    pub through: Option<Arc<Transport>>,
    /// How long the answer may take, when the receiver says so.
    pub timeout: Option<Duration>,
    /// Judges the answer.
    pub judge: Judge,
    /// What to send once this was taken, which may need its answer.
    pub next: Option<Next>,
}

/// The method of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends.
    Post,
    /// Replaces.
    Put,
}

impl Method {
    /// As it stands in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
        }
    }
}

/// Judges an answer by its status and the beginning of its body.
pub type Judge = fn(status: u16, body: &str) -> Verdict;

/// What an answer means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The notification was taken.
    Taken,
    /// It was not, and may be later.
    Later(String),
    /// It was not, and will not be as long as nothing changes.
    Never(String),
}

/// The calls that follow an answer.
#[derive(Clone)]
pub struct Next(Arc<Follow>);

type Follow = dyn Fn(&str) -> Result<Vec<Call>, NotSent> + Send + Sync;

impl Next {
    /// Calls that need the body of an answer.
    pub(crate) fn new(
        follow: impl Fn(&str) -> Result<Vec<Call>, NotSent> + Send + Sync + 'static,
    ) -> Next {
        Next(Arc::new(follow))
    }

    /// The calls that follow an answer with this body.
    ///
    /// # Errors
    /// When the answer does not hold what they need.
    pub fn calls(&self, body: &str) -> Result<Vec<Call>, NotSent> {
        (self.0)(body)
    }
}

impl HttpCall {
    /// A request to post JSON, judged as most services are.
    pub(crate) fn post_json(url: impl Into<String>, body: &impl serde::Serialize) -> HttpCall {
        HttpCall {
            method: Method::Post,
            url: url.into(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: serde_json::to_string(body).unwrap_or_default(),
            through: None,
            timeout: None,
            judge: usual,
            next: None,
        }
    }

    /// Makes it as the receiver says, and the calls that follow it.
    fn made(mut self, how: &Arc<Made>) -> HttpCall {
        self.headers.extend(how.headers.iter().cloned());
        self.through.clone_from(&how.through);
        self.next = self.next.map(|next| {
            let how = how.clone();
            Next::new(move |body| {
                let follow = next.calls(body)?.into_iter();
                Ok(follow.map(|call| call.made(&how)).collect())
            })
        });
        self
    }

    /// A request to post a form, judged as most services are.
    pub(crate) fn post_form<N: AsRef<str>>(
        url: impl Into<String>,
        form: Vec<(N, String)>,
    ) -> HttpCall {
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &form {
            body.append_pair(name.as_ref(), value);
        }
        let kind = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
        HttpCall {
            headers: vec![("Content-Type".to_owned(), kind)],
            body: body.finish(),
            ..HttpCall::post_json(url, &())
        }
    }

    /// The host that it goes to: as much of the address as may be shown.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit('@').next().unwrap_or_default()
    }
}

/// Without its secrets.
impl fmt::Debug for HttpCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.body.len();
        write!(f, "{} to {} with {bytes} bytes", self.method.as_str(), self.host())
    }
}

/// How most services answer: 2xx is taken, 429 and 5xx pass, the rest stays.
pub(crate) fn usual(status: u16, body: &str) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        429 | 500..=599 => Verdict::Later(answered(status, body)),
        _ => Verdict::Never(answered(status, body)),
    }
}

/// The status with the beginning of what was said.
pub(crate) fn answered(status: u16, body: &str) -> String {
    let said: String = body.chars().filter(|c| !c.is_control()).take(300).collect();
    if said.is_empty() { status.to_string() } else { format!("{status}: {said}") }
}

/// A text as one part of a path.
pub(crate) fn path_part(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
    let dots = text.bytes().all(|byte| byte == b'.');
    let part = |byte: u8| match byte {
        b'.' if !dots => ".".to_owned(),
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(part).collect()
}

/// A mail, ready to be composed.
#[derive(Clone, Debug)]
pub struct MailCall {
    /// The sender.
    pub from: String,
    /// The recipients, each a mailbox.
    pub to: Vec<String>,
    /// One line.
    pub subject: String,
    /// The plain text, if there is one.
    pub text: Option<String>,
    /// The HTML, if there is one.
    pub html: Option<String>,
    /// Further headers, in their order; never `From`, `To` or `Subject`.
    pub headers: Vec<(String, String)>,
    /// What mails of one thread have in common, for `References` and `In-Reply-To`.
    pub thread: Option<String>,
    /// The server that takes it.
    pub server: MailServer,
}

/// A mail server and how to talk to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The name to greet with.
    pub hello: Option<String>,
    /// Whether the first byte is encrypted already (RFC 8314).
    pub implicit_tls: bool,
    /// Whether a mail may only go over an encrypted connection.
    pub require_tls: bool,
    /// Who signs in.
    pub credentials: Option<(String, Secret)>,
    /// How the connection is encrypted, when it is.
    pub tls: Tls,
}
