//! What a mail was read with, from how the program names itself: a small table, first match wins. Pure.

/// A device and a mail program or browser, as a report names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub device: &'static str,
    pub program: &'static str,
}

/// What image proxies hide.
pub const HIDDEN: &str = "Hidden by a proxy";
const OTHER: &str = "Other";

/// A word of the agent's name, in lower case, and what it stands for. Order matters: most browsers also name others.
const NAMES: [(&str, &str); 24] = [
    ("googleimageproxy", "Gmail"),
    ("yahoomailproxy", "Yahoo Mail"),
    ("thunderbird", "Thunderbird"),
    ("outlook-ios", "Outlook on phones"),
    ("outlook-android", "Outlook on phones"),
    ("microsoft outlook", "Outlook"),
    ("macoutlook", "Outlook"),
    ("ms-office", "Outlook"),
    ("msoffice", "Outlook"),
    ("samsungemail", "Samsung Email"),
    ("lotus-notes", "HCL Notes"),
    ("evolution", "Evolution"),
    ("protonmail", "Proton Mail"),
    ("edg/", "Edge"),
    ("edga/", "Edge"),
    ("edgios/", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
    ("trident", "Internet Explorer"),
];

/// Reads an agent's name.
pub fn reader(agent: &str) -> Reader {
    let agent = agent.to_ascii_lowercase();
    let known = NAMES.iter().find(|(word, _)| agent.contains(word));
    let name = match known {
        Some((_, name)) => name,
        // Apple's mail programs show pages with Safari's engine and leave its name out.
        None if agent.contains("applewebkit") && is_apple(&agent) => "Apple Mail",
        None => OTHER,
    };
    Reader {
        device: device(&agent, name),
        program: name,
    }
}

fn is_apple(agent: &str) -> bool {
    ["iphone", "ipad", "macintosh"]
        .iter()
        .any(|word| agent.contains(word))
}

fn device(agent: &str, name: &str) -> &'static str {
    let has = |word: &str| agent.contains(word);
    if matches!(name, "Gmail" | "Yahoo Mail") {
        HIDDEN
    } else if has("ipad")
        || has("tablet")
        || (has("android") && !has("mobile") && !has("outlook-android"))
    {
        "Tablet"
    } else if has("iphone") || has("ipod") || has("android") || has("mobile") || has("outlook-ios")
    {
        "Phone"
    } else if [
        "windows",
        "macintosh",
        "macoutlook",
        "linux",
        "x11",
        "cros ",
    ]
    .iter()
    .any(|word| has(word))
    {
        "Computer"
    } else {
        OTHER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_read_as_what_they_are() {
        for (agent, device, program) in [
            (
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
                HIDDEN,
                "Gmail",
            ),
            (
                "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
                HIDDEN,
                "Yahoo Mail",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                "Phone",
                "Apple Mail",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
                "Computer",
                "Apple Mail",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
                "Tablet",
                "Safari",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1",
                "Phone",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.61",
                "Computer",
                "Edge",
            ),
            (
                "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.17726; ms-office; MSOffice 16)",
                "Computer",
                "Outlook",
            ),
            (
                "Outlook-iOS/723.4027091.prod.iphone (3.24.0)",
                "Phone",
                "Outlook on phones",
            ),
            ("Outlook-Android/2.0", "Phone", "Outlook on phones"),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.12.0",
                "Computer",
                "Thunderbird",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
                "Phone",
                "Samsung Internet",
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Tablet",
                "Chrome",
            ),
            (
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Computer",
                "Firefox",
            ),
            ("Reader/1.0", OTHER, OTHER),
            ("", OTHER, OTHER),
        ] {
            assert_eq!(reader(agent), Reader { device, program }, "{agent}");
        }
    }
}
