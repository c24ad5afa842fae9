//! What each reason means and what to do first: the sentences of the command line, the landing page and the manual.
//!
//! One entry of [`reason_texts!`] per [`Reason`]; the list becomes an exhaustive match, so that a reason without
//! words does not compile.

use crate::model::reason::Reason;
use crate::model::text::Text;

/// The words for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonText {
    /// What it means, as one sentence without a full stop.
    pub meaning: Text,
    /// What the operator should do first, as one sentence without a full stop.
    pub action: Text,
}

macro_rules! reason_texts {
    ($($variant:ident
        means $vi:literal
            / $en:literal
        do $action_vi:literal
            / $action_en:literal;)*) => {
        impl Reason {
            /// What the reason means and what to do first.
            #[must_use]
            pub const fn text(self) -> ReasonText {
                match self {
                    $(Self::$variant => ReasonText {
                        meaning: Text { vi: $vi, en: $en },
                        action: Text { vi: $action_vi, en: $action_en },
                    },)*
                }
            }
        }
    };
}

reason_texts! {
    DnsNxdomain
        means "tên miền không tồn tại"
            / "the name does not exist in DNS"
        do "kiểm tra chính tả tên miền, rồi xem tên miền đã hết hạn hoặc bản ghi đã bị xóa hay chưa"
            / "check the spelling, then whether the domain has expired or the record was removed";
    DnsServfail
        means "máy chủ DNS của tên miền bị lỗi (SERVFAIL)"
            / "the name servers of the domain failed (SERVFAIL)"
        do "hỏi thẳng từng máy chủ tên của tên miền và kiểm tra chữ ký DNSSEC trên đó"
            / "ask each of the domain's name servers directly and check the zone and its DNSSEC signatures";
    DnsRefused
        means "máy chủ DNS từ chối trả lời (REFUSED)"
            / "the name server refused to answer (REFUSED)"
        do "kiểm tra máy chủ tên có còn phục vụ tên miền này và có cho phép máy giám sát hỏi hay không"
            / "check that the server still serves this zone and lets the monitor ask";
    DnsNoAddress
        means "tên miền có tồn tại nhưng không có địa chỉ IP nào"
            / "the name exists but has no address"
        do "bổ sung bản ghi A hoặc AAAA cho tên miền, hoặc sửa bản ghi CNAME đang trỏ sai"
            / "add an A or AAAA record, or mend the CNAME that leads nowhere";
    DnsTimeout
        means "máy chủ DNS của tên miền không trả lời kịp"
            / "the name servers of the domain did not answer in time"
        do "kiểm tra máy chủ tên của tên miền còn chạy và cổng 53 (UDP và TCP) không bị chặn"
            / "check that the domain's name servers run and that port 53 (UDP and TCP) is not filtered";
    DnsMismatch
        means "DNS trả lời khác với kết quả đã khai báo"
            / "DNS answered something else than was expected"
        do "so sánh bản ghi hiện tại với cấu hình; nếu không ai chủ động đổi, hãy coi là nguy cơ chiếm tên miền"
            / "compare the record with the configuration; if nobody changed it, treat it as a possible hijack";
    DnssecBogus
        means "chữ ký DNSSEC của tên miền không hợp lệ"
            / "the DNSSEC signatures of the domain are not valid"
        do "ký lại vùng DNS và đối chiếu bản ghi DS ở cấp trên với khóa đang dùng"
            / "sign the zone again and compare the DS record at the parent with the key in use";
    ConnectRefused
        means "máy chủ từ chối kết nối: không có dịch vụ nào đang nghe ở cổng này"
            / "the connection was refused: nothing listens on this port"
        do "kiểm tra dịch vụ web (hoặc bộ cân bằng tải) có đang chạy và nghe đúng cổng hay không"
            / "check that the web server (or load balancer) runs and listens on this port";
    ConnectTimeout
        means "không kết nối được trong thời gian cho phép"
            / "no connection came about in time"
        do "kiểm tra máy chủ còn hoạt động và tường lửa có chặn địa chỉ của máy giám sát hay không"
            / "check that the server is alive and that no firewall drops packets from the monitor";
    ConnectionReset
        means "máy chủ hoặc thiết bị trung gian ngắt kết nối đột ngột (RST)"
            / "the server, or something before it, reset the connection"
        do "xem nhật ký của máy chủ, bộ cân bằng tải và tường lửa tại thời điểm này"
            / "read the logs of server, load balancer and firewall at this moment";
    ConnectionClosed
        means "máy chủ đóng kết nối mà không trả lời"
            / "the server closed the connection without an answer"
        do "xem nhật ký lỗi của máy chủ web: tiến trình xử lý thường bị chết hoặc hết tài nguyên"
            / "read the web server's error log: its worker usually crashed or ran out of something";
    TlsHandshake
        means "không thiết lập được kết nối TLS"
            / "the TLS handshake failed"
        do "kiểm tra cấu hình TLS của máy chủ bằng \"openssl s_client -connect MÁY:CỔNG\""
            / "look at the server's TLS set-up with \"openssl s_client -connect HOST:PORT\"";
    TlsVersion
        means "máy chủ không hỗ trợ phiên bản TLS an toàn nào (1.2 hoặc 1.3)"
            / "the server speaks no safe version of TLS (1.2 or 1.3)"
        do "bật TLS 1.2 và 1.3 trên máy chủ web hoặc bộ cân bằng tải"
            / "enable TLS 1.2 and 1.3 on the web server or load balancer";
    TlsUntrusted
        means "chứng thư do tổ chức không được tin cậy cấp"
            / "the certificate was issued by an authority that is not trusted"
        do "thay chứng thư của tổ chức được tin cậy, hoặc khai báo CA riêng trong \"ca_files\""
            / "install a certificate of a trusted authority, or name your private CA in \"ca_files\"";
    TlsIncompleteChain
        means "máy chủ gửi thiếu chứng thư trung gian"
            / "the server does not send an intermediate certificate"
        do "cài đủ chuỗi chứng thư (fullchain) trên máy chủ: trình duyệt trên điện thoại sẽ báo lỗi nếu thiếu"
            / "install the full chain on the server: browsers on phones will refuse it as it is";
    TlsRevoked
        means "chứng thư đã bị thu hồi"
            / "the certificate has been revoked"
        do "thay chứng thư ngay và hỏi tổ chức cấp lý do thu hồi"
            / "replace the certificate at once and ask the issuer why it was revoked";
    TlsExpired
        means "chứng thư đã hết hạn"
            / "the certificate has expired"
        do "gia hạn và cài chứng thư mới, rồi nạp lại dịch vụ web"
            / "renew the certificate, install it and reload the web server";
    TlsNotYetValid
        means "chứng thư chưa đến ngày có hiệu lực"
            / "the certificate is not valid yet"
        do "kiểm tra đồng hồ của máy giám sát trước, sau đó kiểm tra chứng thư đã cài"
            / "check the clock of the monitor first, then the certificate that was installed";
    TlsWrongHost
        means "chứng thư không cấp cho tên miền này"
            / "the certificate is not for this host name"
        do "cài chứng thư có đúng tên miền, hoặc sửa cấu hình máy chủ ảo (SNI)"
            / "install a certificate that carries this name, or mend the virtual host (SNI)";
    TlsClientCert
        means "máy chủ đòi chứng thư của máy khách và không chấp nhận chứng thư đã gửi"
            / "the server demands a client certificate and did not accept ours"
        do "khai báo \"client_certificate\" và \"client_key\" còn hiệu lực cho phép đo này"
            / "give this probe a valid \"client_certificate\" and \"client_key\"";
    TimeoutTls
        means "bắt tay TLS không xong trong thời gian cho phép"
            / "the TLS handshake did not finish in time"
        do "kiểm tra tải CPU của máy chủ và bộ cân bằng tải, rồi xem có thiết bị lọc TLS ở giữa hay không"
            / "check the CPU load of server and load balancer, then for a TLS filter in between";
    TimeoutHeaders
        means "máy chủ nhận yêu cầu nhưng không trả lời trong thời gian cho phép"
            / "the server took the request but did not answer in time"
        do "xem ứng dụng phía sau máy chủ web có bị treo hoặc chờ cơ sở dữ liệu hay không"
            / "see whether the application behind the web server hangs or waits for its database";
    TimeoutBody
        means "máy chủ bắt đầu trả lời nhưng không gửi xong nội dung trong thời gian cho phép"
            / "the answer began but its body did not finish in time"
        do "kiểm tra băng thông đường truyền và dung lượng trang, rồi xem ứng dụng có bị treo giữa chừng hay không"
            / "check bandwidth and the size of the page, then whether the application stalls halfway";
    MalformedResponse
        means "câu trả lời không đúng chuẩn HTTP"
            / "the answer is not valid HTTP"
        do "kiểm tra cổng này có đúng là dịch vụ web và thiết bị trung gian có sửa câu trả lời hay không"
            / "check that this port serves the web and that nothing in between mangles answers";
    HeadersTooLarge
        means "phần đầu (header) của câu trả lời quá lớn"
            / "the headers of the answer are too large"
        do "tìm cookie hoặc header mà ứng dụng gửi lặp lại nhiều lần"
            / "look for a cookie or header that the application sends over and over";
    BodyTooLarge
        means "nội dung trang vượt quá giới hạn cho phép"
            / "the body is larger than the limit"
        do "xem trang có trả nhầm dữ liệu hay không; nếu đúng là trang lớn, hãy nâng \"max_body\""
            / "see whether the page sends the wrong thing; if it is truly that large, raise \"max_body\"";
    Truncated
        means "nội dung bị cắt giữa chừng, ngắn hơn độ dài đã báo"
            / "the body ended before its announced length"
        do "xem nhật ký của máy chủ và bộ cân bằng tải: tiến trình thường chết khi đang trả lời"
            / "read the logs of server and load balancer: a worker usually died while answering";
    DecodeError
        means "không giải nén được nội dung máy chủ gửi"
            / "the body cannot be decompressed"
        do "kiểm tra cấu hình nén (gzip, br, zstd) trên máy chủ web và bộ nhớ đệm"
            / "check compression (gzip, br, zstd) on the web server and its cache";
    Http2Error
        means "lỗi giao thức HTTP/2"
            / "an HTTP/2 protocol error"
        do "thử lại với \"--http1\"; nếu được, hãy kiểm tra cấu hình HTTP/2 của máy chủ"
            / "try again with \"--http1\"; if that works, mend the server's HTTP/2 set-up";
    Status
        means "mã trạng thái HTTP không nằm trong danh sách mong đợi"
            / "the HTTP status code is not one of those expected"
        do "mở trang bằng trình duyệt; với mã 5xx hãy xem nhật ký ứng dụng, với 4xx hãy xem lại địa chỉ"
            / "open the page in a browser; for 5xx read the application's log, for 4xx check the address";
    BadRedirect
        means "trang chuyển hướng nhưng địa chỉ đích không hợp lệ"
            / "the page redirects to an address that is not valid"
        do "sửa header Location trong cấu hình chuyển hướng của máy chủ"
            / "mend the Location header in the server's redirect";
    RedirectDenied
        means "trang chuyển hướng đến nơi không được phép (mạng nội bộ hoặc giao thức khác)"
            / "the page redirects to where it may not (a private network or another scheme)"
        do "kiểm tra vì sao máy chủ chuyển hướng tới đó; nếu chủ ý, hãy khai báo đích trong phép đo"
            / "find out why the server redirects there; if it is meant, name the target in the probe";
    RedirectLoop
        means "trang chuyển hướng vòng quanh, không bao giờ đến đích"
            / "the page redirects in a circle"
        do "xem quy tắc chuyển http/https và đăng nhập: hai quy tắc thường đá qua đá lại nhau"
            / "look at the http/https and login rules: two of them usually point at each other";
    TooManyRedirects
        means "trang chuyển hướng quá nhiều lần"
            / "the page redirects too many times"
        do "rút gọn chuỗi chuyển hướng trên máy chủ, hoặc nâng giới hạn nếu đó là chủ ý"
            / "shorten the chain on the server, or raise the limit if it is meant";
    WrongFinalHost
        means "trang dẫn tới một máy chủ khác với nơi mong đợi"
            / "the page leads to another host than expected"
        do "kiểm tra chuyển hướng có phải do đơn vị thiết lập; nếu không, hãy báo bộ phận an toàn thông tin"
            / "check that the redirect is yours; if it is not, tell the security team";
    WrongProtocol
        means "máy chủ dùng phiên bản HTTP khác với yêu cầu"
            / "the server spoke another version of HTTP than required"
        do "bật phiên bản HTTP cần dùng trên máy chủ, hoặc bỏ yêu cầu này khỏi phép đo"
            / "enable the version on the server, or drop the expectation";
    ContentMissing
        means "trang thiếu nội dung bắt buộc phải có"
            / "something that must be on the page is not there"
        do "mở trang bằng trình duyệt và xem phần nào không hiển thị; trang lỗi thường vẫn trả về mã 200"
            / "open the page and see what is missing; error pages often come with status 200";
    ContentForbidden
        means "trang có nội dung không được phép xuất hiện"
            / "something that must not be on the page is there"
        do "mở trang bằng trình duyệt; nếu nội dung lạ, hãy coi là nguy cơ bị thay đổi giao diện"
            / "open the page; if the text is foreign, treat it as a possible defacement";
    MalformedContent
        means "nội dung không đọc được theo định dạng đã khai báo (JSON, bảng mã...)"
            / "the content cannot be read as what it claims to be (JSON, charset...)"
        do "kiểm tra ứng dụng có trả trang lỗi thay cho dữ liệu hay không"
            / "see whether the application sends an error page instead of data";
    ResponseMismatch
        means "máy chủ trả lời khác với đoạn hội thoại đã khai báo"
            / "the server answered something else than the dialogue expects"
        do "so câu trả lời trong phần chi tiết với cấu hình của phép đo"
            / "compare the answer in the details with the probe's dialogue";
    TooSmall
        means "trang nhỏ bất thường, có thể là trang trắng"
            / "the page is suspiciously small, perhaps blank"
        do "mở trang bằng trình duyệt và xem nhật ký lỗi của ứng dụng"
            / "open the page and read the application's error log";
    MaintenancePage
        means "trang báo đang bảo trì, ngoài thời gian đã thông báo"
            / "the page says that it is under maintenance, outside any announced window"
        do "hỏi đơn vị vận hành; nếu có kế hoạch, hãy thông báo khung giờ bảo trì trước"
            / "ask who runs it; if it is planned, announce the maintenance window beforehand";
    Soft404
        means "trang báo không tìm thấy nhưng vẫn trả về mã thành công"
            / "the page says \"not found\" though its status says success"
        do "kiểm tra địa chỉ còn đúng hay không và sửa để trang lỗi trả về mã 404"
            / "check that the address is still right, and let error pages answer 404";
    LoginLoop
        means "trang cứ đưa về màn hình đăng nhập"
            / "the page keeps leading back to the login"
        do "kiểm tra dịch vụ đăng nhập một lần (SSO) và cookie phiên của cổng"
            / "check single sign-on and the portal's session cookie";
    AddressDenied
        means "tên miền trỏ tới địa chỉ bị cấm truy cập theo cấu hình"
            / "the name leads to an address that the configuration denies"
        do "kiểm tra bản ghi DNS; nếu địa chỉ đúng, hãy sửa \"deny_networks\""
            / "check the DNS record; if the address is right, change \"deny_networks\"";
    Slow
        means "trang hoạt động nhưng chậm hơn ngưỡng cho phép"
            / "the page works but is slower than the limit"
        do "xem giai đoạn nào lâu nhất: xử lý lâu là do ứng dụng, kết nối lâu là do mạng"
            / "see which phase is longest: processing means the application, connecting means the network";
    TlsWeak
        means "máy chủ còn chấp nhận giao thức, thuật toán hoặc khóa yếu"
            / "the server still accepts a weak protocol, algorithm or key"
        do "tắt TLS 1.0/1.1 và các bộ mã yếu, thay khóa ngắn"
            / "disable TLS 1.0/1.1 and weak suites, replace short keys";
    TlsExpiresSoon
        means "chứng thư sắp hết hạn"
            / "the certificate expires soon"
        do "gia hạn chứng thư ngay trong tuần này và kiểm tra quy trình gia hạn tự động"
            / "renew the certificate this week and check why it was not renewed by itself";
    InsecureRedirect
        means "trang https chuyển hướng qua http không mã hóa"
            / "an https page redirects by way of plain http"
        do "sửa chuyển hướng để luôn giữ https"
            / "mend the redirect so that it stays on https";
    AddressPartial
        means "một số địa chỉ IP của máy chủ không kết nối được, các địa chỉ khác vẫn hoạt động"
            / "some addresses of the host do not connect, others do"
        do "sửa hoặc gỡ khỏi DNS các địa chỉ hỏng (thường là IPv6): một phần người dân đang phải chờ"
            / "mend the dead addresses (often IPv6) or take them out of DNS: some citizens are waiting";
    DnsInconsistent
        means "các máy chủ tên của tên miền trả lời khác nhau"
            / "the name servers of the domain do not agree"
        do "kiểm tra đồng bộ vùng DNS giữa máy chủ chính và máy chủ phụ (số serial trong SOA)"
            / "check zone transfer between primary and secondaries (serial of the SOA)";
    Flapping
        means "trạng thái thay đổi liên tục"
            / "the status keeps changing"
        do "xem các lần đo gần đây: thường là một máy chủ hỏng phía sau bộ cân bằng tải"
            / "look at the recent runs: usually one of the servers behind the load balancer is bad";
    RateLimited
        means "máy chủ báo truy cập quá nhiều (429)"
            / "the server says that we ask too often (429)"
        do "giãn chu kỳ đo, hoặc đề nghị đơn vị vận hành cho phép địa chỉ của máy giám sát"
            / "probe less often, or ask the operator to admit the monitor's address";
    Dependency
        means "hệ thống dùng chung mà cổng phụ thuộc đang gián đoạn; lỗi không thuộc về cổng"
            / "a shared system that the portal depends on is down; the fault is not the portal's"
        do "báo đơn vị vận hành hệ thống dùng chung; xem trạng thái của hệ thống ấy trước khi liên hệ cổng"
            / "tell whoever runs the shared system, and see how that stands before you call the portal";
    Blocked
        means "tường lửa ứng dụng (WAF) chặn máy giám sát; người dân có thể vẫn truy cập được"
            / "a firewall (WAF) keeps the monitor out; citizens may still get in"
        do "đề nghị đơn vị vận hành cho phép địa chỉ và User-Agent của máy giám sát"
            / "ask the operator to admit the monitor's address and User-Agent";
    Captcha
        means "trang đòi xác minh không phải máy (captcha); người dân có thể vẫn truy cập được"
            / "the page asks for a captcha; citizens may still get in"
        do "đề nghị đơn vị vận hành bỏ captcha cho địa chỉ của máy giám sát"
            / "ask the operator to lift the captcha for the monitor's address";
    Maintenance
        means "cổng không dùng được trong thời gian bảo trì đã thông báo trước"
            / "the portal cannot be used during maintenance that was announced"
        do "không cần làm gì; khi hết thời gian bảo trì mà cổng chưa trở lại thì sẽ bị coi là gián đoạn"
            / "nothing; where the portal is not back when the window ends, it will be down";
    NoRoute
        means "máy giám sát không có đường mạng tới địa chỉ này"
            / "the monitor has no route to this address"
        do "kiểm tra mạng và bảng định tuyến của máy giám sát (chạy \"emc doctor\")"
            / "check the network and routes of the monitor (run \"emc doctor\")";
    SelfUplink
        means "đường truyền của chính máy giám sát bị lỗi"
            / "the monitor's own uplink is failing"
        do "kiểm tra đường truyền của máy giám sát; không kết luận gì về cổng trong lúc này"
            / "check the monitor's uplink; nothing can be said of the portal meanwhile";
    SelfResolver
        means "máy chủ DNS mà máy giám sát đang dùng không trả lời"
            / "the resolver that the monitor uses does not answer"
        do "kiểm tra /etc/resolv.conf hoặc khóa \"resolver\" trong cấu hình (chạy \"emc doctor\")"
            / "check /etc/resolv.conf or the \"resolver\" key (run \"emc doctor\")";
    SelfFdExhausted
        means "máy giám sát hết số tệp được phép mở"
            / "the monitor has run out of file descriptors"
        do "nâng LimitNOFILE của dịch vụ (hoặc \"ulimit -n\") rồi khởi động lại"
            / "raise LimitNOFILE of the service (or \"ulimit -n\") and restart";
    SelfMemory
        means "máy giám sát thiếu bộ nhớ"
            / "the monitor is short of memory"
        do "tăng bộ nhớ cho máy giám sát, hoặc giảm số phép đo và \"max_body\""
            / "give the monitor more memory, or lower the number of probes and \"max_body\"";
    SelfOverloaded
        means "máy giám sát quá tải nên số đo không đáng tin"
            / "the monitor is overloaded, so that its figures cannot be trusted"
        do "giảm tần suất đo hoặc tăng CPU cho máy giám sát"
            / "probe less often or give the monitor more CPU";
    SelfPanicked
        means "phép đo gặp lỗi bên trong chương trình emc"
            / "the probe ran into a fault of emc itself"
        do "gửi nhật ký cùng mã lần đo (run_id) cho người phát triển"
            / "send the log and the run_id to the developers";
    SelfCancelled
        means "phép đo bị dừng giữa chừng vì emc đang tắt hoặc nạp lại cấu hình"
            / "the run was cut short because emc was stopping or reloading"
        do "không cần làm gì; lần đo kế tiếp sẽ cho kết quả"
            / "nothing to do; the next run will tell";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_sentences_in_both_languages() {
        let mut seen = BTreeSet::new();
        for reason in Reason::ALL {
            let ReasonText { meaning, action } = reason.text();
            for sentence in [meaning.vi, meaning.en, action.vi, action.en] {
                assert!(!sentence.is_empty() && !sentence.ends_with('.'), "{reason}");
                assert_eq!(sentence.trim(), sentence, "{reason}");
            }
            assert!(seen.insert(meaning.vi) && seen.insert(meaning.en), "{reason} shares its words");
        }
    }
}
