//! What is wrong with a finished mail, before anyone gets it. Only a blocker stops a send.

use std::collections::BTreeSet;

use super::block::{Document, Lack};
use super::compile::Compiled;
use super::expr::{BLANK, blank};
use super::html::{Element, Token, decode, tokens};
use super::links::is_system;
use super::merge::{Escape, MergeTemplate};
use super::names::merge_name;
use super::size::MailSize;

/// Names the mailer fills in for every recipient.
pub const SYSTEM_NAMES: [&str; 7] = [
    "unsubscribe_url",
    "preferences_url",
    "browser_url",
    "confirm_url",
    "workspace_address",
    "workspace_name",
    "email",
];

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Blocker,
    Warning,
}

/// One finding. The code is stable, for tests and translations; the message is for the marketer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub severity: Severity,
    pub code: &'static str,
    pub message: String,
    /// The block it is about, if it is about one.
    pub block: Option<u32>,
    /// What would put it right, where that is no more than a word or a click.
    pub lack: Option<Lack>,
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    pub subject: &'a str,
    pub preheader: &'a str,
    pub compiled: &'a Compiled,
    /// The blocks it was compiled from, if it was.
    pub document: Option<&'a Document>,
    /// The columns or attributes the recipients have, as they are headed; none when not known yet.
    pub columns: Option<&'a [String]>,
}

/// Everything found, blockers first.
pub fn preflight(mail: Mail<'_>) -> Vec<Finding> {
    let mut list = List::default();
    list.subject(mail.subject);
    let names = list.merging(mail);
    if let Some(document) = mail.document {
        list.blocks(document);
    }
    list.markup(&mail.compiled.html);
    list.placeholders();
    if mail.compiled.text.trim().is_empty() {
        list.warn(
            "no_text",
            "The mail has no plain text part. Spam filters and some readers want one.",
        );
    }
    if let Some(warning) = MailSize::of(&mail.compiled.html).warning() {
        list.warn("heavy", warning);
    }
    if let Some(columns) = mail.columns {
        list.columns(&names, columns);
    }
    list.findings.sort_by_key(|finding| finding.severity);
    list.findings
}

/// The merge fields of a mail that recipients must bring: subject, preheader, HTML and text together.
pub fn merge_names(mail: Mail<'_>) -> BTreeSet<String> {
    List::default().merging(mail).all
}

#[derive(Default)]
struct Names {
    all: BTreeSet<String>,
    /// Those without a `default`.
    bare: BTreeSet<String>,
}

#[derive(Default)]
struct List {
    findings: Vec<Finding>,
    /// Addresses of links that a design came with. One finding for all of them: a starter has many.
    placeholders: Vec<String>,
}

impl List {
    fn add(&mut self, severity: Severity, code: &'static str, message: impl Into<String>) {
        let finding = Finding {
            severity,
            code,
            message: message.into(),
            block: None,
            lack: None,
        };
        self.push(finding);
    }

    fn push(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn block(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Blocker, code, message);
    }

