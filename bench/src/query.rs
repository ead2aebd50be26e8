use clap::Args;

use crate::client::{Connection, Failure};
use crate::watch::{Latencies, Watch};

/// What is asked for, and how often.
#[derive(Args, Clone, Debug)]
pub struct Ask {
    /// A matcher, such as instance="host-777:9100"; may be given several times.
    #[arg(long)]
    pub filter: Vec<String>,
    /// How often to ask.
    #[arg(long, default_value_t = 20)]
    pub times: usize,
    /// Ask for groups instead of alerts.
    #[arg(long)]
    pub groups: bool,
    /// An integration key.
    #[arg(long)]
    pub key: Option<String>,
}

/// What came of asking.
pub struct Answered {
    /// Length of the last answer.
    pub bytes: usize,
    pub latencies: Latencies,
}

impl Ask {
    /// Asks again and again over one connection.
    pub async fn run(&self, url: &str) -> Result<Answered, Failure> {
        let filters: Vec<String> =
            self.filter.iter().map(|filter| format!("filter={}", encoded(filter))).collect();
        let kind = if self.groups { "alerts/groups" } else { "alerts" };
        let path = format!("/api/v2/{kind}?{}", filters.join("&"));
        let mut connection = Connection::open(url, self.key.as_deref()).await?;
        let mut latencies = Latencies::default();
        let mut bytes = 0;
        for _ in 0..self.times {
            let watch = Watch::start();
            bytes = connection.send(&path, String::new()).await?.len();
            latencies.add(watch.elapsed());
        }
        Ok(Answered { bytes, latencies: Latencies::join([latencies]) })
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).into(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_survive_in_an_address() {
        assert_eq!(encoded(r#"a=~"b c&d""#), "a%3D~%22b%20c%26d%22".replace('~', "%7E"));
    }
}
