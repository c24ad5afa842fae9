//! BER made DER-like: Firefox and others of its family write PKCS#12 files with lengths left open and strings in pieces.

use crate::pki::der::{OCTET_STRING, Reader};
use crate::sign::der::element;

/// How deep elements nest at most.
const DEPTH_MAX: usize = 32;
/// The bit of a tag that says that elements are within.
const CONSTRUCTED: u8 = 0x20;

/// The first element with all lengths told and octet strings in one piece; `None` where the bytes are none. What is DER
/// already stays as it is.
pub(super) fn definite(bytes: &[u8]) -> Option<Vec<u8>> {
    converted(bytes, DEPTH_MAX).map(|(whole, _)| whole)
}

/// The first element, and what comes behind it.
fn converted(bytes: &[u8], depth: usize) -> Option<(Vec<u8>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    if tag & 0x1f == 0x1f || depth == 0 {
        return None;
    }
    let (length, rest) = length(rest)?;
    if tag & CONSTRUCTED == 0 {
        let length = length?;
        return Some((element(tag, rest.get(..length)?), rest.get(length..)?));
    }
    let (mut inside, behind) = match length {
        Some(length) => (rest.get(..length)?, Some(rest.get(length..)?)),
        None => (rest, None),
    };
    let mut content = Vec::new();
    loop {
        match (behind, inside) {
            (Some(behind), []) => return Some((joined(tag, &content), behind)),
            (None, [0, 0, behind @ ..]) => return Some((joined(tag, &content), behind)),
            _ => {
                let (child, next) = converted(inside, depth - 1)?;
                content.push(child);
                inside = next;
            }
        }
    }
}

/// A constructed element; of an octet string in pieces one in one piece.
fn joined(tag: u8, children: &[Vec<u8>]) -> Vec<u8> {
    if tag != OCTET_STRING | CONSTRUCTED {
        return element(tag, &children.concat());
    }
    let pieces: Vec<&[u8]> = children
        .iter()
        .filter_map(|child| Reader::new(child).expect(OCTET_STRING).map(|piece| piece.content))
        .collect();
    element(OCTET_STRING, &pieces.concat())
}

/// A length, `None` within where it is left open, and what comes behind it.
fn length(bytes: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0x80 => Some((None, rest)),
        0..0x80 => Some((Some(first.into()), rest)),
        _ => {
            let count = usize::from(first & 0x7f);
            let octets = rest.get(..count).filter(|_| count <= 4)?;
            let length = octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
            Some((Some(length), rest.get(count..)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_lengths_are_told_and_pieces_joined() {
        let open = [0x30, 0x80, 0x24, 0x80, 0x04, 1, 7, 0x04, 2, 8, 9, 0, 0, 0x02, 0x81, 1, 5, 0, 0, 0xff];
        assert_eq!(definite(&open), Some(vec![0x30, 8, 0x04, 3, 7, 8, 9, 0x02, 1, 5]));
        for place in 0..open.len() - 1 {
            assert_eq!(definite(&open[..place]), None, "{place}");
        }
        assert_eq!(definite(&[0x30, 0x80].repeat(100_000)), None);
    }
}
