//! A real bind9 (Debian's `bind9`) in a folder of its own, on a loopback port given by the kernel.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RecordType};
use tempfile::TempDir;

/// How long bind may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often another port is tried, where somebody took the first meanwhile.
const TRIES: usize = 5;

/// A running name server; killed when dropped.
pub(crate) struct Bind {
    child: Child,
    /// Where it listens, over UDP and TCP.
    pub(crate) address: SocketAddr,
    _folder: TempDir,
}

impl Bind {
    /// Starts a server that holds these zones: names and the text of their files.
    pub(crate) fn start(zones: &[(&str, String)]) -> Self {
        let configured = |folder: &Path| {
            let held = zones.iter().map(|(zone, text)| {
                fs::write(folder.join(zone), text).unwrap();
                format!("zone \"{zone}\" {{ type primary; file \"{}/{zone}\"; }};\n", folder.display())
            });
            ("recursion no; dnssec-validation no;".to_owned(), held.collect())
        };
        Self::start_configured(&configured, zones[0].0)
    }

    /// Starts a resolver that asks another server everything and checks signatures from this anchor (a DS record) down.
    pub(crate) fn resolver(asked: SocketAddr, zone: &str, anchor: &str) -> Self {
        let words: Vec<&str> = anchor.lines().next().unwrap().split_whitespace().collect();
        let at = words.iter().position(|word| *word == "DS").unwrap();
        let (numbers, digest) = (words[at + 1..at + 4].join(" "), words[at + 4..].concat());
        let configured = |_: &Path| {
            let options = format!(
                "recursion yes; forward only; forwarders {{ {} port {}; }}; dnssec-validation yes;",
                asked.ip(),
                asked.port()
            );
            (options, format!("trust-anchors {{ \"{zone}\" static-ds {numbers} \"{digest}\"; }};\n"))
        };
        Self::start_configured(&configured, zone)
    }

    fn start_configured(configured: &dyn Fn(&Path) -> (String, String), zone: &str) -> Self {
        (0..TRIES).find_map(|_| Self::try_start(configured, zone)).expect("bind9 comes up")
    }

    fn try_start(configured: &dyn Fn(&Path) -> (String, String), zone: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = free_port();
        let (options, rest) = configured(folder.path());
        let text = configuration(folder.path(), address, &options) + &rest;
        fs::write(folder.path().join("named.conf"), text).unwrap();
        // A copy, since AppArmor allows the installed one no folder but its own.
        let program = folder.path().join("named");
        fs::copy(installed("named"), &program).unwrap();
        let child = Command::new(program)
            .args(["-g", "-4", "-n", "1", "-c"])
            .arg(folder.path().join("named.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut started = Self { child, address, _folder: folder };
        started.wait_until_it_answers(zone).then_some(started)
    }

    /// Asks for a zone until an answer comes; `false` if the server ended itself.
    fn wait_until_it_answers(&mut self, zone: &str) -> bool {
        let mut query = Message::query();
        query.add_query(Query::query(Name::from_ascii(zone).unwrap(), RecordType::SOA));
        let question = query.to_vec().unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let began = Instant::now();
        let mut buffer = [0; 1500];
        while began.elapsed() < PATIENCE && self.child.try_wait().unwrap().is_none() {
            // Refused until it listens; then it answers, at once or not at all.
            let answered = socket.send(&question).and_then(|_| socket.recv(&mut buffer));
            match answered {
                Ok(_) => return true,
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::thread::yield_now(),
                Err(_) => {}
            }
        }
        false
    }
}

impl Drop for Bind {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to do about it either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(folder: &Path, address: SocketAddr, options: &str) -> String {
    let (folder, ip, port) = (folder.display(), address.ip(), address.port());
    format!(
        "options {{ directory \"{folder}\"; listen-on port {port} {{ {ip}; }}; listen-on-v6 {{ none; }};\n\
         pid-file none; lock-file none; session-keyfile none; notify no; {options}\n\
         allow-query {{ any; }}; allow-transfer {{ none; }}; }};\ncontrols {{ }};\n"
    )
}

/// A port that is free for UDP and TCP at this moment.
fn free_port() -> SocketAddr {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
}

/// Where Debian puts a program; `sbin` is not in everybody's path.
fn installed(program: &str) -> PathBuf {
    let places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(|folder| Path::new(folder).join(program));
    places.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{program} is not installed"))
}

/// A zone's own key pair, and its zone file signed with it.
pub(crate) struct Signed {
    /// The signed zone file.
    pub(crate) text: String,
    /// DS records for the parent, and a trust anchor for those who have none above.
    pub(crate) ds: String,
    /// The key-signing key as a DNSKEY record.
    pub(crate) key: String,
}

/// Signs a zone with fresh keys; `options` are further ones of `dnssec-signzone`.
pub(crate) fn sign(zone: &str, text: &str, options: &[&str]) -> Signed {
    let folder = tempfile::tempdir().unwrap();
    let tool = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(installed(program)).current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    fs::write(folder.path().join("zone"), text).unwrap();
    tool("dnssec-keygen", &["-q", "-a", "ECDSAP256SHA256", zone]);
    let signing_key = tool("dnssec-keygen", &["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", zone]);
    // Without verifying: some zones are to be wrong.
    let fixed = ["-S", "-P", "-Q", "-o", zone, "-f", "signed"];
    tool("dnssec-signzone", &[&fixed[..], options, &["zone"][..]].concat());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    Signed {
        text: read("signed"),
        ds: read(&format!("dsset-{zone}.")),
        key: read(&format!("{signing_key}.key")),
    }
}
