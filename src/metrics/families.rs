//! How each family of probes and portals is written, in the order of the page.

use crate::metrics::catalogue as c;
use crate::metrics::catalogue::Family;
use crate::metrics::slot::{LastRun, Slot, State};
use crate::metrics::text::{Format, micros, push_decimal, push_u64};
use crate::model::status::Status;

/// One probe at the moment of writing.
pub(crate) struct ProbeView<'a> {
    /// Its labels.
    pub(crate) slot: &'a Slot,
    /// Its numbers.
    pub(crate) state: &'a State,
    /// Whether results stopped coming.
    pub(crate) stale: bool,
}

impl ProbeView<'_> {
    /// The last run, unless it is too old to say how things are now.
    fn current(&self) -> Option<&LastRun> {
        self.state.last.as_ref().filter(|_| !self.stale)
    }
}

/// Writes the samples of one probe in one family.
pub(crate) type WriteProbe = fn(&mut Lines<'_>, &ProbeView<'_>);

/// The families that have series per probe, and how each is written.
pub(crate) const PROBE_FAMILIES: &[(&Family, WriteProbe)] = &[
    (&c::PROBE_STATUS, status),
    (&c::PROBE_SUCCESS, |lines, probe| lines.whole(b"} ", probe.state.success)),
    (&c::PROBE_FAILURE, |lines, probe| lines.whole(b"} ", probe.state.failure)),
    (&c::PROBE_UNKNOWN, |lines, probe| lines.whole(b"} ", probe.state.unknown)),
    (&c::PROBE_REASON, reason),
    (&c::PROBE_DURATION, duration),
    (&c::PROBE_PHASE, phases),
    (&c::PROBE_LAST_RUN, last_run),
    (&c::PROBE_STALE, |lines, probe| lines.whole(b"} ", u64::from(probe.stale))),
    (&c::PROBE_MISSED, |lines, probe| lines.whole(b"} ", probe.state.missed)),
    (&c::TLS_NOT_AFTER, not_after),
    (&c::TLS_INFO, tls_info),
    (&c::HTTP_RESPONSE, response_bytes),
    (&c::HTTP_STATUS_CODE, status_code),
    (&c::PROBE_INFO, |lines, probe| lines.labelled(&[&probe.slot.info, b"} 1"])),
];

/// Writes lines that share a family and a set of labels.
pub(crate) struct Lines<'a> {
    /// Where to.
    pub(crate) out: &'a mut Vec<u8>,
    /// In which format.
    pub(crate) format: Format,
    /// The family's name.
    pub(crate) name: &'static str,
    /// Labels of the probe.
    pub(crate) labels: &'a [u8],
    /// Bounds as `,le="0.1"} `, the last being `+Inf`.
    pub(crate) bounds: &'a [Box<[u8]>],
}

impl Lines<'_> {
    /// `name{labels` and whatever comes then, up to the end of the line.
    fn labelled(&mut self, rest: &[&[u8]]) {
        self.begin("");
        for piece in rest {
            self.out.extend_from_slice(piece);
        }
        self.out.push(b'\n');
    }

    fn begin(&mut self, suffix: &str) {
        self.out.extend_from_slice(self.name.as_bytes());
        self.out.extend_from_slice(suffix.as_bytes());
        self.out.push(b'{');
        self.out.extend_from_slice(self.labels);
    }

    /// A whole number; `tail` holds further labels and the closing brace.
    fn whole(&mut self, tail: &[u8], value: u64) {
        self.begin("");
        self.out.extend_from_slice(tail);
        push_u64(self.out, value);
        self.out.push(b'\n');
    }

    /// `value / 10^places`.
    fn decimal(&mut self, tail: &[u8], value: u64, places: u32) {
        self.begin("");
        self.out.extend_from_slice(tail);
        push_decimal(self.out, value, places);
        self.out.push(b'\n');
    }
}

fn status(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    let current = probe.current().map_or(Status::Unknown, |last| probe.slot.shown(last).0);
    for status in Status::ALL {
        lines.whole(status_tail(status), u64::from(status == current));
    }
}

