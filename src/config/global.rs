//! `emc.yaml`: from its keys to the settings that the rooms want.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use url::{Host, Url};

use crate::config::decode::decode;
use crate::config::files::{DependencyKeys, GlobalFile, NameKeys, ProxyKeys};
use crate::config::node::Node;
use crate::config::problem::{GIVEN, Problems, first_given};
use crate::config::resources::Files;
use crate::config::roots;
use crate::config::source::Span;
use crate::config::walk::keep_one;
use crate::html::phrases::PhraseSettings;
use crate::metrics::settings::StoreSettings;
use crate::model::id::Name;
use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::NetSettings;
use crate::net::politeness::PolitenessSettings;
use crate::net::route::{Endpoint, Proxy};
use crate::pki::anchors::Anchors;
use crate::probe::settings::{Resources, SecretSource};
use crate::probe::spec::Names;
use crate::schedule::dependencies::Breakage;
use crate::schedule::settings::ScheduleSettings;

/// Where we serve unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9715);

/// What holds for everything.
#[derive(Debug)]
pub struct Global {
    /// Address to serve on.
    pub listen: SocketAddr,
    /// Name servers and denied networks.
    pub net: NetSettings,
    /// Limits, politeness, anchors.
    pub schedule: ScheduleSettings,
    /// Location and buckets.
    pub store: StoreSettings,
    /// What portals may depend on.
    pub dependencies: Vec<Dependency>,
    /// Hosts on which mutating requests are allowed, in lower case.
    pub allow_mutations: Vec<String>,
    /// User-Agent to send.
    pub user_agent: String,
    /// Proxy by which portals are reached.
    pub proxy: Option<Arc<Proxy>>,
    /// Hosts reached without the proxy.
    pub no_proxy: Vec<String>,
    /// Private roots in PEM.
    pub roots_pem: Vec<Vec<u8>>,
    /// Roots that signatures are traced to.
    pub anchors: Anchors,
    /// Hosts that may be asked about certificates.
    pub fetch_hosts: Vec<String>,
    /// Phrases that tell soft failures, the operator's own beside ours.
    pub phrases: PhraseSettings,
}

/// Something many portals depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name in `depends_on` and in labels.
    pub id: Name,
    /// What people call it.
    pub name: Names,
    /// Authority and portal watched in its stead.
    pub watched_by: Option<(Name, Name)>,
    /// What fails at the doors of those that depend on it while it is down.
    pub breaks: Vec<Breakage>,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            listen: DEFAULT_LISTEN,
            net: NetSettings::default(),
            schedule: ScheduleSettings::default(),
            store: StoreSettings::default(),
            dependencies: Vec::new(),
            allow_mutations: Vec::new(),
            user_agent: user_agent(None),
            proxy: None,
            no_proxy: Vec::new(),
            roots_pem: Vec::new(),
            anchors: Anchors::default(),
            fetch_hosts: Vec::new(),
            phrases: PhraseSettings::new(),
        }
    }
}

/// Our honest name: product, version, and whom to write to.
#[must_use]
pub fn user_agent(contact: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match contact {
        Some(contact) => format!("emc/{version} (+{contact})"),
        None => format!("emc/{version}"),
    }
}

/// Reads the keys of a tree that fits its shape.
pub(super) fn read(root: &Node, files: &Files<'_>, problems: &mut Problems) -> Global {
    let keys: GlobalFile = match decode(root) {
        Ok(keys) => keys,
        Err(error) => {
            problems.undecodable(root, error);
            return Global::default();
        }
    };
    let mut reader = Reader { root, files, problems };
    reader.global(keys)
}

