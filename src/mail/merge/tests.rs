//! What marketers write, what recipients' values hold, and that the one never turns into the other.

use proptest::prelude::*;

mod limits;

use super::*;
use crate::mail::html::{Token, decode, tokens};

fn ann() -> MergeData {
    MergeData::from_pairs([
        ("First Name", "Ann"),
        ("Company", "Bits & Bolts"),
        ("City", ""),
        ("Amount", "1,299.5"),
        ("Site", "https://ann.example/?a=1&b=2"),
        ("Renewal", "2026-03-01"),
    ])
}

fn render(source: &str, escape: Escape) -> String {
    MergeTemplate::compile(source, escape)
        .and_then(|template| template.render(&ann()))
        .unwrap_or_else(|error| panic!("{source}: {error}"))
}

#[test]
fn templates_read_the_way_marketers_write() {
    for (source, expected) in [
        ("Hi {{First Name}}", "Hi Ann"),
        ("Hi {{ first_name }}", "Hi Ann"),
        ("Hi {{ FIRST-NAME }}", "Hi Ann"),
        ("Hi {{ first\u{a0}name }}", "Hi Ann"),
        ("Hi {{ nobody }}!", "Hi !"),
        ("Hi {{ nobody.at.all }}!", "Hi !"),
        ("{{ city | default(\"town\") }}", "town"),
        ("{{ city|default('town')|upper }}", "TOWN"),
        ("{{ nobody | default(“there”) }}", "there"),
        ("{{ nobody|upper }}{{ nobody|truncate(3) }}", ""),
        (
            "{% if company %}at {{ company }}{% else %}alone{% endif %}",
            "at Bits & Bolts",
        ),
        ("{% if city %}x{% endif %}", ""),
        (
            "{% if First Name == \"Ann\" and not City %}yes{% endif %}",
            "yes",
        ),
        (
            "{% IF amount|int > 1000 %}big{% elif amount %}small{% endif %}",
            "big",
        ),
        ("{{ amount|float * 2 }}", "2599"),
        ("{{ amount|float * 2 + 1.5 * -2 }}", "2596"),
        ("{{ amount|FLOAT * First Name|length * 2 }}", "7797"),
        ("{{ first_name|count * amount|upper|int }}", "3897"),
        ("{{ amount|round(2) }}", "1299.50"),
        ("{{ first_name[1:3] }}{{ first_name[:1] }}", "nnA"),
        ("{{ “say \"hi\" and \\\"ho\\\"” }}", "say \"hi\" and \"ho\""),
        (
            "{{ first_name ~ '!' if first_name is defined else 'x' }}",
            "Ann!",
        ),
        ("{% if first_name is not empty %}a{% endif %}", "a"),
        (
            "{{ renewal|date }} {{ renewal|date('%d.%m.%Y') }}",
            "1 March 2026 01.03.2026",
        ),
        ("{# a note #}a{#id}", "a{#id}"),
        ("{{ \"{{\" }} {{ '}}' }}", "{{ }}"),
        ("a\n", "a\n"),
        ("{{ 2nd Name|default('none') }}", "none"),
        ("{{ ' ann LEE-smith '|trim|title }}", "Ann Lee-Smith"),
        ("100 % { } }} %}", "100 % { } }} %}"),
    ] {
        assert_eq!(render(source, Escape::Text), expected, "{source}");
    }
}

