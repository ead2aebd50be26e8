//! Go's layouts of times: the time that they spell, `Mon Jan 2 15:04:05 MST 2006`, is replaced by
//! another.

use jiff::Zoned;

/// Names of months.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// What layouts can spell. Of two that begin alike the longer one stands first.
const PARTS: &[&str] = &[
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "_2006",
    "__2",
    "_2",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "Z07:00:00",
    "Z07:00",
    "Z070000",
    "Z0700",
    "Z07",
    "-07:00:00",
    "-07:00",
    "-070000",
    "-0700",
    "-07",
    "1",
    "2",
    "3",
    "4",
    "5",
];

/// The name of its day of the week.
pub(crate) fn weekday(at: &Zoned) -> &'static str {
    WEEKDAYS[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())]
}

/// Whether it is Go's time that nobody set.
pub(crate) fn is_zero(at: &Zoned) -> bool {
    let at = at.with_time_zone(jiff::tz::TimeZone::UTC);
    (at.year(), at.day_of_year()) == (1, 1)
        && (at.hour(), at.minute(), at.second(), at.subsec_nanosecond()) == (0, 0, 0, 0)
}

/// The time in a layout.
pub(crate) fn format(at: &Zoned, layout: &str) -> String {
    let mut out = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        let length = if let Some(length) = fraction(rest) {
            out.push_str(&fraction_shown(at, &rest[..length]));
            length
        } else if let Some(part) = part(rest) {
            out.push_str(&shown(at, part));
            part.len()
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    out
}

fn part(rest: &str) -> Option<&'static str> {
    let part = PARTS.iter().copied().find(|part| rest.starts_with(part))?;
    // `Month` begins with `Mon` and is no day: words go on in small letters.
    let after = rest[part.len()..].chars().next();
    let word_goes_on = after.is_some_and(|c| c.is_ascii_lowercase());
    let name = matches!(part, "Jan" | "Mon");
    match (name && word_goes_on, part) {
        (true, _) => None,
        // An underscore before a year is an underscore.
        (_, "_2006") => None,
        (_, part) => Some(part),
    }
}

/// The length of a fraction of a second such as `.000` or `,999`.
fn fraction(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(['.', ','])?;
    let digit = after.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let digits = after.len() - after.trim_start_matches(digit).len();
    let ends = !after[digits..].starts_with(|c: char| c.is_ascii_digit());
    ends.then_some(digits + 1)
}

fn fraction_shown(at: &Zoned, spelled: &str) -> String {
    let digits = (spelled.len() - 1).min(9);
    let nanos = format!("{:09}", at.subsec_nanosecond());
    let shown = &nanos[..digits];
    let shown = if spelled.contains('9') { shown.trim_end_matches('0') } else { shown };
    if shown.is_empty() { String::new() } else { format!("{}{shown}", &spelled[..1]) }
}

fn shown(at: &Zoned, part: &str) -> String {
    let month = MONTHS[usize::from(at.month().unsigned_abs()) - 1];
    let hour = (at.hour() + 11) % 12 + 1;
    match part {
        "January" => month.to_owned(),
        "Jan" => month[..3].to_owned(),
        "Monday" => weekday(at).to_owned(),
        "Mon" => weekday(at)[..3].to_owned(),
        "MST" => abbreviation(at),
        "2006" => format!("{:04}", at.year()),
        "06" => format!("{:02}", at.year().rem_euclid(100)),
        "01" => format!("{:02}", at.month()),
        "1" => at.month().to_string(),
        "02" => format!("{:02}", at.day()),
        "_2" => format!("{:>2}", at.day()),
        "2" => at.day().to_string(),
        "002" => format!("{:03}", at.day_of_year()),
        "__2" => format!("{:>3}", at.day_of_year()),
        "15" => format!("{:02}", at.hour()),
        "03" => format!("{hour:02}"),
        "3" => hour.to_string(),
        "04" => format!("{:02}", at.minute()),
        "4" => at.minute().to_string(),
        "05" => format!("{:02}", at.second()),
        "5" => at.second().to_string(),
        "PM" => if at.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "pm" => if at.hour() < 12 { "am" } else { "pm" }.to_owned(),
        _ => offset(at, part),
    }
}

fn offset(at: &Zoned, part: &str) -> String {
    let seconds = at.offset().seconds();
    if seconds == 0 && part.starts_with('Z') {
        return "Z".to_owned();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.unsigned_abs();
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    match &part[1..] {
        "07:00:00" => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        "07:00" => format!("{sign}{hours:02}:{minutes:02}"),
        "070000" => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
        "0700" => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}"),
    }
}

fn abbreviation(at: &Zoned) -> String {
    at.time_zone().to_offset_info(at.timestamp()).abbreviation().to_owned()
}
