//! Changes PDF and XML where it hurts: pieces repeated, nested, exchanged and cut, names and numbers that nobody expects,
//! bombs, and the DER that lies in them.

use std::io::Write;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::fuzzed_der;
use crate::seeded::Seeded;

/// No file grows beyond this.
const SIZE: usize = 4 << 20;
/// Numbers at which counting goes wrong.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "2147483648",
    "4294967295",
    "9223372036854775807",
    "18446744073709551616",
    "99999999999999999999999999",
    "1.5",
    "0000000001",
];
/// Words of PDF that lead somewhere.
const PDF_WORDS: [&str; 30] = [
    "/Prev",
    "/XRefStm",
    "/Size",
    "/W",
    "/Index",
    "/Root",
    "/Encrypt",
    "/ID",
    "/Type",
    "/ObjStm",
    "/XRef",
    "/N",
    "/First",
    "/Extends",
    "/Length",
    "/Filter",
    "/FlateDecode",
    "/ASCIIHexDecode",
    "/ASCII85Decode",
    "/LZWDecode",
    "/RunLengthDecode",
    "/DecodeParms",
    "/Kids",
    "/Parent",
    "/Fields",
    "/Annots",
    "/Contents",
    "/ByteRange",
    "/DSS",
    "/Perms",
];
/// What XML signatures name.
const XML_WORDS: [&str; 16] = [
    "",
    "#",
    "#sig",
    "#data",
    "#xpointer(/)",
    "#xpointer(id('sig'))",
    "http://elsewhere.example/",
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2000/09/xmldsig#base64",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/TR/1999/REC-xpath-19991116",
    "http://www.w3.org/TR/1999/REC-xslt-19991116",
    "http://uri.etsi.org/01903#SignedProperties",
    "urn:x",
];
/// Marks that open something.
const XML_MARKS: [&str; 9] = [
    "<!DOCTYPE a [<!ENTITY b \"b\"><!ENTITY c \"&b;&b;\">]>",
    "&c;",
    "&#x0;",
    "&#1114112;",
    "<!--",
    "<![CDATA[",
    "]]>",
    "<?pi ?>",
    "\u{feff}",
];

/// Where something begins, of all places one at random.
fn find(bytes: &[u8], what: &[u8], random: &mut Seeded) -> Option<usize> {
    let places: Vec<usize> = memchr::memmem::find_iter(bytes, what).collect();
    (!places.is_empty()).then(|| places[random.below(places.len())])
}

/// From a beginning to its end, both included.
fn piece(bytes: &[u8], begin: &[u8], end: &[u8], random: &mut Seeded) -> Option<Range<usize>> {
    let from = find(bytes, begin, random)?;
    let to = from + memchr::memmem::find(&bytes[from..], end)? + end.len();
    Some(from..to)
}

/// A run of digits.
fn digits(bytes: &[u8], random: &mut Seeded) -> Option<Range<usize>> {
    let begin = random.below(bytes.len());
    let from = begin + bytes[begin..].iter().position(u8::is_ascii_digit)?;
    let length = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some(from..from + length)
}

fn put(bytes: &mut Vec<u8>, place: Range<usize>, new: &[u8]) {
    bytes.splice(place, new.iter().copied());
}

fn many(random: &mut Seeded, size: usize) -> usize {
    [1, 2, 30, 1_000, 60_000][random.below(5)].min(SIZE / 2 / size.max(1))
}

/// What may be done to bytes of any form.
fn coarse(bytes: &mut Vec<u8>, other: &[u8], random: &mut Seeded) {
    let place = random.below(bytes.len());
    match random.below(5) {
        0 => bytes[place] ^= 1 << random.below(8),
        1 => bytes[place] = u8::try_from(random.below(256)).unwrap(),
        2 => bytes.truncate(place + 1),
        3 => {
            let end = (place + random.below(2_000)).min(bytes.len());
            put(bytes, place..end, &[]);
        }
        _ => {
            let from = random.below(other.len());
            let length = random.below(4_000).min(other.len() - from);
            put(bytes, place..place, &other[from..from + length]);
        }
    }
}

