//! Quoted-printable (RFC 2045 §6.7), written piece by piece: what is the same in every mail of a campaign is encoded once
//! and copied from then on.

/// Longest line, without CRLF.
pub const MAX_LINE: usize = 76;
/// One column of each line is kept for the "=" of a soft break.
const ROOM: usize = MAX_LINE - 1;
const SOFT_BREAK: &[u8] = b"=\r\n";

/// The whole text encoded.
pub fn encode(text: &str) -> Vec<u8> {
    let mut encoder = Encoder::with_capacity(text.len() + text.len() / 8 + 16);
    encoder.text(text);
    encoder.finish()
}

/// A piece of text encoded once, to be put where a line begins. It ends where a line begins, too.
#[derive(Debug)]
pub struct Encoded(Vec<u8>);

impl Encoded {
    pub fn new(text: &str) -> Self {
        let mut encoder = Encoder::with_capacity(text.len() + text.len() / 8 + 16);
        encoder.text(text);
        encoder.begin_line();
        Encoded(encoder.out)
    }
}

pub struct Encoder {
    out: Vec<u8>,
    column: usize,
    /// The last character was a CR, which has ended the line already.
    after_cr: bool,
}

impl Encoder {
    pub fn with_capacity(bytes: usize) -> Self {
        Encoder {
            out: Vec::with_capacity(bytes),
            column: 0,
            after_cr: false,
        }
    }

    pub fn len(&self) -> usize {
        self.out.len()
    }

    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// CRLF, LF and CR all end a line.
    pub fn text(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        if std::mem::take(&mut self.after_cr) && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
        }
        while let Some(&next) = rest.first() {
            match next {
                b'\n' => {
                    self.end_line();
                    rest = &rest[1..];
                }
                b'\r' => {
                    self.end_line();
                    let is_pair = rest.get(1) == Some(&b'\n');
                    self.after_cr = rest.len() == 1;
                    rest = &rest[1 + usize::from(is_pair)..];
                }
                _ => {
                    let window = &rest[..rest.len().min(ROOM - self.column)];
                    let run = window
                        .iter()
                        .position(|&byte| !is_literal(byte))
                        .unwrap_or(window.len());
                    if run > 0 {
                        self.out.extend_from_slice(&rest[..run]);
                        self.column += run;
                        rest = &rest[run..];
                    } else if window.is_empty() || self.column + 3 > ROOM {
                        self.soft_break();
                    } else {
                        self.escape(next);
                        rest = &rest[1..];
                    }
                }
            }
        }
    }

    /// A piece that was encoded before.
    pub fn encoded(&mut self, piece: &Encoded) {
        self.after_cr = false;
        self.begin_line();
        self.out.extend_from_slice(&piece.0);
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.guard_blank();
        self.out
    }

    fn begin_line(&mut self) {
        if self.column > 0 {
            self.soft_break();
        }
    }

    fn soft_break(&mut self) {
        self.out.extend_from_slice(SOFT_BREAK);
        self.column = 0;
    }

    fn end_line(&mut self) {
        self.guard_blank();
        self.out.extend_from_slice(b"\r\n");
        self.column = 0;
    }

    /// Servers may strip a blank at the end of a line.
    fn guard_blank(&mut self) {
        if self.column > 0
            && let Some(blank @ (b' ' | b'\t')) = self.out.last().copied()
        {
            self.out.pop();
            self.column -= 1;
            if self.column + 3 > ROOM {
                self.soft_break();
            }
            self.escape(blank);
        }
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        self.out.extend_from_slice(&[
            b'=',
            HEX[usize::from(byte >> 4)],
            HEX[usize::from(byte & 15)],
        ]);
        self.column += 3;
    }
}

fn is_literal(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'<' | b'>'..=b'~')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        String::from_utf8(encode(text)).unwrap()
    }

    #[test]
    fn quoted_printable_follows_the_rfc() {
        let full = "x".repeat(75);
        let table = [
            (String::new(), String::new()),
            ("plain".into(), "plain".into()),
            ("a=b".into(), "a=3Db".into()),
            ("ü".into(), "=C3=BC".into()),
            ("end \n".into(), "end=20\r\n".into()),
            ("end\t".into(), "end=09".into()),
            ("  ".into(), " =20".into()),
            ("a b\nc\r\nd\re".into(), "a b\r\nc\r\nd\r\ne".into()),
            ("nul\0".into(), "nul=00".into()),
            (full.clone(), full.clone()),
            (format!("{full}y"), format!("{full}=\r\ny")),
            (format!("{full} "), format!("{full}=\r\n=20")),
            (
                format!("{}ü", "x".repeat(73)),
                format!("{}=\r\n=C3=BC", "x".repeat(73)),
            ),
            (
                format!("{}=", "x".repeat(72)),
                format!("{}=3D", "x".repeat(72)),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(encoded(&text), expected, "{text:?}");
        }
    }

    /// A decoder of its own, written from the RFC and not from the encoder.
    fn decode(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let lines: Vec<&str> = text.split("\r\n").collect();
        for (index, line) in lines.iter().enumerate() {
            if index > 0 && !lines[index - 1].ends_with('=') {
                out.extend_from_slice(b"\r\n");
            }
            let line = line.strip_suffix('=').unwrap_or(line).as_bytes();
            let mut at = 0;
            while at < line.len() {
                if line[at] == b'=' {
                    let hex = std::str::from_utf8(&line[at + 1..at + 3]).unwrap();
                    out.push(u8::from_str_radix(hex, 16).unwrap());
                    at += 3;
                } else {
                    out.push(line[at]);
                    at += 1;
                }
            }
        }
        out
    }

    fn normal(text: &str) -> String {
        text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")
    }

    fn assert_sound(quoted: &str, text: &str) {
        for line in quoted.split("\r\n") {
            assert!(line.len() <= MAX_LINE, "{line:?}");
            assert!(!line.ends_with([' ', '\t']), "{line:?}");
        }
        assert!(quoted.is_ascii());
        assert_eq!(String::from_utf8(decode(quoted)).unwrap(), normal(text));
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_lines_stay_short(text in "([a-z=. \t]|[a-z]{30}|ü|\u{1f4e7}|\n|\r\n|\r|\u{0}){0,120}") {
            assert_sound(&encoded(&text), &text);
        }

        #[test]
        fn pieces_encoded_before_or_now_give_the_whole(
            pieces in proptest::collection::vec((any::<bool>(), "([a-z=. \t]|[a-z]{30}|ü|\n){0,40}"), 0..8)
        ) {
            let mut encoder = Encoder::with_capacity(0);
            for (is_known, piece) in &pieces {
                if *is_known {
                    encoder.encoded(&Encoded::new(piece));
                } else {
                    encoder.text(piece);
                }
            }
            let whole: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
            assert_sound(&String::from_utf8(encoder.finish()).unwrap(), &whole);
        }
    }
}
