use connectors::openslo::TimeWindow;
use jiff::civil::{DateTime, Weekday};
use serde_json::{Value, json};

/// A window as the estate has it. Periods of the calendar begin there at midnight: of a Monday, of
/// a first, of the first month; those that begin otherwise are not possible.
pub(super) fn window_of(window: &TimeWindow) -> Result<Value, String> {
    let digits = window.duration.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = window.duration.split_at(digits);
    let number: u32 = number.parse().map_err(|_| "its window has no length".to_owned())?;
    let days = match unit {
        "w" => Some(7),
        "d" => Some(1),
        "M" => Some(30),
        "Q" => Some(90),
        "Y" => Some(365),
        _ => None,
    };
    if window.is_rolling {
        let rolling = match days {
            Some(days) => format!("{}d", days * number),
            None => window.duration.clone(),
        };
        return Ok(json!({ "rolling": rolling }));
    }
    let period = match (number, unit) {
        (1, "w") => "week",
        (1, "M" | "m") => "month",
        (1, "Q") | (3, "M" | "m") => "quarter",
        (1, "Y") | (12, "M" | "m") => "year",
        _ => {
            return Err(format!(
                "its periods are `{}`, and those of an objective are one week, month, quarter or \
                 year: take one of them, or a window that rolls",
                window.duration
            ));
        }
    };
    let calendar = window.calendar.as_ref().ok_or("its periods have no beginning")?;
    let begin: DateTime = calendar
        .start_time
        .parse()
        .map_err(|_| format!("its periods begin at `{}`, which is no time", calendar.start_time))?;
    let (fits, usual) = match period {
        "week" => (begin.weekday() == Weekday::Monday, "on Mondays"),
        "month" => (begin.day() == 1, "on the first"),
        "quarter" => {
            let first = begin.day() == 1 && begin.month() % 3 == 1;
            (first, "on the first of January, April, July and October")
        }
        _ => (begin.day() == 1 && begin.month() == 1, "on 1 January"),
    };
    if !fits || begin.time() != jiff::civil::Time::midnight() {
        return Err(format!(
            "its periods begin at {}, and those of an objective begin {usual} at midnight: move \
             `startTime` there",
            calendar.start_time
        ));
    }
    Ok(json!({ "calendar": period, "timeZone": calendar.time_zone }))
}
