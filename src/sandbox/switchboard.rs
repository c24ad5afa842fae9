//! Which faults are on. One owner; whoever serves holds a receiver and sees each change at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use super::faults::{Fault, Params, Refusal};

/// The faults that are on, with what they were told, in the order of the list.
pub type Active = BTreeMap<Fault, Params>;

/// The switches.
#[derive(Clone, Debug)]
pub struct Switchboard {
    state: Arc<watch::Sender<Arc<Active>>>,
}

impl Default for Switchboard {
    fn default() -> Self {
        Self { state: Arc::new(watch::Sender::new(Arc::default())) }
    }
}

impl Switchboard {
    /// Switches a fault on, or gives one that is on new parameters.
    ///
    /// # Errors
    /// [`Refusal`] for parameters that the fault does not take.
    pub fn on(&self, fault: Fault, params: Params) -> Result<(), Refusal> {
        fault.admit(&params)?;
        self.change(|active| {
            active.insert(fault, params);
        });
        Ok(())
    }

    /// Switches a fault off.
    pub fn off(&self, fault: Fault) {
        self.change(|active| {
            active.remove(&fault);
        });
    }

    /// Switches everything off.
    pub fn reset(&self) {
        self.change(BTreeMap::clear);
    }

    /// What is on now.
    #[must_use]
    pub fn active(&self) -> Arc<Active> {
        Arc::clone(&self.state.borrow())
    }

    /// A receiver that sees each change; the current state counts as seen.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<Active>> {
        self.state.subscribe()
    }

    fn change(&self, edit: impl FnOnce(&mut Active)) {
        self.state.send_modify(|active| edit(Arc::make_mut(active)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_seen_and_reset() {
        let board = Switchboard::default();
        let watch = board.watch();
        board.on(Fault::Slow, Params::default()).unwrap();
        board.on(Fault::Soft404, Params::default()).unwrap();
        assert!(watch.has_changed().unwrap());
        board.off(Fault::Slow);
        assert_eq!(board.active().keys().copied().collect::<Vec<_>>(), [Fault::Soft404]);
        board.reset();
        assert!(board.active().is_empty());
    }
}
