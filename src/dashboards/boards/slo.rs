//! SLO: what whoever promised something asks: is it kept, and how long will it hold?

use crate::dashboards::board::{
    BUDGET, Board, Colour, Column, Lines, Link, NONE_IS_GOOD, Order, PLAIN, Panel, Row, Scale, Unit,
    Variable, t,
};
use crate::dashboards::promql::{
    availability, budget_left, burn, coverage, named, objective, of, quantile, recorded_burn,
};
use crate::metrics::catalogue as c;
use crate::model::text::Text;

const PERIOD: &str = "$slo_window";
const NAMES: Text = t("{{portal_LANG}}", "{{portal_LANG}}");
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

/// What stands where Prometheus has not loaded the rules.
const NO_RULES: Text =
    t("không đủ dữ liệu: Prometheus cần nạp emc.rules.yml", "n/a: Prometheus has to load emc.rules.yml");

fn burning() -> Row {
    const FAST_WINDOWS: &[(&str, Text)] = &[
        ("5m", t("{{portal_LANG}}, {{slo}}: 5 phút", "{{portal_LANG}}, {{slo}}: 5 minutes")),
        ("1h", t("{{portal_LANG}}, {{slo}}: 1 giờ", "{{portal_LANG}}, {{slo}}: 1 hour")),
        ("6h", t("{{portal_LANG}}, {{slo}}: 6 giờ", "{{portal_LANG}}, {{slo}}: 6 hours")),
    ];
    const SLOW_WINDOWS: &[(&str, Text)] = &[
        ("6h", t("{{portal_LANG}}, {{slo}}: 6 giờ", "{{portal_LANG}}, {{slo}}: 6 hours")),
        ("1d", t("{{portal_LANG}}, {{slo}}: 1 ngày", "{{portal_LANG}}, {{slo}}: 1 day")),
        ("3d", t("{{portal_LANG}}, {{slo}}: 3 ngày", "{{portal_LANG}}, {{slo}}: 3 days")),
    ];
    let rates = |title, purpose, limits, windows: &[(&str, Text)]| {
        let panel = Panel::lines(title, purpose, Lines { limits: Some(limits), ..Lines::default() });
        let ask =
            |panel: Panel, (window, legend): &(&str, Text)| panel.ask(*legend, named(&recorded_burn(window)));
        Panel { nothing: NO_RULES, ..windows.iter().fold(panel, ask) }
    };
    Row {
        title: t("Tốc độ cạn dư địa", "How fast the budget burns"),
        panels: vec![
            rates(
                t("Cạn nhanh: 5 phút, 1 giờ, 6 giờ", "Fast burn: 5 minutes, 1 hour, 6 hours"),
                t(
                    "1 là cạn đúng vào cuối 30 ngày; từ 14,4 ở cả 5 phút lẫn 1 giờ là phải xử lý ngay. Như luật cảnh báo tính, ở nơi đo thấy xấu nhất; cổng đo thưa không có cửa sổ ngắn.",
                    "1 uses the budget up exactly at the end of 30 days; from 14.4 over 5 minutes and 1 hour somebody must act now. As the alerts see it, at the location that sees the worst; portals probed seldom have no short windows.",
                ),
                FAST,
                FAST_WINDOWS,
            ),
            rates(
                t("Cạn chậm: 6 giờ, 1 ngày, 3 ngày", "Slow burn: 6 hours, 1 day, 3 days"),
                t(
                    "Từ 1 trở lên ở cả 6 giờ lẫn 3 ngày là sẽ không đạt mục tiêu nếu không sửa.",
                    "From 1 upwards over 6 hours and 3 days the objective will be missed unless something is mended.",
                ),
                SLOW,
                SLOW_WINDOWS,
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
