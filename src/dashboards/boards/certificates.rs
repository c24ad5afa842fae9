//! Chứng thư, TLS và DNS: what whoever renews certificates and runs name servers asks.

use crate::dashboards::board::{
    Board, Column, EXPIRY, Lines, Link, NONE_IS_BEST, NONE_IS_GOOD, Order, Panel, Row, STATUSES, Unit, t,
};
use crate::dashboards::boards::{WINDOW, reason_counts};
use crate::dashboards::promql::{named, of, quantile, worst};
use crate::metrics::catalogue as c;
use crate::model::phase::Phase;

const PROBE: &str = "authority, portal, probe, location";

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "tls-dns",
        title: t("Chứng thư, TLS và DNS", "Certificates, TLS and DNS"),
        purpose: t(
            "Dành cho người gia hạn chứng thư và quản lý tên miền: chứng thư nào sắp hết hạn, kết nối nào không được tin cậy, tên miền nào trả lời chậm hoặc sai.",
            "For whoever renews certificates and runs name servers: which certificate ends next, which connection is not trusted, which name is slow or wrong.",
        ),
        one_portal: false,
        variables: vec![WINDOW],
        rows: vec![now(), certificates(), handshakes(), names()],
    }
}

fn now() -> Row {
    let left = format!("min by ({PROBE}) ({} - time())", of(&c::TLS_NOT_AFTER));
    let ending = |title, purpose, scale, expression: String| {
        Panel::number(title, purpose, scale).sized(6, 4).ask(title, expression)
    };
    let untrusted = of(&c::TLS_INFO).is("verified", "false");
    Row {
        title: t("Bây giờ", "Now"),
        panels: vec![
            ending(
                t("Đã hết hạn", "Expired"),
                t(
                    "Số phép đo gặp chuỗi có chứng thư đã hết hạn.",
                    "Probes that meet a chain with an expired certificate.",
                ),
                NONE_IS_GOOD,
                format!("sum({left} < bool 0)"),
            ),
            ending(
                t("Hết hạn trong 7 ngày", "Ending within 7 days"),
                t("Kể cả đã hết hạn: phải gia hạn ngay.", "The expired ones included: renew at once."),
                NONE_IS_GOOD,
                format!("sum({left} < bool 604800)"),
            ),
            ending(
                t("Hết hạn trong 30 ngày", "Ending within 30 days"),
                t("Kể cả các mức trên: lên lịch gia hạn.", "The ones before included: plan the renewal."),
                NONE_IS_BEST,
                format!("sum({left} < bool 2592000)"),
            ),
            ending(
                t("Chuỗi không được chấp nhận", "Chains not accepted"),
                t(
                    "Số phép đo mà chuỗi chứng thư không được chấp nhận trong lần đo gần nhất.",
                    "Probes whose chain was not accepted in the last run.",
                ),
                NONE_IS_GOOD,
                // Counted among all that were judged, so that none is 0 and no data is n/a.
                format!(
                    "count(max by ({PROBE}) ({})) - count(max by ({PROBE}) ({} unless on ({PROBE}) {untrusted}))",
                    of(&c::TLS_INFO),
                    of(&c::TLS_INFO)
                ),
            ),
        ],
    }
}

