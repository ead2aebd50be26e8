use std::collections::BTreeMap;

use connectors::openslo::{
    Body, Document, IndicatorSpec, Metadata, Metric, Ratio, SloSpec, Wrong, composite_target,
    is_composite,
};
use estate::Resource;
use objectives::Target;
use serde_json::{Map, Value, json};

use super::sources::{self, Sources, like_prometheus};
use super::window::window_of;
use super::{ALSO, COMPOSED, Fate, Line, PUSHED};

/// Events of a minute whose ratio is worked out already, so that each minute weighs the same.
const WORKED_OUT: u32 = 1_000;

/// What whoever imports says beside the documents.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The team that answers for the services that they bring; without it services have to be in
    /// the estate already.
    pub team: Option<&'a str>,
    /// The data source of metrics that name none.
    pub source: Option<&'a str>,
}

/// What documents come to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Read {
    /// The resources.
    pub resources: Vec<Resource>,
    /// What became of every element.
    pub lines: Vec<Line>,
}

/// What the documents hold that others refer to.
struct Given<'a> {
    indicators: BTreeMap<&'a str, &'a IndicatorSpec>,
    sources: Sources<'a>,
}

/// Reads documents of OpenSLO, v1 or v1alpha.
///
/// # Errors
/// When the text is no OpenSLO.
pub fn read(text: &str, beside: Beside<'_>) -> Result<Read, Wrong> {
    let documents = connectors::openslo::parse(text)?;
    let indicators = documents.iter().filter_map(|document| match &document.body {
        Body::Sli(spec) => Some((document.metadata.name.as_str(), spec)),
        _ => None,
    });
    let sources = Sources::of(&documents, beside.source);
    let given = Given { indicators: indicators.collect(), sources };
    let mut read = Read::default();
    for document in &documents {
        match &document.body {
            Body::Service(_) => read.service(document, beside.team),
            Body::DataSource(spec) => read.source(document, spec),
            Body::Slo(spec) => read.slo(document, spec, &given),
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

    /// Takes a resource in, or says what is wrong with it; returns whether it was taken.
    fn add(
        &mut self,
        kind: &str,
        document: &Document,
        resource: &Value,
        said: (Fate, &str),
    ) -> bool {
        match estate::from_json(resource) {
            Ok(resource) => {
                self.line(kind, document, said.0, said.1);
                self.resources.push(resource);
                true
            }
            Err(mistake) => {
                let because = format!("{}: {}; {}", mistake.field, mistake.message, mistake.remedy);
                self.line(kind, document, Fate::NotPossible, because.trim_end_matches("; "));
                false
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
        let Some(url) = sources::url(spec).filter(|_| like_prometheus(kind)) else {
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

    fn slo(&mut self, document: &Document, spec: &SloSpec, given: &Given<'_>) {
        let also = also(&document.metadata);
        if !also[COMPOSED].is_null() {
            return self.composed(document, spec, &also);
        }
        let composite = is_composite(spec);
        let mut parts = Vec::new();
        for place in 0..spec.objectives.len() {
            let mut also = also.clone();
            if composite {
                also["alerts"] = json!({ "page": false, "ticket": false });
            }
            let part = Part { document, spec, also: &also, place };
            parts.extend(self.target(&part, given, composite));
        }
        if composite {
            self.composite(document, spec, &also, &parts);
        }
    }

    /// Takes in a target of an objective, as one of its own; returns its name.
    fn target(&mut self, part: &Part<'_>, given: &Given<'_>, composite: bool) -> Option<String> {
        let Part { document, spec, also, place } = *part;
        let target = &spec.objectives[place];
        let named = |name: &Option<String>| {
            name.as_deref().and_then(|name| given.indicators.get(name).copied())
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
            return None;
        };
        let mut changes: Vec<String> = Vec::new();
        let sources = &given.sources;
        let objective = Slo { spec, also, target: place, indicator: found, sources };
        let wanted = match objective.wanted(&mut changes) {
            Ok(wanted) => wanted,
            Err(because) => {
                self.line("SLO", document, Fate::NotPossible, &because);
                return None;
            }
        };
        let several = spec.objectives.len() > 1;
        let base = &document.metadata.name;
        let name = if several { format!("{base}-{}", place + 1) } else { base.clone() };
        let mut names = names(&document.metadata, &name, also);
        let own = target.indicator.as_ref().map(|indicator| &indicator.metadata);
        let display = own.filter(|_| composite).and_then(|own| own.display_name.as_ref());
        let display = target.display_name.as_ref().or(display);
        if let Some(display) = display.filter(|_| several) {
            names["title"] = json!(display);
        }
        if composite {
            changes.push(format!("part {} is an objective of its own", place + 1));
        } else if several {
            changes.push(format!("target {} is an objective of its own", place + 1));
        }
        if !composite && !spec.alert_policies.is_empty() {
            changes.push("its alert policies are left out".to_owned());
        }
        let resource = resource("Objective", names, wanted);
        let fate = if changes.is_empty() { Fate::AsIs } else { Fate::Changed };
        self.add("SLO", document, &resource, (fate, &changes.join("; "))).then_some(name)
    }

    /// Takes in what several targets are composed to.
    fn composite(&mut self, document: &Document, spec: &SloSpec, also: &Value, parts: &[String]) {
        if parts.len() < spec.objectives.len() {
            let because = "it is composed of objectives that cannot be taken";
            return self.line("SLO", document, Fate::NotPossible, because);
        }
        let weighted = parts.iter().zip(&spec.objectives).map(|(name, target)| {
            json!({ "objective": name, "weight": target.composite_weight.unwrap_or(1.0) })
        });
        let mut indicator = json!({ "parts": weighted.collect::<Vec<_>>() });
        if let Some(description) = &spec.description {
            indicator["description"] = json!(description);
        }
        // Documents without a target are not read.
        let target = composite_target(spec).ok().flatten().map_or(100.0, Target::share);
        let percent = (target * 1e8).round() / 1e6;
        let names = names(&document.metadata, &document.metadata.name, also);
        match framed(spec, also, percent, indicator) {
            Ok(wanted) => {
                let because = format!(
                    "is composed of {} by weight, with the mean of their targets, {percent} %; \
                     it tells when its budget burns, its parts do not",
                    parts.join(", ")
                );
                let resource = resource("Objective", names, wanted);
                self.add("SLO", document, &resource, (Fate::Changed, &because));
            }
            Err(because) => self.line("SLO", document, Fate::NotPossible, &because),
        }
    }

    /// Takes in what was composed here before it was written.
    fn composed(&mut self, document: &Document, spec: &SloSpec, also: &Value) {
        let mut indicator = also[COMPOSED].clone();
        if let Some(description) = &spec.description {
            indicator["description"] = json!(description);
        }
        let names = names(&document.metadata, &document.metadata.name, also);
        let target = also["target"].as_f64().unwrap_or(100.0);
        match framed(spec, also, target, indicator) {
            Ok(wanted) => {
                let resource = resource("Objective", names, wanted);
                self.add("SLO", document, &resource, (Fate::AsIs, ""));
            }
            Err(because) => self.line("SLO", document, Fate::NotPossible, &because),
        }
    }
}

/// What every objective says, however it is measured.
fn framed(spec: &SloSpec, also: &Value, target: f64, indicator: Value) -> Result<Value, String> {
    let item = match also["item"].as_str() {
        Some(item) => item.to_owned(),
        None => format!("service/{}", spec.service),
    };
    let mut wanted = json!({ "item": item, "target": target, "indicator": indicator });
    let window = spec.time_window.first().ok_or("it has no window")?;
    wanted["window"] = window_of(window)?;
    for field in ["missing", "calendar", "exclude", "alerts", "policy", "slice", "method"] {
        if !also[field].is_null() {
            wanted[field] = also[field].clone();
        }
    }
    Ok(wanted)
}

/// One of the targets of a document.
#[derive(Clone, Copy)]
struct Part<'a> {
    document: &'a Document,
    spec: &'a SloSpec,
    also: &'a Value,
    place: usize,
}

/// One target of an objective.
struct Slo<'a> {
    spec: &'a SloSpec,
    also: &'a Value,
    target: usize,
    indicator: &'a IndicatorSpec,
    sources: &'a Sources<'a>,
}

impl Slo<'_> {
    fn wanted(&self, changes: &mut Vec<String>) -> Result<Value, String> {
        let target = &self.spec.objectives[self.target];
        let percent = target
            .target_percent
            .or_else(|| target.target.map(|share| (share * 1e8).round() / 1e6))
            .ok_or("it has no target")?;
        let indicator = self.indicator(changes)?;
        let mut wanted = framed(self.spec, self.also, percent, indicator)?;
        let method = match self.spec.budgeting_method.as_str() {
            "Timeslices" => "timeslices",
            "RatioTimeslices" => "ratio_timeslices",
            _ => "occurrences",
        };
        wanted["method"] = json!(method);
        let length = target.time_slice_window.as_ref();
        if let Some(length) = length.filter(|_| self.also["slice"].is_null()) {
            let mut slice = json!({ "length": length });
            if let Some(share) = target.time_slice_target {
                slice["target"] = json!((share * 1e8).round() / 1e6);
            }
            wanted["slice"] = slice;
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
            wanted.insert("source".to_owned(), json!(self.sources.source(metric, changes)?));
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
        if let Some(raw) = &ratio.raw {
            return self.worked_out(raw, ratio.raw_type.as_deref(), wanted, changes);
        }
        let total = ratio.total.as_ref().ok_or("its ratio has no total")?;
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
        wanted.insert("source".to_owned(), json!(self.sources.source(total, changes)?));
        Ok(())
    }

    /// A ratio from 0 to 1 that is worked out already: of each minute so much is good, or bad.
    fn worked_out(
        &self,
        raw: &Metric,
        kind: Option<&str>,
        wanted: &mut Map<String, Value>,
        changes: &mut Vec<String>,
    ) -> Result<(), String> {
        let part = match kind {
            Some("success") => "good",
            Some("failure") => "bad",
            _ => return Err("its raw ratio has no `rawType`: success or failure".to_owned()),
        };
        let query = query(raw, false, changes)?;
        wanted.insert(part.to_owned(), json!(format!("{WORKED_OUT} * ({query})")));
        wanted.insert("total".to_owned(), json!(format!("vector({WORKED_OUT})")));
        wanted.insert("source".to_owned(), json!(self.sources.source(raw, changes)?));
        changes.push("its ratio is asked for each minute, and each minute weighs the same".into());
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
