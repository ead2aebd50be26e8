//! Tests of the spine, each on both databases, with a counter as the record.

mod clockwork;
mod counter;
mod database;
mod engine;
mod follow;
mod journal;
mod nodes;
mod outbox;
mod pack;
mod seal;
