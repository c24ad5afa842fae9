//! When two values are the same, each as its own revision sees it.

use std::collections::BTreeSet;

use crate::pki::verdict::Flaw;

use super::super::objects::{Loaded, Objects};
use super::super::value::{Dictionary, Value};

/// How many references are followed where one side has a value and the other refers to one.
const FOLLOWED: usize = 8;

/// Whether two values are written alike; what could not be read is like nothing.
pub(super) fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Null, Value::Null) => true,
        (Value::Boolean(old), Value::Boolean(new)) => old == new,
        (Value::Integer(old), Value::Integer(new)) => old == new,
        (Value::Reference(old), Value::Reference(new)) => old == new,
        (Value::Real(old), Value::Real(new))
        | (Value::Name(old), Value::Name(new))
        | (Value::Text(old), Value::Text(new)) => old == new,
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same(old, new))
        }
        (Value::Dictionary(old), Value::Dictionary(new)) => differing(old, new).is_empty(),
        _ => false,
    }
}

/// The names under which two dictionaries differ.
pub(super) fn differing(old: &Dictionary, new: &Dictionary) -> Vec<Vec<u8>> {
    let names: BTreeSet<&[u8]> = old.iter().chain(new.iter()).map(|(name, _)| name).collect();
    let differs = |name: &&[u8]| {
        let [old, new] = [old, new].map(|dictionary| dictionary.raw(name));
        !same(old.unwrap_or(&Value::Null), new.unwrap_or(&Value::Null))
    };
    names.into_iter().filter(differs).map(<[u8]>::to_vec).collect()
}

/// Whether an object is the same in two versions. The length of a stream may be told in another way.
pub(super) fn unchanged(objects: &Objects<'_>, old: &Loaded, new: &Loaded) -> bool {
    let data = |loaded: &Loaded| loaded.stream.clone().map(|range| objects.bytes().get(range));
    // References name a generation: under another one the object is gone for those who look at it.
    if old.id != new.id {
        return false;
    }
    if old.stream.is_none() && new.stream.is_none() {
        return same(&old.value, &new.value);
    }
    let (Some(before), Some(after)) = (old.value.dictionary(), new.value.dictionary()) else { return false };
    data(old) == data(new) && differing(before, after).iter().all(|name| name == b"Length")
}

/// Whether two values mean the same, where one may be written out and the other referred to.
pub(super) fn alike(
    objects: &Objects<'_>,
    old: (&Value, u32),
    new: (&Value, u32),
    depth: usize,
) -> Result<bool, Flaw> {
    if same(old.0, new.0) {
        return Ok(true);
    }
    if depth > FOLLOWED {
        return Ok(false);
    }
    let resolved = |value: &Value, view| match value {
        Value::Reference(number) => objects.load(*number, view),
        value => Ok(Loaded::direct(value.clone())),
    };
    let (before, after) = (resolved(old.0, old.1)?, resolved(new.0, new.1)?);
    if before.stream.is_some() || after.stream.is_some() {
        return Ok(unchanged(objects, &before, &after));
    }
    match (&before.value, &after.value) {
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (before, after) in before.iter().zip(after) {
                if !alike(objects, (before, old.1), (after, new.1), depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Dictionary(before), Value::Dictionary(after)) => {
            for name in differing(before, after) {
                let [before, after] =
                    [before, after].map(|dictionary| dictionary.raw(&name).unwrap_or(&Value::Null));
                if !alike(objects, (before, old.1), (after, new.1), depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (before, after) => Ok(same(before, after)),
    }
}
