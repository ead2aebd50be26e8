//! `operate serve`: runs the server until it is told to stop.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use connectors::tls::Pem;
use server::{Config, Running};
use spine::World;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Runs the server.
#[derive(Args, Debug)]
pub struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:7070].
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<std::net::SocketAddr>,
    /// Folder for the database and the key file [default: operate-data].
    #[arg(long, value_name = "FOLDER", conflicts_with = "database")]
    data: Option<PathBuf>,
    /// A PostgreSQL database (`postgres://…`) instead of SQLite in the data folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// A TOML file with settings; the environment and flags win over it.
    #[arg(long, value_name = "FILE", env = "OPERATE_CONFIG")]
    config: Option<PathBuf>,
    /// The certificate that makes connections private, and behind it those that vouch for it: a
    /// file in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The key of the certificate, a file in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Apply this estate when the database holds none yet.
    #[arg(long, value_name = "FOLDER")]
    sample: Option<PathBuf>,
}

impl Serve {
    /// Runs until SIGINT or SIGTERM.
    pub async fn run(self) -> ExitCode {
        let config = match self.config() {
            Ok(config) => config,
            Err(error) => {
                eprintln!("operate: {error}");
                return ExitCode::from(2);
            }
        };
        run(config, self.sample.as_deref()).await
    }

    fn config(&self) -> Result<Config, server::ConfigError> {
        let mut config = Config::load(self.config.as_deref(), std::env::vars())?;
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        if let Some(database) = &self.database {
            config.database = Some(database.clone());
        }
        if let (Some(certificate), Some(key)) = (&self.tls_certificate, &self.tls_key) {
            config.tls.certificate = Pem::File(certificate.clone());
            config.tls.key = Pem::File(key.clone());
        }
        Ok(config)
    }
}

/// Runs the server with these settings until SIGINT or SIGTERM; SIGHUP reads the routing
/// configuration again.
pub async fn run(config: Config, sample: Option<&Path>) -> ExitCode {
    log(&config);
    // From the first moment on: a SIGHUP that nobody waits for ends a program.
    let hangups = signal(SignalKind::hangup()).ok();
    let running = match server::start(config, World::system()).await {
        Ok(running) => running,
        Err(error) => {
            eprintln!("operate: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = running.furnish(sample).await {
        eprintln!("operate: the estate was not filled: {error}");
    }
    let url = running.app.config.base_url();
    eprintln!("\nOperate {} is at {url}", env!("CARGO_PKG_VERSION"));
    if let Some(code) = &running.setup_code {
        eprintln!("There is no account yet. Open the address and enter this one-time code:");
        eprintln!("\n    {code}\n");
    }
    tokio::select! {
        () = stopped() => {}
        () = reloading(&running, hangups) => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    ExitCode::SUCCESS
}

/// Reads the routing configuration again at each SIGHUP; what is wrong changes nothing.
async fn reloading(running: &Running, hangups: Option<Signal>) {
    let Some(mut hangups) = hangups else { return std::future::pending().await };
    while hangups.recv().await.is_some() {
        match running.reload_routing() {
            Ok(()) => tracing::info!("the routing configuration was read again"),
            Err(wrong) => {
                tracing::error!("the routing configuration stays as it was:\n{wrong}");
            }
        }
    }
    std::future::pending().await
}

fn log(config: &Config) {
    // What is no filter was refused with the settings.
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log.format == "json" {
        builder.json().init();
    } else {
        builder.with_target(false).init();
    }
}

/// Waits for SIGINT or SIGTERM.
async fn stopped() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
