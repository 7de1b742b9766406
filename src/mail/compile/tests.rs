//! Any design becomes a mail; what is typed stays what was typed.

use proptest::prelude::*;

mod validity;

use super::*;
use crate::mail::block::{
    Align, BlockKind, Column, Frame, MAX_BLOCKS, Network, Place, SocialLink, TextSize, Theme,
};
use crate::mail::html::{Token, tokens};
use crate::mail::merge::MergeData;

fn context() -> CompileContext {
    CompileContext {
        subject: "Hi {{ first_name }} & <co>".into(),
        preheader: "A \"look\" inside".into(),
        lang: "de".into(),
    }
}

fn one(kind: BlockKind) -> Document {
    let mut document = Document::default();
    document.insert(Place::Top, kind).unwrap();
    document
}

fn compiled(kind: BlockKind) -> Compiled {
    compile_blocks(&one(kind), &context()).unwrap()
}

#[test]
fn a_mail_has_all_it_needs_around_its_body() {
    let html = compiled(BlockKind::new_footer()).html;
    for needle in [
        "<!doctype html>",
        "lang=\"de\"",
        "<title>Hi {{ first_name }} &amp; &lt;co&gt;</title>",
        "A &quot;look&quot; inside&#847;",
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "<meta name=\"supported-color-schemes\" content=\"light dark\">",
        "prefers-color-scheme:dark",
        "{{ workspace_address }}",
        "href=\"{{ unsubscribe_url }}\"",
    ] {
        assert!(html.contains(needle), "{needle}\n{html}");
    }
    assert!(!html.contains("mgx"), "{html}");
    assert!(!html.contains("fonts.googleapis"), "{html}");
}

#[test]
fn expressions_pass_through_text_and_addresses() {
    let expression = "{{ name | default(\"you & <me>\") }}";
    let html = compiled(BlockKind::text(format!(
        "<p>Hi {expression}, <a href='https://a.test/?x={expression}'>go</a></p>"
    )))
    .html;
    assert!(html.contains(&format!("Hi {expression}, ")), "{html}");
    assert!(
        html.contains(&format!("href=\"https://a.test/?x={expression}\"")),
        "{html}"
    );
    let html = compiled(BlockKind::button(expression, "{{ site }}")).html;
    assert!(
        html.contains(&format!(">{expression}<")) || html.contains(&format!("> {expression} <")),
        "{html}"
    );
    assert!(html.contains("href=\"{{ site }}\""), "{html}");
}

#[test]
fn typed_markup_is_shown_and_not_obeyed() {
    let nasty = "</title><script>alert(1)</script>\"onload=x{{ a }}";
    let mut document = Document::default();
    let mut add = |kind| document.insert(Place::Bottom, kind).unwrap();
    add(BlockKind::Header {
        image_url: format!("https://a.test/{nasty}"),
        image_alt: nasty.into(),
        background: nasty.into(),
        title: nasty.into(),
        title_colour: nasty.into(),
        align: Align::Left,
    });
    add(BlockKind::text(nasty));
    add(BlockKind::button(nasty, format!("https://a.test/{nasty}")));
    add(BlockKind::button("x", "javascript:alert(1)"));
    add(BlockKind::Image {
        url: format!("https://a.test/{nasty}"),
        alt: nasty.into(),
        href: "javascript:alert(1)".into(),
        width_percent: 255,
        align: Align::Right,
    });
    document.theme.accent = nasty.into();
    let context = CompileContext {
        subject: nasty.into(),
        preheader: nasty.into(),
        lang: nasty.into(),
    };
    let html = compile_blocks(&document, &context).unwrap().html;
    for token in tokens(&crate::mail::expr::blank(&html)) {
        if let Token::Open(element) = token {
            assert_ne!(element.name, "script");
            assert!(
                element.attributes.iter().all(|a| !a.name.starts_with("on")),
                "{element:?}"
            );
            let href = element.value(&html, "href").unwrap_or_default();
            assert!(!href.contains("javascript"), "{element:?}");
        }
    }
    assert!(html.contains("{{ a }}"));
}

