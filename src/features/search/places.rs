//! The pages and actions that can be found, with the words people may type for them.

use super::model::{Hit, Icon};
use crate::features::auth::api::SignOut;
use crate::features::auth::model::Role;
use crate::features::settings::api::ChooseTheme;
use leptos::server_fn::ServerFn;

struct Place {
    title: &'static str,
    href: &'static str,
    /// What is posted there at once; see [`Hit::post`].
    post: Option<&'static [(&'static str, &'static str)]>,
    /// Other words for it.
    also: &'static str,
    /// Who may use it.
    role: Role,
    /// None: that of its list.
    icon: Option<Icon>,
}

const fn place(title: &'static str, href: &'static str, also: &'static str, role: Role) -> Place {
    Place {
        title,
        href,
        post: None,
        also,
        role,
        icon: None,
    }
}

/// A place where something is set.
const fn setting(place: Place) -> Place {
    Place {
        icon: Some(Icon::Setting),
        ..place
    }
}

/// Colours that everybody may choose without going anywhere first.
const fn colours(
    title: &'static str,
    post: &'static [(&'static str, &'static str)],
    also: &'static str,
) -> Place {
    setting(Place {
        post: Some(post),
        ..place(title, ChooseTheme::PATH, also, Role::Viewer)
    })
}

const ACTIONS: &[Place] = &[
    place(
        "New campaign",
        "/drafts/new",
        "write create new draft email mail newsletter",
        Role::Editor,
    ),
    place(
        "New template",
        "/templates/new",
        "create design",
        Role::Editor,
    ),
    place(
        "Import a template",
        "/templates/import",
        "upload design json",
        Role::Editor,
    ),
    place(
        "Add sender account",
        "/accounts/new",
        "smtp gmail server create",
        Role::Editor,
    ),
    place(
        "Suppress addresses",
        "/suppressions",
        "block unsubscribe add import",
        Role::Editor,
    ),
    setting(place(
        "Sign my mail (DKIM)",
        "/settings/domains",
        "dns spf dmarc key",
        Role::Owner,
    )),
    place(
        "Invite somebody",
        "/settings/people",
        "user team colleague add",
        Role::Owner,
    ),
    setting(place(
        "Change my password",
        "/settings/profile",
        "security",
        Role::Viewer,
    )),
    colours(
        "Dark colours",
        &[("form[theme]", "dark")],
        "theme mode night black",
    ),
    colours(
        "Light colours",
        &[("form[theme]", "light")],
        "theme mode day white",
    ),
    colours(
        "Colours as the system",
        &[("form[theme]", "system")],
        "theme mode automatic",
    ),
    Place {
        post: Some(&[]),
        icon: Some(Icon::Leave),
        ..place("Sign out", SignOut::PATH, "log leave logout", Role::Viewer)
    },
];

const PAGES: &[Place] = &[
    place("Home", "/", "overview start dashboard", Role::Viewer),
    place("Drafts", "/drafts", "compose", Role::Viewer),
    place("Templates", "/templates", "designs gallery", Role::Viewer),
    place("Campaigns", "/campaigns", "sent reports", Role::Viewer),
    place("Queue", "/queue", "waiting", Role::Viewer),
    place("Outbox", "/outbox", "sandbox test mails", Role::Viewer),
    place("Sender accounts", "/accounts", "smtp gmail", Role::Viewer),
    place(
        "Suppressions",
        "/suppressions",
        "unsubscribed bounced blocked",
        Role::Viewer,
    ),
    place(
        "Workspace",
        "/settings",
        "settings name time zone postal address",
        Role::Viewer,
    ),
    place(
        "Tracking and privacy",
        "/settings/tracking",
        "opens clicks ip retention gdpr",
        Role::Viewer,
    ),
    place(
        "Sending",
        "/settings/sending",
        "retries tries breaker",
        Role::Viewer,
    ),
    place(
        "Sending domains",
        "/settings/domains",
        "dkim dns",
        Role::Viewer,
    ),
    place(
        "People",
        "/settings/people",
        "users team roles invite",
        Role::Owner,
    ),
    place(
        "Activity",
        "/settings/activity",
        "audit trail log history",
        Role::Owner,
    ),
    place(
        "Your profile",
        "/settings/profile",
        "password name devices sessions sign out",
        Role::Viewer,
    ),
    place(
        "Appearance",
        "/settings/appearance",
        "dark light theme",
        Role::Viewer,
    ),
    place(
        "About",
        "/settings/about",
        "version database instances copies",
        Role::Viewer,
    ),
    place("Design", "/design", "components", Role::Owner),
];

pub fn actions(words: &[String], role: Role) -> Vec<Hit> {
    find(ACTIONS, Icon::Action, words, role)
}

pub fn pages(words: &[String], role: Role) -> Vec<Hit> {
    find(PAGES, Icon::Page, words, role)
}

/// Places whose names or other words begin with each of these, those that are called so first.
fn find(places: &[Place], icon: Icon, words: &[String], role: Role) -> Vec<Hit> {
    let mut found: Vec<(u8, &Place)> = places
        .iter()
        .filter(|place| role.allows(place.role))
        .filter_map(|place| Some((rank(place, words)?, place)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    let hit = |place: &Place| Hit {
        title: place.title.into(),
        note: String::new(),
        href: place.href.into(),
        post: place.post.map(|fields| {
            let own = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
            fields.iter().map(own).collect()
        }),
        icon: place.icon.unwrap_or(icon),
    };
    found.into_iter().map(|(_, place)| hit(place)).collect()
}

/// 0: the name begins so; 1: a word of the name does; 2: another word for it does. None: not meant.
fn rank(place: &Place, words: &[String]) -> Option<u8> {
    let title = place.title.to_lowercase();
    let begins = |text: &str, word: &str| text.split([' ', '(']).any(|part| part.starts_with(word));
    let mut worst = 0;
    for (i, word) in words.iter().enumerate() {
        let rank = if i == 0 && title.starts_with(word.as_str()) {
            0
        } else if begins(&title, word) {
            1
        } else if begins(place.also, word) {
            2
        } else {
            return None;
        };
        worst = worst.max(rank);
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(words: &str, role: Role) -> Vec<String> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let found = actions(&words, role).into_iter().chain(pages(&words, role));
        found.map(|hit| hit.title).collect()
    }

    #[test]
    fn places_are_found_by_the_beginnings_of_their_words() {
        assert_eq!(titles("new ca", Role::Owner), ["New campaign"]);
        assert_eq!(titles("newsl", Role::Owner), ["New campaign"]);
        assert_eq!(titles("dom", Role::Viewer), ["Sending domains"]);
        assert_eq!(titles("audit", Role::Owner), ["Activity"]);
        assert_eq!(titles("se", Role::Viewer)[0], "Change my password");
        assert!(titles("zebra", Role::Owner).is_empty());
    }

    #[test]
    fn nobody_finds_what_is_not_for_them() {
        for word in ["people", "invite", "activity"] {
            assert!(titles(word, Role::Editor).is_empty(), "{word}");
        }
        assert!(titles("new", Role::Viewer).is_empty());
    }
}
