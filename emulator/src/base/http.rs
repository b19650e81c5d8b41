//! One request and one reply, apart from the HTTP library that carries them.

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::clock::Millis;

/// A request, read whole.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as it was sent.
    pub(crate) path: String,
    /// The path's segments, decoded, without empty ones: ARM forgives a doubled slash.
    pub(crate) segments: Vec<String>,
    /// The query as it was sent, without the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn new(
        method: Method,
        path: &str,
        query: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        Request {
            method,
            path: path.to_owned(),
            segments: path
                .split('/')
                .filter(|s| !s.is_empty())
                .map(decode)
                .collect(),
            query: query.to_owned(),
            headers,
            body,
        }
    }

    /// Path and query, as in the request line.
    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    /// The segment at `index` equals `text`, in any casing.
    pub(crate) fn segment_is(&self, index: usize, text: &str) -> bool {
        self.segments
            .get(index)
            .is_some_and(|s| s.eq_ignore_ascii_case(text))
    }

    /// A query parameter, decoded; ARM compares parameter names without regard to casing.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        pairs(&self.query)
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// A query parameter byte for byte as it was sent.
    pub(crate) fn raw_parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as `application/x-www-form-urlencoded` pairs.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }
}

/// Percent-decoding; bytes that are not UTF-8 become the replacement character.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The decoded pairs of a query or a form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |s: &str| decode(&s.replace('+', " "));
            (plain(key), plain(value))
        })
        .collect()
}

/// A reply before the headers that every ARM reply carries are added.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// For how long the reply is held back: what it answers takes that time.
    pub(crate) delay: Millis,
}

impl Reply {
    /// No content at all.
    pub(crate) fn empty(status: u16) -> Self {
        Reply {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
            delay: 0,
        }
    }

    pub(crate) fn delayed(mut self, time: Millis) -> Self {
        self.delay = time;
        self
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Reply::raw(
            status,
            "application/json; charset=utf-8",
            Bytes::from(value.to_string()),
        )
    }

    pub(crate) fn raw(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Reply::empty(status)
            .with_body(body.into())
            .header("Content-Type", content_type)
    }

    fn with_body(mut self, body: Bytes) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str, query: &str) -> Request {
        Request::new(Method::GET, path, query, HeaderMap::new(), Bytes::new())
    }

    #[test]
    fn paths_and_queries_are_decoded_once() {
        let request = get("//a%20b/%2541/", "x=1%2B1+2&%24skiptoken=a%3d&x=other&flag");
        assert_eq!(request.segments, ["a b", "%41"]);
        assert_eq!(request.parameter("X").as_deref(), Some("1+1 2"));
        assert_eq!(request.parameter("$skiptoken").as_deref(), Some("a="));
        assert_eq!(request.raw_parameter("x"), Some("1%2B1+2"));
        assert_eq!(request.parameter("flag").as_deref(), Some(""));
        assert_eq!(request.parameter("none"), None);
    }
}
