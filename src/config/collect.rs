//! Which files make up a configuration: `DIR/emc.yaml` and `DIR/*.yaml`, a single file, and what `include` names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::foreign;
use crate::model::told::{Told, told};

/// The name of the global file.
pub(super) const GLOBAL: &str = "emc.yaml";
/// The most files one configuration may have.
pub(super) const FILES_MAX: usize = 5_000;

/// What a path given with `--config.file` stands for.
#[derive(Debug)]
pub(super) struct Listing {
    /// The files, sorted; the global one first if there is one.
    pub(super) files: Vec<PathBuf>,
    /// Files that look as if they were meant, but are not read.
    pub(super) left_out: Vec<PathBuf>,
}

/// Lists the files of a folder, or the one file.
///
/// # Errors
/// A sentence that says why there is nothing to read.
pub(super) fn list(path: &Path) -> Result<Listing, Told> {
    let named = |reason: Told| reason.map(|reason| format!("\"{}\": {reason}", path.display()));
    if !fs::metadata(path).map_err(|error| named(foreign::io(&error)))?.is_dir() {
        return Ok(Listing { files: vec![path.to_owned()], left_out: Vec::new() });
    }
    let mut files = Vec::new();
    let mut left_out = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| named(foreign::io(&error)))? {
        let name = entry.map_err(|error| named(foreign::io(&error)))?.file_name();
        let text = name.to_string_lossy();
        let hidden = text.starts_with('.');
        if text.ends_with(".yaml") && !hidden {
            files.push(path.join(&name));
        } else if text.ends_with(".yml") && !hidden {
            left_out.push(path.join(&name));
        }
    }
    if files.is_empty() {
        return Err(named(told!("thư mục này không có tệp *.yaml nào", "there is no *.yaml in this folder")));
    }
    files.sort_by_key(|file| (!is_global(file), file.clone()));
    left_out.sort();
    Ok(Listing { files, left_out })
}

/// Whether a file is the global one by its name.
pub(super) fn is_global(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == GLOBAL)
}

/// The files that a pattern names, sorted. `*` and `?` stand for any letters within one name.
pub(super) fn expand(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let start = if pattern.starts_with('/') { PathBuf::from("/") } else { folder.to_owned() };
    let mut found = vec![start];
    for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
        found = found.iter().flat_map(|place| step(place, part)).take(FILES_MAX).collect();
    }
    found.retain(|path| path.is_file());
    found.sort();
    found
}

fn step(place: &Path, part: &str) -> Vec<PathBuf> {
    if !part.contains(['*', '?']) {
        return vec![place.join(part)];
    }
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let names = entries.filter_map(Result::ok).map(|entry| entry.file_name());
    let wanted = |name: &std::ffi::OsString| {
        let name = name.to_string_lossy();
        !name.starts_with('.') && matches(part, &name)
    };
    names.filter(wanted).map(|name| place.join(name)).collect()
}

/// Whether a name fits a pattern of `*` and `?`.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, n));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_those_of_a_shell() {
        for (pattern, name, fits) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a.yml", false),
            ("bo-*-?.yaml", "bo-y-te-1.yaml", true),
            ("*", "", true),
            ("a*b*c", "abbc", true),
            ("a*b*c", "abb", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
