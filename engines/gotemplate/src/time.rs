//! Times and durations: their methods, and how they are shown.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Zoned};

use crate::{Value, format, layout};

type Result<T, E = String> = std::result::Result<T, E>;

const NANOS: i128 = 1_000_000_000;

/// The zone of a name.
pub(crate) fn zone(name: &str) -> Result<TimeZone> {
    match name {
        "" | "UTC" => Ok(TimeZone::UTC),
        "Local" => {
            Err("a template has no local zone: write its name, as in `tz \"Europe/Paris\"`"
                .to_owned())
        }
        _ => TimeZone::get(name)
            .map_err(|_| format!("there is no time zone {name:?}: write one as `Europe/Paris`")),
    }
}

/// The time, or what it should have been.
pub(crate) fn instant(value: &Value) -> Result<&Zoned> {
    match value {
        Value::Time(at) => Ok(at),
        other => Err(format!("a {} is given where a time belongs", other.kind())),
    }
}

/// The time in a layout of Go.
pub(crate) fn formatted(at: &Zoned, pattern: &str) -> Result<String> {
    Ok(layout::format(at, pattern))
}

/// A method of a time.
pub(crate) fn time_method(at: &Zoned, name: &str, arguments: &[Value]) -> Result<Value> {
    let nothing = |value: Value| match arguments {
        [] => Ok(value),
        _ => Err("takes no arguments".to_owned()),
    };
    let other = || match arguments {
        [other] => instant(other),
        _ => Err("takes one time".to_owned()),
    };
    let number = |number: i64| nothing(Value::Int(number));
    match name {
        "Format" => match arguments {
            [Value::Text(pattern)] => formatted(at, pattern).map(Value::from),
            _ => Err("takes one layout, as in `.Format \"2006-01-02 15:04:05\"`".to_owned()),
        },
        "Unix" => number(at.timestamp().as_second()),
        "UnixMilli" => number(at.timestamp().as_millisecond()),
        "UnixMicro" => number(at.timestamp().as_microsecond()),
        "UnixNano" => number(i64::try_from(at.timestamp().as_nanosecond()).unwrap_or(i64::MAX)),
        "UTC" => nothing(Value::Time(Box::new(at.with_time_zone(TimeZone::UTC)))),
        "Local" => {
            let problem = "a template has no local zone: write `tz \"Europe/Paris\" .StartsAt`";
            Err(problem.to_owned())
        }
        "Sub" => Ok(Value::Duration(at.timestamp().duration_since(other()?.timestamp()))),
        "Add" => match arguments {
            [length] => at
                .checked_add(duration(length)?)
                .map(|sum| Value::Time(Box::new(sum)))
                .map_err(|_| "the sum is out of range".to_owned()),
            _ => Err("takes one duration, in nanoseconds".to_owned()),
        },
        "After" => Ok(Value::Bool(at.timestamp() > other()?.timestamp())),
        "Before" => Ok(Value::Bool(at.timestamp() < other()?.timestamp())),
        "Equal" => Ok(Value::Bool(at.timestamp() == other()?.timestamp())),
        "IsZero" => nothing(Value::Bool(layout::is_zero(at))),
        "Year" => number(at.year().into()),
        "Month" => nothing(Value::text(layout::MONTHS[usize::from(at.month().unsigned_abs()) - 1])),
        "Day" => number(at.day().into()),
        "Hour" => number(at.hour().into()),
        "Minute" => number(at.minute().into()),
        "Second" => number(at.second().into()),
        "Nanosecond" => number(at.subsec_nanosecond().into()),
        "YearDay" => number(at.day_of_year().into()),
        "Weekday" => nothing(Value::text(layout::weekday(at))),
        "String" => nothing(Value::text(shown(at))),
        _ => {
            Err("is no method of a time that templates know: write `.Format \"layout\"`".to_owned())
        }
    }
}

/// A duration as it is given to methods: itself, or its nanoseconds.
fn duration(value: &Value) -> Result<SignedDuration> {
    match value {
        Value::Duration(duration) => Ok(*duration),
        Value::Int(nanos) => Ok(SignedDuration::from_nanos(*nanos)),
        Value::Float(nanos) if nanos.fract() == 0.0 && nanos.abs() < 9e18 => {
            Ok(SignedDuration::from_nanos(*nanos as i64))
        }
        other => Err(format!("a {} is given where a duration belongs", other.kind())),
    }
}

