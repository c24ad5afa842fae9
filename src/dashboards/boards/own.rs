//! emc itself: what whoever runs the monitor asks before trusting any other dashboard.

use crate::dashboards::board::{
    Board, Lines, NONE_IS_BEST, NONE_IS_GOOD, Order, Panel, Row, SUCCESS, TROUBLE, Unit, YES_IS_GOOD, t,
};
use crate::dashboards::board::{Column, Link};
use crate::dashboards::boards::WINDOW;
use crate::dashboards::promql::{foreign, of, quantile};
use crate::metrics::catalogue as c;
use crate::model::text::Text;

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "self",
        title: t("Chính emc", "emc itself"),
        purpose: t(
            "Dành cho người vận hành emc: máy giám sát có đo đúng giờ, đủ lần, bằng sức của chính nó không. Nếu không, đừng vội tin các bảng khác.",
            "For whoever runs emc: does it measure on time, without gaps, and within its own means? If not, do not trust the other dashboards yet.",
        ),
        one_portal: false,
        variables: vec![WINDOW],
        rows: vec![now(), schedule(), faults(), history(), process(), web()],
    }
}

fn now() -> Row {
    let version = format!("max by (version) ({})", of(&c::BUILD_INFO));
    Row {
        title: t("Bây giờ", "Now"),
        panels: vec![
            Panel::number(
                t("emc đang được đọc", "emc is scraped"),
                t(
                    "Prometheus có đọc được số liệu của mọi emc không: 1 là có.",
                    "Whether Prometheus reaches every emc: 1 means it does.",
                ),
                YES_IS_GOOD,
            )
            .ask(t("đọc được", "reached"), format!("min({})", foreign("up"))),
            Panel::word(
                t("Lần nạp cấu hình gần nhất", "Last reload"),
                t(
                    "Không thành công nghĩa là cấu hình cũ vẫn đang chạy.",
                    "Failed means that the configuration before still runs.",
                ),
                SUCCESS,
            )
            .ask(t("nạp cấu hình", "reload"), format!("min({})", of(&c::RELOAD_SUCCESSFUL))),
            Panel::number(
                t("Sự cố của chính emc", "Own faults"),
                t(
                    "Số sự cố của máy giám sát đang diễn ra; khi có, kết quả là không xác định.",
                    "Troubles of the monitor itself at this moment; results are unknown meanwhile.",
                ),
                NONE_IS_GOOD,
            )
            .ask(t("sự cố", "faults"), format!("sum({})", of(&c::SELF_DEGRADED))),
            Panel::number(
                t("Phép đo hết kết quả mới", "Stale probes"),
                t("Số phép đo không còn kết quả mới.", "Probes from which no result comes any more."),
                NONE_IS_GOOD,
            )
            .ask(t("phép đo", "probes"), format!("sum({})", of(&c::PROBE_STALE))),
            Panel::number(
                t("Lần đo bị lỡ", "Runs missed"),
                t("Trong khoảng thời gian đang xem.", "In the range shown."),
                NONE_IS_BEST,
            )
            .ask(t("bị lỡ", "missed"), format!("round(sum(increase({}[$__range])))", of(&c::PROBE_MISSED))),
            Panel::table(
                t("Phiên bản", "Version"),
                t("Phiên bản nào đang chạy, ở mấy nơi.", "Which version runs, and in how many places."),
                (0, Order::Falling),
                vec![
                    Column::label("version", t("Phiên bản", "Version")),
                    Column::value(0, t("Số nơi", "Places"), Unit::Count),
                ],
            )
            .sized(4, 4)
            .ask(
                t("nơi", "places"),
                format!("{version} * on (version) group_left () count by (version) ({})", of(&c::BUILD_INFO)),
            ),
        ],
    }
}

