//! Pages: charsets that lie, markup without end, and strange characters wherever a page can show one.

use serde_json::json;

use crate::case::Case;
use crate::server::{page, says};

const WORDS: &str = "Cổng dịch vụ công";

fn utf16(text: &str, mark: u16) -> Vec<u8> {
    std::iter::once(mark).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn cases() -> Vec<Case> {
    let reads = |name, headers: &str, body: Vec<u8>| {
        Case::http(name, says(page(headers, body)), "up", "").with("expect", json!({"contains": [WORDS]}))
    };
    let loads = |name, body: String| {
        Case::http(name, says(page("Content-Type: text/html\r\n", body)), "up", "")
            .with("expect", json!({"contains": ["xin chào"], "selector": ["#end"]}))
    };
    let end = "<p id=end>xin chào</p>";
    let of = |piece: &str, size: usize| piece.repeat(size / piece.len());
    // The tests' build is not optimised: it is given as much less to read.
    let mega = if cfg!(debug_assertions) { 1 << 17 } else { 1 << 20 };
    vec![
        reads("writes UTF-8", "Content-Type: text/html; charset=utf-8\r\n", WORDS.into()),
        reads("writes UTF-8 and says nothing", "Content-Type: text/html\r\n", WORDS.into()),
        reads(
            "marks UTF-8 and claims Latin",
            "Content-Type: text/html; charset=iso-8859-1\r\n",
            format!("\u{feff}{WORDS}").into(),
        ),
        reads(
            "marks UTF-16 and claims UTF-8",
            "Content-Type: text/html; charset=utf-8\r\n",
            utf16(WORDS, 0xfeff),
        ),
        reads(
            "says UTF-8 in its markup",
            "Content-Type: text/html\r\n",
            format!("<meta charset=utf-8>{WORDS}").into(),
        ),
        reads(
            "decomposes its letters",
            "Content-Type: text/html; charset=utf-8\r\n",
            "Co\u{302}\u{309}ng di\u{323}ch vu\u{323} co\u{302}ng".into(),
        ),
        reads(
            "writes entities",
            "Content-Type: text/html\r\n",
            b"C&#7893;ng&nbsp;d&#x1ecb;ch v&#7909; c&ocirc;ng".to_vec(),
        ),
        reads(
            "breaks words by markup",
            "Content-Type: text/html; charset=utf-8\r\n",
            "Cổng <b>dịch</b>\n vụ\u{a0}công".into(),
        ),
        Case::http(
            "claims a charset that does not exist",
            says(page("Content-Type: text/html; charset=x-khong-co\r\n", WORDS)),
            "up",
            "",
        )
        .with("expect", json!({"contains": [WORDS]})),
        Case::http(
            "writes bytes that are no UTF-8",
            says(page("Content-Type: text/html; charset=utf-8\r\n", b"xin ch\xff\xfe\xc3")),
            "up",
            "",
        )
        .with("expect", json!({"contains": ["xin ch"]})),
        loads("nests 200,000 deep", format!("{end}{}", "<div>".repeat(200_000))),
        loads("nests lists 100,000 deep", format!("{end}{}", "<ul><li>".repeat(100_000))),
        loads("never closes its formatting", format!("{end}{}", of("<b><i><a href=x>", mega))),
        loads("nests tables", format!("{end}{}", of("<table><tr><td>", mega))),
        loads("misnests formatting", format!("{end}{}", of("<a><b><p></a></b>", mega))),
        loads("opens a million brackets", format!("{end}{}", "<".repeat(mega))),
        loads("writes a million attributes", format!("{end}<p {}>", of("a=b ", mega))),
        loads("writes one attribute of a megabyte", format!("{end}<p title=\"{}\">", "a".repeat(mega))),
        loads("writes a million entities", format!("{end}{}", of("&amp;&notin;&#x41;", mega))),
        loads("never ends a comment", format!("{end}<!--{}", of("- -", mega))),
        loads("never ends a script", format!("{end}<script>{}", of("if(a<b)", mega))),
        loads("writes eight megabytes of text", format!("{end}{}", "a ".repeat((8 << 20) / 2 - 4096))),
        loads(
            "puts markup and controls into its title",
            format!("<title>\u{1b}[31m\u{202e}<script>alert(1)</script>\u{7}</title>{end}"),
        ),
        Case::http(
            "puts controls into every header it can",
            says(page("Server: a\u{1b}[2J\r\n", "x")),
            "down",
            "malformed_response",
        ),
        Case::http(
            "puts direction marks into its headers",
            says(page("Server: a\u{202e}b\r\nContent-Type: text/html; charset=\u{202e}\r\n", "x")),
            "up",
            "",
        ),
        Case::http(
            "shows controls where words are missed",
            says(page("", "\u{1b}]0;pwned\u{7}\u{9b}31m")),
            "down",
            "content_missing",
        )
        .with("expect", json!({"contains": [WORDS]})),
        Case::http(
            "nests JSON 200,000 deep",
            says(page("Content-Type: application/json\r\n", "[".repeat(200_000))),
            "down",
            "malformed_content",
        )
        .with("expect", json!({"json": {"/status": "ok"}})),
        Case::http(
            "tries a regex's patience",
            says(page("Content-Type: text/html\r\n", "a".repeat(mega))),
            "down",
            "content_missing",
        )
        .with("expect", json!({"regex": ["(a*)*(a|aa)+b"]})),
    ]
}
