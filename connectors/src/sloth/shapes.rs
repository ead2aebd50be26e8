//! Which fields specifications have, in a file and in a Kubernetes resource.

use crate::shape::{Shape, may, must};

use Shape::{Any, Bool, Labels, Lenient, List, Number, Open, Text};

/// The fields that a file and a resource call differently.
pub(super) struct Names {
    pub error: &'static str,
    pub total: &'static str,
    pub ratio: &'static str,
    pub page: &'static str,
    pub ticket: &'static str,
}

impl Names {
    pub const SNAKE: Names = Names {
        error: "error_query",
        total: "total_query",
        ratio: "error_ratio_query",
        page: "page_alert",
        ticket: "ticket_alert",
    };
    pub const CAMEL: Names = Names {
        error: "errorQuery",
        total: "totalQuery",
        ratio: "errorRatioQuery",
        page: "pageAlert",
        ticket: "ticketAlert",
    };
}

pub(super) const FILE: Shape = Lenient(&[
    must("version", &Text),
    must("service", &Text),
    may("labels", &Labels),
    must("slos", &List(&SLO)),
    may("slo_plugins", &Any),
]);

const SLO: Shape = Lenient(&[
    must("name", &Text),
    may("description", &Any),
    must("objective", &Number),
    may("labels", &Labels),
    must("sli", &SLI),
    may("alerting", &ALERTING),
    may("plugins", &Any),
]);

const SLI: Shape = Lenient(&[
    may("events", &Lenient(&[must("error_query", &Text), must("total_query", &Text)])),
    may("raw", &Lenient(&[must("error_ratio_query", &Text)])),
    may("plugin", &PLUGIN),
]);

const PLUGIN: Shape = Lenient(&[must("id", &Text), may("options", &Labels)]);

const ALERTING: Shape = Lenient(&[
    may("name", &Any),
    may("labels", &Labels),
    may("annotations", &Labels),
    may("page_alert", &ALERT),
    may("ticket_alert", &ALERT),
]);

const ALERT: Shape =
    Lenient(&[may("disable", &Bool), may("labels", &Labels), may("annotations", &Labels)]);

pub(super) const RESOURCE: Shape = Open(&[
    must("apiVersion", &Text),
    must("kind", &Shape::Word(&["PrometheusServiceLevel"])),
    must("metadata", &Open(&[must("name", &Text)])),
    must("spec", &SPEC),
]);

const SPEC: Shape = Lenient(&[
    must("service", &Text),
    may("labels", &Labels),
    must("slos", &List(&CAMEL_SLO)),
    may("sloPlugins", &Any),
]);

const CAMEL_SLO: Shape = Lenient(&[
    must("name", &Text),
    may("description", &Any),
    must("objective", &Number),
    may("labels", &Labels),
    must("sli", &CAMEL_SLI),
    may("alerting", &CAMEL_ALERTING),
    may("plugins", &Any),
]);

const CAMEL_SLI: Shape = Lenient(&[
    may("events", &Lenient(&[must("errorQuery", &Text), must("totalQuery", &Text)])),
    may("raw", &Lenient(&[must("errorRatioQuery", &Text)])),
    may("plugin", &PLUGIN),
]);

const CAMEL_ALERTING: Shape = Lenient(&[
    may("name", &Any),
    may("labels", &Labels),
    may("annotations", &Labels),
    may("pageAlert", &ALERT),
    may("ticketAlert", &ALERT),
]);
