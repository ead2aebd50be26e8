use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One connection that is kept open, as Prometheus keeps its.
pub struct Connection {
    authority: String,
    key: Option<String>,
    sender: SendRequest<Full<Bytes>>,
}

/// Something that spoils a measurement.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("`{0}` is not an address like http://127.0.0.1:7070")]
    Url(String),
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("a request cannot be written: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("the server answered {0}: {1}")]
    Status(StatusCode, String),
    #[error("process {0} cannot be looked at: {1}")]
    Process(u32, std::io::Error),
    #[error("`{0}` is not a server to compare; write NAME=URL or NAME=URL@PID")]
    Server(String),
    #[error("a part of the program failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Connection {
    /// Connects; `key` is sent as a bearer token.
    pub async fn open(url: &str, key: Option<&str>) -> Result<Connection, Failure> {
        let wrong = || Failure::Url(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
        let authority = authority.ok_or_else(wrong)?.as_str().to_owned();
        let unreachable = |error| Failure::Unreachable(authority.clone(), error);
        let stream = TcpStream::connect(&authority).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Connection { authority, key: key.map(|key| format!("Bearer {key}")), sender })
    }

    /// Sends a body of JSON, or asks when it is empty; gives the answer's bytes.
    pub async fn send(&mut self, path: &str, body: String) -> Result<Bytes, Failure> {
        let method = if body.is_empty() { "GET" } else { "POST" };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.authority)
            .header("content-type", "application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", key);
        }
        self.sender.ready().await?;
        let response = self.sender.send_request(request.body(Full::from(body))?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if status.is_success() {
            return Ok(bytes);
        }
        let beginning = String::from_utf8_lossy(&bytes).chars().take(200).collect();
        Err(Failure::Status(status, beginning))
    }
}
