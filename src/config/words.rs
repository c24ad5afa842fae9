//! The sentences of the walk: what is allowed in a place, which slip is likely, which word was meant.

use crate::config::node::Value;
use crate::config::problem::GIVEN;
use crate::config::shape::{Bounds, ShapeId, Shapes, What};
use crate::model::text::Text;
use crate::model::told::{Told, told};

/// How texts of a pattern are described in the schema, which is English, and in Vietnamese. A test finds each there.
pub(super) const DESCRIBED: &[Text] = &[
    Text {
        vi: "tên dài 1 đến 63 ký tự trong a-z, 0-9, \"-\", \"_\" và \".\", bắt đầu bằng chữ cái hoặc chữ số",
        en: "a name of 1 to 63 of a-z, 0-9, \"-\", \"_\" and \".\" that begins with a letter or digit",
    },
    Text {
        vi: "khoảng thời gian như 500ms, 30s, 1m30s, 1h hoặc 30d",
        en: "a duration such as 500ms, 30s, 1m30s, 1h or 30d",
    },
    Text { vi: "số byte như 500, 64kB hoặc 8MiB", en: "a number of bytes such as 500, 64kB or 8MiB" },
    Text { vi: "tỷ lệ phần trăm như 99.5%", en: "a percentage such as 99.5%" },
    Text { vi: "yes, no hoặc một ngày như 2026-11-23", en: "yes, no or a day such as 2026-11-23" },
    Text {
        vi: "mã trạng thái (200), nhóm mã (2xx) hoặc khoảng mã (200-299)",
        en: "a status code (200), a class (2xx) or a range (200-299)",
    },
];

/// A description of the schema in both languages; what has no Vietnamese is quoted.
pub(super) fn described(english: &str) -> Told {
    match DESCRIBED.iter().find(|known| known.en == english) {
        Some(known) => (*known).into(),
        None => told!("\"{english}\"", "{english}"),
    }
}

/// What a shape takes, in a few words.
pub(super) fn expected(shapes: &Shapes, id: ShapeId) -> Told {
    let shape = shapes.get(id);
    match &shape.what {
        What::Anything => told!("bất cứ gì", "anything"),
        What::Bool => told!("true hoặc false", "true or false"),
        What::Number(bounds) if bounds.whole => told!("số nguyên", "a whole number"),
        What::Number(_) => told!("số", "a number"),
        What::Text(wording) if !wording.words.is_empty() => {
            let Told { vi, en } = listed(&wording.words);
            Told { vi: format!("một trong {vi}"), en: format!("one of {en}") }
        }
        What::Text(wording) if wording.pattern.is_some() && !wording.description.is_empty() => {
            described(&wording.description)
        }
        What::Text(_) => told!("văn bản", "text"),
        What::List { items, .. } => {
            let Told { vi, en } = expected(shapes, *items);
            Told { vi: format!("danh sách gồm {vi}"), en: format!("a list of {en}") }
        }
        What::Record { keys, .. } if keys.is_empty() => told!("các cặp khóa và giá trị", "a mapping"),
        What::Record { keys, .. } => {
            let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            let Told { vi, en } = listed(&names);
            Told { vi: format!("các khóa {vi}"), en: format!("a mapping with {en}") }
        }
        What::Choice(choices) => {
            let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
            let Told { vi, en } = listed(&names);
            Told { vi: format!("một trong các khóa {vi}"), en: format!("a mapping with one of {en}") }
        }
        What::Either(of) => any_of(shapes, of),
    }
}

/// `a or b`, of what several shapes take.
pub(super) fn any_of(shapes: &Shapes, ids: &[ShapeId]) -> Told {
    let each: Vec<Told> = ids.iter().map(|id| expected(shapes, *id)).collect();
    Told { vi: Told::joined(&each, " hoặc ").vi, en: Told::joined(&each, " or ").en }
}

