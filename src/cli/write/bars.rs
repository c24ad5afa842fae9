//! A small bar chart of phases.

use std::time::Duration;

/// Eighths of a character cell.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// The longest bar, in cells.
const CELLS: u32 = 32;

/// A bar as long as `spent` is of `longest`; whatever took any time at all shows at least a sliver.
#[must_use]
pub fn bar(spent: Duration, longest: Duration) -> String {
    if longest.is_zero() || spent.is_zero() {
        return String::new();
    }
    let share = spent.as_secs_f64() / longest.as_secs_f64();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 256")]
    let eighths = ((share.clamp(0.0, 1.0) * f64::from(CELLS * 8)).round() as usize).max(1);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_never_vanish() {
        let second = Duration::from_secs(1);
        assert_eq!(bar(second, second).chars().count(), 32);
        assert_eq!(bar(second / 2, second).chars().count(), 16);
        assert_eq!(bar(Duration::from_nanos(1), second), "▏");
        assert_eq!(bar(Duration::ZERO, second), "");
        assert_eq!(bar(Duration::ZERO, Duration::ZERO), "");
    }
}