fn schedule() -> Row {
    let late = of(&c::SCHEDULE_LATENESS);
    let lateness = Panel::lines(
        t("Bắt đầu trễ bao lâu", "How late runs begin"),
        t(
            "p50 và p99 của độ trễ so với kế hoạch; trên 0,1 giây kéo dài là máy thiếu CPU.",
            "p50 and p99 of the delay against the plan; above 0.1 s for long, the machine lacks CPU.",
        ),
        Lines::default(),
    )
    .measured_in(Unit::Seconds)
    .ask(t("p50 {{location}}", "p50 {{location}}"), quantile(0.5, &late, "location", "$window"))
    .ask(t("p99 {{location}}", "p99 {{location}}"), quantile(0.99, &late, "location", "$window"));
    let runs = |family| format!("sum by (location) (rate({}[$window]))", of(family));
    let all =
        format!("{} + {} + {}", runs(&c::PROBE_SUCCESS), runs(&c::PROBE_FAILURE), runs(&c::PROBE_UNKNOWN));
    let rates = Panel::lines(
        t("Lần đo mỗi giây", "Runs a second"),
        t(
            "Tải của lịch đo, số lần đang diễn ra và số lần bị lỡ.",
            "The load of the schedule, runs under way, and runs missed.",
        ),
        Lines::default(),
    )
    .ask(t("mỗi giây, {{location}}", "a second, {{location}}"), all)
    .ask(
        t("đang diễn ra, {{location}}", "under way, {{location}}"),
        format!("sum by (location) ({})", of(&c::RUNS_IN_FLIGHT)),
    )
    .ask(t("bị lỡ mỗi giây, {{location}}", "missed a second, {{location}}"), runs(&c::PROBE_MISSED));
    Row { title: t("Lịch đo", "Schedule"), panels: vec![lateness, rates, clock(), behind()] }
}

fn clock() -> Panel {
    let kernel = of(&c::FIRST_BYTE_CLOCK).is("clock", "kernel");
    Panel::lines(
        t("Byte đầu tiên do nhân hệ điều hành bấm giờ", "First bytes timed by the kernel"),
        t(
            "Tỷ lệ lần đo có mốc byte đầu tiên của nhân hệ điều hành: chính xác hơn đồng hồ của chương trình khi máy bận.",
            "Share of runs whose first byte the kernel stamped: more exact than our own clock on a busy machine.",
        ),
        Lines::default(),
    )
    .measured_in(Unit::Share)
    .ask(
        t("{{location}}", "{{location}}"),
        format!(
            "sum by (location) (rate({kernel}[$window])) / (sum by (location) (rate({}[$window])) > 0)",
            of(&c::FIRST_BYTE_CLOCK)
        ),
    )
}

fn behind() -> Panel {
    Panel::table(
        t("Phép đo bị lỡ nhiều nhất", "Probes that miss most"),
        t(
            "Thời gian đo dài hơn chu kỳ, hoặc bị giữ lại vì lịch sự với máy chủ.",
            "They take longer than their interval, or politeness holds them back.",
        ),
        (0, Order::Falling),
        vec![
            Column::label("portal", t("Cổng", "Portal")).leading_to(Link::Portal),
            Column::label("probe", t("Phép đo", "Probe")).leading_to(Link::Runs),
            Column::label("location", t("Nơi đo", "Location")),
            Column::value(0, t("Bị lỡ", "Missed"), Unit::Count),
        ],
    )
    .sized(12, 8)
    .ask(
        t("bị lỡ", "missed"),
        format!(
            "topk(10, round(sum by (authority, portal, probe, location) (increase({}[$__range]))))",
            of(&c::PROBE_MISSED)
        ),
    )
}

fn faults() -> Row {
    Row {
        title: t("Sự cố của chính máy giám sát", "Faults of the monitor itself"),
        panels: vec![
            Panel::timeline(
                t("Loại sự cố", "Which trouble"),
                t(
                    "Lỗi của máy giám sát, không bao giờ quy cho cổng.",
                    "The monitor's own fault, never held against a portal.",
                ),
                TROUBLE,
            )
            .ask(
                t("{{cause}} ({{location}})", "{{cause}} ({{location}})"),
                format!("max by (cause, location) ({})", of(&c::SELF_DEGRADED)),
            ),
            Panel::lines(
                t("Kết quả bị bỏ", "Results dropped"),
                t(
                    "Trong cửa sổ đã chọn, vì hàng đợi có giới hạn đã đầy: luôn phải là 0.",
                    "Over the chosen window, because a bounded queue was full: it should always be 0.",
                ),
                Lines::default(),
            )
            .ask(
                t("{{location}}", "{{location}}"),
                format!("sum by (location) (increase({}[$window]))", of(&c::DROPPED)),
            ),
        ],
    }
}

