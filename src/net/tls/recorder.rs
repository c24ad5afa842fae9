//! Notes what a server shows in one handshake, and judges its chain.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::model::facts::{PeerChain, TlsFacts};
use crate::model::fault::Fault;
use crate::model::reason::Reason;
use crate::net::stage::Stage;
use crate::net::tls::incomplete::is_incomplete;
use crate::net::tls::memo::Memo;
use crate::net::tls::reason;
use crate::net::tls::roots::{ClientIdentity, Roots};

/// The unchanging part, shared by all handshakes of a policy.
#[derive(Debug)]
pub(crate) struct Judge {
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
    memo: Memo,
    client: Option<ClientIdentity>,
    /// Whether the operator added roots, so that portals with private chains are expected.
    has_private_roots: bool,
}

impl Judge {
    /// A judge by these roots.
    pub(crate) fn new(
        roots: &Roots,
        provider: &CryptoProvider,
        memo: Memo,
        client: Option<ClientIdentity>,
    ) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        let has_private_roots = roots.has_private();
        Self { roots: roots.store(), algorithms, memo, client, has_private_roots }
    }

    /// The fault of a chain that was not accepted.
    fn refusal(&self, error: &Error, chain: Option<&PeerChain>) -> Fault {
        let mut reason = reason::of_error(error);
        let stranger = matches!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer));
        if stranger && chain.is_some_and(|chain| is_incomplete(&chain.der, self.has_private_roots)) {
            reason = Reason::TlsIncompleteChain;
        }
        Fault::new(reason, Stage::Secure.operation(), error)
    }

    /// The roots it judges by.
    pub(crate) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.roots.roots
    }

    /// The chain as facts, and whether it leads to a root of ours and is for `name`.
    fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> (Arc<PeerChain>, Result<(), Error>) {
        if let Some(chain) = self.memo.recall(leaf, others, now) {
            let named = ParsedCertificate::try_from(leaf).and_then(|leaf| verify_server_name(&leaf, name));
            return (chain, named);
        }
        let der = std::iter::once(leaf).chain(others).map(|certificate| certificate.to_vec()).collect();
        let chain = Arc::new(PeerChain::new(der));
        let judged = ParsedCertificate::try_from(leaf).and_then(|parsed| {
            let algorithms = self.algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, others, now, algorithms)
                .or_else(|error| if self.is_named_root(leaf, &error) { Ok(()) } else { Err(error) })?;
            self.memo.keep(&chain, now);
            verify_server_name(&parsed, name)
        });
        (chain, judged)
    }

    /// Whether a leaf was refused only for being an authority's own certificate, and is one that the operator trusts:
    /// what `openssl req -x509` makes and `ca_files` then names. Its dates are judged before it is refused so.
    fn is_named_root(&self, leaf: &CertificateDer<'_>, error: &Error) -> bool {
        let Error::InvalidCertificate(CertificateError::Other(cause)) = error else { return false };
        matches!(cause.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
            && webpki::anchor_from_trusted_cert(leaf).is_ok_and(|anchor| self.roots.roots.contains(&anchor))
    }
}

/// What one handshake showed.
#[derive(Debug, Default)]
struct Seen {
    chain: Option<Arc<PeerChain>>,
    ocsp: Option<Vec<u8>>,
    error: Option<Error>,
    asked_for_certificate: bool,
}

/// Ears and eyes of one handshake.
#[derive(Debug)]
pub(crate) struct Recorder {
    judge: Arc<Judge>,
    seen: Mutex<Seen>,
}

impl Recorder {
    /// A recorder that has seen nothing.
    pub(crate) fn new(judge: &Arc<Judge>) -> Arc<Self> {
        Arc::new(Self { judge: Arc::clone(judge), seen: Mutex::default() })
    }

    /// The shared configuration, with this recorder in it.
    pub(crate) fn attached_to(self: &Arc<Self>, shared: &ClientConfig, alpn: Vec<Vec<u8>>) -> ClientConfig {
        let mut config = shared.clone();
        config.alpn_protocols = alpn;
        config.client_auth_cert_resolver = Arc::<Self>::clone(self);
        config.dangerous().set_certificate_verifier(Arc::<Self>::clone(self));
        config
    }

    /// Adds chain and OCSP response to the facts.
    pub(crate) fn tell(&self, facts: &mut TlsFacts) {
        let mut seen = self.seen();
        facts.chain.clone_from(&seen.chain);
        facts.ocsp = seen.ocsp.take();
    }

    /// Whether the chain was accepted.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) fn verdict(&self) -> Result<(), Fault> {
        let seen = self.seen();
        match (&seen.error, &seen.chain) {
            (Some(error), chain) => Err(self.judge.refusal(error, chain.as_deref())),
            (None, Some(_)) => Ok(()),
            (None, None) => {
                Err(Fault::new(Reason::TlsHandshake, Stage::Secure.operation(), "no certificate shown"))
            }
        }
    }

    /// What a broken handshake stands for.
    pub(crate) fn fault(&self, error: &io::Error) -> Fault {
        let seen = self.seen();
        if let Some(judged) = &seen.error {
            return self.judge.refusal(judged, seen.chain.as_deref());
        }
        let mut fault = Stage::Secure.fault(error);
        let refused_us =
            matches!(fault.reason, Reason::TlsHandshake | Reason::ConnectionClosed | Reason::ConnectionReset);
        if seen.asked_for_certificate && self.judge.client.is_none() && refused_us {
            fault.reason = Reason::TlsClientCert;
        }
        // Servers say "access denied" also of a name they do not serve: without having asked, they mean no certificate.
        if !seen.asked_for_certificate && fault.reason == Reason::TlsClientCert {
            fault.reason = Reason::TlsHandshake;
        }
        fault
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (chain, judged) = self.judge.judge(leaf, others, name, now);
        let mut seen = self.seen();
        seen.chain = Some(chain);
        seen.ocsp = (!ocsp.is_empty()).then(|| ocsp.to_vec());
        let Err(error) = judged else { return Ok(ServerCertVerified::assertion()) };
        seen.error = Some(error.clone());
        // Finishing the handshake shows version and cipher too; `verdict` refuses the stream. But nothing of our own
        // certificate is shown to a server that was not accepted, and a leaf that cannot be read has no key to check.
        let unreadable = matches!(error, Error::InvalidCertificate(CertificateError::BadEncoding));
        if self.judge.client.is_some() || unreadable {
            Err(error)
        } else {
            Ok(ServerCertVerified::assertion())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &self.judge.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &self.judge.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.algorithms.supported_schemes()
    }
}

impl ResolvesClientCert for Recorder {
    fn resolve(&self, _issuers: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.seen().asked_for_certificate = true;
        self.judge.client.as_ref().map(|client| Arc::clone(&client.0))
    }

    fn has_certs(&self) -> bool {
        self.judge.client.is_some()
    }
}
