//! What a file is and how its letters are written: one pass over it decides, a second one reads it as UTF-8.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// How much of the start is looked at closely.
const HEAD: usize = 64 * 1024;

/// Reads the whole file once and says how it is encoded.
///
/// # Errors
/// `Err(Ok(sentence))`: this is no text. `Err(Err(error))`: it could not be read.
pub fn encoding_of(file: &mut impl Read) -> Result<&'static Encoding, Result<String, io::Error>> {
    let mut buffer = vec![0; HEAD];
    let mut filled = fill(file, &mut buffer).map_err(Err)?;
    let head = &buffer[..filled];
    if head.iter().all(u8::is_ascii_whitespace) && filled < HEAD {
        return Err(Ok("This file is empty.".into()));
    }
    if let Some(what) = known_binary(head) {
        return Err(Ok(what.into()));
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(encoding);
    }
    if let Some(encoding) = utf16_without_mark(head) {
        return Ok(encoding);
    }
    if !is_text(head) {
        return Err(Ok(BINARY.into()));
    }
    let mut detector = chardetng::EncodingDetector::new();
    let mut utf8 = Utf8Check::default();
    while filled > 0 {
        let chunk = &buffer[..filled];
        utf8.feed(chunk);
        detector.feed(chunk, false);
        filled = fill(file, &mut buffer).map_err(Err)?;
    }
    if utf8.is_valid() {
        return Ok(UTF_8);
    }
    detector.feed(&[], true);
    Ok(detector.guess(None, false))
}

const BINARY: &str =
    "This file is not a text file. Save the list as CSV or Excel (.xlsx) and upload that.";

/// Files people take for lists, by their first bytes.
fn known_binary(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (
            b"PK\x05\x06",
            "This ZIP file is empty. Upload the list itself.",
        ),
        (
            b"\xd0\xcf\x11\xe0",
            "This is an old Excel file (.xls), or one with a password. Save it as .xlsx without a password, or as CSV, and upload that.",
        ),
        (
            b"%PDF",
            "This is a PDF. Upload the list as an Excel or CSV file.",
        ),
        (
            b"\x89PNG",
            "This is a picture. Upload the list as an Excel or CSV file.",
        ),
        (
            b"\xff\xd8\xff",
            "This is a picture. Upload the list as an Excel or CSV file.",
        ),
        (
            b"GIF8",
            "This is a picture. Upload the list as an Excel or CSV file.",
        ),
        (
            b"\x1f\x8b",
            "This file is compressed. Unpack it and upload the list inside.",
        ),
    ];
    KNOWN
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, words)| *words)
}

/// UTF-16 of mostly Latin text has a zero in every other byte.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    if pairs < 4 {
        None
    } else if odd * 10 > pairs * 4 && even * 50 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 4 && odd * 50 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Text holds no zeros and hardly any control characters.
fn is_text(head: &[u8]) -> bool {
    let control =
        |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1a | 0x1b);
    !head.contains(&0) && head.iter().filter(control).count() * 200 <= head.len()
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(filled)
}

/// Whether all bytes so far are UTF-8; a letter may be cut between two chunks.
#[derive(Default)]
struct Utf8Check {
    is_broken: bool,
    cut: Vec<u8>,
}

impl Utf8Check {
    fn feed(&mut self, chunk: &[u8]) {
        if self.is_broken {
            return;
        }
        let joined;
        let bytes = if self.cut.is_empty() {
            chunk
        } else {
            joined = [self.cut.as_slice(), chunk].concat();
            &joined
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => self.cut.clear(),
            Err(error) if error.error_len().is_none() => {
                self.cut = bytes[error.valid_up_to()..].to_vec();
            }
            Err(_) => self.is_broken = true,
        }
    }

    fn is_valid(&self) -> bool {
        !self.is_broken && self.cut.is_empty()
    }
}

