//! The sample estate, asked what people ask.

mod support;

use std::path::Path;

use estate::{
    Action, Criticality, Estate, Kind, Reached, Resource, SourceFile, export, plan, read,
};
use insta::assert_snapshot;
use kernel::ItemRef;
use support::{file, lines, stored};

fn files() -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/estate");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the sample estate is there") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        files.push(file(&name, &text));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn sample() -> Estate {
    let desired = read(&files()).expect("the sample estate has no mistakes");
    Estate::new(desired.resources().cloned())
}

fn item(text: &str) -> ItemRef {
    text.parse().expect("an item")
}

/// Hops and item, and below it why.
fn told(reached: &[Reached]) -> String {
    let mut text = String::new();
    for Reached { hops, item, softened, because, .. } in reached {
        let softened = if *softened { " (softened)" } else { "" };
        let because = because.replace(", one of", ",\n      one of");
        text.push_str(&format!("{hops} {item}{softened}\n    {because}\n"));
    }
    text
}

fn names(reached: &[Reached]) -> String {
    reached.iter().map(|reached| reached.item.name()).collect::<Vec<_>>().join(" ")
}

fn impact(estate: &Estate, items: &[&str]) -> String {
    let items: Vec<ItemRef> = items.iter().map(|text| item(text)).collect();
    told(&estate.impact(&items))
}

#[test]
fn the_sample_plans_without_a_mistake_and_a_second_time_changes_nothing() {
    let desired = read(&files()).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    let first = plan(&[], &desired, true).unwrap_or_else(|mistakes| panic!("{}", lines(&mistakes)));
    assert_eq!(first.count(Action::Create), first.changes.len());
    assert!(plan(&stored(&desired), &desired, true).unwrap().is_empty());

    let exported: Vec<Resource> = sample().resources().cloned().collect();
    let again = support::desired(&export(&exported));
    assert!(plan(&stored(&desired), &again, true).unwrap().is_empty());
}

