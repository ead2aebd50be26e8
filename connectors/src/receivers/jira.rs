//! Jira: an issue for each group, found again by a label with the hash of the group's key.
//!
//! First it is searched for; what follows depends on the answer: it is created, changed, reopened
//! or resolved. A group that is resolved and has no issue needs none.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::call::{Next, path_part};
use super::{
    Call, HttpCall, HttpConfig, Length, Method, NotSent, Notice, Problems, Receiver,
    default_template, named,
};

/// Longest texts, in characters.
const SUMMARY_CHARS_MAX: usize = 255;
const DESCRIPTION_CHARS_MAX: usize = 32_767;
/// Deepest nesting of a field's value.
const FIELD_DEPTH_MAX: usize = 10;

/// An issue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JiraConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made: holds who signs in.
    pub http_config: HttpConfig,
    /// Where the API is, with its version: `https://company.atlassian.net/rest/api/2/`.
    pub api_url: String,
    /// `auto`, `cloud` or `datacenter`: told apart by the address when `auto`.
    pub api_type: String,
    /// The project.
    pub project: String,
    /// The title.
    pub summary: String,
    /// The text.
    pub description: String,
    /// Labels of the issue.
    pub labels: Vec<String>,
    /// Its priority.
    pub priority: String,
    /// Its type.
    pub issue_type: String,
    /// The transition that reopens it.
    pub reopen_transition: String,
    /// The transition that resolves it.
    pub resolve_transition: String,
    /// An issue of this resolution is not reopened.
    pub wont_fix_resolution: String,
    /// An issue that has been resolved for longer is not reopened.
    pub reopen_duration: Length,
    /// Other fields.
    #[serde(alias = "custom_fields")]
    pub fields: BTreeMap<String, Value>,
}

impl Default for JiraConfig {
    fn default() -> JiraConfig {
        JiraConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_url: String::new(),
            api_type: "auto".to_owned(),
            project: String::new(),
            summary: default_template("jira.default.summary"),
            description: default_template("jira.default.description"),
            labels: Vec::new(),
            priority: default_template("jira.default.priority"),
            issue_type: String::new(),
            reopen_transition: String::new(),
            resolve_transition: String::new(),
            wont_fix_resolution: String::new(),
            reopen_duration: Length::default(),
            fields: BTreeMap::new(),
        }
    }
}

/// What is done once it is known whether there is an issue.
#[derive(Clone)]
struct Plan {
    api: String,
    firing: bool,
    create: Value,
    change: Value,
    reopen: String,
    resolve: String,
}

/// The answer of a search.
#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    issues: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    key: String,
    #[serde(default)]
    fields: Value,
}

impl Issue {
    fn is_done(&self) -> bool {
        self.fields.pointer("/status/statusCategory/key").and_then(Value::as_str) == Some("done")
    }
}

impl JiraConfig {
    fn label(notice: &Notice<'_>) -> String {
        format!("ALERT{{{}}}", notice.group_hash())
    }

    fn jql(&self, notice: &Notice<'_>, project: &str) -> String {
        let mut conditions = Vec::new();
        if !self.wont_fix_resolution.is_empty() {
            conditions.push(format!("resolution != {}", quoted(&self.wont_fix_resolution)));
        }
        if self.reopen_transition.is_empty() {
            conditions.push("statusCategory != Done".to_owned());
        } else if self.reopen_duration.is_positive() {
            let minutes = self.reopen_duration.0.as_secs() / 60;
            let since = format!("(resolutiondate is EMPTY OR resolutiondate >= -{minutes}m)");
            conditions.push(since);
        }
        conditions.push(format!("project={}", quoted(project)));
        conditions.push(format!("labels={}", quoted(&Self::label(notice))));
        format!("{} order by status ASC,resolutiondate DESC", conditions.join(" and "))
    }

    /// The fields that an issue is created with.
    fn issue(&self, notice: &Notice<'_>) -> Result<Map<String, Value>, NotSent> {
        let mut fields = Map::new();
        for (name, value) in &self.fields {
            let value = rendered(notice, &format!("fields.{name}"), value, 0)?;
            fields.insert(name.clone(), value);
        }
        let mut labels = Vec::new();
        for (index, source) in self.labels.iter().enumerate() {
            labels.push(notice.text(&format!("labels[{index}]"), source)?);
        }
        labels.push(Self::label(notice));
        labels.retain(|label| !label.is_empty());
        labels.sort();
        let summary = notice.cut("summary", &self.summary, SUMMARY_CHARS_MAX)?;
        fields.insert("summary".to_owned(), one_line(&summary).into());
        let description = notice.text("description", &self.description)?;
        fields.insert("description".to_owned(), self.description(&description));
        fields.insert("labels".to_owned(), labels.into());
        let priority = notice.text("priority", &self.priority)?;
        if !priority.is_empty() {
            fields.insert("priority".to_owned(), json!({ "name": priority }));
        }
        Ok(fields)
    }

    /// Version 3 takes documents (ADF); what is one already stays, and text becomes one.
    fn description(&self, text: &str) -> Value {
        let cut = super::notice::cut(text, DESCRIPTION_CHARS_MAX);
        if !self.api_url.trim_end_matches('/').ends_with("/3") {
            return cut.into();
        }
        let document = serde_json::from_str::<Value>(text).ok();
        document.filter(|value| value.get("type") == Some(&json!("doc"))).unwrap_or_else(|| {
            let paragraph = |line: &str| {
                let content = if line.is_empty() {
                    Vec::new()
                } else {
                    vec![json!({ "type": "text", "text": line })]
                };
                json!({ "type": "paragraph", "content": content })
            };
            let paragraphs: Vec<Value> = cut.trim().lines().map(paragraph).collect();
            json!({ "type": "doc", "version": 1, "content": paragraphs })
        })
    }
}

