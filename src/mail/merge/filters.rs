//! What a merge field may do with its value, and how values are written. Filters accept every value, also a missing one.

use std::fmt::Write as _;

use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, Value};

use super::Escape;
use crate::mail::block::has_safe_scheme;
use crate::mail::html;

/// The filters, in the order error messages list them.
pub const FILTERS: [&str; 20] = [
    "default",
    "d",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "truncate",
    "replace",
    "urlencode",
    "join",
    "first",
    "last",
    "length",
    "count",
    "int",
    "float",
    "round",
    "abs",
    "date",
];

/// The tests that may follow `is`.
pub const TESTS: [&str; 7] = [
    "defined",
    "undefined",
    "empty",
    "number",
    "odd",
    "even",
    "divisibleby",
];

/// Whether a marketer would call this value missing.
pub(super) fn is_blank(value: &Value) -> bool {
    value.is_undefined() || value.is_none() || value.as_str().is_some_and(|s| s.trim().is_empty())
}

/// A value as text; nothing for a missing one, no ".0" on whole numbers.
fn text(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    if value.is_undefined() || value.is_none() {
        return String::new();
    }
    match value.kind() {
        ValueKind::Number if !value.is_integer() => f64::try_from(value.clone())
            .map(|number| number.to_string())
            .unwrap_or_default(),
        ValueKind::Seq | ValueKind::Iterable => items(value).join(", "),
        _ => value.to_string(),
    }
}

/// Longest list that is written out.
const MAX_ITEMS: usize = 10_000;

/// The entries of a list as texts, as far as a mail can hold them.
fn items(value: &Value) -> Vec<String> {
    if value.as_str().is_some() {
        return vec![text(value)];
    }
    let mut bytes = 0;
    let mut out = Vec::new();
    for item in value.try_iter().into_iter().flatten().take(MAX_ITEMS) {
        let item = text(&item);
        bytes += item.len();
        out.push(item);
        // What is written from here on is refused anyway.
        if bytes > super::MAX_BYTES {
            break;
        }
    }
    out
}

/// The entries of a list with something between them.
fn join(value: &Value, between: &str) -> Result<String, Error> {
    if value.as_str().is_none() && value.len().is_some_and(|length| length > MAX_ITEMS) {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "the list has more than 10,000 entries",
        ));
    }
    let items = items(value);
    let size: usize = items.iter().map(String::len).sum();
    if size.saturating_add(between.len().saturating_mul(items.len())) > super::MAX_BYTES {
        return Err(Error::new(ErrorKind::WriteFailure, "too large"));
    }
    Ok(items.join(between))
}

/// A number out of a number or its usual spellings; "1,299.50" and "42 " count.
fn number(value: &Value) -> Option<f64> {
    match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        _ => text(value)
            .trim()
            .replace([',', ' ', '\u{a0}'], "")
            .parse()
            .ok(),
    }
    .filter(|number: &f64| number.is_finite())
}

