//! The short signed tokens in public addresses. No table of tokens is needed, and a forged one is found out without a look-up.

use crate::ids::MessageId;
use crate::server::secrets::Keys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// Bytes of HMAC-SHA-256 that a token carries: 2⁸⁰ guesses.
const SIGNATURE: usize = 10;
const PURPOSE: &str = "tracking token v1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Open,
    /// Position of the link in its snapshot.
    Click(i64),
    Unsubscribe,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub message: MessageId,
}

/// URL-safe base64 of kind, message and link as variable-length integers, then the signature: 16 to 32 characters.
pub fn encode(keys: &Keys, token: Token) -> String {
    let mut bytes = Vec::with_capacity(24);
    let link = match token.kind {
        TokenKind::Open => {
            bytes.push(b'o');
            None
        }
        TokenKind::Click(link) => {
            bytes.push(b'c');
            Some(link)
        }
        TokenKind::Unsubscribe => {
            bytes.push(b'u');
            None
        }
    };
    push_number(&mut bytes, token.message.0);
    if let Some(link) = link {
        push_number(&mut bytes, link);
    }
    let signature = keys.sign(PURPOSE, &[&bytes]);
    bytes.extend_from_slice(&signature[..SIGNATURE]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `None` for anything that this installation did not make, to the letter.
pub fn decode(keys: &Keys, text: &str) -> Option<Token> {
    if text.len() > 64 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (body, signature) = bytes.split_at_checked(bytes.len().checked_sub(SIGNATURE)?)?;
    let expected = keys.sign(PURPOSE, &[body]);
    if !bool::from(expected[..SIGNATURE].ct_eq(signature)) {
        return None;
    }
    let (kind, mut rest) = body.split_first()?;
    let message = MessageId(pull_number(&mut rest)?);
    let kind = match kind {
        b'o' => TokenKind::Open,
        b'c' => TokenKind::Click(pull_number(&mut rest)?),
        b'u' => TokenKind::Unsubscribe,
        _ => return None,
    };
    rest.is_empty().then_some(Token { kind, message })
}

/// LEB128: seven bits a byte, low ones first.
fn push_number(bytes: &mut Vec<u8>, number: i64) {
    let mut left = number.unsigned_abs();
    while left >= 0x80 {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
}

fn pull_number(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0u64;
    for shift in (0..63).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return i64::try_from(number).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_went() {
        let keys = Keys::new(&[3; 32]);
        for message in [1, 127, 128, 1_000_000, i64::MAX] {
            for kind in [
                TokenKind::Open,
                TokenKind::Click(0),
                TokenKind::Click(300),
                TokenKind::Unsubscribe,
            ] {
                let token = Token {
                    kind,
                    message: MessageId(message),
                };
                let text = encode(&keys, token);
                assert!(text.len() <= 33, "{text}");
                assert_eq!(decode(&keys, &text), Some(token));
            }
        }
    }

    #[test]
    fn a_changed_or_foreign_token_is_refused() {
        let keys = Keys::new(&[3; 32]);
        let text = encode(
            &keys,
            Token {
                kind: TokenKind::Click(2),
                message: MessageId(77),
            },
        );
        for i in 0..text.len() {
            let mut changed: Vec<char> = text.chars().collect();
            changed[i] = if changed[i] == 'A' { 'B' } else { 'A' };
            let changed: String = changed.into_iter().collect();
            if changed != text {
                assert_eq!(decode(&keys, &changed), None, "{changed}");
            }
        }
        assert_eq!(decode(&Keys::new(&[4; 32]), &text), None);
        for bad in ["", "x", "%%%", &"A".repeat(500)] {
            assert_eq!(decode(&keys, bad), None);
        }
    }
}
