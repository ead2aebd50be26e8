//! What people write after the name of the slash command.

/// What a slash command asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Words {
    /// Which commands there are.
    Help,
    /// Take an incident.
    Acknowledge(u64),
    /// Write something down on it.
    Comment(u64, String),
    /// Say that the service is back.
    Restore(u64),
    /// Say how it ended.
    Resolve(u64),
    /// Call the next in line.
    Escalate(u64),
    /// Who is on call for a team, a service or a schedule.
    Who(String),
}

/// Which commands there are, for people.
pub const HELP: &str = "`ack 123` takes an incident: nobody else is called\n\
    `comment 123 TEXT` writes something down on it\n\
    `restore 123` says that the service is back\n\
    `resolve 123` asks how it ended\n\
    `escalate 123` calls the next in line\n\
    `who payments` tells who is on call for a team, a service or a schedule\n\
    `help` shows this";

impl Words {
    /// Reads a command.
    ///
    /// # Errors
    /// What is wrong with it, for whoever wrote it.
    pub fn parse(text: &str) -> Result<Words, String> {
        let (verb, rest) = cut(text.trim());
        match verb.to_lowercase().as_str() {
            "" | "help" => Ok(Words::Help),
            "ack" | "acknowledge" | "take" => Ok(Words::Acknowledge(alone(rest)?)),
            "restore" => Ok(Words::Restore(alone(rest)?)),
            "resolve" => Ok(Words::Resolve(alone(rest)?)),
            "escalate" => Ok(Words::Escalate(alone(rest)?)),
            "comment" | "note" => match cut(rest) {
                (_, "") => Err("Say what to write down: `comment 123 TEXT`.".to_owned()),
                (number, text) => Ok(Words::Comment(parse_number(number)?, text.to_owned())),
            },
            "who" if rest.is_empty() => Err("Say for whom: `who payments`.".to_owned()),
            "who" => Ok(Words::Who(rest.to_owned())),
            _ => Err(format!("There is no command `{}`. There are:\n{HELP}", plain(verb))),
        }
    }
}

fn cut(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim())
}

fn alone(text: &str) -> Result<u64, String> {
    match cut(text) {
        (number, "") => parse_number(number),
        (_, more) => Err(format!("`{}` is one word too many.", plain(more))),
    }
}

/// `123` or `#123`.
fn parse_number(text: &str) -> Result<u64, String> {
    text.trim_start_matches('#').parse().map_err(|_| match text {
        "" => "Say which incident, by its number: `ack 123`.".to_owned(),
        _ => format!("`{}` is no number of an incident.", plain(text)),
    })
}

/// Without what would end the quotation or call somebody.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !"`<>@&".contains(*c) && !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_as_people_write_them() {
        let read = |text: &str| Words::parse(text).unwrap();
        assert_eq!(read("  ack   #123 "), Words::Acknowledge(123));
        assert_eq!(read("ACK 7"), Words::Acknowledge(7));
        let said = "the disk is full,  we clean up";
        assert_eq!(read(&format!("comment 12 {said}")), Words::Comment(12, said.to_owned()));
        assert_eq!(read("resolve 1"), Words::Resolve(1));
        assert_eq!(read("who payments"), Words::Who("payments".to_owned()));
        assert_eq!(read(""), Words::Help);
    }

    #[test]
    fn what_cannot_be_read_says_what_is_missing() {
        let wrong = |text: &str| Words::parse(text).unwrap_err();
        assert!(wrong("ack").contains("by its number"));
        assert!(wrong("ack soon").contains("`soon` is no number"));
        assert!(wrong("ack 1 now").contains("one word too many"));
        assert!(wrong("comment 12").contains("comment 123 TEXT"));
        assert!(wrong("who").contains("who payments"));
        let odd = wrong("<!channel>` x");
        assert!(odd.contains("no command `!channel`") && odd.contains("ack 123"), "{odd}");
    }
}
