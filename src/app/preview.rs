//! `emc dashboards preview`: asks a Prometheus what the dashboards ask, and writes pages that show the answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use serde_json::Value;
use url::Url;

use crate::dashboards::board::Board;
use crate::dashboards::boards;
use crate::dashboards::filling::Filling;
use crate::dashboards::preview::{Answer, Asked, Drawing, drawn, page, questions};
use crate::dashboards::promql::worst_status;
use crate::model::text::Language;
use crate::net::exchange::{Limits, Protocol, Request};
use crate::net::route::{Family, Reach, Route};
use crate::net::run::Run;
use crate::net::tls::{TlsPolicy, TlsSettings};
use crate::net::{Net, NetSettings};
use crate::probe::settings::Span;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest answer that is read.
const ANSWER_MAX: usize = 64 << 20;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct PreviewOptions {
    /// Address of Prometheus.
    pub prometheus: String,
    /// How far back, as typed.
    pub range: String,
    /// Variables that are not to have their usual value, as `name=value`.
    pub chosen: Vec<String>,
    /// Address of the monitor, for links.
    pub monitor: String,
    /// A folder, or a file that ends in `.html` for all in one.
    pub to: PathBuf,
    /// The reader's language.
    pub language: Language,
    /// The present.
    pub now: DateTime<Utc>,
}

/// A Prometheus that can be asked.
struct Prometheus {
    net: Net,
    route: Route,
    address: Url,
}

/// Writes the pages and says which.
///
/// # Errors
/// A sentence: a flag that cannot be read, a Prometheus that does not answer, a file that cannot be written.
pub fn preview(options: &PreviewOptions) -> Result<Vec<PathBuf>, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| why.to_string())?;
    let _entered = runtime.enter();
    runtime.block_on(draw_all(options))
}

async fn draw_all(options: &PreviewOptions) -> Result<Vec<PathBuf>, String> {
    let prometheus = Prometheus::at(&options.prometheus)?;
    let filling = filling(options)?;
    prometheus.ask("query", &[("query", "1")]).await?;
    let one_file = options.to.extension().is_some_and(|extension| extension == "html");
    let all = boards::all();
    let address =
        |board: &Board| if one_file { format!("#{}", board.id) } else { format!("{}.html", board.id) };
    let others: Vec<_> = all.iter().map(|board| (address(board), board.title)).collect();
    let drawing = Drawing {
        language: options.language,
        now: options.now.timestamp(),
        monitor: options.monitor.trim_end_matches('/').to_owned(),
        others,
    };
    let mut made = Vec::new();
    for board in &all {
        let filling = prometheus.narrowed(board, filling.clone()).await;
        let mut answers = Vec::new();
        for asked in questions(board, &filling, options.language) {
            answers.push(prometheus.answer(&asked, &filling, drawing.now).await);
        }
        made.push(drawn(board, &filling, &drawing, &answers));
    }
    if one_file {
        return write(&options.to, &page(&made, &drawing)).map(|path| vec![path]);
    }
    fs::create_dir_all(&options.to).map_err(|why| format!("{}: {why}", options.to.display()))?;
    let pages = all.iter().zip(&made);
    pages
        .map(|(board, drawn)| {
            write(
                &options.to.join(format!("{}.html", board.id)),
                &page(std::slice::from_ref(drawn), &drawing),
            )
        })
        .collect()
}

fn write(path: &Path, content: &str) -> Result<PathBuf, String> {
    fs::write(path, content).map_err(|why| format!("{}: {why}", path.display()))?;
    Ok(path.to_owned())
}

fn filling(options: &PreviewOptions) -> Result<Filling, String> {
    let range = Span::parse(&options.range).map_err(|why| why.in_language(options.language).to_owned())?;
    let mut filling = Filling::over(range.0);
    let mut chosen = BTreeMap::new();
    for given in &options.chosen {
        let (name, value) = given.split_once('=').ok_or_else(|| format!("\"{given}\" is not name=value"))?;
        chosen.insert(name.to_owned(), value.to_owned());
    }
    filling.chosen = chosen;
    Ok(filling)
}

impl Prometheus {
    fn at(address: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("\"{address}\" is not the address of a Prometheus ({why})");
        let address = Url::parse(address).map_err(|why| wrong(&why.to_string()))?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(wrong("neither http nor https"));
        }
        let net = Net::new(&NetSettings::default()).map_err(|fault| fault.to_string())?;
        let tls =
            TlsPolicy::new(TlsSettings::default()).map_err(|why| why.in_language(Language::En).to_owned())?;
        Ok(Self { net, route: Route { family: Family::Any, proxy: None, tls: Arc::new(tls) }, address })
    }

    /// `data` of an answer of the API.
    async fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let mut url = self.address.clone();
        url.set_path(&format!("{}/api/v1/{path}", self.address.path().trim_end_matches('/')));
        url.query_pairs_mut().clear().extend_pairs(parameters);
        let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() };
        let limits = Limits { body_bytes: ANSWER_MAX, protocol: Protocol::Any, head_only: &[] };
        let mut run = Run::begin(PATIENCE);
        let seen = self.net.exchange(&request, &self.route, Reach::Configured, limits, &mut run).await;
        if let Some(fault) = seen.fault {
            return Err(format!("{}: {}: {fault}", self.address, fault.reason));
        }
        let mut answer: Value = serde_json::from_slice(&seen.body)
            .map_err(|_| format!("what answers at {} is not Prometheus", self.address))?;
        match answer["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["data"].take()),
        }
    }

    async fn answer(&self, asked: &Asked, filling: &Filling, now: i64) -> Answer {
        let (start, end) = ((now - seconds(filling.range)).to_string(), now.to_string());
        let step = filling.step.as_secs().to_string();
        let question = ("query", asked.expression.as_str());
        let series = if asked.now {
            self.ask("query", &[question, ("time", &end)]).await
        } else {
            self.ask("query_range", &[question, ("start", &start), ("end", &end), ("step", &step)]).await
        };
        let exemplars = if asked.exemplars {
            let found = self.ask("query_exemplars", &[question, ("start", &start), ("end", &end)]).await;
            found.unwrap_or_default()
        } else {
            Value::Null
        };
        Answer { series: series.map(|mut data| data["result"].take()), exemplars }
    }

    /// A dashboard about one portal shows the worst one, unless the reader chose another.
    async fn narrowed(&self, board: &Board, mut filling: Filling) -> Filling {
        if !board.one_portal || filling.chosen.contains_key("portal") {
            return filling;
        }
        let worst = format!("topk(1, {})", worst_status("authority, portal"));
        let worst = filling.fill(board, &worst, Language::En);
        let found = self.ask("query", &[("query", &worst)]).await.unwrap_or_default();
        for label in ["authority", "portal"] {
            if let Some(value) = found["result"][0]["metric"][label].as_str() {
                filling.chosen.insert(label.to_owned(), value.to_owned());
            }
        }
        filling
    }
}

fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}
