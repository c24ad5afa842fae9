//! From a path to a whole configuration, or to everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::assemble::{Assembler, Descent, Made, hash_global};
use crate::config::calendars;
use crate::config::cascade::Defaults;
use crate::config::collect;
use crate::config::dependencies::check_cycles;
use crate::config::diagnostic::Diagnostics;
use crate::config::global::{self, Global};
use crate::config::history::{self, Around};
use crate::config::maintenance::Announced;
use crate::config::node::Node;
use crate::config::problem::Problems;
use crate::config::resources::{Environment, Store};
use crate::config::schema::{self, Sort};
use crate::config::show;
use crate::config::source::{Sources, Span};
use crate::config::summary;
use crate::config::tree;
use crate::config::walk::Walker;
use crate::config::words::nearest;
use crate::history::settings::Settings;
use crate::html::phrases::Phrases;
use crate::model::id::Name;
use crate::model::told::{Told, told};
use crate::probe::spec::{Portal, ProbeSpec};
use crate::slo::calendar::Calendar;

/// A configuration, whole and right.
#[derive(Debug)]
pub struct Loaded {
    /// What holds for everything.
    pub global: Global,
    /// Portals that have a probe which runs.
    pub portals: Vec<Portal>,
    /// Probes that run.
    pub specs: Vec<ProbeSpec>,
    /// Where what happens is kept; `None` where it is not.
    pub history: Option<Settings>,
    /// When offices are open.
    pub calendars: Vec<Calendar>,
    /// Announced maintenance.
    pub maintenance: Vec<Announced>,
    /// Probes that are switched off, ready to be tried by hand.
    pub disabled: Vec<ProbeSpec>,
    /// What is probably not as meant.
    pub warnings: Diagnostics,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// The configuration as text, secrets hidden.
    pub shown: String,
}

/// Loads a folder (its `emc.yaml` and `*.yaml`) or a single file. Touches no network.
///
/// # Errors
/// Everything that is wrong with the files, each with its place.
pub fn load(path: &Path, environment: &dyn Environment) -> Result<Loaded, Diagnostics> {
    load_with_roots(path, environment, &[])
}

/// Loads with further roots to trust, in PEM, beside those that the files name: the practice ministry's.
///
/// # Errors
/// Everything that is wrong with the files, each with its place.
pub fn load_with_roots(
    path: &Path,
    environment: &dyn Environment,
    roots_pem: &[Vec<u8>],
) -> Result<Loaded, Diagnostics> {
    let mut loader = Loader { roots_pem: roots_pem.to_vec(), ..Loader::default() };
    loader.read_all(path);
    loader.walk_all();
    let store = Store::new(environment);
    let state_folder = environment.variable("STATE_DIRECTORY");
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    loader.assemble(&store, folder, state_folder)
}

/// What the global file says of what is kept and told.
struct Kept {
    history: Option<Settings>,
    calendars: Vec<Calendar>,
}

#[derive(Default)]
struct Loader {
    sources: Sources,
    trees: BTreeMap<u16, Node>,
    problems: Problems,
    /// The global file.
    global: Option<u16>,
    /// Files that were asked for, to read each once.
    known: BTreeSet<PathBuf>,
    /// Roots that no file names.
    roots_pem: Vec<Vec<u8>>,
}

impl Loader {
    fn read_all(&mut self, path: &Path) {
        let listing = match collect::list(path) {
            Ok(listing) => listing,
            Err(reason) => {
                let (file, _) = self.sources.read(path);
                let Told { vi, en } = reason;
                let message = Told {
                    vi: format!("không có cấu hình: {vi}"),
                    en: format!("no configuration: {en}"),
                };
                self.problems.error(Span::whole(file), message, Told::nothing());
                return;
            }
        };
        for file in listing.files {
            self.read(&file);
        }
        for file in listing.left_out {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let message = told!("\"{name}\" không được đọc", "\"{name}\" is not read");
            let help = told!("đổi tên để kết thúc bằng .yaml", "rename it to end in .yaml");
            self.problems.warn(Span::whole(0), message, help);
        }
        self.read_includes();
    }

    fn read(&mut self, path: &Path) {
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if !self.known.insert(whole) || self.known.len() > collect::FILES_MAX {
            return;
        }
        let (file, outcome) = self.sources.read(path);
        if let Err(unreadable) = outcome {
            let whole = Span::whole(file);
            let span = unreadable.mark.map_or(whole, |mark| Span { start: mark, end: mark, ..whole });
            self.problems.error(span, unreadable.message, unreadable.help);
            return;
        }
        let parsed = tree::parse(&self.sources.get(file).text, file);
        parsed.errors.into_iter().for_each(|error| self.problems.add_tree_error(error));
        let Some(root) = parsed.root else { return };
        if self.global.is_none() && is_global(path, &root) {
            self.global = Some(file);
        }
        self.trees.insert(file, root);
    }

