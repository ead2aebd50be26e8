//! What is logged, and how.

use serde::{Deserialize, Serialize};
use tracing::level_filters::LevelFilter;

/// What is logged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `text` for people, `json` for programs.
    pub format: String,
    /// `error`, `warn`, `info`, `debug`, or a filter such as `info,server=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Log {
        Log { format: "text".to_owned(), level: "info".to_owned() }
    }
}

impl Log {
    /// Whether it can be followed. A word that is no level would be taken for the name of a part of
    /// the program, and everything else would be silent.
    ///
    /// # Errors
    /// Which setting is wrong, and what it can be.
    pub(super) fn check(&self) -> Result<(), String> {
        if !["text", "json"].contains(&self.format.as_str()) {
            return Err("log.format is text or json".to_owned());
        }
        let known = |directive: &str| {
            let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level);
            !level.is_empty() && level.parse::<LevelFilter>().is_ok()
        };
        match self.level.split(',').map(str::trim).find(|directive| !known(directive)) {
            None => Ok(()),
            Some(odd) => Err(format!(
                "log.level: `{odd}` is no level; write error, warn, info, debug, trace or off, or \
                 a filter such as info,server=debug"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_nobody_knows_is_refused_with_those_that_are() {
        let level = |level: &str| Log { level: level.to_owned(), ..Log::default() }.check();
        for good in ["error", "warn", "INFO", "debug", "trace", "off", "info,server=debug"] {
            assert_eq!(level(good), Ok(()), "{good}");
        }
        for odd in ["verbose", "warning", "", "info,", "server=loud", "info,server", "warn info"] {
            let wrong = level(odd).unwrap_err();
            assert!(wrong.starts_with("log.level") && wrong.contains("warn, info"), "{wrong}");
        }
    }
}