    fn warn(&mut self, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Warning, code, message);
    }

    fn subject(&mut self, subject: &str) {
        let length = subject.trim().chars().count();
        if length == 0 {
            self.block("no_subject", "The mail has no subject.");
        } else if length > 120 {
            self.warn(
                "long_subject",
                format!("The subject has {length} characters. Most inboxes show about 60."),
            );
        }
    }

    /// What is missing in the blocks themselves: compiling leaves it out, so the markup does not show it.
    fn blocks(&mut self, document: &Document) {
        for problem in document.problems() {
            self.push(Finding {
                severity: Severity::Warning,
                code: "block",
                message: problem.message,
                block: problem.block,
                lack: problem.lack,
            });
        }
    }

    /// Compiles every part as it will be compiled for sending.
    fn merging(&mut self, mail: Mail<'_>) -> Names {
        let mut names = Names::default();
        for (what, source, escape) in [
            ("subject", mail.subject, Escape::Header),
            ("preheader", mail.preheader, Escape::Html),
            ("HTML part", mail.compiled.html.as_str(), Escape::Html),
            ("text part", mail.compiled.text.as_str(), Escape::Text),
        ] {
            match MergeTemplate::compile(source, escape) {
                Ok(template) => {
                    names.all.extend(template.variables());
                    names.bare.extend(template.variables_without_default());
                }
                Err(error) => self.block(
                    "merge_error",
                    format!("A merge field in the {what} is wrong. {error}"),
                ),
            }
        }
        for name in SYSTEM_NAMES {
            names.all.remove(name);
            names.bare.remove(name);
        }
        names
    }

    fn columns(&mut self, names: &Names, columns: &[String]) {
        let known: BTreeSet<String> = columns.iter().map(|column| merge_name(column)).collect();
        for name in names.all.difference(&known) {
            let message = if names.bare.contains(name) {
                format!("No recipient has a value for “{name}”. It will be empty in every mail.")
            } else {
                format!("No recipient has a value for “{name}”. Every mail will show the default.")
            };
            self.warn("missing_column", message);
        }
    }

    fn markup(&mut self, html: &str) {
        let shape = blank(html);
        let mut unsubscribe = false;
        let mut words = false;
        let mut hidden = 0usize;
        let found = tokens(&shape);
        for (at, token) in found.iter().enumerate() {
            match token {
                Token::Open(element) if element.name == "a" => {
                    unsubscribe |= self.link(
                        html,
                        &shape,
                        element,
                        found.get(at + 1..).unwrap_or_default(),
                    );
                }
                Token::Open(element) if element.name == "img" => self.image(html, element),
                Token::Open(element) if matches!(element.name.as_str(), "title" | "head") => {
                    hidden += 1
                }
                Token::Close { name, .. } if matches!(name.as_str(), "title" | "head") => {
                    hidden = hidden.saturating_sub(1);
                }
                Token::Text(range) if hidden == 0 => {
                    let text = decode(html.get(range.clone()).unwrap_or_default(), false);
                    words |= text.contains(|c: char| c.is_alphanumeric());
                }
                _ => {}
            }
        }
        if !words && !html.contains("<img") {
            self.block("no_content", "The mail is empty.");
        }
        if !unsubscribe {
            self.warn(
                "no_unsubscribe",
                "There is no unsubscribe link. Add a footer, or a link to {{ unsubscribe_url }}. Most countries demand one.",
            );
        }
    }

    /// Reports an empty link; says whether it leads to the unsubscribe page.
    fn link(&mut self, html: &str, shape: &str, element: &Element, rest: &[Token]) -> bool {
        let Some(attribute) = element.attribute("href") else {
            // `<a name>` is an anchor, not a link; `<a>` alone is a link whose address was refused.
            if element.attribute("name").is_none() && element.attribute("id").is_none() {
                self.empty_link(html, rest);
            }
            return false;
        };
        let href = element.value(html, "href").unwrap_or_default();
        let href = href.trim();
        let bare = matches!(href, "" | "#" | "http://" | "https://" | "mailto:" | "tel:");
        if bare {
            self.empty_link(html, rest);
        }
        let blanked = shape.get(attribute.value.clone()).unwrap_or_default();
        let relative = !bare
            && !href.starts_with('#')
            && !href.contains(':')
            && blanked.trim().as_bytes().first() != Some(&BLANK);
        if relative {
            self.push(Finding {
                severity: Severity::Warning,
                code: "relative_link",
                message: format!(
                    "The link to “{href}” has no https:// and leads nowhere in a mail."
                ),
                block: None,
                lack: Lack::of_address(href),
            });
        }
        if is_placeholder(href) && !self.placeholders.iter().any(|known| known == href) {
            self.placeholders.push(href.to_owned());
        }
        is_system(href)
            && merge_name(href.trim_matches(['{', '}', ' '])).contains("unsubscribe_url")
    }

    fn placeholders(&mut self) {
        const SHOWN: usize = 3;
        let shown: Vec<String> = self
            .placeholders
            .iter()
            .take(SHOWN)
            .map(|href| format!("“{href}”"))
            .collect();
        let message = match self.placeholders.len() {
            0 => return,
            1 => format!(
                "The link to {} is a placeholder. Put in your own address.",
                shown.join("")
            ),
            n => format!(
                "{n} links are placeholders: {}{}. Put in your own addresses.",
                shown.join(", "),
                if n > SHOWN {
                    format!(" and {} more", n - SHOWN)
                } else {
                    String::new()
                }
            ),
        };
        self.warn("placeholder_link", message);
    }

    fn empty_link(&mut self, html: &str, rest: &[Token]) {
        let label: String = rest
            .iter()
            .take_while(|token| !matches!(token, Token::Close { name, .. } if name == "a"))
            .filter_map(|token| match token {
                Token::Text(range) => html.get(range.clone()),
                _ => None,
            })
            .collect();
        let label = decode(label.trim(), false).into_owned();
        self.warn(
            "empty_link",
            if label.is_empty() {
                "A link leads nowhere.".to_owned()
            } else {
                format!("The link “{label}” leads nowhere.")
            },
        );
    }

    fn image(&mut self, html: &str, element: &Element) {
        let source = element.value(html, "src").unwrap_or_default();
        if element.attribute("alt").is_none() {
            self.warn(
                "image_without_alt",
                format!(
                    "The image “{}” has no description.",
                    source.rsplit('/').next().unwrap_or_default()
                ),
            );
        }
        if source.trim().is_empty() {
            self.warn(
                "image_without_source",
                "An image has no address and will not show.",
            );
        }
    }
}

