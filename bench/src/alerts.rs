use std::fmt::Write;

/// A service has 5 % of all alerts.
pub const OF_A_SERVICE: usize = 20;
/// A rack has 0.1 % of all alerts.
pub const OF_A_RACK: usize = 1_000;

/// Writes the body of one request: `count` alerts from number `first` on, as Prometheus writes
/// them. An alert's number is all that its labels depend on: one alert in [`OF_A_RACK`] is of a
/// rack, one in [`OF_A_SERVICE`] of a service.
pub fn body(first: usize, count: usize, starts_at: &str, ends_at: &str) -> String {
    let mut body = String::with_capacity(count * 480 + 2);
    for number in first..first + count {
        body.push(if body.is_empty() { '[' } else { ',' });
        let (service, rack) = (number % OF_A_SERVICE, number % OF_A_RACK);
        let written = write!(
            body,
            r#"{{"annotations":{{"description":"The 99th percentile of requests on host-{number} was above 2 s for 10 minutes.","summary":"Requests are slow"}},"endsAt":"{ends_at}","startsAt":"{starts_at}","generatorURL":"http://prometheus.example.org:9090/graph?g0.expr=latency+%3E+2\u0026g0.tab=1","labels":{{"alertname":"HighLatency","cluster":"eu-1","instance":"host-{number}:9100","job":"node","rack":"rack-{rack}","service":"service-{service}","severity":"warning"}}}}"#
        );
        written.expect("writing to a text does not fail");
    }
    body.push(']');
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_holds_the_numbers_asked_for() {
        let body = body(10, 3, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
        assert!(body.starts_with('[') && body.ends_with("}}]"));
        assert_eq!(body.matches("\"instance\":\"host-").count(), 3);
        assert!(body.contains("host-12:9100") && !body.contains("host-13:9100"));
    }
}