/// A change; nothing where what it looks for is not there.
fn change_pdf(bytes: &mut Vec<u8>, other: &[u8], random: &mut Seeded) -> Option<()> {
    match random.below(11) {
        0 => {
            let object = piece(bytes, b" 0 obj", b"endobj", random)?;
            let copies = bytes[object.clone()].repeat(many(random, object.len()));
            put(bytes, object.start..object.start, &copies);
        }
        1 => {
            let (mine, foreign) = (piece(bytes, b"<<", b">>", random)?, piece(other, b"<<", b">>", random)?);
            put(bytes, mine, &other[foreign]);
        }
        2 => {
            let number = digits(bytes, random)?;
            put(bytes, number, NUMBERS[random.below(NUMBERS.len())].as_bytes());
        }
        3 => {
            let leads = find(bytes, b" 0 R", random)?;
            let number = random.below(40).to_string();
            put(bytes, leads.saturating_sub(1)..leads, number.as_bytes());
        }
        4 => {
            let place = find(bytes, b"<<", random)?;
            let opening = [&b"["[..], b"<<", b"<</A ", b"(", b"<</Kids["][random.below(5)];
            let nested = opening.repeat(many(random, opening.len()));
            put(bytes, place..place, &nested);
        }
        5 => change_contents(bytes, other, random)?,
        6 => {
            let name = piece(bytes, b"/", b" ", random)?;
            if name.len() < 40 {
                let word = PDF_WORDS[random.below(PDF_WORDS.len())];
                put(bytes, name, format!("{word} ").as_bytes());
            }
        }
        7 => bomb(bytes, random)?,
        8 => {
            let tail =
                memchr::memmem::rfind(bytes, [&b"xref\n"[..], b"trailer", b"startxref"][random.below(3)])?;
            let copies = bytes[tail..].repeat(many(random, bytes.len() - tail).min(3_000));
            bytes.extend_from_slice(&copies);
        }
        9 => {
            let place = find(bytes, b"<<", random)? + 2;
            let word = PDF_WORDS[random.below(PDF_WORDS.len())];
            let target = random.below(40);
            let number = NUMBERS[random.below(NUMBERS.len())];
            let value = [format!("{target} 0 R"), number.to_owned(), format!("[{target} 0 R]")];
            put(bytes, place..place, format!("{word} {} ", value[random.below(3)]).as_bytes());
        }
        _ => coarse(bytes, other, random),
    }
    Some(())
}

/// Changes the signature in a PDF as DER, in its place.
fn change_contents(bytes: &mut Vec<u8>, other: &[u8], random: &mut Seeded) -> Option<()> {
    let hole = |bytes: &[u8], random: &mut Seeded| {
        let from = find(bytes, b"/Contents", random)?;
        let open = from + memchr::memchr(b'<', bytes.get(from..from + 20)?)? + 1;
        let close = open + memchr::memchr(b'>', &bytes[open..])?;
        Some(open..close)
    };
    let decoded = |hexadecimal: &[u8]| {
        let pairs = hexadecimal.chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok());
        let whole: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<_>>()?;
        let end = whole.iter().rposition(|byte| *byte != 0)? + 1;
        Some(whole[..end].to_vec())
    };
    let (mine, foreign) = (hole(bytes, random)?, hole(other, random).unwrap_or_default());
    let own = decoded(&bytes[mine.clone()])?;
    let foreign = decoded(&other[foreign]).unwrap_or_else(|| own.clone());
    let changed = fuzzed_der::changed(&own, &foreign, random);
    let mut written: Vec<u8> = changed.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    if written.len() < mine.len() {
        written.resize(mine.len(), b'0');
    }
    put(bytes, mine, &written);
    Some(())
}

/// In place of an object a stream of little that unpacks to much.
fn bomb(bytes: &mut Vec<u8>, random: &mut Seeded) -> Option<()> {
    let packed = |bytes: &[u8]| {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    };
    let filler = [&b"\0"[..], b"1 0 ", b"[", b"<<"][random.below(4)];
    let (mut stream, mut filters) =
        (packed(&filler.repeat((8 << 20) / filler.len())), "/FlateDecode".to_owned());
    if random.below(2) == 0 {
        (stream, filters) = (packed(&stream.repeat(1 + random.below(4))), filters.repeat(2));
    }
    let object = piece(bytes, b" 0 obj", b"endobj", random)?;
    let kind =
        ["/Type/ObjStm/N 99999/First 10", "/Type/XRef/W[1 2 1]/Size 9999999/Root 1 0 R", ""][random.below(3)];
    let head = format!(" 0 obj\n<<{kind}/Filter[{filters}]/Length {}>>stream\n", stream.len());
    put(bytes, object, &[head.as_bytes(), &stream, b"\nendstream\nendobj"].concat());
    Some(())
}

