//! Presentational widgets: they take values and callbacks, never call a server function and never import a feature.

pub mod arrival;
pub mod badge;
pub mod chart;
pub mod confirm;
pub mod copy;
pub mod empty;
pub mod form;
pub mod href;
pub mod icon;
pub mod layout;
pub mod load;
pub mod notice;
pub mod number;
pub mod page;
pub mod pager;
pub mod popover;
pub mod select;
pub mod term;
pub mod theme;
pub mod time;
