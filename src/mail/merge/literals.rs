//! The parts of a template that are the same for every recipient, encoded once. The engine writes them as slices of the
//! template's own text, which is how they are recognised.

use super::MAX_BYTES;
use crate::mail::quoted_printable::{Encoded, Encoder};
use std::io;

/// Shorter parts are encoded with what stands around them: each known part costs a line break.
const SHORTEST: usize = 200;

/// Known parts with the byte offset at which each begins, ascending.
#[derive(Debug)]
pub(super) struct Literals {
    known: Vec<(usize, usize, Encoded)>,
    are_worth_it: bool,
}

impl Literals {
    /// What stands between the tags of a template.
    pub(super) fn find(source: &str) -> Self {
        let mut known = Vec::new();
        let mut at = 0;
        while at < source.len() {
            let rest = &source[at..];
            let end = ["{{", "{%", "{#"]
                .iter()
                .filter_map(|open| rest.find(open))
                .min()
                .unwrap_or(rest.len());
            if end >= SHORTEST {
                known.push((at, end, Encoded::new(&rest[..end])));
            }
            let tag = &rest[end..];
            let close = match tag.as_bytes().get(1) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                Some(_) => "#}",
                None => break,
            };
            at += end
                + tag
                    .find(close)
                    .map_or(tag.len(), |found| found + close.len());
        }
        // Text of a foreign script is shorter in base64, and the caller's to encode.
        let escapes = source.bytes().filter(|byte| !byte.is_ascii()).count();
        let are_worth_it = !known.is_empty() && escapes * 3 <= source.len();
        Literals {
            known,
            are_worth_it,
        }
    }

    pub(super) fn are_worth_it(&self) -> bool {
        self.are_worth_it
    }

    pub(super) fn writer<'a>(&'a self, source: &'a str, size: usize) -> Writer<'a> {
        Writer {
            literals: self,
            begin: source.as_ptr() as usize,
            encoder: Encoder::with_capacity(size + size / 8),
        }
    }

    fn at(&self, offset: usize, len: usize) -> Option<&Encoded> {
        let place = self
            .known
            .binary_search_by_key(&offset, |(begin, ..)| *begin)
            .ok()?;
        let (_, known, encoded) = self.known.get(place)?;
        (*known == len).then_some(encoded)
    }
}

/// Encodes what the engine writes.
pub(super) struct Writer<'a> {
    literals: &'a Literals,
    /// Where the template's text lies in memory: nothing else can lie there, so a slice from there is a part of it.
    begin: usize,
    encoder: Encoder,
}

impl Writer<'_> {
    pub(super) fn finish(self) -> Vec<u8> {
        self.encoder.finish()
    }
}

impl io::Write for &mut Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.encoder.len() + bytes.len() > MAX_BYTES {
            return Err(io::Error::other("too large"));
        }
        let offset = (bytes.as_ptr() as usize).wrapping_sub(self.begin);
        match self.literals.at(offset, bytes.len()) {
            Some(encoded) => self.encoder.encoded(encoded),
            // The engine writes whole strings only.
            None => match std::str::from_utf8(bytes) {
                Ok(text) => self.encoder.text(text),
                Err(_) => return Err(io::Error::other("not text")),
            },
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
