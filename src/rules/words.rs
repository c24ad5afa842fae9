//! What alerts say: what broke, who is affected, what to do first. A runbook says more.

use crate::model::text::Text;
use crate::rules::Words;

pub(crate) const DEPENDENCY_DOWN: Words = Words {
    summary: Text {
        vi: "Một nền tảng dùng chung đang gián đoạn.", en: "A shared platform is down."
    },
    description: Text {
        vi: "{{ $labels.dependency }} đang gián đoạn theo quá nửa số điểm đo. Mọi cổng phụ thuộc vào nó có thể bị ảnh hưởng; cảnh báo của các cổng ấy được tạm ẩn. Việc đầu tiên: báo đơn vị vận hành nền tảng, không phải từng bộ.",
        en: "{{ $labels.dependency }} is down as seen from more than half of the locations. Every portal that depends on it may be affected; their own alerts are held back. First: tell whoever runs the platform, not each ministry.",
    },
};

pub(crate) const DEPENDENT_AFFECTED: Words = Words {
    summary: Text {
        vi: "Cổng hỏng vì nền tảng dùng chung, không phải lỗi của cổng.",
        en: "A portal fails because of a shared platform, not through its own fault.",
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }} hỏng vì một nền tảng mà nó phụ thuộc đang gián đoạn. Người dùng phần ấy của cổng bị ảnh hưởng. Việc đầu tiên: xem cảnh báo của nền tảng.",
        en: "{{ $labels.authority }}/{{ $labels.portal }} fails because a platform that it depends on is down. Whoever uses that part of the portal is affected. First: see the alert of the platform.",
    },
};

pub(crate) const MAINTENANCE: Words = Words {
    summary: Text {
        vi: "Cổng đang trong thời gian bảo trì đã thông báo.",
        en: "A portal is under announced maintenance.",
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }} đang bảo trì theo kế hoạch: việc không dùng được cổng lúc này không tính là gián đoạn, cảnh báo của cổng được tạm ẩn. Người dân đã được báo trên trang tình trạng. Việc đầu tiên: không cần làm gì; hết thời gian bảo trì mà cổng chưa trở lại thì cảnh báo sẽ có.",
        en: "{{ $labels.authority }}/{{ $labels.portal }} is under planned maintenance: that it cannot be used now is no outage, and its alerts are held back. Citizens are told on the status page. First: nothing; where it is not back when the window ends, alerts will come.",
    },
};

pub(crate) const PORTAL_DOWN: Words = Words {
    summary: Text {
        vi: "Cổng dịch vụ có phép đo không hoạt động.",
        en: "A portal has a probe that is down.",
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }}: ít nhất một phép đo gián đoạn liên tục, theo quá nửa số điểm đo. Người dùng phần ấy của cổng bị ảnh hưởng. Việc đầu tiên: mở bảng của cổng, xem phép đo nào, lý do gì, từ bao giờ.",
        en: "{{ $labels.authority }}/{{ $labels.portal }}: at least one probe has been down without a break, as seen from more than half of the locations. Whoever uses that part of the portal is affected. First: open the portal's dashboard and see which probe, for what reason, since when.",
    },
};

pub(crate) const CERTIFICATE_SOON: Words = Words {
    summary: Text {
        vi: "Chứng thư của cổng sắp hết hạn.", en: "A portal's certificate expires soon."
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }}: một chứng thư trong chuỗi hết hạn sau {{ $value | humanizeDuration }}. Chưa ai bị ảnh hưởng. Việc đầu tiên: xin gia hạn ngay, thủ tục có thể mất nhiều ngày.",
        en: "{{ $labels.authority }}/{{ $labels.portal }}: a certificate of the chain expires in {{ $value | humanizeDuration }}. Nobody is affected yet. First: order the renewal now, it may take days.",
    },
};

pub(crate) const CERTIFICATE_NOW: Words = Words {
    summary: Text {
        vi: "Chứng thư của cổng hết hạn trong vài ngày hoặc đã hết hạn.",
        en: "A portal's certificate expires within days or has expired.",
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }}: thời hạn còn lại là {{ $value | humanizeDuration }} (số âm là đã hết hạn). Khi hết hạn, trình duyệt chặn mọi người dân. Việc đầu tiên: gọi người giữ chứng thư, cài chứng thư mới cùng cả chuỗi.",
        en: "{{ $labels.authority }}/{{ $labels.portal }}: {{ $value | humanizeDuration }} are left (less than zero: it has expired). Once it expires, browsers stop every citizen. First: call whoever holds the certificate and install a new one with its whole chain.",
    },
};

