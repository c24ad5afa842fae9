//! A server that waits before it answers and says how long it took: the truth that reported times are held against.
//!
//!     ttfb_target --delay-us 5000 [--cert chain.pem --key key.pem]
//!
//! Prints its port. What it says (`<title>` of the page, and `/log` for every path asked) is the time from the moment when
//! the kernel saw the request until just before the first byte of the answer was written, in microseconds. One thread a
//! connection, so that no answer waits for another.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, IoSliceMut, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, TimestampingFlag, Timestamps, recvmsg, setsockopt, sockopt,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Answers late, and says how late.
#[derive(Parser)]
struct Arguments {
    /// How long to wait before each answer.
    #[arg(long, default_value_t = 5000)]
    delay_us: u64,
    /// Bytes of the page.
    #[arg(long, default_value_t = 2000)]
    bytes: usize,
    /// Chain in PEM, for HTTPS.
    #[arg(long, requires = "key")]
    cert: Option<PathBuf>,
    /// Key in PEM, for HTTPS.
    #[arg(long)]
    key: Option<PathBuf>,
}

/// What every connection needs.
struct Shared {
    delay: Duration,
    bytes: usize,
    tls: Option<Arc<ServerConfig>>,
    log: Mutex<HashMap<String, u128>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let tls = match (&arguments.cert, &arguments.key) {
        (Some(cert), Some(key)) => Some(Arc::new(config(cert, key)?)),
        _ => None,
    };
    let shared = Arc::new(Shared {
        delay: Duration::from_micros(arguments.delay_us),
        bytes: arguments.bytes,
        tls,
        log: Mutex::default(),
    });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    #[expect(clippy::print_stdout, reason = "the caller reads the port")]
    {
        println!("{}", listener.local_addr()?.port());
    }
    for stream in listener.incoming() {
        let (stream, shared) = (stream?, Arc::clone(&shared));
        std::thread::spawn(move || serve(stream, &shared));
    }
    Ok(())
}

fn config(cert: &PathBuf, key: &PathBuf) -> Result<ServerConfig, Box<dyn std::error::Error>> {
    let chain = CertificateDer::pem_file_iter(cert)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_no_client_auth().with_single_cert(chain, key)?)
}

fn serve(tcp: TcpStream, shared: &Shared) {
    let flags = TimestampingFlag::SOF_TIMESTAMPING_RX_SOFTWARE | TimestampingFlag::SOF_TIMESTAMPING_SOFTWARE;
    let _ = setsockopt(&tcp, sockopt::Timestamping, &flags);
    let _ = tcp.set_nodelay(true);
    let stamped = Stamped { tcp, seen_at: UNIX_EPOCH };
    let _ = match &shared.tls {
        None => answer(stamped, |stream| stream.seen_at, shared),
        Some(config) => {
            ServerConnection::new(Arc::clone(config)).map_err(io::Error::other).and_then(|session| {
                answer(StreamOwned::new(session, stamped), |stream| stream.sock.seen_at, shared)
            })
        }
    };
}

fn answer<S: Read + Write>(
    mut stream: S,
    seen_at: impl Fn(&S) -> SystemTime,
    shared: &Shared,
) -> io::Result<()> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            count => head.extend_from_slice(&piece[..count]),
        }
    }
    let arrived = seen_at(&stream);
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    if path == "/log" {
        return stream.write_all(&page(&log(shared), 0));
    }
    #[expect(clippy::disallowed_methods, reason = "being late is what this server is for")]
    std::thread::sleep(shared.delay);
    let took = SystemTime::now().duration_since(arrived).unwrap_or_default().as_micros();
    stream.write_all(&page(&format!("<title>{took}</title>"), shared.bytes))?;
    shared.log.lock().unwrap_or_else(PoisonError::into_inner).insert(path, took);
    // The other side closes.
    stream.read(&mut piece).map(|_| ())
}

fn log(shared: &Shared) -> String {
    let log = shared.log.lock().unwrap_or_else(PoisonError::into_inner);
    log.iter().fold(String::new(), |mut text, (path, took)| {
        let _ = writeln!(text, "{path} {took}");
        text
    })
}

fn page(begins: &str, bytes: usize) -> Vec<u8> {
    let filling = " ".repeat(bytes.saturating_sub(begins.len()));
    let length = begins.len() + filling.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n{begins}{filling}")
        .into_bytes()
}

/// A socket that keeps when the kernel saw what was read last.
struct Stamped {
    tcp: TcpStream,
    seen_at: SystemTime,
}

impl Read for Stamped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut control = nix::cmsg_space!(Timestamps);
        let mut slices = [IoSliceMut::new(buffer)];
        let message =
            recvmsg::<()>(self.tcp.as_raw_fd(), &mut slices, Some(&mut control), MsgFlags::empty())?;
        self.seen_at = SystemTime::now();
        for control in message.cmsgs()? {
            if let ControlMessageOwned::ScmTimestampsns(stamps) = control {
                self.seen_at = UNIX_EPOCH + Duration::from(stamps.system);
            }
        }
        Ok(message.bytes)
    }
}

impl Write for Stamped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
