//! Chains that were found good a moment ago, so that the same bytes are not judged again for every probe.
//!
//! Only success is remembered, for at most [`KEPT_FOR`] and never past the end of validity of any certificate in the
//! chain; a hit needs every byte to be equal. The name is checked and the server's proof that it holds the key is
//! verified on every connection: those are not what is remembered. Measured: 25-30 % of the CPU of an ECDSA probe.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use der::Decode;
use rustls::pki_types::{CertificateDer, UnixTime};
use x509_cert::Certificate;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::facts::PeerChain;

/// How long a verdict holds.
const KEPT_FOR: Duration = Duration::from_secs(300);
/// The most chains of one policy; a chain of three certificates takes about 4 KB.
const CHAINS_MAX: usize = 4096;

/// A policy's memory of good chains. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Memo(Option<Arc<Mutex<HashMap<u64, Kept>>>>);

#[derive(Debug)]
struct Kept {
    chain: Arc<PeerChain>,
    judged_at: u64,
    good_until: u64,
}

impl Default for Memo {
    fn default() -> Self {
        Self(Some(Arc::default()))
    }
}

impl Memo {
    /// A memo that remembers nothing.
    pub(crate) const fn never() -> Self {
        Self(None)
    }

    /// The chain as it was kept, if these very bytes were found good lately.
    pub(crate) fn recall(
        &self,
        leaf: &[u8],
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Option<Arc<PeerChain>> {
        let kept = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&key_of(leaf))?;
        let holds = found.judged_at <= now.as_secs() && now.as_secs() < found.good_until;
        (holds && is_same(&found.chain, leaf, others)).then(|| Arc::clone(&found.chain))
    }

    /// Remembers that a chain was found good at `now`.
    pub(crate) fn keep(&self, chain: &Arc<PeerChain>, now: UnixTime) {
        let Some(memo) = &self.0 else { return };
        let Some(leaf) = chain.der.first() else { return };
        let Some(end) = chain.der.iter().map(|der| end_of(der)).min().flatten() else { return };
        let good_until = end.min(now.as_secs() + KEPT_FOR.as_secs());
        let mut kept = memo.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= CHAINS_MAX {
            kept.retain(|_, old| now.as_secs() < old.good_until);
        }
        if kept.len() < CHAINS_MAX {
            let entry = Kept { chain: Arc::clone(chain), judged_at: now.as_secs(), good_until };
            kept.insert(key_of(leaf), entry);
        }
    }
}

/// Where to look; what is found there is compared byte for byte.
fn key_of(leaf: &[u8]) -> u64 {
    xxh3_64(leaf)
}

fn is_same(kept: &PeerChain, leaf: &[u8], others: &[CertificateDer<'_>]) -> bool {
    let shown = std::iter::once(leaf).chain(others.iter().map(AsRef::as_ref));
    kept.der.len() == others.len() + 1 && kept.der.iter().zip(shown).all(|(ours, theirs)| ours == theirs)
}

/// End of validity in seconds of the Unix epoch; `None` where the certificate cannot be read.
fn end_of(der: &[u8]) -> Option<u64> {
    let certificate = Certificate::from_der(der).ok()?;
    Some(certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs())
}
