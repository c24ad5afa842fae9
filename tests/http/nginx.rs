//! A real nginx: static pages, gzip, redirects, HTTP/2, a refused page.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use chrono::Utc;
use emc_monitor::model::reason::Reason;
use emc_monitor::net::run::Run;
use emc_monitor::net::{Net, NetSettings};
use emc_monitor::probe::{Measured, Tools};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};

use crate::build::{Operator, build};

pub(crate) struct Nginx {
    master: Child,
    pub(crate) plain: SocketAddr,
    pub(crate) tls: SocketAddr,
    ca_pem: Vec<u8>,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // A polite end, so that the master takes its worker along.
        let _ = Command::new("kill").arg(self.master.id().to_string()).status();
        let _ = self.master.wait();
    }
}

fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Nginx {
    pub(crate) fn start(folder: &Path) -> Self {
        let (plain, tls) = (free_port(), free_port());
        let ca_pem = certificates(folder);
        let page =
            format!("<title>Cổng</title><h1>Dịch vụ công</h1>{}", "<p>Thủ tục hành chính</p>\n".repeat(2000));
        std::fs::write(folder.join("index.html"), page).unwrap();
        std::fs::write(folder.join("bt.html"), "<title>Hệ thống đang bảo trì</title>").unwrap();
        let place = folder.display();
        let configuration = format!(
            "daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1; events {{}}\n\
             http {{ access_log off; gzip on; gzip_min_length 100; types {{ text/html html; }} charset utf-8;\n\
             client_body_temp_path {place}/b; proxy_temp_path {place}/p; fastcgi_temp_path {place}/f;\n\
             uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
             server {{ listen {plain}; root {place}; location = /len {{ return 301 https://{tls}/; }}\n\
             location = /cam {{ return 403; }} location = /quay {{ return 302 /quay; }}\n\
             location = /bt {{ error_page 503 /bt.html; return 503; }} }}\n\
             server {{ listen {tls} ssl http2; root {place}; ssl_certificate {place}/leaf.pem;\n\
             ssl_certificate_key {place}/key.pem; location = /xuong {{ return 302 http://{plain}/; }} }} }}\n"
        );
        std::fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let file = folder.join("nginx.conf");
        let master =
            Command::new("/usr/sbin/nginx").arg("-p").arg(folder).arg("-c").arg(file).spawn().unwrap();
        let nginx = Self { master, plain, tls, ca_pem };
        let begun = Instant::now();
        while TcpStream::connect(plain).is_err() || TcpStream::connect(tls).is_err() {
            assert!(begun.elapsed().as_secs() < 30, "nginx does not listen");
            std::thread::yield_now();
        }
        nginx
    }

    async fn probe(&self, http: Value) -> Measured {
        let probe = build(&http, &Operator::default(), self.plain, &self.ca_pem).unwrap();
        let tools = Tools { net: Net::new(&NetSettings::default()).unwrap() };
        probe.run(&tools, &mut Run::begin(Duration::from_secs(30)), Utc::now).await
    }
}

/// Writes a leaf with its key; gives back its authority.
fn certificates(folder: &Path) -> Vec<u8> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.join("leaf.pem"), leaf.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    issuer.pem().into_bytes()
}

#[tokio::test]
async fn nginx_is_judged_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let nginx = Nginx::start(folder.path());
    let (plain, tls) = (nginx.plain, nginx.tls);
    let ca = json!({"ca_files": ["ca.pem"]});
    let cases = [
        (
            json!({"path": "/", "expect": {"contains": ["Dịch vụ công"], "selector": "h1"}}),
            "",
            200,
            "HTTP/1.1",
        ),
        (
            json!({"url": format!("https://{tls}/"), "tls": ca, "expect": {"protocol": "http2"}}),
            "",
            200,
            "HTTP/2",
        ),
        (json!({"url": format!("https://{tls}/"), "tls": ca, "protocol": "http1"}), "", 200, "HTTP/1.1"),
        (json!({"path": "/len", "tls": ca, "expect": {"final_host": tls.to_string()}}), "", 200, "HTTP/2"),
        (json!({"url": format!("https://{tls}/xuong"), "tls": ca}), "insecure_redirect", 200, "HTTP/1.1"),
        (json!({"path": "/khong-co"}), "status", 404, "HTTP/1.1"),
        (json!({"path": "/cam"}), "status", 403, "HTTP/1.1"),
        (json!({"path": "/bt"}), "maintenance_page", 503, "HTTP/1.1"),
        (json!({"path": "/bt.html"}), "maintenance_page", 200, "HTTP/1.1"),
        (json!({"path": "/quay"}), "redirect_loop", 302, "HTTP/1.1"),
        (json!({"url": format!("http://{tls}/")}), "status", 400, "HTTP/1.1"),
        (json!({"url": format!("https://{plain}/")}), "tls_handshake", 0, ""),
        (json!({"url": format!("https://{tls}/")}), "tls_untrusted", 0, ""),
    ];
    for (http, reason, status, version) in cases {
        let measured = nginx.probe(http.clone()).await;
        let facts = measured.facts.http.clone().unwrap();
        let found = measured.assessment.reason.map_or("", Reason::as_str);
        let told = format!("{http}: {:#?}", measured.assessment.findings);
        assert_eq!(
            (found, facts.status.unwrap_or_default(), facts.version),
            (reason, status, version),
            "{told}"
        );
    }
    let facts = nginx.probe(json!({"path": "/"})).await.facts.http.unwrap();
    assert!(facts.wire_bytes * 10 < facts.body_bytes, "gzip was not used: {facts:?}");
    assert_eq!((facts.title.as_str(), facts.charset), ("Cổng", "UTF-8"));
}
