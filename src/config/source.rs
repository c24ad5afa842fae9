//! The files as they were read, and places in them. Text is UTF-8 with `\n` line ends; what cannot be that is an error.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::model::foreign;
use crate::model::told::{Told, told};

/// The largest configuration file, in bytes.
pub(super) const FILE_MAX: u64 = 8 << 20;

/// One file, read.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path as the operator would write it.
    pub(super) path: PathBuf,
    /// The folder it lies in, absolute: paths that it names are relative to this.
    pub(super) folder: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// Byte offset of each line's begin.
    lines: Vec<usize>,
}

/// A stretch of a file: lines from 1, columns (in characters) from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// Index into [`Sources`].
    pub(super) file: u16,
    /// Where it begins.
    pub(super) start: Mark,
    /// Where it ends, exclusive.
    pub(super) end: Mark,
}

/// A line from 1 and a column in characters from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    /// Line, from 1.
    pub(super) line: u32,
    /// Column in characters, from 0.
    pub(super) column: u32,
}

impl Span {
    /// The first character of a file.
    pub(super) const fn top(file: u16) -> Self {
        Self { file, start: Mark { line: 1, column: 0 }, end: Mark { line: 1, column: 1 } }
    }

    /// A file as a whole, no line of it.
    pub(super) const fn whole(file: u16) -> Self {
        Self { file, start: Mark { line: 0, column: 0 }, end: Mark { line: 0, column: 0 } }
    }
}

/// All files of one configuration.
#[derive(Debug, Default)]
pub(super) struct Sources(Vec<Source>);

/// Why a file could not become a [`Source`].
#[derive(Debug)]
pub(super) struct Unreadable {
    /// Where, once anything could be read.
    pub(super) mark: Option<Mark>,
    /// What is wrong.
    pub(super) message: Told,
    /// How to mend it.
    pub(super) help: Told,
}

impl Sources {
    /// Reads a file. It is listed even if it cannot be used, so that errors have a place to point to.
    pub(super) fn read(&mut self, path: &Path) -> (u16, Result<(), Unreadable>) {
        let (text, outcome) = match read_text(path) {
            Ok(text) => (text, Ok(())),
            Err(unreadable) => (String::new(), Err(unreadable)),
        };
        (self.add(path, text), outcome)
    }

    fn add(&mut self, path: &Path, text: String) -> u16 {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = whole.parent().unwrap_or(Path::new("/")).to_owned();
        self.0.push(Source { path: path.to_owned(), folder, text, lines });
        u16::try_from(self.0.len() - 1).expect("no more than FILES_MAX files are read")
    }

    /// A file by its index.
    pub(super) fn get(&self, file: u16) -> &Source {
        &self.0[usize::from(file)]
    }

    /// Every file in the order of reading.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// What stands at a place, at most to the end of its first line.
    pub(super) fn slice(&self, span: Span) -> &str {
        let line = self.get(span.file).line(span.start.line);
        let (start, end) = columns(line, span);
        &line[start..end]
    }
}

impl Source {
    /// A line by its number, without its end; empty past the end of the file.
    pub(super) fn line(&self, number: u32) -> &str {
        let Some(index) = number.checked_sub(1).map(|index| index as usize) else { return "" };
        let Some(&start) = self.lines.get(index) else { return "" };
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| next - 1);
        &self.text[start..end]
    }
}

/// The byte range of a span within the text of its first line.
pub(super) fn columns(line: &str, span: Span) -> (usize, usize) {
    let start = byte_of(line, span.start.column);
    let end = if span.end.line > span.start.line { line.len() } else { byte_of(line, span.end.column) };
    (start, end.max(start))
}

/// The byte offset of a character of a line.
fn byte_of(line: &str, column: u32) -> usize {
    line.char_indices().nth(column as usize).map_or(line.len(), |(at, _)| at)
}

fn read_text(path: &Path) -> Result<String, Unreadable> {
    let plain = |message: Told| Unreadable { mark: None, message, help: Told::nothing() };
    let unreadable = |error: &std::io::Error| {
        let Told { vi, en } = foreign::io(error);
        plain(Told { vi: format!("không đọc được: {vi}"), en: format!("cannot be read: {en}") })
    };
    // Asked first: opening a named pipe would wait for somebody to write into it.
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(plain(told!("không phải là tệp thường", "is not a regular file"))),
        Err(error) => return Err(unreadable(&error)),
    }
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > FILE_MAX {
        let message = told!("lớn hơn {size} MiB", "is larger than {size} MiB", size = FILE_MAX >> 20);
        let help = told!("tách thành nhiều tệp", "split it into several files");
        return Err(Unreadable { mark: None, message, help });
    }
    text_of(bytes)
}

/// Decodes and unifies line ends.
fn text_of(bytes: Vec<u8>) -> Result<String, Unreadable> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let help = told!("lưu tệp dưới dạng UTF-8", "save the file as UTF-8");
        let message = told!("có byte không phải UTF-8", "a byte that is not UTF-8");
        Unreadable { mark: Some(mark_at_end(&valid)), message, help }
    })?;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let unwelcome = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}');
    if let Some((at, character)) = text.char_indices().find(|(_, c)| unwelcome(*c)) {
        let code = u32::from(character);
        let message = told!("có ký tự điều khiển U+{code:04X}", "the control character U+{code:04X}");
        return Err(Unreadable {
            mark: Some(mark_at_end(&text[..at])),
            message,
            help: told!(
                "bỏ nó đi; tệp có thể đã hỏng hoặc được lưu dưới dạng UTF-16",
                "remove it; the file may be damaged or in UTF-16"
            ),
        });
    }
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}

fn mark_at_end(text: &str) -> Mark {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Mark { line: number(text.matches('\n').count() + 1), column: number(line.chars().count()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters() {
        let mut sources = Sources::default();
        let file = sources.add(Path::new("a.yaml"), "tên: Bộ Y tế\nb: 1".to_owned());
        let span = Span { file, start: Mark { line: 1, column: 5 }, end: Mark { line: 1, column: 7 } };
        assert_eq!(sources.slice(span), "Bộ");
        assert_eq!(sources.get(file).line(2), "b: 1");
        assert_eq!(sources.get(file).line(3), "");
    }

    #[test]
    fn what_is_no_text_is_told_with_its_place() {
        let told = |bytes: &[u8]| text_of(bytes.to_vec()).unwrap_err().mark;
        assert_eq!(told(b"a: 1\nb: \xff"), Some(Mark { line: 2, column: 3 }));
        assert_eq!(told(b"a: \0"), Some(Mark { line: 1, column: 3 }));
        assert_eq!(text_of(b"\xef\xbb\xbfa: 1\r\nb: 2\r".to_vec()).unwrap(), "a: 1\nb: 2\n");
    }
}
