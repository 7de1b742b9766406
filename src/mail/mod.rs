//! Mail content as pure functions: blocks, compiling, merging, links and checks.
//! Nothing here reads a clock, a file, the network or a database.

pub mod block;
pub mod design;
pub mod expr;
pub mod names;

#[cfg(feature = "ssr")]
pub mod html;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
pub mod merge;
pub mod size;
#[cfg(feature = "ssr")]
pub mod text;
