//! What is written reads back as the same.

mod support;

use std::collections::BTreeMap;

use estate::{
    AbsenceSpec, AbsenceType, BackupRule, BudgetPolicy, BudgetingMethod, BurnAlerts, CalendarSpec,
    ChatRooms, ClockHours, ClockKind, ClockTerms, Combine, ComponentSpec, ContactMethod,
    ContractStatus, ContractTerms, ContractType, Criticality, Desired, EscalationHours,
    EscalationPolicySpec, EscalationStep, EscalationVariant, Exclude, GivenShift, Group,
    HandOverWay, Indicator, IndicatorPart, LayerCalendar, MaintenanceWindowSpec, Metadata,
    MissingData, Need, NotifyRule, ObjectiveSpec, ObjectiveWindow, OnReopen, OutOfScope,
    PauseReason, PersonSpec, ProductRef, ProductSpec, Ref, Resource, RouteSpec, ScheduleLayer,
    ScheduleOverride, ScheduleSpec, ServiceContractSpec, ServiceSpec, ShiftLimits, ShiftLoad,
    ShiftNotice, ShiftRotation, ShiftSwap, SiteSpec, Slice, Spec, SpecOf, SupplierSpec, Target,
    TeamRef, TeamSpec, TeamType, TurnRef, UseCaseSpec, Wait, Window, Within, export, from_json,
    plan,
};
use kernel::{ItemRef, Priority, Time};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::Index;
use support::desired;

proptest! {
    #[test]
    fn an_export_reads_back_as_the_same_resources(resources in vec(resource(), 0..6)) {
        let text = export(&resources);
        let back: Vec<Resource> = desired(&text).resources().cloned().collect();
        prop_assert_eq!(back, resources, "{}", text);
    }

    #[test]
    fn a_plan_of_what_is_there_already_is_empty(estate in estate()) {
        let wanted = Desired::from_resources(estate.clone());
        let stored = support::stored(&wanted);
        prop_assert!(plan(&stored, &wanted, true).unwrap().is_empty());
        prop_assert!(plan(&stored, &desired(&export(&estate)), true).unwrap().is_empty());
    }

    #[test]
    fn stored_json_reads_back_as_the_same_resource(resource in resource()) {
        let json = serde_json::to_value(&resource).unwrap();
        prop_assert_eq!(&from_json(&json).unwrap(), &resource);
        let text = serde_json::to_string(&resource).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Resource>(&text).unwrap(), &resource);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in vec(line(), 0..12)) {
        let _ = estate::read(&[support::file("x.yaml", &text.concat())]);
    }
}

/// Lines of which some look like a resource.
fn line() -> impl Strategy<Value = String> {
    let usual =
        ["apiVersion: operate/v1\n", "kind: Team\n", "metadata:\n", "  name: x\n", "spec:\n"];
    prop_oneof![
        proptest::sample::select(usual.map(String::from).to_vec()),
        "[ -~\n\t]{0,20}",
        "\\PC{0,20}",
    ]
}

/// Up to eight services of one team that depend on each other at random: nothing in it is wrong.
fn estate() -> impl Strategy<Value = Vec<Resource>> {
    let needs = vec((any::<Index>(), any::<Index>(), any::<bool>()), 0..12);
    (btree_set("[a-z]{1,6}", 1..8), needs, metadata(), of("[a-z]{3} [a-z]{3}")).prop_map(
        |(names, needs, metadata, title)| {
            let names: Vec<String> = names.into_iter().collect();
            let team = Ref::new(&metadata.name).expect("a plain name");
            let mut services: Vec<ServiceSpec> =
                names.iter().map(|_| service(&team, &[], &[], None)).collect();
            for (from, to, grouped) in needs {
                let (from, to) = (from.index(names.len()), to.index(names.len()));
                let item = ItemRef::new("service", &names[to]).expect("a plain name");
                let group = format!("group {}", services[from].depends_on.len());
                let need = match grouped {
                    true => Need::Some(Group { group, need: 1, of: vec![item] }),
                    false => Need::One(item),
                };
                if from != to {
                    services[from].depends_on.push(need);
                }
            }
            let named = names.into_iter().zip(services).map(|(name, service)| {
                let metadata = Metadata { name, title: title.clone(), ..Metadata::default() };
                Resource::new(metadata, Spec::Service(service))
            });
            let team = Resource::new(metadata, Spec::Team(TeamSpec::default()));
            named.chain([team]).map(|resource| resource.expect("a plain name")).collect()
        },
    )
}

