//! How figures came about: measured, declared by somebody, or about the monitor itself. Every panel says so.

use crate::dashboards::board::{Panel, t};
use crate::dashboards::promql::RECORDED_BURN;
use crate::metrics::catalogue::{CATALOGUE, Family, SLO_OBJECTIVE, Scope};
use crate::model::text::Text;

/// How a figure came about. Collected figures get their line here when they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A probe measured it from the outside.
    Probed,
    /// Somebody says so: the operator's configuration.
    Declared,
    /// About the monitor itself.
    Own,
}

/// How a family's figures came about; `None` where it carries names only.
#[must_use]
pub fn origin(family: &Family) -> Option<Origin> {
    let names_only = family.name.ends_with("_info") && family.scope == Scope::Portal;
    match family.scope {
        _ if names_only => None,
        _ if *family == SLO_OBJECTIVE => Some(Origin::Declared),
        Scope::Probe | Scope::Portal | Scope::Kind => Some(Origin::Probed),
        Scope::Location | Scope::Monitor => Some(Origin::Own),
    }
}

/// The sentence below a panel; a panel that mixes measured and declared figures says which is which.
#[must_use]
pub fn origins(panel: &Panel) -> Option<Text> {
    let asked = panel.queries.iter().map(|query| query.expression.as_str());
    let asked = asked.collect::<Vec<_>>().join(" ");
    let mut found: Vec<Origin> = CATALOGUE
        .iter()
        .filter(|family| asked.contains(family.name))
        .filter_map(|family| origin(family))
        .collect();
    if asked.contains(RECORDED_BURN) {
        found.extend([Origin::Probed, Origin::Declared]);
    }
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] if asked.is_empty() => None,
        [] | [Origin::Own] => Some(t("[Về chính emc]", "[About emc itself]")),
        [Origin::Probed] => Some(t("[Đo từ bên ngoài]", "[Probed from the outside]")),
        [Origin::Declared] => Some(t("[Đơn vị vận hành khai báo]", "[Declared by the operator]")),
        [Origin::Probed, Origin::Declared] => Some(t(
            "[Đo từ bên ngoài, so với mục tiêu do đơn vị vận hành khai báo]",
            "[Probed from the outside, against an objective declared by the operator]",
        )),
        _ => {
            Some(t("[Đo từ bên ngoài và số liệu của chính emc]", "[Probed from the outside, and emc's own]"))
        }
    }
}
