//! The few line icons the app uses, drawn on a 24-unit grid. Always beside words, so hidden from screen readers.

use leptos::prelude::*;

#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    let path = match name {
        "home" => "M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-5v-6h-4v6H5a1 1 0 0 1-1-1z",
        "campaign" => "M3 11v3a1 1 0 0 0 1 1h2l1 5h3l-1-5 10 4V5L7 10H4a1 1 0 0 0-1 1z",
        "draft" => "M5 4h9l5 5v11H5zM14 4v5h5M8.5 13h7M8.5 16.5h5",
        "template" => "M4 4h16v5H4zM4 12.5h7V20H4zM14.5 12.5H20V20h-5.5z",
        "queue" => "M4 6h16M4 12h16M4 18h10",
        "outbox" => "M4 13v6h16v-6M4 13l3-8h10l3 8M4 13h5l1 2.5h4L15 13h5",
        "suppression" => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12",
        "account" => "M4 6h16v12H4zM4 7l8 6 8-6",
        "settings" => "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
        "people" => {
            "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.5-6 6-6s6 2.5 6 6M16 4.5a3.5 3.5 0 0 1 0 6.5M17 14.5c2.5.6 4 2.7 4 5.5"
        }
        "page" => "M5 4h14v16H5zM5 8.5h14M9 13h6M9 16.5h4",
        "close" => "M6 6l12 12M18 6 6 18",
        "menu" => "M4 7h16M4 12h16M4 17h16",
        "check" => "m5 12.5 4.5 4.5L19 7.5",
        "alert" => "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2",
        "plus" => "M12 5v14M5 12h14",
        "up" => "M12 19V5M6 11l6-6 6 6",
        "down" => "M12 5v14M6 13l6 6 6-6",
        "copy" => "M9 9h11v11H9zM5 15H4V4h11v1",
        "trash" => "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
        "search" => "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5",
        "send" => "M4 12 20 4l-5 16-3.5-6.5z",
        "chart" => "M5 20V11M12 20V4M19 20v-6",
        _ => "M12 12h.01",
    };
    view! {
        <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}
