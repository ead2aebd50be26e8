use connectors::openslo::{Body, Document, Metric};
use serde_json::Value;

/// Kinds of sources that answer the API of Prometheus.
const LIKE_PROMETHEUS: [&str; 6] =
    ["prometheus", "mimir", "thanos", "victoriametrics", "cortex", ANY];
/// A kind that says nothing.
const ANY: &str = "any";

/// Where metrics come from.
pub(super) struct Sources<'a> {
    /// What is asked for metrics that name none, where whoever imports said so.
    named: Option<&'a str>,
    /// The sources among the documents that can be asked: their kinds and names.
    known: Vec<(String, &'a str)>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(documents: &'a [Document], named: Option<&'a str>) -> Sources<'a> {
        let known = documents.iter().filter_map(|document| {
            let Body::DataSource(spec) = &document.body else { return None };
            let kind = spec["type"].as_str().unwrap_or_default();
            let asked = url(spec).is_some() && like_prometheus(kind);
            asked.then(|| (kind.to_ascii_lowercase(), document.metadata.name.as_str()))
        });
        Sources { named, known: known.collect() }
    }

    /// The source that a metric names, else the one that whoever imports named, else the only one
    /// of its kind among the documents.
    pub(super) fn source(
        &self,
        metric: &Metric,
        changes: &mut Vec<String>,
    ) -> Result<String, String> {
        if let Some(named) = &metric.metric_source.metric_source_ref {
            return Ok(named.clone());
        }
        let kind = metric.metric_source.kind.as_deref().unwrap_or_default().to_ascii_lowercase();
        let fits = |known: &&(String, &str)| ["", ANY, known.0.as_str()].contains(&kind.as_str());
        let mut of_kind = self.known.iter().filter(fits).map(|(_, name)| *name);
        let only = of_kind.next().filter(|_| of_kind.next().is_none());
        let found = self.named.or(only).ok_or(
            "its metric names no data source: write `metricSourceRef`, or say which one with \
             --source NAME",
        )?;
        changes.push(format!("it names no data source, and {found} is asked"));
        Ok(found.to_owned())
    }
}

/// Where a source answers.
pub(super) fn url(spec: &Value) -> Option<&str> {
    let details = &spec["connectionDetails"];
    ["url", "address", "endpoint"].iter().find_map(|name| details[*name].as_str())
}

/// Whether a kind of source answers the API of Prometheus.
pub(super) fn like_prometheus(kind: &str) -> bool {
    kind.is_empty() || LIKE_PROMETHEUS.contains(&kind.to_ascii_lowercase().as_str())
}