/// The file as UTF-8, without its byte order mark. What cannot be decoded becomes U+FFFD.
pub struct Utf8Reader<R> {
    file: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    text: Vec<u8>,
    text_at: usize,
    is_last: bool,
    is_done: bool,
}

impl<R: Read> Utf8Reader<R> {
    pub fn new(file: R, encoding: &'static Encoding) -> Self {
        Utf8Reader {
            file,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            raw_at: 0,
            text: Vec::new(),
            text_at: 0,
            is_last: false,
            is_done: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        const CHUNK: usize = 32 * 1024;
        if self.raw_at == self.raw.len() && !self.is_last {
            self.raw.resize(CHUNK, 0);
            let filled = fill(&mut self.file, &mut self.raw)?;
            self.is_last = filled < CHUNK;
            self.raw.truncate(filled);
            self.raw_at = 0;
        }
        self.text.resize(CHUNK, 0);
        let (result, read, written, _) =
            self.decoder
                .decode_to_utf8(&self.raw[self.raw_at..], &mut self.text, self.is_last);
        self.raw_at += read;
        self.text.truncate(written);
        self.text_at = 0;
        self.is_done = self.is_last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.text_at == self.text.len() && !self.is_done {
            self.refill()?;
        }
        let n = out.len().min(self.text.len() - self.text_at);
        out[..n].copy_from_slice(&self.text[self.text_at..self.text_at + n]);
        self.text_at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, String> {
        let encoding = match encoding_of(&mut &bytes[..]) {
            Ok(encoding) => encoding,
            Err(Ok(sentence)) => return Err(sentence),
            Err(Err(error)) => panic!("{error}"),
        };
        let mut text = String::new();
        Utf8Reader::new(bytes, encoding)
            .read_to_string(&mut text)
            .unwrap();
        Ok(text)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn the_usual_encodings_are_told_apart() {
        let text = "Name;E-Mail\nJosé Müller;jose@example.com\nZoë Faß;zoe@example.com\n";
        let windows = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        let marked = format!("\u{feff}{text}");
        for (what, bytes) in [
            ("utf-8", text.as_bytes().to_vec()),
            ("utf-8 with mark", marked.as_bytes().to_vec()),
            ("windows-1252", windows),
            ("utf-16le with mark", utf16(&marked, u16::to_le_bytes)),
            ("utf-16be with mark", utf16(&marked, u16::to_be_bytes)),
            ("utf-16le", utf16(text, u16::to_le_bytes)),
            ("utf-16be", utf16(text, u16::to_be_bytes)),
        ] {
            assert_eq!(read(&bytes).unwrap(), text, "{what}");
        }
    }

    #[test]
    fn a_letter_far_down_still_counts() {
        let mut text = "a,b\n".repeat(100_000);
        text.push_str("é,ü\n");
        assert_eq!(read(text.as_bytes()).unwrap(), text);
        let windows = encoding_rs::WINDOWS_1252.encode(&text).0.into_owned();
        assert_eq!(read(&windows).unwrap(), text);
    }

    #[test]
    fn letters_cut_between_chunks_are_whole_again() {
        let text = "ü€😀,".repeat(30_000);
        for start in 0..3 {
            let shifted = format!("{}{text}", "x".repeat(start));
            assert_eq!(read(shifted.as_bytes()).unwrap(), shifted);
        }
    }

    #[test]
    fn what_is_no_text_is_refused_in_words() {
        for (bytes, words) in [
            (&b""[..], "empty"),
            (b" \r\n\n", "empty"),
            (b"\xd0\xcf\x11\xe0rest", "old Excel file"),
            (b"%PDF-1.7", "PDF"),
            (b"\x89PNG\r\n", "picture"),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0", "not a text file"),
            (b"ab\x01\x02\x03\x04\x05cd", "not a text file"),
        ] {
            let sentence = read(bytes).unwrap_err();
            assert!(sentence.contains(words), "{sentence}");
        }
    }
}
