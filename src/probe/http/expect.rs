//! What is expected of an answer, compiled once: regular expressions, selectors, pointers.

use http::HeaderName;
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::html::dom::Selector;
use crate::html::text::folded_words;
use crate::model::told::{Told, told};
use crate::probe::http::build::no_header_name;
use crate::probe::http::json::Pointer;
use crate::probe::http::settings::{ExpectKeys, VersionKey};
use crate::probe::http::status::StatusRange;
use crate::probe::settings::{SettingsErrors, no_regex};
use crate::probe::size::Size;

/// The most memory a compiled regular expression may take.
const REGEX_MAX: usize = 1 << 20;

/// Everything that is expected.
#[derive(Debug)]
pub(super) struct Expectations {
    pub(super) status: Vec<StatusRange>,
    pub(super) headers: Vec<(HeaderName, Regex)>,
    pub(super) contains: Vec<String>,
    pub(super) regex: Vec<Regex>,
    pub(super) source_regex: Vec<Regex>,
    pub(super) forbidden: Vec<Forbidden>,
    /// Each with its text, for people.
    pub(super) selectors: Vec<String>,
    pub(super) compiled_selectors: Vec<Selector>,
    pub(super) json: Vec<(Pointer, Value)>,
    pub(super) final_host: Option<String>,
    pub(super) min_size: Option<Size>,
    pub(super) max_size: Option<Size>,
    pub(super) version: Option<VersionKey>,
    pub(super) login_page: Option<bool>,
}

/// A text that must not be seen.
#[derive(Debug)]
pub(super) enum Forbidden {
    Words(String),
    Pattern(Regex),
}

impl Forbidden {
    /// As the operator wrote it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Pattern(pattern) => format!("/{pattern}/"),
        }
    }
}

impl Expectations {
    /// Compiles what an operator wrote. What is wrong is added to `errors` and left out.
    pub(super) fn compile(keys: ExpectKeys, errors: &mut SettingsErrors) -> Self {
        if keys.status.is_empty() {
            errors.add(
                "expect.status",
                told!("chưa nêu mã trạng thái mong đợi", "no status is expected"),
                told!(
                    "nêu ít nhất một mã, ví dụ 200 hoặc \"2xx\"",
                    "name at least one, such as 200 or \"2xx\""
                ),
            );
        }
        check_sizes(&keys, errors);
        let selectors = keys.selector.0;
        Self {
            status: keys.status,
            headers: header_patterns(&keys.headers, errors),
            contains: words(&keys.contains, errors),
            regex: patterns("expect.regex", &keys.regex, errors),
            source_regex: patterns("expect.source_regex", &keys.source_regex, errors),
            forbidden: forbidden(&keys.forbidden, errors),
            compiled_selectors: compile_selectors(&selectors, errors),
            selectors,
            json: pointers(keys.json, errors),
            final_host: keys.final_host.map(|host| in_addresses(&host)),
            min_size: keys.min_size,
            max_size: keys.max_size,
            version: keys.protocol,
            login_page: keys.login_page,
        }
    }

    /// Whether the text of the page is asked for, beyond what every page is read for.
    pub(super) fn asks_text(&self) -> bool {
        !(self.contains.is_empty() && self.regex.is_empty() && self.forbidden.is_empty())
    }
}

/// A host, perhaps with a port, as it stands in an address: lower case, and `xn--` where it has letters of its own.
fn in_addresses(host: &str) -> String {
    let (name, port) =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).unwrap_or((host, ""));
    let name = url::Host::parse(name).map_or_else(|_| name.to_lowercase(), |host| host.to_string());
    if port.is_empty() { name } else { format!("{name}:{port}") }
}

