//! The `OpenAPI` document, written from the table that serves the requests.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::operation::{Field, JSON, Kind, Operation};
use super::table::operations;

pub(super) fn document() -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        paths
            .entry(format!("/_linklab{}", operation.path))
            .or_default()
            .insert(operation.method.to_lowercase(), describe(operation));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "linklab control plane",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Steers a fake Messenger platform. Served on loopback to programs and to pages of its own origin.",
        },
        "paths": paths,
        "components": {
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": { "error": {
                        "type": "object",
                        "required": ["code", "message"],
                        "properties": {
                            "code": { "type": "string", "description": "For programs." },
                            "message": { "type": "string", "description": "What was wrong and what to do." },
                        },
                    } },
                },
            },
        },
    })
}

fn describe(operation: &Operation) -> Value {
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
        )
    });
    let in_query = operation.query.iter().map(|field| {
        json!({
            "name": field.name,
            "in": "query",
            "required": field.required,
            "description": field.about,
            "schema": schema(field.kind),
        })
    });
    let parameters: Vec<_> = in_path.chain(in_query).collect();
    let content: Map<String, Value> = operation
        .answers
        .iter()
        .map(|kind| ((*kind).to_owned(), json!({})))
        .collect();
    let error = json!({
        "description": "Why not.",
        "content": { JSON: { "schema": { "$ref": "#/components/schemas/Error" } } },
    });
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.about,
        "parameters": parameters,
        "responses": {
            "200": { "description": "Done.", "content": content },
            "default": error,
        },
    });
    if !operation.body.is_empty() {
        let required = operation.body.iter().any(|field| field.required);
        described["requestBody"] = json!({
            "required": required,
            "content": { JSON: { "schema": object(operation.body) } },
        });
    }
    described
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = schema(field.kind);
            schema["description"] = field.about.into();
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.required)
        .map(|field| field.name)
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn schema(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Number => json!({ "type": "integer", "minimum": 0 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Object => json!({ "type": "object" }),
        Kind::List => json!({ "type": "array" }),
        Kind::Any => json!({}),
    }
}
