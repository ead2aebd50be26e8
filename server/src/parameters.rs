//! Query parameters that an operation does not have are refused: passed over, a misspelt condition
//! would be answered as if it held. The description of the API says which ones there are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use crate::problem::Problem;

/// Senders add what they like to the address that they were given.
const LENIENT: &str = "intake";

/// The parameters of each operation, by method and route.
#[derive(Debug)]
pub struct Parameters(HashMap<(Method, String), BTreeSet<String>>);

impl Parameters {
    /// Those of a description.
    pub fn of(document: &OpenApi) -> Parameters {
        let mut known = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            for (method, operation) in operations {
                let operation = operation.as_ref().filter(|operation| strict(operation));
                if let Some(operation) = operation {
                    known.insert((method, path.clone()), names(operation));
                }
            }
        }
        Parameters(known)
    }

    /// The first parameter of a query that an operation does not have, and those that it has.
    fn unknown(
        &self,
        method: &Method,
        path: &str,
        query: &str,
    ) -> Option<(String, &BTreeSet<String>)> {
        let known = self.0.get(&(method.clone(), path.to_owned()))?;
        let mut names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
        let unknown = names.find(|name| !name.is_empty() && !known.contains(name.as_ref()))?;
        Some((unknown.into_owned(), known))
    }
}

fn strict(operation: &Operation) -> bool {
    !operation.tags.iter().flatten().any(|tag| tag == LENIENT)
}

fn names(operation: &Operation) -> BTreeSet<String> {
    let named = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(one) if one.parameter_in == ParameterIn::Query => Some(one.name.clone()),
        _ => None,
    };
    operation.parameters.iter().flatten().filter_map(named).collect()
}

/// Refuses a request with a parameter that its operation does not have.
pub async fn check(
    State(known): State<Arc<Parameters>>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let Some(query) = request.uri().query() else { return next.run(request).await };
    match known.unknown(request.method(), path.as_str(), query) {
        None => next.run(request).await,
        Some((name, known)) => refusal(name, known).into_response(),
    }
}

fn refusal(name: String, known: &BTreeSet<String>) -> Problem {
    let remedy = match known.is_empty() {
        true => "this address takes no parameters".to_owned(),
        false => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            format!("there are: {}", known.join(", "))
        }
    };
    Problem::invalid(format!("there is no parameter `{name}` here")).at(name).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder};
    use utoipa::openapi::{OpenApiBuilder, PathItem, PathsBuilder};

    use super::*;

    fn operation(tag: &str, parameters: &[(&str, ParameterIn)]) -> Operation {
        let begun = OperationBuilder::new().tag(tag);
        let each = parameters.iter().cloned();
        each.fold(begun, |operation, (name, place)| {
            operation.parameter(ParameterBuilder::new().name(name).parameter_in(place))
        })
        .build()
    }

    #[test]
    fn what_an_operation_does_not_have_is_named_and_intake_takes_anything() {
        let query = ParameterIn::Query;
        let list = [("limit", query.clone()), ("after", query.clone())];
        let one = [("id", ParameterIn::Path), ("at", query)];
        let paths = PathsBuilder::new()
            .path("/list", PathItem::new(HttpMethod::Get, operation("incidents", &list)))
            .path("/list/{id}", PathItem::new(HttpMethod::Get, operation("incidents", &one)))
            .path("/events", PathItem::new(HttpMethod::Post, operation(LENIENT, &[])));
        let known = Parameters::of(&OpenApiBuilder::new().paths(paths.build()).build());
        let unknown = |method: Method, path: &str, query: &str| {
            known.unknown(&method, path, query).map(|(name, _)| name)
        };
        assert_eq!(unknown(Method::GET, "/list", "limit=1&after=x"), None);
        assert_eq!(unknown(Method::GET, "/list", "limit=1&lmit=2").as_deref(), Some("lmit"));
        assert_eq!(unknown(Method::GET, "/list/{id}", "at=2026-01-01T00:00:00Z"), None);
        assert_eq!(unknown(Method::GET, "/list/{id}", "id=x").as_deref(), Some("id"));
        assert_eq!(unknown(Method::POST, "/events", "k=1"), None);
    }
}
