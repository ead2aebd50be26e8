use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::{Program, free_port};
use super::wait_until;

/// A real mail server (Debian's aiosmtpd) that files what it receives in a Maildir.
pub struct MailServer {
    /// The port it listens on.
    pub port: u16,
    folder: PathBuf,
    _program: Program,
}

impl MailServer {
    /// Starts it with its files in `folder`.
    pub async fn start(folder: &Path) -> MailServer {
        let (port, maildir) = (free_port(), folder.join("mail"));
        let program = Program::start(
            // Debian's own Python: aiosmtpd is one of Debian's packages.
            Command::new("/usr/bin/python3")
                .args(["-m", "aiosmtpd", "--nosetuid", "--class", "aiosmtpd.handlers.Mailbox"])
                .args(["--listen", &format!("127.0.0.1:{port}")])
                .arg(&maildir),
            &folder.join("mail-server.log"),
        );
        wait_until("the mail server listens", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        MailServer { port, folder: maildir.join("new"), _program: program }
    }

    /// Every mail received so far, decoded enough to read its text.
    pub fn mails(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        let texts = paths.iter().filter_map(|path| std::fs::read(path).ok());
        texts.map(|bytes| readable(&String::from_utf8_lossy(&bytes))).collect()
    }

    /// Waits for a mail to `address`.
    pub async fn mail_to(&self, address: &str) -> String {
        let to = format!("To: {address}");
        wait_until(&format!("a mail to {address}"), async || {
            self.mails().into_iter().find(|mail| mail.contains(&to) || mail.contains(address))
        })
        .await
    }
}

/// Undoes quoted-printable as far as links need it.
fn readable(text: &str) -> String {
    text.replace("\r\n", "\n").replace("=\n", "").replace("=3D", "=")
}

/// The first link in a mail that begins so.
pub fn link(mail: &str, beginning: &str) -> String {
    let at = mail.find(beginning).unwrap_or_else(|| panic!("no {beginning} in\n{mail}"));
    let end = |c: char| c.is_whitespace() || "\"<>".contains(c);
    mail[at..].split(end).next().unwrap_or_default().to_owned()
}