#[test]
fn pieces_cannot_be_named_from_outside() {
    let html = compiled(BlockKind::text("mgx0n0z mgx&#48;n1z <p>mgx&#x31;n0z</p>")).html;
    assert!(html.contains("mgx0n0z mgx0n1z"), "{html}");
}

#[test]
fn mjml_keeps_expressions_conditions_and_names_lines() {
    let source = "<mjml>\n<mj-body>\n{% if a %}<mj-section><mj-column>\n<mj-text>Hi {{ name|default(\"<you>\") }} <b>x</b></mj-text>\n<mj-button href=\"{{ site }}\">{{ label }}</mj-button></mj-column></mj-section>{% endif %}\n</mj-body></mjml>";
    let compiled = compile_mjml(source, &context()).unwrap();
    for needle in [
        "{% if a %}",
        "Hi {{ name|default(\"<you>\") }}",
        "href=\"{{ site }}\"",
        "{{ label }}",
        "{% endif %}",
        "A &quot;look&quot;",
        "lang=\"de\"",
        "<title>Hi {{ first_name }} &amp; &lt;co&gt;</title>",
    ] {
        assert!(
            compiled.html.contains(needle),
            "{needle}\n{}",
            compiled.html
        );
    }
    assert!(!compiled.html.contains("<!--{%"), "{}", compiled.html);
    MergeTemplate::compile(&compiled.html, Escape::Html).unwrap();
    for (source, line, words) in [
        (
            "<mjml>\n<mj-body>\n<mj-include path='x'/></mj-body></mjml>",
            Some(3),
            "mj-include is not available",
        ),
        (
            "<mjml>\n<mj-body>\n{{ a\n}}<mj-nonsense/></mj-body></mjml>",
            Some(4),
            "mj-nonsense",
        ),
        ("<mjml>\n<mj-body>\n<mj-section>", Some(3), "not closed"),
        ("<p>hello</p>", None, "cannot stand here"),
        ("", None, "empty"),
    ] {
        let error = compile_mjml(source, &context()).unwrap_err();
        assert!(error.message.contains(words), "{source}: {error:?}");
        if line.is_some() {
            assert_eq!(error.line, line, "{source}: {error:?}");
        }
    }
    assert!(compile_mjml(&"x".repeat(1_000_001), &context()).is_err());
}

/// The MJML parser, its renderer and its destructors call themselves once per level: this ended the process.
#[test]
fn elements_without_end_inside_one_another_are_refused() {
    let around = |inside: &str| {
        format!(
            "<mjml>\n<mj-body><mj-section><mj-column><mj-text>\n{inside}</mj-text></mj-column></mj-section></mj-body></mjml>"
        )
    };
    for (name, many) in [("b", 100_000), ("div", 60_000), ("mj-wrapper", 40_000)] {
        let deep = format!("<{name}>").repeat(many) + &format!("</{name}>").repeat(many);
        for source in [around(&deep), around(&format!("<{name}>").repeat(many * 2))] {
            let source: String = source.chars().take(1_000_000).collect();
            let error = compile_mjml(&source, &context()).unwrap_err();
            assert_eq!(error.line, Some(3), "{name}: {error:?}");
            assert!(error.message.contains("More than 100 elements"), "{error}");
        }
    }
    // Beside one another there may be any number, and ninety levels are more than mails have.
    let wide = "<b>x</b><br>".repeat(5_000);
    compile_mjml(&around(&wide), &context()).unwrap();
    let ninety = "<b>".repeat(90) + "x" + &"</b>".repeat(90);
    compile_mjml(&around(&ninety), &context()).unwrap();
    // HTML and rich text are read without calls into themselves.
    let deep = "<b>".repeat(30_000);
    compile_html(&deep, &context()).unwrap();
    clean_rich(&deep);
}