fn from_number(number: f64) -> Value {
    // Beyond 2^53 neighbouring whole numbers are not told apart anyway.
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

pub(super) fn install(env: &mut Environment<'static>, escape: Escape) {
    for name in ["default", "d"] {
        env.add_filter(
            name,
            |value: &Value, other: Option<Value>, _rest: Rest<Value>| {
                if is_blank(value) {
                    other.unwrap_or_else(|| Value::from(""))
                } else {
                    value.clone()
                }
            },
        );
    }
    env.add_filter("upper", |value: &Value| text(value).to_uppercase());
    env.add_filter("lower", |value: &Value| text(value).to_lowercase());
    env.add_filter("title", |value: &Value| capitals(&text(value), true));
    env.add_filter("capitalize", |value: &Value| capitals(&text(value), false));
    env.add_filter("trim", |value: &Value| text(value).trim().to_owned());
    env.add_filter("truncate", |value: &Value, most: Option<usize>| {
        truncate(&text(value), most.unwrap_or(80))
    });
    env.add_filter("replace", |value: &Value, from: &str, to: &str| {
        replace(&text(value), from, to)
    });
    env.add_filter("urlencode", |value: &Value| {
        let mut out = String::new();
        percent(&text(value), &mut out, |byte| !is_unreserved(byte));
        out
    });
    env.add_filter("join", |value: &Value, between: Option<&str>| {
        join(value, between.unwrap_or(", "))
    });
    env.add_filter("first", |value: &Value| pick(value, false));
    env.add_filter("last", |value: &Value| pick(value, true));
    for name in ["length", "count"] {
        env.add_filter(name, |value: &Value| match value.as_str() {
            Some(text) => text.chars().count(),
            None => value.len().unwrap_or(0),
        });
    }
    env.add_filter("int", |value: &Value| {
        from_number(number(value).unwrap_or(0.0).trunc())
    });
    env.add_filter("float", |value: &Value| {
        Value::from(number(value).unwrap_or(0.0))
    });
    env.add_filter("abs", |value: &Value| {
        from_number(number(value).unwrap_or(0.0).abs())
    });
    env.add_filter("round", |value: &Value, places: Option<i32>| {
        let places = places.unwrap_or(0).clamp(0, 12);
        let number = number(value).unwrap_or(0.0);
        // As many digits as asked for: 12.5 rounded to 2 places is a price, 12.50.
        format!("{number:.0$}", places.unsigned_abs() as usize)
    });
    env.add_filter("date", |value: &Value, format: Option<&str>, _: Kwargs| {
        date(&text(value), format.unwrap_or("%-d %B %Y"))
    });
    env.add_test("defined", |value: &Value| {
        !value.is_undefined() && !value.is_none()
    });
    env.add_test("undefined", |value: &Value| {
        value.is_undefined() || value.is_none()
    });
    env.add_test("empty", is_empty);
    env.add_test("number", |value: &Value| number(value).is_some());
    env.add_test("odd", |value: &Value| {
        number(value).is_some_and(|n| n.rem_euclid(2.0) == 1.0)
    });
    env.add_test("even", |value: &Value| {
        number(value).is_some_and(|n| n.rem_euclid(2.0) == 0.0)
    });
    env.add_test("divisibleby", |value: &Value, by: &Value| {
        number(value)
            .zip(number(by))
            .is_some_and(|(n, by)| n.rem_euclid(by) == 0.0)
    });
    env.add_filter("__literal", |value: &Value| {
        Value::from_safe_string(text(value))
    });
    env.add_filter("__url", move |value: &Value| {
        safe(address(&text(value)), escape)
    });
    env.add_filter("__part", move |value: &Value| {
        let mut out = String::new();
        percent(&text(value), &mut out, |byte| !is_unreserved(byte));
        safe(out, escape)
    });
    env.add_filter("__bare", |value: &Value| {
        let mut out = String::new();
        for c in text(value).chars() {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') || !c.is_ascii() {
                out.push(c);
            } else if !c.is_control() {
                let _ = write!(out, "&#{};", u32::from(c));
            }
        }
        Value::from_safe_string(out)
    });
    env.add_filter("__css", |value: &Value| {
        let keep =
            |c: &char| c.is_alphanumeric() || matches!(c, '#' | '.' | '%' | '-' | '_' | ' ' | ',');
        Value::from_safe_string(text(value).chars().filter(keep).collect())
    });
    env.set_formatter(move |out, _state, value| write(out, value, escape));
}

fn is_empty(value: &Value) -> bool {
    is_blank(value) || value.len() == Some(0)
}

/// Writes a value into the result. A safe string is the work of one of the `__` filters.
fn write(out: &mut Output<'_>, value: &Value, escape: Escape) -> Result<(), Error> {
    let owned;
    let text = match value.as_str() {
        Some(text) => text,
        None if value.is_undefined() || value.is_none() => return Ok(()),
        None => {
            owned = match value.kind() {
                ValueKind::Seq | ValueKind::Iterable => join(value, ", ")?,
                _ => text(value),
            };
            &owned
        }
    };
    if value.is_safe() {
        out.write_str(text)
    } else {
        match escape {
            Escape::Html => write_runs(out, text, |byte| match byte {
                b'&' => Some("&amp;"),
                b'<' => Some("&lt;"),
                b'>' => Some("&gt;"),
                b'"' => Some("&quot;"),
                b'\'' => Some("&#39;"),
                b'\n' | b'\t' => None,
                0..0x20 | 0x7f => Some(""),
                _ => None,
            }),
            // `one_line` cleans the whole header afterwards.
            Escape::Header => out.write_str(text),
            Escape::Text | Escape::Url => write_runs(out, text, |byte| match byte {
                b'\n' | b'\t' => None,
                0..0x20 | 0x7f => Some(""),
                _ => None,
            }),
        }
    }
    .map_err(|_| Error::new(ErrorKind::WriteFailure, "too large"))
}