fn history() -> Row {
    let over = |family| format!("sum by (location) (increase({}[$window]))", of(family));
    let at = |vi, en, family| (t(vi, en), over(family));
    let mut troubles = Panel::lines(
        t("Sự cố khi ghi lịch sử", "Trouble with history"),
        t(
            "Trong cửa sổ đã chọn: kết quả không ghi được, lần ghi không thành (ví dụ đĩa đầy), tệp lịch sử hỏng. Luôn phải là 0.",
            "Over the chosen window: results lost, writes that failed (a full disk for one), damaged files. They should always be 0.",
        ),
        Lines::default(),
    );
    for (legend, expression) in [
        at("mất, {{location}}", "lost, {{location}}", &c::HISTORY_DROPPED),
        at("ghi không thành, {{location}}", "writes failed, {{location}}", &c::HISTORY_ERRORS),
        at("tệp hỏng, {{location}}", "damaged, {{location}}", &c::HISTORY_CORRUPT),
    ] {
        troubles = troubles.ask(legend, expression);
    }
    Row {
        title: t("Lịch sử", "History"),
        panels: vec![
            Panel::lines(
                t("Ghi vào lịch sử", "Written to history"),
                t(
                    "Kết quả đã ghi chắc chắn trong cửa sổ đã chọn, và kết quả đang chờ: hàng chờ dài ra nghĩa là kho dữ liệu chậm.",
                    "Results committed over the chosen window, and those that wait: a queue that grows means a slow store.",
                ),
                Lines::default(),
            )
            .ask(t("đã ghi, {{location}}", "committed, {{location}}"), over(&c::HISTORY_COMMITTED))
            .ask(
                t("đang chờ, {{location}}", "waiting, {{location}}"),
                format!("sum by (location) ({})", of(&c::HISTORY_QUEUED)),
            ),
            troubles,
        ],
    }
}

/// A third of a row.
fn small(title: Text, purpose: Text, unit: Unit, legend: Text, expression: String) -> Panel {
    Panel::lines(title, purpose, Lines::default()).sized(8, 7).measured_in(unit).ask(legend, expression)
}

/// One series for each monitor.
fn one(name: &'static str) -> String {
    format!("max by (instance) ({})", foreign(name))
}

const INSTANCE: Text = t("{{instance}}", "{{instance}}");

fn process() -> Row {
    Row {
        title: t("Tiến trình", "Process"),
        panels: vec![
            small(
                t("CPU", "CPU"),
                t("Số CPU mà emc dùng.", "How many CPUs emc uses."),
                Unit::Count,
                INSTANCE,
                format!(
                    "sum by (instance) (rate({}[$__rate_interval]))",
                    foreign("process_cpu_seconds_total")
                ),
            ),
            small(
                t("Bộ nhớ", "Memory"),
                t("Bộ nhớ thực mà emc chiếm.", "Resident memory of emc."),
                Unit::Bytes,
                INSTANCE,
                one("process_resident_memory_bytes"),
            ),
            small(
                t("Tệp đang mở", "Open files"),
                t(
                    "So với giới hạn: mỗi lần đo đang diễn ra cần một tệp mở.",
                    "Against the limit: each run under way needs one.",
                ),
                Unit::Count,
                t("đang mở {{instance}}", "open {{instance}}"),
                one("process_open_fds"),
            )
            .ask(t("giới hạn {{instance}}", "limit {{instance}}"), one("process_max_fds")),
            small(
                t("Chạy được bao lâu", "Uptime"),
                t("Về 0 là emc đã khởi động lại.", "A drop to 0 is a restart of emc."),
                Unit::Span,
                INSTANCE,
                format!("time() - {}", one("process_start_time_seconds")),
            ),
            scrape_time(),
            series(),
        ],
    }
}

fn scrape_time() -> Panel {
    small(
        t("Thời gian đọc số liệu", "How long a scrape takes"),
        t("Prometheus đọc xong /metrics trong bao lâu.", "How long Prometheus takes to read /metrics."),
        Unit::Seconds,
        INSTANCE,
        one("scrape_duration_seconds"),
    )
}

fn series() -> Panel {
    small(
        t("Số chuỗi số liệu", "Series"),
        t(
            "Tối đa khoảng 30 cho mỗi phép đo: tăng vọt là có nhãn lạ.",
            "Some 30 for each probe at most: a jump means a stray label.",
        ),
        Unit::Count,
        INSTANCE,
        one("scrape_samples_scraped"),
    )
}

fn web() -> Row {
    Row {
        title: t("Giao diện web của emc", "emc's own web server"),
        panels: vec![
            Panel::lines(
                t("Kết nối đang mở", "Open connections"),
                t("Tới /metrics và các trang của emc.", "To /metrics and the pages of emc."),
                Lines::default(),
            )
            .ask(t("kết nối", "connections"), format!("sum({})", of(&c::WEB_CONNECTIONS))),
            Panel::lines(
                t("Bị từ chối", "Refused"),
                t(
                    "Kết nối hoặc yêu cầu bị từ chối trong cửa sổ đã chọn, theo nguyên nhân.",
                    "Connections or requests refused over the chosen window, by cause.",
                ),
                Lines::default(),
            )
            .ask(
                t("{{cause}}", "{{cause}}"),
                format!("sum by (cause) (increase({}[$window]))", of(&c::WEB_REFUSED)),
            ),
        ],
    }
}
