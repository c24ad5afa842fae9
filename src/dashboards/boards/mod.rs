//! The dashboards, each answering one person's question. A new one is a file here and a line in [`all`].

mod certificates;
mod overview;
mod own;
mod portal;
mod signing;
mod slo;
mod ux;

use crate::dashboards::board::{Board, Lines, Panel, Variable, t};
use crate::dashboards::promql::Series;

/// Over how long rates and quantiles are taken: a probe that runs every five minutes says nothing about one minute.
pub(in crate::dashboards) const WINDOW: Variable =
    Variable {
        name: "window", label: t("Cửa sổ tính", "Window"), values: &["15m", "5m", "1h", "6h", "1d"]
    };

/// Every dashboard, in the order of the menu.
#[must_use]
pub fn all() -> Vec<Board> {
    vec![
        overview::board(),
        portal::board(),
        slo::board(),
        signing::board(),
        ux::board(),
        certificates::board(),
        own::board(),
    ]
}

/// How many probes are not up, by reason, over time.
fn reason_counts(reasons: &Series) -> Panel {
    Panel::lines(
        t("Lý do theo thời gian", "Reasons over time"),
        t(
            "Bao nhiêu phép đo đang không tốt vì lý do nào; không có đường nào nghĩa là không có lý do nào hoặc không có số liệu.",
            "How many probes are not up, and why; no line means no reason, or no data.",
        ),
        Lines { stacked: true, ..Lines::default() },
    )
    .of_troubles()
    .ask(
        t("{{reason}}", "{{reason}}"),
        format!("count by (reason) (max by (authority, portal, probe, location, reason) ({reasons}))"),
    )
}
