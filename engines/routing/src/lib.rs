//! Which notifications follow from alerts: matchers, the route tree, time intervals, inhibition,
//! silences, and when a group of alerts is told to a receiver, as Alertmanager defines them.
