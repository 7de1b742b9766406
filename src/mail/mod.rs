//! Mail content as pure functions: blocks, compiling, merging, links and checks.
//! Nothing here reads a clock, a file, the network or a database.

pub mod allowed;
pub mod block;
pub mod colour;
pub mod design;
pub mod expr;
pub mod names;
pub mod shade;
pub mod size;

#[cfg(feature = "ssr")]
pub mod address;
#[cfg(feature = "ssr")]
pub mod compile;
#[cfg(feature = "ssr")]
pub mod html;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
pub mod merge;
#[cfg(feature = "ssr")]
pub mod preflight;
#[cfg(feature = "ssr")]
pub mod quoted_printable;
#[cfg(feature = "ssr")]
pub mod text;
