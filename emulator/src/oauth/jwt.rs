//! JSON Web Tokens, taken apart.

use serde_json::{Map, Value};

use super::certificate::base64url;

/// A token whose parts could be read. Nothing in it is proven yet.
#[derive(Debug)]
pub(crate) struct Jwt<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    /// What the signature is of.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    /// None when it is not `header.claims.signature` with two JSON objects.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| serde_json::from_slice(&base64url(part)?).ok();
        Some(Jwt {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: base64url(signature)?,
        })
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        text(&self.header, name)
    }

    pub(crate) fn claim(&self, name: &str) -> &str {
        text(&self.claims, name)
    }

    /// A time in whole seconds.
    pub(crate) fn seconds(&self, name: &str) -> Option<u64> {
        let value = self.claims.get(name)?;
        // Some libraries write fractions.
        value
            .as_u64()
            .or_else(|| value.as_f64().filter(|s| *s >= 0.0).map(|s| s as u64))
    }

    /// The audiences: one text or an array of them.
    pub(crate) fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}
