//! What messages say: a source becomes tracked, mergeable content once, and a mail for each recipient from it.

use super::queue;
use crate::features::drafts::copies::Copies;
use crate::features::settings::model::Workspace;
use crate::features::tracking::token::{Token, TokenKind, encode};
use crate::ids::{MessageId, SnapshotId};
use crate::mail::compile::{CompileContext, compile_blocks, compile_html, compile_mjml};
use crate::mail::design::Design;
use crate::mail::links::{
    Link, extract_links, extract_text_links, insert_pixel, insert_trap, placeholder, rewrite_links,
    rewrite_text_links,
};
use crate::mail::merge::{Escape, MergeData, MergeError, MergeTemplate, Merged};
use crate::mail::names::merge_name;
use crate::server::db::{Db, DbError, Row};
use crate::server::secrets::Keys;
use serde_json::{Map, Value};

/// Content as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Source {
    pub design: Design,
    pub subject: String,
    pub preheader: String,
}

impl Source {
    /// From the columns of a template, draft or campaign: `mode` and its `source` (a block document's JSON, MJML or HTML).
    pub fn from_columns(
        mode: &str,
        source: &str,
        subject: &str,
        preheader: &str,
    ) -> Result<Source, ContentError> {
        let design = match mode {
            "mjml" => Design::Mjml {
                source: source.to_owned(),
            },
            "html" => Design::Html {
                source: source.to_owned(),
            },
            _ => Design::Blocks {
                document: serde_json::from_str(source).map_err(|error| ContentError {
                    field: "source",
                    line: None,
                    message: format!("The design cannot be read: {error}."),
                })?,
            },
        };
        Ok(Source {
            design,
            subject: subject.to_owned(),
            preheader: preheader.to_owned(),
        })
    }
}

/// Why content cannot be used. `field` is "subject", "preheader" or "source"; `line` counts from 1 within it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ContentError {
    pub field: &'static str,
    pub line: Option<u32>,
    pub message: String,
}

/// Compiled content with its merge expressions, links still as they were written.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// One recipient's mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// One recipient's mail as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub html: Merged,
    pub text: Merged,
    /// Where the recipient unsubscribes.
    pub unsubscribe: String,
}

/// Compiles the design and checks every merge expression in it.
pub fn compile(source: &Source) -> Result<Compiled, ContentError> {
    let context = CompileContext {
        subject: source.subject.clone(),
        preheader: source.preheader.clone(),
        ..CompileContext::default()
    };
    let compiled = match &source.design {
        Design::Blocks { document } => compile_blocks(document, &context),
        Design::Mjml { source } => compile_mjml(source, &context),
        Design::Html { source } => compile_html(source, &context),
    }
    .map_err(|error| ContentError {
        field: "source",
        line: error.line.and_then(|line| u32::try_from(line).ok()),
        message: error.to_string(),
    })?;
    // A mistake is reported where it was written: the sources are checked before what was made from them.
    check("subject", &source.subject, Escape::Header)?;
    check("preheader", &source.preheader, Escape::Html)?;
    if let Design::Mjml { source } | Design::Html { source } = &source.design {
        check("source", source, Escape::Html)?;
    }
    check("source", &compiled.html, Escape::Html)?;
    check("source", &compiled.text, Escape::Text)?;
    Ok(Compiled {
        subject: source.subject.clone(),
        html: compiled.html,
        text: compiled.text,
    })
}

fn check(field: &'static str, text: &str, escape: Escape) -> Result<(), ContentError> {
    MergeTemplate::compile(text, escape)
        .map(|_| ())
        .map_err(|error| of_merge(field, &error))
}

fn of_merge(field: &'static str, error: &MergeError) -> ContentError {
    ContentError {
        field,
        line: u32::try_from(error.line).ok(),
        message: error.to_string(),
    }
}

/// Content ready to be frozen: links numbered, the pixel in place, as the workspace's settings say.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub subject: String,
    pub html: String,
    pub text: String,
    pub links: Vec<Link>,
}

pub fn prepare(source: &Source, workspace: &Workspace) -> Result<Prepared, ContentError> {
    let compiled = compile(source)?;
    let mut html = compiled.html;
    let mut text = compiled.text;
    let mut links = Vec::new();
    if workspace.track_clicks {
        links = extract_links(&html);
        html = rewrite_links(&html, placeholder);
        // The text part repeats most addresses: a link of the text counts as the one of the HTML with the same target.
        let of_text: Vec<usize> = extract_text_links(&text)
            .into_iter()
            .map(|link| {
                links
                    .iter()
                    .position(|known| known.target == link.target)
                    .unwrap_or_else(|| {
                        links.push(Link {
                            index: links.len(),
                            ..link
                        });
                        links.len() - 1
                    })
            })
            .collect();
        text = rewrite_text_links(&text, |at| {
            of_text
                .get(at)
                .map_or_else(String::new, |index| placeholder(*index))
        });
        if !links.is_empty() {
            html = insert_trap(&html);
        }
    }
    if workspace.track_opens {
        html = insert_pixel(&html);
    }
    Ok(Prepared {
        subject: compiled.subject,
        html,
        text,
        links,
    })
}

