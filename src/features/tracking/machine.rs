//! Tells people from machines: whether an open or a click was a person's, and if not, by which rule. Pure.
//!
//! Sources, for the rules and the words of [`PROGRAMS`]:
//! - Apple's Mail Privacy Protection loads all images of a mail when it arrives, as a browser that calls itself `Mozilla/5.0`
//!   and nothing else (support.apple.com/guide/iphone/iphf084865c7; github.com/jdavidbakr/mail-tracker/issues/255).
//! - Gmail's and Yahoo's image proxies fetch when the mail is opened, so their loads are people's; see [`super::reader`]
//!   (knowledge.validity.com/hc/en-us/articles/4406957796251; scientiamobile.com/what-is-google-image-proxy). Gmail's check
//!   on arrival is another agent (github.com/mautic/mautic/pull/10245; gmass.co/blog/false-opens-in-gmail).
//! - Gateways (Microsoft Safe Links, Barracuda, Proofpoint, Mimecast, Cisco) follow every link on arrival, many under the name
//!   of a common browser: timing, HEAD, several links at once and a link that nobody sees give them away
//!   (suped.com "Which corporate filter appliances follow links"; github.com/mautic/mautic/issues/16263 and 9162;
//!   wordtothewise.com on Barracuda's multilevel intent analysis).

use super::model::Rule;

/// An image that loads this soon after the message left was not opened by its reader, in ms.
const SOONEST_OPEN: i64 = 3_000;
/// A click that comes this soon after the message left is none of its reader's, in ms.
const SOONEST_CLICK: i64 = 5_000;
/// Two different links of one mail this close together are not followed by one hand, in ms.
pub const BURST: i64 = 1_000;
/// Who follows the trap looks through the mail around that moment, in ms.
pub const SCAN: i64 = 60_000;

/// Words in the names of programs that read mail and follow links for others: lower case.
const PROGRAMS: [&str; 46] = [
    // Mail security.
    "barracuda",
    "proofpoint",
    "mimecast",
    "safelinks",
    "ciscosecureemail",
    "ironport",
    "trendmicro",
    "symantec",
    "forcepoint",
    "sophos",
    "fortinet",
    "kaspersky",
    "trustwave",
    "mailscanner",
    "clamav",
    "urlscan",
    "virustotal",
    "google-safety",
    // Gmail's look at images on arrival.
    "chrome/42.0.2311.135 safari/537.36 edge/12.246",
    // Previews of links in chats.
    "facebookexternalhit",
    "whatsapp",
    "skypeuripreview",
    "bingpreview",
    "embedly",
    "slack-imgproxy",
    // Robots that say so.
    "bot/",
    "bot;",
    "bot)",
    "bot ",
    "bot-",
    "bots",
    "crawler",
    "spider",
    "slurp",
    "headless",
    "phantomjs",
    "scanner",
    // Libraries and tools.
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "java/",
    "apache-httpclient",
    "libwww-perl",
    "node",
    "axios",
];

/// What is known of an open or click when it is judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'a> {
    pub is_click: bool,
    /// The link that no person sees.
    pub is_trap: bool,
    pub is_head: bool,
    /// The request itself says that it fetches ahead of a person.
    pub is_ahead: bool,
    pub agent: &'a str,
    /// Ms since the message left; `None` when that is not known.
    pub since_sent: Option<i64>,
    /// The trap of the same mail was followed within [`SCAN`].
    pub is_near_trap: bool,
    /// Another link of the same mail was followed within [`BURST`].
    pub is_in_burst: bool,
}

/// The rule by which it is a machine's, the surest first; `None`: a person's.
pub fn judge(seen: &Seen<'_>) -> Option<Rule> {
    let agent = seen.agent.trim().to_ascii_lowercase();
    let soonest = if seen.is_click {
        SOONEST_CLICK
    } else {
        SOONEST_OPEN
    };
    if seen.is_trap {
        Some(Rule::Trap)
    } else if seen.is_head {
        Some(Rule::Head)
    } else if agent.is_empty() {
        Some(Rule::Nameless)
    } else if agent == "mozilla/5.0" && !seen.is_click {
        Some(Rule::Apple)
    } else if agent == "mozilla/5.0" || is_program(&agent) {
        Some(Rule::Program)
    } else if seen.is_ahead {
        Some(Rule::Ahead)
    } else if seen.is_near_trap {
        Some(Rule::NearTrap)
    } else if seen.is_in_burst {
        Some(Rule::Burst)
    } else if seen.since_sent.is_some_and(|ms| ms < soonest) {
        Some(Rule::Instant)
    } else {
        None
    }
}

