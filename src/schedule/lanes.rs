//! Who may run now and who waits: a limit over all, a limit per host, and queues that are fair between hosts. Pure.

use std::collections::{HashMap, VecDeque};

/// One host's runs.
#[derive(Debug, Default)]
struct Lane {
    flying: usize,
    waiting: VecDeque<usize>,
}

/// All limits. A slot waits at most once, so the queues are bounded by the number of probes.
#[derive(Debug)]
pub(super) struct Lanes {
    limit: usize,
    per_host: usize,
    flying: usize,
    by_host: HashMap<String, Lane>,
    /// Hosts that have somebody waiting and room of their own, while the limit over all is reached.
    turn: VecDeque<String>,
}

impl Lanes {
    pub(super) fn new(limit: usize, per_host: usize) -> Self {
        let (by_host, turn) = (HashMap::new(), VecDeque::new());
        Self { limit: limit.max(1), per_host: per_host.max(1), flying: 0, by_host, turn }
    }

    /// Sets other limits; runs in flight stay.
    pub(super) fn resize(&mut self, limit: usize, per_host: usize) {
        (self.limit, self.per_host) = (limit.max(1), per_host.max(1));
    }

    /// How many runs are in flight.
    pub(super) const fn flying(&self) -> usize {
        self.flying
    }

    /// Takes a place for a run at this host; `false` means that the slot now waits for one.
    pub(super) fn enter(&mut self, host: &str, slot: usize) -> bool {
        let lane = self.by_host.entry(host.to_owned()).or_default();
        if self.flying < self.limit && lane.flying < self.per_host {
            lane.flying += 1;
            self.flying += 1;
            return true;
        }
        if lane.flying < self.per_host && lane.waiting.is_empty() {
            self.turn.push_back(host.to_owned());
        }
        lane.waiting.push_back(slot);
        false
    }

    /// Gives a place back; answers which waiting slot takes it. The place is already counted for that slot.
    pub(super) fn leave(&mut self, host: &str) -> Option<usize> {
        self.flying = self.flying.saturating_sub(1);
        if let Some(lane) = self.by_host.get_mut(host) {
            lane.flying = lane.flying.saturating_sub(1);
            if lane.waiting.is_empty() {
                if lane.flying == 0 {
                    self.by_host.remove(host);
                }
            } else if !self.turn.iter().any(|waiting| waiting == host) {
                self.turn.push_back(host.to_owned());
            }
        }
        self.next()
    }

    /// Forgets a slot that waits.
    pub(super) fn forget(&mut self, host: &str, slot: usize) {
        if let Some(lane) = self.by_host.get_mut(host) {
            lane.waiting.retain(|waiting| *waiting != slot);
        }
    }

    fn next(&mut self) -> Option<usize> {
        while self.flying < self.limit {
            let host = self.turn.pop_front()?;
            let Some(lane) = self.by_host.get_mut(&host) else { continue };
            if lane.flying >= self.per_host {
                continue;
            }
            let Some(slot) = lane.waiting.pop_front() else { continue };
            lane.flying += 1;
            self.flying += 1;
            if !lane.waiting.is_empty() && lane.flying < self.per_host {
                self.turn.push_back(host);
            }
            return Some(slot);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_host_holds_no_more_than_its_share() {
        let mut lanes = Lanes::new(10, 2);
        assert!(lanes.enter("slow", 1) && lanes.enter("slow", 2));
        assert!(!lanes.enter("slow", 3));
        assert!(lanes.enter("quick", 4));
        assert_eq!(lanes.leave("quick"), None);
        assert_eq!(lanes.leave("slow"), Some(3));
        assert_eq!(lanes.flying(), 2);
    }

    #[test]
    fn under_the_common_limit_hosts_take_turns() {
        let mut lanes = Lanes::new(1, 1);
        assert!(lanes.enter("a", 1));
        assert!(!lanes.enter("b", 2) && !lanes.enter("b", 3) && !lanes.enter("c", 4));
        assert_eq!(lanes.leave("a"), Some(2));
        assert_eq!(lanes.leave("b"), Some(4));
        assert_eq!(lanes.leave("c"), Some(3));
        assert_eq!(lanes.leave("b"), None);
        assert_eq!(lanes.flying(), 0);
    }

    #[test]
    fn nobody_is_lost_and_no_limit_is_passed() {
        let mut lanes = Lanes::new(5, 2);
        let host = |slot: usize| format!("h{}", slot % 7);
        let mut flying: VecDeque<usize> = (0..100).filter(|slot| lanes.enter(&host(*slot), *slot)).collect();
        let mut ended = 0;
        while let Some(slot) = flying.pop_front() {
            ended += 1;
            flying.extend(lanes.leave(&host(slot)));
            assert!(lanes.flying() <= 5);
        }
        assert_eq!(ended, 100);
    }
}
