//! Links in markup of every degree of ugliness.

use proptest::prelude::*;

use super::*;

const UGLY: &str = r##"<!doctype html><body>
<a href="https://a.test/?x=1&amp;y=2">One  <b>link</b></a>
<A CLASS=x HREF='http://b.test/{{ path | default("a>b") }}'><img src=x alt="A picture"></A>
<a href=https://c.test/c>bare</a>
<a  href = "{{ site }}" >merged</a>
<a href="mailto:a@b.test">m</a><a href="tel:1">t</a><a href="#top">h</a><a href="">e</a><a>n</a>
<a href="{{ unsubscribe_url }}">u</a><a href="{{Unsubscribe URL}}">u</a><a href="{{ __link_9 }}">r</a>
<map><area href="https://d.test"></map>
<!-- <a href="https://comment.test">c</a> --><style>a:after{content:"<a href='https://css.test'>"}</style>
<a href="{% if x %}https://e.test{% else %}https://f.test{% endif %}">either</a>
<a href="javascript:alert(1)">js</a><a href="/relative">r</a>
</body></html>"##;

#[test]
fn links_are_found_with_target_and_label() {
    let found: Vec<(usize, String, String)> = extract_links(UGLY)
        .into_iter()
        .map(|link| (link.index, link.target, link.label))
        .collect();
    let expected = [
        ("https://a.test/?x=1&y=2", "One link"),
        ("http://b.test/{{ path | default(\"a>b\") }}", "A picture"),
        ("https://c.test/c", "bare"),
        ("{{ site }}", "merged"),
        ("https://d.test", ""),
        (
            "{% if x %}https://e.test{% else %}https://f.test{% endif %}",
            "either",
        ),
    ];
    let expected: Vec<(usize, String, String)> = expected
        .iter()
        .enumerate()
        .map(|(index, (target, label))| (index, (*target).to_owned(), (*label).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn rewriting_changes_the_targets_and_nothing_else() {
    let rewritten = rewrite_links(UGLY, placeholder);
    for (before, after) in [
        (
            r#"<a href="https://a.test/?x=1&amp;y=2">"#,
            r#"<a href="{{ __link_0 }}">"#,
        ),
        (
            r#"<A CLASS=x HREF='http://b.test/{{ path | default("a>b") }}'>"#,
            "<A CLASS=x HREF='{{ __link_1 }}'>",
        ),
        ("<a href=https://c.test/c>", r#"<a href="{{ __link_2 }}">"#),
        (
            r#"<a  href = "{{ site }}" >"#,
            r#"<a  href = "{{ __link_3 }}" >"#,
        ),
        (
            r#"<area href="https://d.test">"#,
            r#"<area href="{{ __link_4 }}">"#,
        ),
    ] {
        assert!(UGLY.contains(before));
        assert!(rewritten.contains(after), "{after}\n{rewritten}");
    }
    assert!(rewritten.contains("{{ unsubscribe_url }}"));
    assert!(rewritten.contains("https://comment.test"));
    assert!(rewritten.contains("https://css.test"));
    assert!(extract_links(&rewritten).is_empty());
}

#[test]
fn a_link_that_differs_from_item_to_item_is_left_alone() {
    let html = "{% for item in items %}<a href=\"https://a.test/{{ item.id }}\">x</a><a href=\"https://b.test\">y</a>{%- endfor -%}<a href=\"{{ c }}\">z</a>";
    let targets =
        |links: Vec<Link>| -> Vec<String> { links.into_iter().map(|link| link.target).collect() };
    assert_eq!(targets(extract_links(html)), ["https://b.test", "{{ c }}"]);
    assert!(rewrite_links(html, placeholder).starts_with(
        "{% for item in items %}<a href=\"https://a.test/{{ item.id }}\">x</a><a href=\"{{ __link_0 }}\">"
    ));
    let text =
        "{% for item in items %}https://a.test/{{ item.id }}{% endfor %} https://b.test/{{ c }}";
    assert_eq!(
        targets(extract_text_links(text)),
        ["https://b.test/{{ c }}"]
    );
    assert_eq!(
        rewrite_text_links("{% if a %}https://a.test{% endif %}", placeholder),
        "{% if a %}{{ __link_0 }}{% endif %}"
    );
}

#[test]
fn the_pixel_stands_at_the_end_of_the_body() {
    let with = insert_pixel("<html><body><p>x</p></BODY></html>");
    assert!(with.starts_with("<html><body><p>x</p><img src=\"{{ __pixel }}\" width=\"1\""));
    assert!(with.ends_with("></BODY></html>"));
    assert!(insert_pixel("<p>x").starts_with("<p>x<img "));
    assert!(insert_pixel("<p>x</html>").ends_with("></html>"));
    assert!(insert_pixel("<!-- </body> --><p>").ends_with(">"));
    let sent = with.replace("{{ __pixel }}", "https://m.example/t/o/abc");
    assert_eq!(remove_pixel(&sent), "<html><body><p>x</p></BODY></html>");
    let other = "<img src=\"a.png\" width=\"1\"><img src=\"b.png\" width=\"1\" height=\"1\">";
    assert_eq!(remove_pixel(other), other);
}

#[test]
fn the_trap_shows_nothing_and_is_no_counted_link() {
    let with = insert_trap("<html><body><p>x</p></body></html>");
    assert!(
        with.starts_with("<html><body><p>x</p><a href=\"{{ __trap }}\" style=\"display:none\"")
    );
    assert!(with.ends_with("></a></body></html>"));
    assert_eq!(extract_links(&with), []);
}

#[test]
fn marks_stand_in_front_of_the_words_of_a_link() {
    let html = "<p><a href='https://a.test'>One</a> <a class=x href=\"https://b.test\"><b>Two</b></a> <a href=\"#x\">Three</a></p>";
    let frozen = rewrite_links(html, placeholder);
    let marked = mark_links(&frozen, &|index| (index == 1).then(|| format!("[{index}]")));
    assert_eq!(
        marked,
        "<p><a href='{{ __link_0 }}'>One</a> <a class=x href=\"{{ __link_1 }}\">[1]<b>Two</b></a> <a href=\"#x\">Three</a></p>"
    );
    assert_eq!(
        mark_links(html, &|_| Some("x".into())),
        html,
        "nothing is counted here"
    );
}

#[test]
fn addresses_in_text_are_found_and_replaced() {
    let text = "See https://a.test/x?y={{ a b }}. (http://b.test/c), https:// and http: https://c.test/{{ \"q \" }}>";
    let targets: Vec<String> = extract_text_links(text)
        .into_iter()
        .map(|link| link.target)
        .collect();
    assert_eq!(
        targets,
        [
            "https://a.test/x?y={{ a b }}",
            "http://b.test/c",
            "https://c.test/{{ \"q \" }}"
        ]
    );
    assert_eq!(
        rewrite_text_links(text, |index| format!("<{index}>")),
        "See <0>. (<1>), https:// and http: <2>>"
    );
}

proptest! {
    #[test]
    fn rewriting_keeps_every_other_byte(parts in prop::collection::vec(prop::sample::select(vec![
        "<a href=\"https://x.test\">", "<a href='{{ u }}'>", "<a href=https://y.test/z >", "</a>", "<p title=\"", "\">", "é", "{{ a }}",
        "{% if \"<a href='https://no.test'>\" %}", "<!--", "-->", "<style>", "</style>", "text & <", "<a href=\"mailto:x\">", "\u{1}",
    ]), 0..30)) {
        let html = parts.concat();
        let links = extract_links(&html);
        let mut seen = Vec::new();
        let rewritten = rewrite_links(&html, |index| { seen.push(index); format!("\u{2}{index}\u{2}") });
        prop_assert_eq!(&seen, &(0..links.len()).collect::<Vec<_>>());
        // Putting the targets back gives the document back, but for quotes around bare values.
        let mut back = rewritten;
        for link in &links {
            let mark = format!("\u{2}{}\u{2}", link.index);
            back = back.replacen(&mark, &link.target, 1);
        }
        prop_assert_eq!(back.replace("\"https://y.test/z\"", "https://y.test/z"), html.clone());
        let pixel = insert_pixel(&html);
        prop_assert_eq!(pixel.len(), insert_pixel("").len() + html.len());
        prop_assert_eq!(remove_pixel(&pixel), html.clone());
    }
}