/// The mail one recipient would get, with real links and without tracking: for previews.
pub fn preview(
    source: &Source,
    workspace: &Workspace,
    data: &Map<String, Value>,
) -> Result<Rendered, ContentError> {
    let compiled = compile(source)?;
    let mut all = data.clone();
    all.insert("workspace_name".into(), workspace.name.clone().into());
    all.insert(
        "workspace_address".into(),
        workspace.postal_address.clone().into(),
    );
    all.insert(
        "unsubscribe_url".into(),
        "https://example.com/unsubscribe".into(),
    );
    let templates = Templates::compile(&compiled.subject, &compiled.html, &compiled.text)
        .map_err(|error| of_merge("source", &error))?;
    templates
        .render(&MergeData::from_json(&all))
        .map_err(|error| of_merge("source", &error))
}

/// The three parts of a mail, parsed once.
#[derive(Debug)]
struct Templates {
    subject: MergeTemplate,
    html: MergeTemplate,
    text: MergeTemplate,
}

impl Templates {
    fn compile(subject: &str, html: &str, text: &str) -> Result<Self, MergeError> {
        Ok(Templates {
            subject: MergeTemplate::compile(subject, Escape::Header)?,
            html: MergeTemplate::compile(html, Escape::Html)?,
            text: MergeTemplate::compile(text, Escape::Text)?,
        })
    }

    fn render(&self, data: &MergeData) -> Result<Rendered, MergeError> {
        Ok(Rendered {
            subject: self.subject.render(data)?,
            html: self.html.render(data)?,
            text: self.text.render(data)?,
        })
    }
}

/// A frozen snapshot with its templates parsed: shared by all messages of a campaign in this process.
#[derive(Debug)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub reply_to: String,
    /// Who gets a copy of every mail.
    pub copies: Copies,
    templates: Templates,
    /// Merged names and values that are the same for everybody.
    constants: Vec<(String, minijinja::Value)>,
    /// The merged name of each link's address.
    links: Vec<String>,
}

impl Snapshot {
    /// Reads and parses a snapshot. `Ok(None)`: there is none with this id. `Err` in the inner result: it does not parse,
    /// which freezing rules out.
    pub async fn load(
        db: &Db,
        id: SnapshotId,
    ) -> Result<Option<Result<Snapshot, MergeError>>, DbError> {
        let Some(row) = db.query_one(queue::select_snapshot(id)).await? else {
            return Ok(None);
        };
        Snapshot::read(id, &row).map(Some)
    }

    fn read(id: SnapshotId, row: &Row) -> Result<Result<Snapshot, MergeError>, DbError> {
        let (subject, html, text): (String, String, String) =
            (row.get("subject")?, row.get("html")?, row.get("text")?);
        let constants: String = row.get("constants")?;
        let constants: Map<String, Value> = serde_json::from_str(&constants).unwrap_or_default();
        let (reply_to, link_count): (String, i64) = (row.get("reply_to")?, row.get("links")?);
        let (cc, bcc): (String, String) = (row.get("cc")?, row.get("bcc")?);
        Ok(
            Templates::compile(&subject, &html, &text).map(|templates| Snapshot {
                id,
                reply_to,
                copies: Copies::of(&cc, &bcc),
                templates,
                constants: constants
                    .iter()
                    .map(|(name, value)| {
                        (merge_name(name), value.as_str().unwrap_or_default().into())
                    })
                    .collect(),
                links: (0..link_count)
                    .map(|link| format!("__link_{link}"))
                    .collect(),
            }),
        )
    }

    /// The mail of one message.
    pub fn render(
        &self,
        keys: &Keys,
        base_url: &str,
        message: MessageId,
        merge: &str,
    ) -> Result<Mail, MergeError> {
        let mut data = data_of(merge)?;
        for (name, value) in &self.constants {
            data.set_merged(name, value.clone());
        }
        let token = |kind| encode(keys, Token { kind, message });
        let unsubscribe = format!("{base_url}/u/{}", token(TokenKind::Unsubscribe));
        data.set_merged("unsubscribe_url", unsubscribe.as_str());
        let opened = token(TokenKind::Open);
        // The trap's address proves its message by the same token: signing one more for it would cost each mail a hash.
        data.set_merged("__trap", format!("{base_url}/t/r/{opened}"));
        data.set_merged("__pixel", format!("{base_url}/t/o/{opened}"));
        for (link, name) in (0_i64..).zip(&self.links) {
            let token = token(TokenKind::Click(link));
            data.set_merged(name, format!("{base_url}/t/c/{token}"));
        }
        Ok(Mail {
            subject: self.templates.subject.render(&data)?,
            html: self.templates.html.render_part(&data)?,
            text: self.templates.text.render_part(&data)?,
            unsubscribe,
        })
    }
}

/// Where a link of a snapshot leads for one recipient: its target's merge expressions filled in.
pub fn render_target(target: &str, merge: &str, constants: &str) -> Result<String, MergeError> {
    let mut data = data_of(merge)?;
    let constants: Map<String, Value> = serde_json::from_str(constants).unwrap_or_default();
    for (name, value) in &constants {
        data.set(name, value.as_str().unwrap_or_default());
    }
    MergeTemplate::compile(target, Escape::Url)?.render(&data)
}

fn data_of(merge: &str) -> Result<MergeData, MergeError> {
    MergeData::from_json_text(merge).map_err(|_| MergeError {
        line: 1,
        column: None,
        message: "The recipient's data cannot be read.".into(),
    })
}
