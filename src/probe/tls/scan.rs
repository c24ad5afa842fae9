//! What a server still accepts: protocol versions and weak suites, asked one connection at a time.
//!
//! A refusal is an alert, a close or a reset; silence and a connection that does not come about say nothing, and after
//! two such the scan ends, so that a server that has had enough is left alone.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::net::Net;
use crate::net::route::{Endpoint, Reach, Route};
use crate::net::run::Run;
use crate::probe::tls::hello::{ANSWER_MAX, Answer, Offer, Version, answer, client_hello};
use crate::probe::tls::suites::{Class, SUITES, Suite, named};

/// The longest one connection may take.
const STEP: Duration = Duration::from_secs(3);
/// What must be left of the run for a further connection.
const LEFT_MIN: Duration = Duration::from_millis(200);
/// After so many connections without an answer the scan ends.
const SILENCES_MAX: usize = 2;

/// Whether something is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Acceptance {
    /// It is, with this suite.
    Accepted(&'static str),
    /// It is not; how that was said.
    Refused(&'static str),
    /// Nobody knows; why not.
    Unknown(String),
}

/// What a scan found.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    /// When it was done.
    pub(super) taken: Instant,
    /// How many connections it took.
    pub(super) connections: usize,
    /// Every version that was asked for, oldest first.
    pub(super) versions: Vec<(Version, Acceptance)>,
    /// Classes of weak suites that are accepted, with the suite chosen; `None` if that was not looked at.
    pub(super) weak: Option<Vec<(Class, &'static str)>>,
    /// A suite without forward secrecy that is accepted.
    pub(super) no_forward_secrecy: Option<&'static str>,
    /// Why the scan is not whole; empty if it is.
    pub(super) gap: String,
}

impl Scan {
    /// The versions accepted, oldest first.
    pub(super) fn accepted(&self) -> impl Iterator<Item = Version> + '_ {
        let accepted = self.versions.iter().filter(|(_, found)| matches!(found, Acceptance::Accepted(_)));
        accepted.map(|(version, _)| *version)
    }

    /// Whether the answer about this version is missing.
    pub(super) fn knows(&self, version: Version) -> bool {
        self.versions
            .iter()
            .any(|(asked, found)| *asked == version && !matches!(found, Acceptance::Unknown(_)))
    }

    /// The facts as shown, with the scan's age.
    pub(super) fn to_json(&self) -> Value {
        let versions: serde_json::Map<String, Value> = self
            .versions
            .iter()
            .map(|(version, found)| {
                let told = match found {
                    Acceptance::Accepted(suite) => json!({"accepted": true, "suite": suite}),
                    Acceptance::Refused(how) => json!({"accepted": false, "detail": how}),
                    Acceptance::Unknown(because) => json!({"accepted": null, "detail": because}),
                };
                (version.as_str().to_owned(), told)
            })
            .collect();
        let weak = self.weak.as_ref().map(|weak| {
            weak.iter()
                .map(|(class, suite)| json!({"class": class.as_str(), "suite": suite}))
                .collect::<Vec<_>>()
        });
        json!({
            "versions": versions,
            "weak_suites": weak,
            "no_forward_secrecy": self.no_forward_secrecy,
            "gap": self.gap,
            "connections": self.connections,
            "age_seconds": self.taken.elapsed().as_secs(),
        })
    }
}

/// What is scanned for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Protocol versions.
    pub(super) versions: bool,
    /// Weak suites.
    pub(super) suites: bool,
}

/// A scan under way.
pub(super) struct Scanner<'a> {
    /// The one way to the network.
    pub(super) net: &'a Net,
    /// Whom to ask.
    pub(super) endpoint: Endpoint,
    /// By which way.
    pub(super) route: &'a Route,
    /// The name asked for.
    pub(super) server_name: Option<&'a str>,
    /// Connections made.
    pub(super) connections: usize,
    /// Connections that brought no answer.
    pub(super) silences: usize,
}

