//! A real nginx, well kept and badly kept.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};

use emc_monitor::model::status::Status::{Degraded, Up};

use crate::authority::{Chain, plain, probed, settings};
use crate::kind::verdict;

struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        // The quick way for the master to take its worker along.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Starts nginx with these TLS directives and waits until it listens.
fn nginx(folder: &Path, chain: &Chain, directives: &str) -> (Nginx, SocketAddr) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    write("chain.pem", format!("{}{}", chain.leaf_pem, chain.middle_pem));
    write("key.pem", chain.key_pem.clone());
    let place = folder.display();
    write(
        "nginx.conf",
        format!(
            "daemon off; pid {place}/pid; error_log {place}/error.log; worker_processes 1;\n\
             events {{}}\nhttp {{ access_log off; server {{ listen {address} ssl; {directives}\n\
             ssl_certificate {place}/chain.pem; ssl_certificate_key {place}/key.pem; return 204; }} }}\n"
        ),
    );
    let child = Command::new("/usr/sbin/nginx")
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(folder.join("nginx.conf"))
        .spawn();
    let server = Nginx(child.unwrap());
    let begun = std::time::Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed().as_secs() < 20, "nginx does not listen");
        std::thread::yield_now();
    }
    (server, address)
}

#[tokio::test]
async fn a_well_kept_nginx_is_up_and_one_that_keeps_old_versions_is_degraded() {
    let chain = Chain::new(plain, plain);
    for (directives, status, reason) in [
        ("ssl_protocols TLSv1.2 TLSv1.3;", Up, ""),
        ("ssl_protocols TLSv1.1 TLSv1.2; ssl_ciphers DEFAULT@SECLEVEL=0;", Degraded, "tls_weak"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (_server, address) = nginx(folder.path(), &chain, directives);
        let measured = probed(settings(address), &chain.root_pem).await;
        let (found_status, found_reason, told) = verdict(&measured);
        assert_eq!((found_status, found_reason), (status, reason), "{directives}:\n{told}");
    }
}
