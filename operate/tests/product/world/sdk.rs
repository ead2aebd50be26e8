use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// An SDK in Python, pointed at Operate, that makes the calls of a test.
pub struct Sdk {
    child: Child,
    calls: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Sdk {
    /// Starts the one of this name.
    pub fn start(name: &str, url: &str, key: &str) -> Sdk {
        Sdk::trusting(Path::new("/etc/ssl/certs/ca-certificates.crt"), name, url, key)
    }

    /// The same, with the one certificate that it trusts.
    pub fn trusting(certificate: &Path, name: &str, url: &str, key: &str) -> Sdk {
        // `./test e2e` installs the SDKs beside the build output.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is in the target");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/product/clients/sdks.py");
        let mut command = Command::new(target.join("sdks/bin/python"));
        command.arg(script).args([name, url, key]);
        command.env("SSL_CERT_FILE", certificate);
        // No proxy is asked: everything is on loopback.
        command.env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| {
            panic!("the SDKs do not start ({error}); ./test e2e installs them")
        });
        let calls = child.stdin.take().expect("it takes calls");
        let answers = BufReader::new(child.stdout.take().expect("it answers"));
        Sdk { child, calls, answers }
    }

    /// Makes a call that must succeed, and returns what the SDK returns.
    pub fn call(&mut self, call: &str, with: Value) -> Value {
        let said = self.attempt(call, with);
        assert!(said["raised"].is_null(), "{call}: {said}");
        said["answer"].clone()
    }

    /// Makes a call: `{answer}`, or what the SDK raises as `{raised, status, text}`.
    pub fn attempt(&mut self, call: &str, with: Value) -> Value {
        let asked = json!({ "call": call, "with": with });
        writeln!(self.calls, "{asked}").expect("the SDK listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the SDK answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{call}: no answer, see above"))
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
