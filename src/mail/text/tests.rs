//! Markup of all sorts, and what readers of plain text get.

use proptest::prelude::*;

use super::*;
use crate::mail::block::{BlockKind, Document};

#[test]
fn markup_becomes_readable_text() {
    for (html, text) in [
        (
            "<h1>Spring</h1><p>Hello  <b>Ann</b>,<br>welcome.</p>",
            "Spring\n======\n\nHello Ann,\nwelcome.\n",
        ),
        (
            "<p>See <a href=\"https://a.test/?a=1&amp;b=2\">our shop</a>!</p>",
            "See our shop: https://a.test/?a=1&b=2!\n",
        ),
        (
            "<a href=\"https://a.test\">https://a.test</a>",
            "https://a.test\n",
        ),
        (
            "<a href=\"mailto:a@b.test\">a@b.test</a> <a href=\"mailto:a@b.test\">Write us</a>",
            "a@b.test Write us: a@b.test\n",
        ),
        (
            "<ul><li>one</li><li>two<ol><li>x</li><li>y</li></ol></li></ul>",
            "- one\n- two\n  1. x\n  2. y\n",
        ),
        (
            "<blockquote><p>a</p><p>b</p></blockquote>c",
            "> a\n\n> b\n\nc\n",
        ),
        (
            "<p>a</p><hr><p>b</p>",
            "a\n\n----------------------------------------\n\nb\n",
        ),
        (
            "<div style=\"display: none\">pre <div>x</div></div><p>a</p>",
            "a\n",
        ),
        (
            "<head><title>t</title><style>p{}</style></head><script>x</script>b",
            "b\n",
        ),
        (
            "<img alt=\"A cat\" src=x><img src=y alt=\"\"><a href=\"https://a.test\"><img alt=\"Logo\"></a>",
            "[A cat]Logo: https://a.test\n",
        ),
        ("<a href=\"https://a.test\"></a>", "https://a.test\n"),
        ("<a href=\"#x\">up</a>", "up\n"),
        (
            "<a href=\"javascript:x\">a</a> <a href=\"/y\">b</a>",
            "a b: /y\n",
        ),
        (
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            "a b\nc\n",
        ),
        (
            "{% if a %}<p>{{ b | default(\"x  <y>\") }}</p>{% endif %}",
            "{% if a %}\n\n{{ b | default(\"x  <y>\") }}\n\n{% endif %}\n",
        ),
        ("<p>a{{b}}c &amp; {{ d }}</p>", "a{{b}}c & {{ d }}\n"),
        ("<pre>a\n  b</pre>", "a\n  b\n"),
        ("a&zwnj;&nbsp;&#847;b", "a b\n"),
        ("", ""),
    ] {
        assert_eq!(from_html(html), text, "{html}");
    }
}

#[test]
fn blocks_become_readable_text() {
    use crate::mail::block::{Align, Network, Place, SocialLink};
    let mut document = Document::default();
    let mut add = |kind| document.insert(Place::Bottom, kind).unwrap();
    add(BlockKind::Header {
        image_url: String::new(),
        image_alt: String::new(),
        background: String::new(),
        title: "Bits & <Bolts>".into(),
        title_colour: String::new(),
        align: Align::Left,
    });
    add(BlockKind::text(
        "<p>Hi {{ first_name|default(\"you\") }},</p>",
    ));
    add(BlockKind::button(
        "Read it",
        "https://a.test/?a=1&b={{ x }}",
    ));
    add(BlockKind::new_divider());
    add(BlockKind::Social {
        links: vec![SocialLink {
            network: Network::Linkedin,
            url: "https://l.test".into(),
        }],
        align: Align::Left,
    });
    add(BlockKind::Footer {
        text: "<p>Bye</p>".into(),
        show_address: true,
        show_unsubscribe: true,
    });
    assert_eq!(
        from_document(&document),
        "Bits & <Bolts>\n==============\n\nHi {{ first_name|default(\"you\") }},\n\nRead it: https://a.test/?a=1&b={{ x }}\n\n\
         ----------------------------------------\n\nLinkedIn: https://l.test\n\n----------------------------------------\n\nBye\n\n\
         {{ workspace_address }}\n\nUnsubscribe: {{ unsubscribe_url }}\n"
    );
}

proptest! {
    #[test]
    fn words_and_expressions_survive(parts in prop::collection::vec(prop::sample::select(vec![
        "<p>", "</p>", "<li>", "<a href='https://a.test'>", "</a>", "<b>", "<td>", "<h1>", "</h1>", "<br>", "word", "{{ x|default(\"a  b\") }}", " ", "\n", "<ul>", "</ul>", "&amp;",
    ]), 0..40)) {
        let html = parts.concat();
        let text = from_html(&html);
        prop_assert_eq!(text.matches("word").count(), html.matches("word").count());
        prop_assert_eq!(text.matches("{{ x|default(\"a  b\") }}").count(), html.matches("{{ x").count());
        prop_assert!(!text.contains("\n\n\n"));
        prop_assert!(!text.lines().any(|line| line.ends_with(' ')), "{:?}", text);
    }
}
