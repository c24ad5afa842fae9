//! Every metric, once: encoders, documentation and tests derive from [`CATALOGUE`].
//!
//! To add one: a line in `families!`, and a writer in `families.rs` (per probe or portal) or a value in `own.rs`.

use crate::model::text::Text;

/// How a family counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricType {
    /// Only grows; the name ends in `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Buckets, sum and count.
    Histogram,
    /// Always 1; the labels are the content. A gauge in text 0.0.4.
    Info,
}

impl MetricType {
    /// The word of OpenMetrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Info => "info",
        }
    }
}

/// What a family measures in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count or a flag.
    None,
    /// Seconds; also Unix time.
    Seconds,
    /// Bytes.
    Bytes,
    /// A share between 0 and 1.
    Ratio,
}

impl Unit {
    /// The word that the name carries, empty where there is no unit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
        }
    }
}

/// What one series is about: decides the labels that every series of the family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One probe.
    Probe,
    /// One portal.
    Portal,
    /// All probes of a kind.
    Kind,
    /// All that is measured from one place.
    Location,
    /// The program itself.
    Monitor,
}

impl Scope {
    /// The labels that each series has.
    #[must_use]
    pub const fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Probe => &["authority", "portal", "probe", "kind", "location"],
            Self::Portal => &["authority", "portal", "location"],
            Self::Kind => &["kind", "location"],
            Self::Location => &["location"],
            Self::Monitor => &[],
        }
    }
}

/// A metric family.
#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    /// The name as it is queried; `_bucket`, `_sum` and `_count` come after a histogram's.
    pub name: &'static str,
    /// How it counts.
    pub metric_type: MetricType,
    /// What it measures in.
    pub unit: Unit,
    /// What one series is about.
    pub scope: Scope,
    /// Labels beside those of the scope.
    pub extra_labels: &'static [&'static str],
    /// What it says, for people.
    pub help: Text,
}

impl Family {
    /// All labels of a series, `le` aside.
    pub fn labels(&self) -> impl Iterator<Item = &'static str> {
        self.scope.labels().iter().chain(self.extra_labels).copied()
    }

    /// The family's name in OpenMetrics, where `_total` and `_info` belong to the sample only.
    #[must_use]
    pub fn openmetrics_name(&self) -> &'static str {
        match self.metric_type {
            MetricType::Counter => self.name.strip_suffix("_total").unwrap_or(self.name),
            MetricType::Info => self.name.strip_suffix("_info").unwrap_or(self.name),
            MetricType::Gauge | MetricType::Histogram => self.name,
        }
    }
}

/// Finds a family by the name it is queried by.
#[must_use]
pub fn find(name: &str) -> Option<&'static Family> {
    CATALOGUE.iter().copied().find(|family| family.name == name)
}

/// Why an operator's own label cannot stand beside ours, `None` if it can.
#[must_use]
pub fn label_problem(name: &str) -> Option<Text> {
    let mut bytes = name.bytes();
    let begins_well = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !begins_well || !bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Some(Text {
            vi: "tên nhãn gồm a-z, A-Z, 0-9 và \"_\", không bắt đầu bằng chữ số",
            en: "a label name is made of a-z, A-Z, 0-9 and \"_\" and does not begin with a digit",
        });
    }
    if name.starts_with("__") {
        return Some(Text {
            vi: "tên bắt đầu bằng \"__\" là của riêng Prometheus",
            en: "names that begin with \"__\" belong to Prometheus",
        });
    }
    if PROBE_INFO.labels().any(|ours| ours == name) || ["le", "job", "instance"].contains(&name) {
        return Some(Text {
            vi: "nhãn này đã có trong chuỗi số liệu mà nó sẽ được thêm vào",
            en: "this label is already used by the series it would be added to",
        });
    }
    None
}

macro_rules! families {
    ($($constant:ident $name:literal $type:ident $unit:ident $scope:ident [$($label:literal),*]
        $vi:literal $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $constant: Family = Family {
                name: $name,
                metric_type: MetricType::$type,
                unit: Unit::$unit,
                scope: Scope::$scope,
                extra_labels: &[$($label),*],
                help: Text { vi: $vi, en: $en },
            };
        )*

        /// Every family that is ours, in the order of the reference.
        pub const CATALOGUE: &[&Family] = &[$(&$constant),*];
    };
}

