//! The ministry's own test CA and the certificates that the HTTPS listener shows: one good chain, and one for each
//! fault of a certificate. Made anew at every start; no private key ever touches the disk.

use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use super::faults::Fault;
use super::portal::StartError;
use super::switchboard::Active;

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// The TLS configurations that a connection may be met with.
#[derive(Debug)]
pub(super) struct Wardrobe {
    healthy: Arc<ServerConfig>,
    faulty: Vec<(Fault, Arc<ServerConfig>)>,
    /// The root that clients are to trust, as PEM.
    pub(super) ca_pem: String,
}

/// When a certificate is valid, in days from now.
#[derive(Clone, Copy)]
struct Days(i64, i64);

const USUAL: Days = Days(-1, 200);

impl Wardrobe {
    /// Makes the CA and all certificates for these names.
    pub(super) fn new(names: &[String], now: DateTime<Utc>) -> Result<Self, StartError> {
        let root = authority("CA thực hành EMC (không dùng thật)", now, None)?;
        let middle = authority("CA trung gian thực hành EMC", now, Some(&root))?;
        let stranger = authority("CA lạ", now, None)?;
        let other = vec!["khac.thuc-hanh.example".to_owned()];
        let chain = |names: &[String], days| leaf(names, days, now, &middle, &[&middle]);
        let faulty = vec![
            (Fault::TlsExpired, plain(chain(names, Days(-400, -2))?)?),
            (Fault::TlsNotYetValid, plain(chain(names, Days(3, 200))?)?),
            (Fault::TlsExpiresSoon, plain(chain(names, Days(-100, 4))?)?),
            (Fault::TlsWrongHost, plain(chain(&other, USUAL)?)?),
            (Fault::TlsNoIntermediate, plain(leaf(names, USUAL, now, &middle, &[])?)?),
            (Fault::TlsUntrusted, plain(leaf(names, USUAL, now, &stranger, &[&stranger])?)?),
            (Fault::TlsSelfSigned, plain(self_signed(names, now)?)?),
            (Fault::TlsClientCert, demanding(chain(names, USUAL)?, &root)?),
        ];
        Ok(Self { healthy: plain(chain(names, USUAL)?)?, faulty, ca_pem: root.pem() })
    }

    /// What to meet a connection with while these faults are on: the first of them decides.
    pub(super) fn choose(&self, active: &Active) -> Arc<ServerConfig> {
        let worn = self.faulty.iter().find(|(fault, _)| active.contains_key(fault));
        let config = worn.map_or(&self.healthy, |(_, config)| config);
        if !active.contains_key(&Fault::Malformed) {
            return Arc::clone(config);
        }
        // Broken HTTP/1.1 is only noticed as such by a client that was not promised HTTP/2.
        let mut config = ServerConfig::clone(config);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(config)
    }
}

/// A key with its certificate and what is sent beside it.
struct Identity {
    key: KeyPair,
    chain: Vec<CertificateDer<'static>>,
}

fn authority(name: &str, now: DateTime<Utc>, above: Option<&Issuer>) -> Result<Issuer, rcgen::Error> {
    let mut params = dated(CertificateParams::default(), Days(-1, 3_650), now);
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "Bộ Thực hành");
    let below = u8::from(above.is_none());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    match above {
        Some(issuer) => CertifiedIssuer::signed_by(params, key, issuer),
        None => CertifiedIssuer::self_signed(params, key),
    }
}

fn leaf_params(names: &[String], days: Days, now: DateTime<Utc>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = dated(CertificateParams::new(names)?, days, now);
    params.distinguished_name.push(DnType::CommonName, "Cổng dịch vụ công thực hành");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn leaf(
    names: &[String],
    days: Days,
    now: DateTime<Utc>,
    issuer: &Issuer,
    sent: &[&Issuer],
) -> Result<Identity, rcgen::Error> {
    let key = KeyPair::generate()?;
    let own = leaf_params(names, days, now)?.signed_by(&key, issuer)?.der().clone();
    let chain = std::iter::once(own).chain(sent.iter().map(|above| above.der().clone())).collect();
    Ok(Identity { key, chain })
}

fn self_signed(names: &[String], now: DateTime<Utc>) -> Result<Identity, rcgen::Error> {
    let key = KeyPair::generate()?;
    let own = leaf_params(names, USUAL, now)?.self_signed(&key)?.der().clone();
    Ok(Identity { key, chain: vec![own] })
}

fn dated(mut params: CertificateParams, days: Days, now: DateTime<Utc>) -> CertificateParams {
    let date = |days: i64| {
        let day = (now + TimeDelta::days(days)).date_naive();
        let number = |value: u32| u8::try_from(value).expect("months and days of a calendar fit a byte");
        rcgen::date_time_ymd(day.year(), number(day.month()), number(day.day()))
    };
    params.not_before = date(days.0);
    params.not_after = date(days.1);
    params
}

fn plain(identity: Identity) -> Result<Arc<ServerConfig>, StartError> {
    configure(identity, WebPkiClientVerifier::no_client_auth())
}

fn demanding(identity: Identity, root: &Issuer) -> Result<Arc<ServerConfig>, StartError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.der().clone())?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
    configure(identity, verifier.expect("a verifier with one root can be built"))
}

fn configure(
    identity: Identity,
    clients: Arc<dyn ClientCertVerifier>,
) -> Result<Arc<ServerConfig>, StartError> {
    let key = PrivateKeyDer::Pkcs8(identity.key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients)
        .with_single_cert(identity.chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A resumed session would show an old certificate after a fault was switched.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}
