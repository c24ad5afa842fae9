//! The dialogue over a connection: reads, sends, and turns to TLS. Bounded in bytes and by the run's deadline.

use std::io;
use std::time::{Duration, Instant};

use regex::Regex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::model::fault::Fault;
use crate::model::phase::{Phase, Phases};
use crate::model::reason::Reason;
use crate::model::secret::{REDACTED, Secret};
use crate::model::text::presentable;
use crate::net::run::Run;
use crate::net::stage::Stage;
use crate::net::stream::Stream;
use crate::net::tls::TlsStream;
use crate::probe::tcp::settings::Act;

/// The most bytes read in one run.
const READ_MAX: usize = 64 * 1024;
/// How much is read at once.
const CHUNK: usize = 4096;
/// The longest line that is shown, in characters.
const SHOWN_MAX: usize = 200;

/// A connection, in the clear or not.
#[derive(Debug)]
pub enum Channel {
    /// In the clear.
    Plain(Stream),
    /// Over TLS.
    Secure(Box<TlsStream>),
}

/// An expectation and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What was expected: a regular expression, or bytes.
    pub expected: String,
    /// What came; the last line where none fitted.
    pub found: String,
    /// Whether it fitted.
    pub fits: bool,
}

/// A dialogue while it is held.
#[derive(Debug)]
pub struct Dialogue {
    /// Every expectation so far.
    pub heard: Vec<Heard>,
    /// `processing` until the first byte, `transfer` from there on.
    pub phases: Phases,
    began: Instant,
    first_byte: Option<Duration>,
    unread: Vec<u8>,
    total: usize,
    groups: Vec<(String, String)>,
    told: Vec<Secret>,
}

/// How an act ended.
#[derive(Debug)]
pub enum Turn {
    /// As it should.
    Done,
    /// Not as expected; [`Dialogue::heard`] says how.
    Mismatch,
    /// TLS is to be spoken from here on.
    StartTls,
}

impl Dialogue {
    /// A dialogue that begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            heard: Vec::new(),
            phases: Phases::default(),
            began: Instant::now(),
            first_byte: None,
            unread: Vec::new(),
            total: 0,
            groups: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Does one act.
    ///
    /// # Errors
    /// What befell the connection, or `timeout_body`.
    pub async fn act(&mut self, act: &Act, channel: &mut Channel, run: &mut Run) -> Result<Turn, Fault> {
        match act {
            Act::ExpectLine(pattern) => self.expect_line(pattern, channel, run).await,
            Act::ExpectBytes(bytes) => self.expect_bytes(bytes, channel, run).await,
            Act::Send(text) => {
                let line = format!("{}\r\n", self.filled_in(text));
                run.note("send", "a line");
                send(line.as_bytes(), channel, run).await
            }
            Act::SendBytes(bytes) => {
                run.note("send", &format!("{} bytes", bytes.len()));
                send(bytes, channel, run).await
            }
            Act::SendSecret(secret) => {
                run.note("send", "a secret");
                self.told.push(secret.clone());
                send(format!("{}\r\n", secret.expose()).as_bytes(), channel, run).await
            }
            // What came in the clear must not be taken for what came over TLS (CVE-2011-0411).
            Act::StartTls if !self.unread.is_empty() => {
                let found = String::from_utf8_lossy(&self.unread).into_owned();
                Ok(self.hear("nothing before TLS", &found, false))
            }
            Act::StartTls => Ok(Turn::StartTls),
        }
    }

    /// Ends the measuring of time.
    pub fn end(&mut self) {
        if let Some(first) = self.first_byte {
            self.phases.add(Phase::Processing, first);
            self.phases.add(Phase::Transfer, self.began.elapsed().saturating_sub(first));
        }
    }

    /// Takes a TLS handshake out of the time that the dialogue took.
    pub fn pause(&mut self, spent: Duration) {
        self.began += spent;
    }

    async fn expect_line(
        &mut self,
        pattern: &Regex,
        channel: &mut Channel,
        run: &mut Run,
    ) -> Result<Turn, Fault> {
        let mut last = None;
        loop {
            while let Some(line) = self.take_line() {
                if self.fits(pattern, &line) {
                    run.note("expect", "a line fits");
                    return Ok(self.hear(pattern.as_str(), &line, true));
                }
                last = Some(line);
            }
            match (self.read(channel, run).await, last.as_deref()) {
                (Ok(0), _) => return self.at_end(pattern, last),
                (Ok(_), _) => {}
                // It said something, and it was not what it should say: that tells more than its silence since.
                (Err(fault), Some(line)) if fault.reason == Reason::TimeoutBody => {
                    return Ok(self.hear(pattern.as_str(), line, false));
                }
                (Err(fault), _) if fault.reason == Reason::BodyTooLarge => {
                    let found = format!("{} KiB in which it does not stand", READ_MAX / 1024);
                    return Ok(self.hear(pattern.as_str(), &found, false));
                }
                (Err(fault), _) => return Err(fault),
            }
        }
    }

