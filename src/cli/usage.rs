//! What is said to somebody who typed something that cannot be understood.

use std::error::Error as _;
use std::net::AddrParseError;
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::text::Language;
use crate::model::told::Told;

/// The message for a usage error, in a language. Help and version requests are no errors and are not meant here.
#[must_use]
pub fn explain(error: &clap::Error, language: Language) -> String {
    match language {
        Language::En => error.render().ansi().to_string(),
        Language::Vi => explain_in_vietnamese(error),
    }
}

fn explain_in_vietnamese(error: &clap::Error) -> String {
    let argument = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    let problem = match error.kind() {
        ErrorKind::UnknownArgument => format!("không có tùy chọn \"{argument}\""),
        ErrorKind::InvalidSubcommand => {
            format!("không có lệnh \"{}\"", context(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("\"{argument}\" cần một giá trị"),
        ErrorKind::InvalidValue => format!("\"{argument}\" không nhận giá trị \"{value}\""),
        ErrorKind::ValueValidation => {
            format!("giá trị \"{value}\" của \"{argument}\" không hợp lệ{}", why_invalid(error))
        }
        ErrorKind::MissingRequiredArgument => format!("còn thiếu {argument}"),
        ErrorKind::MissingSubcommand => "còn thiếu tên lệnh".to_owned(),
        ErrorKind::ArgumentConflict => {
            format!("\"{argument}\" không đi cùng \"{}\"", context(error, ContextKind::PriorArg))
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("\"{argument}\" nhận sai số lượng giá trị")
        }
        ErrorKind::NoEquals => format!("\"{argument}\" cần dấu \"=\" trước giá trị"),
        ErrorKind::InvalidUtf8 => "một đối số không phải là UTF-8".to_owned(),
        _ => return error.render().ansi().to_string(),
    };
    let mut message = format!("lỗi: {problem}\n");
    let allowed = context(error, ContextKind::ValidValue);
    if !allowed.is_empty() {
        message += &format!("\n  nhận: {allowed}\n");
    }
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        let nearest = context(error, kind);
        if !nearest.is_empty() {
            message += &format!("\n  có phải ý bạn là \"{nearest}\"?\n");
        }
    }
    message + "\nXem \"emc --help\".\n"
}

/// What the reader of a value says, where it is one of those that are used here.
fn why_invalid(error: &clap::Error) -> String {
    let Some(source) = error.source() else { return String::new() };
    if let Some(told) = source.downcast_ref::<Told>() {
        return format!(": {}", told.vi);
    }
    if source.is::<AddrParseError>() {
        return ": viết địa chỉ IP và số cổng, ví dụ 127.0.0.1:9716".to_owned();
    }
    let said = source.to_string();
    // clap tells a range as Rust writes it: "0 is not in 1..=1024".
    match said.split_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
        Some((least, most)) => format!(": phải là số nguyên từ {least} đến {most}"),
        None if source.is::<ParseIntError>() => ": phải là số nguyên".to_owned(),
        None => String::new(),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::help;

    fn misuse(line: &str) -> String {
        let arguments = line.split(' ');
        let error = help::command(Language::Vi).try_get_matches_from(arguments).unwrap_err();
        explain(&error, Language::Vi)
    }

    #[test]
    fn every_sort_of_misuse_is_told_in_vietnamese_with_its_reason() {
        for (line, told) in [
            ("emc sandbox --http here", "viết địa chỉ IP và số cổng"),
            ("emc probe x --concurrency 0", "phải là số nguyên từ 1 đến 1024"),
            ("emc probe x --concurrency many", "phải là số nguyên"),
            ("emc check --lang fr", "viết \"vi\" hoặc \"en\""),
            ("emc probe x --output picture", "nhận: human, json"),
            ("emc probe x --http1 --http2", "không đi cùng"),
            ("emc probe", "còn thiếu"),
            ("emc probe x --timeout", "cần một giá trị"),
            ("emc probee x", "không có lệnh"),
            ("emc probe x --slow-aftr 1s", "có phải ý bạn là"),
        ] {
            let message = misuse(line);
            assert!(message.starts_with("lỗi: ") && message.contains(told), "{line}: {message}");
            assert!(!message.contains("error") && !message.contains("tip"), "{line}: {message}");
        }
    }
}
