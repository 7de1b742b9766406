//! Finished mails are valid HTML, and what recipients' values hold is shown as it is, once, where it belongs.

use super::*;
use crate::mail::html::checker::problems;
use crate::mail::html::decode;
use crate::mail::size::GMAIL_CLIP_BYTES;
use std::sync::LazyLock;

/// A mail with one of every kind of block, and columns that hold the others.
fn everything() -> Document {
    let mut document = Document::default();
    let mut add = |kind| document.insert(Place::Bottom, kind).unwrap();
    add(BlockKind::Header {
        image_url: "https://example.com/logo.png".into(),
        image_alt: "The logo".into(),
        background: "#123456".into(),
        title: "News".into(),
        title_colour: "#ffffff".into(),
        align: Align::Center,
    });
    add(BlockKind::text(
        "<h1>Hello</h1><h4>Label</h4><p>Words <b>and</b> <a href=\"https://example.com\">a link</a></p><ul><li>One</li></ul>\
         <blockquote><p>Said</p></blockquote><ol start=\"3\"><li>Three</li></ol><hr><h2>Two</h2><h3>Three</h3><p><small>s</small></p>",
    ));
    let image = BlockKind::Image {
        url: "https://example.com/a.png?x=1&y=2".into(),
        alt: "A picture".into(),
        href: "https://example.com".into(),
        width_percent: 60,
        align: Align::Right,
    };
    add(image.clone());
    add(BlockKind::button("Press", "https://example.com/?a=1&b=2"));
    add(BlockKind::new_divider());
    add(BlockKind::new_spacer());
    let social = BlockKind::Social {
        links: Network::ALL
            .into_iter()
            .map(|network| SocialLink {
                network,
                url: "https://example.com/us".into(),
            })
            .collect(),
        align: Align::Left,
    };
    add(social.clone());
    let nested = [
        BlockKind::text("<p>In a column</p>"),
        image,
        BlockKind::button("Go", "https://example.com"),
        BlockKind::new_divider(),
        BlockKind::new_spacer(),
        social,
    ];
    let column = |background: &str| Column {
        background: background.into(),
        blocks: nested
            .iter()
            .map(|kind| crate::mail::block::Block {
                id: 0,
                kind: kind.clone(),
                frame: Frame::default(),
            })
            .collect(),
    };
    add(BlockKind::Columns {
        columns: vec![column(""), column("#eeeeff"), column("#aa3311")],
    });
    add(BlockKind::Columns {
        columns: vec![Column::default(), column("")],
    });
    add(BlockKind::Footer {
        text: "<p>Because you signed up.</p>".into(),
        show_address: true,
        show_unsubscribe: true,
    });
    document
}

fn fill(source: &str, escape: Escape, data: &MergeData) -> String {
    MergeTemplate::compile(source, escape)
        .unwrap()
        .render(data)
        .unwrap()
}

#[test]
fn a_mail_with_every_block_is_valid_and_small_enough() {
    let compiled = compile_blocks(&everything(), &context()).unwrap();
    let html = fill(&compiled.html, Escape::Html, &MergeData::new());
    assert_eq!(problems(&html), [""; 0]);
    assert!(html.len() < GMAIL_CLIP_BYTES, "{}", html.len());
    for hint in [
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "@media (prefers-color-scheme:dark)",
        "[data-ogsc]",
    ] {
        assert!(html.contains(hint), "{hint}");
    }
    // Tables lay out; a screen reader must not announce them as tables.
    for token in tokens(&html) {
        if let Token::Open(element) = token
            && element.name == "table"
        {
            let role = element.value(&html, "role");
            assert_eq!(role.as_deref(), Some("presentation"));
        }
    }
    let text = fill(&compiled.text, Escape::Text, &MergeData::new());
    for words in [
        "Hello",
        "- One",
        "3. Three",
        "Press",
        "In a column",
        "Unsubscribe",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains('<') && !text.contains("&amp;"), "{text}");
}

/// A mail with a value in a text, an image, a button and the title.
static PERSONAL: LazyLock<Compiled> = LazyLock::new(|| {
    let mut document = everything();
    let mut add = |kind| document.insert(Place::Top, kind).unwrap();
    add(BlockKind::text("<p>Dear {{ name }}!</p>"));
    add(BlockKind::Image {
        url: "https://example.com/i.png".into(),
        alt: "For {{ alt }}".into(),
        href: String::new(),
        width_percent: 50,
        align: Align::Left,
    });
    add(BlockKind::button("For {{ label }}", "https://example.com"));
    let context = CompileContext {
        subject: "Hi {{ title }}".into(),
        ..CompileContext::default()
    };
    compile_blocks(&document, &context).unwrap()
});

/// What recipients' values may hold.
fn value() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "<",
            ">",
            "\"",
            "'",
            "&",
            "&lt;",
            "&amp;",
            "{{",
            "}}",
            "{%",
            "%}",
            "{{ other }}",
            "{#",
            "\n",
            "\r\n",
            "\t",
            "</p>",
            "</title>",
            "<script>alert(1)</script>",
            "-->",
            "]]>",
            "\u{202e}",
            "\u{200f}שלום",
            "مرحبا",
            "👩\u{200d}🚀",
            "é",
            "mgx0n0z",
            "javascript:",
            "%00",
            "\\",
            "`",
            "\u{a0}",
            "ann@example.com",
        ])
        .prop_map(str::to_owned),
        "\\PC{1,8}",
        Just("x".repeat(10_240)),
    ];
    prop::collection::vec(part, 1..8).prop_map(|parts| format!("V{}V", parts.concat()))
}

/// The words of a document as a reader sees them, element by element.
fn shown(html: &str) -> String {
    let mut out = String::new();
    for token in tokens(html) {
        if let Token::Text(range) = token {
            out.push_str(&decode(&html[range], false));
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn any_value_of_a_recipient_is_shown_once_and_obeyed_never(value in value()) {
        // Control characters cannot be shown; line ends stay.
        let kept = value.replace('\r', "");
        let compiled = &*PERSONAL;
        // The mail around a value is the same whatever the value.
        for place in ["name", "alt", "label", "title"] {
            let mark = "qqMARKqq";
            let around = fill(&compiled.html, Escape::Html, &MergeData::new().with(place, mark));
            let pieces: Vec<&str> = around.split(mark).collect();
            prop_assert_eq!(pieces.len(), 2, "{} stands once", place);
            let html = fill(&compiled.html, Escape::Html, &MergeData::new().with(place, value.as_str()));
            let inner = html.strip_prefix(pieces[0]).and_then(|rest| rest.strip_suffix(pieces[1]));
            prop_assert!(inner.is_some(), "{}: the mail around it changed", place);
            let inner = inner.unwrap_or_default();
            prop_assert!(!inner.contains(['<', '>', '"']), "{}: {}", place, inner);
            let read = decode(inner, place == "alt").into_owned();
            prop_assert_eq!(&read, &kept, "{}", place);
        }
        let html = fill(&compiled.html, Escape::Html, &MergeData::new().with("name", value.as_str()));
        prop_assert_eq!(shown(&html).matches(kept.as_str()).count(), 1);
        prop_assert_eq!(problems(&html), Vec::<String>::new());
        let text = fill(&compiled.text, Escape::Text, &MergeData::new().with("name", value.as_str()));
        prop_assert_eq!(text.matches(kept.as_str()).count(), 1);
        let subject = fill("Hi {{ title }}", Escape::Header, &MergeData::new().with("title", value.as_str()));
        prop_assert!(!subject.contains(['\r', '\n']));
    }
}
