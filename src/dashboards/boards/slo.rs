//! SLO: what whoever promised something asks: is it kept, and how long will it hold?

use crate::dashboards::board::{
    BUDGET, Board, Colour, Column, Lines, Link, NONE_IS_GOOD, Order, PLAIN, Panel, Row, Scale, Unit,
    Variable, t,
};
use crate::dashboards::promql::{availability, budget_left, burn, coverage, named, objective, of, quantile};
use crate::metrics::catalogue as c;

const PERIOD: &str = "$slo_window";
const NAMES: crate::model::text::Text = t("{{portal_LANG}}", "{{portal_LANG}}");
/// From Google's SRE workbook: 14.4 uses up 2 % of 30 days in an hour, 6 uses up 5 % in 6 hours.
const FAST: Scale = Scale { lowest: Colour::Good, steps: &[(6.0, Colour::Warn), (14.4, Colour::Bad)] };
/// 1 and 3 use up 10 % in 3 days and in 1 day.
const SLOW: Scale = Scale { lowest: Colour::Good, steps: &[(1.0, Colour::Warn), (3.0, Colour::Bad)] };

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "slo",
        title: t("SLO", "SLO"),
        purpose: t(
            "Dành cho người đã cam kết mức dịch vụ: mục tiêu là gì, có đạt không, dư địa lỗi còn bao nhiêu và đang cạn nhanh thế nào. Mục tiêu do đơn vị vận hành tự đặt (nội bộ).",
            "For whoever promised a level of service: the objective, whether it is met, the error budget left and how fast it burns. Objectives are the operator's own.",
        ),
        one_portal: false,
        variables: vec![Variable {
            name: "slo_window",
            label: t("Kỳ tính SLO", "SLO period"),
            values: &["30d", "1d", "7d", "28d", "90d"],
        }],
        rows: vec![now(), portals(), burning(), latency()],
    }
}

fn now() -> Row {
    let kept = format!("{} >= bool {}", availability("authority, portal", PERIOD), objective());
    Row {
        title: t("Trong kỳ tính SLO", "Over the SLO period"),
        panels: vec![
            Panel::number(
                t("Cổng có mục tiêu", "Portals with an objective"),
                t(
                    "Bao nhiêu cổng đã khai báo mục tiêu sẵn sàng.",
                    "How many portals have an availability objective.",
                ),
                PLAIN,
            )
            .sized(6, 4)
            .ask(t("cổng", "portals"), format!("count({})", objective())),
            Panel::number(
                t("Cổng không đạt", "Portals that miss it"),
                t(
                    "Bao nhiêu cổng trong số đó đang dưới mục tiêu.",
                    "How many of them are below their objective.",
                ),
                NONE_IS_GOOD,
            )
            .sized(6, 4)
            .ask(t("không đạt", "missed"), format!("count({}) - sum({kept})", kept.clone())),
            Panel::number(
                t("Dư địa thấp nhất", "Least budget left"),
                t(
                    "Của cổng đang ở gần hoặc vượt giới hạn nhất.",
                    "Of the portal nearest to its limit, or beyond it.",
                ),
                BUDGET,
            )
            .sized(6, 4)
            .measured_in(Unit::Share)
            .ask(t("dư địa", "budget left"), format!("min({})", budget_left(PERIOD))),
            Panel::number(
                t("Lần đo có kết luận", "Runs that could tell"),
                t(
                    "Tỷ lệ lần đo có kết luận: thấp thì con số SLO không đáng tin, dù cao hay thấp.",
                    "The share of runs that could tell: where it is low, no SLO figure is to be trusted.",
                ),
                PLAIN,
            )
            .sized(6, 4)
            .measured_in(Unit::Share)
            .ask(t("có kết luận", "could tell"), coverage("", PERIOD)),
        ],
    }
}

