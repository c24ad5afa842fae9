//! UX và khả năng tiếp cận: what whoever cares for the citizen's experience asks. Begins with what is measured today;
//! see [`MISSING`].

use crate::dashboards::board::{Board, Column, Lines, Link, Order, PLAIN, Panel, Row, Unit, t};
use crate::dashboards::boards::{WINDOW, reason_counts};
use crate::dashboards::promql::{Series, named, of, quantile};
use crate::metrics::catalogue as c;
use crate::metrics::catalogue::Family;
use crate::model::phase::Phase;
use crate::model::reason::Reason;
use crate::model::text::Text;

/// What this dashboard cannot show yet, in plain words; shrinks when the kinds `page` and `browser` come.
const MISSING: Text = t(
    "**Có ở đây:** trang trả lời nhanh đến đâu, nặng bao nhiêu, và những trang làm người dân phải dừng lại (bảo trì, không tìm thấy, đăng nhập vòng tròn, captcha, thiếu nội dung).\n\n\
     **Chưa có:** hiển thị trong trình duyệt (LCP, CLS, INP), khả năng tiếp cận (WCAG, axe), quy tắc về nội dung trang, hoàn thành thủ tục từ đầu đến cuối, mức độ hài lòng. \
     emc chưa đo những điều đó, nên ở đây không vẽ.",
    "**Shown here:** how fast a page answers, how heavy it is, and pages at which a citizen must stop (maintenance, not found, login in circles, captcha, content missing).\n\n\
     **Not there yet:** what happens in a browser (LCP, CLS, INP), accessibility (WCAG, axe), rules about a page's content, a procedure completed end to end, satisfaction. \
     emc does not measure these yet, so nothing is drawn.",
);
/// Reasons that a visitor meets as a page.
const SEEN: &[Reason] = &[
    Reason::Slow,
    Reason::MaintenancePage,
    Reason::Soft404,
    Reason::LoginLoop,
    Reason::RedirectLoop,
    Reason::ContentMissing,
    Reason::ContentForbidden,
    Reason::TooSmall,
    Reason::Status,
    Reason::Captcha,
    Reason::Blocked,
];

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "ux",
        title: t("UX và khả năng tiếp cận", "UX and accessibility"),
        purpose: t(
            "Dành cho người chăm lo trải nghiệm của người dân: trang có đến nhanh không, và người dân gặp phải trang gì.",
            "For whoever cares for the citizen's experience: do pages come fast, and which pages do citizens meet?",
        ),
        one_portal: false,
        variables: vec![WINDOW],
        rows: vec![now(), speed(), pages()],
    }
}

/// Series of pages.
fn page(family: &'static Family) -> Series {
    of(family).is("kind", "http")
}

/// The share of pages that came within a bound; nothing where the operator's buckets have no such bound.
fn within(bound: &str, by: &str, window: &str) -> String {
    let sum = |series: Series| format!("sum{by} (increase({series}[{window}]))");
    format!(
        "{} / ({} > 0)",
        sum(page(&c::PROBE_DURATION).within(bound)),
        sum(page(&c::PROBE_DURATION).count())
    )
}

