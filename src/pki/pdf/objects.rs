//! Objects as each revision sees them, read where they lie whenever they are asked for.
//!
//! Nothing is kept but inflated object streams. What is read is paid for out of one budget, so that no arrangement of
//! objects costs more than a multiple of the file's length.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::model::told::told;
use crate::pki::verdict::Flaw;

use super::cipher::Cipher;
use super::filter::{self, Undecoded};
use super::lexer::Lexer;
use super::limits::{Limits, too_complex, too_large};
use super::revision::{Entry, Revisions};
use super::value::{Dictionary, Value};
use super::xref::{Place, data_begin};

/// How many references may lead from one to the next.
const HOPS: usize = 40;

/// An object as it was found.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    /// The value; for a stream its dictionary.
    pub(super) value: Value,
    /// A stream's data, as it lies in the file.
    pub(super) stream: Option<Range<usize>>,
    /// Where the value stands in the file; `None` within an object stream.
    pub(super) span: Option<Range<usize>>,
    /// Number and generation.
    pub(super) id: (u32, u16),
}

impl Loaded {
    /// A value that is no object of its own.
    pub(super) const fn direct(value: Value) -> Self {
        Self { value, stream: None, span: None, id: (0, 0) }
    }
}

/// An object stream, inflated.
struct Container {
    data: Vec<u8>,
    /// Numbers and offsets of its objects.
    objects: Vec<(u32, usize)>,
}

/// All objects of a file.
pub(super) struct Objects<'a> {
    bytes: &'a [u8],
    /// Revisions and places.
    pub(super) revisions: Revisions,
    cipher: Option<Cipher>,
    containers: RefCell<HashMap<usize, Rc<Container>>>,
    budget: Cell<usize>,
    decoded: Cell<usize>,
    limits: Limits,
}

impl<'a> Objects<'a> {
    /// The objects of these revisions, not yet decrypted.
    pub(super) fn new(bytes: &'a [u8], revisions: Revisions, limits: Limits) -> Self {
        Self {
            bytes,
            revisions,
            cipher: None,
            containers: RefCell::default(),
            budget: Cell::new((32 << 20) + bytes.len().saturating_mul(16)),
            decoded: Cell::new(0),
            limits,
        }
    }

    /// Decrypts from now on.
    pub(super) fn unlock(&mut self, cipher: Cipher) {
        self.cipher = Some(cipher);
    }

    /// The file.
    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The newest revision.
    pub(super) fn newest(&self) -> u32 {
        u32::try_from(self.revisions.list.len()).unwrap_or(u32::MAX).saturating_sub(1)
    }

    /// The trailer of a revision.
    pub(super) fn trailer(&self, revision: u32) -> Option<&Dictionary> {
        self.revisions.list.get(usize::try_from(revision).ok()?).map(|revision| &revision.trailer)
    }

    /// Where an object is, as that revision sees it.
    pub(super) fn entry(&self, number: u32, revision: u32) -> Option<&Entry> {
        let entries = &self.revisions.entries;
        let after = entries.partition_point(|entry| (entry.number, entry.revision) <= (number, revision));
        entries.get(after.checked_sub(1)?).filter(|entry| entry.number == number)
    }

    /// Takes from the budget.
    pub(super) fn pay(&self, cost: usize) -> Result<(), Flaw> {
        let left = self.budget.get().checked_sub(cost);
        self.budget.set(left.unwrap_or(0));
        left.map(drop).ok_or_else(|| {
            too_complex(told!(
                "các đối tượng trong tệp chồng chéo hoặc tham chiếu nhau quá nhiều",
                "the objects of the file overlap or refer to one another too often"
            ))
        })
    }

    /// The object of this number, as that revision sees it; `null` where there is none.
    pub(super) fn load(&self, number: u32, revision: u32) -> Result<Loaded, Flaw> {
        self.loaded(number, revision, 0)
    }

    fn loaded(&self, number: u32, revision: u32, hops: usize) -> Result<Loaded, Flaw> {
        let absent = |value| Loaded { value, stream: None, span: None, id: (number, 0) };
        let Some(entry) = self.entry(number, revision).copied() else { return Ok(absent(Value::Null)) };
        if hops > 2 {
            return Ok(absent(Value::Broken));
        }
        let found = match entry.place {
            Place::Free => return Ok(absent(Value::Null)),
            Place::At(at) => self.at(number, at, revision, hops)?,
            Place::In { container, index } => self.within(number, container, index, entry.revision, hops)?,
        };
        Ok(found.unwrap_or_else(|| absent(Value::Broken)))
    }

    fn at(&self, number: u32, at: usize, revision: u32, hops: usize) -> Result<Option<Loaded>, Flaw> {
        let mut lexer = Lexer::new(self.bytes, at);
        let head = lexer.number().zip(lexer.number()).filter(|_| lexer.word("obj"));
        lexer.skip_space();
        let begin = lexer.at;
        let mut value = head.and_then(|_| lexer.value());
        self.pay(lexer.at.saturating_sub(at) + 32)?;
        let Some((found, generation)) = head else { return Ok(None) };
        let (Ok(found), Ok(generation), Some(value)) =
            (u32::try_from(found), u16::try_from(generation), value.as_mut())
        else {
            return Ok(None);
        };
        if found != number {
            return Ok(None);
        }
        let id = (number, generation);
        let span = begin..lexer.at;
        let stream = match (&*value, data_begin(self.bytes, &mut lexer)) {
            (Value::Dictionary(dictionary), Some(begin)) => {
                let Some(end) = self.stream_end(dictionary, begin, revision, hops)? else { return Ok(None) };
                Some(begin..end)
            }
            _ => None,
        };
        if let Some(cipher) = &self.cipher {
            let plain = value.dictionary().is_some_and(|dictionary| dictionary.names("Type", "XRef"));
            if !plain {
                cipher.strings((number, generation), value);
            }
        }
        Ok(Some(Loaded { value: std::mem::replace(value, Value::Null), stream, span: Some(span), id }))
    }

