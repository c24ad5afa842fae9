//! Which configured probes a name or pattern means.

use crate::model::id::ProbeId;
use crate::probe::spec::ProbeSpec;

/// How like a name must be to be suggested.
const LIKENESS: f64 = 0.75;

/// Whether a name or pattern means this probe: `authority`, `portal`, `probe`, `portal/probe`, `authority/portal` or
/// all three, each part with `*` and `?`; `**` passes over slashes.
#[must_use]
pub fn means(pattern: &str, id: &ProbeId) -> bool {
    let parts = [id.authority.as_str(), id.portal.as_str(), id.probe.as_str()];
    if pattern.contains("**") {
        return fits(pattern, &id.to_string(), true);
    }
    let wanted: Vec<&str> = pattern.split('/').collect();
    parts.windows(wanted.len().clamp(1, 3)).any(|window| {
        window.len() == wanted.len() && window.iter().zip(&wanted).all(|(part, want)| fits(want, part, false))
    })
}

/// Matching of `*`, `?` and everything else by itself. Linear in practice: only the last star is taken back.
fn fits(pattern: &str, text: &str, over_slashes: bool) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut position) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, position));
                at += 1;
            }
            Some('?') => (at, position) = (at + 1, position + 1),
            Some(wanted) if *wanted == text[position] => (at, position) = (at + 1, position + 1),
            _ => {
                let Some((star_at, taken)) = star else { return false };
                if text[taken] == '/' && !over_slashes {
                    return false;
                }
                star = Some((star_at, taken + 1));
                (at, position) = (star_at + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// The name that is most like what was typed.
#[must_use]
pub fn nearest<'a>(typed: &str, specs: impl Iterator<Item = &'a ProbeSpec>) -> Option<String> {
    let mut best: Option<(f64, String)> = None;
    for spec in specs {
        let id = &spec.id;
        let names = [
            id.portal.to_string(),
            id.probe.to_string(),
            id.authority.to_string(),
            format!("{}/{}", id.portal, id.probe),
            id.to_string(),
        ];
        for name in names {
            let likeness = strsim::jaro_winkler(typed, &name);
            if likeness >= LIKENESS && best.as_ref().is_none_or(|(least, _)| likeness > *least) {
                best = Some((likeness, name));
            }
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::Name;

    fn id() -> ProbeId {
        let name = |text: &str| Name::try_from(text).unwrap();
        ProbeId { authority: name("bo-vd"), portal: name("dvc"), probe: name("trang-chu") }
    }

    #[test]
    fn any_part_names_a_probe_and_stars_stay_within_a_part() {
        for pattern in [
            "dvc",
            "bo-vd",
            "trang-chu",
            "dvc/trang-chu",
            "bo-vd/dvc",
            "bo-vd/dvc/trang-chu",
            "bo-*",
            "*/d?c/*",
            "**",
            "bo-**",
            "**/trang-chu",
            "*",
        ] {
            assert!(means(pattern, &id()), "{pattern}");
        }
        for pattern in ["", "dv", "bo-vd/trang-chu", "bo-vd/dvc/trang-chu/x", "x*", "dvc/*/*", "**/x"] {
            assert!(!means(pattern, &id()), "{pattern}");
        }
    }
}
