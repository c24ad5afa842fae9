//! Chains of three made on the spot, and servers that show them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use crate::kind::{Files, build, run};

/// The name every certificate is for unless a test says otherwise.
pub(crate) const NAME: &str = "dvc.bo-vd.example";

/// What a test changes about a certificate before it is signed.
pub(crate) type Change = fn(&mut CertificateParams);

/// Nothing.
pub(crate) fn plain(_: &mut CertificateParams) {}

/// Valid until yesterday.
pub(crate) fn expired(params: &mut CertificateParams) {
    params.not_before = rcgen::date_time_ymd(2015, 1, 1);
    params.not_after = rcgen::date_time_ymd(2016, 1, 1);
}

/// Valid from a far day on.
pub(crate) fn not_yet(params: &mut CertificateParams) {
    params.not_before = rcgen::date_time_ymd(2090, 1, 1);
    params.not_after = rcgen::date_time_ymd(2091, 1, 1);
}

/// Root, intermediate and leaf.
pub(crate) struct Chain {
    pub(crate) root: CertificateDer<'static>,
    pub(crate) root_pem: String,
    pub(crate) middle: CertificateDer<'static>,
    pub(crate) leaf: CertificateDer<'static>,
    pub(crate) leaf_pem: String,
    pub(crate) middle_pem: String,
    pub(crate) middle_key_pem: String,
    pub(crate) key: Vec<u8>,
    pub(crate) key_pem: String,
}

fn authority(name: &str, change: Change) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    change(&mut params);
    params
}

impl Chain {
    pub(crate) fn new(change_middle: Change, change_leaf: Change) -> Self {
        let root =
            CertifiedIssuer::self_signed(authority("Gốc thử", plain), KeyPair::generate().unwrap()).unwrap();
        let middle_params = authority("Trung gian thử", change_middle);
        let middle = CertifiedIssuer::signed_by(middle_params, KeyPair::generate().unwrap(), &root).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([NAME.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, NAME);
        change_leaf(&mut params);
        let leaf = params.signed_by(&key, &middle).unwrap();
        Self {
            root: root.der().clone(),
            root_pem: root.pem(),
            middle: middle.der().clone(),
            middle_pem: middle.pem(),
            middle_key_pem: middle.key().serialize_pem(),
            leaf: leaf.der().clone(),
            leaf_pem: leaf.pem(),
            key: key.serialize_der(),
            key_pem: key.serialize_pem(),
        }
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.clone()).unwrap()
    }

    /// A server that shows these certificates.
    pub(crate) fn config(&self, shown: &[&CertificateDer<'static>]) -> ServerConfig {
        let shown = shown.iter().map(|&der| der.clone()).collect();
        builder(&[&TLS13, &TLS12]).with_no_client_auth().with_single_cert(shown, self.key()).unwrap()
    }
}

pub(crate) fn builder(
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap()
}

/// Serves handshakes; the address.
pub(crate) async fn serve(config: ServerConfig) -> SocketAddr {
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                while stream.read(&mut [0; 256]).await.is_ok_and(|count| count > 0) {}
            });
        }
    });
    address
}

/// Settings for a probe of that address, trusting only `ca.pem`.
pub(crate) fn settings(address: SocketAddr) -> Value {
    json!({"tls": {
        "host": address.ip().to_string(),
        "port": address.port(),
        "tls": {"ca_files": ["ca.pem"], "only_ca_files": true, "server_name": NAME},
    }})
}

/// Runs a probe that trusts this root.
pub(crate) async fn probed(settings: Value, root_pem: &str) -> emc_monitor::probe::Measured {
    let files = Files([("ca.pem".into(), root_pem.as_bytes().to_vec())].into());
    let probe = build(settings, &files).unwrap();
    run(&probe, &[], Duration::from_secs(20)).await
}