    /// Where a stream's data ends: where its length says if `endstream` follows there, else before the next `endstream`.
    fn stream_end(
        &self,
        dictionary: &Dictionary,
        begin: usize,
        revision: u32,
        hops: usize,
    ) -> Result<Option<usize>, Flaw> {
        let length = match dictionary.get("Length") {
            Some(Value::Reference(number)) => self.loaded(*number, revision, hops + 1)?.value.integer(),
            Some(value) => value.integer(),
            None => None,
        };
        let end = length
            .and_then(|length| usize::try_from(length).ok())
            .and_then(|length| begin.checked_add(length));
        if let Some(end) = end.filter(|end| *end <= self.bytes.len()) {
            let mut lexer = Lexer::new(self.bytes, end);
            if lexer.word("endstream") {
                return Ok(Some(end));
            }
        }
        let rest = self.bytes.get(begin..).unwrap_or_default();
        let found = super::revision::places(rest, b"endstream").next();
        self.pay(found.unwrap_or(rest.len()))?;
        Ok(found.map(|end| begin + end))
    }

    fn within(
        &self,
        number: u32,
        container: u32,
        index: u32,
        revision: u32,
        hops: usize,
    ) -> Result<Option<Loaded>, Flaw> {
        let Some(container) = self.container(container, revision, hops)? else { return Ok(None) };
        let listed = usize::try_from(index).ok().and_then(|index| container.objects.get(index));
        let Some(&(_, at)) = listed.filter(|(listed, _)| *listed == number) else { return Ok(None) };
        let mut lexer = Lexer::new(&container.data, at);
        let value = lexer.value();
        self.pay(lexer.at.saturating_sub(at) + 32)?;
        Ok(value.map(|value| Loaded { value, stream: None, span: None, id: (number, 0) }))
    }

    /// The object stream of this number, inflated once.
    fn container(&self, number: u32, revision: u32, hops: usize) -> Result<Option<Rc<Container>>, Flaw> {
        let Some(Place::At(at)) = self.entry(number, revision).map(|entry| entry.place) else {
            return Ok(None);
        };
        if let Some(container) = self.containers.borrow().get(&at) {
            return Ok(Some(Rc::clone(container)));
        }
        let loaded = self.loaded(number, revision, hops + 1)?;
        let Some(dictionary) = loaded.value.dictionary() else { return Ok(None) };
        if !dictionary.names("Type", "ObjStm") {
            return Ok(None);
        }
        let Some(data) = self.decode(&loaded)? else { return Ok(None) };
        let container = Rc::new(Container { objects: directory(dictionary, &data), data });
        self.containers.borrow_mut().insert(at, Rc::clone(&container));
        Ok(Some(container))
    }

    /// What a stream holds; `None` where it cannot be decoded.
    pub(super) fn decode(&self, loaded: &Loaded) -> Result<Option<Vec<u8>>, Flaw> {
        let (Some(range), Some(dictionary)) = (&loaded.stream, loaded.value.dictionary()) else {
            return Ok(None);
        };
        let raw = self.bytes.get(range.clone()).unwrap_or_default();
        let decrypted = match &self.cipher {
            Some(cipher) => match cipher.stream(loaded.id, dictionary, raw) {
                Some(decrypted) => Some(decrypted),
                None => return Ok(None),
            },
            None => None,
        };
        let left = self.limits.decoded.saturating_sub(self.decoded.get());
        match filter::decode(dictionary, decrypted.as_deref().unwrap_or(raw), left) {
            Ok(data) => {
                self.decoded.set(self.decoded.get() + data.len());
                Ok(Some(data))
            }
            Err(Undecoded::Unreadable) => Ok(None),
            Err(Undecoded::TooLarge) => Err(too_large(self.limits.decoded)),
        }
    }

    /// Follows references until there is a value.
    pub(super) fn resolve(&self, value: &Value, revision: u32) -> Result<Value, Flaw> {
        let mut value = value.clone();
        for _ in 0..HOPS {
            let Value::Reference(number) = value else { return Ok(value) };
            value = self.load(number, revision)?.value;
        }
        Ok(Value::Broken)
    }

    /// The value of a name, references followed; `null` where there is none.
    pub(super) fn get(&self, dictionary: &Dictionary, name: &str, revision: u32) -> Result<Value, Flaw> {
        dictionary.get(name).map_or(Ok(Value::Null), |value| self.resolve(value, revision))
    }

    /// The catalog, as that revision sees it, with its number.
    pub(super) fn catalog(&self, revision: u32) -> Result<Option<(u32, Dictionary)>, Flaw> {
        let Some(number) = self.trailer(revision).and_then(|trailer| trailer.reference("Root")) else {
            return Ok(None);
        };
        Ok(match self.load(number, revision)?.value {
            Value::Dictionary(dictionary) => Some((number, dictionary)),
            _ => None,
        })
    }
}

/// Numbers and offsets at the head of an object stream (§7.5.7).
fn directory(dictionary: &Dictionary, data: &[u8]) -> Vec<(u32, usize)> {
    let whole = |name| dictionary.integer(name).and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
    let first = whole("First");
    let mut lexer = Lexer::new(data, 0);
    let mut objects = Vec::new();
    for _ in 0..whole("N") {
        let (Some(number), Some(offset)) = (lexer.number(), lexer.number()) else { break };
        let (Ok(number), Some(at)) = (u32::try_from(number), first.checked_add(offset)) else { break };
        objects.push((number, at));
    }
    objects
}
