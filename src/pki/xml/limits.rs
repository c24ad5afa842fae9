//! What an XML file may cost, found out by one pass over its text before a tree is built of it.
//!
//! The tree builder takes any depth and number; its work grows with the square of what stands on one element, and it
//! lets pass a few things that other readers do not: those are refused here, because a file that two readers see in
//! two ways can be signed for the one and read by the other.

use crate::model::text::presentable;
use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};
use crate::pki::xml::text::malformed;

/// The largest file, in bytes.
pub(super) const BYTES_MAX: usize = 32 << 20;
/// How deep elements may nest.
const DEPTH_MAX: usize = 256;
/// The most tags, comments, sections and instructions.
const MARKS_MAX: usize = 1_000_000;
/// The most attributes of one element, namespaces among them.
const ATTRIBUTES_MAX: usize = 256;
/// The most namespaces that may be in scope together.
const NAMESPACES_MAX: usize = 256;
/// The longest name, in bytes.
const NAME_MAX: usize = 1_000;
/// What the namespaces in scope may add up to over all elements: each is looked at once for each element.
const WORK_MAX: usize = 12_000_000;

/// Refuses what would cost too much to read.
///
/// # Errors
///
/// `too_complex` beyond a limit, `malformed` where a tag is broken.
pub(super) fn check(text: &str) -> Result<(), Flaw> {
    if text.len() > BYTES_MAX {
        let most = BYTES_MAX >> 20;
        return Err(too_complex(told!(
            "tệp XML lớn hơn {most} MiB",
            "the XML file is larger than {most} MiB"
        )));
    }
    let equals = text.bytes().filter(|byte| *byte == b'=').count();
    limit(equals, MARKS_MAX, told!("dấu \"=\"", "equals signs"))?;
    Scan { rest: text, marks: 0, work: 0, open: Vec::new(), names: Vec::new() }.run()
}

/// One pass over the text.
struct Scan<'a> {
    rest: &'a str,
    marks: usize,
    work: usize,
    /// For each open element how many namespaces are in scope in it, at most.
    open: Vec<usize>,
    /// The names of the attributes of the tag at hand.
    names: Vec<&'a str>,
}

impl<'a> Scan<'a> {
    fn run(mut self) -> Result<(), Flaw> {
        while let Some(place) = self.rest.find('<') {
            self.marks += 1;
            limit(self.marks, MARKS_MAX, told!("thẻ", "tags"))?;
            let mark = &self.rest[place..];
            let length = if mark.starts_with("<!--") {
                through(mark, 4, "-->")
            } else if mark.starts_with("<![CDATA[") {
                through(mark, 9, "]]>")
            } else if mark.starts_with("<?") {
                through(mark, 2, "?>")
            } else if mark.starts_with("<!") {
                return Err(malformed(told!(
                    "tệp có khai báo kiểu tài liệu (DOCTYPE): không đọc loại tệp này",
                    "the file has a document type declaration (DOCTYPE), which is not read"
                )));
            } else if mark.starts_with("</") {
                self.open.pop();
                through(mark, 2, ">")
            } else {
                Some(self.tag(mark)?)
            };
            let Some(length) = length else { return Err(broken()) };
            self.rest = &mark[length..];
        }
        Ok(())
    }

    /// A start tag or empty-element tag; its length.
    fn tag(&mut self, mark: &'a str) -> Result<usize, Flaw> {
        let name =
            mark[1..].find(|sign: char| is_space(sign) || matches!(sign, '/' | '>')).ok_or_else(broken)?;
        limit(name, NAME_MAX, told!("byte trong một tên", "bytes in a name"))?;
        if mark[1..=name].matches(':').count() > 1 {
            return Err(broken());
        }
        self.names.clear();
        let mut place = 1 + name;
        let empty = loop {
            let rest = mark.get(place..).ok_or_else(broken)?;
            let rest = rest.trim_start_matches(is_space);
            place = mark.len() - rest.len();
            if rest.starts_with('>') {
                place += 1;
                break false;
            }
            if rest.starts_with("/>") {
                place += 2;
                break true;
            }
            place += self.attribute(rest)?;
        };
        self.judge_names(empty)?;
        Ok(place)
    }

    /// One attribute; its length.
    fn attribute(&mut self, rest: &'a str) -> Result<usize, Flaw> {
        let (name, after) = rest.split_once('=').ok_or_else(broken)?;
        let name = name.trim_end_matches(is_space);
        if name.is_empty()
            || name.contains(|sign: char| is_space(sign) || matches!(sign, '<' | '>' | '"' | '\''))
        {
            return Err(broken());
        }
        limit(name.len(), NAME_MAX, told!("byte trong một tên", "bytes in a name"))?;
        self.names.push(name);
        limit(
            self.names.len(),
            ATTRIBUTES_MAX,
            told!("thuộc tính của một phần tử", "attributes of an element"),
        )?;
        let value = after.trim_start_matches(is_space);
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or_else(broken)?;
        let (inside, tail) = value[1..].split_once(quote).ok_or_else(broken)?;
        if inside.contains('<') {
            return Err(broken());
        }
        Ok(rest.len() - tail.len())
    }

