//! The style sheet of a block design: how it adapts to phones and to dark mode.

use crate::mail::colour::{DARK_INK, DARK_MUTED, DARK_PAGE, DARK_SURFACE, DARK_TINT, Rgb};

const MEDIA: &str = "@media (prefers-color-scheme:dark){";

/// Rules for clients that read style sheets; the mail is complete without them.
pub(super) fn style_sheet(link: Rgb, accent: Rgb) -> String {
    let (page, surface, tint) = (DARK_PAGE.hex(), DARK_SURFACE.hex(), DARK_TINT.hex());
    let (ink, muted) = (DARK_INK.hex(), DARK_MUTED.hex());
    let (link, accent) = (link.on_dark().hex(), accent.on_dark().hex());
    let rule = DARK_TINT.mix(DARK_INK, 0.12).hex();
    let background = |selector: &str, colour: &str| {
        format!("{selector}{{background:{colour}!important;background-color:{colour}!important}}")
    };
    let text = |selector: &str, colour: &str| format!("{selector}{{color:{colour}!important}}");
    let surfaces = [
        (".m-bg,.m-bg>table", &page),
        (".m-su,.m-su>table", &surface),
        (".m-ti,.m-ti>table,.m-ca>table td>table", &tint),
    ];
    let inks = [
        (".m-tx>div,.m-mu>div,.m-tx h1,.m-tx h2,.m-tx h3", &ink),
        (".m-mu>div,.m-tx small,.m-mu p", &muted),
        (".m-tx a,.m-mu a", &link),
        (".m-tx h4", &accent),
    ];
    let mut sheet = String::from(
        "a{text-underline-offset:2px}\
         @media (max-width:480px){\
         .m-pad>table>tbody>tr>td{padding-left:24px!important;padding-right:24px!important}\
         .m-col>table>tbody>tr>td{padding-left:14px!important;padding-right:14px!important}\
         .m-ca,.m-cd,.m-cc{padding-bottom:14px!important}\
         h1{font-size:30px!important}h2{font-size:22px!important}}",
    );
    sheet.push_str(MEDIA);
    sheet.push_str(&background("body", &page));
    for (selector, colour) in surfaces {
        sheet.push_str(&background(selector, colour));
    }
    for (selector, colour) in inks {
        sheet.push_str(&text(selector, colour));
    }
    sheet.push_str(&format!(".m-dv p{{border-top-color:{rule}!important}}"));
    sheet.push_str(&format!(
        ".m-bt td{{background:{ink}!important}}.m-bt a,.m-bt p{{background:{ink}!important;color:{}!important}}",
        page
    ));
    sheet.push('}');
    // Outlook on the web marks what it recolours instead of answering the query.
    for (selector, colour) in surfaces {
        for part in selector.split(',') {
            sheet.push_str(&background(&format!("[data-ogsb] {part}"), colour));
        }
    }
    for (selector, colour) in inks {
        for part in selector.split(',') {
            sheet.push_str(&text(&format!("[data-ogsc] {part}"), colour));
        }
    }
    sheet
}

/// The mail as most readers see it, whatever the colours of the screen it is previewed on.
pub fn force_light(html: &str) -> String {
    html.replace(MEDIA, "@media not all{")
        .replace("@media (prefers-color-scheme: dark)", "@media not all")
}

/// The mail as a reader in dark mode sees it, for previews: dark rules apply always.
pub fn force_dark(html: &str) -> String {
    html.replace(MEDIA, "@media all{")
        .replace("@media (prefers-color-scheme: dark)", "@media all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_light_or_dark_whatever_the_screen_is() {
        for written in [MEDIA, "@media (prefers-color-scheme: dark) {"] {
            let html = format!("<style>{written}body{{color:#fff}}}}</style>");
            assert!(force_light(&html).contains("@media not all"));
            assert!(force_dark(&html).contains("@media all"));
            for forced in [force_light(&html), force_dark(&html)] {
                assert!(!forced.contains("prefers-color-scheme"), "{forced}");
            }
        }
    }
}
