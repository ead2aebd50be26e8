//! The journal live, over server-sent events. When the connection breaks, what was missed is read
//! from the list before the stream goes on.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::Filter;
use crate::client::Client;
use crate::screen::{Screen, items, moment, text, time};
use crate::trouble::{Code, Outcome, Trouble};

/// Entries of one look back.
const LOOK_BACK: u32 = 1000;
/// Entries that are remembered as seen.
const REMEMBERED: usize = 10_000;
/// Wait before the server is asked again.
const PAUSE: Duration = Duration::from_secs(2);

/// Prints entries until it is interrupted.
pub async fn follow(client: &Client, screen: &Screen, filter: &Filter, last: u32) -> Outcome {
    let mut printer = Printer { client, screen, filter, floor: 0, seen: BTreeSet::new() };
    let mut first = true;
    loop {
        let ended = match client.stream("/api/v1/journal/stream").await {
            Ok(stream) => {
                // The stream is open first: what comes meanwhile is in one of the two.
                printer.catch_up(if first { last } else { LOOK_BACK }).await?;
                first = false;
                printer.read(stream).await
            }
            Err(trouble) if first || trouble.code == Code::NotAllowed => return Err(trouble),
            Err(trouble) => Err(trouble),
        };
        match ended {
            Err(trouble) if trouble.code == Code::NotAllowed => return Err(trouble),
            Err(trouble) => screen.note(format_args!("{}; trying again", trouble.what)),
            Ok(()) => screen.note("the server ended the stream; trying again"),
        }
        screen.world.clock.wait(PAUSE).await;
    }
}

struct Printer<'f> {
    client: &'f Client,
    screen: &'f Screen,
    filter: &'f Filter,
    /// Entries up to this one are of no interest any more.
    floor: i64,
    /// Those above that were printed or passed over. Numbers alone would not do: where several
    /// nodes write, a smaller one may come later.
    seen: BTreeSet<i64>,
}

impl Printer<'_> {
    /// Prints what is in the list and was not seen, at most so many, the oldest first.
    async fn catch_up(&mut self, limit: u32) -> Result<(), Trouble> {
        let query = [
            ("subject", self.filter.subject.clone()),
            ("kind", self.filter.kind.clone()),
            ("limit", (limit + 1).min(LOOK_BACK).to_string()),
        ];
        let found = self.client.get("/api/v1/journal", &query).await?;
        let entries = items(&found, "items");
        if self.seen.is_empty() {
            let before = entries.get(limit as usize).or(entries.last().filter(|_| limit == 0));
            self.floor = before.and_then(|entry| entry["seq"].as_i64()).unwrap_or(self.floor);
        }
        for entry in entries.iter().take(limit as usize).rev() {
            self.print(entry);
        }
        Ok(())
    }

    async fn read(&mut self, mut stream: reqwest::Response) -> Result<(), Trouble> {
        let mut events = Events::default();
        let broken = |error: reqwest::Error| {
            Trouble::new(Code::NotReachable, error.without_url().to_string())
        };
        while let Some(bytes) = stream.chunk().await.map_err(broken)? {
            for (event, data) in events.take(&bytes) {
                match event.as_str() {
                    "entry" => {
                        if let Ok(entry) = serde_json::from_str(&data) {
                            self.print(&entry);
                        }
                    }
                    "reload" => self.catch_up(LOOK_BACK).await?,
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn print(&mut self, entry: &Value) {
        let Some(seq) = entry["seq"].as_i64() else { return };
        if seq <= self.floor || !self.seen.insert(seq) {
            return;
        }
        if self.seen.len() > REMEMBERED {
            self.floor = self.seen.pop_first().unwrap_or(self.floor);
        }
        if !self.filter.holds(entry) {
            return;
        }
        if self.screen.json {
            self.screen.say(entry);
        } else {
            self.screen.say(line(entry, self.screen));
        }
    }
}

fn line(entry: &Value, screen: &Screen) -> String {
    let at = time(entry, "at").map(|at| moment(at, screen.now())).unwrap_or_default();
    let about =
        screen.paint.dim(format_args!("{} {}", text(entry, "actor"), text(entry, "subject")));
    format!("{at}  {}  {about}", text(entry, "title"))
}

/// Takes server-sent events out of a stream of bytes.
#[derive(Default)]
struct Events {
    rest: Vec<u8>,
    event: String,
    data: String,
}

impl Events {
    /// The events that these bytes complete: their names and their data.
    fn take(&mut self, bytes: &[u8]) -> Vec<(String, String)> {
        self.rest.extend_from_slice(bytes);
        let mut done = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() {
                if !self.data.is_empty() {
                    done.push((std::mem::take(&mut self.event), std::mem::take(&mut self.data)));
                }
                self.event.clear();
            } else if let Some((field, value)) = line.split_once(':') {
                let value = value.strip_prefix(' ').unwrap_or(value);
                match field {
                    "event" => self.event = value.to_owned(),
                    "data" => self.data.push_str(value),
                    _ => {}
                }
            }
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_wherever_the_stream_is_cut() {
        let stream = b"event: entry\nid: 7\ndata: {\"seq\":7}\n\n: still here\n\nevent: reload\r\n\
                       data: {}\r\n\r\n";
        for size in 1..stream.len() {
            let mut events = Events::default();
            let found: Vec<_> = stream.chunks(size).flat_map(|part| events.take(part)).collect();
            let expected = [("entry", "{\"seq\":7}"), ("reload", "{}")];
            let expected = expected.map(|(event, data)| (event.to_owned(), data.to_owned()));
            assert_eq!(found, expected, "cut every {size} bytes");
        }
    }
}