    /// Names that readers take in different ways, and the count of namespaces.
    fn judge_names(&mut self, empty: bool) -> Result<(), Flaw> {
        self.names.sort_unstable();
        let twice = self.names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
        let odd = self.names.iter().copied().find(|name| is_odd(name));
        if let Some(name) = twice.or(odd) {
            let name = presentable(name, 60);
            return Err(malformed(told!(
                "thuộc tính \"{name}\" bị lặp hoặc không được phép",
                "the attribute \"{name}\" stands twice or is not allowed"
            )));
        }
        let declared =
            self.names.iter().filter(|name| **name == "xmlns" || name.starts_with("xmlns:")).count();
        let scope = self.open.last().copied().unwrap_or(0) + declared;
        limit(scope, NAMESPACES_MAX, told!("không gian tên cùng lúc", "namespaces in scope"))?;
        self.work += scope + declared * scope;
        limit(self.work, WORK_MAX, told!("lượt tra không gian tên", "lookups of namespaces"))?;
        if !empty {
            self.open.push(scope);
            limit(self.open.len(), DEPTH_MAX, told!("tầng phần tử lồng nhau", "levels of nested elements"))?;
        }
        Ok(())
    }
}

/// `p:xmlns` is taken for a default namespace by the tree builder, `xmlns:xmlns` for a prefix like any other.
fn is_odd(name: &str) -> bool {
    name == "xmlns:xmlns" || (name.ends_with(":xmlns")) || name.matches(':').count() > 1
}

const fn is_space(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\n' | '\r')
}

/// The length through the first `end` that stands after `skip` bytes.
fn through(mark: &str, skip: usize, end: &str) -> Option<usize> {
    mark.get(skip..)?.find(end).map(|place| skip + place + end.len())
}

fn limit(count: usize, most: usize, what: Told) -> Result<(), Flaw> {
    if count <= most {
        return Ok(());
    }
    let Told { vi, en } = what;
    Err(too_complex(Told {
        vi: format!("tệp XML có quá {most} {vi}"),
        en: format!("the XML file has more than {most} {en}"),
    }))
}

/// A file that goes beyond a limit.
pub(super) fn too_complex(told: Told) -> Flaw {
    Flaw::new(SignatureReason::TooComplex, told)
}

fn broken() -> Flaw {
    malformed(told!("một thẻ XML bị hỏng", "an XML tag is broken"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<SignatureReason> {
        check(text).err().map(|flaw| flaw.reason)
    }

    #[test]
    fn ordinary_files_pass() {
        for good in [
            "<a b = 'x>y' c=\"'\"><!-- <b> --><![CDATA[<c]]><?p <?><b/></a>",
            "<a xmlns='u' xmlns:p='v'><p:b p:c='1'/></a>",
            "",
        ] {
            assert_eq!(reason(good), None, "{good}");
        }
    }

    #[test]
    fn what_costs_too_much_is_refused() {
        let numbered = |begin: &str, count: usize| {
            (0..count).fold(String::new(), |text, place| text + begin + &place.to_string() + "='u'")
        };
        let many = |count| numbered(" a", count);
        let spaces = |count| numbered(" xmlns:a", count);
        for bad in [
            "<a>".repeat(100_000),
            "<a/>".repeat(MARKS_MAX + 1),
            "<a x='y'/>".repeat(MARKS_MAX + 1),
            format!("<a{}/>", many(257)),
            format!("<a{}><b{}/></a>", spaces(200), spaces(200)),
            format!("<a{}>{}</a>", spaces(250), "<b xmlns:c='u'/>".repeat(100_000)),
            format!("<{}/>", "a".repeat(1_001)),
            "a".repeat(BYTES_MAX + 1),
        ] {
            assert_eq!(reason(&bad), Some(SignatureReason::TooComplex), "{}", &bad[..20]);
        }
    }

    #[test]
    fn what_readers_take_in_different_ways_is_refused() {
        for bad in [
            "<a xmlns='u' xmlns='v'/>",
            "<a xmlns:p='u' p:xmlns='v'/>",
            "<a xmlns:xmlns='u'/>",
            "<!DOCTYPE a><a/>",
            "<a b='<'/>",
            "<a b=c/>",
            "<a b/>",
            "<a:b:c xmlns:a='u'/>",
            "<a",
            "<a b='",
            "<!-- a",
        ] {
            assert_eq!(reason(bad), Some(SignatureReason::Malformed), "{bad}");
        }
    }
}
