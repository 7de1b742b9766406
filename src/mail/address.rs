//! Whether an address can be mailed, and in which form. Stricter than RFC 5321 where most servers are: what is refused here
//! would come back anyway. Every refusal is a sentence.

/// A checked address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As it goes into the envelope: the domain in ASCII (RFC 5890) and lower case, the local part as typed.
    pub address: String,
    /// What is compared: all of it in lower case.
    pub key: String,
    /// The name of `Name <address>`, or empty.
    pub name: String,
}

/// Lengths in octets: RFC 5321 §4.5.3.1.
const MAX_LOCAL: usize = 64;
const MAX_ADDRESS: usize = 254;
const MAX_LABEL: usize = 63;

/// Reads `a@b.c`, `Name <a@b.c>` or `mailto:a@b.c`.
///
/// # Errors
/// A sentence that says why nobody can be mailed there.
pub fn parse(raw: &str) -> Result<Address, String> {
    let text: String = raw.chars().filter(|c| !is_invisible(*c)).collect();
    let text = text.trim();
    let (name, text) = match text.rfind('<') {
        Some(at) => {
            let inner = text[at + 1..]
                .strip_suffix('>')
                .ok_or("The closing > is missing.")?;
            (unquoted(&text[..at]), inner.trim())
        }
        None => (String::new(), text),
    };
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => {
            text[7..].split('?').next().unwrap_or_default()
        }
        _ => text,
    };
    let (local, domain) = split(text)?;
    check_local(local)?;
    let domain = checked_domain(domain)?;
    let address = format!("{local}@{domain}");
    if address.len() > MAX_ADDRESS {
        return Err(format!(
            "The address is longer than {MAX_ADDRESS} characters."
        ));
    }
    Ok(Address {
        key: address.to_lowercase(),
        address,
        name,
    })
}

/// Marks that copying from documents and web pages leaves behind.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\0'
    )
}

fn unquoted(name: &str) -> String {
    let name = name.trim();
    let name = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(name);
    name.replace("\\\"", "\"").trim().to_owned()
}

fn split(text: &str) -> Result<(&str, &str), String> {
    if text.is_empty() {
        return Err("There is no address here.".into());
    }
    let ats = text.matches('@').count();
    if ats > 1 && text.contains([',', ';']) {
        return Err("There is more than one address here.".into());
    }
    if text.contains(char::is_whitespace) {
        return Err(if ats > 1 {
            "There is more than one address here.".into()
        } else {
            "An address cannot hold spaces.".into()
        });
    }
    match (ats, text.split_once('@')) {
        (_, Some((local, _))) if local.starts_with('"') => {
            Err("Addresses in quotation marks are refused by most mail servers.".into())
        }
        (0, _) | (_, None) => Err("There is no @ in it.".into()),
        (1, Some(("", _))) => Err("Nothing stands before the @.".into()),
        (1, Some((_, ""))) => Err("Nothing stands after the @.".into()),
        (1, Some(parts)) => Ok(parts),
        _ => Err("There is more than one @.".into()),
    }
}

/// RFC 5321 `Dot-string`.
fn check_local(local: &str) -> Result<(), String> {
    if local.len() > MAX_LOCAL {
        return Err(format!(
            "The part before the @ is longer than {MAX_LOCAL} characters."
        ));
    }
    if local.starts_with('.') || local.ends_with('.') {
        return Err("The part before the @ cannot start or end with a dot.".into());
    }
    if local.contains("..") {
        return Err("There are two dots in a row before the @.".into());
    }
    let odd = |c: &char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(*c));
    match local.chars().find(odd) {
        Some(c) if c.is_control() => Err("It holds a control character.".into()),
        Some(c) => Err(format!(
            "The part before the @ holds “{c}”, which mail servers do not accept."
        )),
        None => Ok(()),
    }
}