#[test]
fn raw_html_keeps_its_bytes_and_gains_what_is_missing() {
    let body = "<p  class=x>Hi {{ name }}</P>";
    let html = compile_html(body, &context()).unwrap().html;
    assert!(html.contains(body));
    assert!(html.starts_with("<!doctype html><html lang=\"de\">"));
    let whole = "<!DOCTYPE html>\n<html lang=fr><head><title>Mine</title></head><body bgcolor=red>x<script>y</script></body></html>";
    let html = compile_html(whole, &context()).unwrap().html;
    assert!(
        html.starts_with("<!DOCTYPE html>\n<html lang=fr><head><meta name=\"color-scheme\""),
        "{html}"
    );
    assert!(
        html.contains("<title>Mine</title></head><body bgcolor=red><div style=\"display:none"),
        "{html}"
    );
    assert!(html.ends_with("x</body></html>"), "{html}");
    let compiled = compile_html(body, &context()).unwrap();
    assert_eq!(compiled.text, "Hi {{ name }}\n");
}

#[test]
fn mistakes_in_merge_fields_name_their_block() {
    let mut document = Document::default();
    document
        .insert(Place::Bottom, BlockKind::text("<p>{{ fine }}</p>"))
        .unwrap();
    let id = document
        .insert(
            Place::Bottom,
            BlockKind::button("{{ name|shout }}", "https://a.test"),
        )
        .unwrap();
    let problems = merge_problems(&document.into());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].block, Some(id));
    assert!(problems[0].message.contains("no filter “shout”"));
    let mut spanning = Document::default();
    spanning
        .insert(Place::Bottom, BlockKind::text("<p>{% if a %}</p>"))
        .unwrap();
    spanning
        .insert(Place::Bottom, BlockKind::text("<p>x{% endif %}</p>"))
        .unwrap();
    assert_eq!(merge_problems(&spanning.into()), []);
    let source = "a\n{{ x".to_owned();
    assert!(
        merge_problems(&Design::Html { source })[0]
            .message
            .starts_with("Line 2")
    );
}

/// The least number of tables that are open between the two words; what only Outlook reads is passed over.
fn tables_between(html: &str, from: &str, to: &str) -> usize {
    let (before, rest) = html.split_once(from).unwrap();
    let (between, _) = rest.split_once(to).unwrap();
    let mut open = 0;
    let mut least = usize::MAX;
    for (part, counts) in [(before, false), (between, true)] {
        for token in tokens(part) {
            match token {
                Token::Open(tag) if tag.name == "table" => open += 1,
                Token::Close { name, .. } if name == "table" => open -= 1,
                _ => {}
            }
            if counts {
                least = least.min(open);
            }
        }
    }
    least
}

#[test]
fn blocks_on_one_ground_have_it_behind_them_both() {
    let mut document = Document::default();
    for words in ["one", "two", "three"] {
        let text = BlockKind::text(format!("<p>{words}</p>"));
        document.insert(Place::Bottom, text).unwrap();
    }
    document.theme.background = "#e8f0ea".into();
    for block in &mut document.blocks[..2] {
        block.frame.background = "#0f3a2e".into();
    }
    let html = compile_blocks(&document, &context()).unwrap().html;
    assert_eq!(tables_between(&html, ">one<", ">two<"), 1, "{html}");
    assert_eq!(tables_between(&html, ">two<", ">three<"), 0, "{html}");
}

#[test]
fn two_hundred_full_blocks_compile() {
    let mut document = Document::default();
    while document.len() < MAX_BLOCKS {
        document
            .insert(
                Place::Bottom,
                BlockKind::text("<h1>Hello</h1><p>{{ name }}</p>"),
            )
            .unwrap();
    }
    assert!(compile_blocks(&document, &context()).is_ok());
    document.blocks.push(document.blocks[0].clone());
    assert!(compile_blocks(&document, &context()).is_err());
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            prop::sample::select(vec![
                "<p>",
                "</p>",
                "<b>",
                "<ul><li>",
                "<table>",
                "<!--",
                "\"",
                "'",
                "&",
                "]]>",
                "<mj-text>",
                "</mj-text>",
                "{{ name }}",
                "{% if a %}",
                "{% endif %}",
                "{{",
                "}}",
                "mgx0n0z",
                "<script>",
                "#fff",
                "https://",
                "\n",
                "\0",
                "é👩",
                "<a href=\"",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,6}",
        ],
        0..8,
    )
    .prop_map(|parts| parts.concat())
}