#[test]
fn lists_and_objects_of_json_are_reachable() {
    let data = MergeData::from_json_text(
        r#"{"Order":{"Total Price":12.0,"Items":[{"Name":"Tea"},{"Name":"<Cup>"}]},"n":null,"tags":["a","b"]}"#,
    )
    .unwrap();
    let source = "{{ order.total price }}:{% for item in order.items %}{{ loop.index }}{{ item.name }};{% endfor %}{{ n }}{{ tags|join('+') }}{{ tags|length }}";
    let template = MergeTemplate::compile(source, Escape::Html).unwrap();
    assert_eq!(template.render(&data).unwrap(), "12:1Tea;2&lt;Cup&gt;;a+b2");
    assert_eq!(
        template.variables().into_iter().collect::<Vec<_>>(),
        ["n", "order", "tags"]
    );
    assert!(MergeData::from_json_text("[1]").is_err());
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (source, line, column, words) in [
        ("a\nb {{ name", 2, 3, "never closed. Add }}"),
        ("{% if a", 1, 1, "never closed. Add %}"),
        ("{% if a %}\nb", 1, 1, "Add {% endif %}"),
        ("x{% endif %}", 1, 2, "has no {% if %}"),
        (
            "{% for a in b %}{% endif %}",
            1,
            17,
            "where {% endfor %} is due",
        ),
        ("{% else %}", 1, 1, "outside of an {% if %}"),
        (
            "{{ name|shout }}",
            1,
            9,
            "no filter “shout”. The filters are: default, d, upper",
        ),
        ("{% if a is funny %}{% endif %}", 1, 12, "no test “funny”"),
        ("{{ name.upper() }}", 1, 9, "use a filter"),
        (
            "{{ range(9) }}",
            1,
            4,
            "“range(…)” is not something we can do",
        ),
        (
            "{% include 'x' %}",
            1,
            1,
            "“include” is not a statement we know",
        ),
        ("{% set a = 1 %}", 1, 1, "“set” is not"),
        ("{% macro a() %}", 1, 1, "“macro” is not"),
        ("{% autoescape false %}", 1, 1, "“autoescape” is not"),
        ("{% raw %}", 1, 1, "“raw” is not"),
        ("{{ }}", 1, 1, "is empty"),
        ("{{{name}}}", 1, 3, "a brace too many"),
        ("{{ name | default('x) }}", 1, 19, "not closed"),
        ("ok\n\n{{ Größe Name + }}", 3, 18, "We cannot read this"),
        ("{{ name|safe }}", 1, 9, "no filter “safe”"),
        ("{{ 2 ** 9 }}", 1, 6, "** is not available"),
        ("{{ name[::-1] }}", 1, 10, "two numbers"),
        (
            "{% for a in b %}{% for c in d %}{% for e in f %}",
            1,
            33,
            "two loops",
        ),
    ] {
        let error = MergeTemplate::compile(source, Escape::Text).unwrap_err();
        assert!(error.message.contains(words), "{source}: {error}");
        assert_eq!(
            (error.line, error.column),
            (line, Some(column)),
            "{source}: {error}"
        );
    }
}

#[test]
fn values_are_written_for_where_they_stand() {
    let data = MergeData::from_pairs([
        ("x", "a b&c\"><script>'"),
        ("js", "java\tscript:alert(1)"),
        ("site", "https://a.test/?q=1&r=ü \""),
        ("mail", "mailto:a@b.test"),
        ("path", "a/b"),
    ]);
    for (source, expected) in [
        ("{{ x }}", "a b&amp;c&quot;&gt;&lt;script&gt;&#39;"),
        (
            "<p title=\"{{ x }}\">",
            "<p title=\"a b&amp;c&quot;&gt;&lt;script&gt;&#39;\">",
        ),
        (
            "<a href=\"{{ site }}\">",
            "<a href=\"https://a.test/?q=1&amp;r=%C3%BC%20%22\">",
        ),
        ("<a href=\"{{ mail }}\">", "<a href=\"mailto:a@b.test\">"),
        ("<a href=\"{{ js }}\">", "<a href=\"\">"),
        ("<a href = '{{ js }}'>", "<a href = ''>"),
        ("<a href={{ js }}>", "<a href=>"),
        (
            "<a href=\"https://a.test/{{ path }}?q={{ x }}\">",
            "<a href=\"https://a.test/a%2Fb?q=a%20b%26c%22%3E%3Cscript%3E%27\">",
        ),
        (
            "<a href=\"https://a.test/?q={{ path|urlencode }}\">",
            "<a href=\"https://a.test/?q=a%2Fb\">",
        ),
        (
            "<a href=\"{% if x %}{{ site }}{% else %}https://b.test{% endif %}\">",
            "<a href=\"https://a.test/?q=1&amp;r=%C3%BC%20%22\">",
        ),
        (
            "<a href=\"{{ x|default(&quot;https://b.test&quot;) }}\">",
            "<a href=\"a%20b&amp;c%22%3E%3Cscript%3E&#39;\">",
        ),
        (
            "<p class={{ x }}>",
            "<p class=a&#32;b&#38;c&#34;&#62;&#60;script&#62;&#39;>",
        ),
        (
            "<p {{ x }}>",
            "<p a&#32;b&#38;c&#34;&#62;&#60;script&#62;&#39;>",
        ),
        (
            "<style>a{color:{{ x }}}</style>",
            "<style>a{color:a bcscript}</style>",
        ),
        (
            "<p style=\"color:{{ x }}\">",
            "<p style=\"color:a bcscript\">",
        ),
        (
            "<title>{{ x }}</title>",
            "<title>a b&amp;c&quot;&gt;&lt;script&gt;&#39;</title>",
        ),
    ] {
        let template = MergeTemplate::compile(source, Escape::Html).unwrap();
        assert_eq!(template.render(&data).unwrap(), expected, "{source}");
    }
    let url = MergeTemplate::compile("{{ site }}", Escape::Url).unwrap();
    assert_eq!(
        url.render(&data).unwrap(),
        "https://a.test/?q=1&r=%C3%BC%20%22"
    );
    let url = MergeTemplate::compile("https://x.test/{{ path }}/{{ x }}", Escape::Url).unwrap();
    assert_eq!(
        url.render(&data).unwrap(),
        "https://x.test/a%2Fb/a%20b%26c%22%3E%3Cscript%3E%27"
    );
}