families! {
    PROBE_STATUS "emc_probe_status" Gauge None Probe ["status"]
        "Trạng thái hiện tại của phép đo, sau khi xác nhận: đúng một trong up, degraded, down, unknown bằng 1."
        "Current status of the probe after confirmation: exactly one of up, degraded, down, unknown is 1.";
    PROBE_SUCCESS "emc_probe_success_total" Counter None Probe []
        "Số lần đo mà cổng hoạt động (up hoặc degraded), không kể lúc bảo trì đã thông báo."
        "Runs in which the portal worked (up or degraded), those during announced maintenance aside.";
    PROBE_FAILURE "emc_probe_failure_total" Counter None Probe []
        "Số lần đo mà cổng không hoạt động (down) vì chính nó."
        "Runs in which the portal did not work (down) through its own fault.";
    PROBE_UNKNOWN "emc_probe_unknown_total" Counter None Probe []
        "Số lần không đo được, bị chặn, hỏng vì hệ thống dùng chung, hoặc rơi vào lúc bảo trì đã thông báo: không nói gì về cổng."
        "Runs that could not be measured, were kept out, failed because of a shared system, or fell into announced maintenance: they say nothing of the portal.";
    PROBE_REASON "emc_probe_reason_info" Info None Probe ["reason"]
        "Lý do hiện tại khiến phép đo không ở trạng thái up; không có khi up."
        "Current reason why the probe is not up; absent when up.";
    PROBE_DURATION "emc_probe_duration_seconds" Histogram Seconds Probe []
        "Thời gian của cả lần đo, không kể lúc bảo trì đã thông báo."
        "How long whole runs took, those during announced maintenance aside.";
    PROBE_PHASE "emc_probe_phase_seconds" Gauge Seconds Probe ["phase"]
        "Thời gian từng giai đoạn của lần đo gần nhất; giai đoạn không diễn ra thì không có."
        "Time spent in each phase of the last run; a phase that did not take place is absent.";
    PROBE_LAST_RUN "emc_probe_last_run_timestamp_seconds" Gauge Seconds Probe []
        "Thời điểm kết thúc của lần đo gần nhất."
        "When the last run ended.";
    PROBE_STALE "emc_probe_stale" Gauge None Probe []
        "1 khi đã quá 2 chu kỳ cộng thời hạn mà không có kết quả; khi đó trạng thái là unknown."
        "1 when no result came for two intervals and the timeout; the status is then unknown.";
    PROBE_MISSED "emc_probe_missed_total" Counter None Probe []
        "Số lần đo bị bỏ vì lần trước chưa xong hoặc hệ thống giám sát quá tải."
        "Runs left out because the one before had not ended or the monitor was overloaded.";
    TLS_NOT_AFTER "emc_tls_certificate_not_after_timestamp_seconds" Gauge Seconds Probe []
        "Thời điểm hết hạn sớm nhất trong chuỗi chứng thư mà máy chủ đưa ra, kể cả khi chuỗi không hợp lệ."
        "Earliest end of validity in the chain that the server showed, also when it was not accepted.";
    TLS_INFO "emc_tls_info" Info None Probe ["version", "verified"]
        "Phiên bản TLS của lần đo gần nhất và chuỗi chứng thư có được chấp nhận không."
        "TLS version of the last run and whether the chain was accepted.";
    HTTP_RESPONSE "emc_http_response_bytes" Gauge Bytes Probe []
        "Kích thước nội dung trả lời sau giải nén của lần đo gần nhất; không có khi đang có lý do."
        "Size of the decoded body of the last run; absent while a reason stands.";
    HTTP_STATUS_CODE "emc_http_status_code" Gauge None Probe []
        "Mã trạng thái HTTP của câu trả lời cuối cùng trong lần đo gần nhất."
        "HTTP status code of the final answer of the last run.";
    PROBE_INFO "emc_probe_info" Info None Probe ["every", "authority_vi", "authority_en", "portal_vi", "portal_en"]
        "Phép đo được cấu hình thế nào: chu kỳ, tên gọi hai thứ tiếng và nhãn riêng của đơn vị vận hành; dùng để nối."
        "How the probe is configured: interval, names in both languages and the operator's own labels; a join target.";
    PORTAL_INFO "emc_portal_info" Info None Portal ["authority_vi", "authority_en", "portal_vi", "portal_en", "url"]
        "Tên gọi hai thứ tiếng và địa chỉ của cổng; dùng để nối."
        "Names in both languages and the address of the portal; a join target.";
    SLO_OBJECTIVE "emc_slo_objective_ratio" Gauge Ratio Portal ["slo"]
        "Mục tiêu mức dịch vụ của cổng."
        "The portal's service level objective.";
    PORTAL_MAINTENANCE "emc_portal_maintenance" Gauge None Portal []
        "1 khi cổng đang trong thời gian bảo trì đã thông báo: khi ấy lần đo không tính vào mục tiêu, tốt hay hỏng."
        "1 while an announced maintenance of the portal is under way: runs then count neither for nor against its objectives.";
    KIND_PHASE "emc_kind_phase_duration_seconds" Histogram Seconds Kind ["phase"]
        "Phân bố thời gian từng giai đoạn của mọi phép đo cùng loại."
        "Distribution of the time spent in each phase over all probes of a kind.";
    SCHEDULE_LATENESS "emc_schedule_lateness_seconds" Histogram Seconds Location []
        "Lần đo bắt đầu trễ bao lâu so với kế hoạch."
        "How long after its planned moment a run began.";
    FIRST_BYTE_CLOCK "emc_first_byte_stamped_total" Counter None Location ["clock"]
        "Số lần đo có byte đầu tiên được đo bằng đồng hồ của nhân hệ điều hành (kernel) hay của chương trình (user)."
        "Runs whose first byte was timed by the kernel's clock (kernel) or by our own (user).";
    RUNS_IN_FLIGHT "emc_runs_in_flight" Gauge None Location []
        "Số lần đo đang diễn ra."
        "Runs under way.";
    SELF_DEGRADED "emc_self_degraded" Gauge None Location ["cause"]
        "1 khi chính hệ thống giám sát gặp sự cố này; lỗi của chúng tôi, không phải của cổng."
        "1 while the monitor itself has this trouble: our own fault, never a portal's.";
    DEPENDENCY_STATUS "emc_dependency_status" Gauge None Location ["dependency", "status"]
        "Trạng thái của thành phần dùng chung: đúng một trong up, degraded, down, unknown bằng 1."
        "Status of a shared dependency: exactly one of up, degraded, down, unknown is 1.";
    DROPPED "emc_results_dropped_total" Counter None Location []
        "Số kết quả bị bỏ vì hàng đợi có giới hạn đã đầy."
        "Results dropped because a bounded queue was full.";
    HISTORY_QUEUED "emc_history_queued" Gauge None Location []
        "Số kết quả đang chờ được ghi vào lịch sử."
        "Results that wait to be written to history.";
    HISTORY_COMMITTED "emc_history_committed_total" Counter None Location []
        "Số kết quả đã ghi chắc chắn vào lịch sử."
        "Results committed to history.";
    HISTORY_DROPPED "emc_history_dropped_total" Counter None Location []
        "Số kết quả không vào được lịch sử: hàng đợi đã đầy, hoặc kho dữ liệu không nhận."
        "Results that did not get into history: the queue was full, or the store refused them.";
    HISTORY_ERRORS "emc_history_write_errors_total" Counter None Location []
        "Số lần ghi lịch sử không thành, ví dụ vì đĩa đầy; kết quả vẫn chờ trong hàng đợi."
        "Attempts to write history that failed, a full disk for one; results go on waiting.";
    HISTORY_CORRUPT "emc_history_corrupt_total" Counter None Location []
        "Số lần tệp lịch sử bị hỏng phải chuyển sang chỗ khác và bắt đầu tệp mới."
        "How often a damaged history was moved aside and a new one begun.";
    RELOAD_SUCCESSFUL "emc_config_last_reload_successful" Gauge None Monitor []
        "Lần nạp lại cấu hình gần nhất có thành công không."
        "Whether the last attempt to load the configuration succeeded.";
    RELOAD_SUCCESS_TIME "emc_config_last_reload_success_timestamp_seconds" Gauge Seconds Monitor []
        "Thời điểm nạp cấu hình thành công gần nhất."
        "When the configuration was last loaded successfully.";
    WEB_CONNECTIONS "emc_web_connections" Gauge None Monitor []
        "Số kết nối đang mở tới giao diện web của chương trình."
        "Open connections to our own web server.";
    WEB_REFUSED "emc_web_refused_total" Counter None Monitor ["cause"]
        "Số kết nối hoặc yêu cầu tới giao diện web bị từ chối vì một giới hạn hoặc vì không được phép."
        "Connections or requests to our own web server refused by a limit or for lack of permission.";
    BUILD_INFO "emc_build_info" Info None Monitor ["version"]
        "Phiên bản của chương trình."
        "Version of the program.";
}
