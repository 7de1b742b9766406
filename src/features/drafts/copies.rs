//! Who else gets a copy of every mail: CC, which its recipient sees, and BCC, which nobody sees. Pure.

use crate::features::auth::model::check_address;
use crate::ui::number::count;
use serde::{Deserialize, Serialize};

/// Most addresses in one of the two.
pub const MAX_COPIES: usize = 10;
/// With more recipients than this, copies are asked about once more before sending.
pub const ASK_ABOVE: i64 = 20;

/// Addresses that get a copy of every mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
}

impl Copies {
    /// Of the two lines of a draft that say so; what is no address is left out, see [`problem`].
    pub fn of(cc: &str, bcc: &str) -> Copies {
        Copies {
            cc: addresses(cc),
            bcc: addresses(bcc),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.cc.iter().chain(&self.bcc)
    }

    pub fn is_empty(&self) -> bool {
        self.cc.is_empty() && self.bcc.is_empty()
    }

    /// Whether sending to so many must be agreed to.
    pub fn must_be_agreed(&self, recipients: i64) -> bool {
        !self.is_empty() && recipients > ASK_ABOVE
    }

    /// What sending to so many means for those who get copies.
    pub fn in_words(&self, recipients: i64) -> String {
        let who: Vec<&str> = self.all().map(String::as_str).collect();
        let (who, verb) = match who.as_slice() {
            [one] => ((*one).to_owned(), "gets"),
            [first @ .., last] => (format!("{} and {last}", first.join(", ")), "each get"),
            [] => return String::new(),
        };
        format!(
            "{who} {verb} {}, one of every mail.",
            count(recipients, "copy", "copies")
        )
    }
}

/// The pieces of a line of addresses, apart by commas, semicolons or blanks.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    line.split([',', ';', ' '])
        .map(|piece| piece.trim_matches(['<', '>']))
        .filter(|piece| !piece.is_empty())
}

fn addresses(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in pieces(line).filter(|piece| check_address(piece).is_ok()) {
        if !found.iter().any(|known| known.eq_ignore_ascii_case(piece)) {
            found.push(piece.to_owned());
        }
    }
    found
}

/// What is wrong with a line of addresses, if anything. Empty is fine: nobody gets a copy.
pub fn problem(line: &str) -> Option<String> {
    if pieces(line).count() > MAX_COPIES {
        return Some(format!("Name at most {MAX_COPIES} addresses."));
    }
    pieces(line).find_map(|piece| {
        let words = check_address(piece).err()?;
        Some(format!("“{piece}” cannot get a copy. {words}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_addresses_is_read_however_it_is_written() {
        let copies = Copies::of("boss@example.com; Ann@example.com,", "<boss@example.com>");
        assert_eq!(copies.cc, ["boss@example.com", "Ann@example.com"]);
        assert_eq!(copies.bcc, ["boss@example.com"]);
        assert_eq!(Copies::of("a@example.com A@example.com", "").cc.len(), 1);
        assert!(Copies::of(" , ", "").is_empty());
    }

    #[test]
    fn what_is_no_address_has_its_sentence() {
        assert_eq!(problem(""), None);
        assert_eq!(problem("a@example.com, b@example.com"), None);
        assert!(problem("a@example.com, boss").unwrap().contains("“boss”"));
        let many = "a@example.com ".repeat(11);
        assert!(problem(&many).unwrap().contains("at most 10"));
    }

    #[test]
    fn copies_of_many_mails_are_asked_about() {
        let copies = Copies::of("boss@example.com", "log@example.com");
        assert!(!copies.must_be_agreed(20) && copies.must_be_agreed(21));
        assert!(!Copies::default().must_be_agreed(1_000));
        assert_eq!(
            copies.in_words(1_200),
            "boss@example.com and log@example.com each get 1,200 copies, one of every mail."
        );
        assert_eq!(
            Copies::of("a@example.com", "").in_words(1),
            "a@example.com gets 1 copy, one of every mail."
        );
    }
}
