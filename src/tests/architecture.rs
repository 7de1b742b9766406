//! The rules of the tree, executable. A rule that stands in the way is changed here and in ARCHITECTURE.md together.

use std::path::{Path, PathBuf};

struct Source {
    /// From the crate's root: "src/features/drafts/repo.rs".
    path: String,
    text: String,
}

impl Source {
    /// The text without its unit tests and comments: what the rules are about.
    fn code(&self) -> String {
        let code = self
            .text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        code.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn sources() -> Vec<Source> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    paths
        .into_iter()
        .map(|path| Source {
            text: std::fs::read_to_string(&path).unwrap(),
            path: path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/"),
        })
        .collect()
}

/// Fails with every offender at once.
fn assert_none(rule: &str, offenders: Vec<String>) {
    assert!(
        offenders.is_empty(),
        "{rule}:\n  {}",
        offenders.join("\n  ")
    );
}

fn is_test(source: &Source) -> bool {
    source.path.starts_with("src/tests/")
        || source.path.ends_with("tests.rs")
        || source.path.contains("/tests/")
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent = sources()
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path);
    assert_none("a file opens with //!", silent.collect());
}

#[test]
fn no_file_outgrows_its_reader() {
    let long = sources().into_iter().filter_map(|source| {
        let lines = source.text.lines().count();
        (lines > 500).then(|| format!("{} has {lines} lines", source.path))
    });
    assert_none("split before 500 lines", long.collect());
}

#[test]
fn no_file_is_named_for_nothing() {
    const VAGUE: [&str; 8] = [
        "utils", "common", "helpers", "types", "manager", "handlers", "misc", "base",
    ];
    let vague = sources().into_iter().filter(|source| {
        let stem = Path::new(&source.path)
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        VAGUE.contains(&stem.as_str())
    });
    assert_none(
        "names say what is inside",
        vague.map(|source| source.path).collect(),
    );
}

#[test]
fn sql_stands_in_repositories_and_the_ledger_only() {
    let strays = sources().into_iter().filter(|source| {
        let may = source.path.ends_with("/repo.rs")
            || source.path.contains("/repo/")
            || source.path == "src/delivery/queue.rs"
            || source.path.starts_with("src/delivery/queue/")
            || source.path.starts_with("src/server/db");
        !may && !is_test(source)
            && (source.code().contains("sql(\"") || source.code().contains("sql(format!"))
    });
    assert_none(
        "SQL belongs in a repo.rs or delivery/queue",
        strays.map(|source| source.path).collect(),
    );
}

#[test]
fn columns_are_named() {
    let lazy = sources()
        .into_iter()
        .filter(|source| !is_test(source) && source.code().contains("SELECT *"));
    assert_none("never SELECT *", lazy.map(|source| source.path).collect());
}

#[test]
fn only_the_database_layer_touches_a_driver() {
    let strays = sources().into_iter().filter(|source| {
        !source.path.starts_with("src/server/db")
            && !is_test(source)
            && source.code().contains("libsql::")
    });
    assert_none(
        "only server/db imports a driver",
        strays.map(|source| source.path).collect(),
    );
}

#[test]
fn lease_columns_are_the_ledgers_own() {
    let strays = sources().into_iter().filter(|source| {
        let is_ledger = source.path.starts_with("src/delivery/queue");
        !is_ledger
            && !is_test(source)
            && ["lease_owner", "lease_until"]
                .iter()
                .any(|word| source.code().contains(word))
    });
    assert_none(
        "only delivery/queue names lease columns",
        strays.map(|source| source.path).collect(),
    );
}

#[test]
fn server_functions_stand_in_api_files_and_name_their_endpoint() {
    let mut offenders = Vec::new();
    for source in sources().into_iter().filter(|source| !is_test(source)) {
        let code = source.code();
        let is_api = source.path.ends_with("/api.rs") || source.path.contains("/api/");
        if code.contains("#[server") && !is_api {
            offenders.push(format!("{}: not an api.rs", source.path));
        }
        for part in code.split("#[server").skip(1) {
            let head = part.split(']').next().unwrap_or_default();
            // `#[server(default)]` stands on an argument.
            if !head.contains("endpoint") && head != "(default)" {
                offenders.push(format!("{}: #[server{head}]", source.path));
            }
        }
    }
    assert_none("server functions", offenders);
}

#[test]
fn imports_go_one_way() {
    // Folder, and what it must not mention.
    const RULES: [(&str, &[&str]); 5] = [
        (
            "src/ui/",
            &[
                "crate::features",
                "crate::server",
                "crate::delivery",
                "#[server",
            ],
        ),
        (
            "src/mail/",
            &[
                "crate::features",
                "crate::server",
                "crate::delivery",
                "leptos::",
            ],
        ),
        (
            "src/delivery/",
            &["leptos::prelude", "crate::ui", "crate::app"],
        ),
        (
            "src/features/",
            &["crate::app::", "server::routes", "server::run"],
        ),
        (
            "src/server/db",
            &["crate::features", "crate::delivery", "crate::mail"],
        ),
    ];
    let mut offenders = Vec::new();
    for source in sources().into_iter().filter(|source| !is_test(source)) {
        for (folder, banned) in RULES {
            if source.path.starts_with(folder) {
                let code = source.code();
                offenders.extend(
                    banned
                        .iter()
                        .filter(|word| code.contains(**word))
                        .map(|word| format!("{} mentions {word}", source.path)),
                );
            }
        }
    }
    assert_none(
        "imports go app → features → delivery → server → error, ids",
        offenders,
    );
}

