//! The evidence that a file carries for its signatures: the document security store (ETSI EN 319 142-1 §5.4.2).

use std::collections::BTreeSet;

use crate::pki::evidence::{Evidence, Source, Statement};
use crate::pki::verdict::Flaw;

use super::objects::Objects;
use super::value::{Dictionary, Value};

/// How many streams are read.
const STREAMS: usize = 2_000;

/// All certificates, lists and responses of the newest revision, each once.
pub(super) fn store(objects: &Objects<'_>) -> Result<Evidence, Flaw> {
    let view = objects.newest();
    let mut evidence = Evidence::default();
    let Some((_, catalog)) = objects.catalog(view)? else { return Ok(evidence) };
    let Value::Dictionary(store) = objects.get(&catalog, "DSS", view)? else { return Ok(evidence) };
    let mut seen = BTreeSet::new();
    collect(objects, &store, ["Certs", "CRLs", "OCSPs"], &mut seen, &mut evidence)?;
    if let Value::Dictionary(related) = objects.get(&store, "VRI", view)? {
        for (_, value) in related.iter() {
            if let Value::Dictionary(related) = objects.resolve(value, view)? {
                collect(objects, &related, ["Cert", "CRL", "OCSP"], &mut seen, &mut evidence)?;
            }
        }
    }
    Ok(evidence)
}

fn collect(
    objects: &Objects<'_>,
    dictionary: &Dictionary,
    names: [&str; 3],
    seen: &mut BTreeSet<u32>,
    evidence: &mut Evidence,
) -> Result<(), Flaw> {
    for (kind, name) in names.into_iter().enumerate() {
        let streams = objects.get(dictionary, name, objects.newest())?;
        for number in streams.array().unwrap_or_default().iter().filter_map(Value::reference) {
            if seen.len() >= STREAMS || !seen.insert(number) {
                continue;
            }
            let Some(bytes) = objects.decode(&objects.load(number, objects.newest())?)? else { continue };
            let statement = |bytes| Statement { bytes, source: Source::Embedded, nonce: None };
            match kind {
                0 => evidence.certificates.push(bytes),
                1 => evidence.crls.push(statement(bytes)),
                _ => evidence.ocsps.push(statement(bytes)),
            }
        }
    }
    Ok(())
}
