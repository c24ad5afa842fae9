//! What a plain scalar means by the core schema of YAML 1.2: `no`, `yes`, `on` and `off` are words, not booleans.

use crate::config::node::Value;

/// Types a plain scalar (one without quotes).
pub(super) fn typed(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::Text(text.into())),
    }
}

/// A number, if it is written as one.
fn number(text: &str) -> Option<Value> {
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    let based = |prefix: &str, base| {
        let digits = text.strip_prefix(prefix)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| i64::from_str_radix(digits, base).ok()).flatten().map(Value::Integer)
    };
    based("0x", 16).or_else(|| based("0o", 8)).or_else(|| decimal(text))
}

fn decimal(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            let infinite = if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
            return Some(Value::Float(infinite));
        }
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Value::Integer).ok().or_else(|| text.parse().map(Value::Float).ok());
    }
    let has_digit = unsigned.bytes().any(|byte| byte.is_ascii_digit());
    let shaped =
        unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
    (has_digit && shaped).then(|| text.parse().map(Value::Float).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_typed_by_the_core_schema() {
        let text = |word: &str| Value::Text(word.into());
        for (written, meant) in [
            ("", Value::Null),
            ("~", Value::Null),
            ("true", Value::Bool(true)),
            ("no", text("no")),
            ("NO", text("NO")),
            ("on", text("on")),
            ("30", Value::Integer(30)),
            ("-7", Value::Integer(-7)),
            ("0x1F", Value::Integer(31)),
            ("0o17", Value::Integer(15)),
            ("1.5", Value::Float(1.5)),
            ("1e3", Value::Float(1000.0)),
            ("30s", text("30s")),
            ("10.0.0.1", text("10.0.0.1")),
            ("1.2.3", text("1.2.3")),
            ("-", text("-")),
            ("+", text("+")),
            (".", text(".")),
            ("99999999999999999999", Value::Float(1e20)),
            ("2026-11-23", text("2026-11-23")),
        ] {
            assert_eq!(typed(written), meant, "{written:?}");
        }
    }
}
