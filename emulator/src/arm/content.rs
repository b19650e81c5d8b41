//! The content of requests.

use serde_json::{Map, Value};

use super::error::ArmError;
use crate::base::http::Request;

/// The body as a JSON object, or the error that ARM gives.
pub(crate) fn object(request: &Request) -> Result<Map<String, Value>, ArmError> {
    let media = request.header("content-type").unwrap_or("<null>");
    let bare = media.split(';').next().unwrap_or_default().trim();
    if !request.body.is_empty() && !bare.eq_ignore_ascii_case("application/json") {
        return Err(ArmError::new(
            415,
            "UnsupportedMediaType",
            format!(
                "The content media type '{media}' is not supported. Only 'application/json' is supported."
            ),
        )
        .gateway());
    }
    let problem = match serde_json::from_slice::<Value>(&request.body) {
        Ok(Value::Object(map)) => return Ok(map),
        Ok(_) => "The content is not a JSON object.".to_owned(),
        Err(_) if request.body.is_empty() => "The request has no content.".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(ArmError::new(
        400,
        "InvalidRequestContent",
        format!("The request content was invalid and could not be deserialized: '{problem}'."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::{HeaderMap, Method};

    #[test]
    fn only_objects_are_content() {
        let mut request = Request::new(Method::GET, "/", "", HeaderMap::new(), Bytes::new());
        request.body = Bytes::from("{}");
        assert_eq!(object(&request).unwrap_err().status, 415, "no media type");
        let json = "application/json; charset=utf-8".parse().unwrap();
        request.headers.insert("content-type", json);
        object(&request).unwrap();
        for body in ["", "[]", "{", "1"] {
            request.body = Bytes::from(body);
            let error = object(&request).unwrap_err();
            assert_eq!(error.status, 400);
            assert_eq!(error.body.code, "InvalidRequestContent", "{body}");
        }
    }
}