/// The domain in ASCII.
fn checked_domain(domain: &str) -> Result<String, String> {
    if domain.starts_with('[') {
        return Err(
            "Mail to an IP number instead of a domain is refused by most mail servers.".into(),
        );
    }
    if domain.starts_with('.') || domain.ends_with('.') {
        return Err("The domain cannot start or end with a dot.".into());
    }
    if domain.contains("..") {
        return Err("There are two dots in a row after the @.".into());
    }
    let ascii = idna::domain_to_ascii(domain)
        .map_err(|_| format!("“{domain}” is not a domain that can exist."))?;
    let Some((_, top)) = ascii.rsplit_once('.') else {
        return Err(format!("The domain “{domain}” has no ending like .com."));
    };
    for label in ascii.split('.') {
        if label.is_empty() || label.len() > MAX_LABEL {
            return Err(format!(
                "A part of the domain is empty or longer than {MAX_LABEL} characters."
            ));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err("No part of a domain can start or end with a hyphen.".into());
        }
        if let Some(c) = label
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && *c != '-')
        {
            return Err(format!("A domain cannot hold “{c}”."));
        }
    }
    if top.len() < 2 || top.chars().all(|c| c.is_ascii_digit()) {
        return Err(format!("“.{top}” is not the ending of a domain."));
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_addresses_are_taken_as_they_are() {
        for (raw, address, name) in [
            ("ann@example.com", "ann@example.com", ""),
            (
                " Ann.Lee+news@Example.CO.UK ",
                "Ann.Lee+news@example.co.uk",
                "",
            ),
            ("Ann Lee <ann@example.com>", "ann@example.com", "Ann Lee"),
            (
                "\"Lee, Ann\" <ann@example.com>",
                "ann@example.com",
                "Lee, Ann",
            ),
            ("<ann@example.com>", "ann@example.com", ""),
            ("mailto:ann@example.com?subject=hi", "ann@example.com", ""),
            ("ann@bücher.example", "ann@xn--bcher-kva.example", ""),
            ("\u{feff}ann@example.com\u{200b}", "ann@example.com", ""),
            ("o'hara_1/x@a-b.example", "o'hara_1/x@a-b.example", ""),
        ] {
            let found = parse(raw).unwrap();
            assert_eq!(
                (found.address.as_str(), found.name.as_str()),
                (address, name),
                "{raw}"
            );
            assert_eq!(found.key, address.to_lowercase());
        }
    }

    #[test]
    fn each_fault_has_its_sentence() {
        let long_local = format!("{}@example.com", "x".repeat(65));
        let long_label = format!("a@{}.com", "x".repeat(64));
        let long = format!("a@{}com", "abcdefg.".repeat(32));
        for (raw, words) in [
            ("", "no address"),
            ("  ", "no address"),
            ("ann", "no @"),
            ("@example.com", "before the @"),
            ("ann@", "after the @"),
            ("ann@b@example.com", "more than one @"),
            ("ann@example.com, bob@example.com", "more than one address"),
            ("ann@example.com bob@example.com", "more than one address"),
            ("ann lee@example.com", "spaces"),
            ("\"ann\"@example.com", "quotation marks"),
            ("Ann <ann@example.com", "closing >"),
            (".ann@example.com", "start or end with a dot"),
            ("ann.@example.com", "start or end with a dot"),
            ("a..b@example.com", "two dots"),
            ("ann(at)@example.com", "“(”"),
            ("änn@example.com", "“ä”"),
            (&long_local, "longer than 64"),
            ("ann@example", "no ending"),
            ("ann@example.com.", "dot"),
            ("ann@exa..mple.com", "two dots"),
            ("ann@-example.com", "hyphen"),
            ("ann@exam_ple.com", "“_”"),
            ("ann@[127.0.0.1]", "IP number"),
            ("ann@127.0.0.1", "ending of a domain"),
            (&long_label, "63"),
            (&long, "longer than"),
        ] {
            let sentence = parse(raw).unwrap_err();
            assert!(sentence.contains(words), "{raw}: {sentence}");
        }
    }
}