/// Whether a name, in lower case, is a program's.
fn is_program(agent: &str) -> bool {
    // Cubot makes phones.
    let agent = agent.replace("cubot", "");
    PROGRAMS.iter().any(|word| agent.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
    const IPHONE_MAIL: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
    const MAC_MAIL: &str =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
    const GMAIL: &str =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
    const GMAIL_ARRIVAL: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";
    const YAHOO: &str = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";
    const OUTLOOK: &str = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.17726; ms-office; MSOffice 16)";
    const THUNDERBIRD: &str =
        "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.12.0";
    const SAMSUNG: &str = "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36";
    const CUBOT: &str = "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36";

    const HOUR: Option<i64> = Some(3_600_000);

    fn open(agent: &str, since_sent: Option<i64>) -> Option<Rule> {
        judge(&Seen {
            agent,
            since_sent,
            ..Seen::default()
        })
    }

    fn click(agent: &str, since_sent: Option<i64>) -> Option<Rule> {
        judge(&Seen {
            is_click: true,
            agent,
            since_sent,
            ..Seen::default()
        })
    }

    #[test]
    fn people_are_taken_for_people() {
        for agent in [
            CHROME,
            SAFARI,
            IPHONE_MAIL,
            MAC_MAIL,
            GMAIL,
            YAHOO,
            OUTLOOK,
            THUNDERBIRD,
            SAMSUNG,
        ] {
            assert_eq!(open(agent, HOUR), None, "{agent}");
            assert_eq!(open(agent, Some(10_000)), None, "{agent}");
            assert_eq!(open(agent, None), None, "{agent}");
        }
        for agent in [CHROME, SAFARI, SAMSUNG, THUNDERBIRD] {
            assert_eq!(click(agent, HOUR), None, "{agent}");
            assert_eq!(click(agent, Some(6_000)), None, "{agent}");
        }
    }

    #[test]
    fn programs_are_known_by_their_names() {
        for (agent, opened, clicked) in [
            // Apple's proxy loads pictures only: who clicks under that name is a scanner.
            ("Mozilla/5.0", Rule::Apple, Rule::Program),
            (GMAIL_ARRIVAL, Rule::Program, Rule::Program),
            ("", Rule::Nameless, Rule::Nameless),
            ("  ", Rule::Nameless, Rule::Nameless),
            ("curl/8.5.0", Rule::Program, Rule::Program),
            ("python-requests/2.31.0", Rule::Program, Rule::Program),
            ("Go-http-client/2.0", Rule::Program, Rule::Program),
            ("Java/17.0.9", Rule::Program, Rule::Program),
            (
                "BarracudaCentral/1.0 (Link Protection)",
                Rule::Program,
                Rule::Program,
            ),
            (
                "Mozilla/5.0 (compatible; proofpoint-urldefense)",
                Rule::Program,
                Rule::Program,
            ),
            ("Mimecast-URL-Protect/2.0", Rule::Program, Rule::Program),
            ("CiscoSecureEmail/1.0", Rule::Program, Rule::Program),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                Rule::Program,
                Rule::Program,
            ),
            (
                "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
                Rule::Program,
                Rule::Program,
            ),
            ("facebookexternalhit/1.1", Rule::Program, Rule::Program),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.6099.109 Safari/537.36",
                Rule::Program,
                Rule::Program,
            ),
        ] {
            assert_eq!(open(agent, HOUR), Some(opened), "{agent}");
            assert_eq!(click(agent, HOUR), Some(clicked), "{agent}");
        }
    }

    #[test]
    fn what_comes_too_soon_is_no_readers() {
        for (agent, ms, opened, clicked) in [
            (CHROME, -200, Some(Rule::Instant), Some(Rule::Instant)),
            (CHROME, 0, Some(Rule::Instant), Some(Rule::Instant)),
            (GMAIL, 1_500, Some(Rule::Instant), Some(Rule::Instant)),
            (CHROME, 2_999, Some(Rule::Instant), Some(Rule::Instant)),
            (CHROME, 3_000, None, Some(Rule::Instant)),
            (CHROME, 4_999, None, Some(Rule::Instant)),
            (CHROME, 5_000, None, None),
        ] {
            assert_eq!(open(agent, Some(ms)), opened, "open after {ms}");
            assert_eq!(click(agent, Some(ms)), clicked, "click after {ms}");
        }
    }

    #[test]
    fn how_it_is_done_gives_a_scanner_away() {
        // Microsoft's Safe Links and others call themselves a common browser.
        let seen = Seen {
            is_click: true,
            agent: CHROME,
            since_sent: HOUR,
            ..Seen::default()
        };
        for (seen, rule) in [
            (
                Seen {
                    is_trap: true,
                    ..seen
                },
                Rule::Trap,
            ),
            (
                Seen {
                    is_head: true,
                    ..seen
                },
                Rule::Head,
            ),
            (
                Seen {
                    is_ahead: true,
                    ..seen
                },
                Rule::Ahead,
            ),
            (
                Seen {
                    is_near_trap: true,
                    ..seen
                },
                Rule::NearTrap,
            ),
            (
                Seen {
                    is_in_burst: true,
                    ..seen
                },
                Rule::Burst,
            ),
            // The surest rule is named.
            (
                Seen {
                    is_trap: true,
                    is_head: true,
                    is_in_burst: true,
                    agent: "",
                    ..seen
                },
                Rule::Trap,
            ),
        ] {
            assert_eq!(judge(&seen), Some(rule));
        }
    }

    #[test]
    fn a_phone_named_like_a_robot_is_a_phone() {
        assert_eq!(click(CUBOT, HOUR), None);
    }
}
