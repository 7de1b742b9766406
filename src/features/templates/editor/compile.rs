//! From content to what the editor shows: faults, size, preview documents. Server only.

use super::content::{Compiled, Content, Fault};
use crate::delivery::content::{self, Source};
use crate::features::settings::model::Workspace;
use crate::mail::compile::{force_dark, force_light, merge_problems};
use crate::mail::design::Design;
use crate::mail::merge::{Escape, MergeData, MergeError, MergeTemplate};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Keeps a previewed mail from running anything, and from loading more than pictures and its own styles.
const PREVIEW_POLICY: &str =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:";

/// Which document of a preview is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The mail as it looks, with sample values.
    #[default]
    Html,
    /// As it looks to a reader in dark mode.
    Dark,
    /// Its HTML as text.
    Source,
    /// Its plain text part.
    Text,
}

/// A mail with sample values filled in.
struct Rendered {
    html: String,
    text: String,
    fields: Vec<String>,
}

/// What the editor says about content. Never fails: a mistake becomes the result's `fault`.
pub fn compile(content: &Content, workspace: &Workspace) -> Compiled {
    let mut compiled = Compiled::default();
    match render(content, workspace) {
        Ok(rendered) => {
            compiled.bytes = i64::try_from(rendered.html.len()).unwrap_or(i64::MAX);
            compiled.fields = rendered.fields;
        }
        Err(fault) => compiled.fault = Some(fault),
    }
    if let Some(document) = content.document() {
        compiled.problems = document.problems();
        // A condition may span blocks, so the blocks are looked at one by one only when the whole is wrong.
        if compiled.fault.is_some() {
            compiled.problems.extend(merge_problems(&document.into()));
        }
    }
    compiled
}

/// A document of the preview, under a policy that runs nothing. Content with a fault gives a page that says so.
pub fn preview_document(content: &Content, workspace: &Workspace, part: Part) -> Response {
    let rendered = match render(content, workspace) {
        Ok(rendered) => rendered,
        Err(fault) => {
            let text = format!("There is no preview yet. {}", fault.message);
            return document("text/plain; charset=utf-8", text);
        }
    };
    match part {
        Part::Html => document("text/html; charset=utf-8", force_light(&rendered.html)),
        Part::Dark => document("text/html; charset=utf-8", force_dark(&rendered.html)),
        Part::Source => document("text/plain; charset=utf-8", rendered.html),
        Part::Text => document("text/plain; charset=utf-8", rendered.text),
    }
}

fn document(kind: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY),
    ];
    (headers, body).into_response()
}

fn render(content: &Content, workspace: &Workspace) -> Result<Rendered, Fault> {
    let design = content.design().map_err(|error| Fault {
        field: "source".into(),
        line: None,
        message: error.to_string(),
    })?;
    let is_blocks = matches!(design, Design::Blocks { .. });
    let source = Source {
        design,
        subject: content.subject.clone(),
        preheader: content.preheader.clone(),
    };
    let compiled = content::compile(&source).map_err(|error| {
        let mut fault = Fault {
            field: error.field.into(),
            line: error.line.map(i64::from),
            message: error.message,
        };
        if is_blocks && fault.field == "source" {
            // Its line is one of the compiled HTML, which nobody wrote; the block's own mistake has words.
            fault.line = None;
            if let Some(problem) = merge_problems(&source.design).into_iter().next() {
                fault.message = problem.message;
            }
        }
        fault
    })?;
    let template = |text: &str, escape| {
        MergeTemplate::compile(text, escape).map_err(|error| in_source(&error, is_blocks))
    };
    let html = template(&compiled.html, Escape::Html)?;
    let text = template(&compiled.text, Escape::Text)?;
    let mut fields = html.variables();
    fields.extend(template(&compiled.subject, Escape::Header)?.variables());
    let data = sample(fields.iter().map(String::as_str), workspace);
    let fill = |template: &MergeTemplate| {
        let filled = template.render(&data);
        filled.map_err(|error| in_source(&error, is_blocks))
    };
    Ok(Rendered {
        html: fill(&html)?,
        text: fill(&text)?,
        fields: fields
            .into_iter()
            .filter(|name| !BUILT_IN.contains(&name.as_str()))
            .collect(),
    })
}

fn in_source(error: &MergeError, is_blocks: bool) -> Fault {
    Fault {
        field: "source".into(),
        line: None,
        message: if is_blocks {
            error.message.clone()
        } else {
            error.to_string()
        },
    }
}

/// Names that the mailer fills in itself.
const BUILT_IN: [&str; 3] = ["unsubscribe_url", "workspace_name", "workspace_address"];

/// Values that show what a mail looks like: believable ones for common names, the name itself for others.
fn sample<'a>(names: impl Iterator<Item = &'a str>, workspace: &Workspace) -> MergeData {
    let mut data = MergeData::new();
    for name in names {
        let value = match name {
            "email" => "ann@example.com",
            "first_name" => "Ann",
            "last_name" | "surname" => "Example",
            "name" | "full_name" => "Ann Example",
            "company" | "organisation" | "organization" => "Example Ltd",
            "city" => "Berlin",
            "country" => "Germany",
            other => &format!("[{}]", other.replace('_', " ")),
        };
        data.set(name, value);
    }
    let or = |text: &str, standard: &str| {
        if text.trim().is_empty() {
            standard.to_owned()
        } else {
            text.to_owned()
        }
    };
    data.set("workspace_name", or(&workspace.name, "Your workspace"));
    data.set(
        "workspace_address",
        or(
            &workspace.postal_address,
            "Your postal address, from the settings",
        ),
    );
    data.set("unsubscribe_url", "https://example.com/unsubscribe");
    data
}
