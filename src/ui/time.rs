//! Moments: UTC in the HTML, so that they are right without JavaScript; the reader's own zone where there is a browser to tell it.

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos::wasm_bindgen::JsValue;

/// A moment, given in unix milliseconds.
#[component]
pub fn Time(ms: i64) -> impl IntoView {
    view! { <time datetime=iso_utc(ms) class="whitespace-nowrap">{local_text(ms)}</time> }
}

/// Stands in the head before style sheets, which it would have to wait for: writes each moment that the server rendered in the reader's
/// language and zone. A script and not the program's work: nothing changes under the reader's eyes, and what is [`Still`] is right as well.
///
/// [`Still`]: crate::hydration::Still
pub fn local_times() -> impl IntoView {
    view! { <script nonce=leptos::nonce::use_nonce()>{include_str!("time.js")}</script> }
}

/// `2026-11-22 14:05`, UTC.
pub fn format_utc(ms: i64) -> String {
    let (year, month, day, hour, minute, _) = civil(ms);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// `2026-11-22T14:05:09Z` (RFC 3339).
pub fn iso_utc(ms: i64) -> String {
    let (year, month, day, hour, minute, second) = civil(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Days to a date by Howard Hinnant's `civil_from_days`: a date library would cost the browser more than these lines.
fn civil(ms: i64) -> (i64, i64, i64, i64, i64, i64) {
    let secs = ms.div_euclid(1000);
    let (days, rest) = (secs.div_euclid(86_400) + 719_468, secs.rem_euclid(86_400));
    let era = days.div_euclid(146_097);
    let doe = days.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (
        year,
        month,
        doy - (153 * mp + 2) / 5 + 1,
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
    )
}

/// As `time.js` writes it.
#[cfg(feature = "hydrate")]
fn local_text(ms: i64) -> String {
    thread_local! {
        // Made once: to find out what a language wants costs a hundred times what it costs to write one moment.
        static WRITE: js_sys::Function = {
            let options = js_sys::Object::new();
            for (key, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
                let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
            }
            js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &options).format()
        };
    }
    let written = WRITE.with(|write| write.call1(&JsValue::UNDEFINED, &(ms as f64).into()));
    let text = written.ok().and_then(|text| text.as_string());
    text.unwrap_or_else(|| format!("{} UTC", format_utc(ms)))
}

#[cfg(not(feature = "hydrate"))]
fn local_text(ms: i64) -> String {
    format!("{} UTC", format_utc(ms))
}

/// The time of day now, in the viewer's zone: "14:05". In the browser only; a server's clock is nobody's wall clock.
#[cfg(feature = "hydrate")]
pub fn clock_text() -> String {
    let now = js_sys::Date::new_0();
    format!("{:02}:{:02}", now.get_hours(), now.get_minutes())
}

#[cfg(not(feature = "hydrate"))]
pub fn clock_text() -> String {
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(iso_utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_utc(951_827_696_000), "2000-02-29T12:34:56Z");
        assert_eq!(iso_utc(-1), "1969-12-31T23:59:59Z");
        assert_eq!(format_utc(1_795_392_300_000), "2026-11-23 00:05");
    }
}
