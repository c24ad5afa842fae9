//! Fetches certificates, revocation lists and OCSP responses, through the guarded connector and from allowed hosts only.
//!
//! Addresses stand in certificates. What a certificate says that leads to a trusted root was said by an authority that the
//! operator trusts: such revocation addresses may be asked on public networks. Addresses of issuers' certificates come
//! from certificates that nothing is known of yet, and private networks are nobody's to be probed through us: both need
//! the host to be on the operator's list.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject;
use tokio::runtime::Runtime;
use url::Url;

use crate::model::told::{Told, told};
use crate::net::exchange::{Limits, Protocol, Request};
use crate::net::route::{Family, Reach, Route};
use crate::net::run::Run;
use crate::net::tls::{TlsPolicy, TlsSettings};
use crate::net::{Net, NetSettings};
use crate::pki::anchors::certificates_in;
use crate::pki::cms;

use crate::pki::evidence::{Evidence, Source, Statement, Wanted};
use crate::pki::judge::report::FetchReport;
use crate::pki::revocation::ocsp_request;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most bytes of a revocation list; those of large authorities take some megabytes.
const CRL_MAX: usize = 32 << 20;
/// Most bytes of anything else.
const ANSWER_MAX: usize = 1 << 20;
/// Most answers for one command.
const FETCHES_MAX: usize = 1_000;
/// Bytes of a nonce (RFC 9654: 1 to 128, 32 recommended).
const NONCE_BYTES: usize = 32;

/// Fetches, and remembers: what several files want is asked for once.
pub(super) struct Fetcher {
    runtime: Runtime,
    net: Net,
    route: Route,
    allowed: Vec<String>,
    /// What was tried, and why it did not come.
    tried: HashMap<Wanted, Option<Told>>,
    evidence: Evidence,
}

impl Fetcher {
    /// Prepares the way; touches no network.
    pub(super) fn new(settings: &NetSettings, allowed: Vec<String>) -> Result<Self, Told> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Told::same(error.to_string()))?;
        let entered = runtime.enter();
        let net = Net::new(settings).map_err(|fault| Told::same(fault.to_string()))?;
        let tls = Arc::new(TlsPolicy::new(TlsSettings::default())?);
        drop(entered);
        Ok(Self {
            runtime,
            net,
            route: Route { family: Family::Any, proxy: None, tls },
            allowed,
            tried: HashMap::new(),
            evidence: Evidence::default(),
        })
    }

    /// What came so far.
    pub(super) const fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Fetches what was not tried yet and there is time for; says whether anything came.
    pub(super) fn fetch(&mut self, wanted: &[Wanted], until: Instant) -> bool {
        let mut came = false;
        for one in wanted {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.tried.len() >= FETCHES_MAX {
                break;
            }
            if !self.tried.contains_key(one) {
                let outcome = self.fetch_one(one, left.min(PATIENCE));
                came |= outcome.is_ok();
                self.tried.insert(one.clone(), outcome.err());
            }
        }
        came
    }

    /// What became of these, in order.
    pub(super) fn account(&self, wanted: &[Wanted]) -> Vec<FetchReport> {
        let report = |one: &Wanted| {
            let wrong = match self.tried.get(one) {
                Some(outcome) => outcome.clone(),
                None => Some(told!(
                    "chưa hỏi: đã hết thời gian hoặc số lần hỏi cho phép",
                    "not asked: the time or the number of questions allowed was used up"
                )),
            };
            let detail = wrong.clone().unwrap_or_default();
            FetchReport { url: one.url().to_owned(), fetched: wrong.is_none(), detail }
        };
        wanted.iter().map(report).collect()
    }

    fn fetch_one(&mut self, wanted: &Wanted, patience: Duration) -> Result<(), Told> {
        let url = Url::parse(wanted.url()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url =
            url.ok_or_else(|| told!("không phải địa chỉ http hay https", "no http or https address"))?;
        let listed = self.lists(&url);
        if matches!(wanted, Wanted::Certificate { .. }) && !listed {
            let host = url.host_str().unwrap_or_default();
            return Err(told!(
                "địa chỉ này do một chứng thư chưa được tin cậy nêu ra; thêm \"--fetch-host {host}\" nếu được phép hỏi",
                "a certificate that is not trusted yet names this address; add \"--fetch-host {host}\" if it may be asked"
            ));
        }
        let reach = if listed { Reach::Configured } else { Reach::Redirected };
        let source = Source::Fetched { url: wanted.url().to_owned() };
        match wanted {
            Wanted::Certificate { .. } => {
                let body = self.ask(request(Method::GET, url, Bytes::new()), reach, ANSWER_MAX, patience)?;
                self.evidence.certificates.extend(certificates(&body)?);
            }
            Wanted::Crl { .. } => {
                let bytes = self.ask(request(Method::GET, url, Bytes::new()), reach, CRL_MAX, patience)?;
                self.evidence.crls.push(Statement { bytes: unarmoured(bytes), source, nonce: None });
            }
            Wanted::Ocsp { certificate, .. } => {
                let nonce = nonce()?;
                let question = Bytes::from(ocsp_request(certificate, Some(&nonce)));
                let bytes = self.ask(request(Method::POST, url, question), reach, ANSWER_MAX, patience)?;
                self.evidence.ocsps.push(Statement { bytes, source, nonce: Some(nonce) });
            }
        }
        Ok(())
    }

    /// Whether the operator listed the host.
    fn lists(&self, url: &Url) -> bool {
        url.host_str()
            .is_some_and(|host| self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)))
    }

    fn ask(
        &self,
        request: Request,
        reach: Reach,
        body_bytes: usize,
        patience: Duration,
    ) -> Result<Vec<u8>, Told> {
        let limits = Limits { body_bytes, protocol: Protocol::Any, head_only: &[] };
        let mut run = Run::begin(patience);
        let seen = self.runtime.block_on(self.net.exchange(&request, &self.route, reach, limits, &mut run));
        if let Some(fault) = seen.fault {
            return Err(fault.reason.text().meaning.into());
        }
        match seen.head {
            Some(head) if head.status == StatusCode::OK => Ok(seen.body.to_vec()),
            Some(head) => {
                let status = head.status.as_u16();
                Err(told!("máy chủ trả lời mã {status}", "the server answered with status {status}"))
            }
            None => Err(told!("máy chủ không trả lời", "the server did not answer")),
        }
    }
}

