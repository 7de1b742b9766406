//! The markup of a workbook's parts, as its reader takes it apart: a tag ends at the first ">" outside quotes. What would be held in
//! memory as one piece is counted, and what lists have no use for is refused, because it could hide a piece from this count.

use memchr::{memchr, memchr3};

/// Most that one cell may take with all its markup: long texts with a format for each word.
const MAX_CELL: usize = 2 * 1024 * 1024;
const MAX_NESTING: usize = 16;
const MARK: &[u8] = b"\xef\xbb\xbf";

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A tag, or a text between two tags, is longer than it may be; or a cell is.
    Long,
    /// There is more of something than may be.
    Many,
    /// It is not the plain markup that workbooks hold.
    Strange,
}

/// What stands between "<" and ">".
pub struct Tag<'a>(&'a [u8]);

impl Tag<'_> {
    pub fn bytes(&self) -> &[u8] {
        self.0
    }

    fn is_close(&self) -> bool {
        self.0.first() == Some(&b'/')
    }

    /// Whether there is no content: `<c/>`.
    fn is_empty(&self) -> bool {
        self.0.last() == Some(&b'/')
    }

    fn name(&self) -> &[u8] {
        let from = self.0.strip_prefix(b"/").unwrap_or(self.0);
        let end = from
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        &from[..end.unwrap_or(from.len())]
    }

    /// The name without its prefix.
    pub fn local(&self) -> &[u8] {
        let name = self.name();
        let colon = name.iter().rposition(|byte| *byte == b':');
        colon.map_or(name, |at| &name[at + 1..])
    }

    /// Whether an element begins here that is called this.
    pub fn opens(&self, local: &[u8]) -> bool {
        !self.is_close() && self.local() == local
    }
}

enum State {
    Text,
    /// In a tag, perhaps within this quotation mark.
    Tag(Option<u8>),
    /// In the line that says which XML this is.
    Declaration,
}

/// Where the reader would be. A part is fed to it from its first byte, in pieces of any size.
pub struct Markup {
    state: State,
    /// Most bytes of a tag, and of the text between two.
    most: usize,
    text: usize,
    tag: Vec<u8>,
    /// Whether anything but a byte order mark was seen.
    is_begun: bool,
    cell: Option<Cell>,
}

/// The cell that is open: the reader goes on until its end, so it must end where it seems to.
#[derive(Default)]
struct Cell {
    bytes: usize,
    open: Vec<Vec<u8>>,
}

impl Markup {
    pub fn new(most: usize) -> Self {
        Markup {
            state: State::Text,
            most,
            text: 0,
            tag: Vec::new(),
            is_begun: false,
            cell: None,
        }
    }

