//! Starters are held to what we ask of everyone's mails.

use super::*;
use crate::mail::compile::{CompileContext, compile, merge_problems};
use crate::mail::merge::{Escape, MergeData, MergeTemplate};
use crate::mail::preflight::{Mail, Severity, preflight};
use crate::mail::size::GMAIL_CLIP_BYTES;

fn context(starter: &Starter) -> CompileContext {
    CompileContext {
        subject: starter.content.subject.clone(),
        preheader: starter.content.preheader.clone(),
        ..CompileContext::default()
    }
}

#[test]
fn starters_are_complete_mails_without_a_fault() {
    let all = starters();
    assert_eq!(all.len(), 8);
    for starter in &all {
        let key = starter.key;
        starter.content.check().unwrap();
        let document = starter.content.design.document().unwrap();
        assert_eq!(document.problems(), [], "{key}");
        assert_eq!(merge_problems(&starter.content.design), [], "{key}");
        let compiled = compile(&starter.content.design, &context(starter)).unwrap();
        assert!(
            compiled.html.len() < GMAIL_CLIP_BYTES / 2,
            "{key}: {}",
            compiled.html.len()
        );
        assert!(
            compiled.html.contains("href=\"{{ unsubscribe_url }}\""),
            "{key}"
        );
        assert!(
            compiled.text.contains("Unsubscribe: {{ unsubscribe_url }}"),
            "{key}"
        );
        let findings = preflight(Mail {
            subject: &starter.content.subject,
            preheader: &starter.content.preheader,
            compiled: &compiled,
            document: Some(document),
            columns: None,
        });
        let other: Vec<_> = findings
            .iter()
            .filter(|finding| finding.code != "placeholder_link")
            .collect();
        assert!(other.is_empty(), "{key}: {other:?}");
        assert!(
            findings
                .iter()
                .all(|finding| finding.severity == Severity::Warning)
        );
    }
}

#[test]
fn starters_read_well_without_any_data() {
    for starter in starters() {
        for source in [&starter.content.subject, &starter.content.preheader] {
            let line = MergeTemplate::compile(source, Escape::Header)
                .unwrap()
                .render(&MergeData::new())
                .unwrap();
            assert!(
                !line.contains("  ") && !line.contains(", ?") && !line.ends_with(", "),
                "{line}"
            );
        }
        let compiled = compile(&starter.content.design, &context(&starter)).unwrap();
        let text = MergeTemplate::compile(&compiled.text, Escape::Text).unwrap();
        let text = text.render(&MergeData::new()).unwrap();
        assert!(!text.contains(" ,") && !text.contains("{{"), "{text}");
    }
}

#[test]
fn starters_are_valid_and_hold_nothing_from_elsewhere() {
    let data = MergeData::from_pairs([("first_name", "Ann"), ("company", "Bits & Bolts")]);
    for starter in starters() {
        let key = starter.key;
        let compiled = compile(&starter.content.design, &context(&starter)).unwrap();
        let html = MergeTemplate::compile(&compiled.html, Escape::Html)
            .unwrap()
            .render(&data)
            .unwrap();
        assert_eq!(
            crate::mail::html::checker::problems(&html),
            [""; 0],
            "{key}"
        );
        assert!(!html.contains("<img"), "{key}: an image that may not exist");
        assert!(html.contains("prefers-color-scheme:dark"), "{key}");
        let text = MergeTemplate::compile(&compiled.text, Escape::Text)
            .unwrap()
            .render(&data)
            .unwrap();
        assert!(
            text.lines().count() > 8 && !text.contains('<'),
            "{key}: {text}"
        );
    }
}

/// Writes the starters to a directory, to be looked at: `STARTERS_DIR=/tmp/x cargo test … -- --ignored starters_for_the_eye`.
#[test]
#[ignore = "for the eye"]
fn starters_for_the_eye() {
    let directory = std::path::PathBuf::from(std::env::var("STARTERS_DIR").unwrap());
    let data = MergeData::from_pairs([
        ("First Name", "Ann"),
        ("Company", "Bits & Bolts"),
        (
            "workspace_address",
            "Example Ltd, 12 Harbour Street, Springfield",
        ),
        ("unsubscribe_url", "https://example.com/u/abc"),
    ]);
    for starter in starters() {
        let compiled = compile(&starter.content.design, &context(&starter)).unwrap();
        let html = MergeTemplate::compile(&compiled.html, Escape::Html)
            .unwrap()
            .render(&data)
            .unwrap();
        let text = MergeTemplate::compile(&compiled.text, Escape::Text)
            .unwrap()
            .render(&data)
            .unwrap();
        let dark = crate::mail::compile::force_dark(&html);
        std::fs::write(directory.join(format!("{}.html", starter.key)), html).unwrap();
        std::fs::write(directory.join(format!("{}-dark.html", starter.key)), dark).unwrap();
        std::fs::write(directory.join(format!("{}.txt", starter.key)), text).unwrap();
    }
}
