//! Merging: a template compiled once, then rendered for each recipient. Values never become markup,
//! header lines or template code, whatever they hold.

mod data;
mod error;
mod filters;
mod literals;
mod place;
mod prepare;

use std::collections::BTreeSet;
use std::io;
use std::sync::OnceLock;

use minijinja::{Environment, UndefinedBehavior};

pub use data::MergeData;
pub use error::MergeError;
pub use filters::{FILTERS, TESTS, safe_target};

use literals::Literals;

/// Largest template and largest result, in bytes.
pub const MAX_BYTES: usize = 1_000_000;
/// Steps one rendering may take; a loop over a thousand rows needs about ten thousand.
const FUEL: u64 = 500_000;
const RECURSION: usize = 32;
const NAME: &str = "mail";

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// An HTML document: entities in text and attributes, percent-encoding in addresses, and only
    /// http, https, mailto and tel where a value decides where a link goes.
    Html,
    /// Plain text: values as they are, without control characters.
    Text,
    /// A header such as Subject: one line, always.
    Header,
    /// An address: values percent-encoded, except one that starts it.
    Url,
}

/// A template ready to render from any thread, as often as wanted, without parsing again.
pub struct MergeTemplate {
    body: Body,
    escape: Escape,
    size: usize,
}

enum Body {
    /// Nothing to merge.
    Plain(String),
    Jinja(Box<Environment<'static>>, prepare::Map, OnceLock<Literals>),
}

/// A part of one recipient's mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    Text(String),
    /// Encoded for the wire already, mostly with what was encoded once for all recipients.
    QuotedPrintable(Vec<u8>),
}

impl std::fmt::Debug for MergeTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MergeTemplate")
            .field("escape", &self.escape)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl MergeTemplate {
    /// Reads a template. Names are matched without regard to case, spaces and hyphens.
    ///
    /// # Errors
    /// The first mistake, with its line, its column where known, and what to do about it.
    pub fn compile(source: &str, escape: Escape) -> Result<Self, MergeError> {
        if source.len() > MAX_BYTES {
            return Err(MergeError::new(1, "The text is larger than 1 MB."));
        }
        let prepared = prepare::prepare(source, escape)?;
        let body = if prepared.has_expressions {
            let mut env = environment(escape);
            env.add_template_owned(NAME, prepared.text)
                .map_err(|error| MergeError::from_jinja(&error, &prepared.map))?;
            Body::Jinja(Box::new(env), prepared.map, OnceLock::new())
        } else {
            let mut text = source.to_owned();
            if escape == Escape::Header {
                filters::one_line(&mut text);
            }
            Body::Plain(text)
        };
        Ok(Self {
            body,
            escape,
            size: source.len() + source.len() / 8 + 64,
        })
    }

    /// The text for one recipient. A missing value is empty.
    ///
    /// # Errors
    /// A filter that cannot work with a value, or a result beyond the limits.
    pub fn render(&self, data: &MergeData) -> Result<String, MergeError> {
        let (env, map) = match &self.body {
            Body::Plain(text) => return Ok(text.clone()),
            Body::Jinja(env, map, _) => (env, map),
        };
        let mut out = Limited(Vec::with_capacity(self.size));
        let wrong = |error: minijinja::Error| MergeError::from_jinja(&error, map);
        let template = env.get_template(NAME).map_err(wrong)?;
        template
            .render_captured_to(data.value(), &mut out)
            .map_err(wrong)?;
        // The engine writes whole strings only.
        let mut text =
            String::from_utf8(out.0).map_err(|_| MergeError::new(1, "The result is not text."))?;
        if self.escape == Escape::Header {
            filters::one_line(&mut text);
        }
        Ok(text)
    }

    /// The same as a part of a mail: text of any length is encoded as it is merged, what is the same for everybody only once.
    ///
    /// # Errors
    /// As [`MergeTemplate::render`].
    pub fn render_part(&self, data: &MergeData) -> Result<Merged, MergeError> {
        let Body::Jinja(env, map, known) = &self.body else {
            return self.render(data).map(Merged::Text);
        };
        let wrong = |error: minijinja::Error| MergeError::from_jinja(&error, map);
        let template = env.get_template(NAME).map_err(wrong)?;
        let known = known.get_or_init(|| Literals::find(template.source()));
        if !known.are_worth_it() {
            return self.render(data).map(Merged::Text);
        }
        let mut out = known.writer(template.source(), self.size);
        template
            .render_captured_to(data.value(), &mut out)
            .map_err(wrong)?;
        Ok(Merged::QuotedPrintable(out.finish()))
    }

    /// The names a recipient's data should hold, in their merged form (`first_name`); names that
    /// the mailer itself fills in begin with `__` and are left out.
    pub fn variables(&self) -> BTreeSet<String> {
        match &self.body {
            Body::Plain(_) => BTreeSet::new(),
            Body::Jinja(env, ..) => env
                .get_template(NAME)
                .map(|template| template.undeclared_variables(false))
                .unwrap_or_default()
                .into_iter()
                .filter(|name| !name.starts_with("__"))
                .collect(),
        }
    }

    /// Names that are used without a `default`, so that a recipient without a value sees a gap.
    pub fn variables_without_default(&self) -> BTreeSet<String> {
        match &self.body {
            Body::Plain(_) => BTreeSet::new(),
            Body::Jinja(_, map, _) => map
                .bare
                .iter()
                .filter(|name| !name.starts_with("__"))
                .cloned()
                .collect(),
        }
    }
}

fn environment(escape: Escape) -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_keep_trailing_newline(true);
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(RECURSION);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    filters::install(&mut env, escape);
    env
}

/// Output that refuses to grow beyond [`MAX_BYTES`].
struct Limited(Vec<u8>);

impl io::Write for &mut Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(io::Error::other("too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
