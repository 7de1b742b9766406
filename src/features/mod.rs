//! The nouns of the product, one folder each.

pub mod templates;