const fn status_tail(status: Status) -> &'static [u8] {
    match status {
        Status::Up => b",status=\"up\"} ",
        Status::Degraded => b",status=\"degraded\"} ",
        Status::Down => b",status=\"down\"} ",
        Status::Unknown => b",status=\"unknown\"} ",
    }
}

fn reason(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    if let Some(reason) = probe.current().and_then(|last| probe.slot.shown(last).1) {
        lines.labelled(&[b",reason=\"", reason.as_str().as_bytes(), b"\"} 1"]);
    }
}

/// Count is the sum of the buckets, so the two can never differ.
fn duration(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    let histogram = &probe.state.duration;
    let mut total = 0;
    for (bucket, tail) in histogram.buckets.iter().zip(lines.bounds) {
        total += bucket.count;
        lines.begin("_bucket");
        lines.out.extend_from_slice(tail);
        push_u64(lines.out, total);
        if let (Format::OpenMetrics, Some(exemplar)) = (lines.format, bucket.exemplar) {
            lines.out.extend_from_slice(format!(" # {{run_id=\"{}\"}} ", exemplar.run_id).as_bytes());
            push_decimal(lines.out, exemplar.micros, 6);
            lines.out.push(b' ');
            push_millis(lines.out, exemplar.at_millis);
        }
        lines.out.push(b'\n');
    }
    lines.begin("_sum");
    lines.out.extend_from_slice(b"} ");
    push_decimal(lines.out, micros(histogram.sum), 6);
    lines.out.push(b'\n');
    lines.begin("_count");
    lines.out.extend_from_slice(b"} ");
    push_u64(lines.out, total);
    lines.out.push(b'\n');
}

fn phases(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    use crate::model::phase::Phase;
    let Some(last) = probe.current() else { return };
    for (phase, spent) in last.phases.iter() {
        let tail: &[u8] = match phase {
            Phase::Resolve => b",phase=\"resolve\"} ",
            Phase::Connect => b",phase=\"connect\"} ",
            Phase::Tls => b",phase=\"tls\"} ",
            Phase::Processing => b",phase=\"processing\"} ",
            Phase::Transfer => b",phase=\"transfer\"} ",
        };
        lines.decimal(tail, micros(spent), 6);
    }
}

fn last_run(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    if let Some(last) = &probe.state.last {
        lines.begin("");
        lines.out.extend_from_slice(b"} ");
        push_millis(lines.out, last.ended_millis);
        lines.out.push(b'\n');
    }
}

/// A moment in seconds; before 1970 only with a clock that was never set.
fn push_millis(out: &mut Vec<u8>, millis: i64) {
    if millis < 0 {
        out.push(b'-');
    }
    push_decimal(out, millis.unsigned_abs(), 3);
}

/// Stays when the probe is stale: what a certificate says does not age with the run.
fn not_after(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    if let Some(end) = probe.state.last.as_ref().and_then(|last| last.not_after) {
        lines.begin("");
        lines.out.extend_from_slice(b"} ");
        push_millis(lines.out, end.saturating_mul(1000));
        lines.out.push(b'\n');
    }
}

fn tls_info(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    if let Some((version, verified)) = probe.current().and_then(|last| last.tls) {
        let tail: &[u8] = if verified { b"\",verified=\"true\"} 1" } else { b"\",verified=\"false\"} 1" };
        lines.labelled(&[b",version=\"", version.as_bytes(), tail]);
    }
}

/// Left out while a reason stands: the reason's series takes its place in the 30 that a probe may have.
fn response_bytes(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    let Some(last) = probe.current().filter(|last| last.reason.is_none()) else { return };
    if let Some(bytes) = last.body_bytes {
        lines.whole(b"} ", bytes);
    }
}

fn status_code(lines: &mut Lines<'_>, probe: &ProbeView<'_>) {
    if let Some(code) = probe.current().and_then(|last| last.status_code) {
        lines.whole(b"} ", u64::from(code));
    }
}