    /// The other side closed: the rest without line end counts as a line.
    fn at_end(&mut self, pattern: &Regex, last: Option<String>) -> Result<Turn, Fault> {
        let rest = String::from_utf8_lossy(&std::mem::take(&mut self.unread)).into_owned();
        let said = if rest.is_empty() { last } else { Some(rest) };
        match said {
            Some(line) => {
                let fits = self.fits(pattern, &line);
                Ok(self.hear(pattern.as_str(), &line, fits))
            }
            None => Err(closed()),
        }
    }

    async fn expect_bytes(
        &mut self,
        bytes: &[u8],
        channel: &mut Channel,
        run: &mut Run,
    ) -> Result<Turn, Fault> {
        let wanted = in_hexadecimal(bytes);
        loop {
            let compared = self.unread.len().min(bytes.len());
            if self.unread[..compared] != bytes[..compared] {
                let found = in_hexadecimal(&self.unread[..compared]);
                return Ok(self.hear(&wanted, &found, false));
            }
            if compared == bytes.len() {
                self.unread.drain(..compared);
                return Ok(self.hear(&wanted, &wanted, true));
            }
            if self.read(channel, run).await? == 0 {
                return Err(closed());
            }
        }
    }

    /// Reads what comes next; 0 at the end.
    async fn read(&mut self, channel: &mut Channel, run: &Run) -> Result<usize, Fault> {
        if self.total >= READ_MAX {
            return Err(Fault::new(
                Reason::BodyTooLarge,
                "read",
                "the server sends more than a dialogue needs",
            ));
        }
        let mut chunk = [0; CHUNK];
        let reading = async {
            match channel {
                Channel::Plain(stream) => stream.read(&mut chunk).await,
                Channel::Secure(stream) => stream.read(&mut chunk).await,
            }
        };
        let length = match run.deadline.bound(reading).await {
            Err(_) => return Err(Stage::Body.timeout()),
            // TLS without a good-bye is an end all the same.
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            Ok(Err(error)) => return Err(Stage::Body.fault(&error)),
            Ok(Ok(length)) => length,
        };
        if length > 0 {
            self.first_byte.get_or_insert_with(|| self.began.elapsed());
        }
        self.total += length;
        self.unread.extend_from_slice(&chunk[..length]);
        Ok(length)
    }

    /// The next whole line, without its end.
    fn take_line(&mut self) -> Option<String> {
        let end = memchr::memchr(b'\n', &self.unread)?;
        let line: Vec<u8> = self.unread.drain(..=end).collect();
        Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Whether a pattern fits; its groups are kept.
    fn fits(&mut self, pattern: &Regex, line: &str) -> bool {
        let Some(captures) = pattern.captures(line) else { return false };
        let text =
            |index: usize| captures.get(index).map_or_else(String::new, |group| group.as_str().to_owned());
        self.groups = pattern
            .capture_names()
            .enumerate()
            .flat_map(|(index, name)| {
                let named = name.map(|name| (name.to_owned(), text(index)));
                [Some((index.to_string(), text(index))), named].into_iter().flatten()
            })
            .collect();
        true
    }

    /// A text with `${1}` and `${name}` replaced. Before anything was expected it stands as it is.
    fn filled_in(&self, text: &str) -> String {
        if self.groups.is_empty() {
            return text.to_owned();
        }
        let mut filled = text.replace("$$", "\0");
        for (name, value) in &self.groups {
            filled = filled.replace(&format!("${{{name}}}"), &value.replace('\0', ""));
        }
        filled.replace('\0', "$")
    }

    fn hear(&mut self, expected: &str, found: &str, fits: bool) -> Turn {
        let mut found = found.to_owned();
        for secret in self.told.iter().filter(|secret| !secret.expose().is_empty()) {
            found = found.replace(secret.expose(), REDACTED);
        }
        let found = presentable(&found, SHOWN_MAX);
        self.heard.push(Heard { expected: expected.to_owned(), found, fits });
        if fits { Turn::Done } else { Turn::Mismatch }
    }
}

async fn send(bytes: &[u8], channel: &mut Channel, run: &Run) -> Result<Turn, Fault> {
    let sending = async {
        match channel {
            Channel::Plain(stream) => write(stream, bytes).await,
            Channel::Secure(stream) => write(&mut **stream, bytes).await,
        }
    };
    match run.deadline.bound(sending).await {
        Err(_) => Err(Stage::Body.timeout()),
        Ok(Err(error)) => Err(Stage::Body.fault(&error)),
        Ok(Ok(())) => Ok(Turn::Done),
    }
}

async fn write(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

fn closed() -> Fault {
    Fault::new(Reason::ConnectionClosed, "read", "the server closed the connection and had said nothing")
}

fn in_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
