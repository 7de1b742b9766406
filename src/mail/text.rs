//! The plain text part: made from the HTML of a mail, or from the blocks by way of plain HTML.
//! Lines are not wrapped, so that addresses and merge expressions stay whole.

mod blocks;

use super::block::is_link_target;
use super::expr::{BLANK, blank};
use super::html::{Element, Token, decode, tokens};

pub use blocks::from_document;

/// A line that separates sections.
const RULE: &str = "----------------------------------------";

/// The text of an HTML mail. What is hidden from readers (the preheader, styles) is left out.
pub fn from_html(html: &str) -> String {
    let shape = blank(html);
    let mut writer = Writer {
        html,
        shape: &shape,
        out: String::with_capacity(html.len() / 4),
        breaks: 0,
        space: false,
        after_address: false,
        lists: Vec::new(),
        quotes: 0,
        pre: 0,
        link: None,
        heading: None,
        hidden: None,
    };
    for token in tokens(&shape) {
        writer.token(&token);
    }
    writer.end_link();
    let mut text = writer.out.trim_end().to_owned();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

struct Writer<'a> {
    html: &'a str,
    shape: &'a str,
    out: String,
    /// Line breaks due before the next word.
    breaks: u8,
    space: bool,
    /// Whether an address was just written, which must not run into the next word.
    after_address: bool,
    /// Open lists: the next number, or none for bullets.
    lists: Vec<Option<u32>>,
    quotes: usize,
    pre: usize,
    /// The open link: its address, and where its words start.
    link: Option<(String, usize)>,
    /// The open heading: its underline, and where its words start.
    heading: Option<(char, usize)>,
    /// The element whose content is not shown, and how many of its name are open.
    hidden: Option<(String, usize)>,
}