fn leaf() -> impl Strategy<Value = BlockKind> {
    let align = prop::sample::select(Align::ALL.to_vec());
    prop_oneof![
        (
            words(),
            align.clone(),
            prop::sample::select(TextSize::ALL.to_vec()),
            words()
        )
            .prop_map(|(html, align, size, colour)| BlockKind::Text {
                html,
                align,
                size,
                colour
            }),
        (words(), words(), words(), any::<u8>(), align.clone()).prop_map(
            |(url, alt, href, width_percent, align)| BlockKind::Image {
                url,
                alt,
                href,
                width_percent,
                align
            }
        ),
        (
            words(),
            words(),
            words(),
            words(),
            align.clone(),
            any::<u8>()
        )
            .prop_map(|(label, href, colour, text_colour, align, radius)| {
                BlockKind::Button {
                    label,
                    href,
                    colour,
                    text_colour,
                    align,
                    radius,
                }
            }),
        (words(), any::<u8>(), any::<u16>()).prop_map(|(colour, thickness, padding)| {
            BlockKind::Divider {
                colour,
                thickness,
                padding,
            }
        }),
        any::<u16>().prop_map(|height| BlockKind::Spacer { height }),
        (
            prop::collection::vec((prop::sample::select(Network::ALL.to_vec()), words()), 0..4),
            align
        )
            .prop_map(|(links, align)| BlockKind::Social {
                links: links
                    .into_iter()
                    .map(|(network, url)| SocialLink { network, url })
                    .collect(),
                align,
            }),
    ]
}

fn top() -> impl Strategy<Value = BlockKind> {
    let column = (prop::collection::vec(leaf(), 0..3), words());
    prop_oneof![
        3 => leaf(),
        1 => (words(), words(), words(), words(), words()).prop_map(|(image_url, image_alt, background, title, title_colour)| {
            BlockKind::Header { image_url, image_alt, background, title, title_colour, align: Align::Center }
        }),
        1 => (words(), any::<bool>(), any::<bool>()).prop_map(|(text, show_address, show_unsubscribe)| BlockKind::Footer { text, show_address, show_unsubscribe }),
        1 => prop::collection::vec(column, 2..4).prop_map(|columns| BlockKind::Columns {
            columns: columns.into_iter().map(|(kinds, background)| Column {
                blocks: kinds.into_iter().map(|kind| crate::mail::block::Block { id: 0, kind, frame: Frame::default() }).collect(),
                background,
            }).collect(),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_tree_of_blocks_compiles(kinds in prop::collection::vec((top(), words(), any::<u16>()), 0..8), theme in (words(), any::<u16>())) {
        let mut document = Document { theme: Theme { accent: theme.0, width: theme.1, ..Theme::default() }, ..Document::default() };
        for (kind, background, padding) in kinds {
            let frame = Frame { background, padding_top: padding, padding_bottom: padding };
            document.insert_framed(Place::Bottom, kind, frame).unwrap();
        }
        let compiled = compile_blocks(&document, &context()).unwrap();
        let names: Vec<String> = tokens(&crate::mail::expr::blank(&compiled.html)).into_iter().filter_map(|token| match token {
            Token::Open(element) => Some(element.name),
            _ => None,
        }).collect();
        prop_assert!(!names.iter().any(|name| name == "script" || name.starts_with("mj-")), "{}", compiled.html);
        prop_assert!(compiled.html.ends_with("</body></html>"));
        // If the merge fields are right, the mail can be filled in.
        if let Ok(template) = MergeTemplate::compile(&compiled.html, Escape::Html) {
            let html = template.render(&MergeData::new().with("name", "<x>")).unwrap();
            prop_assert!(html.contains("</html>"));
        }
    }
}
