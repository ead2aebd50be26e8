use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A program that runs beside the test and ends with it.
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts it with its output in a file.
    pub fn start(command: &mut Command, log: &Path) -> Program {
        let name = command.get_program().to_owned();
        let output = File::create(log).expect("a log can be written");
        let errors = output.try_clone().expect("a log can be shared");
        let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{} does not start ({error}); ./test e2e installs it", name.display())
        });
        Program { child, log: log.to_owned() }
    }

    /// What it has printed.
    pub fn printed(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Whether it has ended, and how.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().expect("a child can be asked")
    }

    /// Asks it to stop, as an operator or systemd does.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal: `HUP`, `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-s", name, &id]).status();
        assert!(told.is_ok_and(|status| status.success()), "it could not be sent SIG{name}");
    }

    /// Kills it on the spot: SIGKILL, nothing is tidied up.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command to its end, without input.
pub fn run(command: &mut Command) -> Output {
    let name = command.get_program().to_owned();
    command.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("{} does not start ({error}); ./test e2e installs it", name.display())
    })
}

/// A port on which nothing listens. It lies below those that the system gives to connections: one
/// of them could take a port between this look and the start of the program that is to have it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const PORTS: std::ops::Range<u16> = 20_000..32_000;
    // Other tests are other processes.
    let first = std::process::id().wrapping_mul(37);
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut ports = PORTS.map(|_| {
        let next = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        PORTS.start + (next % PORTS.len() as u32) as u16
    });
    ports.find(free).expect("a port is free")
}
