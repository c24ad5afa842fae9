//! What later revisions did to what a signature covers, by an allow-list: whatever is not known to be harmless, and
//! permitted by the signature, is a change of the content.
//!
//! Compared are the file as the signature covers it and the file as it is now; every object that differs must be
//! explained by what it is used for in both. New objects need no explanation of their own: they show only where an
//! object that refers to them changed, or where something already referred to them before they existed.

mod form;
mod graph;
mod page;
mod root;
mod same;
mod structure;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::model::told::{Told, told};
use crate::pki::verdict::{Flaw, SignatureReason};

use super::form::{Field, fields};
use super::objects::{Loaded, Objects};
use super::range;
use super::signature::{Examined, Kind, Locked, Permission};
use super::xref::Place;
use form::Held;
use graph::{Edge, Graph, Key};

/// How many changes are told of one signature.
const TOLD: usize = 200;

/// How many of those that are not permitted become flaws of their own.
const FLAWS: usize = 20;

/// One thing that later revisions did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The object that was written anew; 0 where it is none.
    pub object: u32,
    /// Whether the signature and the rules of the format let it.
    pub permitted: bool,
    /// What it is, in words.
    pub told: Told,
}

/// Fields by their objects, as one revision sees them.
type Fields = Rc<BTreeMap<u32, Field>>;

/// Everything that comparing needs, for one signature.
struct Later<'a> {
    objects: &'a Objects<'a>,
    graph: &'a Graph,
    /// The revision that is covered.
    old: u32,
    /// The newest revision.
    new: u32,
    old_fields: Fields,
    new_fields: Fields,
    /// What fields hold, as far as it was asked.
    held: &'a RefCell<BTreeMap<u32, Held>>,
    permission: Permission,
    locks: &'a [Locked],
    changes: Vec<Change>,
}

/// Looks at what came after each signature, and adds what is not permitted to its flaws.
pub(super) fn judge(objects: &Objects<'_>, found: &mut [Examined]) -> Result<(), Flaw> {
    let newest = objects.newest();
    let certified = found.iter().filter_map(|examined| match examined.signature.kind {
        Kind::Certification { permission } => Some(permission),
        _ => None,
    });
    let certified = certified.min();
    let mut graph = None;
    let held = RefCell::default();
    let mut known: BTreeMap<u32, Fields> = BTreeMap::new();
    for examined in found.iter_mut().filter(|examined| examined.signature.kind != Kind::UsageRights) {
        let Some(old) = examined.revision else { continue };
        let mut changes = behind_the_end(objects, examined);
        misplaced(objects, examined, old, &mut changes);
        if old < newest {
            let graph = match &graph {
                Some(graph) => graph,
                None => graph.insert(Graph::new(objects)?),
            };
            let mut fields_of = |view| -> Result<Fields, Flaw> {
                if let Some(fields) = known.get(&view) {
                    return Ok(Rc::clone(fields));
                }
                let listed = fields(objects, view)?.into_iter().map(|field| (field.number, field)).collect();
                Ok(Rc::clone(known.entry(view).or_insert(Rc::new(listed))))
            };
            let own = examined.permission.unwrap_or(Permission::Forms);
            let mut later = Later {
                objects,
                graph,
                old,
                new: newest,
                old_fields: fields_of(old)?,
                new_fields: fields_of(newest)?,
                held: &held,
                permission: certified.map_or(own, |certified| certified.min(own)),
                locks: &examined.locks,
                changes,
            };
            later.compare()?;
            changes = later.changes;
        }
        tell(examined, changes);
    }
    Ok(())
}

fn tell(examined: &mut Examined, mut changes: Vec<Change>) {
    let mut seen = BTreeSet::new();
    changes.retain(|change| seen.insert((change.object, change.told.clone())));
    let refused = changes.iter().filter(|change| !change.permitted).take(FLAWS);
    let flaws = refused.map(|change| Flaw::new(SignatureReason::ModifiedAfterSigning, change.told.clone()));
    examined.signature.flaws.extend(flaws);
    // What is not permitted must not be lost among what is.
    changes.sort_by_key(|change| change.permitted);
    changes.truncate(TOLD);
    examined.signature.later_changes = changes;
}

/// Bytes behind the last revision belong to nothing, yet some readers find objects in them. pyHanko calls such a file
/// valid; we do not, because nobody can say that they show nothing.
fn behind_the_end(objects: &Objects<'_>, examined: &Examined) -> Vec<Change> {
    let end = objects.revisions.list.last().map_or(0, |revision| revision.end);
    let covered = examined.coverage.end().unwrap_or(0);
    let rest = objects.bytes().get(end.max(covered)..).unwrap_or_default();
    if range::is_end_of_line(rest) {
        return Vec::new();
    }
    let count = rest.len();
    refused_once(told!(
        "có {count} byte được nối thêm sau phần cuối của tệp, không thuộc lần lưu nào",
        "{count} bytes were appended behind the end of the file and belong to no revision"
    ))
}

fn refused_once(told: Told) -> Vec<Change> {
    vec![Change { object: 0, permitted: false, told }]
}