fn certificates() -> Row {
    let not_after = of(&c::TLS_NOT_AFTER);
    let tls = format!("max by ({PROBE}, version, verified) ({})", of(&c::TLS_INFO));
    let table = Panel::table(
        t("Hạn của chứng thư", "When certificates end"),
        t(
            "Hạn sớm nhất trong chuỗi mà máy chủ đưa ra, kể cả khi chuỗi không được chấp nhận.",
            "The earliest end in the chain that the server shows, also where it is not accepted.",
        ),
        (0, Order::Rising),
        vec![
            Column::value(0, t("Còn lại", "Time left"), Unit::Span).coloured(EXPIRY),
            Column::value(1, t("Hết hạn lúc", "Ends at"), Unit::Moment),
            Column::label("authority_LANG", t("Cơ quan", "Authority")),
            Column::label("portal_LANG", t("Cổng", "Portal")).leading_to(Link::Portal),
            Column::label("probe", t("Phép đo", "Probe")).leading_to(Link::Runs),
            Column::label("version", t("Phiên bản TLS", "TLS version")),
            Column::label("verified", t("Được chấp nhận", "Accepted")),
            Column::label("location", t("Nơi đo", "Location")),
        ],
    )
    .ask(t("còn lại", "left"), named(&format!("min by ({PROBE}) ({not_after} - time())")))
    .ask(t("hết hạn", "ends"), format!("min by ({PROBE}) ({not_after} * 1000)"))
    .ask(t("TLS", "TLS"), tls);
    Row { title: t("Chứng thư", "Certificates"), panels: vec![table] }
}

fn handshakes() -> Row {
    let tls = of(&c::KIND_PHASE).is("phase", Phase::Tls.as_str());
    Row {
        title: t("TLS", "TLS"),
        panels: vec![
            Panel::lines(
                t("Phiên bản TLS", "TLS versions"),
                t(
                    "Bao nhiêu phép đo gặp phiên bản nào, được chấp nhận hay không.",
                    "How many probes meet which version, accepted or not.",
                ),
                Lines::default(),
            )
            .ask(
                t("{{version}}, chấp nhận: {{verified}}", "{{version}}, accepted: {{verified}}"),
                format!("count by (version, verified) ({})", of(&c::TLS_INFO)),
            ),
            Panel::lines(
                t("Thời gian bắt tay TLS", "How long TLS handshakes take"),
                t(
                    "p50 và p95 theo loại phép đo, trong cửa sổ đã chọn.",
                    "p50 and p95 by kind of probe, over the chosen window.",
                ),
                Lines::default(),
            )
            .measured_in(Unit::Seconds)
            .ask(t("p50 {{kind}}", "p50 {{kind}}"), quantile(0.5, &tls, "kind", "$window"))
            .ask(t("p95 {{kind}}", "p95 {{kind}}"), quantile(0.95, &tls, "kind", "$window")),
            reason_counts(&of(&c::PROBE_REASON).like("reason", "tls_.*|timeout_tls|dns_.*|dnssec_.*"))
                .sized(24, 8),
        ],
    }
}

fn names() -> Row {
    let resolving = of(&c::KIND_PHASE).is("phase", Phase::Resolve.as_str());
    let dns = of(&c::PROBE_STATUS).is("kind", "dns");
    Row {
        title: t("DNS", "DNS"),
        panels: vec![
            Panel::timeline(
                t("Trạng thái các phép đo DNS", "Status of the DNS probes"),
                t(
                    "Câu trả lời, sự thống nhất giữa các máy chủ tên, DNSSEC.",
                    "Answers, agreement of the name servers, DNSSEC.",
                ),
                STATUSES,
            )
            .ask(
                t("{{portal_LANG}}: {{probe}}", "{{portal_LANG}}: {{probe}}"),
                named(&worst(&dns, "authority, portal, probe")),
            ),
            Panel::lines(
                t("Thời gian phân giải tên", "How long names take to resolve"),
                t(
                    "p50 và p95 theo loại phép đo, trong cửa sổ đã chọn; emc không nhớ câu trả lời cũ.",
                    "p50 and p95 by kind of probe, over the chosen window; emc keeps no answers from before.",
                ),
                Lines::default(),
            )
            .measured_in(Unit::Seconds)
            .ask(t("p50 {{kind}}", "p50 {{kind}}"), quantile(0.5, &resolving, "kind", "$window"))
            .ask(t("p95 {{kind}}", "p95 {{kind}}"), quantile(0.95, &resolving, "kind", "$window")),
        ],
    }
}
