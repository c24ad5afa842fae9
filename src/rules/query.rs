//! Pieces of PromQL.

use std::time::Duration;

use crate::metrics::catalogue::Family;

/// How fast everything goes: 1 as documented, less in tests that cannot wait an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace(pub f64);

impl Default for Pace {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Pace {
    /// A span at this pace, as Prometheus writes it.
    pub(crate) fn of(self, span: Duration) -> String {
        duration(span.mul_f64(self.0))
    }
}

/// A duration as Prometheus writes it: `1h30m`, `500ms`.
pub(crate) fn duration(span: Duration) -> String {
    if span.is_zero() {
        return "0s".to_owned();
    }
    let mut text = String::new();
    let mut left = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if left >= size {
            text += &format!("{}{unit}", left / size);
            left %= size;
        }
    }
    text
}

/// A family's series: `emc_probe_stale{a="b"}`; matchers that are empty are left out.
pub(crate) fn series(family: &Family, matchers: &[&str]) -> String {
    select(family.name, matchers)
}

/// The same of any name.
pub(crate) fn select(name: &str, matchers: &[&str]) -> String {
    let given: Vec<&str> = matchers.iter().copied().filter(|matcher| !matcher.is_empty()).collect();
    if given.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", given.join(",")) }
}

/// More than half of the locations that can say something say so: one place's view is nobody's outage.
pub(crate) fn quorum(by: &str, saying_so: &str, able_to_say: &str) -> String {
    format!(
        "count by ({by}) (\n{}\n)\n> 0.5 * count by ({by}) (\n{}\n)",
        indented(saying_so),
        indented(able_to_say)
    )
}

/// Not while an announced maintenance of the portal is under way, as seen from any location.
pub(crate) fn unannounced(query: &str) -> String {
    format!("(\n{}\n)\nunless on (authority, portal)\n  {}", indented(query), maintenance())
}

/// Portals under announced maintenance.
pub(crate) fn maintenance() -> String {
    format!("max by (authority, portal) ({}) == 1", crate::metrics::catalogue::PORTAL_MAINTENANCE.name)
}

/// Every line moved two columns to the right.
pub(crate) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_prometheus_reads_them() {
        let written = |millis| duration(Duration::from_millis(millis));
        assert_eq!(written(0), "0s");
        assert_eq!(written(5_400_000), "1h30m");
        assert_eq!(written(259_200_000), "3d");
        assert_eq!(written(1500), "1s500ms");
        assert_eq!(Pace(0.01).of(Duration::from_secs(300)), "3s");
    }

    #[test]
    fn empty_matchers_are_left_out() {
        assert_eq!(select("a", &["", ""]), "a");
        assert_eq!(select("a", &["b=\"c\"", "", "d=\"e\""]), "a{b=\"c\",d=\"e\"}");
    }
}
