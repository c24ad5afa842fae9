//! History that several `emc` share: PostgreSQL. Every location writes its own series; a connection that breaks is an
//! error here, and the writer opens another and hands the batch in again.

mod encrypted;
mod migrate;
mod read;
mod write;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};

use crate::history::evidence::{self, Evidence};
use crate::history::record::{Record, StoredRun};
use crate::history::settings::{Keep, Server};
use crate::history::store::{RunQuery, Store, StoreError, StoredStretch, Total};
use crate::history::stretch::Step;
use crate::model::id::RunId;
use crate::model::secret::Secret;
use crate::model::text::Text;
use crate::slo::interval::Interval;

/// How long a connection may take to come about, and how long what was sent may go unanswered by the other machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection may take until the server knows us.
const PATIENCE_AT_FIRST: Duration = Duration::from_secs(10);
/// How long anything else may take; the server itself gives each statement half of it.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(60);
/// What the server is told of each connection: where our tables are, and that nothing may take longer.
const OPTIONS: &str = "-c search_path=emc -c statement_timeout=30000 -c lock_timeout=10000";
const NO_COPY: Text = Text {
    vi: "lịch sử nằm trong PostgreSQL: sao và phục hồi bằng pg_dump và pg_restore, lược đồ emc",
    en: "history is in PostgreSQL: back it up and restore it by pg_dump and pg_restore, schema emc",
};

/// A connection to the server, and what runs it.
pub(in crate::history) struct PostgresStore {
    runtime: Runtime,
    client: Client,
    keep: Keep,
    known: write::Known,
}

impl PostgresStore {
    /// Connects, and makes our tables where there are none.
    pub(in crate::history) fn connect(server: &Server, keep: Keep) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let mut client = runtime.block_on(within(PATIENCE_AT_FIRST, dial(server)))?;
        runtime.block_on(within(PATIENCE_IN_ALL, migrate::to_latest(&mut client)))?;
        Ok(Self { runtime, client, keep, known: write::Known::default() })
    }

    fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StoreError> {
        self.runtime.block_on(within(PATIENCE_IN_ALL, async { question.await.map_err(told) }))
    }
}

/// A server that was stopped keeps its connections and says nothing: no time limit of its own would end that.
#[expect(clippy::disallowed_methods, reason = "bounds what a store may do; no measurement waits for it")]
async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no answer for {} s", patience.as_secs()));
    tokio::time::timeout(patience, work).await.map_err(late)?
}

async fn dial(server: &Server) -> Result<Client, StoreError> {
    let mut config = Config::new();
    config
        .host(&server.host)
        .port(server.port)
        .user(&server.user)
        .dbname(&server.database)
        .application_name("emc")
        .options(OPTIONS)
        .connect_timeout(PATIENCE)
        .tcp_user_timeout(PATIENCE)
        .keepalives_idle(PATIENCE);
    if let Some(password) = &server.password {
        config.password(Secret::expose(password));
    }
    // A connection ends when its client is dropped or the server goes; whoever asks next is told.
    match encrypted::encrypting(&server.trust)? {
        None => {
            let (client, connection) =
                config.ssl_mode(SslMode::Disable).connect(NoTls).await.map_err(told)?;
            tokio::spawn(async move { drop(connection.await) });
            Ok(client)
        }
        Some(encrypting) => {
            config.ssl_mode(SslMode::Require);
            let (client, connection) = config.connect(encrypting).await.map_err(told)?;
            tokio::spawn(async move { drop(connection.await) });
            Ok(client)
        }
    }
}

impl Store for PostgresStore {
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        let writing = write::commit(&mut self.client, &mut self.known, batch);
        let done = self.runtime.block_on(within(PATIENCE_IN_ALL, writing));
        if done.is_err() {
            self.known = write::Known::default();
        }
        done
    }

    fn trim(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.ask(write::trim(&self.client, &self.keep, now))
    }

    fn runs(&mut self, query: &RunQuery) -> Result<Vec<StoredRun>, StoreError> {
        self.ask(read::runs(&self.client, query))
    }

    fn evidence(&mut self, run: RunId) -> Result<Option<Evidence>, StoreError> {
        let packed = self.ask(read::evidence(&self.client, run))?;
        Ok(packed.and_then(|packed| evidence::unpack(&packed)))
    }

    fn stretches(&mut self, within: &Interval) -> Result<Vec<StoredStretch>, StoreError> {
        self.ask(read::stretches(&self.client, within))
    }

    fn totals(&mut self, step: Step, within: &Interval) -> Result<Vec<Total>, StoreError> {
        self.ask(read::totals(&self.client, step, within))
    }

    fn backup(&mut self, _: &Path) -> Result<(), StoreError> {
        Err(StoreError::Unsupported(NO_COPY))
    }

    fn vacuum(&mut self) -> Result<(), StoreError> {
        self.runtime
            .block_on(self.client.batch_execute("SET statement_timeout = 0"))
            .and_then(|()| self.runtime.block_on(self.client.batch_execute("VACUUM ANALYZE")))
            .map_err(told)
    }
}

/// Why there is no copy to be put back.
pub(in crate::history) const fn no_restore() -> StoreError {
    StoreError::Unsupported(NO_COPY)
}

/// What the server or the way to it said. Values that the server will never take are class 22 and 23.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn told(error: tokio_postgres::Error) -> StoreError {
    let text = error.as_db_error().map_or_else(
        || {
            std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), |why| format!("{error}: {why}"))
        },
        |said| said.message().to_owned(),
    );
    match error.code().map(|code| &code.code()[..2]) {
        Some("22" | "23") => StoreError::Refused(text),
        _ => StoreError::Unavailable(text),
    }
}