/// The usual slips behind a wrong type.
pub(super) fn type_hint(value: &Value, what: &What) -> Option<Told> {
    match (value, what) {
        (Value::Text(word), What::Bool) if is_old_bool(word) => Some(told!(
            "trong YAML 1.2, yes, no, on và off chỉ là chữ, hãy viết true hoặc false",
            "yes, no, on and off are words in YAML 1.2, write true or false"
        )),
        (Value::Integer(_) | Value::Float(_), What::Text(wording))
            if wording.description.contains("duration") =>
        {
            Some(told!("thêm đơn vị, ví dụ \"{GIVEN}s\"", "add the unit, such as \"{GIVEN}s\""))
        }
        (Value::Integer(_) | Value::Float(_) | Value::Bool(_), What::Text(wording))
            if wording.words.is_empty() =>
        {
            Some(told!("đặt trong dấu ngoặc kép, \"{GIVEN}\"", "put it into quotes, \"{GIVEN}\""))
        }
        (Value::Text(_), What::Number(_)) => Some(told!(
            "viết không có dấu ngoặc kép và không có đơn vị",
            "write it without quotes and without a unit"
        )),
        (value, What::List { .. }) if value.is_scalar() => Some(told!("viết [{GIVEN}]", "write [{GIVEN}]")),
        _ => None,
    }
}

fn is_old_bool(word: &str) -> bool {
    ["yes", "no", "on", "off", "y", "n"].contains(&word.to_ascii_lowercase().as_str())
}

pub(super) fn allowed_range(bounds: Bounds) -> Told {
    let kind = if bounds.whole { told!("số nguyên", "a whole number") } else { told!("số", "a number") };
    let from = if bounds.above { told!("lớn hơn", "above") } else { told!("từ", "from") };
    let Bounds { least, most, .. } = bounds;
    let (vi, en) = match (least.is_finite(), most.is_finite()) {
        (true, true) if bounds.above => {
            (format!(" lớn hơn {least} và không quá {most}"), format!(" above {least} to {most}"))
        }
        (true, true) => (format!(" từ {least} đến {most}"), format!(" from {least} to {most}")),
        (true, false) => {
            (format!(" {} {least}{}", from.vi, or_more(bounds)), format!(" {} {least}", from.en))
        }
        (false, true) => (format!(" không quá {most}"), format!(" up to {most}")),
        (false, false) => (String::new(), String::new()),
    };
    Told { vi: format!("cần {}{vi}", kind.vi), en: format!("it takes {}{en}", kind.en) }
}

/// Vietnamese says "from N up"; "above N" needs no such end.
const fn or_more(bounds: Bounds) -> &'static str {
    if bounds.above { "" } else { " trở lên" }
}

/// `"a", "b" and "c"`.
pub(super) fn listed<W: std::fmt::Display>(words: &[W]) -> Told {
    if words.is_empty() {
        return told!("không gì cả", "nothing");
    }
    let quoted: Vec<Told> = words.iter().map(|word| Told::same(format!("\"{word}\""))).collect();
    Told::listed(&quoted)
}

/// The nearest of the allowed words, if one is near, and all of them.
pub(super) fn suggestion(given: &str, allowed: &[&str]) -> Told {
    let Told { vi, en } = listed(allowed);
    match nearest(given, allowed) {
        Some(word) => Told {
            vi: format!("có phải ý bạn là \"{word}\"? chỉ dùng được {vi}"),
            en: format!("did you mean \"{word}\"? allowed are {en}"),
        },
        None => Told { vi: format!("chỉ dùng được {vi}"), en: format!("allowed are {en}") },
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

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;
    use crate::config::schema;

    fn patterns(schema: &Json, found: &mut Vec<String>) {
        if let (Some(_), Some(text)) =
            (schema.get("pattern"), schema.get("description").and_then(Json::as_str))
        {
            found.extend(text.lines().next().map(|line| line.trim_end_matches('.').to_owned()));
        }
        match schema {
            Json::Object(object) => object.values().for_each(|below| patterns(below, found)),
            Json::Array(list) => list.iter().for_each(|below| patterns(below, found)),
            _ => {}
        }
    }

    #[test]
    fn every_way_of_writing_has_its_vietnamese() {
        let mut found = Vec::new();
        patterns(&schema(), &mut found);
        assert!(found.len() >= DESCRIBED.len(), "{found:?}");
        for english in found {
            assert!(DESCRIBED.iter().any(|known| known.en == english), "no Vietnamese for: {english}");
        }
    }
}