fn service(
    team: &TeamRef,
    needs: &[Need],
    items: &[ItemRef],
    product: Option<ProductRef>,
) -> ServiceSpec {
    ServiceSpec {
        team: team.clone(),
        product,
        escalation_policy: None,
        runbook_url: None,
        components: needs.to_vec(),
        depends_on: needs.to_vec(),
        runs_on: needs.to_vec(),
        consumes_from: items.to_vec(),
        feeds: items.to_vec(),
        member_of: items.to_vec(),
        redundant_with: items.to_vec(),
    }
}

fn resource() -> impl Strategy<Value = Resource> {
    (metadata(), spec())
        .prop_map(|(metadata, spec)| Resource::new(metadata, spec).expect("a plain name"))
}

fn metadata() -> impl Strategy<Value = Metadata> {
    (name(), of(text()), of(text()), btree_map(text(), text(), 0..3)).prop_map(
        |(name, title, description, labels): (_, _, _, BTreeMap<_, _>)| Metadata {
            name,
            title,
            description,
            labels,
        },
    )
}

/// Names, among them some that other YAML readers take for numbers or truths.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9-]{0,8}", "[0-9._-]{1,4}", Just("no".into()), Just("null".into())]
}

/// Texts, among them all that YAML could stumble over.
fn text() -> impl Strategy<Value = String> {
    let odd =
        ["", "~", "no", "1e3", "0x1F", "- x", "a: b", "#", "'", "\"", "\n", " x ", "a\n\n b\n"];
    prop_oneof![
        "\\PC{0,20}",
        "[ -~\n\t]{0,100}",
        proptest::sample::select(odd.map(String::from).to_vec())
    ]
}

fn named<S: SpecOf + 'static>() -> impl Strategy<Value = Ref<S>> {
    name().prop_map(|name| Ref::new(&name).expect("a plain name"))
}

fn item() -> impl Strategy<Value = ItemRef> {
    let kind = proptest::sample::select(vec!["service", "component", "site"]);
    (kind, name()).prop_map(|(kind, name)| ItemRef::new(kind, &name).expect("a plain name"))
}

fn need() -> impl Strategy<Value = Need> {
    let group = (text(), 0u32..9, vec(item(), 0..3));
    prop_oneof![
        item().prop_map(Need::One),
        group.prop_map(|(group, need, of)| Need::Some(Group { group, need, of })),
    ]
}

fn spec() -> impl Strategy<Value = Spec> {
    // Boxed, since all of them together are more than the stack of a test takes.
    prop_oneof![
        people().boxed(),
        offering().boxed(),
        running().boxed(),
        place().boxed(),
        calling().boxed(),
        promised().boxed(),
        taking_turns().boxed(),
    ]
}

fn people() -> impl Strategy<Value = Spec> {
    let team_type = proptest::sample::select(vec![TeamType::Product, TeamType::ItOperations]);
    let team = (team_type, of(text()), of(named())).prop_map(|(team_type, email, policy)| {
        let chat = ChatRooms { slack: email.clone(), mattermost: email.clone() };
        Spec::Team(TeamSpec { team_type, email, escalation_policy: policy, chat })
    });
    let methods = vec(Just(ContactMethod::Webhook), 0..2);
    let person = (text(), of(text()), of(text()), vec(named(), 0..3), methods).prop_map(
        |(email, webhook, time_zone, teams, contact_methods)| {
            let sms = (ContactMethod::Sms, email.clone());
            let rule = NotifyRule {
                priorities: vec![Priority::P1],
                between: Some(ClockHours { from: "22:00".to_owned(), until: "07:00".to_owned() }),
                after: Wait::from_seconds(60),
                by: contact_methods.clone(),
            };
            Spec::Person(PersonSpec {
                email,
                webhook,
                time_zone,
                teams,
                addresses: BTreeMap::from([sms]),
                contact_methods,
                notify: vec![rule],
                shift_notice: ShiftNotice { before: Some(Wait::from_seconds(1800)), off: false },
            })
        },
    );
    prop_oneof![team, person]
}

