//! The help in Vietnamese: one line per command and flag. English stands in `args`; a test compares the two.
//!
//! The key of a command is its path (`sandbox fault on`, empty for `emc` itself); that of an argument is the path, a
//! dot and the argument's id (`probe.contains`).

/// Every sentence of the help.
pub const HELP: &[(&str, &str)] = &[
    ("", "Giám sát dịch vụ công trực tuyến từ bên ngoài một cách trung thực và xuất số đo cho Prometheus"),
    (".config_file", "Cấu hình: một tệp, hoặc thư mục có `emc.yaml` cùng các tệp `*.yaml` khác"),
    (".lang", "Ngôn ngữ của phần trợ giúp và kết quả"),
    (
        ".log_level",
        "Ghi nhật ký từ mức này trở lên ra stderr; `serve` mặc định là info, các lệnh khác là warn",
    ),
    (".log_format", "Dạng của dòng nhật ký"),
    ("demo", "Khởi động bộ thực hành cùng trình giám sát đang theo dõi nó"),
    ("demo.listen", "Địa chỉ của trình giám sát"),
    ("probe", "Đo một lần ngay bây giờ và giải thích kết luận"),
    (
        "probe.targets",
        "Phép đo đã cấu hình (`cổng`, `cổng/phép-đo`, `cơ-quan/cổng/phép-đo` hoặc mẫu như `bo-*/**`), một URL, hoặc máy, máy:cổng, tên miền khi dùng --kind",
    ),
    ("probe.all", "Chạy mọi phép đo đã cấu hình"),
    ("probe.output", "Dạng kết quả"),
    ("probe.verbose", "Hiện thêm: các tiêu chí đã đạt và diễn biến theo thời gian"),
    ("probe.concurrency", "Số phép đo chạy cùng lúc"),
    (
        "probe.kind",
        "Loại phép đo (xem `emc kinds`); URL là http, còn `tls://`, `tcp://`, `dns://` là loại tương ứng",
    ),
    ("probe.timeout", "Thời hạn cho toàn bộ lần đo"),
    ("probe.slow_after", "Chậm hơn mức này là suy giảm"),
    ("probe.method", "Phương thức HTTP; phương thức làm thay đổi dữ liệu cần --mutates"),
    ("probe.mutates", "Cho phép phương thức làm thay đổi dữ liệu trên máy chủ"),
    ("probe.header", "Header cần gửi (dùng được nhiều lần)"),
    ("probe.status", "Mã trạng thái mong đợi (dùng được nhiều lần), ví dụ 200 hoặc 2xx"),
    ("probe.contains", "Đoạn chữ phải có trên trang (dùng được nhiều lần)"),
    ("probe.regex", "Biểu thức chính quy mà trang phải khớp (dùng được nhiều lần)"),
    ("probe.selector", "Bộ chọn CSS phải khớp (dùng được nhiều lần)"),
    ("probe.json_pointer", "Con trỏ JSON phải tồn tại, hoặc bằng một giá trị (dùng được nhiều lần)"),
    ("probe.max_body", "Dung lượng tối đa của nội dung, ví dụ 500KB hoặc 10MiB"),
    ("probe.http1", "Chỉ dùng HTTP/1.1"),
    ("probe.http2", "Chỉ dùng HTTP/2"),
    ("probe.ipv4", "Chỉ dùng IPv4"),
    ("probe.ipv6", "Chỉ dùng IPv6"),
    ("probe.ca_file", "Tin cậy thêm các CA gốc trong tệp PEM này (dùng được nhiều lần)"),
    ("probe.warn_before", "tls: chứng thư hết hạn trong khoảng này là suy giảm, ví dụ 30d"),
    ("probe.record", "dns: loại bản ghi, ví dụ A, AAAA, CAA, NS, SOA hoặc TXT"),
    ("probe.deny_network", "Không bao giờ kết nối tới mạng này (dùng được nhiều lần)"),
    ("probe.resolver", "Hỏi máy chủ DNS này thay cho máy chủ của hệ thống (dùng được nhiều lần)"),
    ("serve", "Theo dõi mọi thứ đã cấu hình và xuất số đo"),
    (
        "serve.listen",
        "Địa chỉ của số đo và trang web (dùng được nhiều lần); thay cho `listen` trong cấu hình",
    ),
    (
        "serve.web_config",
        "TLS và mật khẩu cho số đo và trang web, tệp theo dạng exporter-toolkit của Prometheus",
    ),
    ("serve.external_url", "Địa chỉ mà mọi người dùng để vào trình giám sát, để tạo liên kết"),
    ("serve.watch", "Nạp lại khi tệp cấu hình thay đổi"),
    ("check", "Kiểm tra cấu hình: báo mọi lỗi cùng lúc, kèm vị trí"),
    ("check.path", "Tệp hoặc thư mục cần kiểm tra, thay cho --config.file"),
    ("kinds", "Liệt kê các loại phép đo"),
    ("kinds.output", "Dạng kết quả"),
    ("config", "Về cấu hình"),
    ("config schema", "In JSON Schema của cấu hình, dùng cho trình soạn thảo"),
    ("schema", "Lược đồ của những gì emc ghi ra"),
    ("schema result", "In JSON Schema của một kết quả, như `emc probe --output json` ghi ra"),
    ("sandbox", "Bộ thực hành: một cổng dịch vụ công trên máy này, bật tắt được lỗi"),
    ("sandbox.listen", "Nơi bộ thực hành lắng nghe; cổng 0 để hệ thống tự chọn"),
    ("sandbox fault", "Xem hoặc bật tắt lỗi của bộ thực hành đang chạy"),
    ("sandbox fault list", "Liệt kê các lỗi và lỗi nào đang bật"),
    ("sandbox fault list.url", "Địa chỉ của bộ thực hành đang chạy"),
    ("sandbox fault on", "Bật một lỗi"),
    ("sandbox fault on.fault", "Lỗi nào, theo tên trong danh sách"),
    ("sandbox fault on.url", "Địa chỉ của bộ thực hành đang chạy"),
    ("sandbox fault off", "Tắt một lỗi"),
    ("sandbox fault off.fault", "Lỗi nào, theo tên trong danh sách"),
    ("sandbox fault off.url", "Địa chỉ của bộ thực hành đang chạy"),
    ("sandbox fault reset", "Tắt mọi lỗi"),
    ("sandbox fault reset.url", "Địa chỉ của bộ thực hành đang chạy"),
    ("doctor", "Khám máy này: có đo được không, và đo có tốt không"),
    ("healthcheck", "Hỏi trình giám sát đang chạy xem có khỏe không"),
    ("healthcheck.url", "Địa chỉ của trình giám sát đang chạy"),
    ("healthcheck.timeout", "Chờ tối đa bao lâu"),
    ("completions", "In phần gợi ý lệnh cho shell"),
    ("completions.shell", "Loại shell"),
    ("man", "In trang hướng dẫn (man)"),
    ("man.command", "Trang của một lệnh, ví dụ `probe`; nếu bỏ trống là trang của emc"),
];

/// The Vietnamese for a key.
#[must_use]
pub fn help(key: &str) -> Option<&'static str> {
    HELP.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
}