/// What a revision lists must lie within it: otherwise it was put there afterwards.
fn misplaced(objects: &Objects<'_>, examined: &Examined, old: u32, changes: &mut Vec<Change>) {
    let end = examined.coverage.end().unwrap_or(0);
    let outside = objects
        .revisions
        .entries
        .iter()
        .find(|entry| entry.revision <= old && matches!(entry.place, Place::At(at) if at >= end));
    if let Some(number) = outside.map(|entry| entry.number) {
        changes.extend(refused_once(told!(
            "đối tượng {number} thuộc phần đã ký nhưng lại nằm ngoài phần đó",
            "object {number} is listed by what was signed and lies outside of it"
        )));
    }
    if !objects.revisions.in_order {
        changes.extend(refused_once(told!(
            "các lần lưu (revision) của tệp không nối tiếp nhau",
            "the revisions of the file do not follow one another"
        )));
    }
}

impl Later<'_> {
    fn compare(&mut self) -> Result<(), Flaw> {
        self.trailer()?;
        let objects = self.objects;
        let entries = &objects.revisions.entries;
        for group in entries.chunk_by(|a, b| a.number == b.number) {
            let Some(last) = group.last().filter(|last| last.revision > self.old) else { continue };
            let number = last.number;
            if self.is_new_and_unused(number)? {
                continue;
            }
            let old = objects.load(number, self.old)?;
            let new = objects.load(number, self.new)?;
            if !same::unchanged(objects, &old, &new) {
                self.object(number, &old, &new)?;
            }
        }
        Ok(())
    }

    /// Whether an object was not there and nothing signed refers to it. Then it need not be read: each of many
    /// signatures would read all those behind it, which are long.
    fn is_new_and_unused(&self, number: u32) -> Result<bool, Flaw> {
        let entry = self.objects.entry(number, self.old);
        let was_absent = entry.is_none_or(|entry| entry.place == Place::Free);
        Ok(was_absent && self.graph.to(self.objects, number, self.old)?.is_empty())
    }

    fn permit(&mut self, object: u32, told: Told) {
        self.changes.push(Change { object, permitted: true, told });
    }

    fn refuse(&mut self, object: u32, told: Told) {
        self.changes.push(Change { object, permitted: false, told });
    }

    /// Whether forms may be filled in, and more may be signed.
    fn forms_may_change(&self) -> bool {
        self.permission >= Permission::Forms
    }

    fn is_locked(&self, field: &str) -> bool {
        self.locks.iter().any(|lock| lock.holds(field))
    }

    /// All uses of an object, before and after.
    fn uses(&self, number: u32) -> Result<Vec<Edge>, Flaw> {
        let mut uses = self.graph.to(self.objects, number, self.old)?;
        uses.extend(self.graph.to(self.objects, number, self.new)?);
        Ok(uses)
    }

    /// Whether an object is used below one name only, directly or through objects that are themselves.
    fn used_only_as(&self, number: u32, key: Key, depth: usize) -> Result<bool, Flaw> {
        let uses = self.uses(number)?;
        for edge in &uses {
            let direct = edge.key == key;
            if !direct
                && (edge.source == 0 || depth > 4 || !self.used_only_as(edge.source, key, depth + 1)?)
            {
                return Ok(false);
            }
        }
        Ok(!uses.is_empty())
    }

    /// One object that differs.
    fn object(&mut self, number: u32, old: &Loaded, new: &Loaded) -> Result<(), Flaw> {
        let absent = |loaded: &Loaded| matches!(loaded.value, super::value::Value::Null);
        if absent(old) {
            return self.appeared(number);
        }
        if self.is_catalog(number) {
            return Ok(());
        }
        let uses = self.uses(number)?;
        if uses.is_empty() {
            return Ok(());
        }
        let all = |key: Key| uses.iter().all(|edge| edge.key == key);
        if all(Key::Info) && uses.iter().all(|edge| edge.source == 0) {
            self.permit(number, told!("thông tin tài liệu (Info)", "document information (Info)"));
        } else if all(Key::Metadata) && uses.iter().all(|edge| self.is_catalog(edge.source)) {
            self.metadata(number, old, new);
        } else if let Some(field) = self.old_fields.get(&number).cloned() {
            self.field(&field, old, new)?;
        } else if all(Key::Form) && uses.iter().all(|edge| self.is_catalog(edge.source)) {
            self.form(number, old, new)?;
        } else if all(Key::Fields) {
            self.field_list(number, &old.value, &new.value)?;
        } else if all(Key::Annotations) {
            self.annotation_list(number, &old.value, &new.value)?;
        } else if self.used_only_as(number, Key::Store, 0)? {
            self.store(number, new);
        } else if self.used_only_as(number, Key::FormResource, 0)? {
            self.form_resource(number, old, new)?;
        } else if self.is_appearance(number)? {
            self.permit(number, told!("hình hiển thị của trường", "appearance of a field"));
        } else if !self.tagged(number, old, new)? {
            self.page_or_other(number, old, new, &uses)?;
        }
        Ok(())
    }

    /// An object that was not there: harmless unless something signed already referred to it.
    fn appeared(&mut self, number: u32) -> Result<(), Flaw> {
        let Some(edge) = self.graph.to(self.objects, number, self.old)?.first().copied() else {
            return Ok(());
        };
        let source = edge.source;
        let what = self.what(number, self.new)?;
        let told = Told {
            vi: format!(
                "đối tượng {number} ({}) chỉ có sau khi ký, nhưng đối tượng {source} đã ký tham chiếu tới nó",
                what.vi
            ),
            en: format!(
                "object {number} ({}) came after signing, and object {source}, which is signed, refers to it",
                what.en
            ),
        };
        self.refuse(number, told);
        Ok(())
    }
}