#[test]
fn the_sample_is_of_the_size_that_a_newcomer_can_take_in() {
    let estate = sample();
    let count = |kind| estate.resources().filter(|resource| resource.kind() == kind).count();
    let counts = Kind::ALL.map(|kind| format!("{} {kind}", count(kind))).join("\n");
    assert_snapshot!(counts, @r"
    6 Team
    10 Person
    5 EscalationPolicy
    1 Schedule
    0 Absence
    0 ShiftOverride
    3 Product
    2 UseCase
    27 Service
    26 Component
    3 Site
    4 Supplier
    2 Calendar
    4 ServiceContract
    3 Objective
    0 DataSource
    6 Route
    0 MaintenanceWindow
    0 Freeze
    ");
}

#[test]
fn the_orders_database_brings_down_ticket_sales() {
    let estate = sample();
    assert_snapshot!(impact(&estate, &["component/orders-db"]), @r"
    1 service/loyalty
        service/loyalty depends on component/orders-db
    1 service/orders
        service/orders depends on component/orders-db
    2 product/tickets
        service/loyalty is part of product/tickets
    2 service/checkout
        service/checkout depends on service/orders
    2 service/customer-desk
        service/customer-desk depends on service/orders
    2 service/invoicing
        service/invoicing depends on service/orders
    2 service/refunds
        service/refunds depends on service/orders
    2 service/ticket-issuing
        service/ticket-issuing depends on service/orders
    3 service/app-gateway
        service/app-gateway depends on service/checkout
    3 service/web-shop
        service/web-shop depends on service/checkout
    3 usecase/sell-tickets
        usecase/sell-tickets depends on service/checkout
    ");
    let affected = estate.affected(&[item("component/orders-db")]);
    assert_eq!(names(&affected.usecases), "sell-tickets");
    assert_eq!(names(&affected.products), "tickets");
    assert_eq!(
        names(&affected.services),
        "loyalty orders checkout customer-desk invoicing refunds ticket-issuing \
         app-gateway web-shop"
    );
}

#[test]
fn one_node_of_the_database_is_softened_and_two_are_not() {
    let estate = sample();
    assert_snapshot!(impact(&estate, &["component/orders-db-1"]), @r"
    1 component/orders-db (softened)
        component/orders-db depends on component/orders-db-1,
          one of 3 `nodes` of which it needs 2; enough are left
    ");
    let down = impact(&estate, &["component/orders-db-1", "component/orders-db-3"]);
    assert_snapshot!(down.lines().take(3).collect::<Vec<_>>().join("\n"), @r"
    1 component/orders-db
        component/orders-db depends on component/orders-db-3,
          one of 3 `nodes` of which it needs 2
    ");
}

#[test]
fn a_supplier_and_a_site_are_felt_in_every_department() {
    let estate = sample();
    assert_snapshot!(impact(&estate, &["supplier/paynova"]), @r"
    1 component/payment-gateway
        component/payment-gateway depends on supplier/paynova
    2 service/payments
        service/payments depends on component/payment-gateway
    3 service/checkout
        service/checkout depends on service/payments
    3 service/parcel-booking
        service/parcel-booking depends on service/payments
    3 product/tickets
        service/payments is part of product/tickets
    3 service/refunds
        service/refunds depends on service/payments
    4 service/app-gateway
        service/app-gateway depends on service/checkout
    4 service/web-shop
        service/web-shop depends on service/checkout
    4 usecase/sell-tickets
        usecase/sell-tickets depends on service/checkout
    4 service/customs
        service/customs depends on service/parcel-booking
    4 product/parcels
        service/parcel-booking is part of product/parcels
    ");
    let affected = estate.affected(&[item("site/leipzig")]);
    assert_eq!(names(&affected.usecases), "sell-tickets track-parcels");
}

#[test]
fn criticality_flows_down_with_its_reason() {
    let estate = sample();
    let inherited = estate.inherited(&item("component/orders-db")).unwrap();
    assert_eq!(inherited.criticality, Criticality::MissionCritical);
    assert_snapshot!(inherited, @r"
    usecase/sell-tickets is mission-critical and depends on component/orders-db (3 hops)
    ");
    assert_eq!(estate.criticality(&item("component/parcels-db")), Criticality::Normal);
    assert_eq!(estate.inherited(&item("service/customs")), None);
}

#[test]
fn owner_and_policy_are_found_with_their_reason() {
    let estate = sample();
    let tell = |name: &str| {
        let item = item(name);
        let found = [
            ("owner", estate.owner(&item)),
            ("operator", estate.operator(&item)),
            ("policy", estate.escalation_policy(&item)),
        ];
        let answer = |(question, found): (&str, Option<estate::Assigned>)| {
            let found = found.map(|found| format!("{}\n    {}", found.to, found.because));
            format!("  {question} {}\n", found.unwrap_or_else(|| "nobody".to_owned()))
        };
        format!("{name}\n{}", found.map(answer).concat())
    };
    let names = ["service/orders", "product/tickets", "component/timetable-db", "site/leipzig"];
    assert_snapshot!(names.map(tell).concat(), @r"
    service/orders
      owner team/sales
        owner of service/orders
      operator team/sales
        owner of service/orders
      policy escalationpolicy/sales
        policy of team/sales, the owner of service/orders
    product/tickets
      owner team/sales
        owner of product/tickets
      operator team/platform
        operator of product/tickets
      policy escalationpolicy/platform
        policy of team/platform, the operator of product/tickets
    component/timetable-db
      owner team/travel-info
        owner of service/timetable
      operator team/travel-info
        owner of service/timetable
      policy escalationpolicy/travel-info
        policy of team/travel-info, the owner of service/timetable
    site/leipzig
      owner nobody
      operator nobody
      policy nobody
    ");
}

#[test]
fn upstream_tells_what_a_service_stands_on() {
    let estate = sample();
    let upstream = estate.upstream(&item("service/orders"));
    assert_snapshot!(told(&upstream), @r"
    1 component/orders-db
        service/orders depends on component/orders-db
    1 component/message-bus
        service/orders depends on component/message-bus
    2 component/orders-db-1 (softened)
        component/orders-db depends on component/orders-db-1,
          one of 3 `nodes` of which it needs 2
    2 component/orders-db-2 (softened)
        component/orders-db depends on component/orders-db-2,
          one of 3 `nodes` of which it needs 2
    2 component/orders-db-3 (softened)
        component/orders-db depends on component/orders-db-3,
          one of 3 `nodes` of which it needs 2
    2 component/broker-1 (softened)
        component/message-bus depends on component/broker-1,
          one of 3 `brokers` of which it needs 2
    2 component/broker-2 (softened)
        component/message-bus depends on component/broker-2,
          one of 3 `brokers` of which it needs 2
    2 component/broker-3 (softened)
        component/message-bus depends on component/broker-3,
          one of 3 `brokers` of which it needs 2
    3 site/frankfurt
        component/orders-db-1 runs on site/frankfurt
    3 site/leipzig (softened)
        component/orders-db-3 runs on site/leipzig
    3 site/hamburg-depot (softened)
        component/broker-3 runs on site/hamburg-depot
    ");
}

#[test]
fn what_is_named_by_others_tells_by_whom() {
    let estate = sample();
    let by = estate.mentioned_by(&item("component/message-bus"));
    let names: Vec<&str> = by.iter().map(|resource| resource.item().name()).collect();
    assert_eq!(names, ["notifications", "orders", "parcel-tracking", "station-displays"]);
}
