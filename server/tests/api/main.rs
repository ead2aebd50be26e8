//! The server as its clients meet it, on both databases: each test is a conversation over HTTP
//! with a whole server in this process, whose clock the test moves.
//!
//! Nothing here sleeps: every wait is for a condition, through [`world::until`].

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod backups;
mod classes;
mod clocks;
mod closings;
mod cloudevents;
mod companions;
mod composites;
mod consumers;
mod contracts;
mod description;
mod detect_to_restore;
mod ends;
mod estate;
mod events;
mod fed;
mod flood;
mod heartbeats;
mod history;
mod indicators;
mod kept_routing;
mod leave;
mod major;
mod mattermost;
mod monthly;
mod opsgenie;
mod pagerduty;
mod paging;
mod patterns;
mod proofs;
mod push;
mod queues;
mod refreshes;
mod repeats;
mod replaced;
mod rotas;
mod rules;
mod schedules;
mod service;
mod shifts;
mod silences;
mod slack;
mod spaces;
mod storm;
mod taken;
mod telling;
mod together;
mod tuning;
mod two_nodes;
mod watching;
mod ways;
mod why;
mod wishes;
mod world;