    /// What the global file's `include` names.
    fn read_includes(&mut self) {
        let Some(file) = self.global else { return };
        let Some(list) = self.trees.get(&file).and_then(|root| root.get("include")) else { return };
        let items = if list.text().is_some() { std::slice::from_ref(list) } else { list.items() };
        let patterns: Vec<(String, Span)> =
            items.iter().filter_map(|item| Some((item.text()?.to_owned(), item.span))).collect();
        let folder = self.sources.get(file).path.parent().unwrap_or(Path::new("")).to_owned();
        for (pattern, span) in patterns {
            let found = collect::expand(&folder, &pattern);
            if found.is_empty() {
                let help = told!(
                    "đường dẫn được tính từ \"{folder}\"",
                    "paths are relative to \"{folder}\"",
                    folder = self.sources.get(file).folder.display(),
                );
                let message =
                    told!("không có tệp nào khớp với \"{pattern}\"", "no file matches \"{pattern}\"");
                self.problems.error(span, message, help);
            }
            for path in &found {
                self.read(path);
            }
        }
    }

    fn walk_all(&mut self) {
        let (sources, problems) = (&self.sources, &mut self.problems);
        for (file, root) in &mut self.trees {
            let sort = if self.global == Some(*file) { Sort::Global } else { Sort::Authority };
            let shapes = schema::shapes(sort);
            let mut walker = Walker { shapes: &shapes.shapes, sources, problems };
            walker.value(root, shapes.root, "");
        }
    }

    fn assemble(
        mut self,
        store: &Store<'_>,
        base: &Path,
        state_folder: Option<String>,
    ) -> Result<Loaded, Diagnostics> {
        let global_node = self.global.and_then(|file| self.trees.get(&file));
        let folder = self.global.map_or_else(PathBuf::new, |file| self.sources.get(file).folder.clone());
        let files = store.within(&folder);
        let mut global = match global_node {
            Some(root) => global::read(root, &files, &mut self.problems),
            None => Global::default(),
        };
        global.roots_pem.append(&mut self.roots_pem);
        let around = Around { folder: base, files: &files, state_folder };
        let history =
            history::read(global_node.and_then(|root| root.get("history")), &around, &mut self.problems);
        let calendars =
            calendars::read(global_node.and_then(|root| root.get("calendars")), &mut self.problems);
        let defaults = global_node.and_then(|root| root.get("defaults"));
        let defaults = Defaults::default().with(defaults, &mut self.problems);
        let mut assembler = Assembler {
            global: &global,
            global_hash: hash_global(&global),
            defaults: &defaults,
            store,
            sources: &self.sources,
            calendars: &calendars,
            phrases: Arc::new(Phrases::new(&global.phrases)),
            problems: &mut self.problems,
            made: Made::default(),
        };
        if let Some(root) = global_node {
            assembler.check_defaults(root);
        }
        for (_, root) in self.trees.iter().filter(|(file, _)| Some(**file) != self.global) {
            assembler.file(root);
        }
        let made = assembler.made;
        self.check_together(&global, &made, store);
        let kept = Kept { history, calendars };
        self.finish(global, made, kept)
    }