#[test]
fn a_header_stays_one_line() {
    let data = MergeData::from_pairs([("name", "Ann\r\nBcc: everyone@example.com\u{2028}x\0")]);
    let template = MergeTemplate::compile("Hi\n{{ name }}", Escape::Header).unwrap();
    assert_eq!(
        template.render(&data).unwrap(),
        "Hi Ann Bcc: everyone@example.com x "
    );
    let plain = MergeTemplate::compile("a\r\nb", Escape::Header).unwrap();
    assert_eq!(plain.render(&data).unwrap(), "a b");
}

#[test]
fn endless_work_and_endless_output_are_refused() {
    let list: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
    let data = MergeData::from_json_text(
        &serde_json::json!({ "l": list, "x": "y".repeat(10_000) }).to_string(),
    )
    .unwrap();
    let slow = MergeTemplate::compile(
        "{% for a in l %}{% for b in l %}{% if a == b %}{% endif %}{% endfor %}{% endfor %}",
        Escape::Text,
    )
    .unwrap();
    assert!(slow.render(&data).unwrap_err().message.contains("too long"));
    let large =
        MergeTemplate::compile("{% for a in l %}{{ x }}{% endfor %}", Escape::Text).unwrap();
    assert!(large.render(&data).unwrap_err().message.contains("1 MB"));
    let deep = "(".repeat(2000);
    assert!(MergeTemplate::compile(&format!("{{{{ {deep} }}}}"), Escape::Text).is_err());
    assert!(MergeTemplate::compile(&"x".repeat(MAX_BYTES + 1), Escape::Text).is_err());
}

#[test]
fn names_without_a_default_are_listed() {
    let template = MergeTemplate::compile(
        "{{ First Name }} {{ city|default('x') }} {% if company %}{{ company }}{% endif %}{{ __link_1 }}",
        Escape::Html,
    )
    .unwrap();
    let names = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>();
    assert_eq!(
        names(template.variables()),
        ["city", "company", "first_name"]
    );
    assert_eq!(
        names(template.variables_without_default()),
        ["company", "first_name"]
    );
}

#[test]
fn one_template_serves_many_threads() {
    let template = MergeTemplate::compile("Hi {{ name }}", Escape::Html).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let template = &template;
            scope.spawn(move || {
                for n in 0..200 {
                    let data = MergeData::new().with("Name", format!("{thread}/{n}"));
                    assert_eq!(template.render(&data).unwrap(), format!("Hi {thread}/{n}"));
                }
            });
        }
    });
}

#[test]
fn targets_of_clicks_have_a_harmless_scheme() {
    assert_eq!(
        safe_target("https://a.test/x y").as_deref(),
        Some("https://a.test/x%20y")
    );
    assert_eq!(safe_target("java\nscript:alert(1)"), None);
    assert_eq!(safe_target("//evil.test"), None);
    assert_eq!(safe_target(""), None);
}

