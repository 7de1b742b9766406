//! One block on the canvas: its frame with the small toolbar, and what it shows.

use super::super::rich::RichText;
use super::super::session::Editor;
use super::super::summary::title;
use super::keys::Arrow;
use super::look;
use super::{delete, duplicate, shift};
use crate::mail::block::{Align, Block, BlockKind, SocialLink, TextSize};
use crate::mail::colour::Rgb;
use crate::mail::shade::Palette;
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub(super) fn CanvasBlock(editor: Editor, id: u32) -> AnyView {
    let document = editor.document();
    let look = Memo::new(move |_| document.with(|document| look::look(document, id)));
    // What the block itself shows; what stands in its columns changes on its own.
    let kind = Memo::new(move |_| document.with(|document| Some(bare(document.find(id)?))));
    let label = Memo::new(move |_| {
        document.with(|document| document.find(id).map(title).unwrap_or_default())
    });
    let is_selected = Memo::new(move |_| editor.selected() == Some(id));
    let ground = Memo::new(move |_| look.with(|look| look.as_ref().map(|look| look.ground)));
    let palette = Memo::new(move |_| document.with(|document| Palette::of(&document.theme)));
    let body = move || Some(part(editor, id, kind.get()?, &palette.get(), ground.get()?));
    view! {
        <div class="mail-block" class:is-selected=move || is_selected.get() data-block=id.to_string() tabindex="0" role="group"
            aria-label=label data-in=move || look.get().map(|look| look.within)
            style=move || look.get().map(|look| look.style)>
            {move || is_selected.get().then(|| view! { <BlockBar editor id/> })}
            <div class="mail-body">{body}</div>
        </div>
    }
    .into_any()
}

/// The block without what stands in its columns and without rich text: those are shown by parts that follow the document themselves.
fn bare(block: &Block) -> BlockKind {
    let mut kind = block.kind.clone();
    match &mut kind {
        BlockKind::Columns { columns } => {
            for column in columns {
                column.blocks.clear();
            }
        }
        BlockKind::Text { html, .. } => html.clear(),
        BlockKind::Footer { text, .. } => text.clear(),
        _ => {}
    }
    kind
}

