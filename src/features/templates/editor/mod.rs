//! The content editor, shared by templates and drafts. It knows no table and no server function: whoever embeds it stores the content.
//!
//! # How to embed it (a draft's own content, for example)
//! 1. Store a [`Content`] (mode, source, subject, preheader) with a `revision`, in your own columns.
//! 2. Give it two use-cases and one server function:
//!    - reading returns `EditorData { content, revision, compiled: compile(&content, &workspace), selected: None }`;
//!    - `edit_noun(id, revision, edit: EditForm) -> Result<EditorData, AppError>` reads the row, refuses another revision than
//!      `revision` with [`stale`], calls [`apply`], writes the new content guarded by `revision` (`expect_rows(1)`), and returns the
//!      new `EditorData` with `selected` from [`Applied`]. A change that [`EditForm::is_keeping`] is meant for any revision; what it
//!      replaces is kept somewhere, in the same batch, and [`Site::kept`] says where. The server function
//!      passes the result through [`answer`]: without JavaScript it goes back to the page, with it nothing happens.
//! 3. Serve the preview documents: a plain GET route that answers `preview_document(&content, &workspace, part)`
//!    for its query parameter `part`. The session gate and your service check the role as always.
//! 4. On the page: `let editor = Editor::new(ServerAction::<EditNoun>::new(), data, Site { … },
//!    move |revision, edit| EditNoun { id, revision, edit })` and `<ContentEditor editor/>`, with children for what stands between subject and mail. The page reads nothing again after a change: the answer of the server function is shown.
//!
//! The page's address holds what is looked at: `?view=desktop|phone|dark|source|text` (a preview; without it the canvas) and, without
//! JavaScript, `?block=3` (the selected block).
//!
//! With JavaScript the mail is edited on the `canvas`; without it in the list of `blocks`, whose forms say the same changes. Both end
//! in [`apply`], here at once and on the server for good; `session` stands between the two.

mod address;
mod blocks;
mod canvas;
mod code;
mod conflict;
mod content;
mod edit;
mod fields;
mod history;
mod inspector;
mod leaving;
mod palette;
mod preview;
mod properties;
mod queue;
mod refusal;
mod rich;
mod sending;
mod session;
mod shortcuts;
mod site;
mod summary;
mod variables;
mod view;

#[cfg(feature = "ssr")]
mod compile;
#[cfg(feature = "ssr")]
mod plain;

pub use content::{Compiled, Content, EditorData, Fault, stale};
pub use edit::{Applied, EditForm, apply, kind_key};
pub use fields::{Input, Property, picker_value, properties, theme_properties};
pub use session::Editor;
pub use site::Site;
pub use summary::{plain, title};
pub use view::ContentEditor;

#[cfg(feature = "ssr")]
pub use compile::{Part, compile, preview_document};
#[cfg(feature = "ssr")]
pub use plain::answer;
