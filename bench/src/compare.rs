use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};

use crate::client::Failure;
use crate::load::{Done, Load};
use crate::process::Process;
use crate::query::Ask;

const FOUR: NonZeroUsize = NonZeroUsize::new(4).expect("not zero");
const ONE: NonZeroUsize = NonZeroUsize::MIN;
const CROWD: NonZeroUsize = NonZeroUsize::new(256).expect("not zero");
const BIG: NonZeroUsize = NonZeroUsize::new(500).expect("not zero");
const SIXTEEN: NonZeroUsize = NonZeroUsize::new(16).expect("not zero");

/// What the comparison does to each server.
#[derive(Args, Debug)]
pub struct Compare {
    /// The servers, the one to compare with first: NAME=URL@PID
    #[arg(required = true)]
    servers: Vec<Server>,
    /// Alerts that are active in the end.
    #[arg(long, default_value_t = 100_000)]
    alerts: usize,
    /// Alerts in a request.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// Ask for groups too: of servers that have the same routes.
    #[arg(long)]
    groups: bool,
}

/// A server to compare.
#[derive(Clone, Debug)]
struct Server {
    name: String,
    url: String,
    pid: u32,
}

impl FromStr for Server {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Server, Failure> {
        let wrong = || Failure::Server(text.to_owned());
        let (name, rest) = text.split_once('=').ok_or_else(wrong)?;
        let (url, pid) = rest.rsplit_once('@').ok_or_else(wrong)?;
        let pid = pid.parse().map_err(|_| wrong())?;
        Ok(Server { name: name.to_owned(), url: url.to_owned(), pid })
    }
}

/// One line of the table: what, in which unit, whether more is better, and a figure per server.
struct Line {
    what: String,
    unit: &'static str,
    more_is_better: bool,
    figures: Vec<f64>,
}

impl Compare {
    /// Measures the servers one after the other, so that none disturbs another.
    pub async fn run(&self) -> Result<String, Failure> {
        let mut lines: Vec<Line> = Vec::new();
        for server in &self.servers {
            eprintln!("measuring {}", server.name);
            for (place, line) in self.measure(server).await?.into_iter().enumerate() {
                match lines.get_mut(place) {
                    Some(known) => known.figures.extend(line.figures),
                    None => lines.push(line),
                }
            }
        }
        Ok(self.table(&lines))
    }

    async fn measure(&self, server: &Server) -> Result<Vec<Line>, Failure> {
        let process = Process::new(server.pid);
        // Every way of sending gets alerts that nobody has sent before.
        let (single, share) = (self.alerts / 20, self.alerts * 3 / 10);
        let rest = self.alerts - single - 2 * share;
        let load = |alerts, first, connections, batch| Load {
            alerts,
            sets: None,
            first,
            batch,
            connections,
            key: None,
        };
        let mut lines = vec![Line::less("memory, idle", "MB", process.usage()?.megabytes() as f64)];
        for (what, load) in [
            ("new alerts, 4 × 64", load(share, 0, FOUR, self.batch)),
            ("new alerts, 16 × 64", load(share, share, SIXTEEN, self.batch)),
            ("new alerts, 4 × 500", load(rest, 2 * share, FOUR, BIG)),
            ("new alerts, 256 × 1", load(single, 2 * share + rest, CROWD, ONE)),
            ("re-sent alerts, 4 × 64", load(self.alerts, 0, FOUR, self.batch)),
            ("re-sent alerts, 16 × 64", load(self.alerts, 0, SIXTEEN, self.batch)),
            ("re-sent alerts, 4 × 500", load(self.alerts, 0, FOUR, BIG)),
        ] {
            let before = process.usage()?.cpu;
            let done = load.run(&server.url).await?;
            let cpu = process.usage()?.cpu.saturating_sub(before);
            lines.extend(loaded(what, &done, cpu));
        }
        let megabytes = process.usage()?.megabytes() as f64;
        lines.push(Line::less(&format!("memory, {} active", self.alerts), "MB", megabytes));
        lines.extend(self.asked(server, &process).await?);
        Ok(lines)
    }

