//! `emc schema result`: the published shape of one result, as `emc probe --output json` writes it.

use serde_json::{Value, json};

use crate::model::phase::Phase;
use crate::model::reason::Reason;
use crate::model::status::Status;

/// The version that a result carries in `schema_version`.
pub const RESULT_VERSION: u32 = 1;

/// JSON Schema of the configuration, for editors.
#[must_use]
pub fn configuration() -> Value {
    crate::config::schema()
}

/// JSON Schema (draft 2020-12) of one result. Further keys may come with further kinds; those here stay.
#[must_use]
pub fn result() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Result of one run of emc",
        "type": "object",
        "required": [
            "schema_version", "name", "authority", "portal", "probe", "kind", "target", "status", "reason",
            "findings", "phases", "duration_seconds", "addresses", "tls", "http", "kernel_timed", "started_at",
            "run_id", "timeline",
        ],
        "properties": {
            "schema_version": { "const": RESULT_VERSION },
            "name": text("authority/portal/probe"),
            "authority": text("who owns the portal; \"adhoc\" for a bare target"),
            "portal": text("which portal"),
            "probe": text("which measurement of that portal"),
            "kind": text("kind of probe, see \"emc kinds\""),
            "target": text("what was asked, without userinfo and query values"),
            "status": { "enum": Status::ALL.map(Status::as_str) },
            "reason": { "enum": reasons(), "description": "why it is not up; empty when up" },
            "findings": { "type": "array", "items": finding() },
            "phases": phases(),
            "duration_seconds": seconds("the whole run"),
            "addresses": { "type": "array", "items": address() },
            "tls": { "oneOf": [{ "type": "null" }, tls()] },
            "http": { "oneOf": [{ "type": "null" }, http()] },
            "kernel_timed": {
                "type": ["boolean", "null"],
                "description": "whether the kernel stamped the first byte; null if none came",
            },
            "started_at": moment(),
            "run_id": { "type": "string", "pattern": "^[0-9a-f]{16}$" },
            "timeline": { "type": "array", "items": event() },
        },
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn seconds(description: &str) -> Value {
    json!({ "type": "number", "minimum": 0, "description": description })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// Every reason, and none.
fn reasons() -> Vec<&'static str> {
    std::iter::once("").chain(Reason::ALL.iter().map(|reason| reason.as_str())).collect()
}

fn object(properties: Value) -> Value {
    let required: Vec<String> =
        properties.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

fn finding() -> Value {
    json!({
        "type": "object",
        "required": ["rule", "outcome", "expected", "found"],
        "properties": {
            "rule": text("which rule"),
            "outcome": { "enum": ["passed", "failed", "cannot_tell", "inapplicable"] },
            "reason": { "enum": reasons() },
            "expected": text("what the rule wanted"),
            "found": text("what there was"),
        },
    })
}

fn phases() -> Value {
    let properties: serde_json::Map<String, Value> =
        Phase::ALL.iter().map(|phase| (phase.as_str().to_owned(), seconds("time spent"))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn fault() -> Value {
    json!({
        "type": "object",
        "required": ["reason", "operation", "detail"],
        "properties": {
            "reason": { "enum": reasons() },
            "operation": text("what was being done"),
            "address": text("the address it was done to"),
            "detail": text("what was said"),
        },
    })
}

fn address() -> Value {
    object(json!({
        "address": text("IP address and port"),
        "used": { "type": "boolean" },
        "connect_seconds": { "type": ["number", "null"] },
        "fault": { "oneOf": [{ "type": "null" }, fault()] },
    }))
}

fn tls() -> Value {
    object(json!({
        "version": { "enum": ["", "1.0", "1.1", "1.2", "1.3"] },
        "cipher": text("IANA name"),
        "group": text("key exchange"),
        "alpn": text("agreed protocol"),
        "server_name": text("name asked for and checked"),
        "verified": { "type": "boolean" },
        "reason": { "enum": reasons() },
        "detail": text("what the check said"),
        "not_after": { "oneOf": [{ "type": "null" }, moment()] },
        "ocsp_stapled": { "type": "boolean" },
        "chain": { "type": "array", "items": certificate() },
    }))
}

fn certificate() -> Value {
    object(json!({
        "subject": text("RFC 4514"),
        "issuer": text("RFC 4514"),
        "serial": text("hexadecimal"),
        "not_before": moment(),
        "not_after": moment(),
        "names": { "type": "array", "items": { "type": "string" } },
        "key": text("algorithm"),
        "key_bits": count(),
        "signature": text("algorithm"),
        "is_ca": { "type": "boolean" },
        "self_issued": { "type": "boolean" },
        "fingerprint": text("SHA-256, hexadecimal"),
    }))
}

fn http() -> Value {
    let mut http = object(json!({
        "status": { "type": ["integer", "null"], "minimum": 100, "maximum": 999 },
        "version": text("HTTP/1.0, HTTP/1.1 or HTTP/2"),
        "final_url": text("address of the last answer, without query values"),
        "redirects": count(),
        "wire_bytes": count(),
        "body_bytes": count(),
        "charset": text("by which the body was read"),
        "title": text("title of the page"),
        "headers": { "type": "object", "additionalProperties": { "type": "string" } },
    }));
    // Only runs that were not up have it.
    http["properties"]["excerpt"] =
        text("how the body begins, as a reader sees it, without what may be private");
    http
}

fn event() -> Value {
    object(json!({
        "after_seconds": seconds("since the start of the run"),
        "what": text("what happened"),
        "detail": text("particulars"),
    }))
}
