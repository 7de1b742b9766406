//! What is found.

use serde::{Deserialize, Serialize};

/// Of what is typed, so many characters count.
pub const MOST_CHARS: usize = 100;

/// Something to go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hit {
    pub title: String,
    /// What tells it from others of its name: a campaign's state.
    pub note: String,
    pub href: String,
    /// What is posted there, name by name. None: it is a link.
    pub post: Option<Vec<(String, String)>>,
    pub icon: Icon,
}

/// Hits of one kind, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// "Campaigns".
    pub name: String,
    pub hits: Vec<Hit>,
}

/// The few pictures of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Icon {
    Page,
    /// Something to begin.
    Action,
    Setting,
    Leave,
    Campaign,
    Draft,
    Template,
}

impl Icon {
    pub fn name(self) -> &'static str {
        match self {
            Icon::Page => "page",
            Icon::Action => "plus",
            Icon::Setting => "settings",
            Icon::Leave => "leave",
            Icon::Campaign => "campaign",
            Icon::Draft => "draft",
            Icon::Template => "template",
        }
    }
}
