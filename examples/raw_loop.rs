//! A bare loop over tokio-rustls with a hand-written request: the practical limit that `throughput` is held against.
//!
//!     cargo run --release --example raw_loop -- https://127.0.0.1:8443/ 10 --ca-file ca.pem
//!
//! New connection for each request, full verification, no resumption, nothing recorded. Prints one line of JSON.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

/// Fetches one page as fast as it can.
#[derive(Parser)]
struct Arguments {
    /// The page; its host is an IP address.
    url: Url,
    /// How long, in seconds.
    seconds: f64,
    /// Roots to trust, PEM.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Requests in flight.
    #[arg(long, default_value_t = 16)]
    concurrency: usize,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let address = *arguments.url.socket_addrs(|| None)?.first().ok_or("no address")?;
    let connector = match &arguments.ca_file {
        Some(file) => Some(TlsConnector::from(Arc::new(config(&std::fs::read(file)?)?))),
        None => None,
    };
    let request: Arc<[u8]> =
        format!("GET {} HTTP/1.1\r\nHost: {address}\r\n\r\n", arguments.url.path()).into_bytes().into();
    let spent_before = cpu_seconds();
    let until = Instant::now() + Duration::from_secs_f64(arguments.seconds);
    let loops: Vec<_> = (0..arguments.concurrency)
        .map(|_| tokio::spawn(keep_fetching(address, connector.clone(), Arc::clone(&request), until)))
        .collect();
    let mut fetched = 0;
    for each in loops {
        fetched += each.await?;
    }
    let spent = cpu_seconds() - spent_before;
    #[expect(clippy::print_stdout, reason = "the line that the caller reads")]
    {
        let line = json!({
            "probes": fetched,
            "failed": 0,
            "per_cpu_s": (f64::from(fetched) / spent).round(),
            "cpu_us": (spent * 1e6 / f64::from(fetched)).round(),
        });
        println!("{line}");
    }
    Ok(())
}

async fn keep_fetching(
    address: SocketAddr,
    connector: Option<TlsConnector>,
    request: Arc<[u8]>,
    until: Instant,
) -> u32 {
    let mut fetched = 0;
    while Instant::now() < until {
        let tcp = TcpStream::connect(address).await.expect("the target listens");
        tcp.set_nodelay(true).expect("a TCP socket");
        match &connector {
            None => fetch(tcp, &request).await,
            Some(connector) => {
                let name = ServerName::from(address.ip());
                fetch(connector.connect(name, tcp).await.expect("the chain is good"), &request).await;
            }
        }
        fetched += 1;
    }
    fetched
}

/// Reads a head and as many bytes as it promises.
async fn fetch(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) {
    stream.write_all(request).await.expect("the target reads");
    let mut buffer = vec![0; 16 * 1024];
    let mut have = 0;
    let (mut wanted, mut total) = (None, 0);
    while wanted.is_none_or(|wanted| total < wanted) {
        let count = stream.read(&mut buffer[have..]).await.expect("the target answers");
        assert!(count > 0, "the target closed too soon");
        total += count;
        if wanted.is_none() {
            have += count;
            wanted = whole_length(&buffer[..have]);
            if wanted.is_some() {
                have = 0;
            }
        }
    }
}

/// Length of head and body, once the head is there.
fn whole_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
    Some(end + length.trim().parse::<usize>().ok()?)
}

fn config(pem: &[u8]) -> Result<ClientConfig, Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    // In TLS 1.2 the groups also say which curves a certificate's key may lie on (RFC 8422, 5.1).
    let kx_groups = vec![aws_lc_rs::kx_group::X25519, aws_lc_rs::kx_group::SECP256R1];
    let provider = rustls::crypto::CryptoProvider { kx_groups, ..aws_lc_rs::default_provider() };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one run")]
    let seconds = |time: TimeVal| time.num_microseconds() as f64 / 1e6;
    getrusage(UsageWho::RUSAGE_SELF)
        .map_or(0.0, |usage| seconds(usage.user_time()) + seconds(usage.system_time()))
}
