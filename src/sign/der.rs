//! A writer of DER: each function gives one whole element.

use der::asn1::ObjectIdentifier;

use crate::pki::der::{INTEGER, OCTET_STRING, OID, SEQUENCE, SET};

/// `NULL`
pub(super) const NULL: &[u8] = &[0x05, 0x00];

/// One element.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut whole = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => whole.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let octets: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            whole.push(0x80 | u8::try_from(octets.len()).unwrap_or(8));
            whole.extend(octets);
        }
    }
    whole.extend_from_slice(content);
    whole
}

/// `SEQUENCE` of whole elements.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// `SET OF` whole elements, in the order that DER wants.
pub(super) fn set_of(parts: Vec<Vec<u8>>) -> Vec<u8> {
    element(SET, &sorted(parts))
}

/// The content of a `SET OF`.
pub(super) fn sorted(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    parts.concat()
}

/// `OCTET STRING`
pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, content)
}

/// `OBJECT IDENTIFIER`
pub(super) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    element(OID, oid.as_bytes())
}

/// `INTEGER` of a positive number in big-endian octets.
pub(super) fn positive(magnitude: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = magnitude.iter().copied().skip_while(|byte| *byte == 0).collect();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// `AlgorithmIdentifier`, with parameters if there are any.
pub(super) fn algorithm(identifier: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    sequence(&[&oid(identifier), parameters])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_are_written_the_shortest_way() {
        assert_eq!(element(0x04, &[7; 3])[..2], [4, 3]);
        assert_eq!(element(0x04, &[7; 200])[..3], [4, 0x81, 200]);
        assert_eq!(element(0x04, &[7; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(positive(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(positive(&[]), [2, 1, 0]);
        assert_eq!(set_of(vec![vec![5, 0], vec![2, 1, 1]]), [0x31, 5, 2, 1, 1, 5, 0]);
    }
}
