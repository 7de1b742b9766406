//! Campaigns and the queue, on both databases.

mod actions;
mod forecast;
mod launch;
mod list;
mod live;
mod log;
mod queue;
mod setup;
mod waiting;
