//! Which maintenance window explains that an item is down.

#![expect(clippy::unwrap_used, reason = "this is how the helpers of tests fail")]

mod support;

use estate::{Estate, SourceFile};
use kernel::{ItemRef, Time};
use support::try_plan;

const PLANT: &str = "
{apiVersion: operate/v1, kind: Team, metadata: {name: it}, spec: {}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: db, labels: {rack: a}}, spec: {team: it}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: web-1}, spec: {team: it}}
---
apiVersion: operate/v1
kind: Component
metadata: {name: web-2, labels: {rack: a}}
spec: {team: it}
---
apiVersion: operate/v1
kind: Service
metadata: {name: shop}
spec:
  team: it
  dependsOn: [component/db, {group: web, need: 1, of: [component/web-1, component/web-2]}]
---
apiVersion: operate/v1
kind: Service
metadata: {name: site}
spec: {team: it, dependsOn: [{group: web, need: 1, of: [component/web-1, component/web-2]}]}
---
apiVersion: operate/v1
kind: MaintenanceWindow
metadata: {name: disks}
spec:
  items: [component/db]
  windows: [{start: 2026-03-01T22:00:00Z, end: 2026-03-01T23:00:00Z}]
  reason: new disks
---
apiVersion: operate/v1
kind: MaintenanceWindow
metadata: {name: rack-a}
spec:
  selector: {rack: a}
  windows: [{start: 2026-03-01T22:30:00Z, end: 2026-03-02T00:00:00Z}]
  reason: power supply
";

fn planned(item: &str, at: &str) -> Option<(String, String)> {
    let file = SourceFile { name: "plant.yaml".to_owned(), text: PLANT.to_owned() };
    let estate = Estate::new(estate::read(&[file]).unwrap().resources().cloned());
    let item: ItemRef = item.parse().unwrap();
    let planned = estate.planned(&item, Time::parse(&format!("2026-03-01T{at}Z")).unwrap())?;
    Some((planned.window.to_string(), planned.because))
}

fn because(window: &str, because: &str) -> Option<(String, String)> {
    Some((window.to_owned(), because.to_owned()))
}

#[test]
fn a_window_explains_what_is_worked_on_and_what_breaks_with_it() {
    assert_eq!(
        planned("component/db", "22:00:00"),
        because("maintenancewindow/disks", "component/db is worked on")
    );
    assert_eq!(
        planned("service/shop", "22:29:59"),
        because(
            "maintenancewindow/disks",
            "service/shop depends on component/db, which is worked on"
        )
    );
}

#[test]
fn outside_its_time_a_window_explains_nothing() {
    assert_eq!(planned("component/db", "21:59:59"), None);
    assert_eq!(planned("service/site", "22:00:00"), None);
}

#[test]
fn of_two_windows_the_one_that_ends_last_counts_and_labels_select() {
    assert_eq!(
        planned("component/db", "22:45:00"),
        because("maintenancewindow/rack-a", "component/db is worked on")
    );
    assert_eq!(
        planned("component/web-2", "23:30:00"),
        because("maintenancewindow/rack-a", "component/web-2 is worked on")
    );
}

#[test]
fn what_redundancy_holds_up_should_still_work() {
    assert_eq!(planned("service/site", "23:30:00"), None, "web-1 carries it");
}

#[test]
fn a_window_that_covers_nothing_or_never_runs_is_wrong() {
    let wrong = "
{apiVersion: operate/v1, kind: Team, metadata: {name: it}, spec: {}}
---
apiVersion: operate/v1
kind: MaintenanceWindow
metadata: {name: disks}
spec: {windows: [{start: 2026-03-01T22:00:00Z, end: 2026-03-01T21:00:00Z}], reason: ' '}
---
apiVersion: operate/v1
kind: MaintenanceWindow
metadata: {name: people}
spec: {items: [team/it, component/gone], windows: [], reason: rest}
---
{apiVersion: operate/v1, kind: Route, metadata: {name: silent}, spec: {when: 'true'}}
";
    let mistakes = try_plan(wrong).unwrap_err();
    let told: Vec<String> =
        mistakes.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect();
    for wanted in [
        "spec.items: this window covers nothing",
        "spec.windows[0].end: this window ends before it begins",
        "spec.reason: the reason is missing",
        "spec.items[0]: this cannot be interrupted",
        "spec.items[1]: there is no `component/gone`",
        "spec.windows: there is no window of time",
        "spec: this route decides nothing",
    ] {
        assert!(told.iter().any(|told| told == wanted), "no `{wanted}` in {told:#?}");
    }
}