/// What can be done with the selected block. Each button has a key, so none is a stop for the Tab key.
#[component]
fn BlockBar(editor: Editor, id: u32) -> impl IntoView {
    let name = editor
        .document()
        .with_untracked(|document| document.find(id).map_or("", |block| block.kind.name()));
    let button = move |words: &'static str,
                       keys: &'static str,
                       icon: &'static str,
                       act: fn(Editor, u32) -> bool| {
        view! {
            <button type="button" tabindex="-1" class="block-tool" title=format!("{words} ({keys})") aria-label=format!("{words}: {name}")
                on:click=move |event| { event.stop_propagation(); act(editor, id); }>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <div class="block-bar" role="toolbar" aria-label=format!("{name} block")>
            <span class="block-handle" data-drag="" title="Drag to move" aria-hidden="true"><Icon name="drag"/></span>
            <span class="block-name">{name}</span>
            {button("Move up", "Alt+↑", "up", |editor, id| shift(editor, id, Arrow::Up))}
            {button("Move down", "Alt+↓", "down", |editor, id| shift(editor, id, Arrow::Down))}
            {button("Duplicate", "Ctrl+D", "copy", duplicate)}
            {button("Delete", "Delete", "trash", delete)}
        </div>
    }
}

fn part(editor: Editor, id: u32, kind: BlockKind, palette: &Palette, ground: Rgb) -> AnyView {
    let ink = palette.ink(ground);
    match kind {
        BlockKind::Header {
            image_url,
            image_alt,
            title,
            title_colour,
            align,
            ..
        } => {
            let logo =
                (!image_url.trim().is_empty()).then(|| image(&image_url, &image_alt, 40, align));
            let colour = Rgb::parse(&title_colour).unwrap_or(ink);
            let style = format!("color:{};text-align:{}", colour.hex(), align.css());
            let is_empty = logo.is_none() && title.trim().is_empty();
            view! {
                {logo}
                {(!title.trim().is_empty()).then(|| view! { <div class="mail-title" style=style>{title}</div> })}
                {is_empty.then(|| hint("Give the header a title or an image."))}
            }
            .into_any()
        }
        BlockKind::Text {
            align,
            size,
            colour,
            ..
        } => {
            let ink = Rgb::parse(&colour).unwrap_or(ink);
            let is_display = size == TextSize::Display;
            let line = if is_display { "1.05" } else { "1.6" };
            let mut style = look::rich(palette, ground, ink, size.px(), line, align.css());
            if is_display {
                style
                    .push_str(";font-family:var(--heading-font);font-weight:var(--heading-weight)");
            }
            view! { <RichText editor id style/> }.into_any()
        }
        BlockKind::Image {
            url,
            alt,
            width_percent,
            align,
            ..
        } => {
            if url.trim().is_empty() {
                hint("No image yet. Enter its address in the settings.").into_any()
            } else {
                image(&url, &alt, width_percent, align).into_any()
            }
        }
        BlockKind::Button {
            label,
            colour,
            text_colour,
            align,
            radius,
            ..
        } => {
            let (face, ink) = palette.button(&colour, &text_colour, ground);
            let style = format!(
                "background:{};color:{};border-radius:{}px",
                face.hex(),
                ink.hex(),
                radius.min(40)
            );
            view! {
                <div style=format!("text-align:{}", align.css())>
                    <span class="mail-button" style=style>{if label.trim().is_empty() { "Button".to_owned() } else { label }}</span>
                </div>
            }
            .into_any()
        }
        BlockKind::Divider {
            colour, thickness, ..
        } => {
            let line = palette.line(&colour, ground);
            let style = format!(
                "border-top:{}px solid {}",
                thickness.clamp(1, 20),
                line.hex()
            );
            view! { <div class="mail-divider" style=style></div> }.into_any()
        }
        BlockKind::Spacer { height } => {
            let style = format!("height:{}px", height.clamp(1, 400));
            view! { <div class="mail-spacer" style=style></div> }.into_any()
        }
        BlockKind::Columns { columns } => {
            let count = columns.len();
            let columns = columns
                .iter()
                .enumerate()
                .map(|(index, column)| {
                    view! { <CanvasColumn editor id index style=look::column(column)/> }
                })
                .collect_view();
            let style = format!("--columns:{count}");
            view! { <div class="mail-columns" style=style>{columns}</div> }.into_any()
        }
        BlockKind::Social { links, align } => social(&links, align, palette, ground),
        BlockKind::Footer {
            show_address,
            show_unsubscribe,
            ..
        } => {
            let ink = palette.footer(ground);
            let style = look::rich(palette, ground, ink, 13, "1.6", "center");
            let line = format!("color:{}", ink.hex());
            let under = line.clone();
            view! {
                <RichText editor id style/>
                <div class="mail-footer">
                    {show_address.then(|| view! { <p style=line>"Your postal address, from the settings"</p> })}
                    {show_unsubscribe.then(|| view! { <p style=under><u>"Unsubscribe"</u></p> })}
                </div>
            }
            .into_any()
        }
    }
}

/// One column with its blocks.
#[component]
fn CanvasColumn(editor: Editor, id: u32, index: usize, style: String) -> impl IntoView {
    let document = editor.document();
    let ids = Memo::new(move |_| {
        document.with(|document| {
            let block = document.find(id);
            let column = block.and_then(|block| block.kind.columns().get(index));
            let blocks = column.map(|column| column.blocks.iter().map(|block| block.id));
            blocks.map(Iterator::collect::<Vec<_>>).unwrap_or_default()
        })
    });
    view! {
        <div class="mail-column" data-column=format!("{id}:{index}") style=style>
            {move || ids.with(Vec::is_empty).then(|| hint("Drop a block here."))}
            <For each=move || ids.get() key=|id| *id let:id>
                <CanvasBlock editor id/>
            </For>
        </div>
    }
}

fn hint(words: &'static str) -> impl IntoView {
    view! { <p class="mail-hint">{words}</p> }
}

fn image(url: &str, alt: &str, percent: u8, align: Align) -> AnyView {
    let url = url.trim();
    if !url.to_ascii_lowercase().starts_with("http") {
        // A merge field, or an address half typed.
        return view! { <p class="mail-hint">{format!("Image from {url}")}</p> }.into_any();
    }
    let style = format!("width:{}%", percent.clamp(5, 100));
    view! {
        <div style=format!("text-align:{}", align.css())>
            <img class="mail-image" src=url.to_owned() alt=alt.to_owned() style=style draggable="false"/>
        </div>
    }
    .into_any()
}

fn social(links: &[SocialLink], align: Align, palette: &Palette, ground: Rgb) -> AnyView {
    let names: Vec<_> = links
        .iter()
        .filter(|link| !link.url.trim().is_empty())
        .map(|link| link.network.label())
        .collect();
    if names.is_empty() {
        return hint("No links yet. Enter their addresses in the settings.").into_any();
    }
    let style = format!(
        "color:{};text-align:{}",
        palette.social(ground).hex(),
        align.css()
    );
    view! { <div class="mail-social" style=style>{names.join("  ·  ")}</div> }.into_any()
}
