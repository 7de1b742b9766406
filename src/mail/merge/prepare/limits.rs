//! What an expression may not be, because the engine would take memory or stack by the number: repeated texts and lists, chains
//! without end, backward slices. The words of a refusal come with the offset of the piece they are about.

use super::lexer::{Kind, Piece};
use super::name_length;

/// Most pieces of one expression, without the texts and numbers of lists. The engine calls itself once per link of a chain.
const MAX_PIECES: usize = 300;

/// Filters that give numbers only.
const NUMERIC: [&str; 5] = ["int", "float", "length", "count", "abs"];

type Refusal = (usize, &'static str);

/// A piece that is no blank, and whether it belongs to a name.
struct Solid<'a> {
    kind: Kind,
    text: &'a str,
    at: usize,
    in_name: bool,
}

pub(super) fn check(pieces: &[Piece<'_>]) -> Result<(), Refusal> {
    let mut links = pieces.iter().filter(|piece| {
        !matches!(piece.kind, Kind::Space | Kind::Text | Kind::Number) && piece.text != ","
    });
    if let Some(piece) = links.nth(MAX_PIECES) {
        return Err((
            piece.at,
            "This expression is too long. Split it into several.",
        ));
    }
    let solid = solid(pieces);
    let mut colons = vec![0];
    for (index, piece) in solid.iter().enumerate() {
        match piece.text {
            "[" => colons.push(0),
            "]" => {
                colons.pop();
            }
            ":" => {
                if let Some(seen) = colons.last_mut() {
                    *seen += 1;
                    if *seen > 1 {
                        return Err((
                            piece.at,
                            "A part of a text or a list has two numbers: {{ name[0:3] }}.",
                        ));
                    }
                }
            }
            "*" if piece.kind == Kind::Other => product(&solid, index)?,
            _ => {}
        }
    }
    Ok(())
}

fn solid<'a>(pieces: &'a [Piece<'_>]) -> Vec<Solid<'a>> {
    let mut out = Vec::with_capacity(pieces.len());
    let mut name_ends = 0;
    for (index, piece) in pieces.iter().enumerate() {
        if index >= name_ends {
            name_ends = index + name_length(pieces, index);
        }
        if piece.kind != Kind::Space {
            out.push(Solid {
                kind: piece.kind,
                text: &piece.text,
                at: piece.at,
                in_name: index < name_ends,
            });
        }
    }
    out
}

/// Texts and lists can be multiplied too, by any number: what stands on both sides must be a number, whatever the data holds.
fn product(solid: &[Solid<'_>], index: usize) -> Result<(), Refusal> {
    let piece = |at: Option<usize>| at.and_then(|at| solid.get(at));
    let text = |at: Option<usize>| piece(at).map_or("", |piece| piece.text);
    let at = piece(Some(index)).map_or(0, |piece| piece.at);
    if text(index.checked_sub(1)) == "*" || text(Some(index + 1)) == "*" {
        return Err((at, "** is not available. Multiply with a single *."));
    }
    let left = piece(index.checked_sub(1)).is_some_and(|left| {
        let before = text(index.checked_sub(2));
        match left.kind {
            Kind::Number => !left.in_name && before != ".",
            Kind::Word => before == "|" && is_numeric(left.text),
            _ => false,
        }
    });
    let sign = usize::from(text(Some(index + 1)) == "-");
    if left && is_number(solid.get(index + 1 + sign..).unwrap_or_default()) {
        return Ok(());
    }
    Err((
        at,
        "Only numbers can be multiplied. Make one of a value first, as in {{ price|float * 2 }} or {{ price|float * pieces|int }}.",
    ))
}

/// Whether an operand begins here that is a number: a literal, or a name with filters of which the last gives a number.
fn is_number(mut rest: &[Solid<'_>]) -> bool {
    let Some(first) = rest.first() else {
        return false;
    };
    if first.kind == Kind::Number {
        return rest
            .get(1)
            .is_none_or(|next| !["|", ".", "[", "("].contains(&next.text));
    }
    let name = rest
        .iter()
        .take_while(|piece| piece.in_name || piece.text == ".")
        .count();
    rest = rest.get(name..).unwrap_or_default();
    let mut numeric = false;
    while let [pipe, filter, after @ ..] = rest
        && pipe.text == "|"
    {
        numeric = filter.kind == Kind::Word && is_numeric(filter.text);
        if after.first().is_some_and(|next| next.text == "(") {
            return false;
        }
        rest = after;
    }
    name > 0 && numeric
}

fn is_numeric(filter: &str) -> bool {
    NUMERIC
        .iter()
        .any(|known| known.eq_ignore_ascii_case(filter))
}