/// Whether a link still leads where the starter designs do.
fn is_placeholder(href: &str) -> bool {
    let host = href.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
    matches!(
        host,
        "example.com" | "www.example.com" | "example.org" | "example.net"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(
        subject: &str,
        html: &str,
        text: &str,
        columns: Option<&[String]>,
    ) -> Vec<&'static str> {
        let compiled = Compiled {
            html: html.to_owned(),
            text: text.to_owned(),
        };
        preflight(Mail {
            subject,
            preheader: "",
            compiled: &compiled,
            document: None,
            columns,
        })
        .into_iter()
        .map(|finding| finding.code)
        .collect()
    }

    const UNSUBSCRIBE: &str = "<a href=\"{{ Unsubscribe URL }}\">u</a>";

    #[test]
    fn each_fault_is_found_and_nothing_else() {
        let cases: [(&str, &[&str]); 15] = [
            ("<p>x</p>", &[]),
            ("<a href=\"#\">go</a>", &["empty_link"]),
            (
                "<a href=\"\">go</a><a href=\"https://\">go</a>",
                &["empty_link"],
            ),
            ("<a>go</a>", &["empty_link"]),
            ("<a name=x>go</a><a href=\"#x\">go</a>", &[]),
            ("<a href=\"www.a.test\">go</a>", &["relative_link"]),
            ("<a href=\"{{ site }}\">go</a><a href=\"tel:1\">go</a>", &[]),
            ("<img src=\"https://a.test/b.png\">", &["image_without_alt"]),
            ("<img src=\"https://a.test/b.png\" alt=\"\">", &[]),
            ("<img alt=x>", &["image_without_source"]),
            (
                "<a href=\"https://example.com/a\">go</a><a href=\"https://my.example.com\">go</a>",
                &["placeholder_link"],
            ),
            ("{{ a|nope }}", &["merge_error"]),
            ("{% if a %}", &["merge_error"]),
            ("<!-- <a href='#'> -->", &[]),
            ("<style>a{}</style>", &[]),
        ];
        for (html, expected) in cases {
            assert_eq!(
                codes("s", &format!("{html}{UNSUBSCRIBE}"), "t", None),
                expected,
                "{html}"
            );
        }
    }

    #[test]
    fn the_whole_of_a_mail_is_looked_at() {
        assert_eq!(
            codes(" ", "<title>x</title>", "", None),
            ["no_subject", "no_content", "no_unsubscribe", "no_text"]
        );
        assert_eq!(codes("{{ a", UNSUBSCRIBE, "t", None), ["merge_error"]);
        let heavy = format!("{UNSUBSCRIBE}{}", "x".repeat(105_000));
        assert_eq!(
            codes(&"s".repeat(121), &heavy, "t", None),
            ["long_subject", "heavy"]
        );
    }

    #[test]
    fn what_is_missing_in_a_block_is_found_once_and_leads_to_it() {
        use crate::mail::block::{BlockKind, Place};
        use crate::mail::compile::{CompileContext, compile_blocks};
        let mut document = Document::default();
        let button = document
            .insert(Place::Bottom, BlockKind::button("Go", ""))
            .unwrap();
        let image = document
            .insert(Place::Bottom, BlockKind::new_image())
            .unwrap();
        document
            .insert(Place::Bottom, BlockKind::new_footer())
            .unwrap();
        let compiled = compile_blocks(&document, &CompileContext::default()).unwrap();
        let found: Vec<_> = preflight(Mail {
            subject: "s",
            preheader: "",
            compiled: &compiled,
            document: Some(&document),
            columns: None,
        })
        .into_iter()
        .map(|finding| (finding.severity, finding.block, finding.message))
        .collect();
        let warning = Severity::Warning;
        assert_eq!(
            found,
            [
                (warning, Some(button), "The button has no link.".to_owned()),
                (warning, Some(image), "No image is chosen.".to_owned()),
            ]
        );
    }

    #[test]
    fn fields_without_a_column_are_named() {
        let columns = ["First Name".to_owned(), "E-Mail".to_owned()];
        let html = format!(
            "{{{{ first_name }}}} {{{{ city }}}} {{{{ town|default('x') }}}} {{{{ workspace_address }}}}{UNSUBSCRIBE}"
        );
        let compiled = Compiled {
            html,
            text: "{{ e_mail }}".into(),
        };
        let mail = Mail {
            subject: "Hi {{ company }}",
            preheader: "",
            compiled: &compiled,
            document: None,
            columns: Some(&columns),
        };
        let messages: Vec<String> = preflight(mail)
            .into_iter()
            .map(|finding| finding.message)
            .collect();
        assert_eq!(
            messages,
            [
                "No recipient has a value for “city”. It will be empty in every mail.",
                "No recipient has a value for “company”. It will be empty in every mail.",
                "No recipient has a value for “town”. Every mail will show the default.",
            ]
        );
        let names: Vec<String> = merge_names(mail).into_iter().collect();
        assert_eq!(names, ["city", "company", "e_mail", "first_name", "town"]);
    }
}
