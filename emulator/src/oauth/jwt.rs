//! JSON Web Tokens, taken apart.

use serde_json::{Map, Value};

use crate::model::certificate::base64url;

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

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;
    use serde_json::json;

    fn token(header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", encode(header), encode(claims))
    }

    #[test]
    fn what_is_a_token() {
        let text = token(
            &json!({"alg": "RS256"}),
            &json!({"aud": ["a", 1, "b"], "exp": 5.9, "nbf": 4, "iat": -1, "iss": 7}),
        );
        let jwt = Jwt::parse(&text).unwrap();
        assert_eq!((jwt.header("alg"), jwt.claim("iss")), ("RS256", ""));
        assert_eq!(jwt.audiences(), ["a", "b"]);
        assert_eq!((jwt.seconds("exp"), jwt.seconds("nbf")), (Some(5), Some(4)));
        assert_eq!((jwt.seconds("iat"), jwt.seconds("none")), (None, None));
        assert_eq!(jwt.signature, b"sig");
        assert_eq!(format!("{}.c2ln", jwt.signed), text);

        let array = token(&json!([]), &json!({}));
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            "e30.e30",
            "e30.e30.c2ln.c2ln",
            "e30.e30.!",
            &array,
        ] {
            assert!(Jwt::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            if let Some(jwt) = Jwt::parse(&text) {
                prop_assert!(text.starts_with(jwt.signed));
            }
        }

        #[test]
        fn a_token_with_any_bytes_in_it_is_read_or_refused(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 3)
        ) {
            let text: Vec<String> = parts.iter().map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
            let _ = Jwt::parse(&text.join("."));
        }
    }
}
