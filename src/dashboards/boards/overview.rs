//! Tổng quan: what whoever answers for all portals asks in the morning.

use crate::dashboards::board::{
    BUDGET, Board, Column, Lines, Link, NONE_IS_BEST, NONE_IS_GOOD, Order, PLAIN, Panel, Row, STATUS,
    STATUSES, Unit, t,
};
use crate::dashboards::promql::{
    availability, budget_left, counted, last_seen_up, named, named_authority, objective, of, troubled, worst,
    worst_status,
};
use crate::metrics::catalogue as c;
use crate::model::status::Status;

const PORTAL: &str = "authority, portal";

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "overview",
        title: t("Tổng quan", "Overview"),
        purpose: t(
            "Dành cho lãnh đạo: cơ quan nào đang có cổng gián đoạn, từ khi nào, còn bao nhiêu dư địa so với mục tiêu.",
            "For whoever answers for all portals: whose portals are broken, since when, and how much error budget is left.",
        ),
        one_portal: false,
        variables: vec![],
        rows: vec![now(), broken(), authorities(), budgets(), dependencies()],
    }
}

fn now() -> Row {
    let portals = |status| counted(status, "", PORTAL);
    let figure = |title, purpose, scale, expression: String| {
        Panel::number(title, purpose, scale).ask(title, expression)
    };
    Row {
        title: t("Bây giờ", "Now"),
        panels: vec![
            figure(
                t("Cổng gián đoạn", "Portals down"),
                t("Số cổng có ít nhất một phép đo gián đoạn.", "Portals with at least one probe down."),
                NONE_IS_GOOD,
                portals(Status::Down),
            ),
            figure(
                t("Cổng suy giảm", "Portals degraded"),
                t("Số cổng còn dùng được nhưng kém hơn mức mong muốn.", "Portals that work, but worse than wanted."),
                NONE_IS_BEST,
                portals(Status::Degraded),
            ),
            figure(
                t("Cổng hoạt động", "Portals up"),
                t("Số cổng mà mọi phép đo có kết luận đều tốt.", "Portals of which every probe with a verdict is up."),
                PLAIN,
                portals(Status::Up),
            ),
            figure(
                t("Không xác định", "Unknown"),
                t(
                    "Số cổng chưa có phép đo nào kết luận được: không tính là tốt, cũng không tính là hỏng.",
                    "Portals of which no probe could tell anything: neither good nor bad.",
                ),
                NONE_IS_BEST,
                portals(Status::Unknown),
            ),
            figure(
                t("Tỷ lệ đo thành công", "Runs that worked"),
                t(
                    "Tỷ lệ lần đo thành công của mọi cổng trong khoảng thời gian đang xem; lần đo không kết luận được không tính.",
                    "Share of runs that worked, over all portals and the range shown; runs that could not tell do not count.",
                ),
                PLAIN,
                availability("", "$__range"),
            )
            .measured_in(Unit::Share),
            figure(
                t("Dư địa thấp nhất", "Least budget left"),
                t(
                    "Cổng còn ít dư địa lỗi nhất trong khoảng thời gian đang xem; âm là đã vượt mục tiêu cho phép.",
                    "The portal with the least error budget left in the range shown; below zero, the objective is missed.",
                ),
                BUDGET,
                format!("min({})", budget_left("$__range")),
            )
            .measured_in(Unit::Share),
        ],
    }
}

fn broken() -> Row {
    let statuses = of(&c::PROBE_STATUS);
    let columns = vec![
        Column::value(0, t("Trạng thái", "Status"), Unit::Status).coloured(STATUS),
        Column::label("authority_LANG", t("Cơ quan", "Authority")).leading_to(Link::Authority),
        Column::label("portal_LANG", t("Cổng bị ảnh hưởng", "Portal affected")).leading_to(Link::Portal),
        Column::label("probe", t("Phép đo", "Probe")).leading_to(Link::Runs),
        Column::label("reason", t("Lý do", "Reason")),
        Column::value(1, t("Tốt lần cuối", "Last seen well"), Unit::Moment),
        Column::label("location", t("Nơi đo", "Location")),
    ];
    Row {
        title: t("Đang có vấn đề", "What is wrong now"),
        panels: vec![
            Panel::table(
                t("Đang hỏng gì, từ khi nào, cổng nào bị ảnh hưởng", "What is broken, since when, who is affected"),
                t(
                    "Mỗi dòng là một phép đo không ở trạng thái tốt và lý do. \"Tốt lần cuối\" để trống nghĩa là chưa tốt lần nào trong khoảng thời gian đang xem.",
                    "Each row is a probe that is not up, and why. Where \"last seen well\" is empty, it was never up within the range shown.",
                ),
                (0, Order::Falling),
                columns,
            )
            .of_troubles()
            .ask(t("trạng thái", "status"), named(&troubled(&of(&c::PROBE_REASON), &statuses)))
            .ask(t("tốt lần cuối", "last seen well"), last_seen_up(&of(&c::PROBE_REASON), &statuses)),
        ],
    }
}

