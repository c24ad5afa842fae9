//! The fields of a form, as one revision sees them (§12.7).

use std::collections::BTreeSet;

use crate::model::told::told;
use crate::pki::verdict::Flaw;

use super::lexer::DEPTH;
use super::limits::too_complex;
use super::objects::Objects;
use super::text;
use super::value::{Dictionary, Value};

/// How many fields are looked at.
const FIELDS: usize = 50_000;

/// A field that holds a value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The fully qualified name, made presentable.
    pub(super) name: String,
    /// Its object.
    pub(super) number: u32,
    /// `Sig`, `Tx`, `Btn` or `Ch`.
    pub(super) kind: Vec<u8>,
    /// Its value, unresolved; broken where the field itself is.
    pub(super) value: Option<Value>,
}

/// What a field has from the fields above it.
#[derive(Clone, Default)]
struct Inherited {
    name: String,
    kind: Vec<u8>,
    value: Option<Value>,
}

/// The form's dictionary.
pub(super) fn dictionary(objects: &Objects<'_>, revision: u32) -> Result<Option<Dictionary>, Flaw> {
    let Some((_, catalog)) = objects.catalog(revision)? else { return Ok(None) };
    Ok(match objects.get(&catalog, "AcroForm", revision)? {
        Value::Dictionary(form) => Some(form),
        _ => None,
    })
}

/// All fields, each once, in the order of the form; circles are walked once. Fields and the widgets below them that have
/// no name of their own are both listed, under the same name.
pub(super) fn fields(objects: &Objects<'_>, revision: u32) -> Result<Vec<Field>, Flaw> {
    let Some(form) = dictionary(objects, revision)? else { return Ok(Vec::new()) };
    let top = objects.get(&form, "Fields", revision)?;
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<(u32, usize, Inherited)> = children(&top, 0, &Inherited::default());
    while let Some((number, depth, above)) = waiting.pop() {
        if !seen.insert(number) {
            continue;
        }
        if depth > DEPTH || seen.len() > FIELDS {
            return Err(too_complex(told!(
                "biểu mẫu có quá nhiều trường hoặc lồng quá sâu",
                "the form has too many fields, or they lie too deep"
            )));
        }
        let field = match objects.load(number, revision)?.value {
            Value::Dictionary(field) => field,
            // Nobody can say what it is: whoever asks for signatures must not take it for none.
            Value::Broken => {
                let value = Some(Value::Broken);
                found.push(Field { name: above.name, number, kind: Vec::new(), value });
                continue;
            }
            _ => continue,
        };
        let own = inherit(objects, &field, &above, revision)?;
        let kids = objects.get(&field, "Kids", revision)?;
        waiting.extend(children(&kids, depth + 1, &own));
        found.push(Field { name: own.name, number, kind: own.kind, value: own.value });
    }
    Ok(found)
}

/// In reverse: they are taken from the end.
fn children(kids: &Value, depth: usize, above: &Inherited) -> Vec<(u32, usize, Inherited)> {
    let kids = kids.array().unwrap_or_default().iter().rev().filter_map(Value::reference);
    kids.map(|number| (number, depth, above.clone())).collect()
}

fn inherit(
    objects: &Objects<'_>,
    field: &Dictionary,
    above: &Inherited,
    revision: u32,
) -> Result<Inherited, Flaw> {
    let name = match objects.get(field, "T", revision)?.text() {
        Some(name) if above.name.is_empty() => text::text(name),
        Some(name) => format!("{}.{}", above.name, text::text(name)),
        None => above.name.clone(),
    };
    let kind = objects.get(field, "FT", revision)?.name().map_or_else(|| above.kind.clone(), <[u8]>::to_vec);
    let value = field.get("V").cloned().or_else(|| above.value.clone());
    Ok(Inherited { name, kind, value })
}