    /// How long answers take, and how much of that is the server's work.
    async fn asked(&self, server: &Server, process: &Process) -> Result<Vec<Line>, Failure> {
        let one = format!("instance=\"host-{}:9100\"", self.alerts / 2 + 77);
        let mut lines = Vec::new();
        for (what, filter, groups, times) in [
            ("GET of one alert", Some(one.as_str()), false, 20),
            ("GET of 0.1 %", Some("rack=\"rack-7\""), false, 10),
            ("GET of 5 %", Some("service=\"service-7\""), false, 10),
            ("GET of all", None, false, 3),
            ("GET of all groups", None, true, 3),
        ] {
            if groups && !self.groups {
                continue;
            }
            let filter = filter.map(str::to_owned).into_iter().collect();
            let ask = Ask { filter, groups, times, key: None };
            // The first answer may prepare what the next ones use.
            Ask { times: 1, ..ask.clone() }.run(&server.url).await?;
            let before = process.usage()?.cpu;
            let answered = ask.run(&server.url).await?;
            let cpu = process.usage()?.cpu.saturating_sub(before);
            let median = answered.latencies.quantile(0.5);
            lines.push(Line::less(&format!("{what}, median"), "ms", median.as_secs_f64() * 1e3));
            lines.push(Line::less("… CPU", "ms", cpu.as_secs_f64() * 1e3 / times as f64));
        }
        Ok(lines)
    }

    fn table(&self, lines: &[Line]) -> String {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        let names = self.servers.iter().map(|server| server.name.as_str());
        let better = self.servers.get(1).map(|server| format!("{} is", server.name));
        table.set_header(
            ["measured", "unit"].into_iter().chain(names).map(str::to_owned).chain(better),
        );
        for line in lines {
            let figures = line.figures.iter().map(|figure| shown(*figure));
            let better = line.times_better().map(|times| format!("{} × as good", shown(times)));
            table.add_row(
                [line.what.clone(), line.unit.to_owned()].into_iter().chain(figures).chain(better),
            );
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.to_string()
    }
}

impl Line {
    fn less(what: &str, unit: &'static str, figure: f64) -> Line {
        Line { what: what.to_owned(), unit, more_is_better: false, figures: vec![figure] }
    }

    /// How many times better the second server is than the first.
    fn times_better(&self) -> Option<f64> {
        let [first, second, ..] = self.figures.as_slice() else { return None };
        let ratio = if self.more_is_better { second / first } else { first / second };
        ratio.is_finite().then_some(ratio)
    }
}

fn loaded(what: &str, done: &Done, cpu: Duration) -> [Line; 3] {
    let rate = done.alerts_per_second();
    let micros = cpu.as_secs_f64() * 1e6 / done.alerts as f64;
    let p99 = done.latencies.quantile(0.99).as_secs_f64() * 1e3;
    [
        Line { more_is_better: true, ..Line::less(what, "alerts/s", rate) },
        Line::less("… CPU", "µs/alert", micros),
        Line::less("… a request, p99", "ms", p99),
    ]
}

/// Three figures that count.
fn shown(figure: f64) -> String {
    match figure {
        figure if figure >= 100.0 => format!("{figure:.0}"),
        figure if figure >= 10.0 => format!("{figure:.1}"),
        figure => format!("{figure:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_name_an_address_and_a_process() {
        let server: Server = "operate=http://127.0.0.1:7070@17".parse().unwrap();
        assert_eq!((server.name.as_str(), server.pid), ("operate", 17));
        assert_eq!(server.url, "http://127.0.0.1:7070");
        for wrong in ["", "x", "x=http://y", "x=http://y@z"] {
            assert!(wrong.parse::<Server>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn better_means_more_of_some_things_and_less_of_others() {
        let line = |more_is_better, figures: [f64; 2]| Line {
            what: String::new(),
            unit: "",
            more_is_better,
            figures: figures.to_vec(),
        };
        assert_eq!(line(true, [100.0, 300.0]).times_better(), Some(3.0));
        assert_eq!(line(false, [100.0, 50.0]).times_better(), Some(2.0));
        assert_eq!(line(false, [100.0, 0.0]).times_better(), None);
    }
}
