use std::path::Path;
use std::process::Command;

use super::program::{Program, free_port};
use super::{client, wait_until};

/// Debian's Prometheus, scraping one exporter every second and sending alerts to Operate.
pub struct Prometheus {
    /// Where it answers: `127.0.0.1:PORT`.
    pub address: String,
    _program: Program,
}

/// Only where to send alerts is said, as in the guide: everything else is Prometheus's default.
fn settings(exporter: &str, operate: &str) -> String {
    format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
         rule_files: [rules.yml]\n\
         scrape_configs:\n  - job_name: orders\n    static_configs:\n      \
         - targets: [\"{exporter}\"]\n\
         alerting:\n  alertmanagers:\n    - static_configs:\n        - targets: [\"{operate}\"]\n"
    )
}

const RULES: &str = r#"
groups:
  - name: orders
    rules:
      - alert: OrdersDown
        expr: orders_up == 0
        labels: { severity: critical, service: orders }
        annotations: { summary: "Orders cannot be placed" }
"#;

impl Prometheus {
    /// Starts it with its files in `folder`; `operate` is `127.0.0.1:PORT`.
    pub async fn start(folder: &Path, exporter: &str, operate: &str) -> Prometheus {
        std::fs::write(folder.join("rules.yml"), RULES).unwrap();
        Prometheus::with(folder, &settings(exporter, operate)).await
    }

    /// Starts it to scrape one exporter as fast as it can, and to alert nobody.
    pub async fn scraping_fast(folder: &Path, exporter: &str) -> Prometheus {
        let settings = format!(
            "global: {{ scrape_interval: 20ms, scrape_timeout: 20ms }}\n\
             scrape_configs:\n  - job_name: past\n    static_configs:\n      \
             - targets: [\"{exporter}\"]\n"
        );
        Prometheus::with(folder, &settings).await
    }

    async fn with(folder: &Path, settings: &str) -> Prometheus {
        std::fs::write(folder.join("prometheus.yml"), settings).unwrap();
        let port = free_port();
        let program = Program::start(
            Command::new("prometheus")
                .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
                .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
                .arg(format!("--web.listen-address=127.0.0.1:{port}")),
            &folder.join("prometheus.log"),
        );
        let ready = format!("http://127.0.0.1:{port}/-/ready");
        wait_until("Prometheus is ready", async || {
            let answer = client().get(&ready).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        Prometheus { address: format!("127.0.0.1:{port}"), _program: program }
    }
}
