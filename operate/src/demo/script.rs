//! What happens in the demonstration, and when. The items are those of the sample estate.

/// Something that can be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Symptom {
    /// Names it in the script.
    pub key: &'static str,
    /// The item that it is about, as the sample estate's routes find it.
    pub item: &'static str,
    /// The labels that a watcher would put on it, besides `severity`.
    pub labels: &'static [(&'static str, &'static str)],
    /// How grave it is.
    pub severity: &'static str,
    /// What people read.
    pub summary: &'static str,
}

/// A step of the script.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// Seconds after the beginning.
    pub at: u32,
    /// What a narrator says first; empty: nothing.
    pub told: &'static str,
    /// What begins, by key.
    pub begins: &'static [&'static str],
    /// What is over, by key.
    pub ends: &'static [&'static str],
}

const fn symptom(
    key: &'static str,
    item: &'static str,
    labels: &'static [(&'static str, &'static str)],
    (severity, summary): (&'static str, &'static str),
) -> Symptom {
    Symptom { key, item, labels, severity, summary }
}

/// Everything that goes wrong.
pub const SYMPTOMS: &[Symptom] = &[
    symptom(
        "node-1",
        "component/orders-db-1",
        &[
            ("alertname", "PostgresDown"),
            ("job", "postgres"),
            ("host", "orders-db-1"),
            ("instance", "orders-db-1:9187"),
        ],
        ("critical", "PostgreSQL on orders-db-1 does not answer"),
    ),
    symptom(
        "node-2",
        "component/orders-db-2",
        &[
            ("alertname", "PostgresDown"),
            ("job", "postgres"),
            ("host", "orders-db-2"),
            ("instance", "orders-db-2:9187"),
        ],
        ("critical", "PostgreSQL on orders-db-2 does not answer"),
    ),
    symptom(
        "node-3",
        "component/orders-db-3",
        &[
            ("alertname", "ReplicationStopped"),
            ("job", "postgres"),
            ("host", "orders-db-3"),
            ("instance", "orders-db-3:9187"),
        ],
        ("warning", "orders-db-3 receives no changes any more"),
    ),
    symptom(
        "quorum",
        "component/orders-db",
        &[
            ("alertname", "ClusterWithoutQuorum"),
            ("job", "postgres"),
            ("cluster", "orders-db"),
            ("instance", "haproxy:8404"),
        ],
        ("critical", "The orders database has lost its quorum and takes no writes"),
    ),
    symptom(
        "orders",
        "service/orders",
        &[("alertname", "HighErrorRate"), ("service", "orders")],
        ("critical", "Orders: 97 % of requests fail"),
    ),
    symptom(
        "orders-backlog",
        "service/orders",
        &[("alertname", "BacklogGrows"), ("service", "orders")],
        ("warning", "Orders: 1,800 orders wait to be written"),
    ),
    symptom(
        "checkout",
        "service/checkout",
        &[("alertname", "HighErrorRate"), ("service", "checkout")],
        ("critical", "Checkout: 94 % of requests fail"),
    ),
    symptom(
        "checkout-slow",
        "service/checkout",
        &[("alertname", "HighLatency"), ("service", "checkout")],
        ("warning", "Checkout: half of the requests take longer than 8 s"),
    ),
    symptom(
        "issuing",
        "service/ticket-issuing",
        &[("alertname", "HighErrorRate"), ("service", "ticket-issuing")],
        ("critical", "Ticket issuing: no ticket was issued in the last minute"),
    ),
    symptom(
        "issuing-backlog",
        "service/ticket-issuing",
        &[("alertname", "BacklogGrows"), ("service", "ticket-issuing")],
        ("warning", "Ticket issuing: paid orders wait for their tickets"),
    ),
    symptom(
        "shop",
        "service/web-shop",
        &[("alertname", "HighErrorRate"), ("service", "web-shop")],
        ("error", "Web shop: 41 % of pages show an error"),
    ),
    symptom(
        "shop-slow",
        "service/web-shop",
        &[("alertname", "HighLatency"), ("service", "web-shop")],
        ("warning", "Web shop: half of the pages take longer than 5 s"),
    ),
    symptom(
        "app",
        "service/app-gateway",
        &[("alertname", "HighErrorRate"), ("service", "app-gateway")],
        ("error", "App gateway: 38 % of requests fail"),
    ),
    symptom(
        "app-slow",
        "service/app-gateway",
        &[("alertname", "HighLatency"), ("service", "app-gateway")],
        ("warning", "App gateway: half of the requests take longer than 5 s"),
    ),
    symptom(
        "desk",
        "service/customer-desk",
        &[("alertname", "HighErrorRate"), ("service", "customer-desk")],
        ("error", "Customer desk: orders cannot be looked up"),
    ),
    symptom(
        "refunds",
        "service/refunds",
        &[("alertname", "JobFailed"), ("service", "refunds")],
        ("error", "Refunds: the last three runs failed"),
    ),
    symptom(
        "invoicing",
        "service/invoicing",
        &[("alertname", "JobFailed"), ("service", "invoicing")],
        ("warning", "Invoicing: the last run failed"),
    ),
    symptom(
        "loyalty",
        "service/loyalty",
        &[("alertname", "HighErrorRate"), ("service", "loyalty")],
        ("error", "Linden Card points: 88 % of requests fail"),
    ),
    symptom(
        "loyalty-slow",
        "service/loyalty",
        &[("alertname", "HighLatency"), ("service", "loyalty")],
        ("warning", "Linden Card points: requests time out"),
    ),
    symptom(
        "probe",
        "usecase/sell-tickets",
        &[("alertname", "ProbeFailed"), ("item", "usecase/sell-tickets")],
        ("critical", "A robot that buys a ticket every minute could not buy one"),
    ),
];

