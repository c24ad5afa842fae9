//! An authority's file: portals and probes, checked against each other and built.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use url::{Host, Url};
use xxhash_rust::xxh3::Xxh3;

use crate::config::cascade::{Defaults, Timing, check_bounds};
use crate::config::decode::{DecodeError, decode, decode_entry};
use crate::config::dependencies::{Need, PortalId, needs};
use crate::config::files::{AuthorityFile, AuthorityKeys, PortalKeys, ProbeKeys, Verified};
use crate::config::global::{Global, bypasses, names};
use crate::config::maintenance::{self, Announced, Window};
use crate::config::node::{Entry, Node, Value};
use crate::config::problem::{Problems, first_given};
use crate::config::resources::Store;
use crate::config::schema::required_keys;
use crate::config::source::{Sources, Span};
use crate::config::walk::{add_key, key_missing};
use crate::config::words::listed;
use crate::html::phrases::Phrases;
use crate::model::id::{Name, ProbeId};
use crate::model::text::Text;
use crate::model::told::{Told, told};
use crate::probe::SharedProbe;
use crate::probe::kind::{KINDS, KindSettings};
use crate::probe::settings::{Context, SettingsError};
use crate::probe::spec::{Names, Portal, ProbeSpec};
use crate::slo::calendar::Calendar;

const PORTAL: Text = Text { vi: "cổng", en: "portal" };
const PROBE: Text = Text { vi: "phép đo", en: "probe" };
/// Stands for a portal's address that is wrong.
const UNKNOWN: &str = "https://unknown.invalid";

/// What all files of a configuration share while they are assembled.
pub(super) struct Assembler<'a> {
    /// What holds for everything.
    pub(super) global: &'a Global,
    /// Hash of what holds for every probe.
    pub(super) global_hash: u64,
    /// Defaults of everything.
    pub(super) defaults: &'a Defaults,
    /// Files, secrets and TLS policies.
    pub(super) store: &'a Store<'a>,
    /// For the folders of files.
    pub(super) sources: &'a Sources,
    /// When offices are open.
    pub(super) calendars: &'a [Calendar],
    /// Phrases of soft failures.
    pub(super) phrases: Arc<Phrases>,
    /// What was found.
    pub(super) problems: &'a mut Problems,
    /// What came out.
    pub(super) made: Made,
}

/// Where an authority is described, and who took over from it.
pub(super) type Descent = (Span, Option<(Name, Span)>);

/// What came out of all files.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Portals with a probe that runs.
    pub(super) portals: Vec<Portal>,
    /// Probes that run.
    pub(super) specs: Vec<ProbeSpec>,
    /// Probes that are switched off.
    pub(super) disabled: Vec<ProbeSpec>,
    /// Authorities by id: where, and who took over.
    pub(super) authorities: HashMap<Name, Descent>,
    /// Every portal there is.
    pub(super) known_portals: Vec<PortalId>,
    /// What each portal depends on.
    pub(super) needs: Vec<Need>,
    /// Announced maintenance of portals with a probe that runs.
    pub(super) maintenance: Vec<Announced>,
}

/// What an authority's file says of all its portals.
struct Owner {
    keys: AuthorityKeys,
    defaults: Defaults,
    maintenance: Vec<Window>,
}

/// A portal while its probes are read.
struct Stand<'n> {
    authority: &'n Name,
    portal: &'n Name,
    url: Option<Url>,
    defaults: Defaults,
    enabled: bool,
    verified: Option<Verified>,
}

/// A probe while it is built.
struct Asked<'n> {
    keys: &'n ProbeKeys,
    stand: &'n Stand<'n>,
    timing: Timing,
    enabled: bool,
}