fn change_xml(bytes: &mut Vec<u8>, other: &[u8], random: &mut Seeded) -> Option<()> {
    match random.below(10) {
        0 => {
            let region = piece(bytes, b"<", b"</", random)?;
            let copies = bytes[region.clone()].repeat(many(random, region.len()));
            put(bytes, region.start..region.start, &copies);
        }
        1 => {
            // A whole element with what belongs to it, where names repeat nowhere inside.
            let open = piece(bytes, b"<", b">", random)?;
            let name: Vec<u8> =
                bytes[open.start + 1..].iter().copied().take_while(|byte| !b" />\n".contains(byte)).collect();
            let closing = [b"</", &name[..], b">"].concat();
            let end = open.end + memchr::memmem::find(&bytes[open.end..], &closing)? + closing.len();
            let copies = bytes[open.start..end].repeat(many(random, end - open.start));
            put(bytes, end..end, &copies);
        }
        2 => {
            let place = find(bytes, b"<", random)?;
            let count = many(random, 8);
            put(bytes, place..place, &[b"<a>".repeat(count), b"</a>".repeat(count)].concat());
        }
        3 => {
            let place = piece(bytes, b"<", b">", random)?.end - 1;
            let form = random.below(3);
            let attributes: String = (0..many(random, 24).min(20_000))
                .map(|number| match form {
                    0 => format!(" a{number}=\"b\""),
                    1 => format!(" xmlns:n{number}=\"urn:n{number}\""),
                    _ => format!(" Id=\"{number}\" n:b=\"c\""),
                })
                .collect();
            put(bytes, place..place, attributes.as_bytes());
        }
        4 => change_base64(bytes, other, random)?,
        5 => {
            let quoted = piece(bytes, b"=\"", b"\"", random)?;
            let end = quoted.end + memchr::memchr(b'"', &bytes[quoted.end..])?;
            put(bytes, quoted.end..end, XML_WORDS[random.below(XML_WORDS.len())].as_bytes());
        }
        6 => {
            let place = find(bytes, [&b"<"[..], b">"][random.below(2)], random)?;
            let mark = XML_MARKS[random.below(XML_MARKS.len())];
            put(bytes, place..place, mark.repeat(many(random, mark.len())).as_bytes());
        }
        7 => {
            let (mine, foreign) = (piece(bytes, b"<", b"</", random)?, piece(other, b"<", b"</", random)?);
            put(bytes, mine, &other[foreign]);
        }
        8 => {
            let number = digits(bytes, random)?;
            put(bytes, number, NUMBERS[random.below(NUMBERS.len())].as_bytes());
        }
        _ => coarse(bytes, other, random),
    }
    Some(())
}

/// Changes one of the long texts in base64 as DER.
fn change_base64(bytes: &mut Vec<u8>, other: &[u8], random: &mut Seeded) -> Option<()> {
    let text = |bytes: &[u8], random: &mut Seeded| {
        let begin = find(bytes, b">MII", random)? + 1;
        Some(begin..begin + memchr::memchr(b'<', &bytes[begin..])?)
    };
    let decoded = |text: &[u8]| {
        let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        STANDARD.decode(text).ok()
    };
    let (mine, foreign) = (text(bytes, random)?, text(other, random)?);
    let changed = fuzzed_der::changed(&decoded(&bytes[mine.clone()])?, &decoded(&other[foreign])?, random);
    put(bytes, mine, STANDARD.encode(changed).as_bytes());
    Some(())
}

/// A file changed one to four times.
fn changed(
    bytes: &[u8],
    other: &[u8],
    random: &mut Seeded,
    change: fn(&mut Vec<u8>, &[u8], &mut Seeded) -> Option<()>,
) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let _what_it_looks_for_may_be_gone = change(&mut changed, other, random);
        if changed.is_empty() || changed.len() > SIZE {
            break;
        }
    }
    changed
}

/// A PDF, changed.
pub(crate) fn pdf(bytes: &[u8], other: &[u8], random: &mut Seeded) -> Vec<u8> {
    changed(bytes, other, random, change_pdf)
}

/// An XML file, changed.
pub(crate) fn xml(bytes: &[u8], other: &[u8], random: &mut Seeded) -> Vec<u8> {
    changed(bytes, other, random, change_xml)
}

/// Whatever it is, changed without a look at its form.
pub(crate) fn any(bytes: &[u8], other: &[u8], random: &mut Seeded) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    for _ in 0..=random.below(6) {
        coarse(&mut changed, other, random);
        if changed.is_empty() {
            break;
        }
    }
    changed
}