fn check_sizes(keys: &ExpectKeys, errors: &mut SettingsErrors) {
    if let (Some(min), Some(max)) = (keys.min_size, keys.max_size)
        && min > max
    {
        let message = told!(
            "\"{most}\" nhỏ hơn min_size \"{least}\"",
            "\"{most}\" is less than min_size \"{least}\"",
            most = max.0,
            least = min.0,
        );
        errors.add("expect.max_size", message, Told::nothing());
    }
}

fn header_patterns(
    headers: &crate::probe::settings::Pairs,
    errors: &mut SettingsErrors,
) -> Vec<(HeaderName, Regex)> {
    let mut compiled = Vec::new();
    for (name, pattern) in headers {
        let path = format!("expect.headers.{name}");
        match HeaderName::try_from(name) {
            Ok(known) => {
                compiled.extend(compile_regex(&path, pattern, errors).map(|pattern| (known, pattern)));
            }
            Err(_) => errors.add(&path, no_header_name(name), Told::nothing()),
        }
    }
    compiled
}

fn words(texts: &[String], errors: &mut SettingsErrors) -> Vec<String> {
    for (index, text) in texts.iter().enumerate() {
        if folded_words(text).is_empty() {
            let help = told!("viết đoạn chữ mà người đọc phải thấy", "write what a reader must see");
            errors.add(&format!("expect.contains.{index}"), empty(), help);
        }
    }
    texts.iter().map(|text| folded_words(text)).collect()
}

fn patterns(path: &str, texts: &[String], errors: &mut SettingsErrors) -> Vec<Regex> {
    let texts = texts.iter().enumerate();
    texts.filter_map(|(index, text)| compile_regex(&format!("{path}.{index}"), text, errors)).collect()
}

/// Compiles a regular expression. Matching is linear in the text whatever it says.
fn compile_regex(path: &str, text: &str, errors: &mut SettingsErrors) -> Option<Regex> {
    let text = crate::html::text::normal(text);
    let compiled = RegexBuilder::new(&text).size_limit(REGEX_MAX).dfa_size_limit(REGEX_MAX).build();
    compiled.map_err(|why| errors.add(path, no_regex(&text, &why), Told::nothing())).ok()
}

fn empty() -> Told {
    told!("đoạn chữ này trống", "the text is empty")
}

fn forbidden(texts: &[String], errors: &mut SettingsErrors) -> Vec<Forbidden> {
    let mut compiled = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let path = format!("expect.forbidden.{index}");
        let between = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        if let Some(pattern) = between.filter(|pattern| !pattern.is_empty()) {
            compiled.extend(compile_regex(&path, pattern, errors).map(Forbidden::Pattern));
        } else if folded_words(text).is_empty() {
            let help =
                told!("viết đoạn chữ mà người đọc không được thấy", "write what a reader must not see");
            errors.add(&path, empty(), help);
        } else {
            compiled.push(Forbidden::Words(folded_words(text)));
        }
    }
    compiled
}

fn compile_selectors(texts: &[String], errors: &mut SettingsErrors) -> Vec<Selector> {
    let mut compiled = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match Selector::parse(text) {
            Ok(selector) => compiled.push(selector),
            Err(why) => {
                let message = told!(
                    "\"{text}\" không phải là bộ chọn CSS: thư viện báo \"{why}\"",
                    "\"{text}\" is not a CSS selector: {why}"
                );
                errors.add(&format!("expect.selector.{index}"), message, Told::nothing());
            }
        }
    }
    compiled
}

fn pointers(
    values: std::collections::BTreeMap<String, Value>,
    errors: &mut SettingsErrors,
) -> Vec<(Pointer, Value)> {
    let mut parsed = Vec::new();
    for (text, value) in values {
        match Pointer::parse(&text) {
            Ok(pointer) => parsed.push((pointer, value)),
            Err(why) => {
                let help =
                    told!("ví dụ \"/status\" hoặc \"/data/0/id\"", "such as \"/status\" or \"/data/0/id\"");
                errors.add(&format!("expect.json.{text}"), why, help);
            }
        }
    }
    parsed
}
