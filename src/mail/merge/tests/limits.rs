//! What a template may not make the engine do: fill the memory, use up the stack, or go on for ever.

use super::*;

/// Each of these once took gigabytes, time without end, or the stack, some of them as soon as the template was read.
#[test]
fn nothing_is_repeated_by_the_number() {
    for source in [
        "[1] * 10000000000000",
        "'a' * 99999999",
        "99999999 * 'a'",
        "[1] * 9999999999999 == [1] * 9999999999998",
        "name * 99999999",
        "name|upper * 99999999",
        "name|default([1]) * 99999999",
        "([1]) * 99999999",
        "[[1]].0 * 99999999",
        "[[1]][0] * 99999999",
        "First 2 * 99999999",
        "first-2 * 99999999",
        "99999999 * name",
        "99999999 * name|upper",
        "99999999 * name|int|upper",
        "99999999 * name|int|replace('0', 'a')",
        "99999999 * 3|replace('3', 'a')",
        "99999999 * 3[0]|default([1])",
        "99999999 * 3.x|default([1])",
        "99999999 * (name|int)",
        "'a'|join(*[1])",
    ] {
        let statement = format!("{{% if {source} %}}x{{% endif %}}");
        for source in [format!("{{{{ {source} }}}}"), statement] {
            let error = MergeTemplate::compile(&source, Escape::Text).unwrap_err();
            assert!(
                error.message.contains("Only numbers can be multiplied"),
                "{source}: {error}"
            );
        }
    }
}

#[test]
fn chains_without_end_are_refused() {
    let many = 100_000;
    let elif = "{% elif b %}".repeat(many / 2);
    for (source, words) in [
        (format!("{{{{ {}1 }}}}", "-".repeat(many)), "too long"),
        (format!("{{{{ {}a }}}}", "not ".repeat(many)), "too long"),
        (format!("{{{{ a{} }}}}", "~a".repeat(many)), "too long"),
        (format!("{{{{ a{} }}}}", ".a".repeat(many)), "too long"),
        (format!("{{{{ a{} }}}}", "|upper".repeat(many)), "too long"),
        (
            format!("{{{{ a{} }}}}", " if a else a".repeat(many / 2)),
            "too long",
        ),
        (format!("{{% if a %}}{elif}{{% endif %}}"), "100 {% elif %}"),
    ] {
        let error = MergeTemplate::compile(&source, Escape::Text).unwrap_err();
        assert!(error.message.contains(words), "{error}");
    }
    let nested = "{% if a %}".repeat(50_000) + &"{% endif %}".repeat(50_000);
    assert!(MergeTemplate::compile(&nested, Escape::Text).is_err());
    // What people write is far from it: a condition over all countries, a choice of fifty.
    let countries = "'Country', ".repeat(200);
    let choice: String = (0..50)
        .map(|n| format!("{{% elif a == {n} %}}{n}"))
        .collect();
    let source =
        format!("{{% if a in [{countries}] %}}x{{% endif %}}{{% if a %}}{choice}{{% endif %}}");
    MergeTemplate::compile(&source, Escape::Text).unwrap();
}

#[test]
fn long_lists_are_not_written_out() {
    let list = |length: usize, item: &str| {
        MergeData::from_json_text(&serde_json::json!({ "l": vec![item; length] }).to_string())
            .unwrap()
    };
    let render = |source: &str, data: &MergeData| {
        MergeTemplate::compile(source, Escape::Text)
            .unwrap()
            .render(data)
    };
    for source in ["{{ l }}", "{{ l|join }}"] {
        assert!(render(source, &list(10_000, "1")).is_ok());
        let error = render(source, &list(10_001, "1")).unwrap_err();
        assert!(error.message.contains("10,000"), "{error}");
    }
    let error = render("{{ l|join(l.0 ~ l.1) }}", &list(50, &"x".repeat(20_000))).unwrap_err();
    assert!(error.message.contains("1 MB"), "{error}");
    assert_eq!(
        render("{{ l|last|upper }}", &list(20_000, "x")).unwrap(),
        "X"
    );
}
