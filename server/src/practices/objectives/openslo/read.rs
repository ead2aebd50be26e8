use std::collections::BTreeMap;

use connectors::openslo::{
    Body, Document, IndicatorSpec, Metadata, Metric, Ratio, SloSpec, TimeWindow, Wrong,
};
use estate::Resource;
use serde_json::{Map, Value, json};

use super::{ALSO, Fate, Line, PUSHED};

/// Kinds of sources that answer the API of Prometheus.
const LIKE_PROMETHEUS: [&str; 6] =
    ["prometheus", "mimir", "thanos", "victoriametrics", "cortex", "any"];

/// What documents come to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Read {
    /// The resources.
    pub resources: Vec<Resource>,
    /// What became of every element.
    pub lines: Vec<Line>,
}

/// Reads documents of OpenSLO, v1 or v1alpha. `team` answers for the services that they bring;
/// without it services have to be in the estate already.
///
/// # Errors
/// When the text is no OpenSLO.
pub fn read(text: &str, team: Option<&str>) -> Result<Read, Wrong> {
    let documents = connectors::openslo::parse(text)?;
    let indicators: BTreeMap<&str, &IndicatorSpec> = documents
        .iter()
        .filter_map(|document| match &document.body {
            Body::Sli(spec) => Some((document.metadata.name.as_str(), spec)),
            _ => None,
        })
        .collect();
    let mut read = Read::default();
    for document in &documents {
        match &document.body {
            Body::Service(_) => read.service(document, team),
            Body::DataSource(spec) => read.source(document, spec),
            Body::Slo(spec) => read.slo(document, spec, &indicators),
            Body::Sli(_) => {
                read.line("SLI", document, Fate::Changed, "stands in each objective that names it");
            }
            Body::AlertPolicy(_) => read.own_alerts("AlertPolicy", document),
            Body::AlertCondition(_) => read.own_alerts("AlertCondition", document),
            Body::AlertNotificationTarget(_) => {
                read.own_alerts("AlertNotificationTarget", document);
            }
        }
    }
    Ok(read)
}

impl Read {
    fn line(&mut self, kind: &str, document: &Document, fate: Fate, because: &str) {
        let element = format!("{kind} {}", document.metadata.name);
        self.lines.push(Line { element, fate, because: because.to_owned() });
    }

    fn own_alerts(&mut self, kind: &str, document: &Document) {
        let because = "Operate tells by its own pairs of windows, and calls whom the estate names";
        self.line(kind, document, Fate::LeftOut, because);
    }

    /// Takes a resource in, or says what is wrong with it.
    fn add(&mut self, kind: &str, document: &Document, resource: &Value, said: (Fate, &str)) {
        match estate::from_json(resource) {
            Ok(resource) => {
                self.line(kind, document, said.0, said.1);
                self.resources.push(resource);
            }
            Err(mistake) => {
                let because = format!("{}: {}; {}", mistake.field, mistake.message, mistake.remedy);
                self.line(kind, document, Fate::NotPossible, because.trim_end_matches("; "));
            }
        }
    }

    fn service(&mut self, document: &Document, team: Option<&str>) {
        let name = &document.metadata.name;
        let Some(team) = team else {
            let because =
                format!("has to be in the estate as service/{name}, unless a team is named");
            return self.line("Service", document, Fate::LeftOut, &because);
        };
        let names = names(&document.metadata, name, &Value::Null);
        let resource = resource("Service", names, json!({ "team": team }));
        let because = format!("becomes service/{name}, for which {team} answers");
        self.add("Service", document, &resource, (Fate::Changed, &because));
    }

    fn source(&mut self, document: &Document, spec: &Value) {
        let kind = spec["type"].as_str().unwrap_or_default();
        let details = &spec["connectionDetails"];
        let url = ["url", "address", "endpoint"].iter().find_map(|name| details[*name].as_str());
        let Some(url) = url.filter(|_| like_prometheus(kind)) else {
            let because = "only servers with the API of Prometheus are asked, at a `url`; push \
                           the counts of others";
            return self.line("DataSource", document, Fate::NotPossible, because);
        };
        let also = also(&document.metadata);
        let mut wanted = json!({ "url": url });
        if let Some(tenant) = details["tenant"].as_str() {
            wanted["tenant"] = json!(tenant);
        }
        for field in ["timeout", "settlesAfter"] {
            if !also[field].is_null() {
                wanted[field] = also[field].clone();
            }
        }
        let known = ["url", "tenant"];
        let others = details.as_object().into_iter().flatten();
        let extra = others.filter(|(name, _)| !known.contains(&name.as_str())).count();
        let names = names(&document.metadata, &document.metadata.name, &also);
        let resource = resource("DataSource", names, wanted);
        let said = match extra {
            0 => (Fate::AsIs, ""),
            _ => (Fate::Changed, "credentials and other details are set in the product"),
        };
        self.add("DataSource", document, &resource, said);
    }