fn offering() -> impl Strategy<Value = Spec> {
    let product = (named(), of(named()), of(text()), vec(named(), 0..3), vec(need(), 0..3))
        .prop_map(|(owner_team, operating_team, department, stakeholders, depends_on)| {
            Spec::Product(ProductSpec {
                owner_team,
                operating_team,
                department,
                stakeholders,
                escalation_policy: None,
                depends_on,
            })
        });
    let criticality =
        proptest::sample::select(vec![Criticality::Normal, Criticality::MissionCritical]);
    let usecase = (text(), criticality, of(named()), vec(need(), 0..3)).prop_map(
        |(department, criticality, team, uses)| {
            Spec::UseCase(UseCaseSpec { department, criticality, team, uses })
        },
    );
    prop_oneof![product, usecase]
}

fn running() -> impl Strategy<Value = Spec> {
    let service = (named(), of(named()), vec(need(), 0..3), vec(item(), 0..3))
        .prop_map(|(team, product, needs, items)| service(&team, &needs, &items, product))
        .prop_map(Spec::Service);
    let component = (of(text()), of(named()), of(named()), vec(need(), 0..3)).prop_map(
        |(component_type, site, supplier, depends_on)| {
            let other = ComponentSpec::default();
            Spec::Component(ComponentSpec { component_type, site, supplier, depends_on, ..other })
        },
    );
    prop_oneof![service, component]
}

fn place() -> impl Strategy<Value = Spec> {
    let site = (of(text()), of(text()))
        .prop_map(|(address, time_zone)| Spec::Site(SiteSpec { address, time_zone }));
    let supplier = (of(text()), of(text())).prop_map(|(url, contract)| {
        Spec::Supplier(SupplierSpec { url, contract, ..SupplierSpec::default() })
    });
    prop_oneof![site, supplier]
}

fn calling() -> impl Strategy<Value = Spec> {
    let person = || named::<PersonSpec>().prop_map(Target::from);
    let step = || {
        (vec(person(), 0..3), any::<u32>()).prop_map(|(contacts, seconds)| EscalationStep {
            contacts,
            rotate: seconds % 2 == 0,
            wait: Wait::from_seconds(seconds),
        })
    };
    let hours = || {
        prop_oneof![
            named::<CalendarSpec>().prop_map(EscalationHours::Of),
            text().prop_map(|time_zone| {
                let these = CalendarSpec { time_zone, ..CalendarSpec::default() };
                EscalationHours::These(Box::new(these))
            }),
        ]
    };
    let variant = (vec(step(), 0..3), of(hours()), of(hours()), of(any::<u32>())).prop_map(
        |(steps, during, outside, repeat)| EscalationVariant {
            priorities: vec![Priority::P1; steps.len()],
            during,
            outside,
            steps,
            repeat,
        },
    );
    let policy = (vec(step(), 0..3), vec(variant, 0..3), any::<u32>());
    let policy = policy.prop_map(|(steps, variants, repeat)| {
        Spec::EscalationPolicy(EscalationPolicySpec {
            team: None,
            steps,
            variants,
            repeat,
            acknowledge_timeout: (repeat % 2 == 0).then(|| Wait::from_seconds(repeat)),
            waits: None,
        })
    });
    let route =
        (any::<i32>(), text(), of(text()), of(named())).prop_map(|(order, when, item, team)| {
            Spec::Route(RouteSpec { order, when, item, team, priority: None })
        });
    let second = || any::<i32>().prop_map(|at| Time::from_seconds(at.into()));
    let window = (second(), second(), of(second()), of(second())).prop_map(
        |(start, end, actual_start, actual_end)| Window { start, end, actual_start, actual_end },
    );
    let maintenance =
        (vec(window, 0..3), text(), of(named())).prop_map(|(windows, reason, approved_by)| {
            Spec::MaintenanceWindow(MaintenanceWindowSpec {
                items: Vec::new(),
                selector: BTreeMap::new(),
                windows,
                reason,
                announced: None,
                approved_by,
            })
        });
    prop_oneof![policy, route, maintenance]
}

