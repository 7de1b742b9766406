//! Turns a message into what DATA carries (RFC 5321 §4.5.2): CRLF line ends, dots doubled, the final dot. Pure.

/// The end of the content; leads with CRLF only where the last line is not ended.
const END: &[u8] = b".\r\n";

/// Hands out the content in blocks of about `block` bytes. A bare CR or LF becomes CRLF: left alone, servers
/// disagree where a line ends, and a crafted message could smuggle a second one past them.
pub(super) struct Content<'a> {
    rest: &'a [u8],
    line_start: bool,
    done: bool,
}

impl<'a> Content<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Self {
            rest: message,
            line_start: true,
            done: false,
        }
    }

    /// Whether the block handed out last was the last one.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Replaces `out` by the next block. False when the content has ended; the last block carries the final dot.
    pub fn next_block(&mut self, out: &mut Vec<u8>, block: usize) -> bool {
        out.clear();
        if self.done {
            return false;
        }
        while !self.rest.is_empty() && out.len() < block {
            if self.line_start && self.rest[0] == b'.' {
                out.push(b'.');
            }
            // A line without an end in sight is cut at the block, so that one long line cannot fill the memory.
            let window = &self.rest[..self.rest.len().min(block)];
            match memchr::memchr2(b'\r', b'\n', window) {
                None => {
                    out.extend_from_slice(window);
                    self.rest = &self.rest[window.len()..];
                    self.line_start = false;
                }
                Some(at) => {
                    out.extend_from_slice(&window[..at]);
                    out.extend_from_slice(b"\r\n");
                    let pair = self.rest[at] == b'\r' && self.rest.get(at + 1) == Some(&b'\n');
                    self.rest = &self.rest[at + 1 + usize::from(pair)..];
                    self.line_start = true;
                }
            }
        }
        if self.rest.is_empty() {
            if !self.line_start {
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(END);
            self.done = true;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(message: &[u8], block: usize) -> (Vec<u8>, usize) {
        let (mut all, mut out, mut blocks) = (Vec::new(), Vec::new(), 0);
        let mut content = Content::new(message);
        while content.next_block(&mut out, block) {
            all.extend_from_slice(&out);
            blocks += 1;
        }
        (all, blocks)
    }

    #[test]
    fn lines_end_in_crlf_and_leading_dots_are_doubled() {
        let table: [(&str, &str); 14] = [
            ("", ".\r\n"),
            ("a", "a\r\n.\r\n"),
            ("a\r\n", "a\r\n.\r\n"),
            ("a\nb\n", "a\r\nb\r\n.\r\n"),
            ("a\rb", "a\r\nb\r\n.\r\n"),
            ("a\r\r\nb", "a\r\n\r\nb\r\n.\r\n"),
            ("a\n\rb", "a\r\n\r\nb\r\n.\r\n"),
            (".", "..\r\n.\r\n"),
            (".\r\n.", "..\r\n..\r\n.\r\n"),
            ("..\r\n", "...\r\n.\r\n"),
            ("a.b\r\n", "a.b\r\n.\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"),
            ("a\r.\rMAIL FROM:<>\r", "a\r\n..\r\nMAIL FROM:<>\r\n.\r\n"),
            ("\r\n", "\r\n.\r\n"),
        ];
        for (message, expected) in table {
            for block in [1, 2, 3, 5, 4096] {
                let (encoded, _) = encode(message.as_bytes(), block);
                assert_eq!(
                    String::from_utf8_lossy(&encoded),
                    expected,
                    "{message:?} in blocks of {block}"
                );
            }
        }
    }

    #[test]
    fn a_small_message_is_one_block_with_its_final_dot() {
        assert_eq!(encode(b"hello\r\n", 4096).1, 1);
    }

    proptest! {
        #[test]
        fn the_dot_ends_only_the_message_and_undoing_gives_the_lines_back(
            message in proptest::collection::vec(proptest::sample::select(b".\r\nab".to_vec()), 0..60),
            block in 1_usize..20,
        ) {
            let (encoded, _) = encode(&message, block);
            let text = String::from_utf8(encoded).unwrap();
            let body = text.strip_suffix(".\r\n").unwrap();
            prop_assert!(body.is_empty() || body.ends_with("\r\n"));
            let lines: Vec<&str> = body.split_terminator("\r\n").collect();
            prop_assert!(lines.iter().all(|line| *line != "." && !line.contains(['\r', '\n'])));
            let undone: Vec<&str> = lines.iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let original = String::from_utf8(message).unwrap().replace("\r\n", "\n").replace('\r', "\n");
            let expected: Vec<&str> = original.split_terminator('\n').collect();
            prop_assert_eq!(undone, expected);
        }
    }
}
