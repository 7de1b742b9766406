//! Draws the components on the server alone: browsers that never open the page load none of it.

use super::components::Components;
use crate::error::AppError;
use crate::features::auth::model::Role;
use crate::server::request::Cx;
use leptos::prelude::*;

pub fn draw(cx: &Cx) -> Result<String, AppError> {
    cx.require(Role::Owner)?;
    let light = view! { <Components theme="paper" name="Light"/> }.to_html();
    let dark = view! { <Components theme="ink" name="Dark"/> }.to_html();
    Ok(light + &dark)
}
