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
        "question" => {
            "M9 9.2a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2.1M12 17v.2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z"
        }
        "leave" => "M10 4H5v16h5M9.5 12H20M16 8l4 4-4 4",
        "plus" => "M12 5v14M5 12h14",
        "up" => "M12 19V5M6 11l6-6 6 6",
        "down" => "M12 5v14M6 13l6 6 6-6",
        "copy" => "M9 9h11v11H9zM5 15H4V4h11v1",
        "trash" => "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
        "search" => "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5",
        "send" => "M4 12 20 4l-5 16-3.5-6.5z",
        "chart" => "M5 20V11M12 20V4M19 20v-6",
        "header" => "M4 5h16v6H4zM7 8h6M4 15h16M4 19h10",
        "text" => "M5 6V4.5h14V6M12 4.5V19.5M9 19.5h6",
        "image" => "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
        "button" => "M4 8.5h16a0 0 0 0 1 0 0v7H4zM8 12h8",
        "divider" => "M4 12h16M8 7h8M8 17h8",
        "spacer" => "M12 4v16M8.5 7.5 12 4l3.5 3.5M8.5 16.5 12 20l3.5-3.5",
        "columns" => "M4 5h7v14H4zM13 5h7v14h-7z",
        "columns-3" => "M3 5h5v14H3zM9.5 5h5v14h-5zM16 5h5v14h-5z",
        "social" => {
            "M6.5 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM17 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM17 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8.8 10.8l6-3.4M8.8 13.2l6 3.4"
        }
        "footer" => "M4 5h16M4 9h10M4 13h16v6H4zM8 16h8",
        "drag" => "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
        "keyboard" => {
            "M3 6h18v12H3zM6.5 9.5h.01M10 9.5h.01M14 9.5h.01M17.5 9.5h.01M6.5 12.5h.01M17.5 12.5h.01M9 15h6"
        }
        "align-left" => "M4 6h16M4 10h10M4 14h16M4 18h10",
        "align-center" => "M4 6h16M7 10h10M4 14h16M7 18h10",
        "align-right" => "M4 6h16M10 10h10M4 14h16M10 18h10",
        "bold" => "M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z",
        "italic" => "M10 5h8M6 19h8M14 5l-4 14",
        "link" => {
            "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.6-5.6L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.6 5.6L12 17"
        }
        "bullets" => "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
        "numbers" => "M10 6h10M10 12h10M10 18h10M4 5h1.5v3M4 16h2.5l-2.5 3h2.5",
        "braces" => "M9 4c-3 0-1 5-4 8 3 3 1 8 4 8M15 4c3 0 1 5 4 8-3 3-1 8-4 8",
        _ => "M12 12h.01",
    };
    view! {
        <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
}