fn now() -> Row {
    let share = |title, purpose, bound| {
        Panel::number(title, purpose, PLAIN)
            .measured_in(Unit::Share)
            .ask(title, within(bound, "", "$__range"))
    };
    Row {
        title: t("Bây giờ", "Now"),
        panels: vec![
            Panel::words(
                t(
                    "Bảng này cho biết gì và chưa cho biết gì",
                    "What this shows, and what it does not show yet",
                ),
                t("Nói rõ giới hạn để không ai hiểu nhầm.", "States the limits, so that nobody is misled."),
                MISSING,
            )
            .sized(12, 8),
            share(
                t("Trang đến trong 1 giây", "Pages within 1 s"),
                t(
                    "Tỷ lệ lần đo trang xong trong 1 giây (cần có mốc 1 s trong các khoảng của biểu đồ phân bố).",
                    "Share of page runs that ended within 1 second (needs a bucket at 1 s).",
                ),
                "1.0",
            ),
            share(
                t("Trang đến trong 2,5 giây", "Pages within 2.5 s"),
                t(
                    "Tỷ lệ lần đo trang xong trong 2,5 giây.",
                    "Share of page runs that ended within 2.5 seconds.",
                ),
                "2.5",
            ),
            Panel::number(
                t("p75 thời gian của trang", "p75 of a page"),
                t(
                    "Ba phần tư số lần đo trang nhanh hơn mức này.",
                    "Three quarters of the page runs took less.",
                ),
                PLAIN,
            )
            .measured_in(Unit::Seconds)
            .ask(t("p75", "p75"), quantile(0.75, &page(&c::PROBE_DURATION), "", "$__range")),
        ],
    }
}

fn speed() -> Row {
    let portal = "authority, portal";
    let phase = |phase: Phase| {
        let series = page(&c::PROBE_PHASE).is("phase", phase.as_str());
        format!("avg({series})")
    };
    Row {
        title: t("Tốc độ", "Speed"),
        panels: vec![
            Panel::lines(
                t("p75 theo cổng", "p75 by portal"),
                t("Ba phần tư số lần đo trang của cổng nhanh hơn mức này, trong cửa sổ đã chọn.", "Three quarters of the portal's page runs took less, over the chosen window."),
                Lines { exemplars: true, ..Lines::default() },
            )
            .measured_in(Unit::Seconds)
            .ask(t("{{portal_LANG}}", "{{portal_LANG}}"), named(&quantile(0.75, &page(&c::PROBE_DURATION), portal, "$window"))),
            Panel::lines(
                t("Chờ máy chủ hay chờ tải về", "Waiting for the server, or for the transfer"),
                t("Trung bình lần đo trang gần nhất: chờ xử lý là ứng dụng, tải nội dung là trang nặng hoặc đường truyền.", "Average of the last page runs: processing is the application, transfer a heavy page or the line."),
                Lines { stacked: true, ..Lines::default() },
            )
            .measured_in(Unit::Seconds)
            .ask(Phase::Processing.word(), phase(Phase::Processing))
            .ask(Phase::Transfer.word(), phase(Phase::Transfer)),
        ],
    }
}

fn pages() -> Row {
    let probe = "authority, portal, probe";
    let seen: Vec<&str> = SEEN.iter().map(|reason| reason.as_str()).collect();
    let table = Panel::table(
        t("Từng trang", "Each page"),
        t(
            "Trang nào chậm hoặc nặng nhất, trong khoảng thời gian đang xem.",
            "Which page is slowest or heaviest, over the range shown.",
        ),
        (0, Order::Falling),
        vec![
            Column::label("portal_LANG", t("Cổng", "Portal")).leading_to(Link::Portal),
            Column::label("probe", t("Trang", "Page")).leading_to(Link::Runs),
            Column::value(0, t("p75", "p75"), Unit::Seconds),
            Column::value(1, t("Trong 1 giây", "Within 1 s"), Unit::Share),
            Column::value(2, t("Kích thước", "Size"), Unit::Bytes),
        ],
    )
    .sized(12, 8)
    .ask(t("p75", "p75"), named(&quantile(0.75, &page(&c::PROBE_DURATION), probe, "$__range")))
    .ask(t("trong 1 giây", "within 1 s"), within("1.0", &format!(" by ({probe})"), "$__range"))
    .ask(t("kích thước", "size"), format!("max by ({probe}) ({})", page(&c::HTTP_RESPONSE)));
    Row {
        title: t("Người dân gặp gì", "What citizens meet"),
        panels: vec![table, reason_counts(&page(&c::PROBE_REASON).like("reason", &seen.join("|")))],
    }
}