impl Scanner<'_> {
    /// Scans. `agreed` is the version of the handshake that came about, which need not be asked for again.
    pub(super) async fn scan(mut self, wanted: Wanted, agreed: Option<Version>, run: &mut Run) -> Scan {
        let mut versions = Vec::new();
        for version in Version::ALL {
            if Some(version) == agreed {
                versions.push((version, Acceptance::Accepted("")));
            } else if wanted.versions {
                versions.push((version, self.ask(version, &offered(version), run).await));
            }
        }
        let mut scan = Scan {
            taken: Instant::now(),
            connections: 0,
            versions,
            weak: None,
            no_forward_secrecy: None,
            gap: String::new(),
        };
        // TLS 1.3 has no weak suite to choose; where it is not known that all older ones are refused, they are asked for.
        let refuses = |version: &Version| {
            scan.versions
                .iter()
                .any(|(asked, found)| asked == version && matches!(found, Acceptance::Refused(_)))
        };
        let speaks_older = !Version::ALL.iter().filter(|version| **version < Version::Tls13).all(refuses);
        if wanted.suites && speaks_older {
            self.scan_suites(&mut scan, run).await;
        } else if wanted.suites {
            scan.weak = Some(Vec::new());
        }
        if let Some((version, Acceptance::Unknown(because))) =
            scan.versions.iter().find(|(_, found)| matches!(found, Acceptance::Unknown(_)))
        {
            scan.gap = format!("{}: {because}", version.as_str());
        }
        scan.connections = self.connections;
        scan
    }

    /// Offers all weak classes at once and takes out what was chosen, until nothing is chosen any more.
    async fn scan_suites(&mut self, scan: &mut Scan, run: &mut Run) {
        let mut left: Vec<Class> = Class::WEAK.to_vec();
        let mut weak = Vec::new();
        while !left.is_empty() {
            match self.ask(Version::Tls12, &of_classes(&left), run).await {
                Acceptance::Accepted(name) => {
                    let Some(suite) = SUITES.iter().find(|suite| suite.name == name) else { break };
                    let before = left.len();
                    left.retain(|class| *class != suite.class);
                    if left.len() == before {
                        break;
                    }
                    weak.push((suite.class, name));
                }
                Acceptance::Refused(_) => break,
                Acceptance::Unknown(because) => {
                    scan.gap = format!("weak suites: {because}");
                    break;
                }
            }
        }
        weak.sort_unstable();
        let is_whole = scan.gap.is_empty();
        scan.weak = (is_whole || !weak.is_empty()).then_some(weak);
        if let Acceptance::Accepted(name) =
            self.ask(Version::Tls12, &of_classes(&[Class::NoForwardSecrecy]), run).await
        {
            scan.no_forward_secrecy = Some(name);
        }
    }

    /// Offers this version with these suites over a new connection.
    async fn ask(&mut self, version: Version, suites: &[&Suite], run: &mut Run) -> Acceptance {
        if self.silences >= SILENCES_MAX {
            return Acceptance::Unknown("the server stopped answering".to_owned());
        }
        if run.deadline.remaining() < LEFT_MIN {
            return Acceptance::Unknown("no time was left".to_owned());
        }
        let whole = run.deadline;
        run.deadline = whole.sooner(STEP);
        let offer = Offer { version, suites, server_name: self.server_name };
        let found = self.ask_once(offer, run).await;
        run.deadline = whole;
        if matches!(found, Acceptance::Unknown(_)) {
            self.silences += 1;
        }
        run.note("scan", &told(offer, &found));
        found
    }

    async fn ask_once(&mut self, offer: Offer<'_>, run: &mut Run) -> Acceptance {
        self.connections += 1;
        let mut random = [0; 32];
        if aws_lc_rs::rand::fill(&mut random).is_err() {
            return Acceptance::Unknown("no random numbers".to_owned());
        }
        let stream = match self.net.dial(&self.endpoint, self.route, Reach::Configured, run).await.stream {
            Ok(stream) => stream,
            Err(fault) => return Acceptance::Unknown(fault.to_string()),
        };
        let exchange = exchange(stream, client_hello(offer, random));
        let answered = run.deadline.bound(exchange).await;
        answered
            .unwrap_or_else(|_| Err("no answer came".to_owned()))
            .map_or_else(Acceptance::Unknown, |said| judged(offer, said))
    }
}

