//! History that several `emc` share: PostgreSQL. Every location writes its own series; a connection that breaks is an
//! error here, and the writer opens another and hands the batch in again.

mod migrate;
mod read;
mod write;

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::runtime::{Builder, Runtime};
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
        let mut client = runtime.block_on(dial(server))?;
        runtime.block_on(migrate::to_latest(&mut client))?;
        Ok(Self { runtime, client, keep, known: write::Known::default() })
    }
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
    let (client, connection) = config.connect(NoTls).await.map_err(told)?;
    // It ends when the client is dropped or the server goes; whoever asks next is told.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

impl Store for PostgresStore {
    fn commit(&mut self, batch: &[Record]) -> Result<(), StoreError> {
        let done = self.runtime.block_on(write::commit(&mut self.client, &mut self.known, batch));
        if done.is_err() {
            self.known = write::Known::default();
        }
        done
    }

    fn trim(&mut self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.runtime.block_on(write::trim(&self.client, &self.keep, now)).map_err(told)
    }

    fn runs(&mut self, query: &RunQuery) -> Result<Vec<StoredRun>, StoreError> {
        self.runtime.block_on(read::runs(&self.client, query)).map_err(told)
    }

    fn evidence(&mut self, run: RunId) -> Result<Option<Evidence>, StoreError> {
        let packed = self.runtime.block_on(read::evidence(&self.client, run)).map_err(told)?;
        Ok(packed.and_then(|packed| evidence::unpack(&packed)))
    }

    fn stretches(&mut self, within: &Interval) -> Result<Vec<StoredStretch>, StoreError> {
        self.runtime.block_on(read::stretches(&self.client, within)).map_err(told)
    }

    fn totals(&mut self, step: Step, within: &Interval) -> Result<Vec<Total>, StoreError> {
        self.runtime.block_on(read::totals(&self.client, step, within)).map_err(told)
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
