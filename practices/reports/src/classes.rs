use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::alerts::Firing;

/// What firings meant, and what they put at risk.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
pub struct ClassReport {
    /// Of all integrations together.
    pub total: ClassCounts,
    /// Of each integration, the one with the most unclassified firings first.
    pub by_source: Vec<SourceClasses>,
}

/// The firings of one integration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct SourceClasses {
    /// The integration.
    pub source: String,
    /// How many.
    #[serde(flatten)]
    pub counts: ClassCounts,
}

/// How many firings were of each class, and how many put each thing at risk; one firing may put
/// several at risk, or none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the classes")]
pub struct ClassCounts {
    pub fired: usize,
    pub unclassified: usize,
    pub informational: usize,
    pub warning: usize,
    pub exception: usize,
    pub performance: usize,
    pub security: usize,
    pub compliance: usize,
}

impl ClassCounts {
    fn add(&mut self, firing: &Firing) {
        self.fired += 1;
        match firing.class.as_deref() {
            Some("informational") => self.informational += 1,
            Some("warning") => self.warning += 1,
            Some("exception") => self.exception += 1,
            _ => self.unclassified += 1,
        }
        for impact in &firing.impacts {
            match impact.as_str() {
                "performance" => self.performance += 1,
                "security" => self.security += 1,
                "compliance" => self.compliance += 1,
                _ => {}
            }
        }
    }
}

pub(crate) fn class_report(firings: &[&Firing]) -> ClassReport {
    let mut total = ClassCounts::default();
    let mut sources: BTreeMap<&str, ClassCounts> = BTreeMap::new();
    for firing in firings {
        total.add(firing);
        sources.entry(&firing.source).or_default().add(firing);
    }
    let named = |(source, counts): (&str, ClassCounts)| {
        let source = source.to_owned();
        SourceClasses { source, counts }
    };
    let mut by_source: Vec<SourceClasses> = sources.into_iter().map(named).collect();
    by_source.sort_by_key(|found| std::cmp::Reverse(found.counts.unclassified));
    ClassReport { total, by_source }
}
