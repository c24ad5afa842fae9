//! What depends on what, over all files: nothing may depend on itself, however long the way round.

use crate::config::global::Dependency;
use crate::config::node::Node;
use crate::config::problem::Problems;
use crate::config::source::Span;
use crate::model::id::Name;
use crate::model::told::told;

/// Authority and portal.
pub(super) type PortalId = (Name, Name);

/// A portal depends on something.
#[derive(Debug)]
pub(super) struct Need {
    portal: PortalId,
    dependency: Name,
    /// Where that is written.
    span: Span,
}

/// What a portal depends on, each with its place.
pub(super) fn needs(portal: &PortalId, ids: &[Name], node: &Node) -> Vec<Need> {
    let place =
        |index: usize| node.at(&["depends_on", &index.to_string()]).map_or(node.span, |item| item.span);
    let each = ids.iter().enumerate();
    each.map(|(index, id)| Need { portal: portal.clone(), dependency: id.clone(), span: place(index) })
        .collect()
}

/// A dependency is watched by a portal, which may depend on others in its turn: no such way leads back.
pub(super) fn check_cycles(all: &[Dependency], needs: &[Need], problems: &mut Problems) {
    for need in needs {
        if leads_to(&need.dependency, &need.portal, all, needs) {
            let message = told!(
                "cổng \"{portal}\" phụ thuộc vào chính nó qua \"{id}\"",
                "the portal \"{portal}\" depends on itself by way of \"{id}\"",
                portal = need.portal.1,
                id = need.dependency,
            );
            let help = told!(
                "bỏ một mục \"depends_on\" trên vòng này: nền tảng được đo không thể phụ thuộc vào chính nó",
                "remove one \"depends_on\" of this circle: what is watched cannot depend on itself"
            );
            problems.error(need.span, message, help);
        }
    }
}

/// Whether a dependency stands on a portal, in however many steps. Each dependency is looked at once.
fn leads_to(from: &Name, target: &PortalId, all: &[Dependency], needs: &[Need]) -> bool {
    let mut known = vec![from];
    let mut next = 0;
    while let Some(id) = known.get(next).copied() {
        next += 1;
        let watched = all.iter().filter(|one| one.id == *id).filter_map(|one| one.watched_by.as_ref());
        for portal in watched {
            if portal == target {
                return true;
            }
            for need in needs.iter().filter(|need| need.portal == *portal) {
                if !known.contains(&&need.dependency) {
                    known.push(&need.dependency);
                }
            }
        }
    }
    false
}