/// A question without anything that tells who asks.
fn request(method: Method, url: Url, body: Bytes) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if method == Method::POST {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/ocsp-request"));
    }
    Request { method, url, headers, body }
}

fn nonce() -> Result<Vec<u8>, Told> {
    let mut nonce = vec![0; NONCE_BYTES];
    let filled = SystemRandom::new().fill(&mut nonce);
    filled.map_err(|_| {
        told!("không lấy được số ngẫu nhiên của hệ thống", "the system gives no random numbers")
    })?;
    Ok(nonce)
}

/// The certificates of an answer: DER, PEM, or a `certs-only` PKCS#7.
fn certificates(body: &[u8]) -> Result<Vec<Vec<u8>>, Told> {
    if let Some(found) = certificates_in(body) {
        return Ok(found);
    }
    let bundle = cms::certificates(body).unwrap_or_default();
    if bundle.is_empty() {
        return Err(told!("nhận được nội dung không phải chứng thư", "what came is no certificate"));
    }
    Ok(bundle)
}

/// What stands in PEM's armour, or the bytes as they are.
fn unarmoured(bytes: Vec<u8>) -> Vec<u8> {
    let armoured = CertificateRevocationListDer::from_pem_slice(&bytes);
    armoured.map_or(bytes, |list| list.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_was_no_time_for_is_told_as_not_asked() {
        let mut fetcher = Fetcher::new(&NetSettings::default(), vec!["127.0.0.1".to_owned()]).unwrap();
        let wanted = [Wanted::Crl { url: "http://127.0.0.1:9/a.crl".to_owned() }];
        assert!(!fetcher.fetch(&wanted, Instant::now()));
        let account = fetcher.account(&wanted);
        assert!(!account[0].fetched && account[0].detail.en.starts_with("not asked"), "{account:?}");
        assert!(!fetcher.fetch(&wanted, Instant::now() + Duration::from_secs(5)));
        let account = fetcher.account(&wanted);
        assert!(!account[0].fetched && !account[0].detail.en.starts_with("not asked"), "{account:?}");
    }
}
