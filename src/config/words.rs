//! The sentences of the walk: what is allowed in a place, which slip is likely, which word was meant.

use crate::config::problem::GIVEN;
use crate::config::shape::{Bounds, ShapeId, Shapes, What};
use crate::config::tree::Value;

/// What a shape takes, in a few words.
pub(super) fn expected(shapes: &Shapes, id: ShapeId) -> String {
    let shape = shapes.get(id);
    match &shape.what {
        What::Anything => "anything".to_owned(),
        What::Bool => "true or false".to_owned(),
        What::Number(bounds) => {
            let kind = if bounds.whole { "a whole number" } else { "a number" };
            kind.to_owned()
        }
        What::Text(wording) if !wording.words.is_empty() => {
            let words: Vec<&str> = wording.words.iter().map(String::as_str).collect();
            format!("one of {}", listed(&words))
        }
        What::Text(wording) if wording.pattern.is_some() && !wording.description.is_empty() => {
            wording.description.clone()
        }
        What::Text(_) => "text".to_owned(),
        What::List { items, .. } => format!("a list of {}", expected(shapes, *items)),
        What::Record { keys, .. } if keys.is_empty() => "a mapping".to_owned(),
        What::Record { keys, .. } => {
            let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            format!("a mapping with {}", listed(&names))
        }
        What::Choice(choices) => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
            format!("a mapping with one of {}", listed(&names))
        }
        What::Either(of) => of.iter().map(|id| expected(shapes, *id)).collect::<Vec<_>>().join(" or "),
    }
}

/// The usual slips behind a wrong type.
pub(super) fn type_hint(value: &Value, what: &What) -> Option<String> {
    match (value, what) {
        (Value::Text(word), What::Bool) if is_old_bool(word) => {
            Some("yes, no, on and off are words in YAML 1.2, write true or false".to_owned())
        }
        (Value::Integer(_) | Value::Float(_), What::Text(wording))
            if wording.description.contains("duration") =>
        {
            Some(format!("add the unit, such as \"{GIVEN}s\""))
        }
        (Value::Integer(_) | Value::Float(_) | Value::Bool(_), What::Text(wording))
            if wording.words.is_empty() =>
        {
            Some(format!("put it into quotes, \"{GIVEN}\""))
        }
        (Value::Text(_), What::Number(_)) => Some("write it without quotes and without a unit".to_owned()),
        (value, What::List { .. }) if value.is_scalar() => Some(format!("write [{GIVEN}]")),
        _ => None,
    }
}

fn is_old_bool(word: &str) -> bool {
    ["yes", "no", "on", "off", "y", "n"].contains(&word.to_ascii_lowercase().as_str())
}

pub(super) fn allowed_range(bounds: Bounds) -> String {
    let kind = if bounds.whole { "a whole number" } else { "a number" };
    let from = if bounds.above { "above" } else { "from" };
    match (bounds.least.is_finite(), bounds.most.is_finite()) {
        (true, true) => format!("it takes {kind} {from} {} to {}", bounds.least, bounds.most),
        (true, false) => format!("it takes {kind} {from} {}", bounds.least),
        (false, true) => format!("it takes {kind} up to {}", bounds.most),
        (false, false) => format!("it takes {kind}"),
    }
}

/// `a, b and c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => format!("\"{one}\""),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| format!("\"{word}\"")).collect();
            format!("{} and \"{last}\"", most.join(", "))
        }
    }
}

/// The nearest of the allowed words, if one is near, and all of them.
pub(super) fn suggestion(given: &str, allowed: &[&str]) -> String {
    let all = format!("allowed are {}", listed(allowed));
    match nearest(given, allowed) {
        Some(word) => format!("did you mean \"{word}\"? {all}"),
        None => all,
    }
}

/// The allowed word that differs from the given one by few letters.
pub(super) fn nearest<'w>(given: &str, allowed: &[&'w str]) -> Option<&'w str> {
    if given.len() > 64 {
        return None;
    }
    let given = given.to_lowercase().replace('-', "_");
    let near = |word: &&&str| {
        let distance = strsim::damerau_levenshtein(&given, &word.to_lowercase().replace('-', "_"));
        (distance <= (word.len().max(given.len()) / 3).max(1)).then_some(distance)
    };
    allowed.iter().filter(|word| near(word).is_some()).min_by_key(|word| near(word)).copied()
}
