//! A scrape as an answer's body: written piece by piece on the blocking pool, never whole in memory, and never on the
//! threads that take time stamps. A client that stops reading stops the writing.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Frame};
use tokio::task::JoinHandle;

use crate::metrics::Scrape;

/// Level 1 costs a tenth of level 6 and is a seventh larger.
const GZIP_LEVEL: Compression = Compression::new(1);

/// A scrape under way and how it is packed.
#[derive(Debug)]
struct Work {
    scrape: Scrape,
    gzip: Option<GzEncoder<Vec<u8>>>,
}

/// A piece, and the work if there is more to do.
type Done = (Bytes, Option<Work>);

impl Work {
    fn next(mut self) -> std::io::Result<Done> {
        let mut piece = Vec::new();
        let more = self.scrape.next_piece(&mut piece);
        match (self.gzip, more) {
            (None, true) => Ok((piece.into(), Some(Self { scrape: self.scrape, gzip: None }))),
            (None, false) => Ok((piece.into(), None)),
            (Some(mut gzip), true) => {
                gzip.write_all(&piece)?;
                let packed = std::mem::take(gzip.get_mut());
                Ok((packed.into(), Some(Self { scrape: self.scrape, gzip: Some(gzip) })))
            }
            (Some(gzip), false) => Ok((gzip.finish()?.into(), None)),
        }
    }
}

/// The body; begins to write when it is first asked for data.
#[derive(Debug)]
pub(crate) struct ScrapeBody {
    work: Option<Work>,
    job: Option<JoinHandle<std::io::Result<Done>>>,
}

impl ScrapeBody {
    pub(crate) fn new(scrape: Scrape, gzip: bool) -> Self {
        let gzip = gzip.then(|| GzEncoder::new(Vec::new(), GZIP_LEVEL));
        Self { work: Some(Work { scrape, gzip }), job: None }
    }
}

impl Body for ScrapeBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        loop {
            if let Some(work) = self.work.take() {
                self.job = Some(tokio::task::spawn_blocking(|| work.next()));
            }
            let Some(job) = self.job.as_mut() else { return Poll::Ready(None) };
            let Poll::Ready(done) = Pin::new(job).poll(context) else { return Poll::Pending };
            self.job = None;
            let (piece, work) = match done.map_err(std::io::Error::other).flatten() {
                Ok(done) => done,
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            self.work = work;
            if !piece.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
        }
    }
}
