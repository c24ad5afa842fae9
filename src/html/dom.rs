//! A document tree, built only where a CSS selector asks for one.
//!
//! html5ever is quadratic in the depth of the tree and in the attributes of one tag (200,000 nested elements take
//! minutes), so a tree is cut off where a browser would flatten it: at 512 open elements, 256 attributes a tag, 100,000
//! tags and texts, 2 MiB.

use std::cell::Cell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::Tracer;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};
use scraper::{Html, HtmlTreeSink};

use crate::html::scan::{Piece, Pieces};

/// The deepest tree.
const DEPTH_MAX: usize = 512;
/// The most attributes of one tag.
const ATTRIBUTES_MAX: usize = 256;
/// The most source that is read into a tree, in bytes.
const SOURCE_MAX: usize = 2 << 20;
/// The most tags and texts that are read into a tree: some 25 MB of it.
const TOKENS_MAX: u32 = 100_000;
/// How many tags may open between two looks at the depth, which cost a walk over all open elements.
const LOOK_EVERY: u32 = 64;

/// A CSS selector.
#[derive(Clone, Debug)]
pub struct Selector {
    compiled: scraper::Selector,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// Why it is none, in the library's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let compiled = scraper::Selector::parse(text).map_err(|why| why.to_string())?;
        Ok(Self { compiled })
    }
}

/// Which of the selectors find an element in the page.
#[must_use]
pub fn found(source: &str, selectors: &[Selector]) -> Vec<bool> {
    let tree = tree(source);
    selectors.iter().map(|selector| tree.select(&selector.compiled).next().is_some()).collect()
}

fn tree(source: &str) -> Html {
    let sink = HtmlTreeSink::new(Html::new_document());
    let builder = TreeBuilder::new(sink, TreeBuilderOpts::default());
    let guarded = DepthGuard { builder, opened: Cell::new(0), tokens: Cell::new(0), full: Cell::new(false) };
    let tokenizer = Tokenizer::new(guarded, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(safe_part(source).into());
    // A script ends a turn; it is not run, and the next turn goes on behind it.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.builder.sink.finish()
}

/// The source up to its cap, or to the first tag with more attributes than any honest one has.
fn safe_part(source: &str) -> &str {
    let source = source.get(..source.floor_char_boundary(SOURCE_MAX)).unwrap_or_default();
    let hostile = Pieces::of(source).find_map(|piece| match piece {
        Piece::Tag(tag) if tag.rest.len() > ATTRIBUTES_MAX && tag.attributes() > ATTRIBUTES_MAX => {
            Some(tag.rest)
        }
        _ => None,
    });
    match hostile {
        Some(rest) => {
            let end = rest.as_ptr().addr() - source.as_ptr().addr();
            source.get(..end).unwrap_or_default()
        }
        None => source,
    }
}

/// An element of the tree.
type Node = <HtmlTreeSink as TreeSink>::Handle;

/// Passes tokens on to the tree builder until the tree is too deep.
struct DepthGuard {
    builder: TreeBuilder<Node, HtmlTreeSink>,
    opened: Cell<u32>,
    tokens: Cell<u32>,
    full: Cell<bool>,
}

impl DepthGuard {
    /// Looks at the depth now and then.
    fn look(&self) {
        let opened = self.opened.get() + 1;
        self.opened.set(opened % LOOK_EVERY);
        if opened == LOOK_EVERY {
            let count = Count(Cell::new(0));
            self.builder.trace_handles(&count);
            self.full.set(count.0.get() > DEPTH_MAX);
        }
    }
}

impl TokenSink for DepthGuard {
    type Handle = Node;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        if matches!(token, Token::TagToken(_)) && !self.full.get() {
            self.look();
        }
        let tokens = self.tokens.get().saturating_add(1);
        self.tokens.set(tokens);
        if (self.full.get() || tokens > TOKENS_MAX) && !matches!(token, Token::EOFToken) {
            return TokenSinkResult::Continue;
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Counts what the tree builder holds open.
struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = Node;

    fn trace_handle(&self, _: &Self::Handle) {
        self.0.set(self.0.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn finds(source: &str, selector: &str) -> bool {
        found(source, &[Selector::parse(selector).unwrap()]) == [true]
    }

    #[test]
    fn selectors_find_elements() {
        let page =
            "<!doctype html><title>a</title><script>'<form>'</script><form role=search><input name=q></form>";
        assert!(finds(page, "form[role=search] input[name=q]"));
        assert!(!finds(page, "form[role=login]"));
        assert!(finds(page, "head > title"));
        assert!(Selector::parse("form[").is_err());
    }

    #[test]
    fn hostile_pages_end_soon() {
        let numbered =
            |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().concat();
        let pages = [
            "<div>".repeat(200_000),
            "<ul><li>".repeat(100_000),
            "<span><div></span>".repeat(60_000),
            "<b><i><a><p>".repeat(50_000),
            "<table><tr><td>".repeat(60_000),
            "<svg><g>".repeat(100_000),
            format!("<p {}>", numbered(200_000, &|n| format!("a{n} "))),
            numbered(60_000, &|n| format!("<b id={n}>")),
            "<template>".repeat(100_000),
            "<select><option>".repeat(60_000),
            "<a>".repeat(300_000),
            "</p>".repeat(300_000),
            "<frameset>".repeat(100_000),
        ];
        for page in pages {
            let begun = Instant::now();
            assert!(!finds(&page, "form.never"));
            let start: String = page.chars().take(40).collect();
            println!("{start:<42} {:>8} bytes {:>7.1?}", page.len(), begun.elapsed());
            assert!(begun.elapsed().as_secs() < 10, "{start}");
        }
    }

    #[test]
    fn an_honest_deep_page_is_whole() {
        let page = format!("{}<i id=x></i>", "<div>".repeat(300));
        assert!(finds(&page, "#x"));
        assert!(finds(&"<p>a<p>b".repeat(5_000), "p"));
        assert!(finds(&format!("{}<i id=x></i>", "<p>a<br><img><li>b".repeat(5_000)), "#x"));
    }
}