    /// Takes the next piece of the part; `on_tag` sees each tag that ends in it.
    pub fn feed(
        &mut self,
        mut piece: &[u8],
        on_tag: &mut dyn FnMut(&Tag<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        if !self.is_begun {
            piece = piece.strip_prefix(MARK).unwrap_or(piece);
        }
        while !piece.is_empty() {
            let found = match self.state {
                State::Text => memchr(b'<', piece),
                State::Tag(None) => memchr3(b'>', b'"', b'\'', piece),
                State::Tag(Some(quote)) => memchr(quote, piece),
                State::Declaration => memchr(b'>', piece),
            };
            let (before, rest) = piece.split_at(found.unwrap_or(piece.len()));
            self.take(before)?;
            let Some((byte, rest)) = rest.split_first() else {
                return Ok(());
            };
            self.turn(*byte, on_tag)?;
            piece = rest;
        }
        Ok(())
    }

    /// Bytes that change nothing.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        if bytes.is_empty() {
            return Ok(());
        }
        if let Some(cell) = &mut self.cell {
            cell.bytes += bytes.len();
            if cell.bytes > MAX_CELL {
                return Err(Trouble::Long);
            }
        }
        if matches!(self.state, State::Text) {
            self.is_begun = true;
            self.text += bytes.len();
        } else {
            self.tag.extend_from_slice(bytes);
        }
        match self.tag.first() {
            // Comments, DTDs and the like: a reader has rules of its own for each.
            Some(b'!') => return Err(Trouble::Strange),
            Some(b'?') if self.is_begun => return Err(Trouble::Strange),
            Some(b'?') => self.state = State::Declaration,
            _ => {}
        }
        if self.text.max(self.tag.len()) > self.most {
            return Err(Trouble::Long);
        }
        Ok(())
    }

    /// The byte at which something begins or ends.
    fn turn(
        &mut self,
        byte: u8,
        on_tag: &mut dyn FnMut(&Tag<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        if let Some(cell) = &mut self.cell {
            cell.bytes += 1;
        }
        match self.state {
            State::Text => {
                self.text = 0;
                self.tag.clear();
                self.state = State::Tag(None);
                return Ok(());
            }
            State::Declaration if self.tag.last() != Some(&b'?') => return self.take(&[byte]),
            State::Tag(None) if byte != b'>' => {
                // An end tag holds a name and nothing else.
                if self.tag.first() == Some(&b'/') {
                    return Err(Trouble::Strange);
                }
                self.take(&[byte])?;
                self.state = State::Tag(Some(byte));
                return Ok(());
            }
            State::Tag(Some(_)) => {
                self.take(&[byte])?;
                self.state = State::Tag(None);
                return Ok(());
            }
            State::Declaration | State::Tag(None) => {}
        }
        self.is_begun = true;
        self.state = State::Text;
        let bytes = std::mem::take(&mut self.tag);
        if bytes.first() == Some(&b'?') {
            if !bytes.starts_with(b"?xml") {
                return Err(Trouble::Strange);
            }
        } else {
            let tag = Tag(&bytes);
            self.follow(&tag)?;
            on_tag(&tag)?;
        }
        self.tag = bytes;
        self.tag.clear();
        Ok(())
    }

    /// Keeps track of the cell that is open. Within it elements must end in their order: the reader waits for each by its name.
    fn follow(&mut self, tag: &Tag<'_>) -> Result<(), Trouble> {
        let name = tag.name();
        if tag.is_close() {
            if tag.bytes()[1 + name.len()..]
                .iter()
                .any(|byte| !byte.is_ascii_whitespace())
            {
                return Err(Trouble::Strange);
            }
            let Some(cell) = &mut self.cell else {
                return Ok(());
            };
            if cell.open.pop().as_deref() != Some(name) {
                return Err(Trouble::Strange);
            }
            if cell.open.is_empty() {
                self.cell = None;
            }
            return Ok(());
        }
        if tag.is_empty() {
            return Ok(());
        }
        match &mut self.cell {
            Some(cell) if cell.open.len() >= MAX_NESTING => return Err(Trouble::Strange),
            Some(cell) => cell.open.push(name.to_owned()),
            None if tag.local() == b"c" => {
                self.cell = Some(Cell {
                    bytes: 0,
                    open: vec![name.to_owned()],
                });
            }
            None => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the tags, or what is wrong; the same in pieces of every size.
    fn read(part: &str, most: usize) -> Result<Vec<String>, Trouble> {
        let in_pieces = |size: usize| {
            let (mut markup, mut names) = (Markup::new(most), Vec::new());
            for piece in part.as_bytes().chunks(size) {
                markup.feed(piece, &mut |tag| {
                    names.push(String::from_utf8_lossy(tag.local()).into_owned());
                    Ok(())
                })?;
            }
            Ok(names)
        };
        let whole = in_pieces(part.len().max(1));
        for size in [1, 2, 7] {
            // A mark that is torn apart is no mark; files do not come in pieces that small.
            if !part.starts_with('\u{feff}') {
                assert_eq!(in_pieces(size), whole, "{part}");
            }
        }
        whole
    }

    #[test]
    fn what_workbooks_hold_is_read() {
        for (part, names) in [
            (
                "\u{feff}<?xml version=\"1.0\"?>\r\n<a x=\">\" y='\"<'><b/></a >",
                "a b a",
            ),
            (
                "<?xml version='1.0' standalone=\"yes\"?><x:a><x:c r=\"A1\"><x:v>1</x:v></x:c></x:a>",
                "a c v v c a",
            ),
            ("<c/><c><is><t>a</t><t/></is></c>", "c c is t t t is c"),
        ] {
            assert_eq!(read(part, 50).unwrap().join(" "), names, "{part}");
        }
    }

    #[test]
    fn no_piece_hides_behind_what_looks_like_tags() {
        let long = "<x ".repeat(40);
        for (part, trouble) in [
            (format!("<a>{}</a>", "x".repeat(51)), Trouble::Long),
            (format!("<a b=\"{long}\"/>"), Trouble::Long),
            (format!("<a b='>{long}'/>"), Trouble::Long),
            (format!("<!-- {long} -->"), Trouble::Strange),
            (format!("<a><![CDATA[{long}]]></a>"), Trouble::Strange),
            ("<!DOCTYPE a>".to_owned(), Trouble::Strange),
            ("<a/><?x '?>".to_owned(), Trouble::Strange),
            (" <?xml version='1.0'?>".to_owned(), Trouble::Strange),
            ("<?>".to_owned(), Trouble::Strange),
            (format!("</a '><b x=\"'>{long}"), Trouble::Strange),
            (format!("<?xml ' ?><b x=\"'>{long}"), Trouble::Long),
            // Ends that do not fit: a reader goes on to collect the text of the first cell.
            ("<c><is><t>a</c><c><is><t>".to_owned(), Trouble::Strange),
            ("<c><t>a</t x></c>".to_owned(), Trouble::Strange),
            ("<c>".repeat(20), Trouble::Strange),
        ] {
            assert_eq!(read(&part, 50), Err(trouble), "{part}");
        }
        let cell = format!("<c><is>{}", "<r><t>some</t></r>".repeat(150_000));
        let mut markup = Markup::new(50);
        let fed = markup.feed(cell.as_bytes(), &mut |_| Ok(()));
        assert_eq!(fed, Err(Trouble::Long));
    }
}