/// A method of a duration.
pub(crate) fn duration_method(
    length: SignedDuration,
    name: &str,
    arguments: &[Value],
) -> Result<Value> {
    let nanos = length.as_nanos();
    let unit = || match arguments {
        [unit] => duration(unit).map(|unit| unit.as_nanos()),
        _ => Err("takes one duration, in nanoseconds".to_owned()),
    };
    let made = |nanos: i128| {
        let nanos = i64::try_from(nanos).map_err(|_| "the duration is out of range".to_owned())?;
        Ok(Value::Duration(SignedDuration::from_nanos(nanos)))
    };
    let nothing = |value: Value| match arguments {
        [] => Ok(value),
        _ => Err("takes no arguments".to_owned()),
    };
    match name {
        "Hours" => nothing(Value::Float(length.as_secs_f64() / 3600.0)),
        "Minutes" => nothing(Value::Float(length.as_secs_f64() / 60.0)),
        "Seconds" => nothing(Value::Float(length.as_secs_f64())),
        "Milliseconds" => nothing(Value::Int((nanos / 1_000_000) as i64)),
        "Nanoseconds" => nothing(Value::Int(nanos as i64)),
        "String" => nothing(Value::text(duration_shown(length))),
        "Abs" => nothing(Value::Duration(length.abs())),
        "Truncate" => match unit()? {
            unit if unit <= 0 => made(nanos),
            unit => made(nanos - nanos % unit),
        },
        "Round" => match unit()? {
            unit if unit <= 0 => made(nanos),
            unit => {
                let down = nanos % unit;
                let up = if down.abs() * 2 >= unit { unit * nanos.signum() } else { 0 };
                made(nanos - down + up)
            }
        },
        _ => Err("is no method of a duration that templates know".to_owned()),
    }
}

/// A time as Go prints it.
pub(crate) fn shown(at: &Zoned) -> String {
    layout::format(at, "2006-01-02 15:04:05.999999999 -0700 MST")
}

/// A time as Go writes it in JSON.
pub(crate) fn rfc3339(at: &Zoned) -> String {
    layout::format(at, "2006-01-02T15:04:05.999999999Z07:00")
}

/// A duration as Go prints it: `1h0m5s`, `1.5s`, `20ms`.
pub(crate) fn duration_shown(length: SignedDuration) -> String {
    let nanos = length.as_nanos();
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.abs();
    let decimal = |nanos: i128, unit: i128| {
        let whole = nanos / unit;
        let digits = unit.to_string().len() - 1;
        let fraction = format!("{:0digits$}", nanos % unit);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() || digits == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{fraction}")
        }
    };
    let text = match nanos {
        0 => "0s".to_owned(),
        1..1_000 => format!("{nanos}ns"),
        1_000..1_000_000 => format!("{}µs", decimal(nanos, 1_000)),
        1_000_000..NANOS => format!("{}ms", decimal(nanos, 1_000_000)),
        _ => {
            let minutes = nanos / (60 * NANOS);
            let seconds = decimal(nanos % (60 * NANOS), NANOS);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{text}")
}

/// `humanizeDuration`: seconds as `1d 2h 3m 4s`, and parts of a second with a prefix.
pub(crate) fn humanized(value: &Value) -> Result<String> {
    let seconds = match value {
        Value::Duration(length) => length.as_secs_f64(),
        Value::Int(seconds) => *seconds as f64,
        Value::Float(seconds) => *seconds,
        other => {
            let text = crate::functions::text(other)?;
            text.parse().map_err(|_| format!("{text:?} is no number of seconds"))?
        }
    };
    let size = seconds.abs();
    let sign = if seconds < 0.0 { "-" } else { "" };
    if !seconds.is_finite() || seconds == 0.0 {
        let shown = format::general(seconds, Some(4));
        return Ok(if seconds == 0.0 { "0s".to_owned() } else { shown });
    }
    if size < 1.0 {
        let prefixes = ["m", "u", "n", "p", "f", "a", "z", "y"];
        let mut shown = seconds;
        let mut prefix = "";
        for next in prefixes {
            if shown.abs() >= 1.0 {
                break;
            }
            shown *= 1000.0;
            prefix = next;
        }
        return Ok(format!("{}{prefix}s", format::general(shown, Some(4))));
    }
    let whole = size as u64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
    Ok(match (days, hours, minutes) {
        (0, 0, 0) => format!("{}s", format::general(seconds, Some(4))),
        (0, 0, minutes) => format!("{sign}{minutes}m {}s", whole % 60),
        (0, hours, minutes) => format!("{sign}{hours}h {minutes}m {}s", whole % 60),
        _ => format!("{sign}{days}d {hours}h {minutes}m {}s", whole % 60),
    })
}