impl Assembler<'_> {
    /// Reads one file whose tree fits its shape.
    pub(super) fn file(&mut self, root: &Node) {
        let Some(file) = self.decoded(decode::<AuthorityFile>(root), root) else { return };
        let keys = file.authority;
        let span = root.at(&["authority", "id"]).map_or(root.span, |node| node.span);
        let heir = root.at(&["authority", "succeeded_by"]).map(|node| node.span);
        let succeeded_by = keys.succeeded_by.clone().zip(heir);
        if let Some((first, _)) = self.made.authorities.get(&keys.id) {
            let message = told!(
                "cơ quan \"{id}\" được khai báo hai lần",
                "the authority \"{id}\" is given twice",
                id = keys.id,
            );
            let help = told!(
                "mỗi cơ quan chỉ có một tệp: gộp các cổng của cơ quan vào đó",
                "an authority has one file: put its portals together"
            );
            self.problems.error_with(span, message, help, (*first, first_given()));
        } else {
            self.made.authorities.insert(keys.id.clone(), (span, succeeded_by));
        }
        self.check_defaults(root);
        let owner = Owner {
            keys,
            defaults: self.defaults.with(root.get("defaults"), self.problems),
            maintenance: maintenance::read(root.get("maintenance"), self.calendars, self.problems),
        };
        maintenance::check_overlaps(&owner.maintenance, self.problems);
        let mut seen = HashMap::new();
        for portal in root.get("portals").map(Node::items).unwrap_or_default() {
            self.portal(portal, &owner, &mut seen);
        }
    }

    fn decoded<T>(&mut self, outcome: Result<T, DecodeError>, node: &Node) -> Option<T> {
        outcome.map_err(|error| self.problems.undecodable(node, error)).ok()
    }

    /// Bounds and labels of a mapping's `defaults`.
    pub(super) fn check_defaults(&mut self, node: &Node) {
        let Some(defaults) = node.get("defaults").filter(|node| node.value != Value::Null) else { return };
        let keys = decode::<crate::config::files::DefaultKeys>(defaults);
        if let Some(keys) = self.decoded(keys, defaults) {
            let spans = (keys.every.map(|span| span.0), keys.timeout.map(|span| span.0));
            check_bounds(defaults, spans.0, spans.1, self.problems);
            self.check_labels(defaults, &keys.labels);
        }
    }

    fn portal(&mut self, node: &Node, owner: &Owner, seen: &mut HashMap<Name, Span>) {
        let Some(keys) = self.decoded(decode::<PortalKeys>(node), node) else { return };
        let authority = &owner.keys;
        self.once(seen, &keys.id, node.get("id"), PORTAL);
        let id = (authority.id.clone(), keys.id.clone());
        self.made.needs.extend(needs(&id, &keys.depends_on, node));
        self.made.known_portals.push(id);
        self.check_defaults(node);
        self.check_labels(node, &keys.labels);
        self.check_dependencies(node, &keys.depends_on);
        let windows = self.windows(node, owner);
        let mut defaults = owner.defaults.with(node.get("defaults"), self.problems);
        defaults.labels.extend(keys.labels.clone());
        let url = match keys.url.as_deref() {
            // What is wrong with it is told once, not again by each probe.
            Some(text) => self.url(text, node).or_else(|| Url::parse(UNKNOWN).ok()),
            None if node.pruned => Url::parse(UNKNOWN).ok(),
            None => None,
        };
        let stand = Stand {
            authority: &authority.id,
            portal: &keys.id,
            url: url.clone(),
            defaults,
            enabled: authority.enabled && keys.enabled,
            verified: keys.verified,
        };
        let running = self.made.specs.len();
        let mut names_seen = HashMap::new();
        for probe in node.get("probes").map(Node::items).unwrap_or_default() {
            self.probe(probe, &stand, &mut names_seen);
        }
        let objectives = self.objectives(&keys.slo, node);
        if self.made.specs.len() > running {
            let announced = windows.into_iter().map(|Window { what, times, .. }| Announced {
                portal: (authority.id.clone(), keys.id.clone()),
                what,
                times,
            });
            self.made.maintenance.extend(announced);
            self.made.portals.push(Portal {
                authority: authority.id.clone(),
                portal: keys.id.clone(),
                authority_name: named(names(authority.name.clone()), &authority.id),
                portal_name: named(names(keys.name), stand.portal),
                url,
                objectives,
                depends_on: keys.depends_on,
            });
        }
    }

    /// Announced maintenance of a portal, its own before that of its authority.
    fn windows(&mut self, node: &Node, owner: &Owner) -> Vec<Window> {
        let mut windows = owner.maintenance.clone();
        let own = maintenance::read(node.get("maintenance"), self.calendars, self.problems);
        if !own.is_empty() {
            windows.extend(own);
            maintenance::check_overlaps(&windows, self.problems);
        }
        windows
    }

    /// An id that must not be given twice.
    fn once(&mut self, seen: &mut HashMap<Name, Span>, id: &Name, node: Option<&Node>, what: Text) {
        let span = node.map_or_else(|| Span::top(0), |node| node.span);
        if let Some(first) = seen.insert(id.clone(), span) {
            let message = Told {
                vi: format!("{} \"{id}\" được khai báo hai lần", what.vi),
                en: format!("the {} \"{id}\" is given twice", what.en),
            };
            let help = told!(
                "đặt cho mỗi cái một tên riêng: kết quả được lưu theo tên",
                "give each its own name: results are kept by it"
            );
            self.problems.error_with(span, message, help, (first, first_given()));
            seen.insert(id.clone(), first);
        }
    }

    fn probe(&mut self, node: &Node, stand: &Stand<'_>, seen: &mut HashMap<Name, Span>) {
        let Some(keys) = self.decoded(decode::<ProbeKeys>(node), node) else { return };
        self.once(seen, &keys.name, node.get("name"), PROBE);
        check_bounds(node, keys.every.map(|span| span.0), keys.timeout.map(|span| span.0), self.problems);
        self.check_labels(node, &keys.labels);
        let timing = stand.defaults.timing(&keys, node, self.problems);
        let Some(entry) = self.kind(node) else { return };
        let enabled = stand.enabled && keys.enabled;
        let settings = stand.defaults.settings(&entry.key, entry.value.entries());
        let value = Node { value: Value::Map(settings), ..Node::shell(&entry.value) };
        let merged = Entry { key: entry.key.clone(), key_span: entry.key_span, value };
        if self.lacks_required(&merged) {
            return;
        }
        let asked = Asked { keys: &keys, stand, timing, enabled };
        let Some(built) = self.build(&merged, &asked) else { return };
        if enabled && keys.verified.or(stand.verified) == Some(Verified::No) {
            let help = told!(
                "kiểm tra lại xem địa chỉ có đúng không, rồi viết \"verified: yes\" hoặc ngày kiểm tra",
                "check that the address is the right one, then write \"verified: yes\" or the day"
            );
            let message = told!(
                "\"{name}\" đang chạy nhưng địa chỉ của nó chưa được xác minh",
                "\"{name}\" runs, but its address is not verified",
                name = keys.name,
            );
            self.problems.warn(node.span, message, help);
        }
        let list = if enabled { &mut self.made.specs } else { &mut self.made.disabled };
        list.push(built);
    }

    /// The one kind of a probe.
    fn kind<'n>(&mut self, node: &'n Node) -> Option<&'n Entry> {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let mut given = node.entries().iter().filter(|entry| names.contains(&&*entry.key));
        let first = given.next();
        if let (Some(first), Some(second)) = (first, given.next()) {
            let message = told!(
                "một phép đo mà có hai loại, \"{first}\" và \"{second}\"",
                "a probe of two kinds, \"{first}\" and \"{second}\"",
                first = first.key,
                second = second.key,
            );
            let help =
                told!("viết thành hai phép đo, mỗi phép đo một loại", "write two probes, one of each kind");
            let first = (first.key_span, told!("loại thứ nhất", "the first"));
            self.problems.error_with(second.key_span, message, help, first);
            return None;
        }
        if first.is_none() && !node.pruned {
            let (Told { vi, en }, example) = (listed(&names), names[0]);
            let help = Told {
                vi: format!("thêm một trong {vi}, ví dụ \"{example}: {{}}\""),
                en: format!("add one of {en}, such as \"{example}: {{}}\""),
            };
            let message =
                told!("phép đo chưa cho biết thuộc loại nào", "the probe does not say of what kind it is");
            self.problems.error(node.span, message, help);
        }
        first
    }

    fn lacks_required(&mut self, entry: &Entry) -> bool {
        let missing: Vec<&String> =
            required_keys(&entry.key).iter().filter(|key| entry.value.get(key).is_none()).collect();
        for key in missing.iter().filter(|_| !entry.value.pruned) {
            self.problems.error(entry.key_span, key_missing(key, &entry.key), add_key(key));
        }
        !missing.is_empty()
    }

    fn build(&mut self, entry: &Entry, asked: &Asked<'_>) -> Option<ProbeSpec> {
        let Asked { keys, stand, timing, enabled } = *asked;
        let settings = self.decoded(decode_entry::<KindSettings>(entry), &entry.value)?;
        let folder = &self.sources.get(entry.key_span.file).folder;
        let files = self.store.within(folder);
        let direct = self.goes_direct(entry, stand);
        let context = Context {
            portal_url: stand.url.as_ref(),
            timeout: timing.timeout,
            mutates: keys.mutates,
            allow_mutations: &self.global.allow_mutations,
            proxy: if direct { None } else { self.global.proxy.clone() },
            roots_pem: &self.global.roots_pem,
            user_agent: &self.global.user_agent,
            phrases: Arc::clone(&self.phrases),
            resources: &files,
        };
        let kind = settings.name();
        match settings.build(&context) {
            Ok(probe) => {
                let mut hasher = Xxh3::with_seed(self.global_hash);
                (files.seen(), stand.url.as_ref().map(Url::as_str), keys.mutates).hash(&mut hasher);
                hash_node(&entry.value, &mut hasher);
                Some(spec(kind, probe, asked, hasher))
            }
            // A probe that is switched off may name files that are not there yet.
            Err(_) if !enabled && files.failed() => None,
            Err(errors) => {
                errors.0.iter().for_each(|error| self.settings_error(entry, error));
                None
            }
        }
    }

    /// Whether the host that a probe asks is one of `no_proxy`.
    fn goes_direct(&self, entry: &Entry, stand: &Stand<'_>) -> bool {
        let text = |key| entry.value.get(key).and_then(Node::text);
        let own = text("url").and_then(|url| Url::parse(url).ok());
        let named = text("host").and_then(|host| Host::parse(host).ok());
        let portal = own.as_ref().or(stand.url.as_ref()).and_then(Url::host).map(|host| host.to_owned());
        named.or(portal).is_some_and(|host| bypasses(&self.global.no_proxy, &host))
    }

    /// Gives a kind's error its place.
    fn settings_error(&mut self, entry: &Entry, error: &SettingsError) {
        let span = locate(&entry.value, &error.path).unwrap_or(entry.key_span);
        self.problems.error(span, error.message.clone(), error.help.clone());
    }
}

