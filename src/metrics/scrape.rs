//! One pass over all series, in pieces: a scrape of 10,000 probes is 39 MB of text and never stands in memory whole.

use std::sync::Arc;
use std::time::Instant;

use crate::metrics::catalogue as c;
use crate::metrics::catalogue::Family;
use crate::metrics::families::{Lines, PROBE_FAMILIES, ProbeView};
use crate::metrics::registry::write_family;
use crate::metrics::slot::push_labels;
use crate::metrics::store::{Generation, Store};
use crate::metrics::text::{Format, Header, push_f64, push_u64};
use crate::model::status::Status;

/// How much is written at least before a piece is handed out.
const PIECE_BYTES: usize = 64 * 1024;

/// A scrape under way. Sees the configuration of its beginning, and each value as it is when its turn comes.
#[derive(Debug)]
pub struct Scrape {
    store: Arc<Store>,
    generation: Arc<Generation>,
    format: Format,
    now: Instant,
    family: usize,
    slot: usize,
    header_written: bool,
    ended: bool,
}

impl Scrape {
    pub(crate) fn new(store: Arc<Store>, generation: Arc<Generation>, format: Format, now: Instant) -> Self {
        Self { store, generation, format, now, family: 0, slot: 0, header_written: false, ended: false }
    }

    /// Appends the next piece; `false` when nothing is left. The first piece may be larger by our own families.
    pub fn next_piece(&mut self, out: &mut Vec<u8>) -> bool {
        if self.ended {
            return false;
        }
        let enough = out.len() + PIECE_BYTES;
        while let Some((family, write)) = PROBE_FAMILIES.get(self.family) {
            let family: &'static Family = family;
            let mut lines = Lines {
                out,
                format: self.format,
                name: family.name,
                labels: &[],
                bounds: &self.store.bound_tails,
            };
            while let Some(slot) = self.generation.slots.get(self.slot) {
                let before = lines.out.len();
                if !self.header_written {
                    Header::from(family).write(self.format, lines.out);
                }
                let after_header = lines.out.len();
                let state = slot.state();
                lines.labels = &slot.labels;
                write(&mut lines, &ProbeView { slot, state: &state, stale: slot.is_stale(&state, self.now) });
                if lines.out.len() == after_header {
                    lines.out.truncate(before);
                } else {
                    self.header_written = true;
                }
                self.slot += 1;
                if lines.out.len() >= enough {
                    return true;
                }
            }
            self.family += 1;
            self.slot = 0;
            self.header_written = false;
        }
        self.write_rest(out);
        self.ended = true;
        true
    }

    /// What is not per probe.
    fn write_rest(&self, out: &mut Vec<u8>) {
        self.write_portals(out);
        self.write_dependencies(out);
        for family in self.store.own.gather() {
            write_family(&family, self.format, out);
        }
        if self.format == Format::OpenMetrics {
            out.extend_from_slice(b"# EOF\n");
        }
    }

    fn write_portals(&self, out: &mut Vec<u8>) {
        let portals = &self.generation.portals;
        let rows = portals.iter().map(|portal| (portal.info.as_slice(), 1.0));
        self.write_rows(out, &c::PORTAL_INFO, rows);
        let objectives = portals.iter().flat_map(|portal| &portal.objectives);
        self.write_rows(
            out,
            &c::SLO_OBJECTIVE,
            objectives.map(|(labels, ratio)| (labels.as_slice(), *ratio)),
        );
        let maintained = portals.iter().map(|portal| (portal.base.as_slice(), portal.under_maintenance()));
        self.write_rows(out, &c::PORTAL_MAINTENANCE, maintained);
    }

    fn write_rows<'a>(
        &self,
        out: &mut Vec<u8>,
        family: &'static Family,
        rows: impl Iterator<Item = (&'a [u8], f64)>,
    ) {
        let mut rows = rows.peekable();
        if rows.peek().is_some() {
            Header::from(family).write(self.format, out);
        }
        for (labels, value) in rows {
            out.extend_from_slice(family.name.as_bytes());
            out.push(b'{');
            out.extend_from_slice(labels);
            out.extend_from_slice(b"} ");
            push_f64(out, value);
            out.push(b'\n');
        }
    }

    fn write_dependencies(&self, out: &mut Vec<u8>) {
        let dependencies = self.store.own.dependencies();
        if dependencies.is_empty() {
            return;
        }
        Header::from(&c::DEPENDENCY_STATUS).write(self.format, out);
        for (name, current) in dependencies {
            for status in Status::ALL {
                out.extend_from_slice(c::DEPENDENCY_STATUS.name.as_bytes());
                out.push(b'{');
                let labels = [
                    ("location", self.store.settings.location.as_str()),
                    ("dependency", name.as_str()),
                    ("status", status.as_str()),
                ];
                push_labels(out, labels);
                out.extend_from_slice(b"} ");
                push_u64(out, u64::from(status == current));
                out.push(b'\n');
            }
        }
    }
}
