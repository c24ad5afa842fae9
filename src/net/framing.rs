//! Where TLS records begin in what a socket reads, so that the stamp of an answer's first byte is not taken from the
//! session tickets before it nor from the end of a long read.

/// Type, version and length.
const HEADER: usize = 5;
/// The longest record of TLS 1.2 (RFC 5246, 6.2.3).
const RECORD_MAX: usize = (1 << 14) + 2048;

/// A walk over the records of one connection.
#[derive(Debug)]
pub(crate) enum Framing {
    /// No TLS: everything after the request is the answer.
    Plain,
    /// Within TLS.
    Records(Records),
    /// TLS, but what came is no sequence of records; TLS itself will say so.
    Lost,
}

/// The position within a sequence of records.
#[derive(Debug, Default)]
pub(crate) struct Records {
    header: [u8; HEADER],
    have: usize,
    left: usize,
}

/// What a read amounted to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// A record that had begun before came to its end.
    pub(crate) ended: bool,
    /// A new record begins in what was read.
    pub(crate) began: bool,
}

impl Framing {
    /// How much may be read at once so that the last byte read is at most the first header byte of the next record.
    pub(crate) const fn next_read(&self) -> usize {
        match self {
            Self::Plain => 1,
            Self::Records(records) => records.left + HEADER - records.have,
            Self::Lost => usize::MAX,
        }
    }

    /// Follows what was read.
    pub(crate) fn walk(&mut self, mut bytes: &[u8]) -> Walked {
        let mut walked = Walked::default();
        let Self::Records(records) = self else { return walked };
        while let Some((&first, rest)) = bytes.split_first() {
            if records.left > 0 {
                let taken = records.left.min(bytes.len());
                records.left -= taken;
                walked.ended |= records.left == 0;
                bytes = &bytes[taken..];
                continue;
            }
            walked.began |= records.have == 0;
            records.header[records.have] = first;
            records.have += 1;
            bytes = rest;
            if records.have == HEADER {
                records.have = 0;
                let Some(length) = length_in(records.header) else {
                    *self = Self::Lost;
                    return walked;
                };
                records.left = length;
            }
        }
        walked
    }
}

/// The length that a header announces, `None` where it is no header of TLS.
fn length_in([kind, major, _, high, low]: [u8; HEADER]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes([high, low]));
    ((20..=24).contains(&kind) && major == 3 && (1..=RECORD_MAX).contains(&length)).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(length: u8) -> Vec<u8> {
        let mut record = vec![23, 3, 3, 0, length];
        record.extend(vec![0xaa; usize::from(length)]);
        record
    }

    #[test]
    fn records_are_found_however_they_are_cut() {
        let both = [record(7), record(3)].concat();
        for cut in 1..both.len() {
            let mut framing = Framing::Records(Records::default());
            let (first, second) = (framing.walk(&both[..cut]), framing.walk(&both[cut..]));
            assert!(first.began && second.ended, "cut at {cut}");
            assert_eq!(framing.next_read(), HEADER, "cut at {cut}");
        }
    }

    #[test]
    fn a_read_stops_with_the_header_of_the_next_record() {
        let mut framing = Framing::Records(Records::default());
        assert_eq!(framing.next_read(), 5);
        assert_eq!(framing.walk(&record(7)[..5]), Walked { ended: false, began: true });
        assert_eq!(framing.next_read(), 12);
        let rest = [&record(7)[5..], &record(3)[..5]].concat();
        assert_eq!(framing.walk(&rest), Walked { ended: true, began: true });
        assert_eq!(framing.next_read(), 8);
    }

    #[test]
    fn what_is_no_tls_is_not_followed() {
        let mut framing = Framing::Records(Records::default());
        framing.walk(b"HTTP/1.1 400 Bad Request");
        assert!(matches!(framing, Framing::Lost));
    }
}