fn spec(kind: &'static str, probe: SharedProbe, asked: &Asked<'_>, mut hasher: Xxh3) -> ProbeSpec {
    let Asked { keys, stand, timing, .. } = *asked;
    let mut labels = stand.defaults.labels.clone();
    labels.extend(keys.labels.clone());
    (kind, timing.every, timing.timeout, timing.confirm, &labels).hash(&mut hasher);
    let id = ProbeId {
        authority: stand.authority.clone(),
        portal: stand.portal.clone(),
        probe: keys.name.clone(),
    };
    ProbeSpec {
        id,
        kind,
        every: timing.every,
        timeout: timing.timeout,
        confirm: timing.confirm,
        target: probe.target(),
        host: probe.hosts().into_iter().next(),
        probe,
        labels: Arc::new(labels),
        fingerprint: hasher.finish(),
    }
}

/// A name, or the id where there is none.
fn named(names: Names, id: &Name) -> Names {
    if names.vi.is_empty() { Names { vi: id.to_string(), en: id.to_string() } } else { names }
}

/// The place of `expect.headers.X-Token`: keys may hold dots themselves, so the longest key that fits is taken.
fn locate(node: &Node, path: &str) -> Option<Span> {
    if path.is_empty() {
        return None;
    }
    if let Value::List(items) = &node.value {
        let (index, rest) = path.split_once('.').unwrap_or((path, ""));
        let item = index.parse::<usize>().ok().and_then(|index| items.get(index))?;
        return locate(item, rest).or(Some(item.span));
    }
    let fits = |entry: &&Entry| {
        path.strip_prefix(&*entry.key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let entry = node.entries().iter().filter(fits).max_by_key(|entry| entry.key.len())?;
    let rest = path[entry.key.len()..].trim_start_matches('.');
    let whole = if entry.value.entries().is_empty() { entry.value.span } else { entry.key_span };
    locate(&entry.value, rest).or(Some(whole))
}

fn hash_node(node: &Node, hasher: &mut Xxh3) {
    std::mem::discriminant(&node.value).hash(hasher);
    match &node.value {
        Value::Null => {}
        Value::Bool(value) => value.hash(hasher),
        Value::Integer(value) => value.hash(hasher),
        Value::Float(value) => value.to_bits().hash(hasher),
        Value::Text(value) => value.hash(hasher),
        Value::List(items) => items.iter().for_each(|item| hash_node(item, hasher)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key.hash(hasher);
                hash_node(&entry.value, hasher);
            }
        }
    }
}

/// Hash of what holds for every probe, so that a change of it renews them all.
pub(super) fn hash_global(global: &Global) -> u64 {
    let mut hasher = Xxh3::new();
    (&global.user_agent, &global.roots_pem, &global.allow_mutations, &global.no_proxy).hash(&mut hasher);
    if let Some(proxy) = &global.proxy {
        proxy.endpoint.hash(&mut hasher);
        proxy.authorization.as_ref().map(crate::model::secret::Secret::expose).hash(&mut hasher);
    }
    for (kind, own) in &global.phrases {
        (kind, &own.add, &own.only).hash(&mut hasher);
    }
    hasher.finish()
}