impl Writer<'_> {
    fn token(&mut self, token: &Token) {
        if let Some((name, depth)) = &mut self.hidden {
            match token {
                Token::Open(element) if element.name == *name && !element.closed => *depth += 1,
                Token::Close { name: closing, .. } if closing == name => *depth -= 1,
                _ => {}
            }
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        match token {
            Token::Text(range) => self.text(range.clone()),
            Token::Open(element) => self.open(element),
            Token::Close { name, .. } => self.close(name),
            Token::Raw(_) | Token::Comment(_) => {}
        }
    }

    fn is_hidden(&self, element: &Element) -> bool {
        let style = element.value(self.html, "style").unwrap_or_default();
        let style: String = style.to_lowercase().split_whitespace().collect();
        matches!(element.name.as_str(), "head" | "title" | "template")
            || style.contains("display:none")
            || element.attribute("hidden").is_some()
    }

    fn open(&mut self, element: &Element) {
        if !element.is_void() && self.is_hidden(element) {
            self.hidden = Some((element.name.clone(), 1));
            return;
        }
        match element.name.as_str() {
            "br" => {
                self.breaks = self.breaks.saturating_add(1);
                self.space = false;
            }
            "hr" => {
                self.block(2);
                self.word(RULE);
                self.block(2);
            }
            "img" => {
                let alt = element.value(self.html, "alt").unwrap_or_default();
                let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
                if !alt.is_empty() {
                    let alt = if self.link.is_some() {
                        alt
                    } else {
                        format!("[{alt}]")
                    };
                    self.word(&alt);
                }
            }
            "a" => {
                self.end_link();
                let href = element.value(self.html, "href").unwrap_or_default();
                let href = href.trim();
                let head = href.split(['/', '?', '#']).next().unwrap_or_default();
                let harmless = is_link_target(href) || !head.contains(':');
                if harmless && !href.is_empty() && !href.starts_with('#') {
                    self.link = Some((href.to_owned(), self.position()));
                }
            }
            "ul" | "ol" => {
                self.block(if self.lists.is_empty() { 2 } else { 1 });
                let start = element.value(self.html, "start").unwrap_or_default();
                let first = start.trim().parse::<u16>().map_or(1, Into::into);
                self.lists.push((element.name == "ol").then_some(first));
            }
            "li" => {
                self.block(1);
                let indent = "  ".repeat(self.lists.len().saturating_sub(1));
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{indent}{number}. ");
                        *number += 1;
                        mark
                    }
                    _ => format!("{indent}- "),
                };
                self.flush();
                self.out.push_str(&mark);
                self.space = false;
            }
            "blockquote" => {
                self.block(2);
                self.quotes += 1;
            }
            "pre" => {
                self.block(2);
                self.pre += 1;
            }
            "h1" | "h2" => {
                self.block(2);
                let underline = if element.name == "h1" { '=' } else { '-' };
                self.heading = Some((underline, self.position()));
            }
            "p" | "h3" | "h4" | "h5" | "h6" | "table" | "dl" => self.block(2),
            "td" | "th"
                if self.breaks == 0 && !self.out.is_empty() && !self.out.ends_with('\n') =>
            {
                self.space = true;
            }
            name if is_block(name) => self.block(1),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "ul" | "ol" => {
                self.lists.pop();
                self.block(if self.lists.is_empty() { 2 } else { 1 });
            }
            "blockquote" => {
                self.block(2);
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.block(2);
                self.pre = self.pre.saturating_sub(1);
            }
            "h1" | "h2" => {
                if let Some((underline, from)) = self.heading.take() {
                    self.underline(underline, from);
                }
                self.block(2);
            }
            "p" | "h3" | "h4" | "h5" | "h6" | "table" | "dl" => self.block(2),
            name if is_block(name) => self.block(1),
            _ => {}
        }
    }

    /// A line under a heading, about as long as the heading.
    fn underline(&mut self, line: char, from: usize) {
        let heading = self.out.get(from..).unwrap_or_default().trim();
        if heading.contains('\n') || !heading.contains(|c: char| c.is_alphanumeric()) {
            return;
        }
        let length = heading.chars().count().clamp(3, RULE.len());
        self.out.push('\n');
        self.prefix();
        self.out.extend(std::iter::repeat_n(line, length));
    }

    fn block(&mut self, breaks: u8) {
        // What follows begins a line of its own.
        self.after_address = false;
        if !self.out.is_empty() {
            self.breaks = self.breaks.max(breaks);
        }
        self.space = false;
    }

    /// Where the next word will stand, once due breaks are written.
    fn position(&mut self) -> usize {
        self.out.len()
    }

    fn prefix(&mut self) {
        self.out.push_str(&"> ".repeat(self.quotes));
    }

    fn flush(&mut self) {
        if self.out.is_empty() {
            self.breaks = 0;
            self.prefix();
            return;
        }
        if self.breaks > 0 {
            let trimmed = self.out.trim_end_matches(' ').len();
            self.out.truncate(trimmed);
            for _ in 0..self.breaks.min(2) {
                self.out.push('\n');
            }
            self.breaks = 0;
            self.space = false;
            self.prefix();
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
    }

    fn word(&mut self, word: &str) {
        if std::mem::take(&mut self.after_address) {
            self.space |= !word.starts_with(['.', ',', ';', ':', '!', '?', ')']);
        }
        self.flush();
        self.out.push_str(word);
    }

    fn text(&mut self, range: std::ops::Range<usize>) {
        // Expressions pass as they are; the rest is decoded and its blanks collapse.
        let mut at = range.start;
        while at < range.end {
            let shape = self.shape.get(at..range.end).unwrap_or_default();
            let blank = shape.as_bytes().first() == Some(&BLANK);
            let end = shape
                .bytes()
                .position(|byte| (byte == BLANK) != blank)
                .map_or(range.end, |length| at + length);
            let part = self.html.get(at..end).unwrap_or_default();
            at = end;
            let part = decode(part, false);
            if blank || self.pre > 0 {
                self.word(&part);
            } else {
                self.literal(&part);
            }
        }
    }

    fn literal(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_space = |c: char| c.is_whitespace();
            let end = rest
                .find(|c| is_space(c) != is_space(first))
                .unwrap_or(rest.len());
            let (part, tail) = rest.split_at(end);
            if is_space(first) {
                self.space = !self.out.is_empty() && self.breaks == 0 && !self.out.ends_with(' ');
            } else {
                // Characters that only steer web layout have no place in text.
                let word = part
                    .replace(
                        ['\u{ad}', '\u{200b}', '\u{200c}', '\u{feff}', '\u{34f}'],
                        "",
                    )
                    .replace('\u{a0}', " ");
                if !word.trim().is_empty() {
                    self.word(&word);
                }
            }
            rest = tail;
        }
    }

    fn end_link(&mut self) {
        let Some((href, from)) = self.link.take() else {
            return;
        };
        let label = self.out.get(from..).unwrap_or_default().trim();
        let same = label == href
            || href.strip_prefix("mailto:") == Some(label)
            || href.strip_prefix("tel:") == Some(label);
        if same {
            return;
        }
        let address = href.strip_prefix("mailto:").unwrap_or(&href).to_owned();
        if label.is_empty() {
            self.word(&address);
        } else {
            let colon = if label.ends_with(':') { " " } else { ": " };
            self.out.push_str(colon);
            self.out.push_str(&address);
        }
        self.after_address = true;
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "tr"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "aside"
            | "nav"
            | "address"
            | "center"
            | "figure"
            | "figcaption"
            | "dt"
            | "dd"
            | "tbody"
            | "thead"
            | "form"
            | "body"
    )
}

#[cfg(test)]
mod tests;