fn authorities() -> Row {
    let count = |status| named_authority(&counted(status, "authority", PORTAL));
    let column = |place, status: Status| {
        let scale = if status == Status::Down { NONE_IS_GOOD } else { PLAIN };
        Column::value(place, status.word(), Unit::Count).coloured(scale)
    };
    let table = Panel::table(
        t("Cơ quan và trạng thái các cổng", "Authorities and the status of their portals"),
        t(
            "Mỗi cơ quan có bao nhiêu cổng ở từng trạng thái.",
            "How many portals of each authority are in each status.",
        ),
        (0, Order::Falling),
        vec![
            Column::label("authority_LANG", t("Cơ quan", "Authority")).leading_to(Link::Authority),
            column(0, Status::Down),
            column(1, Status::Degraded),
            column(2, Status::Up),
            column(3, Status::Unknown),
            Column::value(4, t("Đo thành công", "Runs that worked"), Unit::Share),
        ],
    )
    .sized(12, 8)
    .ask(Status::Down.word(), count(Status::Down))
    .ask(Status::Degraded.word(), count(Status::Degraded))
    .ask(Status::Up.word(), count(Status::Up))
    .ask(Status::Unknown.word(), count(Status::Unknown))
    .ask(t("đo thành công", "runs that worked"), named_authority(&availability("authority", "$__range")));
    let timeline = Panel::timeline(
        t("Trạng thái từng cổng theo thời gian", "Status of each portal over time"),
        t(
            "Trạng thái xấu nhất trong các phép đo của cổng; khoảng trống là không có số liệu.",
            "The worst among the portal's probes; a gap means that there is no data.",
        ),
        STATUSES,
    )
    .ask(
        t("{{authority_LANG}}: {{portal_LANG}}", "{{authority_LANG}}: {{portal_LANG}}"),
        named(&worst_status(PORTAL)),
    );
    Row { title: t("Theo cơ quan", "By authority"), panels: vec![table, timeline] }
}

fn budgets() -> Row {
    let names = t("{{portal_LANG}}", "{{portal_LANG}}");
    Row {
        title: t("So với mục tiêu", "Against the objectives"),
        panels: vec![
            Panel::bars(
                t("Dư địa lỗi còn lại", "Error budget left"),
                t(
                    "Phần lỗi còn được phép trong khoảng thời gian đang xem, của các cổng có mục tiêu; cổng không có mục tiêu thì không có thanh.",
                    "What may still fail in the range shown, for portals that have an objective; without one there is no bar.",
                ),
                BUDGET,
            )
            .measured_in(Unit::Share)
            .ask(names, named(&budget_left("$__range"))),
            Panel::lines(
                t("Tỷ lệ đo thành công và mục tiêu", "Runs that worked, and the objective"),
                t(
                    "Tỷ lệ lần đo thành công của từng cơ quan trong 15 phút gần nhất và mục tiêu khắt khe nhất; khoảng trống là không đủ dữ liệu.",
                    "Share of runs that worked in the last 15 minutes by authority, and the strictest objective; a gap means not enough data.",
                ),
                Lines::default(),
            )
            .measured_in(Unit::Share)
            .ask(t("{{authority_LANG}}", "{{authority_LANG}}"), named_authority(&availability("authority", "15m")))
            .ask(t("mục tiêu khắt khe nhất", "strictest objective"), format!("max({})", objective())),
        ],
    }
}

fn dependencies() -> Row {
    Row {
        title: t("Hệ thống dùng chung và bảo trì", "Shared systems and maintenance"),
        panels: vec![
            Panel::timeline(
                t("Trạng thái hệ thống dùng chung", "Status of shared systems"),
                t(
                    "Cổng quốc gia, đăng nhập một lần, cổng ký số...: khi chúng hỏng thì không quy lỗi cho từng cơ quan. Trống nếu chưa khai báo hệ thống nào.",
                    "National portal, single sign-on, signing gateway...: their failure is not held against an authority. Empty where none is configured.",
                ),
                STATUSES,
            )
            .sized(18, 5)
            .ask(t("{{dependency}}", "{{dependency}}"), worst(&of(&c::DEPENDENCY_STATUS), "dependency")),
            Panel::number(
                t("Cổng đang bảo trì", "Portals under maintenance"),
                t(
                    "Số cổng đang trong thời gian bảo trì đã thông báo: lần đo lúc ấy không tính vào mục tiêu, dù tốt hay hỏng.",
                    "Portals in a window of announced maintenance: their runs count neither for nor against objectives.",
                ),
                PLAIN,
            )
            .sized(6, 5)
            .ask(
                t("đang bảo trì", "under maintenance"),
                format!("sum(max by ({PORTAL}) ({}))", of(&c::PORTAL_MAINTENANCE)),
            ),
        ],
    }
}
