//! The status page for programs: the same facts, both languages, no addresses of probes.

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::model::reason::Reason;
use crate::model::status::Status;
use crate::web::chronicle::{Day, Life, Trouble};
use crate::web::pages::status::plain;
use crate::web::pages::status::view::{is_planned, key, look};
use crate::web::state::WebState;

/// Writes it.
pub(crate) fn json(state: &WebState) -> Response {
    look(state);
    let lives = state.chronicle.lives();
    let portals: Vec<Value> = state
        .store
        .portals()
        .iter()
        .map(|portal| {
            let life = lives.get(&key(portal)).cloned().unwrap_or_default();
            json!({
                "authority": portal.authority,
                "portal": portal.portal,
                "authority_name": portal.authority_name,
                "name": portal.portal_name,
                "status": life.status,
                "planned_maintenance": is_planned(&life),
                "measured_at": life.measured,
                "days": life.days.iter().map(day).collect::<Vec<_>>(),
                "incidents": incidents(&life),
            })
        })
        .collect();
    let notices = state.notices();
    let dependencies: Vec<Value> = notices
        .dependencies
        .iter()
        .map(|dependency| {
            let life = dependency.watched_by.as_ref().and_then(|key| lives.get(key));
            json!({"name": dependency.name, "status": life.map_or(Status::Unknown, |life| life.status)})
        })
        .collect();
    let maintenance: Vec<Value> = notices
        .maintenance
        .iter()
        .map(|window| {
            json!({
                "authority": window.portal.0,
                "portal": window.portal.1,
                "what": window.what,
                "begins_at": window.begins,
                "ends_at": window.ends,
            })
        })
        .collect();
    axum::Json(json!({
        "schema_version": 1,
        "generated_at": (state.clock)(),
        "portals": portals,
        "dependencies": dependencies,
        "maintenance": maintenance,
    }))
    .into_response()
}

/// A day that was measured, in seconds. Days that are not listed have no data.
#[expect(clippy::cast_precision_loss, reason = "a day has far fewer milliseconds than a double has digits")]
fn day(day: &Day) -> Value {
    json!({
        "date": day.date,
        "up_seconds": day.up as f64 / 1000.0,
        "degraded_seconds": day.degraded as f64 / 1000.0,
        "down_seconds": day.down as f64 / 1000.0,
    })
}

fn incidents(life: &Life) -> Vec<Value> {
    let incident = |trouble: &Trouble| {
        let said = plain::trouble(trouble.status, trouble.reason);
        json!({
            "status": trouble.status,
            "reason": trouble.reason.map_or("", Reason::as_str),
            "what": {"vi": said.vi, "en": said.en},
            "began_at": trouble.begun,
            "ended_at": trouble.ended,
        })
    };
    life.troubles.iter().map(incident).collect()
}
