//! The page of components.

use super::api::draw_components;
use crate::ui::load::load;
use crate::ui::page::PageHead;
use leptos::prelude::*;

#[component]
pub fn DesignPage() -> impl IntoView {
    let drawn = Resource::new_blocking(|| (), |()| draw_components());
    view! {
        <PageHead title="Design" lead="What pages are made of, in light and dark. Nothing here does anything."/>
        {load(drawn, |html| view! { <div class="grid items-start gap-6 2xl:grid-cols-2" inner_html=html></div> })}
    }
}