impl Receiver for JiraConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        Vec::new()
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let mut all = named([
            ("project", &self.project),
            ("summary", &self.summary),
            ("description", &self.description),
            ("priority", &self.priority),
            ("issue_type", &self.issue_type),
        ]);
        let labels = self.labels.iter().enumerate();
        all.extend(labels.map(|(index, label)| (format!("labels[{index}]"), label.as_str())));
        for (name, value) in &self.fields {
            texts(&format!("fields.{name}"), value, 0, &mut all);
        }
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.needed("project", &self.project);
        problems.needed("issue_type", &self.issue_type);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
        if !["auto", "cloud", "datacenter"].contains(&self.api_type.as_str()) {
            problems.add("api_type", "has to be auto, cloud or datacenter");
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let project = notice.text("project", &self.project)?;
        let kind = notice.text("issue_type", &self.issue_type)?;
        let change = self.issue(notice)?;
        let mut create = change.clone();
        create.insert("project".to_owned(), json!({ "key": project }));
        create.insert("issuetype".to_owned(), json!({ "name": kind }));
        let plan = Plan {
            api: self.api_url.trim_end_matches('/').to_owned(),
            firing: notice.data().is_firing(),
            create: json!({ "fields": create }),
            change: json!({ "fields": change }),
            reopen: self.reopen_transition.clone(),
            resolve: self.resolve_transition.clone(),
        };
        let search = json!({
            "jql": self.jql(notice, &project),
            "fields": ["status"],
            "maxResults": 2,
        });
        // The cloud has moved its search; a data centre has the old one.
        let cloud = match self.api_type.as_str() {
            "cloud" => true,
            "datacenter" => false,
            _ => plan.api.contains(".atlassian.net"),
        };
        let path = if cloud { "search/jql" } else { "search" };
        let mut call = HttpCall::post_json(format!("{}/{path}", plan.api), &search);
        call.next = Some(Next::new(move |body| plan.calls(body)));
        Ok(vec![Call::Http(Box::new(call))])
    }
}

impl Plan {
    /// What follows the answer of the search.
    fn calls(&self, body: &str) -> Result<Vec<Call>, NotSent> {
        let found: Found = serde_json::from_str(body).map_err(|_| {
            NotSent::new("api_url", "the answer of the search is no list of issues")
        })?;
        let Some(issue) = found.issues.first() else {
            let create = HttpCall::post_json(format!("{}/issue", self.api), &self.create);
            let calls = self.firing.then(|| Call::Http(Box::new(create)));
            return Ok(calls.into_iter().collect());
        };
        let address = format!("{}/issue/{}", self.api, path_part(&issue.key));
        let mut change = HttpCall::post_json(&address, &self.change);
        change.method = Method::Put;
        let transition = match (self.firing, issue.is_done()) {
            (true, true) => &self.reopen,
            (false, false) => &self.resolve,
            _ => "",
        };
        let mut calls = vec![Call::Http(Box::new(change))];
        if !transition.is_empty() {
            calls.push(transit(address, transition.to_owned()));
        }
        Ok(calls)
    }
}

/// Looks for the transition of a name and makes it.
fn transit(address: String, name: String) -> Call {
    #[derive(Deserialize)]
    struct Transition {
        id: String,
        name: String,
    }
    #[derive(Deserialize)]
    struct Transitions {
        transitions: Vec<Transition>,
    }
    let url = format!("{address}/transitions");
    let mut list = HttpCall::post_json(&url, &());
    (list.method, list.body) = (Method::Get, String::new());
    list.headers.clear();
    list.next = Some(Next::new(move |body| {
        let found = serde_json::from_str::<Transitions>(body).ok();
        let found = found.and_then(|all| all.transitions.into_iter().find(|one| one.name == name));
        let found = found.ok_or_else(|| {
            NotSent::new("reopen_transition", format!("the issue has no transition {name:?} now"))
        })?;
        let make = json!({ "transition": { "id": found.id } });
        Ok(vec![Call::Http(Box::new(HttpCall::post_json(&url, &make)))])
    }));
    Call::Http(Box::new(list))
}

/// A text in JQL.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A field's value with all texts in it rendered.
fn rendered(
    notice: &Notice<'_>,
    field: &str,
    value: &Value,
    depth: usize,
) -> Result<Value, NotSent> {
    if depth > FIELD_DEPTH_MAX {
        return Err(NotSent::new(field, "its values lie too deep in each other"));
    }
    Ok(match value {
        Value::String(source) => notice.text(field, source)?.into(),
        Value::Array(items) => {
            let items = items.iter().map(|item| rendered(notice, field, item, depth + 1));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                Ok((name.clone(), rendered(notice, &format!("{field}.{name}"), value, depth + 1)?))
            });
            Value::Object(members.collect::<Result<_, NotSent>>()?)
        }
        other => other.clone(),
    })
}

/// The texts in a field's value.
fn texts<'v>(field: &str, value: &'v Value, depth: usize, found: &mut Vec<(String, &'v str)>) {
    match value {
        _ if depth > FIELD_DEPTH_MAX => {}
        Value::String(source) => found.push((field.to_owned(), source)),
        Value::Array(items) => items.iter().for_each(|item| texts(field, item, depth + 1, found)),
        Value::Object(members) => {
            for (name, value) in members {
                texts(&format!("{field}.{name}"), value, depth + 1, found);
            }
        }
        _ => {}
    }
}