/// Renders so many a second that a campaign of 100,000 takes a few seconds; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a figure, not a check"]
#[allow(clippy::print_stdout)] // The figure is what the run is for.
fn speed() {
    let paragraph =
        "<p style=\"margin:0\">Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>\n";
    let source = format!(
        "<p>Hi {{{{ first_name|default('there') }}}} {{{{ last_name }}}}</p>{}<a href=\"{{{{ __link_0 }}}}\">{{{{ company }}}}</a> {{% if city %}}{{{{ city }}}}{{% endif %}} <a href=\"{{{{ unsubscribe_url }}}}\">x</a>",
        paragraph.repeat(10_000 / paragraph.len())
    );
    let template = MergeTemplate::compile(&source, Escape::Html).unwrap();
    let data = MergeData::from_pairs([
        ("First Name", "Ann"),
        ("Last Name", "O'Hara"),
        ("Company", "Bits & Bolts"),
        ("City", "Bern"),
        ("__link_0", "https://example.com/t/c/abcdefghijklmnop"),
        (
            "unsubscribe_url",
            "https://example.com/t/u/abcdefghijklmnop",
        ),
    ]);
    let started = std::time::Instant::now();
    let rounds = 50_000;
    let mut bytes = 0;
    for _ in 0..rounds {
        bytes += template.render(&data).unwrap().len();
    }
    let rate = f64::from(rounds) / started.elapsed().as_secs_f64();
    println!("{rate:.0} renders/s of {} bytes", bytes / rounds as usize);
}

fn nasty() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            prop::sample::select(vec![
                "<",
                ">",
                "\"",
                "'",
                "&",
                "&amp;",
                "{{ x }}",
                "{%",
                "%}",
                "{#",
                "\n",
                "\r",
                "\0",
                "\u{202e}",
                "مرحبا",
                "👩‍💻",
                "javascript:",
                "https://",
                "<script>",
                "-->",
                "</style>",
                " onload=",
                "=",
                "`",
                "\\",
                "\u{2028}",
            ])
            .prop_map(str::to_owned),
            "\\PC{0,10}",
        ],
        0..30,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn a_value_in_html_is_escaped_exactly_once_and_never_markup(value in nasty(), long in any::<bool>()) {
        let value = if long { value.repeat(10_000 / value.len().max(1)) } else { value };
        let source = "<p title='{{ v }}' class={{ v }}>{{ v }}</p><a href=\"{{ v }}\">x</a><a href=\"https://a.test/{{ v }}\"></a><!-- {{ v }} --><b {{ v }}></b>";
        let template = MergeTemplate::compile(source, Escape::Html).unwrap();
        let html = template.render(&MergeData::new().with("v", value.clone())).unwrap();
        let expected: String = value.chars().filter(|c| !c.is_ascii_control() || matches!(c, '\n' | '\t')).collect();
        let found = tokens(&html);
        prop_assert_eq!(found.len(), 11 - usize::from(expected.is_empty()), "{}", html);
        let Token::Open(p) = &found[0] else { panic!() };
        prop_assert_eq!(p.value(&html, "title").unwrap(), expected.as_str());
        prop_assert_eq!(p.attributes.len(), 2);
        let Token::Text(range) = &found[1] else {
            // An empty value leaves no text.
            prop_assert!(expected.is_empty());
            return Ok(());
        };
        prop_assert_eq!(decode(&html[range.clone()], false), expected.as_str());
        let Token::Open(a) = &found[3] else { panic!() };
        let href = a.value(&html, "href").unwrap();
        let scheme = href.split(['/', '?', '#']).next().unwrap().split_once(':').map(|(s, _)| s.to_lowercase());
        prop_assert!(scheme.is_none_or(|s| ["http", "https", "mailto", "tel"].contains(&s.as_str())), "{}", href);
        let Token::Open(b) = &found[9] else { panic!() };
        prop_assert!(b.attributes.len() <= 1, "{:?}", b);
    }

    #[test]
    fn a_value_is_never_read_as_template_code(value in nasty()) {
        let data = MergeData::new().with("v", value.clone()).with("x", "LEAK");
        let template = MergeTemplate::compile("[{{ v }}]", Escape::Text).unwrap();
        let expected: String = value.chars().filter(|c| !c.is_ascii_control() || matches!(c, '\n' | '\t')).collect();
        prop_assert_eq!(template.render(&data).unwrap(), format!("[{expected}]"));
        let header = MergeTemplate::compile("{{ v }}", Escape::Header).unwrap().render(&data).unwrap();
        prop_assert!(!header.contains(['\r', '\n', '\0']));
    }

    #[test]
    fn no_template_makes_the_compiler_panic(source in nasty(), inner in "\\PC{0,20}") {
        for escape in [Escape::Html, Escape::Text, Escape::Header, Escape::Url] {
            for source in [source.clone(), format!("{{{{ {inner} }}}}"), format!("{{% {inner} %}}{{% endif %}}")] {
                if let Ok(template) = MergeTemplate::compile(&source, escape) {
                    let _ = template.render(&MergeData::new());
                }
            }
        }
    }
}
