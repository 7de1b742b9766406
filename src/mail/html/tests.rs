//! The tokenizer against the tokenizer of a browser engine, and by hand.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token as Theirs, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    states,
};
use proptest::prelude::*;

use super::*;

#[derive(Debug, PartialEq)]
enum Simple {
    Text(String),
    Open(String, Vec<(String, String)>),
    Close(String),
    Comment,
}

fn push_text(out: &mut Vec<Simple>, text: &str) {
    match out.last_mut() {
        Some(Simple::Text(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => out.push(Simple::Text(text.to_owned())),
    }
}

struct Sink(RefCell<Vec<Simple>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Theirs, _line: u64) -> TokenSinkResult<()> {
        let mut out = self.0.borrow_mut();
        match token {
            Theirs::TagToken(tag) => {
                let name = tag.name.to_string();
                match tag.kind {
                    TagKind::StartTag => {
                        out.push(Simple::Open(
                            name.clone(),
                            tag.attrs
                                .iter()
                                .map(|a| (a.name.local.to_string(), a.value.to_string()))
                                .collect(),
                        ));
                        match name.as_str() {
                            "style" | "xmp" | "iframe" => {
                                return TokenSinkResult::RawData(states::RawKind::Rawtext);
                            }
                            "title" | "textarea" => {
                                return TokenSinkResult::RawData(states::RawKind::Rcdata);
                            }
                            _ => {}
                        }
                    }
                    TagKind::EndTag => out.push(Simple::Close(name)),
                }
            }
            Theirs::CharacterTokens(text) => push_text(&mut out, &text),
            Theirs::CommentToken(_) | Theirs::DoctypeToken(_) => out.push(Simple::Comment),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn theirs(source: &str) -> Vec<Simple> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(source));
    let tokenizer = Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

fn ours(source: &str) -> Vec<Simple> {
    let mut out = Vec::new();
    for token in tokens(source) {
        match token {
            Token::Text(range) => push_text(&mut out, &decode(&source[range], false)),
            Token::Raw(range) => push_text(&mut out, &source[range]),
            // The standard drops `</>`; to us it is one more thing that is not text.
            Token::Comment(range) if &source[range.clone()] == "</>" => {}
            Token::Comment(_) => out.push(Simple::Comment),
            Token::Close { name, .. } => out.push(Simple::Close(name)),
            Token::Open(element) => {
                let mut attributes: Vec<(String, String)> = Vec::new();
                for attribute in &element.attributes {
                    if attributes.iter().all(|(name, _)| *name != attribute.name) {
                        attributes.push((
                            attribute.name.clone(),
                            decode(&source[attribute.value.clone()], true).into_owned(),
                        ));
                    }
                }
                out.push(Simple::Open(element.name, attributes));
            }
        }
    }
    out
}

#[test]
fn ugly_markup_is_read_as_a_browser_reads_it() {
    for source in [
        "<a href=x>y</a>",
        "<A HREF = 'x'CLASS=\"y\"/>z</A >",
        "<a href=a/b>c",
        "<a href=>b",
        "<a =b c = d e>",
        "a < b <3 </ x></>",
        "<!doctype html><!-- a --><!--> b <!---> c --!> <!-- x --!> y",
        "<![CDATA[ x ]]> <?php x ?> z",
        "<style>a > b {} </styl </style ><title>a &amp; <b></TITLE>",
        "<a href=\"?a=1&copy=2&amp;b=3&#38;c&lt\">&copy &lt &amp;amp;",
        "<a b='1' b='2'>",
        "<br/><img src=x/><a / / b>",
        "<a href=\"unclosed>text",
        "<p",
        "text <",
        "<textarea><b></textarea><b>",
    ] {
        assert_eq!(ours(source), theirs(source), "{source}");
    }
}

#[test]
fn ranges_point_at_the_bytes() {
    let source = "é<a href='x&amp;y' b>t</a>";
    let tokens = tokens(source);
    let Token::Open(element) = &tokens[1] else {
        panic!("{tokens:?}");
    };
    let href = element.attribute("href").unwrap();
    assert_eq!(&source[href.value.clone()], "x&amp;y");
    assert_eq!(&source[href.range.clone()], "href='x&amp;y'");
    assert_eq!(element.value(source, "href").unwrap(), "x&y");
    assert_eq!(&source[element.range.clone()], "<a href='x&amp;y' b>");
}

#[test]
fn escaping_spares_expressions() {
    assert_eq!(
        escape_literals("a<b & {{ x | default(\"<\") }} \"'"),
        "a&lt;b &amp; {{ x | default(\"<\") }} &quot;&#39;"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn any_soup_is_read_as_a_browser_reads_it(parts in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "</", "/>", "<a", "<A ", " href", "=", "\"", "'", "x", " ", "\n", "/", "<!--", "-->", "--!>", "-", "!",
        "<style>", "</style>", "<title>", "</title ", "&amp;", "&lt", "&#65;", "&#x41", "&", ";", "é", "<p>", "</p>", "<?", "<!D",
    ]), 0..40)) {
        let source = parts.concat();
        prop_assert_eq!(ours(&source), theirs(&source), "{}", source);
    }

    #[test]
    fn escaping_is_undone_by_decoding(text in "\\PC{0,40}") {
        let escaped = escape(&text);
        prop_assert!(!escaped.contains(['<', '>', '"', '\'']));
        prop_assert_eq!(decode(&escaped, true), text.as_str());
        prop_assert_eq!(decode(&escaped, false), text.as_str());
    }
}