#[test]
fn services_hide_behind_the_ssr_feature_in_their_map() {
    let mut offenders = Vec::new();
    for source in sources().into_iter().filter(|source| {
        source.path.ends_with("/mod.rs") && source.path.starts_with("src/features/")
    }) {
        let mut previous = "";
        for line in source.text.lines() {
            let is_server_only = ["service", "repo", "routes", "worker"]
                .iter()
                .any(|name| line == format!("pub mod {name};"));
            if is_server_only && previous != "#[cfg(feature = \"ssr\")]" {
                offenders.push(format!("{}: {line}", source.path));
            }
            previous = line;
        }
    }
    assert_none("server-only modules stand under cfg(ssr)", offenders);
}

/// A page that shows all components keeps them alike; one that is missing there is soon drawn twice.
/// What is bound to a thread must not be made on the server: whichever thread cleans up a page drops it, and panics.
#[test]
fn values_bound_to_a_thread_are_made_in_browsers_only() {
    // Inside effects, which only run in browsers.
    const IN_EFFECTS: [&str; 2] = [
        "src/features/templates/editor/leaving.rs",
        "src/features/campaigns/live.rs",
    ];
    let made = "StoredValue::new_local(";
    let mut offenders = Vec::new();
    for source in sources().iter().filter(|source| !is_test(source)) {
        if IN_EFFECTS.contains(&source.path.as_str()) {
            continue;
        }
        for line in source.code().lines().filter(|line| line.contains(made)) {
            if !line.contains("cfg!(feature = \"hydrate\")") {
                offenders.push(format!("{}: {}", source.path, line.trim()));
            }
        }
    }
    assert_none("made on the server too", offenders);
}

#[test]
fn every_component_is_shown_on_the_page_of_components() {
    // The frame is around that page already, and what was done last is told by it.
    const AROUND: [&str; 2] = ["Frame", "Notice"];
    let sources = sources();
    let shown: String = sources
        .iter()
        .filter(|source| source.path.starts_with("src/features/design/"))
        .map(Source::code)
        .collect();
    let mut missing = Vec::new();
    for source in sources.iter().filter(|s| s.path.starts_with("src/ui/")) {
        for part in source.code().split("#[component]\npub fn ").skip(1) {
            let name = part.split('(').next().unwrap_or_default();
            if !AROUND.contains(&name) && !shown.contains(&format!("<{name}")) {
                missing.push(format!("{name} of {}", source.path));
            }
        }
    }
    assert_none("components that /design does not show", missing);
}

#[test]
fn pages_speak_the_marketers_words() {
    // What engineers say among themselves, and words that another word stands for everywhere.
    const BANNED: [&str; 26] = [
        "backend",
        "boolean",
        "breaker",
        "endpoint",
        "enqueue",
        "frontend",
        "instantiate",
        "invalid input",
        "lane",
        "lease",
        "ledger",
        "mutex",
        "new draft",
        "null",
        "parameter",
        "parse",
        "payload",
        "process now",
        "regex",
        "rendered",
        "snapshot",
        "stack trace",
        "timestamp",
        "tuple",
        "worker",
        "write a campaign",
    ];
    let mut offenders = Vec::new();
    for source in sources() {
        let is_page = (source.path.starts_with("src/features/")
            || source.path.starts_with("src/ui/"))
            && !["repo", "routes", "service", "worker", "tests"]
                .iter()
                .any(|part| {
                    source.path.contains(&format!("/{part}.rs"))
                        || source.path.contains(&format!("/{part}/"))
                });
        if !is_page {
            continue;
        }
        for sentence in sentences(&source.code()) {
            let words = sentence.to_lowercase();
            let is_word = |banned: &str| {
                words.match_indices(banned).any(|(at, _)| {
                    let (before, after) = (&words[..at], &words[at + banned.len()..]);
                    !before.ends_with(|c: char| c.is_alphanumeric() || "_-/{".contains(c))
                        && !after.starts_with(|c: char| c.is_alphanumeric() || "_-/}".contains(c))
                })
            };
            offenders.extend(
                BANNED
                    .iter()
                    .filter(|banned| is_word(banned))
                    .map(|banned| format!("{}: “{banned}” in {sentence:?}", source.path)),
            );
        }
    }
    assert_none("words that a marketer would not say", offenders);
}

/// The texts of a source that read as something said: they begin with a capital letter and are more than a word.
fn sentences(code: &str) -> Vec<String> {
    let (mut found, mut text, mut is_inside) = (Vec::new(), String::new(), false);
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if is_inside => {
                letters.next();
            }
            // A quotation mark as a character.
            '\'' if !is_inside && letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => {
                if is_inside && text.contains(' ') && text.starts_with(|c: char| c.is_uppercase()) {
                    found.push(text.clone());
                }
                text.clear();
                is_inside = !is_inside;
            }
            letter if is_inside => text.push(letter),
            _ => {}
        }
    }
    found
}

#[test]
fn the_two_leptos_configurations_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| {
            line.split('=')
                .next()
                .is_some_and(|found| found.trim() == key)
        })?;
        Some(
            line.split_once('=')?
                .1
                .split('#')
                .next()?
                .trim()
                .trim_matches('"')
                .to_owned(),
        )
    };
    let (cargo, leptos) = (read("Cargo.toml"), read("Leptos.toml"));
    for key in [
        "output-name",
        "site-root",
        "site-pkg-dir",
        "site-addr",
        "reload-port",
        "hash-files",
    ] {
        let section = cargo.split("[package.metadata.leptos]").nth(1).unwrap();
        let (one, two) = (value(section, key), value(&leptos, key));
        assert!(
            one.is_some() && one == two,
            "{key}: Cargo.toml says {one:?}, Leptos.toml says {two:?}"
        );
    }
}