pub(crate) const UPLINK_LOST: Words = Words {
    summary: Text {
        vi: "Một điểm đo mất đường truyền ra ngoài.", en: "A location has lost its own uplink."
    },
    description: Text {
        vi: "Điểm đo {{ $labels.location }} không tới được mạng: mọi phép đo ở đó là không xác định và không cổng nào bị coi là hỏng vì thế. Việc đầu tiên: kiểm tra mạng của máy đo.",
        en: "The location {{ $labels.location }} cannot reach the network: all its probes are unknown, and no portal is blamed for it. First: look at the network of that machine.",
    },
};

pub(crate) const UPLINK_LOST_EVERYWHERE: Words = Words {
    summary: Text {
        vi: "Mọi điểm đo đều mất đường truyền: không ai đang theo dõi gì.",
        en: "Every location has lost its uplink: nothing is being watched.",
    },
    description: Text {
        vi: "Không điểm đo nào tới được mạng, nên mọi cảnh báo khác được tạm ẩn. Chưa biết người dân có bị ảnh hưởng hay không. Việc đầu tiên: khôi phục mạng của máy đo, rồi mới xem các cổng.",
        en: "No location can reach the network, so all other alerts are held back. Whether citizens are affected is not known. First: bring the monitor's network back, then look at portals.",
    },
};

pub(crate) const MONITOR_SILENT: Words = Words {
    summary: Text {
        vi: "Prometheus không còn nhận được số đo của emc.",
        en: "Prometheus gets no metrics from emc any more.",
    },
    description: Text {
        vi: "emc{{ with $labels.location }} ở {{ . }}{{ end }} đã ngừng hoặc Prometheus không đọc được /metrics. Khi ấy không cảnh báo nào khác có thể xuất hiện. Việc đầu tiên: xem trang Targets của Prometheus, rồi chạy `emc healthcheck` trên máy đo.",
        en: "emc{{ with $labels.location }} at {{ . }}{{ end }} has stopped, or Prometheus cannot read /metrics. No other alert can come up meanwhile. First: look at Prometheus' page Targets, then run `emc healthcheck` on the machine.",
    },
};

pub(crate) const PROBE_STALE: Words = Words {
    summary: Text {
        vi: "Một phép đo đã ngừng cho kết quả.", en: "A probe has stopped reporting."
    },
    description: Text {
        vi: "{{ $labels.authority }}/{{ $labels.portal }}/{{ $labels.probe }} ở {{ $labels.location }} không có kết quả nào trong hơn hai chu kỳ: cổng đang không được theo dõi. Việc đầu tiên: xem số lần đo bị bỏ và nhật ký của emc.",
        en: "{{ $labels.authority }}/{{ $labels.portal }}/{{ $labels.probe }} at {{ $labels.location }} has had no result for more than two intervals: nobody is watching. First: look at missed runs and at the log of emc.",
    },
};

pub(crate) const SELF_DEGRADED: Words = Words {
    summary: Text {
        vi: "Chính hệ thống giám sát đang gặp sự cố.", en: "The monitor itself is in trouble."
    },
    description: Text {
        vi: "emc ở {{ $labels.location }} gặp {{ $labels.cause }}: một phần kết quả là không xác định. Cổng không có lỗi. Việc đầu tiên: chạy `emc doctor` trên máy đo và xem tải, bộ nhớ, giới hạn tệp mở.",
        en: "emc at {{ $labels.location }} suffers from {{ $labels.cause }}: some results are unknown. The portals are not at fault. First: run `emc doctor` on the machine and look at load, memory and the limit of open files.",
    },
};

pub(crate) const RELOAD_FAILED: Words = Words {
    summary: Text {
        vi: "Lần nạp lại cấu hình gần nhất bị từ chối.",
        en: "The last reload of the configuration was refused.",
    },
    description: Text {
        vi: "emc tại {{ $labels.instance }} vẫn chạy cấu hình cũ vì cấu hình mới có lỗi: thay đổi của bạn chưa có hiệu lực. Việc đầu tiên: chạy `emc check` với thư mục cấu hình.",
        en: "emc at {{ $labels.instance }} goes on with the old configuration because the new one has errors: your change is not in force. First: run `emc check` on the configuration folder.",
    },
};

pub(crate) const RESULTS_DROPPED: Words = Words {
    summary: Text {
        vi: "emc bỏ mất kết quả vì hàng đợi đầy.",
        en: "emc drops results because a queue is full.",
    },
    description: Text {
        vi: "emc ở {{ $labels.location }} đã bỏ kết quả trong mười phút qua: tỷ lệ và báo cáo sẽ thiếu. Việc đầu tiên: xem tải CPU và ổ đĩa của máy đo, rồi giảm số phép đo hoặc tăng chu kỳ.",
        en: "emc at {{ $labels.location }} has dropped results within the last ten minutes: ratios and reports will lack them. First: look at CPU and disk of the machine, then run fewer probes or run them less often.",
    },
};