fn portals() -> Row {
    let failed = format!("round(sum by (authority, portal) (increase({}[{PERIOD}])))", of(&c::PROBE_FAILURE));
    let table = Panel::table(
        t("Mục tiêu và thực tế", "Objective and reality"),
        t(
            "Mục tiêu (khai báo) và tỷ lệ lần đo thành công (đo) của từng cổng trong kỳ tính SLO, dư địa còn lại và tốc độ cạn trong giờ qua.",
            "Each portal's objective (declared) and share of runs that worked (probed) over the SLO period, the budget left, and how fast it burnt in the last hour.",
        ),
        (2, Order::Rising),
        vec![
            Column::label("authority_LANG", t("Cơ quan", "Authority")),
            Column::label("portal_LANG", t("Cổng", "Portal")).leading_to(Link::Portal),
            Column::value(0, t("Mục tiêu (khai báo)", "Objective (declared)"), Unit::Share),
            Column::value(1, t("Thực tế (đo)", "Reality (probed)"), Unit::Share),
            Column::value(2, t("Dư địa còn lại", "Budget left"), Unit::Share).coloured(BUDGET),
            Column::value(3, t("Tốc độ cạn, 1 giờ", "Burn rate, 1 hour"), Unit::Count).coloured(FAST),
            Column::value(4, t("Lần đo không thành công", "Runs failed"), Unit::Count),
            Column::value(5, t("Có kết luận", "Could tell"), Unit::Share),
        ],
    )
    .ask(t("mục tiêu", "objective"), named(&objective()))
    .ask(t("thực tế", "reality"), format!("{} and {}", availability("authority, portal", PERIOD), objective()))
    .ask(t("dư địa", "budget left"), budget_left(PERIOD))
    .ask(t("tốc độ cạn", "burn rate"), burn("1h"))
    .ask(t("không thành công", "failed"), format!("{failed} and {}", objective()))
    .ask(t("có kết luận", "could tell"), format!("{} and {}", coverage("authority, portal", PERIOD), objective()));
    let over_time = Panel::lines(
        t("Dư địa lỗi còn lại theo thời gian", "Error budget left over time"),
        t(
            "Tại mỗi thời điểm, tính trên kỳ tính SLO trước đó; dưới 0 là không đạt.",
            "At each moment, over the SLO period before it; below 0 the objective is missed.",
        ),
        Lines { limits: Some(BUDGET), ..Lines::default() },
    )
    .sized(24, 8)
    .measured_in(Unit::Share)
    .ask(NAMES, named(&budget_left(PERIOD)));
    Row { title: t("Từng cổng", "Each portal"), panels: vec![table, over_time] }
}

fn burning() -> Row {
    let rates = |title, purpose, limits, windows: [&str; 2]| {
        let mut panel = Panel::lines(title, purpose, Lines { limits: Some(limits), ..Lines::default() });
        for window in windows {
            let legend = match window {
                "5m" => t("{{portal_LANG}} 5m", "{{portal_LANG}} 5m"),
                "1h" => t("{{portal_LANG}} 1h", "{{portal_LANG}} 1h"),
                "6h" => t("{{portal_LANG}} 6h", "{{portal_LANG}} 6h"),
                _ => t("{{portal_LANG}} 3d", "{{portal_LANG}} 3d"),
            };
            panel = panel.ask(legend, named(&burn(window)));
        }
        panel
    };
    Row {
        title: t("Tốc độ cạn dư địa", "How fast the budget burns"),
        panels: vec![
            rates(
                t("Cạn nhanh: 5 phút và 1 giờ", "Fast burn: 5 minutes and 1 hour"),
                t(
                    "1 là cạn đúng vào cuối 30 ngày; từ 14,4 ở cả hai cửa sổ là phải xử lý ngay. Cửa sổ 5 phút cần chu kỳ đo từ 1 phút trở xuống mới có nghĩa.",
                    "1 uses the budget up exactly at the end of 30 days; from 14.4 in both windows somebody must act now. Five minutes mean something only where probes run every minute or more often.",
                ),
                FAST,
                ["5m", "1h"],
            ),
            rates(
                t("Cạn chậm: 6 giờ và 3 ngày", "Slow burn: 6 hours and 3 days"),
                t(
                    "Từ 1 trở lên ở cả hai cửa sổ là sẽ không đạt mục tiêu nếu không sửa.",
                    "From 1 upwards in both windows the objective will be missed unless something is mended.",
                ),
                SLOW,
                ["6h", "3d"],
            ),
        ],
    }
}

fn latency() -> Row {
    let goals =
        format!("max by (authority, portal, slo) ({})", of(&c::SLO_OBJECTIVE).like("slo", "latency_.*"));
    Row {
        title: t("Tốc độ", "Latency"),
        panels: vec![
            Panel::table(
                t("Mục tiêu tốc độ đã khai báo", "Latency objectives as declared"),
                t(
                    "latency_1s với 95 % nghĩa là 95 % lần đo phải xong trong 1 giây.",
                    "latency_1s at 95 % means that 95 % of the runs should end within 1 second.",
                ),
                (0, Order::Rising),
                vec![
                    Column::label("portal_LANG", t("Cổng", "Portal")).leading_to(Link::Portal),
                    Column::label("slo", t("Mục tiêu", "Objective")),
                    Column::value(
                        0,
                        t("Tỷ lệ phải đạt (khai báo)", "Share to reach (declared)"),
                        Unit::Share,
                    ),
                ],
            )
            .sized(10, 8)
            .ask(t("mục tiêu", "objective"), named(&goals)),
            Panel::lines(
                t("p95 thời gian đo", "p95 of a run"),
                t(
                    "95 % lần đo trong giờ trước nhanh hơn mức này.",
                    "95 % of the runs of the hour before took less.",
                ),
                Lines { exemplars: true, ..Lines::default() },
            )
            .sized(14, 8)
            .measured_in(Unit::Seconds)
            .ask(NAMES, named(&quantile(0.95, &of(&c::PROBE_DURATION), "authority, portal", "1h"))),
        ],
    }
}
