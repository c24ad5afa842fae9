//! Whom a policy trusts, and with which certificate it presents itself.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, TrustAnchor};
use rustls::sign::CertifiedKey;

use crate::model::secret::Secret;
use crate::model::told::{Told, told};
use crate::net::tls::provider;

/// The trust anchors of a policy.
#[derive(Debug)]
pub(crate) struct Roots {
    private: Vec<TrustAnchor<'static>>,
    with_system: bool,
}

impl Roots {
    /// Reads PEM files.
    pub(crate) fn read(pem: &[Vec<u8>], only_these: bool) -> Result<Self, Told> {
        let mut private = Vec::new();
        for (index, file) in pem.iter().enumerate() {
            let anchors = anchors_in(file).map_err(|Told { vi, en }| Told {
                vi: format!("tệp CA thứ {}: {vi}", index + 1),
                en: format!("CA file {}: {en}", index + 1),
            })?;
            private.extend(anchors);
        }
        Ok(Self { private, with_system: !only_these })
    }

    /// Whether the operator added any.
    pub(crate) const fn has_private(&self) -> bool {
        !self.private.is_empty()
    }

    /// All anchors together.
    pub(crate) fn store(&self) -> Arc<RootCertStore> {
        match (self.with_system, self.private.is_empty()) {
            (true, true) => Arc::clone(system()),
            (true, false) => {
                let mut store = RootCertStore::clone(system());
                store.extend(self.private.iter().cloned());
                Arc::new(store)
            }
            (false, _) => Arc::new(RootCertStore { roots: self.private.clone() }),
        }
    }
}

/// The system's roots, read once; Mozilla's as compiled in where the system has none.
fn system() -> &'static Arc<RootCertStore> {
    static SYSTEM: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Arc::new(store)
    })
}

fn anchors_in(pem: &[u8]) -> Result<Vec<TrustAnchor<'static>>, Told> {
    let mut anchors = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| unfit(&error))?;
        let anchor = webpki::anchor_from_trusted_cert(&certificate).map_err(|error| unfit(&error))?;
        anchors.push(anchor.to_owned());
    }
    if anchors.is_empty() { Err(empty()) } else { Ok(anchors) }
}

fn empty() -> Told {
    told!("không có chứng thư nào bên trong", "no certificate in it")
}

/// What a library says of bytes that it cannot use.
fn unfit(error: &dyn std::fmt::Display) -> Told {
    told!("không đọc được, thư viện báo \"{error}\"", "{error}")
}

/// Certificate chain and key shown to servers that ask for one.
#[derive(Clone, Debug)]
pub(crate) struct ClientIdentity(pub(crate) Arc<CertifiedKey>);

impl ClientIdentity {
    /// Reads chain and key from one PEM text.
    pub(crate) fn read(pem: &Secret) -> Result<Self, Told> {
        let of_client = |Told { vi, en }: Told| Told {
            vi: format!("chứng thư của máy khách: {vi}"),
            en: format!("client certificate: {en}"),
        };
        let bytes = pem.expose().as_bytes();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(bytes)
            .collect::<Result<_, _>>()
            .map_err(|error| of_client(unfit(&error)))?;
        if chain.is_empty() {
            return Err(of_client(empty()));
        }
        let key = PrivateKeyDer::from_pem_slice(bytes).map_err(|error| of_client(unfit(&error)))?;
        let identity =
            CertifiedKey::from_der(chain, key, provider()).map_err(|error| of_client(unfit(&error)))?;
        Ok(Self(Arc::new(identity)))
    }
}