/// What a server said, or how it went away.
#[derive(Clone, Copy, Debug)]
enum Said {
    Answer(Answer),
    Closed(&'static str),
}

/// Sends a hello and reads until it is clear what the answer is.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, hello: Vec<u8>) -> Result<Said, String> {
    let mut received = Vec::new();
    let outcome = async {
        stream.write_all(&hello).await?;
        while received.len() < ANSWER_MAX {
            let mut piece = [0; 1024];
            let count = stream.read(&mut piece).await?;
            received.extend_from_slice(piece.get(..count).unwrap_or_default());
            if let Some(answer) = answer(&received) {
                return Ok(Said::Answer(answer));
            }
            if count == 0 {
                return Ok(Said::Closed("closed"));
            }
        }
        Ok(Said::Answer(Answer::NotTls))
    };
    let outcome: std::io::Result<Said> = outcome.await;
    match outcome {
        Ok(said) => Ok(said),
        Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
            Ok(Said::Closed("reset"))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// A choice counts only if it is of what was offered; a server that ignores the offer has not accepted it.
fn judged(offer: Offer<'_>, said: Said) -> Acceptance {
    match said {
        Said::Closed(how) => Acceptance::Refused(how),
        Said::Answer(Answer::Alert(40)) => Acceptance::Refused("alert handshake_failure"),
        Said::Answer(Answer::Alert(70)) => Acceptance::Refused("alert protocol_version"),
        Said::Answer(Answer::Alert(71)) => Acceptance::Refused("alert insufficient_security"),
        Said::Answer(Answer::Alert(_)) => Acceptance::Refused("another alert"),
        Said::Answer(Answer::NotTls) => Acceptance::Refused("an answer that is no TLS"),
        Said::Answer(Answer::Chosen { version, suite }) => {
            let offered = named(suite).filter(|suite| offer.suites.contains(suite));
            let asks_for_version = offer.suites.iter().any(|suite| suite.class == Class::Sound);
            match offered {
                Some(suite) if version == offer.version || !asks_for_version => {
                    Acceptance::Accepted(suite.name)
                }
                _ => Acceptance::Refused("another version"),
            }
        }
    }
}

/// Everything that could be chosen at a version: whether it is accepted at all is the question.
fn offered(version: Version) -> Vec<&'static Suite> {
    let is_new = |suite: &Suite| suite.code >> 8 == 0x13;
    SUITES.iter().filter(|suite| is_new(suite) == (version == Version::Tls13)).collect()
}

fn of_classes(classes: &[Class]) -> Vec<&'static Suite> {
    SUITES.iter().filter(|suite| classes.contains(&suite.class)).collect()
}

fn told(offer: Offer<'_>, found: &Acceptance) -> String {
    let asks_for_version = offer.suites.iter().any(|suite| suite.class == Class::Sound);
    let what = match offer.suites {
        _ if asks_for_version => offer.version.as_str(),
        [first, ..] if first.class == Class::NoForwardSecrecy => "suites without forward secrecy",
        _ => "weak suites",
    };
    match found {
        Acceptance::Accepted(suite) => format!("{what}: accepted with {suite}"),
        Acceptance::Refused(how) => format!("{what}: refused ({how})"),
        Acceptance::Unknown(because) => format!("{what}: cannot tell ({because})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_was_not_offered_is_no_acceptance() {
        let suites = offered(Version::Tls10);
        let offer = Offer { version: Version::Tls10, suites: &suites, server_name: None };
        let said = |version, suite| judged(offer, Said::Answer(Answer::Chosen { version, suite }));
        assert_eq!(said(Version::Tls10, 5), Acceptance::Accepted("TLS_RSA_WITH_RC4_128_SHA"));
        assert!(matches!(said(Version::Tls12, 5), Acceptance::Refused(_)));
        assert!(matches!(said(Version::Tls10, 0x1301), Acceptance::Refused(_)));
        assert!(matches!(said(Version::Tls10, 0xfefe), Acceptance::Refused(_)));
    }

    #[tokio::test]
    async fn a_server_that_floods_is_read_no_further_than_needed() {
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let flood =
            tokio::spawn(async move { while theirs.write_all(&[0x16, 3, 3, 0, 1, 2]).await.is_ok() {} });
        let said = exchange(ours, vec![1]).await;
        assert!(matches!(said, Ok(Said::Answer(Answer::NotTls))));
        flood.await.unwrap();
    }
}
