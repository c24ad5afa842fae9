//! Portal: what whoever runs one portal asks when it is slow or broken.

use crate::dashboards::board::{
    BUDGET, Board, Colour, Column, EXPIRY, Lines, Link, NONE_IS_BEST, Order, PLAIN, Panel, Row, STATUS,
    STATUSES, Unit, t,
};
use crate::dashboards::boards::{WINDOW, reason_counts};
use crate::dashboards::promql::{availability, budget_left, of, quantile, worst, worst_status};
use crate::metrics::catalogue as c;
use crate::model::phase::Phase;
use crate::model::status::Status;

const PROBE: &str = "authority, portal, probe, kind, location";

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "portal",
        title: t("Cổng", "Portal"),
        purpose: t(
            "Dành cho đơn vị vận hành một cổng: cổng đang ra sao, chậm ở giai đoạn nào, hỏng vì lý do gì, lần đo nào cho thấy điều đó.",
            "For whoever runs one portal: how it is, which phase is slow, why it fails, and which run shows it.",
        ),
        one_portal: true,
        variables: vec![WINDOW],
        rows: vec![now(), probes(), speed(), runs(), content()],
    }
}

fn now() -> Row {
    let slo_names = t("dư địa", "budget left");
    Row {
        title: t("Bây giờ", "Now"),
        panels: vec![
            Panel::word(
                t("Trạng thái", "Status"),
                t("Trạng thái xấu nhất trong các phép đo của cổng.", "The worst among the portal's probes."),
                STATUSES,
            )
            .ask(t("trạng thái", "status"), worst_status("portal")),
            Panel::number(
                t("Đo thành công", "Runs that worked"),
                t(
                    "Tỷ lệ lần đo thành công trong khoảng thời gian đang xem, trong số lần có kết luận.",
                    "Share of runs that worked in the range shown, among those that could tell.",
                ),
                PLAIN,
            )
            .measured_in(Unit::Share)
            .ask(t("thành công", "worked"), availability("", "$__range")),
            Panel::number(
                t("Dư địa lỗi còn lại", "Error budget left"),
                t(
                    "So với mục tiêu của cổng trong khoảng thời gian đang xem; \"không đủ dữ liệu\" nếu cổng không có mục tiêu.",
                    "Against the portal's objective over the range shown; n/a where it has none.",
                ),
                BUDGET,
            )
            .measured_in(Unit::Share)
            .ask(slo_names, budget_left("$__range")),
            Panel::number(
                t("p95 thời gian đo", "p95 of a run"),
                t(
                    "95 % lần đo trong khoảng thời gian đang xem nhanh hơn mức này.",
                    "95 % of the runs in the range shown took less than this.",
                ),
                PLAIN,
            )
            .measured_in(Unit::Seconds)
            .ask(t("p95", "p95"), quantile(0.95, &of(&c::PROBE_DURATION), "", "$__range")),
            Panel::number(
                t("Chứng thư còn hạn", "Certificate still valid"),
                t(
                    "Thời gian đến khi chứng thư đầu tiên trong chuỗi hết hạn.",
                    "Time until the first certificate of the chain ends.",
                ),
                EXPIRY,
            )
            .measured_in(Unit::Span)
            .ask(t("còn", "left"), format!("min({} - time())", of(&c::TLS_NOT_AFTER))),
            Panel::number(
                t("Lần đo gần nhất", "Last run"),
                t("Đã bao lâu kể từ kết quả gần nhất của cổng.", "How long ago the portal's last result came."),
                PLAIN,
            )
            .measured_in(Unit::Seconds)
            .ask(t("trước đây", "ago"), format!("time() - max({})", of(&c::PROBE_LAST_RUN))),
        ],
    }
}

fn probes() -> Row {
    let probe_status = worst_status(PROBE);
    let every = format!(
        "{probe_status} * on ({PROBE}) group_left (every) topk by ({PROBE}) (1, {})",
        of(&c::PROBE_INFO)
    );
    let missed = format!("round(sum by ({PROBE}) (increase({}[$__range])))", of(&c::PROBE_MISSED));
    let stale = format!("max by ({PROBE}) ({})", of(&c::PROBE_STALE));
    let columns = vec![
        Column::value(0, t("Trạng thái", "Status"), Unit::Status).coloured(STATUS),
        Column::label("probe", t("Phép đo", "Probe")).leading_to(Link::Runs),
        Column::label("kind", t("Loại", "Kind")),
        Column::label("every", t("Chu kỳ", "Every")),
        Column::label("location", t("Nơi đo", "Location")),
        Column::value(1, t("Đo thành công", "Worked"), Unit::Share),
        Column::value(2, t("p95", "p95"), Unit::Seconds),
        Column::value(3, t("Lần đo bị lỡ", "Runs missed"), Unit::Count).coloured(NONE_IS_BEST),
        Column::value(4, t("Không còn kết quả mới", "Stale"), Unit::Count).coloured(NONE_IS_BEST),
    ];
    let table = Panel::table(
        t("Các phép đo", "Probes"),
        t(
            "Mỗi dòng là một phép đo từ một nơi; bấm vào tên để mở các lần đo gần đây trong trang của emc.",
            "Each row is a probe from one place; its name opens the recent runs on emc's own page.",
        ),
        (0, Order::Falling),
        columns,
    )
    .ask(t("trạng thái", "status"), every)
    .ask(t("thành công", "worked"), availability(PROBE, "$__range"))
    .ask(t("p95", "p95"), quantile(0.95, &of(&c::PROBE_DURATION), PROBE, "$__range"))
    .ask(t("bị lỡ", "missed"), missed)
    .ask(t("không còn mới", "stale"), stale);
    let timeline = Panel::timeline(
        t("Trạng thái từng phép đo", "Status of each probe"),
        t(
            "Sau khi xác nhận; khoảng trống là không có số liệu.",
            "As confirmed; a gap means that there is no data.",
        ),
        STATUSES,
    )
    .ask(
        t("{{probe}} ({{location}})", "{{probe}} ({{location}})"),
        worst(&of(&c::PROBE_STATUS), "probe, location"),
    );
    Row {
        title: t("Các phép đo và lý do", "Probes and reasons"),
        panels: vec![table, timeline, reason_counts(&of(&c::PROBE_REASON))],
    }
}