    /// What can only be seen over all files.
    fn check_together(&mut self, global: &Global, made: &Made, store: &Store<'_>) {
        check_heirs(&made.authorities, &mut self.problems);
        self.check_watched(global, made);
        check_cycles(&global.dependencies, &made.needs, &mut self.problems);
        let top = Span::whole(self.global.unwrap_or_default());
        if global.schedule.anchors.is_empty() {
            let help = told!(
                "thêm \"uplink: {{anchors: [MÁY:CỔNG, MÁY:CỔNG]}}\" vào emc.yaml: hai nơi luôn trả lời khi mạng của bạn còn tốt",
                "add \"uplink: {{anchors: [HOST:PORT, HOST:PORT]}}\" to emc.yaml, two places that answer whenever your network works"
            );
            let message = told!(
                "chưa có mốc đường truyền: khi mạng của chính ta hỏng, các cổng sẽ bị coi là gián đoạn",
                "no uplink anchor: when our own network fails, portals will look down"
            );
            self.problems.warn(top, message, help);
        }
        for (host, rate) in summary::crowded(&made.specs, global.schedule.politeness.per_second) {
            let allowed = global.schedule.politeness.per_second;
            let message = told!(
                "\"{host}\" sẽ bị hỏi {rate:.2} lần mỗi giây, trong khi mức lịch sự chỉ cho phép {allowed}",
                "\"{host}\" would be asked {rate:.2} times a second, politeness allows {allowed}"
            );
            let help = told!(
                "một số lượt đo sẽ bị bỏ lỡ: tăng \"every\", hoặc nâng \"politeness: {{per_second}}\"",
                "some runs will be missed: make \"every\" longer, or raise \"politeness: {{per_second}}\""
            );
            self.problems.warn(top, message, help);
        }
        for path in store.take_exposed() {
            let path = path.display();
            let message = told!(
                "ai cũng đọc được tệp chứa thông tin mật \"{path}\"",
                "the secret file \"{path}\" can be read by everybody"
            );
            self.problems.warn(top, message, Told::same(format!("chmod o-rwx {path}")));
        }
    }

    /// Dependencies name portals that exist, unless their files are not part of this configuration.
    fn check_watched(&mut self, global: &Global, made: &Made) {
        let Some(root) = self.global.and_then(|file| self.trees.get(&file)) else { return };
        for (index, dependency) in global.dependencies.iter().enumerate() {
            let Some(portal) = &dependency.watched_by else { continue };
            if !made.known_portals.contains(portal) {
                let place = root.at(&["dependencies", &index.to_string(), "watched_by"]);
                let span = place.map_or(root.span, |node| node.span);
                let (authority, portal) = portal;
                let message = told!(
                    "không có cổng nào là \"{authority}/{portal}\"",
                    "there is no portal \"{authority}/{portal}\""
                );
                let help = told!(
                    "viết id của cơ quan rồi id của cổng",
                    "write the ids of an authority and of its portal"
                );
                self.problems.error(span, message, help);
            }
        }
    }

    fn finish(self, global: Global, made: Made, kept: Kept) -> Result<Loaded, Diagnostics> {
        let failed = self.problems.errors() > 0;
        let shown = if failed { String::new() } else { show::text(&self.sources, &self.trees) };
        let files = self.sources.iter().map(|source| source.path.clone()).collect();
        let diagnostics = self.problems.finish(&self.sources);
        if failed {
            return Err(diagnostics);
        }
        let Made { portals, specs, disabled, maintenance, .. } = made;
        Ok(Loaded {
            global,
            portals,
            specs,
            history: kept.history,
            calendars: kept.calendars,
            maintenance,
            disabled,
            warnings: diagnostics,
            files,
            shown,
        })
    }
}

/// By its name in a folder; a single file by what it holds.
fn is_global(path: &Path, root: &Node) -> bool {
    collect::is_global(path) || root.get("authority").is_none() && root.get("portals").is_none()
}

/// `succeeded_by` names an authority of this configuration and does not lead back.
fn check_heirs(all: &HashMap<Name, Descent>, problems: &mut Problems) {
    let names: Vec<&str> = all.keys().map(Name::as_str).collect();
    for (id, (_, heir)) in all {
        let Some((heir, span)) = heir else { continue };
        if !all.contains_key(heir) {
            let near = nearest(heir.as_str(), &names);
            let help = near.map(|near| told!("có phải ý bạn là \"{near}\"?", "did you mean \"{near}\"?"));
            let message = told!(
                "cấu hình này không có cơ quan \"{heir}\"",
                "the authority \"{heir}\" is not part of this configuration"
            );
            problems.warn(*span, message, help.unwrap_or_default());
            continue;
        }
        let mut next = Some(heir);
        for _ in 0..all.len() {
            next =
                next.and_then(|name| all.get(name)).and_then(|(_, heir)| heir.as_ref()).map(|(name, _)| name);
            if next == Some(id) {
                let help = told!(
                    "một cơ quan không thể tiếp nhận chính mình",
                    "an authority cannot take over from itself"
                );
                let message = told!(
                    "\"succeeded_by\" dẫn từ \"{id}\" trở lại \"{id}\"",
                    "\"succeeded_by\" leads from \"{id}\" back to \"{id}\""
                );
                problems.error(*span, message, help);
                break;
            }
        }
        if heir == id {
            let message = told!(
                "\"{id}\" không thể là cơ quan tiếp nhận của chính nó",
                "\"{id}\" cannot be its own successor"
            );
            problems.error(*span, message, Told::nothing());
        }
    }
}
