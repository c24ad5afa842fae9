//! Undoes the filters of streams, never beyond a limit.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::value::{Dictionary, Value};

/// How many filters may stand one behind another.
const CHAIN: usize = 4;

/// Why a stream was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undecoded {
    /// A filter that is not known here, or damaged data.
    Unreadable,
    /// More comes out than is allowed.
    TooLarge,
}

/// What a stream holds. Filters and their parameters must stand in the dictionary itself.
pub(super) fn decode(dictionary: &Dictionary, raw: &[u8], limit: usize) -> Result<Vec<u8>, Undecoded> {
    let filters = listed(dictionary.get("Filter").or_else(|| dictionary.get("F")));
    let parameters = listed(dictionary.get("DecodeParms").or_else(|| dictionary.get("DP")));
    if filters.len() > CHAIN {
        return Err(Undecoded::Unreadable);
    }
    if filters.is_empty() && raw.len() > limit {
        return Err(Undecoded::TooLarge);
    }
    let mut data = raw.to_vec();
    for (index, filter) in filters.iter().enumerate() {
        let parameters = parameters.get(index).and_then(|value| value.dictionary());
        data = match filter.name() {
            Some(b"FlateDecode" | b"Fl") => {
                let inflated = inflate(&data, limit)?;
                match parameters {
                    Some(parameters) => unpredict(inflated, parameters)?,
                    None => inflated,
                }
            }
            Some(b"ASCIIHexDecode" | b"AHx") => unhex(&data)?,
            Some(b"Crypt") => data,
            _ => return Err(Undecoded::Unreadable),
        };
    }
    Ok(data)
}

fn listed(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
    }
}

/// Damage behind the data proper (a wrong checksum, a cut end) is overlooked, as readers of PDF do.
fn inflate(data: &[u8], limit: usize) -> Result<Vec<u8>, Undecoded> {
    let mut inflated = Vec::new();
    let beyond = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let outcome = ZlibDecoder::new(data).take(beyond).read_to_end(&mut inflated);
    if inflated.len() > limit {
        return Err(Undecoded::TooLarge);
    }
    if outcome.is_err() && inflated.is_empty() { Err(Undecoded::Unreadable) } else { Ok(inflated) }
}

fn unhex(data: &[u8]) -> Result<Vec<u8>, Undecoded> {
    let mut quoted = vec![b'<'];
    quoted.extend(data.iter().take_while(|byte| **byte != b'>'));
    quoted.push(b'>');
    let value = super::lexer::Lexer::new(&quoted, 0).value();
    value.as_ref().and_then(Value::text).map(<[u8]>::to_vec).ok_or(Undecoded::Unreadable)
}

/// Undoes PNG's predictors (§7.4.4.4); TIFF's is used for images only.
fn unpredict(data: Vec<u8>, parameters: &Dictionary) -> Result<Vec<u8>, Undecoded> {
    match parameters.integer("Predictor").unwrap_or(1) {
        1 => return Ok(data),
        10..=15 => {}
        _ => return Err(Undecoded::Unreadable),
    }
    let whole = |name: &str, usual| {
        let value = parameters.integer(name).unwrap_or(usual);
        usize::try_from(value).ok().filter(|value| (1..=65_536).contains(value)).ok_or(Undecoded::Unreadable)
    };
    let bits = whole("Colors", 1)? * whole("BitsPerComponent", 8)?;
    let pixel = bits.div_ceil(8);
    let row = bits.checked_mul(whole("Columns", 1)?).ok_or(Undecoded::Unreadable)?.div_ceil(8);
    let mut plain: Vec<u8> = Vec::with_capacity(data.len());
    for line in data.chunks(row + 1) {
        let Some((&kind, line)) = line.split_first() else { continue };
        let begin = plain.len();
        for (column, &byte) in line.iter().enumerate() {
            let at = begin + column;
            let above = at.checked_sub(row).and_then(|at| plain.get(at)).copied().unwrap_or(0);
            let has_left = column >= pixel;
            let left = has_left.then(|| plain.get(at - pixel).copied()).flatten().unwrap_or(0);
            let corner = at.checked_sub(row + pixel).filter(|_| has_left);
            let corner = corner.and_then(|at| plain.get(at)).copied().unwrap_or(0);
            let guess = match kind {
                0 => 0,
                1 => left,
                2 => above,
                3 => left.midpoint(above),
                4 => paeth(left, above, corner),
                _ => return Err(Undecoded::Unreadable),
            };
            plain.push(byte.wrapping_add(guess));
        }
    }
    Ok(plain)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let far = |of: u8| (guess - i16::from(of)).abs();
    if far(left) <= far(above) && far(left) <= far(corner) {
        left
    } else if far(above) <= far(corner) {
        above
    } else {
        corner
    }
}
