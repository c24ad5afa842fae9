//! Addresses of pages, as they may be shown and compared.

use url::{Position, Url};

/// Stands for what is hidden.
const HIDDEN: &str = "…";

/// An address fit to be shown: without userinfo, fragment and the values of the query, any of which may be a secret.
pub(super) fn shown(url: &Url) -> String {
    let mut text = format!("{}://{}", url.scheme(), &url[Position::BeforeHost..Position::AfterPath]);
    if let Some(query) = url.query() {
        let names: Vec<String> = query.split('&').map(shown_pair).collect();
        text.push('?');
        text.push_str(&names.join("&"));
    }
    text
}

/// `name=…`; a part without a name is hidden as a whole, for it may be a token.
fn shown_pair(pair: &str) -> String {
    pair.split_once('=').map_or_else(|| HIDDEN.to_owned(), |(name, _)| format!("{name}={HIDDEN}"))
}

/// `host:port`, the port also where it is the scheme's own.
pub(super) fn host_and_port(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

/// Whether two addresses share scheme, host and port, so that credentials for one may go to the other.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let url = Url::parse("https://u:p@dvc.bo.example:8443/a/b?ma=1&tok&x=y%20z#f").unwrap();
        assert_eq!(shown(&url), "https://dvc.bo.example:8443/a/b?ma=…&…&x=…");
        assert_eq!(shown(&Url::parse("http://dvc.bo.example").unwrap()), "http://dvc.bo.example/");
        assert_eq!(host_and_port(&Url::parse("https://[::1]/").unwrap()), "[::1]:443");
    }
}