struct Reader<'a> {
    root: &'a Node,
    files: &'a Files<'a>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn global(&mut self, keys: GlobalFile) -> Global {
        let store = self.store(&keys);
        let schedule = self.schedule(&keys);
        let listen = keys.listen.as_deref().and_then(|text| self.listen(text));
        let net = NetSettings {
            resolvers: self.each("resolver", &keys.resolver, Self::resolver),
            deny_networks: self.each("deny_networks", &keys.deny_networks, Self::network),
            ..NetSettings::default()
        };
        let user_agent = self.agent(&keys);
        Global {
            listen: listen.unwrap_or(DEFAULT_LISTEN),
            net,
            schedule,
            store,
            dependencies: self.dependencies(keys.dependencies),
            allow_mutations: self.each("allow_mutations", &keys.allow_mutations, Self::mutable_host),
            user_agent,
            proxy: keys.proxy.as_ref().and_then(|proxy| self.proxy(proxy)),
            no_proxy: keys.proxy.map(|proxy| lowered(proxy.no_proxy)).unwrap_or_default(),
            roots_pem: self.roots(&keys.ca_files),
            anchors: roots::anchors(self.root, &keys.anchors, self.files, self.problems),
            fetch_hosts: lowered(keys.fetch_hosts),
            phrases: keys.phrases,
        }
    }

    /// Where a key's value stands.
    fn span(&self, path: &[&str]) -> Span {
        self.root.at(path).map_or(self.root.span, |node| node.span)
    }

    /// Reads every item of a list, with its place.
    fn each<T>(
        &mut self,
        key: &str,
        items: &[String],
        read: fn(&mut Self, &str, Span) -> Option<T>,
    ) -> Vec<T> {
        let spans: Vec<Span> = self
            .root
            .get(key)
            .map(|list| list.items().iter().map(|item| item.span).collect())
            .unwrap_or_default();
        items.iter().zip(spans).filter_map(|(item, span)| read(self, item, span)).collect()
    }

    fn listen(&mut self, text: &str) -> Option<SocketAddr> {
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let help = told!(
                "viết địa chỉ và số cổng, ví dụ \"127.0.0.1:9715\" hoặc \"[::]:9715\"",
                "write an address and a port, such as \"127.0.0.1:9715\" or \"[::]:9715\""
            );
            let message = told!("không thể lắng nghe ở \"{GIVEN}\"", "cannot listen on \"{GIVEN}\"");
            self.problems.error(self.span(&["listen"]), message, help);
        }
        parsed
    }

    fn resolver(&mut self, text: &str, span: Span) -> Option<SocketAddr> {
        let address = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53)).or_else(|_| text.parse());
        if address.is_err() {
            let help = told!(
                "viết địa chỉ IP, kèm số cổng nếu không phải 53: \"10.0.0.53\", \"[2001:db8::1]:5353\"",
                "write an IP address, with a port if it is not 53: \"10.0.0.53\", \"[2001:db8::1]:5353\""
            );
            let message = told!("\"{GIVEN}\" không phải là máy chủ DNS", "\"{GIVEN}\" is no name server");
            self.problems.error(span, message, help);
        }
        address.ok()
    }

    fn network(&mut self, text: &str, span: Span) -> Option<IpNet> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        match network {
            Ok(network) if network.trunc() != network => {
                let help = told!("viết \"{meant}\"", "write \"{meant}\"", meant = network.trunc());
                let message = told!(
                    "\"{GIVEN}\" không phải là mạng: có bit khác 0 ngoài phần tiền tố",
                    "\"{GIVEN}\" is no network: bits are set beyond the prefix"
                );
                self.problems.error(span, message, help);
                None
            }
            Ok(network) => Some(network),
            Err(_) => {
                let help = told!(
                    "viết địa chỉ và độ dài tiền tố, ví dụ \"10.0.0.0/8\" hoặc \"fc00::/7\"",
                    "write an address and a prefix length, such as \"10.0.0.0/8\" or \"fc00::/7\""
                );
                let message = told!("\"{GIVEN}\" không phải là mạng", "\"{GIVEN}\" is no network");
                self.problems.error(span, message, help);
                None
            }
        }
    }

    fn mutable_host(&mut self, text: &str, span: Span) -> Option<String> {
        let lower = text.to_lowercase();
        let (host, port) = match lower.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
            _ => (lower.as_str(), None),
        };
        let good = Host::parse(host).is_ok() && !host.contains(['*', '/', '@']);
        if !good || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            let help = told!(
                "viết tên máy chủ, kèm số cổng nếu cần: \"dichvucong.bo-vd.example\", \"127.0.0.1:8080\"",
                "write a host, or a host and a port: \"dichvucong.bo-vd.example\", \"127.0.0.1:8080\""
            );
            let message = told!("\"{GIVEN}\" không phải là máy chủ", "\"{GIVEN}\" is no host");
            self.problems.error(span, message, help);
            return None;
        }
        Some(lower)
    }

    fn store(&mut self, keys: &GlobalFile) -> StoreSettings {
        let mut store = StoreSettings::default();
        if let Some(location) = &keys.location {
            location.as_str().clone_into(&mut store.location);
        }
        if let Some(buckets) = &keys.metrics.buckets {
            store.buckets.clone_from(buckets);
            if let Err(reason) = store.check() {
                self.problems.error(self.span(&["metrics", "buckets"]), reason, Told::nothing());
            }
        }
        store
    }

    fn schedule(&mut self, keys: &GlobalFile) -> ScheduleSettings {
        let normal = ScheduleSettings::default();
        let polite = &keys.politeness;
        let size = |given: Option<u32>, normal: usize| given.map_or(normal, |given| given as usize);
        let anchors = &keys.uplink.anchors;
        for (index, anchor) in anchors.iter().enumerate() {
            if endpoint(anchor).is_none() {
                let span = self.span(&["uplink", "anchors", &index.to_string()]);
                let help = told!(
                    "viết tên máy chủ và số cổng, ví dụ \"ns1.isp.example:53\"",
                    "write a host and a port, such as \"ns1.isp.example:53\""
                );
                let message = told!("\"{GIVEN}\" không thể làm mốc đường truyền", "\"{GIVEN}\" is no anchor");
                self.problems.error(span, message, help);
            }
        }
        if anchors.len() == 1 {
            let help = told!(
                "khai báo ít nhất hai nơi không hỏng cùng lúc",
                "name at least two that do not share a fault"
            );
            let message = told!("chỉ có một mốc đường truyền", "there is only one uplink anchor");
            self.problems.warn(self.span(&["uplink", "anchors"]), message, help);
        }
        ScheduleSettings {
            in_flight: size(keys.limits.in_flight, normal.in_flight),
            per_host_in_flight: size(polite.per_host_in_flight, normal.per_host_in_flight),
            politeness: PolitenessSettings {
                per_second: polite.per_second.unwrap_or(normal.politeness.per_second),
                burst: polite.burst.unwrap_or(normal.politeness.burst),
            },
            anchors: anchors.clone(),
            anchors_every: keys.uplink.every.map_or(normal.anchors_every, |span| span.0),
        }
    }

    fn agent(&mut self, keys: &GlobalFile) -> String {
        let visible = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        for (key, text) in [("contact", &keys.contact), ("user_agent", &keys.user_agent)] {
            if text.as_deref().is_some_and(|text| text.is_empty() || !visible(text)) {
                let message =
                    told!("không thể gửi \"{key}\" trong header", "\"{key}\" cannot be sent in a header");
                let help = told!(
                    "chỉ dùng chữ cái không dấu, chữ số và ký hiệu của ASCII",
                    "use letters, digits and signs of ASCII"
                );
                self.problems.error(self.span(&[key]), message, help);
            }
        }
        keys.user_agent.clone().unwrap_or_else(|| user_agent(keys.contact.as_deref()))
    }

    fn proxy(&mut self, keys: &ProxyKeys) -> Option<Arc<Proxy>> {
        let span = self.span(&["proxy", "url"]);
        let url = match Url::parse(&keys.url) {
            Ok(url) if url.scheme() == "http" && url.host().is_some() => url,
            _ => {
                let help = told!(
                    "viết http://, tên máy chủ và số cổng, ví dụ \"http://proxy.example:3128\"",
                    "write http://, the host and the port, such as \"http://proxy.example:3128\""
                );
                let message = told!("\"{GIVEN}\" không phải là proxy HTTP", "\"{GIVEN}\" is no HTTP proxy");
                self.problems.error(span, message, help);
                return None;
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            let help = told!(
                "dùng \"username\" và \"password_file\", và đổi mật khẩu",
                "use \"username\" and \"password_file\", and change the password"
            );
            let message = told!(
                "địa chỉ của proxy chứa tên người dùng hoặc mật khẩu",
                "the proxy's address holds credentials"
            );
            self.problems.error(span, message, help);
        }
        let authorization = match (&keys.username, &keys.password) {
            (None, None) => None,
            (username, password) => self.basic(username.as_deref().unwrap_or_default(), password.as_ref()),
        };
        let endpoint = Endpoint { host: url.host()?.to_owned(), port: url.port_or_known_default()? };
        Some(Arc::new(Proxy { endpoint, authorization }))
    }

    /// Value of `Proxy-Authorization`.
    fn basic(&mut self, username: &str, password: Option<&SecretSource>) -> Option<Secret> {
        let secret = password.map(|source| self.files.secret(source)).transpose();
        match secret {
            Ok(secret) => {
                let password = secret.as_ref().map_or("", Secret::expose);
                Some(Secret::new(format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))))
            }
            Err(reason) => {
                self.problems.error(self.span(&["proxy", "password"]), reason, Told::nothing());
                None
            }
        }
    }

    fn roots(&mut self, paths: &[PathBuf]) -> Vec<Vec<u8>> {
        let mut roots = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            match self.files.file(path) {
                Ok(pem) => roots.push(pem),
                Err(reason) => {
                    let span = self.span(&["ca_files", &index.to_string()]);
                    self.problems.error(span, reason, Told::nothing());
                }
            }
        }
        roots
    }

    fn dependencies(&mut self, all: Vec<DependencyKeys>) -> Vec<Dependency> {
        let mut known: Vec<Dependency> = Vec::new();
        for (index, keys) in all.into_iter().enumerate() {
            let place = index.to_string();
            if let Some(first) = known.iter().position(|one| one.id == keys.id) {
                let here = self.span(&["dependencies", &place, "id"]);
                let first = self.span(&["dependencies", &first.to_string(), "id"]);
                let message = told!(
                    "hệ thống phụ thuộc \"{id}\" được khai báo hai lần",
                    "the dependency \"{id}\" is given twice",
                    id = keys.id,
                );
                self.problems.error_with(here, message, keep_one(), (first, first_given()));
            }
            let watched_by = keys.watched_by.as_deref().and_then(|path| {
                let portal = watched(path);
                if portal.is_none() {
                    let span = self.span(&["dependencies", &place, "watched_by"]);
                    let help = told!(
                        "viết id của cơ quan rồi id của cổng, ví dụ \"dung-chung/sso\"",
                        "write the ids of an authority and of its portal, such as \"dung-chung/sso\""
                    );
                    let message = told!("\"{GIVEN}\" không phải là cổng", "\"{GIVEN}\" is no portal");
                    self.problems.error(span, message, help);
                }
                portal
            });
            self.check_breaks(&keys, &place);
            known.push(Dependency { id: keys.id, name: names(keys.name), watched_by, breaks: keys.breaks });
        }
        known
    }

    /// Without a portal that tells whether a dependency is down, it breaks nothing.
    fn check_breaks(&mut self, keys: &DependencyKeys, place: &str) {
        if keys.breaks.is_empty() || keys.watched_by.is_some() {
            return;
        }
        let help = told!(
            "thêm \"watched_by\" với một cổng cho biết nền tảng còn chạy hay không, hoặc bỏ \"breaks\"",
            "add \"watched_by\" with a portal that tells whether it is at work, or remove \"breaks\""
        );
        let message = told!(
            "\"breaks\" vô tác dụng: không cổng nào đo \"{id}\"",
            "\"breaks\" has no effect: no portal is watched for \"{id}\"",
            id = keys.id,
        );
        self.problems.error(self.span(&["dependencies", place, "breaks"]), message, help);
    }
}