/// Writes text in as few pieces as possible; `swap` says what an ASCII byte becomes.
fn write_runs(
    out: &mut Output<'_>,
    text: &str,
    swap: impl Fn(u8) -> Option<&'static str>,
) -> std::fmt::Result {
    let mut last = 0;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(instead) = swap(byte) {
            out.write_str(text.get(last..at).unwrap_or_default())?;
            out.write_str(instead)?;
            last = at + 1;
        }
    }
    out.write_str(text.get(last..).unwrap_or_default())
}

fn safe(text: String, escape: Escape) -> Value {
    if escape == Escape::Html {
        Value::from_safe_string(html::escape(&text))
    } else {
        Value::from_safe_string(text)
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn percent(text: &str, out: &mut String, encode: impl Fn(u8) -> bool) {
    for c in text.chars() {
        let mut buffer = [0; 4];
        for &byte in c.encode_utf8(&mut buffer).as_bytes() {
            if encode(byte) || byte >= 0x80 {
                let _ = write!(out, "%{byte:02X}");
            } else {
                out.push(char::from(byte));
            }
        }
    }
}

/// A value that starts an address: its scheme must be harmless, and what cannot stand in an address is encoded.
/// Browsers drop control characters inside schemes, so they go first.
fn address(text: &str) -> String {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    let before_path = text.split(['/', '?', '#']).next().unwrap_or_default();
    if before_path.contains(':') && !has_safe_scheme(&text) {
        return String::new();
    }
    let mut out = String::with_capacity(text.len());
    percent(&text, &mut out, |byte| {
        matches!(
            byte,
            0..=b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x7f
        )
    });
    out
}

/// The address a link may lead to, or none: what the click redirect checks before it sends a browser on.
pub fn safe_target(target: &str) -> Option<String> {
    let target = address(target);
    has_safe_scheme(&target).then_some(target)
}

/// Makes the text one line without control characters, as a header must be.
pub(super) fn one_line(text: &mut String) {
    if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
    {
        let clean = text.replace("\r\n", " ").replace(
            |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'),
            " ",
        );
        *text = clean;
    }
}

fn capitals(text: &str, each: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        if start && c.is_alphanumeric() {
            out.extend(c.to_uppercase());
            start = false;
        } else {
            out.extend(c.to_lowercase());
            start |= each && (c.is_whitespace() || c == '-');
        }
    }
    out
}

fn truncate(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    if from.is_empty() {
        return Ok(text.to_owned());
    }
    let size = text.len() + text.matches(from).count().saturating_mul(to.len());
    if size > super::MAX_BYTES {
        return Err(Error::new(ErrorKind::WriteFailure, "too large"));
    }
    Ok(text.replace(from, to))
}

fn pick(value: &Value, last: bool) -> String {
    if let Some(text) = value.as_str() {
        let c = if last {
            text.chars().last()
        } else {
            text.chars().next()
        };
        return c.map(String::from).unwrap_or_default();
    }
    let mut items = value.try_iter().into_iter().flatten();
    let item = if last { items.last() } else { items.next() };
    item.map(|item| text(&item)).unwrap_or_default()
}

/// A date or date and time written as ISO 8601 (2026-03-01), in another form; anything else stays as it is.
fn date(text: &str, format: &str) -> Result<String, Error> {
    let text = text.trim();
    let parsed = text.parse::<jiff::civil::DateTime>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .map(|date| date.at(0, 0, 0, 0))
    });
    match parsed {
        Ok(moment) => jiff::fmt::strtime::format(format, moment).map_err(|error| {
            Error::new(
                ErrorKind::InvalidOperation,
                format!("the date format “{format}”: {error}"),
            )
        }),
        Err(_) => Ok(text.to_owned()),
    }
}
