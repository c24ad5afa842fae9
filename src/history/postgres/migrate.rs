//! The schema, version by version, as in SQLite; several `emc` may start at once.

use tokio_postgres::Client;

use crate::history::postgres::told;
use crate::history::store::StoreError;

/// Step `n` makes version `n + 1`.
const STEPS: &[&str] = &[FIRST];

/// Any number, the same for all `emc`: who holds it may change the schema.
const LOCK: i64 = 0x656d_6331;

const FIRST: &str = "
CREATE TABLE emc.series (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    location TEXT NOT NULL, authority TEXT NOT NULL, portal TEXT NOT NULL, probe TEXT NOT NULL,
    kind TEXT NOT NULL, every BIGINT NOT NULL, timeout BIGINT NOT NULL,
    UNIQUE (location, authority, portal, probe)
);
CREATE TABLE emc.runs (
    at BIGINT NOT NULL, run BIGINT NOT NULL, series BIGINT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, confirmed TEXT NOT NULL, confirmed_reason TEXT NOT NULL,
    duration BIGINT NOT NULL,
    resolve BIGINT, connect BIGINT, tls BIGINT, processing BIGINT, transfer BIGINT,
    PRIMARY KEY (at, run)
);
CREATE INDEX runs_troubled ON emc.runs (status, at) WHERE status <> 'up';
CREATE TABLE emc.evidence (run BIGINT PRIMARY KEY, at BIGINT NOT NULL, body BYTEA NOT NULL);
CREATE INDEX evidence_at ON emc.evidence (at);
CREATE TABLE emc.minutes (
    at BIGINT NOT NULL, series BIGINT NOT NULL,
    up BIGINT NOT NULL, degraded BIGINT NOT NULL, down BIGINT NOT NULL, unknown BIGINT NOT NULL,
    spent BIGINT NOT NULL, longest BIGINT NOT NULL,
    PRIMARY KEY (at, series)
);
CREATE TABLE emc.hours (LIKE emc.minutes INCLUDING ALL);
CREATE TABLE emc.days (LIKE emc.minutes INCLUDING ALL);
CREATE TABLE emc.stretches (
    began BIGINT NOT NULL, series BIGINT NOT NULL, ended BIGINT NOT NULL, last BIGINT NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (began, series)
);
";

/// Brings the schema up to date, in one transaction.
pub(super) async fn to_latest(client: &mut Client) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let change = client.transaction().await.map_err(told)?;
    change.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(told)?;
    let there: Option<String> =
        change.query_one("SELECT to_regclass('emc.version')::text", &[]).await.map_err(told)?.get(0);
    if there.is_none() {
        let begin = "CREATE SCHEMA IF NOT EXISTS emc; CREATE TABLE emc.version (version BIGINT NOT NULL); \
                     INSERT INTO emc.version VALUES (0)";
        change.batch_execute(begin).await.map_err(told)?;
    }
    let found: i64 = change.query_one("SELECT version FROM emc.version", &[]).await.map_err(told)?.get(0);
    if found > known {
        return Err(StoreError::Later { found, known });
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        change.batch_execute(step).await.map_err(told)?;
    }
    if found < known {
        change.execute("UPDATE emc.version SET version = $1", &[&known]).await.map_err(told)?;
    }
    change.commit().await.map_err(told)
}