fn promised() -> impl Strategy<Value = Spec> {
    let within = prop_oneof![
        any::<u16>().prop_map(Within::Days),
        any::<u32>().prop_map(|seconds| Within::Time(Wait::from_seconds(seconds))),
    ];
    let clock =
        (within, of(named()), vec(1_u8..100, 0..4)).prop_map(|(target, calendar, warn_at)| {
            ClockTerms {
                clock: ClockKind::Restore,
                targets: BTreeMap::from([(Priority::P1, target)]),
                calendar,
                pauses: vec![PauseReason::Consumer],
                on_reopen: OnReopen::Fresh,
                warn_at,
                public_only: true,
            }
        });
    let terms = (of(named()), vec(clock, 0..3), vec(named(), 0..3)).prop_map(
        |(calendar, clocks, objectives)| ContractTerms {
            calendar,
            clocks,
            objectives,
            ..ContractTerms::default()
        },
    );
    let contract = (item(), item(), vec(terms, 0..3)).prop_map(|(provider, consumer, terms)| {
        Spec::ServiceContract(ServiceContractSpec {
            contract_type: ContractType::Ola,
            status: ContractStatus::Draft,
            provider,
            consumer,
            scope: Vec::new(),
            out_of_scope: OutOfScope::AsInScope,
            start: Time::from_seconds(0),
            end: None,
            underpinned_by: Vec::new(),
            text: None,
            terms,
        })
    });
    let objective = (item(), of(named()), of(text()), 1..=999_u16, vec((named(), 1..9_u8), 0..3))
        .prop_map(|(item, source, total, target, parts)| {
            let part = |(objective, weight)| IndicatorPart { objective, weight: f64::from(weight) };
            let parts = parts.into_iter().map(part).collect();
            Spec::Objective(ObjectiveSpec {
                item,
                indicator: Indicator {
                    source,
                    total,
                    parts,
                    combine: Combine::All,
                    ..Indicator::default()
                },
                target: f64::from(target) / 10.0,
                window: ObjectiveWindow::default(),
                method: BudgetingMethod::Timeslices,
                slice: Some(Slice { length: Wait::from_seconds(60), target: None }),
                missing: MissingData::Bad,
                calendar: None,
                exclude: Exclude::default(),
                alerts: BurnAlerts::default(),
                policy: BudgetPolicy::default(),
            })
        });
    let calendar = (text(), any::<bool>()).prop_map(|(time_zone, always)| {
        Spec::Calendar(CalendarSpec { time_zone, always, ..CalendarSpec::default() })
    });
    prop_oneof![contract, objective, calendar]
}

fn taking_turns() -> impl Strategy<Value = Spec> {
    let time = || any::<u32>().prop_map(|seconds| Time::from_seconds(i64::from(seconds)));
    let wait = || any::<u32>().prop_map(Wait::from_seconds);
    let rotation = (text(), text(), vec(of(named()), 0..3)).prop_map(|(start, every, people)| {
        let people = people.into_iter().map(|named| named.map_or(TurnRef::FREE, Into::into));
        ShiftRotation { start, every, people: people.collect() }
    });
    let backup =
        prop_oneof![Just(BackupRule::Next), Just(BackupRule::Below), Just(BackupRule::Nobody),];
    let calendar = of(text()).prop_map(|url| url.map(|url| LayerCalendar { url }));
    let during = of(named()).prop_map(|named| named.map(EscalationHours::Of));
    let who = (vec(rotation, 0..3), calendar, during);
    let layer = (text(), who, any::<bool>(), backup, of(named()), of(time()));
    let layer = layer.prop_map(|(name, who, skip_closed, backup, backup_person, until)| {
        let (rotations, calendar, during) = who;
        ScheduleLayer {
            name,
            rotations,
            calendar,
            during,
            skip_closed,
            backup,
            backup_person,
            until,
            ..ScheduleLayer::default()
        }
    });
    let given = || (named(), time(), time());
    let given = || given().prop_map(|(person, start, end)| GivenShift { person, start, end });
    let swap = (given(), given()).prop_map(|(one, other)| ShiftSwap { one, other });
    let change = (named(), of(named()), time(), time(), of(text())).prop_map(
        |(person, instead_of, start, end, reason)| ScheduleOverride {
            start,
            end,
            person,
            instead_of,
            reason,
        },
    );
    let limits = (of(wait()), wait(), wait()).prop_map(|(rest, most, within)| ShiftLimits {
        rest,
        stretch: None,
        load: Some(ShiftLoad { most, within }),
    });
    let parts = (text(), of(named()), of(named()), vec(layer, 0..3));
    let schedule = (parts, vec(change, 0..2), vec(swap, 0..2), limits).prop_map(
        |((time_zone, team, cover_calendar, layers), overrides, swaps, limits)| {
            Spec::Schedule(ScheduleSpec {
                team,
                time_zone,
                cover_calendar,
                layers,
                overrides,
                swaps,
                limits,
                hand_over: Some(HandOverWay::Mail),
            })
        },
    );
    let absence = (named(), time(), of(time())).prop_map(|(person, start, end)| {
        Spec::Absence(AbsenceSpec { person, absence_type: AbsenceType::Sickness, start, end })
    });
    prop_oneof![schedule, absence]
}