    fn slo(
        &mut self,
        document: &Document,
        spec: &SloSpec,
        indicators: &BTreeMap<&str, &IndicatorSpec>,
    ) {
        let several = spec.objectives.len() > 1;
        let also = also(&document.metadata);
        for (place, target) in spec.objectives.iter().enumerate() {
            if target.composite_weight.is_some() {
                let because = "parts of a composite with weights are not reckoned together";
                self.line("SLO", document, Fate::NotPossible, because);
                continue;
            }
            let named = |name: &Option<String>| {
                name.as_deref().and_then(|name| indicators.get(name).copied())
            };
            let own = target.indicator.as_ref().map(|indicator| &indicator.spec);
            let of_all = spec.indicator.as_ref().map(|indicator| &indicator.spec);
            let found = own
                .or_else(|| named(&target.indicator_ref))
                .or(of_all)
                .or_else(|| named(&spec.indicator_ref));
            let Some(found) = found else {
                let because = "the indicator that it names is not among the documents";
                self.line("SLO", document, Fate::NotPossible, because);
                continue;
            };
            let mut changes: Vec<String> = Vec::new();
            let objective = Slo { spec, also: &also, target: place, indicator: found };
            match objective.wanted(&mut changes) {
                Ok(wanted) => {
                    let base = &document.metadata.name;
                    let name = if several { format!("{base}-{}", place + 1) } else { base.clone() };
                    let mut names = names(&document.metadata, &name, &also);
                    if let Some(display) = target.display_name.as_ref().filter(|_| several) {
                        names["title"] = json!(display);
                        changes.push(format!("target {} is an objective of its own", place + 1));
                    }
                    if !spec.alert_policies.is_empty() {
                        changes.push("its alert policies are left out".to_owned());
                    }
                    let resource = resource("Objective", names, wanted);
                    let fate = if changes.is_empty() { Fate::AsIs } else { Fate::Changed };
                    self.add("SLO", document, &resource, (fate, &changes.join("; ")));
                }
                Err(because) => self.line("SLO", document, Fate::NotPossible, &because),
            }
        }
    }
}

/// One target of an objective.
struct Slo<'a> {
    spec: &'a SloSpec,
    also: &'a Value,
    target: usize,
    indicator: &'a IndicatorSpec,
}

impl Slo<'_> {
    fn wanted(&self, changes: &mut Vec<String>) -> Result<Value, String> {
        let target = &self.spec.objectives[self.target];
        let percent = target
            .target_percent
            .or_else(|| target.target.map(|share| (share * 1e8).round() / 1e6))
            .ok_or("it has no target")?;
        let item = match self.also["item"].as_str() {
            Some(item) => item.to_owned(),
            None => format!("service/{}", self.spec.service),
        };
        let mut wanted = json!({ "item": item, "target": percent });
        wanted["indicator"] = self.indicator(changes)?;
        let window = self.spec.time_window.first().ok_or("it has no window")?;
        wanted["window"] = window_of(window)?;
        let method = match self.spec.budgeting_method.as_str() {
            "Timeslices" => "timeslices",
            "RatioTimeslices" => "ratio_timeslices",
            _ => "occurrences",
        };
        wanted["method"] = json!(method);
        if let Some(length) = &target.time_slice_window {
            let mut slice = json!({ "length": length });
            if let Some(share) = target.time_slice_target {
                slice["target"] = json!((share * 1e8).round() / 1e6);
            }
            wanted["slice"] = slice;
        }
        for field in ["missing", "calendar", "exclude", "alerts", "policy", "slice"] {
            if !self.also[field].is_null() {
                wanted[field] = self.also[field].clone();
            }
        }
        Ok(wanted)
    }

    fn indicator(&self, changes: &mut Vec<String>) -> Result<Value, String> {
        let mut wanted = Map::new();
        let description = self.indicator.description.as_ref().or(self.spec.description.as_ref());
        if let Some(description) = description {
            wanted.insert("description".to_owned(), json!(description));
        }
        for word in ["unit", "cycle", "records", "contract"] {
            if let Some(said) = self.also[word].as_str() {
                wanted.insert(word.to_owned(), json!(said));
            }
        }
        if let Some(metric) = &self.indicator.threshold_metric {
            let target = &self.spec.objectives[self.target];
            let (Some(op), Some(limit)) = (target.op, target.value) else {
                return Err("it has a value and no `op` and `value` to hold it against".to_owned());
            };
            wanted.insert("value".to_owned(), json!(query(metric, false, changes)?));
            wanted.insert("op".to_owned(), json!(op));
            wanted.insert("limit".to_owned(), json!(limit));
            wanted.insert("source".to_owned(), json!(source(metric)?));
            return Ok(Value::Object(wanted));
        }
        let ratio = self.indicator.ratio_metric.as_ref().ok_or("it has no indicator")?;
        self.ratio(ratio, &mut wanted, changes)?;
        Ok(Value::Object(wanted))
    }

    fn ratio(
        &self,
        ratio: &Ratio,
        wanted: &mut Map<String, Value>,
        changes: &mut Vec<String>,
    ) -> Result<(), String> {
        let Some(total) = &ratio.total else {
            return Err(
                "a ratio that is worked out already has no counts: write good and total".to_owned()
            );
        };
        if total.metric_source.kind.as_deref() == Some(PUSHED) {
            return Ok(());
        }
        let counter = ratio.counter.unwrap_or_default();
        wanted.insert("total".to_owned(), json!(query(total, counter, changes)?));
        for (name, metric) in [("good", &ratio.good), ("bad", &ratio.bad)] {
            if let Some(metric) = metric {
                wanted.insert(name.to_owned(), json!(query(metric, counter, changes)?));
            }
        }
        wanted.insert("source".to_owned(), json!(source(total)?));
        Ok(())
    }
}

