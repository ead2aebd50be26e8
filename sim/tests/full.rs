//! More alerts than one incident takes.

use std::collections::BTreeSet;

use sim::outside::Sensor;
use sim::world::World;

/// As many as an incident takes.
const TAKES: usize = 1_000;

#[test]
fn alerts_that_an_incident_has_no_room_for_open_one_that_hangs_on_it() {
    for label in [Some(("service", "payroll")), None] {
        let mut world = World::new(1);
        let mut sensors: Vec<Sensor> = (0..TAKES + 3)
            .map(|count| Sensor::new(&format!("Down{count}"), "critical", label))
            .collect();
        sensors.iter_mut().for_each(|sensor| sensor.toggle(world.now));
        let batch: Vec<_> = sensors.iter().filter_map(|sensor| sensor.report(world.now)).collect();
        world.take(&batch);
        while world.stream_behind() {
            world.stream(64);
        }
        let incidents: Vec<_> = world.incidents.rows().collect();
        let sizes: Vec<usize> = incidents.iter().map(|incident| incident.members.len()).collect();
        assert_eq!(sizes, [TAKES, 3], "{label:?}");
        assert_eq!(incidents[1].parent, Some(incidents[0].id));
        let reason = &incidents[1].members[0].reason;
        assert!(reason.ends_with("incident 1 takes no more alerts"), "{reason}");
        let held: BTreeSet<_> =
            incidents.iter().flat_map(|i| &i.members).map(|member| member.alert).collect();
        assert_eq!(held.len(), TAKES + 3, "every alert is in an incident");
    }
}
