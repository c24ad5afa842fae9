//! What a client prefers: exposition format, compression, language, by quality values (RFC 9110, section 12).

use http::HeaderMap;
use http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderName};

use crate::metrics::Format;
use crate::model::text::Language;

/// Preferences read from a header; more than any honest client sends are not looked at.
const PREFERENCES_MAX: usize = 64;

/// One element of an `Accept` header.
struct Preference {
    /// In lower case, without parameters.
    value: String,
    /// Parameters in lower case, `q` aside.
    parameters: Vec<String>,
    /// 0 to 1000; 0 means "not this".
    quality: u16,
}

/// The elements of a header, best first; among equals the client's order stands.
fn preferences(headers: &HeaderMap, name: &HeaderName) -> Vec<Preference> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let mut all: Vec<Preference> =
        values.flat_map(|value| value.split(',')).take(PREFERENCES_MAX).map(preference).collect();
    all.sort_by_key(|preference| std::cmp::Reverse(preference.quality));
    all
}

fn preference(element: &str) -> Preference {
    let mut pieces = element.split(';').map(|piece| piece.trim().to_ascii_lowercase());
    let value = pieces.next().unwrap_or_default();
    let (mut parameters, mut quality) = (Vec::new(), 1000);
    for piece in pieces {
        match piece.strip_prefix("q=") {
            Some(number) => quality = thousandths(number),
            None => parameters.push(piece),
        }
    }
    Preference { value, parameters, quality }
}

/// `0.75` as 750; what cannot be read counts as 0, so that nonsense chooses nothing.
fn thousandths(number: &str) -> u16 {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.get(..3).and_then(|digits| digits.parse().ok())) {
        ("1", Some(_)) => 1000,
        ("0", Some(digits)) => digits,
        _ => 0,
    }
}

/// The exposition format for a scrape; text 0.0.4 unless OpenMetrics 1.0 is wanted more.
pub(crate) fn format(headers: &HeaderMap) -> Format {
    preferences(headers, &ACCEPT)
        .iter()
        .filter(|wanted| wanted.quality > 0)
        .find_map(offered)
        .unwrap_or_default()
}

/// What we have for an element: OpenMetrics only in the version we write, text for anything textual.
fn offered(wanted: &Preference) -> Option<Format> {
    let version = wanted.parameters.iter().find_map(|parameter| parameter.strip_prefix("version="));
    match (wanted.value.as_str(), version) {
        ("application/openmetrics-text", None | Some("1.0.0")) => Some(Format::OpenMetrics),
        ("text/plain" | "text/*" | "*/*", _) => Some(Format::Text),
        _ => None,
    }
}

/// Whether the client takes gzip.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let wanted = preferences(headers, &ACCEPT_ENCODING);
    let quality = |name: &str| wanted.iter().find(|wanted| wanted.value == name).map(|wanted| wanted.quality);
    quality("gzip").or_else(|| quality("*")).unwrap_or(0) > 0
}

/// Whether the client would rather have JSON than HTML.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    let wanted = preferences(headers, &ACCEPT);
    let first = wanted.iter().filter(|wanted| wanted.quality > 0).map(|wanted| wanted.value.as_str());
    first.clone().find(|value| matches!(*value, "application/json" | "text/html")) == Some("application/json")
}

/// The language of a page: what the address asks for, else the browser's, else Vietnamese.
pub(crate) fn language(asked: Option<&str>, headers: &HeaderMap) -> Language {
    let known = |tag: &str| match tag.split('-').next() {
        Some("vi") => Some(Language::Vi),
        Some("en") => Some(Language::En),
        _ => None,
    };
    let of_browser = || {
        let wanted = preferences(headers, &ACCEPT_LANGUAGE);
        wanted.iter().filter(|wanted| wanted.quality > 0).find_map(|wanted| known(&wanted.value))
    };
    asked.and_then(known).or_else(of_browser).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn every_prometheus_gets_the_format_it_likes_best() {
        let prometheus_2 = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        let prometheus_3 = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
             application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
             text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
        let cases = [
            (prometheus_2, Format::OpenMetrics),
            (prometheus_3, Format::OpenMetrics),
            ("text/plain;version=0.0.4", Format::Text),
            ("application/openmetrics-text;q=0.1, text/plain", Format::Text),
            ("application/openmetrics-text;version=0.0.1", Format::Text),
            ("application/openmetrics-text;q=0, */*;q=0.1", Format::Text),
            ("text/html,*/*;q=0.8", Format::Text),
            ("application/json", Format::Text),
            ("", Format::Text),
            (";;q=,,\u{7f}", Format::Text),
        ];
        for (accept, expected) in cases {
            let given = accept
                .parse()
                .map_or_else(|_| HeaderMap::new(), |value| HeaderMap::from_iter([(ACCEPT, value)]));
            assert_eq!(format(&given), expected, "{accept}");
        }
    }

    #[test]
    fn gzip_only_where_it_is_wanted() {
        let cases =
            [("gzip", true), ("gzip;q=0", false), ("*;q=0.5", true), ("br", false), ("gzip;q=0, *", false)];
        for (accepted, expected) in cases {
            assert_eq!(takes_gzip(&headers(ACCEPT_ENCODING, accepted)), expected, "{accepted}");
        }
    }

    #[test]
    fn the_address_decides_the_language_before_the_browser() {
        let browser = headers(ACCEPT_LANGUAGE, "fr, en-GB;q=0.9, vi;q=0.8");
        assert_eq!(language(None, &browser), Language::En);
        assert_eq!(language(Some("vi"), &browser), Language::Vi);
        assert_eq!(language(Some("xx"), &HeaderMap::new()), Language::Vi);
    }
}
