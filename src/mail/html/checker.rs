//! An HTML checker, for tests: what the parser of a browser engine finds wrong with a document (WHATWG HTML, 13.2.2), wrong nesting
//! of tables and elements that are not closed included.

use html5ever::interface::{Attribute, ElementFlags, NodeOrText, QuirksMode};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::{TreeBuilderOpts, TreeSink};
use html5ever::{LocalName, Namespace, ParseOpts, QualName, parse_document};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Everything that is wrong with a document, each with its line and what stands there.
pub(crate) fn problems(html: &str) -> Vec<String> {
    let sink = Sink {
        document: node("", ""),
        line: Cell::new(1),
        found: RefCell::default(),
    };
    let options = ParseOpts {
        tokenizer: TokenizerOpts {
            exact_errors: true,
            ..TokenizerOpts::default()
        },
        tree_builder: TreeBuilderOpts {
            exact_errors: true,
            ..TreeBuilderOpts::default()
        },
    };
    let found = parse_document(sink, options).one(html);
    let lines: Vec<&str> = html.lines().collect();
    found
        .into_iter()
        .map(|(line, problem)| {
            let index = usize::try_from(line).unwrap_or(1).saturating_sub(1);
            let words: String = lines.get(index).unwrap_or(&"").chars().take(300).collect();
            format!("line {line}: {problem}: {words}")
        })
        .collect()
}

type Node = Rc<QualName>;

fn node(space: &str, name: &str) -> Node {
    Rc::new(QualName::new(
        None,
        Namespace::from(space),
        LocalName::from(name),
    ))
}

/// Builds no tree: names are all that the parser asks for.
struct Sink {
    document: Node,
    line: Cell<u64>,
    found: RefCell<Vec<(u64, String)>>,
}

impl TreeSink for Sink {
    type Handle = Node;
    type Output = Vec<(u64, String)>;
    type ElemName<'a> = &'a QualName;

    fn finish(self) -> Self::Output {
        self.found.into_inner()
    }

    fn parse_error(&self, problem: Cow<'static, str>) {
        self.found
            .borrow_mut()
            .push((self.line.get(), problem.into_owned()));
    }

    fn get_document(&self) -> Node {
        self.document.clone()
    }

    fn elem_name<'a>(&'a self, target: &'a Node) -> &'a QualName {
        target
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Node {
        Rc::new(name)
    }

    fn create_comment(&self, _: StrTendril) -> Node {
        node("", "!comment")
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Node {
        node("", "?pi")
    }

    fn append(&self, _: &Node, _: NodeOrText<Node>) {}

    fn append_based_on_parent_node(&self, _: &Node, _: &Node, _: NodeOrText<Node>) {}

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Node) -> Node {
        target.clone()
    }

    fn same_node(&self, one: &Node, other: &Node) -> bool {
        Rc::ptr_eq(one, other)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, _: &Node, _: NodeOrText<Node>) {}

    fn add_attrs_if_missing(&self, _: &Node, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &Node) {}

    fn reparent_children(&self, _: &Node, _: &Node) {}

    fn set_current_line(&self, line: u64) {
        self.line.set(line);
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let page = |body: &str| {
        format!("<!doctype html><html><head><title>x</title></head><body>{body}</body></html>")
    };
    assert_eq!(
        problems(&page(
            "<table><tbody><tr><td><p>a &amp; b</p></td></tr></tbody></table>"
        )),
        [""; 0]
    );
    for wrong in [
        "<table><p>outside of a cell</p></table>",
        "<table><tbody><td>a</td></tbody></table>",
        "<div>not closed",
        "<p>a</div>",
        "<a href=x href=y>twice</a>",
        "<p>a &nosuch; b</p>",
        "<b><i>crossed</b></i>",
    ] {
        assert!(!problems(&page(wrong)).is_empty(), "{wrong}");
    }
}
