//! Changes DER where it hurts: elements repeated, nested, exchanged and resized, with the lengths around them made right
//! again, and lengths made wrong.

use crate::seeded::Seeded;

/// Bit of a tag that says that elements are inside.
const CONSTRUCTED: u8 = 0x20;
/// So deep an encoding is taken apart; what is deeper stays as it is.
const DEPTH: usize = 24;
/// No encoding grows beyond this.
const SIZE: usize = 2 << 20;

/// An element of an encoding.
#[derive(Clone, Debug)]
struct Node {
    tag: u8,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Bytes(Vec<u8>),
    Inside(Vec<Node>),
}

/// The elements that lie one behind the other; `None` where something else lies there. Tags of one byte only.
fn parse(mut bytes: &[u8], depth: usize) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while let [tag, first, rest @ ..] = bytes {
        let (length, rest) = match *first {
            short @ ..=0x7f => (usize::from(short), rest),
            count @ 0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(count & 0x7f))?;
                (digits.iter().fold(0, |number, digit| number << 8 | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let inside = if tag & CONSTRUCTED != 0 && depth < DEPTH { parse(content, depth + 1) } else { None };
        let content = inside.map_or_else(|| Content::Bytes(content.to_vec()), Content::Inside);
        nodes.push(Node { tag: *tag, content });
        bytes = rest;
    }
    bytes.is_empty().then_some(nodes)
}

/// An element in front of its content, the length as it must be.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let mut bytes = match content.len() {
        ..0x80 => vec![tag, u8::try_from(content.len()).unwrap()],
        _ => [&[tag, 0x80 | u8::try_from(digits.len()).unwrap()][..], &digits].concat(),
    };
    bytes.extend_from_slice(content);
    bytes
}

fn encode(nodes: &[Node]) -> Vec<u8> {
    let one = |node: &Node| match &node.content {
        Content::Bytes(bytes) => element(node.tag, bytes),
        Content::Inside(nodes) => element(node.tag, &encode(nodes)),
    };
    nodes.iter().flat_map(one).collect()
}

/// An element somewhere below, its siblings with it, and its place among them.
fn somewhere<'n>(nodes: &'n mut Vec<Node>, random: &mut Seeded) -> (&'n mut Vec<Node>, usize) {
    let place = random.below(nodes.len());
    let goes_in = matches!(&nodes[place].content, Content::Inside(inside) if !inside.is_empty());
    if goes_in && random.below(5) != 0 {
        let Content::Inside(inside) = &mut nodes[place].content else { unreachable!("just seen") };
        return somewhere(inside, random);
    }
    (nodes, place)
}

/// Changes one element; `other` is where foreign ones are taken from.
fn change(nodes: &mut Vec<Node>, other: &mut Vec<Node>, random: &mut Seeded) {
    let foreign = {
        let (siblings, place) = somewhere(other, random);
        siblings[place].clone()
    };
    let (siblings, place) = somewhere(nodes, random);
    let node = &mut siblings[place];
    match random.below(11) {
        0 => drop(siblings.remove(place)),
        1 => {
            let size = encode(std::slice::from_ref(node)).len();
            let count = [1, 2, 70, 300, 5_000][random.below(5)].min(SIZE / size);
            let copies = vec![node.clone(); count];
            siblings.splice(place..place, copies);
        }
        2 => {
            let with = random.below(siblings.len());
            siblings.swap(place, with);
        }
        3 => siblings[place] = foreign,
        4 => siblings.insert(place, foreign),
        5 => node.tag = [0x30, 0x31, 0x02, 0x04, 0x24, 0xa0, 0xa1, 0x80, 0x05, 0x18][random.below(10)],
        6 => node.tag ^= 1 << random.below(8),
        7 => nest(node, random),
        8 => node.content = Content::Bytes(number(random)),
        9 => node.content = Content::Bytes(Vec::new()),
        _ => flip(node, random),
    }
}

/// Wraps an element up, often deeper than any reader may follow.
fn nest(node: &mut Node, random: &mut Seeded) {
    let tag = [0x30, 0x24, 0xa0, 0x31][random.below(4)];
    let mut bytes = encode(std::slice::from_ref(node));
    for _ in 0..[1, 8, 40, 2_000][random.below(4)] {
        bytes = element(tag, &bytes);
        if bytes.len() > SIZE / 8 {
            break;
        }
    }
    *node = Node { tag, content: Content::Bytes(bytes) };
}

/// A number or text that nobody expects.
fn number(random: &mut Seeded) -> Vec<u8> {
    let length = [1, 8, 9, 20, 129, 4_097, 100_000][random.below(7)];
    let filler = [0, 0x7f, 0x80, 0xff, b'9', b'.'][random.below(6)];
    vec![filler; length]
}

fn flip(node: &mut Node, random: &mut Seeded) {
    if let Content::Bytes(bytes) = &mut node.content
        && !bytes.is_empty()
    {
        let place = random.below(bytes.len());
        bytes[place] ^= 1 << random.below(8);
    }
}

/// An encoding changed one to four times; what is no DER comes back as it is.
pub(crate) fn changed(bytes: &[u8], other: &[u8], random: &mut Seeded) -> Vec<u8> {
    let (Some(mut nodes), Some(mut other)) = (parse(bytes, 0), parse(other, 0)) else {
        return bytes.to_vec();
    };
    for _ in 0..=random.below(4) {
        if nodes.is_empty() || other.is_empty() {
            break;
        }
        change(&mut nodes, &mut other, random);
    }
    encode(&nodes)
}

/// What is signed by `sign`, changed, and signed again: `SEQUENCE { signed, algorithm, signature }`, as certificates,
/// lists and responses are. Only so do changes come past the check of the signature.
pub(crate) fn changed_and_signed(
    bytes: &[u8],
    other: &[u8],
    random: &mut Seeded,
    sign: &dyn Fn(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let Some(mut outer) = parse(bytes, 0) else { return bytes.to_vec() };
    let Some(Node { content: Content::Inside(whole), .. }) = outer.pop() else { return bytes.to_vec() };
    let [signed, algorithm, _, more @ ..] = whole.as_slice() else { return bytes.to_vec() };
    let signed = changed(&encode(std::slice::from_ref(signed)), other, random);
    let algorithm = encode(std::slice::from_ref(algorithm));
    let signature = element(0x03, &[&[0][..], &sign(&signed)].concat());
    element(0x30, &[signed, algorithm, signature, encode(more)].concat())
}

/// What lies in the first OCTET STRING of an OCSP response, which is where the signed part of it is.
pub(crate) fn basic_response(response: &[u8]) -> Option<Vec<u8>> {
    let mut place = parse(response, 0)?;
    loop {
        match place.pop()?.content {
            Content::Inside(inside) => place = inside,
            Content::Bytes(bytes) => return Some(bytes),
        }
    }
}

/// An OCSP response around its signed part.
pub(crate) fn response(basic: &[u8]) -> Vec<u8> {
    const BASIC: [u8; 11] = [0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
    let bytes = element(0x30, &[&BASIC[..], &element(0x04, basic)].concat());
    element(0x30, &[&[0x0a, 0x01, 0x00][..], &element(0xa0, &bytes)].concat())
}
