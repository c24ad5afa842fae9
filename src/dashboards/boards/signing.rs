//! Ký số: what whoever answers for digital signing asks. Begins with what is measured today; see [`MISSING`].

use crate::dashboards::board::{
    Board, Column, EXPIRY, Lines, Link, NONE_IS_GOOD, Order, PLAIN, Panel, Row, STATUS, STATUSES, Unit,
    Variable, t,
};
use crate::dashboards::boards::reason_counts;
use crate::dashboards::promql::{Series, availability_of, named, of, quantile, troubled, worst};
use crate::metrics::catalogue as c;
use crate::metrics::catalogue::Family;
use crate::model::status::Status;
use crate::model::text::Text;

const PROBE: &str = "authority, portal, probe, kind, location";

/// What this dashboard cannot show yet, in plain words; shrinks when the kind `signing` comes.
const MISSING: Text = t(
    "**Có ở đây:** các thành phần phục vụ ký số (cổng ký, TSA, OCSP, CRL...) có hoạt động không, nhanh đến đâu, chứng thư còn hạn bao lâu. \
     Một phép đo thuộc về ký số khi tên của nó khớp ô *Phép đo ký số* ở trên.\n\n\
     **Chưa có:** ký thử từ đầu đến cuối, từng bước ký, kết luận HỢP LỆ / KHÔNG HỢP LỆ / KHÔNG XÁC ĐỊNH của chữ ký, mức ký số của cổng. \
     emc chưa đo những điều đó, nên ở đây không vẽ: một thành phần trả lời không có nghĩa là ký được.",
    "**Shown here:** whether the parts that signing needs (gateway, TSA, OCSP, CRL...) answer, how fast, and how long their certificates last. \
     A probe belongs to signing when its name matches *Signing probes* above.\n\n\
     **Not there yet:** a signature made end to end, the steps of signing, the verdict on a signature (valid, invalid, undetermined), the level of signing that a portal offers. \
     emc does not measure these yet, so nothing is drawn: a part that answers does not mean that one can sign.",
);

/// The dashboard.
pub(super) fn board() -> Board {
    Board {
        id: "signing",
        title: t("Ký số", "Digital signing"),
        purpose: t(
            "Dành cho người phụ trách ký số: những thành phần mà việc ký số cần có đang hoạt động không.",
            "For whoever answers for digital signing: are the parts that signing needs at work?",
        ),
        one_portal: false,
        variables: vec![Variable {
            name: "signing",
            label: t("Phép đo ký số", "Signing probes"),
            values: &[".*(ky-so|chu-ky|sign|tsa|ocsp|crl).*"],
        }],
        rows: vec![now(), parts(), speed()],
    }
}

/// Series of the probes that belong to signing.
fn signing(family: &'static Family) -> Series {
    of(family).like("probe", "$signing")
}

fn now() -> Row {
    let probes = |status| {
        let rank = crate::dashboards::promql::rank(status);
        format!("sum({} == bool {rank})", worst(&signing(&c::PROBE_STATUS), PROBE))
    };
    let figure =
        |title: Text, purpose, scale, status| Panel::number(title, purpose, scale).ask(title, probes(status));
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
            figure(
                t("Thành phần gián đoạn", "Parts down"),
                t("Số phép đo ký số đang gián đoạn.", "Signing probes that are down."),
                NONE_IS_GOOD,
                Status::Down,
            ),
            figure(
                t("Thành phần suy giảm", "Parts degraded"),
                t("Số phép đo ký số đang suy giảm.", "Signing probes that are degraded."),
                NONE_IS_GOOD,
                Status::Degraded,
            ),
            figure(
                t("Thành phần hoạt động", "Parts up"),
                t("Số phép đo ký số đang tốt.", "Signing probes that are up."),
                PLAIN,
                Status::Up,
            ),
        ],
    }
}

fn parts() -> Row {
    let troubled = troubled(&signing(&c::PROBE_REASON), &signing(&c::PROBE_STATUS));
    let left = format!("min by ({PROBE}) ({} - time())", signing(&c::TLS_NOT_AFTER));
    let worked = availability_of(&signing(&c::PROBE_SUCCESS), &signing(&c::PROBE_FAILURE), PROBE, "$__range");
    Row {
        title: t("Từng thành phần", "Each part"),
        panels: vec![
            Panel::table(
                t("Thành phần ký số", "Parts of signing"),
                t(
                    "Trạng thái, lý do, tỷ lệ đo thành công và hạn chứng thư của từng thành phần.",
                    "Status, reason, share of runs that worked, and certificate of each part.",
                ),
                (0, Order::Falling),
                vec![
                    Column::value(0, t("Trạng thái", "Status"), Unit::Status).coloured(STATUS),
                    Column::label("portal_LANG", t("Cổng", "Portal")).leading_to(Link::Portal),
                    Column::label("probe", t("Phép đo", "Probe")).leading_to(Link::Runs),
                    Column::label("reason", t("Lý do", "Reason")),
                    Column::value(2, t("Đo thành công", "Worked"), Unit::Share),
                    Column::value(3, t("Chứng thư còn hạn", "Certificate still valid"), Unit::Span)
                        .coloured(EXPIRY),
                ],
            )
            .ask(t("trạng thái", "status"), named(&worst(&signing(&c::PROBE_STATUS), PROBE)))
            .ask(t("lý do", "reason"), troubled)
            .ask(t("thành công", "worked"), worked)
            .ask(t("còn hạn", "left"), left),
            Panel::timeline(
                t("Trạng thái theo thời gian", "Status over time"),
                t(
                    "Trạng thái của từng thành phần; khoảng trống là không có số liệu.",
                    "The status of each part; a gap means that there is no data.",
                ),
                STATUSES,
            )
            .ask(
                t("{{portal}}: {{probe}}", "{{portal}}: {{probe}}"),
                worst(&signing(&c::PROBE_STATUS), "portal, probe"),
            ),
            reason_counts(&signing(&c::PROBE_REASON)),
        ],
    }
}

fn speed() -> Row {
    Row {
        title: t("Tốc độ", "Speed"),
        panels: vec![
            Panel::lines(
                t("p95 thời gian trả lời", "p95 of an answer"),
                t("Người ký phải chờ ít nhất từng này ở mỗi thành phần; chưa phải thời gian ký trọn vẹn.", "Whoever signs waits at least this long at each part; it is not yet the time of a whole signature."),
                Lines { exemplars: true, ..Lines::default() },
            )
            .sized(24, 8)
            .measured_in(Unit::Seconds)
            .ask(t("{{probe}}", "{{probe}}"), quantile(0.95, &signing(&c::PROBE_DURATION), "probe", "15m")),
        ],
    }
}
