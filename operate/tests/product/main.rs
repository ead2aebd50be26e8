//! The whole product as its users meet it: the real binary, Debian's Prometheus and Alertmanager,
//! amtool, a real mail server, the SDKs of what sends elsewhere. `./test e2e` installs what these
//! need.
//!
//! Nothing here sleeps: every wait is for a condition, through [`world::wait_until`].

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is how the helpers of tests fail")]

mod alertmanager_notifiers;
mod amtool;
mod backup;
mod beside_alertmanager;
mod calculators;
mod description;
mod estate;
mod hostile;
mod import;
mod in_its_place;
mod journal;
mod killed_under_load;
mod killed_while_ringing;
mod killed_while_telling;
mod moving;
mod objectives;
mod outage;
mod private;
mod sdks;
mod slow_receivers;
mod two_nodes;
mod world;