const fn step(
    at: u32,
    told: &'static str,
    begins: &'static [&'static str],
    ends: &'static [&'static str],
) -> Step {
    Step { at, told, begins, ends }
}

/// The failure, the flapping and the recovery, in order.
pub const STEPS: &[Step] = &[
    step(
        0,
        "A storage array in Frankfurt fails. Two of three database nodes are on it.",
        &["node-1", "node-2"],
        &[],
    ),
    step(2, "", &["quorum"], &[]),
    step(4, "What depends on the database follows.", &["orders"], &[]),
    step(5, "", &["checkout"], &[]),
    step(6, "", &["node-3", "issuing"], &[]),
    step(8, "", &["shop", "app"], &[]),
    step(10, "", &["desk", "loyalty"], &[]),
    step(12, "", &["refunds", "orders-backlog", "checkout-slow"], &[]),
    step(14, "", &["shop-slow", "app-slow", "probe"], &[]),
    step(17, "", &["invoicing", "issuing-backlog", "loyalty-slow"], &[]),
    step(24, "Some alerts flap, as they do.", &[], &["loyalty"]),
    step(28, "", &["loyalty"], &["shop-slow"]),
    step(33, "", &["shop-slow"], &["loyalty-slow"]),
    step(37, "", &["loyalty-slow"], &[]),
    step(48, "The nodes are started on other storage and come back.", &[], &["node-1"]),
    step(52, "", &[], &["node-2", "quorum"]),
    step(56, "The rest recovers in order.", &[], &["node-3", "orders"]),
    step(60, "", &[], &["checkout", "issuing"]),
    step(64, "", &[], &["shop", "app", "desk", "loyalty"]),
    step(69, "", &[], &["orders-backlog", "checkout-slow", "loyalty-slow", "refunds"]),
    step(74, "", &[], &["shop-slow", "app-slow", "probe"]),
    step(80, "", &[], &["issuing-backlog", "invoicing"]),
];

/// The symptom of a key.
pub fn find(key: &str) -> Option<&'static Symptom> {
    SYMPTOMS.iter().find(|symptom| symptom.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn everything_begins_before_it_ends_and_nothing_is_left_over() {
        let mut firing = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut before = 0;
        for step in STEPS {
            assert!(step.at >= before, "{step:?}");
            before = step.at;
            for key in step.begins {
                assert!(find(key).is_some() && firing.insert(*key), "{key} at {}", step.at);
                seen.insert(*key);
            }
            for key in step.ends {
                assert!(firing.remove(key), "{key} at {}", step.at);
            }
        }
        assert!(firing.is_empty(), "{firing:?}");
        assert_eq!(seen.len(), SYMPTOMS.len());
    }

    #[test]
    fn about_twenty_alerts_of_a_dozen_items_tell_of_one_cause() {
        let items: BTreeSet<_> = SYMPTOMS.iter().map(|symptom| symptom.item).collect();
        assert_eq!((SYMPTOMS.len(), items.len()), (20, 14));
    }

    #[test]
    fn no_two_symptoms_have_the_same_labels() {
        let labels: BTreeSet<_> = SYMPTOMS.iter().map(|symptom| symptom.labels).collect();
        assert_eq!(labels.len(), SYMPTOMS.len());
    }
}
