//! Whatever comes, reading it neither panics nor loses what a reader sees.

use emc_monitor::html::charset::decode;
use emc_monitor::html::dom::{Selector, found};
use emc_monitor::html::page::Page;
use emc_monitor::html::phrases::Phrases;
use emc_monitor::html::signs::signs;
use emc_monitor::html::text::{folded_words, reader_text};
use proptest::prelude::*;

/// Pieces that break readers, and ordinary ones.
fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "<",
            ">",
            "</",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&",
            "&#",
            "&#x",
            "&amp;",
            ";",
            "\"",
            "'",
            "=",
            "<a ",
            "<p>",
            "</p>",
            "<title>",
            "</title>",
            "<h1>",
            "</h1>",
            "<script>",
            "</script>",
            "<div hidden>",
            "<svg>",
            "<table>",
            "<template>",
            "<select>",
            "<form>",
            "<plaintext>",
            "\0",
            "\u{feff}",
            "đ",
            "Ệ",
            "e\u{302}\u{323}",
            "\u{a0}",
            "\u{200b}",
            "\u{202e}",
            "𝔄",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,8}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_page_makes_a_reader_panic(source in markup()) {
        let page = Page::read(&source);
        let _ = signs(&page, &Phrases::default());
        let text = reader_text(&source);
        prop_assert!(!text.contains("  ") && !text.contains('\n'), "{text:?}");
        let _ = found(&source, &[Selector::parse("p > a[href]").unwrap()]);
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), header in "\\PC{0,40}") {
        let _ = decode(&bytes, Some(&header));
        let _ = decode(&bytes, None);
    }

    #[test]
    fn escaped_text_reads_as_itself(text in "[a-zA-ZđĐệẾơư<>&\"' ]{0,60}") {
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        prop_assert_eq!(reader_text(&format!("<p>{escaped}</p>")), folded_words(&text));
    }
}
