//! Attributes of a signer: each kind with its values.

use der::asn1::ObjectIdentifier;

use crate::model::told::told;
use crate::pki::ber::Reader;
use crate::pki::cms::oids::COUNTER_SIGNATURE;
use crate::pki::cms::read::too_many;
use crate::pki::der::{Element, OID, SEQUENCE, SET};
use crate::pki::verdict::{Flaw, SignatureReason};

/// The most attributes of one signer, and the most values of one attribute.
const ATTRIBUTES_MAX: usize = 128;

/// Pairs of identifier and values (what is inside the set), in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes<'a>(Vec<(&'a [u8], Vec<Element<'a>>)>);

/// A flaw in how a signature is built.
pub(super) fn wrong(told: crate::model::told::Told) -> Flaw {
    Flaw::new(SignatureReason::StructureWrong, told)
}

impl<'a> Attributes<'a> {
    /// Reads what is inside a `SET OF Attribute`.
    pub(super) fn read(content: &'a [u8]) -> Result<Self, Flaw> {
        let mut reader = Reader::new(content);
        let mut found = Vec::new();
        for element in reader.by_ref() {
            let pair = attribute(element)
                .ok_or_else(|| wrong(told!("có thuộc tính không đọc được", "an attribute cannot be read")))?;
            found.push(pair);
            if found.len() > ATTRIBUTES_MAX || found.last().is_some_and(|pair| pair.1.len() > ATTRIBUTES_MAX)
            {
                return Err(too_many(told!(
                    "chữ ký có hơn {ATTRIBUTES_MAX} thuộc tính",
                    "the signature has more than {ATTRIBUTES_MAX} attributes"
                )));
            }
        }
        if !reader.rest().is_empty() {
            return Err(wrong(told!("không đọc được các thuộc tính", "the attributes cannot be read")));
        }
        Ok(Self(found))
    }

    /// All values of all attributes of one kind.
    pub(super) fn values(&self, kind: ObjectIdentifier) -> impl Iterator<Item = Element<'a>> {
        self.0.iter().filter(move |pair| pair.0 == kind.as_bytes()).flat_map(|pair| pair.1.iter().copied())
    }

    /// The one value of an attribute that may stand only once (RFC 5652 §11, RFC 5035 §5, RFC 6211).
    pub(super) fn single(&self, kind: ObjectIdentifier, name: &str) -> Result<Option<Element<'a>>, Flaw> {
        let mut found = self.0.iter().filter(|pair| pair.0 == kind.as_bytes());
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, values)), None) if values.len() == 1 => Ok(values.first().copied()),
            _ => Err(wrong(told!(
                "thuộc tính {name} phải có đúng một giá trị",
                "the attribute {name} must have exactly one value"
            ))),
        }
    }

    /// How many signatures over the signature there are.
    pub(super) fn counter_signatures(&self) -> usize {
        self.values(COUNTER_SIGNATURE).count()
    }
}

fn attribute(element: Element<'_>) -> Option<(&[u8], Vec<Element<'_>>)> {
    let mut inside = Reader::new(element.content);
    let kind = inside.expect(OID)?.content;
    let mut values = inside.enter(SET)?;
    let found = values.by_ref().take(ATTRIBUTES_MAX + 1).collect::<Vec<_>>();
    let whole = found.len() > ATTRIBUTES_MAX || values.rest().is_empty();
    (element.tag == SEQUENCE && inside.rest().is_empty() && whole).then_some((kind, found))
}