fn watched(path: &str) -> Option<(Name, Name)> {
    let (authority, portal) = path.split_once('/')?;
    Some((Name::try_from(authority).ok()?, Name::try_from(portal).ok()?))
}

fn lowered(list: Vec<String>) -> Vec<String> {
    list.into_iter().map(|item| item.to_lowercase()).collect()
}

/// A name as written, in the types of the rooms.
pub(super) fn names(keys: NameKeys) -> Names {
    let (vi, en) = (keys.vi, keys.en);
    match (vi.is_empty(), en.is_empty()) {
        (true, false) => Names { vi: en.clone(), en },
        (false, true) => Names { en: vi.clone(), vi },
        _ => Names { vi, en },
    }
}

/// Reads `host:port`.
#[must_use]
pub fn endpoint(text: &str) -> Option<Endpoint> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let host = Host::parse(host).ok()?;
    let named = !matches!(&host, Host::Domain(name) if name.is_empty());
    named.then_some(Endpoint { host, port })
}

/// Whether a host is reached without the proxy.
#[must_use]
pub fn bypasses(no_proxy: &[String], host: &Host<String>) -> bool {
    no_proxy.iter().any(|rule| match host {
        Host::Domain(name) => {
            let name = name.to_lowercase();
            let domain = rule.trim_start_matches('.');
            name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
        }
        Host::Ipv4(ip) => covers(rule, IpAddr::V4(*ip)),
        Host::Ipv6(ip) => covers(rule, IpAddr::V6(*ip)),
    })
}

fn covers(rule: &str, ip: IpAddr) -> bool {
    let network = rule.parse::<IpNet>().or_else(|_| rule.parse::<IpAddr>().map(IpNet::from));
    network.is_ok_and(|network| network.contains(&ip))
}