/// The query of a metric. A counter that is only named is counted by the minute.
fn query(metric: &Metric, counter: bool, changes: &mut Vec<String>) -> Result<String, String> {
    let kind = metric.metric_source.kind.as_deref().unwrap_or("prometheus");
    if !like_prometheus(kind) {
        return Err(format!("sources of type {kind} are not asked; push its counts"));
    }
    let spec = &metric.metric_source.spec;
    let names = ["query", "promql", "expr", "metricQuery"];
    let found = names.iter().find_map(|name| spec[*name].as_str());
    let query = found.ok_or("its metric has no `query`")?;
    if !counter || query.contains('[') {
        return Ok(query.to_owned());
    }
    let change = "counters are counted by the minute with sum(increase(…[1m]))".to_owned();
    if !changes.contains(&change) {
        changes.push(change);
    }
    Ok(format!("sum(increase({query}[1m]))"))
}

fn source(metric: &Metric) -> Result<String, String> {
    let named = metric.metric_source.metric_source_ref.clone();
    named.ok_or_else(|| "its metric names no data source; write `metricSourceRef`".to_owned())
}

fn like_prometheus(kind: &str) -> bool {
    kind.is_empty() || LIKE_PROMETHEUS.contains(&kind.to_ascii_lowercase().as_str())
}

fn window_of(window: &TimeWindow) -> Result<Value, String> {
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
        _ => return Err("its periods are not weeks, months, quarters or years".to_owned()),
    };
    let calendar = window.calendar.as_ref().ok_or("its periods have no beginning")?;
    if !calendar.start_time.contains(" 00:00:00") && !calendar.start_time.ends_with("T00:00:00") {
        return Err("its periods do not begin at midnight".to_owned());
    }
    Ok(json!({ "calendar": period, "timeZone": calendar.time_zone }))
}

fn also(metadata: &Metadata) -> Value {
    let text = metadata.more.get("annotations").and_then(|all| all[ALSO].as_str());
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn names(metadata: &Metadata, name: &str, also: &Value) -> Value {
    let mut names = json!({ "name": name });
    if let Some(title) = &metadata.display_name {
        names["title"] = json!(title);
    }
    if let Some(description) = also["description"].as_str() {
        names["description"] = json!(description);
    }
    let labels = metadata.more.get("labels").and_then(Value::as_object).into_iter().flatten();
    // A label may have several values there.
    let plain: Map<String, Value> =
        labels.filter_map(|(name, value)| Some((name.clone(), json!(value.as_str()?)))).collect();
    if !plain.is_empty() {
        names["labels"] = Value::Object(plain);
    }
    names
}

fn resource(kind: &str, metadata: Value, spec: Value) -> Value {
    json!({ "apiVersion": "operate/v1", "kind": kind, "metadata": metadata, "spec": spec })
}
