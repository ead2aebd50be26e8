use std::collections::BTreeMap;

use crate::{Complaint, Tree};

const RULE: &str = "doors";

/// Rooms of the workspace: which other rooms each may import. A room missing here is a complaint.
///
/// An engine may build on another one, as objectives on calendars, and on nothing else of ours.
/// A practice sees the kernel and engines and no other practice; only `streams` sees two practices;
/// only `spine`, `server` and `connectors` know the world.
const DOORS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("engines", &["engines"]),
    ("practices", &["kernel", "engines"]),
    ("streams", &["kernel", "engines", "practices"]),
    ("sim", &["kernel", "engines", "practices", "streams"]),
    ("spine", &["kernel"]),
    ("connectors", &["kernel", "engines"]),
    ("server", &["kernel", "engines", "practices", "streams", "spine", "connectors"]),
    ("operate", &["kernel", "engines", "practices", "spine", "connectors", "server"]),
    ("bench", &["kernel", "engines", "practices", "streams", "spine", "connectors", "server"]),
    ("fuzz", &["kernel", "engines", "connectors"]),
    ("xtask", &["kernel", "engines", "practices", "streams"]),
];

/// Rooms in which nothing reaches the world.
const PURE: &[&str] = &["kernel", "engines", "practices", "streams", "sim"];

/// Libraries that reach the world: files, sockets, databases, clocks, randomness.
const WORLDLY: &[&str] = &[
    "axum",
    "futures",
    "getrandom",
    "hyper",
    "lettre",
    "metrics",
    "rand",
    "reqwest",
    "sqlx",
    "tempfile",
    "tokio",
    "tokio-util",
    "tower",
    "tower-http",
    "tracing",
];

/// Checks every manifest against the table of doors.
pub fn practices_keep_their_doors(tree: &Tree) -> Vec<Complaint> {
    let manifests: Vec<Manifest> = tree
        .files
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .filter_map(|file| Manifest::parse(&file.path, &file.text))
        .collect();
    let rooms: BTreeMap<&str, &str> =
        manifests.iter().map(|manifest| (manifest.name.as_str(), manifest.room())).collect();
    manifests.iter().flat_map(|manifest| manifest.complaints(&rooms)).collect()
}

/// Names of the folders whose crates are pure.
pub(super) fn pure_rooms() -> &'static [&'static str] {
    PURE
}

struct Manifest {
    path: String,
    name: String,
    /// Names of the packages it depends on, for the product, for tests and for building.
    dependencies: Vec<String>,
}

impl Manifest {
    fn parse(path: &str, text: &str) -> Option<Manifest> {
        let table: toml::Table = text.parse().ok()?;
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        let dependencies = ["dependencies", "dev-dependencies", "build-dependencies"]
            .iter()
            .filter_map(|section| table.get(*section)?.as_table())
            .flat_map(|section| section.keys().cloned())
            .collect();
        Some(Manifest { path: path.to_owned(), name, dependencies })
    }

    /// The top-level folder that the crate lives in.
    fn room(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    fn complaints(&self, rooms: &BTreeMap<&str, &str>) -> Vec<Complaint> {
        let Some((_, open)) = DOORS.iter().find(|(room, _)| *room == self.room()) else {
            let what =
                format!("`{}` is in a room that the table of doors does not know", self.name);
            return vec![self.complain(what)];
        };
        let closed = self.dependencies.iter().filter_map(|dependency| {
            let room = rooms.get(dependency.as_str())?;
            (!open.contains(room)).then(|| {
                self.complain(format!("`{}` imports `{dependency}` of {room}/", self.name))
            })
        });
        let worldly = self.dependencies.iter().filter(|dependency| {
            PURE.contains(&self.room()) && WORLDLY.contains(&dependency.as_str())
        });
        let worldly = worldly.map(|dependency| {
            self.complain(format!("`{}` is pure and imports `{dependency}`", self.name))
        });
        closed.chain(worldly).collect()
    }

    fn complain(&self, what: String) -> Complaint {
        Complaint {
            rule: RULE,
            path: self.path.clone(),
            line: None,
            what,
            mend: "pass what is needed as a value, or let `streams` or `server` bring the two \
                   together; a new kind of room gets a row in xtask/src/tidy/doors.rs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, dependency: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[dependencies]\n{dependency}.workspace = true\n")
    }

    fn complaints(importer: (&str, &str), imported: (&str, &str)) -> usize {
        let tree = Tree::of(&[
            (importer.0, &manifest(importer.1, imported.1)),
            (imported.0, &manifest(imported.1, "serde")),
        ]);
        practices_keep_their_doors(&tree).len()
    }

    const ALERTS: (&str, &str) = ("practices/alerts/Cargo.toml", "alerts");
    const KERNEL: (&str, &str) = ("kernel/Cargo.toml", "kernel");
    const GRAPH: (&str, &str) = ("engines/graph/Cargo.toml", "graph");

    #[test]
    fn a_practice_that_imports_a_practice_is_named() {
        assert_eq!(complaints(("practices/incidents/Cargo.toml", "incidents"), ALERTS), 1);
    }

    #[test]
    fn a_practice_may_import_kernel_and_engines() {
        assert_eq!(complaints(ALERTS, KERNEL) + complaints(ALERTS, GRAPH), 0);
    }

    #[test]
    fn an_engine_imports_nothing_of_ours_but_engines() {
        assert_eq!(complaints(GRAPH, KERNEL), 1);
        assert_eq!(complaints(GRAPH, ALERTS), 1);
        let calendar = ("engines/calendar/Cargo.toml", "calendar");
        assert_eq!(complaints(GRAPH, calendar), 0);
    }

    #[test]
    fn only_the_binary_and_benchmarks_import_the_server() {
        let server = ("server/Cargo.toml", "server");
        assert_eq!(complaints(("operate/Cargo.toml", "operate"), server), 0);
        assert_eq!(complaints(("streams/Cargo.toml", "streams"), server), 1);
    }

    #[test]
    fn a_pure_crate_that_reaches_the_world_is_named() {
        let tree = Tree::of(&[(ALERTS.0, &manifest("alerts", "tokio"))]);
        assert_eq!(practices_keep_their_doors(&tree).len(), 1);
    }

    #[test]
    fn a_room_without_a_row_is_named() {
        let tree = Tree::of(&[("misc/Cargo.toml", &manifest("misc", "serde"))]);
        assert_eq!(practices_keep_their_doors(&tree).len(), 1);
    }
}
