//! The `prometheus` crate's families in both formats; the crate itself writes text 0.0.4 only.

use prometheus::proto;

use crate::metrics::catalogue::{MetricType, Unit, find};
use crate::metrics::text::{Format, Header, bound_text, push_f64, push_label, push_u64};

/// Writes one family. Summaries do not occur and are left out.
pub(crate) fn write_family(family: &proto::MetricFamily, format: Format, out: &mut Vec<u8>) {
    let ours = find(family.name());
    let metric_type = match (ours, family.get_field_type()) {
        (Some(ours), _) => ours.metric_type,
        (None, proto::MetricType::COUNTER) => MetricType::Counter,
        (None, proto::MetricType::HISTOGRAM) => MetricType::Histogram,
        (None, _) => MetricType::Gauge,
    };
    let unit = ours.map_or(Unit::None, |ours| ours.unit);
    Header { name: family.name(), metric_type, unit, help: family.help() }.write(format, out);
    for metric in family.get_metric() {
        let labels = metric.get_label();
        match family.get_field_type() {
            proto::MetricType::COUNTER => {
                sample(out, family.name(), labels, metric.get_counter().get_value());
            }
            proto::MetricType::HISTOGRAM => histogram(out, family.name(), labels, metric.get_histogram()),
            _ => sample(out, family.name(), labels, metric.get_gauge().get_value()),
        }
    }
}

fn sample(out: &mut Vec<u8>, name: &str, labels: &[proto::LabelPair], value: f64) {
    begin(out, name, "", labels, None);
    push_f64(out, value);
    out.push(b'\n');
}

fn histogram(out: &mut Vec<u8>, name: &str, labels: &[proto::LabelPair], histogram: &proto::Histogram) {
    let count = histogram.get_sample_count();
    let finite = histogram.get_bucket().iter().filter(|bucket| bucket.upper_bound().is_finite());
    let buckets = finite.map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
    for (bound, cumulative) in buckets.chain([(f64::INFINITY, count)]) {
        begin(out, name, "_bucket", labels, Some(&bound_text(bound)));
        push_u64(out, cumulative);
        out.push(b'\n');
    }
    begin(out, name, "_sum", labels, None);
    push_f64(out, histogram.get_sample_sum());
    out.push(b'\n');
    begin(out, name, "_count", labels, None);
    push_u64(out, count);
    out.push(b'\n');
}

fn begin(out: &mut Vec<u8>, name: &str, suffix: &str, labels: &[proto::LabelPair], bound: Option<&str>) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(suffix.as_bytes());
    let own = labels.iter().map(|label| (label.name(), label.value()));
    let mut separator = b'{';
    for (label, value) in own.chain(bound.map(|bound| ("le", bound))) {
        out.push(separator);
        push_label(out, label, value);
        separator = b',';
    }
    out.extend_from_slice(if separator == b',' { b"} " } else { b" " });
}
