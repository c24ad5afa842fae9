//! `emc schema verification`: the published shape of what `emc verify --output json` writes for one file.

use serde_json::{Value, json};

use crate::pki::judge::checks::CheckId;
use crate::pki::judge::report::SCHEMA_VERSION;
use crate::pki::verdict::SignatureReason;

/// JSON Schema (draft 2020-12) of the report on one file. Further keys may come; those here stay.
#[must_use]
pub fn verification() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What emc verify says of one file",
        "type": "object",
        "required": [
            "schema_version", "file", "verdict", "reason", "indication", "sub_indication", "at", "detail",
            "signatures", "checks", "fetches",
        ],
        "properties": {
            "schema_version": { "const": SCHEMA_VERSION },
            "file": text("the file, as it was named"),
            "verdict": verdict(),
            "reason": reason(),
            "indication": indication(),
            "sub_indication": optional_text("of ETSI EN 319 102-1; null where all passed"),
            "at": moment("the time for which was asked"),
            "detail": text("why, in words; empty where there is nothing to say"),
            "signatures": { "type": "array", "items": signature() },
            "checks": { "type": "array", "items": check() },
            "fetches": { "type": "array", "items": fetch() },
        },
    })
}

fn signature() -> Value {
    json!({
        "type": "object",
        "required": [
            "name", "format", "level", "verdict", "reason", "indication", "sub_indication", "flaws", "signer",
            "time", "path", "anchor_set", "timestamps", "algorithms", "later_changes", "covers", "notes", "checks",
        ],
        "properties": {
            "name": text("what it goes by in the file"),
            "format": {
                "enum": ["pades", "pdf", "document_timestamp", "cades", "cms", "xades", "xmldsig"],
            },
            "level": { "enum": ["B-B", "B-T", "B-LT", "B-LTA", null] },
            "verdict": verdict(),
            "reason": reason(),
            "indication": indication(),
            "sub_indication": optional_text("of ETSI EN 319 102-1"),
            "flaws": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["reason", "detail"],
                    "properties": { "reason": closed_reason(), "detail": text("where and what") },
                },
            },
            "signer": { "oneOf": [{ "type": "null" }, party()] },
            "time": {
                "type": "object",
                "required": ["claimed", "proven", "judged_at"],
                "properties": {
                    "claimed": optional_moment("what the signer says; no proof"),
                    "proven": optional_moment("by then it existed, as a timestamp proves"),
                    "judged_at": optional_moment("the time at which certificates were judged"),
                },
            },
            "path": { "type": "array", "items": member() },
            "anchor_set": optional_text("the set of the trusted root"),
            "timestamps": { "type": "array", "items": stamp() },
            "algorithms": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["use", "name", "key"],
                    "properties": {
                        "use": { "enum": ["digest", "signature"] },
                        "name": text("such as SHA-256"),
                        "key": optional_text("such as RSA 2048"),
                    },
                },
            },
            "later_changes": { "type": "array", "items": { "type": "string" } },
            "covers": {
                "type": ["string", "null"],
                "description": "what of an XML file the signature covers, by element and identifier, where that is not the whole of it"
            },
            "notes": { "type": "array", "items": { "type": "string" } },
            "checks": { "type": "array", "items": check() },
        },
    })
}

fn party() -> Value {
    json!({
        "type": "object",
        "required": [
            "name", "organisation", "subject", "issuer", "serial", "not_before", "not_after", "sha256",
        ],
        "properties": {
            "name": text("the person or thing (CN)"),
            "organisation": text("the body (O, else OU); empty where none is named"),
            "subject": text("the whole name as RFC 4514 writes it"),
            "issuer": text("whoever issued the certificate"),
            "serial": text("hexadecimal"),
            "not_before": optional_moment("begin of validity"),
            "not_after": optional_moment("end of validity"),
            "sha256": text("over the certificate, hexadecimal"),
        },
    })
}

fn member() -> Value {
    let mut member = party();
    member["properties"]["revocation"] =
        json!({ "enum": ["good", "revoked", "unknown", "not_asked", "anchor"] });
    member["properties"]["revocation_detail"] = text("from what that is known, or why it is not");
    member
}

fn stamp() -> Value {
    json!({
        "type": "object",
        "required": ["kind", "time", "authority", "verdict", "reason", "detail"],
        "properties": {
            "kind": { "enum": ["content", "signature", "document"] },
            "time": optional_moment("what it says"),
            "authority": { "oneOf": [{ "type": "null" }, party()] },
            "verdict": verdict(),
            "reason": reason(),
            "detail": text("why it does not hold"),
        },
    })
}

fn check() -> Value {
    let ids: Vec<&str> = CheckId::ALL.iter().map(|id| id.as_str()).collect();
    json!({
        "type": "object",
        "required": ["id", "item", "basis", "title", "outcome", "detail"],
        "properties": {
            "id": { "enum": ids },
            "item": text("item of the circular's appendix; empty where the check is not one of its"),
            "basis": text("what asks for it"),
            "title": text("what is looked at"),
            "outcome": { "enum": ["passed", "failed", "cannot_tell", "inapplicable"] },
            "detail": text("particulars"),
        },
    })
}

fn fetch() -> Value {
    json!({
        "type": "object",
        "required": ["url", "fetched", "detail"],
        "properties": {
            "url": text("from where"),
            "fetched": { "type": "boolean" },
            "detail": text("why it did not come"),
        },
    })
}

fn verdict() -> Value {
    json!({ "enum": ["valid", "undetermined", "invalid"] })
}

fn indication() -> Value {
    json!({ "enum": ["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"] })
}

fn closed_reason() -> Value {
    let words: Vec<&str> = SignatureReason::ALL.iter().map(|reason| reason.as_str()).collect();
    json!({ "enum": words })
}

fn reason() -> Value {
    json!({ "oneOf": [{ "type": "null" }, closed_reason()] })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn optional_text(description: &str) -> Value {
    json!({ "type": ["string", "null"], "description": description })
}

fn moment(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

fn optional_moment(description: &str) -> Value {
    json!({ "type": ["string", "null"], "format": "date-time", "description": description })
}
