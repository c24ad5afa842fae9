//! What is said to somebody who typed something that cannot be understood.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::model::text::Language;

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
        ErrorKind::ValueValidation => format!("giá trị \"{value}\" của \"{argument}\" không hợp lệ"),
        ErrorKind::MissingRequiredArgument => format!("còn thiếu {argument}"),
        ErrorKind::MissingSubcommand => "còn thiếu tên lệnh".to_owned(),
        ErrorKind::ArgumentConflict => {
            format!("\"{argument}\" không đi cùng \"{}\"", context(error, ContextKind::PriorArg))
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("\"{argument}\" nhận sai số lượng giá trị")
        }
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

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