fn speed() -> Row {
    let runs = of(&c::PROBE_DURATION);
    let lines = Lines { exemplars: true, ..Lines::default() };
    let durations = Panel::lines(
        t("Thời gian của lần đo", "How long runs take"),
        t(
            "p50, p95 và p99 trong cửa sổ đã chọn; mỗi chấm là một lần đo, bấm để mở trang của lần đo đó.",
            "p50, p95 and p99 over the chosen window; each dot is one run and opens its page.",
        ),
        lines,
    )
    .measured_in(Unit::Seconds)
    .ask(t("p50", "p50"), quantile(0.5, &runs, "", "$window"))
    .ask(t("p95", "p95"), quantile(0.95, &runs, "", "$window"))
    .ask(t("p99", "p99"), quantile(0.99, &runs, "", "$window"));
    let heat = Panel::heat(
        t("Phân bố thời gian", "Distribution of durations"),
        t(
            "Số lần đo rơi vào mỗi khoảng thời gian: hai dải nghĩa là có hai loại người dùng khác nhau.",
            "How many runs fell into each bucket: two bands mean two different experiences.",
        ),
    )
    .ask(
        t("{{le}}", "{{le}}"),
        format!("sum by (le) (increase({}[$__rate_interval]))", runs.clone().buckets()),
    );
    let mut phases = Panel::lines(
        t("Thời gian đi đâu", "Where the time goes"),
        t(
            "Các giai đoạn của lần đo gần nhất, trung bình các phép đo, xếp chồng vì cộng lại là cả lần đo: chờ xử lý dài là do ứng dụng, kết nối dài là do mạng.",
            "The phases of the last run, averaged over the probes, stacked since they add up to the run: long processing is the application, long connecting the network.",
        ),
        Lines { stacked: true, ..Lines::default() },
    )
    .measured_in(Unit::Seconds)
    .sized(24, 8);
    for phase in Phase::ALL {
        let series = of(&c::PROBE_PHASE).is("phase", phase.as_str());
        phases = phases.ask(phase.word(), format!("avg({series})"));
    }
    Row { title: t("Tốc độ", "Speed"), panels: vec![durations, heat, phases] }
}

fn runs() -> Row {
    let a_minute = |family| format!("sum(rate({}[$window])) * 60", of(family));
    let runs = Panel::lines(
        t("Lần đo mỗi phút", "Runs a minute"),
        t(
            "Thành công, không thành công và không kết luận được. Không kết luận được không tính cho cổng.",
            "Runs that worked, failed, and could not tell. What could not tell is not held against the portal.",
        ),
        Lines { stacked: true, ..Lines::default() },
    )
    .ask_in(Colour::Good, t("thành công", "worked"), a_minute(&c::PROBE_SUCCESS))
    .ask_in(Colour::Bad, t("không thành công", "failed"), a_minute(&c::PROBE_FAILURE))
    .ask_in(Colour::Unknown, Status::Unknown.word(), a_minute(&c::PROBE_UNKNOWN));
    let budget = Panel::lines(
        t("Dư địa lỗi còn lại theo thời gian", "Error budget left over time"),
        t(
            "Tính trên 30 ngày trước mỗi thời điểm; trống nếu cổng không có mục tiêu.",
            "Over the 30 days before each moment; empty where the portal has no objective.",
        ),
        Lines { limits: Some(BUDGET), ..Lines::default() },
    )
    .measured_in(Unit::Share)
    .ask(t("{{portal}}", "{{portal}}"), budget_left("30d"));
    Row { title: t("Kết quả", "Results"), panels: vec![runs, budget] }
}

fn content() -> Row {
    let names = t("{{probe}} ({{location}})", "{{probe}} ({{location}})");
    let last = |family| format!("max by (probe, location) ({})", of(family));
    Row {
        title: t("Nội dung trả lời", "What is answered"),
        panels: vec![
            Panel::lines(
                t("Mã trạng thái HTTP", "HTTP status code"),
                t("Của câu trả lời cuối cùng trong lần đo gần nhất.", "Of the final answer of the last run."),
                Lines::default(),
            )
            .measured_in(Unit::Code)
            .ask(names, last(&c::HTTP_STATUS_CODE)),
            Panel::lines(
                t("Kích thước trang", "Size of the page"),
                t(
                    "Sau giải nén; trang bỗng nhỏ đi thường là trang báo lỗi. Trống trong lúc có lý do.",
                    "Decoded; a page that shrinks all at once is often an error page. Empty while a reason stands.",
                ),
                Lines::default(),
            )
            .measured_in(Unit::Bytes)
            .ask(names, last(&c::HTTP_RESPONSE)),
        ],
    }
}
